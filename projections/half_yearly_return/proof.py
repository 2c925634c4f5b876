"""What proves a return: the events, files and cells behind a figure; and what differs from it as now known."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from domain.awards import change_events
from domain.errors import NotFound, Refusal
from domain.kernel import Event, Recorded
from domain.reports.events import Figures, ReportCorrected, ReportSubmitted
from domain.reports.form import NUMBERS
from domain.reports.measures import framework_named
from domain.returns.filled import FilledReturn
from domain.tables import Cell, Column, Missing, Row, Table, cell, shown
from projections.half_yearly_return.form import as_it_stands, fill_in
from projections.half_yearly_return.services import ALL
from projections.returns import ReturnRow
from projections.timeline import in_words
from projections.views import Views

_HOW = (
    "Name a cell by its table, row and column, like demand/MOJ-2017-01/referrals or outcomes/MOJ-2017-01/cope/improved."
)
_MEASURES = {
    "spend_pence": "spend",
    "spend_to_date_pence": "spend",
    "forecast_pence": "forecast",
    "variance_pence": "forecast",
    "posts_funded": "posts-funded",
    "posts_filled": "posts-filled",
}
"""The count behind a column of the service list."""


class Place(NamedTuple):
    """One cell of a return."""

    table: Table
    row: int
    column: int

    @property
    def cell(self) -> Cell:
        """What stands there."""
        return self.table.rows[self.row][self.column]

    @property
    def names(self) -> tuple[str, ...]:
        """What its row is called."""
        return names_of(self.table, self.table.rows[self.row])

    @property
    def address(self) -> str:
        """``demand/MOJ-2017-01/referrals``."""
        return "/".join((self.table.name, *self.names, self.table.columns[self.column].key))

    @property
    def sources(self) -> tuple[int, ...]:
        """The events behind it, in order: of a sum, those behind every figure in it."""
        if not _is_sum(self.names):
            return self.cell.sources
        found: set[int] = set()
        for row in self.table.rows:
            names = names_of(self.table, row)
            if not _is_sum(names) and names[1:] == self.names[1:] and _is_in_sum(self.table, row, self.column):
                found.update(row[self.column].sources)
        return tuple(sorted(found))


def names_of(table: Table, row: Row) -> tuple[str, ...]:
    """What a row is called: the values of the columns that name it."""
    places = [place for place, column in enumerate(table.columns) if column.key in table.names]
    return tuple(str(row[place].value) for place in places)


def _is_sum(names: Sequence[str]) -> bool:
    return bool(names) and names[0].startswith(ALL)


def _is_in_sum(table: Table, row: Row, column: int) -> bool:
    """Whether a service's figure is in the last row: an outcome only where all three numbers were supplied.

    So is that it is missing because its report was sent back, or that no part of it can be told by the choice that
    was made: that event too makes the sum what it is.
    """
    if row[column].missing in (Missing.NOT_SUPPLIED, Missing.NOT_DIVISIBLE):
        return True
    if table.name != "outcomes":
        return row[column].missing is None
    return all(each.missing is None for each, of in zip(row, table.columns, strict=True) if of.key in NUMBERS)


def find_cell(filled: FilledReturn, address: str) -> Place:
    """The cell of that address; of a row's name, its beginning or one word of it is enough. Raises ``NotFound``."""
    parts = [part.strip().casefold() for part in address.split("/")]
    table = next((table for table in filled.tables if table.name == parts[0]), None)
    if table is None:
        known = ", ".join(table.name for table in filled.tables)
        raise NotFound(f"There is no such table in the return (there are: {known}). {_HOW}")
    if len(parts) != len(table.names) + 2:
        raise Refusal(f"The rows of {table.name} are named by {' and '.join(table.names)}. {_HOW}")
    column = next((place for place, column in enumerate(table.columns) if column.key == parts[-1]), None)
    if column is None:
        known = ", ".join(column.key for column in table.columns)
        raise NotFound(f"There is no such column in {table.name} (there are: {known}).")
    rows = [place for place, row in enumerate(table.rows) if _fits(names_of(table, row), parts[1:-1])]
    exact = [p for p in rows if [name.casefold() for name in names_of(table, table.rows[p])] == parts[1:-1]]
    if len(exact or rows) != 1:
        many = "several such rows" if rows else "no such row"
        raise NotFound(f"There is {many} in {table.name}. {_HOW}")
    return Place(table, (exact or rows)[0], column)


def _fits(names: Sequence[str], said: Sequence[str]) -> bool:
    return all(
        name.casefold().startswith(part) or part in name.casefold().split()
        for name, part in zip(names, said, strict=True)
    )


