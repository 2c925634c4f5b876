"""The public page: published awards, decisions and returns, for anybody, without signing in. It can be switched off.

Every answer is the same for everybody, whoever asks: no session is looked at and no cookie set, so that it may be kept
by browsers and proxies for some minutes.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic_core import to_json

from domain.disclosure.rules import rule_named
from domain.errors import NotFound
from domain.periods import Period
from domain.tables import Table
from projections.paging import Page
from projections.views import Views
from services.api.files import MEDIA, as_file, headers_of
from services.api.listing import line
from services.exports.csv import to_csv
from services.exports.paper import Paper
from services.front_desk import ANYBODY, the_desk
from services.http.problem import Raised
from services.web.page import BareDesk, render
from services.web.routes import published
from services.web.routes.return_reading import LINES, Head, kept_by

KEPT_FOR = "public, max-age=300"
"""Some minutes: what is published changes once a month."""
NO_RETURN = "No copy of such a return is published."
_PLACES = (
    ("Published information", "/public"),
    ("Awards", "/public/awards"),
    ("Decisions", "/public/decisions"),
    ("Returns", "/public/returns"),
)


def _is_on(request: Request) -> None:
    """Raises ``Raised``: where the page is switched off, there is nothing."""
    if not the_desk(request).settings.public_page:
        raise Raised(404)


def _page(request: Request, template: str, **context: Any) -> Response:
    desk, here = the_desk(request), request.url.path
    places = [(words, href, here == href or (href != "/public" and here.startswith(href))) for words, href in _PLACES]
    name = desk.settings.office_name or "Office of the Police and Crime Commissioner"
    bare = BareDesk(name, desk.demonstration, navigation=places)
    made = render(request, template, desk=bare, **context)
    made.headers["cache-control"] = KEPT_FOR
    return made


def index(request: Request) -> Response:
    """What is published here, by which rules, and as which files."""
    _is_on(request)
    return _page(request, "public/index.html", rules=published.rules())


def _listing(
    name: str, title: str, about: str, ask: Callable[[Views, str | None], Page]
) -> Callable[[Request], Response]:
    def show(request: Request) -> Response:
        _is_on(request)
        after = request.query_params.get("after") or None
        with the_desk(request).office.reading() as views:
            found = ask(views, after)
        first = f"/public/{name}"
        return _page(
            request,
            "public/list.html",
            title=title,
            about=about,
            found=found,
            first=first if after else None,
            older=f"{first}?{urlencode({'after': found.after})}" if found.after else None,
            files=[(form.upper(), f"/public/{name}.{form}") for form in ("csv", "json")],
        )

    return show


def _file(name: str, form: str) -> Callable[[Request], Response]:
    def give(request: Request) -> Response:
        _is_on(request)
        with the_desk(request).office.reading() as views:
            table = published.FILES[name](views)
        headers = headers_of(f"{table.name}.{form}", **{"cache-control": KEPT_FOR})
        content = to_csv(table) if form == "csv" else _as_json(table)
        return Response(content, media_type=MEDIA[form], headers=headers)

    return give


def _as_json(table: Table) -> bytes:
    """A table for programs: each line by its columns' keys; beside a value that is missing, why it is."""
    columns = [column.model_dump(exclude={"detail"}) for column in table.columns]
    rows = [line(table.columns, row) for row in table.rows]
    said = {"name": table.name, "title": table.title, "columns": columns, "rows": rows, "notes": table.notes}
    return to_json(said)


def all_returns(request: Request) -> Response:
    """Every half-year's return of which a copy is published."""
    _is_on(request)
    with the_desk(request).office.reading() as views:
        found = published.returns(views)
    copies = [(Period.parse(row["period"]).words, f"/public/returns/{row['period']}", row["at"]) for row in found]
    return _page(request, "public/returns.html", copies=copies)


