"""Orders at random about the turns that money and awards may take, and short stories in which they go together."""

from datetime import date
from typing import Any

from hypothesis import strategies as some

from domain.awards.changes import (
    CloseAward,
    ConfirmAwardAmount,
    EndAward,
    ExtendAward,
    ReduceAward,
    UpliftAward,
)
from domain.awards.documents import AttachDocument
from domain.awards.events import DocumentKind
from domain.awards.partner_commands import (
    DescribePool,
    PromiseContribution,
    ReceiveContribution,
    RecordPartnerWithdrawal,
    RecordSecondTier,
    RecordSingleTender,
)
from domain.awards.passing import NovateAward, ReissueAward, Successor, TransferAward
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
from domain.awards.payment_events import ConditionKind, SpendLine
from domain.awards.spend_commands import PlanSurplus, ReportSpend, SetProfile, SettleSurplusPlan
from domain.bids.commands import EarmarkMatch, LoseBid, PrepareBid, SubmitBid, WinBid
from domain.decisions.commands import RecordDecision
from domain.funds.commands import (
    AmendAllocation,
    CapAdministration,
    ConfirmAllocation,
    HoldEarmark,
    ReceiveAllocation,
    ReleaseEarmark,
    SetRingFence,
    SetTolerance,
)
from domain.funds.events import CapBasis, EarmarkKind, ReturnedHow
from domain.funds.leaving import CarryFunds, ReturnUnderspend
from domain.kernel import Command
from domain.periods import Frequency
from domain.providers.commands import MergeProvider, RecogniseProvider, RenameProvider
from tests.projections.particulars import (
    NEXT_YEAR,
    REASON,
    RING_FENCE,
    awards,
    days,
    from_a_day,
    funds,
    of_a_condition,
    of_a_fund,
    of_a_payment,
    of_a_share,
    of_an_award,
    pence,
    pounds,
    reason,
    ring_fences,
)
from tests.scenes import YEAR, approved, registered, share

TODAY = date(2017, 10, 16)
bids = some.sampled_from(["b1", "b2"])
variations = some.sampled_from(["v1", "v2", "v3"])
contributions = {"award": awards, "contribution": some.sampled_from(["k1", "k2"])}
spend = some.builds(
    SpendLine,
    line=some.sampled_from(["Salaries", "Travel"]),
    planned_pence=pence,
    actual_pence=pence,
    forecast_pence=some.none() | pence,
    explanation=some.just(REASON),
)

carried: dict[str, Any] = {
    "transfer": some.sampled_from(["t1", "t2"]),
    "ring_fence": ring_fences,
    "to_ring_fence": ring_fences,
    "amount_pence": pence,
    "permission": some.just("The funder's letter"),
    "effective_on": from_a_day,
}
to_the_other_stream = {"to_fund": some.just("f2"), "to_year": some.just(YEAR)}

of_funds: list[some.SearchStrategy[Command[Any]]] = [
    some.builds(
        ConfirmAllocation,
        **of_a_fund,
        agreement=some.sampled_from(["grant-letter", "l1", "l2"]),
        amount_pence=pence,
        source=some.just("The agreement"),
        effective_on=from_a_day,
    ),
    some.builds(
        AmendAllocation,
        **of_a_fund,
        agreement=some.sampled_from(["grant-letter", "l1"]),
        addendum=some.sampled_from(["n1", "n2"]),
        change_pence=some.integers(-30_00, 30_00),
        effective_on=from_a_day,
        **reason,
    ),
    some.builds(
        SetRingFence,
        **of_a_fund,
        ring_fence=some.just(RING_FENCE),
        title=some.just("Domestic abuse"),
        amount_pence=pence,
        effective_on=from_a_day,
        **reason,
    ),
    some.builds(CarryFunds, **of_a_fund, to_fund=funds, to_year=some.just(NEXT_YEAR), **carried),
    some.builds(CarryFunds, **{**of_a_fund, "fund": some.just("f1")}, **to_the_other_stream, **carried),
    some.builds(
        ReturnUnderspend,
        **of_a_fund,
        returned=some.sampled_from(["u1", "u2"]),
        amount_pence=pence,
        ring_fence=ring_fences,
        how=some.sampled_from(ReturnedHow),
        effective_on=from_a_day,
        **reason,
    ),
    some.builds(
        CapAdministration,
        **of_a_fund,
        per_cent=some.integers(0, 100),
        basis=some.sampled_from(CapBasis),
        source=some.just("The agreement"),
    ),
    some.builds(
        SetTolerance,
        **of_a_fund,
        per_cent=some.integers(0, 20),
        authorised_by=some.just("CFO"),
        decision=some.just("D1"),
        **reason,
    ),
]

