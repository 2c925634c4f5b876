"""What may be ordered about an award's payments, conditions, profile and spend. All money is in whole pence."""

from collections.abc import Sequence
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

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
    ProfileLine,
    ProfileSet,
    SpendLine,
    SpendReported,
    SurplusPlanned,
    SurplusPlanSettled,
)
from domain.awards.payments import Payment, PaymentStatus
from domain.errors import NotFound, Refusal
from domain.funds.commands import SomePence
from domain.funds.consequences import ClawBackFunds, PayFunds
from domain.kernel import Command, Day, Event, Occasion, Reference, Role, Words
from domain.periods import FinancialYear, Frequency, PeriodCode


def profile_after(state: Award, change_pence: int) -> list[Event]:
    """The profile once the award is so much larger or smaller, so that it still adds up: the last lines change."""
    lines = list(state.payments.profile)
    if not lines or not change_pence:
        return []
    if change_pence > 0:
        lines[-1] = ProfileLine(line=lines[-1].line, amount_pence=lines[-1].amount_pence + change_pence)
    for index in reversed(range(len(lines))):
        if change_pence >= 0:
            break
        less = max(change_pence, -lines[index].amount_pence)
        lines[index] = ProfileLine(line=lines[index].line, amount_pence=lines[index].amount_pence + less)
        change_pence -= less
    return [ProfileSet(lines=tuple(lines))]


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
    """Set down that a payment is to be made on a day, out of one fund's share."""

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
    """Record that money was paid to the provider. Never more than the share; saying it twice changes nothing."""

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
        self.check_unheld(state)
        self._check_as_scheduled(state)
        return [said]

    def _check_as_scheduled(self, state: Award) -> None:
        known = state.payments.payments.get(self.payment)
        promised = state.payments.promised_from(self.fund, self.year)
        if known is not None:
            if known.status is PaymentStatus.CANCELLED:
                raise Refusal(f"Payment {self.payment} is cancelled: schedule another.")
            if (known.fund, known.year, known.amount_pence) != (self.fund, self.year, self.amount_pence):
                raise Refusal(
                    f"Payment {self.payment} is scheduled as {money.pounds(known.amount_pence)} out of {known.fund} "
                    f"{known.year}: cancel it and schedule it anew to pay otherwise."
                )
            promised -= known.amount_pence
        share = state.share(self.fund, self.year)
        if (
            share.amount_pence is not None
            and self.amount_pence > share.amount_pence - state.paid_from(share) - promised
        ):
            raise Refusal(
                f"{money.pounds(share.amount_pence - state.paid_from(share) - promised)} of this share is neither paid "
                "nor scheduled otherwise: this payment is more."
            )

    def together_with(self, state: Award, occasion: Occasion) -> Sequence[Command[Any]]:
        return [PayFunds(**self.model_dump())]


class ClawBackPayment(PaymentCommand, may={Role.FINANCE, Role.COMMISSIONER}):
    """Record that money came back from the provider. The award is so much smaller, and its fund has it again.

    Saying the same of the same day twice changes nothing.
    """

    amount_pence: SomePence
    reason: Words
    effective_on: Day | None = None

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        known, said = self._paid(state), self._said(state, occasion)
        if said in state.payments.clawed_back:
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
        )

    def _paid(self, state: Award) -> Payment:
        known = state.payments.payment(self.payment)
        if known.status is not PaymentStatus.PAID:
            raise Refusal(f"Payment {self.payment} is {known.status}: only money that was paid can come back.")
        return known

    def together_with(self, state: Award, occasion: Occasion) -> Sequence[Command[Any]]:
        said = self._said(state, occasion)
        if said in state.payments.clawed_back:
            return ()
        return [ClawBackFunds(award=self.award, **said.model_dump())]


