"""The cap on administration, and what follows in a fund from a change of an award."""

from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from domain.errors import NotFound, Refusal
from domain.funds.commands import (
    CapAdministration,
    HoldEarmark,
)
from domain.funds.consequences import (
    ClawBackFunds,
    PayFunds,
    RaiseCommitment,
)
from domain.funds.events import (
    AdministrationCapSet,
    CapBasis,
    CommitmentRaised,
    EarmarkHeld,
    EarmarkKind,
    EarmarkReleased,
    FundsClawedBack,
    FundsPaid,
)
from domain.funds.fund import Fund
from tests.domain.of_fund_compartments import (
    CORE,
    NOT_KNOWN,
    OF,
    OPENED,
    RECEIVED,
    TODAY,
    WHY,
    amended,
    carried,
    carry,
    commit,
    committed,
    give_back,
    returned,
    tolerated,
)
from tests.story import given


def capped(per_cent: str, basis: CapBasis) -> AdministrationCapSet:
    """The agreement caps what may be kept for administration."""
    return AdministrationCapSet(per_cent=Decimal(per_cent), basis=basis, source="Agreement, clause 9")


def administer(amount_pence: int, earmark: str = "admin") -> HoldEarmark:
    """The order to keep money for administration."""
    return HoldEarmark(
        **OF, earmark=earmark, title="Commissioning", kind=EarmarkKind.ADMINISTRATION, amount_pence=amount_pence
    )


def administration(amount_pence: int, earmark: str = "admin") -> EarmarkHeld:
    """Money is kept for administration."""
    return EarmarkHeld(
        earmark=earmark,
        title="Commissioning",
        kind=EarmarkKind.ADMINISTRATION,
        amount_pence=amount_pence,
        over_pence=0,
    )


class TestTheAdministrationCap:
    def test_a_cap_is_a_percentage_of_a_stated_basis(self) -> None:
        order = CapAdministration(
            **OF, per_cent=Decimal("8.9"), basis=CapBasis.ALLOCATION, source="Agreement, clause 9"
        )
        given(*RECEIVED).when(order).then(capped("8.9", CapBasis.ALLOCATION))
        given(*RECEIVED, capped("8.90", CapBasis.ALLOCATION)).when(order).then_nothing()
        given(*RECEIVED, capped("8.9", CapBasis.SPEND)).when(order).then(capped("8.9", CapBasis.ALLOCATION))

    @pytest.mark.parametrize("per_cent", ["-1", "100.1", "NaN"])
    def test_a_percentage_is_between_nought_and_a_hundred(self, per_cent: str) -> None:
        with pytest.raises(ValidationError):
            CapAdministration(**OF, per_cent=Decimal(per_cent), basis=CapBasis.SPEND, source="Agreement")

    def test_no_more_is_kept_for_administration_than_the_cap_allows(self) -> None:
        story = given(*RECEIVED, capped("5", CapBasis.ALLOCATION))
        story.when(administer(50_000_00)).then(administration(50_000_00))
        story.when(administer(50_000_01)).then_refused(
            r"may keep £50,000 for administration, and this would make it £50,000\.01", Refusal
        )

    def test_all_that_is_kept_for_administration_counts_and_what_was_released_does_not(self) -> None:
        before = (*RECEIVED, capped("5", CapBasis.ALLOCATION), administration(40_000_00))
        given(*before).when(administer(10_000_01, "more")).then_refused("would make it", Refusal)
        released = EarmarkReleased(earmark="admin", amount_pence=1, reason="Not needed.")
        given(*before, released).when(administer(10_000_01, "more")).then(administration(10_000_01, "more"))

    def test_a_cap_on_the_allocation_moves_with_an_addendum_and_never_rounds_up(self) -> None:
        fund = Fund().after([*RECEIVED, capped("5", CapBasis.ALLOCATION), amended(-19)])
        assert fund.administration_cap_pence == 49_999_99

    def test_a_cap_on_spend_grows_with_what_is_paid_and_shrinks_with_what_comes_back(self) -> None:
        paid = FundsPaid(award="hub", payment="p1", amount_pence=100_000_00, paid_on=TODAY)
        back = FundsClawedBack(award="hub", payment="p1", amount_pence=20_000_00, **WHY)
        before = [*RECEIVED, capped("5", CapBasis.SPEND), committed("hub", 500_000_00)]
        assert Fund().after(before).administration_cap_pence == 0
        assert Fund().after([*before, paid]).administration_cap_pence == 5_000_00
        assert Fund().after([*before, paid, back]).administration_cap_pence == 4_000_00

    def test_a_cap_on_an_allocation_that_is_not_known_stops_nothing(self) -> None:
        given(OPENED, NOT_KNOWN, capped("5", CapBasis.ALLOCATION)).when(administer(10**9)).then(administration(10**9))

    def test_the_help_says_that_the_cap_counts_earmarks_of_administration_and_nothing_else(self) -> None:
        assert "earmarks of the kind administration, and nothing else" in (CapAdministration.__doc__ or "")
        award = committed("overheads", 900_000_00)
        assert Fund().after([*RECEIVED, award]).administration_pence == 0

    def test_a_cap_is_for_administration_alone(self) -> None:
        reserve = administer(50_000_01).model_copy(update={"kind": EarmarkKind.RESERVE})
        assert len(given(*RECEIVED, capped("5", CapBasis.ALLOCATION)).when(reserve).decided()) == 1

    def test_what_is_kept_for_administration_is_taken_of_the_fund_as_any_other(self) -> None:
        given(*RECEIVED, committed("hub", 1_000_000_00)).when(administer(1)).then_refused("has £0 left", Refusal)


