"""What takes two people: who says what an award is worth approves none of its payments; who fills a return does not
sign it off.
"""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as for_any
from hypothesis import strategies as some

from domain.awards.changes import ConfirmAwardAmount, UpliftAward
from domain.awards.commands import ApproveAward, CommitMatch
from domain.awards.events import AwardApproved
from domain.awards.payment_commands import ApprovePayment, RecordPayment
from domain.errors import NotFound, OutturnError, Refusal
from domain.kernel import Actor, Command, Event, Role
from domain.returns.commands import FillReturn, RestateReturn, SignOffReturn
from domain.returns.events import ReturnFilled, ReturnSignedOff
from domain.returns.half_yearly_return import HalfYearlyReturn
from services.settings import Settings
from services.wiring import open_office
from tests.domain.an_award import (
    AWARDED,
    HUB,
    NOT_KNOWN,
    OF_2017,
    REGISTERED,
    SPEND_PLAN,
    TODAY,
    approved,
    cancelled,
    made,
    of_2017,
    ready,
    scheduled,
)
from tests.domain.properties import modest
from tests.domain.test_returns import CHANGED, FILL, FILLED, FILLED_IN, OPENED, RESTATED, SIGN, SIGNED, given_that
from tests.domain.turns import START, histories
from tests.story import OCTOBER, given

ONE, OTHER, THIRD = (Actor(id=f"person-{number}", roles=frozenset(Role)) for number in (1, 2, 3))
FINANCE = Actor(id=ONE.id, roles=frozenset({Role.FINANCE}))
"""The same person as the first, whose roles were changed since."""
SHARES = (of_2017(120_000_00),)


