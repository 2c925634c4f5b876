"""A chase: the steps by which what is owed is asked for."""

from typing import Self

from domain.chases.events import ChaseSet
from domain.kernel import Aggregate, Event
from domain.monitoring.policy import Step


class Chase(Aggregate):
    """What is known of one chase."""

    steps: tuple[Step, ...] | None = None
    """``None``: never set."""

    def evolve(self, event: Event) -> Self:
        return self.model_copy(update={"steps": event.steps}) if isinstance(event, ChaseSet) else self
