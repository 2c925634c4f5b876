"""Read models damaged behind the office's back, in every way that a disk, a person or a killed process may."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg


def view_files(database: str) -> list[Path]:
    """The files of the read models in use, without those beside them."""
    return sorted(Path(database).parent.glob("outturn.views-*.db"))


def _run_in_file(database: str, statement: str) -> None:
    for path in view_files(database):
        file = sqlite3.connect(path, isolation_level=None)
        file.execute(statement)
        file.close()


def _delete_file(database: str) -> None:
    for path in view_files(database):
        path.unlink()


def _delete_file_and_those_beside(database: str) -> None:
    for path in Path(database).parent.glob("outturn.views-*"):
        path.unlink()


def _overwrite_with_garbage(database: str) -> None:
    for path in view_files(database):
        path.write_bytes(b"garbage " * 4_000)


def _overwrite_the_middle(database: str) -> None:
    for path in view_files(database):
        whole = path.read_bytes()
        path.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))


def _empty(database: str) -> None:
    for path in view_files(database):
        path.write_bytes(b"")


def _cut_in_half(database: str) -> None:
    for path in view_files(database):
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])


def _put_an_empty_one_in_its_place(database: str) -> None:
    for path in view_files(database):
        fresh = path.with_name("fresh.db")
        sqlite3.connect(fresh).close()
        fresh.write_bytes(b"")
        fresh.replace(path)


def _delete_what_is_not_yet_in_the_file(database: str) -> None:
    for path in Path(database).parent.glob("outturn.views-*-wal"):
        path.unlink()


def _in_file(statement: str) -> Callable[[str], None]:
    return lambda database: _run_in_file(database, statement)


SQLITE: dict[str, Callable[[str], None]] = {
    "the file deleted": _delete_file,
    "the file deleted with those beside it": _delete_file_and_those_beside,
    "the file overwritten with garbage": _overwrite_with_garbage,
    "the middle of the file overwritten": _overwrite_the_middle,
    "the file emptied": _empty,
    "the file cut in half": _cut_in_half,
    "an empty file in its place": _put_an_empty_one_in_its_place,
    "the write-ahead file deleted": _delete_what_is_not_yet_in_the_file,
    "a table dropped": _in_file("DROP TABLE balances"),
    "the progress dropped": _in_file("DROP TABLE progress"),
    "the progress forgotten": _in_file("DELETE FROM progress"),
    "a column dropped": _in_file("ALTER TABLE awards DROP COLUMN service"),
}


def _schemas(database: str) -> list[str]:
    with psycopg.connect(database) as server:
        found = server.execute(r"SELECT nspname FROM pg_namespace WHERE nspname LIKE 'views\_%'").fetchall()
    return [name for (name,) in found]


def _in_schema(statement: str) -> Callable[[str], None]:
    def damage(database: str) -> None:
        with psycopg.connect(database, autocommit=True) as server:
            for schema in _schemas(database):
                server.execute(statement.format(schema=schema))

    return damage


POSTGRESQL: dict[str, Callable[[str], None]] = {
    "the schema dropped": _in_schema("DROP SCHEMA {schema} CASCADE"),
    "a table dropped": _in_schema("DROP TABLE {schema}.balances"),
    "the progress dropped": _in_schema("DROP TABLE {schema}.progress"),
    "the progress forgotten": _in_schema("DELETE FROM {schema}.progress"),
    "a column dropped": _in_schema("ALTER TABLE {schema}.awards DROP COLUMN service"),
}

HARMS = {"sqlite": SQLITE, "postgresql": POSTGRESQL}

LOST_ROWS: dict[str, dict[str, Callable[[str], None]]] = {
    "sqlite": {"balances": _in_file("DELETE FROM balances"), "awards": _in_file("DELETE FROM awards")},
    "postgresql": {
        "balances": _in_schema("TRUNCATE {schema}.balances"),
        "awards": _in_schema("TRUNCATE {schema}.awards"),
    },
}
"""Rows that were lost: seen when an event asks for one of them."""

WRONG_ROWS = {
    "sqlite": _in_file("UPDATE balances SET committed = 100"),
    "postgresql": _in_schema("UPDATE {schema}.balances SET committed = 100"),
}
"""Rows as another log would have made them."""
