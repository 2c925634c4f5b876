"""A fund: one funding stream in one financial year, and the rule that it is not committed beyond what it holds."""

from decimal import Decimal
from typing import Self

from domain import money
from domain.errors import Refusal
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
from domain.kernel import Aggregate, Event, Value


class Commitment(Value):
    """An award's share. ``None`` pence: not known."""

    amount_pence: int | None
    inferred_pence: int | None = None
    paid_pence: int = 0


class Earmark(Value):
    """Money kept aside."""

    title: str
    kind: EarmarkKind
    amount_pence: int
    first_pence: int
    """As it was first held, before anything was released."""


class Fund(Aggregate):
    """What is known of one fund."""

    title: str = ""
    funder: str = ""
    return_to: str | None = None
    allocations: dict[str, AllocationReceived] = {}
    tolerance: ToleranceSet | None = None
    earmarks: dict[str, Earmark] = {}
    commitments: dict[str, Commitment] = {}
    payments: dict[str, FundsPaid] = {}
    """By award and payment."""
    stated_totals: dict[str, int] = {}

    @property
    def received_pence(self) -> int | None:
        """What has been allocated; ``None`` when any allocation is not known in amount."""
        return money.add(allocation.amount_pence for allocation in self.allocations.values())

    @property
    def taken_pence(self) -> int:
        """What is committed (as far as it is known) or earmarked."""
        committed = sum(commitment.amount_pence or 0 for commitment in self.commitments.values())
        return committed + sum(earmark.amount_pence for earmark in self.earmarks.values())

    @property
    def tolerance_pence(self) -> int:
        """How far beyond what was received the fund may be committed. A percentage is of what was received."""
        if self.tolerance is None:
            return 0
        if self.tolerance.amount_pence is not None:
            return self.tolerance.amount_pence
        return int((self.received_pence or 0) * (self.tolerance.per_cent or Decimal(0)) / 100)

    def over_after(self, more_pence: int, what: str) -> int:
        """By how much the fund is over-committed once ``more_pence`` is taken too.

        Raises ``Refusal`` if that is more than the tolerance allows. A fund whose allocation is not known in amount
        refuses nothing: what is left of it is not known either.
        """
        if not self.allocations:
            raise Refusal(f"{self.title} has no allocation yet: record what was received before {what}.")
        received = self.received_pence
        if received is None:
            return 0
        over = max(0, self.taken_pence + more_pence - received)
        if over > self.tolerance_pence:
            left = money.pounds(max(0, received - self.taken_pence))
            allowed = f"a tolerance of {money.pounds(self.tolerance_pence)}" if self.tolerance else "no tolerance"
            raise Refusal(
                f"{self.title} has {left} left, and {what} of {money.pounds(more_pence)} would put it "
                f"{money.pounds(over)} over, with {allowed} set. "
                "Lower the amount, release something, or have a tolerance authorised (set-tolerance)."
            )
        return over

    def evolve(self, event: Event) -> Self:
        match event:
            case FundOpened():
                return self.model_copy(update=dict(event))
            case AllocationReceived(agreement=agreement):
                return self.model_copy(update={"allocations": {**self.allocations, agreement: event}})
            case ToleranceSet():
                return self.model_copy(update={"tolerance": event})
            case EarmarkHeld(earmark=earmark, amount_pence=amount):
                held = Earmark(title=event.title, kind=event.kind, amount_pence=amount, first_pence=amount)
                return self.model_copy(update={"earmarks": {**self.earmarks, earmark: held}})
            case EarmarkReleased(earmark=earmark, amount_pence=amount):
                held = self.earmarks[earmark]
                less = held.model_copy(update={"amount_pence": held.amount_pence - amount})
                return self.model_copy(update={"earmarks": {**self.earmarks, earmark: less}})
            case FundsCommitted(award=award, amount_pence=amount, inferred_pence=inferred):
                return self._with(award, Commitment(amount_pence=amount, inferred_pence=inferred))
            case CommitmentConfirmed(award=award, amount_pence=amount):
                return self._changed(award, amount_pence=amount, inferred_pence=None)
            case FundsReleased(award=award, amount_pence=amount):
                return self._changed(award, amount_pence=(self.commitments[award].amount_pence or 0) - amount)
            case CommitmentWithdrawn(award=award):
                return self._changed(award, amount_pence=0, inferred_pence=None)
            case FundsPaid(award=award, payment=payment, amount_pence=amount):
                paid = self._changed(award, paid_pence=self.commitments[award].paid_pence + amount)
                return paid.model_copy(update={"payments": {**self.payments, f"{award} {payment}": event}})
            case TotalStated(source=source, total_pence=total):
                return self.model_copy(update={"stated_totals": {**self.stated_totals, source: total}})
            case _:
                return self

    def _with(self, award: str, commitment: Commitment) -> Self:
        return self.model_copy(update={"commitments": {**self.commitments, award: commitment}})

    def _changed(self, award: str, **changes: int | None) -> Self:
        return self._with(award, self.commitments[award].model_copy(update=changes))
