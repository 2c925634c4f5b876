"""Reports that do not fit a half-year count by an explicit choice, and their parts make the whole."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from domain.awards.reporting_commands import AgreeMeasures
from domain.kernel import Command
from domain.monitoring.commands import DeclareNilReturn
from domain.periods import Period
from domain.reports.measures import AddsUp
from domain.returns.commands import ApportionReport, OpenReturn
from domain.returns.events import Apportionment
from domain.tables import Cell, Missing, Table, plain
from projections.half_yearly_return.adding_up import bounds_of
from projections.half_yearly_return.parts import Counted, Part
from projections.half_yearly_return.proof import explain
from services.office import Office
from tests.conftest import Clock
from tests.domain.properties import modest
from tests.projections.histories import lived_as
from tests.scenes import PROVIDER, YEAR, accepted, approved, do, fund_with, registered, reporting, share

TEMPLATE = "moj-working-1"
NOT_SUPPLIED = Cell(missing=Missing.NOT_SUPPLIED)
HALVES = ("2016-17-h1", "2016-17-h2", "2017-18-h1", "2017-18-h2", "2018-19-h1", "2018-19-h2")
BEFORE, H1, H2, AFTER = HALVES[1:5]
ACROSS = "2017-09-01..2017-10-10"
"""Thirty days of forty in the first half-year."""
LATE = datetime(2019, 5, 1, 9, 0, tzinfo=UTC)


def beginning() -> list[Command[Any]]:
    """An award over three years, and the returns of all their half-years open."""
    years = ("2016-17", YEAR, "2018-19")
    return [
        *(order for year in years for order in fund_with(1_000, year=year)),
        PROVIDER,
        registered("a1", starts_on=date(2016, 4, 1), ends_on=date(2019, 3, 31)),
        approved("a1", *(share(100, year=year) for year in years)),
        *(OpenReturn(period=half) for half in HALVES),
    ]


def choice(half: str, days: str, how: Apportionment) -> Command[Any]:
    """What the office chooses, and why."""
    return ApportionReport(period=half, award="a1", report_period=days, how=how, reason="The service says so")


@pytest.fixture
def across(office: Office, clock: Clock) -> Office:
    """That office, and a report on days across two half-years."""
    clock.now = LATE
    counts: dict[str, Any] = {"referrals": 41, "waiting": 5, "longest_wait_hours": 90, "spend": 1_001}
    do(office, *beginning(), *accepted("a1", ACROSS, **counts, cope=(2, 3, 9)))
    return office


def table(office: Office, half: str, name: str) -> Table:
    """One table of a half-year's return."""
    return next(of for of in office.fill_in(half, TEMPLATE).tables if of.name == name)


def row(office: Office, half: str, name: str = "demand") -> dict[str, Cell]:
    """The first row of it."""
    of = table(office, half, name)
    return dict(zip([column.key for column in of.columns], of.rows[0], strict=True))


def test_until_somebody_chooses_it_is_in_no_figure_and_waited_for(across: Office) -> None:
    assert row(across, H1)["referrals"] == row(across, H2)["referrals"] == NOT_SUPPLIED
    assert "choose how the report for 2017-09-01..2017-10-10 counts" in across.fill_in(H1, TEMPLATE).waiting_for[0]


def test_by_days_what_adds_up_is_divided_and_of_those_who_wait_no_part_is_told(across: Office) -> None:
    for half in (H1, H2):
        do(across, choice(half, ACROSS, Apportionment.BY_DAYS))
    first, second = row(across, H1), row(across, H2)
    assert (plain(first["referrals"]), plain(second["referrals"])) == (31, 10)
    assert first["waiting"] == Cell(missing=Missing.NOT_DIVISIBLE, sources=first["referrals"].sources)
    assert plain(second["waiting"]) == 5, "they wait at the end of the second half-year's part"
    money = (row(across, H1, "service-list"), row(across, H2, "service-list"))
    assert [plain(each["spend_pence"]) for each in money] == [751, 250]
    assert plain(money[1]["spend_to_date_pence"]) == 1_001
    numbers = [[plain(row(across, half, "outcomes")[key]) for half in (H1, H2)] for key in ("improved", "answered")]
    assert [sum(each) for each in numbers] == [2, 3]  # type: ignore[arg-type]
    assert across.fill_in(H1, TEMPLATE).waiting_for == ()


def test_of_the_longest_wait_no_part_is_told_either(across: Office) -> None:
    for half in (H1, H2):
        do(across, choice(half, ACROSS, Apportionment.BY_DAYS))
        assert row(across, half)["longest_wait_hours"].missing is Missing.NOT_DIVISIBLE
    do(across, choice(H1, ACROSS, Apportionment.WHOLE))
    assert plain(row(across, H1)["longest_wait_hours"]) == 90


