"""The other money of an award: pools, match funding, second tiers; and its place in the register of single tenders."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.awards.award import Award
from domain.awards.events import Route
from domain.awards.partner_commands import (
    DescribePool,
    PromiseContribution,
    ReceiveContribution,
    RecordPartnerWithdrawal,
    RecordSecondTier,
    RecordSingleTender,
)
from domain.awards.partner_events import (
    ContributionPromised,
    ContributionReceived,
    PartnerWithdrew,
    PoolDescribed,
    SecondTierRecorded,
    SingleTenderRecorded,
)
from domain.errors import NotFound, Refusal
from domain.kernel import Role
from domain.providers.commands import ConfirmProvider
from tests.domain.an_award import AWARDED, HUB, NOT_KNOWN, REGISTERED, TODAY
from tests.story import given

POOL = PoolDescribed(host="The county council", whole_pence=500_000_00)
COUNCIL = ContributionPromised(contribution="county", partner="The county council", match=False, amount_pence=None)
CHARITY = ContributionPromised(contribution="charity", partner="A charity", match=True, amount_pence=20_000_00)
WITHDREW = PartnerWithdrew(
    contribution="charity", reason="Its income fell.", what_happens="Half a post goes.", withdrew_on=TODAY
)


class TestPools:
    order = DescribePool(**HUB, host="The county council", whole_pence=500_000_00)

    def test_an_award_is_the_office_s_share_of_a_pool_that_somebody_hosts(self) -> None:
        given(*AWARDED).when(self.order).then(POOL)

    def test_the_whole_of_a_pool_may_be_not_stated(self) -> None:
        given(*AWARDED).when(DescribePool(**HUB, host="The county council")).then(
            POOL.model_copy(update={"whole_pence": None})
        )

    def test_the_whole_of_a_pool_is_no_part_of_the_award(self) -> None:
        assert Award().after([*AWARDED, POOL]).amount_pence == 120_000_00

    def test_the_whole_is_not_less_than_the_office_s_share(self) -> None:
        given(*AWARDED).when(self.order.model_copy(update={"whole_pence": 119_999_99})).then_refused(
            "cannot be less than the office's share, which is £120,000", Refusal
        )
        given(*NOT_KNOWN).when(self.order.model_copy(update={"whole_pence": 1})).decided()

    def test_describing_it_twice_records_it_once_and_a_later_description_takes_its_place(self) -> None:
        given(*AWARDED, POOL).when(self.order).then_nothing()
        given(*AWARDED, POOL).when(self.order.model_copy(update={"host": "A district council"})).then(
            POOL.model_copy(update={"host": "A district council"})
        )


def promise(said: ContributionPromised, **more: Any) -> PromiseContribution:
    """The order to record a promise."""
    return PromiseContribution(**HUB, **{**said.model_dump(), **more})


def receive(receipt: str, amount_pence: int, **more: Any) -> ReceiveContribution:
    """The order to record that a match funder paid."""
    said = {**HUB, "contribution": "charity", "received_on": date(2017, 10, 2), **more}
    return ReceiveContribution(receipt=receipt, amount_pence=amount_pence, **said)


def received(receipt: str, amount_pence: int) -> ContributionReceived:
    """A match funder paid."""
    return ContributionReceived(
        contribution="charity", receipt=receipt, amount_pence=amount_pence, received_on=date(2017, 10, 2)
    )


class TestContributions:
    def test_a_partner_of_a_pool_promises_its_part_an_amount_or_not_stated(self) -> None:
        given(*AWARDED, POOL).when(promise(COUNCIL)).then(COUNCIL)
        given(*AWARDED, POOL).when(promise(COUNCIL, amount_pence=1)).then(
            COUNCIL.model_copy(update={"amount_pence": 1})
        )

    def test_a_pool_is_described_before_its_partners_promise(self) -> None:
        given(*AWARDED).when(promise(COUNCIL)).then_refused("Describe the pool first", Refusal)

    def test_match_funding_needs_no_pool(self) -> None:
        given(*AWARDED).when(promise(CHARITY)).then(CHARITY)

    def test_promising_it_twice_records_it_once(self) -> None:
        given(*AWARDED, CHARITY).when(promise(CHARITY)).then_nothing()

    def test_a_promise_may_change_in_amount_and_what_was_paid_stays_paid(self) -> None:
        more = CHARITY.model_copy(update={"amount_pence": 25_000_00})
        given(*AWARDED, CHARITY).when(promise(CHARITY, amount_pence=25_000_00)).then(more)
        partners = Award().after([*AWARDED, CHARITY, received("r1", 5_000_00), more]).partners
        assert partners.contribution("charity").received_pence == 5_000_00
        assert partners.contribution("charity").promised_pence == 25_000_00

    @pytest.mark.parametrize("change", [{"partner": "Another charity"}, {"match": False}])
    def test_a_reference_is_never_used_for_another_body(self, change: dict[str, Any]) -> None:
        given(*AWARDED, POOL, CHARITY).when(promise(CHARITY, **change)).then_refused("is another body's", Refusal)

    def test_what_partners_promise_and_pay_is_no_money_of_the_award_or_its_funds(self) -> None:
        assert given(*AWARDED).when(promise(CHARITY)).orders() == []
        assert given(*AWARDED, CHARITY).when(receive("r1", 100)).orders() == []
        assert Award().after([*AWARDED, CHARITY, received("r1", 100)]).amount_pence == 120_000_00

    def test_a_match_funder_pays_some_of_its_part_several_times(self) -> None:
        given(*AWARDED, CHARITY).when(receive("r1", 5_000_00)).then(received("r1", 5_000_00))
        events = [*AWARDED, CHARITY, received("r1", 5_000_00), received("r2", 5_000_00)]
        assert Award().after(events).partners.contribution("charity").received_pence == 10_000_00

    def test_receiving_it_twice_records_it_once(self) -> None:
        given(*AWARDED, CHARITY, received("r1", 100)).when(receive("r1", 100)).then_nothing()

    def test_a_reference_is_never_used_for_another_receipt(self) -> None:
        given(*AWARDED, CHARITY, received("r1", 100)).when(receive("r1", 101)).then_refused(
            "Receipt r1 is already recorded, differently", Refusal
        )

    def test_nothing_is_received_in_the_future_or_without_a_promise(self) -> None:
        given(*AWARDED, CHARITY).when(receive("r1", 1, received_on=date(2017, 10, 17))).then_refused("in the future")
        given(*AWARDED).when(receive("r1", 1)).then_refused("No contribution charity was promised", NotFound)


class TestDroppingOut:
    order = RecordPartnerWithdrawal(
        **HUB, contribution="charity", reason="Its income fell.", what_happens="Half a post goes."
    )

    def test_a_partner_drops_out_and_it_is_said_what_happens_then(self) -> None:
        given(*AWARDED, CHARITY).when(self.order).then(WITHDREW)

    def test_dropping_out_twice_records_it_once(self) -> None:
        given(*AWARDED, CHARITY, WITHDREW).when(self.order).then_nothing()

    def test_it_drops_out_on_a_day_that_has_come(self) -> None:
        day = {"withdrew_on": date(2017, 9, 1)}
        given(*AWARDED, CHARITY).when(self.order.model_copy(update=day)).then(WITHDREW.model_copy(update=day))
        given(*AWARDED, CHARITY).when(self.order.model_copy(update={"withdrew_on": date(2017, 10, 17)})).then_refused(
            "cannot have dropped out in the future", Refusal
        )

    @pytest.mark.parametrize(
        "change", [{"withdrew_on": date(2017, 9, 1)}, {"reason": "It closed."}, {"what_happens": "All of it goes."}]
    )
    def test_it_is_not_said_to_have_dropped_out_otherwise(self, change: dict[str, Any]) -> None:
        given(*AWARDED, CHARITY, WITHDREW).when(self.order.model_copy(update=change)).then_refused(
            "That charity of award hub-2017 dropped out is already recorded, differently", Refusal
        )

    def test_only_who_promised_can_drop_out(self) -> None:
        given(*AWARDED).when(self.order).then_refused("No contribution charity was promised", NotFound)

    def test_what_was_paid_before_stays_paid_and_no_more_comes(self) -> None:
        story = given(*AWARDED, CHARITY, received("r1", 100), WITHDREW)
        assert Award().after(story.events).partners.contribution("charity").received_pence == 100
        story.when(receive("r2", 1)).then_refused("was withdrawn: promise it anew if it comes after all", Refusal)

    def test_who_dropped_out_may_promise_anew_even_the_same_and_pay(self) -> None:
        given(*AWARDED, CHARITY, WITHDREW).when(promise(CHARITY)).then(CHARITY)
        given(*AWARDED, CHARITY, WITHDREW, CHARITY).when(receive("r1", 100)).then(received("r1", 100))


class TestSecondTiers:
    order = RecordSecondTier(
        **HUB, tier="t1", provider="youth-trust", service="Detached youth work", amount_pence=120_000_00
    )
    recorded = SecondTierRecorded(
        tier="t1",
        provider="youth-trust",
        service="Detached youth work",
        amount_pence=120_000_00,
        starts_on=None,
        ends_on=None,
    )

    def test_the_body_that_is_funded_contracts_another_which_must_be_known_and_active(self) -> None:
        story = given(*AWARDED).when(self.order)
        story.then(self.recorded)
        assert story.orders() == [ConfirmProvider(provider="youth-trust")]

    def test_a_second_tier_may_be_still_to_be_procured(self) -> None:
        story = given(*AWARDED).when(self.order.model_copy(update={"provider": None, "amount_pence": None}))
        story.then(self.recorded.model_copy(update={"provider": None, "amount_pence": None}))
        assert story.orders() == []

    def test_a_second_tier_takes_no_money_a_second_time(self) -> None:
        assert Award().after([*AWARDED, self.recorded]).amount_pence == 120_000_00

    def test_a_second_tier_is_not_more_than_the_award(self) -> None:
        given(*AWARDED).when(self.order.model_copy(update={"amount_pence": 120_000_01})).then_refused(
            "cannot be more than the award, which is £120,000", Refusal
        )

    def test_second_tiers_together_are_not_more_than_the_award(self) -> None:
        one = self.recorded.model_copy(update={"amount_pence": 70_000_00})
        two = self.order.model_copy(update={"tier": "t2", "amount_pence": 50_000_00})
        given(*AWARDED, one).when(two).decided()
        given(*AWARDED, one).when(two.model_copy(update={"amount_pence": 50_000_01})).then_refused(
            "other second tiers come to £70,000: with this one they would be more than the award", Refusal
        )
        given(*AWARDED, one).when(self.order).decided()

    def test_a_second_tier_does_not_end_before_it_starts(self) -> None:
        with pytest.raises(ValidationError, match="must not end before it starts"):
            RecordSecondTier(
                **HUB, tier="t1", service="Youth work", starts_on=date(2017, 7, 1), ends_on=date(2017, 6, 30)
            )

    def test_recording_it_twice_records_it_once_and_a_later_record_takes_its_place(self) -> None:
        given(*AWARDED, self.recorded).when(self.order).then_nothing()
        later = {"provider": "county-youth"}
        given(*AWARDED, self.recorded).when(self.order.model_copy(update=later)).then(
            self.recorded.model_copy(update=later)
        )


class TestTheRegisterOfSingleTenders:
    single = REGISTERED.model_copy(update={"route": Route.SINGLE_TENDER, "ground": "Continuity of supply"})
    order = RecordSingleTender(
        **HUB,
        ground="Continuity of supply",
        approved_by="Chief finance officer",
        decision="2017-017",
        next_competition_on=date(2018, 4, 1),
    )
    recorded = SingleTenderRecorded(
        ground="Continuity of supply",
        approved_by="Chief finance officer",
        decision="2017-017",
        next_competition_on=date(2018, 4, 1),
    )

    def test_the_register_says_why_who_approved_and_when_there_will_be_competition(self) -> None:
        given(self.single).when(self.order).then(self.recorded)

    def test_entering_it_twice_records_it_once_and_a_later_entry_takes_its_place(self) -> None:
        given(self.single, self.recorded).when(self.order).then_nothing()
        later = {"next_competition_on": date(2018, 10, 1)}
        given(self.single, self.recorded).when(self.order.model_copy(update=later)).then(
            self.recorded.model_copy(update=later)
        )

    @pytest.mark.parametrize("route", [route for route in Route if route is not Route.SINGLE_TENDER])
    def test_the_register_is_for_single_tenders_alone(self, route: Route) -> None:
        given(REGISTERED.model_copy(update={"route": route})).when(self.order).then_refused(
            "is not a single tender: the register is for those alone", Refusal
        )


def test_a_contract_manager_keeps_what_partners_do_and_finance_may_record_receipts() -> None:
    for order in (DescribePool, PromiseContribution, RecordPartnerWithdrawal, RecordSecondTier):
        assert order.may == {Role.CONTRACT_MANAGER}
    assert ReceiveContribution.may == {Role.CONTRACT_MANAGER, Role.FINANCE}
    assert RecordSingleTender.may == {Role.CONTRACT_MANAGER, Role.COMMISSIONER}