def _reason(event: Event) -> str | None:
    said = getattr(event, "reason", None) or getattr(event, "reasons", None)
    return "; ".join(said) if isinstance(said, tuple) else said


def _where_in_file(content: Figures, framework: str, place: Place) -> str | None:
    """The cell of the provider's file in which the figure stood."""
    key = place.table.columns[place.column].key
    if place.table.name == "outcomes":
        title = {outcome.title: outcome.outcome for outcome in framework_named(framework).outcomes}
        code = title.get(place.names[1])
        cells = next((f.cells for f in content.outcomes if f.outcome == code), None)
        return cells[NUMBERS.index(key)] if cells and key in NUMBERS else None
    for figure in content.figures:
        if _MEASURES.get(key) == figure.key or figure.key.translate(_AS_KEY) == key:
            return figure.cell
    return None


_AS_KEY = str.maketrans("-:/", "___")


def explain(views: Views, period: str, address: str, version: int | None = None) -> Table:
    """The events behind one figure of a return, in order, with the files and cells; and no others."""
    standing = as_it_stands(views, period, version)
    place = find_cell(standing.filled, address)
    rows = []
    for position in place.sources:
        recorded = views.history.at(position)
        what, particulars = in_words(recorded.event)
        file, where = _file(recorded.event, place)
        rows.append(
            (
                cell(position),
                cell(recorded.at),
                cell(recorded.stream),
                cell(what),
                cell(file, missing=Missing.NOT_APPLICABLE),
                cell(where, missing=Missing.NOT_APPLICABLE),
                cell(recorded.by),
                cell(_reason(recorded.event), missing=Missing.NOT_APPLICABLE),
                cell(particulars),
                cell(_digest(recorded.event), missing=Missing.NOT_APPLICABLE),
            )
        )
    said = shown(place.table.columns[place.column], place.cell) or "empty"
    said = said if place.cell.missing is Missing.NOT_DIVISIBLE else f"is {said}"
    return Table(
        name="explain",
        title=f"{place.address} {said}: event by event",
        columns=(
            Column(key="position", title="Log position", kind="count"),
            Column(key="at", title="When", kind="moment"),
            Column(key="about", title="About"),
            Column(key="happened", title="Happened"),
            Column(key="file", title="File"),
            Column(key="cell", title="Cell"),
            Column(key="by", title="By"),
            Column(key="reason", title="Reason"),
            Column(key="particulars", title="Particulars", detail=True),
            Column(key="sha256", title="SHA-256 of the file", detail=True),
        ),
        rows=tuple(rows),
        notes=() if rows else ("Nothing was recorded that makes this figure.",),
    )


def _content(event: Event) -> tuple[Figures, str] | None:
    return (event.content, event.framework) if isinstance(event, ReportSubmitted | ReportCorrected) else None


def _file(event: Event, place: Place) -> tuple[str | None, str | None]:
    found = _content(event)
    if found is None or found[0].file is None:
        return None, None
    return found[0].file.file_name, _where_in_file(*found, place)


def _digest(event: Event) -> str | None:
    found = _content(event)
    return found[0].file.sha256 if found and found[0].file else None


def _places(filled: FilledReturn) -> dict[tuple[str, ...], Place]:
    """Every cell by its address, the cells that name a row left out."""
    return {
        (table.name, *names_of(table, row), column.key): Place(table, number, place)
        for table in filled.tables
        for number, row in enumerate(table.rows)
        for place, column in enumerate(table.columns)
        if column.key not in table.names
    }


class Difference(NamedTuple):
    """One cell that is no longer what was signed."""

    address: tuple[str, ...]
    signed: Place | None
    now: Place | None

    @property
    def came(self) -> set[int]:
        """The events that are behind it now, and were not when it was signed."""
        return _behind(self.now) - _behind(self.signed)

    @property
    def went(self) -> set[int]:
        """The events that were behind it when it was signed, and no longer are."""
        return _behind(self.signed) - _behind(self.now)


def _behind(place: Place | None) -> set[int]:
    return set(place.sources) if place else set()


def differences(signed: FilledReturn, now: FilledReturn) -> Iterator[Difference]:
    """The cells that say something else, in the order of the form."""
    before, after = _places(signed), _places(now)
    for address in dict.fromkeys((*before, *after)):
        old, new = before.get(address), after.get(address)
        if old is None or new is None or _said(old.cell) != _said(new.cell):
            yield Difference(address, old, new)