def test_explain_of_what_cannot_be_divided_names_the_report_and_the_choice(across: Office) -> None:
    do(across, choice(H1, ACROSS, Apportionment.BY_DAYS))
    chosen = across.log.head()
    of_all = table(across, H1, "demand").rows[-1]
    place = [column.key for column in table(across, H1, "demand").columns].index("waiting")
    assert of_all[place].missing is Missing.NOT_DIVISIBLE
    for row_name in ("a1", "all"):
        with across.reading() as views:
            said = explain(views, H1, f"demand/{row_name}/waiting")
        happened = [str(line["happened"]) for line in said.records()]
        assert happened[-3:] == ["Report submitted", "Report accepted", "Report apportioned"]
        assert [line["position"] for line in said.records()][-1] == chosen
        assert said.title.endswith("/waiting cannot be divided: event by event")


def test_the_forecast_of_a_cut_report_cannot_be_divided_either(office: Office, clock: Clock) -> None:
    clock.now = LATE
    do(office, *beginning(), *accepted("a1", ACROSS, forecast=5), choice(H1, ACROSS, Apportionment.BY_DAYS))
    assert row(office, H1, "service-list")["forecast_pence"].missing is Missing.NOT_DIVISIBLE
    assert table(office, H1, "service-list").rows[-1][9].missing is Missing.NOT_DIVISIBLE
    assert row(office, H1, "service-list")["spend_pence"] == NOT_SUPPLIED


def test_what_nobody_was_asked_is_not_asked_in_the_last_row_and_what_all_called_nil_is_nil(
    office: Office, clock: Clock
) -> None:
    clock.now = LATE
    do(office, *beginning(), AgreeMeasures(award="a1", measures=("referrals",)))
    demand = table(office, H1, "demand")
    last = dict(zip([column.key for column in demand.columns], demand.rows[-1], strict=True))
    assert (last["offered"].missing, last["referrals"].missing) == (Missing.NOT_ASKED, Missing.NOT_SUPPLIED)
    of = table(office, H1, "outcomes")
    assert {cell.missing for cell in of.rows[-1][4:7]} == {Missing.NOT_ASKED}
    said = {"award": "a1", "schedule": "outcome-report", "period": H1}
    do(office, reporting("a1"), DeclareNilReturn(**said, declared_on=date(2017, 10, 2), reason="No referrals"))
    assert table(office, H1, "demand").rows[-1][3].missing is Missing.NIL


def test_whole_it_counts_with_everything_and_nothing_is_nothing(across: Office) -> None:
    do(across, choice(H1, ACROSS, Apportionment.WHOLE), choice(H2, ACROSS, Apportionment.NOTHING))
    first, second = row(across, H1), row(across, H2)
    assert [plain(first[key]) for key in ("referrals", "waiting")] == [41, 5]
    assert [plain(row(across, H1, "outcomes")[key]) for key in ("improved", "answered", "eligible")] == [2, 3, 9]
    assert second["referrals"] == NOT_SUPPLIED
    assert across.fill_in(H2, TEMPLATE).waiting_for == ()
    assert plain(row(across, H1, "service-list")["spend_to_date_pence"]) == 1_001
    assert plain(row(across, H2, "service-list")["spend_to_date_pence"]) == 1_001


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (Apportionment.BY_DAYS, "counts in proportion to its days. Each figure of it is rounded by itself: "),
        (Apportionment.WHOLE, "counts whole."),
        (Apportionment.NOTHING, "does not count."),
    ],
)
def test_every_choice_is_shown_in_the_notes(across: Office, how: Apportionment, words: str) -> None:
    do(across, choice(H1, ACROSS, how))
    begins = f"a1: the report for 1 September 2017 to 10 October 2017 {words}"

    def shown_in(half: str) -> set[str]:
        tables = across.fill_in(half, TEMPLATE).tables
        return {of.name for of in tables if any(note.startswith(begins) for note in of.notes)}

    assert shown_in(H1) == {"service-list", "demand", "demand-referral-source", "outcomes"}
    assert shown_in(H2) == set()
    notes = table(across, H1, "service-list").notes
    days = "1 September 2017 to 10 October 2017"
    assert notes[-1] == f"The reason given for the choice about a1's report for {days}: The service says so."
    assert not any("does not fit" in note for note in notes)


