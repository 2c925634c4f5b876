"""Every route times everybody times own and foreign awards: exactly what the table says, and nothing else."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache
from itertools import count
from typing import Any, NamedTuple

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from domain.catalogue import COMMANDS
from domain.kernel import LONDON, Command, Role, utc_now
from domain.reports.events import Figure, Figures
from domain.reports.quantity import Quantity
from services.accounts import Accounts
from services.address_book import AddressBook, Person
from services.api.examples import SAID, address_of, example_of
from services.app import make_app
from services.exports.provider_workbook import make_workbook
from services.front_desk import FrontDesk, pass_of
from services.office import Office
from services.reporting import asked_for
from services.settings import Database, Settings
from services.wiring import open_office
from tests.api.conftest import PEOPLE, Somebody, furnish
from tests.api.permissions import LETTERS, ORDERS, PLACES, TABLE, UNGUARDED, Line
from tests.conftest import Clock

PASSED = frozenset({200, 201, 409, 412, 422, 428})
"""What may be answered to somebody who may pass: done, or refused by a rule or for what was said. Never 404."""
OWN, FOREIGN, MISSING = "a1", "b1", "zz"
"""An award within everybody's reach, one out of reach of those who reach some, and one that nobody ever made."""


class Asker(NamedTuple):
    """Somebody who asks, and with what."""

    name: str
    person: str | None
    """Nobody: not signed in."""
    scope: tuple[str, ...] | None = None
    """Of a token that may less than its person."""

    @property
    def is_(self) -> Somebody:
        """What the person is."""
        return PEOPLE[self.person] if self.person is not None else Somebody(frozenset())

    def reach(self) -> frozenset[str] | None:
        """The awards within reach; all, if nothing."""
        if Role.PROVIDER in self.is_.roles:
            return frozenset({"embrace": ("a1", "a2"), "remedi": ("b1",)}[str(self.is_.provider)])
        return None if self.is_.awards is None else frozenset(self.is_.awards)


ASKERS = [
    Asker("nobody", None),
    Asker("commissioner", "commissioner"),
    Asker("finance", "finance"),
    Asker("contract manager", "contract-manager"),
    Asker("contract manager of one award", "manager-of-a1"),
    Asker("certifier", "certifier"),
    Asker("data contact", "data-contact"),
    Asker("auditor", "auditor"),
    Asker("administrator", "administrator"),
    Asker("a token that reads", "finance", ("read",)),
    Asker("a token that reads, of a provider", "certifier", ("read",)),
    Asker("a token with one order", "contract-manager", ("complete-milestone",)),
    Asker("a token for the feed alone", "auditor", ("events",)),
]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """The application over a small office: two awards to one provider, one to another."""
    settings = Settings(database="memory:", documents=tmp_path_factory.mktemp("documents"))
    with open_office(settings, Clock()).open() as office, AddressBook(Database.of("memory:")) as book:
        furnish(office)
        for name, somebody in PEOPLE.items():
            said = {**somebody._asdict(), "name": f"Made up, {name}", "email": f"{name}@example.org"}
            book.put(Person(id=name, **said))
        yield make_app(settings, office, book)


