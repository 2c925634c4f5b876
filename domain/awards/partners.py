"""What is known of an award's other money: the pool, match funding, second tiers."""

from typing import Self

from domain.awards.partner_events import (
    ContributionPromised,
    ContributionReceived,
    PartnerWithdrew,
    PoolDescribed,
    SecondTierRecorded,
    SingleTenderRecorded,
)
from domain.errors import NotFound
from domain.kernel import Aggregate, Event, Value


class Contribution(Value):
    """What a partner in a pool, or a match funder, promised and paid. ``None`` pence: an amount was not stated."""

    partner: str
    match: bool
    promised_pence: int | None
    received_pence: int = 0
    withdrew: PartnerWithdrew | None = None
    """That it dropped out, unless it promised anew since."""


class Partners(Aggregate):
    """The other money of one award."""

    pool: PoolDescribed | None = None
    contributions: dict[str, Contribution] = {}
    receipts: dict[str, ContributionReceived] = {}
    second_tiers: dict[str, SecondTierRecorded] = {}
    single_tender: SingleTenderRecorded | None = None

    def contribution(self, reference: str) -> Contribution:
        """The contribution, or ``NotFound``."""
        known = self.contributions.get(reference)
        if known is None:
            raise NotFound(f"No contribution {reference} was promised to this award (promise-contribution).")
        return known

    def evolve(self, event: Event) -> Self:
        match event:
            case PoolDescribed():
                return self.model_copy(update={"pool": event})
            case ContributionPromised(contribution=reference, partner=partner, match=match, amount_pence=amount):
                known = self.contributions.get(reference)
                received = known.received_pence if known else 0
                promised = Contribution(partner=partner, match=match, promised_pence=amount, received_pence=received)
                return self._plus("contributions", reference, promised)
            case ContributionReceived(contribution=reference, receipt=receipt, amount_pence=amount):
                known = self.contributions[reference]
                more = known.model_copy(update={"received_pence": known.received_pence + amount})
                return self._plus("contributions", reference, more)._plus("receipts", receipt, event)
            case PartnerWithdrew(contribution=reference):
                gone = self.contributions[reference].model_copy(update={"withdrew": event})
                return self._plus("contributions", reference, gone)
            case SecondTierRecorded(tier=tier):
                return self._plus("second_tiers", tier, event)
            case SingleTenderRecorded():
                return self.model_copy(update={"single_tender": event})
            case _:
                return self

    def _plus(self, field: str, key: str, value: object) -> Self:
        return self.model_copy(update={field: {**getattr(self, field), key: value}})