of_changes: list[some.SearchStrategy[Command[Any]]] = [
    some.builds(UpliftAward, **of_a_share, variation=variations, by_pence=pence, effective_on=from_a_day, **reason),
    some.builds(ReduceAward, **of_a_share, variation=variations, by_pence=pence, effective_on=from_a_day, **reason),
    some.builds(ExtendAward, **of_an_award, ends_on=some.dates(date(2018, 3, 30), date(2018, 9, 30)), **reason),
    some.builds(EndAward, **of_an_award, ended_on=days, **reason),
    some.builds(ReissueAward, **of_an_award, as_award=awards, **reason),
    some.builds(
        NovateAward,
        **of_an_award,
        provider=some.sampled_from(["embrace", "remedi"]),
        consent=some.just("Deed"),
        effective_on=from_a_day,
    ),
    some.builds(
        TransferAward,
        **of_an_award,
        scheme=some.just("A scheme"),
        effective_on=days,
        successors=some.lists(
            some.builds(Successor, successor=some.sampled_from(["Mayor", "Board"]), parts=pounds),
            min_size=1,
            max_size=2,
            unique_by=lambda each: each.successor,
        ).map(tuple),
    ),
    some.builds(CloseAward, **of_an_award, closed_on=days, **reason),
    some.builds(
        AttachDocument,
        **of_an_award,
        sha256=some.sampled_from(["0" * 64, "a" * 64]),
        kind=some.sampled_from(DocumentKind),
        title=some.just("Agreement"),
        file_name=some.just("agreement.pdf"),
        media_type=some.just("application/pdf"),
        size_bytes=pounds,
    ),
]

of_payments: list[some.SearchStrategy[Command[Any]]] = [
    some.builds(SetCondition, **of_a_condition, kind=some.sampled_from(ConditionKind), title=some.just("A plan")),
    some.builds(MeetCondition, **of_a_condition, met_on=days, evidence=some.just("On file")),
    some.builds(WaiveCondition, **of_a_condition, authorised_by=some.just("CFO"), **reason),
    some.builds(SchedulePayment, **of_a_payment, fund=funds, year=some.just(YEAR), amount_pence=pence, due_on=days),
    some.builds(ApprovePayment, **of_a_payment),
    some.builds(HoldPayment, **of_a_payment, **reason),
    some.builds(FreePayment, **of_a_payment, **reason),
    some.builds(CancelPayment, **of_a_payment, **reason),
    some.builds(
        ClawBackPayment,
        **of_a_payment,
        amount_pence=pence,
        effective_on=from_a_day,
        claw_back=some.sampled_from([None, "w1", "w2"]),
        **reason,
    ),
    some.builds(SetProfile, **of_an_award, by=some.sampled_from([Frequency.MONTHLY, Frequency.QUARTERLY])),
    some.builds(
        ReportSpend,
        **of_an_award,
        period=some.sampled_from(["2017-18-q1", "2017-18-q2"]),
        lines=some.lists(spend, min_size=1, max_size=2, unique_by=lambda each: each.line).map(tuple),
        received_on=days,
    ),
    some.builds(PlanSurplus, **of_an_award, plan=some.just("s1"), amount_pence=pence, purpose=some.just("Training")),
    some.builds(SettleSurplusPlan, **of_an_award, plan=some.just("s1"), agreed=some.booleans(), **reason),
]

of_partners: list[some.SearchStrategy[Command[Any]]] = [
    some.builds(DescribePool, **of_an_award, host=some.just("Council"), whole_pence=some.none() | pence),
    some.builds(
        PromiseContribution,
        **contributions,
        partner=some.just("A charity"),
        match=some.booleans(),
        amount_pence=some.none() | pence,
    ),
    some.builds(
        ReceiveContribution,
        **contributions,
        receipt=some.sampled_from(["x1", "x2"]),
        amount_pence=pence,
        received_on=days,
    ),
    some.builds(RecordPartnerWithdrawal, **contributions, **reason, what_happens=some.just("It goes on")),
    some.builds(
        RecordSecondTier,
        **of_an_award,
        tier=some.just("w1"),
        provider=some.sampled_from([None, "remedi"]),
        service=some.just("Outreach"),
        amount_pence=some.none() | pence,
    ),
    some.builds(
        RecordSingleTender,
        award=some.just("a2"),
        ground=some.just("Continuity of supply"),
        approved_by=some.just("CFO"),
        next_competition_on=from_a_day,
    ),
]

