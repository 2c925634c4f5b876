"""Whatever is ordered, one after the other: no penny is lost, counted twice, or paid while something holds it back."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as for_any

from domain.awards.award import Award, AwardStatus
from domain.awards.change_events import AwardTransferred
from domain.awards.payment_events import PaymentApproved, PaymentMade, ProfileSet
from domain.awards.payments import PaymentStatus
from domain.bids.bid import Bid, BidStatus
from domain.bids.commands import EarmarkMatch, LoseBid, SubmitBid, WinBid
from domain.errors import OutturnError, Refusal
from domain.funds.commands import AmendAllocation, ConfirmAllocation, ReleaseEarmark
from domain.funds.events import (
    AllocationAmended,
    AllocationConfirmed,
    AllocationReceived,
    CommitmentConfirmed,
    CommitmentRaised,
    EarmarkHeld,
    EarmarkReleased,
    FundsCarriedIn,
    FundsCarriedOut,
    FundsClawedBack,
    FundsCommitted,
    FundsPaid,
    FundsReleased,
    RingFenceSet,
    UnderspendReturned,
)
from domain.funds.fund import Fund
from domain.funds.leaving import CarryFunds
from domain.kernel import Command, Event
from projections.budgets import WHOLE, BalanceRow
from projections.standing import balances
from services.office import Office
from services.settings import Settings
from services.wiring import open_office
from tests.domain.turns import PLACES, START, TODAY, WHY, histories
from tests.scenes import everything_in
from tests.story import EVERYBODY, OCTOBER, giver

enough = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])


@contextmanager
def an_office() -> Iterator[Office]:
    """An office in memory where there is something to order about."""
    with open_office(Settings(database="memory:"), lambda: OCTOBER).open() as office:
        office.do_all(START, EVERYBODY)
        yield office


def the_log(office: Office) -> list[Any]:
    """Its head, and every event in it as it is stored."""
    return [office.log.head(), *office.log.read_stored(0, 100_000)]


def lived(office: Office, history: list[Command[Any]]) -> int:
    """Gives the orders one by one; how many events they wrote. Whatever is refused must leave the log as it was."""
    written = 0
    for command in history:
        before = the_log(office)
        events = []
        with suppress(OutturnError):
            events = office.do(command, giver(command))
        if not events:
            assert the_log(office) == before
        written += len(events)
    return written


def fund(office: Office, place: tuple[str, str]) -> Fund:
    """A fund, folded from the log."""
    stream = office.log.stream(f"fund-{place[0]}-{place[1]}")
    return Fund().after([recorded.event for recorded in stream])


def award(office: Office, reference: str) -> Award:
    """An award, folded from the log."""
    return Award().after([recorded.event for recorded in office.log.stream(f"award-{reference}")])


AWARDS = ("a1", "a2", "a3", "a4", "a5", "a6")


def counted(events: list[Event]) -> dict[str, Counter[str]]:
    """What each compartment received, has committed, and so on: counted by hand, event by event."""
    found: dict[str, Counter[str]] = {}

    def enter(ring_fence: str | None, field: str, amount: int | None) -> None:
        found.setdefault(ring_fence or "", Counter())[field] += amount or 0

    for event in events:
        match event:
            case AllocationReceived() | FundsCarriedIn():
                enter(None, "received", event.amount_pence)
            case AllocationConfirmed():
                enter(None, "received", event.amount_pence - (event.was_pence or 0))
            case AllocationAmended():
                enter(None, "received", event.change_pence)
            case RingFenceSet(ring_fence=ring_fence):
                change = event.amount_pence - found.get(ring_fence, Counter())["received"]
                enter(ring_fence, "received", change)
                enter(None, "received", -change)
            case FundsCommitted() | CommitmentConfirmed() | CommitmentRaised():
                enter(event.ring_fence, "committed", event.amount_pence)
            case FundsReleased() | FundsClawedBack():
                enter(event.ring_fence, "committed", -event.amount_pence)
                if isinstance(event, FundsClawedBack):
                    enter(event.ring_fence, "paid", -event.amount_pence)
            case FundsPaid():
                enter(event.ring_fence, "paid", event.amount_pence)
            case EarmarkHeld():
                enter(event.ring_fence, "earmarked", event.amount_pence)
            case EarmarkReleased():
                enter(event.ring_fence, "earmarked", -event.amount_pence)
            case UnderspendReturned():
                enter(event.ring_fence, "returned", event.amount_pence)
            case FundsCarriedOut():
                enter(event.ring_fence, "carried_out", event.amount_pence)
            case _:
                pass
    return found


def left_of(counts: Counter[str]) -> int:
    """What is left when everything else is taken off what was received."""
    return counts["received"] - sum(counts[field] for field in ("committed", "earmarked", "returned", "carried_out"))


@for_any(histories)
@enough
def test_what_was_received_is_committed_kept_aside_left_returned_and_carried_out(history: list[Command[Any]]) -> None:
    with an_office() as office:
        lived(office, history)
        with office.reading() as views:
            shown = balances(views)
            again = balances(views, on=TODAY)
        for place in PLACES:
            known = fund(office, place)
            counts = counted([each.event for each in office.log.stream(f"fund-{place[0]}-{place[1]}")])
            whole = sum(counts.values(), Counter[str]())
            whole.update({"received": 0})
            for ring_fence, own in counts.items():
                compartment = ring_fence or None
                assert known.received_in(compartment) == own["received"]
                assert known.taken_in(compartment) == own["committed"] + own["earmarked"]
                assert known.gone_from(compartment) == own["returned"] + own["carried_out"]
                assert known.left_in(compartment) == left_of(own)
            assert known.left_pence == sum(left_of(own) for own in counts.values())
            assert known.received_pence == sum(own["received"] for own in counts.values())
            _shown_as_counted(shown[place], counts)
            _shown_as_counted(again[place], counts)


def _shown_as_counted(rows: dict[str, BalanceRow], counts: dict[str, Counter[str]]) -> None:
    for ring_fence, row in rows.items():
        of_it = counts.values() if ring_fence == WHOLE else [counts[ring_fence]]
        for field in ("received", "committed", "earmarked", "paid", "returned", "carried_out"):
            assert getattr(row, field) == sum(own[field] for own in of_it), (ring_fence, field)
        assert row.left_pence == sum(left_of(own) for own in of_it)


@for_any(histories)
@enough
def test_no_compartment_is_over_by_more_than_was_allowed_unless_the_funder_took_money_away(
    history: list[Command[Any]],
) -> None:
    with an_office() as office:
        lived(office, [each for each in history if not isinstance(each, AmendAllocation | ConfirmAllocation)])
        for place in PLACES:
            known = fund(office, place)
            assert known.over_pence <= known.tolerance_pence
            assert known.left_pence is not None
            assert known.left_pence >= -known.tolerance_pence


@for_any(histories)
@enough
def test_nothing_is_paid_over_what_is_committed_and_the_award_and_its_funds_say_the_same(
    history: list[Command[Any]],
) -> None:
    with an_office() as office:
        lived(office, history)
        funds = {place: fund(office, place) for place in PLACES}
        for reference in AWARDS:
            known = award(office, reference)
            for share in known.shares:
                taken = funds[share.fund, share.year].commitment(reference, share.ring_fence)
                assert taken is not None
                assert taken.amount_pence == share.amount_pence
                assert taken.ring_fence == share.ring_fence
                assert taken.paid_pence == known.paid_from(share)
                promised = known.promised_from(share)
                assert 0 <= taken.paid_pence <= taken.paid_pence + promised <= (share.amount_pence or 0)
            drawn = {place for place, each in funds.items() if reference in each.commitments}
            assert drawn == {(share.fund, share.year) for share in known.shares}


@for_any(histories)
@enough
def test_nothing_is_approved_or_paid_while_a_condition_or_a_reason_of_its_own_holds_it(
    history: list[Command[Any]],
) -> None:
    with an_office() as office:
        lived(office, history)
        for reference in AWARDS:
            known = Award()
            for recorded in office.log.stream(f"award-{reference}"):
                event = recorded.event
                if isinstance(event, PaymentApproved | PaymentMade):
                    assert known.payments.holding == ()
                    payment = known.payments.payments[event.payment]
                    assert payment.held is None
                    if isinstance(event, PaymentMade):
                        assert payment.status is PaymentStatus.APPROVED
                        for each in known.payments.conditions.values():
                            settled_on = each.met_on or each.waived_on
                            assert settled_on is not None
                            assert settled_on <= event.paid_on
                        freed = payment.freed
                        assert freed is None or (freed.freed_on is not None and freed.freed_on <= event.paid_on)
                        assert known.approved_from is not None
                        assert known.approved_from <= event.paid_on
                known = known.evolve(event)


@for_any(histories)
@enough
def test_a_profile_adds_up_to_its_award_after_whatever_happens_to_it(history: list[Command[Any]]) -> None:
    with an_office() as office:
        lived(office, history)
        for reference in AWARDS:
            known, acts = Award(), ""
            for recorded in office.log.stream(f"award-{reference}"):
                if acts != recorded.act and known.payments.profile:
                    assert sum(line.amount_pence for line in known.payments.profile) == known.amount_pence
                known, acts = known.evolve(recorded.event), recorded.act
                if isinstance(recorded.event, ProfileSet):
                    assert all(line.amount_pence >= 0 for line in recorded.event.lines)
            if known.payments.profile:
                assert sum(line.amount_pence for line in known.payments.profile) == known.amount_pence


@for_any(histories)
@enough
def test_what_passes_to_one_or_two_successors_is_to_the_penny_what_was_not_paid(history: list[Command[Any]]) -> None:
    with an_office() as office:
        lived(office, history)
        for reference in AWARDS:
            known = Award()
            for recorded in office.log.stream(f"award-{reference}"):
                if isinstance(recorded.event, AwardTransferred):
                    paid = sum(known.paid_from(share) for share in known.shares)
                    assert known.amount_pence is not None
                    passed = [each.unpaid_pence for each in recorded.event.successors]
                    assert sum(passed) == known.amount_pence - paid
                    assert min(passed) >= 0
                    for place, (share, unpaid) in enumerate(known.unpaid()):
                        each = [successor.shares[place] for successor in recorded.event.successors]
                        assert {(one.fund, one.year, one.ring_fence) for one in each} == {
                            (share.fund, share.year, share.ring_fence)
                        }
                        assert sum(one.unpaid_pence for one in each) == unpaid
                known = known.evolve(recorded.event)
            if known.transferred is not None:
                unpaid_now = sum(pence or 0 for _share, pence in known.unpaid())
                assert sum(each.unpaid_pence for each in known.transferred.successors) == unpaid_now


@for_any(histories)
@enough
def test_once_an_award_is_settled_nothing_of_it_is_promised_and_no_more_is_committed_than_was_paid(
    history: list[Command[Any]],
) -> None:
    with an_office() as office:
        lived(office, history)
        for reference in AWARDS:
            known = award(office, reference)
            if known.status in (AwardStatus.CLOSED, AwardStatus.WITHDRAWN):
                assert known.payments.promised == ()
                assert [share.amount_pence for share in known.shares] == [known.paid_from(s) for s in known.shares]


@for_any(histories)
@enough
def test_money_that_is_carried_out_of_one_fund_comes_into_another_once(history: list[Command[Any]]) -> None:
    with an_office() as office:
        lived(office, history)
        out: list[tuple[Any, ...]] = []
        came: list[tuple[Any, ...]] = []
        for recorded in office.log.everything():
            place = (recorded.reference[:-8], recorded.reference[-7:])
            match recorded.event:
                case FundsCarriedOut() as event:
                    to = (event.to_fund, event.to_year)
                    out.append((recorded.act, event.transfer, place, to, event.amount_pence, event.effective_on))
                case FundsCarriedIn() as event:
                    source = (event.from_fund, event.from_year)
                    came.append((recorded.act, event.transfer, source, place, event.amount_pence, event.effective_on))
        assert out == came
        assert len(set(out)) == len(out)


@for_any(histories)
@enough
def test_a_bid_counts_in_no_fund_until_it_is_won_and_what_was_kept_aside_comes_back_exactly(
    history: list[Command[Any]],
) -> None:
    with an_office() as office:
        lived(office, history)
        funds = {place: fund(office, place) for place in PLACES}
        for reference in ("b1", "b2"):
            bid = Bid().after([each.event for each in office.log.stream(f"bid-{reference}")])
            received = [
                f.allocations[f"won-{reference}"] for f in funds.values() if f"won-{reference}" in f.allocations
            ]
            assert [each.amount_pence for each in received] == ([bid.won.amount_pence] if bid.won else [])
            kept = [f.earmarks[f"match-{reference}"] for f in funds.values() if f"match-{reference}" in f.earmarks]
            assert len(kept) == (bid.match is not None)
            for earmark in kept:
                undecided = bid.status in (BidStatus.PREPARED, BidStatus.SUBMITTED)
                assert bid.match is not None
                assert earmark.first_pence == bid.match.amount_pence
                assert earmark.amount_pence == (bid.match.amount_pence if undecided else 0)
            if bid.won is not None and bid.match is not None:
                assert bid.won.match_award is not None
                shares = award(office, bid.won.match_award).first_shares
                match = (bid.match.fund, bid.match.year, bid.match.ring_fence)
                assert match in [(share.fund, share.year, share.ring_fence) for share in shares]


@for_any(histories)
@enough
def test_giving_an_order_again_at_once_writes_nothing_more(history: list[Command[Any]]) -> None:
    with an_office() as office:
        for command in history:
            in_parts = isinstance(command, ReleaseEarmark) and command.amount_pence is not None and not command.release
            if lived(office, [command]) and not in_parts:
                assert lived(office, [command]) == 0


@for_any(histories)
@enough
def test_a_refusal_leaves_the_log_and_what_is_shown_as_they_were(history: list[Command[Any]]) -> None:
    with an_office() as office:
        lived(office, history)
        before, shown = the_log(office), everything_in(office)
        impossible = CarryFunds(
            fund="f1",
            year="2017-18",
            to_fund="f3",
            to_year="2018-19",
            transfer="to-nowhere",
            amount_pence=1,
            permission="A letter.",
        )
        for act in ([impossible], [*history[:1], impossible], [impossible, *history[:1]]):
            with pytest.raises(OutturnError):
                office.do_all(act, EVERYBODY)
            assert the_log(office) == before
            assert everything_in(office) == shown


def test_a_bid_that_is_lost_leaves_the_fund_as_it_was_before_the_match_was_kept_aside() -> None:
    with an_office() as office:
        before = fund(office, PLACES[2])
        match = EarmarkMatch(bid="b1", fund="f2", year="2017-18", amount_pence=60)
        office.do_all([match, SubmitBid(bid="b1", submitted_on=TODAY)], EVERYBODY)
        assert fund(office, PLACES[2]).left_pence == 40
        office.do(LoseBid(bid="b1", lost_on=TODAY, **WHY), EVERYBODY)
        after = fund(office, PLACES[2])
        assert (after.received_pence, after.left_pence, after.taken_pence) == (
            *(before.received_pence, before.left_pence),
            before.taken_pence,
        )


def test_a_bid_whose_match_cannot_be_committed_is_not_won_at_all() -> None:
    with an_office() as office:
        match = EarmarkMatch(bid="b1", fund="f2", year="2017-18", amount_pence=60)
        office.do_all([match, SubmitBid(bid="b1", submitted_on=TODAY)], EVERYBODY)
        before = the_log(office)
        won = WinBid(
            bid="b1",
            won_on=TODAY,
            fund="f1",
            year="2018-19",
            agreement="won-b1",
            amount_pence=70,
            source="A letter.",
            match_award="a1",
        )
        with pytest.raises(Refusal, match="a1 is approved already and takes nothing from f2 2017-18"):
            office.do(won, EVERYBODY)
        assert the_log(office) == before
