"""Payments made, and money that comes back."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.awards.award import Award
from domain.awards.payment_commands import (
    ClawBackPayment,
    RecordPayment,
)
from domain.awards.payments import Payment, PaymentStatus
from domain.errors import Refusal
from domain.funds.consequences import ClawBackFunds, PayFunds
from domain.kernel import Event
from tests.domain.an_award import (
    AWARDED,
    HUB,
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
from tests.domain.of_award_payments import CLOSED, ENDED, FREED, TOMORROW, WAIVED, WITHDRAWN, schedule
from tests.story import given


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
