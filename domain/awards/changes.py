"""What may be ordered about an award once it is approved: how it changes, ends and is settled. Money in whole pence."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, model_validator

from domain import money
from domain.awards.award import OPEN, Award, AwardStatus
from domain.awards.change_events import (
    Apportioned,
    AwardAmountConfirmed,
    AwardClosed,
    AwardEnded,
    AwardExtended,
    AwardNovated,
    AwardReduced,
    AwardReissued,
    AwardTransferred,
    AwardUplifted,
    AwardWithdrawn,
)
from domain.awards.commands import AwardCommand, ConfirmRegistered
from domain.awards.events import Share
from domain.awards.payment_events import PaymentCancelled
from domain.awards.spend_commands import profile_after
from domain.decisions.decision import AsPrinted
from domain.errors import Refusal
from domain.funds.commands import SomePence
from domain.funds.consequences import ConfirmCommitment, RaiseCommitment, ReleaseFunds
from domain.kernel import Command, Day, Event, Occasion, Reference, Role, Value, Words
from domain.money import Pence
from domain.periods import FinancialYear, day_in_words
from domain.providers.commands import ConfirmProvider


class _OfAShare(AwardCommand):
    """An order about what one fund puts into the award."""

    fund: Reference
    year: FinancialYear


class ConfirmAwardAmount(_OfAShare, may={Role.FINANCE, Role.COMMISSIONER}):
    """Record the amount of a share that was not known until now, and where the figure comes from."""

    amount_pence: Pence
    source: Words

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        state.check_open(self.award)
        known = state.share(self.fund, self.year).amount_pence
        if known == self.amount_pence:
            return []
        if known is not None:
            raise Refusal(f"The amount is known already: {money.pounds(known)}. Record a change as itself.")
        return [AwardAmountConfirmed(**self.model_dump(exclude={"award"}))]

    def together_with(self, state: Award, occasion: Occasion) -> Sequence[Command[Any]]:
        if state.share(self.fund, self.year).amount_pence is not None:
            return ()
        return [ConfirmCommitment(fund=self.fund, year=self.year, award=self.award, amount_pence=self.amount_pence)]


class _Variation(_OfAShare):
    """An order that makes one share larger or smaller. The variation's reference makes saying it twice harmless."""

    event: ClassVar[type[AwardUplifted] | type[AwardReduced]]

    variation: Reference
    by_pence: SomePence
    reason: Words
    decision: AsPrinted = None
    effective_on: Day | None = None
    """From when it holds, which may be before the day it is recorded, or after."""

    def said(self, occasion: Occasion) -> dict[str, Any]:
        """The fields of the event."""
        day = self.effective_on or occasion.today
        return {**self.model_dump(exclude={"award", "effective_on"}), "effective_on": day}

    def is_known(self, state: Award) -> bool:
        """Whether this variation is recorded. Raises ``Refusal`` when another one is recorded under its reference."""
        known = state.variations.get(self.variation)
        if known is None:
            return False
        same = (known.fund, known.year, known.by_pence) == (self.fund, self.year, self.by_pence)
        if same and isinstance(known, self.event):
            return True
        raise Refusal(f"Variation {self.variation} of award {self.award} is recorded already, differently.")

    def check(self, state: Award) -> int:
        """The share's amount. Raises ``Refusal`` when it cannot be varied."""
        state.check_open(self.award)
        amount = state.share(self.fund, self.year).amount_pence
        if amount is None:
            raise Refusal("The amount is not known: confirm it before it is varied (confirm-award-amount).")
        return amount

    def consequence(self) -> dict[str, Any]:
        """The fields of what follows in the fund."""
        said = self.model_dump(include={"fund", "year", "award", "reason", "effective_on"})
        return {**said, "amount_pence": self.by_pence}


