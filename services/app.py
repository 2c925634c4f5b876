"""The application: the API and the pages over one office. ``make_app`` puts it together, for uvicorn and for tests."""

import hmac
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from functools import partial

import anyio.to_thread
from fastapi import Depends, FastAPI, Request, Response
from starlette.responses import JSONResponse
from starlette.staticfiles import StaticFiles

from domain.errors import OutturnError
from services.accounts import Accounts
from services.address_book import AddressBook
from services.api import commands, downloads, feed, people, returns, uploads, views
from services.api.openapi import document
from services.documents import Documents
from services.front_desk import ANYBODY, FrontDesk
from services.http import health, limits, problem, request_log
from services.http.metrics import Metrics
from services.http.stack import middlewares
from services.http.tracing import telemetry
from services.office import Office
from services.settings import Database, Settings
from services.web.page import STATIC
from services.web.routes import (
    awards,
    documentation,
    due,
    home,
    money,
    money_lists,
    orders,
    owed,
    people_secrets,
    providers,
    public,
    records,
    reports,
    sign_in,
    what_if,
)
from services.web.routes import people as people_pages
from services.web.routes import returns as return_pages
from services.web.routes import (
    settings as settings_pages,
)
from services.web.site import error_page
from services.wiring import open_office

VERSION = "0.1.0"

PAGES = (
    *(documentation, sign_in, home, orders, awards, due, providers, owed, reports),
    *(money_lists, money, what_if, return_pages, records, public),
    *(people_secrets, people_pages, settings_pages),
)
"""Every part of the office that has pages."""

THREADS = 16
"""How many requests a process works at in the same moment; the others wait. Each may hold two connections."""

BODIES = {
    **limits.BODIES,
    "/api/reports/workbook": limits.Body(12_000_000, 120),
    "/api/awards/sheet": limits.Body(12_000_000, 120),
    "/api/awards": limits.Body(26_000_000, 120),
    "/owed": limits.Body(12_000_000, 120),
    "/awards": limits.Body(26_000_000, 120),
    "/settings": limits.Body(12_000_000, 120),
}
"""How much may be sent: more where files come in."""


def serve_app() -> FastAPI:
    """The application of a server's process, its log in lines of JSON: what uvicorn is told to make."""
    request_log.configure()
    sys.setswitchinterval(0.0005)  # a thread back from the disk otherwise waits for five milliseconds to go on
    return make_app()


def make_app(
    settings: Settings | None = None,
    office: Office | None = None,
    book: AddressBook | None = None,
    *,
    demonstration_sign_in: bool = False,
) -> FastAPI:
    """The application over the configured office, or over one that is open already.

    ``demonstration_sign_in``: whether anybody on this machine may sign in as one of the people of the demonstration.
    """
    known = settings or Settings()
    opened = ExitStack()
    if office is None:
        office = opened.enter_context(open_office(known).open())
    if book is None:
        book = opened.enter_context(AddressBook(Database.of(known.database)))

    @asynccontextmanager
    async def living(_app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        with opened:
            yield

    allowances = limits.Allowances()
    figures = Metrics(partial(_behind, office), office.log.head, partial(_may_measure, known))
    app = FastAPI(
        title="Outturn",
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=living,
        middleware=middlewares(figures, allowances, bodies=BODIES),
        telemetry=telemetry(),
    )
    app.state.desk = FrontDesk(
        office,
        book,
        Accounts(book),
        Documents(known.documents),
        known,
        allowances,
        _is_demonstration(office),
        demonstration_sign_in,
    )
    problem.install(app, error_page)
    for rooms in (commands, downloads, returns, uploads, feed, people, views):  # the last has the widest addresses
        app.include_router(rooms.make_router(), prefix="/api")
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for pages in PAGES:
        app.include_router(pages.make_router())
    app.include_router(figures.router())
    app.include_router(health.router([health.Check("records", partial(_ready, office))]))
    app.add_api_route(
        "/api/openapi.json", partial(_document, app), include_in_schema=False, dependencies=[Depends(ANYBODY)]
    )
    return app


def _is_demonstration(office: Office) -> bool:
    """Whether this is the demonstration: its first event says so."""
    first = office.log.read_stored(0, 1)
    return bool(first) and b'"by":"demonstration' in first[0].state


def _document(app: FastAPI) -> Response:
    return JSONResponse(document(app))


def _behind(office: Office) -> float:
    """By how many positions the read models are behind the log, before anybody reads them."""
    return office.read_models.behind()


def _ready(office: Office) -> str:
    """Says that the log can be read, and how far behind the read models are. Raises ``NotReady``."""
    try:
        head, behind = office.log.head(), office.read_models.behind()
    except OutturnError as broken:
        raise health.NotReady("The records cannot be reached.") from broken
    return f"The log ends at position {head}; the read models are {behind} behind, and are caught up when next asked."


def _may_measure(settings: Settings, request: Request) -> bool:
    """Whether somebody may see the figures: from this machine, or with the token."""
    token = settings.metrics_token
    if token is not None:
        said = request.headers.get("authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(said.encode(), token.get_secret_value().encode())
    return request.client is not None and request.client.host in ("127.0.0.1", "::1", "testclient")
