"""How an award changes after it was approved. Money in whole pence."""

from datetime import date
from enum import StrEnum

from domain import money
from domain.kernel import Event, Reference, Value, Words
from domain.money import Pence
from domain.periods import FinancialYear


class AwardAmountConfirmed(Event, name="award.amount-confirmed"):
    """The share of one fund that was not known became known."""

    fund: Reference
    year: FinancialYear
    amount_pence: Pence
    source: Words
    ring_fence: Reference | None = None
    """Which share of the fund and year, where the award has several: the ring-fence that it is out of."""
    confirmed_by: Reference | None = None
    """The opaque id of who confirmed it, and so approves no payment of the award; ``None``: before this was kept."""


class AwardUplifted(Event, name="award.uplifted"):
    """The award became larger; the difference was taken from its fund."""

    variation: Reference
    fund: Reference
    year: FinancialYear
    by_pence: Pence
    reason: Words
    decision: str | None
    effective_on: date
    ring_fence: Reference | None = None
    """Which share of the fund and year, where the award has several: the ring-fence that it is out of."""
    approved_by: Reference | None = None
    """The opaque id of who approved it, and so approves no payment of the award; ``None``: before this was kept."""


class AwardReduced(Event, name="award.reduced"):
    """The award became smaller; the difference went back to its fund."""

    fund: Reference
    year: FinancialYear
    by_pence: Pence
    reason: Words
    variation: Reference | None = None
    decision: str | None = None
    effective_on: date | None = None
    """From when it holds; the day it was written down when that is not said."""
    ring_fence: Reference | None = None
    """Which share of the fund and year, where the award has several: the ring-fence that it is out of."""


class AwardExtended(Event, name="award.extended"):
    """The award ends later than it did."""

    ends_on: date
    reason: Words
    decision: str | None


class AwardEnded(Event, name="award.ended"):
    """The award ended before its time. What is not yet paid stays committed until the award is closed."""

    ended_on: date
    reason: Words
    decision: str | None


class AwardReissued(Event, name="award.reissued"):
    """The same service goes on under an award of another number."""

    as_award: Reference
    reason: Words


class AwardNovated(Event, name="award.novated"):
    """Another provider took over the agreement, with everybody's consent."""

    provider: Reference
    effective_on: date
    consent: Words
    """Where the consent of the parties stands."""


class SuccessorKind(StrEnum):
    """By what the office's part passes to another body."""

    STATUTORY_TRANSFER = "statutory-transfer"
    """A scheme made under an Act: it needs no consent, and what was done counts as done by the successor."""


class ApportionedShare(Value):
    """What of one share of the award was not yet paid, and passes to one successor."""

    fund: Reference
    year: FinancialYear
    unpaid_pence: Pence
    ring_fence: Reference | None = None

    @property
    def words(self) -> str:
        """``£29,871 from moj-victims 2017-18``."""
        fence = f" in {self.ring_fence}" if self.ring_fence else ""
        return f"{money.pounds(self.unpaid_pence)} from {self.fund} {self.year}{fence}"


class Apportioned(Value):
    """What passes to one successor."""

    successor: Words
    share_parts: int
    """Its part of the whole, as parts of the sum of all parts."""
    unpaid_pence: Pence
    """What of the award was not yet paid, and passes to it."""
    shares: tuple[ApportionedShare, ...] = ()
    """The same by fund and year, each apportioned by itself; empty: it was written down before that was kept."""

    @property
    def words(self) -> str:
        """``Mayor's office, £59,742 unpaid (2 parts): £59,742 from moj-victims 2017-18``."""
        parts = "1 part" if self.share_parts == 1 else f"{self.share_parts} parts"
        each = f": {' and '.join(share.words for share in self.shares)}" if self.shares else ""
        return f"{self.successor}, {money.pounds(self.unpaid_pence)} unpaid ({parts}){each}"


class AwardTransferred(Event, name="award.transferred"):
    """The office's own part passed to one or two successors by law. The number and the history stay as they are."""

    scheme: Words
    effective_on: date
    successors: tuple[Apportioned, ...]


class TransferReapportioned(Event, name="award.transfer-reapportioned"):
    """A payment made before the award passed was recorded after it: so much less passes to the successors."""

    payment: Reference
    successors: tuple[Apportioned, ...]


class AwardClosed(Event, name="award.closed"):
    """Everything is settled. What was not spent went back to its funds."""

    closed_on: date
    reason: Words


class AwardWithdrawn(Event, name="award.withdrawn"):
    """The award came to nothing before its time; what was not yet paid went back to its funds."""

    reason: Words
