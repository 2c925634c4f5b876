"""The unit of work of a projection: load a row once, change it in memory, write all changed rows in bulk.

A kind of row is a dataclass that names its table and key; the SQL table is made from its annotations, so that an
analyst may point a reporting tool at it::

    @dataclass
    class DueItem(Row, table="due_items", key=("item",), indexes=(("award", "due_on"),)):
        item: str
        award: str
        due_on: date

Rows are found by their key without looking at the others; by other columns only where an index says so. An index costs
each fold a little: it is for what a page asks, and not for everything that could be asked.
"""

import types
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, ClassVar, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic_core import to_json
from sqlalchemy import JSON, BigInteger, Boolean, Column, Connection, Date, Index, MetaData, Table, Text, func, select

METADATA = MetaData()
"""Every table of the read models."""

MOST_ROWS = 500_000
"""How many rows the unit of work remembers before it starts afresh."""

_TYPES: dict[Any, type[Any]] = {str: Text, int: BigInteger, bool: Boolean, date: Date, dict: JSON, list: JSON}


class Row:
    """One line of an answer."""

    table: ClassVar[Table]
    key: ClassVar[tuple[str, ...]]

    def __init_subclass__(cls, table: str, key: tuple[str, ...], indexes: Sequence[tuple[str, ...]] = ()) -> None:
        """``indexes``: the columns, in order, of each further way in which rows are looked up."""
        cls.key = key
        columns = []
        for name, hint in get_type_hints(cls).items():
            if get_origin(hint) is ClassVar:
                continue
            kinds = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
            kind = next(k for k in kinds if k is not type(None))
            column_type = _TYPES[get_origin(kind) or kind]
            columns.append(
                Column(name, column_type(), primary_key=name in key, nullable=type(None) in kinds, autoincrement=False)
            )
        names = (f"{table}_by_{'_and_'.join(index)}" for index in indexes)
        cls.table = Table(
            table, METADATA, *columns, *(Index(name, *index) for name, index in zip(names, indexes, strict=True))
        )


RowT = TypeVar("RowT", bound=Row)


class Missing(KeyError):
    """A projection asked for a row that is not there: the log or the projection is wrong."""


class Rows:
    """Rows touched since the last write, over one connection in one transaction."""

    def __init__(self, connection: Connection, *, fresh: bool = False) -> None:
        self._connection = connection
        self._known: dict[tuple[Any, ...], Row | None] = {}
        self._touched: dict[tuple[Any, ...], Row | None] = {}
        self._fresh = fresh
        """Whether every row there is is remembered: then what is not remembered is not there."""

    def begin(self, connection: Connection) -> None:
        """Goes on over another connection, remembering what was read."""
        self._connection = connection
        if len(self._known) > MOST_ROWS:
            self._known.clear()
            self._fresh = False

    def know_everything(self) -> None:
        """Reads every row there is, unless there are very many: cheaper than one by one when most will be touched."""
        kinds = Row.__subclasses__()
        count = sum(
            self._connection.execute(select(func.count()).select_from(kind.table)).scalar_one() for kind in kinds
        )
        if count > MOST_ROWS:
            return
        for kind in kinds:
            for found in self._connection.execute(select(kind.table)).mappings():
                self._known[(kind, *(found[name] for name in kind.key))] = kind(**found)
        self._fresh = True

    def add(self, row: Row) -> None:
        """A new row; or all of an old one again."""
        key = (type(row), *(getattr(row, name) for name in row.key))
        self._known[key] = self._touched[key] = row

    def find(self, kind: type[RowT], *key: Any) -> RowT | None:
        """The row of that key, to be read or changed; or nothing."""
        place = (kind, *key)
        if place in self._known:
            row = self._known[place]
        elif self._fresh:
            return None
        else:
            row = self._known[place] = self._load(kind, key)
        if row is not None:
            self._touched[place] = row
        return row  # type: ignore[return-value]

    def of(self, kind: type[RowT], *key: Any) -> RowT:
        """The row of that key, to be changed. Raises ``Missing``."""
        row = self.find(kind, *key)
        if row is None:
            raise Missing(f"{kind.table.name} has no row {'/'.join(map(str, key))}")
        return row

    def _load(self, kind: type[RowT], key: tuple[Any, ...]) -> RowT | None:
        columns = kind.table.c
        query = select(kind.table).where(*(columns[name] == part for name, part in zip(kind.key, key, strict=True)))
        found = self._connection.execute(query).mappings().first()
        return None if found is None else kind(**found)

    def write(self) -> None:
        """Writes every touched row, a statement to a table."""
        by_kind: dict[type[Row], list[Row]] = {}
        for place, row in self._touched.items():
            if row is not None:
                by_kind.setdefault(place[0], []).append(row)
        upsert = _upsert_postgresql if self._connection.dialect.name == "postgresql" else _upsert_sqlite
        for kind, rows in by_kind.items():
            upsert(self._connection, kind, rows)
        self._touched.clear()


def _upsert_sqlite(connection: Connection, kind: type[Row], rows: Sequence[Row]) -> None:
    """The driver's own loop over a prepared statement."""
    columns = []
    for column in kind.table.c:
        said = [getattr(row, column.name) for row in rows]
        stored = _STORED.get(type(column.type))
        columns.append(said if stored is None else [None if each is None else stored(each) for each in said])
    marks = ", ".join("?" * len(columns))
    connection.exec_driver_sql(_upsert(kind, f"VALUES ({marks})"), list(zip(*columns, strict=True)))


def _upsert_postgresql(connection: Connection, kind: type[Row], rows: Sequence[Row]) -> None:
    """All rows as one JSON document: a statement to a table, however many rows and whatever the columns."""
    source = f"SELECT * FROM json_populate_recordset(NULL::{kind.table.name}, %s)"  # noqa: S608 - a name of our own
    connection.exec_driver_sql(_upsert(kind, source), (_json([vars(row) for row in rows]),))


def _upsert(kind: type[Row], source: str) -> str:
    """The statement that puts in rows from a source, in place of those with the same key."""
    names = kind.table.c.keys()
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name not in kind.key)
    return (
        f"INSERT INTO {kind.table.name} ({', '.join(names)}) {source} "
        f"ON CONFLICT ({', '.join(kind.key)}) DO {f'UPDATE SET {changes}' if changes else 'NOTHING'}"
    )


def _json(said: Any) -> str:
    return to_json(said).decode()


_STORED: dict[Any, Callable[[Any], str]] = {Date: date.isoformat, JSON: _json}
"""How SQLite stores what it has no type for."""
