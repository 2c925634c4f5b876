"""The parts of a fund: ring-fences with balances of their own, addenda, money carried and returned, administration."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from domain.errors import NotFound, Refusal
from domain.funds.commands import (
    AmendAllocation,
    CapAdministration,
    ConfirmAllocation,
    HoldEarmark,
    ReceiveAllocation,
    ReleaseEarmark,
    SetRingFence,
)
from domain.funds.consequences import (
    ClawBackFunds,
    CommitFunds,
    ConfirmCommitment,
    PayFunds,
    RaiseCommitment,
    ReleaseFunds,
)
from domain.funds.events import (
    AdministrationCapSet,
    AllocationAmended,
    AllocationConfirmed,
    AllocationReceived,
    CapBasis,
    CommitmentConfirmed,
    CommitmentRaised,
    CommitmentWithdrawn,
    EarmarkHeld,
    EarmarkKind,
    EarmarkReleased,
    FundOpened,
    FundsCarriedIn,
    FundsCarriedOut,
    FundsClawedBack,
    FundsCommitted,
    FundsPaid,
    FundsReleased,
    ReturnedHow,
    RingFenceKind,
    RingFenceSet,
    ToleranceSet,
    UnderspendReturned,
)
from domain.funds.fund import Fund
from domain.funds.leaving import CarryFunds, ReceiveCarriedFunds, ReturnUnderspend
from domain.kernel import Command, Event, Role
from tests.story import given

OF: dict[str, Any] = {"fund": "moj-victims", "year": "2022-23"}
TODAY = date(2017, 10, 16)
WHY = {"reason": "The addendum of August."}

OPENED = FundOpened(title="MoJ victims' services", funder="Ministry of Justice", return_to="moj")
CORE = AllocationReceived(
    agreement="core", amount_pence=1_000_000_00, printed=None, exact=True, source="Grant letter", received_on=None
)
NOT_KNOWN = CORE.model_copy(update={"agreement": "later", "amount_pence": None})
RECEIVED = (OPENED, CORE)


def fenced(amount_pence: int, ring_fence: str = "dasv", **more: Any) -> RingFenceSet:
    """Part of the fund is set apart."""
    said = {"title": "Domestic abuse", "kind": RingFenceKind.RING_FENCE, "effective_on": TODAY, **WHY, **more}
    return RingFenceSet(ring_fence=ring_fence, amount_pence=amount_pence, **said)


def fence(amount_pence: int, ring_fence: str = "dasv", **more: Any) -> SetRingFence:
    """The order to set part of the fund apart."""
    said = {**OF, "title": "Domestic abuse", **WHY, **more}
    return SetRingFence(ring_fence=ring_fence, amount_pence=amount_pence, **said)


def committed(
    award: str, amount_pence: int | None, ring_fence: str | None = None, over_pence: int = 0
) -> FundsCommitted:
    """An award's share."""
    return FundsCommitted(
        award=award, amount_pence=amount_pence, inferred_pence=None, over_pence=over_pence, ring_fence=ring_fence
    )


def commit(award: str, amount_pence: int | None, ring_fence: str | None = None) -> CommitFunds:
    """The order that follows from an award."""
    return CommitFunds(**OF, award=award, amount_pence=amount_pence, ring_fence=ring_fence)


def amended(change_pence: int, addendum: str = "add-1") -> AllocationAmended:
    """An addendum."""
    return AllocationAmended(agreement="core", addendum=addendum, change_pence=change_pence, effective_on=TODAY, **WHY)


def amend(change_pence: int, addendum: str = "add-1", **more: Any) -> AmendAllocation:
    """The order to record an addendum."""
    return AmendAllocation(**{**OF, "agreement": "core", **WHY, **more}, addendum=addendum, change_pence=change_pence)


def tolerated(amount_pence: int) -> ToleranceSet:
    """The fund may be over by so much."""
    return ToleranceSet(
        per_cent=None, amount_pence=amount_pence, authorised_by="CFO", decision="2022-1", reason="Underspend is usual."
    )


