"""What happens to a bid. A bid is never income. Money in whole pence."""

from datetime import date

from domain.kernel import Event, Reference, Words
from domain.money import Pence
from domain.periods import FinancialYear


class BidPrepared(Event, name="bid.prepared"):
    """The office began to prepare a bid to an outside fund."""

    title: Words
    funder: Words
    amount_pence: Pence
    deadline: date | None
    match_required: bool
    match_from: str | None
    """Where the match is meant to come from, in words."""


class MatchEarmarked(Event, name="bid.match-earmarked"):
    """Money of a fund was kept aside as the office's part."""

    fund: Reference
    year: FinancialYear
    amount_pence: Pence
    ring_fence: Reference | None = None
    """The part of the fund that it is kept aside in, when that is set apart."""


class BidSubmitted(Event, name="bid.submitted"):
    """The bid went to the funder."""

    submitted_on: date


class BidWon(Event, name="bid.won"):
    """The funder agreed: from now on there is an allocation, and the match is committed."""

    won_on: date
    fund: Reference
    year: FinancialYear
    agreement: Reference
    amount_pence: Pence
    match_award: str | None
    """The award under which the match is spent."""


class BidLost(Event, name="bid.lost"):
    """The funder did not agree: the match is free again."""

    lost_on: date
    reason: Words
