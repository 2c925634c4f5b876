"""What may be ordered about the milestones of an award, and about what its provider owes."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Self

from pydantic import model_validator

from domain.awards.award import Award
from domain.awards.commands import AwardCommand
from domain.awards.events import (
    MilestoneCompleted,
    MilestoneMissed,
    MilestonePlanned,
    MilestoneRescheduled,
    MilestoneWaived,
    MonitoringScheduled,
)
from domain.errors import Refusal
from domain.kernel import FIRST_DAY, LAST_DAY, Code, Command, Day, Event, Occasion, Reference, Role, Words
from domain.monitoring.commands import OweObligation
from domain.monitoring.schedule import Due
from domain.periods import Frequency, Period, PeriodCode, day_in_words

MOST_OWED = 400
"""How many obligations one schedule may bring: monthly for 33 years. More is a slip of the keyboard."""


class PlanMilestone(AwardCommand, may={Role.CONTRACT_MANAGER}):
    """Set down something the provider must have done by a day."""

    milestone: Reference
    title: Words
    due_on: Day

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        state.check_not_settled(self.award, "nothing more is asked of it")
        known = state.milestones.by_reference.get(self.milestone)
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

    overwrites = True

    due_on: Day
    reason: Words

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        milestone = state.milestones.milestone(self.milestone)
        if milestone.completed_on is not None or milestone.waived:
            raise Refusal(f"Milestone {self.milestone} is met or waived already: there is nothing to move.")
        if milestone.due_on == self.due_on and not milestone.missed:
            return []
        state.check_ours(self.award)
        return [MilestoneRescheduled(milestone=self.milestone, due_on=self.due_on, reason=self.reason)]


class CompleteMilestone(MilestoneCommand, may={Role.CONTRACT_MANAGER}):
    """Log that a milestone has been met, with the evidence. Saying it twice changes nothing."""

    completed_on: date
    evidence: Words

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        milestone = state.milestones.milestone(self.milestone)
        if milestone.completed_on is not None:
            return []
        if milestone.waived:
            raise Refusal(f"Milestone {self.milestone} was waived: it is no longer asked for.")
        if self.completed_on > occasion.today:
            raise Refusal("A milestone cannot be completed in the future.")
        state.check_ours(self.award, self.completed_on)
        return [MilestoneCompleted(milestone=self.milestone, completed_on=self.completed_on, evidence=self.evidence)]


class MissMilestone(MilestoneCommand, may={Role.CONTRACT_MANAGER}):
    """Record that a milestone was not met by its day. It may still be met late, rescheduled or waived."""

    reason: Words

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        milestone = state.milestones.milestone(self.milestone)
        if milestone.missed:
            return []
        state.check_ours(self.award)
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
        milestone = state.milestones.milestone(self.milestone)
        if milestone.waived:
            return []
        if milestone.completed_on is not None:
            raise Refusal(f"Milestone {self.milestone} is met already: there is nothing to waive.")
        state.check_ours(self.award)
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
        if state.days is None:
            raise Refusal(f"Award {self.award} has no start or end: say which period the schedule covers (covers).")
        return state.days

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        state.check_not_settled(self.award, "nothing more is owed")
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
