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
from domain.awards.profiles import by_year, spread
from domain.errors import NotFound, Refusal
from domain.funds.commands import SomePence
from domain.kernel import Day, Event, Occasion, Reference, Role, Words
from domain.periods import Frequency, Period, PeriodCode


class SetProfile(AwardCommand, may={Role.FINANCE, Role.CONTRACT_MANAGER}):
    """Spread the award's money by month, quarter or half-year over its days, or over stated lines; to the penny.

    By period, what each financial year's shares come to falls to the months of that year, each period by its number of
    months; what does not divide falls to the last periods. A share of a year without any of the award's days is spread
    over all of them.
    """

    overwrites = True

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
        lines = self.lines or self._spread(state)
        if len({line.line for line in lines}) < len(lines):
            raise Refusal("Each line may be given once.")
        stated = sum(line.amount_pence for line in lines)
        if stated != whole:
            raise Refusal(f"The lines come to {money.pounds(stated)}, and the award to {money.pounds(whole)}.")
        return [] if state.payments.profile == lines else [ProfileSet(lines=lines)]

    def _spread(self, state: Award) -> tuple[ProfileLine, ...]:
        if state.days is None or self.by is None:
            raise Refusal(f"Award {self.award} has no start or end: spread its money over stated lines.")
        return spread(state.days, by_year((share, share.amount_pence) for share in state.shares), self.by)


class ReportSpend(AwardCommand, may={Role.PROVIDER, Role.CONTRACT_MANAGER, Role.FINANCE}):
    """State what was spent in a period by line, what is expected to the end, and why it differs from the plan."""

    declares = True

    period: PeriodCode
    lines: Annotated[tuple[SpendLine, ...], Field(min_length=1)]
    received_on: Day

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        if not state.shares:
            raise Refusal(f"Award {self.award} is not approved yet: there is nothing to report on.")
        if state.days is not None and not state.days.overlaps(Period.parse(self.period)):
            raise Refusal(f"Award {self.award} runs from {state.days.words}: the statement is for other days (period).")
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

    declares = True

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
        state.check_open(self.award)
        self._check_amount(state)
        return [said]

    def _check_amount(self, state: Award) -> None:
        """Raises ``Refusal`` when this plan, or it and the others that were not turned down, is more than the award."""
        whole, settled = state.amount_pence, state.payments.settled_plans
        if whole is None:
            return
        if self.amount_pence > whole:
            raise Refusal(f"A surplus cannot be more than the award, which is {money.pounds(whole)}.")
        others = sum(
            plan.amount_pence
            for reference, plan in state.payments.surplus_plans.items()
            if reference not in settled or settled[reference].agreed
        )
        if others + self.amount_pence > whole:
            raise Refusal(
                f"Other plans are for a surplus of {money.pounds(others)}: with this one it would be more than the "
                f"award, which is {money.pounds(whole)}."
            )


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
        if known is not None:
            return []
        state.check_ours(self.award)
        return [said]
