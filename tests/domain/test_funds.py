"""What may be recorded about a fund, and what is refused: above all, that it is not committed beyond what it holds."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as some
from pydantic import ValidationError

from domain.errors import NotFound, OutturnError, Refusal
from domain.funds.commands import (
    FundCommand,
    HoldEarmark,
    OpenFund,
    ReceiveAllocation,
    ReleaseEarmark,
    SetTolerance,
    StateTotal,
)
from domain.funds.consequences import CommitFunds, ConfirmCommitment, PayFunds, ReleaseFunds
from domain.funds.events import (
    AllocationReceived,
    CommitmentConfirmed,
    CommitmentWithdrawn,
    EarmarkHeld,
    EarmarkKind,
    EarmarkReleased,
    FundOpened,
    FundsCommitted,
    FundsPaid,
    FundsReleased,
    ToleranceSet,
    TotalStated,
)
from domain.funds.fund import Commitment, Fund
from domain.kernel import Event, Role
from tests.domain.properties import modest
from tests.story import given

VICTIMS: dict[str, Any] = {"fund": "moj-victims", "year": "2017-18"}
CAPACITY: dict[str, Any] = {"fund": "moj-capacity", "year": "2013-14"}

OPENED = FundOpened(title="MoJ victims' services", funder="Ministry of Justice", return_to="moj")
ONE_MILLION = AllocationReceived(
    agreement="moj-2017",
    amount_pence=1_000_000_00,
    printed="£1m",
    exact=False,
    source="Commissioning and grants, 3.3",
    received_on=None,
)
NOT_KNOWN = ONE_MILLION.model_copy(update={"amount_pence": None, "printed": None, "agreement": "moj-extra"})
CAPACITY_OPENED = FundOpened(title="MoJ capacity 2013/14", funder="Ministry of Justice", return_to=None)
CAPACITY_RECEIVED = AllocationReceived(
    agreement="moj-2013",
    amount_pence=299_000_00,
    printed="£299k",
    exact=False,
    source="Providing support for victims, 3.2",
    received_on=date(2013, 11, 1),
)


def tolerance(amount_pence: int | None = None, per_cent: str | None = None) -> ToleranceSet:
    """A tolerance of an amount or a percentage."""
    return ToleranceSet(
        per_cent=None if per_cent is None else Decimal(per_cent),
        amount_pence=amount_pence,
        authorised_by="Chief finance officer",
        decision="2014-02",
        reason="The grant is printed rounded.",
    )


def committed(award: str, amount_pence: int | None, over_pence: int = 0) -> FundsCommitted:
    """An award's share."""
    return FundsCommitted(award=award, amount_pence=amount_pence, inferred_pence=None, over_pence=over_pence)


def commit(award: str, amount_pence: int | None, fund: dict[str, Any] = VICTIMS) -> CommitFunds:
    """The order that follows from an award."""
    return CommitFunds(**fund, award=award, amount_pence=amount_pence)


def held(amount_pence: int, over_pence: int = 0, earmark: str = "reserve") -> EarmarkHeld:
    """Money kept aside."""
    return EarmarkHeld(
        earmark=earmark,
        title="Emerging initiatives",
        kind=EarmarkKind.RESERVE,
        amount_pence=amount_pence,
        over_pence=over_pence,
    )


def hold(amount_pence: int, fund: dict[str, Any] = VICTIMS, earmark: str = "reserve") -> HoldEarmark:
    """The order to keep money aside."""
    return HoldEarmark(
        **fund, earmark=earmark, title="Emerging initiatives", kind=EarmarkKind.RESERVE, amount_pence=amount_pence
    )


def paid(payment: str, amount_pence: int, award: str = "hub") -> FundsPaid:
    """A payment under an award."""
    return FundsPaid(award=award, payment=payment, amount_pence=amount_pence, paid_on=date(2017, 7, 3))


def pay(payment: str, amount_pence: int, award: str = "hub") -> PayFunds:
    """The order that follows from a payment."""
    return PayFunds(**VICTIMS, award=award, payment=payment, amount_pence=amount_pence, paid_on=date(2017, 7, 3))


