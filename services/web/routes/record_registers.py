"""The registers of decisions, documents and single tenders, a page at a time, each to be had as a file whole."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import func, select

from domain.tables import Column, Missing, Table, cell
from projections.awards import AwardRow
from projections.decisions import DecisionRow, DocumentRow
from projections.paging import Order, Page, page_of
from projections.partners import SingleTenderRow
from projections.providers import ProviderRow
from projections.views import Views
from services.asking import Sees, views_for
from services.exports.formats import FORMATS
from services.front_desk import signed_in, the_desk
from services.web.site import may, page

LINES = 50
UNASKED = Missing.NOT_APPLICABLE

Links = Mapping[str, Callable[[Mapping[str, Any]], str | None]]


def _award(record: Mapping[str, Any]) -> str:
    return f"/awards/{record['award']}"


def _document(record: Mapping[str, Any]) -> str:
    return f"/api/documents/{record['sha256']}"


def _decision(record: Mapping[str, Any]) -> str:
    return f"/records/decision/{record['decision']}"


def decisions(views: Views, after: str | None) -> Page:
    """Every decision on record, the latest first, with the awards that rest on it. Two queries."""
    columns = DecisionRow.table.c
    order = Order((columns.decided_on, columns.decision), (date, str), True)
    rows, count, place = page_of(
        views, select(DecisionRow.table).where(*views.within(DecisionRow)), order, LINES, after
    )
    awards, resting = AwardRow.table.c, dict[str, list[str]]()
    codes = [row["decision"] for row in rows]
    wanted = select(awards.award, awards.rests_on).where(*views.within(AwardRow), awards.rests_on.in_(codes))
    for award, decision in views.connection.execute(wanted.order_by(awards.award)):
        resting.setdefault(decision, []).append(award)
    lines = tuple(
        (
            cell(row["decision"]),
            cell(row["decided_on"]),
            cell(row["title"]),
            cell(row["decided"]),
            cell(row["significant_public_interest"]),
            cell(row["public_interest_reason"]),
            cell(_some(resting.get(row["decision"], [])), missing=UNASKED),
            cell(row["superseded_by"], missing=UNASKED),
            cell(row["published_on"], missing=UNASKED),
        )
        for row in rows
    )
    heads = (
        Column(key="decision", title="Decision"),
        Column(key="decided_on", title="Date", kind="date"),
        Column(key="title", title="Title"),
        Column(key="decided", title="Decided"),
        Column(key="significant_public_interest", title="Significant public interest", kind="yes-no"),
        Column(key="public_interest_reason", title="Why, or why not"),
        Column(key="awards", title="Awards that rest on it"),
        Column(key="superseded_by", title="Superseded by"),
        Column(key="published_on", title="Published", kind="date"),
    )
    return Page(Table(name="decisions", title="Decisions", columns=heads, rows=lines), count, place)


def _some(awards: list[str]) -> str | None:
    """The first ten, and how many more there are."""
    more = f" and {len(awards) - 10:,} more" if len(awards) > 10 else ""
    return "; ".join(awards[:10]) + more or None


def documents(views: Views, after: str | None) -> Page:
    """Every document on file, by award. One query."""
    columns = DocumentRow.table.c
    order = Order((columns.award, columns.sha256), (str, str))
    rows, count, place = page_of(
        views, select(DocumentRow.table).where(*views.within(DocumentRow)), order, LINES, after
    )
    keys = ("award", "kind", "title", "file_name", "size_bytes", "attached_on", "sha256")
    heads = (
        Column(key="award", title="Award"),
        Column(key="kind", title="Kind"),
        Column(key="title", title="Title"),
        Column(key="file_name", title="File"),
        Column(key="size_bytes", title="Bytes", kind="count"),
        Column(key="attached_on", title="Attached", kind="moment"),
        Column(key="sha256", title="SHA-256"),
    )
    lines = tuple(tuple(cell(row[key]) for key in keys) for row in rows)
    return Page(Table(name="documents", title="Documents", columns=heads, rows=lines), count, place)


def single_tenders(views: Views, after: str | None) -> Page:
    """Every award by single tender, with its entry in the register where there is one. One query."""
    awards, providers, entries = AwardRow.table.c, ProviderRow.table.c, SingleTenderRow.table.c
    joined = AwardRow.table.outerjoin(ProviderRow.table, providers.provider == awards.provider)
    joined = joined.outerjoin(SingleTenderRow.table, entries.award == awards.award)
    about = (awards.award, providers.title.label("provider"), awards.service)
    of_entry = (entries.approved_by, entries.next_competition_on, entries.award.is_not(None).label("entered"))
    ground = func.coalesce(entries.ground, awards.ground).label("ground")
    decision = func.coalesce(entries.decision, awards.decision).label("decision")
    query = select(*about, ground, decision, *of_entry).select_from(joined)
    query = query.where(*views.within(AwardRow), awards.route == "single-tender")
    rows, count, place = page_of(views, query, Order((awards.award,), (str,)), LINES, after)
    heads = (
        Column(key="award", title="Award"),
        Column(key="provider", title="Provider"),
        Column(key="service", title="Service"),
        Column(key="ground", title="Ground"),
        Column(key="entered", title="In the register", kind="yes-no"),
        Column(key="approved_by", title="Approved by"),
        Column(key="decision", title="Decision"),
        Column(key="next_competition_on", title="Next competition", kind="date"),
    )
    keys = [column.key for column in heads]
    lines = tuple(tuple(cell(bool(row[key]) if key == "entered" else row[key]) for key in keys) for row in rows)
    return Page(
        Table(name="single-tenders", title="Register of single tenders", columns=heads, rows=lines), count, place
    )


class Register(NamedTuple):
    """One register as a page."""

    title: str
    about: str
    page: Callable[[Views, str | None], Page]
    sees: Sees
    links: Links
    order: str | None = None
    """The order by which something comes into it from here."""


REGISTERS: dict[str, Register] = {
    "decisions": Register(
        "Decisions",
        "Every decision on record, the latest first, with what rests on it.",
        decisions,
        Sees.WHOLE,
        {"decision": _decision},
        "record-decision",
    ),
    "documents": Register(
        "Documents",
        "Every document on file: what was attached to awards, and the files that providers reported by.",
        documents,
        Sees.OWN,
        {"award": _award, "file_name": _document},
    ),
    "single-tenders": Register(
        "Single tenders",
        "Every contract made without competition, with its ground. One that is not in the register yet says so.",
        single_tenders,
        Sees.OWN,
        {"award": _award},
    ),
}


def register(name: str) -> Callable[[Request], Response]:
    """The page of one register."""
    known = REGISTERS[name]

    def show(request: Request) -> Response:
        desk, who = the_desk(request), signed_in(request)
        after = request.query_params.get("after") or None
        with views_for(desk.office, who.actor, known.sees) as views:
            found = known.page(views, after)
        first = f"/records/{name}"
        return page(
            request,
            "records/register.html",
            title=known.title,
            about=known.about,
            found=found,
            links=known.links,
            first=first if after else None,
            older=f"{first}?{urlencode({'after': found.after})}" if found.after else None,
            files=[(form, f"/api/{name}/file?format={form}") for form in FORMATS],
            add=f"/do/{known.order}" if known.order and may(who, known.order) else None,
        )

    return show
