"""A table laid out for a page: which columns are shown, what each cell says, where it leads, how it stands.

The template only writes down what is laid out here, so that a table of some hundred rows is quick.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from domain.tables import Cell, Column, Kind, Row, Table, plain
from services.exports.words import heading, line, said
from services.web.standings import colour, in_plain_words

Link = Callable[[Mapping[str, Any]], str | None]
"""Where a cell of a row leads: given the row's values by column key, an address of ours, or nothing."""

_CSS: dict[Kind, str] = {
    "count": " app-table__numeric",
    "pence": " app-table__numeric",
    "hundredths": " app-table__numeric",
    "date": " app-table__when",
    "moment": " app-table__when",
}
_SHORT = 20
"""Characters of a reference that is not broken at its hyphens."""
_NUMERIC = frozenset[Kind]({"count", "pence", "hundredths"})


class Heading(NamedTuple):
    """The head of a column."""

    words: str
    css: str


class Place(NamedTuple):
    """One cell as it is shown."""

    words: str
    css: str
    href: str | None
    colour: str | None
    """Of the tag that it is shown as, where it says how a thing stands."""


class Line(NamedTuple):
    """One row as it is shown, with its values by column key, those of columns left out too."""

    names: tuple[Place, ...]
    """The cell that names the row, if it comes first."""
    places: tuple[Place, ...]
    record: Mapping[str, Any]


class Laid(NamedTuple):
    """A table as it is shown."""

    title: str
    headings: tuple[Heading, ...]
    lines: list[Line]
    notes: tuple[str, ...]


def laid_out(
    table: Table,
    links: Mapping[str, Link] | None = None,
    tags: Collection[str] = (),
    detail: bool = False,
    without: Collection[str] = (),
) -> Laid:
    """The table for a page.

    ``links`` says for some columns where their cells lead; the cells of the columns ``tags`` are shown as tags;
    ``detail`` lets the columns in that may be left out; ``without`` leaves others out by key. Raises ``ValueError``
    for a column that the table does not have: the page is wrong, not the data.
    """
    unknown = {*(links or {}), *tags, *without} - {column.key for column in table.columns}
    if unknown:
        raise ValueError(f"The table {table.name} has no column {', '.join(sorted(unknown))}.")
    kept = [
        (place, column)
        for place, column in enumerate(table.columns)
        if (detail or not column.detail) and column.key not in without
    ]
    lines = [_line(table, row, kept, links or {}, tags) for row in table.rows]
    headings = tuple(Heading(heading(column), _heading_css(column)) for _place, column in kept)
    return Laid(line(table.title), headings, lines, table.notes)


def _heading_css(column: Column) -> str:
    return _CSS[column.kind] if column.kind in _NUMERIC else ""


def _line(
    table: Table,
    row: Row,
    kept: list[tuple[int, Column]],
    links: Mapping[str, Link],
    tags: Collection[str],
) -> Line:
    record = {column.key: plain(cell) for column, cell in zip(table.columns, row, strict=True)}
    places = tuple(
        _place(column, row[place], record, links.get(column.key), column.key in tags) for place, column in kept
    )
    names = 1 if kept and kept[0][1].kind not in _NUMERIC else 0
    return Line(places[:names], places[names:], record)


def _place(column: Column, cell: Cell, record: Mapping[str, Any], link: Link | None, tag: bool) -> Place:
    words, css = said(column, cell), _CSS.get(column.kind, "")
    if cell.missing is not None:
        return Place(words, css + " app-missing", None, None)
    if len(words) <= _SHORT and "-" in words and " " not in words:
        css += " app-table__code"
    href = link(record) if link is not None else None
    if tag:
        return Place(in_plain_words(words), css, href, colour(words))
    return Place(words, css, href, None)
