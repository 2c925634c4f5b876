"""Several schedulers on one database: one leads; when it is killed in mid-run, another finishes what it began."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from domain.calendars.events import HolidayAdded
from domain.jobs.events import JobRan
from scheduler.jobs import TIMETABLE
from scheduler.leader import LEADER_LOCK, ByServer, leadership_of
from services.address_book import AddressBook
from services.checks import check_read_models
from services.office import Office
from services.sealing import check_seal
from services.settings import Database
from tests.conftest import LASTING
from tests.scheduler.an_office import begin

on_each = pytest.mark.parametrize("kind", LASTING, indirect=True)
ROOT = Path(__file__).parents[2]
PATIENCE = 60
"""For how many seconds another process is waited for."""

Begin = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(database: str, tmp_path: Path) -> Iterator[Begin]:
    """Begins further processes. Those that are left at the end are ended."""
    begun: list[subprocess.Popen[str]] = []

    def start(*words: str) -> subprocess.Popen[str]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OUTTURN_DATABASE": database}
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", *words], stdout=subprocess.PIPE, text=True, env=environment, cwd=tmp_path
        )
        begun.append(process)
        return process

    yield start
    for process in begun:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE)
        assert process.stdout is not None
        process.stdout.close()


def line(process: "subprocess.Popen[str]") -> str:
    """The next line that it says."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def wait_for(condition: Callable[[], bool]) -> None:
    """Waits until it holds; fails if it does not come to."""
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, "it never came to be so"
        time.sleep(0.1)


def runs(office: Office) -> list[JobRan]:
    """Every run in the log."""
    return [each.event for each in office.log.everything() if isinstance(each.event, JobRan)]


@on_each
def test_the_leader_is_killed_in_mid_run_and_another_finishes(office: Office, database: str, start: Begin) -> None:
    leader = start("tests.scheduler.child", database, "--stop")
    assert [line(leader), line(leader)] == ["begun", "in the middle"]
    other = start("tests.scheduler.child", database)
    assert line(other) == "begun"
    time.sleep(2.5)  # long enough for it to have looked twice whether it leads
    assert runs(office) == []
    leader.send_signal(signal.SIGKILL)
    wait_for(lambda: bool(runs(office)))
    other.terminate()
    assert other.wait(PATIENCE) == 0
    days = [each.event.day for each in office.log.everything() if isinstance(each.event, HolidayAdded)]
    assert [day.day for day in days] == [1, 2, 3, 4]
    (ran,) = runs(office)
    assert ran.did == "2 days added."


@on_each
def test_two_real_schedulers_make_up_what_was_missed_once(office: Office, start: Begin) -> None:
    begin(office)
    both = [start("scheduler"), start("scheduler")]
    noisy = {job.name for job in TIMETABLE if not job.quiet}
    wait_for(lambda: {ran.job for ran in runs(office)} >= noisy)
    for process in both:
        process.terminate()
    assert [process.wait(PATIENCE) for process in both] == [0, 0]
    slots = [(ran.job, ran.slot) for ran in runs(office)]
    assert len(slots) == len(set(slots))
    assert {job for job, _slot in slots} >= noisy


@on_each
def test_two_that_both_believe_to_lead_do_everything_once(
    office: Office, database: str, book: AddressBook, start: Begin
) -> None:
    begin(office)
    assert book.people()
    both = [start("tests.scheduler.child", database, "--all") for _ in range(2)]
    wanted = {job.name for job in TIMETABLE}
    wait_for(lambda: {ran.job for ran in runs(office)} >= wanted)
    for process in both:
        process.terminate()
    assert [process.wait(PATIENCE) for process in both] == [0, 0]
    by_stream: dict[str, list[str]] = {}
    for recorded in office.log.everything():
        if recorded.stream.startswith(("reminder-", "job-", "return-", "seal-")):
            by_stream.setdefault(recorded.stream, []).append(recorded.event.name)
    assert sum(names.count("reminder.sent") for names in by_stream.values()) >= 2
    for stream, names in by_stream.items():
        for once in ("reminder.queued", "reminder.passed-over", "reminder.sent", "job.ran", "return.opened"):
            assert names.count(once) <= 1, stream
    queued = [names for names in by_stream.values() if "reminder.queued" in names]
    assert all({"reminder.sent", "reminder.dropped"} & set(names) for names in queued)
    assert check_read_models(office) == []
    assert check_seal(office.log) == []


@on_each
def test_one_leads_and_another_only_when_it_steps_down(database: str) -> None:
    first, second = (leadership_of(Database.of(database)) for _ in range(2))
    assert first.leads()
    assert not second.leads()
    assert first.leads()
    first.step_down()
    wait_for(second.leads)  # the server hears a little later
    assert not first.leads()
    for each in (first, second):
        each.step_down()


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_leader_whose_connection_is_cut_steps_down_before_it_contends_again(database: str) -> None:
    first, second = (ByServer(Database.of(database)) for _ in range(2))
    assert first.leads()
    with psycopg.connect(database, autocommit=True) as server:
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", [LEADER_LOCK]
        )
    wait_for(lambda: not first.leads())
    wait_for(second.leads)
    assert not first.leads()
    first.step_down()
    second.step_down()