def _said(of: Cell) -> tuple[object, ...]:
    return of.value, of.missing, of.words, of.at_least, of.at_most


def signed_return(views: Views, period: str, version: int | None = None) -> FilledReturn:
    """The return as signed: the version asked for, or the latest that was. Raises ``NotFound``."""
    rows = views.rows(ReturnRow, ReturnRow.table.c.period == period)
    signed = [row for row in rows if row.tables is not None and version in (None, row.version)]
    if not signed:
        raise NotFound(f"No return for {period} is signed off yet: there is nothing to compare (return sign-off).")
    return as_it_stands(views, period, signed[-1].version).filled


def compare(views: Views, period: str, version: int | None = None) -> Table:
    """A return as signed against as now known: a line to each cell and event that made it differ."""
    signed = signed_return(views, period, version)
    found = list(differences(signed, fill_in(views, period, signed.template)))
    since = Since(views, signed.position)
    rows = [row for difference in found for row in _lines(since, difference)]
    number = len(found)
    return Table(
        name="compare",
        title=f"Return {period}: as signed, against as now known",
        columns=(
            Column(key="table", title="Table"),
            Column(key="row", title="Row"),
            Column(key="column", title="Column"),
            Column(key="signed", title="As signed"),
            Column(key="now", title="As now known"),
            Column(key="position", title="Log position", kind="count"),
            Column(key="happened", title="Because"),
            Column(key="by", title="By"),
            Column(key="reason", title="Reason"),
            Column(key="address", title="Address", detail=True),
        ),
        rows=tuple(rows),
        notes=(
            f"{number} cell{'' if number == 1 else 's'} differ{'s' if number == 1 else ''}."
            if number
            else "Nothing differs: what is now known is what was signed.",
        ),
    )


def _lines(since: "Since", difference: Difference) -> Iterator[Row]:
    place = difference.now or difference.signed
    assert place is not None
    column = place.table.columns[place.column]
    both = (difference.signed, difference.now)
    old, new = ("not there" if each is None else shown(column, each.cell) for each in both)
    for event in since.why(difference):
        yield (
            cell(place.table.title),
            cell(" / ".join(place.names)),
            cell(column.title),
            cell(old),
            cell(new),
            cell(event.position if event else None, missing=Missing.NOT_APPLICABLE),
            cell(in_words(event.event)[0] if event else None, missing=Missing.NOT_APPLICABLE),
            cell(event.by if event else None, missing=Missing.NOT_APPLICABLE),
            cell(_reason(event.event) if event else None, missing=Missing.NOT_APPLICABLE),
            cell("/".join(difference.address)),
        )


class Since:
    """What happened after a return was signed."""

    def __init__(self, views: Views, position: int) -> None:
        self._views, self._position = views, position

    @cached_property
    def by_stream(self) -> dict[str, list[Recorded]]:
        """Every later event, by its stream; read only when somebody asks."""
        found: dict[str, list[Recorded]] = {}
        number = self._views.position - self._position
        for recorded in self._views.history.latest(number, self._views.position) if number else ():
            found.setdefault(recorded.stream, []).append(recorded)
        return found

    def why(self, difference: Difference) -> list[Recorded | None]:
        """The events that made it differ, in order; or a single nothing: it is shown even if it has none.

        Where a figure went away no event is behind it: then it is what happened to its report or award since.
        """
        at = self._views.history.at
        came = {position: at(position) for position in difference.came}
        # that a fund was opened, say, is behind a new service's figure; it is not why the return differs
        found = {p: each for p, each in came.items() if p > self._position or each.noun == "report"}
        told = {recorded.stream for recorded in found.values()}
        streams = {at(position).stream for position in difference.went} - told
        for stream in streams:
            found |= {each.position: each for each in self.by_stream.get(stream, ()) if _takes_away(each)}
        if not found and not streams and not _is_sum(difference.address[1:]):
            found = {each.position: each for each in self._about(difference.address[1], difference.signed is None)}
        return [found[position] for position in sorted(found)] or [None]

    def _about(self, award: str, is_new: bool) -> list[Recorded]:
        """Of a cell that stands on no event, what happened since to the award: that it came, or to its reports, or
        to what it owes."""
        if is_new:
            return self.by_stream.get(f"award-{award}", [])
        for noun in (f"report-{award}.", f"obligation-{award}."):
            found = [each for stream, own in self.by_stream.items() if stream.startswith(noun) for each in own]
            if found:
                return found
        return []


def _takes_away(recorded: Recorded) -> bool:
    return recorded.noun == "report" or type(recorded.event).__module__ == change_events.__name__
