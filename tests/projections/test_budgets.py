"""Budgets by a day: every figure is of what held then; what may be kept for administration; what will be lost."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.awards.changes import ReduceAward, UpliftAward
from domain.awards.payment_events import SpendLine
from domain.awards.spend_commands import ReportSpend
from domain.funds.commands import (
    AmendAllocation,
    CapAdministration,
    ConfirmAllocation,
    HoldEarmark,
    ReceiveAllocation,
    ReleaseEarmark,
    SetRingFence,
    SetTolerance,
    StateTotal,
)
from domain.funds.events import CapBasis, EarmarkKind, ReturnedHow
from domain.funds.leaving import CarryFunds, ReturnUnderspend
from domain.tables import Missing, Table
from projections.budget_answers import budgets, ring_fences
from projections.case_file import case_file
from projections.explain import explain
from projections.underspend import underspend
from services.office import Office
from tests.conftest import Clock
from tests.scenes import FUND, PROVIDER, YEAR, approved, awarded, do, fund_with, paid, registered, share

IN_FUND: dict[str, Any] = {"fund": FUND, "year": YEAR}
TODAY, TOMORROW = date(2017, 10, 16), date(2017, 10, 17)
CFO: dict[str, Any] = {**IN_FUND, "authorised_by": "Chief finance officer", "reason": "Winter"}


def budget(office: Office, on: date | None = None) -> dict[str, Any]:
    """The one fund's row."""
    with office.reading() as views:
        (row,) = budgets(views, on).records()
    return row


def explained(office: Office, figure: str, on: date | None = None) -> list[tuple[Any, ...]]:
    """What each line is about, what it changes, and what it comes to."""
    with office.reading() as views:
        table = explain(views, FUND, YEAR, figure, on)
    unit = "_pence" if figure.endswith("_pence") else ""
    return [(row["about"], row[f"change{unit}"], row[f"so_far{unit}"]) for row in table.records()]


def spend(received_on: date, period: str = "2017-18-q1", award: str = "a1", **forecasts: int | None) -> ReportSpend:
    """A provider's statement: by line, what it will have spent in pounds."""
    return ReportSpend(
        award=award,
        period=period,
        received_on=received_on,
        lines=tuple(
            SpendLine(
                line=line,
                planned_pence=1,
                actual_pence=1,
                forecast_pence=None if pounds is None else pounds * 100,
                explanation=None,
            )
            for line, pounds in forecasts.items()
        ),
    )


# by a day


def test_a_tolerance_holds_from_the_day_it_was_recorded(office: Office, clock: Clock) -> None:
    do(office, *fund_with(1_000), SetTolerance(**CFO, per_cent=10, decision="D1"))
    clock.forward(days=1)
    do(office, SetTolerance(**CFO, amount_pence=50_00, decision="D2"))
    days = (TODAY - timedelta(days=1), TODAY, TOMORROW, None)
    rows = [budget(office, day) for day in days]
    assert [row["allowed_over_pence"] for row in rows] == [0, 100_00, 50_00, 50_00]
    assert [row["tolerance_decision"] for row in rows] == [None, "D1", "D2", "D2"]


def test_a_percentage_is_of_what_was_received_by_the_day(office: Office, clock: Clock) -> None:
    do(office, *fund_with(1_000), SetTolerance(**CFO, per_cent="12.5", decision="D1"))
    clock.forward(days=1)
    do(office, ReceiveAllocation(**IN_FUND, agreement="l2", amount_pence=200_00, source="Letter"))
    assert [budget(office, day)["allowed_over_pence"] for day in (TODAY, TOMORROW)] == [125_00, 150_00]


def test_a_stated_total_and_its_difference_hold_from_the_day_it_was_recorded(office: Office, clock: Clock) -> None:
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300))
    clock.forward(days=1)
    do(office, StateTotal(**IN_FUND, source="Decision summary", total_pence=325_00))
    before, after = budget(office, TODAY), budget(office, TOMORROW)
    assert (before["stated_total_pence"], before["difference_pence"]) == (None, None)
    assert (after["stated_total_pence"], after["difference_pence"]) == (325_00, 25_00)
    with office.reading() as views:
        stated = [any("the paper states" in note for note in budgets(views, day).notes) for day in (TODAY, TOMORROW)]
    assert stated == [False, True]


