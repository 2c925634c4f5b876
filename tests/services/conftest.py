"""What the tests of the services may ask for: a terminal, and the demonstration, played once for all of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.cli.console import err, out
from services.demo import Demonstration, open_demo
from services.settings import Settings
from tests.services.terminal import Terminal


@pytest.fixture
def outturn(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Terminal:
    """A wide terminal in an empty folder, over a database that is not there yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OUTTURN_DATABASE", str(tmp_path / "office.db"))
    monkeypatch.setenv("COLUMNS", "200")
    for console in (out, err):  # they have a width of their own, if there was one when they were made
        monkeypatch.setattr(console, "_width", None)
    return Terminal(capsysbinary, monkeypatch)


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a demonstration that was played to its end. Tests read it, and write to copies only."""
    database = tmp_path_factory.mktemp("demo") / "demo.db"
    with open_demo(Settings(database=str(database), documents=database.with_name("documents"))) as demonstration:
        demonstration.play(lambda _number: None)
    return database


@pytest.fixture(scope="session")
def demonstration(played: Path) -> Iterator[Demonstration]:
    """The demonstration, open. Tests here only read it."""
    with open_demo(Settings(database=str(played), documents=played.with_name("documents"))) as demonstration:
        yield demonstration
