"""2026 to 2028: every due date and every step of a chase agrees with the bank holidays as GOV.UK published them.

The days are reckoned here again, by counting, from the official list alone.
"""

from datetime import date, timedelta
from functools import cache

import pytest
from govuk_bank_holidays.bank_holidays import BankHolidays

from domain.monitoring.policy import DEFAULT_STEPS, Offset
from domain.monitoring.schedule import DueRule
from domain.periods import Period

FIRST, LAST = date(2026, 1, 1), date(2028, 12, 31)
ROLLS = ("same-day", "next-working-day", "previous-working-day")
DAY = timedelta(days=1)


@cache
def official() -> frozenset[date]:
    """As published for England and Wales."""
    published = BankHolidays(use_cached_holidays=True).get_holidays(division=BankHolidays.ENGLAND_AND_WALES)
    return frozenset(holiday["date"] for holiday in published)


def days() -> list[date]:
    """Every day of the three years."""
    return [FIRST + n * DAY for n in range((LAST - FIRST).days + 1)]


def within(day: date) -> bool:
    """Whether the official list says all that is needed of the days about it."""
    return FIRST <= day <= LAST


def is_worked(day: date) -> bool:
    """Whether offices are open."""
    return day.isoweekday() <= 5 and day not in official()


@cache
def counted(day: date, number: int) -> date:
    """So many working days on, or back."""
    if number == 0:
        return day
    step = DAY if number > 0 else -DAY
    day += step
    while not is_worked(day):
        day += step
    return counted(day, number - (1 if number > 0 else -1))


def moved(day: date, roll: str) -> date:
    """To a working day, as the rule says."""
    while roll != "same-day" and not is_worked(day):
        day += DAY if roll == "next-working-day" else -DAY
    return day


def months_on(end: date, months: int) -> date:
    """So many months on; the end of a month stays one."""
    year, month = divmod(end.year * 12 + end.month - 1 + months, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = (following - DAY).day
    return date(year, month + 1, last if (end + DAY).day == 1 else min(end.day, last))


def test_the_official_list_is_whole_for_the_three_years() -> None:
    for year in (2026, 2027, 2028):
        assert len([day for day in official() if day.year == year]) == 8


@pytest.mark.parametrize("roll", ROLLS)
@pytest.mark.parametrize("number", [0, 1, 2, 3, 6, 12])
def test_so_many_months_after_every_day(number: int, roll: str) -> None:
    rule = DueRule.model_validate({"kind": "months-after", "number": number, "roll": roll})
    for end in days():
        due = months_on(end, number)
        if within(due + 10 * DAY):
            assert rule.day_after(Period(end, end)) == moved(due, roll), end


@pytest.mark.parametrize("roll", ROLLS)
@pytest.mark.parametrize("number", [0, 1, 5, 10, 20, 30, 60])
def test_so_many_working_days_after_every_day(number: int, roll: str) -> None:
    rule = DueRule.model_validate({"kind": "working-days-after", "number": number, "roll": roll})
    for end in days():
        if within(end + (2 * number + 14) * DAY):
            assert rule.day_after(Period(end, end)) == moved(counted(end, number), roll), end


@pytest.mark.parametrize("roll", ROLLS)
def test_a_fixed_date_that_is_every_day_of_the_three_years(roll: str) -> None:
    for due in days():
        end = due - 30 * DAY
        if not (within(end) and within(due + 10 * DAY)) or (due.month, due.day) == (2, 29):
            continue
        rule = DueRule.model_validate({"kind": "fixed-date", "days": (f"{due:%m-%d}",), "roll": roll})
        assert rule.day_after(Period(end, end)) == moved(due, roll), due


@pytest.mark.parametrize("words", ["30 October, 30 April", "31 December, 30 June", "25 December, 26 December"])
@pytest.mark.parametrize("roll", ROLLS)
def test_fixed_dates_after_every_half_year_quarter_and_month(words: str, roll: str) -> None:
    rule = DueRule.of(words).model_copy(update={"roll": roll})
    for end in days():
        following = [date(year, int(day[:2]), int(day[3:])) for year in range(2026, 2030) for day in rule.days]
        due = min(day for day in following if day > end)
        if within(due + 10 * DAY):
            assert rule.day_after(Period(end, end)) == moved(due, roll), end


OFFSETS = sorted(
    {*(step.when for step in DEFAULT_STEPS)}
    | {
        Offset(days=n, working=working)
        for n in (-60, -20, -10, -5, -1, 0, 1, 5, 10, 20, 60)
        for working in (True, False)
    },
    key=lambda each: (each.working, each.days),
)


@pytest.mark.parametrize("offset", OFFSETS, ids=lambda offset: f"{offset.words}{' (w)' if offset.working else ''}")
def test_a_step_of_every_offset_from_every_due_day(offset: Offset) -> None:
    for due in days():
        room = (2 * abs(offset.days) + 14) * DAY
        if not (within(due - room) and within(due + room)):
            continue
        day = counted(due, offset.days) if offset.working else due + offset.days * DAY
        step_on = offset.day_of(due)
        assert step_on == moved(day, "next-working-day"), due
        assert is_worked(step_on)


def test_a_day_off_that_was_added_moves_steps_as_if_it_had_been_published() -> None:
    proclaimed = date(2027, 6, 2)
    assert is_worked(proclaimed)
    off = frozenset({proclaimed})
    assert Offset(days=0).day_of(proclaimed, off) == date(2027, 6, 3)
    assert Offset(days=1, working=True).day_of(date(2027, 6, 1), off) == date(2027, 6, 3)
    assert Offset(days=-1, working=True).day_of(date(2027, 6, 3), off) == date(2027, 6, 1)
