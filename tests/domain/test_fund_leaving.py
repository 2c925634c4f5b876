"""Money that leaves a fund: carried to another, or returned to the funder."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.errors import NotFound, Refusal
from domain.funds.events import (
    EarmarkHeld,
    EarmarkKind,
    FundsCarriedIn,
    ReturnedHow,
)
from domain.funds.fund import Fund
from domain.funds.leaving import ReceiveCarriedFunds
from tests.domain.of_fund_compartments import (
    NOT_KNOWN,
    OF,
    OPENED,
    PERMITTED,
    RECEIVED,
    TODAY,
    amended,
    carried,
    carry,
    commit,
    committed,
    fenced,
    give_back,
    returned,
    tolerated,
)
from tests.story import given


def came_in(amount_pence: int, transfer: str = "cf-1", **more: Any) -> FundsCarriedIn:
    """Money came from the year before."""
    said = {"from_fund": "moj-victims", "from_year": "2021-22", **PERMITTED, "decision": None, "effective_on": TODAY}
    return FundsCarriedIn(transfer=transfer, amount_pence=amount_pence, **{**said, **more})


def take_in(amount_pence: int, transfer: str = "cf-1", **more: Any) -> ReceiveCarriedFunds:
    """The order that follows from money being carried out elsewhere."""
    return ReceiveCarriedFunds(**OF, **dict(came_in(amount_pence, transfer, **more)))


class TestCarrying:
    def test_money_goes_to_another_year_with_permission_and_comes_in_there_in_the_same_transaction(self) -> None:
        story = given(*RECEIVED).when(carry(28_347_00, decision="017"))
        story.then(carried(28_347_00).model_copy(update={"decision": "017"}))
        assert story.orders() == [
            ReceiveCarriedFunds(
                fund="moj-victims",
                year="2023-24",
                transfer="cf-1",
                from_fund="moj-victims",
                from_year="2022-23",
                amount_pence=28_347_00,
                decision="017",
                effective_on=TODAY,
                **PERMITTED,
            )
        ]

    def test_money_may_enter_a_ring_fence_of_the_other_fund(self) -> None:
        story = given(*RECEIVED).when(carry(100, to_ring_fence="dasv"))
        story.then(carried(100).model_copy(update={"to_ring_fence": "dasv"}))
        (order,) = story.orders()
        assert order.model_dump()["to_ring_fence"] == "dasv"

    def test_the_ring_fence_that_money_enters_is_so_much_larger_and_the_core_is_not(self) -> None:
        june = date(2017, 6, 1)
        came = came_in(100, to_ring_fence="dasv", effective_on=june)
        larger = fenced(400_000_00 + 100, effective_on=june, reason="Transfer cf-1 enters it.")
        story = given(*RECEIVED, fenced(400_000_00))
        story.when(take_in(100, to_ring_fence="dasv", effective_on=june)).then(came, larger)
        fund = Fund().after([*RECEIVED, fenced(400_000_00), came, larger])
        assert (fund.left_in("dasv"), fund.left_in(None)) == (400_001_00, 600_000_00)

    def test_entering_a_ring_fence_twice_makes_it_larger_once(self) -> None:
        before = (*RECEIVED, fenced(400_000_00), came_in(100, to_ring_fence="dasv"), fenced(400_001_00))
        given(*before).when(take_in(100, to_ring_fence="dasv")).then_nothing()
        given(*before).when(take_in(100)).then_refused("Transfer cf-1 is already recorded, differently", Refusal)

    def test_a_ring_fence_that_money_enters_is_set_first(self) -> None:
        given(*RECEIVED).when(take_in(100, to_ring_fence="dasv")).then_refused(
            r"has no ring-fence dasv\. Set it first \(set-ring-fence\)", NotFound
        )

    def test_money_may_go_to_another_stream_of_the_same_year(self) -> None:
        story = given(*RECEIVED).when(carry(1, to_fund="cdr-grants", to_year="2022-23"))
        (order,) = story.orders()
        assert order.stream == "fund-cdr-grants-2022-23"

    def test_money_goes_elsewhere_and_not_to_where_it_is(self) -> None:
        with pytest.raises(ValidationError, match="not to the same one"):
            carry(1, to_year="2022-23")

    def test_what_is_carried_out_is_no_longer_there(self) -> None:
        fund = Fund().after([*RECEIVED, carried(100_00)])
        assert (fund.received_pence, fund.left_pence, fund.taken_pence) == (1_000_000_00, 999_900_00, 0)
        given(*RECEIVED, carried(100_00)).when(commit("hub", 999_900_01)).then_refused("has £999,900 left", Refusal)

    def test_what_is_committed_kept_aside_returned_or_carried_already_is_not_carried(self) -> None:
        held = EarmarkHeld(earmark="e", title="Kept", kind=EarmarkKind.RESERVE, amount_pence=200_000_00, over_pence=0)
        story = given(*RECEIVED, committed("hub", 300_000_00), held, returned(100_000_00), carried(50_000_00, "cf-0"))
        story.when(carry(350_000_00)).then(carried(350_000_00))
        story.when(carry(350_000_01)).then_refused("has £350,000 free: no more than that can be carried out", Refusal)

    def test_a_tolerance_lets_nothing_be_carried_that_is_not_there(self) -> None:
        given(*RECEIVED, tolerated(100)).when(carry(1_000_000_01)).then_refused("has £1,000,000 free", Refusal)

    def test_only_what_its_compartment_has_is_carried(self) -> None:
        story = given(*RECEIVED, fenced(400_000_00))
        story.when(carry(400_000_00, ring_fence="dasv")).then(carried(400_000_00, ring_fence="dasv"))
        story.when(carry(400_000_01, ring_fence="dasv")).then_refused(
            "Ring-fence dasv of .* has £400,000 free: no more than that can be carried out", Refusal
        )
        story.when(carry(600_000_01)).then_refused("has £600,000 free", Refusal)

    def test_what_another_compartment_is_over_by_is_not_free(self) -> None:
        over = committed("refuge", 500_000_00, "dasv", 100_000_00)
        story = given(*RECEIVED, fenced(400_000_00), tolerated(100_000_00), over)
        story.when(carry(500_000_00)).then(carried(500_000_00))
        story.when(carry(500_000_01)).then_refused("has £500,000 free", Refusal)

    def test_carrying_it_twice_carries_it_once(self) -> None:
        given(*RECEIVED, carried(100)).when(carry(100)).then_nothing()
        given(*RECEIVED, came_in(100)).when(take_in(100)).then_nothing()
        given(*RECEIVED, came_in(100)).when(take_in(100, effective_on=date(2017, 11, 1))).then_nothing()

    def test_a_reference_is_never_used_for_another_transfer_on_either_side(self) -> None:
        given(*RECEIVED, carried(100)).when(carry(101)).then_refused("cf-1 is already recorded, differently", Refusal)
        for change in ({"from_fund": "cdr-grants"}, {"from_year": "2020-21"}, {"permission": "Another."}):
            given(*RECEIVED, came_in(100)).when(take_in(100, **change)).then_refused(
                r"Transfer cf-1 is already recorded, differently .*\. Give this one a reference of its own", Refusal
            )

    def test_what_comes_in_is_received_and_may_be_committed_even_without_an_allocation(self) -> None:
        given(OPENED).when(take_in(28_347_00)).then(came_in(28_347_00))
        given(OPENED, came_in(28_347_00)).when(commit("hub", 28_347_00)).then(committed("hub", 28_347_00))
        given(OPENED, came_in(28_347_00)).when(commit("hub", 28_347_01)).then_refused("has £28,347 left", Refusal)

    def test_money_comes_into_an_open_fund_only(self) -> None:
        given().when(take_in(100)).then_refused("moj-victims-2022-23", NotFound)

    def test_money_is_carried_to_the_same_year_or_a_later_one(self) -> None:
        given(*RECEIVED).when(carry(1, to_year="2021-22")).then_refused(
            "of 2022-23 cannot be carried into 2021-22, which is before it", Refusal
        )

    def test_the_last_day_to_use_it_is_not_before_its_year_or_before_it_is_carried(self) -> None:
        given(*RECEIVED).when(carry(1, use_by=date(2023, 3, 31))).then_refused(
            "2023-24 begins on 1 April 2023: .* cannot have to be used before then", Refusal
        )
        order = carry(1, use_by=date(2023, 4, 30), effective_on=date(2023, 5, 1))
        given(*RECEIVED).when(order).then_refused("carried on 1 May 2023: the last day to use it", Refusal)
        given(*RECEIVED).when(carry(1, use_by=date(2023, 4, 1))).decided()

    def test_carrying_it_again_from_another_day_says_what_is_on_record(self) -> None:
        story = given(*RECEIVED, carried(100)).when(carry(100, effective_on=date(2017, 7, 1)))
        story.then_refused("on record is effective_on: 16 October 2017", Refusal)
        assert story.orders() == []
        given(*RECEIVED, carried(100)).when(carry(100, effective_on=TODAY)).then_nothing()

    def test_money_that_came_in_may_be_carried_on(self) -> None:
        given(OPENED, came_in(100)).when(carry(100)).then(carried(100))

    def test_the_last_day_of_use_is_a_day_that_an_office_could_mean(self) -> None:
        with pytest.raises(ValidationError, match="use_by"):
            carry(1, use_by=date.max)


class TestReturning:
    def test_it_is_the_ring_fence_that_has_no_more(self) -> None:
        story = given(*RECEIVED, fenced(400_000_00)).when(give_back(400_000_01, ring_fence="dasv"))
        story.then_refused("Ring-fence dasv of .* has £400,000 free: no more than that can be returned", Refusal)

    def test_returning_it_again_on_another_day_says_what_is_on_record(self) -> None:
        order = give_back(100, effective_on=date(2017, 7, 1))
        given(*RECEIVED, returned(100)).when(order).then_refused("on record is effective_on: 16 October 2017", Refusal)

    def test_an_underspend_goes_back_to_the_funder_repaid_or_netted_off(self) -> None:
        given(*RECEIVED).when(give_back(100)).then(returned(100))
        given(*RECEIVED).when(give_back(100, how=ReturnedHow.REPAID)).then(
            returned(100).model_copy(update={"how": ReturnedHow.REPAID})
        )

    def test_what_is_returned_is_no_longer_there(self) -> None:
        fund = Fund().after([*RECEIVED, returned(100)])
        assert (fund.received_pence, fund.left_pence) == (1_000_000_00, 999_999_00)

    def test_no_more_is_returned_than_is_free(self) -> None:
        story = given(*RECEIVED, committed("hub", 900_000_00), returned(50_000_00, "r0"))
        story.when(give_back(50_000_00)).then(returned(50_000_00))
        story.when(give_back(50_000_01)).then_refused("has £50,000 free: no more than that can be returned", Refusal)

    def test_a_fund_that_is_over_has_nothing_to_return(self) -> None:
        story = given(*RECEIVED, committed("hub", 1_000_000_00), amended(-100))
        story.when(give_back(1)).then_refused("has £0 free", Refusal)

    def test_what_is_returned_of_a_ring_fence_leaves_the_ring_fence(self) -> None:
        story = given(*RECEIVED, fenced(400_000_00))
        story.when(give_back(400_000_01, ring_fence="dasv")).then_refused("has £400,000 free", Refusal)
        story.when(give_back(100, ring_fence="dasv")).then(returned(100, ring_fence="dasv"))
        fund = Fund().after([*story.events, returned(100, ring_fence="dasv")])
        assert (fund.left_in("dasv"), fund.left_in(None)) == (399_999_00, 600_000_00)

    def test_returning_it_twice_records_it_once(self) -> None:
        given(*RECEIVED, returned(100)).when(give_back(100)).then_nothing()
        given(*RECEIVED, returned(100)).when(give_back(200)).then_refused("Return r1 is already recorded, differently")

    def test_a_fund_that_is_not_known_in_amount_refuses_nothing(self) -> None:
        given(OPENED, NOT_KNOWN).when(give_back(100)).then(returned(100))
        given(OPENED, NOT_KNOWN).when(carry(100)).then(carried(100))