class TestApprovingAPayment:
    order = ApprovePayment(**HUB, payment="p1")
    by_one = approved(*SHARES).model_copy(update={"approved_by": ONE.id})
    before: tuple[Event, ...] = (REGISTERED, by_one, scheduled("p1", 100))

    def test_who_approves_an_award_stands_in_the_event(self) -> None:
        (said,) = given(REGISTERED).by(ONE).when(ApproveAward(**HUB, shares=SHARES)).decided()
        assert isinstance(said, AwardApproved)
        assert said.approved_by == ONE.id

    def test_who_approved_the_award_does_not_approve_its_payment(self) -> None:
        given(*self.before).by(ONE).when(self.order).then_refused(
            r"^You approved award hub-2017: another person of finance must approve its payments\.$", Refusal
        )

    def test_another_person_does(self) -> None:
        given(*self.before).by(OTHER).when(self.order).then(ready("p1"))

    def test_it_is_the_person_that_counts_and_not_the_role(self) -> None:
        given(*self.before).by(FINANCE).when(self.order).then_refused("another person of finance", Refusal)

    def test_who_approved_it_by_winning_a_bid_does_not_either(self) -> None:
        (won,) = given(REGISTERED).by(ONE).when(CommitMatch(**HUB, shares=SHARES)).decided()
        before = (REGISTERED, won, scheduled("p1", 100))
        given(*before).by(ONE).when(self.order).then_refused("You approved award hub-2017: another person", Refusal)
        given(*before).by(OTHER).when(self.order).then(ready("p1"))

    def test_who_made_the_award_larger_does_not_approve_any_of_its_payments(self) -> None:
        uplift = UpliftAward(**HUB, **OF_2017, variation="v1", by_pence=5, reason="More people came.")
        uplifted = given(*self.before).by(OTHER).when(uplift).decided()
        for each in (ONE, OTHER):
            given(*self.before, *uplifted).by(each).when(self.order).then_refused("must approve its payments", Refusal)
        given(*self.before, *uplifted).by(OTHER).when(self.order).then_refused("^You made award hub-2017 larger: ")
        given(*self.before, *uplifted).by(THIRD).when(self.order).then(ready("p1"))

    def test_who_confirmed_an_amount_does_not_approve_any_of_its_payments(self) -> None:
        confirm = ConfirmAwardAmount(**HUB, **OF_2017, amount_pence=500, source="A letter.")
        confirmed = given(*NOT_KNOWN).by(ONE).when(confirm).decided()
        before = (*NOT_KNOWN, *confirmed, scheduled("p1", 100))
        given(*before).by(ONE).when(self.order).then_refused("^You confirmed an amount of award hub-2017: ", Refusal)
        given(*before).by(OTHER).when(self.order).then(ready("p1"))

    def test_a_repeat_by_somebody_else_changes_nothing_and_binds_nobody(self) -> None:
        given(REGISTERED, self.by_one).by(OTHER).when(ApproveAward(**HUB, shares=SHARES)).then_nothing()
        uplift = UpliftAward(**HUB, **OF_2017, variation="v1", by_pence=5, reason="More people came.")
        uplifted = given(*self.before).by(ONE).when(uplift).decided()
        given(*self.before, *uplifted).by(OTHER).when(uplift).then_nothing()

    @pytest.mark.parametrize("stands", [ready("p1"), made("p1", 100)])
    def test_what_stands_already_is_said_again_by_anybody_and_changes_nothing(self, stands: Event) -> None:
        given(*self.before, stands).by(ONE).when(self.order).then_nothing()

    def test_recording_what_somebody_else_approved_takes_no_third_person(self) -> None:
        record = RecordPayment(**HUB, **OF_2017, payment="p1", amount_pence=100, paid_on=TODAY)
        given(*self.before, ready("p1")).by(ONE).when(record).then(made("p1", 100, TODAY))
        given(*self.before).by(ONE).when(record).then_refused("is scheduled and not approved: approve it first")

    def test_an_approval_from_before_the_person_was_kept_binds_nobody(self) -> None:
        given(*AWARDED, scheduled("p1", 100)).by(ONE).when(self.order).then(ready("p1"))

    def test_whoever_may_not_approve_it_at_all_is_told_so_before_what_holds_it(self) -> None:
        given(*self.before, SPEND_PLAN).by(ONE).when(self.order).then_refused("another person of finance", Refusal)
        given(*self.before, SPEND_PLAN).by(OTHER).when(self.order).then_refused("held until this is met", Refusal)
        given(*self.before, cancelled("p1")).by(ONE).when(self.order).then_refused("p1 is cancelled", Refusal)


