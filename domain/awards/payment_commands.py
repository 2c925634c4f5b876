"""What may be ordered about an award's payments, and the conditions that hold them. All money is in whole pence."""

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from domain import money
from domain.awards.again import is_again
from domain.awards.apportioning import apportioned
from domain.awards.award import Award
from domain.awards.change_events import TransferReapportioned
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
from domain.awards.profiles import profile_after
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
            state.check_not_settled(self.award, "there is nothing to hold back")
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
        known = state.payments.condition(self.condition)
        said = ConditionMet(condition=self.condition, met_on=self.met_on, evidence=self.evidence)
        if isinstance(known.settled, ConditionWaived):
            raise Refusal(f"Condition {self.condition} of award {self.award} was waived: it is no longer asked for.")
        if is_again(known.settled, said, f"That condition {self.condition} of award {self.award} is met"):
            return []
        state.check_ours(self.award, self.met_on)
        if self.met_on > occasion.today:
            raise Refusal("A condition cannot be met in the future.")
        return [said]


class WaiveCondition(AwardCommand, may={Role.COMMISSIONER, Role.FINANCE}):
    """No longer ask for a condition: who authorised it, why, and from which day. It held every payment until then."""

    condition: Reference
    authorised_by: Words
    reason: Words
    waived_on: Day | None = Field(default=None, description="the day, if that is not today")

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        known, day = state.payments.condition(self.condition), self.waived_on or occasion.today
        said = ConditionWaived(**self.model_dump(exclude={"award", "waived_on"}), waived_on=day)
        if isinstance(known.settled, ConditionMet):
            raise Refusal(f"Condition {self.condition} of award {self.award} is met: there is nothing to waive.")
        left_out = {"waived_on"} if self.waived_on is None else ()
        if is_again(known.settled, said, f"That condition {self.condition} of award {self.award} is waived", left_out):
            return []
        state.check_ours(self.award, day)
        if day > occasion.today:
            raise Refusal("A condition cannot be waived in the future: waive it on that day.")
        return [said]


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
    ring_fence: Reference | None = Field(
        default=None, description="which share, where the award has several of that fund and year"
    )

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        known = state.payments.payments.get(self.payment)
        if known is None:
            state.check_open(self.award)
        share = state.share(self.fund, self.year, self.ring_fence)
        line = state.line(share)
        if known is not None:
            if known.status is PaymentStatus.CANCELLED:
                raise Refusal(f"Payment {self.payment} is cancelled: schedule another under its own reference.")
            said = (self.amount_pence, self.due_on)
            if known.is_of(self.fund, self.year, line) and (known.amount_pence, known.due_on) == said:
                return []
            raise Refusal(f"Payment {self.payment} of award {self.award} is already recorded, differently.")
        if share.amount_pence is None:
            raise Refusal("The amount of the share is not known: confirm it first (confirm-award-amount).")
        free = share.amount_pence - state.promised_from(share) - state.paid_from(share)
        if self.amount_pence > free:
            raise Refusal(f"{money.pounds(free)} of this share is not yet paid or scheduled: this payment is more.")
        return [PaymentScheduled(**self.model_dump(exclude={"award", "ring_fence"}), ring_fence=line)]


class ApprovePayment(PaymentCommand, may={Role.FINANCE}):
    """Approve a scheduled payment. Refused while a condition holds it back.

    It takes a second person: whoever approved the award, made it larger or confirmed an amount of it approves none of
    its payments.
    """

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        known = state.payments.payment(self.payment)
        if known.status in (PaymentStatus.APPROVED, PaymentStatus.PAID):
            return []
        if known.status is PaymentStatus.CANCELLED:
            raise Refusal(f"Payment {self.payment} is cancelled: schedule another.")
        state.check_open(self.award)
        state.check_second_person(self.award, occasion.actor.id)
        self.check_unheld(state)
        return [PaymentApproved(payment=self.payment)]


class HoldPayment(PaymentCommand, may={Role.FINANCE, Role.CONTRACT_MANAGER}):
    """Hold one payment back for a reason of its own."""

    reason: Words

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        known = state.payments.payment(self.payment)
        if known.status in (PaymentStatus.PAID, PaymentStatus.CANCELLED):
            raise Refusal(f"Payment {self.payment} is {known.status} already: it cannot be held back.")
        said = PaymentHeld(payment=self.payment, reason=self.reason)
        before = None if known.held is None else PaymentHeld(payment=self.payment, reason=known.held)
        if is_again(before, said, f"That payment {self.payment} of award {self.award} is held back"):
            return []
        state.check_ours(self.award)
        return [said]


class FreePayment(PaymentCommand, may={Role.FINANCE, Role.CONTRACT_MANAGER}):
    """Let a payment go that was held back for a reason of its own, from a day on. It could not be made until then."""

    reason: Words
    freed_on: Day | None = Field(default=None, description="the day, if that is not today")

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        known, day = state.payments.payment(self.payment), self.freed_on or occasion.today
        said = PaymentFreed(payment=self.payment, reason=self.reason, freed_on=day)
        if known.held is None:
            left_out = {"freed_on"} if self.freed_on is None else ()
            if is_again(known.freed, said, f"That payment {self.payment} of award {self.award} is freed", left_out):
                return []
            raise Refusal(f"Payment {self.payment} is not held back for a reason of its own: there is nothing to free.")
        state.check_ours(self.award, day)
        if day > occasion.today:
            raise Refusal("A payment cannot be freed in the future: free it on that day.")
        return [said]


