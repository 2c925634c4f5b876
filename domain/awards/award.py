"""An award of public money to a provider for a service: its own facts and shares, and the parts it is made of."""

from collections.abc import Sequence
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
    TransferReapportioned,
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
from domain.periods import Period, day_in_words


class AwardStatus(StrEnum):
    """Where an award stands."""

    REGISTERED = "registered"
    APPROVED = "approved"
    ENDED = "ended"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    TRANSFERRED = "transferred"
    """It passed to a successor by law: what is unpaid is theirs, and there is nothing more for the office to settle."""


OPEN = (AwardStatus.APPROVED, AwardStatus.ENDED)
"""While it stands so, money may still be paid."""

SETTLED = (AwardStatus.CLOSED, AwardStatus.WITHDRAWN, AwardStatus.TRANSFERRED)
"""Once it stands so, nothing more is asked of it."""


OfAShare = AwardAmountConfirmed | AwardUplifted | AwardReduced | PaymentClawedBack
"""What makes one share of an award larger or smaller."""


def is_one_of_several(share: Share, shares: Sequence[Share]) -> bool:
    """Whether an award has several shares of that fund and year, which their ring-fences tell apart."""
    return sum((each.fund, each.year) == (share.fund, share.year) for each in shares) > 1


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
    valued_by: dict[str, str] = {}
    """Who said what the award is worth, by opaque id, and by what deed of theirs; nobody, where events do not say."""
    variations: dict[str, AwardUplifted | AwardReduced] = {}
    turns: dict[str, Event] = {}
    """The last turn of each kind that it took, by the stored name of the event: extended, ended, closed and so on."""
    reissued_as: str | None = None
    novated: AwardNovated | None = None
    """How the provider that holds it now came to it; ``None``: it has held it from the first."""
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

    def share(self, fund: str, year: str, ring_fence: str | None = None) -> Share:
        """What a fund puts in, or ``NotFound``. Of several, the one out of the ring-fence, which must be named.

        With no ring-fence named it is the one that is out of none, if there is one.
        """
        own = [share for share in self.shares if (share.fund, share.year) == (fund, year)]
        named = [share for share in own if share.ring_fence == ring_fence]
        if len(own) == 1 and ring_fence is None:
            return own[0]
        if named:
            return named[0]
        if not own or ring_fence is not None:
            fence = f" in {ring_fence}" if ring_fence else ""
            raise NotFound(f"This award has no share of {fund} {year}{fence}.")
        fences = " and ".join(str(share.ring_fence) for share in own)
        raise Refusal(f"This award has several shares of {fund} {year}, in {fences}: say which (ring_fence).")

    def line(self, share: Share) -> str | None:
        """By which ring-fence events tell a share from others of the same fund and year; ``None``: it is alone."""
        return share.ring_fence if is_one_of_several(share, self.shares) else None

    def paid_from(self, share: Share) -> int:
        """What was paid out of a share and is still with the provider, in pence."""
        return self.payments.paid_from(share.fund, share.year, self.line(share))

    def promised_from(self, share: Share) -> int:
        """What is scheduled or approved out of a share, and not yet paid, in pence."""
        return self.payments.promised_from(share.fund, share.year, self.line(share))

    def unpaid(self) -> list[tuple[Share, int | None]]:
        """What of each share is not paid; ``None`` when the share is not known."""
        return [(s, None if s.amount_pence is None else s.amount_pence - self.paid_from(s)) for s in self.shares]

    def check_ours(self, award: str, on: date | None = None) -> None:
        """Raises ``Refusal`` once the award has passed to a successor by law; but not for a day before that."""
        passed = self.transferred
        if passed is not None and (on is None or on >= passed.effective_on):
            names = " and ".join(each.successor for each in passed.successors)
            day = day_in_words(passed.effective_on)
            raise Refusal(f"Award {award} passed to {names} on {day}: what is unpaid is theirs, and no longer ours.")

    def check_open(self, award: str, on: date | None = None) -> None:
        """Raises ``Refusal`` unless the award is approved and not settled; or was not, on a day before it passed."""
        self.check_ours(award, on)
        if self.status not in OPEN and self.transferred is None:
            raise Refusal(f"Award {award} is {self.status}, not approved.")

    def check_not_settled(self, award: str, what: str) -> None:
        """Raises ``Refusal`` once the award is settled: ``there is nothing to hold back``."""
        self.check_ours(award)
        if self.status in SETTLED:
            raise Refusal(f"Award {award} is {self.status}: {what}.")

    def check_second_person(self, award: str, person: str) -> None:
        """Raises ``Refusal`` when whoever would approve a payment has said what the award is worth."""
        deed = self.valued_by.get(person)
        if deed is not None:
            raise Refusal(f"You {deed.format(award)}: another person of finance must approve its payments.")

    def evolve(self, event: Event) -> Self:
        state = self._part_after(event)
        if state is not self and not isinstance(event, PaymentClawedBack):
            return state  # it is about that part alone
        match event:
            case AwardRegistered(provider=provider, ends_on=ends_on):
                return state._with(registered=event, provider=provider, ends_on=ends_on)
            case AwardApproved(shares=shares):
                approved = state._with(status=AwardStatus.APPROVED, shares=shares, approved=event)
                return approved._valued(event.approved_by, "approved award {}")
            case AwardAmountConfirmed(amount_pence=amount):
                confirmed = state._varied(event, amount - (state._of(event).amount_pence or 0))
                return confirmed._valued(event.confirmed_by, "confirmed an amount of award {}")
            case AwardUplifted(variation=variation, by_pence=by):
                uplifted = state._varied(event, by)._with(variations={**self.variations, variation: event})
                return uplifted._valued(event.approved_by, "made award {} larger")
            case AwardReduced(variation=variation, by_pence=by):
                varied = state._varied(event, -by)
                return varied if variation is None else varied._with(variations={**self.variations, variation: event})
            case PaymentClawedBack(amount_pence=amount):
                return state._varied(event, -amount)
            case AwardClosed():
                return state._settled(AwardStatus.CLOSED)._turned(event)
            case AwardWithdrawn():
                return state._settled(AwardStatus.WITHDRAWN)._turned(event)
            case MonitoringScheduled(schedule=schedule):
                return state._with(schedules={**self.schedules, schedule: event})
            case DocumentAttached(sha256=sha256):
                return state._with(documents={**self.documents, sha256: event})
            case MeasuresAgreed():
                return state._with(measures=event)
            case _:
                return state._turned(event)

    def _turned(self, event: Event) -> Self:
        """The award after a turn, which it remembers."""
        after = self._with(turns={**self.turns, event.name: event})
        match event:
            case AwardExtended(ends_on=ends_on):
                return after._with(ends_on=ends_on)
            case AwardEnded(ended_on=ended_on):
                return after._with(ends_on=ended_on, status=AwardStatus.ENDED)
            case AwardReissued(as_award=as_award):
                return after._with(reissued_as=as_award)
            case AwardNovated(provider=provider):
                return after._with(provider=provider, novated=event)
            case AwardTransferred():
                return after._with(transferred=event, status=AwardStatus.TRANSFERRED)
            case TransferReapportioned(successors=successors) if self.transferred is not None:
                return self._with(transferred=self.transferred.model_copy(update={"successors": successors}))
            case AwardClosed() | AwardWithdrawn():
                return after
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

    def _valued(self, by: str | None, deed: str) -> Self:
        """The award after somebody said what it is worth; a person's first such deed is kept."""
        return self if by is None else self._with(valued_by={by: deed, **self.valued_by})

    def _of(self, event: OfAShare) -> Share:
        """The share that an event is about."""
        return self.share(event.fund, event.year, event.ring_fence)

    def _varied(self, event: OfAShare, by_pence: int) -> Self:
        """The award with the share that an event is about so much larger; what was not known starts from nought."""
        share = self._of(event)
        amount = (share.amount_pence or 0) + by_pence
        varied = share.model_copy(update={"amount_pence": amount, "inferred_pence": None})
        return self._with(shares=tuple(varied if each is share else each for each in self.shares))
