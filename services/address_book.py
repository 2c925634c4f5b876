"""People's names and e-mail addresses: the only tables that are edited and erased. The log knows people by id alone.

On SQLite they are a file of their own beside the log, without a write-ahead log and overwritten with zeros where
something is deleted; on PostgreSQL a schema of their own, of which no statistics are kept, because those are samples.
After somebody is erased the tables are written anew, so that nothing of the person is left in their files.
"""

import hashlib
import os
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Annotated, Any, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    Engine,
    MetaData,
    NullPool,
    StaticPool,
    String,
    Table,
    create_engine,
    delete,
    event,
    inspect,
    make_url,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateColumn

from domain.errors import NotFound
from domain.kernel import Reference, Value
from domain.monitoring.policy import Part
from services.channels.channel import is_address, is_one_line
from services.event_store import Unavailable
from services.settings import Database

SCHEMA = "people"
PATIENCE = 60
"""For how many seconds an address book that somebody else writes to is waited for."""

_AWAY = (
    "The address book cannot be reached, or is busy for too long: check that its database is running, and try again."
)
_UNKNOWN = "There is no such person in the address book (outturn people list)."


def _one_line(text: str) -> str:
    if not is_one_line(text):
        raise ValueError("must be one line of text, without control characters")
    return " ".join(text.split())


def _address(text: str) -> str:
    if not is_address(text.strip()):
        raise ValueError("must be one e-mail address, like name@example.org")
    return text.strip()


class Person(Value):
    """Somebody to write to. Printed, or refused, it shows no name and no address."""

    model_config = ConfigDict(hide_input_in_errors=True)

    id: Reference
    """Opaque: it stands in the log for ever, where the name never does."""
    name: Annotated[str, Field(min_length=1, max_length=120, repr=False), AfterValidator(_one_line)]
    email: Annotated[str, Field(repr=False), AfterValidator(_address)]
    phone: Annotated[str, Field(pattern=r"^\+?[0-9][0-9 ()-]{4,28}$")] | None = Field(default=None, repr=False)
    parts: frozenset[Part] = frozenset()
    """In which parts the person is reminded."""
    provider: Reference | None = None
    """Whose contact it is."""
    awards: tuple[Reference, ...] | None = None
    """The awards that the person is asked about; None: all (of the provider)."""
    digest: bool = False
    """Whether one message a day is wanted in place of many."""
    bounced: bool = False
    """Whether a message came back because there is no such address."""
    left_on: date | None = None

    @model_validator(mode="after")
    def _a_contact_of_somebody(self) -> Self:
        if Part.PROVIDER in self.parts and self.provider is None:
            raise ValueError("a provider's contact needs the provider")
        return self

    @property
    def is_named_by_its_id(self) -> bool:
        """Whether the id gives the person away: it holds a part of the name, or of the address."""
        said = {_letters(word) for word in (*self.name.split(), *self.email.partition("@")[0].split("."))}
        words = {_letters(word) for word in self.id.replace("_", "-").replace(".", "-").split("-")}
        whole = _letters(self.id)
        return any(word in words or (len(word) > 3 and word in whole) for word in said if len(word) > 2)


def _letters(text: str) -> str:
    return "".join(filter(str.isalpha, text)).lower()


_TABLES = MetaData(schema=SCHEMA)
_PEOPLE = Table(
    "people",
    _TABLES,
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
)
_FIELDS = [_PEOPLE.c[field] for field in Person.model_fields]


