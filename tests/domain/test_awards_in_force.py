"""What may be ordered of an award that is approved."""

from datetime import date

import pytest
from pydantic import ValidationError

from domain.awards.award import Award, AwardStatus
from domain.awards.change_events import AwardAmountConfirmed, AwardReduced
from domain.awards.changes import ConfirmAwardAmount, ReduceAward
from domain.awards.commands import ConfirmAward
from domain.awards.events import (
    AwardApproved,
    Share,
)
from domain.errors import NotFound, Refusal
from domain.funds.consequences import ConfirmCommitment, PayFunds, ReleaseFunds
from tests.domain.the_hub import (
    APPROVED,
    APPROVED_UNKNOWN,
    GRANTS,
    HUB,
    PAID,
    PAY,
    READY,
    REGISTERED,
    SHARE,
    UNDATED,
    UNKNOWN,
    VICTIMS,
    WITHDRAW,
    WITHDRAWN,
)
from tests.story import EVERYBODY, given


class TestConfirmingAnAmount:
    order = ConfirmAwardAmount(award=HUB, **GRANTS, amount_pence=10_000_00, source="Letter of 2 June 2017.")
    confirmed = AwardAmountConfirmed(
        **GRANTS, amount_pence=10_000_00, source="Letter of 2 June 2017.", confirmed_by=EVERYBODY.id
    )

    def test_an_amount_that_becomes_known_is_recorded_with_its_source(self) -> None:
        story = given(REGISTERED, APPROVED_UNKNOWN).when(self.order)
        story.then(self.confirmed)
        assert story.orders() == [ConfirmCommitment(**GRANTS, award=HUB, amount_pence=10_000_00)]

    def test_it_takes_the_place_of_the_inferred_amount(self) -> None:
        known = Award().after([REGISTERED, APPROVED_UNKNOWN, self.confirmed])
        assert known.shares == (Share(**GRANTS, amount_pence=10_000_00),)
        assert known.amount_pence == 10_000_00

    def test_confirming_it_twice_records_it_once(self) -> None:
        story = given(REGISTERED, APPROVED_UNKNOWN, self.confirmed).when(self.order)
        story.then_nothing()
        assert story.orders() == []

    def test_an_amount_that_is_known_is_not_confirmed_as_another(self) -> None:
        story = given(REGISTERED, APPROVED_UNKNOWN, self.confirmed)
        story.when(self.order.model_copy(update={"amount_pence": 12_000_00})).then_refused(
            r"The amount is known already: £10,000\. Record a change as itself", Refusal
        )
        assert story.orders() == []

    def test_a_fund_that_puts_nothing_in_has_no_amount_to_confirm(self) -> None:
        given(REGISTERED, APPROVED).when(self.order).then_refused("no share of cdr-grants 2017-18", NotFound)

    def test_only_the_amount_of_an_approved_award_is_confirmed(self) -> None:
        given(REGISTERED).when(self.order).then_refused(f"Award {HUB} is registered, not approved", Refusal)
        given(REGISTERED, APPROVED_UNKNOWN, WITHDRAWN).when(self.order).then_refused("is withdrawn, not", Refusal)


class TestReducing:
    order = ReduceAward(award=HUB, variation="v-1", **VICTIMS, by_pence=46_000_00, reason="Fewer hours.")
    reduced = AwardReduced(
        variation="v-1", **VICTIMS, by_pence=46_000_00, reason="Fewer hours.", effective_on=date(2017, 10, 16)
    )

    def test_what_an_award_is_reduced_by_goes_back_to_its_fund(self) -> None:
        story = given(REGISTERED, APPROVED).when(self.order)
        story.then(self.reduced)
        assert story.orders() == [ReleaseFunds(**VICTIMS, award=HUB, amount_pence=46_000_00, reason="Fewer hours.")]

    def test_a_reduced_award_is_smaller_and_keeps_what_it_was_first_approved_for(self) -> None:
        smaller = Award().after([REGISTERED, APPROVED, self.reduced])
        assert smaller.amount_pence == 400_000_00
        assert smaller.first_shares == (SHARE,)

    def test_an_amount_that_is_not_known_cannot_be_reduced(self) -> None:
        given(REGISTERED, APPROVED_UNKNOWN).when(self.order.model_copy(update=GRANTS)).then_refused(
            r"The amount is not known: confirm it before it is varied \(confirm-award-amount\)", Refusal
        )

    def test_only_an_approved_award_is_reduced(self) -> None:
        given(REGISTERED).when(self.order).then_refused("is registered, not approved", Refusal)
        given(REGISTERED, APPROVED, WITHDRAWN).when(self.order).then_refused("is withdrawn, not approved", Refusal)

    def test_a_fund_that_puts_nothing_in_has_nothing_to_reduce(self) -> None:
        given(REGISTERED, APPROVED).when(self.order.model_copy(update=GRANTS)).then_refused("no share of", NotFound)

    def test_nothing_is_no_reduction(self) -> None:
        with pytest.raises(ValidationError, match="greater than 0"):
            ReduceAward(award=HUB, variation="v-1", **VICTIMS, by_pence=0, reason="Fewer hours.")


