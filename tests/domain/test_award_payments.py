"""Payments of an award: what holds them, when they are due, made and come back; its profile, its spend, its surplus."""

from datetime import date
from typing import Any

import pytest

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
)
from domain.awards.spend_commands import PlanSurplus, ReportSpend, SetProfile, SettleSurplusPlan
from domain.errors import NotFound, Refusal
from domain.kernel import Event, Role
from tests.domain.an_award import (
    AWARDED,
    HUB,
    NOT_KNOWN,
    OF_2018,
    REGISTERED,
    SPEND_PLAN,
    SPEND_PLAN_CAME,
    TODAY,
    TWO_YEARS,
    came_back,
    cancelled,
    held,
    made,
    ready,
    scheduled,
)
from tests.domain.of_award_payments import CLOSED, ENDED, FREED, TOMORROW, WAIVED, WITHDRAWN, schedule
from tests.story import given


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
