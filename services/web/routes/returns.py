"""The half-yearly return's pages: all of them, one with its life, its sections, what it lacks, what changed since.

A return is about every award, so whoever looks after some awards alone is not shown it.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select

from domain.charts import Chart
from domain.errors import NotFound, Refusal
from domain.periods import Period, add_months
from domain.returns.filled import FilledReturn, template_named
from domain.tables import Table, shown
from projections.half_yearly_return import proof
from projections.half_yearly_return.charts import charts
from projections.half_yearly_return.form import comments
from projections.returns import PublicationRow, ReturnRow
from projections.views import Views
from services.asking import READERS, Sees, views_for
from services.exports.formats import FORMATS
from services.front_desk import only, the_desk
from services.web.people_named import names_of_people, with_names
from services.web.routes import return_reading as reading
from services.web.routes.orders import address_of
from services.web.routes.return_asked import base_of, first_in, pages_of, reader, version_asked
from services.web.routes.return_begun import begun_page
from services.web.routes.return_life import NOTHING_YET, life_of
from services.web.routes.return_reading import Head, Reading, is_signed
from services.web.routes.return_views import half_year
from services.web.site import may, page

DRAWN = 60
"""Up to how many services a chart with a line to each is drawn on a page; the files have it however many there are."""
_SHOWN_AS = {"csv": "CSV", "json": "JSON", "ods": "OpenDocument", "pdf": "PDF", "xlsx": "Excel"}


class Paged(NamedTuple):
    """Some lines of a table."""

    table: Table
    of: int
    first: int
    links: Mapping[str, Callable[[Mapping[str, Any]], str | None]]


def files_of(row: ReturnRow) -> list[tuple[str, str]]:
    """The version as a file in every format: words and address."""
    base = f"/api/returns/{row.period}/versions/{row.version}/file?format="
    return [(_SHOWN_AS.get(form, form.upper()), f"{base}{form}") for form in FORMATS]


def show(request: Request) -> Response:
    """One return: what it lacks, its life, its sections, its files. At most eleven queries."""
    desk, who = the_desk(request), reader(request)
    with views_for(desk.office, who.actor, Sees.WHOLE) as views:
        row, versions = version_asked(request, views)
        latest = row is versions[-1]
        heads: tuple[Head, ...] = reading.reading_of(request, views, row, versions).heads if is_signed(row) else ()
        lacks = reading.lacking(request, views, versions) if latest and not is_signed(row) else None
        remarks = comments(views, row.period)
        published = _published(views, row.period)
    is_empty = lacks is not None and not lacks.rows
    sections = reading.sections_of(row, heads) if is_signed(row) else dict.fromkeys(_sections(row))
    filled_by, names = reading.who_filled(desk.office.log, row), names_of_people(desk)
    changed = bool(is_signed(row) and row.changed_since)
    return page(
        request,
        "returns/return.html",
        row=row,
        words=Period.parse(row.period).words,
        versions=versions,
        latest=latest,
        signed=is_signed(row),
        lacks=None if lacks is None else _to_settle(lacks),
        notes=() if lacks is None else lacks.notes,
        is_empty=is_empty,
        steps=life_of(row, who, filled_by, published, len(remarks.rows), names, is_empty=is_empty) if latest else (),
        names=names,
        filled_by=filled_by,
        restate=address_of("restate-return", period=row.period)
        if changed and latest and may(who, "restate-return")
        else None,
        sections=[(reading.title_of(name), f"{base_of(row, versions)}/{name}") for name in sections if not is_empty],
        base=base_of(row, versions),
        remarks=with_names(remarks, names, "by"),
        may_comment=may(who, "comment-on-return"),
        comment_at=address_of("comment-on-return", period=row.period),
        files=() if is_empty else files_of(row),
        award=lambda record: f"/awards/{record['award']}",
        report=lambda record: f"/reports/{record['award']}/{row.period}",
        seen_by_the_public=bool(published) and desk.settings.public_page,
    )


def _sections(row: ReturnRow) -> list[str]:
    return list(template_named(row.template).sections)


def _to_settle(lacks: Table) -> Table:
    """The services of which something is to be done, or that checks ask about; the first of them."""
    places = {column.key: place for place, column in enumerate(lacks.columns)}
    to_do, asked = places["to_do"], places["unexplained"]
    rows = [row for row in lacks.rows if row[to_do].value is not None or row[asked].value]
    title = "What is missing, and who owes it"
    return lacks.model_copy(update={"rows": tuple(rows[: reading.LINES]), "title": title, "notes": ()})


def _published(views: Views, period: str) -> list[Any]:
    columns = PublicationRow.table.c
    about = (columns.version, columns.rule, columns.at, columns.by)
    query = select(*about).where(*views.within(PublicationRow), columns.period == period).order_by(columns.position)
    return list(views.connection.execute(query))


def lacks(request: Request) -> Response:
    """What the return lacks, service by service, as now known."""
    desk, who, first = the_desk(request), reader(request), first_in(request)
    with views_for(desk.office, who.actor, Sees.WHOLE) as views:
        row, versions = version_asked(request, views)
        table = reading.lacking(request, views, versions)
    shown = table.model_copy(update={"rows": table.rows[first : first + reading.LINES], "title": "Service by service"})
    return page(
        request,
        "returns/missing.html",
        row=row,
        words=Period.parse(row.period).words,
        table=shown,
        of=len(table.rows),
        first=first,
        award=lambda record: f"/awards/{record['award']}",
        report=lambda record: f"/reports/{record['award']}/{row.period}",
        pages=pages_of(request.url.path, first, len(table.rows)),
    )


def section(request: Request) -> Response:
    """One section: its tables, a hundred lines at a time, each figure leading to what is behind it."""
    desk, who, first = the_desk(request), reader(request), first_in(request)
    name = str(request.path_params["section"])
    with views_for(desk.office, who.actor, Sees.WHOLE) as views:
        row, versions = version_asked(request, views)
        if name not in template_named(row.template).sections:
            raise NotFound("There is no such section in this return.")
        try:
            read = reading.reading_of(request, views, row, versions)
        except Refusal:
            raise NotFound(NOTHING_YET) from None
        sections = reading.sections_of(row, read.heads)
        heads = sections.get(name, [])
        tables = [Paged(table := read.page(head, first), head.lines, first, cell_links(row, table)) for head in heads]
        drawn = _charts(request, read, name) if not first else []
    base, names = base_of(row, versions), list(sections)
    whole, longest = request.query_params.get("columns") == "all", max((head.lines for head in heads), default=0)
    at = names.index(name) if name in names else 0
    return page(
        request,
        "returns/section.html",
        title=reading.title_of(name),
        row=row,
        words=Period.parse(row.period).words,
        signed=is_signed(row),
        tables=tables,
        charts=drawn,
        base=base,
        lines=reading.LINES,
        whole=whole,
        more=any(column.detail for each in tables for column in each.table.columns) and not whole,
        pages=pages_of(request.url.path, first, longest, {"columns": "all"} if whole else {}),
        before=(reading.title_of(names[at - 1]), f"{base}/{names[at - 1]}") if at else None,
        after=(reading.title_of(names[at + 1]), f"{base}/{names[at + 1]}") if at + 1 < len(names) else None,
    )


def _charts(request: Request, read: Reading, name: str) -> list[Chart]:
    """The charts that belong to a section; the one with a line to each service only where that can be read."""
    wanted = {"service-list": ("service-list",), "demand": ("demand", "outcomes")}.get(name)
    lines = {head.name: head.lines for head in read.heads}
    if wanted is None or (name == "service-list" and lines.get(name, 0) > DRAWN + 1):
        return []
    before = _before(request, read) if name == "demand" else None
    return charts(_some(read, wanted), None if before is None else _some(before, wanted))


def _some(read: Reading, names: tuple[str, ...]) -> FilledReturn:
    row = read.row
    tables = tuple(read.tables(names))
    return FilledReturn(period=row.period, template=row.template, position=row.position or 0, tables=tables)


def _before(request: Request, read: Reading) -> Reading | None:
    """The half-year before, if it is signed."""
    start = Period.parse(read.row.period).start
    months = Period(add_months(start, -6), start - timedelta(days=1))
    try:
        versions = reading.versions_of(read.views, months.code)
    except NotFound:
        return None
    row = versions[-1]
    return reading.reading_of(request, read.views, row, versions) if is_signed(row) else None


def cell_links(row: ReturnRow, table: Table) -> Mapping[str, Callable[[Mapping[str, Any]], str | None]]:
    """Where the figures of a table lead: each to the events behind it; and an award to its page."""

    def to(key: str) -> Callable[[Mapping[str, Any]], str | None]:
        def href(record: Mapping[str, Any]) -> str | None:
            names = [str(record[name]) for name in table.names]
            if any("/" in name for name in names):
                return None
            return explain_at(row, "/".join((table.name, *names, key)))

        return href

    figures = [column.key for column in table.columns if column.kind in ("count", "pence", "hundredths")]
    figures += ["said"] if table.name == "header" else []
    links = {key: to(key) for key in figures if key not in table.names}
    if "award" in (column.key for column in table.columns):
        links["award"] = _award_of
    return links


def _award_of(record: Mapping[str, Any]) -> str | None:
    said = str(record["award"])
    return None if " " in said else f"/awards/{said}"


def explain_at(row: ReturnRow, cell: str) -> str:
    """The page of a figure."""
    return f"/returns/{row.period}/explain?version={row.version}&cell={quote(cell, safe='')}"


def explain(request: Request) -> Response:
    """The events behind one figure; of a sum of many, the figures that it is made of."""
    desk, who, first = the_desk(request), reader(request), first_in(request)
    address = request.query_params.get("cell", "")
    if not 0 < len(address) <= 300:
        raise NotFound("There is no such figure in this return.")
    with views_for(desk.office, who.actor, Sees.WHOLE) as views:
        row, versions = version_asked(request, views)
        try:
            found = reading.explained(reading.reading_of(request, views, row, versions), address)
        except Refusal:
            raise NotFound("There is no such figure in this return.") from None
    place, parts = found.place, None
    if found.events is None or len(place.sources) != len(place.cell.sources):
        column = place.table.columns[place.column]
        rows = [
            each for each in place.table.rows if not proof.names_of(place.table, each)[0].startswith("All services")
        ]
        kept = [i for i, c in enumerate(place.table.columns) if c.key in (*place.table.names, column.key)]
        cut = [tuple(each[i] for i in kept) for each in rows]
        whole = place.table.model_copy(
            update={"columns": tuple(place.table.columns[i] for i in kept), "rows": tuple(cut), "notes": ()}
        )
        title = f"{column.title}: the figures that this is made of"
        parts = whole.model_copy(update={"rows": whole.rows[first : first + reading.LINES], "title": title})
    return page(
        request,
        "returns/explain.html",
        row=row,
        words=Period.parse(row.period).words,
        base=base_of(row, versions),
        place=place,
        said=shown(place.table.columns[place.column], place.cell) or "Nothing stands here.",
        column=place.table.columns[place.column],
        events=None
        if found.events is None
        else with_names(found.events, names_of_people(desk), "by").model_copy(
            update={"title": "What is behind it, in order"}
        ),
        about=lambda record: _thing(str(record["about"])),
        parts=parts,
        links={} if parts is None else cell_links(row, parts),
        pages={} if parts is None else pages_of(request.url.path, first, len(cut), {"cell": place.address}),
    )


def _thing(stream: str) -> str:
    noun, _, reference = stream.partition("-")
    return f"/records/{noun}/{quote(reference, safe='')}"


def compare(request: Request) -> Response:
    """What differs between a signed version and what is now known, cell by cell, with the events."""
    desk, who, first = the_desk(request), reader(request), first_in(request)
    with views_for(desk.office, who.actor, Sees.WHOLE) as views:
        row, versions = version_asked(request, views)
        signed = [each for each in versions if is_signed(each) and each.version <= row.version]
        table = None
        if signed:
            row = signed[-1]
            key = (row.period, row.version, views.position, views.today)
            kept = reading.kept_by(request, "compared_returns", reading.KEPT)
            table = kept.get(key, lambda: _compared(views, row, versions))
    rows = () if table is None else table.rows
    shown = None if table is None else table.model_copy(update={"rows": rows[first : first + reading.LINES]})
    if shown is not None:
        shown = with_names(shown, names_of_people(desk), "by")
    return page(
        request,
        "returns/compare.html",
        row=row,
        words=Period.parse(row.period).words,
        table=shown,
        cell=lambda record: explain_at(
            versions[-1] if record["signed"] == "not there" else row, str(record["address"])
        ),
        pages=pages_of(request.url.path, first, len(rows), {"version": str(row.version)}),
        restate=address_of("restate-return", period=row.period) if may(who, "restate-return") else None,
    )


def _compared(views: Views, row: ReturnRow, versions: list[ReturnRow]) -> Table:
    """The comparison over rows that are read once, the tables of the one version among them."""
    columns = ReturnRow.table.c
    query = select(columns.tables).where(columns.period == row.period, columns.version == row.version)
    tables = views.connection.execute(query).scalar_one()
    rows = [replace(each, tables=tables) if each.version == row.version else each for each in versions]
    return proof.compare(half_year(views, rows), row.period, row.version)


def signing(request: Request) -> Response:
    """What is signed: its digest, its position, what it waits for; then the form."""
    desk, who = the_desk(request), reader(request)
    with views_for(desk.office, who.actor, Sees.WHOLE) as views:
        row, versions = version_asked(request, views)
        now = reading.filled_now(request, views, versions) if row.status == "filled" else None
    filled_by = reading.who_filled(desk.office.log, row)
    return page(
        request,
        "returns/signing.html",
        row=row,
        words=Period.parse(row.period).words,
        filled_by=filled_by,
        names=names_of_people(desk),
        mine=filled_by == who.person.id,
        changed=now is not None and now.sha256 != row.sha256,
        sign_at=address_of("sign-off-return", period=row.period) if may(who, "sign-off-return") else None,
        fill_at=address_of("fill-return", period=row.period) if may(who, "fill-return") else None,
    )


def make_router() -> APIRouter:
    """Every page of the returns."""
    router = APIRouter(include_in_schema=False)

    def add(path: str, endpoint: Callable[[Request], Response]) -> None:
        router.add_api_route(
            f"/returns{path}", endpoint, methods=["GET"], response_model=None, dependencies=[only(READERS)]
        )

    add("", begun_page)
    add("/{period}", show)
    add("/{period}/missing", lacks)
    add("/{period}/explain", explain)
    add("/{period}/compare", compare)
    add("/{period}/signing", signing)
    add("/{period}/versions/{version}", show)
    add("/{period}/versions/{version}/{section}", section)
    add("/{period}/{section}", section)
    return router
