"""Awards: every award with its provider, route, dates and money, and what each fund puts in."""

from dataclasses import dataclass
from datetime import date

from domain.awards import change_events
from domain.awards.award import AwardStatus
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
from domain.awards.events import AwardApproved, AwardRegistered, MeasuresAgreed
from domain.awards.payment_events import PaymentClawedBack, PaymentMade
from domain.kernel import Recorded
from projections.projection import Projection
from projections.rows import Row, Rows


@dataclass
class AwardRow(Row, table="awards", key=("award",)):
    """One award."""

    award: str
    service: str
    provider: str | None
    route: str
    ground: str | None
    starts_on: date | None
    ends_on: date | None
    decision: str | None
    status: str
    remarks: list[str]
    shares: list[list[str]]
    """The fund and year of each share."""
    rests_on: str | None = None
    """The decision on record."""
    reissued_as: str | None = None
    transferred_to: list[list[str]] | None = None
    """Each successor, and the pence that pass to it."""
    measures: list[str] | None = None
    """What was agreed to be reported on; ``None``: the framework's standard."""
    outcomes: list[str] | None = None
    position: int = 0
    """The event that registered it."""
    ended_position: int | None = None
    """The last event that moved its end."""
    ended_from: date | None = None
    """The end before that."""


@dataclass
class ShareRow(Row, table="award_shares", key=("award", "fund", "year")):
    """What one fund puts into an award. Money in whole pence; ``None``: not known."""

    award: str
    fund: str
    year: str
    amount_pence: int | None
    inferred_pence: int | None
    printed: str | None
    paid_pence: int
    position: int
    """The last event that set the amount."""
    sources: list[int]
    """Every event that made the amount what it is, in order."""
    payments: list[int]
    """Every event by which money went out or came back."""
    first_pence: int | None = None
    """As approved."""
    ring_fence: str | None = None


class Awards(Projection):
    """Folds awards and their shares."""

    events = (AwardRegistered, AwardApproved, MeasuresAgreed, change_events, PaymentMade, PaymentClawedBack)

    def apply(self, recorded: Recorded, rows: Rows) -> None:
        award = recorded.reference
        match recorded.event:
            case AwardRegistered() as event:
                rows.add(
                    AwardRow(
                        award=award,
                        service=event.service,
                        provider=event.provider,
                        route=event.route.value,
                        ground=event.ground,
                        starts_on=event.starts_on,
                        ends_on=event.ends_on,
                        decision=event.decision,
                        status=AwardStatus.REGISTERED.value,
                        remarks=list(event.remarks),
                        shares=[],
                        position=recorded.position,
                    )
                )
            case MeasuresAgreed(measures=measures, outcomes=outcomes):
                row = rows.of(AwardRow, award)
                row.measures, row.outcomes = list(measures), list(outcomes)
            case AwardApproved(shares=shares, decision=decision, rests_on=rests_on):
                row = rows.of(AwardRow, award)
                row.rests_on = rests_on
                row.status = AwardStatus.APPROVED.value
                row.decision = decision or row.decision
                row.shares = [[share.fund, share.year] for share in shares]
                for s in shares:
                    rows.add(
                        ShareRow(
                            award=award,
                            fund=s.fund,
                            year=s.year,
                            amount_pence=s.amount_pence,
                            inferred_pence=s.inferred_pence if s.amount_pence is None else None,
                            printed=s.printed,
                            paid_pence=0,
                            position=recorded.position,
                            sources=[recorded.position],
                            payments=[],
                            first_pence=s.amount_pence,
                            ring_fence=s.ring_fence,
                        )
                    )
            case AwardAmountConfirmed(fund=fund, year=year, amount_pence=amount):
                share = rows.of(ShareRow, award, fund, year)
                share.amount_pence, share.inferred_pence, share.position = amount, None, recorded.position
                share.sources = [share.sources[0], recorded.position]
            case AwardUplifted(fund=fund, year=year, by_pence=by):
                self._vary(rows.of(ShareRow, award, fund, year), by, recorded.position)
            case AwardReduced(fund=fund, year=year, by_pence=by):
                self._vary(rows.of(ShareRow, award, fund, year), -by, recorded.position)
            case PaymentClawedBack(fund=fund, year=year, amount_pence=amount):
                share = rows.of(ShareRow, award, fund, year)
                share.paid_pence -= amount
                share.payments = [*share.payments, recorded.position]
                self._vary(share, -amount, recorded.position)
            case PaymentMade(fund=fund, year=year, amount_pence=amount):
                share = rows.of(ShareRow, award, fund, year)
                share.paid_pence += amount
                share.payments = [*share.payments, recorded.position]
            case _:
                self._turn(recorded, rows)

    @staticmethod
    def _vary(share: ShareRow, by_pence: int, position: int) -> None:
        share.amount_pence, share.position = (share.amount_pence or 0) + by_pence, position
        share.sources = [*share.sources, position]

    @staticmethod
    def _turn(recorded: Recorded, rows: Rows) -> None:
        """The turns an award may take that are not of money."""
        award = recorded.reference
        match recorded.event:
            case AwardExtended(ends_on=ends_on):
                row = rows.of(AwardRow, award)
                row.ends_on, row.ended_from, row.ended_position = ends_on, row.ends_on, recorded.position
            case AwardEnded(ended_on=ended_on):
                row = rows.of(AwardRow, award)
                row.status, row.ended_from, row.ends_on = AwardStatus.ENDED.value, row.ends_on, ended_on
                row.ended_position = recorded.position
            case AwardReissued(as_award=as_award):
                rows.of(AwardRow, award).reissued_as = as_award
            case AwardNovated(provider=provider):
                rows.of(AwardRow, award).provider = provider
            case AwardTransferred(successors=successors):
                rows.of(AwardRow, award).transferred_to = [[s.successor, str(s.unpaid_pence)] for s in successors]
            case AwardClosed() | AwardWithdrawn():
                row = rows.of(AwardRow, award)
                closed = isinstance(recorded.event, AwardClosed)
                row.status = (AwardStatus.CLOSED if closed else AwardStatus.WITHDRAWN).value
                for fund, year in row.shares:
                    share = rows.of(ShareRow, award, fund, year)
                    share.amount_pence, share.inferred_pence = share.paid_pence, None
                    share.position = recorded.position
                    share.sources = [share.sources[0], *share.payments, recorded.position]
