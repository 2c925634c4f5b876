"""What the tests of the pages may ask for: the demonstration to themselves, and somebody of any role signed in."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event

from domain.kernel import Actor, Command, Recorded, Role, utc_now
from services.address_book import AddressBook, Person
from services.app import make_app
from services.demo import PLAYER, open_demo
from services.front_desk import COOKIE, FrontDesk, csrf_of
from services.office import Office
from services.settings import Database, Settings
from services.wiring import open_office
from tests.conftest import Clock

AFTERWARDS = datetime(2026, 11, 16, 9, tzinfo=UTC)
"""The moment at which the pages are looked at: a Monday after everything in the demonstration has happened."""
AS_A_BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"
"""What a browser says that it takes: so errors are told as pages."""
EVERYTHING = Actor(id=PLAYER.id, roles=frozenset(Role))
"""Sets things up in a test: whoever may do anything."""


class Demonstrated(NamedTuple):
    """The demonstration of one module of tests, to be read and written to, on SQLite."""

    app: FastAPI
    office: Office
    book: AddressBook
    clock: Clock
    """Stands at ``AFTERWARDS`` until it is set to something else."""
    settings: Settings

    @property
    def desk(self) -> FrontDesk:
        """The front desk of the application."""
        desk: FrontDesk = self.app.state.desk
        return desk

    def do(self, *commands: Command[Any]) -> list[Recorded]:
        """Orders of somebody who may do anything, all at once."""
        return self.office.do_all(commands, EVERYTHING)

    def mount(self, *modules: Any) -> None:
        """Puts in the routes of these modules (``make_router``), unless the application has them already."""
        there = {context.path for context in iter_route_contexts(self.app.routes)}
        for module in modules:
            router = module.make_router()
            if not {context.path for context in iter_route_contexts(router.routes)} <= there:
                self.app.include_router(router)

    def secret_of(self, client: TestClient) -> str:
        """The secret of the session that somebody is signed in by."""
        return client.cookies[COOKIE]

    def csrf(self, client: TestClient) -> str:
        """What a form of somebody who is signed in brings back as ``csrf_token``."""
        return csrf_of(self.secret_of(client))


@pytest.fixture(scope="session")
def played_for_pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demonstration that was played to its end. It is only copied."""
    folder = tmp_path_factory.mktemp("demonstration") / "played"
    folder.mkdir()
    with open_demo(Settings(database=str(folder / "office.db"), documents=folder / "documents")) as played:
        played.play(lambda _number: None)
        with played.office.reading():
            pass  # so that the copies need not fold it
    return folder


@pytest.fixture(scope="module")
def demonstration(played_for_pages: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstrated]:
    """The demonstration, for one module of tests; what one test writes the next one sees."""
    folder = tmp_path_factory.mktemp("office") / "copy"
    shutil.copytree(played_for_pages, folder)
    settings = Settings(
        database=str(folder / "office.db"), documents=folder / "documents", mail_folder=folder / "mail", _env_file=None
    )
    clock = Clock(AFTERWARDS)
    with open_office(settings, clock).open() as office, AddressBook(Database.of(settings.database)) as book:
        yield Demonstrated(make_app(settings, office, book), office, book, clock, settings)


SignInAs = Callable[..., TestClient]


@pytest.fixture(scope="module")
def signed_in_as(demonstration: Demonstrated) -> SignInAs:
    """``signed_in_as(Role.FINANCE)``: a client with a session. More of ``services.address_book.Person`` may be said:

    ``signed_in_as(Role.CONTRACT_MANAGER, awards=("MOJ-2017-01",))``,
    ``signed_in_as(Role.PROVIDER, provider="remedi", certifies=True)``; several roles as a set; ``None``: nobody.
    Redirects are not followed.
    """
    numbers = count(1)

    def sign_in(role: Role | Sequence[Role] | None = None, **more: Any) -> TestClient:
        client = TestClient(demonstration.app, follow_redirects=False, headers={"accept": AS_A_BROWSER})
        if role is None:
            return client
        roles = frozenset({role} if isinstance(role, Role) else role)
        person = f"made-up-{next(numbers)}"
        said = {"name": "Made up for a test", "email": f"{person}@example.org", **more}
        demonstration.book.put(Person(id=person, roles=roles, **said))
        lasting = timedelta(hours=1)
        secret = demonstration.desk.accounts.begin_session(person, "demonstration", utc_now(), lasting, lasting)
        client.cookies.set(COOKIE, secret)
        return client

    return sign_in


@contextmanager
def queries_counted() -> Iterator[list[str]]:
    """The statements that SQLAlchemy sends to any database in the meantime; the beginnings of transactions apart."""
    said: list[str] = []

    def heard(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement != "BEGIN":
            said.append(statement)

    event.listen(Engine, "before_cursor_execute", heard)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", heard)


@pytest.fixture
def counted() -> Callable[[], Any]:
    """``with counted() as statements: …``: what a page asks of the databases through SQLAlchemy."""
    return queries_counted