def _copy(request: Request, views: Views) -> tuple[Any, tuple[Head, ...]]:
    """The copy last published of the return that is asked for, and its tables without their lines."""
    row = next((row for row in published.returns(views) if row["period"] == request.path_params["period"]), None)
    if row is None:
        raise NotFound(NO_RETURN)
    key, position = ("published", row["position"]), row["position"]
    return row, kept_by(request, "published_heads", 64).get(key, lambda: _heads(published.tables_of(views, position)))


def _heads(tables: list[Any]) -> tuple[Head, ...]:
    return tuple(Head(at, raw["name"], raw["title"], len(raw["rows"])) for at, raw in enumerate(tables))


def one_return(request: Request) -> Response:
    """One published return: its tables, its rule for small numbers, its files."""
    _is_on(request)
    with the_desk(request).office.reading() as views:
        row, heads = _copy(request, views)
    base = f"/public/returns/{row['period']}"
    return _page(
        request,
        "public/return.html",
        row=row,
        symbol=rule_named(row["rule"]).symbol,
        words=Period.parse(row["period"]).words,
        tables=[(head.title, f"{base}/{head.name}") for head in heads],
        files=[("CSV, all tables in one archive", f"{base}/file?format=csv"), ("JSON", f"{base}/file?format=json")],
    )


def one_table(request: Request) -> Response:
    """One table of a published return, a hundred lines at a time."""
    _is_on(request)
    said = request.query_params.get("from", "1")
    first = max(0, int(said) - 1) if said.isascii() and said.isdecimal() and len(said) < 8 else 0
    with the_desk(request).office.reading() as views:
        row, heads = _copy(request, views)
        head = next((head for head in heads if head.name == request.path_params["table"]), None)
        if head is None:
            raise NotFound("There is no such table in this return.")
        [raw] = published.tables_of(views, row["position"], [head.place])
    path = request.url.path
    return _page(
        request,
        "public/table.html",
        row=row,
        words=Period.parse(row["period"]).words,
        table=published.without_sources(raw, first, LINES),
        newer=f"{path}?from={max(1, first - LINES + 1)}" if first else None,
        older=f"{path}?from={first + LINES + 1}" if first + LINES < head.lines else None,
    )


def return_file(request: Request) -> Response:
    """A published return as a file: who signed it, and what its figures were folded from, is not in it."""
    _is_on(request)
    form = request.query_params.get("format", "csv")
    if form not in ("csv", "json"):
        raise NotFound("A published return is to be had as csv or json.")
    with the_desk(request).office.reading() as views:
        row, _known = _copy(request, views)
        tables = [published.without_sources(raw) for raw in published.tables_of(views, row["position"])]
    words = Period.parse(row["period"]).words
    about = {"period": row["period"], "version": row["version"], "rule": row["rule"], "published_at": row["at"]}
    facts = [("Half-year", words), ("Version", str(row["version"])), ("Published by the rule", row["rule"])]
    paper = Paper(title=f"Half-yearly return, {words}: copy for the public", facts=facts, tables=tables, about=about)
    return as_file(paper, f"published-return-{row['period']}", form, **{"cache-control": KEPT_FOR})


def make_router() -> APIRouter:
    """The pages and files that anybody may see."""
    router = APIRouter(include_in_schema=False)

    def add(path: str, endpoint: Callable[[Request], Response]) -> None:
        router.add_api_route(
            f"/public{path}", endpoint, methods=["GET"], response_model=None, dependencies=[Depends(ANYBODY)]
        )

    add("", index)
    add(
        "/awards", _listing("awards", "Published awards", "What this office gave, to whom, for what.", published.awards)
    )
    add("/decisions", _listing("decisions", "Published decisions", "What was decided, and why.", published.decisions))
    for name in published.FILES:
        for form in ("csv", "json"):
            add(f"/{name}.{form}", _file(name, form))
    add("/returns", all_returns)
    add("/returns/{period}", one_return)
    add("/returns/{period}/file", return_file)
    add("/returns/{period}/{table}", one_table)
    return router
