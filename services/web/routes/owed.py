"""The provider's own pages: what is owed and by when, what was sent back, and everything that was sent before."""

from typing import Any

from fastapi import APIRouter, Request, Response

from domain.errors import NotFound
from projections import lists
from projections.awards import AwardRow
from projections.due_register import DueFilter, due_page
from services.asking import Sees, views_for
from services.front_desk import only, signed_in, the_desk
from services.web.reporting_page_about import UNKNOWN, reached
from services.web.reporting_page_lists import ReportFilter, report_register
from services.web.reporting_page_versions import Version, file_of, history_of, tables_of, version_of, versions_of
from services.web.routes import report_form, report_form_workbook
from services.web.routes.report_form import PROVIDERS
from services.web.site import page

LIMIT = 50


def owed(request: Request) -> Response:
    """What is owed, the earliest first; and what was sent back, with its reasons."""
    desk, who = the_desk(request), signed_in(request)
    after = request.query_params.get("after")
    with views_for(desk.office, who.actor, Sees.OWN) as views:
        due = due_page(views, DueFilter(standing="open"), (), LIMIT, after)
        back = lists.reports_sent_back(views)
        today = views.today
    late = sum(1 for row in due.table.records() if row["days_late"])
    return page(
        request,
        "owed/owed.html",
        due=due,
        table=due.table.model_copy(update={"title": "What you owe, the earliest first"}),
        back=back,
        late=late,
        today=today,
        first=after is None,
        address=_address,
    )


def _address(row: Any) -> str | None:
    """Where a report that is owed is filled in; nothing, for what is no report."""
    return f"/owed/{row['award']}/{row['period']}" if row.get("kind", "report") == "report" else None


def _sent_address(row: Any) -> str:
    return f"/sent/{row['award']}/{row['period']}"


def sent(request: Request) -> Response:
    """Every report that was sent, the latest first."""
    desk, who = the_desk(request), signed_in(request)
    after = request.query_params.get("after")
    with views_for(desk.office, who.actor, Sees.OWN) as views:
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
        period=str(request.path_params["period"]),
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