class TestOpening:
    order = OpenFund(**VICTIMS, title="MoJ victims' services", funder="Ministry of Justice", return_to="moj")

    def test_a_fund_is_one_stream_of_money_in_one_financial_year(self) -> None:
        given().when(self.order).then(OPENED)
        assert self.order.stream == "fund-moj-victims-2017-18"

    def test_opening_it_twice_records_it_once(self) -> None:
        given(OPENED, ONE_MILLION).when(self.order).then_nothing()

    @pytest.mark.parametrize("change", [{"title": "Another"}, {"funder": "Home Office"}, {"return_to": None}])
    def test_a_reference_is_never_used_for_another_fund(self, change: dict[str, Any]) -> None:
        given(OPENED).when(self.order.model_copy(update=change)).then_refused(
            "Fund moj-victims of 2017-18 is already open, with another title, funder or return", Refusal
        )

    @pytest.mark.parametrize("year", ["2017", "2017-19", "2017-18-h1", "next year"])
    def test_the_year_of_a_fund_must_be_a_financial_year(self, year: str) -> None:
        with pytest.raises(ValidationError, match="That is not a financial year"):
            OpenFund(fund="moj-victims", year=year, title="MoJ", funder="MoJ")

    def test_nothing_can_be_ordered_about_a_fund_that_is_not_open(self) -> None:
        for command in (
            ReceiveAllocation(**VICTIMS, agreement="moj-2017", amount_pence=100, source="A letter."),
            SetTolerance(**VICTIMS, amount_pence=1, authorised_by="CFO", decision="1", reason="Rounding."),
            hold(100),
            StateTotal(**VICTIMS, source="Appendix 1", total_pence=100),
            commit("hub", 100),
        ):
            given().when(command).then_refused("moj-victims-2017-18", NotFound)


class TestAllocations:
    order = ReceiveAllocation(
        **VICTIMS,
        agreement="moj-2017",
        amount_pence=1_000_000_00,
        printed="£1m",
        exact=False,
        source="Commissioning and grants, 3.3",
    )

    def test_an_allocation_is_kept_as_printed_and_as_not_exact(self) -> None:
        given(OPENED).when(self.order).then(ONE_MILLION)

    def test_an_allocation_may_be_not_known_in_amount(self) -> None:
        order = ReceiveAllocation(**VICTIMS, agreement="later", amount_pence=None, source="A letter.")
        (event,) = given(OPENED).when(order).decided()
        assert isinstance(event, AllocationReceived)
        assert event.amount_pence is None

    def test_receiving_it_twice_records_it_once(self) -> None:
        given(OPENED, ONE_MILLION).when(self.order).then_nothing()

    @pytest.mark.parametrize("change", [{"amount_pence": 1_300_000_00}, {"exact": True}, {"source": "Another paper."}])
    def test_another_amount_under_the_same_agreement_is_refused(self, change: dict[str, Any]) -> None:
        given(OPENED, ONE_MILLION).when(self.order.model_copy(update=change)).then_refused(
            "An allocation under moj-2017 is already recorded for moj-victims 2017-18, differently", Refusal
        )

    def test_a_further_amount_is_received_under_an_agreement_of_its_own(self) -> None:
        further = self.order.model_copy(update={"agreement": "moj-2017-further", "amount_pence": 50_000_00})
        given(OPENED, ONE_MILLION).when(further).then(
            ONE_MILLION.model_copy(update={"agreement": "moj-2017-further", "amount_pence": 50_000_00})
        )

    def test_allocations_are_added_and_one_not_known_makes_the_whole_not_known(self) -> None:
        other = ONE_MILLION.model_copy(update={"agreement": "further", "amount_pence": 50_000_00})
        assert Fund().after([OPENED, ONE_MILLION, other]).received_pence == 1_050_000_00
        assert Fund().after([OPENED, ONE_MILLION, NOT_KNOWN]).received_pence is None

    @pytest.mark.parametrize("amount", [-1, 10**14 + 1, 12.5, "100", True])
    def test_an_amount_is_a_whole_number_of_pence_within_reason(self, amount: Any) -> None:
        with pytest.raises(ValidationError):
            ReceiveAllocation(**VICTIMS, agreement="moj-2017", amount_pence=amount, source="A letter.")


