"""Payments of an award: what holds them, when they are due, made and come back; its profile, its spend, its surplus."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as some
from pydantic import ValidationError

from domain.awards.award import Award
from domain.awards.change_events import AwardClosed, AwardEnded, AwardWithdrawn
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
from domain.awards.payment_events import (
    ConditionKind,
    ConditionWaived,
    PaymentFreed,
    ProfileLine,
    ProfileSet,
    SpendLine,
    SpendReported,
    SurplusPlanned,
    SurplusPlanSettled,
)
from domain.awards.payments import Payment, PaymentStatus
from domain.awards.spend_commands import PlanSurplus, ReportSpend, SetProfile, SettleSurplusPlan
from domain.errors import NotFound, Refusal
from domain.funds.consequences import ClawBackFunds, PayFunds
from domain.kernel import Event, Role
from domain.periods import Frequency
from tests.domain.an_award import (
    AWARDED,
    HUB,
    NOT_KNOWN,
    OF_2017,
    OF_2018,
    REGISTERED,
    SPEND_PLAN,
    SPEND_PLAN_CAME,
    TODAY,
    TWO_YEARS,
    approved,
    came_back,
    cancelled,
    held,
    made,
    of_2017,
    profile,
    ready,
    scheduled,
)
from tests.domain.properties import modest
from tests.story import given

CLOSED = AwardClosed(closed_on=TODAY, reason="All is settled.")
WITHDRAWN = AwardWithdrawn(reason="It came to nothing.")
ENDED = AwardEnded(ended_on=date(2017, 9, 30), reason="The service moved.", decision=None)
TOMORROW = TODAY + timedelta(days=1)
FREED = PaymentFreed(payment="p1", reason="The report came.", freed_on=TODAY)
WAIVED = ConditionWaived(
    condition="spend-plan", authorised_by="Chief finance officer", reason="The sum is small.", waived_on=TODAY
)


class TestConditions:
    order = SetCondition(**HUB, condition="spend-plan", kind=ConditionKind.SPEND_PLAN, title="A spend plan")
    meet = MeetCondition(**HUB, condition="spend-plan", met_on=date(2017, 10, 2), evidence="The plan of 2 October.")
    waive = WaiveCondition(
        **HUB, condition="spend-plan", authorised_by="Chief finance officer", reason="The sum is small."
    )

    def test_a_condition_may_be_set_before_the_award_is_approved_and_after(self) -> None:
        given(REGISTERED).when(self.order).then(SPEND_PLAN)
        given(*AWARDED).when(self.order).then(SPEND_PLAN)

    def test_setting_it_twice_records_it_once_even_when_it_is_met(self) -> None:
        given(*AWARDED, SPEND_PLAN).when(self.order).then_nothing()
        given(*AWARDED, SPEND_PLAN, SPEND_PLAN_CAME).when(self.order).then_nothing()

    @pytest.mark.parametrize("change", [{"kind": ConditionKind.OTHER}, {"title": "Another plan"}])
    def test_a_reference_is_never_used_for_another_condition(self, change: dict[str, Any]) -> None:
        given(*AWARDED, SPEND_PLAN).when(self.order.model_copy(update=change)).then_refused(
            "already a condition spend-plan on award hub-2017, set differently", Refusal
        )

    def test_an_award_that_is_settled_has_nothing_to_hold_back(self) -> None:
        given(*AWARDED, CLOSED).when(self.order).then_refused("is closed: there is nothing to hold back", Refusal)
        given(*AWARDED, WITHDRAWN).when(self.order).then_refused("is withdrawn: there is nothing", Refusal)

    def test_a_condition_is_met_on_a_day_and_something_shows_it(self) -> None:
        given(*AWARDED, SPEND_PLAN).when(self.meet).then(SPEND_PLAN_CAME)

    def test_a_condition_is_not_met_in_the_future(self) -> None:
        order = self.meet.model_copy(update={"met_on": TOMORROW})
        given(*AWARDED, SPEND_PLAN).when(order).then_refused("cannot be met in the future", Refusal)

    def test_a_condition_is_waived_by_somebody_for_a_reason(self) -> None:
        given(*AWARDED, SPEND_PLAN).when(self.waive).then(WAIVED)

    def test_a_condition_that_is_met_or_waived_is_not_met_or_waived_again(self) -> None:
        given(*AWARDED, SPEND_PLAN, SPEND_PLAN_CAME).when(self.meet).then_nothing()
        given(*AWARDED, SPEND_PLAN, WAIVED).when(self.waive).then_nothing()
        given(*AWARDED, SPEND_PLAN, SPEND_PLAN_CAME).when(self.waive).then_refused("is met: there is nothing to waive")
        given(*AWARDED, SPEND_PLAN, WAIVED).when(self.meet).then_refused("was waived: it is no longer asked for")

    @pytest.mark.parametrize(
        ("change", "differs"),
        [
            ({"met_on": date(2017, 10, 3)}, "met_on: 2 October 2017"),
            ({"evidence": "Another plan."}, "evidence: other words"),
        ],
    )
    def test_a_condition_that_is_met_is_not_met_otherwise(self, change: dict[str, Any], differs: str) -> None:
        given(*AWARDED, SPEND_PLAN, SPEND_PLAN_CAME).when(self.meet.model_copy(update=change)).then_refused(
            f"condition spend-plan of award hub-2017 is met is already recorded, differently .on record is {differs}",
            Refusal,
        )

    @pytest.mark.parametrize(
        "change", [{"authorised_by": "The commissioner"}, {"reason": "Late."}, {"waived_on": date(2017, 10, 2)}]
    )
    def test_a_condition_that_is_waived_is_not_said_to_be_waived_otherwise(self, change: dict[str, Any]) -> None:
        given(*AWARDED, SPEND_PLAN, WAIVED).when(self.waive.model_copy(update=change)).then_refused(
            "is waived is already recorded, differently", Refusal
        )

    def test_a_condition_is_waived_from_a_day_that_has_come(self) -> None:
        order = self.waive.model_copy(update={"waived_on": date(2017, 10, 2)})
        given(*AWARDED, SPEND_PLAN).when(order).then(WAIVED.model_copy(update={"waived_on": date(2017, 10, 2)}))
        given(*AWARDED, SPEND_PLAN).when(self.waive.model_copy(update={"waived_on": TOMORROW})).then_refused(
            "cannot be waived in the future", Refusal
        )

    def test_a_condition_is_set_before_it_is_met_or_waived(self) -> None:
        for order in (self.meet, self.waive):
            given(*AWARDED).when(order).then_refused("There is no condition spend-plan on this award", NotFound)


def schedule(payment: str, amount_pence: int, **more: Any) -> SchedulePayment:
    """The order to set down a payment."""
    said = {**HUB, **OF_2017, "due_on": date(2017, 10, 1), **more}
    return SchedulePayment(payment=payment, amount_pence=amount_pence, **said)


class TestScheduling:
    def test_a_payment_is_to_be_made_on_a_day_out_of_one_share(self) -> None:
        given(*AWARDED).when(schedule("p1", 30_000_00)).then(scheduled("p1", 30_000_00))

    def test_a_payment_may_be_scheduled_while_a_condition_holds(self) -> None:
        given(*AWARDED, SPEND_PLAN).when(schedule("p1", 30_000_00)).then(scheduled("p1", 30_000_00))

    def test_no_more_is_scheduled_than_the_share_has_neither_paid_nor_scheduled(self) -> None:
        story = given(*AWARDED, made("p1", 60_000_00), scheduled("p2", 30_000_00))
        story.when(schedule("p3", 30_000_00)).then(scheduled("p3", 30_000_00))
        story.when(schedule("p3", 30_000_01)).then_refused("£30,000 of this share is not yet paid or scheduled")

    def test_what_came_back_is_not_there_to_be_paid_again(self) -> None:
        story = given(*AWARDED, made("p1", 120_000_00), came_back("p1", 20_000_00))
        story.when(schedule("p2", 1)).then_refused("£0 of this share is not yet paid or scheduled", Refusal)

    def test_what_was_cancelled_may_be_scheduled_under_another_reference(self) -> None:
        story = given(*AWARDED, scheduled("p1", 120_000_00), cancelled("p1"))
        story.when(schedule("p2", 120_000_00)).then(scheduled("p2", 120_000_00))
        story.when(schedule("p1", 120_000_00)).then_refused("p1 is cancelled: schedule another", Refusal)

    @pytest.mark.parametrize("more", [(), (ready("p1"),), (held("p1"),), (made("p1", 100),)])
    def test_scheduling_it_twice_records_it_once(self, more: tuple[Event, ...]) -> None:
        given(*AWARDED, scheduled("p1", 100), *more).when(schedule("p1", 100)).then_nothing()

    @pytest.mark.parametrize("change", [{"amount_pence": 200}, {"due_on": date(2017, 11, 1)}, OF_2018])
    def test_a_reference_is_never_used_for_another_payment(self, change: dict[str, Any]) -> None:
        order = schedule("p1", 100).model_copy(update=change)
        given(*TWO_YEARS, scheduled("p1", 100)).when(order).then_refused("already recorded, differently", Refusal)

    def test_nothing_is_scheduled_out_of_a_share_that_is_not_known_or_not_there(self) -> None:
        given(*NOT_KNOWN).when(schedule("p1", 1)).then_refused("confirm it first", Refusal)
        given(*AWARDED).when(schedule("p1", 1, **OF_2018)).then_refused("no share of moj-victims 2018-19", NotFound)

    def test_nothing_is_scheduled_for_an_award_that_is_not_approved_or_is_settled(self) -> None:
        given(REGISTERED).when(schedule("p1", 1)).then_refused("is registered, not approved", Refusal)
        given(*AWARDED, CLOSED).when(schedule("p1", 1)).then_refused("is closed, not approved", Refusal)

    def test_what_is_owed_by_an_award_that_ended_may_still_be_scheduled(self) -> None:
        given(*AWARDED, ENDED).when(schedule("p1", 100)).then(scheduled("p1", 100))


class TestApproving:
    order = ApprovePayment(**HUB, payment="p1")

    def test_a_payment_that_is_scheduled_is_approved(self) -> None:
        given(*AWARDED, scheduled("p1", 100)).when(self.order).then(ready("p1"))

    def test_approving_it_twice_records_it_once(self) -> None:
        given(*AWARDED, scheduled("p1", 100), ready("p1")).when(self.order).then_nothing()
        given(*AWARDED, scheduled("p1", 100), made("p1", 100)).when(self.order).then_nothing()

    def test_nothing_is_approved_while_a_condition_holds_and_the_refusal_names_it(self) -> None:
        story = given(*AWARDED, SPEND_PLAN, scheduled("p1", 100))
        story.when(self.order).then_refused(r"held until this is met: spend-plan \(A spend plan\)", Refusal)

    def test_the_last_condition_met_or_waived_lets_it_go(self) -> None:
        agreement = SPEND_PLAN.model_copy(update={"condition": "agreement", "title": "The signed agreement"})
        before = (*AWARDED, SPEND_PLAN, agreement, scheduled("p1", 100))
        given(*before, SPEND_PLAN_CAME).when(self.order).then_refused("The signed agreement", Refusal)
        met = SPEND_PLAN_CAME.model_copy(update={"condition": "agreement"})
        given(*before, WAIVED, met).when(self.order).then(ready("p1"))

    def test_a_payment_that_is_held_back_or_cancelled_is_not_approved(self) -> None:
        given(*AWARDED, scheduled("p1", 100), held("p1")).when(self.order).then_refused("Free it first", Refusal)
        given(*AWARDED, scheduled("p1", 100), held("p1"), FREED).when(self.order).then(ready("p1"))
        given(*AWARDED, scheduled("p1", 100), cancelled("p1")).when(self.order).then_refused(
            "p1 is cancelled: schedule another", Refusal
        )

    def test_only_a_payment_that_is_scheduled_can_be_approved_held_freed_cancelled_or_come_back(self) -> None:
        one: dict[str, Any] = {**HUB, "payment": "p9"}
        why = {"reason": "Because."}
        for order in (
            ApprovePayment(**one),
            HoldPayment(**one, **why),
            FreePayment(**one, **why),
            CancelPayment(**one, **why),
            ClawBackPayment(**one, amount_pence=1, **why),
        ):
            given(*AWARDED).when(order).then_refused("There is no payment p9 under this award", NotFound)

    def test_nothing_is_approved_once_the_award_is_settled(self) -> None:
        given(*AWARDED, scheduled("p1", 100), WITHDRAWN).when(self.order).then_refused("is withdrawn, not approved")


class TestHolding:
    order = HoldPayment(**HUB, payment="p1", reason="A report is late.")
    free = FreePayment(**HUB, payment="p1", reason="The report came.")

    @pytest.mark.parametrize("more", [(), (ready("p1"),)])
    def test_one_payment_is_held_back_for_a_reason_of_its_own(self, more: tuple[Event, ...]) -> None:
        given(*AWARDED, scheduled("p1", 100), *more).when(self.order).then(held("p1"))

    def test_holding_it_twice_records_it_once(self) -> None:
        given(*AWARDED, scheduled("p1", 100), held("p1")).when(self.order).then_nothing()

    def test_it_is_not_said_to_be_held_or_freed_for_another_reason(self) -> None:
        other = {"reason": "The invoice is wrong."}
        given(*AWARDED, scheduled("p1", 100), held("p1")).when(self.order.model_copy(update=other)).then_refused(
            "payment p1 of award hub-2017 is held back is already recorded, differently", Refusal
        )
        given(*AWARDED, scheduled("p1", 100), held("p1"), FREED).when(self.free.model_copy(update=other)).then_refused(
            "is freed is already recorded, differently", Refusal
        )

    def test_it_may_be_held_and_freed_again_for_another_reason(self) -> None:
        again = self.order.model_copy(update={"reason": "The invoice is wrong."})
        before = (*AWARDED, scheduled("p1", 100), held("p1"), FREED)
        (held_again,) = given(*before).when(again).decided()
        given(*before, held_again).when(self.free.model_copy(update={"freed_on": TODAY})).then(FREED)

    def test_what_is_not_held_back_is_not_freed_and_nothing_is_freed_in_the_future(self) -> None:
        given(*AWARDED, scheduled("p1", 100)).when(self.free).then_refused("there is nothing to free", Refusal)
        given(*AWARDED, scheduled("p1", 100), held("p1")).when(
            self.free.model_copy(update={"freed_on": TOMORROW})
        ).then_refused("cannot be freed in the future", Refusal)

    def test_what_is_paid_or_cancelled_is_not_held_back(self) -> None:
        given(*AWARDED, made("p1", 100)).when(self.order).then_refused("is paid already", Refusal)
        given(*AWARDED, scheduled("p1", 100), cancelled("p1")).when(self.order).then_refused("is cancelled already")

    def test_a_payment_that_is_held_back_is_freed(self) -> None:
        given(*AWARDED, scheduled("p1", 100), held("p1")).when(self.free).then(FREED)
        given(*AWARDED, scheduled("p1", 100), held("p1"), FREED).when(self.free).then_nothing()


class TestCancelling:
    order = CancelPayment(**HUB, payment="p1", reason="Not needed.")

    @pytest.mark.parametrize("more", [(), (ready("p1"),), (held("p1"),)])
    def test_a_payment_that_is_not_made_is_cancelled(self, more: tuple[Event, ...]) -> None:
        given(*AWARDED, scheduled("p1", 100), *more).when(self.order).then(cancelled("p1"))

    def test_cancelling_it_twice_records_it_once(self) -> None:
        given(*AWARDED, scheduled("p1", 100), cancelled("p1")).when(self.order).then_nothing()

    def test_it_is_not_said_to_be_cancelled_for_another_reason(self) -> None:
        other = self.order.model_copy(update={"reason": "It is paid with the next one."})
        given(*AWARDED, scheduled("p1", 100), cancelled("p1")).when(other).then_refused(
            "is cancelled is already recorded, differently .on record is reason: other words", Refusal
        )

    def test_what_is_paid_is_clawed_back_and_not_cancelled(self) -> None:
        given(*AWARDED, made("p1", 100)).when(self.order).then_refused(r"is clawed back \(claw-back-payment\)", Refusal)


def pay(payment: str, amount_pence: int, **more: Any) -> RecordPayment:
    """The order to record a payment."""
    said = {**HUB, **OF_2017, "paid_on": date(2017, 7, 3), **more}
    return RecordPayment(payment=payment, amount_pence=amount_pence, **said)


def due(payment: str, amount_pence: int) -> tuple[Event, Event]:
    """A payment that is scheduled and approved."""
    return scheduled(payment, amount_pence), ready(payment)


class TestPaying:
    def test_a_payment_is_recorded_in_the_award_and_in_the_fund(self) -> None:
        order = pay("p1", 30_000_00)
        story = given(*AWARDED, *due("p1", 30_000_00)).when(order)
        story.then(made("p1", 30_000_00))
        assert story.orders() == [PayFunds(**order.model_dump())]

    def test_a_payment_is_scheduled_before_it_is_made(self) -> None:
        given(*AWARDED).when(pay("p1", 100)).then_refused(r"no payment p1 .* Schedule it first \(schedule-payment\)")

    def test_a_payment_is_approved_before_it_is_made(self) -> None:
        given(*AWARDED, scheduled("p1", 100)).when(pay("p1", 100)).then_refused(
            r"p1 is scheduled and not approved: approve it first \(approve-payment\)", Refusal
        )

    def test_a_payment_is_made_as_it_was_scheduled(self) -> None:
        story = given(*TWO_YEARS, *due("p1", 100))
        for other in (pay("p1", 99), pay("p1", 100, **OF_2018)):
            story.when(other).then_refused("scheduled as £1 out of moj-victims 2017-18: cancel it", Refusal)

    def test_a_payment_keeps_the_day_on_which_it_was_due(self) -> None:
        payments = Award().after([*AWARDED, *due("p1", 100), made("p1", 100)]).payments
        assert payments.payments["p1"] == Payment(
            **OF_2017, amount_pence=100, due_on=date(2017, 10, 1), status=PaymentStatus.PAID
        )

    def test_a_payment_that_was_once_made_without_a_schedule_stands_and_may_be_said_again(self) -> None:
        payments = Award().after([*AWARDED, made("p1", 100)]).payments
        assert payments.paid_from(**OF_2017) == 100
        given(*AWARDED, made("p1", 100)).when(pay("p1", 100)).then_nothing()
        given(*AWARDED, made("p1", 100)).when(claw_back("p1", 100)).then(came_back("p1", 100))

    def test_nothing_is_paid_while_a_condition_holds(self) -> None:
        story = given(*AWARDED, *due("p1", 1), SPEND_PLAN).when(pay("p1", 1))
        story.then_refused("held until this is met: spend-plan", Refusal)

    def test_nothing_is_paid_before_the_day_on_which_a_condition_that_held_it_was_met(self) -> None:
        story = given(*AWARDED, SPEND_PLAN, scheduled("p1", 1), SPEND_PLAN_CAME, ready("p1"))
        story.when(pay("p1", 1, paid_on=date(2017, 10, 2))).then(made("p1", 1, date(2017, 10, 2)))
        story.when(pay("p1", 1, paid_on=date(2017, 10, 1))).then_refused(
            "spend-plan held this payment until it was met on 2 October 2017", Refusal
        )

    def test_nothing_is_paid_before_the_day_on_which_a_condition_that_held_it_was_waived(self) -> None:
        second = WAIVED.model_copy(update={"waived_on": date(2017, 10, 2)})
        story = given(*AWARDED, SPEND_PLAN, second, *due("p1", 1))
        story.when(pay("p1", 1, paid_on=date(2017, 10, 2))).then(made("p1", 1, date(2017, 10, 2)))
        story.when(pay("p1", 1, paid_on=date(2017, 10, 1))).then_refused(
            "spend-plan held this payment until it was waived on 2 October 2017", Refusal
        )

    def test_nothing_is_paid_before_the_day_on_which_it_was_freed(self) -> None:
        second = FREED.model_copy(update={"freed_on": date(2017, 10, 2)})
        story = given(*AWARDED, *due("p1", 1), held("p1"), second)
        story.when(pay("p1", 1, paid_on=date(2017, 10, 2))).then(made("p1", 1, date(2017, 10, 2)))
        story.when(pay("p1", 1, paid_on=date(2017, 10, 1))).then_refused(
            "p1 was held back until it was freed on 2 October 2017", Refusal
        )

    def test_what_was_waived_or_freed_before_the_day_was_kept_has_no_day_to_wait_for(self) -> None:
        waived = WAIVED.model_copy(update={"waived_on": None})
        freed = FREED.model_copy(update={"freed_on": None})
        given(*AWARDED, SPEND_PLAN, waived, *due("p1", 1), held("p1"), freed).when(pay("p1", 1)).then(made("p1", 1))

    def test_nothing_is_paid_before_the_day_from_which_the_award_is_approved(self) -> None:
        july = approved(of_2017(120_000_00)).model_copy(update={"effective_on": date(2017, 7, 3)})
        story = given(REGISTERED, july, *due("p1", 100))
        story.when(pay("p1", 100)).then(made("p1", 100))
        story.when(pay("p1", 100, paid_on=date(2017, 7, 2))).then_refused(
            "hub-2017 is approved from 3 July 2017: it cannot have been paid before", Refusal
        )

    @pytest.mark.parametrize(
        ("starts_on", "approved_on", "first"),
        [
            (date(2017, 4, 1), date(2017, 10, 16), date(2017, 4, 1)),
            (date(2017, 4, 1), date(2017, 3, 1), date(2017, 3, 1)),
            (None, date(2017, 5, 2), date(2017, 5, 2)),
        ],
    )
    def test_without_a_stated_day_it_is_not_paid_before_its_approval_or_its_start_whichever_is_earlier(
        self, starts_on: date | None, approved_on: date, first: date
    ) -> None:
        registered = REGISTERED.model_copy(update={"starts_on": starts_on})
        approval = approved(of_2017(120_000_00)).model_copy(update={"approved_on": approved_on})
        story = given(registered, approval, *due("p1", 100))
        story.when(pay("p1", 100, paid_on=first)).then(made("p1", 100, first))
        story.when(pay("p1", 100, paid_on=first - timedelta(days=1))).then_refused("it cannot have been paid before")

    def test_a_payment_that_is_held_back_or_cancelled_is_not_made(self) -> None:
        story = given(*AWARDED, *due("p1", 100), held("p1"), *due("p2", 100))
        story.when(pay("p1", 100)).then_refused("Free it first", Refusal)
        story.when(pay("p2", 100)).then(made("p2", 100))
        given(*AWARDED, *due("p1", 100), cancelled("p1")).when(pay("p1", 100)).then_refused("p1 is cancelled")

    def test_nothing_is_paid_in_the_future(self) -> None:
        given(*AWARDED, *due("p1", 1)).when(pay("p1", 1, paid_on=TOMORROW)).then_refused("made in the future", Refusal)

    def test_a_payment_in_arrears_may_be_due_and_made_after_the_award_s_end(self) -> None:
        given(*AWARDED, ENDED).when(schedule("p1", 100)).then(scheduled("p1", 100))
        given(*AWARDED, *due("p1", 100), ENDED).when(pay("p1", 100, paid_on=TODAY)).then(made("p1", 100, TODAY))

    def test_paying_it_twice_records_it_once_even_once_the_award_is_closed(self) -> None:
        given(*AWARDED, *due("p1", 100), made("p1", 100)).when(pay("p1", 100)).then_nothing()
        given(*AWARDED, *due("p1", 100), made("p1", 100), SPEND_PLAN, CLOSED).when(pay("p1", 100)).then_nothing()

    def test_a_reference_is_never_used_for_another_payment(self) -> None:
        given(*AWARDED, *due("p1", 100), made("p1", 100)).when(pay("p1", 101)).then_refused("recorded, differently")

    def test_an_award_that_is_settled_is_not_paid(self) -> None:
        given(*AWARDED, CLOSED).when(pay("p1", 100)).then_refused("is closed, not approved", Refusal)
        given(REGISTERED).when(pay("p1", 100)).then_refused("is registered, not approved", Refusal)


def claw_back(payment: str, amount_pence: int, **more: Any) -> ClawBackPayment:
    """The order to record that money came back."""
    said = {**HUB, "reason": "Posts stood vacant.", **more}
    return ClawBackPayment(payment=payment, amount_pence=amount_pence, **said)


class TestClawingBack:
    def test_money_that_comes_back_makes_the_award_smaller_and_the_fund_has_it_again(self) -> None:
        story = given(*AWARDED, made("p1", 60_000_00)).when(claw_back("p1", 20_000_01))
        story.then(came_back("p1", 20_000_01))
        assert story.orders() == [
            ClawBackFunds(
                **{**HUB, **OF_2017, "payment": "p1", "amount_pence": 20_000_01},
                reason="Posts stood vacant.",
                effective_on=TODAY,
            )
        ]
        award = Award().after([*AWARDED, made("p1", 60_000_00), came_back("p1", 20_000_01)])
        assert (award.amount_pence, award.paid_from(award.shares[0])) == (99_999_99, 39_999_99)

    def test_no_more_comes_back_than_is_with_the_provider(self) -> None:
        story = given(*AWARDED, made("p1", 100), came_back("p1", 40))
        story.when(claw_back("p1", 60)).then(came_back("p1", 60))
        story.when(claw_back("p1", 61)).then_refused(r"Of payment p1, £0\.60 is with the provider", Refusal)

    def test_only_money_that_was_paid_comes_back(self) -> None:
        given(*AWARDED, scheduled("p1", 100)).when(claw_back("p1", 1)).then_refused(
            "is scheduled: only money that was paid can come back", Refusal
        )

    def test_money_comes_back_between_the_day_it_was_paid_and_today(self) -> None:
        story = given(*AWARDED, made("p1", 100))
        paid_on = date(2017, 7, 3)
        story.when(claw_back("p1", 1, effective_on=paid_on)).then(came_back("p1", 1, paid_on))
        for day in (paid_on - timedelta(days=1), TOMORROW):
            story.when(claw_back("p1", 1, effective_on=day)).then_refused("until today", Refusal)

    def test_saying_the_same_of_the_same_day_twice_takes_it_once(self) -> None:
        story = given(*AWARDED, made("p1", 100), came_back("p1", 40)).when(claw_back("p1", 40))
        story.then_nothing()
        assert story.orders() == []

    def test_as_much_may_come_back_again_on_another_day_or_for_another_reason(self) -> None:
        story = given(*AWARDED, made("p1", 100), came_back("p1", 40))
        story.when(claw_back("p1", 40, effective_on=date(2017, 10, 2))).then(came_back("p1", 40, date(2017, 10, 2)))
        assert len(story.when(claw_back("p1", 40, reason="The rent was less.")).decided()) == 1

    def test_two_equal_ones_on_one_day_are_two_under_references_of_their_own(self) -> None:
        one, two = (came_back("p1", 40).model_copy(update={"claw_back": name}) for name in ("c1", "c2"))
        story = given(*AWARDED, made("p1", 100), one).when(claw_back("p1", 40, claw_back="c2"))
        story.then(two)
        assert len(story.orders()) == 1
        assert Award().after([*AWARDED, made("p1", 100), one, two]).payments.paid_from(**OF_2017) == 20

    @pytest.mark.parametrize("day", [None, TODAY])
    def test_the_same_reference_twice_is_one_whenever_it_is_said(self, day: date | None) -> None:
        earlier = came_back("p1", 40, date(2017, 10, 2) if day is None else day)
        known = earlier.model_copy(update={"claw_back": "c1"})
        story = given(*AWARDED, made("p1", 100), known).when(claw_back("p1", 40, claw_back="c1", effective_on=day))
        story.then_nothing()
        assert story.orders() == []

    @pytest.mark.parametrize("change", [{"amount_pence": 41}, {"reason": "The rent."}, {"effective_on": TODAY}])
    def test_a_reference_is_never_used_for_other_money_that_came_back(self, change: dict[str, Any]) -> None:
        known = came_back("p1", 40, date(2017, 10, 2)).model_copy(update={"claw_back": "c1"})
        order = claw_back("p1", 40, claw_back="c1").model_copy(update=change)
        given(*AWARDED, made("p1", 100), known).when(order).then_refused("coming back already, differently", Refusal)

    def test_said_again_without_its_reference_it_is_still_the_same(self) -> None:
        known = came_back("p1", 40).model_copy(update={"claw_back": "c1"})
        given(*AWARDED, made("p1", 100), known).when(claw_back("p1", 40)).then_nothing()

    @pytest.mark.parametrize("last", [ENDED, CLOSED, WITHDRAWN])
    def test_money_may_come_back_after_the_award_is_settled(self, last: Event) -> None:
        story = given(*AWARDED, made("p1", 100), last).when(claw_back("p1", 40))
        story.then(came_back("p1", 40))
        assert len(story.orders()) == 1

    def test_money_may_come_back_while_a_condition_holds(self) -> None:
        given(*AWARDED, made("p1", 100), SPEND_PLAN).when(claw_back("p1", 40)).then(came_back("p1", 40))

    def test_the_profile_is_so_much_smaller(self) -> None:
        before = (*AWARDED, profile(staff=119_999_00, rooms=1_00), made("p1", 1_000))
        given(*before).when(claw_back("p1", 150)).then(came_back("p1", 150), profile(staff=119_998_50, rooms=0))


def spread(by: str, *before: Event) -> tuple[ProfileLine, ...]:
    """An award's profile by a frequency."""
    (event,) = given(*before).when(SetProfile(**HUB, by=Frequency(by))).decided()
    assert isinstance(event, ProfileSet)
    return event.lines


