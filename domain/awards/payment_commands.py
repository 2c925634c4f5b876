"""What may be ordered about an award's payments, and the conditions that hold them. All money is in whole pence."""

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from domain import money
from domain.awards.award import Award, AwardStatus
from domain.awards.commands import AwardCommand
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
)
from domain.awards.payments import Payment, PaymentStatus
from domain.awards.spend_commands import profile_after
from domain.errors import Refusal
from domain.funds.commands import SomePence
from domain.funds.consequences import ClawBackFunds, PayFunds
from domain.kernel import Command, Day, Event, Occasion, Reference, Role, Words
from domain.periods import FinancialYear, day_in_words


class SetCondition(AwardCommand, may={Role.CONTRACT_MANAGER, Role.FINANCE}):
    """Hold every payment of the award back until something is there: a signed agreement, a spend plan, a report."""

    condition: Reference
    kind: ConditionKind
    title: Words

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        known = state.payments.conditions.get(self.condition)
        if known is None:
            if state.status in (AwardStatus.CLOSED, AwardStatus.WITHDRAWN):
                raise Refusal(f"Award {self.award} is {state.status}: there is nothing to hold back.")
            return [ConditionSet(condition=self.condition, kind=self.kind, title=self.title)]
        if (known.kind, known.title) == (self.kind, self.title):
            return []
        raise Refusal(f"There is already a condition {self.condition} on award {self.award}, set differently.")


class MeetCondition(AwardCommand, may={Role.CONTRACT_MANAGER}):
    """Record that a condition is met, and what shows it. Saying it twice changes nothing."""

    condition: Reference
    met_on: Day
    evidence: Words

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        if not state.payments.condition(self.condition).open:
            return []
        if self.met_on > occasion.today:
            raise Refusal("A condition cannot be met in the future.")
        return [ConditionMet(condition=self.condition, met_on=self.met_on, evidence=self.evidence)]


class WaiveCondition(AwardCommand, may={Role.COMMISSIONER, Role.FINANCE}):
    """No longer ask for a condition: who authorised it, and why."""

    condition: Reference
    authorised_by: Words
    reason: Words

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        if not state.payments.condition(self.condition).open:
            return []
        return [ConditionWaived(condition=self.condition, authorised_by=self.authorised_by, reason=self.reason)]


class PaymentCommand(AwardCommand):
    """An order about one payment of an award."""

    payment: Reference

    def check_unheld(self, state: Award) -> None:
        """Raises ``Refusal`` while a condition, or a reason of its own, holds the payment back."""
        holding = state.payments.holding
        if holding:
            titles = "; ".join(f"{each} ({state.payments.conditions[each].title})" for each in holding)
            raise Refusal(f"Payments of award {self.award} are held until this is met: {titles}. Then meet-condition.")
        known = state.payments.payments.get(self.payment)
        if known is not None and known.held is not None:
            raise Refusal(f"Payment {self.payment} is held back. Free it first (free-payment).")


class SchedulePayment(PaymentCommand, may={Role.FINANCE, Role.CONTRACT_MANAGER}):
    """Set down that a payment is to be made on a day, out of one fund's share.

    The day may lie after the award's end, as for a payment in arrears.
    """

    fund: Reference
    year: FinancialYear
    amount_pence: SomePence
    due_on: Day

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        said = PaymentScheduled(**self.model_dump(exclude={"award"}))
        known = state.payments.payments.get(self.payment)
        if known is not None:
            if known.status is PaymentStatus.CANCELLED:
                raise Refusal(f"Payment {self.payment} is cancelled: schedule another under its own reference.")
            if (known.fund, known.year, known.amount_pence, known.due_on) == (
                *(self.fund, self.year, self.amount_pence),
                self.due_on,
            ):
                return []
            raise Refusal(f"Payment {self.payment} of award {self.award} is already recorded, differently.")
        state.check_open(self.award)
        share = state.share(self.fund, self.year)
        if share.amount_pence is None:
            raise Refusal("The amount of the share is not known: confirm it first (confirm-award-amount).")
        free = share.amount_pence - state.payments.promised_from(self.fund, self.year) - state.paid_from(share)
        if self.amount_pence > free:
            raise Refusal(f"{money.pounds(free)} of this share is not yet paid or scheduled: this payment is more.")
        return [said]


class ApprovePayment(PaymentCommand, may={Role.FINANCE}):
    """Approve a scheduled payment. Refused while a condition holds it back."""

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        known = state.payments.payment(self.payment)
        if known.status in (PaymentStatus.APPROVED, PaymentStatus.PAID):
            return []
        if known.status is PaymentStatus.CANCELLED:
            raise Refusal(f"Payment {self.payment} is cancelled: schedule another.")
        state.check_open(self.award)
        self.check_unheld(state)
        return [PaymentApproved(payment=self.payment)]


class HoldPayment(PaymentCommand, may={Role.FINANCE, Role.CONTRACT_MANAGER}):
    """Hold one payment back for a reason of its own."""

    reason: Words

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        known = state.payments.payment(self.payment)
        if known.status in (PaymentStatus.PAID, PaymentStatus.CANCELLED):
            raise Refusal(f"Payment {self.payment} is {known.status} already: it cannot be held back.")
        return [] if known.held is not None else [PaymentHeld(payment=self.payment, reason=self.reason)]


class FreePayment(PaymentCommand, may={Role.FINANCE, Role.CONTRACT_MANAGER}):
    """Let a payment go that was held back for a reason of its own."""

    reason: Words

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        known = state.payments.payment(self.payment)
        return [] if known.held is None else [PaymentFreed(payment=self.payment, reason=self.reason)]


