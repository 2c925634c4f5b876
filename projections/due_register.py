"""What is owed as a register: milestones and obligations, filtered by the database, a page at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, select

from domain.awards.award import SETTLED
from domain.errors import Refusal
from domain.periods import day_in_words
from domain.tables import Cell, Column, Missing, Table, cell
from projections.awards import AwardRow
from projections.families import family
from projections.monitoring import OPEN, DueItem
from projections.paging import Order, Page, page_of
from projections.providers import ProviderRow
from projections.views import Views

STANDINGS = ("due", "overdue", "open", "owed", "missed", "met", "waived", "nil-return")
"""What may be asked for: what is still asked for (open), by its day (due, overdue), or as it is recorded."""


@dataclass(frozen=True)
class DueFilter:
    """Which of what is owed; ``None``: whichever."""

    award: str | None = None
    provider: str | None = None
    """With all that are joined to it."""
    standing: str | None = None
    """One of ``STANDINGS``."""
    kind: str | None = None
    """``report``, ``milestone`` or ``obligation``."""
    from_day: date | None = None
    to_day: date | None = None
    """Due between these days, both included."""


def due_query(views: Views, where: Iterable[ColumnElement[bool]]) -> Select[Any]:
    """Everything owed, with its award's service and provider."""
    due, awards, providers = DueItem.table.c, AwardRow.table.c, ProviderRow.table.c
    joined = DueItem.table.join(AwardRow.table, due.award == awards.award)
    joined = joined.outerjoin(ProviderRow.table, providers.provider == awards.provider)
    about = (awards.service, awards.provider.label("provider_reference"), providers.title.label("provider_title"))
    return select(DueItem.table, *about).select_from(joined).where(*views.within(DueItem), *where)


def is_open() -> list[ColumnElement[bool]]:
    """The conditions for what is still asked for: nothing more is asked of an award that is settled."""
    settled = [status.value for status in SETTLED]
    return [DueItem.table.c.standing.in_(OPEN), AwardRow.table.c.status.not_in(settled)]


def obligations(views: Views, wanted: DueFilter, limit: int = 50, after: str | None = None) -> Page:
    """What is owed, the earliest first. One query, two when a provider is asked for.

    Raises ``Refusal`` for a standing that there is not, or a place of another list.
    """
    if wanted.provider is None:
        return due_page(views, wanted, (), limit, after)
    codes = [row.provider for row in family(views, wanted.provider)]
    return due_page(views, replace(wanted, provider=None), codes or ("",), limit, after)


def due_page(views: Views, wanted: DueFilter, providers: Sequence[str], limit: int, after: str | None = None) -> Page:
    """As ``obligations``, of awards held by providers that are known already (by code). One query."""
    due = DueItem.table.c
    where = _where(views, wanted)
    if providers:
        where.append(AwardRow.table.c.provider.in_(providers))
    order = Order((due.due_on, due.award, due.item), (date, str, str))
    rows, count, place = page_of(views, due_query(views, where), order, limit, after)
    return Page(due_table(views, "obligations", "Milestones and what is owed", rows), count, place)


def _where(views: Views, wanted: DueFilter) -> list[ColumnElement[bool]]:
    due = DueItem.table.c
    where: list[ColumnElement[bool]] = []
    match wanted.standing:
        case None:
            pass
        case "open":
            where += is_open()
        case "due":
            where += [*is_open(), due.due_on >= views.today]
        case "overdue":
            where += [*is_open(), due.due_on < views.today]
        case standing if standing in STANDINGS:
            where.append(due.standing == standing)
        case _:
            raise Refusal(f"There is no such standing. There are: {', '.join(STANDINGS)}.")
    if wanted.award is not None:
        where.append(due.award == wanted.award)
    if wanted.kind is not None:
        where.append(due.kind == wanted.kind)
    if wanted.from_day is not None:
        where.append(due.due_on >= wanted.from_day)
    if wanted.to_day is not None:
        where.append(due.due_on <= wanted.to_day)
    return where


def due_table(views: Views, name: str, title: str, rows: Iterable[RowMapping]) -> Table:
    """What is owed as a table; each row knows whether it is late, and by how many days."""
    return Table(
        name=name,
        title=title,
        columns=(
            Column(key="due_on", title="Due", kind="date"),
            Column(key="days_late", title="Days late", kind="count"),
            Column(key="award", title="Award"),
            Column(key="provider", title="Provider"),
            Column(key="kind", title="Kind"),
            Column(key="title", title="What is due"),
            Column(key="period", title="For"),
            Column(key="standing", title="Standing"),
            Column(key="done_on", title="Done", kind="date"),
            Column(key="first_due_on", title="First due", kind="date", detail=True),
            Column(key="reason", title="Reason last given", detail=True),
            Column(key="service", title="Service", detail=True),
            Column(key="name", title="Name", detail=True),
            Column(key="item", title="Item", detail=True),
        ),
        rows=tuple(_due_row(views, row) for row in rows),
        notes=(f"As at {day_in_words(views.today)}.",),
        names=("item",),
    )


def _due_row(views: Views, row: RowMapping) -> tuple[Cell, ...]:
    late = (views.today - row["due_on"]).days if row["standing"] in OPEN else 0
    unasked = Missing.NOT_APPLICABLE
    return (
        cell(row["due_on"]),
        cell(late if late > 0 else None, missing=unasked),
        cell(row["award"]),
        cell(row["provider_title"]),
        cell(row["kind"]),
        cell(row["title"]),
        cell(row["period"], missing=unasked),
        cell(row["standing"]),
        cell(row["done_on"], missing=unasked),
        cell(row["first_due_on"]),
        cell(row["reason"], missing=unasked),
        cell(row["service"]),
        cell(row["name"]),
        cell(row["item"]),
    )
