"""What a projection is: it says which rows an event changes. It never refuses an event."""

from abc import ABC, abstractmethod
from types import ModuleType
from typing import ClassVar

from domain.kernel import Recorded
from projections.rows import Rows


class Projection(ABC):
    """A fold of the log into rows. It keeps nothing of its own between two events."""

    events: ClassVar[tuple[ModuleType, ...]]
    """The modules whose events it looks at: it is asked about no others."""

    @abstractmethod
    def apply(self, recorded: Recorded, rows: Rows) -> None:
        """Changes the rows that the event changes; most events change none."""