class TestCommitments:
    def test_a_share_within_what_is_left_is_taken(self) -> None:
        given(OPENED, ONE_MILLION).when(commit("hub", 446_000_00)).then(committed("hub", 446_000_00))

    def test_the_very_last_penny_may_be_taken(self) -> None:
        given(OPENED, ONE_MILLION, committed("hub", 999_999_99)).when(commit("last", 1)).then(committed("last", 1))

    def test_a_share_beyond_what_is_left_is_refused_and_the_refusal_says_what_to_do(self) -> None:
        given(OPENED, ONE_MILLION, committed("hub", 961_260_00)).when(commit("more", 40_000_00)).then_refused(
            r"MoJ victims' services has £38,740 left, and a commitment of £40,000 would put it £1,260 over, "
            r"with no tolerance set\. Lower the amount, release something, or have a tolerance authorised "
            r"\(set-tolerance\)\.",
            Refusal,
        )

    def test_one_penny_too_many_is_refused(self) -> None:
        given(OPENED, ONE_MILLION).when(commit("hub", 1_000_000_01)).then_refused(r"£0\.01 over", Refusal)

    def test_a_share_within_a_tolerance_of_an_amount_is_taken_and_marked_over(self) -> None:
        given(OPENED, ONE_MILLION, tolerance(1_000_00)).when(commit("hub", 1_000_600_00)).then(
            committed("hub", 1_000_600_00, over_pence=600_00)
        )

    def test_a_share_within_a_tolerance_of_a_percentage_is_taken_and_marked_over(self) -> None:
        given(OPENED, ONE_MILLION, tolerance(per_cent="2.5")).when(commit("hub", 1_025_000_00)).then(
            committed("hub", 1_025_000_00, over_pence=25_000_00)
        )

    def test_a_share_beyond_the_tolerance_is_refused(self) -> None:
        given(OPENED, ONE_MILLION, tolerance(per_cent="2.5")).when(commit("hub", 1_025_000_01)).then_refused(
            "with a tolerance of £25,000 set", Refusal
        )
        given(OPENED, ONE_MILLION, tolerance(600_00)).when(commit("hub", 1_000_600_01)).then_refused(
            "with a tolerance of £600 set", Refusal
        )

    def test_a_percentage_is_of_what_was_received_and_never_rounds_up(self) -> None:
        odd = ONE_MILLION.model_copy(update={"amount_pence": 999})
        assert Fund().after([OPENED, odd, tolerance(per_cent="10")]).tolerance_pence == 99
        assert Fund().after([OPENED, NOT_KNOWN, tolerance(per_cent="10")]).tolerance_pence == 0

    def test_a_fund_already_over_has_nothing_left_rather_than_less_than_nothing(self) -> None:
        given(OPENED, ONE_MILLION, tolerance(600_00), committed("hub", 1_000_500_00, 500_00)).when(
            commit("more", 200_00)
        ).then_refused("has £0 left, and a commitment of £200 would put it £700 over", Refusal)

    def test_a_fund_without_an_allocation_cannot_be_committed(self) -> None:
        given(OPENED).when(commit("hub", 1)).then_refused(
            "MoJ victims' services has no allocation yet: record what was received before a commitment", Refusal
        )
        given(OPENED).when(commit("hub", None)).then_refused("no allocation yet", Refusal)

    def test_a_fund_that_is_not_known_in_amount_refuses_nothing(self) -> None:
        given(OPENED, NOT_KNOWN).when(commit("hub", 900_000_000_00)).then(committed("hub", 900_000_000_00))
        given(OPENED, ONE_MILLION, NOT_KNOWN).when(commit("hub", 1_200_000_00)).then(committed("hub", 1_200_000_00))

    def test_a_share_that_is_not_known_takes_nothing_and_stays_not_known(self) -> None:
        given(OPENED, ONE_MILLION).when(
            CommitFunds(**VICTIMS, award="adults", amount_pence=None, inferred_pence=10_000_00)
        ).then(FundsCommitted(award="adults", amount_pence=None, inferred_pence=10_000_00, over_pence=0))

    def test_an_inferred_amount_stands_beside_and_is_never_added_up(self) -> None:
        inferred = FundsCommitted(award="adults", amount_pence=None, inferred_pence=10_000_00, over_pence=0)
        fund = Fund().after([OPENED, ONE_MILLION, inferred])
        assert fund.commitments["adults"] == Commitment(amount_pence=None, inferred_pence=10_000_00)
        assert fund.taken_pence == 0

    def test_an_award_takes_its_share_of_a_fund_once(self) -> None:
        given(OPENED, ONE_MILLION, committed("hub", 446_000_00)).when(commit("hub", 1)).then_refused(
            "Award hub has a share of moj-victims 2017-18 already", Refusal
        )


