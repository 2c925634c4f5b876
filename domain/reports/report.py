"""An outcome report: what a provider says came of one award in one period, in every version."""

from enum import StrEnum
from typing import Self

from domain.kernel import Aggregate, Event
from domain.reports.events import Figures, ReportAccepted, ReportCorrected, ReportSentBack, ReportSubmitted


class ReportStatus(StrEnum):
    """Where a report stands."""

    SUBMITTED = "submitted"
    SENT_BACK = "sent-back"
    CORRECTED = "corrected"
    ACCEPTED = "accepted"


class Report(Aggregate):
    """What is known of one report: its latest version, and which versions were sent back."""

    status: ReportStatus | None = None
    versions: int = 0
    content: Figures | None = None

    def evolve(self, event: Event) -> Self:
        match event:
            case ReportSubmitted(content=content):
                return self.model_copy(update={"status": ReportStatus.SUBMITTED, "versions": 1, "content": content})
            case ReportCorrected(content=content):
                return self.model_copy(
                    update={"status": ReportStatus.CORRECTED, "versions": self.versions + 1, "content": content}
                )
            case ReportSentBack():
                return self.model_copy(update={"status": ReportStatus.SENT_BACK})
            case ReportAccepted():
                return self.model_copy(update={"status": ReportStatus.ACCEPTED})
            case _:
                return self
