"""A period is a range of dates, and one code names it."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pydantic import TypeAdapter, ValidationError

from domain.errors import Refusal
from domain.periods import (
    FinancialYear,
    Frequency,
    Period,
    PeriodCode,
    add_months,
    day_in_words,
    financial_year,
    moment_in_words,
    parse_day,
)
from tests.domain.properties import days, modest, periods

YEAR = Period(date(2017, 4, 1), date(2018, 3, 31))


@pytest.mark.parametrize(
    ("code", "start", "end"),
    [
        ("2017-18", date(2017, 4, 1), date(2018, 3, 31)),
        ("2017-18-h1", date(2017, 4, 1), date(2017, 9, 30)),
        ("2017-18-h2", date(2017, 10, 1), date(2018, 3, 31)),
        ("2017-18-q1", date(2017, 4, 1), date(2017, 6, 30)),
        ("2017-18-q2", date(2017, 7, 1), date(2017, 9, 30)),
        ("2017-18-q3", date(2017, 10, 1), date(2017, 12, 31)),
        ("2017-18-q4", date(2018, 1, 1), date(2018, 3, 31)),
        ("2017-06", date(2017, 6, 1), date(2017, 6, 30)),
        ("2017-01", date(2017, 1, 1), date(2017, 1, 31)),
        ("2017-12", date(2017, 12, 1), date(2017, 12, 31)),
        ("2016-02", date(2016, 2, 1), date(2016, 2, 29)),
        ("1999-00", date(1999, 4, 1), date(2000, 3, 31)),
        ("2017-07-01..2018-03-31", date(2017, 7, 1), date(2018, 3, 31)),
        ("2017-09-30..2017-09-30", date(2017, 9, 30), date(2017, 9, 30)),
    ],
)
def test_a_code_names_a_period_and_the_period_has_that_code(code: str, start: date, end: date) -> None:
    period = Period.parse(code)
    assert period == Period(start, end)
    assert period.code == code


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("2017-18-H1", "2017-18-h1"),
        ("2017-18-Q4", "2017-18-q4"),
        ("2017-04-01..2018-03-31", "2017-18"),
        ("2017-04-01..2017-09-30", "2017-18-h1"),
        ("2018-01-01..2018-03-31", "2017-18-q4"),
        ("2017-06-01..2017-06-30", "2017-06"),
    ],
)
def test_the_same_days_have_the_same_code_however_they_are_written(said: str, code: str) -> None:
    assert Period.parse(said).code == code


def test_a_code_that_could_be_a_month_or_a_financial_year_is_the_year() -> None:
    assert Period.parse("2011-12") == Period(date(2011, 4, 1), date(2012, 3, 31))
    december = Period(date(2011, 12, 1), date(2011, 12, 31))
    assert december.code == "2011-12-01..2011-12-31"
    assert Period.parse(december.code) == december


@pytest.mark.parametrize(
    "code",
    [
        "",
        "2017",
        "2017-19",
        "2017-13",
        "2017-00",
        "2017/18",
        "2017-18-h3",
        "2017-18-h",
        "2017-18-q0",
        "2017-18-q5",
        "2017-06-h1",
        "2017-18-h1-q1",
        "April 2017",
        "2017-02-30..2017-03-31",
        "2017-04-01..",
        "..2018-03-31",
        "2017-04-01..2017-06-30..2017-09-30",
        "9999-00",
        "9999-12",
    ],
)
def test_what_is_not_a_period_is_refused_with_the_cure(code: str) -> None:
    with pytest.raises(Refusal, match="Write a period like 2017-18, 2017-18-h1"):
        Period.parse(code)


def test_a_period_must_not_end_before_it_starts() -> None:
    with pytest.raises(Refusal, match="must not end before it starts"):
        Period.parse("2018-03-31..2017-07-01")


@given(periods)
@modest
def test_any_range_of_dates_has_a_code_that_reads_back_to_it(period: Period) -> None:
    assert Period.parse(period.code) == period


@given(some.integers(1990, 2080), some.sampled_from(["", "-h1", "-h2", "-q1", "-q2", "-q3", "-q4"]))
@modest
def test_a_year_a_half_and_a_quarter_keep_their_short_codes(year: int, part: str) -> None:
    code = f"{year}-{(year + 1) % 100:02}{part}"
    assert Period.parse(code).code == code


@given(some.text(alphabet="0123456789-.hq", max_size=24))
@modest
def test_any_text_is_a_period_or_a_refusal(text: str) -> None:
    try:
        period = Period.parse(text)
    except Refusal as refusal:
        assert str(refusal)  # noqa: PT017 - most texts are refused, and either way is right
    else:
        assert Period.parse(period.code) == period


@given(periods, some.sampled_from(Frequency))
@modest
def test_a_split_covers_every_day_once_and_in_order(period: Period, frequency: Frequency) -> None:
    parts = list(period.split(frequency))
    assert parts[0].start == period.start
    assert parts[-1].end == period.end
    for part, following in pairwise(parts):
        assert part.end + timedelta(days=1) == following.start
    assert all(part.start <= part.end for part in parts)


@given(periods, some.sampled_from([Frequency.MONTHLY, Frequency.QUARTERLY, Frequency.HALF_YEARLY]))
@modest
def test_the_parts_inside_a_split_are_whole_ones_of_the_financial_year(period: Period, frequency: Frequency) -> None:
    for part in list(period.split(frequency))[1:-1]:
        assert part.start.day == 1
        assert (part.start.month - 4) % frequency.months == 0
        assert part.end + timedelta(days=1) == add_months(part.start, frequency.months)


def test_a_year_has_twelve_months_four_quarters_and_two_halves() -> None:
    assert [len(list(YEAR.split(frequency))) for frequency in Frequency] == [12, 4, 2, 1]
    assert [part.code for part in YEAR.split(Frequency.HALF_YEARLY)] == ["2017-18-h1", "2017-18-h2"]
    assert [part.code for part in YEAR.split(Frequency.QUARTERLY)] == [f"2017-18-q{n}" for n in (1, 2, 3, 4)]


def test_nine_months_are_cut_to_the_quarters_they_touch() -> None:
    nine_months = Period.parse("2017-07-01..2018-03-31")
    assert [part.code for part in nine_months.split(Frequency.QUARTERLY)] == ["2017-18-q2", "2017-18-q3", "2017-18-q4"]
    assert [part.code for part in nine_months.split(Frequency.HALF_YEARLY)] == ["2017-18-q2", "2017-18-h2"]


def test_what_is_owed_once_is_owed_for_the_whole_period() -> None:
    assert list(YEAR.split(Frequency.ONCE)) == [YEAR]


def test_a_period_holds_its_first_and_its_last_day() -> None:
    assert date(2017, 4, 1) in YEAR
    assert date(2018, 3, 31) in YEAR
    assert date(2017, 3, 31) not in YEAR
    assert date(2018, 4, 1) not in YEAR
    assert "2017-04-01" not in YEAR


def test_a_year_covers_its_half_but_not_the_other_way_about() -> None:
    half = Period.parse("2017-18-h1")
    assert YEAR.covers(half)
    assert YEAR.covers(YEAR)
    assert not half.covers(YEAR)


def test_periods_that_share_a_single_day_overlap() -> None:
    assert YEAR.overlaps(Period(date(2018, 3, 31), date(2018, 6, 30)))
    assert not YEAR.overlaps(Period(date(2018, 4, 1), date(2018, 6, 30)))


@given(periods, periods)
@modest
def test_overlapping_is_mutual_and_covering_is_overlapping(one: Period, other: Period) -> None:
    assert one.overlaps(other) == other.overlaps(one)
    assert not one.covers(other) or one.overlaps(other)


def test_a_period_is_written_in_words_as_people_read_it() -> None:
    assert Period.parse("2017-18-h1").words == "1 April 2017 to 30 September 2017"
    assert day_in_words(date(2018, 9, 3)) == "3 September 2018"


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2017, 8, 31), 1, date(2017, 9, 30)),
        (date(2017, 9, 30), 1, date(2017, 10, 30)),
        (date(2017, 1, 31), 1, date(2017, 2, 28)),
        (date(2016, 1, 31), 1, date(2016, 2, 29)),
        (date(2016, 1, 30), 1, date(2016, 2, 29)),
        (date(2016, 2, 29), 12, date(2017, 2, 28)),
        (date(2017, 12, 15), 1, date(2018, 1, 15)),
        (date(2018, 1, 15), -1, date(2017, 12, 15)),
        (date(2017, 6, 5), 0, date(2017, 6, 5)),
    ],
)
def test_months_are_added_up_to_the_last_day_of_a_shorter_month(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@given(days, some.integers(-400, 400))
@modest
def test_adding_months_keeps_the_day_or_takes_the_last_one_of_the_month(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


def test_the_financial_year_turns_on_the_first_of_april() -> None:
    assert financial_year(date(2017, 3, 31)) == "2016-17"
    assert financial_year(date(2017, 4, 1)) == "2017-18"
    assert financial_year(date(2000, 1, 1)) == "1999-00"


@given(days)
@modest
def test_every_day_is_in_its_financial_year(day: date) -> None:
    assert day in Period.parse(financial_year(day))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2017-09-30", date(2017, 9, 30)),
        ("30/09/2017", date(2017, 9, 30)),
        ("1/4/2017", date(2017, 4, 1)),
        ("30 September 2017", date(2017, 9, 30)),
        ("  1   april 2017 ", date(2017, 4, 1)),
        ("30 Sept 2017", date(2017, 9, 30)),
        ("1 May 2017", date(2017, 5, 1)),
        ("29/02/2016", date(2016, 2, 29)),
    ],
)
def test_a_date_is_read_as_people_write_it(text: str, day: date) -> None:
    assert parse_day(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2017",
        "29/02/2017",
        "31 June 2017",
        "09/30/2017",
        "1/4/17",
        "30.09.2017",
        "2017-9-30",
        "1 M 2017",
        "1 Marchhh 2017",
        "1 Octopus 2017",
        "the 1st of April 2017",
        "2017-09-30T00:00:00",
    ],
)
def test_what_is_not_a_date_that_exists_is_refused_with_the_cure(text: str) -> None:
    with pytest.raises(Refusal, match="A date must be one that exists, like 2017-09-30, 30/09/2017"):
        parse_day(text)


@given(days)
@modest
def test_a_date_in_words_reads_back_to_the_day(day: date) -> None:
    assert parse_day(day_in_words(day)) == day
    assert parse_day(day.isoformat()) == day
    assert parse_day(f"{day:%d/%m/%Y}") == day


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2017, 10, 16, 9, 5, tzinfo=UTC), "16 October 2017 at 10:05am"),
        (datetime(2017, 6, 30, 23, 30, tzinfo=UTC), "1 July 2017 at 12:30am"),
        (datetime(2017, 12, 1, 12, 0, tzinfo=UTC), "1 December 2017 at 12:00pm"),
        (datetime(2017, 12, 1, 17, 45, tzinfo=UTC), "1 December 2017 at 5:45pm"),
    ],
)
def test_a_moment_is_written_in_london_time(moment: datetime, words: str) -> None:
    assert moment_in_words(moment) == words


def test_a_financial_year_in_an_order_is_checked() -> None:
    year = TypeAdapter[str](FinancialYear)
    assert year.validate_python(" 2017-18 ") == "2017-18"
    for wrong in ("2017", "2017-19", "2017-18-h1", "17-18"):
        with pytest.raises(ValidationError, match="That is not a financial year"):
            year.validate_python(wrong)


def test_a_period_in_an_order_is_kept_as_its_shortest_code() -> None:
    period = TypeAdapter[str](PeriodCode)
    assert period.validate_python(" 2017-04-01..2017-09-30 ") == "2017-18-h1"
    with pytest.raises(ValidationError, match="That is not a period"):
        period.validate_python("the first half")
    with pytest.raises(ValidationError, match="must not end before it starts"):
        period.validate_python("2018-03-31..2017-07-01")
