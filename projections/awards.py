"""Awards: every award with its provider, route, dates and money, and what each fund puts in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain.awards import change_events
from domain.awards.award import AwardStatus, OfAShare, is_one_of_several
from domain.awards.change_events import (
    Apportioned,
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
from domain.awards.events import AwardApproved, AwardRegistered, MeasuresAgreed
from domain.awards.payment_events import PaymentClawedBack, PaymentMade
from domain.kernel import Recorded
from projections.projection import Projection
from projections.rows import Row, Rows


@dataclass
class AwardRow(Row, table="awards", key=("award",), indexes=(("provider",), ("reissued_as",))):
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
    lines: list[str]
    """Of each share, in the same order, the ring-fence that tells it from others of that fund and year, or nothing."""
    holders: list[list[str | None]]
    """Who held it, in order: the provider, from which day, until which, and where the consent of the parties stands."""
    paid: list[str]
    """The payments that were made, by reference."""
    rests_on: str | None = None
    """The decision on record."""
    reissued_as: str | None = None
    transferred_on: date | None = None
    transferred_to: list[list[str]] | None = None
    """Each successor, and the pence that pass to it."""
    transferred_by: str | None = None
    """The scheme by which it passed."""
    measures: list[str] | None = None
    """What was agreed to be reported on; ``None``: the framework's standard."""
    outcomes: list[str] | None = None
    position: int = 0
    """The event that registered it."""
    ended_position: int | None = None
    """The last event that moved its end."""
    ended_from: date | None = None
    """The end before that."""


def holder_on(row: AwardRow, day: date) -> str | None:
    """The provider that held an award on a day, as now known; before the first day of all, the first one."""
    held = row.provider if not row.holders else row.holders[0][0]
    for provider, since, _until, _consent in row.holders:
        if since is not None and since <= day.isoformat():
            held = provider
    return held


@dataclass
class PassedRow(Row, table="award_shares_passed", key=("award", "number", "fund", "year", "ring_fence")):
    """What of one share passed to one successor by law. Money in whole pence."""

    award: str
    number: int
    """Of the successor, from 1."""
    fund: str
    year: str
    ring_fence: str
    """Empty when it is out of none."""
    successor: str
    unpaid_pence: int


@dataclass
class ShareRow(Row, table="award_shares", key=("award", "fund", "year", "line"), indexes=(("fund", "year"),)):
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
    line: str = ""
    """The ring-fence, where that tells it from another share of the same fund and year."""


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
                        lines=[],
                        holders=[[event.provider, None, None, None]],
                        paid=[],
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
                row.lines = [(s.ring_fence or "") if is_one_of_several(s, shares) else "" for s in shares]
                for s, line in zip(shares, row.lines, strict=True):
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
                            line=line,
                        )
                    )
            case (
                AwardAmountConfirmed() | AwardUplifted() | AwardReduced() | PaymentClawedBack() | PaymentMade() as event
            ):
                self._vary(recorded, event, rows)
            case _:
                self._turn(recorded, rows)

    @staticmethod
    def _vary(recorded: Recorded, event: OfAShare | PaymentMade, rows: Rows) -> None:
        """A share that becomes known, larger or smaller, or of which some is paid."""
        share = rows.of(ShareRow, recorded.reference, event.fund, event.year, event.ring_fence or "")
        amount = share.amount_pence or 0
        match event:
            case PaymentMade(payment=payment):
                share.paid_pence += event.amount_pence
                share.payments = [*share.payments, recorded.position]
                rows.of(AwardRow, recorded.reference).paid.append(payment)
                return
            case AwardAmountConfirmed():
                share.amount_pence, share.inferred_pence = event.amount_pence, None
                share.sources = share.sources[:1]
            case AwardUplifted(by_pence=by):
                share.amount_pence = amount + by
            case AwardReduced(by_pence=by):
                share.amount_pence = amount - by
            case PaymentClawedBack():
                share.paid_pence -= event.amount_pence
                share.payments = [*share.payments, recorded.position]
                share.amount_pence = amount - event.amount_pence
        share.position = recorded.position
        share.sources = [*share.sources, recorded.position]

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
            case AwardNovated(provider=provider, effective_on=day, consent=consent):
                row = rows.of(AwardRow, award)
                row.provider = provider
                row.holders[-1][2] = (day - timedelta(days=1)).isoformat()
                row.holders.append([provider, day.isoformat(), None, consent])
            case AwardTransferred(successors=successors, effective_on=day, scheme=scheme):
                row = rows.of(AwardRow, award)
                row.status = AwardStatus.TRANSFERRED.value
                row.transferred_on, row.transferred_by = day, scheme
                _pass(row, successors, rows)
            case TransferReapportioned(successors=successors):
                _pass(rows.of(AwardRow, award), successors, rows)
            case AwardClosed() | AwardWithdrawn():
                row = rows.of(AwardRow, award)
                closed = isinstance(recorded.event, AwardClosed)
                row.status = (AwardStatus.CLOSED if closed else AwardStatus.WITHDRAWN).value
                for (fund, year), line in zip(row.shares, row.lines, strict=True):
                    share = rows.of(ShareRow, award, fund, year, line)
                    share.amount_pence, share.inferred_pence = share.paid_pence, None
                    share.position = recorded.position
                    share.sources = [share.sources[0], *share.payments, recorded.position]


def _pass(row: AwardRow, successors: Sequence[Apportioned], rows: Rows) -> None:
    """What passes to each successor, in all and (where that was kept) of each share."""
    row.transferred_to = [[each.successor, str(each.unpaid_pence)] for each in successors]
    for number, each in enumerate(successors, 1):
        for share in each.shares:
            place = (share.fund, share.year, share.ring_fence or "")
            rows.add(PassedRow(row.award, number, *place, each.successor, share.unpaid_pence))
