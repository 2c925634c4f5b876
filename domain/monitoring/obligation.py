"""A monitoring obligation: what a provider owes the office for a period, and by when."""

from datetime import date
from enum import StrEnum
from typing import Self

from domain.kernel import Aggregate, Event
from domain.monitoring.events import (
    NilReturnDeclared,
    ObligationMet,
    ObligationMoved,
    ObligationOwed,
    ObligationReopened,
    ObligationWaived,
)


class ObligationStatus(StrEnum):
    """Where an obligation stands. Whether it is overdue is a matter of today's date, not of its record."""

    OWED = "owed"
    MET = "met"
    WAIVED = "waived"
    NIL_RETURN = "nil-return"

    @property
    def words(self) -> str:
        """As it goes in a sentence: ``answered by a nil return``."""
        return "answered by a nil return" if self is ObligationStatus.NIL_RETURN else self.value


class Obligation(Aggregate):
    """What is known of one obligation."""

    owed: ObligationOwed | None = None
    due_on: date = date.min
    status: ObligationStatus = ObligationStatus.OWED

    def evolve(self, event: Event) -> Self:
        match event:
            case ObligationOwed(due_on=due_on):
                return self.model_copy(update={"owed": event, "due_on": due_on})
            case ObligationMoved(due_on=due_on):
                return self.model_copy(update={"due_on": due_on})
            case ObligationReopened(due_on=due_on):
                return self.model_copy(update={"due_on": due_on, "status": ObligationStatus.OWED})
            case ObligationMet():
                return self.model_copy(update={"status": ObligationStatus.MET})
            case ObligationWaived():
                return self.model_copy(update={"status": ObligationStatus.WAIVED})
            case NilReturnDeclared():
                return self.model_copy(update={"status": ObligationStatus.NIL_RETURN})
            case _:
                return self
