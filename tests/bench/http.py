"""The API over HTTP against bare FastAPI endpoints: the same server, the same driver, the same client, by turns."""

import http.client
import json
import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import psycopg_pool
from fastapi import FastAPI, Response
from pydantic import BaseModel
from pydantic_core import to_json
from sqlalchemy import event
from sqlalchemy.engine import Engine

from domain.awards.commands import RegisterAward
from domain.awards.events import Route
from domain.awards.milestone_commands import PlanMilestone
from domain.kernel import LONDON, Actor, Role, utc_now
from domain.providers.commands import RegisterProvider
from services.accounts import Accounts
from services.address_book import AddressBook, Person
from services.asking import LISTS, Asking
from services.office import Office
from services.settings import Database, Settings
from services.wiring import open_office
from tests.bench.databases import KINDS, Databases, address
from tests.bench.measure import Figure, by_turns

TURNS = 7
REQUESTS, AT_ONCE = 400, 4
"""In one turn, over so many connections."""
OBLIGATIONS, LISTED = 300, 10
CLIENTS, EACH = 50, 20
"""The clients at once of the last figure, and how many requests each sends in a turn."""
AWARDS = 60
GOAL, MOST_OF_A_LIST, MOST_QUERIES, MOST_OF_P99 = 0.6, 3.0, 5, 5.0

MANAGER = Actor(id="officer-1", roles=frozenset(Role))
_OURS = """
import uvicorn
from services import front_desk
from services.http import limits
from services.http.request_log import UVICORN
limits.BY_ADDRESS = {{"": None}}  # one client asks for many here
front_desk.BY_ACCOUNT = limits.Rule(10**9)
uvicorn.run("services.app:serve_app", factory=True, host="127.0.0.1", port={port}, **UVICORN)
"""
_BARE = "from tests.bench.http import serve_bare; serve_bare({kind!r}, {where!r}, {port})"


class Row(BaseModel):
    """What the bare endpoint takes: as much as an order to plan a milestone."""

    milestone: str
    title: str
    due_on: str


_COLUMNS = "award, milestone, title, due_on, kept"
_KEYS = (
    *("due_on", "days", "award", "provider", "kind", "title", "period", "standing", "first_due_on", "reason"),
    *("service", "name"),
)
_SELECT = f"SELECT {', '.join(_KEYS)} FROM due ORDER BY due_on, award"


def _sqlite(where: str) -> tuple[Callable[[Sequence[str]], None], Callable[[], list[Any]]]:
    """Inserts one row in a transaction of its own, and selects the list; a connection for each thread."""
    kept = threading.local()
    alone = threading.Lock()

    def connection() -> sqlite3.Connection:
        if not hasattr(kept, "connection"):
            kept.connection = sqlite3.connect(where, isolation_level=None, timeout=30)
            kept.connection.execute("PRAGMA journal_mode=WAL")
        found: sqlite3.Connection = kept.connection
        return found

    def insert(row: Sequence[str]) -> None:
        with alone:
            connection().execute(f"INSERT INTO milestones ({_COLUMNS}) VALUES (?, ?, ?, ?, ?)", row)

    return insert, lambda: connection().execute(_SELECT).fetchall()


def _postgresql(where: str) -> tuple[Callable[[Sequence[str]], None], Callable[[], list[Any]]]:
    pool = psycopg_pool.ConnectionPool(where, min_size=4, max_size=15, open=True)

    def insert(row: Sequence[str]) -> None:
        with pool.connection() as connection:
            connection.execute(f"INSERT INTO milestones ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s)", row)

    def select() -> list[Any]:
        with pool.connection() as connection:
            return connection.execute(_SELECT).fetchall()

    return insert, select


