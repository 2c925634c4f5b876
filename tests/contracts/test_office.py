"""The office: orders are obeyed whole or not at all, whoever else is at work and whatever breaks."""

import threading
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, ClassVar

import pytest

from domain.awards.changes import ReduceAward
from domain.errors import NotAllowed, NotFound, Refusal
from domain.funds.commands import HoldEarmark
from domain.funds.consequences import CommitFunds
from domain.funds.fund import Fund
from domain.kernel import Actor, Event, Occasion, Role
from services import office as office_module
from services.office import ATTEMPTS, Conflict, Office
from tests.conftest import Clock, OpenAnother
from tests.contracts.an_office import earmark, left, names
from tests.scenes import (
    FUND,
    PROVIDER,
    YEAR,
    approved,
    awarded,
    do,
    everything_in,
    folded_anew,
    fund_with,
    registered,
    share,
)
from tests.story import EVERYBODY

# orders


def test_an_order_over_several_streams_is_written_down_as_one_act(office: Office, clock: Clock) -> None:
    do(office, *fund_with(1_000), PROVIDER, registered())
    written = office.do(approved("a1", share(300)), EVERYBODY)
    assert [(each.stream, each.event.name) for each in written] == [
        ("award-a1", "award.approved"),
        ("fund-moj-victims-2017-18", "fund.funds-committed"),
    ]
    assert {(each.at, each.by, each.act) for each in written} == {(clock.now, "tester", written[0].act)}
    assert written == office.log.read(written[0].position - 1, 10)


def test_an_award_from_two_funds_is_approved_from_both_or_from_neither(office: Office) -> None:
    do(office, *fund_with(1_000), *fund_with(50, "cdrg"), PROVIDER, registered())
    before, rows = names(office), everything_in(office)
    with pytest.raises(Refusal, match="Fund cdrg has £50 left"):
        office.do(approved("a1", share(300), share(51, "cdrg")), EVERYBODY)
    assert names(office) == before
    assert everything_in(office) == rows
    do(office, approved("a1", share(300), share(50, "cdrg")))
    assert (left(office), left(office, "cdrg")) == (700, 0)


def test_an_award_from_a_fund_that_is_not_open_records_nothing(office: Office) -> None:
    do(office, *fund_with(1_000), PROVIDER, registered())
    before = names(office)
    with pytest.raises(NotFound, match=r"There is no fund unheard-of for 2017-18\."):
        office.do(approved("a1", share(300), share(51, "unheard-of")), EVERYBODY)
    assert names(office) == before


def test_several_orders_are_obeyed_all_or_none_and_each_sees_the_ones_before(office: Office) -> None:
    told: list[int] = []
    orders = [*fund_with(100), PROVIDER, *awarded("a1", 60)]
    with pytest.raises(Refusal, match="has £40 left"):
        office.do_all([*orders, *awarded("a2", 41)], EVERYBODY)
    assert names(office) == []
    written = office.do_all([*orders, *awarded("a2", 40)], EVERYBODY, told.append)
    assert len({each.act for each in written}) == 1
    assert told == [1, 2, 3, 4, 5, 6, 7]
    assert left(office) == 0


def test_an_order_about_something_unknown_is_not_found(office: Office) -> None:
    with pytest.raises(NotFound, match=r"There is no award a9\."):
        office.do(approved("a9", share(1)), EVERYBODY)
    assert names(office) == []


def test_an_order_is_refused_to_whoever_may_not_give_it(office: Office) -> None:
    do(office, *fund_with(1_000), PROVIDER, registered())
    before = names(office)
    manager = Actor(id="m1", roles=frozenset({Role.CONTRACT_MANAGER, Role.PROVIDER, Role.AUDITOR}))
    with pytest.raises(NotAllowed, match=r"This may be done by commissioner\."):
        office.do(approved("a1", share(300)), manager)
    with pytest.raises(NotAllowed, match="commissioner or finance"):
        office.do(earmark(5), manager)
    assert names(office) == before


def test_one_order_that_is_not_allowed_stops_all_that_come_with_it(office: Office) -> None:
    finance = Actor(id="f1", roles=frozenset({Role.FINANCE}))
    with pytest.raises(NotAllowed):
        office.do_all([*fund_with(1_000), registered()], finance)
    assert names(office) == []


def test_an_order_that_only_follows_from_others_may_be_given_by_nobody(office: Office) -> None:
    do(office, *fund_with(1_000))
    with pytest.raises(NotAllowed, match="nobody: it only follows from other orders"):
        office.do(CommitFunds(fund=FUND, year=YEAR, award="a1", amount_pence=1), EVERYBODY)


