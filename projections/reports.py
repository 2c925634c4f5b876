"""Reports: the latest version of what each provider reported on each award for each period."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.kernel import Recorded
from domain.periods import Period
from domain.reports import events as report_events
from domain.reports.events import Figures, ReportAccepted, ReportCorrected, ReportSentBack, ReportSubmitted
from projections.projection import Projection
from projections.rows import Row, Rows


@dataclass
class ReportRow(Row, table="reports", key=("report",)):
    """One report, as it stands now. Every earlier version is in the log."""

    report: str
    award: str
    period: str
    starts_on: date
    ends_on: date
    framework: str
    status: str
    versions: int
    received_on: date
    made_up: bool
    reasons: list[str]
    """Why it was last sent back, or corrected."""
    content: dict[str, Any]
    """``domain.reports.events.Figures`` of the latest version."""
    position: int
    """The event that brought the latest version."""
    accepted_content: dict[str, Any] | None = None
    """The figures last accepted, unless they were sent back: what the return counts."""
    accepted_sources: list[int] | None = None
    """The events behind those: the one that brought them and the one that accepted them."""


class Reports(Projection):
    """Folds reports."""

    events = (report_events,)

    def apply(self, recorded: Recorded, rows: Rows) -> None:
        match recorded.event:
            case ReportSubmitted() as event:
                period = Period.parse(event.period)
                rows.add(
                    ReportRow(
                        report=recorded.reference,
                        award=event.award,
                        period=event.period,
                        starts_on=period.start,
                        ends_on=period.end,
                        framework=event.framework,
                        status="submitted",
                        versions=1,
                        received_on=event.received_on,
                        made_up=event.content.made_up,
                        reasons=[],
                        content=_plain(event.content),
                        position=recorded.position,
                    )
                )
            case ReportSentBack(reasons=reasons):
                row = rows.of(ReportRow, recorded.reference)
                row.status, row.reasons = "sent-back", list(reasons)
                row.accepted_content = row.accepted_sources = None
            case ReportCorrected() as event:
                row = rows.of(ReportRow, recorded.reference)
                row.status, row.reasons = "corrected", [event.reason]
                row.versions += 1
                row.framework, row.received_on = event.framework, event.received_on
                row.made_up, row.content, row.position = event.content.made_up, _plain(event.content), recorded.position
            case ReportAccepted():
                row = rows.of(ReportRow, recorded.reference)
                row.status = "accepted"
                row.accepted_content, row.accepted_sources = row.content, [row.position, recorded.position]


def _plain(content: Figures) -> dict[str, Any]:
    return content.model_dump(mode="json")