def test_a_forecast_holds_from_the_day_the_statement_came_in_and_is_compared_with_what_was_committed_then(
    office: Office,
) -> None:
    held: dict[str, Any] = {"award": "a1", **IN_FUND, "reason": "A pay award"}
    do(office, *fund_with(1_000), PROVIDER, registered("a1"))
    do(office, approved("a1", share(300)).model_copy(update={"effective_on": date(2017, 4, 1)}))
    do(office, UpliftAward(**held, variation="v1", by_pence=10_00, effective_on=date(2017, 9, 1)))
    do(office, spend(date(2017, 7, 10), Staff=290), spend(date(2017, 10, 10), "2017-18-q2", Staff=320))
    days = (date(2017, 7, 9), date(2017, 7, 10), date(2017, 9, 1), date(2017, 10, 10), None)
    rows = [budget(office, day) for day in days]
    assert [row["forecast_pence"] for row in rows] == [None, 290_00, 290_00, 320_00, 320_00]
    assert [row["variance_pence"] for row in rows] == [None, -10_00, -20_00, 10_00, 10_00]


def test_the_statement_received_last_is_the_forecast_though_an_earlier_one_is_recorded_after_it(office: Office) -> None:
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300))
    do(office, spend(date(2017, 10, 10), "2017-18-q2", Staff=320), spend(date(2017, 7, 10), Staff=290))
    assert budget(office)["forecast_pence"] == 320_00


def test_an_award_of_two_funds_or_of_no_known_amount_is_in_no_forecast(office: Office) -> None:
    do(office, *fund_with(1_000), *fund_with(50, "cdrg"), PROVIDER, registered("a1"), registered("a2"))
    do(office, approved("a1", share(300), share(10, "cdrg")), approved("a2", share(None)))
    do(office, spend(TODAY, Staff=1), spend(TODAY, award="a2", Staff=2))
    with office.reading() as views:
        assert [row["forecast_pence"] for row in budgets(views).records()] == [None, None]


def test_what_was_printed_and_whether_it_is_exact_are_as_they_were_by_the_day(office: Office, clock: Clock) -> None:
    about: dict[str, Any] = {**IN_FUND, "source": "Letter"}
    do(office, fund_with(0)[0])
    do(office, ReceiveAllocation(**about, agreement="l1", amount_pence=1_000_00, printed="£1k", exact=False))
    do(office, ReceiveAllocation(**about, agreement="l2", amount_pence=2_000_00, printed="£2k", exact=False))
    clock.forward(days=1)
    do(office, ConfirmAllocation(**about, agreement="l1", amount_pence=1_000_01))
    assert budget(office)["received_exactly"] is False
    clock.forward(days=1)
    do(office, ConfirmAllocation(**about, agreement="l2", amount_pence=2_000_02))
    clock.forward(days=1)
    do(office, ReceiveAllocation(**about, agreement="l3", amount_pence=3_00, printed="£3 or so", exact=False))
    rows = [budget(office, TODAY + timedelta(days=days)) for days in (-1, 0, 1, 2, 3)]
    assert [row["received_exactly"] for row in rows] == [None, False, False, True, False]
    assert [row["received_as_printed"] for row in rows] == [None, *["£1k and £2k"] * 3, "£1k and £2k and £3 or so"]


def test_an_amount_that_is_confirmed_is_not_known_before_its_allocation_is(office: Office) -> None:
    do(office, *fund_with(1_000))
    late: dict[str, Any] = {**IN_FUND, "agreement": "l2", "source": "Letter"}
    do(office, ReceiveAllocation(**late, amount_pence=None, received_on=date(2017, 9, 1)))
    do(office, ReceiveAllocation(**{**late, "agreement": "l0"}, amount_pence=7_00, received_on=date(2017, 4, 1)))
    do(office, ConfirmAllocation(**late, amount_pence=5_00, effective_on=date(2017, 5, 1)))
    assert [budget(office, day)["received_pence"] for day in (date(2017, 5, 1), date(2017, 9, 1))] == [7_00, 12_00]


