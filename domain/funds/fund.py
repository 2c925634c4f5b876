"""A fund: one funding stream in one financial year, and the rule that it is not committed beyond what it holds.

Inside a fund, each ring-fence is a compartment with a balance of its own; what is in none of them is the core. For the
whole fund and for each compartment: received = committed + earmarked + left + returned + carried out.
"""

from decimal import Decimal
from typing import Self

from domain import money
from domain.errors import NotFound, Refusal
from domain.funds.events import (
    AdministrationCapSet,
    AllocationAmended,
    AllocationConfirmed,
    AllocationReceived,
    CapBasis,
    CommitmentConfirmed,
    CommitmentRaised,
    CommitmentWithdrawn,
    EarmarkHeld,
    EarmarkKind,
    EarmarkReleased,
    FundOpened,
    FundsCarriedIn,
    FundsCarriedOut,
    FundsClawedBack,
    FundsCommitted,
    FundsPaid,
    FundsReleased,
    RingFenceSet,
    ToleranceSet,
    TotalStated,
    UnderspendReturned,
)
from domain.kernel import Aggregate, Event, Value

OfAShare = CommitmentConfirmed | CommitmentRaised | CommitmentWithdrawn | FundsReleased | FundsPaid | FundsClawedBack
"""What happens to one share of an award that was committed."""


class Commitment(Value):
    """An award's share. ``None`` pence: not known."""

    amount_pence: int | None
    inferred_pence: int | None = None
    paid_pence: int = 0
    ring_fence: str | None = None


class Earmark(Value):
    """Money kept aside."""

    title: str
    kind: EarmarkKind
    amount_pence: int
    first_pence: int
    """As it was first held, before anything was released."""
    ring_fence: str | None = None
    releases: dict[str, EarmarkReleased] = {}
    """Those that have a reference of their own."""
    to_award: str | None = None
    """The award that takes it, when it was the match of a bid that is won."""


