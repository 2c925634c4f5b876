"""The parts of a fund: ring-fences with balances of their own, addenda, money carried and returned, administration."""

from datetime import date
from decimal import Decimal
from typing import Any

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
    ConfirmCommitment,
    PayFunds,
    RaiseCommitment,
    ReleaseFunds,
)
from domain.funds.events import (
    AllocationConfirmed,
    CommitmentConfirmed,
    CommitmentRaised,
    CommitmentWithdrawn,
    EarmarkHeld,
    EarmarkKind,
    EarmarkReleased,
    FundsClawedBack,
    FundsPaid,
    FundsReleased,
    ReturnedHow,
    RingFenceKind,
)
from domain.funds.fund import Fund
from domain.funds.leaving import CarryFunds, ReceiveCarriedFunds, ReturnUnderspend
from domain.kernel import Command, Event, Role
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
    fenced,
    tolerated,
)
from tests.story import given


def fence(amount_pence: int, ring_fence: str = "dasv", **more: Any) -> SetRingFence:
    """The order to set part of the fund apart."""
    said = {**OF, "title": "Domestic abuse", **WHY, **more}
    return SetRingFence(ring_fence=ring_fence, amount_pence=amount_pence, **said)


def amend(change_pence: int, addendum: str = "add-1", **more: Any) -> AmendAllocation:
    """The order to record an addendum."""
    return AmendAllocation(**{**OF, "agreement": "core", **WHY, **more}, addendum=addendum, change_pence=change_pence)


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


def test_finance_keeps_the_parts_of_a_fund_and_what_follows_is_given_by_nobody() -> None:
    for kept in (AmendAllocation, ConfirmAllocation, SetRingFence, CarryFunds, ReturnUnderspend, CapAdministration):
        assert kept.may == {Role.FINANCE}
    for consequence in (ReceiveCarriedFunds, RaiseCommitment, ClawBackFunds):
        assert not consequence.may
