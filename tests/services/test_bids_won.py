"""Bids won, over all the streams they touch: nothing is counted twice, and nothing is won by half."""

from datetime import date
from typing import Any

import pytest

from domain.awards.changes import UpliftAward
from domain.bids.commands import EarmarkMatch, LoseBid, PrepareBid, SubmitBid, WinBid
from domain.errors import Refusal
from domain.funds.commands import ReleaseEarmark, SetRingFence
from domain.funds.events import EarmarkReleased
from domain.funds.leaving import CarryFunds
from domain.kernel import Command
from projections.bid_register import bids
from projections.budget_answers import budgets, ring_fences
from services.office import Office
from tests.scenes import FUND, PROVIDER, YEAR, approved, awarded, do, everything_in, fund_with, registered, share
from tests.story import EVERYBODY

DAY = date(2017, 10, 2)
WON_INTO = "won"

pytestmark = pytest.mark.parametrize("kind", ["memory"], indirect=True)


def bid(reference: str = "b1", pounds: int = 200, ring_fence: str | None = None) -> list[Command[Any]]:
    """A bid that is submitted, with match out of the fund."""
    return [
        PrepareBid(bid=reference, title="A bid", funder="Home Office", amount_pence=700_00),
        EarmarkMatch(bid=reference, fund=FUND, year=YEAR, amount_pence=pounds * 100, ring_fence=ring_fence),
        SubmitBid(bid=reference, submitted_on=DAY),
    ]


def win(reference: str = "b1", agreement: str = "letter-1", award: str | None = "m1") -> WinBid:
    """The order that records that it was won."""
    return WinBid(
        bid=reference,
        won_on=DAY,
        fund=WON_INTO,
        year=YEAR,
        agreement=agreement,
        amount_pence=700_00,
        source="The letter of 2 October",
        match_award=award,
    )


@pytest.fixture
def office(office: Office) -> Office:
    """An office with a fund of £1,000, and one that is open for what is won."""
    do(office, *fund_with(1_000), fund_with(0, WON_INTO)[0], PROVIDER)
    return office


