"""What may be ordered about a decision record."""

from collections.abc import Sequence
from typing import Any, Self

from pydantic import Field, model_validator

from domain.decisions.decision import Decision
from domain.decisions.events import DecisionRecorded, DecisionSuperseded
from domain.errors import Refusal
from domain.kernel import Command, Day, Event, Occasion, Reference, Role, Words
from domain.periods import day_in_words


class DecisionCommand(Command[Decision]):
    """An order about one decision, by its number."""

    noun = "decision"
    address = ("decision",)
    aggregate = Decision

    decision: Reference


class RecordDecision(DecisionCommand, may={Role.COMMISSIONER, Role.FINANCE, Role.CONTRACT_MANAGER}):
    """Write down a decision of the commissioner: what, when, on what advice, in whose interest, instead of what."""

    starts = True

    title: Words
    decided_on: Day
    decided: Words
    advice: Words | None = None
    alternatives: Words | None = None
    significant_public_interest: bool
    public_interest_reason: Words = Field(description="why it is, or is not, of significant public interest")
    objectives: tuple[Words, ...] = ()
    interests: Words | None = None
    supersedes: Reference | None = None
    published_on: Day | None = None

    @model_validator(mode="after")
    def _another(self) -> Self:
        if self.supersedes == self.decision:
            raise ValueError("a decision cannot supersede itself")
        return self

    def decide(self, state: Decision, occasion: Occasion) -> Sequence[Event]:
        said = DecisionRecorded(**self.model_dump(exclude={"decision"}))
        if state.recorded == said:
            return []
        if state.recorded is not None:
            raise Refusal(f"Decision {self.decision} is recorded already, differently. A new decision supersedes it.")
        if self.decided_on > occasion.today:
            raise Refusal("A decision cannot have been taken in the future.")
        return [said]

    def together_with(self, state: Decision, occasion: Occasion) -> Sequence[Command[Any]]:
        if self.supersedes is None or state.recorded is not None:
            return ()
        return [SupersedeDecision(decision=self.supersedes, by=self.decision, decided_on=self.decided_on)]


class SupersedeDecision(DecisionCommand):
    """Follows from a later decision that takes the place of this one."""

    by: Reference
    decided_on: Day
    """When that one was taken."""

    def decide(self, state: Decision, occasion: Occasion) -> Sequence[Event]:
        if state.superseded_by is not None:
            raise Refusal(f"Decision {self.decision} is superseded already, by {state.superseded_by}.")
        if state.recorded is not None and self.decided_on < state.recorded.decided_on:
            raise Refusal(
                f"Decision {self.decision} was taken on {day_in_words(state.recorded.decided_on)}: one that was taken "
                "earlier cannot take its place (decided_on, supersedes)."
            )
        return [DecisionSuperseded(by=self.by)]


class ConfirmDecision(DecisionCommand):
    """Follows from an award that rests on a decision: it must be on record and stand. Records nothing."""

    def decide(self, state: Decision, occasion: Occasion) -> Sequence[Event]:
        if state.superseded_by is not None:
            raise Refusal(f"Decision {self.decision} is superseded by {state.superseded_by}: rest the award on that.")
        return []
