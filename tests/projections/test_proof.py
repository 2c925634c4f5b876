"""What proves a return: exactly the events behind a figure; what differs from what was signed, and why."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import StaticPool, create_engine

from domain.awards.changes import ExtendAward, UpliftAward
from domain.awards.milestone_commands import PlanMilestone
from domain.errors import NotFound, OutturnError, Refusal
from domain.kernel import Command, Recorded
from domain.monitoring.commands import DeclareNilReturn
from domain.periods import Period
from domain.reports.commands import AcceptReport, CorrectReport, SendBackReport
from domain.returns.commands import (
    ApportionReport,
    CommentOnReturn,
    FillReturn,
    OpenReturn,
    RestateReturn,
    SignOffReturn,
    SubmitReturn,
)
from domain.returns.events import Apportionment
from domain.returns.filled import FilledReturn
from domain.tables import Cell, Table, plain
from projections.half_yearly_return.form import as_it_stands, comments, fill_in
from projections.half_yearly_return.missing import missing, returns_to_open
from projections.half_yearly_return.proof import Place, compare, explain, find_cell, names_of
from projections.rows import METADATA, Missing, Rows
from projections.views import Views, projections_of
from services.office import Office
from services.proof import reproduce
from tests.conftest import OCTOBER
from tests.projections.histories import lived
from tests.scenes import FUND, PROVIDER, YEAR, accepted, awarded, do, fund_with, reported, reporting

H1, H2 = "2017-18-h1", "2017-18-h2"
TEMPLATE = "moj-working-1"
LOOKED_AT = ("header", "service-list", "demand", "outcomes")


def fold_without(log: Sequence[Recorded], left_out: int | None) -> FilledReturn | None:
    """The return folded from the log without one of its events; what no longer fits without it is passed over."""
    with create_engine("sqlite://", poolclass=StaticPool).connect() as connection:
        METADATA.create_all(connection)
        rows = Rows(connection, fresh=True)
        for recorded in log:
            if recorded.position == left_out:
                continue
            for projection in projections_of(type(recorded.event)):
                with suppress(Missing):
                    projection.apply(recorded, rows)
        rows.write()
        views = Views(connection, log[-1].position, OCTOBER, None)  # type: ignore[arg-type]
        try:
            return fill_in(views, H1, TEMPLATE)
        except Refusal:
            return None
        finally:
            connection.rollback()


def values(filled: FilledReturn | None) -> dict[tuple[str, ...], Cell]:
    """What stands at each address, whatever its sources."""
    return {
        (table.name, *names_of(table, row), column.key): said._replace(sources=())
        for table in (filled.tables if filled else ())
        if table.name in LOOKED_AT
        for row in table.rows
        for column, said in zip(table.columns, row, strict=True)
    }


AWARDS = ("b1", "b2")
PERIODS = (H1, "2017-18-q1", "2017-18-q2", "2017-07-01..2018-01-31", H2)


class Numbers:
    """Counts of which no two are the same, nor any two sums: powers of two."""

    def __init__(self) -> None:
        self._next = 0

    def __call__(self) -> int:
        self._next += 1
        return 2**self._next


@st.composite
def turns(draw: st.DrawFn) -> list[Command[Any]]:
    """What becomes of the reports of two awards, among things that touch no figure."""
    number = Numbers()
    orders: list[Command[Any]] = []
    for turn in draw(st.lists(st.integers(0, 8), min_size=2, max_size=9)):
        award, period = draw(st.sampled_from(AWARDS)), draw(st.sampled_from(PERIODS[:4]))
        improved = number()
        report = reported(
            award, period, referrals=number(), spend=number(), cope=(improved, improved + 1, 2 * improved + 2)
        )
        match turn:
            case 0 | 1:
                orders += [report, AcceptReport(award=award, period=period)]
            case 2:
                better = CorrectReport(**report.model_dump(), reason="A month was left out")
                orders += [better, AcceptReport(award=award, period=period)]
            case 3:
                orders += [CorrectReport(**report.model_dump(), reason="Not looked at yet")]
            case 4:
                late = date(2017, 11, 30)
                orders += [SendBackReport(award=award, period=period, reasons=("Too low",), correct_by=late)]
            case 5:
                said = {"award": award, "schedule": "outcome-report", "period": H1}
                orders += [DeclareNilReturn(**said, declared_on=date(2017, 10, 2), reason="No referrals")]
            case 6:
                orders += [
                    UpliftAward(
                        award=award, variation=f"v{number()}", fund=FUND, year=YEAR, by_pence=number(), reason="More"
                    )
                ]
            case 7:
                how = draw(st.sampled_from(Apportionment))
                said = {"award": award, "report_period": PERIODS[3], "how": how, "reason": "It runs from July"}
                orders += [ApportionReport(period=H1, **said)]
            case _:
                orders += [
                    PlanMilestone(award=award, milestone=f"m{number()}", title="A review", due_on=date(2018, 1, 1)),
                    ExtendAward(award=award, ends_on=date(2018, 6, 30), reason="Agreed"),
                ]
    return orders


@given(turns())
@settings(deadline=None, max_examples=12)
def test_the_sources_of_a_figure_are_those_events_that_change_it_and_no_others(history: list[Command[Any]]) -> None:
    start = [*awarded("b1", 1_000), *awarded("b2", 2_000), reporting("b1"), reporting("b2"), OpenReturn(period=H1)]
    begin = [*fund_with(9_000), *start]
    with lived([*begin, *history]) as office:
        log = list(office.log.everything())
    whole = fold_without(log, None)
    assert whole is not None
    there = values(whole)
    without = {each.position: values(fold_without(log, each.position)) for each in log}
    for table in whole.tables:
        for line, row in enumerate(table.rows):
            for column, said in enumerate(row):
                place = Place(table, line, column)
                address = (table.name, *place.names, table.columns[column].key)
                if address not in there or not isinstance(said.value, int) or isinstance(said.value, bool):
                    continue
                changing = {position for position, other in without.items() if other.get(address) != there[address]}
                assert set(place.sources) == changing, address
