"""Slots: reckoned from the timetable, the same for whoever asks; the clock changes fire nothing twice and lose none."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from domain.errors import NotFound
from domain.kernel import LONDON
from scheduler.jobs import TIMETABLE, Job, job_named
from scheduler.timetable import SAFE_FROM, Daily, Every, When
from tests.domain.properties import modest

SEVEN = Daily(time(7))
MARCH, OCTOBER = date(2026, 3, 29), date(2026, 10, 25)
"""The days on which the clocks change in 2026."""


def slots_between(when: When, start: datetime, end: datetime, step: timedelta) -> list[datetime]:
    """Every slot that a clock which is looked at every so often finds to have come, each once."""
    found: list[datetime] = []
    now = start
    while now <= end:
        slot = when.latest(now)
        if not found or found[-1] != slot:
            found.append(slot)
        now += step
    return found


def test_an_hour_is_londons_and_a_slot_is_a_moment_in_utc() -> None:
    assert SEVEN.slot_on(date(2026, 1, 5)) == datetime(2026, 1, 5, 7, tzinfo=UTC)
    assert SEVEN.slot_on(date(2026, 7, 6)) == datetime(2026, 7, 6, 6, tzinfo=UTC)
    assert SEVEN.slot_on(date(2026, 7, 6)).tzinfo is UTC


def test_the_last_slot_is_the_one_that_has_come() -> None:
    assert SEVEN.latest(datetime(2026, 1, 5, 7, tzinfo=UTC)) == datetime(2026, 1, 5, 7, tzinfo=UTC)
    assert SEVEN.latest(datetime(2026, 1, 5, 6, 59, 59, tzinfo=UTC)) == datetime(2026, 1, 4, 7, tzinfo=UTC)
    assert SEVEN.following(datetime(2026, 1, 5, 7, tzinfo=UTC)) == datetime(2026, 1, 6, 7, tzinfo=UTC)
    assert SEVEN.following(datetime(2026, 1, 5, 6, tzinfo=UTC)) == datetime(2026, 1, 5, 7, tzinfo=UTC)


def test_a_weekly_job_has_one_slot_a_week() -> None:
    monday = Daily(time(7, 30), 0)
    sunday_night = datetime(2026, 1, 4, 23, tzinfo=UTC)
    assert monday.latest(sunday_night) == datetime(2025, 12, 29, 7, 30, tzinfo=UTC)
    assert monday.following(sunday_night) == datetime(2026, 1, 5, 7, 30, tzinfo=UTC)
    assert monday.following(datetime(2026, 1, 5, 7, 30, tzinfo=UTC)) == datetime(2026, 1, 12, 7, 30, tzinfo=UTC)
    assert monday.words == "every Monday at 07:30"


def test_a_job_of_every_few_minutes_has_round_slots() -> None:
    five = Every(5)
    assert five.latest(datetime(2026, 1, 5, 7, 4, 59, tzinfo=UTC)) == datetime(2026, 1, 5, 7, 0, tzinfo=UTC)
    assert five.following(datetime(2026, 1, 5, 7, 5, tzinfo=UTC)) == datetime(2026, 1, 5, 7, 10, tzinfo=UTC)


@pytest.mark.parametrize("changed", [MARCH, OCTOBER], ids=["March", "October"])
@pytest.mark.parametrize("job", TIMETABLE, ids=lambda job: job.name)
def test_on_the_days_on_which_the_clocks_change_nothing_runs_twice_and_nothing_is_left_out(
    changed: date, job: Job
) -> None:
    when = job.when
    start = datetime.combine(changed - timedelta(days=8), time(12), UTC)
    end = start + timedelta(days=17)
    found = slots_between(when, start, end, timedelta(minutes=1))
    assert found == sorted(set(found))
    if isinstance(when, Every):
        assert {later - earlier for earlier, later in pairwise(found)} == {timedelta(minutes=5)}
        return
    assert isinstance(when, Daily)
    local = [slot.astimezone(LONDON) for slot in found]
    assert {moment.time() for moment in local} == {when.at}
    step = 7 if when.weekday is not None else 1
    gaps = {later.date() - earlier.date() for earlier, later in pairwise(local)}
    assert gaps == {timedelta(days=step)}


@pytest.mark.parametrize("changed", [MARCH, OCTOBER], ids=["March", "October"])
def test_the_day_of_a_clock_change_is_23_or_25_hours_long_and_has_one_slot(changed: date) -> None:
    before, after = SEVEN.slot_on(changed - timedelta(days=1)), SEVEN.slot_on(changed)
    assert after - before == timedelta(hours=23 if changed == MARCH else 25)
    assert SEVEN.following(before) == after
    assert SEVEN.latest(after - timedelta(seconds=1)) == before


@given(some.integers(0, 15 * 366 * 86_400))
@modest
def test_the_slot_after_the_last_one_is_yet_to_come(seconds: int) -> None:
    now = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    for job in TIMETABLE:
        latest, following = job.when.latest(now), job.when.following(now)
        assert latest <= now < following
        assert job.when.following(latest) == following
        assert job.when.latest(following) == following


@pytest.mark.parametrize("hour", [0, 1, 2])
def test_no_job_may_run_while_the_clocks_change(hour: int) -> None:
    with pytest.raises(ValueError, match="in those hours the clocks change"):
        Daily(time(hour, 30))
    assert Daily(SAFE_FROM).at == SAFE_FROM


def test_jobs_have_names_of_their_own_and_an_unknown_one_is_refused() -> None:
    assert len({job.name for job in TIMETABLE}) == len(TIMETABLE)
    assert job_named("seal-log").name == "seal-log"
    with pytest.raises(NotFound, match=r"There is no job tidy-up. There are: open-returns, "):
        job_named("tidy-up")