class TestRaising:
    order = RaiseCommitment(**OF, award="hub", amount_pence=100, effective_on=date(2017, 7, 1), **WHY)
    raised = CommitmentRaised(award="hub", amount_pence=100, over_pence=0, effective_on=date(2017, 7, 1), **WHY)

    def test_an_award_takes_more_if_there_is_enough_left(self) -> None:
        given(*RECEIVED, committed("hub", 999_999_00)).when(self.order).then(self.raised)
        fund = Fund().after([*RECEIVED, committed("hub", 999_999_00), self.raised])
        assert (fund.commitments["hub"].amount_pence, fund.left_pence) == (1_000_000_00, 0)

    def test_an_award_does_not_take_more_than_is_left(self) -> None:
        given(*RECEIVED, committed("hub", 999_999_01)).when(self.order).then_refused(r"£0\.01 over", Refusal)

    def test_an_award_may_take_more_within_the_tolerance_and_is_marked_over(self) -> None:
        given(*RECEIVED, tolerated(1), committed("hub", 999_999_01)).when(self.order).then(
            self.raised.model_copy(update={"over_pence": 1})
        )

    def test_only_an_award_that_has_a_share_takes_more(self) -> None:
        given(*RECEIVED).when(self.order).then_refused("Award hub has no share", NotFound)

    def test_what_was_raised_may_be_paid_and_released(self) -> None:
        before = (*RECEIVED, committed("hub", 100), self.raised)
        order = PayFunds(**OF, award="hub", payment="p1", amount_pence=200, paid_on=TODAY)
        given(*before).when(order).then(FundsPaid(award="hub", payment="p1", amount_pence=200, paid_on=TODAY))


class TestClawingBack:
    paid = FundsPaid(award="hub", payment="p1", amount_pence=100, paid_on=TODAY)
    before = (*RECEIVED, committed("hub", 500), paid)
    order = ClawBackFunds(**OF, award="hub", payment="p1", amount_pence=40, **WHY)
    back = FundsClawedBack(award="hub", payment="p1", amount_pence=40, **WHY)

    def test_what_comes_back_is_neither_paid_nor_committed_and_the_fund_has_it_again(self) -> None:
        given(*self.before).when(self.order).then(self.back)
        fund = Fund().after([*self.before, self.back])
        share = fund.commitments["hub"]
        assert (share.amount_pence, share.paid_pence) == (460, 60)
        assert fund.left_pence == 1_000_000_00 - 460

    def test_no_more_comes_back_than_was_paid_and_has_not_come_back(self) -> None:
        story = given(*self.before, self.back)
        story.when(self.order.model_copy(update={"amount_pence": 60})).decided()
        story.when(self.order.model_copy(update={"amount_pence": 61})).then_refused(
            r"Of payment p1, £0\.60 is with the provider", Refusal
        )

    def test_only_what_was_paid_comes_back(self) -> None:
        given(*RECEIVED, committed("hub", 500)).when(self.order).then_refused("No payment p1 was made", NotFound)
        given(*RECEIVED).when(self.order).then_refused("Award hub has no share", NotFound)

    def test_payments_of_the_same_name_under_other_awards_are_other_payments(self) -> None:
        order = self.order.model_copy(update={"award": "refuge"})
        given(*self.before, committed("refuge", 500)).when(order).then_refused("No payment p1", NotFound)

    def test_what_came_back_may_be_awarded_returned_or_carried(self) -> None:
        whole = (OPENED, CORE.model_copy(update={"amount_pence": 500}), *self.before[2:], self.back)
        given(*whole).when(commit("refuge", 40)).then(committed("refuge", 40))
        given(*whole).when(give_back(40)).then(returned(40))
        given(*whole).when(carry(40)).then(carried(40))
        given(*whole).when(carry(41)).then_refused(r"has £0\.40 free", Refusal)
