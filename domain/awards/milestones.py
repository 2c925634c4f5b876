"""What is known of an award's milestones."""

from datetime import date
from typing import Self

from domain.awards.events import (
    MilestoneCompleted,
    MilestoneMissed,
    MilestonePlanned,
    MilestoneRescheduled,
    MilestoneWaived,
)
from domain.errors import NotFound
from domain.kernel import Aggregate, Event, Value


class Milestone(Value):
    """Something the provider must have done by a day."""

    title: str
    due_on: date
    first_due_on: date
    completed_on: date | None = None
    missed: bool = False
    waived: bool = False


class Milestones(Aggregate):
    """The milestones of one award."""

    by_reference: dict[str, Milestone] = {}

    def milestone(self, reference: str) -> Milestone:
        """The milestone, or ``NotFound``."""
        known = self.by_reference.get(reference)
        if known is None:
            raise NotFound(f"There is no milestone {reference} in this award. Plan it first (plan-milestone).")
        return known

    def evolve(self, event: Event) -> Self:
        match event:
            case MilestonePlanned(milestone=reference, title=title, due_on=due_on):
                return self._with(reference, Milestone(title=title, due_on=due_on, first_due_on=due_on))
            case MilestoneRescheduled(milestone=reference, due_on=due_on):
                return self._changed(reference, due_on=due_on, missed=False)
            case MilestoneCompleted(milestone=reference, completed_on=completed_on):
                return self._changed(reference, completed_on=completed_on)
            case MilestoneMissed(milestone=reference):
                return self._changed(reference, missed=True)
            case MilestoneWaived(milestone=reference):
                return self._changed(reference, waived=True)
            case _:
                return self

    def _with(self, reference: str, milestone: Milestone) -> Self:
        return self.model_copy(update={"by_reference": {**self.by_reference, reference: milestone}})

    def _changed(self, reference: str, **changes: date | bool) -> Self:
        return self._with(reference, self.by_reference[reference].model_copy(update=changes))