class CancelPayment(PaymentCommand, may={Role.FINANCE}):
    """Record that a scheduled payment is not to be made."""

    reason: Words

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        known = state.payments.payment(self.payment)
        if known.status is PaymentStatus.CANCELLED:
            return []
        if known.status is PaymentStatus.PAID:
            raise Refusal(f"Payment {self.payment} is paid: money that comes back is clawed back (claw-back-payment).")
        return [PaymentCancelled(payment=self.payment, reason=self.reason)]


class RecordPayment(PaymentCommand, may={Role.FINANCE}):
    """Record that money was paid to the provider, as a payment that was scheduled and approved.

    So it is schedule-payment first, then approve-payment, then this. Never on a day before the award was approved, or
    before a condition that held it was met; after the award's end it may be, in arrears. Saying it twice changes
    nothing.
    """

    fund: Reference
    year: FinancialYear
    amount_pence: SomePence
    paid_on: Day

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        said = PaymentMade(**self.model_dump(exclude={"award"}))
        made = state.payments.made.get(self.payment)
        if made == said:
            return []
        if made is not None:
            raise Refusal(f"Payment {self.payment} of award {self.award} is already recorded, differently.")
        state.check_open(self.award)
        if self.paid_on > occasion.today:
            raise Refusal("A payment cannot have been made in the future.")
        known = state.payments.payment(self.payment)
        if known.status is PaymentStatus.CANCELLED:
            raise Refusal(f"Payment {self.payment} is cancelled: schedule another.")
        if (known.fund, known.year, known.amount_pence) != (self.fund, self.year, self.amount_pence):
            raise Refusal(
                f"Payment {self.payment} is scheduled as {money.pounds(known.amount_pence)} out of {known.fund} "
                f"{known.year}: cancel it and schedule it anew to pay otherwise."
            )
        self.check_unheld(state)
        if known.status is not PaymentStatus.APPROVED:
            raise Refusal(f"Payment {self.payment} is scheduled and not approved: approve it first (approve-payment).")
        self._check_day(state)
        return [said]

    def _check_day(self, state: Award) -> None:
        """Raises ``Refusal`` for a day before the award was approved, or before a condition that held it was met."""
        first_day = state.approved_from
        if first_day is not None and self.paid_on < first_day:
            raise Refusal(
                f"Award {self.award} is approved from {day_in_words(first_day)}: it cannot have been paid before."
            )
        for reference, condition in state.payments.conditions.items():
            if condition.met_on is not None and self.paid_on < condition.met_on:
                raise Refusal(
                    f"Condition {reference} held this payment until it was met on {day_in_words(condition.met_on)}: "
                    "it cannot have been paid before then."
                )

    def together_with(self, state: Award, occasion: Occasion) -> Sequence[Command[Any]]:
        return [PayFunds(**self.model_dump())]


class ClawBackPayment(PaymentCommand, may={Role.FINANCE, Role.COMMISSIONER}):
    """Record that money came back from the provider. The award is so much smaller, and its fund has it again.

    Saying the same of the same day twice changes nothing. What came back twice alike on one day is told apart by
    references (claw_back).
    """

    claw_back: Reference | None = Field(
        default=None, description="a reference of its own, when as much came back twice"
    )
    amount_pence: SomePence
    reason: Words
    effective_on: Day | None = None

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        known, said = self._paid(state), self._said(state, occasion)
        if self._is_known(state, said):
            return []
        if not state.payments.made[self.payment].paid_on <= said.effective_on <= occasion.today:
            raise Refusal("Money can have come back from the day on which it was paid until today.")
        left = known.amount_pence - known.clawed_back_pence
        if self.amount_pence > left:
            raise Refusal(
                f"Of payment {self.payment}, {money.pounds(left)} is with the provider: no more can come back."
            )
        return [said, *profile_after(state, -self.amount_pence)]

    def _said(self, state: Award, occasion: Occasion) -> PaymentClawedBack:
        known = self._paid(state)
        return PaymentClawedBack(
            payment=self.payment,
            fund=known.fund,
            year=known.year,
            amount_pence=self.amount_pence,
            reason=self.reason,
            effective_on=self.effective_on or occasion.today,
            claw_back=self.claw_back,
        )

    def _is_known(self, state: Award, said: PaymentClawedBack) -> bool:
        """Whether this is recorded. Raises ``Refusal`` when something else is recorded under its reference."""
        if self.claw_back is None:
            return any(said == each.model_copy(update={"claw_back": None}) for each in state.payments.clawed_back)
        for each in state.payments.clawed_back:
            if each.claw_back == self.claw_back:
                day = each.effective_on if self.effective_on is None else self.effective_on
                if said.model_copy(update={"effective_on": day}) == each:
                    return True
                raise Refusal(
                    f"{self.claw_back} of award {self.award} is recorded as coming back already, differently."
                )
        return False

    def _paid(self, state: Award) -> Payment:
        known = state.payments.payment(self.payment)
        if known.status is not PaymentStatus.PAID:
            raise Refusal(f"Payment {self.payment} is {known.status}: only money that was paid can come back.")
        return known

    def together_with(self, state: Award, occasion: Occasion) -> Sequence[Command[Any]]:
        said = self._said(state, occasion)
        if self._is_known(state, said):
            return ()
        return [ClawBackFunds(award=self.award, **said.model_dump(exclude={"claw_back"}))]