def routes_of(app: FastAPI) -> Iterator[tuple[str, Any]]:
    """Every route of the application, as the table writes it."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        path = context.path_format or context.path or ""
        for method in sorted(context.methods or {"GET"}):
            yield f"{method} {path.removesuffix('/{path}') if not context.methods else path}", route


def test_every_route_is_in_the_table_and_every_line_of_the_table_is_a_route(app: FastAPI) -> None:
    routes = [route for route, _known in routes_of(app)]
    assert len(routes) == len(set(routes))
    assert set(routes) - set(TABLE) - set(UNGUARDED) == set(), "not in tests/api/permissions.py"
    assert (set(TABLE) | set(UNGUARDED)) - set(routes) == set(), "in tests/api/permissions.py, and no route"


def test_every_route_says_who_may_pass_and_it_is_what_the_table_says(app: FastAPI) -> None:
    for name, route in routes_of(app):
        passing = pass_of(route)
        if name in UNGUARDED:
            assert passing is None, name
            continue
        assert passing is not None, f"{name} says nowhere who may pass"
        assert passing.may == TABLE[name].may, name


def test_every_order_may_be_given_by_whom_the_table_says() -> None:
    said = {order: letters for orders in ORDERS.values() for order, letters in orders.items()}
    assert {order: frozenset(LETTERS[each] for each in letters) for order, letters in said.items()} == {
        name: command.may for name, command in COMMANDS.items()
    }
    assert {noun for noun, orders in ORDERS.items() for order in orders if COMMANDS[order].noun != noun} == set()


def forgetful() -> None:
    """An endpoint that says nowhere who may pass."""


def test_a_route_without_a_permission_is_found(app: FastAPI) -> None:
    """The test above can fail: a route that was forgotten is seen to have no permission."""
    other = FastAPI()
    other.add_api_route("/api/forgotten", forgetful, methods=["GET"])
    forgotten = dict(routes_of(other))["GET /api/forgotten"]
    assert pass_of(forgotten) is None
    assert "GET /api/forgotten" not in TABLE


def orders_by_route() -> dict[str, tuple[str, type[Command[Any]]]]:
    """The order that each address of the API takes."""
    return {f"POST /api{PLACES[noun]}/{order}": (order, COMMANDS[order]) for noun in ORDERS for order in ORDERS[noun]}


BY_ROUTE = orders_by_route()
SHEET = "POST /api/awards/sheet"
WORKBOOK = "POST /api/reports/workbook"
GIVEN = {"POST /api/awards/{award}/documents": "attach-document", WORKBOOK: "submit-report"}
"""Files that come in, each with the order that it is."""
ABOUT_ALL = re.compile(r"GET /api/returns/\{|POST /api/awards/sheet")
"""About every award at once: not for somebody who reaches some of them alone."""
CHANGING_PEOPLE = re.compile(r"POST /api/(people|tokens)")


def scoped(asker: Asker, line: Line) -> bool:
    """Whether a token's scope takes in what is asked."""
    scope = asker.scope
    if scope is None or line.path == "/api/me" or line.route == SHEET:
        return True  # of a sheet each order asks for itself, and is told by its row
    if line.path == "/api/events":
        return "events" in scope
    if line.method == "GET":
        return "read" in scope
    if CHANGING_PEOPLE.match(line.route):
        return "act" in scope
    return "act" in scope or order_of(line) in scope


def order_of(line: Line) -> str:
    """The order that an address takes; none, if it is a question."""
    return BY_ROUTE[line.route][0] if line.route in BY_ROUTE else GIVEN.get(line.route, "")


NAMES_AWARDS = {
    *(f"/api/{name}{more}" for name in ("decisions", "bids", "returns") for more in ("", "/file")),
    *("/api/timeline", "/api/funds/{fund}/{year}/explain/{figure}"),
}
"""What names the awards of the whole office one by one: for those who reach all of them."""


def within(asker: Asker, line: Line, award: str | None) -> bool:
    """Whether what is asked about is within reach."""
    reach = asker.reach()
    if reach is None:
        return True
    if award is not None:
        return award in reach
    return not line.path.endswith("/history")  # about no award at all


def expected(asker: Asker, line: Line, award: str | None) -> int | None:
    """The status that the table and the commands come to; nothing: whatever is said to somebody who may."""
    if line.may is None:
        return None
    if asker.person is None:
        return 401
    roles = asker.is_.roles & line.may
    if roles and line.route == WORKBOOK and not within(asker, line, award):
        return 404  # whether it is there is asked before anything else: the file is about it
    if not roles or not scoped(asker, line):
        return 403
    order = COMMANDS.get(order_of(line))
    if order is not None and order.declares and roles == {Role.PROVIDER} and not asker.is_.certifies:
        return 403
    if order is not None and asker.reach() is not None and award is None:
        return 404 if order.noun == "chase" else 403  # the chase of every award is not there for somebody of one
    if line.path in NAMES_AWARDS and asker.reach() is not None:
        return 403
    if ABOUT_ALL.match(line.route) and not line.path.endswith("/history") and asker.reach() is not None:
        return 403
    return None if within(asker, line, award) else 404


ADDRESS = {
    **SAID,
    "fund": "moj-victims",
    "year": "2017-18",
    "provider": "embrace",
    "figure": "left_pence",
    "version": "1",
    "schedule": "outcome-report",
    "period": "2017-18-h1",
    "prefix": "abcd1234",
}
"""What stands in the addresses, beside the award."""
NUMBERS = count()


def address(app: FastAPI, line: Line, award: str) -> str:
    """The address of a line, about an award; about somebody new, where it is about a person of the address book."""
    said = dict(ADDRESS)
    if line.route in BY_ROUTE:
        said |= {key: value for key, value in address_of(BY_ROUTE[line.route][1]).items() if key not in said}
    said["award"] = award
    if line.path.startswith("/api/people/"):
        said["person"] = f"somebody-{next(NUMBERS)}"
        desk: FrontDesk = app.state.desk
        desk.book.put(Person(id=said["person"], name="Made up", email="made.up@example.org"))
    for place in re.findall(r"\{(\w+)\}", line.path):
        said.setdefault(place, f"{place}-1")
    return line.path.format_map(said)


