"""What may be ordered about the other money of an award, and its place in the register of single tenders."""

from collections.abc import Sequence
from typing import Any, Self

from pydantic import Field, model_validator

from domain import money
from domain.awards.again import is_again
from domain.awards.award import Award
from domain.awards.commands import AwardCommand
from domain.awards.events import Route
from domain.awards.partner_events import (
    ContributionPromised,
    ContributionReceived,
    PartnerWithdrew,
    PoolDescribed,
    SecondTierRecorded,
    SingleTenderRecorded,
)
from domain.decisions.decision import AsPrinted
from domain.errors import Refusal
from domain.funds.commands import SomePence
from domain.kernel import Command, Day, Event, Occasion, Reference, Role, Words
from domain.money import Pence
from domain.providers.commands import ConfirmProvider


class DescribePool(AwardCommand, may={Role.CONTRACT_MANAGER}):
    """Record that the award is the office's share of a pooled budget: who hosts it, and the whole if it is stated."""

    overwrites = True

    host: Words
    whole_pence: Pence | None = None

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        own = state.amount_pence
        if own is not None and self.whole_pence is not None and self.whole_pence < own:
            raise Refusal(f"The whole pool cannot be less than the office's share, which is {money.pounds(own)}.")
        said = PoolDescribed(host=self.host, whole_pence=self.whole_pence)
        if state.partners.pool == said:
            return []
        state.check_ours(self.award)
        return [said]


class PromiseContribution(AwardCommand, may={Role.CONTRACT_MANAGER}):
    """Record what a partner in the pool, or a match funder, promises: an amount, or not stated."""

    contribution: Reference
    partner: Words
    match: bool = False
    amount_pence: Pence | None = None

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        known = state.partners.contributions.get(self.contribution)
        said = (self.partner, self.match, self.amount_pence)
        same = known is not None and (known.partner, known.match, known.promised_pence) == said
        if known is not None and same and known.withdrew is None:
            return []
        state.check_ours(self.award)
        if known is not None and (known.partner, known.match) != (self.partner, self.match):
            raise Refusal(f"Contribution {self.contribution} is another body's: give this one its own reference.")
        if not self.match and state.partners.pool is None:
            raise Refusal("Describe the pool first (describe-pool), or say that it is match funding (match).")
        return [ContributionPromised(**self.model_dump(exclude={"award"}))]


class ReceiveContribution(AwardCommand, may={Role.CONTRACT_MANAGER, Role.FINANCE}):
    """Record that a partner or match funder paid some of its part."""

    contribution: Reference
    receipt: Reference
    amount_pence: SomePence
    received_on: Day

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        contribution = state.partners.contribution(self.contribution)
        said = ContributionReceived(**self.model_dump(exclude={"award"}))
        known = state.partners.receipts.get(self.receipt)
        if known == said:
            return []
        if known is not None:
            raise Refusal(f"Receipt {self.receipt} is already recorded, differently.")
        state.check_ours(self.award, self.received_on)
        if contribution.withdrew is not None:
            raise Refusal(f"Contribution {self.contribution} was withdrawn: promise it anew if it comes after all.")
        if self.received_on > occasion.today:
            raise Refusal("A contribution cannot have been received in the future.")
        return [said]


class RecordPartnerWithdrawal(AwardCommand, may={Role.CONTRACT_MANAGER}):
    """Record that a partner or match funder dropped out, on which day, and what happens to the service then."""

    contribution: Reference
    reason: Words
    what_happens: Words
    withdrew_on: Day | None = Field(default=None, description="the day, if that is not today")

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        known, day = state.partners.contribution(self.contribution), self.withdrew_on or occasion.today
        said = PartnerWithdrew(**self.model_dump(exclude={"award", "withdrew_on"}), withdrew_on=day)
        left_out = {"withdrew_on"} if self.withdrew_on is None else ()
        if is_again(known.withdrew, said, f"That {self.contribution} of award {self.award} dropped out", left_out):
            return []
        state.check_ours(self.award, day)
        if day > occasion.today:
            raise Refusal("A partner cannot have dropped out in the future: record it on that day.")
        return [said]


class RecordSecondTier(AwardCommand, may={Role.CONTRACT_MANAGER}):
    """Record that the body the office funds contracts another one to do the work."""

    tier: Reference
    provider: Reference | None = None
    service: Words
    amount_pence: Pence | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValueError("a second tier must not end before it starts")
        return self

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        said = SecondTierRecorded(**self.model_dump(exclude={"award"}))
        if state.partners.second_tiers.get(self.tier) == said:
            return []
        state.check_ours(self.award)
        self._check_amount(state)
        return [said]

    def _check_amount(self, state: Award) -> None:
        """Raises ``Refusal`` when this second tier, or all of them together, is more than the award."""
        own = state.amount_pence
        if own is None or self.amount_pence is None:
            return
        if self.amount_pence > own:
            raise Refusal(f"The second tier cannot be more than the award, which is {money.pounds(own)}.")
        tiers = state.partners.second_tiers
        others = sum(each.amount_pence or 0 for tier, each in tiers.items() if tier != self.tier)
        if others + self.amount_pence > own:
            raise Refusal(
                f"The other second tiers come to {money.pounds(others)}: with this one they would be more than the "
                f"award, which is {money.pounds(own)}."
            )

    def together_with(self, state: Award, occasion: Occasion) -> Sequence[Command[Any]]:
        return [] if self.provider is None else [ConfirmProvider(provider=self.provider)]


class RecordSingleTender(AwardCommand, may={Role.CONTRACT_MANAGER, Role.COMMISSIONER}):
    """Enter an award in the register of single tenders: ground, who approved it, and when there will be competition."""

    ground: Words
    approved_by: Words
    decision: AsPrinted = None
    next_competition_on: Day | None = None

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        if state.registered is None or state.registered.route is not Route.SINGLE_TENDER:
            raise Refusal(f"Award {self.award} is not a single tender: the register is for those alone.")
        said = SingleTenderRecorded(**self.model_dump(exclude={"award"}))
        return [] if state.partners.single_tender == said else [said]
