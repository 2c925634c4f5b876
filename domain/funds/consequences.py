"""What follows in a fund from an order about an award. None of these is given by itself. Money in whole pence."""

from collections.abc import Sequence
from datetime import date

from domain import money
from domain.errors import NotFound, Refusal
from domain.funds.commands import FundCommand, ReceiveAllocation, ReleaseEarmark, SomePence
from domain.funds.events import (
    CommitmentConfirmed,
    CommitmentRaised,
    CommitmentWithdrawn,
    FundsClawedBack,
    FundsCommitted,
    FundsPaid,
    FundsReleased,
)
from domain.funds.fund import Commitment, Fund
from domain.kernel import Event, Occasion, Reference, Words
from domain.money import Pence


class ReceiveWonBid(ReceiveAllocation):
    """Follows from a bid that is won: its amount becomes an allocation, under an agreement of its own."""

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        if self.agreement in state.first_allocations:
            raise Refusal(
                f"There is an allocation under {self.agreement} in {self.fund} {self.year} already: what this bid won "
                "needs an agreement reference of its own (agreement), or it would not be counted."
            )
        return super().decide(state, occasion)


class ReleaseMatch(ReleaseEarmark):
    """Follows from a bid that is won: its match is free again, as an award takes it.

    An award that is approved already must take at least the match of this fund and ring-fence, beside the match of
    other bids that were won with it.
    """

    to_award: Reference
    match_pence: SomePence

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        held = state.earmarks.get(self.earmark)
        taken = None if held is None else state.commitment(self.to_award, held.ring_fence)
        if held is not None and taken is not None and taken.ring_fence == held.ring_fence:
            self._check_taken(state, taken)
        said = super().decide(state, occasion)
        return [each.model_copy(update={"to_award": self.to_award}) for each in said]

    def _check_taken(self, state: Fund, taken: Commitment) -> None:
        """Raises ``Refusal`` unless the award takes the match, and not as the match of another bid already."""
        where = f"{self.fund} {self.year}" + (f" in {taken.ring_fence}" if taken.ring_fence else "")
        match = money.pounds(self.match_pence)
        if taken.amount_pence is None:
            raise Refusal(
                f"What award {self.to_award} takes of {where} is not known, and the match is {match}: confirm it "
                "(confirm-award-amount), or name another award (match_award)."
            )
        same = (self.to_award, taken.ring_fence)
        others = sum(e.first_pence for e in state.earmarks.values() if (e.to_award, e.ring_fence) == same)
        if taken.amount_pence < others + self.match_pence:
            beside = f", of which {money.pounds(others)} is the match of other bids" if others else ""
            raise Refusal(
                f"Award {self.to_award} takes {money.pounds(taken.amount_pence)} of {where}{beside}, and the match is "
                f"{match}: uplift the award by {money.pounds(others + self.match_pence - taken.amount_pence)} "
                "(uplift-award), or name another (match_award)."
            )


_SAID = {"award", "amount_pence", "reason", "effective_on"}


class _OfAnAward(FundCommand):
    """Follows from an order about an award, and is never given by itself."""

    award: Reference
    effective_on: date | None = None
    """From when it counts; the day it is written down, unless said."""
    ring_fence: Reference | None = None
    """Which share of the award, where it has several of this fund and year."""

    def share(self, fund: Fund) -> Commitment:
        """The award's share of this fund, or ``NotFound``."""
        known = fund.commitment(self.award, self.ring_fence)
        if known is None:
            fence = f" in {self.ring_fence}" if self.ring_fence else ""
            raise NotFound(f"Award {self.award} has no share of {self.fund} {self.year}{fence}.")
        return known


class CommitFunds(_OfAnAward):
    """Follows from the approval of an award: its share is taken, if there is enough left."""

    amount_pence: Pence | None
    inferred_pence: Pence | None = None

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        known = state.commitment(self.award, self.ring_fence)
        if known is not None and known.ring_fence == self.ring_fence:
            raise Refusal(f"Award {self.award} has a share of {self.fund} {self.year} already.")
        over = state.over_after(self.amount_pence or 0, "a commitment", self.ring_fence)
        return [FundsCommitted(**self.model_dump(exclude={"fund", "year"}), over_pence=over)]


