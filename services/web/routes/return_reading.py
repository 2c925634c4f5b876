"""What the pages of a return read: its versions without their tables, and of its tables those that a page shows.

A signed return of a thousand services has a quarter of a million cells. Its tables are taken out of the record one by
one, and of each only the lines that are shown are looked into. A return that is not signed is folded once for a
position of the log, and kept while people look through its sections.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeVar, cast

from fastapi import Request
from sqlalchemy import select

from domain.errors import NotFound
from domain.returns.events import ReturnFilled
from domain.returns.filled import FilledReturn, template_named
from domain.tables import Table
from projections.half_yearly_return import proof
from projections.half_yearly_return.form import fill_in
from projections.half_yearly_return.missing import missing
from projections.returns import ReturnRow
from projections.rows import RowT
from projections.views import Views
from services.event_store import EventStore
from services.web.routes.return_views import ReadBefore, half_year

SIGNED = ("signed-off", "submitted")
KEPT = 4
"""How many folded returns are kept; a large one takes some tens of megabytes."""
LINES = 100
"""How many lines of a table are on one page."""

_PARTS = {"needs-and-support": ("needs-", "supported-")}
"""How the names of a section's tables begin, where it is not with the section's own name."""
_NO_TABLES = [column for column in ReturnRow.table.c if column.key != "tables"]
Made = TypeVar("Made")


class Head(NamedTuple):
    """One table of a return, without its lines."""

    place: int
    name: str
    title: str
    lines: int


class Kept:
    """The few answers asked for last, each under a key that names all that it was made of."""

    def __init__(self, most: int) -> None:
        self._most, self._made, self._lock = most, OrderedDict[Hashable, Any](), threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """The answer of that key, made if it is not there."""
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                return cast(Made, self._made[key])
        made = make()
        with self._lock:
            self._made[key] = made
            while len(self._made) > self._most:
                self._made.popitem(last=False)
        return made


def kept_by(request: Request, name: str, most: int) -> Kept:
    """What the application keeps under a name, for as long as it lives."""
    state = request.app.state
    if not hasattr(state, name):
        setattr(state, name, Kept(most))
    return cast(Kept, getattr(state, name))


def versions_of(views: Views, period: str) -> list[ReturnRow]:
    """Every version of the return, the first one first, without the tables. Raises ``NotFound``. One query."""
    found = _versions(views, ReturnRow.table.c.period == period)
    if not found:
        raise NotFound("There is no such return. Open it first.")
    return found


def every_version(views: Views) -> list[ReturnRow]:
    """Every version of every return, the latest half-year first, without the tables. One query."""
    found = _versions(views)
    return sorted(found, key=lambda row: (row.period, row.version), reverse=True)


def _versions(views: Views, *where: Any) -> list[ReturnRow]:
    query = select(*_NO_TABLES).where(*views.within(ReturnRow), *where).order_by(ReturnRow.table.c.version)
    return [ReturnRow(**found) for found in views.connection.execute(query).mappings()]


def version_of(versions: Sequence[ReturnRow], number: int | None) -> ReturnRow:
    """The version of that number, or the latest. Raises ``NotFound``."""
    row = next((row for row in reversed(versions) if number in (None, row.version)), None)
    if row is None:
        raise NotFound("There is no such version of this return.")
    return row


def is_signed(row: ReturnRow) -> bool:
    """Whether its tables are frozen; they stay so when a later version takes its place."""
    return row.signed_by is not None


@dataclass(frozen=True)
class Reading:
    """The tables of one version: as signed, or as now known."""

    views: Views
    row: ReturnRow
    filled: FilledReturn | None
    """As now known; ``None``: it is signed, and stands in the record."""
    heads: tuple[Head, ...]

    def tables(self, names: Sequence[str]) -> list[Table]:
        """The whole tables of those names, in the order of the form. One query at most."""
        return [_table(raw) for raw in self._raw([head for head in self.heads if head.name in names])]

    def page(self, head: Head, first: int) -> Table:
        """The lines of a table from one on, as many as a page has."""
        [raw] = self._raw([head])
        return _table(raw, first)

    def _raw(self, heads: Sequence[Head]) -> list[Any]:
        if not heads:
            return []
        if self.filled is not None:
            return [self.filled.tables[head.place] for head in heads]
        columns = ReturnRow.table.c
        wanted = [columns.tables[head.place].label(f"table_{head.place}") for head in heads]
        where = (columns.period == self.row.period, columns.version == self.row.version)
        return list(self.views.connection.execute(select(*wanted).where(*where)).one())


def _table(raw: Any, first: int | None = None) -> Table:
    """A table as it is kept, looked into from a line on, or whole."""
    rows = raw.rows if isinstance(raw, Table) else raw["rows"]
    shown = rows if first is None else rows[first : first + LINES]
    if isinstance(raw, Table):
        return raw.model_copy(update={"rows": tuple(shown)})
    return Table.model_validate({**raw, "rows": shown})


def reading_of(request: Request, views: Views, row: ReturnRow, versions: Sequence[ReturnRow]) -> Reading:
    """The tables of a version. One query for a signed one; five for another, unless it was folded just before."""
    if not is_signed(row):
        filled = filled_now(request, views, versions)
        return Reading(views, row, filled, tuple(_heads(filled.tables)))
    key = (row.period, row.version, row.sha256)
    heads = kept_by(request, "return_heads", 64).get(key, lambda: _stored_heads(views, row))
    return Reading(views, row, None, heads)


def filled_now(request: Request, views: Views, versions: Sequence[ReturnRow]) -> FilledReturn:
    """The latest version as now known, folded once for a position and a day. Raises ``Refusal``: nothing to report."""
    row = versions[-1]
    key = (row.period, row.version, row.template, views.position, views.today)
    folded = kept_by(request, "folded_returns", KEPT)
    return folded.get(key, lambda: fill_in(half_year(views, versions), row.period, row.template))


def lacking(request: Request, views: Views, versions: Sequence[ReturnRow]) -> Table:
    """What the return lacks, worked out once for a position and a day. Four queries."""
    period = versions[-1].period
    key = (period, views.position, views.today)
    return kept_by(request, "lacking_returns", KEPT).get(key, lambda: missing(half_year(views, versions), period))


def _heads(tables: Sequence[Table]) -> list[Head]:
    return [Head(place, table.name, table.title, len(table.rows)) for place, table in enumerate(tables)]


def _stored_heads(views: Views, row: ReturnRow) -> tuple[Head, ...]:
    columns = ReturnRow.table.c
    query = select(columns.tables).where(columns.period == row.period, columns.version == row.version)
    kept = views.connection.execute(query).scalar_one()
    return tuple(Head(place, raw["name"], raw["title"], len(raw["rows"])) for place, raw in enumerate(kept))


def sections_of(row: ReturnRow, heads: Sequence[Head]) -> dict[str, list[Head]]:
    """The tables of each section, in the order of the template; a section without a table is left out."""
    found: dict[str, list[Head]] = {}
    for section in template_named(row.template).sections:
        begins = _PARTS.get(section, (f"{section}-",))
        own = [head for head in heads if head.name == section or head.name.startswith(begins)]
        if own:
            found[section] = own
    return found


def title_of(section: str) -> str:
    """``Needs and support`` of ``needs-and-support``."""
    return section.replace("-", " ").capitalize()


def who_filled(log: EventStore, row: ReturnRow) -> str | None:
    """Who filled this version in last, by opaque id: it stands in the log just behind the position it was folded to.

    ``None``: nobody did, or it is not among the next few events (two orders came at once): the timeline says it.
    """
    if row.position is None or row.sha256 is None:
        return None
    after = row.position
    for _number in range(3):  # one by one: a signed return may come next, and is large
        found = log.read(after, 1)
        if not found:
            break
        recorded, event, after = found[0], found[0].event, found[0].position
        if recorded.stream == f"return-{row.period}" and isinstance(event, ReturnFilled) and event.sha256 == row.sha256:
            return event.filled_by or recorded.by
    return None


@dataclass(frozen=True)
class _OneTable(Views):
    """The views in which a return has the one table that is asked about."""

    row: ReturnRow | None = None

    def rows(self, kind: type[RowT], *where: Any, order_by: Sequence[str] = ()) -> list[RowT]:
        """The rows; of returns the one that is looked into."""
        if kind is ReturnRow:
            return cast(list[RowT], [self.row])
        return super().rows(kind, *where, order_by=order_by)


class Explained(NamedTuple):
    """One figure of a return, with what is behind it."""

    place: proof.Place
    events: Table | None
    """The events behind it, in order; ``None``: there are more than a page holds, and its parts tell them."""


def explained(reading: Reading, address: str) -> Explained:
    """A figure by its address. Raises ``NotFound`` or ``Refusal``. At most one query, and one of the log."""
    views, row, name = reading.views, reading.row, address.partition("/")[0].strip().casefold()
    tables = reading.tables([name])
    if not tables:
        raise NotFound("There is no such table in this return.")
    one = FilledReturn(period=row.period, template=row.template, position=row.position or 0, tables=tuple(tables))
    place = proof.find_cell(one, address)
    sources = place.sources
    if len(sources) > LINES:
        return Explained(place, None)
    events = {each.position: each for each in views.history.many(sources)} if sources else {}
    stand_in = replace(row, tables=list(tables))
    history: Any = ReadBefore(views.history, events)
    of_one = _OneTable(views.connection, views.position, views.moment, history, views.reach, stand_in)
    return Explained(place, proof.explain(of_one, row.period, place.address, row.version))
