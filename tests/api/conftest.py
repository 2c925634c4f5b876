"""The whole application over an office of its own, and somebody of every kind who is signed in by a token."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from httpx2 import Response

from domain.kernel import LONDON, Role, utc_now
from services.address_book import AddressBook, Person
from services.api import downloads, feed, people, returns, uploads
from services.api.openapi import document
from services.app import make_app
from services.front_desk import FrontDesk, csrf_of
from services.office import Office
from services.settings import Database, Settings
from services.wiring import open_office
from tests.conftest import Clock
from tests.scenes import PROVIDER, awarded, do, fund_with, reporting


class Somebody(NamedTuple):
    """What somebody of one kind is in the office."""

    roles: frozenset[Role]
    provider: str | None = None
    awards: tuple[str, ...] | None = None
    certifies: bool = False


PEOPLE: Mapping[str, Somebody] = {
    "commissioner": Somebody(frozenset({Role.COMMISSIONER})),
    "finance": Somebody(frozenset({Role.FINANCE})),
    "contract-manager": Somebody(frozenset({Role.CONTRACT_MANAGER})),
    "manager-of-a1": Somebody(frozenset({Role.CONTRACT_MANAGER}), awards=("a1",)),
    "certifier": Somebody(frozenset({Role.PROVIDER}), provider="embrace", certifies=True),
    "data-contact": Somebody(frozenset({Role.PROVIDER}), provider="embrace"),
    "other-provider": Somebody(frozenset({Role.PROVIDER}), provider="remedi", certifies=True),
    "auditor": Somebody(frozenset({Role.AUDITOR})),
    "administrator": Somebody(frozenset({Role.ADMINISTRATOR})),
    "everything": Somebody(frozenset(Role) - {Role.SCHEDULER, Role.PROVIDER}),
}
"""Somebody of every kind, by a name that stands for the id as well. None of them is a real person."""
EVERYTHING = ("read", "events", "act")


class Building:
    """The application, its office, and everybody in it."""

    def __init__(self, client: TestClient, desk: FrontDesk) -> None:
        self.client = client
        self.desk = desk
        self._tokens: dict[str, str] = {}
        for name, somebody in PEOPLE.items():
            said = {**somebody._asdict(), "name": f"Made up, {name}", "email": f"{name}@example.org"}
            desk.book.put(Person(id=name, **said))

    def token(self, who: str, *scope: str) -> str:
        """A token in somebody's name."""
        now = utc_now()
        until = now.astimezone(LONDON).date() + timedelta(days=1)
        return self.desk.accounts.new_token(who, "A test", scope or EVERYTHING, until, now)

    def as_(self, who: str | None, *scope: str) -> dict[str, str]:
        """The header by which somebody is known; nobody at all: none."""
        if who is None:
            return {}
        if scope:
            return {"authorization": f"Bearer {self.token(who, *scope)}"}
        if who not in self._tokens:
            self._tokens[who] = self.token(who)
        return {"authorization": f"Bearer {self._tokens[who]}"}

    def signed_in(self, who: str) -> dict[str, str]:
        """The headers of somebody who is signed in with a browser, on a page of ours."""
        secret = self.desk.accounts.begin_session(
            who, "demonstration", utc_now(), timedelta(hours=1), timedelta(hours=2)
        )
        return {"cookie": f"outturn={secret}", "x-csrf-token": csrf_of(secret)}

    def get(self, who: str | None, path: str, headers: Mapping[str, str] | None = None, **how: Any) -> Response:
        """Asks in somebody's name."""
        return self._documented(self.client.get(path, headers={**self.as_(who), **(headers or {})}, **how))

    def post(self, who: str | None, path: str, headers: Mapping[str, str] | None = None, **how: Any) -> Response:
        """Orders in somebody's name."""
        return self._documented(self.client.post(path, headers={**self.as_(who), **(headers or {})}, **how))

    def _documented(self, answer: Response) -> Response:
        """Checks that the answer is one that the API's document tells of."""
        method, path = answer.request.method.lower(), answer.request.url.path
        for pattern, operations in _operations(self.client.app):
            if method in operations and pattern.fullmatch(path) and answer.status_code != 500:
                said = operations[method]["responses"]
                assert str(answer.status_code) in said, f"{method} {path}: {answer.status_code} is not documented"
                kinds = said[str(answer.status_code)].get("content", {})
                kind = answer.headers.get("content-type", "").partition(";")[0]
                assert not kind or kind in kinds, f"{method} {path}: {kind} is not documented"
                break
        return answer


_OPERATIONS: list[tuple[re.Pattern[str], dict[str, Any]]] = []


def _operations(app: Any) -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    """What is documented, by the pattern of the address; made once, because every application says the same."""
    if not _OPERATIONS:
        paths = sorted(document(app)["paths"].items(), key=lambda each: each[0].count("{"))
        _OPERATIONS.extend((re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), said) for path, said in paths)
    return _OPERATIONS


def furnish(office: Office) -> None:
    """Two awards to one provider and one to another, out of one fund; the first owes half-yearly reports."""
    remedi = PROVIDER.model_copy(update={"provider": "remedi", "title": "Remedi"})
    do(office, *fund_with(100_000), PROVIDER, remedi, *awarded("a1", 20_000), *awarded("a2", 10_000))
    do(office, *awarded("b1", 5_000, provider="remedi"), reporting("a1"), reporting("b1"))


def _complete(app: FastAPI) -> None:
    """Puts in what the application does not include yet, before the questions, whose ``/awards/{award}`` fits all."""
    if any(getattr(each.original_route, "name", "") == "save-awards" for each in iter_route_contexts(app.routes)):
        return
    before = list(app.router.routes)
    for each in (downloads, returns, uploads, feed, people):
        app.include_router(each.make_router(), prefix="/api")
    app.router.routes[:] = [*app.router.routes[len(before) :], *before]


@pytest.fixture(params=["memory"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database: in memory, unless a test says ``sqlite``."""
    return "memory:" if request.param == "memory" else str(tmp_path / "outturn.db")


@pytest.fixture
def furniture() -> Callable[[Office], None]:
    """What is in the office from the beginning. A module that needs other things has a fixture of this name."""
    return furnish


@pytest.fixture
def building(address: str, clock: Clock, tmp_path: Path, furniture: Callable[[Office], None]) -> Iterator[Building]:
    """The application over an office that is furnished, with everybody in it."""
    settings = Settings(database=address, documents=tmp_path / "documents")
    with open_office(settings, clock).open() as office, AddressBook(Database.of(address)) as book:
        furniture(office)
        app = make_app(settings, office, book)
        _complete(app)
        with TestClient(app, raise_server_exceptions=False) as client:
            yield Building(client, app.state.desk)
