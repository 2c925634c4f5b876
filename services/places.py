"""Where read models are kept: in memory, in SQLite files beside the log, or in schemas of a PostgreSQL database.

The name of a finished set of tables carries its generation and when it was built. The newest of the generation is the
one in use: there is no other pointer, and so none that can be wrong.
"""

import os
import sqlite3
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from filelock import FileLock
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import StaticPool

from projections.views import generation
from services.settings import Database

BUILDING = "building"

PATIENCE = 60
"""For how many seconds read models that somebody else writes to are waited for."""


class Gone(Exception):
    """The set is no longer there: another one took its place, or it was thrown away."""


class Place(ABC):
    """Somewhere to keep sets of tables."""

    @abstractmethod
    def current(self) -> str | None:
        """The set in use, or nothing when none is finished."""

    @abstractmethod
    def building_lock(self) -> Any:
        """A context in which no other process builds a set."""

    @abstractmethod
    def begin_building(self) -> str:
        """An empty set to build. What a killed process left half-built is cleared away."""

    @abstractmethod
    def finish(self, name: str) -> str:
        """Puts a built set in use, and clears away the ones before it. Returns its new name."""

    @abstractmethod
    def discard(self, name: str) -> None:
        """Throws a set away."""

    @abstractmethod
    def reader(self, name: str) -> Any:
        """A context: a connection to the set that sees one unchanging state. Raises ``Gone``, or an error."""

    @abstractmethod
    def writer(self, name: str) -> Any:
        """A context: a connection to the set that alone may write, committed at its end."""

    @abstractmethod
    def is_damage(self, broken: DBAPIError) -> bool:
        """Whether an error means that the set is missing or damaged, and not that the database is away or busy."""

    @abstractmethod
    def close(self) -> None:
        """Lets go of every connection."""


def place_for(database: Database) -> Place:
    """Where the read models of a log belong: beside it."""
    match database.kind:
        case "memory":
            return InMemory()
        case "sqlite":
            return SQLiteFiles(database.path)
        case "postgresql":
            return PostgreSQLSchemas(database.url)


