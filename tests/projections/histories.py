"""Histories of an office: whatever is recorded when somebody gives a list of orders at random."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as some

from domain.awards.changes import ConfirmAwardAmount, ReduceAward, WithdrawAward
from domain.awards.events import Route
from domain.awards.milestone_commands import (
    CompleteMilestone,
    MissMilestone,
    PlanMilestone,
    RescheduleMilestone,
    WaiveMilestone,
)
from domain.awards.payment_commands import ApprovePayment, RecordPayment, SchedulePayment
from domain.errors import OutturnError
from domain.funds.commands import HoldEarmark, ReceiveAllocation, ReleaseEarmark, SetTolerance, StateTotal
from domain.funds.events import EarmarkKind
from domain.kernel import Command
from domain.monitoring.commands import (
    REPORT_SCHEDULE,
    DeclareNilReturn,
    MeetObligation,
    MoveObligation,
    WaiveObligation,
)
from domain.providers.commands import ChangeProviderStatus, IdentifyProvider, RegisterProvider
from domain.providers.events import Status
from domain.reports.commands import AcceptReport, CorrectReport, SendBackReport, SubmitReport
from domain.returns.commands import FillReturn, OpenReturn, RestateReturn, SignOffReturn, SubmitReturn
from services.event_store import open_log
from services.office import Office
from services.places import InMemory
from services.read_models import ReadModels
from services.settings import Database
from tests.conftest import Clock
from tests.projections.particulars import (
    NEXT_YEAR,
    REASON,
    awards,
    days,
    from_a_day,
    funds,
    half_years,
    of_a_fund,
    of_a_milestone,
    of_a_payment,
    of_a_share,
    of_an_obligation,
    pence,
    pounds,
    quarters,
    reason,
    ring_fences,
    shares,
)
from tests.projections.turns import orders_of_turns, stories_of_turns
from tests.scenes import PROVIDER, YEAR, approved, fund_with, paid, registered, reported, reporting, share
from tests.story import giver

modest = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

reports = some.builds(reported, awards, quarters, some.booleans(), referrals=pounds, cope=some.just((1, 2, 3)))


def _report_story(report: SubmitReport, better: SubmitReport) -> list[Command[Any]]:
    """A report comes in, is sent back, put right and accepted."""
    which: dict[str, Any] = {"award": report.award, "period": report.period}
    return [
        report,
        SendBackReport(**which, reasons=(REASON,), correct_by=date.max),
        CorrectReport(**{**better.model_dump(), **which}, reason=REASON),
        AcceptReport(**which),
    ]


def _unknown_story(award: str, fund: str, amount: int, given_up: bool) -> list[Command[Any]]:
    """An award whose amount is not known, until it is, or until it is given up."""
    which: dict[str, Any] = {"award": award, "fund": fund, "year": YEAR}
    return [
        approved(award, share(None, fund, inferred=5)),
        *([WithdrawAward(award=award, reason=REASON)] if given_up else []),
        ConfirmAwardAmount(**which, amount_pence=amount, source="Ledger"),
        *paid(award, "p9", 1 + amount // 2, date(2017, 10, 1), fund),
        ReduceAward(**which, variation="v9", by_pence=1 + amount // 4, reason=REASON),
    ]


def _milestone_story(award: str, missed: bool, met: bool) -> list[Command[Any]]:
    """A milestone that is missed or not, moved, and met or waived."""
    which: dict[str, Any] = {"award": award, "milestone": "m9"}
    day = date(2017, 10, 1)
    return [
        PlanMilestone(**which, title="Launch", due_on=day),
        *([MissMilestone(**which, reason=REASON)] if missed else []),
        RescheduleMilestone(**which, due_on=date(2017, 10, 9), reason=REASON),
        CompleteMilestone(**which, completed_on=day, evidence="Minutes")
        if met
        else WaiveMilestone(**which, reason=REASON),
    ]


def _obligation_story(award: str) -> list[Command[Any]]:
    """What is owed in four quarters, and becomes of it."""
    which: dict[str, Any] = {"award": award, "schedule": REPORT_SCHEDULE}
    day = date(2017, 10, 1)
    return [
        reporting(award, "quarterly"),
        MoveObligation(**which, period="2017-18-q1", due_on=day, reason=REASON),
        WaiveObligation(**which, period="2017-18-q2", reason=REASON),
        DeclareNilReturn(**which, period="2017-18-q3", declared_on=day, reason=REASON),
        MeetObligation(**which, period="2017-18-q4", met_on=day, evidence="An e-mail"),
    ]


def _return_story(despite: str | None) -> list[Command[Any]]:
    """The return, to its end."""
    period = "2017-18-h1"
    return [
        OpenReturn(period=period),
        FillReturn(period=period),
        SignOffReturn(period=period, declaration="It is right", despite=despite),
        SubmitReturn(period=period, submitted_on=date(2017, 10, 16)),
        RestateReturn(period=period, reason=REASON),
    ]


orders: some.SearchStrategy[Command[Any]] = some.one_of(
    some.builds(
        ReceiveAllocation,
        **of_a_fund,
        agreement=some.sampled_from(["l1", "l2"]),
        amount_pence=some.none() | pence,
        source=some.just("Letter"),
        printed=some.none() | some.just("£1m"),
        exact=some.booleans(),
    ),
    some.builds(
        SetTolerance,
        **of_a_fund,
        amount_pence=pence,
        authorised_by=some.just("CFO"),
        decision=some.just("D1"),
        **reason,
    ),
    some.builds(
        HoldEarmark,
        **of_a_fund,
        earmark=some.sampled_from(["e1", "e2"]),
        title=some.just("Reserve"),
        kind=some.sampled_from(EarmarkKind),
        amount_pence=pence,
        ring_fence=ring_fences,
        effective_on=from_a_day,
    ),
    some.builds(
        ReleaseEarmark, **of_a_fund, earmark=some.sampled_from(["e1", "e2"]), amount_pence=some.none() | pence, **reason
    ),
    some.builds(StateTotal, **of_a_fund, source=some.just("Annual report"), total_pence=pence),
    some.builds(registered, awards),
    some.builds(lambda award, parts: approved(award, *parts), awards, shares),
    some.builds(lambda award, parts: approved(award, *parts), awards, shares),
    some.builds(ConfirmAwardAmount, **of_a_share, amount_pence=pence, source=some.just("Ledger")),
    some.builds(WithdrawAward, award=awards, **reason),
    some.builds(RecordPayment, **of_a_payment, fund=funds, year=some.just(YEAR), amount_pence=pence, paid_on=days),
    some.builds(SchedulePayment, **of_a_payment, fund=funds, year=some.just(YEAR), amount_pence=pence, due_on=days),
    some.builds(ApprovePayment, **of_a_payment),
    some.builds(PlanMilestone, **of_a_milestone, title=some.just("Launch"), due_on=days),
    some.builds(RescheduleMilestone, **of_a_milestone, due_on=days, **reason),
    some.builds(CompleteMilestone, **of_a_milestone, completed_on=days, evidence=some.just("Minutes")),
    some.builds(MissMilestone, **of_a_milestone, **reason),
    some.builds(WaiveMilestone, **of_a_milestone, **reason),
    some.builds(reporting, awards, some.just("quarterly")),
    some.builds(MoveObligation, **of_an_obligation, due_on=days, **reason),
    some.builds(MeetObligation, **of_an_obligation, met_on=days, evidence=some.just("An e-mail")),
    some.builds(WaiveObligation, **of_an_obligation, **reason),
    some.builds(DeclareNilReturn, **of_an_obligation, declared_on=days, **reason),
    reports,
    some.builds(lambda report: CorrectReport(**report.model_dump(), reason=REASON), reports),
    some.builds(AcceptReport, award=awards, period=quarters),
    some.builds(
        SendBackReport, award=awards, period=quarters, reasons=some.just((REASON,)), correct_by=some.just(date.max)
    ),
    some.builds(IdentifyProvider, provider=some.just("embrace"), charity_number=some.sampled_from(["1107533", None])),
    some.builds(ChangeProviderStatus, provider=some.just("embrace"), status=some.sampled_from(Status), **reason),
    some.builds(OpenReturn, **half_years),
    some.builds(FillReturn, **half_years),
    some.builds(SignOffReturn, **half_years, declaration=some.just("It is right"), despite=some.just("It is late")),
    some.builds(SubmitReturn, **half_years, submitted_on=some.just(date(2017, 10, 16))),
    some.builds(RestateReturn, **half_years, **reason),
)

stories = some.one_of(
    some.lists(orders, min_size=5, max_size=12),
    some.lists(orders_of_turns, min_size=5, max_size=12),
    stories_of_turns,
    some.builds(_report_story, reports, reports),
    some.builds(_unknown_story, awards, funds, pence, some.booleans()),
    some.builds(_milestone_story, awards, some.booleans(), some.booleans()),
    some.builds(_obligation_story, some.sampled_from(["a1", "a1", "a2"])),
    some.builds(_return_story, some.sampled_from(["It is late", None])),
)

histories = some.lists(stories, min_size=6, max_size=15).map(lambda told: [order for story in told for order in story])
"""Orders to an office that has two funds, two providers and three awards. What a rule forbids is refused."""

BEGINNING: list[Command[Any]] = [
    *fund_with(100, "f1"),
    *fund_with(50, "f2"),
    *(fund_with(0, fund, NEXT_YEAR)[0] for fund in ("f1", "f2")),
    PROVIDER,
    RegisterProvider(provider="remedi", title="Remedi"),
    registered("a1"),
    registered("a2", route=Route.SINGLE_TENDER, ground="Continuity of supply"),
    approved("a1", share(20, "f1")),
    reporting("a1", "quarterly"),
    PlanMilestone(award="a1", milestone="m1", title="Launch", due_on=date(2017, 10, 1)),
]


@contextmanager
def lived(history: list[Command[Any]]) -> Iterator[Office]:
    """An office in memory to which the orders were given."""
    log = open_log(Database.of("memory:"))
    with Office(log, ReadModels(log, InMemory()), Clock()).open() as office:
        for order in [*BEGINNING, *history]:
            before = log.head()
            try:
                office.do(order, giver(order))
            except OutturnError:
                assert log.head() == before, "what is refused leaves the log as it was"
        yield office


@contextmanager
def lived_as(orders: list[Command[Any]], clock: Clock | None = None) -> Iterator[Office]:
    """An office in memory that obeyed exactly these orders."""
    log = open_log(Database.of("memory:"))
    with Office(log, ReadModels(log, InMemory()), clock or Clock()).open() as office:
        for order in orders:
            office.do(order, giver(order))
        yield office
