"""Orders that many tests begin with: a fund with money in it, a provider, an award, its reports."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from domain.awards.commands import ApproveAward, RegisterAward
from domain.awards.events import Route, Share
from domain.awards.milestone_commands import ScheduleMonitoring
from domain.awards.payment_commands import ApprovePayment, RecordPayment, SchedulePayment
from domain.funds.commands import OpenFund, ReceiveAllocation
from domain.kernel import Command
from domain.providers.commands import RegisterProvider
from domain.reports.commands import AcceptReport, SubmitReport
from domain.reports.events import Figure, OutcomeFigure
from domain.reports.quantity import Quantity
from projections.rows import METADATA
from projections.views import Views
from services.office import Office
from tests.story import giver

FUND, YEAR = "moj-victims", "2017-18"


def do(office: Office, *commands: Command[Any]) -> None:
    """Gives orders one by one, as somebody who may do everything; what takes a second person, as another."""
    for command in commands:
        office.do(command, giver(command))


def fund_with(
    pounds: int | None, fund: str = FUND, year: str = YEAR, return_to: str | None = "moj"
) -> list[Command[Any]]:
    """A fund, and what it received (``None``: not known in amount)."""
    return [
        OpenFund(fund=fund, year=year, title=f"Fund {fund}", funder="Ministry of Justice", return_to=return_to),
        ReceiveAllocation(
            fund=fund,
            year=year,
            agreement="grant-letter",
            amount_pence=None if pounds is None else pounds * 100,
            source="Grant letter",
        ),
    ]


PROVIDER = RegisterProvider(provider="embrace", title="Embrace")


def registered(award: str = "a1", **more: Any) -> RegisterAward:
    """An award to Embrace for the whole of 2017-18."""
    said: dict[str, Any] = {
        "service": f"Service {award}",
        "route": Route.GRANT,
        "provider": "embrace",
        "starts_on": date(2017, 4, 1),
        "ends_on": date(2018, 3, 31),
    }
    return RegisterAward(award=award, **{**said, **more})


def share(pounds: int | None, fund: str = FUND, year: str = YEAR, inferred: int | None = None) -> Share:
    """What one fund puts in."""
    return Share(
        fund=fund,
        year=year,
        amount_pence=None if pounds is None else pounds * 100,
        inferred_pence=None if inferred is None else inferred * 100,
    )


def approved(award: str, *shares: Share) -> ApproveAward:
    """The approval of an award."""
    return ApproveAward(award=award, shares=shares)


def awarded(award: str, pounds: int | None, **more: Any) -> list[Command[Any]]:
    """An award and its approval, out of one fund."""
    return [registered(award, **more), approved(award, share(pounds))]


def paid(
    award: str, payment: str, amount_pence: int, paid_on: date, fund: str = FUND, year: str = YEAR
) -> list[Command[Any]]:
    """A payment, from the day it is scheduled to the day it is made."""
    said: dict[str, Any] = {"award": award, "payment": payment, "amount_pence": amount_pence}
    said |= {"fund": fund, "year": year}
    return [
        SchedulePayment(**said, due_on=paid_on),
        ApprovePayment(award=award, payment=payment),
        RecordPayment(**said, paid_on=paid_on),
    ]


def reporting(award: str, frequency: str = "half-yearly") -> ScheduleMonitoring:
    """The award's outcome reports are owed a month after each period."""
    return ScheduleMonitoring.model_validate(
        {
            "award": award,
            "schedule": "outcome-report",
            "title": "Outcome report",
            "frequency": frequency,
            "due": "1 month after",
        }
    )


def reported(
    award: str, period: str, made_up: bool = False, **counts: int | str | tuple[Any, Any, Any]
) -> SubmitReport:
    """A report: ``referrals=12``, ``spend="more than 15,000"``, ``cope=(improved, answered, eligible)``."""
    figures, outcomes = _content(counts)
    return SubmitReport(
        award=award, period=period, figures=figures, outcomes=outcomes, made_up=made_up, received_on=date(2017, 10, 10)
    )


def _content(counts: dict[str, Any]) -> tuple[tuple[Figure, ...], tuple[OutcomeFigure, ...]]:
    figures, outcomes = [], []
    for name, said in counts.items():
        if isinstance(said, tuple):
            improved, answered, eligible = said
            outcomes.append(OutcomeFigure(outcome=name, improved=improved, answered=answered, eligible=eligible))
        else:
            figures.append(Figure(measure=name.replace("_", "-"), quantity=Quantity.model_validate(said)))
    return tuple(figures), tuple(outcomes)


def accepted(award: str, period: str, **counts: Any) -> list[Command[Any]]:
    """A report that is accepted as it came."""
    return [reported(award, period, **counts), AcceptReport(award=award, period=period)]


Contents = dict[str, list[tuple[Any, ...]]]


def contents(views: Views) -> Contents:
    """Every row of every read model."""
    return {
        name: [tuple(row) for row in views.connection.execute(select(table).order_by(*table.primary_key))]
        for name, table in sorted(METADATA.tables.items())
    }


def everything_in(office: Office) -> Contents:
    """Every row of every read model as now served."""
    with office.reading() as views:
        return contents(views)


def folded_anew(office: Office, up_to: int | None = None) -> Contents:
    """Every row as a fold of the log from its first event makes it."""
    with office.as_at(office.log.head() if up_to is None else up_to) as views:
        return contents(views)


def records(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Rows as plain mappings."""
    return [dict(vars(row)) for row in rows]
