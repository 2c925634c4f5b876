"""What may be ordered about how an award's money is spread, what is spent of it, and what is left over. Whole pence."""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain import money
from domain.awards.award import Award
from domain.awards.commands import AwardCommand
from domain.awards.payment_events import (
    ProfileLine,
    ProfileSet,
    SpendLine,
    SpendReported,
    SurplusPlanned,
    SurplusPlanSettled,
)
from domain.errors import NotFound, Refusal
from domain.funds.commands import SomePence
from domain.kernel import Day, Event, Occasion, Reference, Role, Words
from domain.periods import Frequency, PeriodCode


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
