"""The log: append, read a stream, read everything. The only file that knows the event sourcing library.

From the library come the recorders (memory, SQLite, PostgreSQL), all-or-nothing writes over several streams, the
taken-version conflict and the ordered reading. Ours are the stored form of an event (JSON that is checked when it is
read), the set-up under a lock, and the care for a connection that is cut after a commit.
"""

import sqlite3
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from eventsourcing.persistence import ApplicationRecorder, IntegrityError, Notification, PersistenceError, StoredEvent
from eventsourcing.popo import POPOApplicationRecorder
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore
from filelock import FileLock
from psycopg.rows import dict_row
from pydantic import AwareDatetime, BaseModel, ValidationError, create_model
from pydantic_core import from_json, to_json

from domain.catalogue import EVENTS, OLD_SHAPES
from domain.errors import NotFound, OutturnError
from domain.kernel import Event, Recorded
from services.settings import Database

FORMAT = 1
"""The form of the log's own tables. A database of a higher form is refused, not guessed at."""

SET_UP_LOCK = 0x4F757474
"""The advisory lock on PostgreSQL under which tables are made ("Outt")."""


PIPELINE_BYTES = 4_000
"""How much is written to PostgreSQL in the library's pipeline; more than that without it."""

PATIENCE = 30
"""For how many seconds a database that somebody else holds is waited for."""


class Taken(Exception):
    """Someone else wrote to one of the streams since it was read. Nothing was recorded."""


class Unavailable(OutturnError):
    """The database cannot be reached, or is held by somebody else for too long. Nothing is known to be recorded."""


class Unreadable(OutturnError):
    """An event in the log cannot be read. Nothing is served as if it were not there."""

    def __init__(self, position: int | None, stream: str, version: int, name: str, why: str) -> None:
        self.position, self.stream, self.version, self.event_name, self.why = position, stream, version, name, why
        place = f"at position {position} " if position is not None else ""
        super().__init__(f"The event {place}({name}, number {version} of {stream}) cannot be read: {why}.")


Stored = Notification
"""An event as it is stored, with its position: its content neither decoded nor checked."""


class Draft(NamedTuple):
    """An event about to be written down."""

    stream: str
    version: int
    event: Event
    at: datetime
    by: str
    act: str


class _Envelope(BaseModel):
    """What is stored of an event beside its name and its place."""

    at: AwareDatetime
    by: str
    act: str
    event: Any


@cache
def _reader(name: str) -> tuple[Callable[..., _Envelope], str]:
    """What reads and checks the stored bytes of an event of that name, and how the names of its streams begin."""
    form = create_model("Stored", __base__=_Envelope, event=(EVENTS[name], ...))
    return form.__pydantic_validator__.validate_json, f"{name.partition('.')[0]}-"


def encode(draft: Draft) -> StoredEvent:
    """An event in its stored form."""
    envelope = {"at": draft.at, "by": draft.by, "act": draft.act, "event": draft.event}
    return StoredEvent(draft.stream, draft.version, draft.event.name, to_json(envelope))


def decode(stored: StoredEvent, position: int) -> Recorded:
    """An event from its stored form, checked. Raises ``Unreadable`` with its place."""
    name, state = stored.topic, stored.state
    stream, version = str(stored.originator_id), stored.originator_version
    try:
        if name not in EVENTS and name in OLD_SHAPES:
            raw = from_json(state)
            name, raw["event"] = OLD_SHAPES[name](raw["event"])
            state = to_json(raw)
        if name not in EVENTS:
            raise Unreadable(position, stream, version, name, "no event of that name is known to this version")
        read, streams = _reader(name)
        if not stream.startswith(streams):
            raise Unreadable(position, stream, version, name, "it stands in a stream of another kind")
        envelope = read(state, strict=True)
    except ValidationError as wrong:
        faults = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'the whole'}: {e['type']}" for e in wrong.errors()[:5])
        raise Unreadable(position, stream, version, stored.topic, faults) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Unreadable(position, stream, version, stored.topic, "it is not in the stored form") from None
    return Recorded(position, stream, version, envelope.event, envelope.at, envelope.by, envelope.act)


