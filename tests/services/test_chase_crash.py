"""A process that dies between any two statements of queue and delivery: nothing is lost, nothing goes thrice."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from domain.monitoring.policy import Part
from domain.reminders.commands import TWICE
from projections.reminders import ReminderRow
from services.address_book import AddressBook, Person
from services.office import Office
from services.settings import Database
from tests.scenes import PROVIDER, awarded, do, fund_with, reporting

ROOT = Path(__file__).parents[2]
KILLED = -9


def run(database: str, letters: Path, burns_at: int) -> int | None:
    """One run that is killed at a statement; nothing, or how many statements there were when it lived."""
    words = [sys.executable, "-m", "tests.services.a_chase_that_dies", database, str(letters), str(burns_at)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode in (0, KILLED), done.stderr
    return int(done.stdout) if done.returncode == 0 else None


def begin(office: Office, database: str) -> None:
    """Two reports due on 30 October, and their provider's contacts: one takes each message, one a digest."""
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 1), *awarded("a2", 1), reporting("a1"), reporting("a2"))
    with AddressBook(Database.of(database)) as book:
        for number, digest in ((1, False), (2, True)):
            book.put(
                Person(
                    id=f"person-{number}",
                    name=f"Reader {number}",
                    email=f"reader{number}@example.org",
                    parts=frozenset({Part.PROVIDER}),
                    provider="embrace",
                    digest=digest,
                )
            )


def taken(letters: Path) -> Counter[str]:
    """How often each message was taken."""
    return Counter(letters.read_text(encoding="utf-8").split() if letters.exists() else [])


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_wherever_it_dies_nothing_is_lost_and_nothing_goes_more_than_twice(
    kind: str, office: Office, database: str, tmp_path: Path
) -> None:
    begin(office, database)
    office.close()
    letters = tmp_path / "letters"
    for burns_at in range(1, 60):
        # each run goes on where the one before died, and dies one statement later; until one lives
        if run(database, letters, burns_at) is not None:
            break
    else:
        pytest.fail("it never came to its end")
    messages = taken(letters)
    assert max(messages.values()) <= 2
    rows = [row for row in ledger(database) if row.person is not None]
    assert len(rows) == 4, "two reports to one, a digest of both to the other"
    for row in rows:
        # a machine that dies at every try ends with the ledger saying so; nothing is forgotten
        assert row.standing == "sent" or (row.standing, row.reason) == ("refused", TWICE)
    assert {row.message_id for row in rows if row.standing == "sent"} <= set(messages)
    run(database, letters, 10_000)
    assert taken(letters) == messages


@pytest.mark.parametrize("kind", ["sqlite"])
def test_killed_once_at_each_statement_every_message_goes_with_one_id(
    kind: str, office: Office, database: str, tmp_path: Path
) -> None:
    begin(office, database)
    office.close()
    whole = tmp_path / "whole"
    fresh = Path(database).read_bytes()
    people = {path: path.read_bytes() for path in Path(database).parent.glob("*people*") if path.is_file()}
    statements = run(database, whole, 10_000)
    assert statements is not None
    for burns_at in range(1, statements + 1):
        for leftover in Path(database).parent.glob("outturn*"):
            if leftover.is_file():
                leftover.unlink()
        Path(database).write_bytes(fresh)
        for path, content in people.items():
            path.write_bytes(content)
        letters = tmp_path / f"letters-{burns_at}"
        assert run(database, letters, burns_at) is None
        assert run(database, letters, 10_000) is not None
        assert set(taken(letters)) == set(taken(whole)), burns_at
        assert sum(taken(letters).values()) <= sum(taken(whole).values()) + 1


def ledger(database: str) -> list[ReminderRow]:
    """Every reminder as it stands."""
    from services.settings import Settings
    from services.wiring import open_office

    with open_office(Settings(database=database)).open() as office, office.reading() as views:
        return views.rows(ReminderRow)