class TestConfirming:
    order = ConfirmCommitment(**VICTIMS, award="adults", amount_pence=10_000_00)

    def test_a_share_that_becomes_known_is_taken(self) -> None:
        given(OPENED, ONE_MILLION, committed("adults", None)).when(self.order).then(
            CommitmentConfirmed(award="adults", amount_pence=10_000_00, over_pence=0)
        )

    def test_a_share_that_becomes_known_replaces_the_inferred_one(self) -> None:
        inferred = FundsCommitted(award="adults", amount_pence=None, inferred_pence=10_000_00, over_pence=0)
        confirmed = CommitmentConfirmed(award="adults", amount_pence=12_000_00, over_pence=0)
        fund = Fund().after([OPENED, ONE_MILLION, inferred, confirmed])
        assert fund.commitments["adults"] == Commitment(amount_pence=12_000_00)
        assert fund.taken_pence == 12_000_00

    def test_a_share_that_becomes_known_is_refused_beyond_what_is_left(self) -> None:
        story = given(OPENED, ONE_MILLION, committed("adults", None), committed("hub", 995_000_00))
        story.when(self.order).then_refused("has £5,000 left, and a commitment of £10,000", Refusal)

    def test_a_share_that_becomes_known_may_be_over_within_the_tolerance(self) -> None:
        given(OPENED, ONE_MILLION, committed("adults", None), committed("hub", 995_000_00), tolerance(5_000_00)).when(
            self.order
        ).then(CommitmentConfirmed(award="adults", amount_pence=10_000_00, over_pence=5_000_00))

    def test_a_share_that_is_known_is_not_confirmed_again(self) -> None:
        given(OPENED, ONE_MILLION, committed("adults", 9_000_00)).when(self.order).then_refused(
            "The share of award adults is known already: £9,000", Refusal
        )

    def test_an_award_without_a_share_cannot_be_confirmed(self) -> None:
        given(OPENED, ONE_MILLION).when(self.order).then_refused(
            "Award adults has no share of moj-victims 2017-18", NotFound
        )


class TestReleasing:
    def order(self, amount_pence: int | None) -> ReleaseFunds:
        """The order that follows from an award being reduced or withdrawn."""
        return ReleaseFunds(**VICTIMS, award="hub", amount_pence=amount_pence, reason="The service closed.")

    def test_what_is_released_is_free_again(self) -> None:
        released = FundsReleased(award="hub", amount_pence=46_000_00, reason="The service closed.")
        given(OPENED, ONE_MILLION, committed("hub", 446_000_00)).when(self.order(46_000_00)).then(released)
        assert Fund().after([OPENED, ONE_MILLION, committed("hub", 446_000_00), released]).taken_pence == 400_000_00

    def test_what_was_paid_cannot_be_released(self) -> None:
        story = given(OPENED, ONE_MILLION, committed("hub", 446_000_00), paid("p-1", 400_000_00))
        story.when(self.order(46_000_01)).then_refused(
            "Award hub has £46,000 of moj-victims 2017-18 not yet paid: no more than that can be released", Refusal
        )
        story.when(self.order(46_000_00)).then(
            FundsReleased(award="hub", amount_pence=46_000_00, reason="The service closed.")
        )

    def test_more_than_the_share_cannot_be_released(self) -> None:
        given(OPENED, ONE_MILLION, committed("hub", 100)).when(self.order(101)).then_refused("not yet paid", Refusal)

    def test_a_share_that_was_never_known_is_given_up_as_a_whole(self) -> None:
        withdrawn = CommitmentWithdrawn(award="hub", reason="The service closed.")
        given(OPENED, ONE_MILLION, committed("hub", None)).when(self.order(None)).then(withdrawn)
        fund = Fund().after([OPENED, ONE_MILLION, committed("hub", None), withdrawn])
        assert fund.commitments["hub"] == Commitment(amount_pence=0)

    def test_an_amount_of_a_share_that_is_not_known_cannot_be_released(self) -> None:
        given(OPENED, ONE_MILLION, committed("hub", None)).when(self.order(1)).then_refused("£0 of", Refusal)

    def test_a_share_that_is_known_is_released_by_its_amount(self) -> None:
        given(OPENED, ONE_MILLION, committed("hub", 100)).when(self.order(None)).then_refused(
            "The share of award hub is known: say how much of it is released", Refusal
        )

    def test_an_award_without_a_share_has_nothing_to_release(self) -> None:
        given(OPENED, ONE_MILLION).when(self.order(1)).then_refused("Award hub has no share", NotFound)

    def test_nothing_is_no_amount_to_release(self) -> None:
        with pytest.raises(ValidationError, match="greater than 0"):
            self.order(0)


