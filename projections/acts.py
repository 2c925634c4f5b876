"""Acts: who wrote down what, and when; so that the acts of one person or of one period are found in the log.

Only places, a block of the log to a row: a row to an event would cost each fold a third of its speed. The words stay
in the log (``views.history``), which is asked for those that are shown.
"""

from dataclasses import dataclass
from datetime import date

from domain.catalogue import EVENTS
from domain.kernel import LONDON, Recorded
from projections.projection import Projection
from projections.rows import Row, Rows

BLOCK = 500
"""How many positions a row covers: as many as it can hold at most."""


@dataclass
class ActsRow(Row, table="acts", key=("by", "day", "block"), indexes=(("by", "last"), ("day", "last"), ("last",))):
    """What one person wrote down on one day within one block of the log."""

    by: str
    """The opaque id of the person or job."""
    day: date
    """The London date on which it was written down."""
    block: int
    """The positions from ``block * BLOCK``."""
    first: int
    last: int
    positions: list[int]
    """From the first to the last."""
    how_many: int


class Acts(Projection):
    """Notes where every event stands."""

    events = tuple(EVENTS.values())

    def apply(self, recorded: Recorded, rows: Rows) -> None:
        position, day = recorded.position, recorded.at.astimezone(LONDON).date()
        row = rows.find(ActsRow, recorded.by, day, position // BLOCK)
        if row is None:
            rows.add(ActsRow(recorded.by, day, position // BLOCK, position, position, [position], 1))
            return
        row.last, row.how_many = position, row.how_many + 1
        row.positions.append(position)
