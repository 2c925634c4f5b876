"""How an award passes on, and how it ends: reissued, novated, transferred, closed, withdrawn."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as some
from pydantic import ValidationError

from domain.awards.award import Award, AwardStatus
from domain.awards.change_events import (
    Apportioned,
    ApportionedShare,
    AwardNovated,
    AwardReissued,
    AwardTransferred,
)
from domain.awards.changes import (
    CloseAward,
    WithdrawAward,
)
from domain.awards.commands import ConfirmNoCircle
from domain.awards.passing import NovateAward, ReissueAward, Successor, TransferAward
from domain.errors import NotFound, Refusal
from domain.funds.consequences import ReleaseFunds
from domain.kernel import Event
from domain.money import share_out
from domain.providers.commands import ConfirmProvider
from tests.domain.an_award import (
    AWARDED,
    HUB,
    NOT_KNOWN,
    OF_2017,
    OF_2018,
    REGISTERED,
    TODAY,
    TWO_YEARS,
    approved,
    came_back,
    cancelled,
    held,
    made,
    of_2017,
    ready,
    scheduled,
)
from tests.domain.of_award_changes import CLOSED, ENDED, JULY, WITHDRAWN
from tests.domain.properties import modest
from tests.story import given


class TestReissuing:
    order = ReissueAward(**HUB, as_award="hub-2017-b", reason="Twelve months instead of three.")
    reissued = AwardReissued(as_award="hub-2017-b", reason="Twelve months instead of three.")

    @pytest.mark.parametrize("last", [ENDED, CLOSED])
    def test_the_service_of_an_award_that_ended_goes_on_under_another_number(self, last: Event) -> None:
        story = given(*AWARDED, last).when(self.order)
        story.then(self.reissued)
        assert story.orders() == [ConfirmNoCircle(award="hub-2017-b", of="hub-2017")]

    def test_the_other_number_must_be_on_record(self) -> None:
        given().when(ConfirmNoCircle(award="hub-2017-b", of="hub-2017")).then_refused("hub-2017-b", NotFound)
        given(REGISTERED).when(ConfirmNoCircle(award="hub-2017-b", of="hub-2017")).then_nothing()

    def test_reissuing_it_twice_records_it_once(self) -> None:
        given(*AWARDED, ENDED, self.reissued).when(self.order).then_nothing()

    def test_an_award_is_reissued_once(self) -> None:
        order = self.order.model_copy(update={"as_award": "hub-2017-c"})
        given(*AWARDED, ENDED, self.reissued).when(order).then_refused("reissued already, as hub-2017-b", Refusal)

    def test_an_award_is_not_reissued_under_its_own_number(self) -> None:
        order = self.order.model_copy(update={"as_award": "hub-2017"})
        given(*AWARDED, ENDED).when(order).then_refused("under another number, not its own", Refusal)

    def test_an_award_is_ended_before_it_is_reissued(self) -> None:
        for events in ((REGISTERED,), AWARDED, (*AWARDED, WITHDRAWN)):
            given(*events).when(self.order).then_refused("end it before it is reissued", Refusal)


class TestNovating:
    order = NovateAward(**HUB, provider="remedi", consent="The deed of 1 July.", effective_on=JULY)
    novated = AwardNovated(provider="remedi", consent="The deed of 1 July.", effective_on=JULY)

    def test_another_provider_takes_over_and_must_be_known_and_active(self) -> None:
        story = given(*AWARDED).when(self.order)
        story.then(self.novated)
        assert story.orders() == [ConfirmProvider(provider="remedi")]
        assert Award().after([*AWARDED, self.novated]).provider == "remedi"

    def test_it_holds_from_today_unless_a_day_is_given(self) -> None:
        given(*AWARDED).when(self.order.model_copy(update={"effective_on": None})).then(
            self.novated.model_copy(update={"effective_on": TODAY})
        )

    def test_novating_it_twice_records_it_once_and_asks_for_nothing(self) -> None:
        story = given(*AWARDED, self.novated).when(self.order)
        story.then_nothing()
        assert story.orders() == []

    def test_an_award_that_is_settled_or_not_approved_is_not_novated(self) -> None:
        given(REGISTERED).when(self.order).then_refused("is registered, not approved", Refusal)
        given(*AWARDED, CLOSED).when(self.order).then_refused("is closed, not approved", Refusal)


PLACES = (OF_2017, OF_2018)


def apportioned(*parts: Any) -> AwardTransferred:
    """The office's part passed by law: to whom, in how many parts, and how much of each share."""
    return AwardTransferred(
        scheme="Transfer scheme 2028",
        effective_on=date(2017, 5, 8),
        successors=tuple(
            Apportioned(
                successor=name,
                share_parts=weight,
                unpaid_pence=sum(pence),
                shares=tuple(
                    ApportionedShare(**place, unpaid_pence=each) for place, each in zip(PLACES, pence, strict=False)
                ),
            )
            for name, weight, *pence in parts
        ),
    )


