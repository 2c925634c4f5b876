"""An award of public money to a provider for a service, with its milestones."""

from datetime import date
from enum import StrEnum
from typing import Self

from domain import money
from domain.awards.events import (
    AwardAmountConfirmed,
    AwardApproved,
    AwardReduced,
    AwardRegistered,
    AwardWithdrawn,
    MilestoneCompleted,
    MilestoneMissed,
    MilestonePlanned,
    MilestoneRescheduled,
    MilestoneWaived,
    MonitoringScheduled,
    PaymentMade,
    Share,
)
from domain.errors import NotFound
from domain.kernel import Aggregate, Event, Value


class AwardStatus(StrEnum):
    """Where an award stands."""

    REGISTERED = "registered"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class Milestone(Value):
    """Something the provider must have done by a day."""

    title: str
    due_on: date
    first_due_on: date
    completed_on: date | None = None
    missed: bool = False
    waived: bool = False


class Award(Aggregate):
    """What is known of one award."""

    registered: AwardRegistered | None = None
    status: AwardStatus = AwardStatus.REGISTERED
    first_shares: tuple[Share, ...] = ()
    """As approved, before any later change."""
    shares: tuple[Share, ...] = ()
    paid_pence: dict[str, int] = {}
    """Paid so far, by fund and year (``moj-victims 2017-18``)."""
    payments: dict[str, PaymentMade] = {}
    milestones: dict[str, Milestone] = {}
    schedules: dict[str, MonitoringScheduled] = {}

    @property
    def amount_pence(self) -> int | None:
        """The whole award; ``None`` when any share is not known, or nothing is approved."""
        return money.add(share.amount_pence for share in self.shares) if self.shares else None

    def milestone(self, reference: str) -> Milestone:
        """The milestone, or ``NotFound``."""
        known = self.milestones.get(reference)
        if known is None:
            raise NotFound(f"There is no milestone {reference} in this award. Plan it first (plan-milestone).")
        return known

    def share(self, fund: str, year: str) -> Share:
        """What a fund puts in, or ``NotFound``."""
        for share in self.shares:
            if (share.fund, share.year) == (fund, year):
                return share
        raise NotFound(f"This award has no share of {fund} {year}.")

    def paid_from(self, share: Share) -> int:
        """What was paid so far out of a share, in pence."""
        return self.paid_pence.get(f"{share.fund} {share.year}", 0)

    def evolve(self, event: Event) -> Self:
        match event:
            case AwardRegistered():
                return self.model_copy(update={"registered": event})
            case AwardApproved(shares=shares):
                return self.model_copy(
                    update={"status": AwardStatus.APPROVED, "shares": shares, "first_shares": shares}
                )
            case AwardAmountConfirmed(fund=fund, year=year, amount_pence=amount):
                return self._with_share(fund, year, amount)
            case AwardReduced(fund=fund, year=year, by_pence=by):
                return self._with_share(fund, year, (self.share(fund, year).amount_pence or 0) - by)
            case AwardWithdrawn():
                shares = tuple(
                    share.model_copy(update={"amount_pence": self.paid_from(share), "inferred_pence": None})
                    for share in self.shares
                )
                return self.model_copy(update={"status": AwardStatus.WITHDRAWN, "shares": shares})
            case PaymentMade(payment=payment, fund=fund, year=year, amount_pence=amount):
                key = f"{fund} {year}"
                paid = {**self.paid_pence, key: self.paid_pence.get(key, 0) + amount}
                return self.model_copy(update={"paid_pence": paid, "payments": {**self.payments, payment: event}})
            case MilestonePlanned(milestone=milestone, title=title, due_on=due_on):
                return self._with_milestone(milestone, Milestone(title=title, due_on=due_on, first_due_on=due_on))
            case MilestoneRescheduled(milestone=milestone, due_on=due_on):
                return self._changed(milestone, due_on=due_on, missed=False)
            case MilestoneCompleted(milestone=milestone, completed_on=completed_on):
                return self._changed(milestone, completed_on=completed_on)
            case MilestoneMissed(milestone=milestone):
                return self._changed(milestone, missed=True)
            case MilestoneWaived(milestone=milestone):
                return self._changed(milestone, waived=True)
            case MonitoringScheduled(schedule=schedule):
                return self.model_copy(update={"schedules": {**self.schedules, schedule: event}})
            case _:
                return self

    def _with_share(self, fund: str, year: str, amount_pence: int) -> Self:
        shares = tuple(
            share.model_copy(update={"amount_pence": amount_pence, "inferred_pence": None})
            if (share.fund, share.year) == (fund, year)
            else share
            for share in self.shares
        )
        return self.model_copy(update={"shares": shares})

    def _with_milestone(self, reference: str, milestone: Milestone) -> Self:
        return self.model_copy(update={"milestones": {**self.milestones, reference: milestone}})

    def _changed(self, reference: str, **changes: date | bool) -> Self:
        return self._with_milestone(reference, self.milestones[reference].model_copy(update=changes))