class TestExactAmounts:
    rounded = CORE.model_copy(update={"printed": "£1m", "exact": False})
    order = ConfirmAllocation(**OF, agreement="core", amount_pence=1_000_123_45, source="The signed agreement")
    confirmed = AllocationConfirmed(
        agreement="core",
        amount_pence=1_000_123_45,
        was_pence=1_000_000_00,
        source="The signed agreement",
        effective_on=TODAY,
    )

    def test_an_allocation_that_was_rounded_becomes_exact(self) -> None:
        given(OPENED, self.rounded).when(self.order).then(self.confirmed)
        assert Fund().after([OPENED, self.rounded, self.confirmed]).received_pence == 1_000_123_45

    def test_an_allocation_that_was_not_known_becomes_known(self) -> None:
        order = self.order.model_copy(update={"agreement": "later"})
        was_not_known = self.confirmed.model_copy(update={"agreement": "later", "was_pence": None})
        given(*RECEIVED, NOT_KNOWN).when(order).then(was_not_known)
        assert Fund().after([*RECEIVED, NOT_KNOWN, was_not_known]).received_pence == 2_000_123_45

    def test_confirming_it_twice_records_it_once(self) -> None:
        given(OPENED, self.rounded, self.confirmed).when(self.order).then_nothing()

    def test_what_was_received_before_may_be_said_again_and_nothing_else_under_its_agreement(self) -> None:
        again = ReceiveAllocation(**OF, **dict(self.rounded))
        given(OPENED, self.rounded, self.confirmed).when(again).then_nothing()
        other = again.model_copy(update={"amount_pence": 1_000_123_45, "exact": True})
        given(OPENED, self.rounded, self.confirmed).when(other).then_refused("already recorded .* differently", Refusal)

    def test_an_allocation_that_is_exact_changes_by_an_addendum(self) -> None:
        given(*RECEIVED).when(self.order).then_refused(
            r"is exact already: £1,000,000\. Record a change to it as an addendum", Refusal
        )

    def test_only_an_allocation_on_record_is_confirmed(self) -> None:
        given(OPENED).when(self.order).then_refused("No allocation under core is recorded", NotFound)

    def test_an_addendum_to_a_rounded_allocation_is_kept_beside_the_exact_amount(self) -> None:
        assert Fund().after([OPENED, self.rounded, amended(57), self.confirmed]).received_pence == 1_000_124_02

    def test_an_exact_amount_is_not_less_than_what_addenda_took_away(self) -> None:
        story = given(OPENED, self.rounded, amended(-900_000_00))
        story.when(self.order.model_copy(update={"amount_pence": 900_000_00})).decided()
        story.when(self.order.model_copy(update={"amount_pence": 899_999_99})).then_refused(
            "Addenda took £900,000 of it away already", Refusal
        )