class TestProfiles:
    def test_an_award_is_spread_by_quarter_over_its_days(self) -> None:
        assert spread("quarterly", *AWARDED) == tuple(
            ProfileLine(line=f"2017-18-q{number}", amount_pence=30_000_00) for number in (1, 2, 3, 4)
        )

    def test_two_tier_money_of_89_613_pounds_is_spread_over_two_financial_years_to_the_penny(self) -> None:
        youth = REGISTERED.model_copy(update={"starts_on": date(2023, 7, 1), "ends_on": date(2025, 3, 31)})
        lines = spread("quarterly", youth, approved(of_2017(89_613_00)))
        first, second = lines[:3], lines[3:]
        assert [line.amount_pence for line in first] == [12_801_85, 12_801_86, 12_801_86]
        assert [line.amount_pence for line in second] == [12_801_85, 12_801_86, 12_801_86, 12_801_86]
        assert sum(line.amount_pence for line in lines) == 89_613_00
        assert (lines[0].line, lines[-1].line) == ("2023-24-q2", "2024-25-q4")

    def test_a_part_of_a_period_counts_by_its_months(self) -> None:
        nine = REGISTERED.model_copy(update={"starts_on": date(2017, 7, 1)})
        lines = spread("half-yearly", nine, approved(of_2017(90_00)))
        assert [(line.line, line.amount_pence) for line in lines] == [("2017-18-q2", 30_00), ("2017-18-h2", 60_00)]

    @for_any(some.integers(0, 10**12), some.dates(date(2015, 1, 1), date(2020, 1, 1)), some.integers(0, 1500))
    @modest
    def test_however_it_is_spread_the_lines_add_up_to_the_award(self, whole: int, start: date, days: int) -> None:
        award = REGISTERED.model_copy(update={"starts_on": start, "ends_on": start + timedelta(days=days)})
        for by in Frequency:
            assert sum(line.amount_pence for line in spread(by, award, approved(of_2017(whole)))) == whole

    def test_an_award_is_spread_over_stated_lines_that_add_up_to_it(self) -> None:
        order = SetProfile(**HUB, lines=profile(staff=100_000_00, rooms=20_000_00).lines)
        given(*AWARDED).when(order).then(profile(staff=100_000_00, rooms=20_000_00))
        short = SetProfile(**HUB, lines=profile(staff=100_000_00, rooms=19_999_99).lines)
        given(*AWARDED).when(short).then_refused(r"The lines come to £119,999\.99, and the award to £120,000", Refusal)

    def test_a_line_may_be_written_as_its_name_and_its_amount(self) -> None:
        assert ProfileLine.of("Labour: £60,000.50") == ProfileLine(line="Labour", amount_pence=60_000_50)
        assert ProfileLine.of("Rent: both rooms:  500") == ProfileLine(line="Rent: both rooms", amount_pence=500_00)
        for words, cure in (
            ("Labour £60,000", "write a line and its amount like: Labour: £60,000"),
            (": £60,000", "write a line and its amount"),
            ("Labour: lots", "must be a number of pounds"),
        ):
            with pytest.raises(ValueError, match=cure):
                ProfileLine.of(words)

    def test_each_line_is_given_once(self) -> None:
        lines = (*profile(staff=60_000_00).lines, *profile(staff=60_000_00).lines)
        given(*AWARDED).when(SetProfile(**HUB, lines=lines)).then_refused("Each line may be given once", Refusal)

    def test_setting_it_twice_records_it_once(self) -> None:
        order = SetProfile(**HUB, lines=profile(staff=120_000_00).lines)
        given(*AWARDED, profile(staff=120_000_00)).when(order).then_nothing()

    def test_it_is_spread_one_way(self) -> None:
        for ways in ({}, {"by": Frequency.MONTHLY, "lines": profile(staff=1).lines}):
            with pytest.raises(ValidationError, match="give one of them"):
                SetProfile.model_validate({**HUB, **ways})

    def test_an_award_that_has_no_amount_no_days_or_no_approval_is_not_spread(self) -> None:
        order = SetProfile(**HUB, by=Frequency.QUARTERLY)
        given(*NOT_KNOWN).when(order).then_refused("there is nothing to spread", Refusal)
        endless = REGISTERED.model_copy(update={"ends_on": None})
        given(endless, AWARDED[1]).when(order).then_refused("spread its money over stated lines", Refusal)
        given(REGISTERED).when(order).then_refused("is registered, not approved", Refusal)
        given(*AWARDED, CLOSED).when(order).then_refused("is closed, not approved", Refusal)