def sent_with(app: FastAPI, line: Line, award: str) -> dict[str, Any]:
    """What is sent: an order that can be read, a file, a body of no fields."""
    if line.method == "GET":
        ask = {"/explain": {"cell": "demand/a1/referrals"}, "/file": {"format": "json"}}  # a workbook takes longer
        return {"params": ask.get(line.path[line.path.rindex("/") :], {})}
    if line.route in BY_ROUTE:
        name, command = BY_ROUTE[line.route]
        return {"json": example_of(command, name), "headers": {"if-match": "*"}}
    if line.route == WORKBOOK:
        return {"files": {"file": ("made-up.xlsx", workbook(app.state.desk.office, award))}}
    if line.route in GIVEN:
        return {"files": {"file": ("made-up.pdf", b"%PDF-1.7")}, "data": {"kind": "evidence", "title": "Made up"}}
    if line.route == SHEET:
        return {"files": {"file": ("made-up.csv", b"made up")}}
    return {"json": {}}


@cache
def workbook(office: Office, award: str) -> bytes:
    """A provider's workbook about an award, with a made-up figure."""
    content = Figures(figures=(Figure(measure="referrals", quantity=Quantity.exactly(12)),))
    return make_workbook(asked_for(office, award, "2017-18-h1"), content, "xlsx")


def about_an_award(line: Line) -> bool:
    """Whether what is asked is about one award."""
    return "{award}" in line.path or line.route == WORKBOOK


@asynccontextmanager
async def signed_in(app: FastAPI, number: int, asker: Asker) -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody's client, from an address of their own."""
    headers = {}
    if asker.person is not None:
        accounts: Accounts = app.state.desk.accounts
        until = utc_now().astimezone(LONDON).date() + timedelta(days=1)
        scope = asker.scope or ("read", "events", "act")
        headers = {"authorization": f"Bearer {accounts.new_token(asker.person, 'A test', scope, until, utc_now())}"}
    through = httpx2.ASGITransport(app, raise_app_exceptions=False, client=(f"192.0.2.{number}", 50_000))
    async with httpx2.AsyncClient(transport=through, base_url="http://office", headers=headers) as client:
        yield client


def lines() -> Sequence[Line]:
    """The routes of the API."""
    return [line for line in TABLE.values() if line.path.startswith("/api/")]


async def drive(app: FastAPI, asker: Asker, wanted: Sequence[Line]) -> list[str]:
    """Asks everything in somebody's name, and says what was otherwise than expected."""
    wrong: list[str] = []

    async def asked(line: Line, award: str) -> httpx2.Response:
        where, said = address(app, line, award), sent_with(app, line, award)
        return await client.request(line.method, where, **said, follow_redirects=False)

    async with signed_in(app, ASKERS.index(asker) + 1, asker) as client:
        for line in wanted:
            for award in (OWN, FOREIGN) if about_an_award(line) else (None,):
                answer = await asked(line, award or OWN)
                should = expected(asker, line, award)
                if should is None:
                    passed = answer.status_code in PASSED or (answer.status_code == 404 and may_be_missing(line))
                    if not passed:
                        wrong.append(f"{line.route} ({award}): {answer.status_code}, not passed")
                elif answer.status_code != should:
                    wrong.append(f"{line.route} ({award}): {answer.status_code}, not {should}")
                elif should == 404 and award is not None and line.route != WORKBOOK:
                    missing = await asked(line, MISSING)
                    if words(missing, MISSING) != words(answer, award):
                        wrong.append(f"{line.route}: what is out of reach is told otherwise than what is missing")
    return wrong


def words(answer: httpx2.Response, award: str) -> dict[str, Any]:
    """The whole of a problem, but for the number of the request and the name of the award."""
    said: dict[str, Any] = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    return {
        **said,
        "instance": None,
        "status": answer.status_code,
        "detail": re.sub(rf"\b{award}\b", "?", said["detail"]),
    }


def may_be_missing(line: Line) -> bool:
    """Whether what is asked about may be missing for somebody who may pass: all but the awards themselves."""
    return line.path not in ("/api/awards/{award}", "/api/awards/{award}/file", "/api/awards/{award}/history")


@pytest.mark.parametrize("asker", ASKERS, ids=lambda asker: asker.name)
def test_everybody_gets_exactly_what_the_table_says(app: FastAPI, asker: Asker) -> None:
    assert asyncio.run(drive(app, asker, lines())) == []