class TestAddenda:
    def test_an_addendum_of_pence_on_a_grant_of_millions_is_kept_to_the_penny(self) -> None:
        millions = CORE.model_copy(update={"amount_pence": 9_981_911_06})
        given(OPENED, millions).when(amend(57)).then(amended(57))
        assert Fund().after([OPENED, millions, amended(57)]).received_pence == 9_981_911_63

    def test_an_addendum_holds_from_the_day_it_says(self) -> None:
        given(*RECEIVED).when(amend(57, effective_on=date(2017, 7, 1))).then(
            amended(57).model_copy(update={"effective_on": date(2017, 7, 1)})
        )

    def test_recording_it_twice_records_it_once_and_its_day_stays_unless_another_is_said(self) -> None:
        given(*RECEIVED, amended(57)).when(amend(57)).then_nothing()
        given(*RECEIVED, amended(57)).when(amend(57, effective_on=TODAY)).then_nothing()
        given(*RECEIVED, amended(57)).when(amend(57, effective_on=date(2017, 7, 1))).then_refused(
            r"Addendum add-1 is already recorded, differently \(on record is effective_on: 16 October 2017\)", Refusal
        )

    def test_a_reference_is_never_used_for_another_addendum(self) -> None:
        given(*RECEIVED, amended(57)).when(amend(58)).then_refused("Addendum add-1 is already recorded, differently")
        given(*RECEIVED, amended(57)).when(amend(58, "add-2")).then(amended(58, "add-2"))

    def test_an_addendum_of_nought_changes_nothing_and_is_no_addendum(self) -> None:
        given(*RECEIVED).when(amend(0)).then_refused("by nought, there is nothing to record", Refusal)

    def test_an_allocation_amended_twice_is_the_sum_of_all(self) -> None:
        assert Fund().after([*RECEIVED, amended(57), amended(-100_00, "add-2")]).received_pence == 999_900_57

    def test_addenda_never_take_away_more_than_the_agreement_gave(self) -> None:
        story = given(*RECEIVED, amended(-400_000_00))
        story.when(amend(-600_000_00, "add-2")).then(amended(-600_000_00, "add-2"))
        story.when(amend(-600_000_01, "add-2")).then_refused("cannot take away more than the agreement gave", Refusal)

    def test_an_addendum_is_to_an_agreement_on_record_whose_amount_is_known(self) -> None:
        given(*RECEIVED).when(amend(1, agreement="general")).then_refused("No allocation under general", NotFound)
        given(*RECEIVED, NOT_KNOWN).when(amend(1, agreement="later")).then_refused("there is nothing to amend", Refusal)

    def test_an_addendum_is_recorded_even_if_awards_then_exceed_the_fund_and_that_shows(self) -> None:
        before = (*RECEIVED, committed("hub", 900_000_00))
        given(*before).when(amend(-200_000_00)).then(amended(-200_000_00))
        fund = Fund().after([*before, amended(-200_000_00)])
        assert (fund.left_pence, fund.over_pence) == (-100_000_00, 100_000_00)
        given(*before, amended(-200_000_00)).when(commit("more", 1)).then_refused("has £0 left", Refusal)

    def test_a_tolerance_of_a_percentage_moves_with_an_addendum(self) -> None:
        ten = tolerated(0).model_copy(update={"per_cent": Decimal(10), "amount_pence": None})
        assert Fund().after([*RECEIVED, ten, amended(100_000_00)]).tolerance_pence == 110_000_00


