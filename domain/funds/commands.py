"""What may be ordered about a fund. All money is in whole pence."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain import money
from domain.errors import NotFound, Refusal
from domain.funds.events import (
    AllocationReceived,
    CommitmentConfirmed,
    CommitmentWithdrawn,
    EarmarkHeld,
    EarmarkKind,
    EarmarkReleased,
    FundOpened,
    FundsCommitted,
    FundsPaid,
    FundsReleased,
    ToleranceSet,
    TotalStated,
)
from domain.funds.fund import Commitment, Fund
from domain.kernel import Command, Event, Occasion, Reference, Role, Words
from domain.money import Pence
from domain.periods import FinancialYear

SomePence = Annotated[Pence, Field(gt=0)]
"""More than nought."""


class FundCommand(Command[Fund]):
    """An order about one funding stream in one financial year."""

    noun = "fund"
    address = ("fund", "year")
    aggregate = Fund

    fund: Reference
    year: FinancialYear


class OpenFund(FundCommand, may={Role.FINANCE}):
    """Begin to keep an account of a funding stream in a financial year. Saying the same twice changes nothing."""

    starts = True

    title: Words
    funder: Words
    return_to: Reference | None = None

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        said = FundOpened(title=self.title, funder=self.funder, return_to=self.return_to)
        if not state.title:
            return [said]
        if all(getattr(state, field) == value for field, value in said):
            return []
        raise Refusal(f"Fund {self.fund} of {self.year} is already open, with another title, funder or return.")


class ReceiveAllocation(FundCommand, may={Role.FINANCE}):
    """Record what the funder allocated under one agreement: exactly, as printed (£1m), or not known in amount."""

    agreement: Reference
    amount_pence: Pence | None
    printed: str | None = None
    exact: bool = True
    source: Words
    received_on: date | None = None

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        said = AllocationReceived(**self.model_dump(exclude={"fund", "year"}))
        known = state.allocations.get(self.agreement)
        if known == said:
            return []
        if known is not None:
            raise Refusal(
                f"An allocation under {self.agreement} is already recorded for {self.fund} {self.year}, differently. "
                "Record a further amount under an agreement reference of its own."
            )
        return [said]


class SetTolerance(FundCommand, may={Role.FINANCE, Role.COMMISSIONER}):
    """Allow the fund to be committed beyond what was received, by a percentage of it or by an amount."""

    per_cent: Annotated[Decimal, Field(ge=0, le=100)] | None = None
    amount_pence: Pence | None = None
    authorised_by: Words
    decision: Words
    reason: Words

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        if (self.per_cent is None) == (self.amount_pence is None):
            raise ValueError("a tolerance is either a percentage or an amount: give one of them")
        return self

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        said = ToleranceSet(**self.model_dump(exclude={"fund", "year"}))
        return [] if state.tolerance == said else [said]


class HoldEarmark(FundCommand, may={Role.FINANCE, Role.COMMISSIONER}):
    """Keep money aside: a reserve, or work in development. Refused beyond what is left, as a commitment is."""

    earmark: Reference
    title: Words
    kind: EarmarkKind
    amount_pence: SomePence

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        known = state.earmarks.get(self.earmark)
        if known is not None:
            if (known.title, known.kind, known.first_pence) == (self.title, self.kind, self.amount_pence):
                return []
            raise Refusal(f"There is already an earmark {self.earmark} in {self.fund} {self.year}, held differently.")
        over = state.over_after(self.amount_pence, "an earmark")
        return [EarmarkHeld(**self.model_dump(exclude={"fund", "year"}), over_pence=over)]


class ReleaseEarmark(FundCommand, may={Role.FINANCE, Role.COMMISSIONER}):
    """Make money kept aside free again, all of it unless an amount is given."""

    earmark: Reference
    amount_pence: SomePence | None = None
    reason: Words

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        held = state.earmarks.get(self.earmark)
        if held is None:
            raise NotFound(f"There is no earmark {self.earmark} in {self.fund} {self.year}.")
        amount = held.amount_pence if self.amount_pence is None else self.amount_pence
        if amount > held.amount_pence:
            raise Refusal(f"Earmark {self.earmark} holds {money.pounds(held.amount_pence)}: no more can be released.")
        if amount == 0:
            return []
        return [EarmarkReleased(earmark=self.earmark, amount_pence=amount, reason=self.reason)]


class StateTotal(FundCommand, may={Role.FINANCE, Role.CONTRACT_MANAGER}):
    """Keep the total that a paper states for the fund's awards, beside the total that the records add up to."""

    source: Words
    total_pence: Pence

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        if state.stated_totals.get(self.source) == self.total_pence:
            return []
        return [TotalStated(source=self.source, total_pence=self.total_pence)]


class _OfAnAward(FundCommand):
    """Follows from an order about an award, and is never given by itself."""

    award: Reference

    def share(self, fund: Fund) -> Commitment:
        """The award's share of this fund, or ``NotFound``."""
        known = fund.commitments.get(self.award)
        if known is None:
            raise NotFound(f"Award {self.award} has no share of {self.fund} {self.year}.")
        return known


class CommitFunds(_OfAnAward):
    """Follows from the approval of an award: its share is taken, if there is enough left."""

    amount_pence: Pence | None
    inferred_pence: Pence | None = None

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        if self.award in state.commitments:
            raise Refusal(f"Award {self.award} has a share of {self.fund} {self.year} already.")
        over = state.over_after(self.amount_pence or 0, "a commitment")
        return [
            FundsCommitted(
                award=self.award, amount_pence=self.amount_pence, inferred_pence=self.inferred_pence, over_pence=over
            )
        ]


class ConfirmCommitment(_OfAnAward):
    """Follows from an award's amount becoming known: its share is taken, if there is enough left."""

    amount_pence: Pence

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        known = self.share(state).amount_pence
        if known is not None:
            raise Refusal(f"The share of award {self.award} is known already: {money.pounds(known)}.")
        over = state.over_after(self.amount_pence, "a commitment")
        return [CommitmentConfirmed(award=self.award, amount_pence=self.amount_pence, over_pence=over)]


class ReleaseFunds(_OfAnAward):
    """Follows from an award being reduced or withdrawn: some of its share, or (``None``) a share never known."""

    amount_pence: SomePence | None
    reason: Words

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        share = self.share(state)
        if self.amount_pence is None and share.amount_pence is not None:
            raise Refusal(f"The share of award {self.award} is known: say how much of it is released.")
        if self.amount_pence is None:
            return [CommitmentWithdrawn(award=self.award, reason=self.reason)]
        free = (share.amount_pence or 0) - share.paid_pence
        if self.amount_pence > free:
            raise Refusal(
                f"Award {self.award} has {money.pounds(free)} of {self.fund} {self.year} not yet paid: "
                "no more than that can be released."
            )
        return [FundsReleased(award=self.award, amount_pence=self.amount_pence, reason=self.reason)]


class PayFunds(_OfAnAward):
    """Follows from a payment under an award: never more than its share."""

    payment: Reference
    amount_pence: SomePence
    paid_on: date

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        share = self.share(state)
        known = state.payments.get(f"{self.award} {self.payment}")
        said = FundsPaid(award=self.award, payment=self.payment, amount_pence=self.amount_pence, paid_on=self.paid_on)
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
