"""Awards: every award with its provider, route, dates and money, and what each fund puts in."""

from dataclasses import dataclass
from datetime import date

from domain.awards.award import AwardStatus
from domain.awards.events import (
    AwardAmountConfirmed,
    AwardApproved,
    AwardReduced,
    AwardRegistered,
    AwardWithdrawn,
    PaymentMade,
)
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


class Awards(Projection):
    """Folds awards and their shares."""

    nouns = frozenset({"award"})

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
                    )
                )
            case AwardApproved(shares=shares, decision=decision):
                row = rows.of(AwardRow, award)
                row.status = AwardStatus.APPROVED.value
                row.decision = decision or row.decision
                row.shares = [[share.fund, share.year] for share in shares]
                for s in shares:
                    rows.add(
                        ShareRow(
                            award, s.fund, s.year, s.amount_pence, s.inferred_pence, s.printed, 0, recorded.position
                        )
                    )
            case AwardAmountConfirmed(fund=fund, year=year, amount_pence=amount):
                share = rows.of(ShareRow, award, fund, year)
                share.amount_pence, share.inferred_pence, share.position = amount, None, recorded.position
            case AwardReduced(fund=fund, year=year, by_pence=by):
                share = rows.of(ShareRow, award, fund, year)
                share.amount_pence, share.position = (share.amount_pence or 0) - by, recorded.position
            case AwardWithdrawn():
                row = rows.of(AwardRow, award)
                row.status = AwardStatus.WITHDRAWN.value
                for fund, year in row.shares:
                    share = rows.of(ShareRow, award, fund, year)
                    share.amount_pence, share.inferred_pence = share.paid_pence, None
                    share.position = recorded.position
            case PaymentMade(fund=fund, year=year, amount_pence=amount):
                rows.of(ShareRow, award, fund, year).paid_pence += amount
