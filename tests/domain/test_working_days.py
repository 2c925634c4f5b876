"""Working days, and the bank holidays on file against two independent lists."""

from datetime import date, timedelta

import pytest
from govuk_bank_holidays.bank_holidays import BankHolidays
from holidays import country_holidays
from hypothesis import given
from hypothesis import strategies as some

from domain.errors import Refusal
from domain.working_days import (
    ROLLS,
    add_working_days,
    bank_holidays,
    is_working_day,
    next_working_day,
    previous_working_day,
    refuse_beyond_file,
)
from tests.domain.properties import modest, working_life

ON_FILE = {day for day in bank_holidays() if day.weekday() < 5}


def test_the_bank_holidays_on_file_are_those_of_the_rules() -> None:
    by_rule = country_holidays("GB", subdiv="ENG", years=range(2010, 2051))
    assert {day for day in by_rule if day.weekday() < 5 and 2010 <= day.year <= 2050} == ON_FILE


def test_the_bank_holidays_on_file_are_those_that_were_published() -> None:
    official = BankHolidays(use_cached_holidays=True).get_holidays(division=BankHolidays.ENGLAND_AND_WALES)
    published = {holiday["date"] for holiday in official}
    first, last = min(published).year, max(published).year
    assert last - first >= 10
    assert {day for day in published if day.weekday() < 5} == {day for day in ON_FILE if first <= day.year <= last}


@pytest.mark.parametrize(
    ("day", "title"),
    [
        (date(2011, 4, 29), "Wedding"),
        (date(2012, 6, 5), "Diamond Jubilee"),
        (date(2020, 5, 8), "May Day"),
        (date(2022, 9, 19), "Funeral"),
        (date(2023, 5, 8), "Coronation"),
    ],
)
def test_a_holiday_that_was_granted_or_moved_once_is_on_file(day: date, title: str) -> None:
    assert title in bank_holidays()[day]
    assert not is_working_day(day)


def test_the_usual_may_holiday_was_a_working_day_when_it_was_moved() -> None:
    assert is_working_day(date(2020, 5, 4))


def test_a_weekend_is_not_worked() -> None:
    assert is_working_day(date(2017, 10, 13))
    assert not is_working_day(date(2017, 10, 14))
    assert not is_working_day(date(2017, 10, 15))
    assert is_working_day(date(2017, 10, 16))


@pytest.mark.parametrize("day", [date(2009, 12, 31), date(2051, 1, 2)])
def test_an_order_that_needs_bank_holidays_which_are_not_on_file_is_refused(day: date) -> None:
    with pytest.raises(Refusal, match=f"on file go from 2010 to 2050: {day.year} cannot be reckoned"):
        refuse_beyond_file(day)
    assert refuse_beyond_file(date(2050, 12, 31)) == date(2050, 12, 31)


@pytest.mark.parametrize("year", [1990, 2006, 2062, 2100])
def test_a_year_without_bank_holidays_on_file_has_weekends_only(year: int) -> None:
    days = [date(year, 12, number) for number in range(1, 32)]
    assert [day for day in days if is_working_day(day)] == [day for day in days if day.weekday() < 5]


@pytest.mark.parametrize(
    ("day", "number", "expected"),
    [
        (date(2017, 9, 30), 20, date(2017, 10, 27)),
        (date(2017, 12, 22), 1, date(2017, 12, 27)),
        (date(2018, 3, 29), 1, date(2018, 4, 3)),
        (date(2018, 3, 31), 10, date(2018, 4, 16)),
        (date(2017, 10, 14), 0, date(2017, 10, 14)),
    ],
)
def test_working_days_are_counted_from_the_day_after(day: date, number: int, expected: date) -> None:
    assert add_working_days(day, number) == expected


@given(working_life, some.integers(1, 60))
@modest
def test_so_many_working_days_lie_between_a_day_and_its_deadline(day: date, number: int) -> None:
    deadline = add_working_days(day, number)
    assert is_working_day(deadline)
    following = (day + timedelta(days=n) for n in range(1, (deadline - day).days + 1))
    assert sum(is_working_day(each) for each in following) == number


@given(working_life, some.integers(0, 30), some.integers(0, 30))
@modest
def test_working_days_add_up(day: date, first: int, second: int) -> None:
    assert add_working_days(add_working_days(day, first), second) == add_working_days(day, first + second)


@given(working_life)
@modest
def test_a_working_day_stays_and_another_moves_to_the_nearest_on_its_side(day: date) -> None:
    before, after = previous_working_day(day), next_working_day(day)
    assert before <= day <= after
    assert is_working_day(before)
    assert is_working_day(after)
    assert (before == day == after) == is_working_day(day)
    assert add_working_days(before, 1) == after or before == after


def test_a_due_date_over_christmas_rolls_as_the_rule_says() -> None:
    christmas = date(2017, 12, 25)
    assert ROLLS["same-day"](christmas) == christmas
    assert ROLLS["next-working-day"](christmas) == date(2017, 12, 27)
    assert ROLLS["previous-working-day"](christmas) == date(2017, 12, 22)