def test_a_ring_fence_that_is_made_smaller_from_an_earlier_day_is_so_from_that_day(office: Office) -> None:
    apart: dict[str, Any] = {**IN_FUND, "ring_fence": "r1", "title": "Domestic abuse", "reason": "Agreed"}
    do(office, *fund_with(1_000), SetRingFence(**apart, amount_pence=100_00, effective_on=date(2017, 9, 1)))
    do(office, SetRingFence(**apart, amount_pence=80_00, effective_on=date(2017, 7, 1)))
    days = (date(2017, 6, 30), date(2017, 7, 1), date(2017, 9, 1), None)
    with office.reading() as views:
        sizes = [next(ring_fences(views, day).records())["received_pence"] for day in days]
    assert sizes == [0, 80_00, 80_00, 80_00]


def test_one_sentence_says_what_was_known_when_of_what_held_when(office: Office, clock: Clock) -> None:
    do(office, *fund_with(1_000))
    asked: list[Table] = []
    known = clock.now
    clock.forward(days=3)
    with office.as_at(known) as views:
        asked += [answer(views, date(2017, 6, 30)) for answer in (budgets, ring_fences, underspend)]
        asked.append(explain(views, FUND, YEAR, "committed_pence", date(2017, 6, 30)))
    for table in asked:
        assert table.notes[0] == "What was known on 16 October 2017 at 10:00am of what held on 30 June 2017."
        assert not any("now" in note.split() for note in table.notes)


# explained


def test_an_allocation_that_is_not_known_is_among_the_events_and_makes_the_last_line_not_known(office: Office) -> None:
    unknown = ReceiveAllocation(**IN_FUND, agreement="l2", amount_pence=None, source="Letter")
    do(office, *fund_with(1_000), unknown, PROVIDER, *awarded("a1", 300))
    assert explained(office, "left_pence") == [
        ("grant-letter", 1_000_00, 1_000_00),
        ("l2", None, None),
        ("a1", -300_00, None),
    ]
    with office.reading() as views:
        last = explain(views, FUND, YEAR, "left_pence").rows[-1][-1]
    assert last.missing is Missing.NOT_KNOWN
    do(office, ConfirmAllocation(**IN_FUND, agreement="l2", amount_pence=5_00, source="The agreement"))
    assert explained(office, "left_pence")[-1] == ("l2", 5_00, 705_00)


def test_a_figure_on_a_day_is_explained_by_what_held_then(office: Office) -> None:
    varied: dict[str, Any] = {"award": "a1", **IN_FUND, "reason": "Fewer sessions"}
    do(office, *fund_with(1_000), PROVIDER, registered("a1"))
    do(office, approved("a1", share(300)).model_copy(update={"effective_on": date(2017, 4, 1)}))
    do(office, ReduceAward(**varied, variation="v1", by_pence=50_00, effective_on=date(2017, 9, 1)))
    assert explained(office, "committed_pence") == [("a1", 300_00, 300_00), ("a1", -50_00, 250_00)]
    assert explained(office, "committed_pence", date(2017, 8, 31)) == [("a1", 300_00, 300_00)]
    assert explained(office, "committed_pence", date(2017, 3, 31)) == []


def test_what_is_over_is_explained_by_what_was_received_and_taken(office: Office) -> None:
    do(office, *fund_with(1_000), PROVIDER, SetTolerance(**CFO, per_cent=10, decision="D1"), *awarded("a1", 1_050))
    assert explained(office, "over_pence") == [("grant-letter", 0, 0), ("a1", 50_00, 50_00)]


def test_what_is_over_in_a_ring_fence_is_explained_by_its_size_and_names_it(office: Office) -> None:
    apart: dict[str, Any] = {**IN_FUND, "ring_fence": "r1", "title": "Domestic abuse", "reason": "Agreed"}
    do(office, *fund_with(1_000), SetTolerance(**CFO, per_cent=10, decision="D1"), PROVIDER, registered("a1"))
    do(office, SetRingFence(**apart, amount_pence=100_00))
    do(office, approved("a1", share(120).model_copy(update={"ring_fence": "r1"})))
    assert explained(office, "over_pence") == [("grant-letter", 0, 0), ("r1", 0, 0), ("a1", 20_00, 20_00)]
    with office.reading() as views:
        named = [row["ring_fence"] for row in explain(views, FUND, YEAR, "over_pence").records()]
    assert named == [None, None, "r1"]


