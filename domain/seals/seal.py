"""The seal: how far the log was counted and digested last."""

from typing import Self

from domain.kernel import Aggregate, Event
from domain.seals.events import LogSealed


class Seal(Aggregate):
    """The last seal."""

    last: LogSealed | None = None

    def evolve(self, event: Event) -> Self:
        return self.model_copy(update={"last": event}) if isinstance(event, LogSealed) else self
