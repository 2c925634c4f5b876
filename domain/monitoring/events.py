"""What happens to an obligation: something a provider owes the office by a day."""

from datetime import date

from domain.kernel import Event, Reference, Words
from domain.periods import PeriodCode


class ObligationOwed(Event, name="obligation.owed"):
    """It is owed for a period, and due on a day."""

    award: Reference
    schedule: Reference
    period: PeriodCode
    title: Words
    due_on: date


class ObligationMoved(Event, name="obligation.moved"):
    """The day changed, for a reason; a day that had passed may be moved too."""

    due_on: date
    reason: Words


class ObligationMet(Event, name="obligation.met"):
    """What was owed came in."""

    met_on: date
    evidence: Words


class ObligationReopened(Event, name="obligation.reopened"):
    """What came in was sent back: it is owed again."""

    due_on: date
    reason: Words


class ObligationWaived(Event, name="obligation.waived"):
    """The office no longer asks for it."""

    reason: Words


class NilReturnDeclared(Event, name="obligation.nil-return-declared"):
    """The provider said that there is nothing to report. That is an answer; a missing report is not."""

    declared_on: date
    reason: Words
    made_up: bool = False
    """Whether it was made up for a demonstration."""
