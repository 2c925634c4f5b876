"""What happens to a fund. All money is in whole pence."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from domain.kernel import Event, Reference, Words
from domain.money import Pence


class EarmarkKind(StrEnum):
    """Why money is kept aside."""

    RESERVE = "reserve"
    """Held back for what may come."""
    IN_DEVELOPMENT = "in-development"
    """Meant for work that is being prepared and is not awarded yet."""


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


class EarmarkReleased(Event, name="fund.earmark-released"):
    """Money kept aside became free again, in whole or in part."""

    earmark: Reference
    amount_pence: Pence
    reason: Words


class FundsCommitted(Event, name="fund.funds-committed"):
    """An award took its share of the fund. ``None`` pence: the share is not known, and no figure stands for it."""

    award: Reference
    amount_pence: Pence | None
    inferred_pence: Pence | None
    """What the share must be, worked out from something else. Shown beside; never added up."""
    over_pence: Pence


class CommitmentConfirmed(Event, name="fund.commitment-confirmed"):
    """The share of an award that was not known became known."""

    award: Reference
    amount_pence: Pence
    over_pence: Pence


class FundsReleased(Event, name="fund.funds-released"):
    """An award gave back some or all of its share."""

    award: Reference
    amount_pence: Pence
    reason: Words


class CommitmentWithdrawn(Event, name="fund.commitment-withdrawn"):
    """An award that was never known in amount gave up its share."""

    award: Reference
    reason: Words


class FundsPaid(Event, name="fund.funds-paid"):
    """Money of the fund was paid out under an award."""

    award: Reference
    payment: Reference
    amount_pence: Pence
    paid_on: date


class TotalStated(Event, name="fund.total-stated"):
    """A paper states a total for the fund's awards. Kept beside the total that the records add up to."""

    source: Words
    total_pence: Pence
