"""What happens to a fund. All money is in whole pence."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from domain.kernel import Event, Reference, Words
from domain.money import Pence
from domain.periods import FinancialYear


class EarmarkKind(StrEnum):
    """Why money is kept aside."""

    RESERVE = "reserve"
    """Held back for what may come."""
    IN_DEVELOPMENT = "in-development"
    """Meant for work that is being prepared and is not awarded yet."""
    MATCH = "match"
    """The office's own part, promised in a bid to an outside fund; given back when the bid is lost."""
    ADMINISTRATION = "administration"
    """The office's cost of commissioning, within the cap of the agreement, which counts these earmarks only."""


class RingFenceKind(StrEnum):
    """What sets part of a fund apart."""

    RING_FENCE = "ring-fence"
    """A purpose: domestic abuse, independent advisers, male victims."""
    LINE = "line"
    """A line of the agreement: labour, non-labour."""


class ReturnedHow(StrEnum):
    """How an underspend went back."""

    REPAID = "repaid"
    NETTED_OFF = "netted-off"


class CapBasis(StrEnum):
    """What an administration cap is a percentage of."""

    ALLOCATION = "allocation"
    """Of what was received."""
    SPEND = "spend"
    """Of what was paid out."""


class FundOpened(Event, name="fund.opened"):
    """The office began to keep an account of one funding stream in one financial year."""

    title: Words
    funder: Words
    return_to: Reference | None
    """The return it is reported in (``moj`` for the half-yearly return to the Ministry of Justice), if any."""


class AllocationReceived(Event, name="fund.allocation-received"):
    """The funder said, or paid, how much there is. ``None`` pence: it said so without an amount."""

    agreement: Reference
    amount_pence: Pence | None
    printed: str | None
    """As the paper prints it, such as ``£1m``, when that is not the exact amount."""
    exact: bool
    source: Words
    received_on: date | None


class AllocationConfirmed(Event, name="fund.allocation-confirmed"):
    """The exact amount of an allocation became known that was rounded, or not known at all."""

    agreement: Reference
    amount_pence: Pence
    was_pence: Pence | None
    """What stood for it until now; ``None``: nothing did."""
    source: Words
    effective_on: date


class AllocationAmended(Event, name="fund.allocation-amended"):
    """An addendum made an allocation larger or smaller, to the penny. It is recorded even if awards then exceed it."""

    agreement: Reference
    addendum: Reference
    change_pence: int
    """Less than nought when the allocation became smaller."""
    reason: Words
    effective_on: date


class RingFenceSet(Event, name="fund.ring-fence-set"):
    """Part of the fund may only be used for one purpose, or belongs to one line of the agreement."""

    ring_fence: Reference
    title: Words
    kind: RingFenceKind
    amount_pence: Pence
    """The whole of the ring-fence, not a change to it."""
    reason: Words
    effective_on: date


class FundsCarriedOut(Event, name="fund.funds-carried-out"):
    """Money left this fund for another year, or another stream, with permission."""

    transfer: Reference
    to_fund: Reference
    to_year: FinancialYear
    ring_fence: Reference | None
    amount_pence: Pence
    permission: Words
    """Whose, and where it stands."""
    decision: str | None
    use_by: date | None
    effective_on: date
    to_ring_fence: Reference | None = None
    """The part of the other fund that it goes to, when that is set apart."""


class FundsCarriedIn(Event, name="fund.funds-carried-in"):
    """Money came into this fund from another year, or another stream, with permission."""

    transfer: Reference
    from_fund: Reference
    from_year: FinancialYear
    amount_pence: Pence
    permission: Words
    decision: str | None
    use_by: date | None
    """The last day on which it may be spent."""
    effective_on: date
    to_ring_fence: Reference | None = None
    """The part of this fund that it goes to; how much that is set apart then follows as an event of its own."""


class UnderspendReturned(Event, name="fund.underspend-returned"):
    """Money not spent went back to the funder: repaid, or netted off its next payment."""

    returned: Reference
    amount_pence: Pence
    ring_fence: Reference | None
    how: ReturnedHow
    reason: Words
    effective_on: date


class AdministrationCapSet(Event, name="fund.administration-cap-set"):
    """The agreement caps what may be kept for administration, as a percentage of a stated basis."""

    per_cent: Decimal
    basis: CapBasis
    source: Words


class ToleranceSet(Event, name="fund.tolerance-set"):
    """Somebody with authority allowed the fund to be committed beyond what was received, up to a limit."""

    per_cent: Decimal | None
    amount_pence: Pence | None
    authorised_by: Words
    decision: Words
    reason: Words


class EarmarkHeld(Event, name="fund.earmark-held"):
    """Money was kept aside: not awarded, and not free to award."""

    earmark: Reference
    title: Words
    kind: EarmarkKind
    amount_pence: Pence
    over_pence: Pence
    """By how much the fund was over-committed after it, by the tolerance then in force."""
    ring_fence: Reference | None = None
    effective_on: date | None = None
    """From when it counts; the day it was written down when that is not said."""


class EarmarkReleased(Event, name="fund.earmark-released"):
    """Money kept aside became free again, in whole or in part."""

    earmark: Reference
    amount_pence: Pence
    reason: Words
    ring_fence: Reference | None = None
    effective_on: date | None = None
    release: Reference | None = None
    """Its own reference, if it has one, so that two equal ones are told apart."""
    to_award: Reference | None = None
    """The award that takes the money, when it was the match of a bid that is won."""


class FundsCommitted(Event, name="fund.funds-committed"):
    """An award took its share of the fund. ``None`` pence: the share is not known, and no figure stands for it."""

    award: Reference
    amount_pence: Pence | None
    inferred_pence: Pence | None
    """What the share must be, worked out from something else. Shown beside; never added up."""
    over_pence: Pence
    ring_fence: Reference | None = None
    effective_on: date | None = None


class CommitmentRaised(Event, name="fund.commitment-raised"):
    """An award took more of the fund."""

    award: Reference
    amount_pence: Pence
    """By how much."""
    over_pence: Pence
    reason: Words
    ring_fence: Reference | None = None
    effective_on: date | None = None


class CommitmentConfirmed(Event, name="fund.commitment-confirmed"):
    """The share of an award that was not known became known."""

    award: Reference
    amount_pence: Pence
    over_pence: Pence
    ring_fence: Reference | None = None
    effective_on: date | None = None


class FundsReleased(Event, name="fund.funds-released"):
    """An award gave back some or all of its share."""

    award: Reference
    amount_pence: Pence
    reason: Words
    ring_fence: Reference | None = None
    effective_on: date | None = None


class CommitmentWithdrawn(Event, name="fund.commitment-withdrawn"):
    """An award that was never known in amount gave up its share."""

    award: Reference
    reason: Words
    ring_fence: Reference | None = None
    effective_on: date | None = None


class FundsPaid(Event, name="fund.funds-paid"):
    """Money of the fund was paid out under an award."""

    award: Reference
    payment: Reference
    amount_pence: Pence
    paid_on: date
    ring_fence: Reference | None = None


class FundsClawedBack(Event, name="fund.funds-clawed-back"):
    """Money paid under an award came back: it is no longer paid, nor committed."""

    award: Reference
    payment: Reference
    amount_pence: Pence
    reason: Words
    ring_fence: Reference | None = None
    effective_on: date | None = None


class TotalStated(Event, name="fund.total-stated"):
    """A paper states a total for the fund's awards. Kept beside the total that the records add up to."""

    source: Words
    total_pence: Pence