def budget(office: Office, fund: str = FUND) -> tuple[int | None, ...]:
    """Received, committed, kept aside and left, in pounds."""
    with office.reading() as views:
        (row,) = [each for each in budgets(views).records() if each["fund"] == fund]
    found = (row[f"{field}_pence"] for field in ("received", "committed", "earmarked", "left"))
    return tuple(None if pence is None else pence // 100 for pence in found)


def test_the_match_goes_from_kept_aside_to_committed(office: Office) -> None:
    do(office, *bid(), registered("m1"))
    assert budget(office) == (1_000, 0, 200, 800)
    do(office, win())
    assert budget(office) == (1_000, 200, 0, 800)
    assert budget(office, WON_INTO) == (700, 0, 0, 700)


@pytest.mark.parametrize("pounds", [200, 350])
def test_an_award_that_is_approved_already_is_counted_once_and_the_match_is_released(
    office: Office, pounds: int
) -> None:
    do(office, *bid(), *awarded("m1", pounds))
    assert budget(office) == (1_000, pounds, 200, 800 - pounds)
    do(office, win())
    assert budget(office) == (1_000, pounds, 0, 1_000 - pounds)
    before = everything_in(office)
    assert office.do(win(), EVERYBODY) == []
    assert everything_in(office) == before


def test_an_award_that_takes_nothing_from_the_fund_of_the_match_wins_no_bid(office: Office) -> None:
    do(office, *bid(), *fund_with(100, "other"), registered("m1"), approved("m1", share(100, "other")))
    head = office.log.head()
    with pytest.raises(Refusal, match="takes nothing from moj-victims 2017-18, where the match is kept aside"):
        office.do(win(), EVERYBODY)
    assert office.log.head() == head


def test_an_award_that_takes_less_than_the_match_wins_no_bid_until_it_is_uplifted(office: Office) -> None:
    do(office, *bid(), *awarded("m1", 150))
    head = office.log.head()
    with pytest.raises(Refusal, match=r"takes £150 of moj-victims 2017-18, and the match is £200: uplift .* by £50"):
        office.do(win(), EVERYBODY)
    assert office.log.head() == head
    uplift = UpliftAward(award="m1", variation="v1", fund=FUND, year=YEAR, by_pence=50_00, reason="The match")
    do(office, uplift, win())
    assert budget(office) == (1_000, 200, 0, 800)


def test_an_award_whose_amount_is_not_known_wins_no_bid(office: Office) -> None:
    do(office, *bid(), registered("m1"), approved("m1", share(None)))
    with pytest.raises(Refusal, match="is not known, and the match is £200: confirm it"):
        office.do(win(), EVERYBODY)


def test_what_an_award_takes_is_the_match_of_one_bid_and_not_of_two(office: Office) -> None:
    do(office, *bid("b1"), *bid("b2"), registered("m1"), win("b1"))
    with pytest.raises(Refusal, match=r"takes £200 .*, of which £200 is the match of other bids, .* by £200"):
        office.do(win("b2", "letter-2"), EVERYBODY)
    uplift = UpliftAward(award="m1", variation="v1", fund=FUND, year=YEAR, by_pence=200_00, reason="The match of b2")
    do(office, uplift, win("b2", "letter-2"))
    assert budget(office) == (1_000, 400, 0, 600)


def test_the_match_of_a_bid_in_a_ring_fence_leaves_that_of_another_in_the_core_alone(office: Office) -> None:
    fence = SetRingFence(fund=FUND, year=YEAR, ring_fence="youth", title="Youth", amount_pence=500_00, reason="Agreed")
    core, youth = share(200), share(200).model_copy(update={"ring_fence": "youth"})
    do(office, fence, *bid("b1", 100), *bid("b2", ring_fence="youth"), registered("m1"), approved("m1", core, youth))
    do(office, win("b1"), win("b2", "letter-2"))
    assert budget(office) == (1_000, 400, 0, 600)


def test_the_reason_on_record_is_true_of_a_new_award_and_of_one_approved_already(office: Office) -> None:
    do(office, *bid("b1"), *bid("b2"), registered("m1"), *awarded("m2", 300), win("b1"), win("b2", "letter-2", "m2"))
    released = [each.event for each in office.log.everything() if isinstance(each.event, EarmarkReleased)]
    assert [(event.reason, event.to_award) for event in released] == [
        ("Bid b1 is won: award m1 takes it.", "m1"),
        ("Bid b2 is won: award m2 takes it.", "m2"),
    ]


def test_the_register_shows_the_match_that_is_still_kept_aside(office: Office) -> None:
    do(office, *bid())
    part = ReleaseEarmark(fund=FUND, year=YEAR, earmark="match-b1", amount_pence=50_00, reason="Less is asked")
    do(office, part)
    assert registered_bid(office)["match_pence"] == 150_00
    do(office, LoseBid(bid="b1", lost_on=DAY, reason="There were better bids"))
    row = registered_bid(office)
    assert (row["match_pence"], row["submitted_on"], row["lost_because"]) == (
        None,
        DAY.isoformat(),
        "There were better bids",
    )


def registered_bid(office: Office) -> dict[str, Any]:
    """The one bid, as the register shows it."""
    with office.reading() as views:
        (row,) = bids(views).records()
    return row


def test_match_in_a_ring_fence_is_committed_in_it(office: Office) -> None:
    fence = SetRingFence(fund=FUND, year=YEAR, ring_fence="youth", title="Youth", amount_pence=300_00, reason="Agreed")
    do(office, fence, *bid(ring_fence="youth"), registered("m1"), win())
    with office.reading() as views:
        (row,) = ring_fences(views).records()
    assert (row["received_pence"], row["committed_pence"], row["earmarked_pence"]) == (300_00, 200_00, 0)
    assert row["left_pence"] == 100_00
    assert budget(office) == (1_000, 200, 0, 800)


def test_two_bids_are_not_won_under_one_agreement(office: Office) -> None:
    do(office, *bid("b1", 1), *bid("b2", 1), registered("m1"), registered("m2"), win("b1"))
    head = office.log.head()
    with pytest.raises(Refusal, match=r"an allocation under letter-1 in won 2017-18 already: .* reference of its own"):
        office.do(win("b2", award="m2"), EVERYBODY)
    assert office.log.head() == head
    do(office, win("b2", "letter-2", "m2"))
    assert budget(office, WON_INTO) == (1_400, 0, 0, 1_400)


def test_money_that_is_carried_into_a_ring_fence_is_left_there_and_not_in_the_core(office: Office) -> None:
    into: dict[str, Any] = {"to_fund": FUND, "to_year": YEAR, "to_ring_fence": "youth"}
    carried = CarryFunds(
        fund="before", year="2016-17", transfer="t1", amount_pence=50_00, permission="The letter of 1 March", **into
    )
    fence = SetRingFence(fund=FUND, year=YEAR, ring_fence="youth", title="Youth", amount_pence=300_00, reason="Agreed")
    do(office, *fund_with(90, "before", "2016-17"), fence, carried)
    with office.reading() as views:
        (row,) = ring_fences(views).records()
        (dated,) = ring_fences(views, on=date(2017, 10, 16)).records()
    assert (row["received_pence"], row["left_pence"]) == (350_00, 350_00)
    assert dated["received_pence"] == 350_00
    assert budget(office) == (1_050, 0, 0, 1_050)
    with pytest.raises(Refusal, match=r"has £700 left"):
        office.do_all(awarded("core", 701), EVERYBODY)
    assert office.do(carried, EVERYBODY) == []