def test_a_tolerance_of_an_amount_is_explained_without_what_was_received(office: Office) -> None:
    do(office, *fund_with(1_000), SetTolerance(**CFO, per_cent=10, decision="D1"))
    assert explained(office, "allowed_over_pence") == [("grant-letter", 0, 0), ("D1", 100_00, 100_00)]
    do(office, SetTolerance(**CFO, amount_pence=70_00, decision="D2"))
    assert explained(office, "allowed_over_pence") == [("D1", 100_00, 100_00), ("D2", -30_00, 70_00)]


def test_a_variance_is_explained_by_the_awards_that_have_a_forecast_and_by_no_others(office: Office) -> None:
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300), *awarded("a2", 100))
    do(office, spend(date(2017, 7, 10), Staff=290, Rent=20), spend(date(2017, 7, 11), Staff=305))
    assert explained(office, "forecast_pence") == [
        ("a1 2017-18-q1", 310_00, 310_00),
        ("a1 2017-18-q1", -5_00, 305_00),
    ]
    assert explained(office, "variance_pence") == [
        ("a1", None, None),
        ("a1 2017-18-q1", 10_00, 10_00),
        ("a1 2017-18-q1", -5_00, 5_00),
    ]


def test_a_difference_is_explained_by_the_total_and_by_what_the_records_come_to(office: Office) -> None:
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300))
    do(office, StateTotal(**IN_FUND, source="Decision summary", total_pence=325_00))
    assert explained(office, "stated_total_pence") == [("Decision summary", 325_00, 325_00)]
    assert explained(office, "difference_pence") == [("a1", None, None), ("Decision summary", 25_00, 25_00)]


# a statement that is restated


def test_a_restated_period_with_fewer_lines_has_the_old_lines_no_more(office: Office) -> None:
    do(office, *fund_with(1_000), PROVIDER, registered("a1"))
    do(office, approved("a1", share(300)).model_copy(update={"effective_on": date(2017, 4, 1)}))
    do(office, spend(date(2017, 7, 10), Staff=200, Travel=100), spend(date(2017, 7, 20), Staff=250))
    with office.reading() as views:
        lines = {table.name: table for table in case_file(views, "a1")}["spend"]
    assert [(row["line"], row["forecast_pence"]) for row in lines.records()] == [("Staff", 250_00)]
    assert budget(office)["forecast_pence"] == 250_00
    assert budget(office, date(2017, 7, 10))["forecast_pence"] == 300_00


def test_a_statement_put_right_with_an_earlier_day_takes_the_place_of_the_wrong_one(office: Office) -> None:
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300))
    do(office, spend(date(2017, 7, 20), Staff=999), spend(date(2017, 7, 10), Staff=250))
    assert budget(office)["forecast_pence"] == 250_00


# administration


@pytest.mark.parametrize(
    ("basis", "cap", "words"),
    [
        (CapBasis.ALLOCATION, 75_00, "7.5 per cent of what was received"),
        (CapBasis.SPEND, 15_00, "7.5 per cent of what was paid"),
    ],
)
def test_a_cap_on_administration_is_shown_with_its_basis_and_what_is_kept(
    office: Office, clock: Clock, basis: CapBasis, cap: int, words: str
) -> None:
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300), *paid("a1", "p1", 200_00, date(2017, 10, 1)))
    kept: dict[str, Any] = {**IN_FUND, "title": "Staff", "kind": EarmarkKind.ADMINISTRATION}
    do(office, HoldEarmark(**kept, earmark="e1", amount_pence=12_00))
    do(office, ReleaseEarmark(**IN_FUND, earmark="e1", amount_pence=2_00, reason="Not needed"))
    do(office, HoldEarmark(**{**kept, "kind": EarmarkKind.RESERVE}, earmark="e2", amount_pence=90_00))
    row = budget(office)
    assert (row["administration_cap"], row["administration_cap_pence"]) == (None, None)
    clock.forward(days=1)
    do(office, CapAdministration(**IN_FUND, per_cent="7.5", basis=basis, source="The agreement"))
    row = budget(office)
    assert (row["administration_cap"], row["administration_cap_pence"]) == (words, cap)
    assert (row["administration_pence"], row["earmarked_pence"]) == (10_00, 100_00)
    assert budget(office, TODAY)["administration_cap_pence"] is None
    assert explained(office, "administration_pence") == [("e1", 12_00, 12_00), ("e1", -2_00, 10_00)]
    behind = "a1" if basis is CapBasis.SPEND else "grant-letter"
    assert explained(office, "administration_cap_pence") == [(behind, None, None), (basis.value, cap, cap)]
    with office.reading() as views:
        (note,) = [note for note in budgets(views).notes if "administration" in note]
    assert note.endswith(f"£10 is kept for administration; the most that may be is {words}, £{cap // 100}.")