class EventStore:
    """One log. Positions rise in the order of the commits; they are not contiguous."""

    def __init__(self, recorder: ApplicationRecorder, identity: str) -> None:
        self._recorder = recorder
        self.identity = identity
        """A name that this log alone has: read models made from another log are not taken for its own."""

    def append(self, drafts: Sequence[Draft]) -> list[int]:
        """Writes all of them, or none. Returns their positions.

        Raises ``Taken`` when a version is taken, ``Unavailable`` when the database cannot be reached.
        """
        stored = [encode(draft) for draft in drafts]
        try:
            return list(self._recorder.insert_events(stored) or ())
        except IntegrityError as taken:
            # the library tries again after a cut connection, so that the version may be taken by ourselves
            if self._is_ours(stored[0]):
                return self._positions(stored)
            raise Taken from taken
        except PersistenceError as broken:
            if self._is_ours(stored[0]):
                return self._positions(stored)
            raise Unavailable(_UNREACHABLE) from broken

    def stream(self, stream: str, after: int = 0) -> list[Recorded]:
        """The events of one stream, in order, from the version after ``after``. Their positions are not known (0)."""
        with _reachable():
            found = self._recorder.select_events(stream, gt=after)
        return [self._decoded(stored) for stored in found]

    def _decoded(self, stored: StoredEvent) -> Recorded:
        """An event of a stream. Its position is looked for only if it cannot be read."""
        try:
            return decode(stored, 0)
        except Unreadable as fault:
            place = self._positions([stored])[0]
            raise Unreadable(place, fault.stream, fault.version, fault.event_name, fault.why) from None

    def read(self, after: int, limit: int, up_to: int | None = None) -> list[Recorded]:
        """Events of all streams in order of position, from the first one after ``after``."""
        return [decode(stored, stored.id) for stored in self.read_stored(after, limit, up_to)]

    def read_stored(self, after: int, limit: int, up_to: int | None = None) -> Sequence[Stored]:
        """As ``read``, but as stored."""
        with _reachable():
            return self._recorder.select_notifications(after, limit, stop=up_to, inclusive_of_start=False)

    def at(self, position: int) -> Recorded:
        """The event at a position. Raises ``NotFound``."""
        found = self.read(position - 1, 1, up_to=position)
        if not found:
            raise NotFound(f"The log has no event at position {position}.")
        return found[0]

    def many(self, positions: Sequence[int]) -> list[Recorded]:
        """The events at some positions, in the order of their positions. One query, however far apart they stand."""
        wanted, recorder = sorted(set(positions)), self._recorder
        if not isinstance(recorder, (SQLiteApplicationRecorder, PostgresApplicationRecorder)):
            return [recorded for position in wanted for recorded in self.read(position - 1, 1, position)]
        on_sqlite = isinstance(recorder, SQLiteApplicationRecorder)
        places = f"rowid IN ({', '.join('?' * len(wanted))})" if on_sqlite else "notification_id = ANY(%s)"
        place = "rowid" if on_sqlite else "notification_id"
        columns = f"{place}, originator_id, originator_version, topic, state"
        query = f"SELECT {columns} FROM {recorder.events_table_name} WHERE {places} ORDER BY {place}"  # noqa: S608 - names of our own
        with _reachable(), recorder.datastore.transaction(commit=False) as cursor:
            cursor.execute(query, wanted if on_sqlite else [wanted])
            rows = cursor.fetchall()
        return [
            decode(
                Stored(row["originator_id"], row["originator_version"], row["topic"], bytes(row["state"]), row[place]),
                row[place],
            )
            for row in rows
        ]

    def everything(self, after: int = 0, up_to: int | None = None, batch: int = 2_000) -> Iterator[Recorded]:
        """The log, in order, a batch at a time."""
        while found := self.read(after, batch, up_to):
            yield from found
            after = found[-1].position

    def latest(self, limit: int, up_to: int) -> Iterator[Recorded]:
        """The last events up to a position, the latest first."""
        while limit > 0 and up_to > 0:
            for stored in reversed(self.read_stored(max(0, up_to - 500), 500, up_to)):
                yield decode(stored, stored.id)
                limit -= 1
                if limit == 0:
                    return
            up_to -= 500

    def head(self) -> int:
        """The highest position; nought when the log is empty."""
        with _reachable():
            return self._recorder.max_notification_id() or 0

    def close(self) -> None:
        """Lets go of the database."""
        datastore = getattr(self._recorder, "datastore", None)
        if datastore is not None:
            datastore.close()

    def _is_ours(self, stored: StoredEvent) -> bool:
        """Whether this very event stands in the log: its act, its moment, its every byte."""
        with _reachable():
            version = stored.originator_version
            found = self._recorder.select_events(stored.originator_id, gt=version - 1, lte=version)
        return [each.state for each in found] == [stored.state]

    def _positions(self, stored: Sequence[StoredEvent]) -> list[int]:
        """Where events that are known to stand in the log stand in it. Looked for from the end."""
        wanted = {(each.originator_id, each.originator_version): index for index, each in enumerate(stored)}
        positions = [0] * len(stored)
        stop = self.head()
        while wanted and stop > 0:
            for found in self.read_stored(max(0, stop - 1_000), 1_000, stop):
                index = wanted.pop((found.originator_id, found.originator_version), None)
                if index is not None:
                    positions[index] = found.id
            stop -= 1_000
        return positions