class SetProfile(AwardCommand, may={Role.FINANCE, Role.CONTRACT_MANAGER}):
    """Spread the award's money by month, quarter or half-year over its days, or over stated lines; to the penny.

    By period, each gets its part by its number of days' months; what does not divide falls to the last periods.
    """

    by: Frequency | None = None
    lines: tuple[ProfileLine, ...] = ()

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.by is None) == (not self.lines):
            raise ValueError("spread it by a frequency, or over stated lines: give one of them")
        return self

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        state.check_open(self.award)
        whole = state.amount_pence
        if whole is None:
            raise Refusal(f"The amount of award {self.award} is not known: there is nothing to spread.")
        lines = self.lines or self._spread(state, whole)
        if len({line.line for line in lines}) < len(lines):
            raise Refusal("Each line may be given once.")
        stated = sum(line.amount_pence for line in lines)
        if stated != whole:
            raise Refusal(f"The lines come to {money.pounds(stated)}, and the award to {money.pounds(whole)}.")
        return [] if state.payments.profile == lines else [ProfileSet(lines=lines)]

    def _spread(self, state: Award, whole: int) -> tuple[ProfileLine, ...]:
        if state.days is None or self.by is None:
            raise Refusal(f"Award {self.award} has no start or end: spread its money over stated lines.")
        periods = list(state.days.split(self.by))
        months = [len(list(period.split(Frequency.MONTHLY))) for period in periods]
        amounts = money.share_out(whole, months)
        return tuple(
            ProfileLine(line=period.code, amount_pence=amount) for period, amount in zip(periods, amounts, strict=True)
        )


class ReportSpend(AwardCommand, may={Role.PROVIDER, Role.CONTRACT_MANAGER, Role.FINANCE}):
    """State what was spent in a period by line, what is expected to the end, and why it differs from the plan."""

    period: PeriodCode
    lines: Annotated[tuple[SpendLine, ...], Field(min_length=1)]
    received_on: Day

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        if not state.shares:
            raise Refusal(f"Award {self.award} is not approved yet: there is nothing to report on.")
        unexplained = [
            line.line for line in self.lines if line.actual_pence != line.planned_pence and not line.explanation
        ]
        if unexplained:
            raise Refusal(f"Explain why spend differs from the plan under: {', '.join(unexplained)}.")
        if len({line.line for line in self.lines}) < len(self.lines):
            raise Refusal("Each line may be given once.")
        if self.received_on > occasion.today:
            raise Refusal("A statement cannot have come in in the future.")
        said = SpendReported(period=self.period, lines=self.lines, received_on=self.received_on)
        return [] if state.payments.statements.get(self.period) == said else [said]


class PlanSurplus(AwardCommand, may={Role.PROVIDER, Role.CONTRACT_MANAGER}):
    """Propose what to do with money of the award that will not be spent as planned."""

    plan: Reference
    amount_pence: SomePence
    purpose: Words

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        said = SurplusPlanned(plan=self.plan, amount_pence=self.amount_pence, purpose=self.purpose)
        known = state.payments.surplus_plans.get(self.plan)
        if known == said:
            return []
        if known is not None:
            raise Refusal(f"There is already a surplus plan {self.plan}, which says something else.")
        whole = state.amount_pence
        if whole is not None and self.amount_pence > whole:
            raise Refusal(f"A surplus cannot be more than the award, which is {money.pounds(whole)}.")
        return [said]


class SettleSurplusPlan(AwardCommand, may={Role.CONTRACT_MANAGER, Role.FINANCE, Role.COMMISSIONER}):
    """Agree to a plan for a surplus, or not, with the reason."""

    plan: Reference
    agreed: bool
    reason: Words

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        if self.plan not in state.payments.surplus_plans:
            raise NotFound(f"There is no surplus plan {self.plan} for award {self.award}.")
        said = SurplusPlanSettled(plan=self.plan, agreed=self.agreed, reason=self.reason)
        known = state.payments.settled_plans.get(self.plan)
        if known is not None and known != said:
            raise Refusal(f"Surplus plan {self.plan} is settled already.")
        return [] if known is not None else [said]