class TestRingFences:
    def test_part_of_a_fund_is_set_apart_and_the_rest_is_the_core(self) -> None:
        given(*RECEIVED).when(fence(400_000_00)).then(fenced(400_000_00))
        fund = Fund().after([*RECEIVED, fenced(400_000_00)])
        assert (fund.left_in("dasv"), fund.left_in(None)) == (400_000_00, 600_000_00)
        assert fund.received_pence == fund.left_pence == 1_000_000_00

    def test_labour_and_the_rest_are_lines_of_one_agreement(self) -> None:
        given(*RECEIVED).when(fence(1, "labour", kind=RingFenceKind.LINE)).then(
            fenced(1, "labour", kind=RingFenceKind.LINE)
        )

    def test_setting_it_twice_records_it_once_and_setting_it_anew_is_the_whole_and_no_change_to_it(self) -> None:
        given(*RECEIVED, fenced(400_000_00)).when(fence(400_000_00)).then_nothing()
        given(*RECEIVED, fenced(400_000_00)).when(fence(500_000_00)).then(fenced(500_000_00))
        assert Fund().after([*RECEIVED, fenced(400_000_00), fenced(500_000_00)]).left_in(None) == 500_000_00

    def test_a_ring_fence_is_not_larger_than_what_is_there(self) -> None:
        given(*RECEIVED).when(fence(1_000_000_00)).then(fenced(1_000_000_00))
        given(*RECEIVED).when(fence(1_000_000_01)).then_refused(r"a part of .* £0\.01 over", Refusal)
        given(*RECEIVED, fenced(400_000_00)).when(fence(600_000_01, "isva")).then_refused(r"£0\.01 over", Refusal)

    def test_what_is_taken_of_the_core_is_not_set_apart(self) -> None:
        story = given(*RECEIVED, committed("hub", 700_000_00))
        story.when(fence(300_000_00)).then(fenced(300_000_00))
        story.when(fence(300_000_01)).then_refused("what it holds is taken already", Refusal)

    def test_a_ring_fence_does_not_become_smaller_than_what_is_taken_of_it_or_left_it(self) -> None:
        out = carried(100_000_00, ring_fence="dasv")
        story = given(*RECEIVED, fenced(400_000_00), committed("refuge", 200_000_00, "dasv"), out)
        story.when(fence(300_000_00)).then(fenced(300_000_00))
        story.when(fence(299_999_99)).then_refused("what it holds is taken already", Refusal)

    def test_a_share_is_taken_of_the_ring_fence_that_it_names_and_of_nothing_else(self) -> None:
        story = given(*RECEIVED, fenced(400_000_00))
        story.when(commit("refuge", 400_000_00, "dasv")).then(committed("refuge", 400_000_00, "dasv"))
        story.when(commit("refuge", 400_000_01, "dasv")).then_refused(
            "Ring-fence dasv of MoJ victims' services has £400,000 left", Refusal
        )
        story.when(commit("hub", 600_000_01)).then_refused("MoJ victims' services has £600,000 left", Refusal)

    def test_money_left_in_another_compartment_is_no_help(self) -> None:
        fund = Fund().after([*RECEIVED, fenced(400_000_00), committed("hub", 600_000_00)])
        assert (fund.left_in(None), fund.left_in("dasv")) == (0, 400_000_00)

    def test_a_tolerance_is_for_all_compartments_together(self) -> None:
        before = (*RECEIVED, fenced(400_000_00), tolerated(100), committed("refuge", 400_000_60, "dasv", 60))
        given(*before).when(commit("hub", 600_000_40)).then(committed("hub", 600_000_40, over_pence=100))
        given(*before).when(commit("hub", 600_000_41)).then_refused("a tolerance of £1 set", Refusal)

    def test_a_compartment_that_is_over_does_not_stop_another_that_is_not(self) -> None:
        before = (*RECEIVED, fenced(400_000_00), committed("hub", 600_000_00), amended(-100))
        given(*before).when(commit("refuge", 400_000_00, "dasv")).then(
            committed("refuge", 400_000_00, "dasv", over_pence=100)
        )

    def test_an_unknown_ring_fence_is_set_first(self) -> None:
        why = {"reason": "Underspend."}
        for order in (
            commit("hub", 1, "male"),
            HoldEarmark(**OF, earmark="e", title="Kept", kind=EarmarkKind.RESERVE, amount_pence=1, ring_fence="male"),
            carry(1, ring_fence="male"),
            ReturnUnderspend(**OF, returned="r1", amount_pence=1, ring_fence="male", how=ReturnedHow.REPAID, **why),
        ):
            given(*RECEIVED).when(order).then_refused("has no ring-fence male. Set it first", NotFound)

    def test_a_ring_fence_of_a_fund_that_is_not_known_in_amount_still_has_its_own_balance(self) -> None:
        before = (*RECEIVED, NOT_KNOWN, fenced(400_000_00))
        fund = Fund().after(before)
        assert (fund.left_in("dasv"), fund.left_in(None), fund.left_pence) == (400_000_00, None, None)
        given(*before).when(commit("refuge", 400_000_01, "dasv")).then_refused("has £400,000 left", Refusal)
        given(*before).when(commit("hub", 10**12)).then(committed("hub", 10**12))

    def test_whatever_follows_from_a_share_stays_in_its_ring_fence(self) -> None:
        in_fence: dict[str, Any] = {"award": "refuge", "ring_fence": "dasv"}
        of_award: dict[str, Any] = {**OF, "award": "refuge"}
        before = (*RECEIVED, fenced(400_000_00))
        share = committed("refuge", 100, "dasv")
        unknown = committed("refuge", None, "dasv")
        paid = FundsPaid(**in_fence, payment="p1", amount_pence=60, paid_on=TODAY)
        back = {"payment": "p1", "amount_pence": 10, **WHY}
        expected: list[tuple[Event, Command[Any], type[Event]]] = [
            (share, RaiseCommitment(**of_award, amount_pence=5, **WHY), CommitmentRaised),
            (share, ReleaseFunds(**of_award, amount_pence=5, **WHY), FundsReleased),
            (share, PayFunds(**of_award, payment="p1", amount_pence=60, paid_on=TODAY), FundsPaid),
            (unknown, ConfirmCommitment(**of_award, amount_pence=5), CommitmentConfirmed),
            (unknown, ReleaseFunds(**of_award, amount_pence=None, **WHY), CommitmentWithdrawn),
        ]
        for start, order, kind in expected:
            (event,) = given(*before, start).when(order).decided()
            assert isinstance(event, kind)
            assert dict(event)["ring_fence"] == "dasv"
        given(*before, share, paid).when(ClawBackFunds(**of_award, **back)).then(FundsClawedBack(**in_fence, **back))

    def test_what_is_kept_aside_in_a_ring_fence_comes_back_to_it(self) -> None:
        held = EarmarkHeld(
            earmark="e", title="Kept", kind=EarmarkKind.RESERVE, amount_pence=100, over_pence=0, ring_fence="dasv"
        )
        before = (*RECEIVED, fenced(400_000_00), held)
        hold = HoldEarmark(
            **OF, earmark="e", title="Kept", kind=EarmarkKind.RESERVE, amount_pence=100, ring_fence="dasv"
        )
        given(*before[:-1]).when(hold).then(held)
        given(*before).when(hold).then_nothing()
        given(*before).when(hold.model_copy(update={"ring_fence": None})).then_refused("held differently", Refusal)
        released = EarmarkReleased(earmark="e", amount_pence=100, reason="Awarded.", ring_fence="dasv")
        given(*before).when(ReleaseEarmark(**OF, earmark="e", reason="Awarded.")).then(released)
        fund = Fund().after([*before, released])
        assert (fund.left_in("dasv"), fund.left_in(None)) == (400_000_00, 600_000_00)


