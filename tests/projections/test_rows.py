"""The unit of work: a row is loaded once, changed in memory and written with all the others."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, delete, event, select

from projections import rows as rows_module
from projections.projection import Projection
from projections.rows import METADATA, Missing, Row, Rows
from projections.views import PROJECTIONS, generation


@dataclass
class Thing(Row, table="things_of_the_tests", key=("owner", "name")):
    """A row with a column of every type."""

    owner: str
    name: str
    count: int = 0
    due_on: date | None = None
    known: bool | None = None
    parts: list[Any] | None = None
    extra: dict[str, Any] | None = None


# it is not a read model of the office
METADATA.remove(Thing.table)


@pytest.fixture
def connection() -> Iterator[Connection]:
    """An empty database with a table for things."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        Thing.table.create(connection)
        yield connection
    engine.dispose()


def kept(connection: Connection) -> list[Thing]:
    """What stands in the table."""
    return [Thing(**found) for found in connection.execute(select(Thing.table).order_by("owner", "name")).mappings()]


WHOLE = Thing("o", "n", 10**14, date(2017, 9, 30), True, [["a", "b"], []], {"figures": [{"low": None}]})


def test_a_row_comes_back_as_it_was_written(connection: Connection) -> None:
    rows = Rows(connection)
    rows.add(WHOLE)
    rows.add(Thing("o", "m"))
    rows.write()
    assert kept(connection) == [Thing("o", "m"), WHOLE]
    assert Rows(connection).find(Thing, "o", "n") == WHOLE


def test_a_row_that_is_changed_is_written_again_and_others_are_left_alone(connection: Connection) -> None:
    rows = Rows(connection)
    rows.add(Thing("o", "a", 1))
    rows.add(Thing("o", "b", 1))
    rows.write()
    rows = Rows(connection)
    rows.of(Thing, "o", "a").count += 1
    assert kept(connection) == [Thing("o", "a", 1), Thing("o", "b", 1)]
    rows.write()
    assert kept(connection) == [Thing("o", "a", 2), Thing("o", "b", 1)]


def test_a_row_is_loaded_once_however_often_it_is_asked_for(connection: Connection) -> None:
    rows = Rows(connection)
    rows.add(Thing("o", "a", 1))
    rows.write()
    statements: list[str] = []
    event.listen(connection.engine, "before_cursor_execute", lambda *heard: statements.append(heard[2]))
    rows = Rows(connection)
    assert rows.find(Thing, "o", "a") is rows.of(Thing, "o", "a")
    assert rows.find(Thing, "o", "zz") is rows.find(Thing, "o", "zz") is None
    rows.write()
    rows.begin(connection)
    assert rows.of(Thing, "o", "a").count == 1
    assert len([statement for statement in statements if statement.startswith("SELECT")]) == 2


def test_a_row_that_is_added_again_replaces_all_of_the_old_one(connection: Connection) -> None:
    for thing in (WHOLE, Thing("o", "n", 5)):
        rows = Rows(connection)
        rows.add(thing)
        rows.write()
    assert kept(connection) == [Thing("o", "n", 5)]


def test_a_row_that_must_be_there_and_is_not_is_named(connection: Connection) -> None:
    with pytest.raises(Missing, match="things_of_the_tests has no row o/zz"):
        Rows(connection).of(Thing, "o", "zz")


def test_in_fresh_tables_what_is_not_remembered_is_not_there(connection: Connection) -> None:
    rows = Rows(connection, fresh=True)
    assert rows.find(Thing, "o", "a") is None
    rows.add(Thing("o", "a"))
    rows.write()
    rows.begin(connection)
    assert rows.find(Thing, "o", "a") == Thing("o", "a")


def test_what_is_forgotten_to_save_memory_is_loaded_again(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_module, "MOST_ROWS", 3)
    rows = Rows(connection, fresh=True)
    for number in range(5):
        rows.add(Thing("o", f"n{number}", number))
        rows.write()
        rows.begin(connection)
    assert [rows.of(Thing, "o", f"n{number}").count for number in range(5)] == [0, 1, 2, 3, 4]
    connection.execute(delete(Thing.table))
    assert Rows(connection).find(Thing, "o", "n1") is None


def test_every_kind_of_row_belongs_to_one_table_with_a_key() -> None:
    for table in METADATA.tables.values():
        assert table.primary_key.columns
        assert all(not column.nullable for column in table.primary_key)


def test_a_projection_keeps_nothing_of_its_own_between_two_events() -> None:
    assert all(isinstance(projection, Projection) and not vars(projection) for projection in PROJECTIONS)


def test_the_generation_is_a_name_for_the_code_as_it_is() -> None:
    assert len(generation()) == 12
    assert generation() == generation()