class UpliftAward(_Variation, may={Role.COMMISSIONER}):
    """Make an award larger; the difference is taken from its fund, if there is enough left."""

    event = AwardUplifted

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        if self.is_known(state):
            return []
        self.check(state)
        day = self.effective_on or occasion.today
        if state.status is AwardStatus.ENDED and state.ends_on is not None and day > state.ends_on:
            raise Refusal(
                f"Award {self.award} ended on {day_in_words(state.ends_on)}: it can only be made larger "
                "from a day on which it ran (effective_on)."
            )
        return [AwardUplifted(**self.said(occasion)), *profile_after(state, self.by_pence)]

    def together_with(self, state: Award, occasion: Occasion) -> Sequence[Command[Any]]:
        return () if self.is_known(state) else [RaiseCommitment(**self.consequence())]


class ReduceAward(_Variation, may={Role.COMMISSIONER}):
    """Make an award smaller and give the difference back to its fund. What is paid cannot be given back so."""

    event = AwardReduced

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        if self.is_known(state):
            return []
        amount = self.check(state)
        promised = state.payments.promised_from(self.fund, self.year) + state.payments.paid_from(self.fund, self.year)
        if amount - self.by_pence < promised:
            raise Refusal(
                f"{money.pounds(promised)} of this share is paid or scheduled, and it would become "
                f"{money.pounds(amount - self.by_pence)}: cancel payments or claw money back first."
            )
        return [AwardReduced(**self.said(occasion)), *profile_after(state, -self.by_pence)]

    def together_with(self, state: Award, occasion: Occasion) -> Sequence[Command[Any]]:
        return () if self.is_known(state) else [ReleaseFunds(**self.consequence())]


class ExtendAward(AwardCommand, may={Role.COMMISSIONER}):
    """Let an award run longer, with the reason. More money is an uplift, recorded as itself."""

    ends_on: Day
    reason: Words
    decision: AsPrinted = None

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        if state.status is not AwardStatus.APPROVED:
            raise Refusal(f"Award {self.award} is {state.status}: only an award that runs can be extended.")
        if state.ends_on == self.ends_on:
            return []
        starts_on = None if state.registered is None else state.registered.starts_on
        if starts_on is not None and self.ends_on < starts_on:
            raise Refusal(f"Award {self.award} starts on {day_in_words(starts_on)}: it cannot end before then.")
        if state.ends_on is not None and self.ends_on < state.ends_on:
            raise Refusal(
                f"Award {self.award} runs to {day_in_words(state.ends_on)}: to end it before then, use end-award."
            )
        return [AwardExtended(ends_on=self.ends_on, reason=self.reason, decision=self.decision)]


class EndAward(AwardCommand, may={Role.COMMISSIONER}):
    """End an award before its time, on a day that has come, with the reason.

    What is owed for the time it ran may still be paid.
    """

    ended_on: Day
    reason: Words
    decision: AsPrinted = None

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        if state.status is AwardStatus.ENDED and state.ends_on == self.ended_on:
            return []
        if state.status is not AwardStatus.APPROVED:
            raise Refusal(f"Award {self.award} is {state.status}: only an award that runs can be ended.")
        if state.days is not None and self.ended_on not in state.days:
            raise Refusal(f"Award {self.award} runs from {state.days.words}: it cannot be ended on another day.")
        if self.ended_on > occasion.today:
            raise Refusal(
                f"Award {self.award} would end at once, and {day_in_words(self.ended_on)} has not come: it runs until "
                "then. Record its end on that day or later; payments that are not to be made can be cancelled now."
            )
        return [AwardEnded(ended_on=self.ended_on, reason=self.reason, decision=self.decision)]


class ReissueAward(AwardCommand, may={Role.COMMISSIONER, Role.CONTRACT_MANAGER}):
    """Record that the service of an ended award goes on under an award of another number."""

    as_award: Reference
    reason: Words

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        if state.reissued_as == self.as_award:
            return []
        if state.reissued_as is not None:
            raise Refusal(f"Award {self.award} is reissued already, as {state.reissued_as}.")
        if self.as_award == self.award:
            raise Refusal("An award is reissued under another number, not its own.")
        if state.status not in (AwardStatus.ENDED, AwardStatus.CLOSED):
            raise Refusal(f"Award {self.award} is {state.status}: end it before it is reissued (end-award).")
        return [AwardReissued(as_award=self.as_award, reason=self.reason)]

    def together_with(self, state: Award, occasion: Occasion) -> Sequence[Command[Any]]:
        return [ConfirmRegistered(award=self.as_award)]


