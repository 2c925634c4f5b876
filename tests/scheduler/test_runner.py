"""Runs: each slot once, what was missed made up once, what breaks written down without a word of anybody."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from domain.errors import Refusal
from domain.jobs.events import JobFailed, JobRan
from projections.jobs import JobRow
from scheduler.context import Context, Did
from scheduler.jobs import Job
from scheduler.leader import leadership_of
from scheduler.runner import MOST_TRIES, Runner
from scheduler.timetable import Daily, Every
from services.address_book import AddressBook
from services.event_store import Unavailable
from services.office import Office
from services.settings import Database, Settings
from tests.conftest import LASTING, Clock, OpenAnother
from tests.scenes import everything_in, folded_anew
from tests.scheduler.an_office import Outbox

NOON = datetime(2018, 1, 10, 12, tzinfo=UTC)


class Work:
    """A job that counts how often it was done, and breaks when it is told to."""

    def __init__(self) -> None:
        self.moments: list[datetime] = []
        self.since: list[date | None] = []
        self.fault: Exception | None = None
        self.did = 1

    def __call__(self, context: Context) -> Did:
        self.moments.append(context.now)
        self.since.append(context.since)
        if self.fault is not None:
            raise self.fault
        return Did(f"{self.did} done.", {"done": self.did})


@pytest.fixture
def work() -> Work:
    """What the job does."""
    return Work()


@pytest.fixture
def daily(work: Work) -> Job:
    """Every day at seven."""
    return Job("work", Daily(time(7)), work)


@pytest.fixture
def runner(office: Office, book: AddressBook, outbox: Outbox, settings: Settings, clock: Clock, daily: Job) -> Runner:
    """One job, by the clock of the test."""
    clock.now = NOON
    return Runner(office, book, outbox, settings, clock, [daily])


def noted(office: Office) -> list[Any]:
    """What is written down of runs."""
    return [each.event for each in office.log.everything() if isinstance(each.event, (JobRan, JobFailed))]


def test_a_slot_is_done_once(runner: Runner, work: Work, office: Office, clock: Clock) -> None:
    assert runner.make_up() == ["work"]
    assert runner.make_up() == []
    clock.forward(hours=5)
    assert runner.make_up() == []
    assert len(work.moments) == 1
    (ran,) = noted(office)
    assert (ran.job, ran.slot, ran.did) == ("work", datetime(2018, 1, 10, 7, tzinfo=UTC), "1 done.")


def test_of_many_missed_runs_the_last_is_made_up_once(runner: Runner, work: Work, office: Office, clock: Clock) -> None:
    runner.make_up()
    clock.forward(days=30)
    assert runner.make_up() == ["work"]
    assert runner.make_up() == []
    assert [ran.slot for ran in noted(office)] == [NOON.replace(hour=7), NOON.replace(hour=7) + timedelta(days=30)]
    assert work.since == [None, date(2018, 1, 10)]


@pytest.mark.parametrize("start", [date(2026, 3, 27), date(2026, 10, 23)], ids=["March", "October"])
def test_over_a_clock_change_each_day_has_one_run(
    runner: Runner, office: Office, clock: Clock, work: Work, start: date
) -> None:
    clock.now = datetime.combine(start, time(6, 30), UTC)
    for _half_hour in range(2 * 24 * 5):
        runner.make_up()
        clock.forward(minutes=30)
    days = [ran.slot.date() for ran in noted(office)]
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]
    assert {start + timedelta(days=n) for n in range(5)} <= set(days)
    assert len(days) == len(work.moments)


def test_a_run_whose_process_died_before_it_was_noted_is_done_again(
    runner: Runner, work: Work, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as dying:
        dying.setattr(office, "do", lambda *_about: (_ for _ in ()).throw(Unavailable("It is away.")))
        assert runner.make_up() == []
    assert runner.make_up() == ["work"]
    assert len(work.moments) == 2
    assert len(noted(office)) == 1


def test_two_runners_of_one_slot_note_it_once(
    runner: Runner,
    office: Office,
    open_another: OpenAnother,
    book: AddressBook,
    settings: Settings,
    clock: Clock,
    daily: Job,
    outbox: Outbox,
) -> None:
    other = Runner(open_another(), book, outbox, settings, clock, [daily])
    slot = daily.when.latest(clock.now)
    row = other.row(daily)
    runner.run_slot(daily)
    other._run(daily, slot, row)  # it looked before the first was done, and wakes up late
    assert len(noted(office)) == 1
    assert everything_in(office) == folded_anew(office)


def test_a_run_that_breaks_off_is_noted_without_its_words_and_tried_a_few_times(
    runner: Runner, work: Work, office: Office, clock: Clock
) -> None:
    work.fault = ValueError("somebody@example.org was not reached")
    for _minute in range(10):
        assert runner.make_up() == []
        clock.forward(minutes=1)
    assert len(work.moments) == MOST_TRIES
    (failed,) = noted(office)  # of one that goes on, once a day
    assert isinstance(failed, JobFailed)
    assert failed.reason.startswith("ValueError in tests/scheduler/test_runner.py, line ")
    with office.reading() as views:
        (row,) = views.rows(JobRow)
    assert (row.runs, row.failures, row.failure) == (0, 1, failed.reason)


def test_a_run_that_broke_off_is_done_at_its_next_slot_and_the_failure_is_over(
    runner: Runner, work: Work, office: Office, clock: Clock
) -> None:
    work.fault = ValueError("no")
    for _time in range(MOST_TRIES):
        runner.make_up()
    work.fault = None
    assert runner.make_up() == []
    clock.forward(days=1)
    assert runner.make_up() == ["work"]
    with office.reading() as views:
        (row,) = views.rows(JobRow)
    assert (row.runs, row.failures, row.failure) == (1, 0, None)


def test_a_database_that_is_away_is_waited_for(runner: Runner, work: Work, office: Office) -> None:
    work.fault = Unavailable("It is away.")
    for _time in range(3 * MOST_TRIES):
        runner.make_up()
    assert noted(office) == []
    work.fault = None
    assert runner.make_up() == ["work"]


def test_by_hand_a_missed_slot_is_done_and_then_only_what_there_is_to_do_is_noted(
    runner: Runner, work: Work, office: Office, daily: Job, clock: Clock
) -> None:
    runner.run_by_hand(daily)
    assert [ran.slot for ran in noted(office)] == [NOON.replace(hour=7)]
    work.did = 0
    runner.run_by_hand(daily)
    assert len(noted(office)) == 1
    work.did = 2
    clock.forward(minutes=1)
    runner.run_by_hand(daily)
    assert [ran.slot for ran in noted(office)] == [NOON.replace(hour=7), NOON.replace(minute=1)]
    clock.forward(days=1)
    assert runner.make_up() == ["work"]  # the next slot is not lost


@pytest.mark.parametrize("kind", LASTING, indirect=True)
def test_a_job_that_another_process_has_in_hand_is_neither_run_by_hand_nor_by_the_leader(
    runner: Runner, work: Work, office: Office, daily: Job, settings: Settings
) -> None:
    """Or both would hand over the same messages."""
    other, third = (leadership_of(Database.of(settings.database), name) for name in (daily.name, "another"))
    assert other.leads()
    assert third.leads(), "each job has a lock of its own"
    third.step_down()
    try:
        with pytest.raises(Refusal, match="The job work is under way in another process"):
            runner.run_by_hand(daily)
        assert runner.run_slot(daily) is None
        assert (work.moments, noted(office)) == ([], [])
    finally:
        other.step_down()
    assert runner.make_up() == ["work"], "its slot is not lost"


def test_a_quiet_job_is_noted_only_when_it_did_something(
    office: Office, book: AddressBook, outbox: Outbox, settings: Settings, clock: Clock, work: Work
) -> None:
    job = Job("often", Every(5), work, quiet=True)
    runner = Runner(office, book, outbox, settings, clock, [job])
    work.did = 0
    for _time in range(12):
        runner.run_slot(job)
        clock.forward(minutes=5)
    assert noted(office) == []
    assert len(work.moments) == 12
    work.did = 3
    runner.run_slot(job)
    assert len(noted(office)) == 1
    assert runner.make_up(everything=False) == []  # its next slot is never far


def test_a_look_ahead_says_what_changed_since_the_day_before(runner: Runner, work: Work, daily: Job) -> None:
    runner.make_up()
    runner.as_if(daily)
    assert work.since == [None, date(2018, 1, 9)]