class TestSigningAReturnOff:
    by_one = FILLED.model_copy(update={"filled_by": ONE.id})
    by_other = FILLED.model_copy(update={"filled_by": OTHER.id})

    def test_who_fills_a_return_stands_in_the_event(self) -> None:
        given_that(FILLED_IN, OPENED).by(ONE).when(FILL).then(self.by_one)

    def test_who_filled_it_does_not_sign_it_off(self) -> None:
        given_that(FILLED_IN, OPENED, self.by_one).by(ONE).when(SIGN).then_refused(
            r"^You filled this return in: another person of finance must sign it off\. If there is none, let somebody "
            r"else fill it in again \(fill-return\), look at it, and sign it then\.$",
            Refusal,
        )
        given_that(FILLED_IN, OPENED, self.by_one).by(FINANCE).when(SIGN).then_refused("You filled this return in")

    def test_another_person_signs_it_off(self) -> None:
        given_that(FILLED_IN, OPENED, self.by_one).by(OTHER).when(SIGN).then(SIGNED)

    def test_in_an_office_of_two_the_other_fills_it_in_again_and_the_first_signs(self) -> None:
        given_that(FILLED_IN, OPENED, self.by_one).by(OTHER).when(FILL).then(self.by_other)
        before = (OPENED, self.by_one, self.by_other)
        given_that(FILLED_IN, *before).by(ONE).when(SIGN).then(SIGNED)
        given_that(FILLED_IN, *before).by(OTHER).when(SIGN).then_refused("You filled this return in", Refusal)

    def test_filling_it_in_again_oneself_changes_nothing(self) -> None:
        given_that(FILLED_IN, OPENED, self.by_one).by(ONE).when(FILL).then_nothing()

    def test_whoever_may_not_sign_it_at_all_is_told_so_before_that_it_changed(self) -> None:
        given_that(CHANGED, OPENED, self.by_one).by(ONE).when(SIGN).then_refused("You filled this return in", Refusal)
        given_that(CHANGED, OPENED, self.by_one).by(OTHER).when(SIGN).then_refused(
            r"fill it in again and look at it\. Whoever fills it in does not sign it\.$", Refusal
        )

    def test_a_restated_return_takes_two_people_of_its_own(self) -> None:
        before = (OPENED, self.by_one, SIGNED, RESTATED)
        given_that(FILLED_IN, *before).by(OTHER).when(FILL).then(self.by_other)
        given_that(FILLED_IN, *before, self.by_other).by(OTHER).when(SIGN).then_refused("You filled", Refusal)
        given_that(FILLED_IN, *before, self.by_other).by(ONE).when(SIGN).then(SIGNED)

    def test_what_is_signed_already_is_said_to_be_so_to_anybody(self) -> None:
        given_that(FILLED_IN, OPENED, self.by_one, SIGNED).by(ONE).when(SIGN).then_refused("is signed-off already")

    def test_a_return_filled_before_the_person_was_kept_is_signed_by_anybody_but_its_next_filler(self) -> None:
        old = FILLED.model_copy(update={"filled_by": None})
        given_that(FILLED_IN, OPENED, old).by(ONE).when(SIGN).then(SIGNED)
        given_that(FILLED_IN, OPENED, old).by(ONE).when(FILL).then(self.by_one)


people = some.sampled_from([ONE, OTHER, THIRD])


@for_any(histories.flatmap(lambda told: some.tuples(*(some.tuples(some.just(each), people) for each in told))))
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_whoever_gives_the_orders_no_payment_is_approved_by_who_said_what_its_award_is_worth(
    history: tuple[tuple[Command[Any], Actor], ...],
) -> None:
    valuing = ("award.approved", "award.uplifted", "award.amount-confirmed")
    with open_office(Settings(database="memory:"), lambda: OCTOBER).open() as office:
        office.do_all(START, ONE)
        for command, person in history:
            with suppress(OutturnError):
                office.do(command, person)
        valued: dict[str, set[str]] = {}
        for recorded in office.log.everything():
            said_by = valued.setdefault(recorded.stream, set())
            if recorded.event.name in valuing:
                said_by.add(recorded.by)
            if recorded.event.name == "award.payment-approved":
                assert recorded.by not in said_by


orders = some.sampled_from([FILL, SIGN, RestateReturn(period=FILL.period, reason="A provider corrected its report.")])


@for_any(some.lists(some.tuples(orders, people, some.sampled_from([FILLED_IN, CHANGED])), max_size=12))
@modest
def test_whoever_gives_the_orders_no_return_is_signed_by_who_filled_it_and_no_office_of_two_is_stuck(
    given_orders: list[tuple[FillReturn | SignOffReturn | RestateReturn, Actor, Any]],
) -> None:
    events: list[Event] = [OPENED]
    filled_by = ""
    for order, person, answer in given_orders:
        try:
            new = given_that(answer, *events).by(person).when(order).decided()
        except (Refusal, NotFound):
            continue
        for event in new:
            if isinstance(event, ReturnFilled):
                filled_by = person.id
            if isinstance(event, ReturnSignedOff):
                assert person.id != filled_by
        events += new
    if HalfYearlyReturn().after(events).signed_sha256 is None:
        for filling, signing in ((ONE, OTHER), (OTHER, ONE)):
            again = given_that(FILLED_IN, *events).by(filling).when(FILL).decided()
            (signed,) = given_that(FILLED_IN, *events, *again).by(signing).when(SIGN).decided()
            assert isinstance(signed, ReturnSignedOff)