def test_the_choice_is_among_the_sources_of_the_figure(across: Office) -> None:
    do(across, choice(H1, ACROSS, Apportionment.BY_DAYS))
    assert across.log.head() in row(across, H1)["referrals"].sources


def test_a_later_choice_takes_the_place_of_the_first(across: Office) -> None:
    do(across, choice(H1, ACROSS, Apportionment.BY_DAYS))
    first = across.log.head()
    do(across, choice(H1, ACROSS, Apportionment.WHOLE))
    said = row(across, H1)["referrals"]
    assert plain(said) == 41
    assert first not in said.sources


def test_what_was_counted_by_choice_in_the_first_half_is_in_the_year_to_date_of_the_second(
    office: Office, clock: Clock
) -> None:
    """A report from March to June: its part of April to June was spent in this year, also as seen in March."""
    clock.now = LATE
    days = "2017-03-02..2017-06-09"  # a hundred days, seventy of them in the year
    do(office, *beginning(), *accepted("a1", days, spend=1_000), *accepted("a1", H2, spend=5))
    do(office, choice(H1, days, Apportionment.BY_DAYS))
    assert plain(row(office, H1, "service-list")["spend_to_date_pence"]) == 700
    assert plain(row(office, H2, "service-list")["spend_pence"]) == 5
    assert plain(row(office, H2, "service-list")["spend_to_date_pence"]) == 705


class TestTheParts:
    """Of any number, over any half-years."""

    cuts = some.lists(some.integers(1, 400), min_size=1, max_size=5)
    numbers = some.integers(0, 20) | some.integers(0, 10**14)

    @staticmethod
    def parts(lengths: list[int]) -> list[Part]:
        """One after the other."""
        ends = [sum(lengths[: number + 1]) for number in range(len(lengths))]
        return [Part(end - length, end, ends[-1]) for end, length in zip(ends, lengths, strict=True)]

    @given(cuts, numbers)
    @modest
    def test_they_add_up_to_the_whole_and_none_is_below_nought(self, lengths: list[int], number: int) -> None:
        found = [part.of(number) for part in self.parts(lengths)]
        assert sum(found) == number
        assert min(found) >= 0
        for part, share_of_it in zip(self.parts(lengths), found, strict=True):
            assert abs(share_of_it * part.whole - number * (part.last - part.first)) <= part.whole

    @given(cuts, numbers, some.none() | numbers)
    @modest
    def test_bounds_stay_bounds_and_add_up_as_bounds(self, lengths: list[int], low: int, more: int | None) -> None:
        high = None if more is None else low + more
        found = []
        for part in self.parts(lengths):
            days = Period(date(2017, 1, 1), date(2017, 1, 1) + timedelta(days=part.whole - 1))
            counted = Counted(days, {"referrals": [low, high]}, {}, {}, part, (1,), False)
            said = bounds_of("referrals", AddsUp.SUM, [counted])
            assert said is not None
            assert said[0][1] is None or said[0][0] <= said[0][1]
            found.append(said[0])
        assert sum(least for least, _ in found) == low
        if high is not None:
            assert sum(most or 0 for _, most in found) == high
        else:
            assert {most for _, most in found} == {None}


@example("2016-04-01..2018-03-31", [1, 2, 6], 3)
@given(
    some.sampled_from(["2017-01-01..2017-12-31", "2016-12-02..2018-03-09", "2016-04-01..2018-03-31", ACROSS]),
    some.lists(some.integers(0, 60), min_size=3, max_size=3).map(sorted),
    some.integers(0, 10**9),
)
@settings(deadline=None, max_examples=15)
def test_the_parts_of_all_half_years_make_the_report_to_the_penny_and_the_person(
    days: str, numbers: list[int], spend: int
) -> None:
    halves = [half for half in HALVES if Period.parse(half).overlaps(Period.parse(days))]
    orders = [*beginning(), *accepted("a1", days, spend=spend, referrals=numbers[2], cope=tuple(numbers))]
    clock = Clock(LATE)
    with lived_as([*orders, *(choice(half, days, Apportionment.BY_DAYS) for half in halves)], clock) as office:
        assert sum(int(row(office, half, "service-list")["spend_pence"].value or 0) for half in halves) == spend
        assert sum(int(row(office, half)["referrals"].value or 0) for half in halves) == numbers[2]
        found = []
        for half in halves:
            said = row(office, half, "outcomes")
            found.append([int(said[key].value or 0) for key in ("improved", "answered", "eligible")])
            assert found[-1] == sorted(found[-1]), "none of the three may be more than the next"
        assert [sum(each) for each in zip(*found, strict=True)] == numbers