_UNREACHABLE = (
    "The database cannot be reached, or is busy for too long. Nothing is known to be recorded: "
    "check that it is running, and try again."
)


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except PersistenceError as broken:
        if any(sign in str(broken) for sign in ("malformed", "not a database", "corrupt")):
            raise Unavailable("The log is damaged and cannot be read whole: restore it from a back-up.") from broken
        raise Unavailable(_UNREACHABLE) from broken


def open_log(database: Database) -> EventStore:
    """The log of a database, set up if it is new. Any number of processes may do so at once."""
    match database.kind:
        case "memory":
            return EventStore(POPOApplicationRecorder(), uuid.uuid4().hex)
        case "sqlite":
            return _open_sqlite(database.path)
        case "postgresql":
            return _open_postgresql(database.url)


_OUR_TABLE = "CREATE TABLE IF NOT EXISTS outturn_log (identity TEXT NOT NULL, format INTEGER NOT NULL)"


def _checked(row: Any) -> str:
    """The identity from the row of our own table. Raises ``Unavailable`` for a log of a later form."""
    identity, form = row
    if form > FORMAT:
        raise Unavailable(
            f"This database was made by a later version of Outturn (form {form}; this version knows {FORMAT}). "
            "Install the later version."
        )
    return str(identity)


def _open_sqlite(path: Path) -> EventStore:
    datastore = SQLiteDatastore(str(path), lock_timeout=PATIENCE, originator_id_type="text")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock", timeout=60):
            recorder = SQLiteApplicationRecorder(datastore)
            with datastore.transaction(commit=True) as cursor:
                # a foreign or damaged file is found here, before anything is made in it
                cursor.execute("SELECT count(*) FROM sqlite_master")
                for statement in (_OUR_TABLE, *recorder.create_table_statements):
                    cursor.execute(statement)
                cursor.execute("SELECT identity, format FROM outturn_log")
                row = cursor.fetchone()
                if row is None:
                    row = (uuid.uuid4().hex, FORMAT)
                    cursor.execute("INSERT INTO outturn_log VALUES (?, ?)", row)
        return EventStore(recorder, _checked(row))
    except Unavailable:
        datastore.close()
        raise
    except (PersistenceError, sqlite3.Error, OSError) as broken:
        datastore.close()
        why = "it is not an Outturn database" if "not a database" in str(broken) else "it cannot be opened"
        raise Unavailable(f"The log in {path.name} cannot be used: {why}. Check OUTTURN_DATABASE.") from broken


class _PostgreSQLRecorder(PostgresApplicationRecorder):
    """The library's own, but for large writes.

    It sends everything through a pipeline, and psycopg (3.3.9) waits there for ever once the last statement is more
    than the socket takes at once: it begins to wait for the answer before everything is sent.
    """

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        if sum(len(each.state) for each in stored_events) <= PIPELINE_BYTES:
            return list(super().insert_events(stored_events, **kwargs) or ())
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_stored_events(cursor, stored_events, **kwargs)
            return self._fetch_ids_after_insert_events(cursor, stored_events, **kwargs)


def _open_postgresql(url: str) -> EventStore:
    datastore = _postgresql_datastore(url)
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
            connection.execute("SELECT pg_advisory_lock(%s)", [SET_UP_LOCK])
            connection.execute("SET search_path TO public")  # where the library keeps the events
            ready = connection.execute("SELECT to_regclass('outturn_log') IS NOT NULL").fetchone()
            recorder = _PostgreSQLRecorder(datastore)
            if ready is None or not ready[0]:
                recorder.create_table()
                with connection.transaction():
                    connection.execute(_OUR_TABLE)
                    connection.execute("INSERT INTO outturn_log VALUES (%s, %s)", [uuid.uuid4().hex, FORMAT])
            row = connection.execute("SELECT identity, format FROM outturn_log").fetchone()
        return EventStore(recorder, _checked(row))
    except Unavailable:
        datastore.close()
        raise
    except (psycopg.Error, PersistenceError) as broken:
        datastore.close()
        raise Unavailable("The PostgreSQL database cannot be reached. Check OUTTURN_DATABASE.") from broken


def _postgresql_datastore(url: str) -> PostgresDatastore:
    datastore = PostgresDatastore(
        "",
        "",
        "",
        "",
        "",
        pool_size=1,
        max_overflow=8,
        connect_timeout=5.0,
        lock_timeout=PATIENCE // 10,  # the library tries ten times
        originator_id_type="text",
    )
    # the library takes five parts of an address; the whole of it (sockets, TLS, options) goes to the pool beneath
    datastore.pool.conninfo = url
    datastore.pool.kwargs = {"row_factory": dict_row}
    return datastore
