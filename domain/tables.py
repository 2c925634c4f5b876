"""A report is a list of tables. A table is what a page, a file and a signed return show, and nothing else.

A cell is a value, or says why there is none: not supplied, not known, nil return and suppressed are different things,
and none of them is zero. A cell knows its sources: the positions in the log of the events it was folded from.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, NamedTuple

from pydantic import GetCoreSchemaHandler, SerializationInfo
from pydantic_core import CoreSchema, core_schema

from domain import money
from domain.kernel import Value
from domain.periods import day_in_words, moment_in_words


class Missing(StrEnum):
    """Why a cell has no value."""

    NOT_KNOWN = "not known"
    """It was never stated."""
    NOT_SUPPLIED = "not supplied"
    """It was asked for and did not come."""
    NOT_ASKED = "not asked"
    """It was not asked for: other measures were agreed."""
    NIL = "nil return"
    """The provider said that there is nothing to report."""
    SUPPRESSED = "suppressed"
    """It is known and held back, lest a person be recognised."""
    NOT_APPLICABLE = "not applicable"
    """The question does not arise."""
    NOT_DIVISIBLE = "cannot be divided"
    """It was supplied for other days, and no part of it can be told: people waiting at their end."""


Kind = Literal["text", "count", "pence", "hundredths", "date", "moment", "yes-no"]
"""What the values of a column are. Of what is counted in hundredths, such as posts, 250 is shown as 2.5."""


class Column(Value):
    """One column: the key it has in JSON and CSV, the title that people read, and what its values are."""

    key: str
    title: str
    kind: Kind = "text"
    unit: str | None = None
    """What is counted, such as ``people``. Columns of different units are never added to one another."""
    detail: bool = False
    """Whether it may be left out where there is little room, as on a terminal."""


class _Said(Value):
    """The parts of a cell, as they are read and written."""

    value: bool | int | str | None = None
    missing: Missing | None = None
    words: str | None = None
    at_least: int | None = None
    at_most: int | None = None
    sources: tuple[int, ...] = ()


class Cell(NamedTuple):
    """One value, or the reason why there is none.

    A return of a thousand services has a quarter of a million cells: so they are plain tuples, read and written as
    JSON objects with the names of their parts.
    """

    value: bool | int | str | None = None
    """Dates stand as ``2017-09-30``, moments as ``2017-09-30T11:00:00+00:00``; money as whole pence."""
    missing: Missing | None = None
    words: str | None = None
    """What is shown in place of the bare value, such as ``more than 15,000``."""
    at_least: int | None = None
    at_most: int | None = None
    """The bounds of a count that is not known exactly."""
    sources: tuple[int, ...] = ()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Taken as it is, or read from its parts; written as its parts, without defaults where that is asked for."""
        read = core_schema.no_info_after_validator_function(_as_cell, handler(_Said))
        return core_schema.union_schema(
            [core_schema.is_instance_schema(cls), read],
            serialization=core_schema.plain_serializer_function_ser_schema(_parts, info_arg=True),
        )


def _as_cell(said: _Said) -> Cell:
    return Cell(said.value, said.missing, said.words, said.at_least, said.at_most, said.sources)


def _parts(cell: Cell, info: SerializationInfo) -> dict[str, Any]:
    if info.exclude_defaults:
        return parts_of(cell)
    if info.mode == "python":
        return cell._asdict()
    missing = None if cell.missing is None else cell.missing.value
    return {**cell._asdict(), "missing": missing, "sources": list(cell.sources)}


def parts_of(cell: Cell) -> dict[str, Any]:
    """What a cell says, by name, as JSON has it: without what is at its default."""
    said: dict[str, Any] = {}
    if cell.value is not None:
        said["value"] = cell.value
    if cell.missing is not None:
        said["missing"] = cell.missing.value
    if cell.words is not None:
        said["words"] = cell.words
    if cell.at_least is not None:
        said["at_least"] = cell.at_least
    if cell.at_most is not None:
        said["at_most"] = cell.at_most
    if cell.sources:
        said["sources"] = list(cell.sources)
    return said


Row = tuple[Cell, ...]


class Table(Value):
    """Rows of cells under columns, with a title and notes."""

    name: str
    """A short name for files, sheets and links, such as ``service-list``."""
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """The columns that together name a row, such as the award and the outcome; so that a cell has an address."""

    def records(self) -> Iterator[dict[str, Any]]:
        """Each row as a plain mapping from column key to value (``None`` when missing), as JSON and CSV show it.

        A count that is only bounded shows its words.
        """
        for row in self.rows:
            yield {column.key: plain(cell) for column, cell in zip(self.columns, row, strict=True)}


def plain(cell: Cell) -> bool | int | str | None:
    """The value of a cell for JSON; its words where there is no single value but there are bounds."""
    return cell.words if cell.at_least is not None or cell.at_most is not None else cell.value


def shown(column: Column, cell: Cell) -> str:
    """A cell as a person reads it: ``£446,000``, ``30 September 2017``, ``not known``."""
    if cell.missing is not None:
        return cell.words or cell.missing.value
    if cell.words is not None:
        return cell.words
    match column.kind, cell.value:
        case _, None:
            return ""
        case "pence", int(pence):
            return money.pounds(pence)
        case "count", int(count):
            return f"{count:,}"
        case "hundredths", int(hundredths):
            return f"{Decimal(hundredths).scaleb(-2).normalize():f}"
        case "date", str(day):
            return day_in_words(date.fromisoformat(day))
        case "moment", str(moment):
            return moment_in_words(datetime.fromisoformat(moment))
        case "yes-no", bool(yes):
            return "yes" if yes else "no"
        case _, value:
            return str(value)


def cell(
    value: bool | int | str | date | datetime | None, *, missing: Missing = Missing.NOT_KNOWN, **more: Any
) -> Cell:
    """A cell of a plain value; of ``None``, a cell that says it is missing."""
    if more:
        said = {"missing": missing} if value is None else {"value": _plain_value(value)}
        return Cell(**said, **more)
    # a list of hundreds of lines has thousands of these: this is Cell(…) without its arguments being looked up by name
    return tuple.__new__(Cell, (None, missing, *_REST) if value is None else (_plain_value(value), None, *_REST))


_REST = (None, None, None, ())
"""What follows the value and what is missing in a cell that says nothing more."""


def _plain_value(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def canonical(said: Any) -> bytes:
    """The one way to write a JSON value as bytes: sorted keys, no spaces, UTF-8. Same value, same bytes, for ever."""
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(parts: Iterable[bytes]) -> str:
    """SHA-256 over the parts, in hexadecimal."""
    running = hashlib.sha256()
    for part in parts:
        running.update(part)
    return running.hexdigest()