class TestPaying:
    start = (OPENED, ONE_MILLION, committed("hub", 446_000_00))

    def test_a_payment_under_an_award_is_paid_out_of_its_share(self) -> None:
        given(*self.start).when(pay("p-1", 111_500_00)).then(paid("p-1", 111_500_00))
        assert Fund().after([*self.start, paid("p-1", 111_500_00)]).commitments["hub"].paid_pence == 111_500_00

    def test_the_whole_share_may_be_paid(self) -> None:
        given(*self.start, paid("p-1", 400_000_00)).when(pay("p-2", 46_000_00)).then(paid("p-2", 46_000_00))

    def test_more_than_the_share_is_never_paid(self) -> None:
        given(*self.start, paid("p-1", 400_000_00)).when(pay("p-2", 46_000_01)).then_refused(
            "Award hub has £46,000 of moj-victims 2017-18 left to pay: this payment is more", Refusal
        )

    def test_paying_does_not_take_the_money_twice(self) -> None:
        fund = Fund().after([*self.start, paid("p-1", 400_000_00)])
        assert fund.taken_pence == 446_000_00

    def test_paying_it_twice_records_it_once(self) -> None:
        given(*self.start, paid("p-1", 111_500_00)).when(pay("p-1", 111_500_00)).then_nothing()

    def test_a_reference_is_never_used_for_another_payment(self) -> None:
        given(*self.start, paid("p-1", 111_500_00)).when(pay("p-1", 1)).then_refused(
            "Payment p-1 is already recorded in moj-victims 2017-18, differently", Refusal
        )

    def test_nothing_is_paid_out_of_a_share_that_is_not_known(self) -> None:
        given(OPENED, ONE_MILLION, committed("hub", None)).when(pay("p-1", 1)).then_refused(
            "The amount of award hub is not known: confirm it before a payment is recorded", Refusal
        )

    def test_nothing_is_paid_to_an_award_without_a_share(self) -> None:
        given(OPENED, ONE_MILLION).when(pay("p-1", 1)).then_refused("Award hub has no share", NotFound)

    def test_nothing_is_no_payment(self) -> None:
        with pytest.raises(ValidationError, match="greater than 0"):
            pay("p-1", 0)


class TestEarmarks:
    def test_money_kept_aside_is_taken(self) -> None:
        given(OPENED, ONE_MILLION).when(hold(15_000_00)).then(held(15_000_00))
        assert Fund().after([OPENED, ONE_MILLION, held(15_000_00)]).taken_pence == 15_000_00

    def test_an_earmark_beyond_what_is_left_is_refused_as_a_commitment_is(self) -> None:
        given(OPENED, ONE_MILLION, committed("hub", 990_000_00)).when(hold(15_000_00)).then_refused(
            "has £10,000 left, and an earmark of £15,000 would put it £5,000 over, with no tolerance set", Refusal
        )
        given(OPENED).when(hold(1)).then_refused("no allocation yet: .* before an earmark", Refusal)

    def test_an_earmark_within_the_tolerance_is_held_and_marked_over(self) -> None:
        given(OPENED, ONE_MILLION, committed("hub", 990_000_00), tolerance(5_000_00)).when(hold(15_000_00)).then(
            held(15_000_00, over_pence=5_000_00)
        )

    def test_an_earmark_leaves_less_for_awards(self) -> None:
        given(OPENED, ONE_MILLION, held(15_000_00)).when(commit("hub", 985_000_01)).then_refused(
            "has £985,000 left", Refusal
        )

    def test_a_fund_that_is_not_known_in_amount_refuses_no_earmark(self) -> None:
        given(OPENED, NOT_KNOWN).when(hold(15_000_00)).then(held(15_000_00))

    def test_holding_it_twice_records_it_once(self) -> None:
        given(OPENED, ONE_MILLION, held(15_000_00)).when(hold(15_000_00)).then_nothing()

    def test_holding_it_again_after_some_was_released_records_nothing(self) -> None:
        released = EarmarkReleased(earmark="reserve", amount_pence=5_000_00, reason="Awarded.")
        given(OPENED, ONE_MILLION, held(15_000_00), released).when(hold(15_000_00)).then_nothing()

    def test_a_reference_is_never_used_for_another_earmark(self) -> None:
        given(OPENED, ONE_MILLION, held(15_000_00)).when(hold(16_000_00)).then_refused(
            "There is already an earmark reserve in moj-victims 2017-18, held differently", Refusal
        )

    def test_nothing_is_no_earmark(self) -> None:
        with pytest.raises(ValidationError, match="greater than 0"):
            hold(0)

    def test_the_whole_of_an_earmark_is_released_unless_an_amount_is_given(self) -> None:
        given(OPENED, ONE_MILLION, held(15_000_00)).when(
            ReleaseEarmark(**VICTIMS, earmark="reserve", reason="Awarded.")
        ).then(EarmarkReleased(earmark="reserve", amount_pence=15_000_00, reason="Awarded."))
        given(OPENED, ONE_MILLION, held(15_000_00)).when(
            ReleaseEarmark(**VICTIMS, earmark="reserve", amount_pence=5_000_00, reason="Awarded.")
        ).then(EarmarkReleased(earmark="reserve", amount_pence=5_000_00, reason="Awarded."))

    def test_what_is_released_of_an_earmark_is_free_again(self) -> None:
        released = EarmarkReleased(earmark="reserve", amount_pence=5_000_00, reason="Awarded.")
        assert Fund().after([OPENED, ONE_MILLION, held(15_000_00), released]).taken_pence == 10_000_00

    def test_no_more_than_an_earmark_holds_can_be_released(self) -> None:
        released = EarmarkReleased(earmark="reserve", amount_pence=5_000_00, reason="Awarded.")
        given(OPENED, ONE_MILLION, held(15_000_00), released).when(
            ReleaseEarmark(**VICTIMS, earmark="reserve", amount_pence=10_000_01, reason="Awarded.")
        ).then_refused("Earmark reserve holds £10,000: no more can be released", Refusal)

    def test_releasing_an_empty_earmark_changes_nothing(self) -> None:
        released = EarmarkReleased(earmark="reserve", amount_pence=15_000_00, reason="Awarded.")
        given(OPENED, ONE_MILLION, held(15_000_00), released).when(
            ReleaseEarmark(**VICTIMS, earmark="reserve", reason="Awarded.")
        ).then_nothing()

    def test_two_equal_releases_are_two_under_references_of_their_own(self) -> None:
        one, two = (self.part(release) for release in ("r1", "r2"))
        given(OPENED, ONE_MILLION, held(15_000_00), one).when(self.release("r2")).then(two)
        assert Fund().after([OPENED, ONE_MILLION, held(15_000_00), one, two]).taken_pence == 5_000_00

    def test_the_same_release_twice_is_one(self) -> None:
        story = given(OPENED, ONE_MILLION, held(15_000_00), self.part("r1"), self.part("r2"))
        story.when(self.release("r1")).then_nothing()
        last = EarmarkReleased(earmark="reserve", amount_pence=5_000_00, reason="Awarded.", release="r3")
        whole = self.release("r3").model_copy(update={"amount_pence": None})
        story.when(whole).then(last)
        given(*story.events, last).when(whole).then_nothing()

    @pytest.mark.parametrize(
        "change",
        [{"amount_pence": 1}, {"amount_pence": None}, {"reason": "Another."}, {"effective_on": date(2017, 7, 1)}],
    )
    def test_a_reference_is_never_used_for_another_release(self, change: dict[str, Any]) -> None:
        given(OPENED, ONE_MILLION, held(15_000_00), self.part("r1")).when(
            self.release("r1").model_copy(update=change)
        ).then_refused("Release r1 of earmark reserve is recorded already, differently", Refusal)

    @staticmethod
    def part(release: str) -> EarmarkReleased:
        """Some of the earmark is free."""
        return EarmarkReleased(earmark="reserve", amount_pence=5_000_00, reason="Awarded.", release=release)

    @staticmethod
    def release(release: str) -> ReleaseEarmark:
        """The order to release some of it."""
        said: dict[str, Any] = {"earmark": "reserve", "amount_pence": 5_000_00, "reason": "Awarded."}
        return ReleaseEarmark(**VICTIMS, **said, release=release)

    def test_an_unknown_earmark_cannot_be_released(self) -> None:
        given(OPENED, ONE_MILLION).when(ReleaseEarmark(**VICTIMS, earmark="reserve", reason="Awarded.")).then_refused(
            "There is no earmark reserve in moj-victims 2017-18", NotFound
        )


