"""A half-year in which every section of the return has something to say: the orders, and the return they make.

Counsel reports whole, from a workbook; the hub by two quarters, one of them with bounds; the restorative justice
service on what was agreed; the helpline declares a nil return; the shelter says nothing; the advisers report on days
that do not fit, and the office chooses how they count.
"""

from datetime import date
from typing import Any

from domain.awards.events import Route
from domain.awards.reporting_commands import AgreeMeasures
from domain.funds.commands import SetRingFence
from domain.kernel import Command
from domain.monitoring.commands import DeclareNilReturn
from domain.providers.commands import RegisterProvider
from domain.reports.commands import AcceptReport, SubmitReport
from domain.reports.events import Figure, OutcomeFigure, ReportFile, Text
from domain.returns.commands import ApportionReport, CommentOnReturn, FillReturn, OpenReturn, SignOffReturn
from domain.returns.events import Apportionment
from tests.scenes import FUND, PROVIDER, YEAR, approved, awarded, fund_with, registered, reported, reporting, share

H1 = "2017-18-h1"
DAYS = "2017-09-01..2017-10-10"
"""Thirty days in the half-year, ten after it."""
FILE = ReportFile(sha256="0123456789abcdef" * 4, file_name="counsel 2017-18-h1.xlsx")

COUNTS = {
    "referrals": 120,
    "declined": 5,
    "offered": 110,
    "accepted": 100,
    "continuing": 40,
    "closed": 60,
    "waiting": 7,
    "referrals:referral-source/police-automatic": 80,
    "referrals:referral-source/self": 40,
    "accepted:age/under-18": 10,
    "accepted:age/25-64": 85,
    "accepted:age/not-known": 3,
    "accepted:age/prefer-not-to-say": 2,
    "accepted:sex/female": 70,
    "accepted:sex/male": 30,
    "accepted:ethnicity/white-british": 90,
    "accepted:ethnicity/not-known": 10,
    "accepted:disability/disabled": 12,
    "accepted:disability/not-disabled": 0,
    "accepted:crime-type/burglary": 25,
    "accepted:crime-type/fraud": 75,
    "accepted:reported-to-police/reported": 99,
    "needs-identified": 90,
    "needs-identified:need/need-1": 50,
    "needs-identified:need/need-2": 60,
    "needs-supported": 80,
    "needs-supported:need/need-1": 44,
    "supported": 95,
    "supported:support-type/emotional": 95,
    "supported:support-mode/remote": 33,
    "spend": 155_000_00,
    "forecast": 290_000_00,
    "posts-funded": 450,
    "posts-filled": 425,
}
"""What Counsel reports, each in the cell of its line."""
TEXTS = {
    "good-practice": "A drop-in began in May.",
    "risks": "One post is vacant.",
    "variance": "The vacancy saves £10,000.",
    "surplus-plan": "The rest pays for training.",
}


def from_a_workbook() -> SubmitReport:
    """Counsel's report, read from a file."""
    figures = tuple(
        Figure.of(f"{key}={count}").model_copy(update={"cell": f"Demand!C{row}"})
        for row, (key, count) in enumerate(COUNTS.items(), 4)
    )
    cope = OutcomeFigure(
        outcome="cope", improved=30, answered=40, eligible=90, cells=("Outcomes!C6", "Outcomes!C5", "Outcomes!C4")
    )
    return SubmitReport(
        award="c-1",
        period=H1,
        figures=figures,
        outcomes=(cope, OutcomeFigure(outcome="recover", improved=5, answered=None, eligible=90)),
        narrative="A good half-year.",
        texts=tuple(Text(narrative=heading, words=words) for heading, words in TEXTS.items()),
        file=FILE,
        received_on=date(2017, 10, 10),
    )


def beginning() -> list[Command[Any]]:
    """The funds, the awards, and what is owed."""
    remedi = RegisterProvider(provider="remedi", title="Remedi")
    fence = SetRingFence(
        fund=FUND, year=YEAR, ring_fence="dasv", title="Domestic abuse", amount_pence=50_000_00, reason="Grant letter"
    )
    in_the_fence = share(50_000).model_copy(update={"ring_fence": "dasv"})
    return [
        *fund_with(1_000_000),
        *fund_with(100_000, "moj-rj"),
        fence,
        PROVIDER,
        remedi,
        *awarded("c-1", 300_000, service="Counsel"),
        *awarded("c-2", 200_000, service="Hub", route=Route.CONTRACT, provider="remedi"),
        registered("c-3", service="Restorative justice", provider="remedi"),
        approved("c-3", share(40_000, "moj-rj")),
        *awarded("c-4", 10_000, service="Helpline"),
        registered("c-5", service="Shelter"),
        approved("c-5", in_the_fence),
        registered("c-6", service="Advisers", starts_on=date(2017, 9, 1)),
        approved("c-6", share(60_000)),
        AgreeMeasures(award="c-3", measures=("rj-referrals", "rj-direct", "rj-spend", "spend"), outcomes=()),
        *(reporting(award) for award in ("c-1", "c-3", "c-4", "c-5")),
        reporting("c-2", "quarterly"),
    ]


def reports() -> list[Command[Any]]:
    """What the providers say, and that it is accepted."""
    nil = DeclareNilReturn(
        award="c-4", schedule="outcome-report", period=H1, declared_on=date(2017, 10, 2), reason="It opens in November"
    )
    orders: list[Command[Any]] = [
        from_a_workbook(),
        reported("c-2", "2017-18-q1", referrals=30, offered="20 to 30", spend=40_000_00, waiting=9, cope=(1, 2, 3)),
        reported("c-2", "2017-18-q2", referrals="more than 40", offered=8, spend=45_000_00, waiting=4, cope=(4, 5, 6)),
        reported("c-3", H1, rj_referrals=12, rj_direct=3, rj_spend=9_000_00, spend=18_000_00),
        reported("c-6", DAYS, referrals=41, spend=20_000_01, waiting=5, cope=(2, 3, 9)),
    ]
    accepting = [AcceptReport(award=order.award, period=order.period) for order in orders]  # type: ignore[attr-defined]
    return [*orders, *accepting, nil]


CHOICE = ApportionReport(
    period=H1, award="c-6", report_period=DAYS, how=Apportionment.BY_DAYS, reason="The service began in September"
)
OPEN = OpenReturn(
    period=H1, due_on=date(2017, 10, 31), office="Office of the PCC for Humberside", area_code="E23000012"
)
REMARK = CommentOnReturn(period=H1, words="The shelter was asked twice.", cell="service-list/c-5/report")
FILL = FillReturn(period=H1)
SIGN = SignOffReturn(period=H1, declaration="I have checked these figures.", despite="The shelter does not answer.")


def life() -> list[Command[Any]]:
    """All of it, to the signature."""
    return [*beginning(), *reports(), OPEN, CHOICE, REMARK, FILL, SIGN]
