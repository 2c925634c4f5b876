"""The other money of awards: pools, match funding, second tiers; and the register of single tenders."""

from dataclasses import dataclass
from datetime import date

from domain.awards import partner_events
from domain.awards.partner_events import (
    ContributionPromised,
    ContributionReceived,
    PartnerWithdrew,
    PoolDescribed,
    SecondTierRecorded,
    SingleTenderRecorded,
)
from domain.kernel import Recorded
from projections.projection import Projection
from projections.rows import Row, Rows


@dataclass
class PoolRow(Row, table="pools", key=("award",)):
    """A pooled budget that an award is the office's share of. Money in whole pence; ``None``: not stated."""

    award: str
    host: str
    whole_pence: int | None


@dataclass
class ContributionRow(Row, table="contributions", key=("award", "contribution")):
    """What a partner in a pool, or a match funder, promised and paid. Money in whole pence; ``None``: not stated."""

    award: str
    contribution: str
    partner: str
    match: bool
    promised_pence: int | None
    received_pence: int = 0
    withdrawn: bool = False
    withdrew_on: date | None = None
    what_happens: str | None = None

    @property
    def standing(self) -> str:
        """``promised``, ``received in part``, ``received in full`` or ``withdrawn``."""
        if self.withdrawn:
            return "withdrawn"
        if not self.received_pence:
            return "promised"
        if self.promised_pence is None:
            return "received, of a promise not stated"
        return "received in full" if self.received_pence >= self.promised_pence else "received in part"


@dataclass
class SecondTierRow(Row, table="second_tiers", key=("award", "tier")):
    """A body that the office funds contracts another to do the work. Money in whole pence; ``None``: not known."""

    award: str
    tier: str
    provider: str | None
    service: str
    amount_pence: int | None
    starts_on: date | None
    ends_on: date | None


@dataclass
class SingleTenderRow(Row, table="single_tenders", key=("award",)):
    """An entry in the register of single tenders."""

    award: str
    ground: str
    approved_by: str
    decision: str | None
    next_competition_on: date | None


class Partners(Projection):
    """Folds the other money of awards."""

    events = (partner_events,)

    def apply(self, recorded: Recorded, rows: Rows) -> None:
        award = recorded.reference
        match recorded.event:
            case PoolDescribed(host=host, whole_pence=whole):
                rows.add(PoolRow(award, host, whole))
            case ContributionPromised() as event:
                known = rows.find(ContributionRow, award, event.contribution)
                rows.add(
                    ContributionRow(
                        award,
                        event.contribution,
                        event.partner,
                        event.match,
                        event.amount_pence,
                        known.received_pence if known else 0,
                    )
                )
            case ContributionReceived(contribution=contribution, amount_pence=amount):
                rows.of(ContributionRow, award, contribution).received_pence += amount
            case PartnerWithdrew(contribution=contribution, what_happens=what_happens, withdrew_on=day):
                row = rows.of(ContributionRow, award, contribution)
                row.withdrawn, row.withdrew_on, row.what_happens = True, day, what_happens
            case SecondTierRecorded() as event:
                rows.add(SecondTierRow(award, **dict(event)))
            case SingleTenderRecorded() as event:
                rows.add(SingleTenderRow(award, **dict(event)))