class TestWithdrawing:
    def test_what_was_not_yet_paid_goes_back_to_the_funds(self) -> None:
        both = AwardApproved(shares=(SHARE, UNKNOWN), decision=None)
        story = given(REGISTERED, both, PAID).when(WITHDRAW)
        story.then(WITHDRAWN)
        assert story.orders() == [
            ReleaseFunds(**VICTIMS, award=HUB, amount_pence=334_500_00, reason="The service closed."),
            ReleaseFunds(**GRANTS, award=HUB, amount_pence=None, reason="The service closed."),
        ]

    def test_a_withdrawn_award_amounts_to_what_was_paid(self) -> None:
        both = AwardApproved(shares=(SHARE, UNKNOWN), decision=None)
        withdrawn = Award().after([REGISTERED, both, PAID, WITHDRAWN])
        assert [share.amount_pence for share in withdrawn.shares] == [111_500_00, 0]
        assert withdrawn.status is AwardStatus.WITHDRAWN

    def test_an_award_that_was_paid_in_full_gives_nothing_back(self) -> None:
        in_full = PAID.model_copy(update={"amount_pence": 446_000_00})
        story = given(REGISTERED, APPROVED, in_full).when(WITHDRAW)
        story.then(WITHDRAWN)
        assert story.orders() == []

    def test_an_award_that_was_not_approved_has_nothing_to_give_back(self) -> None:
        story = given(REGISTERED).when(WITHDRAW)
        story.then(WITHDRAWN)
        assert story.orders() == []

    def test_withdrawing_it_twice_records_it_once(self) -> None:
        story = given(REGISTERED, APPROVED, WITHDRAWN).when(WITHDRAW)
        story.then_nothing()
        assert story.orders() == []


class TestPaying:
    def test_a_payment_is_recorded_and_taken_from_the_share_of_the_fund(self) -> None:
        story = given(REGISTERED, APPROVED, *READY).when(PAY)
        story.then(PAID)
        assert story.orders() == [
            PayFunds(**VICTIMS, award=HUB, payment="p-1", amount_pence=111_500_00, paid_on=date(2017, 7, 3))
        ]

    def test_a_payment_may_be_made_today(self) -> None:
        assert (
            given(REGISTERED, APPROVED, *READY).when(PAY.model_copy(update={"paid_on": date(2017, 10, 16)})).decided()
        )

    def test_payments_out_of_one_share_are_added(self) -> None:
        second = PAID.model_copy(update={"payment": "p-2"})
        assert Award().after([REGISTERED, APPROVED, PAID, second]).paid_from(SHARE) == 223_000_00
        assert Award().after([REGISTERED, APPROVED]).paid_from(SHARE) == 0

    def test_recording_it_twice_records_it_once(self) -> None:
        given(REGISTERED, APPROVED, PAID).when(PAY).then_nothing()
        given(REGISTERED, APPROVED, PAID, WITHDRAWN).when(PAY).then_nothing()

    def test_a_reference_is_never_used_for_another_payment(self) -> None:
        given(REGISTERED, APPROVED, PAID).when(PAY.model_copy(update={"amount_pence": 1})).then_refused(
            f"Payment p-1 of award {HUB} is already recorded, differently", Refusal
        )

    def test_a_payment_cannot_have_been_made_in_the_future(self) -> None:
        given(REGISTERED, APPROVED, *READY).when(PAY.model_copy(update={"paid_on": date(2017, 10, 17)})).then_refused(
            "A payment cannot have been made in the future", Refusal
        )

    def test_only_an_approved_award_is_paid(self) -> None:
        given(REGISTERED).when(PAY).then_refused(f"Award {HUB} is registered, not approved", Refusal)
        given(REGISTERED, APPROVED, WITHDRAWN).when(PAY).then_refused("is withdrawn, not approved", Refusal)


class TestConfirmingForAReport:
    def test_an_approved_award_may_be_reported_on(self) -> None:
        given(REGISTERED, APPROVED).when(ConfirmAward(award=HUB, period="2017-18-h1")).then_nothing()

    def test_a_withdrawn_award_may_still_be_reported_on(self) -> None:
        given(REGISTERED, APPROVED, WITHDRAWN).when(ConfirmAward(award=HUB, period="2017-18-h1")).then_nothing()

    def test_an_award_that_is_not_approved_has_nothing_to_report_on(self) -> None:
        given(REGISTERED).when(ConfirmAward(award=HUB, period="2017-18-h1")).then_refused(
            f"Award {HUB} is not approved yet: there is nothing to report on", Refusal
        )

    def test_a_report_is_for_days_of_the_award(self) -> None:
        given(REGISTERED, APPROVED).when(ConfirmAward(award=HUB, period="2018-19-h1")).then_refused(
            f"Award {HUB} runs from 1 April 2017 to 31 March 2018: the report is for other days", Refusal
        )

    def test_a_report_may_touch_the_days_of_the_award_only_in_part(self) -> None:
        july = REGISTERED.model_copy(update={"starts_on": date(2017, 7, 1)})
        given(july, APPROVED).when(ConfirmAward(award=HUB, period="2017-18-h1")).then_nothing()

    def test_an_award_without_dates_may_be_reported_on_for_any_days(self) -> None:
        given(UNDATED, APPROVED).when(ConfirmAward(award=HUB, period="2018-19-h1")).then_nothing()

    def test_an_unknown_award_cannot_be_reported_on(self) -> None:
        given().when(ConfirmAward(award=HUB, period="2017-18-h1")).then_refused(HUB, NotFound)
