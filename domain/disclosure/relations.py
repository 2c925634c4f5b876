"""How the cells of one publication hang together: what adds up to what, and what can be no more than what.

Whoever reads a table knows them, so a small number is only hidden when it does not follow from them. A relation that
is left out is a small number given away: name them all, over all the tables of one publication.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from domain.kernel import Value
from domain.tables import Cell, Row, Table

ALL_SERVICES = "All services (instances)"
"""What the return calls the row of its totals."""


class At(NamedTuple):
    """Where a cell stands in a publication."""

    table: str
    row: int
    """From nought."""
    column: str


class Sum(Value):
    """A cell is the sum of others. Parts that were not supplied count for nothing in it."""

    total: At
    parts: tuple[At, ...]


class AtMost(Value):
    """One cell, or several together, can be no more than another: "of these" is at most its whole."""

    parts: tuple[At, ...]
    whole: At


Relation = Sum | AtMost


def supplied(cell: Cell) -> bool:
    """Whether there is a count in the cell, exact or bounded."""
    exact = isinstance(cell.value, int) and not isinstance(cell.value, bool)
    return cell.missing is None and (exact or cell.at_least is not None or cell.at_most is not None)


def totals(table: Table, label: str = ALL_SERVICES, *, per: str | None = None, only: Sequence[str] = ()) -> list[Sum]:
    """What the rows of totals say: in each column of counts, such a row is the sum of the others where supplied.

    A row of totals has the label in its first column. With ``per``, it is the sum of those rows that have the same
    in that column, as a row for each outcome is. With ``only``, a row counts when it has all those columns.
    """
    keys = {column.key: place for place, column in enumerate(table.columns)}
    same = keys[per] if per else None
    counts = [(place, column.key) for place, column in enumerate(table.columns) if column.kind == "count"]
    found = []
    for number, row in _rows(table, label, inside=True):
        parts = [
            (other, cells)
            for other, cells in _rows(table, label, inside=False)
            if (same is None or cells[same].value == row[same].value) and all(supplied(cells[keys[o]]) for o in only)
        ]
        found += [
            Sum(
                total=At(table.name, number, key),
                parts=tuple(At(table.name, other, key) for other, cells in parts if supplied(cells[place])),
            )
            for place, key in counts
            if supplied(row[place])
        ]
    return found


def _rows(table: Table, label: str, *, inside: bool) -> list[tuple[int, Row]]:
    return [(number, row) for number, row in enumerate(table.rows) if (row[0].value == label) is inside]


def split(table: Table, columns: Sequence[str], whole: Table, column: str, label: str = ALL_SERVICES) -> list[Relation]:
    """What an exclusive breakdown says: in each row its columns add up to one cell of another table (or of its own).

    Rows of the two belong together when they have the same in their first columns. Where part of the breakdown was
    not supplied, the rest can be no more than the whole. Rows of totals are left out: what they say follows from the
    others, and where a service did not supply the breakdown they do not add up.
    """
    keys = {each.key: place for place, each in enumerate(table.columns)}
    wholes = {each.key: place for place, each in enumerate(whole.columns)}
    found: list[Relation] = []
    rows = {row[0].value: (number, row) for number, row in enumerate(whole.rows)}
    for number, row in _rows(table, label, inside=False):
        parts = tuple(At(table.name, number, key) for key in columns if supplied(row[keys[key]]))
        there = rows.get(row[0].value)
        if there is None or not parts or not supplied(there[1][wholes[column]]):
            continue
        at = At(whole.name, there[0], column)
        complete = len(parts) == len(columns)
        found.append(Sum(total=at, parts=parts) if complete else AtMost(parts=parts, whole=at))
    return found


def of_these(table: Table, pairs: Iterable[tuple[str, str]]) -> list[AtMost]:
    """In each row, the first column of a pair can be no more than the second: improved of answered."""
    keys = {each.key: place for place, each in enumerate(table.columns)}
    return [
        AtMost(parts=(At(table.name, number, part),), whole=At(table.name, number, whole))
        for part, whole in pairs
        for number, row in enumerate(table.rows)
        if supplied(row[keys[part]]) and supplied(row[keys[whole]])
    ]


def cell_at(tables: Mapping[str, Table], at: At) -> Cell:
    """The cell of that place. Raises ``LookupError`` when there is none."""
    table = tables[at.table]
    for column, cell in zip(table.columns, table.rows[at.row], strict=True):
        if column.key == at.column:
            return cell
    raise LookupError(at)
