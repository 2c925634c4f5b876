"""The tables of people and of how they sign in: where they are kept, how they are opened, and how they forget.

They are the only tables that are edited and erased. On SQLite they are a file of their own beside the log, overwritten
with zeros where something is deleted; on PostgreSQL a schema of their own, of which no statistics are kept, because
those are samples. After somebody is erased all of them are written anew, and SQLite's write-ahead log is emptied, so
that nothing of the person is left in their files.
"""

import hashlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    Dialect,
    Engine,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    QueuePool,
    StaticPool,
    String,
    Table,
    Text,
    TypeDecorator,
    create_engine,
    delete,
    event,
    false,
    inspect,
    make_url,
    select,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.schema import CreateColumn

from domain.errors import NotFound, OutturnError, Refusal
from services.event_store import Unavailable
from services.settings import Database

SCHEMA = "people"
PATIENCE = 60
"""For how many seconds an address book that somebody else writes to is waited for."""
AT_ONCE = 40
"""How many threads of one process may use the tables at the same instant: as many as serve requests."""
CLEARED_AT_ONCE = 200
"""How many rows that ran out are cleared away in one go, so that nobody waits for it."""

UNKNOWN = "There is no such person in the address book (outturn people list)."
_AWAY = (
    "The address book cannot be reached, or is busy for too long: check that its database is running, and try again."
)
_IN_USE = (
    "The person is taken out, but the file of the address book is in use and could not be written anew. Say it again: "
    "until then it may still hold what was deleted."
)
_SAME_EMAIL = (
    "Somebody else who may sign in has this e-mail address. Give one of the two another address, or take the roles "
    "away from one (outturn people add --id … --role none)."
)
_SAME_SUBJECT = "Somebody else signs in with this account of the organisation already. Take it away from that person."

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in microseconds since 1970 in UTC: SQLite keeps no time zone."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """The number. Raises ``TypeError`` for a moment without a time zone."""
        return None if value is None else (value - _BEGINNING) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """The moment, in UTC."""
        return None if value is None else _BEGINNING + timedelta(microseconds=value)


TABLES = MetaData(schema=SCHEMA)

PEOPLE = Table(
    "people",
    TABLES,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("email", String, nullable=False),
    Column("phone", String),
    Column("parts", JSON, nullable=False),
    Column("provider", String),
    Column("awards", JSON(none_as_null=True)),
    Column("digest", Boolean, nullable=False),
    Column("bounced", Boolean, nullable=False),
    Column("left_on", Date),
    Column("feed_sha256", String, unique=True),
    Column("roles", JSON, nullable=False, server_default=text("'[]'")),
    Column("certifies", Boolean, nullable=False, server_default=false()),
    Column("subject", String),
    Column("invited_on", Date),
    # the address in small letters, of those who may sign in; of all others nothing: so the index keeps it unique
    Column("sign_in_email", String),
    Index("people_subject", "subject", unique=True),
    Index("people_sign_in_email", "sign_in_email", unique=True),
)


def _of_a_person(**how: Any) -> Column[Any]:
    return Column("person", String, ForeignKey(PEOPLE.c.id, ondelete="CASCADE"), nullable=False, **how)


SESSIONS = Table(
    "sessions",
    TABLES,
    Column("sha256", String, primary_key=True),
    _of_a_person(index=True),
    Column("how", String, nullable=False),
    Column("begun", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("idle_seconds", Integer, nullable=False),
    Column("lapses", Moment, nullable=False, index=True),
    Column("ends", Moment, nullable=False),
)
LINKS = Table(
    "links",
    TABLES,
    Column("sha256", String, primary_key=True),
    _of_a_person(index=True),
    Column("made", Moment, nullable=False, index=True),
    Column("ends", Moment, nullable=False),
    Column("goes_to", Text, nullable=False),
    Column("used", Moment),
)
PENDING = Table(
    "pending",
    TABLES,
    Column("sha256", String, primary_key=True),
    Column("said", Text, nullable=False),
    Column("ends", Moment, nullable=False, index=True),
)
TOKENS = Table(
    "tokens",
    TABLES,
    Column("prefix", String, primary_key=True),
    Column("sha256", String, nullable=False),
    _of_a_person(index=True),
    Column("title", String, nullable=False),
    Column("scope", JSON, nullable=False),
    Column("made", Moment, nullable=False),
    Column("expires_on", Date, nullable=False),
    Column("used", Moment),
    Column("revoked", Boolean, nullable=False),
)
RESULTS = Table(
    "results",
    TABLES,
    Column("sha256", String, primary_key=True),
    Column("person", String, nullable=False, index=True),
    Column("digest", String, nullable=False),
    Column("begun", Moment, nullable=False, index=True),
    Column("status", Integer),
    Column("headers", Text),
    Column("body", LargeBinary),
)
DRAFTS = Table(
    "drafts",
    TABLES,
    Column("kind", String, primary_key=True),
    Column("about", String, primary_key=True),
    Column("by", String, nullable=False, index=True),
    Column("said", Text, nullable=False),
    Column("kept", Moment, nullable=False),
)


class PeopleTables:
    """The tables, open. Any number of processes and threads may use them at once. Raises ``Unavailable``."""

    def __init__(self, database: Database) -> None:
        self.kind = database.kind
        # in memory there is one connection, and whoever uses it has it alone
        self._alone: AbstractContextManager[Any] = threading.RLock() if database.kind == "memory" else nullcontext()
        match database.kind:
            case "memory":
                self.engine = self._reader = _sqlite("sqlite://", poolclass=StaticPool)
            case "sqlite":
                self.engine = self._reader = _sqlite(
                    f"sqlite:///{_file_beside(database.path)}",
                    poolclass=QueuePool,
                    pool_size=5,
                    max_overflow=AT_ONCE - 5,
                    pool_timeout=PATIENCE,
                )
            case "postgresql":
                self.engine = create_engine(
                    make_url(database.url).set(drivername="postgresql+psycopg"),
                    pool_size=2,
                    max_overflow=4,
                    pool_timeout=PATIENCE,
                    pool_pre_ping=True,
                    hide_parameters=True,
                    connect_args={"connect_timeout": 10},
                )
                self._reader = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._writer = self.engine.execution_options(writes="FULL")
        self._lightly = self.engine.execution_options(writes="NORMAL")
        with self.writing() as connection:
            _set_up(connection)

    def close(self) -> None:
        """Lets go of the database."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """To ask one question. Every question sees what was written before it."""
        with self._alone, _told_in_words(), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, *, lightly: bool = False) -> Iterator[Connection]:
        """To change something, wholly or not at all. On SQLite nobody else writes meanwhile.

        ``lightly``: it outlives the process at once, but a loss of power may undo it; nothing waits for the disk.
        """
        with self._alone, _told_in_words(), (self._lightly if lightly else self._writer).begin() as connection:
            yield connection

    def insert(self, table: Table) -> Any:
        """An ``INSERT`` of the database's own kind, which may say ``ON CONFLICT``."""
        return (postgresql if self.kind == "postgresql" else sqlite_dialect).insert(table)

    def write_anew(self) -> None:
        """Writes every table anew, so that what was deleted is in no file. After ``Unavailable`` say it again."""
        if self.kind == "postgresql":
            names = ", ".join(map(str, TABLES.sorted_tables))
            with _told_in_words(), self._reader.connect() as connection:
                connection.exec_driver_sql(f"VACUUM FULL {names}")
        elif not self._beneath("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            raise Unavailable(_IN_USE)

    def overwrite(self) -> None:
        """Empties SQLite's write-ahead log, in which what was changed still stands as it was, if nobody reads it."""
        if self.kind == "sqlite":
            self._beneath("PRAGMA wal_checkpoint(TRUNCATE)")

    def _beneath(self, *statements: str) -> bool:
        """Runs what SQLite runs in no transaction, beneath SQLAlchemy; says whether the write-ahead log is empty."""
        with self._alone, _told_in_words(), self.engine.connect() as connection:
            try:
                for statement in statements:
                    answer = connection.connection.cursor().execute(statement).fetchone()
            except sqlite3.Error as broken:
                raise Unavailable(_AWAY) from broken
        return self.kind == "memory" or answer[0] == 0


def digest_of(secret: str) -> str:
    """The SHA-256 under which a secret is kept: of the secret itself nothing is."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def clear(connection: Connection, table: Table, ran_out: ColumnElement[bool]) -> None:
    """Deletes rows that ran out, some at a time and none that somebody else has in hand."""
    key = table.c.sha256
    some = select(key).where(ran_out).limit(CLEARED_AT_ONCE).with_for_update(skip_locked=True)
    connection.execute(delete(table).where(key.in_(some)))


def _file_beside(log: Path) -> Path:
    """The file, made for the office's own users alone if it is not there. Raises ``Unavailable``."""
    file = log.with_name(f"{log.stem}.people.db")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o660))
    except OSError as broken:
        raise Unavailable(f"The address book {file.name} cannot be opened. Check OUTTURN_DATABASE.") from broken
    return file