of_bids: list[some.SearchStrategy[Command[Any]]] = [
    some.builds(PrepareBid, bid=bids, title=some.just("Bid"), funder=some.just("Home Office"), amount_pence=pence),
    some.builds(EarmarkMatch, bid=bids, **of_a_fund, amount_pence=pence, ring_fence=ring_fences),
    some.builds(SubmitBid, bid=bids, submitted_on=days),
    some.builds(
        WinBid,
        bid=bids,
        won_on=days,
        **of_a_fund,
        agreement=some.sampled_from(["l1", "won"]),
        amount_pence=pence,
        source=some.just("Letter"),
        match_award=some.none() | awards,
    ),
    some.builds(LoseBid, bid=bids, lost_on=days, **reason),
]

of_the_rest: list[some.SearchStrategy[Command[Any]]] = [
    some.builds(
        RecordDecision,
        decision=some.just("d1"),
        title=some.just("The first"),
        decided_on=days,
        decided=some.just("To pay"),
        significant_public_interest=some.booleans(),
        public_interest_reason=some.just(REASON),
    ),
    some.builds(
        RecordDecision,
        decision=some.just("d2"),
        title=some.just("The second"),
        decided_on=days,
        decided=some.just("To pay more"),
        significant_public_interest=some.booleans(),
        public_interest_reason=some.just(REASON),
        supersedes=some.sampled_from([None, "d1"]),
    ),
    some.builds(RenameProvider, provider=some.just("remedi"), title=some.just("Remedi UK"), since=days, **reason),
    some.builds(MergeProvider, provider=some.just("remedi"), into=some.just("embrace"), merged_on=days, **reason),
    some.builds(RecogniseProvider, provider=some.just("remedi"), same_as=some.just("embrace"), **reason),
]

orders_of_turns: some.SearchStrategy[Command[Any]] = some.one_of(
    some.one_of(*of_funds),
    some.one_of(*of_changes),
    some.one_of(*of_payments),
    some.one_of(*of_partners),
    some.one_of(*of_bids),
    some.one_of(*of_the_rest),
)


def _payment_story(award: str, fund: str, amount: int, back: int, earlier: date | None) -> list[Command[Any]]:
    """An award whose payments wait for a condition, are made, and come back in part."""
    which: dict[str, Any] = {"award": award, "fund": fund, "year": YEAR}
    first: dict[str, Any] = {"award": award, "payment": "p7"}
    due = date(2017, 9, 1)
    return [
        approved(award, share(amount, fund)),
        SetProfile(award=award, by=Frequency.QUARTERLY),
        SetCondition(award=award, condition="c9", kind=ConditionKind.SPEND_PLAN, title="The plan"),
        SchedulePayment(**which, payment="p7", amount_pence=1 + amount * 50, due_on=due),
        SchedulePayment(**which, payment="p8", amount_pence=amount * 25, due_on=due),
        RecordPayment(**which, payment="p7", amount_pence=1 + amount * 50, paid_on=due),
        MeetCondition(award=award, condition="c9", met_on=due, evidence="On file"),
        ApprovePayment(**first),
        HoldPayment(**first, reason=REASON),
        FreePayment(**first, reason=REASON),
        RecordPayment(**which, payment="p7", amount_pence=1 + amount * 50, paid_on=due),
        ClawBackPayment(**first, amount_pence=back, reason=REASON, effective_on=date(2017, 10, 2)),
        UpliftAward(**which, variation="v8", by_pence=back, reason=REASON, effective_on=earlier),
        ReduceAward(**which, variation="v9", by_pence=1, reason=REASON, effective_on=earlier),
        CancelPayment(award=award, payment="p8", reason=REASON),
        SetCondition(award=award, condition="c8", kind=ConditionKind.OTHER, title="A visit"),
        WaiveCondition(award=award, condition="c8", authorised_by="CFO", reason=REASON),
    ]


def _ring_fence_story(award: str, fund: str, amount: int, known: bool, out: int) -> list[Command[Any]]:
    """Money set apart in a fund: awarded, kept aside, carried out of it and returned."""
    which: dict[str, Any] = {"fund": fund, "year": YEAR}
    apart: dict[str, Any] = {**which, "ring_fence": RING_FENCE}
    part = share(amount if known else None, fund, inferred=3).model_copy(update={"ring_fence": RING_FENCE})
    carried: dict[str, Any] = {"to_fund": fund, "to_year": NEXT_YEAR, "permission": "The funder's letter"}
    return [
        SetRingFence(**apart, title="Domestic abuse", amount_pence=amount * 200, reason=REASON),
        approved(award, part),
        ConfirmAwardAmount(award=award, **which, amount_pence=amount * 100, source="Ledger"),
        HoldEarmark(**apart, earmark="e9", title="Apart", kind=EarmarkKind.RESERVE, amount_pence=out),
        ReleaseEarmark(**which, earmark="e9", amount_pence=1, reason=REASON),
        SetRingFence(
            **{**apart, "year": NEXT_YEAR}, title="Domestic abuse", amount_pence=0, reason=REASON, effective_on=TODAY
        ),
        CarryFunds(**apart, **carried, transfer="t9", amount_pence=out, to_ring_fence=RING_FENCE if known else None),
        ReturnUnderspend(**apart, returned="u9", amount_pence=1, how=ReturnedHow.REPAID, reason=REASON),
        SetRingFence(**apart, title="Domestic abuse", amount_pence=amount * 150, reason="Less is needed"),
    ]


