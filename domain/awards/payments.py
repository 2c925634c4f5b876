"""What is known of an award's payments: what is due, what holds it, what was paid and came back."""

from datetime import date
from enum import StrEnum
from typing import Self

from domain.awards.payment_events import (
    ConditionKind,
    ConditionMet,
    ConditionSet,
    ConditionWaived,
    PaymentApproved,
    PaymentCancelled,
    PaymentClawedBack,
    PaymentFreed,
    PaymentHeld,
    PaymentMade,
    PaymentScheduled,
    ProfileLine,
    ProfileSet,
    SpendReported,
    SurplusPlanned,
    SurplusPlanSettled,
)
from domain.errors import NotFound
from domain.kernel import Aggregate, Event, Value


class PaymentStatus(StrEnum):
    """Where a payment stands. Whether it is due is a matter of the day; whether a condition holds it, of the award."""

    SCHEDULED = "scheduled"
    APPROVED = "approved"
    PAID = "paid"
    CANCELLED = "cancelled"


class Payment(Value):
    """One payment under an award."""

    fund: str
    year: str
    amount_pence: int
    due_on: date
    status: PaymentStatus
    held: str | None = None
    """Why it is held back for a reason of its own."""
    clawed_back_pence: int = 0
    ring_fence: str | None = None
    """Which share of the fund and year, where the award has several."""
    freed: PaymentFreed | None = None
    """When it was last let go, if it was ever held back."""
    cancelled: PaymentCancelled | None = None

    def is_of(self, fund: str, year: str, ring_fence: str | None) -> bool:
        """Whether it is out of this share."""
        return (self.fund, self.year, self.ring_fence) == (fund, year, ring_fence)


class Condition(Value):
    """Something that must be there before money is paid."""

    kind: ConditionKind
    title: str
    settled: ConditionMet | ConditionWaived | None = None

    @property
    def open(self) -> bool:
        """Whether it still holds payments back."""
        return self.settled is None

    @property
    def met_on(self) -> date | None:
        """The day on which it was met; ``None`` while it is open, and when it was waived."""
        return self.settled.met_on if isinstance(self.settled, ConditionMet) else None

    @property
    def waived_on(self) -> date | None:
        """The day on which it was waived, if it was and the day is on record."""
        return self.settled.waived_on if isinstance(self.settled, ConditionWaived) else None


class Payments(Aggregate):
    """The payments of one award."""

    payments: dict[str, Payment] = {}
    made: dict[str, PaymentMade] = {}
    clawed_back: tuple[PaymentClawedBack, ...] = ()
    conditions: dict[str, Condition] = {}
    profile: tuple[ProfileLine, ...] = ()
    surplus_plans: dict[str, SurplusPlanned] = {}
    settled_plans: dict[str, SurplusPlanSettled] = {}
    statements: dict[str, SpendReported] = {}
    """What the provider last stated for each period."""

    @property
    def holding(self) -> tuple[str, ...]:
        """The conditions that hold every payment back, by reference."""
        return tuple(reference for reference, condition in self.conditions.items() if condition.open)

    def paid_from(self, fund: str, year: str, ring_fence: str | None = None) -> int:
        """What was paid out of a share and is still with the provider, in pence."""
        return sum(
            payment.amount_pence - payment.clawed_back_pence
            for payment in self.payments.values()
            if payment.status is PaymentStatus.PAID and payment.is_of(fund, year, ring_fence)
        )

    def promised_from(self, fund: str, year: str, ring_fence: str | None = None) -> int:
        """What is scheduled or approved out of a share, and not yet paid, in pence."""
        promised = (self.payments[reference] for reference in self.promised)
        return sum(payment.amount_pence for payment in promised if payment.is_of(fund, year, ring_fence))

    @property
    def promised(self) -> tuple[str, ...]:
        """The payments that are scheduled or approved, and not yet paid, by reference."""
        waiting = (PaymentStatus.SCHEDULED, PaymentStatus.APPROVED)
        return tuple(reference for reference, payment in self.payments.items() if payment.status in waiting)

    def payment(self, reference: str) -> Payment:
        """The payment, or ``NotFound``."""
        known = self.payments.get(reference)
        if known is None:
            raise NotFound(f"There is no payment {reference} under this award. Schedule it first (schedule-payment).")
        return known

    def condition(self, reference: str) -> Condition:
        """The condition, or ``NotFound``."""
        known = self.conditions.get(reference)
        if known is None:
            raise NotFound(f"There is no condition {reference} on this award. Set it first (set-condition).")
        return known

    def evolve(self, event: Event) -> Self:
        match event:
            case ConditionSet(condition=reference, kind=kind, title=title):
                return self._plus("conditions", reference, Condition(kind=kind, title=title))
            case ConditionMet(condition=reference) | ConditionWaived(condition=reference):
                settled = self.conditions[reference].model_copy(update={"settled": event})
                return self._plus("conditions", reference, settled)
            case PaymentScheduled() as said:
                scheduled = Payment(
                    fund=said.fund,
                    year=said.year,
                    amount_pence=said.amount_pence,
                    due_on=said.due_on,
                    status=PaymentStatus.SCHEDULED,
                    ring_fence=said.ring_fence,
                )
                return self._plus("payments", said.payment, scheduled)
            case PaymentApproved(payment=reference):
                return self._changed(reference, status=PaymentStatus.APPROVED)
            case PaymentHeld(payment=reference, reason=reason):
                return self._changed(reference, held=reason)
            case PaymentFreed(payment=reference):
                return self._changed(reference, held=None, freed=event)
            case PaymentCancelled(payment=reference):
                return self._changed(reference, status=PaymentStatus.CANCELLED, cancelled=event)
            case PaymentMade() as said:
                return self._paid(said)
            case PaymentClawedBack(payment=reference, amount_pence=amount):
                back = self.payments[reference].clawed_back_pence + amount
                less = self._changed(reference, clawed_back_pence=back)
                return less.model_copy(update={"clawed_back": (*self.clawed_back, event)})
            case ProfileSet(lines=lines):
                return self.model_copy(update={"profile": lines})
            case SurplusPlanned(plan=plan):
                return self._plus("surplus_plans", plan, event)
            case SurplusPlanSettled(plan=plan):
                return self._plus("settled_plans", plan, event)
            case SpendReported(period=period):
                return self._plus("statements", period, event)
            case _:
                return self

    def _paid(self, said: PaymentMade) -> Self:
        paid = Payment(
            fund=said.fund,
            year=said.year,
            amount_pence=said.amount_pence,
            due_on=said.paid_on,
            status=PaymentStatus.PAID,
            ring_fence=said.ring_fence,
        )
        known = self.payments.get(said.payment)
        if known is not None:
            paid = paid.model_copy(update={"due_on": known.due_on, "freed": known.freed})
        return self._plus("payments", said.payment, paid)._plus("made", said.payment, said)

    def _plus(self, field: str, key: str, value: object) -> Self:
        return self.model_copy(update={field: {**getattr(self, field), key: value}})

    def _changed(self, reference: str, **changes: object) -> Self:
        return self._plus("payments", reference, self.payments[reference].model_copy(update=changes))
