"""``outturn scheduler``: hands over to a process of its own, with its words, its status and its wish to end."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from projections.jobs import JobRow
from scheduler.by_hand import as_table
from scheduler.jobs import TIMETABLE, job_named
from scheduler.runner import Runner
from services.address_book import AddressBook
from services.office import Office
from tests.conftest import Clock
from tests.scheduler.an_office import begin

ROOT = Path(__file__).parents[2]
OUTTURN = "from services.cli import main; main()"


@pytest.fixture
def kind() -> str:
    """What a person types is the same on every database."""
    return "sqlite"


class Typed:
    """What came of a line that a person typed."""

    def __init__(self, database: str, folder: Path) -> None:
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "OUTTURN_DATABASE": database,
            "COLUMNS": "200",
            "OUTTURN_DOCUMENTS": str(folder / "documents"),
            "OUTTURN_MAIL_FOLDER": str(folder / "mail"),
        }
        self.folder = folder

    def begin(self, *words: str) -> "subprocess.Popen[str]":
        """Begins it, and does not wait."""
        call = [sys.executable, "-P", "-c", OUTTURN, *words]
        pipe = subprocess.PIPE
        return subprocess.Popen(call, env=self.environment, cwd=self.folder, stdout=pipe, stderr=pipe, text=True)

    def __call__(self, *words: str) -> tuple[int, str, str]:
        """Its exit status, and what it said on standard output and on standard error."""
        with self.begin(*words) as process:
            out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    def json(self, *words: str) -> Any:
        """What it said, as a program reads it."""
        status, out, err = self(*words, "--format", "json")
        assert status == 0, err
        return json.loads(out)


@pytest.fixture
def outturn(database: str, tmp_path: Path) -> Typed:
    """The command line."""
    return Typed(database, tmp_path)


def test_a_job_is_run_by_hand_and_its_status_comes_from_the_log(office: Office, outturn: Typed) -> None:
    begin(office)
    before = office.log.head()
    said = outturn.json("scheduler", "run", "seal-log", "--as-if", "2017-11-01")
    assert said["counts"] == {"sealed": 1}
    assert office.log.head() == before
    assert outturn("scheduler", "run", "seal-log") == (0, f"Sealed up to position {before}: {before} events.\n", "")
    rows = {row["job"]: row for row in outturn.json("scheduler", "status")}
    assert set(rows) == {job.name for job in TIMETABLE}
    assert rows["seal-log"]["did"] == f"Sealed up to position {before}: {before} events."
    assert rows["seal-log"]["when"] == "every day at 20:00"
    assert rows["queue-reminders"]["last_done"] is None
    assert rows["queue-reminders"]["missed"] is not None
    status, out, _err = outturn("check")
    assert status == 0
    assert f"The log is as it was when it was sealed, up to position {before}." in out


def test_what_a_day_would_do_is_said_line_by_line(office: Office, outturn: Typed, book: AddressBook) -> None:
    begin(office)
    assert book.people()
    status, out, _err = outturn("scheduler", "run", "queue-reminders", "--as-if", "2017-11-20")
    assert status == 0
    assert "a1: Second-year plan, due 20/11/2017, step due: to p1 (provider)" in out
    assert out.splitlines()[-1] == "Nothing was recorded."
    assert not any(event.event.name.startswith("reminder") for event in office.log.everything())


def test_an_unknown_job_and_a_day_that_is_none_are_refused_in_words(office: Office, outturn: Typed) -> None:
    begin(office)
    status, _out, err = outturn("scheduler", "run", "tidy-up")
    assert status == 1
    assert err.startswith("There is no job tidy-up. There are: open-returns, ")
    status, _out, err = outturn("scheduler", "run", "seal-log", "--as-if", "tomorrow")
    assert status == 1
    assert err.startswith("A date must be one that exists")


def test_a_wish_to_end_goes_on_to_the_process_that_was_handed_over_to(office: Office, outturn: Typed) -> None:
    begin(office)
    with outturn.begin("scheduler") as process:
        until = time.monotonic() + 60
        while not any(each.event.name == "job.ran" for each in office.log.everything()):
            assert time.monotonic() < until
            time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        _out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "This scheduler leads." in err
    assert "Traceback" not in err


def test_a_calendar_is_written_for_one_person(office: Office, outturn: Typed, book: AddressBook) -> None:
    begin(office)
    assert book.people()
    target = outturn.folder / "m1.ics"
    assert outturn("scheduler", "feed", "m1", "--to", str(target))[0] == 0
    # the award is over by now, and what it owed is owed still
    assert len(Calendar.from_ical(target.read_bytes()).walk("VEVENT")) == 3
    assert outturn("scheduler", "feed", "nobody", "--to", str(target))[0] == 1
    assert outturn("scheduler", "feed", "m1", "--to", str(outturn.folder / "m1.txt"))[0] == 1


def test_the_status_tells_what_is_to_be_made_up_and_what_broke_off(
    office: Office, runner: Runner, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(office)
    clock.now = datetime(2018, 2, 5, 9, tzinfo=UTC)
    runner.run_slot(job_named("queue-reminders"))
    with monkeypatch.context() as broken:
        broken.setattr("scheduler.seal_log.seal", lambda *_about: 1 / 0)
        runner.run_slot(job_named("seal-log"))
    with office.reading() as views:
        table = as_table({row.job: row for row in views.rows(JobRow)}, clock.now)
    rows = {row["job"]: row for row in table.records()}
    assert rows["queue-reminders"]["missed"] is None
    assert rows["queue-reminders"]["last_slot"] == "5 February 2018 at 7:00am"
    assert rows["queue-reminders"]["next"] == "6 February 2018 at 7:00am"
    assert rows["seal-log"]["missed"] == "4 February 2018 at 8:00pm"
    assert str(rows["seal-log"]["failure"]).startswith("ZeroDivisionError in tests/scheduler/test_by_hand.py")
    assert rows["deliver-reminders"]["missed"] is None