def test_part_of_a_fund_is_set_apart_once_something_was_received() -> None:
    given(OPENED).when(fence(100)).then_refused("has no allocation yet: record what was received", Refusal)
    given(OPENED).when(fence(0)).then(fenced(0))


NEXT: dict[str, Any] = {"to_fund": "moj-victims", "to_year": "2023-24"}
PERMITTED: dict[str, Any] = {"permission": "The Ministry's letter of 2 March.", "use_by": date(2024, 3, 31)}


def carried(amount_pence: int, transfer: str = "cf-1", ring_fence: str | None = None) -> FundsCarriedOut:
    """Money went to the next year."""
    said = {**NEXT, **PERMITTED, "decision": None, "effective_on": TODAY}
    return FundsCarriedOut(transfer=transfer, amount_pence=amount_pence, ring_fence=ring_fence, **said)


def carry(amount_pence: int, transfer: str = "cf-1", **more: Any) -> CarryFunds:
    """The order to carry money to the next year."""
    return CarryFunds(transfer=transfer, amount_pence=amount_pence, **{**OF, **NEXT, **PERMITTED, **more})


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


def returned(amount_pence: int, reference: str = "r1", ring_fence: str | None = None) -> UnderspendReturned:
    """Money went back to the funder."""
    return UnderspendReturned(
        returned=reference,
        amount_pence=amount_pence,
        ring_fence=ring_fence,
        how=ReturnedHow.NETTED_OFF,
        reason="Posts stood vacant.",
        effective_on=TODAY,
    )


def give_back(amount_pence: int, reference: str = "r1", **more: Any) -> ReturnUnderspend:
    """The order to record that money went back."""
    said = {**OF, "how": ReturnedHow.NETTED_OFF, "reason": "Posts stood vacant.", **more}
    return ReturnUnderspend(returned=reference, amount_pence=amount_pence, **said)


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


def test_finance_keeps_the_parts_of_a_fund_and_what_follows_is_given_by_nobody() -> None:
    for kept in (AmendAllocation, ConfirmAllocation, SetRingFence, CarryFunds, ReturnUnderspend, CapAdministration):
        assert kept.may == {Role.FINANCE}
    for consequence in (ReceiveCarriedFunds, RaiseCommitment, ClawBackFunds):
        assert not consequence.may