def _sqlite(address: str, **how: Any) -> Engine:
    """An engine whose connections leave nothing behind, and whose transactions are ours to begin.

    Connections are kept: opening one, with its pragmas, takes longer than any question. A kept one holds no lock.
    """
    # the people are reached by the same name as on PostgreSQL, where they have a schema
    engine = create_engine(
        address,
        hide_parameters=True,
        execution_options={"schema_translate_map": {SCHEMA: None}},
        connect_args={"check_same_thread": False},
        **how,
    )

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={PATIENCE * 1_000}",
            "secure_delete=ON",
            "temp_store=MEMORY",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")
        _log_ahead(connection)

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        if carefully := connection.get_execution_options().get("writes"):  # a question is one statement, needs none
            connection.exec_driver_sql(f"PRAGMA synchronous={carefully}")
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _log_ahead(connection: sqlite3.Connection) -> None:
    """Has changes written to a log ahead of the file, five times as quick. SQLite does not wait in this by itself."""
    patience = time.monotonic() + PATIENCE
    while connection.execute("PRAGMA journal_mode").fetchone() == ("delete",):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > patience:
                raise
            time.sleep(0.02)


def _set_up(connection: Connection) -> None:
    """Makes the tables that are not there, and the columns and indexes that an earlier version did not have."""
    on_postgresql = connection.dialect.name == "postgresql"
    schema = SCHEMA if on_postgresql else None
    if not list(_lacking(connection, schema)):
        return
    if on_postgresql:
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtextextended('outturn.people', 0))")
        connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    TABLES.create_all(connection)
    for column in _lacking(connection, schema):
        words = CreateColumn(column).compile(dialect=connection.dialect)
        where = f"{schema + '.' if schema else ''}{column.table.name}"
        connection.exec_driver_sql(f"ALTER TABLE {where} ADD COLUMN {words}")
    for table in TABLES.sorted_tables:
        for index in table.indexes:
            index.create(connection, checkfirst=True)
        if on_postgresql:
            for column in table.columns:  # what PostgreSQL keeps to plan by are samples of the values
                connection.exec_driver_sql(f"ALTER TABLE {table} ALTER COLUMN {column.name} SET STATISTICS 0")


def _lacking(connection: Connection, schema: str | None) -> Iterable[Column[Any]]:
    look = inspect(connection).get_multi_columns(schema=schema)
    there = {(table, column["name"]) for (_, table), columns in look.items() for column in columns}
    for table in TABLES.sorted_tables:
        yield from (column for column in table.columns if (table.name, column.name) not in there)


@contextmanager
def _told_in_words() -> Iterator[None]:
    try:
        yield
    except IntegrityError as broken:
        raise _clash(str(broken.orig).lower()) from None  # it would say the address
    except (DBAPIError, NoneFree) as broken:
        raise Unavailable(_AWAY) from broken


def _clash(said: str) -> OutturnError:
    """What a rule of the tables forbids, in our words."""
    if "foreign key" in said:
        return NotFound(UNKNOWN)
    return Refusal(_SAME_EMAIL if "sign_in_email" in said else _SAME_SUBJECT)
