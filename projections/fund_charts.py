"""The funds of one year as a chart: allocated, committed, paid, forecast and left, side by side."""

from datetime import date
from typing import Any

from sqlalchemy import Text, cast, func, select

from domain.charts import Chart, Series
from domain.money import pounds
from domain.tables import Cell, cell
from projections.budget_answers import held
from projections.budgets import WHOLE, BalanceRow, CommitmentRow, FundRow
from projections.payments import SpendRow
from projections.standing import standings
from projections.views import Views

SERIES = {
    "allocated": "Allocated",
    "committed": "Committed",
    "paid": "Paid",
    "forecast": "Forecast by providers",
    "left": "Left",
}

Figures = dict[str, int | None]


def funds_chart(views: Views, year: str, on: date | None = None) -> Chart | None:
    """The funds of a financial year; nothing when it has none. Three queries.

    With ``on``, of what held on that day: then the ledger is added up, which takes longer the longer it is.
    """
    columns = FundRow.table.c
    funds = {row.fund: row for row in views.rows(FundRow, columns.year == year)}
    if not funds:
        return None
    figures = _now(views, year) if on is None else _then(views, year, on)
    series = tuple(
        Series(name=name, title=title, cells=tuple(_cell(figures[fund][name]) for fund in funds))
        for name, title in SERIES.items()
    )
    return Chart(
        name="funds-chart",
        title=f"Funds in {year}",
        alt=_alt(funds, figures),
        unit="pence",
        label="Fund",
        categories=tuple(row.title for row in funds.values()),
        series=series,
        notes=(
            *held(views, on),
            "Left is what was received, less what is committed, kept aside, returned and carried out; below nought, "
            "the fund is over-committed.",
            "The forecast is of awards that draw on this fund alone, whose amount is known and whose provider gave "
            "one.",
        ),
    )


def _now(views: Views, year: str) -> dict[str, Figures]:
    whole = BalanceRow.table.c.ring_fence == WHOLE
    forecast = _forecast(views, year)
    return {
        row.fund: _figures(row, forecast.get(row.fund))
        for row in views.rows(BalanceRow, BalanceRow.table.c.year == year, whole)
    }


def _then(views: Views, year: str, on: date) -> dict[str, Figures]:
    return {
        fund: _figures(standing.whole, standing.expected[0] if standing.expected else None)
        for (fund, of_year), standing in standings(views, on).items()
        if of_year == year
    }


def _figures(row: BalanceRow, forecast: int | None) -> Figures:
    return {
        "allocated": row.received_pence,
        "committed": row.committed,
        "paid": row.paid,
        "forecast": forecast,
        "left": row.left_pence,
    }


def _forecast(views: Views, year: str) -> dict[str, int]:
    """What providers expect to have spent at the end, by fund, as ``standings`` has it; added up by the database.

    Of the statements in force (the last of each period of an award), the one received last counts, if every line of it
    says so.
    """
    spend, takes = SpendRow.table.c, CommitmentRow.table.c
    of_year = select(takes.award).where(takes.year == year)
    of_period = (spend.award, spend.period)
    statements = (
        select(
            *(spend.award, spend.received_on, spend.position),
            func.sum(spend.forecast_pence).label("forecast"),
            (func.count() - func.count(spend.forecast_pence)).label("gaps"),
            func.row_number().over(partition_by=of_period, order_by=spend.position.desc()).label("newer"),
        )
        .where(*views.within(SpendRow), spend.award.in_(of_year))
        .group_by(*of_period, spend.received_on, spend.position)
        .subquery("statements")
    )
    said = statements.c
    last = func.row_number().over(partition_by=said.award, order_by=(said.received_on.desc(), said.position.desc()))
    in_force = select(said.award, said.forecast, said.gaps, last.label("later")).where(said.newer == 1).subquery("said")
    others = CommitmentRow.table.alias("others").c
    places = select(func.count()).where(others.award == takes.award).correlate(CommitmentRow.table).scalar_subquery()
    alone: tuple[Any, ...] = (takes.year == year, cast(takes.not_known, Text) == "{}", places == 1)
    by_fund = (
        select(takes.fund, func.sum(in_force.c.forecast))
        .select_from(CommitmentRow.table.join(in_force, in_force.c.award == takes.award))
        .where(*views.within(CommitmentRow), in_force.c.later == 1, in_force.c.gaps == 0, *alone)
        .group_by(takes.fund)
    )
    return {fund: int(pence) for fund, pence in views.connection.execute(by_fund)}


def _cell(pence: int | None) -> Cell:
    return cell(pence)


def _alt(funds: dict[str, FundRow], figures: dict[str, Figures]) -> str:
    """The figures in words."""
    parts = []
    for fund, row in funds.items():
        own = figures[fund]
        said = [
            f"{SERIES[name].lower()} {pounds(pence)}"
            for name in SERIES
            if (pence := own[name]) is not None and (name != "left" or pence >= 0)
        ]
        left = own["left"]
        if left is not None and left < 0:
            said.append(f"over-committed by {pounds(-left)}")
        gaps = [SERIES[name].lower() for name in SERIES if own[name] is None]
        if gaps:
            said.append(f"not known: {', '.join(gaps)}")
        parts.append(f"{row.title}: {', '.join(said)}.")
    return " ".join(["Bars side by side for each fund.", *parts])
