"""Rows of many kinds in one statement: a page about one thing asks once, however many tables it is made from."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import JSON, Boolean, ColumnElement, Date, Text, cast, func, literal, select, type_coerce, union_all

from projections.rows import Row, RowT
from projections.views import Views

Conditions = Mapping[type[Row], Sequence[ColumnElement[bool]]]
"""Of each kind of row, which ones."""


class Gathered:
    """What was found, by kind."""

    def __init__(self, found: Mapping[type[Row], list[Any]]) -> None:
        self._found = found

    def of(self, kind: type[RowT]) -> list[RowT]:
        """The rows of one kind, in the order of their key."""
        return sorted(self._found.get(kind, []), key=lambda row: tuple(getattr(row, name) for name in row.key))

    def one(self, kind: type[RowT]) -> RowT | None:
        """The first row of one kind, or nothing."""
        return next(iter(self.of(kind)), None)


def gather(views: Views, wanted: Conditions) -> Gathered:
    """The rows of several kinds, each under its own conditions and within the reach of whoever asks. One query.

    It is meant for what belongs to one thing. Each row comes as a JSON array, so that rows of all kinds have one form.
    """
    kinds = list(wanted)
    on_postgresql = views.connection.dialect.name == "postgresql"
    parts = [
        select(literal(number).label("kind"), _as_array(kind, on_postgresql).label("said")).where(
            *views.within(kind), *wanted[kind]
        )
        for number, kind in enumerate(kinds)
    ]
    found: dict[type[Row], list[Any]] = {kind: [] for kind in kinds}
    readers = [[_READ.get(type(column.type), _as_it_is) for column in kind.table.c] for kind in kinds]
    for number, said in views.connection.execute(union_all(*parts)):
        kind = kinds[number]
        values = zip(kind.table.c.keys(), readers[number], said, strict=True)
        found[kind].append(kind(**{name: None if value is None else read(value) for name, read, value in values}))
    return Gathered(found)


def _as_array(kind: type[Row], on_postgresql: bool) -> ColumnElement[Any]:
    build = func.json_build_array if on_postgresql else func.json_array
    columns: list[ColumnElement[Any]] = []
    for column in kind.table.c:
        if isinstance(column.type, JSON) and not on_postgresql:
            columns.append(func.json(cast(column, Text)))  # stored as text, which would come as a string of JSON
        else:
            columns.append(column)
    return type_coerce(build(*columns), JSON)


def _as_it_is(value: Any) -> Any:
    return value


_READ: dict[Any, Callable[[Any], Any]] = {Date: date.fromisoformat, Boolean: bool}
"""How what JSON has no type for is read back."""
