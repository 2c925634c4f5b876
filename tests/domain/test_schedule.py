"""When something is due: a pure function of the period it is for."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pydantic import TypeAdapter, ValidationError

from domain.errors import Refusal
from domain.monitoring.schedule import Due, DueRule
from domain.periods import Period
from domain.working_days import is_working_day
from tests.domain.properties import modest, working_life

rolls = some.sampled_from(["same-day", "next-working-day", "previous-working-day"])
days_of_the_year = some.dates(date(2000, 1, 1), date(2000, 12, 31)).map(lambda day: f"{day:%m-%d}")
rules = some.one_of(
    some.builds(DueRule, kind=some.just("fixed-date"), days=some.lists(days_of_the_year, min_size=1), roll=rolls),
    some.builds(
        DueRule,
        kind=some.sampled_from(["months-after", "working-days-after"]),
        number=some.integers(0, 400),
        roll=rolls,
    ),
)


def in_words(words: str) -> DueRule:
    """The rule as an order takes it."""
    return TypeAdapter[DueRule](Due).validate_python(words)


def due(words: str, period: str) -> date:
    """The day on which something is due."""
    return in_words(words).day_after(Period.parse(period))


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("30 October, 30 April", DueRule(kind="fixed-date", days=("10-30", "04-30"))),
        (" 30 OCTOBER ", DueRule(kind="fixed-date", days=("10-30",))),
        ("1 month after", DueRule(kind="months-after", number=1)),
        ("2 months after the period's end", DueRule(kind="months-after", number=2)),
        ("20 working days after", DueRule(kind="working-days-after", number=20)),
        ("1 working day after", DueRule(kind="working-days-after", number=1)),
        ("1 month after or the next working day", DueRule(kind="months-after", number=1, roll="next-working-day")),
        (
            "31 July or the previous working day",
            DueRule(kind="fixed-date", days=("07-31",), roll="previous-working-day"),
        ),
    ],
)
def test_a_rule_may_be_given_in_words(words: str, rule: DueRule) -> None:
    assert in_words(words) == rule


def test_a_rule_may_be_given_in_its_parts() -> None:
    rule = DueRule(kind="months-after", number=1)
    assert TypeAdapter[DueRule](Due).validate_python(rule.model_dump()) == rule
    assert TypeAdapter[DueRule](Due).validate_python(rule) == rule


def test_a_rule_that_is_written_down_is_kept_in_its_parts() -> None:
    with pytest.raises(ValidationError, match="DueRule"):
        DueRule.model_validate_json('"1 month after"', strict=True)


@given(rules)
@modest
def test_the_words_of_a_rule_read_back_to_the_rule(rule: DueRule) -> None:
    assert in_words(rule.words) == rule


@pytest.mark.parametrize(
    "words",
    [
        "",
        "soon",
        "October",
        "30 Oct",
        "the 30th of October",
        "1 week after",
        "-1 months after",
        "1000 months after",
        "1 month before",
        "1 month after or never",
        "30 October; 30 April",
    ],
)
def test_words_that_are_no_rule_are_refused_with_the_cure(words: str) -> None:
    with pytest.raises(ValidationError, match='write when it is due like "30 October, 30 April", "1 month after"'):
        in_words(words)


@pytest.mark.parametrize("words", ["31 April", "30 February", "0 June", "31 October, 31 November"])
def test_a_day_that_is_in_no_year_is_refused(words: str) -> None:
    with pytest.raises(ValidationError, match="there is no such day of the year"):
        in_words(words)


@pytest.mark.parametrize(
    "said",
    [
        {"kind": "fixed-date"},
        {"kind": "fixed-date", "days": []},
        {"kind": "months-after", "number": 1, "days": ["10-30"]},
        {"kind": "working-days-after", "number": 1, "days": ["10-30"]},
    ],
)
def test_a_fixed_date_needs_its_days_and_only_a_fixed_date_has_any(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="a fixed date needs its days, and only a fixed date has any"):
        DueRule.model_validate(said)


def test_a_deadline_is_at_most_four_hundred_days_or_months_away() -> None:
    with pytest.raises(ValidationError, match="less than or equal to 400"):
        in_words("401 working days after")


def test_a_fixed_date_is_the_first_of_its_days_after_the_period() -> None:
    assert due("30 October, 30 April", "2017-18-h1") == date(2017, 10, 30)
    assert due("30 October, 30 April", "2017-18-h2") == date(2018, 4, 30)
    assert due("30 April, 30 October", "2017-18-h1") == date(2017, 10, 30)
    assert due("31 May", "2017-18") == date(2018, 5, 31)


def test_a_fixed_date_on_the_last_day_of_the_period_is_next_years() -> None:
    assert due("30 September", "2017-18-h1") == date(2018, 9, 30)


def test_a_leap_day_waits_for_the_next_leap_year() -> None:
    assert due("29 February", "2017-18-h1") == date(2020, 2, 29)


def test_a_month_after_the_end_of_a_month_is_the_end_of_the_next() -> None:
    assert due("1 month after", "2017-18-h1") == date(2017, 10, 31)
    assert due("1 month after", "2017-18") == date(2018, 4, 30)
    assert due("2 months after", "2017-12") == date(2018, 2, 28)


def test_a_month_after_another_day_is_the_same_day_of_the_next() -> None:
    assert due("1 month after", "2017-04-01..2017-09-15") == date(2017, 10, 15)
    assert due("1 month after", "2017-04-01..2018-01-30") == date(2018, 2, 28)


def test_working_days_after_skip_weekends_and_bank_holidays() -> None:
    assert due("20 working days after", "2017-18-h1") == date(2017, 10, 27)
    assert due("10 working days after", "2017-18") == date(2018, 4, 16)


def test_nought_after_is_the_last_day_of_the_period_itself() -> None:
    assert due("0 working days after", "2017-18-h1") == date(2017, 9, 30)
    assert due("0 months after", "2017-18-h1") == date(2017, 9, 30)


def test_a_weekend_rolls_only_when_the_rule_says_so() -> None:
    assert due("30 September, 14 October", "2017-18-q1") == date(2017, 9, 30)
    assert due("30 September or the next working day", "2017-18-q1") == date(2017, 10, 2)
    assert due("30 September or the previous working day", "2017-18-q1") == date(2017, 9, 29)


def test_a_deadline_beyond_the_bank_holidays_on_file_is_refused() -> None:
    with pytest.raises(Refusal, match="on file go from 2010 to 2050"):
        due("20 working days after", "2051-52")


@given(rules, working_life)
@modest
def test_without_a_roll_nothing_is_due_before_the_period_is_over(rule: DueRule, end: date) -> None:
    period = Period(date(2010, 4, 1), end)
    assert rule.model_copy(update={"roll": "same-day"}).day_after(period) >= end


@given(rules.filter(lambda rule: rule.roll != "same-day"), some.dates(date(2012, 1, 1), date(2015, 12, 31)))
@modest
def test_with_a_roll_everything_is_due_on_a_working_day(rule: DueRule, end: date) -> None:
    period = Period(date(2010, 4, 1), end)
    assert is_working_day(rule.day_after(period))
