"""Who leads: of all the schedulers on one database, one. When it dies, another takes over.

And who has a job in hand: of all processes, one; so that a run by hand and the leader's do not send a message twice.

A lock is no fence: a leader that was paused may wake up late and believe that it leads. What keeps a doubled run from
doing harm is the log: each thing that a job does is named by what it is about, and each run by its slot.
"""

import zlib
from contextlib import suppress
from typing import Protocol

import psycopg
from filelock import FileLock, Timeout

from services.settings import Database

LEADER_LOCK = 0x4F757453
"""The advisory lock on PostgreSQL ("OutS"). Such locks are a database's own."""
JOB_LOCKS = 0x4F75744A
"""The same of jobs ("OutJ"): above a number that is made of the job's name."""


class Leadership(Protocol):
    """The place that one process has at a time."""

    def leads(self) -> bool:
        """Whether this process leads now; tries to, if nobody does."""
        ...

    def step_down(self) -> None:
        """Lets another lead."""
        ...


class Alone:
    """For a log in memory: nobody else can reach it."""

    def leads(self) -> bool:
        """Always."""
        return True

    def step_down(self) -> None:
        """Nothing is held."""


class ByFile:
    """For an SQLite log: a lock on a file beside it. The system lets go of it when its process is gone."""

    def __init__(self, database: Database, job: str | None = None) -> None:
        name = "scheduler" if job is None else f"scheduler.{job}"
        self._lock = FileLock(f"{database.path}.{name}.lock", thread_local=False)

    def leads(self) -> bool:
        """Whether the file is ours; takes it, if it is nobody's."""
        if self._lock.is_locked:
            return True
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        return True

    def step_down(self) -> None:
        """Lets go of the file."""
        self._lock.release(force=True)


class ByServer:
    """For a PostgreSQL log: an advisory lock, held by a connection of its own that does nothing else.

    It must reach the server itself: through a pool that lends connections out by the transaction it holds nothing.
    """

    def __init__(self, database: Database, job: str | None = None) -> None:
        self._url = database.url
        self._lock = LEADER_LOCK if job is None else JOB_LOCKS << 32 | zlib.crc32(job.encode())
        self._connection: psycopg.Connection[tuple[object, ...]] | None = None
        self._is_leader = False

    def leads(self) -> bool:
        """Whether the lock is ours still; takes it, if it is nobody's.

        Whoever lost the connection has lost the lock: it steps down first, and contends again the next time.
        """
        try:
            if self._connection is None:
                self._connection = self._connected()
            if self._is_leader:
                self._connection.execute("SELECT 1")
                return True
            row = self._connection.execute("SELECT pg_try_advisory_lock(%s)", [self._lock]).fetchone()
        except psycopg.Error:
            self._is_leader = False  # a connection that is broken can let go of nothing
            self.step_down()
            return False
        self._is_leader = row is not None and bool(row[0])
        return self._is_leader

    def _connected(self) -> psycopg.Connection[tuple[object, ...]]:
        connection = psycopg.connect(
            self._url,
            autocommit=True,
            connect_timeout=5,
            application_name="outturn-scheduler",
            # a line that was cut without a word is noticed within half a minute: here, and by the server too
            keepalives=1,
            keepalives_idle=10,
            keepalives_interval=5,
            keepalives_count=3,
            tcp_user_timeout=25_000,
        )
        for setting, value in (("idle", 10), ("interval", 5), ("count", 3)):
            connection.execute(f"SET tcp_keepalives_{setting} = {value}")
        return connection

    def step_down(self) -> None:
        """Lets go of the lock, and of the connection: of a connection that is only closed the server hears later."""
        if self._connection is not None and self._is_leader:
            with suppress(psycopg.Error):
                self._connection.execute("SELECT pg_advisory_unlock(%s)", [self._lock])
        self._is_leader = False
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def leadership_of(database: Database, job: str | None = None) -> Leadership:
    """The place of the leader of a database; or of whoever has a job in hand."""
    match database.kind:
        case "memory":
            return Alone()
        case "sqlite":
            return ByFile(database, job)
        case "postgresql":
            return ByServer(database, job)