def _begin_by_hand(engine: Engine) -> None:
    """Takes transactions out of the driver's hands: ``BEGIN IMMEDIATE`` for a writer, a plain one for a reader."""

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(f"PRAGMA busy_timeout={PATIENCE * 1_000}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


class _MemorySet(NamedTuple):
    """One database in memory. It has one connection, and whoever uses it has it alone."""

    engine: Engine
    lock: threading.RLock


class InMemory(Place):
    """For an office that is gone when its process is."""

    def __init__(self) -> None:
        self._building = threading.Lock()
        self._sets: dict[str, _MemorySet] = {}

    def current(self) -> str | None:
        return max((name for name in list(self._sets) if name != BUILDING), default=None)

    @contextmanager
    def building_lock(self) -> Iterator[None]:
        with self._building:
            yield

    def begin_building(self) -> str:
        self.discard(BUILDING)
        engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
        _begin_by_hand(engine)
        self._sets[BUILDING] = _MemorySet(engine, threading.RLock())
        return BUILDING

    def finish(self, name: str) -> str:
        finished = f"{time.time_ns():020}"
        self._sets[finished] = self._sets.pop(name)
        for other in list(self._sets):
            if other != finished:
                self.discard(other)
        return finished

    def discard(self, name: str) -> None:
        thrown_away = self._sets.pop(name, None)
        if thrown_away is not None:
            with thrown_away.lock:  # whoever still reads it is let finish
                thrown_away.engine.dispose()

    @contextmanager
    def reader(self, name: str) -> Iterator[Connection]:
        with self._held(name) as engine, engine.connect() as connection:
            yield connection

    @contextmanager
    def writer(self, name: str) -> Iterator[Connection]:
        with self._held(name) as engine, engine.begin() as connection:
            yield connection

    @contextmanager
    def _held(self, name: str) -> Iterator[Engine]:
        known = self._sets.get(name)
        if known is None:
            raise Gone
        with known.lock:
            if self._sets.get(name) is not known:
                raise Gone
            yield known.engine

    def is_damage(self, broken: DBAPIError) -> bool:
        return "no such" in str(broken.orig)

    def close(self) -> None:
        for name in list(self._sets):
            self.discard(name)


_SIGNS_OF_DAMAGE = (
    *("malformed", "not a database", "no such", "unable to open", "disk I/O", "decode to UTF-8"),
    "readonly",  # as it says of a file that was replaced while it was open
)


def _when_written(entry: os.DirEntry[str]) -> float:
    try:
        return entry.stat().st_mtime
    except FileNotFoundError:  # another process was quicker to clear it away
        return 0


class SQLiteFiles(Place):
    """Files beside the log: ``outturn.views-<generation>-<when>.db``."""

    def __init__(self, log: Path) -> None:
        self._folder = log.parent
        self._stem = f"{log.stem}.views-"
        self._prefix = f"{self._stem}{generation()}-"
        self._engines: dict[str, Engine] = {}
        self._lock = FileLock(f"{log}.views.lock", timeout=600)

    def current(self) -> str | None:
        names = [entry.name for entry in os.scandir(self._folder) if entry.name.startswith(self._prefix)]
        return max((name for name in names if name.endswith(".db") and BUILDING not in name), default=None)

    @contextmanager
    def building_lock(self) -> Iterator[None]:
        with self._lock:
            yield

    def begin_building(self) -> str:
        for entry in os.scandir(self._folder):
            if entry.name.startswith(self._prefix) and BUILDING in entry.name:
                Path(entry.path).unlink(missing_ok=True)
        name = f"{self._prefix}{BUILDING}-{time.time_ns()}.db"
        connection = sqlite3.connect(self._folder / name)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.close()
        return name

    def finish(self, name: str) -> str:
        self._engines.pop(name).dispose()
        with sqlite3.connect(self._folder / name) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()  # the last one out takes the side files away
        finished = f"{self._prefix}{time.time_ns():020}.db"
        (self._folder / name).rename(self._folder / finished)
        self._clear(keep=finished)
        return finished

    def _clear(self, keep: str) -> None:
        """Earlier sets of this generation go; of other generations the newest stays, for a version not yet upgraded."""
        others = []
        for entry in os.scandir(self._folder):
            if entry.name.startswith(self._stem) and entry.name.endswith(".db") and entry.name != keep:
                if entry.name.startswith(self._prefix):
                    self.discard(entry.name)
                else:
                    others.append(entry)
        for entry in sorted(others, key=_when_written)[:-1]:
            self.discard(entry.name)

    def discard(self, name: str) -> None:
        engine = self._engines.pop(name, None)
        if engine is not None:
            engine.dispose()
        for ending in ("", "-wal", "-shm"):
            with suppress(OSError):
                (self._folder / (name + ending)).unlink()

    def _engine(self, name: str) -> Engine:
        engine = self._engines.get(name)
        if engine is None:
            # mode=rw: a file that has been taken away is an error, and never made anew, empty
            address = URL.create(
                "sqlite", database=f"file:{quote(str(self._folder / name))}", query={"mode": "rw", "uri": "true"}
            )
            engine = self._engines[name] = create_engine(address)
            _begin_by_hand(engine)
        return engine

    @contextmanager
    def reader(self, name: str) -> Iterator[Connection]:
        with self._engine(name).connect() as connection:
            yield connection

    @contextmanager
    def writer(self, name: str) -> Iterator[Connection]:
        with self._engine(name).execution_options(writes=True).begin() as connection:
            yield connection

    def is_damage(self, broken: DBAPIError) -> bool:
        words = str(broken.orig)
        return any(sign in words for sign in _SIGNS_OF_DAMAGE)

    def close(self) -> None:
        for engine in self._engines.values():
            engine.dispose()


class PostgreSQLSchemas(Place):
    """Schemas of the log's database: ``views_<generation>_<when>``."""

    def __init__(self, url: str) -> None:
        self._prefix = f"views_{generation()}_"
        self._engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), pool_size=2, max_overflow=6)

    def current(self) -> str | None:
        with self._engine.connect() as connection:
            return connection.exec_driver_sql(
                "SELECT max(nspname) FROM pg_namespace WHERE starts_with(nspname, %s) AND nspname NOT LIKE %s",
                (self._prefix, f"%{BUILDING}"),
            ).scalar()

    @contextmanager
    def building_lock(self) -> Iterator[None]:
        with self._engine.connect() as connection:
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.detach()  # it is not used again: the lock goes with it
            connection.exec_driver_sql("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (self._prefix,))
            yield

    def begin_building(self) -> str:
        name = f"{self._prefix}{BUILDING}"
        with self._engine.begin() as connection:
            connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {name} CASCADE")
            connection.exec_driver_sql(f"CREATE SCHEMA {name}")
        return name

    def finish(self, name: str) -> str:
        finished = f"{self._prefix}{time.time_ns():020}"
        with self._engine.begin() as connection:
            connection.exec_driver_sql(f"ALTER SCHEMA {name} RENAME TO {finished}")
            others = connection.exec_driver_sql(
                "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'views\\_%%' AND nspname <> %s", (finished,)
            ).scalars()
            names = sorted(others, key=lambda other: other.rpartition("_")[2])
        kept = [other for other in names if not other.startswith(self._prefix) and BUILDING not in other][-1:]
        for other in names:
            if other not in kept and (BUILDING not in other):
                self.discard(other)
        return finished

    def discard(self, name: str) -> None:
        # whoever still reads it is let finish; if that takes long it is cleared away another time
        with suppress(OperationalError), self._engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtextextended(%s, 2))", (name,))
            connection.exec_driver_sql(f'DROP SCHEMA IF EXISTS "{name}" CASCADE')

    @contextmanager
    def reader(self, name: str) -> Iterator[Connection]:
        with self._engine.connect() as connection:
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
            # the lock keeps the set from being thrown away, table by table, while it is read
            connection.exec_driver_sql(
                "SELECT set_config('search_path', %s, true), pg_advisory_xact_lock_shared(hashtextextended(%s, 2))",
                (name, name),
            )
            yield connection

    @contextmanager
    def writer(self, name: str) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            connection.exec_driver_sql(f'SET LOCAL search_path TO "{name}"')
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", (name,))
            yield connection

    def is_damage(self, broken: DBAPIError) -> bool:
        # 42P01 no such table, 42703 no such column, 3F000 no such schema, XX001 and XX002 corrupted
        return getattr(broken.orig, "sqlstate", None) in ("42P01", "42703", "3F000", "XX001", "XX002")

    def close(self) -> None:
        self._engine.dispose()
