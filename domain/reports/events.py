"""What happens to an outcome report. Totals only: never a figure or a word about one person."""

from datetime import date
from typing import Self

from pydantic import model_validator

from domain.kernel import Event, Reference, Value, Words
from domain.periods import PeriodCode
from domain.reports.quantity import Count, Quantity


class Figure(Value):
    """One count: of a measure, for everybody or for one category of one breakdown."""

    measure: Reference
    breakdown: Reference | None = None
    category: Reference | None = None
    quantity: Quantity


class OutcomeFigure(Value):
    """Of the people eligible to be asked, how many answered, and how many of those improved. Never a percentage.

    ``None``: not supplied.
    """

    outcome: Reference
    improved: Count | None
    answered: Count | None
    eligible: Count | None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        known = [count for count in (self.improved, self.answered, self.eligible) if count is not None]
        if known != sorted(known):
            raise ValueError("an outcome must have improved <= answered <= eligible")
        return self


class Figures(Value):
    """Everything one report counts."""

    figures: tuple[Figure, ...] = ()
    outcomes: tuple[OutcomeFigure, ...] = ()
    narrative: str | None = None
    made_up: bool = False
    """Whether the figures were made up for a demonstration. Shown wherever they are."""


class ReportSubmitted(Event, name="report.submitted"):
    """A provider reported on an award for a period."""

    award: Reference
    period: PeriodCode
    framework: Reference
    content: Figures
    received_on: date


class ReportSentBack(Event, name="report.sent-back"):
    """The contract manager asked for the report to be put right, and said why."""

    reasons: tuple[Words, ...]
    correct_by: date


class ReportCorrected(Event, name="report.corrected"):
    """The provider put the report right. The whole of it again; the earlier version stays in the log."""

    framework: Reference
    content: Figures
    received_on: date
    reason: Words


class ReportAccepted(Event, name="report.accepted"):
    """The contract manager is satisfied. From now on the return counts this version."""

    version: int
    """Which version was accepted, from 1."""
