"""What the tests of a fund's compartments begin with."""

from datetime import date
from typing import Any

from domain.funds.consequences import (
    CommitFunds,
)
from domain.funds.events import (
    AllocationAmended,
    AllocationReceived,
    FundOpened,
    FundsCarriedOut,
    FundsCommitted,
    ReturnedHow,
    RingFenceKind,
    RingFenceSet,
    ToleranceSet,
    UnderspendReturned,
)
from domain.funds.leaving import CarryFunds, ReturnUnderspend

OF: dict[str, Any] = {"fund": "moj-victims", "year": "2022-23"}

TODAY = date(2017, 10, 16)

WHY = {"reason": "The addendum of August."}

OPENED = FundOpened(title="MoJ victims' services", funder="Ministry of Justice", return_to="moj")

CORE = AllocationReceived(
    agreement="core", amount_pence=1_000_000_00, printed=None, exact=True, source="Grant letter", received_on=None
)

NOT_KNOWN = CORE.model_copy(update={"agreement": "later", "amount_pence": None})

RECEIVED = (OPENED, CORE)


def fenced(amount_pence: int, ring_fence: str = "dasv", **more: Any) -> RingFenceSet:
    """Part of the fund is set apart."""
    said = {"title": "Domestic abuse", "kind": RingFenceKind.RING_FENCE, "effective_on": TODAY, **WHY, **more}
    return RingFenceSet(ring_fence=ring_fence, amount_pence=amount_pence, **said)


def committed(
    award: str, amount_pence: int | None, ring_fence: str | None = None, over_pence: int = 0
) -> FundsCommitted:
    """An award's share."""
    return FundsCommitted(
        award=award, amount_pence=amount_pence, inferred_pence=None, over_pence=over_pence, ring_fence=ring_fence
    )


def commit(award: str, amount_pence: int | None, ring_fence: str | None = None) -> CommitFunds:
    """The order that follows from an award."""
    return CommitFunds(**OF, award=award, amount_pence=amount_pence, ring_fence=ring_fence)


def amended(change_pence: int, addendum: str = "add-1") -> AllocationAmended:
    """An addendum."""
    return AllocationAmended(agreement="core", addendum=addendum, change_pence=change_pence, effective_on=TODAY, **WHY)


def tolerated(amount_pence: int) -> ToleranceSet:
    """The fund may be over by so much."""
    return ToleranceSet(
        per_cent=None, amount_pence=amount_pence, authorised_by="CFO", decision="2022-1", reason="Underspend is usual."
    )


NEXT: dict[str, Any] = {"to_fund": "moj-victims", "to_year": "2023-24"}

PERMITTED: dict[str, Any] = {"permission": "The Ministry's letter of 2 March.", "use_by": date(2024, 3, 31)}


def carried(amount_pence: int, transfer: str = "cf-1", ring_fence: str | None = None) -> FundsCarriedOut:
    """Money went to the next year."""
    said = {**NEXT, **PERMITTED, "decision": None, "effective_on": TODAY}
    return FundsCarriedOut(transfer=transfer, amount_pence=amount_pence, ring_fence=ring_fence, **said)


def carry(amount_pence: int, transfer: str = "cf-1", **more: Any) -> CarryFunds:
    """The order to carry money to the next year."""
    return CarryFunds(transfer=transfer, amount_pence=amount_pence, **{**OF, **NEXT, **PERMITTED, **more})


def returned(amount_pence: int, reference: str = "r1", ring_fence: str | None = None) -> UnderspendReturned:
    """Money went back to the funder."""
    return UnderspendReturned(
        returned=reference,
        amount_pence=amount_pence,
        ring_fence=ring_fence,
        how=ReturnedHow.NETTED_OFF,
        reason="Posts stood vacant.",
        effective_on=TODAY,
    )


def give_back(amount_pence: int, reference: str = "r1", **more: Any) -> ReturnUnderspend:
    """The order to record that money went back."""
    said = {**OF, "how": ReturnedHow.NETTED_OFF, "reason": "Posts stood vacant.", **more}
    return ReturnUnderspend(returned=reference, amount_pence=amount_pence, **said)
