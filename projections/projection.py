"""What a projection is: it says which rows an event changes. It never refuses an event."""

from abc import ABC, abstractmethod
from typing import ClassVar

from domain.kernel import Recorded
from projections.rows import Rows


class Projection(ABC):
    """A fold of the log into rows. It keeps nothing of its own between two events."""

    nouns: ClassVar[frozenset[str]]
    """The kinds of streams it looks at: it is asked about their events only."""

    @abstractmethod
    def apply(self, recorded: Recorded, rows: Rows) -> None:
        """Changes the rows that the event changes; most events change none."""