def bare(kind: str, where: str) -> FastAPI:
    """A FastAPI application with nothing around it: one row in, some rows out."""
    insert, select = (_sqlite if kind == "sqlite" else _postgresql)(where)
    app = FastAPI(openapi_url=None)

    def put_in(award: str, row: Row) -> dict[str, str]:
        insert((award, row.milestone, row.title, row.due_on, utc_now().isoformat()))
        return {"award": award}

    def look() -> Response:
        return Response(
            to_json([dict(zip(_KEYS, each, strict=True)) for each in select()]), media_type="application/json"
        )

    app.add_api_route("/awards/{award}/rows", put_in, methods=["POST"])
    app.add_api_route("/due", look, methods=["GET"])
    return app


def serve_bare(kind: str, where: str, port: int) -> None:
    """What the process of the bare application runs."""
    import uvicorn

    uvicorn.run(bare(kind, where), host="127.0.0.1", port=port, log_level="error", access_log=False)


def _fill_bare(database: Database, listed: Sequence[Sequence[Any]]) -> None:
    tables = (
        "CREATE TABLE milestones (award TEXT, milestone TEXT, title TEXT, due_on TEXT, kept TEXT, "
        "PRIMARY KEY (award, milestone))",
        f"CREATE TABLE due ({', '.join(f'{key} TEXT' for key in _KEYS)})",
    )
    if database.kind == "sqlite":
        with sqlite3.connect(database.path) as connection:
            for table in tables:
                connection.execute(table)
            connection.executemany(f"INSERT INTO due VALUES ({', '.join('?' * len(_KEYS))})", listed)
        connection.close()
        return
    with psycopg.connect(database.url) as server:
        for table in tables:
            server.execute(table)
        server.cursor().executemany(f"INSERT INTO due VALUES ({', '.join(['%s'] * len(_KEYS))})", listed)


