"""What a projection is: it says which rows an event changes. It never refuses an event."""

from abc import ABC, abstractmethod
from types import ModuleType
from typing import ClassVar

from domain.kernel import Event, Recorded
from projections.rows import Rows


class Projection(ABC):
    """A fold of the log into rows. It keeps nothing of its own between two events."""

    events: ClassVar[tuple[ModuleType | type[Event], ...]]
    """The events it looks at, or the modules that have them: it is asked about no others."""

    @abstractmethod
    def apply(self, recorded: Recorded, rows: Rows) -> None:
        """Changes the rows that the event changes; most events change none."""