def transfer(*successors: str) -> TransferAward:
    """The order to record that the office's part passes."""
    return TransferAward(
        **HUB,
        scheme="Transfer scheme 2028",
        effective_on=date(2017, 5, 8),
        successors=tuple(Successor.of(words) for words in successors),
    )


class TestTransferring:
    def test_what_is_not_paid_passes_to_one_successor(self) -> None:
        given(*AWARDED, made("p1", 20_000_01)).when(transfer("Mayor 1")).then(apportioned(("Mayor", 1, 99_999_99)))

    def test_what_is_not_paid_is_split_between_two_and_no_penny_is_lost(self) -> None:
        given(*TWO_YEARS).when(transfer("Mayor 2", "Policing board 1")).then(
            apportioned(("Mayor", 2, 80_000_00, 53_333_34), ("Policing board", 1, 40_000_00, 26_666_67))
        )

    def test_a_transfer_moves_no_money_between_funds_and_keeps_the_number(self) -> None:
        assert given(*AWARDED).when(transfer("Mayor 1")).orders() == []

    def test_recording_it_twice_records_it_once_even_after_a_payment(self) -> None:
        passed = apportioned(("Mayor", 1, 120_000_00))
        given(*AWARDED, passed).when(transfer("Mayor 1")).then_nothing()
        given(*AWARDED, passed, made("p1", 100)).when(transfer("Mayor 1")).then_nothing()

    def test_an_award_passes_once(self) -> None:
        passed = apportioned(("Mayor", 1, 120_000_00))
        for other in (transfer("Policing board 1"), transfer("Mayor 1", "Policing board 1")):
            given(*AWARDED, passed).when(other).then_refused("has passed to a successor already", Refusal)

    def test_an_amount_that_is_not_known_is_confirmed_before_it_is_apportioned(self) -> None:
        given(*NOT_KNOWN).when(transfer("Mayor 1")).then_refused("confirm it before it is apportioned", Refusal)

    def test_an_award_that_is_settled_or_not_approved_does_not_pass(self) -> None:
        given(REGISTERED).when(transfer("Mayor 1")).then_refused("is registered, not approved", Refusal)
        given(*AWARDED, CLOSED).when(transfer("Mayor 1")).then_refused("is closed, not approved", Refusal)

    def test_an_award_passes_to_one_or_two_successors_each_named_once(self) -> None:
        for names in ((), ("Mayor 1", "Board 1", "Council 1"), ("Mayor 1", "Mayor 2")):
            with pytest.raises(ValidationError, match="successor"):
                transfer(*names)

    @pytest.mark.parametrize("words", ["Mayor", "3", "Mayor three", "Mayor 1.5", "Mayor -1"])
    def test_a_successor_is_written_with_its_parts_of_the_whole(self, words: str) -> None:
        with pytest.raises(ValueError, match="its parts of the whole, like: Policing board 3"):
            Successor.of(words)

    def test_a_successor_has_a_part(self) -> None:
        with pytest.raises(ValidationError, match="greater than 0"):
            Successor.of("Mayor 0")

    @for_any(some.integers(0, 10**12), some.lists(some.integers(1, 1_000_000), min_size=1, max_size=2))
    @modest
    def test_whatever_the_parts_the_successors_have_together_what_was_not_paid(
        self, unpaid: int, parts: list[int]
    ) -> None:
        order = transfer(*(f"Body-{number} {part}" for number, part in enumerate(parts)))
        (event,) = given(REGISTERED, approved(of_2017(unpaid))).when(order).decided()
        assert isinstance(event, AwardTransferred)
        assert [each.unpaid_pence for each in event.successors] == share_out(unpaid, parts)
        assert sum(each.unpaid_pence for each in event.successors) == unpaid


