"""Awards that draw on several lines of one fund and year, such as labour and non-labour, each with its own balance."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.awards.award import Award
from domain.awards.change_events import AwardAmountConfirmed, AwardReduced, AwardUplifted
from domain.awards.changes import CloseAward, ConfirmAwardAmount, ReduceAward, UpliftAward
from domain.awards.commands import ApproveAward
from domain.awards.events import AwardApproved, Share
from domain.awards.payment_commands import ClawBackPayment, RecordPayment, SchedulePayment
from domain.awards.payment_events import PaymentClawedBack, PaymentMade, PaymentScheduled
from domain.errors import NotFound, Refusal
from domain.funds.consequences import (
    ClawBackFunds,
    CommitFunds,
    ConfirmCommitment,
    PayFunds,
    RaiseCommitment,
    ReleaseFunds,
)
from domain.funds.events import FundsCommitted, FundsPaid, FundsReleased
from domain.funds.fund import Fund
from domain.kernel import Event
from tests.domain.an_award import AWARDED, HUB, OF_2017, REGISTERED, TODAY, approved, of_2017, ready
from tests.story import EVERYBODY, given

LABOUR, OTHER = {"ring_fence": "labour"}, {"ring_fence": "non-labour"}
LINES = (REGISTERED, approved(of_2017(70_000_00, "labour"), of_2017(50_000_00, "non-labour")))
CORE_AND_LINE = (REGISTERED, approved(of_2017(70_000_00), of_2017(50_000_00, "labour")))
WHY = {"reason": "As agreed."}
P1: dict[str, Any] = {"payment": "p1", **OF_2017, "amount_pence": 100}


def amounts(*events: Event) -> list[int | None]:
    """What each share of the award is."""
    return [share.amount_pence for share in Award().after(events).shares]


class TestApproving:
    shares = (of_2017(70_000_00, "labour"), of_2017(50_000_00, "non-labour"))

    def test_an_award_may_draw_on_labour_and_non_labour_lines_of_one_fund_and_year(self) -> None:
        story = given(REGISTERED).when(ApproveAward(**HUB, shares=self.shares))
        story.then(AwardApproved(shares=self.shares, decision=None, approved_on=TODAY, approved_by=EVERYBODY.id))
        assert [each.ring_fence for each in story.orders() if isinstance(each, CommitFunds)] == ["labour", "non-labour"]

    def test_each_line_is_named_once(self) -> None:
        with pytest.raises(ValidationError, match="or name a ring-fence for each"):
            ApproveAward(**HUB, shares=(self.shares[0], of_2017(1, "labour")))

    def test_a_line_is_read_from_words(self) -> None:
        assert Share.of("moj-victims 2017-18 £70,000 in labour") == self.shares[0]


class TestNamingALine:
    def test_of_several_the_line_must_be_named_and_the_refusal_says_which_there_are(self) -> None:
        order = UpliftAward(**HUB, **OF_2017, variation="v1", by_pence=100, **WHY)
        given(*LINES).when(order).then_refused(
            "several shares of moj-victims 2017-18, in labour and non-labour: say which", Refusal
        )

    def test_a_line_that_the_award_does_not_have_is_not_found(self) -> None:
        order = UpliftAward(**HUB, **OF_2017, variation="v1", by_pence=100, ring_fence="hubs", **WHY)
        given(*LINES).when(order).then_refused("no share of moj-victims 2017-18 in hubs", NotFound)
        given(*AWARDED).when(order).then_refused("no share of moj-victims 2017-18 in hubs", NotFound)

    def test_where_there_is_one_it_need_not_be_named_and_the_event_says_nothing_of_it(self) -> None:
        fenced = (REGISTERED, approved(of_2017(120_000_00, "labour")))
        for named in ({}, LABOUR):
            order = UpliftAward(**HUB, **OF_2017, variation="v1", by_pence=100, **WHY, **named)
            (event,) = given(*fenced).when(order).decided()
            assert isinstance(event, AwardUplifted)
            assert event.ring_fence is None
            assert amounts(*fenced, event) == [120_001_00]

    def test_with_none_named_it_is_the_share_that_is_out_of_none(self) -> None:
        order = UpliftAward(**HUB, **OF_2017, variation="v1", by_pence=100, **WHY)
        (event,) = given(*CORE_AND_LINE).when(order).decided()
        assert amounts(*CORE_AND_LINE, event) == [70_001_00, 50_000_00]


class TestChangingALine:
    said: dict[str, Any] = {**OF_2017, "variation": "v1", "by_pence": 100, **WHY, **OTHER}

    def test_one_line_is_made_larger_and_its_fund_is_told_which(self) -> None:
        story = given(*LINES).when(UpliftAward(**HUB, **self.said))
        uplifted = AwardUplifted(**self.said, decision=None, effective_on=TODAY, approved_by=EVERYBODY.id)
        story.then(uplifted)
        assert story.orders() == [RaiseCommitment(**HUB, **OF_2017, amount_pence=100, **WHY, **OTHER)]
        assert amounts(*LINES, uplifted) == [70_000_00, 50_001_00]
        given(*LINES, uplifted).when(UpliftAward(**HUB, **self.said)).then_nothing()
        given(*LINES, uplifted).when(UpliftAward(**HUB, **{**self.said, **LABOUR})).then_refused(
            "v1 of award hub-2017 is already recorded, differently .on record is ring_fence: non-labour", Refusal
        )

    def test_one_line_is_made_smaller_never_below_what_is_paid_or_scheduled_of_it(self) -> None:
        story = given(*LINES, PaymentScheduled(**{**P1, "amount_pence": 50_000_00}, due_on=TODAY, **OTHER))
        story.when(ReduceAward(**HUB, **self.said)).then_refused("£50,000 of this share is paid or scheduled", Refusal)
        reduced = AwardReduced(**{**self.said, **LABOUR}, effective_on=TODAY)
        story.when(ReduceAward(**HUB, **{**self.said, **LABOUR})).then(reduced)
        assert amounts(*LINES, reduced) == [69_999_00, 50_000_00]

    def test_the_amount_of_one_line_becomes_known(self) -> None:
        before = (REGISTERED, approved(of_2017(None, "labour"), of_2017(50_000_00, "non-labour")))
        story = given(*before).when(ConfirmAwardAmount(**HUB, **OF_2017, amount_pence=5, source="A letter.", **LABOUR))
        said = {"amount_pence": 5, "source": "A letter.", "confirmed_by": EVERYBODY.id}
        confirmed = AwardAmountConfirmed(**OF_2017, **said, **LABOUR)
        story.then(confirmed)
        assert story.orders() == [ConfirmCommitment(**HUB, **OF_2017, amount_pence=5, **LABOUR)]
        assert amounts(*before, confirmed) == [5, 50_000_00]

    def test_closing_gives_back_what_is_unpaid_of_each_line(self) -> None:
        paid = PaymentMade(**P1, paid_on=TODAY, **OTHER)
        story = given(*LINES, paid).when(CloseAward(**HUB, closed_on=TODAY, reason="Settled."))
        released = [each for each in story.orders() if isinstance(each, ReleaseFunds)]
        assert [(each.ring_fence, each.amount_pence) for each in released] == [
            ("labour", 70_000_00),
            ("non-labour", 49_999_00),
        ]
        assert amounts(*LINES, paid, *story.decided()) == [0, 100]


class TestPayingOutOfALine:
    scheduled = PaymentScheduled(**P1, due_on=TODAY, **OTHER)
    made = PaymentMade(**P1, paid_on=TODAY, **OTHER)

    def test_a_payment_is_scheduled_out_of_one_line_and_never_more_than_it_has(self) -> None:
        given(*LINES).when(SchedulePayment(**HUB, **P1, due_on=TODAY, **OTHER)).then(self.scheduled)
        given(*LINES).when(SchedulePayment(**HUB, **P1, due_on=TODAY)).then_refused("say which", Refusal)
        most = SchedulePayment(**HUB, **{**P1, "amount_pence": 50_000_01}, due_on=TODAY, **OTHER)
        given(*LINES).when(most).then_refused("£50,000 of this share is not yet paid or scheduled", Refusal)
        given(*LINES, self.scheduled).when(SchedulePayment(**HUB, **P1, due_on=TODAY, **OTHER)).then_nothing()
        given(*LINES, self.scheduled).when(SchedulePayment(**HUB, **P1, due_on=TODAY, **LABOUR)).then_refused(
            "already recorded, differently", Refusal
        )

    def test_it_is_made_out_of_the_line_it_was_scheduled_out_of_which_need_not_be_named(self) -> None:
        story = given(*LINES, self.scheduled, ready("p1"))
        for named in ({}, OTHER):
            story.when(RecordPayment(**HUB, **P1, paid_on=TODAY, **named)).then(self.made)
            assert story.orders() == [PayFunds(**HUB, **P1, paid_on=TODAY, **OTHER)]
        story.when(RecordPayment(**HUB, **P1, paid_on=TODAY, **LABOUR)).then_refused(
            "scheduled as £1 out of moj-victims 2017-18 in non-labour", Refusal
        )
        given(*story.events, self.made).when(RecordPayment(**HUB, **P1, paid_on=TODAY)).then_nothing()

    def test_what_comes_back_makes_that_line_smaller(self) -> None:
        story = given(*LINES, self.made).when(ClawBackPayment(**HUB, payment="p1", amount_pence=40, **WHY))
        back = PaymentClawedBack(payment="p1", **OF_2017, amount_pence=40, effective_on=TODAY, **WHY, **OTHER)
        story.then(back)
        assert story.orders() == [
            ClawBackFunds(**HUB, payment="p1", **OF_2017, amount_pence=40, effective_on=TODAY, **WHY, **OTHER)
        ]
        award = Award().after([*LINES, self.made, back])
        assert amounts(*LINES, self.made, back) == [70_000_00, 49_999_60]
        assert [award.paid_from(share) for share in award.shares] == [0, 60]


class TestInTheFund:
    labour = FundsCommitted(award="hub", amount_pence=70, over_pence=0, inferred_pence=None, ring_fence="labour")
    core = labour.model_copy(update={"amount_pence": 50, "ring_fence": None})

    @pytest.mark.parametrize("turned", [False, True])
    def test_each_share_is_found_by_its_ring_fence_whichever_came_first(self, turned: bool) -> None:
        both = [self.core, self.labour] if turned else [self.labour, self.core]
        fund = Fund().after(both)
        for ring_fence, amount in (("labour", 70), (None, 50)):
            share = fund.commitment("hub", ring_fence)
            assert share is not None
            assert (share.amount_pence, share.ring_fence) == (amount, ring_fence)
        assert fund.commitment("hub", "hubs") is None

    def test_what_happens_to_one_share_leaves_the_other_alone(self) -> None:
        paid = FundsPaid(award="hub", payment="p1", amount_pence=5, paid_on=date(2017, 7, 3), ring_fence="labour")
        released = FundsReleased(award="hub", amount_pence=20, reason="Less.", ring_fence=None)
        fund = Fund().after([self.labour, self.core, paid, released])
        assert [(each.amount_pence, each.paid_pence) for each in fund.commitments.values()] == [(70, 5), (30, 0)]

    def test_a_share_of_before_is_found_without_its_ring_fence(self) -> None:
        share = Fund().after([self.labour]).commitment("hub", None)
        assert share is not None
        assert share.ring_fence == "labour"
