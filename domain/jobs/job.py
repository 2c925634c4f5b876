"""A run of a job: whether it was done."""

from typing import Self

from domain.jobs.events import JobRan
from domain.kernel import Aggregate, Event


class Run(Aggregate):
    """One run, for one slot."""

    done: bool = False

    def evolve(self, event: Event) -> Self:
        return self.model_copy(update={"done": True}) if isinstance(event, JobRan) else self
