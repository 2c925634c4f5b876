"""How an award changes once approved: larger, smaller, longer, shorter, under another number or body, settled."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.awards.award import Award, AwardStatus
from domain.awards.change_events import (
    AwardAmountConfirmed,
    AwardExtended,
    AwardReduced,
    AwardUplifted,
)
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
from domain.awards.passing import NovateAward, ReissueAward, TransferAward
from domain.errors import NotFound, Refusal
from domain.funds.consequences import ConfirmCommitment, RaiseCommitment, ReleaseFunds
from domain.kernel import Event, Role
from tests.domain.an_award import (
    AWARDED,
    HUB,
    NOT_KNOWN,
    OF_2017,
    OF_2018,
    REGISTERED,
    TODAY,
    TWO_YEARS,
    came_back,
    cancelled,
    made,
    profile,
    scheduled,
)
from tests.domain.of_award_changes import CLOSED, ENDED, JULY, WITHDRAWN
from tests.story import EVERYBODY, given

WHY = {"reason": "The settlement of July."}


def uplifted(by_pence: int, variation: str = "v1", on: date = TODAY) -> AwardUplifted:
    """The award became larger."""
    said = {"variation": variation, "by_pence": by_pence, "decision": None, "effective_on": on, **OF_2017, **WHY}
    return AwardUplifted(**said, approved_by=EVERYBODY.id)


def reduced(by_pence: int, variation: str = "v1", on: date = TODAY) -> AwardReduced:
    """The award became smaller."""
    return AwardReduced(variation=variation, **OF_2017, by_pence=by_pence, decision=None, effective_on=on, **WHY)


def uplift(by_pence: int, variation: str = "v1", **more: Any) -> UpliftAward:
    """The order to make the award larger."""
    return UpliftAward(**HUB, variation=variation, by_pence=by_pence, **{**OF_2017, **WHY, **more})


def reduce(by_pence: int, variation: str = "v1", **more: Any) -> ReduceAward:
    """The order to make the award smaller."""
    return ReduceAward(**HUB, variation=variation, by_pence=by_pence, **{**OF_2017, **WHY, **more})


class TestConfirmingTheAmount:
    order = ConfirmAwardAmount(**HUB, **OF_2017, amount_pence=90_000_00, source="The signed agreement.")
    confirmed = AwardAmountConfirmed(
        **OF_2017, amount_pence=90_000_00, source="The signed agreement.", confirmed_by=EVERYBODY.id
    )

    def test_an_amount_that_was_not_known_becomes_known_and_is_taken_from_the_fund(self) -> None:
        story = given(*NOT_KNOWN).when(self.order)
        story.then(self.confirmed)
        assert story.orders() == [ConfirmCommitment(**HUB, **OF_2017, amount_pence=90_000_00)]
        assert Award().after([*NOT_KNOWN, self.confirmed]).amount_pence == 90_000_00

    def test_confirming_it_twice_records_it_once_and_takes_it_once(self) -> None:
        story = given(*NOT_KNOWN, self.confirmed).when(self.order)
        story.then_nothing()
        assert story.orders() == []

    def test_an_amount_that_is_known_is_not_confirmed_as_another(self) -> None:
        given(*AWARDED).when(self.order).then_refused("The amount is known already: £120,000", Refusal)

    def test_only_a_share_that_the_award_has_is_confirmed(self) -> None:
        order = ConfirmAwardAmount(**HUB, **OF_2018, amount_pence=1, source="A letter.")
        given(*NOT_KNOWN).when(order).then_refused("no share of moj-victims 2018-19", NotFound)

    def test_the_amount_of_an_award_that_is_settled_or_not_approved_is_not_confirmed(self) -> None:
        given(REGISTERED).when(self.order).then_refused("is registered, not approved", Refusal)
        given(*NOT_KNOWN, WITHDRAWN).when(self.order).then_refused("is withdrawn, not approved", Refusal)


class TestUplifting:
    def test_an_uplift_is_added_to_the_share_and_taken_from_its_fund(self) -> None:
        story = given(*AWARDED).when(uplift(5_000_01))
        story.then(uplifted(5_000_01))
        assert story.orders() == [RaiseCommitment(**HUB, **OF_2017, amount_pence=5_000_01, **WHY)]
        assert Award().after([*AWARDED, uplifted(5_000_01)]).amount_pence == 125_000_01

    def test_an_uplift_may_hold_from_a_day_before_it_is_recorded_and_the_fund_hears_the_same_day(self) -> None:
        story = given(*AWARDED).when(uplift(100, effective_on=JULY))
        story.then(uplifted(100, on=JULY))
        (raised,) = story.orders()
        assert isinstance(raised, RaiseCommitment)
        assert raised.effective_on == JULY

    def test_an_uplift_of_one_share_leaves_the_other_alone(self) -> None:
        award = Award().after([*TWO_YEARS, uplifted(1)])
        assert [share.amount_pence for share in award.shares] == [120_000_01, 80_000_01]

    def test_recording_an_uplift_twice_takes_the_money_once(self) -> None:
        story = given(*AWARDED, uplifted(100)).when(uplift(100))
        story.then_nothing()
        assert story.orders() == []

    def test_a_second_uplift_has_a_reference_of_its_own(self) -> None:
        given(*AWARDED, uplifted(100)).when(uplift(200)).then_refused(
            r"v1 of award hub-2017 is already recorded, differently \(on record is by_pence: £1\)", Refusal
        )
        given(*AWARDED, uplifted(100)).when(uplift(100, "v2")).then(uplifted(100, "v2"))

    def test_an_uplift_is_not_taken_for_a_reduction_under_the_same_reference(self) -> None:
        given(*AWARDED, uplifted(100)).when(reduce(100)).then_refused("recorded already, differently", Refusal)
        given(*AWARDED, reduced(100)).when(uplift(100)).then_refused("recorded already, differently", Refusal)

    def test_an_amount_that_is_not_known_is_confirmed_before_it_is_varied(self) -> None:
        for order in (uplift(100), reduce(100)):
            given(*NOT_KNOWN).when(order).then_refused("confirm it before it is varied", Refusal)

    def test_only_an_award_that_is_approved_and_not_settled_is_varied(self) -> None:
        for order in (uplift(100), reduce(100)):
            given(REGISTERED).when(order).then_refused("is registered, not approved", Refusal)
            given(*AWARDED, CLOSED).when(order).then_refused("is closed, not approved", Refusal)
            given(*AWARDED, WITHDRAWN).when(order).then_refused("is withdrawn, not approved", Refusal)

    def test_only_a_share_that_the_award_has_is_varied(self) -> None:
        for order in (uplift(100, **OF_2018), reduce(100, **OF_2018)):
            given(*AWARDED).when(order).then_refused("no share of moj-victims 2018-19", NotFound)

    def test_an_award_that_ended_is_made_larger_only_from_a_day_on_which_it_ran(self) -> None:
        given(*AWARDED, ENDED).when(uplift(100)).then_refused("ended on 30 September 2017", Refusal)
        given(*AWARDED, ENDED).when(uplift(100, effective_on=date(2017, 9, 30))).then(
            uplifted(100, on=date(2017, 9, 30))
        )

    def test_nothing_is_no_variation(self) -> None:
        for order in (uplift, reduce):
            with pytest.raises(ValidationError, match="greater than 0"):
                order(0)


class TestReducing:
    def test_a_reduction_is_taken_from_the_share_and_given_back_to_its_fund(self) -> None:
        story = given(*AWARDED).when(reduce(20_000_01, effective_on=JULY))
        story.then(reduced(20_000_01, on=JULY))
        assert story.orders() == [ReleaseFunds(**HUB, **OF_2017, amount_pence=20_000_01, effective_on=JULY, **WHY)]
        assert Award().after([*AWARDED, reduced(20_000_01)]).amount_pence == 99_999_99

    def test_recording_a_reduction_twice_gives_the_money_back_once(self) -> None:
        story = given(*AWARDED, reduced(100)).when(reduce(100))
        story.then_nothing()
        assert story.orders() == []

    def test_an_award_is_not_reduced_below_what_is_paid_or_scheduled(self) -> None:
        story = given(*AWARDED, made("p1", 60_000_00), scheduled("p2", 30_000_00))
        story.when(reduce(30_000_00)).then(reduced(30_000_00))
        story.when(reduce(30_000_01)).then_refused(
            r"£90,000 of this share is paid or scheduled, and it would become £89,999\.99", Refusal
        )

    def test_what_was_cancelled_or_came_back_no_longer_stands_in_the_way(self) -> None:
        story = given(*AWARDED, scheduled("p1", 100_000_00), cancelled("p1"))
        story.when(reduce(120_000_00)).then(reduced(120_000_00))
        story = given(*AWARDED, made("p1", 60_000_00), came_back("p1", 20_000_00))
        story.when(reduce(60_000_00)).then(reduced(60_000_00))
        story.when(reduce(60_000_01)).then_refused("£40,000 of this share is paid or scheduled", Refusal)

    def test_an_award_is_never_reduced_below_nought(self) -> None:
        given(*AWARDED).when(reduce(120_000_01)).then_refused(r"it would become -£0\.01", Refusal)


class TestTheProfileAfterAChange:
    def test_an_uplift_falls_to_the_last_line(self) -> None:
        given(*AWARDED, profile(staff=100_000_00, rooms=20_000_00)).when(uplift(1)).then(
            uplifted(1), profile(staff=100_000_00, rooms=20_000_01)
        )

    def test_a_reduction_takes_the_last_lines_first(self) -> None:
        given(*AWARDED, profile(staff=90_000_00, rooms=20_000_00, travel=10_000_00)).when(reduce(35_000_00)).then(
            reduced(35_000_00), profile(staff=85_000_00, rooms=0, travel=0)
        )

    def test_closing_leaves_the_profile_at_what_was_paid(self) -> None:
        story = given(*AWARDED, profile(staff=90_000_00, rooms=30_000_00), made("p1", 100_000_00))
        story.when(CloseAward(**HUB, closed_on=TODAY, reason="All is settled.")).then(
            CLOSED, profile(staff=90_000_00, rooms=10_000_00)
        )

    def test_withdrawing_leaves_the_profile_at_what_was_paid(self) -> None:
        story = given(*AWARDED, profile(staff=90_000_00, rooms=30_000_00))
        story.when(WithdrawAward(**HUB, reason="It came to nothing.")).then(WITHDRAWN, profile(staff=0, rooms=0))

    def test_closing_an_award_that_was_paid_in_full_leaves_its_profile_alone(self) -> None:
        story = given(*AWARDED, profile(staff=120_000_00), made("p1", 120_000_00))
        story.when(CloseAward(**HUB, closed_on=TODAY, reason="All is settled.")).then(CLOSED)


class TestExtending:
    order = ExtendAward(**HUB, ends_on=date(2018, 6, 30), reason="Three months more.", decision="2018-004")
    extended = AwardExtended(ends_on=date(2018, 6, 30), reason="Three months more.", decision="2018-004")

    def test_an_award_that_runs_may_run_longer(self) -> None:
        given(*AWARDED).when(self.order).then(self.extended)
        assert Award().after([*AWARDED, self.extended]).ends_on == date(2018, 6, 30)

    def test_an_extension_takes_no_money(self) -> None:
        assert given(*AWARDED).when(self.order).orders() == []
        assert Award().after([*AWARDED, self.extended]).amount_pence == 120_000_00

    def test_extending_it_twice_records_it_once(self) -> None:
        given(*AWARDED, self.extended).when(self.order).then_nothing()

    def test_an_award_of_no_stated_end_is_given_one(self) -> None:
        given(REGISTERED.model_copy(update={"ends_on": None}), AWARDED[1]).when(self.order).then(self.extended)

    def test_an_extension_does_not_end_an_award_sooner(self) -> None:
        order = self.order.model_copy(update={"ends_on": date(2018, 3, 30)})
        given(*AWARDED).when(order).then_refused("runs to 31 March 2018: to end it before then, use end-award", Refusal)

    def test_an_award_does_not_end_before_it_starts(self) -> None:
        order = self.order.model_copy(update={"ends_on": date(2017, 3, 31)})
        endless = REGISTERED.model_copy(update={"ends_on": None})
        given(endless, AWARDED[1]).when(order).then_refused("starts on 1 April 2017", Refusal)

    @pytest.mark.parametrize("last", [ENDED, CLOSED, WITHDRAWN])
    def test_an_award_that_ended_is_not_extended(self, last: Event) -> None:
        given(*AWARDED, last).when(self.order).then_refused("only an award that runs can be extended", Refusal)

    def test_an_award_that_is_not_approved_is_not_extended(self) -> None:
        given(REGISTERED).when(self.order).then_refused("is registered: only an award that runs", Refusal)

    def test_an_award_is_extended_to_a_day_that_an_office_could_mean(self) -> None:
        with pytest.raises(ValidationError, match="ends_on"):
            ExtendAward(**HUB, ends_on=date.max, reason="For ever.")


class TestEnding:
    order = EndAward(**HUB, ended_on=date(2017, 9, 30), reason="The service moved.")

    def test_an_award_may_end_before_its_time(self) -> None:
        given(*AWARDED).when(self.order).then(ENDED)
        award = Award().after([*AWARDED, ENDED])
        assert (award.status, award.ends_on) == (AwardStatus.ENDED, date(2017, 9, 30))

    def test_what_is_owed_for_the_time_it_ran_stays_committed(self) -> None:
        assert given(*AWARDED).when(self.order).orders() == []
        assert Award().after([*AWARDED, ENDED]).amount_pence == 120_000_00

    def test_ending_it_twice_records_it_once(self) -> None:
        given(*AWARDED, ENDED).when(self.order).then_nothing()

    def test_an_award_that_ended_does_not_end_on_another_day(self) -> None:
        order = self.order.model_copy(update={"ended_on": date(2017, 8, 31)})
        given(*AWARDED, ENDED).when(order).then_refused(
            "The end of award hub-2017 is already recorded, differently .* ended_on: 30 September 2017", Refusal
        )

    @pytest.mark.parametrize("day", [date(2017, 3, 31), date(2018, 4, 1)])
    def test_an_award_ends_on_a_day_on_which_it_runs(self, day: date) -> None:
        order = self.order.model_copy(update={"ended_on": day})
        given(*AWARDED).when(order).then_refused("it cannot be ended on another day", Refusal)

    def test_an_award_does_not_end_before_the_day_has_come(self) -> None:
        given(*AWARDED).when(self.order.model_copy(update={"ended_on": TODAY})).decided()
        tomorrow = self.order.model_copy(update={"ended_on": date(2017, 10, 17)})
        given(*AWARDED).when(tomorrow).then_refused(
            "would end at once, and 17 October 2017 has not come: it runs until then. Record its end on that day",
            Refusal,
        )

    def test_only_an_award_that_runs_is_ended(self) -> None:
        given(REGISTERED).when(self.order).then_refused("is registered: only an award that runs", Refusal)
        given(*AWARDED, CLOSED).when(self.order).then_refused("is closed: only an award that runs", Refusal)


def test_the_commissioner_decides_how_an_award_changes_and_finance_settles_it() -> None:
    for decided in (UpliftAward, ReduceAward, ExtendAward, EndAward, NovateAward, TransferAward, WithdrawAward):
        assert decided.may == {Role.COMMISSIONER}
    assert CloseAward.may == {Role.FINANCE}
    assert ConfirmAwardAmount.may == {Role.FINANCE, Role.COMMISSIONER}
    assert ReissueAward.may == {Role.COMMISSIONER, Role.CONTRACT_MANAGER}
    assert not ConfirmNoCircle.may
