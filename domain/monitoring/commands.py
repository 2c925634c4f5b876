"""What may be ordered about an obligation."""

from collections.abc import Sequence
from datetime import date

from domain.errors import Refusal
from domain.kernel import Code, Command, Day, Event, Occasion, Reference, Role, Words
from domain.monitoring.events import (
    NilReturnDeclared,
    ObligationMet,
    ObligationMoved,
    ObligationOwed,
    ObligationReopened,
    ObligationWaived,
)
from domain.monitoring.obligation import Obligation, ObligationStatus
from domain.periods import PeriodCode

REPORT_SCHEDULE = "outcome-report"
"""The name of the schedule that outcome reports meet: a report for a period meets the obligation of that period."""


class ObligationCommand(Command[Obligation]):
    """An order about what one award owes under one schedule for one period."""

    noun = "obligation"
    address = ("award", "schedule", "period")
    aggregate = Obligation

    award: Reference
    schedule: Code
    period: PeriodCode

    @property
    def reference(self) -> str:
        return f"{self.award}.{self.schedule}.{self.period}"

    @property
    def named(self) -> str:
        return f"obligation of award {self.award} under schedule {self.schedule} for {self.period}"


class MoveObligation(ObligationCommand, may={Role.CONTRACT_MANAGER}):
    """Move what is owed to another day, with the reason. A day that has passed may be moved too."""

    overwrites = True

    due_on: Day
    reason: Words

    def decide(self, state: Obligation, occasion: Occasion) -> Sequence[Event]:
        if state.status is not ObligationStatus.OWED:
            raise Refusal(f"This is {state.status.words} already: there is nothing to move.")
        return [] if state.due_on == self.due_on else [ObligationMoved(due_on=self.due_on, reason=self.reason)]


class MeetObligation(ObligationCommand, may={Role.CONTRACT_MANAGER}):
    """Record that what was owed came in, and what shows it. Saying it twice changes nothing."""

    met_on: date
    evidence: Words

    def decide(self, state: Obligation, occasion: Occasion) -> Sequence[Event]:
        if state.status is ObligationStatus.MET:
            return []
        if state.status is ObligationStatus.WAIVED:
            raise Refusal("This was waived: it is no longer asked for.")
        if self.met_on > occasion.today:
            raise Refusal("An obligation cannot be met in the future.")
        return [ObligationMet(met_on=self.met_on, evidence=self.evidence)]


class WaiveObligation(ObligationCommand, may={Role.CONTRACT_MANAGER}):
    """No longer ask for it, with the reason."""

    reason: Words

    def decide(self, state: Obligation, occasion: Occasion) -> Sequence[Event]:
        if state.status is ObligationStatus.WAIVED:
            return []
        if state.status is not ObligationStatus.OWED:
            raise Refusal(f"This is {state.status.words} already: there is nothing to waive.")
        return [ObligationWaived(reason=self.reason)]


class DeclareNilReturn(ObligationCommand, may={Role.PROVIDER, Role.CONTRACT_MANAGER}):
    """Say that there is nothing to report for the period. That is an answer; a missing report is not."""

    declares = True

    declared_on: date
    reason: Words
    made_up: bool = False

    def decide(self, state: Obligation, occasion: Occasion) -> Sequence[Event]:
        if state.status is ObligationStatus.NIL_RETURN:
            return []
        if state.status is not ObligationStatus.OWED:
            raise Refusal(f"This is {state.status.words} already: a nil return cannot be declared.")
        if self.declared_on > occasion.today:
            raise Refusal("A nil return cannot be declared in the future.")
        return [NilReturnDeclared(declared_on=self.declared_on, reason=self.reason, made_up=self.made_up)]


class OweObligation(ObligationCommand):
    """Follows from a schedule: the obligation is owed, unless it is owed already."""

    starts = True

    title: Words
    due_on: date

    def decide(self, state: Obligation, occasion: Occasion) -> Sequence[Event]:
        if state.owed is not None:
            return []
        return [ObligationOwed(**self.model_dump())]


class NoteReport(ObligationCommand):
    """Follows from a report coming in: the obligation of that period is met, if one is owed."""

    starts = True

    met_on: date

    def decide(self, state: Obligation, occasion: Occasion) -> Sequence[Event]:
        if state.owed is None or state.status is ObligationStatus.MET:
            return []
        return [ObligationMet(met_on=self.met_on, evidence="The report came in.")]


class AskAgain(ObligationCommand):
    """Follows from a report being sent back: the obligation of that period is owed again, if there is one."""

    starts = True

    due_on: date
    reason: Words

    def decide(self, state: Obligation, occasion: Occasion) -> Sequence[Event]:
        if state.owed is None or state.status is ObligationStatus.WAIVED:
            return []
        return [ObligationReopened(due_on=self.due_on, reason=self.reason)]
