"""An award of public money to a provider for a service: its own facts and shares, and the parts it is made of."""

from datetime import date
from enum import StrEnum
from typing import Any, Self

from domain import money
from domain.awards import events as award_events
from domain.awards import partner_events, payment_events
from domain.awards.change_events import (
    AwardAmountConfirmed,
    AwardClosed,
    AwardEnded,
    AwardExtended,
    AwardNovated,
    AwardReduced,
    AwardReissued,
    AwardTransferred,
    AwardUplifted,
    AwardWithdrawn,
)
from domain.awards.events import (
    AwardApproved,
    AwardRegistered,
    DocumentAttached,
    MeasuresAgreed,
    MonitoringScheduled,
    Share,
)
from domain.awards.milestones import Milestones
from domain.awards.partners import Partners
from domain.awards.payment_events import PaymentClawedBack
from domain.awards.payments import Payments
from domain.errors import NotFound, Refusal
from domain.kernel import Aggregate, Event
from domain.periods import Period


class AwardStatus(StrEnum):
    """Where an award stands."""

    REGISTERED = "registered"
    APPROVED = "approved"
    ENDED = "ended"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


OPEN = (AwardStatus.APPROVED, AwardStatus.ENDED)
"""While it stands so, money may still be paid."""


_PARTS = {
    award_events.__name__: "milestones",
    payment_events.__name__: "payments",
    partner_events.__name__: "partners",
}
"""Which part of an award the events of a module are about, if any."""


class Award(Aggregate):
    """What is known of one award."""

    registered: AwardRegistered | None = None
    status: AwardStatus = AwardStatus.REGISTERED
    provider: str | None = None
    ends_on: date | None = None
    approved: AwardApproved | None = None
    """As approved, before any later change."""
    shares: tuple[Share, ...] = ()
    variations: dict[str, AwardUplifted | AwardReduced] = {}
    reissued_as: str | None = None
    transferred: AwardTransferred | None = None
    milestones: Milestones = Milestones()
    payments: Payments = Payments()
    partners: Partners = Partners()
    schedules: dict[str, MonitoringScheduled] = {}
    documents: dict[str, DocumentAttached] = {}
    measures: MeasuresAgreed | None = None

    @property
    def amount_pence(self) -> int | None:
        """The whole award; ``None`` when any share is not known, or nothing is approved."""
        return money.add(share.amount_pence for share in self.shares) if self.shares else None

    @property
    def days(self) -> Period | None:
        """From its start to its end as it now stands; ``None`` when either is not known."""
        if self.registered is None or self.registered.starts_on is None or self.ends_on is None:
            return None
        return Period(self.registered.starts_on, self.ends_on)

    @property
    def first_shares(self) -> tuple[Share, ...]:
        """As approved, before any later change."""
        return () if self.approved is None else self.approved.shares

    @property
    def approved_from(self) -> date | None:
        """The first day on which it may be paid: as its approval says; or else its start, if it was approved later.

        ``None`` when neither is known, as of approvals that were written down before their day was kept.
        """
        if self.approved is None:
            return None
        if self.approved.effective_on is not None or self.approved.approved_on is None:
            return self.approved.effective_on
        starts_on = None if self.registered is None else self.registered.starts_on
        return min(filter(None, (starts_on, self.approved.approved_on)))

    def share(self, fund: str, year: str) -> Share:
        """What a fund puts in, or ``NotFound``."""
        for share in self.shares:
            if (share.fund, share.year) == (fund, year):
                return share
        raise NotFound(f"This award has no share of {fund} {year}.")

    def paid_from(self, share: Share) -> int:
        """What was paid out of a share and is still with the provider, in pence."""
        return self.payments.paid_from(share.fund, share.year)

    def check_open(self, award: str) -> None:
        """Raises ``Refusal`` unless the award is approved and not settled."""
        if self.status not in OPEN:
            raise Refusal(f"Award {award} is {self.status}, not approved.")

    def evolve(self, event: Event) -> Self:
        state = self._part_after(event)
        if state is not self and not isinstance(event, PaymentClawedBack):
            return state  # it is about that part alone
        match event:
            case AwardRegistered(provider=provider, ends_on=ends_on):
                return state._with(registered=event, provider=provider, ends_on=ends_on)
            case AwardApproved(shares=shares):
                return state._with(status=AwardStatus.APPROVED, shares=shares, approved=event)
            case AwardAmountConfirmed(fund=fund, year=year, amount_pence=amount):
                return state._with_share(fund, year, amount)
            case AwardUplifted(variation=variation, fund=fund, year=year, by_pence=by):
                varied = state._with_share(fund, year, (self.share(fund, year).amount_pence or 0) + by)
                return varied._with(variations={**self.variations, variation: event})
            case AwardReduced(variation=variation, fund=fund, year=year, by_pence=by):
                varied = state._with_share(fund, year, (self.share(fund, year).amount_pence or 0) - by)
                return varied if variation is None else varied._with(variations={**self.variations, variation: event})
            case PaymentClawedBack(fund=fund, year=year, amount_pence=amount):
                return state._with_share(fund, year, (self.share(fund, year).amount_pence or 0) - amount)
            case AwardClosed():
                return state._settled(AwardStatus.CLOSED)
            case AwardWithdrawn():
                return state._settled(AwardStatus.WITHDRAWN)
            case MonitoringScheduled(schedule=schedule):
                return state._with(schedules={**self.schedules, schedule: event})
            case DocumentAttached(sha256=sha256):
                return state._with(documents={**self.documents, sha256: event})
            case MeasuresAgreed():
                return state._with(measures=event)
            case _:
                return state._turned(event)

    def _turned(self, event: Event) -> Self:
        """The award after a turn that is not of money."""
        match event:
            case AwardExtended(ends_on=ends_on):
                return self._with(ends_on=ends_on)
            case AwardEnded(ended_on=ended_on):
                return self._with(ends_on=ended_on, status=AwardStatus.ENDED)
            case AwardReissued(as_award=as_award):
                return self._with(reissued_as=as_award)
            case AwardNovated(provider=provider):
                return self._with(provider=provider)
            case AwardTransferred():
                return self._with(transferred=event)
            case _:
                return self

    def _part_after(self, event: Event) -> Self:
        """The award with the one part changed that the event is about, if it is about one."""
        part = _PARTS.get(type(event).__module__)
        if part is None:
            return self
        before: Aggregate = getattr(self, part)
        after = before.evolve(event)
        return self if after is before else self._with(**{part: after})

    def _settled(self, status: AwardStatus) -> Self:
        """Nothing is promised any more: each share is what was paid of it."""
        shares = tuple(
            share.model_copy(update={"amount_pence": self.paid_from(share), "inferred_pence": None})
            for share in self.shares
        )
        return self._with(status=status, shares=shares)

    def _with(self, **changes: Any) -> Self:
        return self.model_copy(update=changes)

    def _with_share(self, fund: str, year: str, amount_pence: int) -> Self:
        shares = tuple(
            share.model_copy(update={"amount_pence": amount_pence, "inferred_pence": None})
            if (share.fund, share.year) == (fund, year)
            else share
            for share in self.shares
        )
        return self._with(shares=shares)
