"""The half-yearly return of one period, in its versions: opened, filled, signed off, submitted, superseded."""

from datetime import date
from enum import StrEnum
from typing import Self

from domain.kernel import Aggregate, Event
from domain.returns.events import (
    ReportApportioned,
    ReturnFilled,
    ReturnOpened,
    ReturnPublished,
    ReturnRestated,
    ReturnSignedOff,
    ReturnSubmitted,
)
from domain.tables import Table


class ReturnStatus(StrEnum):
    """Where a return stands."""

    OPENED = "opened"
    FILLED = "filled"
    SIGNED_OFF = "signed-off"
    SUBMITTED = "submitted"


class HalfYearlyReturn(Aggregate):
    """What is known of the return for one half-year."""

    status: ReturnStatus | None = None
    template: str = ""
    version: int = 0
    filled: ReturnFilled | None = None
    signed_sha256: str | None = None
    signed_on: date | None = None
    """The London day on which this version was signed, where that was written down."""
    submitted: ReturnSubmitted | None = None
    apportioned: dict[tuple[str, str], ReportApportioned] = {}
    """By award and period of the report."""
    signed_tables: dict[int, tuple[Table, ...]] = {}
    """What was signed, by version."""
    published: tuple[ReturnPublished, ...] = ()

    def evolve(self, event: Event) -> Self:
        match event:
            case ReturnOpened(template=template):
                return self.model_copy(update={"status": ReturnStatus.OPENED, "template": template, "version": 1})
            case ReturnFilled():
                return self.model_copy(update={"status": ReturnStatus.FILLED, "filled": event})
            case ReturnSignedOff():
                return self.model_copy(
                    update={
                        "status": ReturnStatus.SIGNED_OFF,
                        "signed_sha256": event.sha256,
                        "signed_on": event.signed_on,
                        "signed_tables": {**self.signed_tables, self.version: event.tables},
                    }
                )
            case ReturnPublished():
                return self.model_copy(update={"published": (*self.published, event)})
            case ReturnSubmitted():
                return self.model_copy(update={"status": ReturnStatus.SUBMITTED, "submitted": event})
            case ReportApportioned(award=award, report_period=report_period):
                return self.model_copy(update={"apportioned": {**self.apportioned, (award, report_period): event}})
            case ReturnRestated(version=version):
                return self.model_copy(
                    update={
                        "status": ReturnStatus.OPENED,
                        "version": version,
                        "filled": None,
                        "signed_sha256": None,
                        "signed_on": None,
                        "submitted": None,
                    }
                )
            case _:
                return self
