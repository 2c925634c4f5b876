"""A profile of several years adds up to the shares of each year, however it is spread and whatever happens to it."""

from datetime import date
from typing import Any

from hypothesis import given as for_any
from hypothesis import strategies as some

from domain.awards.award import Award
from domain.awards.changes import ReduceAward, UpliftAward
from domain.awards.events import Share
from domain.awards.payment_events import ProfileLine, ProfileSet
from domain.awards.spend_commands import SetProfile
from domain.errors import Refusal
from domain.kernel import Event
from domain.periods import Frequency, Period, financial_year
from tests.domain.an_award import HUB, OF_2017, OF_2018, REGISTERED, TWO_YEARS, approved, of_2017, of_2018, profile
from tests.domain.properties import modest
from tests.story import given

WHY = {"reason": "As agreed."}
YEARS = ("2017-18", "2018-19", "2019-20")


def spread(by: Frequency, *before: Event) -> ProfileSet:
    """The award's profile by a frequency."""
    (event,) = given(*before).when(SetProfile(**HUB, by=by)).decided()
    assert isinstance(event, ProfileSet)
    return event


def lines_of(event: ProfileSet) -> dict[str, int]:
    """What each line comes to."""
    return {line.line: line.amount_pence for line in event.lines}


def by_year(lines: tuple[ProfileLine, ...]) -> dict[str, int]:
    """What the lines of each financial year come to."""
    years: dict[str, int] = {}
    for line in lines:
        period = Period.parse(line.line)
        assert financial_year(period.start) == financial_year(period.end)
        years[financial_year(period.start)] = years.get(financial_year(period.start), 0) + line.amount_pence
    return years


class TestSpreading:
    def test_each_year_s_share_falls_to_the_quarters_of_that_year(self) -> None:
        lines = lines_of(spread(Frequency.QUARTERLY, *TWO_YEARS))
        assert list(lines.values()) == [30_000_00] * 4 + [20_000_00, 20_000_00, 20_000_00, 20_000_01]

    def test_once_is_once_a_year_where_there_are_several(self) -> None:
        assert lines_of(spread(Frequency.ONCE, *TWO_YEARS)) == {"2017-18": 120_000_00, "2018-19": 80_000_01}

    def test_a_year_without_a_share_has_no_lines(self) -> None:
        two_years = TWO_YEARS[0]
        assert set(lines_of(spread(Frequency.QUARTERLY, two_years, approved(of_2018(100))))) == {
            f"2018-19-q{number}" for number in (1, 2, 3, 4)
        }

    def test_a_share_of_a_year_without_any_of_its_days_is_spread_over_all_of_them(self) -> None:
        before = Share(fund="moj-victims", year="2016-17", amount_pence=1_200)
        lines = lines_of(spread(Frequency.QUARTERLY, REGISTERED, approved(before, of_2017(400))))
        assert list(lines.values()) == [400] * 4


class TestAfterAChange:
    def by_quarter(self) -> tuple[Event, ...]:
        return (*TWO_YEARS, spread(Frequency.QUARTERLY, *TWO_YEARS))

    def changed(self, order: UpliftAward | ReduceAward) -> dict[str, int]:
        event = given(*self.by_quarter()).when(order).decided()[-1]
        assert isinstance(event, ProfileSet)
        return lines_of(event)

    def test_an_uplift_of_one_year_s_share_falls_to_the_last_line_of_that_year(self) -> None:
        lines = self.changed(UpliftAward(**HUB, **OF_2017, variation="v1", by_pence=100, **WHY))
        assert lines["2017-18-q4"] == 30_001_00
        assert lines["2018-19-q4"] == 20_000_01

    def test_a_reduction_takes_the_last_lines_of_that_year_first(self) -> None:
        lines = self.changed(ReduceAward(**HUB, **OF_2017, variation="v1", by_pence=40_000_00, **WHY))
        assert [lines[f"2017-18-q{number}"] for number in (1, 2, 3, 4)] == [30_000_00, 30_000_00, 20_000_00, 0]
        assert lines["2018-19-q1"] == 20_000_00

    def test_lines_before_its_day_are_taken_only_when_those_from_it_on_are_used_up(self) -> None:
        day = date(2018, 1, 1)
        said: dict[str, Any] = {**HUB, **OF_2017, "variation": "v1", "effective_on": day, **WHY}
        lines = self.changed(ReduceAward(**said, by_pence=30_000_01))
        assert [lines[f"2017-18-q{number}"] for number in (1, 2, 3, 4)] == [30_000_00, 30_000_00, 29_999_99, 0]

    def test_stated_lines_without_dates_keep_their_order(self) -> None:
        stated = profile(staff=190_000_00, rooms=10_000_01)
        order = ReduceAward(**HUB, **OF_2018, variation="v1", by_pence=20_000_00, **WHY)
        assert given(*TWO_YEARS, stated).when(order).decided()[-1] == profile(staff=180_000_01, rooms=0)


@for_any(
    some.lists(some.integers(0, 10_000), min_size=1, max_size=3),
    some.sampled_from(Frequency),
    some.dates(date(2017, 4, 1), date(2018, 3, 31)),
    some.lists(
        some.tuples(
            some.booleans(),
            some.integers(0, 2),
            some.integers(1, 5_000),
            some.dates(date(2017, 4, 1), date(2020, 3, 31)),
        ),
        max_size=6,
    ),
)
@modest
def test_a_profile_adds_up_year_by_year_to_the_shares(
    amounts: list[int], by: Frequency, start: date, changes: list[tuple[bool, int, int, date]]
) -> None:
    shares = [Share(fund="f", year=year, amount_pence=pence) for year, pence in zip(YEARS, amounts, strict=False)]
    end = date(2017 + len(shares), 3, 31)
    events: list[Event] = [REGISTERED.model_copy(update={"starts_on": start, "ends_on": end}), approved(*shares)]
    events.append(spread(by, *events))
    for number, (larger, year, pence, day) in enumerate(changes):
        order = UpliftAward if larger else ReduceAward
        said: dict[str, Any] = {**HUB, "fund": "f", "year": YEARS[year % len(shares)], "by_pence": pence, **WHY}
        try:
            events += given(*events).when(order(**said, variation=f"v{number}", effective_on=day)).decided()
        except Refusal:
            continue
    award = Award().after(events)
    assert by_year(award.payments.profile) == {share.year: share.amount_pence for share in award.shares}