class TestClosing:
    order = CloseAward(**HUB, closed_on=TODAY, reason="All is settled.")

    def test_what_was_not_spent_goes_back_to_its_funds_from_the_day_of_closing(self) -> None:
        story = given(*TWO_YEARS, made("p1", 100_000_00)).when(
            self.order.model_copy(update={"closed_on": date(2017, 10, 2)})
        )
        story.then(CLOSED.model_copy(update={"closed_on": date(2017, 10, 2)}))
        said: dict[str, Any] = {**HUB, "reason": "All is settled.", "effective_on": date(2017, 10, 2)}
        assert story.orders() == [
            ReleaseFunds(**OF_2017, amount_pence=20_000_00, **said),
            ReleaseFunds(**OF_2018, amount_pence=80_000_01, **said),
        ]

    def test_an_award_that_was_paid_in_full_gives_nothing_back(self) -> None:
        assert given(*AWARDED, made("p1", 120_000_00)).when(self.order).orders() == []

    def test_a_share_that_was_never_known_is_given_up(self) -> None:
        (released,) = given(*NOT_KNOWN).when(self.order).orders()
        assert isinstance(released, ReleaseFunds)
        assert released.amount_pence is None

    def test_once_closed_each_share_is_what_was_paid_of_it(self) -> None:
        award = Award().after([*TWO_YEARS, made("p1", 100_000_00), CLOSED])
        assert [share.amount_pence for share in award.shares] == [100_000_00, 0]
        assert award.status is AwardStatus.CLOSED

    def test_an_award_that_ended_before_its_time_is_closed(self) -> None:
        given(*AWARDED, ENDED).when(self.order).then(CLOSED)

    @pytest.mark.parametrize("more", [(), (ready("p1"),), (held("p1"),)])
    def test_payments_still_to_be_made_are_settled_first(self, more: tuple[Event, ...]) -> None:
        given(*AWARDED, scheduled("p1", 100), *more).when(self.order).then_refused(
            r"£1 of payments is still scheduled .* cancel them first", Refusal
        )
        given(*AWARDED, scheduled("p1", 100), *more, cancelled("p1")).when(self.order).then(CLOSED)

    def test_closing_it_twice_gives_the_money_back_once(self) -> None:
        story = given(*AWARDED, CLOSED).when(self.order)
        story.then_nothing()
        assert story.orders() == []

    def test_an_award_is_not_closed_in_the_future(self) -> None:
        order = self.order.model_copy(update={"closed_on": date(2017, 10, 17)})
        given(*AWARDED).when(order).then_refused("cannot be closed in the future", Refusal)

    def test_an_award_that_is_not_approved_or_was_withdrawn_is_not_closed(self) -> None:
        given(REGISTERED).when(self.order).then_refused("is registered, not approved", Refusal)
        given(*AWARDED, WITHDRAWN).when(self.order).then_refused("is withdrawn, not approved", Refusal)


class TestWithdrawing:
    order = WithdrawAward(**HUB, reason="It came to nothing.")

    def test_what_was_not_paid_goes_back_to_its_funds(self) -> None:
        story = given(*TWO_YEARS, made("p1", 100_000_00)).when(self.order)
        story.then(WITHDRAWN)
        said: dict[str, Any] = {**HUB, "reason": "It came to nothing."}
        assert story.orders() == [
            ReleaseFunds(**OF_2017, amount_pence=20_000_00, **said),
            ReleaseFunds(**OF_2018, amount_pence=80_000_01, **said),
        ]

    def test_payments_still_to_be_made_are_cancelled(self) -> None:
        before = (
            *AWARDED,
            scheduled("p1", 100),
            scheduled("p2", 200),
            ready("p2"),
            scheduled("p3", 1),
            cancelled("p3"),
        )
        given(*before, made("p4", 5)).when(self.order).then(
            WITHDRAWN, cancelled("p1", "It came to nothing."), cancelled("p2", "It came to nothing.")
        )

    def test_what_comes_back_of_a_settled_award_makes_it_smaller_still(self) -> None:
        for last in (WITHDRAWN, CLOSED):
            award = Award().after([*AWARDED, made("p1", 100), last, came_back("p1", 40)])
            assert award.amount_pence == 60
            assert award.paid_from(award.shares[0]) == 60

    def test_an_award_that_is_not_approved_gives_nothing_back(self) -> None:
        story = given(REGISTERED).when(self.order)
        story.then(WITHDRAWN)
        assert story.orders() == []

    def test_withdrawing_it_twice_gives_the_money_back_once(self) -> None:
        story = given(*AWARDED, WITHDRAWN).when(self.order)
        story.then_nothing()
        assert story.orders() == []

    def test_an_award_that_is_closed_is_not_withdrawn(self) -> None:
        given(*AWARDED, CLOSED).when(self.order).then_refused("is closed: there is nothing to take back", Refusal)