class TestTolerance:
    said: dict[str, Any] = {
        "authorised_by": "Chief finance officer",
        "decision": "2014-02",
        "reason": "The grant is printed rounded.",
    }

    def test_a_tolerance_says_who_authorised_it_by_which_decision_and_why(self) -> None:
        given(OPENED).when(SetTolerance(**VICTIMS, amount_pence=500_00, **self.said)).then(tolerance(500_00))
        given(OPENED).when(SetTolerance(**VICTIMS, per_cent=Decimal("2.5"), **self.said)).then(
            tolerance(per_cent="2.5")
        )

    def test_setting_it_twice_records_it_once(self) -> None:
        given(OPENED, tolerance(500_00)).when(SetTolerance(**VICTIMS, amount_pence=500_00, **self.said)).then_nothing()
        given(OPENED, tolerance(per_cent="5")).when(
            SetTolerance(**VICTIMS, per_cent=Decimal("5.0"), **self.said)
        ).then_nothing()

    def test_a_later_tolerance_takes_the_place_of_an_earlier_one(self) -> None:
        given(OPENED, tolerance(500_00)).when(SetTolerance(**VICTIMS, amount_pence=0, **self.said)).then(tolerance(0))
        given(OPENED, ONE_MILLION, tolerance(500_00), tolerance(0)).when(commit("hub", 1_000_000_01)).then_refused(
            "a tolerance of £0 set", Refusal
        )

    @pytest.mark.parametrize("limits", [{}, {"per_cent": Decimal(1), "amount_pence": 1}])
    def test_a_tolerance_is_either_a_percentage_or_an_amount(self, limits: dict[str, Any]) -> None:
        with pytest.raises(ValidationError, match="either a percentage or an amount: give one of them"):
            SetTolerance(**VICTIMS, **limits, **self.said)

    @pytest.mark.parametrize("per_cent", ["-1", "100.1", "NaN", "Infinity"])
    def test_a_percentage_is_between_nought_and_a_hundred(self, per_cent: str) -> None:
        with pytest.raises(ValidationError):
            SetTolerance(**VICTIMS, per_cent=Decimal(per_cent), **self.said)


