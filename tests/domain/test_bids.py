"""A bid to an outside fund counts nowhere until it is won; its match is kept aside until it is won or lost."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.awards.commands import CommitMatch
from domain.bids.bid import Bid, BidStatus
from domain.bids.commands import EarmarkMatch, LoseBid, PrepareBid, SubmitBid, WinBid
from domain.bids.events import BidLost, BidPrepared, BidSubmitted, BidWon, MatchEarmarked
from domain.errors import NotFound, Refusal
from domain.funds.commands import HoldEarmark, ReleaseEarmark
from domain.funds.consequences import ReceiveWonBid, ReleaseMatch
from domain.funds.events import EarmarkKind
from domain.kernel import Event, Role
from tests.domain.an_award import TODAY, of_2018
from tests.story import given

BID: dict[str, Any] = {"bid": "early-intervention"}
POT: dict[str, Any] = {"fund": "moj-victims", "year": "2018-19"}
WON_INTO: dict[str, Any] = {"fund": "early-intervention", "year": "2018-19", "agreement": "ho-2018"}
TOMORROW = date(2017, 10, 17)

PREPARED = BidPrepared(
    title="Early intervention with young people",
    funder="Home Office",
    amount_pence=700_000_00,
    deadline=date(2017, 9, 28),
    match_required=True,
    match_from="The partnership pot of 2018/19",
)
FREE = PREPARED.model_copy(update={"match_required": False})
"""A bid that asks for no match."""
MATCHED = MatchEarmarked(**POT, amount_pence=75_000_00)
SUBMITTED = BidSubmitted(submitted_on=date(2017, 9, 27))
WON = BidWon(won_on=TODAY, **WON_INTO, amount_pence=650_000_00, match_award="match-2018")
LOST = BidLost(lost_on=TODAY, reason="There were better bids.")

PREPARE = PrepareBid(**BID, **dict(PREPARED))
MATCH = EarmarkMatch(**BID, **POT, amount_pence=75_000_00)
SUBMIT = SubmitBid(**BID, submitted_on=date(2017, 9, 27))
WIN = WinBid(
    **BID,
    **WON_INTO,
    won_on=TODAY,
    amount_pence=650_000_00,
    source="The letter of 16 October.",
    match_award="match-2018",
)
LOSE = LoseBid(**BID, lost_on=TODAY, reason="There were better bids.")


class TestPreparing:
    def test_a_bid_is_written_down_and_touches_no_fund(self) -> None:
        story = given().when(PREPARE)
        story.then(PREPARED)
        assert story.orders() == []

    def test_preparing_it_twice_records_it_once(self) -> None:
        given(PREPARED).when(PREPARE).then_nothing()
        given(PREPARED, MATCHED, SUBMITTED, WON).when(PREPARE).then_nothing()

    def test_a_reference_is_never_used_for_another_bid(self) -> None:
        given(PREPARED).when(PREPARE.model_copy(update={"amount_pence": 1})).then_refused(
            "already a bid early-intervention, recorded differently", Refusal
        )

    def test_a_bid_is_for_something(self) -> None:
        with pytest.raises(ValidationError, match="greater than 0"):
            PrepareBid(**BID, title="A bid", funder="Home Office", amount_pence=0)

    def test_nothing_is_ordered_about_a_bid_that_is_not_written_down(self) -> None:
        for order in (MATCH, SUBMIT, WIN, LOSE):
            given().when(order).then_refused("early-intervention", NotFound)


class TestMatch:
    def test_the_office_s_part_is_kept_aside_in_its_fund(self) -> None:
        story = given(PREPARED).when(MATCH)
        story.then(MATCHED)
        assert story.orders() == [
            HoldEarmark(
                **POT,
                earmark="match-early-intervention",
                title="Match for the bid early-intervention",
                kind=EarmarkKind.MATCH,
                amount_pence=75_000_00,
            )
        ]

    def test_it_may_be_kept_aside_in_a_ring_fence_and_is_committed_there(self) -> None:
        matched = MATCHED.model_copy(update={"ring_fence": "youth"})
        story = given(PREPARED).when(MATCH.model_copy(update={"ring_fence": "youth"}))
        story.then(matched)
        (hold,) = story.orders()
        assert isinstance(hold, HoldEarmark)
        assert hold.ring_fence == "youth"
        _allocation, _release, commit = given(PREPARED, matched, SUBMITTED).when(WIN).orders()
        assert isinstance(commit, CommitMatch)
        assert commit.shares == (of_2018(75_000_00).model_copy(update={"ring_fence": "youth"}),)

    def test_a_reference_leaves_room_for_the_name_of_its_earmark(self) -> None:
        longest = {"bid": "b" * 74}
        given().when(PREPARE.model_copy(update=longest)).then(PREPARED)
        (hold,) = given(PREPARED).when(MATCH.model_copy(update=longest)).orders()
        assert len(hold.model_dump()["earmark"]) == 80
        with pytest.raises(ValidationError, match="bid"):
            PrepareBid(bid="b" * 75, **dict(PREPARED))

    def test_a_bid_that_was_prepared_under_a_longer_reference_has_no_match(self) -> None:
        given(PREPARED).when(MATCH.model_copy(update={"bid": "b" * 75})).then_refused("at most 74 characters", Refusal)

    def test_keeping_it_aside_twice_holds_it_once(self) -> None:
        for done in ((), (SUBMITTED,), (SUBMITTED, WON), (LOST,)):
            story = given(PREPARED, MATCHED, *done).when(MATCH)
            story.then_nothing()
            assert story.orders() == []

    @pytest.mark.parametrize(
        "change", [{"amount_pence": 1}, {"year": "2017-18"}, {"fund": "cdr-grants"}, {"ring_fence": "r"}]
    )
    def test_a_bid_has_one_match(self, change: dict[str, Any]) -> None:
        given(PREPARED, MATCHED).when(MATCH.model_copy(update=change)).then_refused("is kept aside already", Refusal)

    def test_nothing_is_kept_aside_for_a_bid_that_is_decided(self) -> None:
        won = WON.model_copy(update={"match_award": None})
        given(PREPARED, SUBMITTED, won).when(MATCH).then_refused("is won already", Refusal)
        given(PREPARED, LOST).when(MATCH).then_refused("is lost already", Refusal)


class TestSubmitting:
    def test_a_bid_goes_to_the_funder_and_still_counts_nowhere(self) -> None:
        story = given(PREPARED, MATCHED).when(SUBMIT)
        story.then(SUBMITTED)
        assert story.orders() == []

    def test_submitting_it_twice_records_it_once(self) -> None:
        given(PREPARED, SUBMITTED).when(SUBMIT).then_nothing()
        given(PREPARED, MATCHED, SUBMITTED, WON).when(SUBMIT).then_nothing()

    def test_it_was_submitted_on_one_day(self) -> None:
        other = SUBMIT.model_copy(update={"submitted_on": date(2017, 9, 26)})
        given(PREPARED, SUBMITTED).when(other).then_refused(
            r"on 27 September 2017 and on no other day \(submitted_on\)"
        )

    def test_a_bid_that_requires_match_has_it_kept_aside_first(self) -> None:
        given(PREPARED).when(SUBMIT).then_refused(r"requires match, and none is kept aside.*earmark-match", Refusal)
        given(FREE).when(SUBMIT).then(SUBMITTED)

    def test_a_bid_is_not_submitted_in_the_future_or_once_it_is_decided(self) -> None:
        given(PREPARED, MATCHED).when(SUBMIT.model_copy(update={"submitted_on": TOMORROW})).then_refused(
            "in the future"
        )
        given(PREPARED, LOST).when(SUBMIT).then_refused("is lost already", Refusal)


class TestWinning:
    def test_the_amount_becomes_an_allocation_and_the_match_is_committed(self) -> None:
        story = given(PREPARED, MATCHED, SUBMITTED).when(WIN)
        story.then(WON)
        assert story.orders() == [
            ReceiveWonBid(**WON_INTO, amount_pence=650_000_00, source="The letter of 16 October.", received_on=TODAY),
            ReleaseMatch(
                **POT,
                earmark="match-early-intervention",
                reason="Bid early-intervention is won: award match-2018 takes it.",
                effective_on=TODAY,
                to_award="match-2018",
                match_pence=75_000_00,
            ),
            CommitMatch(
                award="match-2018",
                shares=(of_2018(75_000_00),),
                decision="Match for bid early-intervention",
                effective_on=TODAY,
            ),
        ]

    def test_without_match_there_is_an_allocation_and_nothing_else(self) -> None:
        story = given(FREE, SUBMITTED).when(WIN.model_copy(update={"match_award": None}))
        story.then(WON.model_copy(update={"match_award": None}))
        assert [type(order) for order in story.orders()] == [ReceiveWonBid]

    def test_match_that_is_kept_aside_has_an_award_to_go_to_and_no_match_has_none(self) -> None:
        given(PREPARED, MATCHED, SUBMITTED).when(WIN.model_copy(update={"match_award": None})).then_refused(
            "is committed to an award when the bid is won: name it", Refusal
        )
        given(FREE, SUBMITTED).when(WIN).then_refused("Without match, name none", Refusal)

    def test_a_bid_that_requires_match_is_not_won_without(self) -> None:
        order = WIN.model_copy(update={"match_award": None})
        given(PREPARED, SUBMITTED).when(order).then_refused("requires match, and none is kept aside", Refusal)

    def test_a_bid_is_not_won_before_it_was_submitted(self) -> None:
        order = WIN.model_copy(update={"won_on": date(2017, 9, 26)})
        given(PREPARED, MATCHED, SUBMITTED).when(order).then_refused("submitted on 27 September 2017: it cannot")

    def test_winning_it_twice_receives_it_once(self) -> None:
        story = given(PREPARED, MATCHED, SUBMITTED, WON).when(WIN)
        story.then_nothing()
        assert story.orders() == []

    def test_a_bid_is_won_once_for_one_amount(self) -> None:
        given(PREPARED, MATCHED, SUBMITTED, WON).when(WIN.model_copy(update={"amount_pence": 1})).then_refused(
            "is won already", Refusal
        )

    def test_only_a_bid_that_was_submitted_is_won(self) -> None:
        story = given(PREPARED, MATCHED).when(WIN)
        story.then_refused("is not submitted yet", Refusal)
        assert story.orders() == []

    def test_a_bid_is_not_won_in_the_future_or_once_it_is_lost(self) -> None:
        order = WIN.model_copy(update={"won_on": TOMORROW})
        given(PREPARED, MATCHED, SUBMITTED).when(order).then_refused("won in the future", Refusal)
        given(PREPARED, MATCHED, SUBMITTED, LOST).when(WIN).then_refused("is lost already", Refusal)


class TestLosing:
    @pytest.mark.parametrize("before", [(), (SUBMITTED,)])
    def test_match_that_was_kept_aside_is_free_again_all_of_it(self, before: tuple[Event, ...]) -> None:
        story = given(PREPARED, MATCHED, *before).when(LOSE)
        story.then(LOST)
        assert story.orders() == [
            ReleaseEarmark(
                **POT,
                earmark="match-early-intervention",
                reason="Bid early-intervention is lost: the match comes back.",
                effective_on=LOSE.lost_on,
            )
        ]
        assert Bid().after([PREPARED, MATCHED, *before, LOST]).status is BidStatus.LOST

    def test_without_match_nothing_comes_back(self) -> None:
        assert given(PREPARED, SUBMITTED).when(LOSE).orders() == []

    def test_losing_it_twice_gives_the_match_back_once(self) -> None:
        story = given(PREPARED, MATCHED, SUBMITTED, LOST).when(LOSE)
        story.then_nothing()
        assert story.orders() == []

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"lost_on": date(2017, 10, 1)}, "on record is lost_on: 16 October 2017"),
            ({"reason": "Another."}, "on record is reason: other words"),
        ],
    )
    def test_losing_it_differently_says_what_is_on_record(self, change: dict[str, Any], words: str) -> None:
        story = given(PREPARED, MATCHED, SUBMITTED, LOST).when(LOSE.model_copy(update=change))
        story.then_refused(words, Refusal)
        assert story.orders() == []

    def test_a_bid_is_not_lost_before_it_was_submitted(self) -> None:
        order = LOSE.model_copy(update={"lost_on": date(2017, 9, 26)})
        given(PREPARED, MATCHED, SUBMITTED).when(order).then_refused("cannot have been lost before then", Refusal)

    def test_a_bid_that_is_won_is_not_lost(self) -> None:
        story = given(PREPARED, MATCHED, SUBMITTED, WON).when(LOSE)
        story.then_refused("is won already", Refusal)
        assert story.orders() == []

    def test_a_bid_is_not_lost_in_the_future(self) -> None:
        given(PREPARED).when(LOSE.model_copy(update={"lost_on": TOMORROW})).then_refused("lost in the future", Refusal)


def test_only_finance_turns_a_bid_into_money() -> None:
    assert WinBid.may == {Role.FINANCE}
    assert EarmarkMatch.may == {Role.FINANCE, Role.COMMISSIONER}
    for order in (PrepareBid, SubmitBid, LoseBid):
        assert order.may == {Role.FINANCE, Role.CONTRACT_MANAGER}
