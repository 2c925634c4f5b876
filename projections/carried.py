"""Money that was carried: where it came from or went, by whose permission, and until when it may be used."""

from dataclasses import dataclass
from datetime import date

from domain.funds.events import FundsCarriedIn, FundsCarriedOut
from domain.kernel import Recorded
from domain.periods import day_in_words
from projections.budgets import fund_and_year
from projections.projection import Projection
from projections.rows import Row, Rows

CAME_IN, WENT_OUT = "in", "out"


@dataclass
class CarriedRow(Row, table="carried", key=("fund", "year", "way", "transfer")):
    """One side of a transfer. Whole pence."""

    fund: str
    year: str
    way: str
    """``CAME_IN`` or ``WENT_OUT``."""
    transfer: str
    other_fund: str
    """Where it came from, or went."""
    other_year: str
    amount_pence: int
    permission: str
    decision: str | None
    use_by: date | None
    effective_on: date
    position: int

    @property
    def words(self) -> str:
        """``t1: from moj-victims 2016-17, by permission: the letter of 1 March; to be used by 31 March 2018``."""
        there = f"{'from' if self.way == CAME_IN else 'to'} {self.other_fund} {self.other_year}"
        decision = f"; decision: {self.decision}" if self.decision else ""
        until = f"; to be used by {day_in_words(self.use_by)}" if self.use_by else ""
        return f"{self.transfer}: {there}, by permission: {self.permission}{decision}{until}"


class Carried(Projection):
    """Folds both sides of each transfer."""

    events = (FundsCarriedIn, FundsCarriedOut)

    def apply(self, recorded: Recorded, rows: Rows) -> None:
        fund, year = fund_and_year(recorded.reference)
        match recorded.event:
            case FundsCarriedIn(from_fund=other_fund, from_year=other_year) as event:
                way = CAME_IN
            case FundsCarriedOut(to_fund=other_fund, to_year=other_year) as event:
                way = WENT_OUT
            case _:
                return
        said = (event.amount_pence, event.permission, event.decision, event.use_by, event.effective_on)
        rows.add(CarriedRow(fund, year, way, event.transfer, other_fund, other_year, *said, recorded.position))
