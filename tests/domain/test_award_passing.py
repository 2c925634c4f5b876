"""How an award passes to others: by novation with consent, by law to successors, and under another number."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as some

from domain.awards.award import Award, AwardStatus
from domain.awards.change_events import AwardNovated, AwardReissued, AwardTransferred, TransferReapportioned
from domain.awards.changes import (
    CloseAward,
    ConfirmAwardAmount,
    EndAward,
    ExtendAward,
    ReduceAward,
    UpliftAward,
    WithdrawAward,
)
from domain.awards.commands import ConfirmNoCircle
from domain.awards.events import MilestonePlanned
from domain.awards.milestone_commands import (
    CompleteMilestone,
    MissMilestone,
    PlanMilestone,
    RescheduleMilestone,
    WaiveMilestone,
)
from domain.awards.partner_commands import DescribePool, PromiseContribution
from domain.awards.passing import NovateAward, ReissueAward, Successor, TransferAward
from domain.awards.payment_commands import (
    ApprovePayment,
    CancelPayment,
    ClawBackPayment,
    FreePayment,
    HoldPayment,
    MeetCondition,
    RecordPayment,
    SchedulePayment,
    SetCondition,
    WaiveCondition,
)
from domain.awards.payment_events import ConditionKind
from domain.awards.spend_commands import PlanSurplus, SetProfile
from domain.errors import Refusal
from domain.funds.consequences import PayFunds
from domain.kernel import Command, Event
from domain.money import share_out
from domain.periods import Frequency
from tests.domain.an_award import (
    AWARDED,
    HUB,
    OF_2017,
    OF_2018,
    REGISTERED,
    SPEND_PLAN,
    TODAY,
    TWO_YEARS,
    approved,
    cancelled,
    held,
    made,
    of_2017,
    of_2018,
    ready,
    scheduled,
)
from tests.domain.properties import modest
from tests.story import given

MAY = date(2017, 5, 8)
WHY = {"reason": "As agreed."}


def passed(*before: Event, on: date = MAY, successors: tuple[str, ...] = ("Mayor 1",)) -> tuple[Event, ...]:
    """What happened before, and that the office's part then passed by law."""
    order = TransferAward(
        **HUB, scheme="Scheme 2028", effective_on=on, successors=tuple(Successor.of(words) for words in successors)
    )
    return (*before, *given(*before).when(order).decided())


P1: dict[str, Any] = {**HUB, "payment": "p1"}
CHANGES: list[Command[Any]] = [
    UpliftAward(**HUB, **OF_2017, variation="v1", by_pence=1, **WHY),
    ReduceAward(**HUB, **OF_2017, variation="v1", by_pence=1, **WHY),
    ConfirmAwardAmount(**HUB, **OF_2017, amount_pence=1, source="A letter."),
    SetProfile(**HUB, by=Frequency.MONTHLY),
    NovateAward(**HUB, provider="remedi", consent="Deed"),
    ExtendAward(**HUB, ends_on=date(2019, 3, 31), **WHY),
    EndAward(**HUB, ended_on=date(2017, 9, 30), **WHY),
    ReissueAward(**HUB, as_award="hub-2", **WHY),
    CloseAward(**HUB, closed_on=TODAY, **WHY),
    WithdrawAward(**HUB, **WHY),
    SchedulePayment(**HUB, payment="p9", **OF_2017, amount_pence=1, due_on=TODAY),
    ApprovePayment(**P1),
    HoldPayment(**P1, **WHY),
    CancelPayment(**P1, **WHY),
    RecordPayment(**P1, **OF_2017, amount_pence=100, paid_on=MAY),
    ClawBackPayment(**HUB, payment="p0", amount_pence=1, **WHY),
    SetCondition(**HUB, condition="c9", kind=ConditionKind.OTHER, title="A letter"),
    MeetCondition(**HUB, condition="spend-plan", met_on=TODAY, evidence="It came."),
    WaiveCondition(**HUB, condition="spend-plan", authorised_by="Finance officer", **WHY),
    PlanSurplus(**HUB, plan="s1", amount_pence=1, purpose="Training"),
    PlanMilestone(**HUB, milestone="m1", title="A report", due_on=TODAY),
    RescheduleMilestone(**HUB, milestone="m0", due_on=TODAY, **WHY),
    CompleteMilestone(**HUB, milestone="m0", completed_on=TODAY, evidence="Seen."),
    MissMilestone(**HUB, milestone="m0", **WHY),
    WaiveMilestone(**HUB, milestone="m0", **WHY),
    FreePayment(**HUB, payment="p2", **WHY),
    DescribePool(**HUB, host="Council"),
    PromiseContribution(**HUB, contribution="k1", partner="A charity", match=True),
]


