"""``outturn people``: who is written to, as an administrator keeps it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.services.terminal import Terminal

NEW = ("people", "add", "--name", "Kate O'Neil", "--email", "kate@northside.example")


def everybody(outturn: Terminal) -> list[dict[str, Any]]:
    assert outturn.run("people", "list", "--format", "json") == 0, outturn.err
    people: list[dict[str, Any]] = json.loads(outturn.out)
    return people


def test_somebody_new_gets_an_id_that_says_nothing(outturn: Terminal) -> None:
    assert outturn.run(*NEW, "--part", "contract-manager", "--digest") == 0, outturn.err
    made = outturn.out.strip()
    assert made.startswith("p-")
    assert not set(made[2:]) & set("aeiou0123456789")
    (kate,) = everybody(outturn)
    assert (kate["id"], kate["name"], kate["parts"], kate["digest"]) == (made, "Kate O'Neil", "contract-manager", True)


def test_what_is_not_said_stays_as_it_is_and_a_new_address_is_not_bounced(outturn: Terminal) -> None:
    outturn.run(*NEW, "--id", "p-1", "--part", "contract-manager", "--phone", "0191 498 0000")
    assert outturn.run("people", "add", "--id", "p-1", "--email", "k@northside.example", "--phone", "") == 0, (
        outturn.err
    )
    (kate,) = everybody(outturn)
    assert (kate["name"], kate["email"], kate["parts"]) == ("Kate O'Neil", "k@northside.example", "contract-manager")
    assert kate["bounced"] is False


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("people", "add", "--name", "Kate"), 1, "needs --name and --email"),
        ((*NEW, "--id", "kate"), 1, "must not give the person away"),
        (("people", "add", "--name", "Kate", "--email", "kate"), 2, "must be one e-mail address"),
        ((*NEW, "--part", "provider"), 2, "needs the provider"),
        (("people", "erase", "p-1"), 1, "say it again with --yes"),
        (("people", "erase", "p-1", "--yes"), 1, "no such person"),
        (("people", "left", "p-1", "2017-10-31"), 1, "no such person"),
        (("people", "left", "p-1", "soon"), 1, "A date must be one that exists"),
        (("people", "feed", "p-1"), 1, "no such person"),
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(
    outturn: Terminal, words: tuple[str, ...], status: int, said: str
) -> None:
    assert outturn.run(*words) == status
    assert said in outturn.err
    assert everybody(outturn) == []


def test_a_provider_or_an_award_that_is_not_there_is_refused(played: Path, outturn: Terminal) -> None:
    copy = Path("copy.db")
    copy.write_bytes(played.read_bytes())
    at = ("--database", str(copy))
    for mistyped in (("--provider", "nobody"), ("--award", "NO-1")):
        assert outturn.run(*at, *NEW, *mistyped) == 1
        assert "no such provider or award" in outturn.err
    assert outturn.run(*at, *NEW, "--award", "MOJ-2017-01", "--part", "contract-manager") == 0, outturn.err
    (kate,) = everybody(outturn)
    assert kate["awards"] == "MOJ-2017-01"
    assert outturn.run(*at, "people", "add", "--id", kate["id"], "--award", "all") == 0, outturn.err
    (kate,) = everybody(outturn)
    assert kate["awards"] == "all"


def test_who_left_and_who_is_erased(outturn: Terminal) -> None:
    outturn.run(*NEW, "--id", "p-1")
    assert outturn.run("people", "left", "p-1", "31/10/2017") == 0
    assert outturn.out == "Left on 31 October 2017.\n"
    assert everybody(outturn)[0]["left_on"] == "2017-10-31"
    assert outturn.run("people", "erase", "p-1", "--yes") == 0
    assert outturn.out.startswith("Erased.")
    assert everybody(outturn) == []


def test_a_feeds_secret_is_shown_once(outturn: Terminal) -> None:
    outturn.run(*NEW, "--id", "p-1")
    assert outturn.run("people", "feed", "p-1") == 0
    first = outturn.out.strip()
    assert outturn.run("people", "feed", "p-1") == 0
    assert len(first) == len(outturn.out.strip()) == 43
    assert first != outturn.out.strip()


def test_only_an_administrator_sees_the_names(outturn: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    outturn.run(*NEW, "--id", "p-1")
    monkeypatch.setenv("OUTTURN_ROLES", '["finance"]')
    for words in (
        ("people", "list"),
        (*NEW, "--id", "p-2"),
        ("people", "erase", "p-1", "--yes"),
        ("people", "feed", "p-1"),
    ):
        assert outturn.run(*words) == 1
        assert "Only an administrator" in outturn.err
        assert "Kate" not in outturn.out


def test_the_log_holds_nothing_of_whoever_was_added(outturn: Terminal) -> None:
    outturn.run(*NEW, "--id", "p-1")
    assert [path.name for path in Path().iterdir()] == ["office.people.db"]
