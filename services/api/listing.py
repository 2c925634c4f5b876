"""A table as a list for a program: filtered, sorted, a piece at a time, as JSON or as CSV."""

import base64
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, TypeAdapter
from pydantic_core import to_json
from starlette.datastructures import QueryParams

from domain.kernel import LONDON
from domain.tables import Cell, Column, Row, Table, plain, shown
from services.exports.csv import to_csv
from services.problems import Malformed

RESERVED = ("limit", "after", "sort", "q", "as_at", "on")
"""What may be said with every list, beside its columns."""
MOST = 1_000
"""Lines in one answer of JSON."""
USUAL = 100
LONGEST, LONGEST_DAY = 200, 40
"""Characters of what may be said in a query, and of a day or a moment in it."""
ORDERED = ("count", "pence", "hundredths", "date", "moment")
"""Kinds of columns that can be asked for from and up to a value."""


_WHOLE = re.compile(r"-?[0-9]{1,40}")
_CURSOR: TypeAdapter[tuple[int, str]] = TypeAdapter(tuple[Annotated[int, Field(ge=0, le=10**9)], str])
"""Where the line stood that a piece ended with, and what it is known by."""


class Wanted(NamedTuple):
    """What of a table is asked for."""

    filters: Mapping[str, str]
    words: tuple[str, ...]
    sort: str | None
    down: bool
    limit: int | None
    after: str | None


class Piece(NamedTuple):
    """A part of a table, in order."""

    table: Table
    of: int
    """How many lines fit what was asked, in all."""
    next: str | None
    """What to say as ``after`` for the piece that follows."""


def wanted_from(query: QueryParams, *, everything: bool) -> Wanted:
    """What a query asks for. Raises ``Malformed``. ``everything``: without a limit unless one is named."""
    twice = sorted({key for key, _value in query.multi_items() if len(query.getlist(key)) > 1})
    if twice:
        raise Malformed(f"{', '.join(twice)}: say it once.")
    if any(len(value) > LONGEST for value in query.values()):
        raise Malformed(f"What is said for a list has at most {LONGEST} characters.")
    limit = query.get("limit")
    if limit is not None and not (limit.isascii() and limit.isdecimal() and 1 <= int(limit[:9]) <= MOST):
        raise Malformed(f"limit must be a whole number from 1 to {MOST:,}.")
    sort = query.get("sort")
    return Wanted(
        {key: value for key, value in query.items() if key not in RESERVED},
        tuple(query.get("q", "").casefold().split()),
        sort.removeprefix("-") if sort else None,
        bool(sort and sort.startswith("-")),
        int(limit) if limit is not None else None if everything else USUAL,
        query.get("after"),
    )


def piece_of(table: Table, wanted: Wanted) -> Piece:
    """The lines of a table that are asked for. Raises ``Malformed`` for a column that it does not have."""
    places = {column.key: place for place, column in enumerate(table.columns)}
    checks = [_check(table, places, key, value) for key, value in wanted.filters.items()]
    rows: Sequence[Row] = [row for row in table.rows if all(check(row) for check in checks)]
    if wanted.words:
        rows = [row for row in rows if _holds(table.columns, row, wanted.words)]
    if wanted.sort is not None:
        place = _place(places, wanted.sort, "sort")
        known = [row for row in rows if row[place].value is not None]
        known.sort(key=lambda row: _rank(row[place], table.columns[place].kind), reverse=wanted.down)
        rows = [*known, *(row for row in rows if row[place].value is None)]  # what is not known comes last
    first = 0 if wanted.after is None else _after(table, rows, places, wanted)
    last = len(rows) if wanted.limit is None else first + wanted.limit
    kept = tuple(rows[first:last])
    further = _cursor(table, kept[-1], last) if kept and last < len(rows) else None
    return Piece(table.model_copy(update={"rows": kept}), len(rows), further)


def _place(places: Mapping[str, int], key: str, said: str) -> int:
    if key not in places:
        raise Malformed(f"{said} takes the name of a column: {', '.join(places)}.")
    return places[key]


def _check(table: Table, places: Mapping[str, int], key: str, value: str) -> Callable[[Row], bool]:
    """Whether a line fits one filter: ``status=approved``, ``due_on_from=2026-10-01``, ``amount_pence_to=500000``."""
    for ending, least in (("_from", True), ("_to", False)):
        stem = key.removesuffix(ending)
        if stem != key and key not in places and stem in places and table.columns[places[stem]].kind in ORDERED:
            place, bound = places[stem], _bound(table.columns[places[stem]], value, key)
            kind = table.columns[place].kind
            return lambda row: (
                row[place].value is not None
                and (_rank(row[place], kind) >= bound if least else _rank(row[place], kind) <= bound)
            )
    if key not in places:
        raise Malformed(f"There is no such filter. There are: {', '.join((*RESERVED, *places))}.")
    place, column, said = places[key], table.columns[places[key]], value.strip().casefold()
    return lambda row: said in (str(plain(row[place])).casefold(), shown(column, row[place]).casefold())


