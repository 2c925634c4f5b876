"""The page of all returns: every version, what is open and waiting, and half-years whose return is not begun."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import select

from domain.periods import Period
from domain.tables import Column, Missing, Table, cell
from projections.budgets import FundRow
from projections.returns import ReturnRow
from projections.views import Views
from services.asking import Sees, views_for
from services.front_desk import the_desk
from services.web.people_named import names_of_people, with_names
from services.web.routes.return_asked import reader
from services.web.routes.return_reading import every_version
from services.web.site import may, page

OPEN = ("opened", "filled", "signed-off")


class ToBegin(NamedTuple):
    """A half-year that has ended, for which a fund reports in a return, and whose return is not begun."""

    period: str
    words: str
    href: str


def begun_page(request: Request) -> Response:
    """Every return in every version. Three queries."""
    desk, who = the_desk(request), reader(request)
    with views_for(desk.office, who.actor, Sees.WHOLE) as views:
        rows = every_version(views)
        to_begin, today = _to_begin(views, {row.period for row in rows}), views.today
    names = names_of_people(desk)

    def table(name: str, title: str, rows: Sequence[ReturnRow]) -> Table:
        return with_names(_table(name, title, rows, today), names, "signed_by")

    return page(
        request,
        "returns/index.html",
        open=table("returns-open", "Open", [row for row in rows if row.status in OPEN]),
        done=table("returns-done", "Submitted, and earlier versions", [r for r in rows if r.status not in OPEN]),
        to_begin=to_begin,
        may_open=may(who, "open-return"),
        version=lambda record: f"/returns/{record['period']}/versions/{record['version']}",
        whole=lambda record: f"/returns/{record['period']}",
    )


def _to_begin(views: Views, begun: set[str]) -> list[ToBegin]:
    """By the funds alone: whether there is anything to report on is seen when it is filled in. One query."""
    funds = FundRow.table.c
    query = select(funds.year).where(*views.within(FundRow), funds.return_to.is_not(None)).distinct()
    years = sorted(views.connection.execute(query).scalars(), reverse=True)
    halves = [f"{year}-{half}" for year in years for half in ("h2", "h1")]
    return [
        ToBegin(code, Period.parse(code).words, f"/do/open-return?period={code}")
        for code in halves
        if code not in begun and Period.parse(code).end < views.today
    ]


def _standing(row: ReturnRow, today: date) -> str:
    late = row.due_on is not None and row.due_on < today and row.status in OPEN
    return "overdue" if late else row.status.replace("-", " ")


def _table(name: str, title: str, rows: Sequence[ReturnRow], today: date) -> Table:
    unasked = Missing.NOT_APPLICABLE
    return Table(
        name=name,
        title=title,
        columns=(
            Column(key="half", title="Half-year"),
            Column(key="version", title="Version", kind="count"),
            Column(key="standing", title="Standing"),
            Column(key="due_on", title="Due", kind="date"),
            Column(key="waiting", title="Waiting for", kind="count", unit="services"),
            Column(key="signed_by", title="Signed off by"),
            Column(key="submitted_on", title="Submitted", kind="date"),
            Column(key="changed", title="Reports changed since", kind="count"),
            Column(key="period", title="Period", detail=True),
        ),
        rows=tuple(
            (
                cell(Period.parse(row.period).words),
                cell(row.version),
                cell(_standing(row, today)),
                cell(row.due_on),
                cell(len(row.waiting_for) if row.sha256 else None),
                cell(row.signed_by, missing=unasked),
                cell(row.submitted_on, missing=unasked),
                cell(len(row.changed_since or ()) if row.signed_by else None, missing=unasked),
                cell(row.period),
            )
            for row in rows
        ),
    )