def test_a_cap_on_what_is_not_known_is_not_known_in_pence(office: Office) -> None:
    do(office, *fund_with(None))
    do(office, CapAdministration(**IN_FUND, per_cent=5, basis=CapBasis.ALLOCATION, source="The agreement"))
    row = budget(office)
    assert (row["administration_cap"], row["administration_cap_pence"]) == ("5 per cent of what was received", None)
    assert explained(office, "administration_cap_pence")[-1] == ("allocation", None, None)


def test_a_fund_committed_ahead_of_its_money_says_so_of_that_day(office: Office) -> None:
    do(office, *fund_with(100), PROVIDER)
    order: dict[str, Any] = {"agreement": "grant-letter", "addendum": "n1", "change_pence": 50_00, "reason": "More"}
    do(office, AmendAllocation(**IN_FUND, **order, effective_on=date(2018, 1, 1)), *awarded("a1", 120))
    with office.reading() as views:
        early, late = (budgets(views, on).notes for on in (TODAY, date(2018, 1, 1)))
    (note,) = [note for note in early if "beyond" in note]
    assert note == (
        "moj-victims 2017-18: by 16 October 2017 £20 was committed or kept aside beyond what had been received by "
        "that day."
    )
    assert not [note for note in late if "beyond" in note]


def test_a_forecast_that_is_left_out_is_said_to_be(office: Office) -> None:
    do(office, *fund_with(1_000), *fund_with(1_000, "other"), PROVIDER)
    do(office, registered("a1"), approved("a1", share(300), share(100, "other")), *awarded("a2", 50))
    do(office, registered("a3"), approved("a3", share(None)))
    do(office, *(spend(TODAY, award=award, staff=40) for award in ("a1", "a2", "a3")))
    with office.reading() as views:
        notes = [note for note in budgets(views).notes if "forecast of award" in note]
    assert notes == [
        "The forecast of award a1 is in no line: it draws on more than one fund or year.",
        "The forecast of award a3 is in no line: its amount is not known.",
    ]


# what is lost if it is not spent


def carried(transfer: str, pounds: int, use_by: date | None) -> CarryFunds:
    """Money of the year before is carried into the fund."""
    return CarryFunds(
        fund="before",
        year="2016-17",
        transfer=transfer,
        to_fund=FUND,
        to_year=YEAR,
        amount_pence=pounds * 100,
        permission="The letter of 1 March",
        use_by=use_by,
        effective_on=date(2017, 4, 1),
    )


