"""Reports: the latest version of what each provider reported on each award for each period, and what was accepted."""

import re
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
class ReportRow(Row, table="reports", key=("report",), indexes=(("award",), ("status", "received_on"))):
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
    position: int
    """The event that brought the latest version."""
    figures: int
    outcomes: int
    """How many it has."""
    sent_back: int | None = None
    """The event that sent it back, while it is sent back."""


@dataclass
class ReportContent(Row, table="report_contents", key=("report",)):
    """The latest version of a report, whole: ``domain.reports.events.Figures``."""

    report: str
    content: dict[str, Any]


@dataclass
class AcceptedReport(Row, table="accepted_reports", key=("report",)):
    """What the return counts of a report: the figures last accepted, unless they were sent back since.

    ``counts``: by the count's key, the whole number, or its two bounds (``null``: no upper bound). ``outcomes``: by
    code, improved, answered and eligible (``null``: not supplied). ``texts``: by heading, and ``narrative``.
    """

    report: str
    award: str
    period: str
    starts_on: date
    ends_on: date
    framework: str
    made_up: bool
    counts: dict[str, Any]
    outcomes: dict[str, Any]
    texts: dict[str, Any]
    sources: list[int]
    """The events behind it: the one that brought it and the one that accepted it."""
    stands: bool = True
    """Whether it counts: not while it is sent back."""


_REFERENCE = re.compile(r"(.+?)(?:\.outcome-report)?\.(\d{4}-\d\d-\d\d\.\.\d{4}-\d\d-\d\d|[^.]+)")


def award_and_period(reference: str) -> tuple[str, str]:
    """``MOJ-2017-01``, ``2017-18-h1`` of ``MOJ-2017-01.2017-18-h1``, the name of a report; or of what is owed."""
    found = _REFERENCE.fullmatch(reference)
    assert found is not None, "a report is named after its award and period"
    return found[1], found[2]


class Reports(Projection):
    """Folds reports."""

    events = (report_events,)

    def apply(self, recorded: Recorded, rows: Rows) -> None:
        match recorded.event:
            case ReportSubmitted(content=content, framework=framework, received_on=received_on):
                self._bring(recorded, rows, content, framework, received_on, "submitted", [])
            case ReportCorrected(content=content, framework=framework, received_on=received_on, reason=reason):
                self._bring(recorded, rows, content, framework, received_on, "corrected", [reason])
            case ReportSentBack(reasons=reasons):
                row = rows.of(ReportRow, recorded.reference)
                row.status, row.reasons, row.sent_back = "sent-back", list(reasons), recorded.position
                accepted = rows.find(AcceptedReport, recorded.reference)
                if accepted is not None:
                    accepted.stands = False
            case ReportAccepted():
                self._accept(recorded, rows)

    @staticmethod
    def _bring(
        recorded: Recorded,
        rows: Rows,
        content: Figures,
        framework: str,
        received_on: date,
        status: str,
        reasons: list[str],
    ) -> None:
        """A version came in, the first or a later one. Its report's name says of which award and period it is."""
        known = rows.find(ReportRow, recorded.reference)
        award, code = award_and_period(recorded.reference)
        period = Period.parse(code)
        rows.add(
            ReportRow(
                report=recorded.reference,
                award=award,
                period=code,
                starts_on=period.start,
                ends_on=period.end,
                framework=framework,
                status=status,
                versions=1 + (known.versions if known else 0),
                received_on=received_on,
                made_up=content.made_up,
                reasons=reasons,
                position=recorded.position,
                figures=len(content.figures),
                outcomes=len(content.outcomes),
                sent_back=known.sent_back if known else None,
            )
        )
        rows.add(ReportContent(recorded.reference, content.model_dump(mode="json", exclude_defaults=True)))

    @staticmethod
    def _accept(recorded: Recorded, rows: Rows) -> None:
        row = rows.of(ReportRow, recorded.reference)
        content = Figures.model_validate(rows.of(ReportContent, recorded.reference).content)
        row.status, row.sent_back = "accepted", None
        rows.add(
            AcceptedReport(
                report=row.report,
                award=row.award,
                period=row.period,
                starts_on=row.starts_on,
                ends_on=row.ends_on,
                framework=row.framework,
                made_up=row.made_up,
                counts={
                    figure.key: figure.quantity.at_least
                    if figure.quantity.exact
                    else [figure.quantity.at_least, figure.quantity.at_most]
                    for figure in content.figures
                },
                outcomes={f.outcome: [f.improved, f.answered, f.eligible] for f in content.outcomes},
                texts={
                    **({"narrative": content.narrative} if content.narrative else {}),
                    **{text.narrative: text.words for text in content.texts},
                },
                sources=[row.position, recorded.position],
            )
        )
