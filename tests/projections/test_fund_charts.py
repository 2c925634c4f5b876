"""The chart of a year's funds says what the budgets say."""

from datetime import date
from typing import Any

import pytest

from domain.awards.spend_commands import ReportSpend
from domain.charts import Chart
from projections.fund_charts import funds_chart
from projections.standing import standings
from services.office import Office
from tests.scenes import FUND, PROVIDER, YEAR, approved, awarded, do, fund_with, paid, registered, share


def stated(award: str, period: str, received_on: date, **lines: int | None) -> ReportSpend:
    """A statement of spend: what each line will come to in the end, in pounds."""
    said = [
        {"line": line, "planned_pence": 1, "actual_pence": 1, "forecast_pence": pounds and pounds * 100}
        | {"explanation": None}
        for line, pounds in lines.items()
    ]
    return ReportSpend.model_validate({"award": award, "period": period, "received_on": received_on, "lines": said})


@pytest.fixture
def spent(office: Office) -> Office:
    """An office in which forecasts of every kind came in."""
    do(office, *fund_with(1_000), *fund_with(None, "cdrg"), *fund_with(50, "vru"), PROVIDER)
    do(office, *fund_with(10, FUND, "2018-19"))
    for award in ("a1", "a2", "a3"):
        do(office, *awarded(award, 100))
    do(office, registered("both"), approved("both", share(10), share(20, "cdrg")))
    do(office, registered("unknown"), approved("unknown", share(None, inferred=5)))
    do(office, *paid("a1", "p1", 75_00, date(2017, 10, 1)))
    first, later = date(2017, 8, 1), date(2017, 10, 2)
    do(
        office,
        stated("a1", "2017-18-q1", first, staff=50, rent=10),
        stated("a1", "2017-18-q2", later, staff=90, rent=9),
    )
    do(office, stated("a2", "2017-18-q2", later, staff=70), stated("a2", "2017-18-q1", first, staff=40))
    do(office, stated("a2", "2017-18-q2", later, staff=71))  # said again, it takes the place of what was said before
    do(office, stated("a3", "2017-18-q1", first, staff=80), stated("a3", "2017-18-q2", later, staff=1, rent=None))
    do(office, stated("both", "2017-18-q1", first, staff=30), stated("unknown", "2017-18-q1", first, staff=5))
    return office


def figures(chart: Chart | None) -> dict[str, list[Any]]:
    """The figures of a chart by series."""
    assert chart is not None
    return {series.name: list(series.values) for series in chart.series}


@pytest.mark.parametrize("on", [None, date(2018, 3, 31)])
def test_it_says_what_the_budgets_say(spent: Office, on: date | None) -> None:
    with spent.reading() as views:
        found = figures(funds_chart(views, YEAR, on))
        known = [standings(views, on)[fund, YEAR].figures() for fund in ("cdrg", FUND, "vru")]
    of_budget = {"allocated": "received_pence", "committed": "committed_pence", "paid": "paid_pence"}
    for name, key in {**of_budget, "forecast": "forecast_pence", "left": "left_pence"}.items():
        assert found[name] == [own[key] for own in known]
    assert found["forecast"] == [None, (90 + 9 + 71) * 100, None]
    assert found["allocated"] == [None, 1_000_00, 50_00]


def test_what_is_not_known_and_what_is_over_committed_is_said_in_words(spent: Office) -> None:
    with spent.reading() as views:
        chart = funds_chart(views, YEAR)
    assert chart is not None
    assert "Fund cdrg: committed £20, paid £0, not known: allocated, forecast by providers, left." in chart.alt
    assert chart.table().names == ("category",)


def test_a_year_without_funds_has_no_chart(spent: Office) -> None:
    with spent.reading() as views:
        assert funds_chart(views, "2031-32") is None
        assert figures(funds_chart(views, "2018-19"))["forecast"] == [None]