class TestAfterATransfer:
    @pytest.mark.parametrize("order", CHANGES, ids=lambda order: type(order).__name__)
    def test_the_office_changes_nothing_more_of_the_award(self, order: Command[Any]) -> None:
        milestone = MilestonePlanned(milestone="m0", title="A report", due_on=date(2017, 9, 29))
        payments = (made("p0", 100, date(2017, 4, 3)), scheduled("p1", 100), scheduled("p2", 100), held("p2"))
        before = (*AWARDED, *payments, SPEND_PLAN, milestone)
        given(*passed(*before)).when(order).then_refused(
            "passed to Mayor on 8 May 2017: what is unpaid is theirs, and no longer ours", Refusal
        )

    def test_both_successors_are_named(self) -> None:
        story = given(*passed(*AWARDED, successors=("Mayor 1", "Policing board 1")))
        story.when(WithdrawAward(**HUB, **WHY)).then_refused("passed to Mayor and Policing board on 8 May 2017")

    def test_it_is_settled_by_itself(self) -> None:
        assert Award().after(passed(*AWARDED)).status is AwardStatus.TRANSFERRED

    def test_it_does_not_pass_before_the_day_has_come(self) -> None:
        order = TransferAward(
            **HUB, scheme="Scheme", effective_on=date(2017, 10, 17), successors=(Successor.of("Mayor 1"),)
        )
        given(*AWARDED).when(order).then_refused(
            "would pass at once, and 17 October 2017 has not come: it is ours until then. Record the transfer", Refusal
        )

    def test_what_was_done_before_may_be_said_again(self) -> None:
        story = given(*passed(*AWARDED, scheduled("p1", 100), cancelled("p1")))
        story.when(CancelPayment(**P1, reason="Not needed.")).then_nothing()


class TestAPaymentMadeBeforeATransfer:
    before = (*AWARDED, scheduled("p1", 20_000_00), ready("p1"))
    order = RecordPayment(**P1, **OF_2017, amount_pence=20_000_00, paid_on=date(2017, 5, 7))

    def test_it_is_still_recorded_and_so_much_less_passes(self) -> None:
        story = given(*passed(*self.before, successors=("Mayor 2", "Board 1"))).when(self.order)
        paid, again = story.decided()
        assert paid == made("p1", 20_000_00, date(2017, 5, 7))
        assert isinstance(again, TransferReapportioned)
        assert [each.unpaid_pence for each in again.successors] == share_out(100_000_00, [2, 1])
        assert len([each for each in story.orders() if isinstance(each, PayFunds)]) == 1
        award = Award().after([*story.events, paid, again])
        assert award.transferred is not None
        assert award.transferred.successors == again.successors
        given(*story.events, paid, again).when(self.order).then_nothing()

    def test_a_payment_of_the_day_itself_is_theirs(self) -> None:
        order = self.order.model_copy(update={"paid_on": MAY})
        given(*passed(*self.before)).when(order).then_refused("what is unpaid is theirs", Refusal)

    def test_what_was_not_approved_before_it_passed_was_not_made(self) -> None:
        given(*passed(*AWARDED, scheduled("p1", 20_000_00))).when(self.order).then_refused(
            "it was not approved before the award passed to its successor", Refusal
        )


@for_any(
    some.lists(some.integers(0, 10**11), min_size=2, max_size=2),
    some.lists(some.integers(1, 1_000), min_size=1, max_size=2),
)
@modest
def test_each_share_is_apportioned_by_itself_and_no_penny_is_lost(unpaid: list[int], parts: list[int]) -> None:
    days = REGISTERED.model_copy(update={"ends_on": date(2019, 3, 31)})
    before = (days, approved(of_2017(unpaid[0]), of_2018(unpaid[1])))
    event = passed(*before, successors=tuple(f"Body-{n} {part}" for n, part in enumerate(parts)))[-1]
    assert isinstance(event, AwardTransferred)
    for place, year in enumerate((OF_2017, OF_2018)):
        each = [successor.shares[place] for successor in event.successors]
        assert [(share.fund, share.year) for share in each] == [(year["fund"], year["year"])] * len(parts)
        assert [share.unpaid_pence for share in each] == share_out(unpaid[place], parts)
    for successor in event.successors:
        assert successor.unpaid_pence == sum(share.unpaid_pence for share in successor.shares)


