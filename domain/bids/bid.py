"""A bid to an outside fund: prepared, submitted, won or lost."""

from enum import StrEnum
from typing import Self

from domain.bids.events import BidLost, BidPrepared, BidSubmitted, BidWon, MatchEarmarked
from domain.kernel import Aggregate, Event


class BidStatus(StrEnum):
    """Where a bid stands."""

    PREPARED = "prepared"
    SUBMITTED = "submitted"
    WON = "won"
    LOST = "lost"


class Bid(Aggregate):
    """What is known of one bid."""

    prepared: BidPrepared | None = None
    status: BidStatus = BidStatus.PREPARED
    match: MatchEarmarked | None = None
    submitted: BidSubmitted | None = None
    won: BidWon | None = None
    lost: BidLost | None = None

    def evolve(self, event: Event) -> Self:
        match event:
            case BidPrepared():
                return self.model_copy(update={"prepared": event})
            case MatchEarmarked():
                return self.model_copy(update={"match": event})
            case BidSubmitted():
                return self.model_copy(update={"status": BidStatus.SUBMITTED, "submitted": event})
            case BidWon():
                return self.model_copy(update={"status": BidStatus.WON, "won": event})
            case BidLost():
                return self.model_copy(update={"status": BidStatus.LOST, "lost": event})
            case _:
                return self
