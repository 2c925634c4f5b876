"""What may be ordered about an award once it is approved: how it varies, ends and is settled. Money in whole pence."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from pydantic import Field

from domain import money
from domain.awards.again import is_again
from domain.awards.award import OPEN, Award, AwardStatus
from domain.awards.change_events import (
    AwardAmountConfirmed,
    AwardClosed,
    AwardEnded,
    AwardExtended,
    AwardReduced,
    AwardUplifted,
    AwardWithdrawn,
)
from domain.awards.commands import AwardCommand
from domain.awards.events import Share
from domain.awards.payment_events import PaymentCancelled
from domain.awards.profiles import by_year, profile_after
from domain.decisions.decision import AsPrinted
from domain.errors import Refusal
from domain.funds.commands import SomePence
from domain.funds.consequences import ConfirmCommitment, RaiseCommitment, ReleaseFunds
from domain.kernel import Command, Day, Event, Occasion, Reference, Role, Words
from domain.money import Pence
from domain.periods import FinancialYear, day_in_words


class _OfAShare(AwardCommand):
    """An order about what one fund puts into the award."""

    fund: Reference
    year: FinancialYear
    ring_fence: Reference | None = Field(
        default=None, description="which share, where the award has several of that fund and year"
    )

    def share(self, state: Award) -> Share:
        """The share that it is about, or ``NotFound``."""
        return state.share(self.fund, self.year, self.ring_fence)


class ConfirmAwardAmount(_OfAShare, may={Role.FINANCE, Role.COMMISSIONER}):
    """Record the amount of a share that was not known until now, and where the figure comes from."""

    amount_pence: Pence
    source: Words

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        state.check_open(self.award)
        share = self.share(state)
        if share.amount_pence == self.amount_pence:
            return []
        if share.amount_pence is not None:
            known = money.pounds(share.amount_pence)
            raise Refusal(f"The amount is known already: {known}. Record a change as itself.")
        said = self.model_dump(exclude={"award", "ring_fence"})
        return [AwardAmountConfirmed(**said, ring_fence=state.line(share), confirmed_by=occasion.actor.id)]

    def together_with(self, state: Award, occasion: Occasion) -> Sequence[Command[Any]]:
        share = self.share(state)
        if share.amount_pence is not None:
            return ()
        said = self.model_dump(include={"fund", "year", "award", "amount_pence"})
        return [ConfirmCommitment(**said, ring_fence=state.line(share))]


class _Variation(_OfAShare):
    """An order that makes one share larger or smaller. The variation's reference makes saying it twice harmless."""

    event: ClassVar[type[AwardUplifted] | type[AwardReduced]]

    variation: Reference
    by_pence: SomePence
    reason: Words
    decision: AsPrinted = None
    effective_on: Day | None = None
    """From when it holds, which may be before the day it is recorded, or after."""

    def said(self, state: Award, occasion: Occasion) -> AwardUplifted | AwardReduced:
        """The event."""
        day = self.effective_on or occasion.today
        said = self.model_dump(exclude={"award", "effective_on", "ring_fence"})
        return self.event(**said, effective_on=day, ring_fence=state.line(self.share(state)))

    def is_known(self, state: Award, occasion: Occasion) -> bool:
        """Whether this variation is recorded. Raises ``Refusal`` when another one is recorded under its reference."""
        known = state.variations.get(self.variation)
        what = f"Variation {self.variation} of award {self.award}"
        if known is not None and not isinstance(known, self.event):
            raise Refusal(f"{what} is recorded already, differently: it made the award change the other way.")
        left_out = {name for name in ("decision", "effective_on") if getattr(self, name) is None} | {"approved_by"}
        return known is not None and is_again(known, self.said(state, occasion), what, left_out)

    def check(self, state: Award) -> int:
        """The share's amount. Raises ``Refusal`` when it cannot be varied."""
        state.check_open(self.award)
        amount = self.share(state).amount_pence
        if amount is None:
            raise Refusal("The amount is not known: confirm it before it is varied (confirm-award-amount).")
        return amount

    def consequence(self, state: Award) -> dict[str, Any]:
        """The fields of what follows in the fund."""
        said = self.model_dump(include={"fund", "year", "award", "reason", "effective_on"})
        return {**said, "amount_pence": self.by_pence, "ring_fence": state.line(self.share(state))}


class UpliftAward(_Variation, may={Role.COMMISSIONER}):
    """Make an award larger; the difference is taken from its fund, if there is enough left."""

    event = AwardUplifted

    def said(self, state: Award, occasion: Occasion) -> AwardUplifted | AwardReduced:
        return super().said(state, occasion).model_copy(update={"approved_by": occasion.actor.id})

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        if self.is_known(state, occasion):
            return []
        self.check(state)
        day = self.effective_on or occasion.today
        if state.status is AwardStatus.ENDED and state.ends_on is not None and day > state.ends_on:
            raise Refusal(
                f"Award {self.award} ended on {day_in_words(state.ends_on)}: it can only be made larger "
                "from a day on which it ran (effective_on)."
            )
        return [self.said(state, occasion), *profile_after(state, {self.year: self.by_pence}, day)]

    def together_with(self, state: Award, occasion: Occasion) -> Sequence[Command[Any]]:
        return () if self.is_known(state, occasion) else [RaiseCommitment(**self.consequence(state))]