def line(name: str, planned: int, actual: int, why: str | None = None) -> SpendLine:
    """A line of a statement of spend."""
    return SpendLine(line=name, planned_pence=planned, actual_pence=actual, forecast_pence=None, explanation=why)


def spend(*lines: SpendLine, **more: Any) -> ReportSpend:
    """The order to state what was spent in the first half of 2017-18."""
    said = {**HUB, "period": "2017-18-h1", "received_on": TODAY, **more}
    return ReportSpend(lines=lines, **said)


class TestSpend:
    reported = SpendReported(period="2017-18-h1", lines=(line("staff", 100, 100),), received_on=TODAY)

    def test_a_provider_states_what_it_spent_by_line(self) -> None:
        given(*AWARDED).when(spend(line("staff", 100, 100))).then(self.reported)

    @pytest.mark.parametrize("actual", [99, 101, 0])
    def test_a_difference_from_the_plan_is_explained_line_by_line(self, actual: int) -> None:
        lines = (line("staff", 100, actual), line("rooms", 50, 50), line("travel", 5, 6))
        given(*AWARDED).when(spend(*lines)).then_refused("differs from the plan under: staff, travel", Refusal)
        given(*AWARDED).when(spend(line("staff", 100, actual, "A post stood vacant."))).then(
            self.reported.model_copy(update={"lines": (line("staff", 100, actual, "A post stood vacant."),)})
        )

    def test_stating_it_twice_records_it_once_and_a_correction_is_a_later_statement(self) -> None:
        given(*AWARDED, self.reported).when(spend(line("staff", 100, 100))).then_nothing()
        corrected = self.reported.model_copy(update={"lines": (line("staff", 100, 90, "A credit note."),)})
        given(*AWARDED, self.reported).when(spend(*corrected.lines)).then(corrected)
        given(*AWARDED, self.reported, corrected).when(spend(line("staff", 100, 100))).then(self.reported)

    def test_each_line_is_given_once_and_there_is_one_at_least(self) -> None:
        given(*AWARDED).when(spend(line("staff", 1, 1), line("staff", 2, 2))).then_refused("given once", Refusal)
        with pytest.raises(ValidationError, match="lines"):
            spend()

    def test_a_statement_does_not_come_in_in_the_future(self) -> None:
        given(*AWARDED).when(spend(line("staff", 1, 1), received_on=TOMORROW)).then_refused("in the future", Refusal)

    @pytest.mark.parametrize("period", ["2016-17", "2018-19-q1"])
    def test_a_statement_is_for_days_on_which_the_award_ran(self, period: str) -> None:
        given(*AWARDED).when(spend(line("staff", 1, 1), period=period)).then_refused(
            "hub-2017 runs from 1 April 2017 to 31 March 2018: the statement is for other days", Refusal
        )
        endless = REGISTERED.model_copy(update={"ends_on": None})
        given(endless, AWARDED[1]).when(spend(line("staff", 1, 1), period=period)).decided()

    def test_there_is_nothing_to_state_of_an_award_that_is_not_approved(self) -> None:
        given(REGISTERED).when(spend(line("staff", 1, 1))).then_refused("not approved yet", Refusal)

    def test_a_line_may_be_written_in_words(self) -> None:
        whole = "Staff: planned £700,000; actual £684,500; forecast £1,395,000; why: two posts were filled late"
        assert SpendLine.of(whole) == SpendLine(
            line="Staff",
            planned_pence=700_000_00,
            actual_pence=684_500_00,
            forecast_pence=1_395_000_00,
            explanation="two posts were filled late",
        )
        assert SpendLine.of("Rent: both rooms : planned 5; actual £5") == line("Rent: both rooms", 500, 500)
        assert SpendLine.of("Staff: planned £5; actual £4; why: it fell; it rose") == line(
            "Staff", 500, 400, "it fell; it rose"
        )

    @pytest.mark.parametrize(
        ("words", "cure"),
        [
            ("Staff", "write a line of spend like: Staff: planned £700,000; actual £684,500"),
            ("Staff: actual £5; planned £5", "write a line of spend like"),
            ("planned £5; actual £5", "write a line of spend like"),
            ("Staff: planned £5; actual £5; forecast", "write a line of spend like"),
            ("Staff: planned £5; actual lots", "must be a number of pounds"),
        ],
    )
    def test_what_is_no_line_of_spend_is_refused_with_the_cure(self, words: str, cure: str) -> None:
        with pytest.raises(ValueError, match=cure):
            SpendLine.of(words)

    def test_a_last_statement_may_come_after_the_award_is_closed(self) -> None:
        given(*AWARDED, CLOSED).when(spend(line("staff", 100, 100))).then(self.reported)