def furnished(office: Office) -> None:
    """Awards to which orders go, and three hundred things that are due."""
    today = utc_now().astimezone(LONDON).date()
    office.do(RegisterProvider(provider="p1", title="A made-up provider"), MANAGER)
    for number in range(AWARDS):
        award = f"a{number}"
        office.do(RegisterAward(award=award, service="Support", route=Route.GRANT, provider="p1"), MANAGER)
        for each in range(OBLIGATIONS // AWARDS):
            day = today + timedelta(days=number + each)
            office.do(PlanMilestone(award=award, milestone=f"m{each}", title="A stage is reached", due_on=day), MANAGER)
    with office.reading() as views:
        assert len(LISTS["due"].answer(views, Asking({}))[0].rows) == OBLIGATIONS


def a_token(database: Database) -> str:
    """For somebody who manages contracts."""
    now = utc_now()
    with AddressBook(database) as book:
        roles = frozenset({Role.CONTRACT_MANAGER})
        book.put(Person(id="officer-1", name="Made up", email="officer@example.org", roles=roles))
        until = now.astimezone(LONDON).date() + timedelta(days=2)
        return Accounts(book).new_token("officer-1", "A bench", ["read", "act"], until, now)


@contextmanager
def _process(program: str, port: int, settings: dict[str, str]) -> Iterator[int]:
    """A server in a process of its own, once it listens."""
    process = subprocess.Popen(
        [sys.executable, "-c", program], env={**os.environ, **settings}, stderr=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    raise
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def _port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


class Asked(NamedTuple):
    """One request."""

    method: str
    path: str
    body: bytes | None
    headers: dict[str, str]


def send(port: int, requests: Sequence[Sequence[Asked]]) -> tuple[float, list[float]]:
    """Sends each sequence over a connection of its own, all at once: seconds in all, and seconds of each request."""
    taken: list[list[float]] = [[] for _ in requests]
    together = threading.Barrier(len(requests) + 1)

    def one(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.connect()
        assert connection.sock is not None
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        together.wait()
        for asked in requests[number]:
            start = time.perf_counter()
            connection.request(asked.method, asked.path, asked.body, asked.headers)
            answer = connection.getresponse()
            said = answer.read()
            taken[number].append(time.perf_counter() - start)
            if answer.status != 200:
                raise RuntimeError(f"{answer.status}: {said[:300]!r}")
        connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(len(requests))]
    for thread in threads:
        thread.start()
    together.wait()
    start = time.perf_counter()
    for thread in threads:
        thread.join()
    whole = time.perf_counter() - start
    found = [each for some in taken for each in some]
    if len(found) != sum(map(len, requests)):
        raise RuntimeError("a request failed")
    return whole, found


def queries(office: Office) -> int:
    """How many statements a list of what is due takes, read models caught up."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        with office.reading() as views:
            LISTS["due"].answer(views, Asking({}))
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return len([each for each in asked if each.lstrip().upper().startswith("SELECT")])


def figures(databases: Databases, kind: str) -> list[Figure]:
    """The figures of one kind of database."""
    ours, theirs, name = databases.new(kind), databases.new(kind), KINDS[kind]
    with open_office(Settings(database=address(ours))).open() as office:
        furnished(office)
        with office.reading() as views:
            rows = LISTS["due"].answer(views, Asking({}))[0].rows
        asked = queries(office)
    _fill_bare(theirs, [[None if cell.value is None else str(cell.value) for cell in row] for row in rows])
    headers = {"authorization": f"Bearer {a_token(ours)}", "content-type": "application/json"}
    numbers = count()

    def order(path: str) -> Asked:
        number = next(numbers)
        body = {"milestone": f"n{number:06}", "title": "The next stage is running", "due_on": "2027-06-30"}
        return Asked("POST", path.format(f"a{number % AWARDS}"), json.dumps(body).encode(), headers)

    def orders(path: str, port: int, connections: int, each: int) -> tuple[float, list[float]]:
        return send(port, [[order(path) for _ in range(each)] for _ in range(connections)])

    def a_second(path: str, port: int) -> Callable[[], float]:
        return lambda: REQUESTS / orders(path, port, AT_ONCE, REQUESTS // AT_ONCE)[0]

    def a_list(path: str, port: int) -> Callable[[], float]:
        return lambda: statistics.median(send(port, [[Asked("GET", path, None, headers)] * LISTED])[1])

    def tail(port: int) -> Callable[[], float]:
        def run() -> float:
            seconds = sorted(orders("/api/awards/{}/plan-milestone", port, CLIENTS, EACH)[1])
            return seconds[int(len(seconds) * 0.99)] / statistics.median(seconds)

        return run

    settings = {
        "OUTTURN_DATABASE": address(ours),
        "OUTTURN_DOCUMENTS": str(Path(databases.folder) / "documents"),
    }
    with ExitStack() as running:
        port = _port()
        running.enter_context(_process(_OURS.format(port=port), port, settings))
        bare_port = _port()
        program = _BARE.format(kind=kind, where=address(theirs), port=bare_port)
        running.enter_context(_process(program, bare_port, {}))
        # first, while there are as many obligations as are spoken of
        reading = by_turns(
            {"ours": a_list(f"/api/due?limit={OBLIGATIONS}", port), "bare": a_list("/due", bare_port)},
            TURNS,
            warm_up=True,
        )
        writing = by_turns(
            {
                "ours": a_second("/api/awards/{}/plan-milestone", port),
                "bare": a_second("/awards/{}/rows", bare_port),
            },
            TURNS,
            warm_up=True,
        )
        ends = by_turns({"tail": tail(port)}, TURNS)
    milliseconds = [f"{reading.median(each) * 1000:.1f} ms" for each in ("ours", "bare")]
    return [
        Figure(
            f"{name}: orders over HTTP / a bare endpoint's inserts",
            writing.ratio("ours", "bare"),
            at_least=GOAL,
            beside=f"{writing.median('ours'):,.0f} requests/s; {writing.median('bare'):,.0f} requests/s",
        ),
        Figure(
            f"{name}: a list of {OBLIGATIONS} obligations / a bare endpoint's rows",
            reading.ratio("ours", "bare"),
            at_most=MOST_OF_A_LIST,
            beside="; ".join(milliseconds),
        ),
        Figure(f"{name}: queries of that list", float(asked), at_most=float(MOST_QUERIES)),
        Figure(f"{name}: p99 / p50 of orders by {CLIENTS} clients at once", ends.median("tail"), at_most=MOST_OF_P99),
    ]