class AddressBook:
    """The people of one office. Any number of processes may use it at once."""

    def __init__(self, database: Database) -> None:
        self._kind = database.kind
        # in memory there is one connection, and whoever uses it has it alone
        self._alone: AbstractContextManager[Any] = threading.RLock() if database.kind == "memory" else nullcontext()
        match database.kind:
            case "memory":
                self._engine = _sqlite("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
            case "sqlite":
                self._engine = _sqlite(f"sqlite:///{_file_beside(database.path)}", poolclass=NullPool)
            case "postgresql":
                address = make_url(database.url).set(drivername="postgresql+psycopg")
                self._engine = create_engine(
                    address,
                    pool_size=1,
                    max_overflow=9,
                    pool_pre_ping=True,
                    hide_parameters=True,
                    connect_args={"connect_timeout": 10},
                )
        self._writer = self._engine.execution_options(writes=True)
        with self._writing() as connection:
            _set_up(connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the database."""
        self._engine.dispose()

    def put(self, person: Person) -> None:
        """Adds a person, or changes one: all that is known is as said now. A feed goes on."""
        said = {**person.model_dump(), "parts": sorted(person.parts)}
        with self._writing() as connection:
            adding = (postgresql if self._kind == "postgresql" else sqlite).insert(_PEOPLE).values(said)
            connection.execute(adding.on_conflict_do_update(index_elements=["id"], set_=said))

    def change(self, person: str, how: Callable[[Person], Person]) -> Person:
        """Changes a person as now known, alone: nobody else's change is lost. Raises ``NotFound``."""
        with self._writing() as connection:
            wanted = select(*_FIELDS).where(_PEOPLE.c.id == person).with_for_update()
            row = connection.execute(wanted).first()
            if row is None:
                raise NotFound(_UNKNOWN)
            changed = Person.model_validate(how(_person(row)).model_dump())
            said = {**changed.model_dump(exclude={"id"}), "parts": sorted(changed.parts)}
            connection.execute(update(_PEOPLE).where(_PEOPLE.c.id == person).values(said))
        return changed

    def person(self, person: str) -> Person | None:
        """One person, if known."""
        return self._found(_PEOPLE.c.id == person)

    def people(self) -> list[Person]:
        """Everybody, also who has left, in order of their names. One query."""
        with self._reading() as connection:
            rows = connection.execute(select(*_FIELDS)).all()
        return sorted(map(_person, rows), key=lambda each: (each.name.casefold(), each.id))

    def mark_bounced(self, person: str) -> None:
        """A message came back: there is no such address. Of somebody who was erased meanwhile, nothing is kept."""
        with self._writing() as connection:
            connection.execute(update(_PEOPLE).where(_PEOPLE.c.id == person).values(bounced=True))

    def leave(self, person: str, day: date) -> None:
        """The person leaves on a day; the feed ends at once. Raises ``NotFound``."""
        with self._writing() as connection:
            leaving = update(_PEOPLE).where(_PEOPLE.c.id == person).values(left_on=day, feed_sha256=None)
            if connection.execute(leaving).rowcount == 0:
                raise NotFound(_UNKNOWN)

    def erase(self, person: str) -> None:
        """Takes the person out, and out of the files too. What the log says of the id stays. Raises ``NotFound``."""
        with self._writing() as connection:
            gone = connection.execute(delete(_PEOPLE).where(_PEOPLE.c.id == person)).rowcount
        self._write_anew()  # also when somebody tried before and was cut off here
        if gone == 0:
            raise NotFound(_UNKNOWN)

    def feed_token(self, person: str) -> str:
        """A new secret for the person's calendar feed; one given before ends. Only its digest is kept."""
        token = secrets.token_urlsafe(32)
        with self._writing() as connection:
            given = update(_PEOPLE).where(_PEOPLE.c.id == person).values(feed_sha256=_digest(token))
            if connection.execute(given).rowcount == 0:
                raise NotFound(_UNKNOWN)
        return token

    def by_feed_token(self, token: str) -> Person | None:
        """Whose feed it is; nobody's, when the token is not, or no longer, one."""
        return self._found(_PEOPLE.c.feed_sha256 == _digest(token))

    def _found(self, condition: Any) -> Person | None:
        with self._reading() as connection:
            row = connection.execute(select(*_FIELDS).where(condition)).first()
        return None if row is None else _person(row)

    def _write_anew(self) -> None:
        with self._alone, _told_in_words(), self._engine.connect() as connection:
            if self._kind == "postgresql":
                connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM FULL people.people")
            else:  # beneath SQLAlchemy, which would begin a transaction
                connection.connection.cursor().execute("VACUUM")

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._alone, _told_in_words(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._alone, _told_in_words(), self._writer.begin() as connection:
            yield connection


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _person(row: Any) -> Person:
    return Person.model_validate(dict(row._mapping))


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
    """An engine whose connections leave nothing behind, and whose transactions are ours to begin."""
    # the people are reached by the same name as on PostgreSQL, where they have a schema
    engine = create_engine(
        address, hide_parameters=True, execution_options={"schema_translate_map": {SCHEMA: None}}, **how
    )

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={PATIENCE * 1_000}",
            "journal_mode=DELETE",
            "secure_delete=ON",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _set_up(connection: Connection) -> None:
    """Makes the table if it is not there, and the columns that an earlier version did not have."""
    on_postgresql = connection.dialect.name == "postgresql"
    schema = SCHEMA if on_postgresql else None
    if not _lacking(connection, schema):
        return
    if on_postgresql:
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtextextended('outturn.people', 0))")
        connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    _TABLES.create_all(connection)
    for column in _lacking(connection, schema):
        words = CreateColumn(column).compile(dialect=connection.dialect)
        connection.exec_driver_sql(f"ALTER TABLE {schema + '.' if schema else ''}{_PEOPLE.name} ADD COLUMN {words}")
    if on_postgresql:
        for column in _PEOPLE.columns:  # what PostgreSQL keeps to plan by are samples of the values
            connection.exec_driver_sql(f"ALTER TABLE {_PEOPLE} ALTER COLUMN {column.name} SET STATISTICS 0")


def _lacking(connection: Connection, schema: str | None) -> list[Column[Any]]:
    look = inspect(connection)
    if not look.has_table(_PEOPLE.name, schema=schema):
        return list(_PEOPLE.columns)
    there = {column["name"] for column in look.get_columns(_PEOPLE.name, schema=schema)}
    return [column for column in _PEOPLE.columns if column.name not in there]


@contextmanager
def _told_in_words() -> Iterator[None]:
    try:
        yield
    except DBAPIError as broken:
        raise Unavailable(_AWAY) from broken
