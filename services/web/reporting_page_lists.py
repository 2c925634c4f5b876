"""Reports as a register: filtered by the database, a page at a time."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, String, func, or_, select

from domain.errors import Refusal
from domain.periods import Period
from domain.tables import Column, Missing, Table, cell
from projections.awards import AwardRow
from projections.paging import Order, Page, page_of
from projections.providers import ProviderRow
from projections.reports import ReportRow
from projections.views import Views

STANDINGS = {
    "": ("Any", ()),
    "to-review": ("To review", ("submitted", "corrected")),
    "sent-back": ("Sent back", ("sent-back",)),
    "accepted": ("Accepted", ("accepted",)),
}
"""What may be asked for: its words, and the statuses it means."""
MOST_WORDS = 10


@dataclass(frozen=True)
class ReportFilter:
    """Which reports; empty: whichever."""

    standing: str = ""
    award: str = ""
    """A part of its reference, or of its service."""
    provider: str = ""
    """Words of its name."""
    period: str = ""
    """A code of a period: reports on days in it."""


def report_register(views: Views, wanted: ReportFilter, limit: int = 50, after: str | None = None) -> Page:
    """Reports that fit: those to review the longest waiting first, others the latest first. One query.

    Raises ``Refusal`` for a standing or period that there is not, or a place of another list.
    """
    reports, awards, providers = ReportRow.table.c, AwardRow.table.c, ProviderRow.table.c
    joined = ReportRow.table.join(AwardRow.table, reports.award == awards.award)
    joined = joined.outerjoin(ProviderRow.table, providers.provider == awards.provider)
    about = (awards.service, providers.title.label("provider_title"))
    query = select(ReportRow.table, *about).select_from(joined).where(*views.within(ReportRow), *_where(wanted))
    order = Order((reports.received_on, reports.report), (date, str), down=wanted.standing != "to-review")
    rows, count, place = page_of(views, query, order, limit, after)
    table = Table(
        name="reports",
        title="Reports",
        columns=(
            Column(key="service", title="Service"),
            Column(key="provider", title="Provider"),
            Column(key="award", title="Award"),
            Column(key="period_words", title="For"),
            Column(key="received_on", title="Received", kind="date"),
            Column(key="standing", title="Standing"),
            Column(key="versions", title="Versions", kind="count"),
            Column(key="period", title="Period", detail=True),
            Column(key="report", title="Report", detail=True),
        ),
        rows=tuple(
            (
                cell(row["service"]),
                cell(row["provider_title"], missing=Missing.NOT_KNOWN),
                cell(row["award"]),
                cell(Period(row["starts_on"], row["ends_on"]).words),
                cell(row["received_on"]),
                cell("to review" if row["status"] in ("submitted", "corrected") else row["status"]),
                cell(row["versions"]),
                cell(row["period"]),
                cell(row["report"]),
            )
            for row in rows
        ),
        notes=(
            ("Some of these reports are made up for a demonstration.",) if any(row["made_up"] for row in rows) else ()
        ),
        names=("report",),
    )
    return Page(table, count, place)


def _contains(column: ColumnElement[Any], word: str) -> ColumnElement[bool]:
    return func.lower(func.coalesce(column, ""), type_=String()).contains(word, autoescape=True)


def _words(text: str) -> list[str]:
    return text.replace("\0", " ").lower().split()[:MOST_WORDS]


def _where(wanted: ReportFilter) -> list[ColumnElement[bool]]:
    reports, awards, providers = ReportRow.table.c, AwardRow.table.c, ProviderRow.table.c
    if wanted.standing not in STANDINGS:
        raise Refusal("There is no such standing of reports. Choose one of the list.")
    statuses = STANDINGS[wanted.standing][1]
    where: list[ColumnElement[bool]] = [reports.status.in_(statuses)] if statuses else []
    of_award = (awards.award, awards.service)
    where += [or_(*(_contains(column, word) for column in of_award)) for word in _words(wanted.award)]
    where += [_contains(providers.title, word) for word in _words(wanted.provider)]
    if wanted.period.strip():
        period = Period.parse(wanted.period.strip().lower())
        where += [reports.starts_on >= period.start, reports.ends_on <= period.end]
    return where