def test_saying_the_same_twice_records_it_once(office: Office, open_another: OpenAnother) -> None:
    orders = [*fund_with(1_000), PROVIDER, *awarded("a1", 300), earmark(10)]
    do(office, *orders)
    before = names(office)
    assert [office.do(order, EVERYBODY) for order in orders] == [[]] * len(orders)
    assert [open_another().do(order, EVERYBODY) for order in orders] == [[]] * len(orders)
    assert names(office) == before


# others at work at the same time


class Interrupted(HoldEarmark, may={Role.FINANCE}):
    """An earmark that somebody else gets in before, as often as there is something in the list."""

    interruptions: ClassVar[list[Callable[[], Any]]] = []

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        if self.interruptions:
            self.interruptions.pop()()
        return super().decide(state, occasion)


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pause between two attempts is nought."""

    class Random:
        @staticmethod
        def uniform(low: float, _high: float) -> float:
            return low

    monkeypatch.setattr(office_module, "random", Random)


def interrupted(pounds: int) -> Interrupted:
    """Some money kept aside, in competition."""
    return Interrupted(**earmark(pounds).model_dump())


def test_an_order_that_somebody_else_got_in_before_is_decided_again(office: Office, open_another: OpenAnother) -> None:
    do(office, *fund_with(100), PROVIDER, registered())
    other = open_another()
    Interrupted.interruptions = [lambda: do(other, approved("a1", share(60)))]
    assert len(office.do(interrupted(40), EVERYBODY)) == 1
    assert left(office) == left(other) == 0
    assert everything_in(office) == folded_anew(office)


def test_an_order_that_no_longer_holds_when_it_is_decided_again_is_refused(
    office: Office, open_another: OpenAnother
) -> None:
    do(office, *fund_with(100), PROVIDER, registered())
    other = open_another()
    Interrupted.interruptions = [lambda: do(other, approved("a1", share(61)))]
    with pytest.raises(Refusal, match="has £39 left"):
        office.do(interrupted(40), EVERYBODY)
    assert left(office) == 39


@pytest.mark.usefixtures("no_pause")
def test_an_order_is_tried_ten_times_and_no_more(office: Office, open_another: OpenAnother) -> None:
    do(office, *fund_with(1_000))
    other = open_another()

    def interrupt(number: int) -> Callable[[], None]:
        return lambda: do(other, earmark(1, f"e{number}"))

    Interrupted.interruptions = [interrupt(number) for number in range(ATTEMPTS - 1)]
    assert len(office.do(interrupted(40), EVERYBODY)) == 1
    Interrupted.interruptions = [interrupt(100 + number) for number in range(ATTEMPTS + 5)]
    before = names(office)
    with pytest.raises(Conflict, match=r"Nothing was recorded: look at it and try again"):
        office.do(Interrupted(**earmark(5, "too-late").model_dump()), EVERYBODY)
    assert len(Interrupted.interruptions) == 5
    assert names(office) == [*before, *["fund.earmark-held"] * ATTEMPTS]
    Interrupted.interruptions = []


def test_what_an_office_remembers_never_hides_what_another_recorded(office: Office, open_another: OpenAnother) -> None:
    other = open_another()
    do(office, *fund_with(100), PROVIDER)
    for number, (first, second) in enumerate([(office, other), (other, office)] * 3):
        do(first, registered(f"a{number}"))
        do(second, approved(f"a{number}", share(10)))
        do(
            first,
            ReduceAward(
                award=f"a{number}", variation="v1", fund=FUND, year=YEAR, by_pence=1_00, reason="Fewer sessions"
            ),
        )
    assert left(office) == left(other) == 100 - 6 * 9


def test_many_offices_and_threads_share_out_a_fund_and_never_take_more_than_there_is(
    office: Office, open_another: OpenAnother
) -> None:
    do(office, *fund_with(50), PROVIDER, *(registered(f"a{number}") for number in range(8)))
    offices = [office, open_another()] * 4
    came_of: list[str] = []

    def approve(number: int) -> None:
        try:
            offices[number].do(approved(f"a{number}", share(10)), EVERYBODY)
            came_of.append("recorded")
        except Refusal:
            came_of.append("refused")

    threads = [threading.Thread(target=approve, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(came_of) == ["recorded"] * 5 + ["refused"] * 3
    assert left(office) == 0
    assert everything_in(office) == folded_anew(office)


def test_a_moment_is_the_office_clock_and_a_day_is_londons(office: Office, clock: Clock) -> None:
    clock.now = clock.now.replace(month=6, day=30, hour=23, minute=30)
    with office.reading() as views:
        assert views.moment == clock.now
        assert views.today == date(2017, 7, 1)


def test_an_approval_that_was_refused_may_be_given_again_for_less(office: Office) -> None:
    do(office, *fund_with(10), PROVIDER, registered())
    with pytest.raises(Refusal, match="Fund moj-victims has £10 left"):
        office.do(approved("a1", share(20)), EVERYBODY)
    do(office, approved("a1", share(10)))
    assert left(office) == 0