class Fund(Aggregate):
    """What is known of one fund."""

    title: str = ""
    funder: str = ""
    return_to: str | None = None
    first_allocations: dict[str, AllocationReceived] = {}
    """As first recorded, before anything was confirmed."""
    allocations: dict[str, AllocationReceived] = {}
    amendments: dict[str, AllocationAmended] = {}
    ring_fences: dict[str, RingFenceSet] = {}
    carried_in: dict[str, FundsCarriedIn] = {}
    carried_out: dict[str, FundsCarriedOut] = {}
    returned: dict[str, UnderspendReturned] = {}
    tolerance: ToleranceSet | None = None
    administration_cap: AdministrationCapSet | None = None
    earmarks: dict[str, Earmark] = {}
    commitments: dict[str, Commitment] = {}
    """By award; a further share of the same award, out of another ring-fence, by award and ring-fence."""
    payments: dict[str, FundsPaid] = {}
    """By award and payment."""
    clawed_back_pence: dict[str, int] = {}
    """What came back of each payment."""
    stated_totals: dict[str, int] = {}

    @property
    def received_pence(self) -> int | None:
        """What has been allocated, amended and carried in; ``None`` when any allocation is not known in amount."""
        allocated = money.add(allocation.amount_pence for allocation in self.allocations.values())
        if allocated is None:
            return None
        amended = sum(amendment.change_pence for amendment in self.amendments.values())
        return allocated + amended + sum(carried.amount_pence for carried in self.carried_in.values())

    def received_in(self, ring_fence: str | None) -> int | None:
        """What a compartment holds in all: the ring-fence, or (``None``) the core."""
        if ring_fence is not None:
            return self.ring_fences[ring_fence].amount_pence
        received = self.received_pence
        return None if received is None else received - sum(each.amount_pence for each in self.ring_fences.values())

    def taken_in(self, ring_fence: str | None) -> int:
        """What is committed (as far as it is known) or earmarked in a compartment."""
        own = [c.amount_pence or 0 for c in self.commitments.values() if c.ring_fence == ring_fence]
        return sum(own) + sum(e.amount_pence for e in self.earmarks.values() if e.ring_fence == ring_fence)

    def gone_from(self, ring_fence: str | None) -> int:
        """What left a compartment: carried out to another fund, or returned to the funder."""
        out = sum(each.amount_pence for each in self.carried_out.values() if each.ring_fence == ring_fence)
        return out + sum(each.amount_pence for each in self.returned.values() if each.ring_fence == ring_fence)

    def left_in(self, ring_fence: str | None) -> int | None:
        """What is free in a compartment; less than nought when it is over-committed."""
        received = self.received_in(ring_fence)
        return None if received is None else received - self.taken_in(ring_fence) - self.gone_from(ring_fence)

    @property
    def left_pence(self) -> int | None:
        """What is free in the whole fund; less than nought when it is over-committed."""
        lefts = [self.left_in(ring_fence) for ring_fence in (None, *self.ring_fences)]
        return money.add(lefts)

    @property
    def taken_pence(self) -> int:
        """What is committed (as far as it is known) or earmarked in the whole fund."""
        return sum(self.taken_in(ring_fence) for ring_fence in (None, *self.ring_fences))

    @property
    def over_pence(self) -> int:
        """By how much the compartments are over-committed, added up."""
        lefts = (self.left_in(ring_fence) for ring_fence in (None, *self.ring_fences))
        return sum(max(0, -left) for left in lefts if left is not None)

    @property
    def tolerance_pence(self) -> int:
        """How far beyond what was received the fund may be committed. A percentage is of what was received."""
        if self.tolerance is None:
            return 0
        if self.tolerance.amount_pence is not None:
            return self.tolerance.amount_pence
        return int((self.received_pence or 0) * (self.tolerance.per_cent or Decimal(0)) / 100)

    @property
    def administration_pence(self) -> int:
        """What is kept for administration: the earmarks of that kind, and nothing else."""
        return sum(e.amount_pence for e in self.earmarks.values() if e.kind is EarmarkKind.ADMINISTRATION)

    @property
    def administration_cap_pence(self) -> int | None:
        """The most that may be kept for administration; ``None`` when no cap is set, or its basis is not known."""
        cap = self.administration_cap
        if cap is None:
            return None
        paid = sum(commitment.paid_pence for commitment in self.commitments.values())
        basis = self.received_pence if cap.basis is CapBasis.ALLOCATION else paid
        return None if basis is None else int(basis * cap.per_cent / 100)

    def commitment_key(self, award: str, ring_fence: str | None) -> str:
        """Under which key an award's share is kept: by the award, or by the ring-fence too where that is another share.

        No ring-fence named: the first of the award's shares.
        """
        first = self.commitments.get(award)
        if first is None or ring_fence == first.ring_fence:
            return award
        key = f"{award} {ring_fence or ''}"
        return key if ring_fence is not None or key in self.commitments else award

    def commitment(self, award: str, ring_fence: str | None) -> Commitment | None:
        """What an award takes of the fund out of a ring-fence, or (``None``) its only share or that of the core."""
        return self.commitments.get(self.commitment_key(award, ring_fence))

    def check_ring_fence(self, ring_fence: str | None) -> None:
        """Raises ``NotFound`` for a ring-fence that is not set."""
        if ring_fence is not None and ring_fence not in self.ring_fences:
            raise NotFound(f"{self.title} has no ring-fence {ring_fence}. Set it first (set-ring-fence).")

    def over_after(self, more_pence: int, what: str, ring_fence: str | None = None) -> int:
        """By how much the fund is over-committed once ``more_pence`` is taken of a compartment too.

        Raises ``Refusal`` if that is more than the tolerance allows. A fund whose allocation is not known in amount
        refuses nothing: what is left of it is not known either.
        """
        if not self.allocations and not self.carried_in:
            raise Refusal(f"{self.title} has no allocation yet: record what was received before {what}.")
        self.check_ring_fence(ring_fence)
        left = self.left_in(ring_fence)
        if left is None:
            return 0
        over_here = max(0, more_pence - left)
        over = self.over_pence - max(0, -left) + over_here
        if more_pence and over > self.tolerance_pence and over > self.over_pence:
            place = f"ring-fence {ring_fence} of {self.title}" if ring_fence else self.title
            allowed = f"a tolerance of {money.pounds(self.tolerance_pence)}" if self.tolerance else "no tolerance"
            raise Refusal(
                f"{place[:1].upper()}{place[1:]} has {money.pounds(max(0, left))} left, and {what} of "
                f"{money.pounds(more_pence)} would put it {money.pounds(over_here)} over, with {allowed} set. "
                "Lower the amount, release something, or have a tolerance authorised (set-tolerance)."
            )
        return over

    def check_free(self, amount_pence: int, ring_fence: str | None, what: str) -> None:
        """Raises ``Refusal`` unless so much is free: what is committed or kept aside cannot leave the fund.

        It must be free in the compartment and in the whole fund, as another compartment may be over-committed.
        """
        self.check_ring_fence(ring_fence)
        here, whole = self.left_in(ring_fence), self.left_pence
        if ring_fence is not None and here is not None and amount_pence > here and (whole is None or here <= whole):
            raise Refusal(
                f"Ring-fence {ring_fence} of {self.title} has {money.pounds(max(0, here))} free: no more than that can "
                f"be {what}."
            )
        left = min((left for left in (here, whole) if left is not None), default=None)
        if left is not None and amount_pence > left:
            raise Refusal(f"{self.title} has {money.pounds(max(0, left))} free: no more than that can be {what}.")

    def evolve(self, event: Event) -> Self:
        match event:
            case FundOpened():
                return self.model_copy(update=dict(event))
            case AllocationReceived(agreement=agreement):
                return self._plus("allocations", agreement, event)._plus("first_allocations", agreement, event)
            case AllocationConfirmed(agreement=agreement, amount_pence=amount):
                exact = {"amount_pence": amount, "exact": True}
                return self._plus("allocations", agreement, self.allocations[agreement].model_copy(update=exact))
            case AllocationAmended(addendum=addendum):
                return self._plus("amendments", addendum, event)
            case RingFenceSet(ring_fence=ring_fence):
                return self._plus("ring_fences", ring_fence, event)
            case FundsCarriedIn(transfer=transfer):
                return self._plus("carried_in", transfer, event)
            case FundsCarriedOut(transfer=transfer):
                return self._plus("carried_out", transfer, event)
            case UnderspendReturned(returned=returned):
                return self._plus("returned", returned, event)
            case ToleranceSet():
                return self.model_copy(update={"tolerance": event})
            case AdministrationCapSet():
                return self.model_copy(update={"administration_cap": event})
            case TotalStated(source=source, total_pence=total):
                return self._plus("stated_totals", source, total)
            case EarmarkHeld() | EarmarkReleased():
                return self._earmarked(event)
            case _:
                return self._committed(event)

    def _earmarked(self, event: EarmarkHeld | EarmarkReleased) -> Self:
        if isinstance(event, EarmarkHeld):
            first = {"amount_pence": event.amount_pence, "first_pence": event.amount_pence}
            held = Earmark(title=event.title, kind=event.kind, ring_fence=event.ring_fence, **first)
        else:
            held = self.earmarks[event.earmark]
            releases = held.releases if event.release is None else {**held.releases, event.release: event}
            less = {"amount_pence": held.amount_pence - event.amount_pence, "releases": releases}
            held = held.model_copy(update={**less, "to_award": event.to_award or held.to_award})
        return self._plus("earmarks", event.earmark, held)

    def _committed(self, event: Event) -> Self:
        match event:
            case FundsCommitted(award=award, amount_pence=amount, inferred_pence=inferred, ring_fence=ring_fence):
                commitment = Commitment(amount_pence=amount, inferred_pence=inferred, ring_fence=ring_fence)
                key = award if award not in self.commitments else f"{award} {ring_fence or ''}"
                return self._plus("commitments", key, commitment)
            case CommitmentConfirmed(amount_pence=amount):
                return self._changed(event, amount_pence=amount, inferred_pence=None)
            case CommitmentRaised(amount_pence=amount):
                return self._changed(event, amount_pence=(self._share(event).amount_pence or 0) + amount)
            case FundsReleased(amount_pence=amount):
                return self._changed(event, amount_pence=(self._share(event).amount_pence or 0) - amount)
            case CommitmentWithdrawn():
                return self._changed(event, amount_pence=0, inferred_pence=None)
            case FundsPaid(award=award, payment=payment, amount_pence=amount):
                paid = self._changed(event, paid_pence=self._share(event).paid_pence + amount)
                return paid._plus("payments", f"{award} {payment}", event)
            case FundsClawedBack(award=award, payment=payment, amount_pence=amount):
                share = self._share(event)
                less = self._changed(
                    event, amount_pence=(share.amount_pence or 0) - amount, paid_pence=share.paid_pence - amount
                )
                back = f"{award} {payment}"
                return less._plus("clawed_back_pence", back, self.clawed_back_pence.get(back, 0) + amount)
            case _:
                return self

    def _plus(self, field: str, key: str, value: object) -> Self:
        return self.model_copy(update={field: {**getattr(self, field), key: value}})

    def _share(self, event: OfAShare) -> Commitment:
        """The share that an event is about."""
        return self.commitments[self.commitment_key(event.award, event.ring_fence)]

    def _changed(self, event: OfAShare, **changes: int | None) -> Self:
        key = self.commitment_key(event.award, event.ring_fence)
        return self._plus("commitments", key, self.commitments[key].model_copy(update=changes))