class TestSurplusPlans:
    order = PlanSurplus(**HUB, plan="s1", amount_pence=5_000_00, purpose="Training of volunteers.")
    planned = SurplusPlanned(plan="s1", amount_pence=5_000_00, purpose="Training of volunteers.")
    agree = SettleSurplusPlan(**HUB, plan="s1", agreed=True, reason="It serves the same victims.")
    agreed = SurplusPlanSettled(plan="s1", agreed=True, reason="It serves the same victims.")

    def test_a_provider_proposes_what_to_do_with_a_surplus(self) -> None:
        given(*AWARDED).when(self.order).then(self.planned)

    def test_proposing_it_twice_records_it_once_and_another_plan_has_its_own_reference(self) -> None:
        given(*AWARDED, self.planned).when(self.order).then_nothing()
        other = self.order.model_copy(update={"amount_pence": 1})
        given(*AWARDED, self.planned).when(other).then_refused("already a surplus plan s1", Refusal)

    def test_a_surplus_is_never_more_than_the_award(self) -> None:
        given(*AWARDED).when(self.order.model_copy(update={"amount_pence": 120_000_00})).decided()
        given(*AWARDED).when(self.order.model_copy(update={"amount_pence": 120_000_01})).then_refused(
            "cannot be more than the award, which is £120,000", Refusal
        )

    def test_all_surpluses_together_are_never_more_than_the_award_but_for_those_turned_down(self) -> None:
        most = {"plan": "s2", "amount_pence": 115_000_01}
        given(*AWARDED, self.planned).when(self.order.model_copy(update=most)).then_refused(
            "Other plans are for a surplus of £5,000: with this one it would be more than the award", Refusal
        )
        turned_down = self.agreed.model_copy(update={"agreed": False})
        given(*AWARDED, self.planned, turned_down).when(self.order.model_copy(update=most)).decided()

    def test_there_is_no_surplus_of_an_award_that_is_not_approved_or_is_settled(self) -> None:
        given(REGISTERED).when(self.order).then_refused("is registered, not approved", Refusal)
        given(*AWARDED, CLOSED).when(self.order).then_refused("is closed, not approved", Refusal)

    def test_the_office_agrees_or_does_not_with_a_reason(self) -> None:
        given(*AWARDED, self.planned).when(self.agree).then(self.agreed)
        no = {"agreed": False, "reason": "It goes back to the fund."}
        given(*AWARDED, self.planned).when(self.agree.model_copy(update=no)).then(self.agreed.model_copy(update=no))

    def test_settling_it_twice_records_it_once_and_it_is_not_settled_otherwise(self) -> None:
        given(*AWARDED, self.planned, self.agreed).when(self.agree).then_nothing()
        given(*AWARDED, self.planned, self.agreed).when(self.agree.model_copy(update={"agreed": False})).then_refused(
            "s1 is settled already", Refusal
        )

    def test_a_plan_is_proposed_before_it_is_settled(self) -> None:
        given(*AWARDED).when(self.agree).then_refused("no surplus plan s1 for award hub-2017", NotFound)


def test_finance_pays_and_a_provider_states_its_spend_and_proposes_its_surplus() -> None:
    for order in (ApprovePayment, CancelPayment, RecordPayment):
        assert order.may == {Role.FINANCE}
    for stated in (ReportSpend, PlanSurplus):
        assert Role.PROVIDER in stated.may
    for kept in (SetCondition, MeetCondition, WaiveCondition, SchedulePayment, SetProfile, SettleSurplusPlan):
        assert Role.PROVIDER not in kept.may
    assert MeetCondition.may == {Role.CONTRACT_MANAGER}
    assert WaiveCondition.may == {Role.COMMISSIONER, Role.FINANCE}
    assert ClawBackPayment.may == {Role.FINANCE, Role.COMMISSIONER}