def parts(office: Office, on: date | None = None) -> list[tuple[Any, ...]]:
    """Of the fund: what is carried in, until when it may be used, and how much of it is not spent, in pounds."""
    with office.reading() as views:
        rows = [row for row in underspend(views, on).records() if row["fund"] == FUND]
    return [(row["money"], row["ends_on"], row["unspent_pence"] // 100) for row in rows]


def test_money_carried_in_until_a_day_is_lost_after_that_day(office: Office) -> None:
    year, autumn, summer = "2018-03-31", date(2017, 10, 31), date(2018, 6, 30)
    do(office, *fund_with(500, "before", "2016-17"), *fund_with(1_000), PROVIDER)
    do(office, carried("t1", 100, autumn), carried("t2", 60, summer), carried("t3", 40, None))
    after = [(None, year, 1_040), ("carried in: t2", "2018-06-30", 60)]
    assert parts(office) == [("carried in: t1", "2017-10-31", 100), *after]
    do(office, *awarded("a1", 300), *paid("a1", "p1", 70_00, date(2017, 5, 1)))
    assert parts(office) == [("carried in: t1", "2017-10-31", 30), *after]
    with office.reading() as views:
        table = underspend(views, date(2017, 11, 1))
        rows = [row for row in table.records() if row["fund"] == FUND]
        assert [row["left_pence"] for row in rows] == [None, 900_00]
    assert "moj-victims 2017-18: £30 of what was carried in could be used until 31 October 2017, and was not." in (
        table.notes
    )
    do(office, *paid("a1", "p2", 80_00, date(2017, 10, 2)))
    assert parts(office) == [(None, year, 990), ("carried in: t2", "2018-06-30", 60)]
    assert parts(office, date(2018, 4, 1)) == [("carried in: t2", "2018-06-30", 60)]


def test_money_carried_into_a_fund_whose_allocation_is_not_known_has_its_last_day_all_the_same(office: Office) -> None:
    do(office, *fund_with(500, "before", "2016-17"), *fund_with(None), carried("t1", 100, date(2017, 10, 31)))
    with office.reading() as views:
        rows = [row for row in underspend(views).records() if row["fund"] == FUND]
    assert [(row["ends_on"], row["unspent_pence"]) for row in rows] == [("2017-10-31", 100_00), ("2018-03-31", None)]


def test_carried_money_is_explained_with_its_source_and_permission(office: Office) -> None:
    do(office, *fund_with(500, "before", "2016-17"), *fund_with(10), carried("grant-letter", 100, date(2017, 10, 31)))
    assert explained(office, "received_pence") == [
        ("grant-letter", 10_00, 10_00),
        (
            "grant-letter: from before 2016-17, by permission: The letter of 1 March; to be used by 31 October 2017",
            100_00,
            110_00,
        ),
    ]
    with office.reading() as views:
        (line,) = explain(views, "before", "2016-17", "carried_out_pence").records()
    assert line["about"].startswith("grant-letter: to moj-victims 2017-18, by permission: The letter of 1 March")


def lost(office: Office, on: date | None = None) -> tuple[list[tuple[Any, ...]], str]:
    """The years that are listed with the days left, and what is said of the past."""
    with office.reading() as views:
        table = underspend(views, on)
    rows = [(row["year"], row["days"], row["unspent_pence"]) for row in table.records()]
    return rows, " ".join(note for note in table.notes if "past" in note or "more" in note)


def test_only_years_that_are_not_over_are_listed_and_those_of_the_past_are_counted(
    office: Office, clock: Clock
) -> None:
    do(office, *fund_with(10, year="2016-17"), *fund_with(20), *fund_with(30, year="2018-19"))
    do(office, *fund_with(None, "cdrg", "2016-17"), *fund_with(40, "spent", "2016-17"))
    whole: dict[str, Any] = {"fund": "spent", "year": "2016-17", "how": ReturnedHow.REPAID, "reason": "Not spent"}
    do(office, ReturnUnderspend(**whole, returned="u1", amount_pence=40_00))
    rows, past = lost(office)
    assert rows == [("2017-18", 166, 20_00), ("2018-19", 531, 30_00)]
    assert past == (
        "1 fund of past years still had money left that was neither paid nor carried out nor returned. "
        "Of 1 more it is not known whether there was any."
    )
    clock.forward(days=166)  # 31 March 2018
    assert lost(office)[0][0] == ("2017-18", 0, 20_00)
    clock.forward(days=1)
    assert [year for year, _days, _unspent in lost(office)[0]] == ["2018-19"]
    assert lost(office)[1].startswith("2 funds of past years")


def test_years_are_over_or_not_on_the_day_that_is_asked_about(office: Office, clock: Clock) -> None:
    allocated: dict[str, Any] = {"agreement": "l1", "source": "Letter", "received_on": date(2016, 5, 1)}
    do(office, fund_with(0, year="2016-17")[0], *fund_with(20))
    do(office, ReceiveAllocation(fund=FUND, year="2016-17", **allocated, amount_pence=10_00))
    known = clock.now
    clock.forward(days=400)
    assert lost(office, date(2017, 3, 1)) == ([("2016-17", 30, 10_00)], "")
    assert lost(office)[0] == []
    with office.as_at(known) as views:
        assert [row["year"] for row in underspend(views).records()] == ["2017-18"]
