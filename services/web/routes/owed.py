"""The provider's own pages: what is owed and by when, what was sent back, and everything that was sent before."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from domain.errors import NotFound
from domain.periods import Period
from domain.tables import Column, Missing, Table, cell
from projections import lists
from projections.awards import AwardRow
from projections.due_register import DueFilter, due_page
from services.asking import Sees, views_for
from services.front_desk import only, signed_in, the_desk
from services.web.reporting_page_about import UNKNOWN, reached
from services.web.reporting_page_lists import ReportFilter, report_register
from services.web.reporting_page_versions import Version, file_of, history_of, tables_of, version_of, versions_of
from services.web.routes import report_form, report_form_workbook
from services.web.routes.asked import a_place_of_this_list
from services.web.routes.report_form import PROVIDERS
from services.web.site import page

LIMIT = 50


def owed(request: Request) -> Response:
    """What is owed, the earliest first; and what was sent back, with its reasons."""
    desk, who = the_desk(request), signed_in(request)
    after = request.query_params.get("after")
    with views_for(desk.office, who.actor, Sees.OWN) as views, a_place_of_this_list():
        due = due_page(views, DueFilter(standing="open"), (), LIMIT, after)
        back = lists.reports_sent_back(views)
    return page(
        request,
        "owed/owed.html",
        due=due,
        table=_owed_table(due.table),
        back=back,
        back_table=_back_table(back.table),
        late=sum(1 for row in due.table.records() if row["days_late"]),
        first=after is None,
        address=_address,
    )


def _words(period: str | None) -> str | None:
    """A period as people read it."""
    return None if period is None else Period.parse(period).words


def _owed_table(due: Table) -> Table:
    """What is owed as its provider reads it: by service, and in words whether it is late."""
    columns = ("due", "standing", "service", "title", "for", "award", "period", "kind")
    titles = ("Due", "Standing", "Service", "What is due", "For", "Award", "Period", "Kind")
    rows = []
    for row in due.records():
        late = row["days_late"]
        rows.append(
            (
                *(cell(row["due_on"]), cell("overdue" if late else "due"), cell(row["service"]), cell(row["title"])),
                cell(_words(row["period"]), missing=Missing.NOT_APPLICABLE),
                *(cell(row["award"]), cell(row["period"], missing=Missing.NOT_APPLICABLE), cell(row["kind"])),
            )
        )
    return Table(
        name="owed",
        title="What you owe, the earliest first",
        columns=tuple(
            Column(key=key, title=title, kind="date" if key == "due" else "text", detail=number >= _SHOWN)
            for number, (key, title) in enumerate(zip(columns, titles, strict=True))
        ),
        rows=tuple(rows),
        notes=due.notes,
    )


_SHOWN = 5
"""How many columns of what is owed are shown; the others are for links."""


def _back_table(back: Table) -> Table:
    """What was sent back, with its reasons."""
    return Table(
        name="sent-back",
        title="Sent back to you",
        columns=(
            Column(key="service", title="Service"),
            Column(key="for", title="For"),
            Column(key="reasons", title="Why it was sent back"),
            Column(key="award", title="Award", detail=True),
            Column(key="period", title="Period", detail=True),
        ),
        rows=tuple(
            (
                *(cell(row["service"]), cell(_words(row["period"])), cell(str(row["reasons"]).replace(".; ", ". "))),
                *(cell(row["award"]), cell(row["period"])),
            )
            for row in back.records()
        ),
    )


def _address(row: Mapping[str, Any]) -> str | None:
    """Where a report that is owed is filled in; nothing, for what is no report."""
    return f"/owed/{row['award']}/{row['period']}" if row.get("kind", "report") == "report" else None


def _sent_address(row: Mapping[str, Any]) -> str:
    return f"/sent/{row['award']}/{row['period']}"


def sent(request: Request) -> Response:
    """Every report that was sent, the latest first."""
    desk, who = the_desk(request), signed_in(request)
    after = request.query_params.get("after")
    with views_for(desk.office, who.actor, Sees.OWN) as views, a_place_of_this_list():
        found = report_register(views, ReportFilter(), LIMIT, after)
    table = found.table.model_copy(update={"title": "What you sent, the latest first"})
    return page(request, "owed/sent.html", found=found, table=table, address=_sent_address, first=after is None)


def _one(request: Request, number: str | None) -> tuple[AwardRow, list[Version], Version]:
    """The versions of a report, and one of them: the last, unless another is named. Raises ``NotFound``."""
    desk, who = the_desk(request), signed_in(request)
    award = str(request.path_params["award"])
    period = reached(who, award, str(request.path_params["period"])).code
    with views_for(desk.office, who.actor, Sees.WHOLE) as views:
        row, history = views.find(AwardRow, award), history_of(views, award, period)
    versions = versions_of(history)
    if row is None or not versions:
        raise NotFound(UNKNOWN)
    return row, versions, version_of(history, str(len(versions)) if number is None else number)


def sent_report(request: Request) -> Response:
    """One version of a report, to be read; the last, unless another is named."""
    number = request.path_params.get("version")
    row, versions, version = _one(request, None if number is None else str(number))
    return page(
        request,
        "owed/version.html",
        award=row,
        period=version.recorded.reference.removeprefix(f"{row.award}."),
        period_words=_words(version.recorded.reference.removeprefix(f"{row.award}.")),
        versions=versions,
        version=version,
        tables=tables_of(row, version.framework, version.content),
    )


def sent_file(request: Request) -> Response:
    """The file in which a version came, as it was received."""
    _row, _versions, version = _one(request, str(request.path_params["version"]))
    return file_of(the_desk(request).documents, version)


def make_router() -> APIRouter:
    """The provider's own pages, those of its reports among them."""
    router = APIRouter(include_in_schema=False)
    for path, show in (
        ("/owed", owed),
        ("/sent", sent),
        ("/sent/{award}/{period}", sent_report),
        ("/sent/{award}/{period}/{version}", sent_report),
        ("/sent/{award}/{period}/{version}/file", sent_file),
    ):
        more: Any = {"response_model": None, "dependencies": [only(PROVIDERS)]}
        router.add_api_route(path, show, methods=["GET"], **more)
    router.include_router(report_form.make_router())
    router.include_router(report_form_workbook.make_router())
    return router
