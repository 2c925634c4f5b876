"""An index that a kind of row declares is made with its table, and rows are found by it without looking at others."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import Connection, create_engine, select

from projections.acts import ActsRow
from projections.rows import METADATA, Row


@dataclass
class Owed(Row, table="owed_of_the_tests", key=("item",), indexes=(("award",), ("due_on", "award"))):
    """A row that is looked up in two further ways."""

    item: str
    award: str
    due_on: date


# it is not a read model of the office
METADATA.remove(Owed.table)


@pytest.fixture
def connection() -> Iterator[Connection]:
    """A database with both tables in it, empty."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        Owed.table.create(connection)
        ActsRow.table.create(connection)
        yield connection
    engine.dispose()


def plan(connection: Connection, kind: type[Row], column: str, order_by: str) -> str:
    """How the database finds rows by a column."""
    columns = kind.table.c
    query = select(kind.table).where(columns[column] == "x").order_by(columns[order_by]).limit(2)
    words = str(query.compile(connection.engine, compile_kwargs={"literal_binds": True}))
    return " ".join(str(row[-1]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}"))


def test_the_indexes_of_a_kind_of_row_are_named_after_their_columns() -> None:
    found = {index.name: [column.name for column in index.columns] for index in Owed.table.indexes}
    assert found == {
        "owed_of_the_tests_by_award": ["award"],
        "owed_of_the_tests_by_due_on_and_award": ["due_on", "award"],
    }


def test_every_name_of_an_index_is_one_that_postgresql_keeps_whole() -> None:
    names = [str(index.name) for table in METADATA.tables.values() for index in table.indexes]
    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= 63


def test_rows_are_found_by_an_index_and_not_by_looking_at_all(connection: Connection) -> None:
    assert "USING INDEX owed_of_the_tests_by_award" in plan(connection, Owed, "award", "item")
    assert "SCAN" not in plan(connection, Owed, "award", "item")


def test_the_last_acts_of_a_person_are_found_in_order(connection: Connection) -> None:
    found = plan(connection, ActsRow, "by", "last")
    assert "USING INDEX acts_by_by_and_last" in found
    assert "TEMP B-TREE" not in found