class NovateAward(AwardCommand, may={Role.COMMISSIONER}):
    """Let another provider take over the agreement, with everybody's consent."""

    provider: Reference
    consent: Words
    effective_on: Day | None = None

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        if state.provider == self.provider:
            return []
        state.check_open(self.award)
        day = self.effective_on or occasion.today
        return [AwardNovated(provider=self.provider, effective_on=day, consent=self.consent)]

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
    """Record that the office's part passes to one or two successors by law; what is unpaid is apportioned."""

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
        unpaid = money.add(pence for _share, pence in _unpaid(state))
        if unpaid is None:
            raise Refusal(f"The amount of award {self.award} is not known: confirm it before it is apportioned.")
        amounts = money.share_out(unpaid, [weight for _successor, weight in parts])
        return [
            AwardTransferred(
                scheme=self.scheme,
                effective_on=self.effective_on,
                successors=tuple(
                    Apportioned(successor=successor, share_parts=weight, unpaid_pence=pence)
                    for (successor, weight), pence in zip(parts, amounts, strict=True)
                ),
            )
        ]


def _unpaid(state: Award) -> list[tuple[Share, int | None]]:
    """What of each share is not paid; ``None`` when the share is not known."""
    return [(s, None if s.amount_pence is None else s.amount_pence - state.paid_from(s)) for s in state.shares]


def _released(award: str, state: Award, reason: str, on: date | None = None) -> list[Command[Any]]:
    """What is not paid goes back to the funds."""
    return [
        ReleaseFunds(fund=s.fund, year=s.year, award=award, amount_pence=pence, reason=reason, effective_on=on)
        for s, pence in _unpaid(state)
        if pence != 0
    ]


def _profile_when_settled(state: Award) -> list[Event]:
    """Once an award is what was paid of it, its profile adds up to that."""
    return profile_after(state, -(money.add(pence for _share, pence in _unpaid(state)) or 0))


def _check_not_passed(award: str, state: Award) -> None:
    """Raises ``Refusal`` once what is unpaid has passed to a successor: it is not ours to release."""
    if state.transferred is not None:
        raise Refusal(f"Award {award} has passed to a successor by law: what is unpaid is theirs, not ours to release.")


class CloseAward(AwardCommand, may={Role.FINANCE}):
    """Settle an award: what was not spent goes back to its funds. Payments still to be made must be settled first."""

    closed_on: Day
    reason: Words

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        if state.status is AwardStatus.CLOSED:
            return []
        state.check_open(self.award)
        _check_not_passed(self.award, state)
        promised = sum(state.payments.promised_from(share.fund, share.year) for share in state.shares)
        if promised:
            raise Refusal(
                f"{money.pounds(promised)} of payments is still scheduled under award {self.award}: "
                "make them or cancel them first (cancel-payment)."
            )
        if self.closed_on > occasion.today:
            raise Refusal("An award cannot be closed in the future.")
        return [AwardClosed(closed_on=self.closed_on, reason=self.reason), *_profile_when_settled(state)]

    def together_with(self, state: Award, occasion: Occasion) -> Sequence[Command[Any]]:
        return _released(self.award, state, self.reason, self.closed_on) if state.status in OPEN else ()


class WithdrawAward(AwardCommand, may={Role.COMMISSIONER}):
    """Take an award back before its time. What was not yet paid goes back to its funds, and is not paid."""

    reason: Words

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        if state.status is AwardStatus.WITHDRAWN:
            return []
        if state.status is AwardStatus.CLOSED:
            raise Refusal(f"Award {self.award} is closed: there is nothing to take back.")
        _check_not_passed(self.award, state)
        cancelled = [PaymentCancelled(payment=each, reason=self.reason) for each in state.payments.promised]
        return [AwardWithdrawn(reason=self.reason), *cancelled, *_profile_when_settled(state)]

    def together_with(self, state: Award, occasion: Occasion) -> Sequence[Command[Any]]:
        return _released(self.award, state, self.reason) if state.status in OPEN else ()
