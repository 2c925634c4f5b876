"""A finance officer begins a return anew and fills it in; another signs it and saves it, as the command line does."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.conftest import Served, Visitor
from tests.services.terminal import Terminal

PERIOD, HALF_YEAR = "2017-18-h2", "1 October 2017 to 31 March 2018"
ENDINGS = {"Excel": "xlsx", "OpenDocument": "ods", "PDF": "pdf"}


def test_a_return_is_filled_by_one_signed_by_another_and_saved_as_the_command_line_saves_it(
    demonstration: Served,
    somebody: Callable[[], Visitor],
    tmp_path: Path,
    capsysbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = somebody()
    first.signs_in_as("Finance officer")
    first.goes_to("Returns")
    first.follow(HALF_YEAR)
    first.follow("Compare what was signed with what is now known")
    first.follow("begin a new version of this return")
    first.fill("Reason", "A report was corrected after the return was sent (made up).")
    first.press("Restate return")
    first.is_told("restate-return")
    first.sees("Version 2")
    first.follow("Fill in")
    first.press("Fill return")
    first.is_told("fill-return")
    first.follow("See what is signed, and sign off")
    first.sees("another")
    filled = demonstration.head()
    assert first.matter.get_by_role("link", name="Go on to sign off").count() == 0

    second = somebody()
    second.signs_in_as("Second finance officer")
    second.goes_to("Returns")
    second.follow(HALF_YEAR)
    second.follow("See what is signed, and sign off")
    second.follow("Go on to sign off")
    second.fill("Declaration", "I have checked these figures against the reports accepted (made up).")
    second.press("Sign off return")
    second.is_told("sign-off-return")
    second.sees("Download what was signed")
    assert demonstration.head() == filled + 1

    monkeypatch.setenv("OUTTURN_DATABASE", demonstration.desk.settings.database)
    terminal = Terminal(capsysbinary, monkeypatch)
    assert terminal.run("return", "show", PERIOD, "--save", str(tmp_path)) == 0, terminal.err
    saved = {words: (tmp_path / f"return-{PERIOD}.{ending}").read_bytes() for words, ending in ENDINGS.items()}
    assert terminal.run("return", "show", PERIOD, "--format", "json") == 0, terminal.err
    for words, data in {**saved, "JSON": terminal.out.encode()}.items():
        with second.tab.expect_download() as coming:
            second.follow(words)
        assert coming.value.path().read_bytes() == data
