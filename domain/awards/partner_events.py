"""What happens beside the office's own money: pools, match funding, second tiers. Money in whole pence."""

from datetime import date

from domain.kernel import Event, Reference, Words
from domain.money import Pence


class PoolDescribed(Event, name="award.pool-described"):
    """The award is the office's share of a budget that several bodies pool."""

    host: Words
    """The body that holds the pool."""
    whole_pence: Pence | None
    """The whole pool; ``None``: not stated. The office's share is not the cost of the service."""


class ContributionPromised(Event, name="award.contribution-promised"):
    """A partner in the pool, or a match funder, promised its part. ``None`` pence: an amount was not stated."""

    contribution: Reference
    partner: Words
    match: bool
    """Whether it is match funding; otherwise a partner's part of a pool."""
    amount_pence: Pence | None


class ContributionReceived(Event, name="award.contribution-received"):
    """A partner or match funder paid some of its part."""

    contribution: Reference
    receipt: Reference
    amount_pence: Pence
    received_on: date


class PartnerWithdrew(Event, name="award.partner-withdrew"):
    """A partner or match funder dropped out. What it had not paid is missing, and this is what happens then."""

    contribution: Reference
    reason: Words
    what_happens: Words
    withdrew_on: date | None = None
    """The day; ``None``: it was written down before this was kept here."""


class SecondTierRecorded(Event, name="award.second-tier-recorded"):
    """The body that the office funds contracts another to do the work."""

    tier: Reference
    provider: Reference | None
    """``None``: still to be procured."""
    service: Words
    amount_pence: Pence | None
    starts_on: date | None
    ends_on: date | None


class SingleTenderRecorded(Event, name="award.single-tender-recorded"):
    """The entry in the register of single tenders: why there was no competition, who approved, when there will be."""

    ground: Words
    approved_by: Words
    """An office or body, not a person's name."""
    decision: str | None
    next_competition_on: date | None