class ReduceAward(_Variation, may={Role.COMMISSIONER}):
    """Make an award smaller and give the difference back to its fund. What is paid cannot be given back so."""

    event = AwardReduced

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        if self.is_known(state, occasion):
            return []
        amount, share = self.check(state), self.share(state)
        promised = state.promised_from(share) + state.paid_from(share)
        if amount - self.by_pence < promised:
            raise Refusal(
                f"{money.pounds(promised)} of this share is paid or scheduled, and it would become "
                f"{money.pounds(amount - self.by_pence)}: cancel payments or claw money back first."
            )
        day = self.effective_on or occasion.today
        return [self.said(state, occasion), *profile_after(state, {self.year: -self.by_pence}, day)]

    def together_with(self, state: Award, occasion: Occasion) -> Sequence[Command[Any]]:
        return () if self.is_known(state, occasion) else [ReleaseFunds(**self.consequence(state))]


class ExtendAward(AwardCommand, may={Role.COMMISSIONER}):
    """Let an award run longer, with the reason. More money is an uplift, recorded as itself."""

    ends_on: Day
    reason: Words
    decision: AsPrinted = None

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        state.check_ours(self.award)
        if state.status is not AwardStatus.APPROVED:
            raise Refusal(f"Award {self.award} is {state.status}: only an award that runs can be extended.")
        said = AwardExtended(ends_on=self.ends_on, reason=self.reason, decision=self.decision)
        if state.ends_on == self.ends_on:
            left_out = {"decision"} if self.decision is None else ()
            if is_again(state.turns.get(said.name), said, f"The end of award {self.award}", left_out):
                return []
            raise Refusal(
                f"Award {self.award} runs to {day_in_words(self.ends_on)} already: there is nothing to extend."
            )
        starts_on = None if state.registered is None else state.registered.starts_on
        if starts_on is not None and self.ends_on < starts_on:
            raise Refusal(f"Award {self.award} starts on {day_in_words(starts_on)}: it cannot end before then.")
        if state.ends_on is not None and self.ends_on < state.ends_on:
            raise Refusal(
                f"Award {self.award} runs to {day_in_words(state.ends_on)}: to end it before then, use end-award."
            )
        return [said]


class EndAward(AwardCommand, may={Role.COMMISSIONER}):
    """End an award before its time, on a day that has come, with the reason.

    What is owed for the time it ran may still be paid.
    """

    ended_on: Day
    reason: Words
    decision: AsPrinted = None

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        said = AwardEnded(ended_on=self.ended_on, reason=self.reason, decision=self.decision)
        left_out = {"decision"} if self.decision is None else ()
        if is_again(state.turns.get(said.name), said, f"The end of award {self.award}", left_out):
            return []
        state.check_ours(self.award)
        if state.status is not AwardStatus.APPROVED:
            raise Refusal(f"Award {self.award} is {state.status}: only an award that runs can be ended.")
        if state.days is not None and self.ended_on not in state.days:
            raise Refusal(f"Award {self.award} runs from {state.days.words}: it cannot be ended on another day.")
        if self.ended_on > occasion.today:
            raise Refusal(
                f"Award {self.award} would end at once, and {day_in_words(self.ended_on)} has not come: it runs until "
                "then. Record its end on that day or later; payments that are not to be made can be cancelled now."
            )
        return [said]


def _released(award: str, state: Award, reason: str, on: date | None = None) -> list[Command[Any]]:
    """What is not paid goes back to the funds."""
    return [
        ReleaseFunds(
            award=award,
            fund=share.fund,
            year=share.year,
            amount_pence=pence,
            reason=reason,
            effective_on=on,
            ring_fence=state.line(share),
        )
        for share, pence in state.unpaid()
        if pence != 0
    ]


def _profile_when_settled(state: Award) -> list[Event]:
    """Once an award is what was paid of it, its profile adds up to that."""
    return profile_after(state, {year: -pence for year, pence in by_year(state.unpaid()).items()})


class CloseAward(AwardCommand, may={Role.FINANCE}):
    """Settle an award: what was not spent goes back to its funds. Payments still to be made must be settled first."""

    closed_on: Day
    reason: Words

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        said = AwardClosed(closed_on=self.closed_on, reason=self.reason)
        if is_again(state.turns.get(said.name), said, f"The closing of award {self.award}"):
            return []
        state.check_open(self.award)
        promised = sum(state.promised_from(share) for share in state.shares)
        if promised:
            raise Refusal(
                f"{money.pounds(promised)} of payments is still scheduled under award {self.award}: "
                "make them or cancel them first (cancel-payment)."
            )
        if self.closed_on > occasion.today:
            raise Refusal("An award cannot be closed in the future.")
        return [said, *_profile_when_settled(state)]

    def together_with(self, state: Award, occasion: Occasion) -> Sequence[Command[Any]]:
        return _released(self.award, state, self.reason, self.closed_on) if state.status in OPEN else ()


class WithdrawAward(AwardCommand, may={Role.COMMISSIONER}):
    """Take an award back before its time. What was not yet paid goes back to its funds, and is not paid."""

    reason: Words

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        said = AwardWithdrawn(reason=self.reason)
        if is_again(state.turns.get(said.name), said, f"That award {self.award} is withdrawn"):
            return []
        state.check_not_settled(self.award, "there is nothing to take back")
        cancelled = [PaymentCancelled(payment=each, reason=self.reason) for each in state.payments.promised]
        return [said, *cancelled, *_profile_when_settled(state)]

    def together_with(self, state: Award, occasion: Occasion) -> Sequence[Command[Any]]:
        return _released(self.award, state, self.reason) if state.status in OPEN else ()