class TestNovating:
    order = NovateAward(**HUB, provider="remedi", consent="Deed of July", effective_on=date(2017, 7, 1))
    novated = AwardNovated(provider="remedi", consent="Deed of July", effective_on=date(2017, 7, 1))

    def test_nobody_takes_over_before_the_day_has_come(self) -> None:
        order = self.order.model_copy(update={"effective_on": date(2017, 10, 17)})
        given(*AWARDED).when(order).then_refused("17 October 2017 has not come: until then the provider stays", Refusal)

    def test_nobody_takes_over_before_the_one_that_holds_it_did(self) -> None:
        back = self.order.model_copy(update={"provider": "voice", "effective_on": date(2017, 6, 30)})
        given(*AWARDED, self.novated).when(back).then_refused("has held it since 1 July 2017", Refusal)

    def test_it_may_go_back(self) -> None:
        back = self.order.model_copy(update={"provider": "voice", "effective_on": TODAY})
        given(*AWARDED, self.novated).when(back).then(
            self.novated.model_copy(update={"provider": "voice", "effective_on": TODAY})
        )

    @pytest.mark.parametrize("change", [{"consent": "A letter"}, {"effective_on": TODAY}])
    def test_it_is_not_said_otherwise(self, change: dict[str, Any]) -> None:
        given(*AWARDED, self.novated).when(self.order.model_copy(update=change)).then_refused(
            "That remedi holds award hub-2017 is already recorded, differently", Refusal
        )

    def test_who_holds_it_from_the_first_takes_nothing_over(self) -> None:
        given(*AWARDED).when(self.order.model_copy(update={"provider": "voice"})).then_refused(
            "is held by voice from the first", Refusal
        )


class TestReissuingInACircle:
    def test_two_awards_do_not_take_each_other_s_place(self) -> None:
        after = AwardReissued(as_award="hub-2017", reason="Again.")
        given(REGISTERED, after).when(ConfirmNoCircle(award="hub-2", of="hub-2017")).then_refused(
            "hub-2 is itself reissued as hub-2017", Refusal
        )

    def test_the_whole_chain_is_asked(self) -> None:
        on = AwardReissued(as_award="hub-3", reason="Again.")
        story = given(REGISTERED, on).when(ConfirmNoCircle(award="hub-2", of="hub-2017"))
        story.then_nothing()
        assert story.orders() == [ConfirmNoCircle(award="hub-3", of="hub-2017", seen=("hub-2",))]

    def test_a_circle_that_was_once_recorded_is_not_gone_round_for_ever(self) -> None:
        back = AwardReissued(as_award="hub-2", reason="Again.")
        story = given(REGISTERED, back).when(ConfirmNoCircle(award="hub-3", of="hub-2017", seen=("hub-2",)))
        assert story.orders() == []

    def test_a_reissue_for_another_reason_is_refused(self) -> None:
        ended = given(*AWARDED).when(EndAward(**HUB, ended_on=TODAY, **WHY)).decided()
        events = (*AWARDED, *ended, AwardReissued(as_award="hub-2", reason="Twelve months."))
        given(*events).when(ReissueAward(**HUB, as_award="hub-2", reason="Other.")).then_refused(
            "recorded, differently"
        )


class TestSettlingAgain:
    @pytest.mark.parametrize(
        ("order", "change"),
        [
            (EndAward(**HUB, ended_on=TODAY, decision="17", **WHY), {"ended_on": date(2017, 9, 30)}),
            (EndAward(**HUB, ended_on=TODAY, decision="17", **WHY), {"reason": "Another."}),
            (EndAward(**HUB, ended_on=TODAY, decision="17", **WHY), {"decision": "18"}),
            (CloseAward(**HUB, closed_on=TODAY, **WHY), {"closed_on": date(2017, 9, 30)}),
            (CloseAward(**HUB, closed_on=TODAY, **WHY), {"reason": "Another."}),
            (WithdrawAward(**HUB, **WHY), {"reason": "Another."}),
            (ExtendAward(**HUB, ends_on=date(2018, 9, 30), **WHY), {"reason": "Another."}),
            (UpliftAward(**HUB, **OF_2017, variation="v1", by_pence=1, **WHY), {"reason": "Another."}),
        ],
    )
    def test_word_for_word_it_changes_nothing_and_otherwise_it_is_refused(
        self, order: Command[Any], change: dict[str, Any]
    ) -> None:
        after = (*TWO_YEARS[:1], AWARDED[1]) if isinstance(order, EndAward | CloseAward) else AWARDED
        events = (*after, *given(*after).when(order).decided())
        given(*events).when(order).then_nothing()
        field = next(iter(change))
        given(*events).when(order.model_copy(update=change)).then_refused(
            f"already recorded, differently .on record is {field}: ", Refusal
        )