class TestStatedTotals:
    order = StateTotal(fund="cdr-grants", year="2017-18", source="Appendix 1, total awards", total_pence=1_322_248_00)
    stated = TotalStated(source="Appendix 1, total awards", total_pence=1_322_248_00)

    def test_the_total_that_a_paper_states_is_kept_beside_the_records(self) -> None:
        given(OPENED).when(self.order).then(self.stated)
        assert Fund().after([OPENED, self.stated]).taken_pence == 0

    def test_stating_it_twice_records_it_once(self) -> None:
        given(OPENED, self.stated).when(self.order).then_nothing()

    def test_a_paper_that_states_another_total_later_is_recorded(self) -> None:
        given(OPENED, self.stated).when(self.order.model_copy(update={"total_pence": 1_312_248_00})).then(
            TotalStated(source="Appendix 1, total awards", total_pence=1_312_248_00)
        )


class TestTheCapacityFundOf2013:
    """£299,000 received, £265,500 for named purposes, £34,000 for projects in development: £500 over."""

    start = (CAPACITY_OPENED, CAPACITY_RECEIVED, committed("named-purposes", 265_500_00))
    order = HoldEarmark(
        **CAPACITY,
        earmark="projects",
        title="Capability and capacity projects",
        kind=EarmarkKind.IN_DEVELOPMENT,
        amount_pence=34_000_00,
    )

    def test_without_a_tolerance_the_earmark_is_refused(self) -> None:
        given(*self.start).when(self.order).then_refused(
            "MoJ capacity 2013/14 has £33,500 left, and an earmark of £34,000 would put it £500 over, "
            "with no tolerance set",
            Refusal,
        )

    def test_with_a_tolerance_of_five_hundred_pounds_it_is_held_and_marked_five_hundred_over(self) -> None:
        given(*self.start, tolerance(500_00)).when(self.order).then(
            EarmarkHeld(
                earmark="projects",
                title="Capability and capacity projects",
                kind=EarmarkKind.IN_DEVELOPMENT,
                amount_pence=34_000_00,
                over_pence=50000,
            )
        )

    def test_with_a_penny_less_of_tolerance_it_is_refused(self) -> None:
        given(*self.start, tolerance(499_99)).when(self.order).then_refused(r"a tolerance of £499\.99 set", Refusal)

    def test_its_thirteen_purposes_fit_one_after_the_other(self) -> None:
        amounts = [100_000, 35_000, 30_000, 25_000, 5_000, 5_000, 10_000, 10_000, 10_000, 2_500, 5_000, 18_000, 10_000]
        events: list[Event] = [CAPACITY_OPENED, CAPACITY_RECEIVED]
        for number, pounds in enumerate(amounts):
            events += given(*events).when(commit(f"a-{number}", pounds * 100, CAPACITY)).decided()
        assert Fund().after(events).taken_pence == 265_500_00


def test_the_ten_awards_to_victims_services_of_2017_leave_38_740_pounds() -> None:
    amounts = [446_000, 33_445, 52_750, 2_000, 40_000, 213_000, 20_000, 75_000, 50_000, 29_065]
    events: list[Event] = [OPENED, ONE_MILLION]
    for number, pounds in enumerate(amounts):
        events += given(*events).when(commit(f"a-{number}", pounds * 100)).decided()
    assert Fund().after(events).taken_pence == 961_260_00
    given(*events).when(commit("more", 38_740_01)).then_refused("has £38,740 left", Refusal)


def test_finance_keeps_the_fund_and_what_follows_from_an_award_is_given_by_nobody() -> None:
    for kept in (OpenFund, ReceiveAllocation):
        assert kept.may == {Role.FINANCE}
    for decided in (SetTolerance, HoldEarmark, ReleaseEarmark):
        assert decided.may == {Role.FINANCE, Role.COMMISSIONER}
    for consequence in (CommitFunds, ConfirmCommitment, ReleaseFunds, PayFunds):
        assert not consequence.may