def _bound(column: Column, value: str, key: str) -> tuple[int, Any]:
    if column.kind in ("date", "moment"):
        try:
            return _when(value.strip() if len(value) <= LONGEST_DAY else "")
        except ValueError:
            raise Malformed(f"{key} must be a day, like 2017-09-30, or a moment with its zone.") from None
    if not _WHOLE.fullmatch(value):
        raise Malformed(f"{key} must be a whole number, like 1000.")
    return (0, int(value))


def _when(said: str) -> tuple[int, Any]:
    """A day, or a moment, to be compared with others of its kind. A day stands for its beginning in London."""
    if "T" not in said:
        day = date.fromisoformat(said)
        return (2, datetime(day.year, day.month, day.day, tzinfo=LONDON).astimezone(UTC).isoformat())
    moment = datetime.fromisoformat(said)
    return (2, (moment if moment.tzinfo else moment.replace(tzinfo=LONDON)).astimezone(UTC).isoformat())


def _rank(cell: Cell, kind: str = "text") -> tuple[int, Any]:
    """Where a value stands among others: numbers by size, days and moments by time, words by their letters."""
    value = cell.value
    if kind in ("date", "moment") and isinstance(value, str):
        return _when(value)
    return (0, int(value)) if isinstance(value, (bool, int)) else (1, str(value).casefold())


def _holds(columns: Sequence[Column], row: Row, words: Sequence[str]) -> bool:
    text = " ".join(shown(column, cell) for column, cell in zip(columns, row, strict=True)).casefold()
    return all(word in text for word in words)


def _identity(table: Table, row: Row) -> str:
    """What a line is known by: the columns that name it, or all of it."""
    places = [place for place, column in enumerate(table.columns) if column.key in table.names]
    cells = [row[place].value for place in places] if places else [(each.value, each.words) for each in row]
    return hashlib.sha256(to_json(cells)).hexdigest()[:16]


def _cursor(table: Table, row: Row, at: int) -> str:
    return base64.urlsafe_b64encode(to_json([at, _identity(table, row)])).decode().rstrip("=")


def _after(table: Table, rows: Sequence[Row], places: Mapping[str, int], wanted: Wanted) -> int:
    """Where a list goes on: after the line it stopped at, wherever that stands now; if it is gone, where it stood."""
    try:
        said: tuple[int, str] = _CURSOR.validate_json(base64.urlsafe_b64decode(f"{wanted.after}==="), strict=True)
    except ValueError:  # pydantic's and that of base64 are both
        raise Malformed("after takes what the answer before gave as next, as it is.") from None
    at, identity = int(said[0]), str(said[1])
    near: list[int] = [*range(max(0, at - 50), min(len(rows), at + 50)), *range(len(rows))]
    for place in near:
        if _identity(table, rows[place]) == identity:
            return place + 1
    return at


def as_json(piece: Piece, position: int) -> bytes:
    """The piece for a program: each line by its columns' keys; beside a value that is missing, why it is."""
    table = piece.table
    return to_json(
        {
            "name": table.name,
            "title": table.title,
            "position": position,
            "of": piece.of,
            "next": piece.next,
            "columns": [column.model_dump(exclude={"detail"}) for column in table.columns],
            "rows": [line(table.columns, row) for row in table.rows],
            "notes": table.notes,
        }
    )


def line(columns: Sequence[Column], row: Row) -> dict[str, Any]:
    """One line: values by key; under ``missing`` why a value is not there; under ``words`` what is shown instead."""
    said: dict[str, Any] = {}
    missing: dict[str, str] = {}
    words: dict[str, str] = {}
    for column, cell in zip(columns, row, strict=True):
        said[column.key] = cell.value
        if cell.missing is not None:
            missing[column.key] = cell.missing.value
        if cell.words is not None:
            words[column.key] = cell.words
    if missing:
        said["missing"] = missing
    if words:
        said["words"] = words
    return said


def as_csv(piece: Piece) -> bytes:
    """The piece as CSV: a heading row of keys, money in whole pence, each missing value with its reason."""
    return to_csv(piece.table)


Kind = Literal["json", "csv"]


def kind_wanted(accept: str) -> Kind | None:
    """JSON or CSV, whichever ``Accept`` likes better; ``None``: neither."""
    best: tuple[float, int, Kind] | None = None
    for number, part in enumerate(accept.split(",") if accept.strip() else ["*/*"]):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((_quality(each) for each in parameters if each.startswith("q=")), 1.0)
        kind: Kind | None = _KINDS.get(name)
        if kind is not None and quality > 0 and (best is None or quality > best[0]):
            best = (quality, number, kind)
    return None if best is None else best[2]


_KINDS: dict[str, Kind] = {
    "*/*": "json",
    "application/*": "json",
    "application/json": "json",
    "text/csv": "csv",
    "text/*": "csv",
}


def _quality(parameter: str) -> float:
    try:
        return float(parameter.removeprefix("q="))
    except ValueError:
        return 0.0