class CancelPayment(PaymentCommand, may={Role.FINANCE}):
    """Record that a scheduled payment is not to be made."""

    reason: Words

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        known = state.payments.payment(self.payment)
        said = PaymentCancelled(payment=self.payment, reason=self.reason)
        if is_again(known.cancelled, said, f"That payment {self.payment} of award {self.award} is cancelled"):
            return []
        if known.status is PaymentStatus.PAID:
            raise Refusal(f"Payment {self.payment} is paid: money that comes back is clawed back (claw-back-payment).")
        state.check_ours(self.award)
        return [said]


class RecordPayment(PaymentCommand, may={Role.FINANCE}):
    """Record that money was paid to the provider, as a payment that was scheduled and approved.

    So it is schedule-payment first, then approve-payment, then this. Never on a day before the award was approved, or
    before a condition that held it was met or waived, or it was freed; after the award's end it may be, in arrears.
    Once the award has passed to a successor by law, only what was paid before that day. Saying it twice changes
    nothing.
    """

    fund: Reference
    year: FinancialYear
    amount_pence: SomePence
    paid_on: Day
    ring_fence: Reference | None = Field(
        default=None, description="out of which share, if that is not plain from how it was scheduled"
    )

    def _line(self, state: Award) -> str | None:
        """By which ring-fence its share is told from others of the fund and year."""
        known = state.payments.payments.get(self.payment)
        scheduled = None if known is None else known.ring_fence
        return state.line(state.share(self.fund, self.year, self.ring_fence or scheduled))

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        made = state.payments.made.get(self.payment)
        if made is None:
            state.check_open(self.award, self.paid_on)
        line = self._line(state)
        said = PaymentMade(**self.model_dump(exclude={"award", "ring_fence"}), ring_fence=line)
        if is_again(made, said, f"Payment {self.payment} of award {self.award}"):
            return []
        if self.paid_on > occasion.today:
            raise Refusal("A payment cannot have been made in the future.")
        known = state.payments.payment(self.payment)
        if known.status is PaymentStatus.CANCELLED:
            raise Refusal(f"Payment {self.payment} is cancelled: schedule another.")
        if not known.is_of(self.fund, self.year, line) or known.amount_pence != self.amount_pence:
            fence = f" in {known.ring_fence}" if known.ring_fence else ""
            raise Refusal(
                f"Payment {self.payment} is scheduled as {money.pounds(known.amount_pence)} out of {known.fund} "
                f"{known.year}{fence}: cancel it and schedule it anew to pay otherwise."
            )
        self.check_unheld(state)
        if known.status is not PaymentStatus.APPROVED:
            cure = "approve it first (approve-payment)"
            if state.transferred is not None:
                cure = "it was not approved before the award passed to its successor"
            raise Refusal(f"Payment {self.payment} is scheduled and not approved: {cure}.")
        self._check_day(state)
        return [said, *self._less_passes(state, said)]

    def _less_passes(self, state: Award, said: PaymentMade) -> Sequence[Event]:
        """What was paid before the award passed, and is recorded after it, did not pass."""
        if state.transferred is None:
            return []
        parts = [(each.successor, each.share_parts) for each in state.transferred.successors]
        return [TransferReapportioned(payment=self.payment, successors=apportioned(state.evolve(said), parts))]

    def _check_day(self, state: Award) -> None:
        """Raises ``Refusal`` for a day before the award was approved, or on which something still held it back."""
        first_day = state.approved_from
        if first_day is not None and self.paid_on < first_day:
            raise Refusal(
                f"Award {self.award} is approved from {day_in_words(first_day)}: it cannot have been paid before."
            )
        for reference, condition in state.payments.conditions.items():
            day = condition.met_on or condition.waived_on
            if day is not None and self.paid_on < day:
                how = "met" if condition.met_on else "waived"
                raise Refusal(
                    f"Condition {reference} held this payment until it was {how} on {day_in_words(day)}: "
                    "it cannot have been paid before then."
                )
        freed = state.payments.payment(self.payment).freed
        if freed is not None and freed.freed_on is not None and self.paid_on < freed.freed_on:
            raise Refusal(
                f"Payment {self.payment} was held back until it was freed on {day_in_words(freed.freed_on)}: "
                "it cannot have been paid before then."
            )

    def together_with(self, state: Award, occasion: Occasion) -> Sequence[Command[Any]]:
        return [PayFunds(**self.model_dump(exclude={"ring_fence"}), ring_fence=self._line(state))]


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
        state.check_ours(self.award)
        if not state.payments.made[self.payment].paid_on <= said.effective_on <= occasion.today:
            raise Refusal("Money can have come back from the day on which it was paid until today.")
        left = known.amount_pence - known.clawed_back_pence
        if self.amount_pence > left:
            raise Refusal(
                f"Of payment {self.payment}, {money.pounds(left)} is with the provider: no more can come back."
            )
        return [said, *profile_after(state, {said.year: -self.amount_pence}, said.effective_on)]

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
            ring_fence=known.ring_fence,
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
