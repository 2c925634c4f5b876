"""Every kind of order about money, made up at random, over an office where there is something to order about."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as some

from domain.awards.changes import (
    CloseAward,
    ConfirmAwardAmount,
    EndAward,
    ExtendAward,
    ReduceAward,
    UpliftAward,
    WithdrawAward,
)
from domain.awards.commands import ApproveAward, RegisterAward
from domain.awards.events import Route, Share
from domain.awards.passing import Successor, TransferAward
from domain.awards.payment_commands import (
    ApprovePayment,
    CancelPayment,
    ClawBackPayment,
    FreePayment,
    HoldPayment,
    MeetCondition,
    RecordPayment,
    SchedulePayment,
    SetCondition,
    WaiveCondition,
)
from domain.awards.payment_events import ConditionKind, ProfileLine
from domain.awards.spend_commands import SetProfile
from domain.bids.commands import EarmarkMatch, LoseBid, PrepareBid, SubmitBid, WinBid
from domain.funds.commands import (
    AmendAllocation,
    CapAdministration,
    ConfirmAllocation,
    HoldEarmark,
    OpenFund,
    ReceiveAllocation,
    ReleaseEarmark,
    SetRingFence,
    SetTolerance,
)
from domain.funds.events import CapBasis, EarmarkKind, ReturnedHow
from domain.funds.leaving import CarryFunds, ReturnUnderspend
from domain.kernel import Command
from domain.periods import Frequency

TODAY = date(2017, 10, 16)
WHY = {"reason": "As agreed."}
PLACES = (("f1", "2017-18"), ("f1", "2018-19"), ("f2", "2017-18"))


def _fund(fund: str, year: str) -> list[Command[Any]]:
    return [
        OpenFund(fund=fund, year=year, title=f"Fund {fund}", funder="Ministry of Justice"),
        ReceiveAllocation(fund=fund, year=year, agreement="core", amount_pence=100, source="Grant letter"),
    ]


def _award(award: str, *shares: Share) -> list[Command[Any]]:
    days = {"starts_on": date(2017, 4, 1), "ends_on": date(2019, 3, 31)}
    registered = RegisterAward(award=award, service=f"Service {award}", route=Route.GRANT, **days)
    return [registered, *([ApproveAward(award=award, shares=shares)] if shares else [])]


def _share(place: tuple[str, str], amount_pence: int | None, ring_fence: str | None = None) -> Share:
    return Share(fund=place[0], year=place[1], amount_pence=amount_pence, ring_fence=ring_fence)


START: list[Command[Any]] = [
    *(order for place in PLACES for order in _fund(*place)),
    SetRingFence(fund="f1", year="2017-18", ring_fence="dasv", title="Domestic abuse", amount_pence=40, **WHY),
    SetTolerance(
        fund="f1", year="2017-18", per_cent=Decimal(10), authorised_by="Finance officer", decision="2017-1", **WHY
    ),
    *_award("a1", _share(PLACES[0], 30), _share(PLACES[1], 20)),
    *_award("a2", _share(PLACES[0], 20, "dasv")),
    *_award("a3", _share(PLACES[2], None)),
    *_award("a4"),
    *_award("a5"),
    *_award("a6", _share(PLACES[0], 10), _share(PLACES[0], 10, "dasv")),
    *(PrepareBid(bid=bid, title="A bid", funder="Home Office", amount_pence=70) for bid in ("b1", "b2")),
]
"""Three funds of a pound, one with a ring-fence, four awards (one of two lines), two not approved, and two bids."""

pence = some.sampled_from([1, 2, 5, 10, 20, 50])
few = some.sampled_from(["x1", "x2"])
"""References: few, so that they meet."""
awards = some.sampled_from(["a1", "a1", "a2", "a3", "a4", "a5", "a6"])
payments = some.sampled_from(["p1", "p2", "p3"])
bids = some.sampled_from(["b1", "b2"])
days = some.sampled_from([date(2017, 7, 1), date(2017, 10, 1), TODAY])
some_day = some.none() | days
place = some.sampled_from(PLACES)
ring_fence = some.none() | some.just("dasv")
share = some.builds(_share, place, some.none() | pence, ring_fence)


def _at(order: Callable[..., Command[Any]], /, **fields: Any) -> some.SearchStrategy[Command[Any]]:
    """An order of a kind, of some fund and year, with its fields made up or as given."""
    made_up = {
        name: each if isinstance(each, some.SearchStrategy) else some.just(each) for name, each in fields.items()
    }
    return some.builds(lambda at, said: order(fund=at[0], year=at[1], **said), place, some.fixed_dictionaries(made_up))


def _of(order: Callable[..., Command[Any]], /, **fields: Any) -> some.SearchStrategy[Command[Any]]:
    """An order of a kind, with its fields made up or as given."""
    made_up = {
        name: each if isinstance(each, some.SearchStrategy) else some.just(each) for name, each in fields.items()
    }
    return some.builds(order, **made_up)


def _carried(at: tuple[str, str], to: tuple[str, str], said: dict[str, Any]) -> CarryFunds:
    return CarryFunds(fund=at[0], year=at[1], to_fund=to[0], to_year=to[1], **said, permission="The letter of 2 March.")


_places = some.permutations(PLACES)
_carrying = some.fixed_dictionaries(
    {
        "transfer": few,
        "amount_pence": pence,
        "effective_on": some_day,
        "ring_fence": ring_fence,
        "to_ring_fence": ring_fence,
    }
)

of_funds = some.one_of(
    _at(ReceiveAllocation, agreement=few, amount_pence=pence, exact=some.booleans(), source="A letter."),
    _at(ConfirmAllocation, agreement=few, amount_pence=pence, source="The agreement.", effective_on=some_day),
    _at(AmendAllocation, agreement="core", addendum=few, change_pence=some.integers(-60, 60), **WHY),
    _at(SetRingFence, ring_fence="dasv", title="Domestic abuse", amount_pence=some.integers(0, 110), **WHY),
    some.builds(lambda places, said: _carried(places[0], places[1], said), _places, _carrying),
    _at(ReturnUnderspend, returned=few, amount_pence=pence, ring_fence=ring_fence, how=ReturnedHow.REPAID, **WHY),
    _at(
        HoldEarmark,
        earmark=few,
        title="Kept aside",
        kind=some.sampled_from([EarmarkKind.RESERVE, EarmarkKind.ADMINISTRATION]),
        amount_pence=pence,
        ring_fence=ring_fence,
    ),
    _at(ReleaseEarmark, earmark=few, amount_pence=some.none() | pence, release=some.none() | few, **WHY),
    _at(CapAdministration, per_cent=some.just(Decimal(5)), basis=some.sampled_from(CapBasis), source="Agreement"),
)
of_awards = some.one_of(
    some.builds(
        lambda award, shares: ApproveAward(award=award, shares=tuple(shares)),
        awards,
        some.lists(share, min_size=1, max_size=2, unique_by=lambda each: (each.fund, each.year, each.ring_fence)),
    ),
    _at(ConfirmAwardAmount, award=awards, amount_pence=pence, source="The agreement.", ring_fence=ring_fence),
    _at(UpliftAward, award=awards, variation=few, by_pence=pence, effective_on=some_day, ring_fence=ring_fence, **WHY),
    _at(ReduceAward, award=awards, variation=few, by_pence=pence, effective_on=some_day, ring_fence=ring_fence, **WHY),
    _of(EndAward, award=awards, ended_on=days, **WHY),
    _of(ExtendAward, award=awards, ends_on=some.dates(date(2018, 1, 1), date(2020, 1, 1)), **WHY),
    _of(CloseAward, award=awards, closed_on=days, **WHY),
    _of(WithdrawAward, award=awards, **WHY),
    some.builds(
        lambda award, parts: TransferAward(
            award=award,
            scheme="Transfer scheme 2028",
            effective_on=date(2017, 10, 1),
            successors=tuple(Successor(successor=f"Body {n}", parts=part) for n, part in enumerate(parts)),
        ),
        awards,
        some.lists(some.integers(1, 9), min_size=1, max_size=2),
    ),
    _of(SetProfile, award=awards, by=some.sampled_from(Frequency)),
    some.builds(
        lambda award, one, two: SetProfile(
            award=award,
            lines=(ProfileLine(line="staff", amount_pence=one), ProfileLine(line="rooms", amount_pence=two)),
        ),
        awards,
        pence,
        pence,
    ),
)
one_payment: dict[str, Any] = {"award": awards, "payment": payments}
one_condition: dict[str, Any] = {"award": awards, "condition": few}
of_payments = some.one_of(
    _at(SchedulePayment, **one_payment, amount_pence=pence, due_on=days, ring_fence=ring_fence),
    _of(ApprovePayment, **one_payment),
    _of(HoldPayment, **one_payment, **WHY),
    _of(FreePayment, **one_payment, freed_on=some_day, **WHY),
    _of(CancelPayment, **one_payment, **WHY),
    _at(RecordPayment, **one_payment, amount_pence=pence, paid_on=days),
    _at(RecordPayment, **one_payment, amount_pence=pence, paid_on=days),
    _of(ClawBackPayment, **one_payment, amount_pence=pence, effective_on=some_day, claw_back=some.none() | few, **WHY),
    _of(SetCondition, **one_condition, kind=ConditionKind.SPEND_PLAN, title="A spend plan"),
    _of(MeetCondition, **one_condition, met_on=days, evidence="The plan."),
    _of(WaiveCondition, **one_condition, authorised_by="Finance officer", waived_on=some_day, **WHY),
)
of_bids = some.one_of(
    _at(EarmarkMatch, bid=bids, amount_pence=pence, ring_fence=ring_fence),
    _of(SubmitBid, bid=bids, submitted_on=days),
    some.builds(
        lambda bid, at, amount, award: WinBid(
            bid=bid,
            won_on=TODAY,
            fund=at[0],
            year=at[1],
            agreement=f"won-{bid}",
            amount_pence=amount,
            source="A letter.",
            match_award=award,
        ),
        bids,
        place,
        pence,
        some.sampled_from([None, "a1", "a4", "a5"]),
    ),
    _of(LoseBid, bid=bids, lost_on=days, **WHY),
)
shares = some.sampled_from(
    [("a1", PLACES[0]), ("a1", PLACES[1]), ("a2", PLACES[0]), ("a4", PLACES[0]), ("a6", PLACES[0])]
)
"""An award, and a fund that it is likely to draw on."""


def _payment_story(drawn: tuple[str, tuple[str, str]], payment: str, amount_pence: int) -> list[Command[Any]]:
    """A payment is scheduled, held, freed, approved and made, and some of it comes back."""
    award, (fund, year) = drawn
    one: dict[str, Any] = {"award": award, "payment": payment}
    of: dict[str, Any] = {**one, "fund": fund, "year": year, "amount_pence": amount_pence}
    return [
        SchedulePayment(**of, due_on=TODAY),
        HoldPayment(**one, **WHY),
        FreePayment(**one, **WHY),
        ApprovePayment(**one),
        RecordPayment(**of, paid_on=TODAY),
        ClawBackPayment(**one, amount_pence=1, **WHY),
    ]


def _variation_story(drawn: tuple[str, tuple[str, str]], by: Frequency, one: int, two: int) -> list[Command[Any]]:
    """An award is spread, made larger and made smaller."""
    award, (fund, year) = drawn
    of: dict[str, Any] = {"award": award, "fund": fund, "year": year, **WHY}
    return [
        SetProfile(award=award, by=by),
        UpliftAward(**of, variation="up", by_pence=one),
        ReduceAward(**of, variation="down", by_pence=two),
    ]


def _condition_story(drawn: tuple[str, tuple[str, str]], payment: str, condition: str) -> list[Command[Any]]:
    """A payment is approved, a condition is set after all, and the payment is made once it is met."""
    award, (fund, year) = drawn
    one: dict[str, Any] = {"award": award, "condition": condition}
    of: dict[str, Any] = {"award": award, "payment": payment, "fund": fund, "year": year, "amount_pence": 2}
    return [
        SchedulePayment(**of, due_on=TODAY),
        ApprovePayment(award=award, payment=payment),
        SetCondition(**one, kind=ConditionKind.SPEND_PLAN, title="A spend plan"),
        RecordPayment(**of, paid_on=TODAY),
        MeetCondition(**one, met_on=TODAY, evidence="The plan."),
        RecordPayment(**of, paid_on=TODAY),
    ]


def _settling_story(
    drawn: tuple[str, tuple[str, str]], by: Frequency, amount_pence: int, closing: bool
) -> list[Command[Any]]:
    """An award is spread, some of it is paid or only scheduled, and it is closed or withdrawn."""
    award, (fund, year) = drawn
    of: dict[str, Any] = {"award": award, "fund": fund, "year": year, "amount_pence": amount_pence}
    return [
        SetProfile(award=award, by=by),
        SchedulePayment(**of, payment="p8", due_on=TODAY),
        *([ApprovePayment(award=award, payment="p8"), RecordPayment(**of, payment="p8", paid_on=TODAY)] * closing),
        CloseAward(award=award, closed_on=TODAY, **WHY) if closing else WithdrawAward(award=award, **WHY),
    ]


def _ring_fence_story(amount_pence: int, earmark: str) -> list[Command[Any]]:
    """Money is kept aside in a ring-fence, and is free again."""
    of: dict[str, Any] = {"fund": "f1", "year": "2017-18", "earmark": earmark}
    kept: dict[str, Any] = {"title": "Kept aside", "kind": EarmarkKind.RESERVE, "ring_fence": "dasv"}
    return [HoldEarmark(**of, **kept, amount_pence=amount_pence), ReleaseEarmark(**of, **WHY)]


def _fund_story(places: list[tuple[str, str]], reference: str, amount_pence: int) -> list[Command[Any]]:
    """A rounded allocation becomes exact; some of it is carried out, and some returned."""
    of: dict[str, Any] = {"fund": places[0][0], "year": places[0][1]}
    return [
        ReceiveAllocation(**of, agreement=reference, amount_pence=amount_pence, exact=False, source="A letter."),
        ConfirmAllocation(**of, agreement=reference, amount_pence=amount_pence + 1, source="The agreement."),
        _carried(places[0], places[1], {"transfer": reference, "amount_pence": amount_pence}),
        ReturnUnderspend(**of, returned=reference, amount_pence=1, how=ReturnedHow.NETTED_OFF, **WHY),
    ]


def _bid_story(bid: str, at: tuple[str, str], amount_pence: int, award: str | None) -> list[Command[Any]]:
    """A bid is matched and submitted; it is won and its match goes to an award, or (no award) it is lost."""
    fund, year = at
    matched = EarmarkMatch(bid=bid, fund=fund, year=year, amount_pence=amount_pence)
    submitted = SubmitBid(bid=bid, submitted_on=TODAY)
    if award is None:
        return [matched, submitted, LoseBid(bid=bid, lost_on=TODAY, **WHY)]
    into: dict[str, Any] = {"fund": "f2", "year": "2017-18", "agreement": f"won-{bid}", "amount_pence": 70}
    return [matched, submitted, WinBid(bid=bid, won_on=TODAY, source="A letter.", match_award=award, **into)]


_orders: some.SearchStrategy[Command[Any]] = some.one_of(of_funds, of_awards, of_payments, of_bids)
_alone = some.lists(_orders, min_size=3, max_size=9)
_stories = some.one_of(
    some.builds(_payment_story, shares, payments, pence),
    some.builds(_variation_story, shares, some.sampled_from(Frequency), pence, pence),
    some.builds(_condition_story, shares, payments, few),
    some.builds(_settling_story, shares, some.sampled_from(Frequency), pence, some.booleans()),
    some.builds(_ring_fence_story, pence, few),
    some.builds(_fund_story, _places, few, pence),
    some.builds(_bid_story, bids, place, pence, some.sampled_from(["a1", "a4", "a5", None])),
)
histories = some.lists(_alone | _alone | _stories, min_size=2, max_size=10).map(
    lambda parts: [order for part in parts for order in part]
)
"""Orders one after the other, as anybody might give them: many are refused."""