def _allocation_story(fund: str, first: int | None, exact: int, per_cent: int) -> list[Command[Any]]:
    """Money that was rounded, or not known, until its agreement came; a tolerance of a part of it; an addendum."""
    which: dict[str, Any] = {"fund": fund, "year": YEAR, "agreement": "l9"}
    return [
        ReceiveAllocation(**which, amount_pence=first, exact=False, printed="About that", source="A paper"),
        SetTolerance(fund=fund, year=YEAR, per_cent=per_cent, authorised_by="CFO", decision="D2", reason=REASON),
        ConfirmAllocation(**which, amount_pence=exact, source="The agreement"),
        AmendAllocation(**which, addendum="n9", change_pence=-exact // 2, reason=REASON),
    ]


def _bid_story(bid: str, fund: str, amount: int, won: bool) -> list[Command[Any]]:
    """A bid with match that is won, or lost."""
    which: dict[str, Any] = {"fund": fund, "year": YEAR}
    day = date(2017, 10, 1)
    return [
        PrepareBid(bid=bid, title="Bid", funder="Home Office", amount_pence=amount, match_required=True),
        EarmarkMatch(bid=bid, **which, amount_pence=amount),
        SubmitBid(bid=bid, submitted_on=day),
        registered("a3"),
        WinBid(bid=bid, won_on=day, **which, agreement=bid, amount_pence=amount, source="Letter", match_award="a3")
        if won
        else LoseBid(bid=bid, lost_on=day, reason=REASON),
    ]


def _end_story(award: str, parts: tuple[int, int], closed: bool) -> list[Command[Any]]:
    """An award that runs longer, is ended, goes on under another number, and is settled."""
    successors = (Successor(successor="Mayor", parts=parts[0]), Successor(successor="Board", parts=parts[1]))
    return [
        ExtendAward(award=award, ends_on=date(2018, 9, 30), reason=REASON),
        EndAward(award=award, ended_on=date(2017, 9, 30), reason=REASON),
        registered("a3"),
        ReissueAward(award=award, as_award="a3", reason=REASON),
        CloseAward(award=award, closed_on=TODAY, reason=REASON)
        if closed
        else TransferAward(award=award, scheme="A scheme", effective_on=date(2017, 10, 1), successors=successors),
    ]


def _story_beside(award: str, amount: int, match: bool) -> list[Command[Any]]:
    """The other money of an award, and what belongs to it."""
    which: dict[str, Any] = {"award": award, "contribution": "k9"}
    day = date(2017, 9, 1)
    return [
        DescribePool(award=award, host="Council", whole_pence=None),
        PromiseContribution(**which, partner="A charity", match=match, amount_pence=amount),
        ReceiveContribution(**which, receipt="x9", amount_pence=amount, received_on=day),
        RecordPartnerWithdrawal(**which, reason=REASON, what_happens="It goes on"),
        PlanSurplus(award=award, plan="s9", amount_pence=1, purpose="Training"),
        SettleSurplusPlan(award=award, plan="s9", agreed=match, reason=REASON),
        NovateAward(award=award, provider="remedi", consent="Deed"),
        RecordDecision(
            decision="d1",
            title="The first",
            decided_on=day,
            decided="To pay",
            significant_public_interest=match,
            public_interest_reason=REASON,
        ),
        RecordDecision(
            decision="d2",
            title="The second",
            decided_on=day,
            decided="To pay more",
            significant_public_interest=match,
            public_interest_reason=REASON,
            supersedes="d1",
        ),
    ]


stories_of_turns: some.SearchStrategy[list[Command[Any]]] = some.one_of(
    some.builds(_payment_story, awards, funds, pounds, pence, from_a_day),
    some.builds(_ring_fence_story, awards, funds, some.integers(1, 25), some.booleans(), pence),
    some.builds(_allocation_story, funds, some.none() | pence, pence, some.integers(0, 20)),
    some.builds(_bid_story, bids, funds, pence, some.booleans()),
    some.builds(_story_beside, awards, pence, some.booleans()),
    some.builds(_end_story, awards, some.tuples(pounds, pounds), some.booleans()),
)
