"""What may be ordered when an award passes to others: another number, another provider, a successor by law."""

from collections.abc import Sequence
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from domain.awards.again import is_again
from domain.awards.apportioning import apportioned
from domain.awards.award import Award, AwardStatus
from domain.awards.change_events import (
    AwardNovated,
    AwardReissued,
    AwardTransferred,
)
from domain.awards.commands import AwardCommand, ConfirmNoCircle
from domain.errors import Refusal
from domain.kernel import Command, Day, Event, Occasion, Reference, Role, Value, Words
from domain.periods import day_in_words
from domain.providers.commands import ConfirmProvider


class ReissueAward(AwardCommand, may={Role.COMMISSIONER, Role.CONTRACT_MANAGER}):
    """Record that the service of an ended award goes on under an award of another number."""

    as_award: Reference
    reason: Words

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        said = AwardReissued(as_award=self.as_award, reason=self.reason)
        if state.reissued_as not in (None, self.as_award):
            raise Refusal(f"Award {self.award} is reissued already, as {state.reissued_as}.")
        if is_again(state.turns.get(said.name), said, f"That award {self.award} is reissued"):
            return []
        state.check_ours(self.award)
        if self.as_award == self.award:
            raise Refusal("An award is reissued under another number, not its own.")
        if state.status not in (AwardStatus.ENDED, AwardStatus.CLOSED):
            raise Refusal(f"Award {self.award} is {state.status}: end it before it is reissued (end-award).")
        return [said]

    def together_with(self, state: Award, occasion: Occasion) -> Sequence[Command[Any]]:
        return () if state.reissued_as else [ConfirmNoCircle(award=self.as_award, of=self.award)]


class NovateAward(AwardCommand, may={Role.COMMISSIONER}):
    """Let another provider take over the agreement, with everybody's consent, from a day that has come.

    Who held it before stays on record, and what was paid before stays with them.
    """

    provider: Reference
    consent: Words
    effective_on: Day | None = None

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        day = self.effective_on or occasion.today
        said = AwardNovated(provider=self.provider, effective_on=day, consent=self.consent)
        if state.provider == self.provider:
            left_out = {"effective_on"} if self.effective_on is None else ()
            if is_again(state.novated, said, f"That {self.provider} holds award {self.award}", left_out):
                return []
            raise Refusal(
                f"Award {self.award} is held by {self.provider} from the first: there is nothing to take over."
            )
        state.check_open(self.award)
        if day > occasion.today:
            raise Refusal(
                f"{day_in_words(day)} has not come: until then the provider stays. Record the novation on that day or "
                "later."
            )
        since = state.approved_from if state.novated is None else state.novated.effective_on
        if since is not None and day < since:
            raise Refusal(
                f"The provider that holds award {self.award} has held it since {day_in_words(since)}: another cannot "
                "have taken over before then."
            )
        return [said]

    def together_with(self, state: Award, occasion: Occasion) -> Sequence[Command[Any]]:
        return () if state.provider == self.provider else [ConfirmProvider(provider=self.provider)]


class Successor(Value):
    """A body that takes over, and its part, as parts of the sum of all parts. As words: ``Mayor's office 3``."""

    successor: Words
    parts: Annotated[int, Field(gt=0, le=1_000_000)]

    @classmethod
    def of(cls, words: str) -> Self:
        """Reads ``Policing board 3``: the successor, and how many parts of the whole. Raises ``ValueError``."""
        name, _, parts = words.rpartition(" ")
        if not name or not parts.isdecimal():
            raise ValueError("write a successor and its parts of the whole, like: Policing board 3")
        return cls(successor=name, parts=int(parts))


class TransferAward(AwardCommand, may={Role.COMMISSIONER}):
    """Record that the office's part passed to one or two successors by law, on a day that has come.

    What is unpaid of each share is apportioned to the penny, and is theirs: from that day the office changes nothing
    more of the award. A payment that was approved and made before that day may still be recorded.
    """

    scheme: Words
    effective_on: Day
    successors: Annotated[tuple[Successor, ...], Field(min_length=1, max_length=2)]

    @model_validator(mode="after")
    def _each_successor_once(self) -> Self:
        if len({successor.successor for successor in self.successors}) < len(self.successors):
            raise ValueError("each successor may be named once")
        return self

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        parts = [(successor.successor, successor.parts) for successor in self.successors]
        known = state.transferred
        if known is not None:
            known_parts = [(each.successor, each.share_parts) for each in known.successors]
            if (known.scheme, known.effective_on, known_parts) == (self.scheme, self.effective_on, parts):
                return []
            raise Refusal(f"Award {self.award} has passed to a successor already.")
        state.check_open(self.award)
        if self.effective_on > occasion.today:
            raise Refusal(
                f"Award {self.award} would pass at once, and {day_in_words(self.effective_on)} has not come: it is "
                "ours until then. Record the transfer on that day or later."
            )
        if state.amount_pence is None:
            raise Refusal(f"The amount of award {self.award} is not known: confirm it before it is apportioned.")
        successors = apportioned(state, parts)
        return [AwardTransferred(scheme=self.scheme, effective_on=self.effective_on, successors=successors)]
