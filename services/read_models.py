"""Read models: SQL tables folded from the log, caught up before they are read.

Rows and the position reached are committed in one transaction, so that every event counts exactly once. The tables are
disposable. They belong to a *generation* of the projections; a new one is built beside the one in use and takes its
place when it has caught up. What is missing, damaged or folded from another log is built again by itself.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import BigInteger, Column, Connection, MetaData, Table, Text, create_engine, insert, select, update
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from domain.kernel import Recorded
from projections.pauses import without_pauses
from projections.rows import METADATA, Missing, Rows
from projections.views import Views, generation, projections_of
from services.event_store import EventStore, Stored, Unavailable, Unreadable, decode
from services.places import Gone, Place

BATCH = 10_000
"""How many events are folded in one transaction."""

Progress = Callable[[int, int], None]
"""Told how far a long fold has come, and how far it has to go, in positions."""

PROGRESS = MetaData()
PROGRESS_TABLE = Table(
    "progress",
    PROGRESS,
    Column("log", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
)
"""One row: which log was folded, how far, and the digest of the last event, to know it again."""


class Damaged(Unavailable):
    """The read models turned out to be damaged while they were read. They are built again when next asked."""


class Misfit(Unreadable):
    """An event does not fit what was folded before it: the log is wrong, or the read models are damaged."""


class _Stale(Exception):
    """These read models cannot be caught up: damaged, or folded from another log."""


_UNREACHABLE = "The read models cannot be reached, or are busy for too long. Try again."
_DAMAGED = "The read models were damaged. They are being made again: ask once more."


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, OSError, _Stale) as broken:
        raise Unavailable(_UNREACHABLE) from broken


_BEFORE_ANYTHING = datetime(1900, 1, 1, tzinfo=UTC)
"""The moment of an empty log."""


@dataclass
class _Reached:
    """How far read models have come."""

    position: int
    digest: str


class _Then:
    """The log as it stood at a past position, as far as views may look into it."""

    def __init__(self, log: EventStore) -> None:
        self._log = log
        self.versions: dict[str, int] = {}
        """Of the last event of each stream then."""

    def stream(self, stream: str, after: int = 0) -> list[Recorded]:
        """The events of one stream that were there, in order."""
        last = self.versions.get(stream, 0)
        return [recorded for recorded in self._log.stream(stream, after) if recorded.version <= last]

    def at(self, position: int) -> Recorded:
        """The event at a position."""
        return self._log.at(position)

    def many(self, positions: Sequence[int]) -> list[Recorded]:
        """The events at some positions, in the order of their positions."""
        return self._log.many(positions)

    def latest(self, limit: int, up_to: int) -> Iterator[Recorded]:
        """The last events of all streams up to a position, the latest first."""
        return self._log.latest(limit, up_to)


class ReadModels:
    """The views of one log."""

    def __init__(self, log: EventStore, place: Place) -> None:
        self._log = log
        self._place = place

    @contextmanager
    def reading(self, moment: datetime) -> Iterator[Views]:
        """The views, caught up with the log, unchanging while they are read."""
        name = ""
        try:
            with self._opened() as (name, connection, position):
                yield Views(connection, position, moment, self._log)
        except DBAPIError as broken:
            if not self._place.is_damage(broken):
                raise
            self._place.discard(name)
            raise Damaged(_DAMAGED) from broken

    def behind(self) -> int:
        """By how many positions the read models in use are behind the log. Nothing is caught up for it."""
        name, head = self._place.current(), self._log.head()
        if name is None:
            return head
        try:
            with self._place.reader(name) as connection:
                return max(0, head - self._reached(connection).position)
        except (Gone, _Stale, DBAPIError):
            return head

    @contextmanager
    def _opened(self) -> Iterator[tuple[str, Connection, int]]:
        for _attempt in range(5):
            name = self._in_use()
            try:
                with ExitStack() as opening:
                    self._catch_up(name)
                    connection = opening.enter_context(self._place.reader(name))
                    position = self._reached(connection).position
                    opened = opening.pop_all()
            except Misfit:
                self.rebuild()  # if the log itself is at fault this says so again, and the set in use stays
            except (_Stale, Gone):
                self._place.discard(name)
            except DBAPIError as broken:
                if not self._place.is_damage(broken):
                    raise Unavailable(_UNREACHABLE) from broken
                self._place.discard(name)
            else:
                with opened:
                    yield name, connection, position
                return
        raise Unavailable("The read models cannot be made: something keeps damaging or removing them.")

    def _in_use(self) -> str:
        """The set in use, made first if there is none."""
        with _reachable():
            name = self._place.current()
        return name or self.rebuild(only_if_missing=True)

    def rebuild(self, progress: Progress | None = None, *, only_if_missing: bool = False) -> str:
        """Builds a generation beside the one in use, from the first event on, and swaps it in when it has caught up.

        Returns its name. If one event cannot be read (``Unreadable``) the one in use stays.
        """
        with _reachable(), self._place.building_lock():
            current = self._place.current()
            if current is not None and only_if_missing:
                return current  # another process was quicker
            name = self._place.begin_building()
            with self._place.writer(name) as connection:
                METADATA.create_all(connection)
                PROGRESS.create_all(connection)
                connection.execute(insert(PROGRESS_TABLE).values(log=self._log.identity, position=0, digest=""))
            self._catch_up(name, progress, fresh=True)
            return self._place.finish(name)

    def _catch_up(self, name: str, progress: Progress | None = None, *, fresh: bool = False) -> None:
        with self._place.reader(name) as connection:
            reached = self._reached(connection)
        if not self._after(reached, 1):
            return
        position, head = reached.position, self._log.head()
        rows: Rows | None = None
        first = position
        while position < head:
            with self._place.writer(name) as connection:
                reached = self._reached(connection)
                if rows is None or reached.position != position:
                    rows = Rows(connection, fresh=fresh and reached.position == 0)
                    if not fresh and head - reached.position > BATCH:
                        rows.know_everything()
                else:
                    rows.begin(connection)
                position = self._fold(connection, rows, reached)
            if progress is not None:
                progress(position - first, head - first)

    def _reached(self, connection: Connection) -> _Reached:
        row = connection.execute(select(PROGRESS_TABLE)).first()
        if row is None or row.log != self._log.identity:
            raise _Stale("folded from another log")
        return _Reached(row.position, row.digest)

    def _after(self, reached: _Reached, limit: int) -> Sequence[Stored]:
        """What comes next, as stored. The last event folded is read again, to know the log by it."""
        if not reached.position:
            return self._log.read_stored(0, limit)
        stored = self._log.read_stored(reached.position - 1, limit + 1)
        if not stored or stored[0].id != reached.position or _digest(stored[0].state) != reached.digest:
            raise _Stale("the log does not go on from what was folded")
        return stored[1:]

    @without_pauses()
    def _fold(self, connection: Connection, rows: Rows, reached: _Reached) -> int:
        """Folds one batch, and says how far it came."""
        stored = self._after(reached, BATCH)
        if not stored:
            return reached.position
        for each in stored:
            apply(decode(each, each.id), rows)
        rows.write()
        last = stored[-1]
        connection.execute(update(PROGRESS_TABLE).values(position=last.id, digest=_digest(last.state)))
        return last.id

    @contextmanager
    def as_at(self, point: datetime | int, progress: Progress | None = None) -> Iterator[Views]:
        """The views as they were at a moment or a position: the same projections, folded so far and no further.

        What counts is when a thing was written down: this is what was known then.
        """
        engine = create_engine("sqlite://", poolclass=StaticPool)
        try:
            with engine.begin() as connection:
                METADATA.create_all(connection)
                yield self._folded(connection, point, progress)
        finally:
            engine.dispose()

    def _folded(self, connection: Connection, point: datetime | int, progress: Progress | None) -> Views:
        rows = Rows(connection, fresh=True)
        then = _Then(self._log)
        position, head = 0, self._log.head()
        moment = point if isinstance(point, datetime) else _BEFORE_ANYTHING
        for recorded in self._log.everything(up_to=None if isinstance(point, datetime) else point):
            if isinstance(point, datetime) and recorded.at > point:
                break
            apply(recorded, rows)
            then.versions[recorded.stream] = recorded.version
            position = recorded.position
            moment = point if isinstance(point, datetime) else recorded.at
            if progress is not None and position % 1_000 == 0:
                progress(position, head)
        rows.write()
        return Views(connection, position, moment, then)

    @contextmanager
    def trial(self, moment: datetime) -> Iterator[tuple[Views, Callable[[Sequence[Recorded]], Views]]]:
        """The views, and a way to see them after events that are not recorded. All of it is rolled back at the end."""
        name = ""
        try:
            with self._opened() as (name, connection, position):
                views = Views(connection, position, moment, self._log)

                def after(events: Sequence[Recorded]) -> Views:
                    rows = Rows(connection)
                    for recorded in events:
                        apply(recorded, rows)
                    rows.write()
                    return views

                try:
                    yield views, after
                finally:
                    connection.rollback()
        except DBAPIError as broken:
            if not self._place.is_damage(broken):  # somebody else caught them up in between
                raise Unavailable(_UNREACHABLE) from broken
            self._place.discard(name)
            raise Damaged(_DAMAGED) from broken

    def close(self) -> None:
        """Lets go of the database."""
        self._place.close()


def apply(recorded: Recorded, rows: Rows) -> None:
    """Folds one event into every projection. A fault names the event: it is never passed over."""
    try:
        for projection in projections_of(type(recorded.event)):
            projection.apply(recorded, rows)
    except (Missing, KeyError, TypeError, ValueError, AttributeError) as fault:
        raise Misfit(
            recorded.position,
            recorded.stream,
            recorded.version,
            recorded.event.name,
            f"it does not fit what is before it ({fault})",
        ) from fault


def _digest(state: bytes) -> str:
    return hashlib.sha256(state).hexdigest()


__all__ = ["Damaged", "Progress", "ReadModels", "SQLAlchemyError", "apply", "generation"]