class RaiseCommitment(_OfAnAward):
    """Follows from an award being made larger: it takes more, if there is enough left."""

    amount_pence: SomePence
    reason: Words

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        ring_fence = self.share(state).ring_fence
        over = state.over_after(self.amount_pence, "a commitment", ring_fence)
        return [CommitmentRaised(**self.model_dump(include=_SAID), over_pence=over, ring_fence=ring_fence)]


class ConfirmCommitment(_OfAnAward):
    """Follows from an award's amount becoming known: its share is taken, if there is enough left."""

    amount_pence: Pence

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        share = self.share(state)
        if share.amount_pence is not None:
            raise Refusal(f"The share of award {self.award} is known already: {money.pounds(share.amount_pence)}.")
        over = state.over_after(self.amount_pence, "a commitment", share.ring_fence)
        return [
            CommitmentConfirmed(
                **self.model_dump(include=_SAID - {"reason"}), over_pence=over, ring_fence=share.ring_fence
            )
        ]


class ReleaseFunds(_OfAnAward):
    """Follows from an award being reduced or withdrawn: some of its share, or (``None``) a share never known."""

    amount_pence: SomePence | None
    reason: Words

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        share = self.share(state)
        if self.amount_pence is None and share.amount_pence is not None:
            raise Refusal(f"The share of award {self.award} is known: say how much of it is released.")
        if self.amount_pence is None:
            return [
                CommitmentWithdrawn(**self.model_dump(include=_SAID - {"amount_pence"}), ring_fence=share.ring_fence)
            ]
        free = (share.amount_pence or 0) - share.paid_pence
        if self.amount_pence > free:
            raise Refusal(
                f"Award {self.award} has {money.pounds(free)} of {self.fund} {self.year} not yet paid: "
                "no more than that can be released."
            )
        return [FundsReleased(**self.model_dump(include=_SAID), ring_fence=share.ring_fence)]


class PayFunds(_OfAnAward):
    """Follows from a payment under an award: never more than its share."""

    payment: Reference
    amount_pence: SomePence
    paid_on: date

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        share = self.share(state)
        known = state.payments.get(f"{self.award} {self.payment}")
        said = FundsPaid(
            award=self.award,
            payment=self.payment,
            amount_pence=self.amount_pence,
            paid_on=self.paid_on,
            ring_fence=share.ring_fence,
        )
        if known == said:
            return []
        if known is not None:
            raise Refusal(f"Payment {self.payment} is already recorded in {self.fund} {self.year}, differently.")
        if share.amount_pence is None:
            raise Refusal(f"The amount of award {self.award} is not known: confirm it before a payment is recorded.")
        if share.paid_pence + self.amount_pence > share.amount_pence:
            raise Refusal(
                f"Award {self.award} has {money.pounds(share.amount_pence - share.paid_pence)} of "
                f"{self.fund} {self.year} left to pay: this payment is more."
            )
        return [said]


class ClawBackFunds(_OfAnAward):
    """Follows from money coming back from a provider: never more than was paid."""

    payment: Reference
    amount_pence: SomePence
    reason: Words

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        share, paid = self.share(state), state.payments.get(f"{self.award} {self.payment}")
        if paid is None:
            raise NotFound(f"No payment {self.payment} was made out of {self.fund} {self.year}.")
        left = paid.amount_pence - state.clawed_back_pence.get(f"{self.award} {self.payment}", 0)
        if self.amount_pence > left:
            raise Refusal(
                f"Of payment {self.payment}, {money.pounds(left)} is with the provider: no more can come back."
            )
        return [FundsClawedBack(**self.model_dump(include={*_SAID, "payment"}), ring_fence=share.ring_fence)]
