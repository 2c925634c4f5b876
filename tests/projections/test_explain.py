"""Whatever happens, the events behind a figure of a budget come to it: now, and by what held on any day."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from domain.awards.payment_events import SpendLine
from domain.awards.spend_commands import ReportSpend
from domain.errors import OutturnError
from domain.funds.commands import (
    CapAdministration,
    HoldEarmark,
    ReceiveAllocation,
    ReleaseEarmark,
    SetTolerance,
    StateTotal,
)
from domain.funds.events import CapBasis, EarmarkKind
from domain.kernel import Command
from domain.tables import Missing
from projections.budget_answers import budgets
from projections.explain import EXPLAINED, explain
from projections.views import Views
from services.event_store import open_log
from services.office import Office
from services.places import InMemory
from services.read_models import ReadModels
from services.settings import Database
from tests.conftest import Clock
from tests.projections.histories import BEGINNING, modest, stories
from tests.projections.particulars import REASON, awards, days, funds, pence
from tests.scenes import YEAR, approved, paid, share
from tests.story import giver


def _spend(forecasts: tuple[int | None, ...]) -> tuple[SpendLine, ...]:
    """A statement of as many lines."""
    return tuple(
        SpendLine(line=f"Line {number}", planned_pence=1, actual_pence=1, forecast_pence=forecast, explanation=None)
        for number, forecast in enumerate(forecasts)
    )


forecasts = some.lists(some.none() | pence, min_size=1, max_size=3).map(tuple) | some.tuples(pence, pence)


def _forecast_story(
    award: str, fund: str, statements: list[tuple[str, tuple[int | None, ...], date]]
) -> list[Command[Any]]:
    """A provider says what it will have spent, and says it again."""
    return [
        approved(award, share(5, fund)),
        *(
            ReportSpend(award=award, period=period, lines=_spend(said), received_on=day)
            for period, said, day in statements
        ),
    ]


def _limits_story(fund: str, basis: CapBasis, per_cent: int, amount: int, released: int) -> list[Command[Any]]:
    """What may be kept for administration, what may be over, and what a paper states; each said twice."""
    which: dict[str, Any] = {"fund": fund, "year": YEAR}
    leave: dict[str, Any] = {**which, "authorised_by": "CFO", "reason": REASON}
    kept: dict[str, Any] = {**which, "title": "Administration", "kind": EarmarkKind.ADMINISTRATION}
    return [
        CapAdministration(**which, per_cent=per_cent, basis=CapBasis.ALLOCATION, source="The agreement"),
        SetTolerance(**leave, per_cent=per_cent, decision="D3"),
        StateTotal(**which, source="A paper", total_pence=amount),
        *paid("a1", "p6", 1_00, date(2017, 9, 1), "f1"),
        HoldEarmark(**kept, earmark="e6", amount_pence=1 + amount // 100),
        ReleaseEarmark(**which, earmark="e6", amount_pence=released, reason=REASON),
        ReceiveAllocation(**which, agreement="l6", amount_pence=amount, source="Letter", received_on=date(2017, 8, 1)),
        CapAdministration(**which, per_cent=per_cent + 1, basis=basis, source="An addendum"),
        SetTolerance(**leave, amount_pence=amount, decision="D4"),
        StateTotal(**which, source="Another paper", total_pence=released),
    ]


statements = some.lists(some.tuples(some.sampled_from(["2017-18-q1", "2017-18-q2"]), forecasts, days), max_size=4)
told = some.one_of(
    some.lists(stories, min_size=3, max_size=6).map(lambda told: [order for story in told for order in story]),
    some.builds(_forecast_story, awards, funds, statements),
    some.builds(_forecast_story, some.just("a1"), funds, statements),
    some.builds(_limits_story, funds, some.sampled_from(CapBasis), some.integers(0, 30), pence, some.integers(1, 30)),
)
long_histories = some.lists(told, min_size=2, max_size=5).map(lambda told: [order for story in told for order in story])
LAST = date(2018, 1, 31)


@contextmanager
def lived_by_the_day(history: list[Command[Any]]) -> Iterator[Office]:
    """An office in memory to which the orders were given, one each day."""
    log, clock = open_log(Database.of("memory:")), Clock()
    with Office(log, ReadModels(log, InMemory()), clock).open() as office:
        for order in [*BEGINNING, *history]:
            try:
                office.do(order, giver(order))
            except OutturnError:
                continue  # what is refused changes nothing
            clock.forward(days=1)
        yield office


@given(long_histories, some.none() | some.dates(date(2017, 3, 31), LAST))
@modest
def test_the_events_behind_a_figure_come_to_it_now_and_on_any_day(history: list[Command[Any]], on: date | None) -> None:
    with lived_by_the_day(history) as office, office.reading() as views:
        table = budgets(views, on)
        assert set(EXPLAINED) == {column.key for column in table.columns if column.kind in ("pence", "count")}
        for budget in table.records():
            for figure in EXPLAINED:
                assert_explained(views, budget, figure, on)


def assert_explained(views: Views, budget: dict[str, Any], figure: str, on: date | None) -> None:
    """The last line says what the budget says; the changes add up to it; the events are in order."""
    table = explain(views, budget["fund"], budget["year"], figure, on)
    lines, unit = list(table.records()), "_pence" if figure.endswith("_pence") else ""
    positions = [line["position"] for line in lines]
    assert positions == sorted(set(positions))
    if on is not None:
        assert all(line["effective_on"] <= on.isoformat() for line in lines)
    if lines:
        assert lines[-1][f"so_far{unit}"] == budget[figure], figure
        assert (table.rows[-1][-1].missing is Missing.NOT_KNOWN) == (budget[figure] is None)
    else:
        assert not budget[figure], figure
    assert len(table.notes) == (on is not None) + (budget[figure] is None)
    if budget[figure] is not None:
        assert sum(line[f"change{unit}"] or 0 for line in lines) == budget[figure]
