"""Returns: each half-yearly return in each of its versions, with what was signed."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.kernel import Recorded
from domain.monitoring.events import NilReturnDeclared
from domain.periods import Period, financial_year
from domain.reports.events import ReportAccepted, ReportSentBack
from domain.returns import events as return_events
from domain.returns.events import (
    ReportApportioned,
    ReturnCommented,
    ReturnFilled,
    ReturnOpened,
    ReturnPublished,
    ReturnRestated,
    ReturnSignedOff,
    ReturnSubmitted,
)
from domain.returns.filled import template_named
from projections.awards import AwardRow
from projections.budgets import FundRow
from projections.projection import Projection
from projections.reports import award_and_period
from projections.rows import Row, Rows


@dataclass
class ReturnRow(Row, table="returns", key=("period", "version")):
    """One version of the return for one half-year."""

    period: str
    version: int
    template: str
    status: str
    """``opened``, ``filled``, ``signed-off``, ``submitted`` or ``superseded``."""
    due_on: date | None
    waiting_for: list[str]
    position: int | None = None
    """The place in the log it was last filled from, or signed at."""
    sha256: str | None = None
    tables: list[Any] | None = None
    """The tables as signed."""
    declaration: str | None = None
    despite: str | None = None
    signed_by: str | None = None
    signed_at: str | None = None
    submitted_on: date | None = None
    receipt: str | None = None
    reason: str | None = None
    """Why this version was begun, when it restates an earlier one."""
    office: str | None = None
    area_code: str | None = None
    sources: list[int] | None = None
    """The events that opened it, and began this version."""
    changed_since: list[str] | None = None
    """The reports that count otherwise since it was signed, each once."""


@dataclass
class LatestReturn(Row, table="latest_returns", key=("period",)):
    """Which version of a period's return is the latest."""

    period: str
    version: int


@dataclass
class CommentRow(Row, table="return_comments", key=("position",)):
    """A remark to a return."""

    position: int
    period: str
    version: int
    cell: str | None
    words: str
    by: str
    at: str


@dataclass
class ApportionmentRow(Row, table="apportionments", key=("period", "award", "report_period")):
    """How a report that does not fit the half-year counts in its return."""

    period: str
    award: str
    report_period: str
    how: str
    reason: str
    position: int


@dataclass
class PublicationRow(Row, table="publications", key=("position",)):
    """A copy of a return for the public."""

    position: int
    period: str
    version: int
    rule: str
    tables: list[Any]
    by: str
    at: str


class Returns(Projection):
    """Folds returns."""

    events = (return_events, ReportAccepted, ReportSentBack, NilReturnDeclared)

    def apply(self, recorded: Recorded, rows: Rows) -> None:
        if recorded.noun != "return":
            self._changed(recorded, rows)
            return
        event, period = recorded.event, recorded.reference
        if isinstance(event, ReturnOpened):
            rows.add(LatestReturn(period, 1))
            row = ReturnRow(period, 1, event.template, "opened", event.due_on, [], sources=[recorded.position])
            row.office, row.area_code = event.office, event.area_code
            rows.add(row)
            return
        latest = rows.of(LatestReturn, period)
        row = rows.of(ReturnRow, period, latest.version)
        match event:
            case ReturnFilled(position=position, sha256=sha256, waiting_for=waiting_for):
                row.status, row.position, row.sha256, row.waiting_for = "filled", position, sha256, list(waiting_for)
            case ReturnSignedOff():
                row.status, row.position, row.sha256 = "signed-off", event.position, event.sha256
                row.declaration, row.despite = event.declaration, event.despite
                row.signed_by, row.signed_at = recorded.by, recorded.at.isoformat()
                row.tables = [table.model_dump(mode="json") for table in event.tables]
            case ReturnSubmitted(submitted_on=submitted_on, receipt=receipt):
                row.status, row.submitted_on, row.receipt = "submitted", submitted_on, receipt
            case ReturnRestated(version=version, reason=reason):
                row.status = "superseded"
                latest.version = version
                sources = [*(row.sources or []), recorded.position]
                new = ReturnRow(period, version, row.template, "opened", row.due_on, [], reason=reason, sources=sources)
                new.office, new.area_code = row.office, row.area_code
                rows.add(new)
            case _:
                self._beside(recorded, rows, latest.version)

    @staticmethod
    def _beside(recorded: Recorded, rows: Rows, version: int) -> None:
        """What stands beside a return: remarks, and choices."""
        event, period = recorded.event, recorded.reference
        match event:
            case ReturnCommented(words=words, cell=cell):
                at = recorded.at.isoformat()
                rows.add(CommentRow(recorded.position, period, version, cell, words, recorded.by, at))
            case ReturnPublished(version=published, rule=rule, tables=tables):
                said = [table.model_dump(mode="json") for table in tables]
                at = recorded.at.isoformat()
                rows.add(PublicationRow(recorded.position, period, published, rule, said, recorded.by, at))
            case ReportApportioned(award=award, report_period=report_period, how=how, reason=reason):
                rows.add(ApportionmentRow(period, award, report_period, how.value, reason, recorded.position))

    @staticmethod
    def _changed(recorded: Recorded, rows: Rows) -> None:
        """A report or a nil return came in, or was sent back: the signed returns that it touches are marked."""
        award, code = award_and_period(recorded.reference)
        days = Period.parse(code)
        for year in _years(days):
            for half in ("h1", "h2"):
                latest = rows.find(LatestReturn, f"{year}-{half}")
                to_date = Period(Period.parse(year).start, Period.parse(f"{year}-{half}").end)
                if latest is None or not to_date.overlaps(days):
                    continue
                row = rows.of(ReturnRow, latest.period, latest.version)
                known = row.changed_since or []
                if row.tables is not None and recorded.reference not in known and _is_about(row, award, rows):
                    row.changed_since = [*known, recorded.reference]


def _years(days: Period) -> list[str]:
    """The financial years that the days touch, a report of several years each of them."""
    first, last = (Period.parse(financial_year(day)).start.year for day in (days.start, days.end))
    return [financial_year(date(year, 4, 1)) for year in range(first, last + 1)]


def _is_about(row: ReturnRow, award: str, rows: Rows) -> bool:
    """Whether the award draws on a fund that the return reports on."""
    found = rows.find(AwardRow, award)
    funds = [rows.find(FundRow, fund, year) for fund, year in found.shares] if found else []
    return template_named(row.template).return_to in {fund.return_to for fund in funds if fund}
