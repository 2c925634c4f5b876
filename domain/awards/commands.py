"""What may be ordered about an award and its milestones. All money is in whole pence."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from domain import money
from domain.awards.award import Award, AwardStatus
from domain.awards.events import (
    AwardAmountConfirmed,
    AwardApproved,
    AwardReduced,
    AwardRegistered,
    AwardWithdrawn,
    MilestoneCompleted,
    MilestoneMissed,
    MilestonePlanned,
    MilestoneRescheduled,
    MilestoneWaived,
    MonitoringScheduled,
    PaymentMade,
    Route,
    Share,
)
from domain.errors import Refusal
from domain.funds.commands import CommitFunds, ConfirmCommitment, PayFunds, ReleaseFunds, SomePence
from domain.kernel import FIRST_DAY, LAST_DAY, Code, Command, Day, Event, Occasion, Reference, Role, Words
from domain.money import Pence
from domain.monitoring.commands import OweObligation
from domain.monitoring.schedule import Due
from domain.periods import FinancialYear, Frequency, Period, PeriodCode, day_in_words
from domain.providers.commands import ConfirmProvider

MOST_OWED = 400
"""How many obligations one schedule may bring: monthly for 33 years. More is a slip of the keyboard."""


class AwardCommand(Command[Award]):
    """An order about one award."""

    noun = "award"
    address = ("award",)
    aggregate = Award

    award: Reference


class RegisterAward(AwardCommand, may={Role.CONTRACT_MANAGER}):
    """Write an award down: service, route, provider, dates, decision. Saying the same twice changes nothing."""

    starts = True

    service: Words
    route: Route
    ground: Words | None = None
    provider: Reference | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None
    decision: Words | None = None
    remarks: tuple[Words, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.route is Route.SINGLE_TENDER and self.ground is None:
            raise ValueError("a single tender needs its ground, such as: continuity of supply")
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValueError("an award must not end before it starts")
        return self

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        said = AwardRegistered(**self.model_dump(exclude={"award"}))
        if state.registered is None:
            return [said]
        if state.registered == said:
            return []
        raise Refusal(
            f"There is already an award {self.award}, recorded differently. Choose another reference, "
            "or record what changed as an order of its own."
        )

    def together_with(self, state: Award, occasion: Occasion) -> Sequence[Command[Any]]:
        if self.provider is None or state.registered is not None:
            return ()
        return [ConfirmProvider(provider=self.provider)]


class ApproveAward(AwardCommand, may={Role.COMMISSIONER}):
    """Approve an award and take its shares from the funds: all of them or none. Refused beyond what is left."""

    shares: Annotated[tuple[Share, ...], Field(min_length=1)]
    decision: Words | None = None

    @model_validator(mode="after")
    def _each_fund_once(self) -> Self:
        if len({(share.fund, share.year) for share in self.shares}) < len(self.shares):
            raise ValueError("each fund and year may be named once: add its amounts together")
        return self

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        if state.status is AwardStatus.WITHDRAWN:
            raise Refusal(f"Award {self.award} was withdrawn: register a new one.")
        if state.status is AwardStatus.APPROVED:
            if state.first_shares == self.shares:
                return []
            raise Refusal(
                f"Award {self.award} is already approved, for other amounts: reduce it, or approve a further award."
            )
        return [AwardApproved(shares=self.shares, decision=self.decision)]

    def together_with(self, state: Award, occasion: Occasion) -> Sequence[Command[Any]]:
        if state.status is not AwardStatus.REGISTERED:
            return ()
        provider = state.registered.provider if state.registered else None
        return [
            *([ConfirmProvider(provider=provider)] if provider is not None else []),
            *(
                CommitFunds(
                    fund=share.fund,
                    year=share.year,
                    award=self.award,
                    amount_pence=share.amount_pence,
                    inferred_pence=share.inferred_pence,
                )
                for share in self.shares
            ),
        ]


class _OfAShare(AwardCommand):
    """An order about what one fund puts into the award."""

    fund: Reference
    year: FinancialYear

    def check_approved(self, state: Award) -> None:
        """Raises ``Refusal`` unless the award stands approved."""
        if state.status is not AwardStatus.APPROVED:
            raise Refusal(f"Award {self.award} is {state.status}, not approved.")


class ConfirmAwardAmount(_OfAShare, may={Role.FINANCE, Role.COMMISSIONER}):
    """Record the amount of a share that was not known until now, and where the figure comes from."""

    amount_pence: Pence
    source: Words

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        self.check_approved(state)
        known = state.share(self.fund, self.year).amount_pence
        if known == self.amount_pence:
            return []
        if known is not None:
            raise Refusal(
                f"The amount is known already: {money.pounds(known)}. To make it smaller, reduce it (reduce-award)."
            )
        return [
            AwardAmountConfirmed(fund=self.fund, year=self.year, amount_pence=self.amount_pence, source=self.source)
        ]

    def together_with(self, state: Award, occasion: Occasion) -> Sequence[Command[Any]]:
        if state.share(self.fund, self.year).amount_pence is not None:
            return ()
        return [ConfirmCommitment(fund=self.fund, year=self.year, award=self.award, amount_pence=self.amount_pence)]


class ReduceAward(_OfAShare, may={Role.COMMISSIONER}):
    """Make an award smaller and give the difference back to its fund. What is paid cannot be given back so."""

    by_pence: SomePence
    reason: Words

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        self.check_approved(state)
        if state.share(self.fund, self.year).amount_pence is None:
            raise Refusal("The amount is not known: confirm it before it is reduced (confirm-award-amount).")
        return [AwardReduced(fund=self.fund, year=self.year, by_pence=self.by_pence, reason=self.reason)]

    def together_with(self, state: Award, occasion: Occasion) -> Sequence[Command[Any]]:
        return [
            ReleaseFunds(
                fund=self.fund, year=self.year, award=self.award, amount_pence=self.by_pence, reason=self.reason
            )
        ]


class WithdrawAward(AwardCommand, may={Role.COMMISSIONER}):
    """End an award before its time. What was not yet paid goes back to its funds."""

    reason: Words

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        return [] if state.status is AwardStatus.WITHDRAWN else [AwardWithdrawn(reason=self.reason)]

    def together_with(self, state: Award, occasion: Occasion) -> Sequence[Command[Any]]:
        if state.status is not AwardStatus.APPROVED:
            return ()
        free = [(s, None if s.amount_pence is None else s.amount_pence - state.paid_from(s)) for s in state.shares]
        return [
            ReleaseFunds(fund=s.fund, year=s.year, award=self.award, amount_pence=pence, reason=self.reason)
            for s, pence in free
            if pence != 0
        ]


class RecordPayment(_OfAShare, may={Role.FINANCE}):
    """Record that money was paid to the provider. Never more than the share; saying it twice changes nothing."""

    payment: Reference
    amount_pence: SomePence
    paid_on: date

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        said = PaymentMade(**self.model_dump(exclude={"award"}))
        if state.payments.get(self.payment) == said:
            return []
        if self.payment in state.payments:
            raise Refusal(f"Payment {self.payment} of award {self.award} is already recorded, differently.")
        self.check_approved(state)
        if self.paid_on > occasion.today:
            raise Refusal("A payment cannot have been made in the future.")
        return [said]

    def together_with(self, state: Award, occasion: Occasion) -> Sequence[Command[Any]]:
        return [PayFunds(**self.model_dump())]


class PlanMilestone(AwardCommand, may={Role.CONTRACT_MANAGER}):
    """Set down something the provider must have done by a day."""

    milestone: Reference
    title: Words
    due_on: Day

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        if state.status is AwardStatus.WITHDRAWN:
            raise Refusal(f"Award {self.award} was withdrawn: nothing more is asked of it.")
        known = state.milestones.get(self.milestone)
        if known is None:
            return [MilestonePlanned(milestone=self.milestone, title=self.title, due_on=self.due_on)]
        if (known.title, known.first_due_on) == (self.title, self.due_on):
            return []
        raise Refusal(f"Milestone {self.milestone} is already planned. To move its day, use reschedule-milestone.")


class MilestoneCommand(AwardCommand):
    """An order about one milestone of an award."""

    milestone: Reference


class RescheduleMilestone(MilestoneCommand, may={Role.CONTRACT_MANAGER}):
    """Move a milestone to another day, with the reason. A day that has passed may be moved too."""

    due_on: Day
    reason: Words

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        milestone = state.milestone(self.milestone)
        if milestone.completed_on is not None or milestone.waived:
            raise Refusal(f"Milestone {self.milestone} is met or waived already: there is nothing to move.")
        if milestone.due_on == self.due_on and not milestone.missed:
            return []
        return [MilestoneRescheduled(milestone=self.milestone, due_on=self.due_on, reason=self.reason)]


class CompleteMilestone(MilestoneCommand, may={Role.CONTRACT_MANAGER}):
    """Log that a milestone has been met, with the evidence. Saying it twice changes nothing."""

    completed_on: date
    evidence: Words

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        milestone = state.milestone(self.milestone)
        if milestone.completed_on is not None:
            return []
        if milestone.waived:
            raise Refusal(f"Milestone {self.milestone} was waived: it is no longer asked for.")
        if self.completed_on > occasion.today:
            raise Refusal("A milestone cannot be completed in the future.")
        return [MilestoneCompleted(milestone=self.milestone, completed_on=self.completed_on, evidence=self.evidence)]


class MissMilestone(MilestoneCommand, may={Role.CONTRACT_MANAGER}):
    """Record that a milestone was not met by its day. It may still be met late, rescheduled or waived."""

    reason: Words

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        milestone = state.milestone(self.milestone)
        if milestone.missed:
            return []
        if milestone.completed_on is not None or milestone.waived:
            raise Refusal(f"Milestone {self.milestone} is met or waived already: it was not missed.")
        if milestone.due_on >= occasion.today:
            raise Refusal(
                f"Milestone {self.milestone} is due on {day_in_words(milestone.due_on)}: "
                "it cannot be recorded as missed until that day is over."
            )
        return [MilestoneMissed(milestone=self.milestone, reason=self.reason)]


class WaiveMilestone(MilestoneCommand, may={Role.CONTRACT_MANAGER}):
    """No longer ask for a milestone, with the reason."""

    reason: Words

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        milestone = state.milestone(self.milestone)
        if milestone.waived:
            return []
        if milestone.completed_on is not None:
            raise Refusal(f"Milestone {self.milestone} is met already: there is nothing to waive.")
        return [MilestoneWaived(milestone=self.milestone, reason=self.reason)]


class ScheduleMonitoring(AwardCommand, may={Role.CONTRACT_MANAGER}):
    """Set down what the provider owes, how often, and when each is due. The obligations follow at once.

    Covers the award's own days unless a period is given. Saying the same twice changes nothing; a schedule may be
    said again for more days, and only the obligations that are new are added.
    """

    schedule: Code
    title: Words
    frequency: Frequency
    due: Due
    covers: PeriodCode | None = None

    @model_validator(mode="after")
    def _days_that_an_office_could_mean(self) -> Self:
        if self.covers is not None and not Period(FIRST_DAY, LAST_DAY).covers(Period.parse(self.covers)):
            raise ValueError(f"a schedule must cover days from {FIRST_DAY.year} to {LAST_DAY.year}")
        return self

    def _days(self, state: Award) -> Period:
        if self.covers is not None:
            return Period.parse(self.covers)
        registered = state.registered
        if registered is None or registered.starts_on is None or registered.ends_on is None:
            raise Refusal(f"Award {self.award} has no start or end: say which period the schedule covers (covers).")
        return Period(registered.starts_on, registered.ends_on)

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        if state.status is AwardStatus.WITHDRAWN:
            raise Refusal(f"Award {self.award} was withdrawn: nothing more is owed.")
        known = state.schedules.get(self.schedule)
        if known is not None and (known.frequency, known.title, known.due) != (self.frequency, self.title, self.due):
            raise Refusal(
                f"Schedule {self.schedule} is already set, differently: give the new one its own name, "
                "or move what is owed to other days (move-obligation)."
            )
        if len(list(self._days(state).split(self.frequency))) > MOST_OWED:
            raise Refusal(f"That is more than {MOST_OWED} obligations: check the days that the schedule covers.")
        said = MonitoringScheduled(
            schedule=self.schedule,
            title=self.title,
            frequency=self.frequency,
            due=self.due,
            covers=self._days(state).code,
        )
        return [] if known == said else [said]

    def together_with(self, state: Award, occasion: Occasion) -> Sequence[Command[Any]]:
        return [
            OweObligation(
                award=self.award,
                schedule=self.schedule,
                period=period.code,
                title=self.title,
                due_on=self.due.day_after(period),
            )
            for period in self._days(state).split(self.frequency)
        ]


class ConfirmAward(AwardCommand):
    """Follows from a report: the award must be approved, and the period must touch its days. Records nothing."""

    period: PeriodCode

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        if state.status is AwardStatus.REGISTERED:
            raise Refusal(f"Award {self.award} is not approved yet: there is nothing to report on.")
        registered, period = state.registered, Period.parse(self.period)
        if registered is not None and registered.starts_on and registered.ends_on:
            days = Period(registered.starts_on, registered.ends_on)
            if not days.overlaps(period):
                raise Refusal(f"Award {self.award} runs from {days.words}: the report is for other days.")
        return []