amounts = some.integers(1, 1_000)
shares = some.sampled_from(["a-1", "a-2", "a-3"])
orders: some.SearchStrategy[FundCommand] = some.one_of(
    some.builds(
        ReceiveAllocation,
        fund=some.just("f"),
        year=some.just("2017-18"),
        agreement=some.sampled_from(["g-1", "g-2", "g-3"]),
        amount_pence=amounts,
        printed=some.none(),
        exact=some.just(True),
        source=some.just("A letter."),
        received_on=some.none(),
    ),
    some.builds(hold, amounts, some.just({"fund": "f", "year": "2017-18"}), some.sampled_from(["e-1", "e-2"])),
    some.builds(
        ReleaseEarmark,
        fund=some.just("f"),
        year=some.just("2017-18"),
        earmark=some.sampled_from(["e-1", "e-2"]),
        amount_pence=some.none() | amounts,
        reason=some.just("Awarded."),
    ),
    some.builds(commit, shares, some.none() | amounts, some.just({"fund": "f", "year": "2017-18"})),
    some.builds(ConfirmCommitment, fund=some.just("f"), year=some.just("2017-18"), award=shares, amount_pence=amounts),
    some.builds(
        ReleaseFunds,
        fund=some.just("f"),
        year=some.just("2017-18"),
        award=shares,
        amount_pence=some.none() | amounts,
        reason=some.just("Reduced."),
    ),
    some.builds(pay, some.sampled_from(["p-1", "p-2", "p-3", "p-4"]), amounts, shares),
)
tolerances = some.one_of(
    some.none(),
    some.integers(0, 300).map(tolerance),
    some.integers(0, 100).map(lambda per_cent: tolerance(per_cent=str(per_cent))),
)


def accepted(commands: list[FundCommand], *before: Event) -> list[Event]:
    """The events of the orders that are not refused, one order after the other."""
    events = [OPENED, *before]
    for command in commands:
        try:
            events += given(*events).when(command).decided()
        except OutturnError:
            continue
    return events


def taken_by(event: Event) -> int:
    """What one event takes out of what is left, or gives back."""
    match event:
        case FundsCommitted() | CommitmentConfirmed() | EarmarkHeld():
            return event.amount_pence or 0
        case FundsReleased() | EarmarkReleased():
            return -event.amount_pence
        case _:
            return 0


@for_any(some.lists(orders, max_size=30), tolerances)
@modest
def test_after_any_orders_what_was_received_is_what_is_taken_and_what_is_left(
    commands: list[FundCommand], allowed: ToleranceSet | None
) -> None:
    events = accepted(commands, *([] if allowed is None else [allowed]))
    fund = Fund().after(events)
    received = sum(event.amount_pence or 0 for event in events if isinstance(event, AllocationReceived))
    left = received - sum(taken_by(event) for event in events)
    assert fund.received_pence == received
    assert received == fund.taken_pence + left


@for_any(some.lists(orders, max_size=30), tolerances)
@modest
def test_after_any_orders_a_fund_is_never_over_by_more_than_its_tolerance(
    commands: list[FundCommand], allowed: ToleranceSet | None
) -> None:
    fund = Fund()
    for event in accepted(commands, *([] if allowed is None else [allowed])):
        fund = fund.evolve(event)
        over = max(0, fund.taken_pence - (fund.received_pence or 0))
        assert over <= fund.tolerance_pence
        if isinstance(event, FundsCommitted | CommitmentConfirmed | EarmarkHeld):
            assert event.over_pence == over


@for_any(some.lists(orders, max_size=30), tolerances)
@modest
def test_after_any_orders_no_award_was_paid_more_than_its_share(
    commands: list[FundCommand], allowed: ToleranceSet | None
) -> None:
    events = accepted(commands, *([] if allowed is None else [allowed]))
    for award, share in Fund().after(events).commitments.items():
        paid_out = [event.amount_pence for event in events if isinstance(event, FundsPaid) and event.award == award]
        assert share.paid_pence == sum(paid_out)
        assert share.paid_pence <= (share.amount_pence or 0)


@for_any(some.lists(orders, max_size=30))
@modest
def test_without_a_tolerance_nothing_is_ever_marked_over(commands: list[FundCommand]) -> None:
    for event in accepted(commands):
        if isinstance(event, FundsCommitted | CommitmentConfirmed | EarmarkHeld):
            assert event.over_pence == 0


@for_any(some.lists(orders, max_size=20))
@modest
def test_a_fund_that_is_not_known_in_amount_refuses_no_share_whatever_came_before(commands: list[FundCommand]) -> None:
    events = accepted(commands, NOT_KNOWN)
    given(*events).when(commit("new", 10**14)).then(committed("new", 10**14))
