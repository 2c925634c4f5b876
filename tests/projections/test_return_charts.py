"""The charts of a return say what its tables say: gaps stay gaps, units stay apart, what is not there is left out."""

from domain.charts import Chart
from domain.returns.filled import FilledReturn
from domain.tables import Cell, Column, Missing, Table, cell
from projections.half_yearly_return.charts import charts

NOTHING = Cell(missing=Missing.NOT_APPLICABLE, words="")
NOT_SUPPLIED = Cell(missing=Missing.NOT_SUPPLIED)


def service_list(*, forecast: bool = True) -> Table:
    """Three services: within the allocation, beyond it, and silent; and the row of all of them."""
    keys = ["allocation_pence", "spend_to_date_pence", *(["forecast_pence"] if forecast else [])]
    rows = [
        (cell("A-1"), cell("Counselling"), cell(10_000), cell(4_000), cell(9_000)),
        (cell("A-2"), cell("Helpline"), cell(5_000), cell(6_050), cell(7_000)),
        (cell("A-3"), cell("Hub"), cell(2_000), NOT_SUPPLIED, NOT_SUPPLIED),
        (cell("All services"), NOTHING, cell(17_000), cell(10_050), cell(16_000)),
    ]
    columns = [Column(key="award", title="Award"), Column(key="service", title="Service")]
    columns += [Column(key=key, title=key, kind="pence", unit="pence") for key in keys]
    return Table(
        name="service-list",
        title="Service list",
        columns=tuple(columns),
        rows=tuple(row[: len(columns)] for row in rows),
    )


def demand(referrals: Cell, closed: Cell) -> Table:
    """What all services were asked for and gave."""
    columns = [Column(key="award", title="Award")]
    for key, unit in (("referrals", "referrals"), ("offered", "people"), ("accepted", "people"), ("closed", "cases")):
        columns.append(Column(key=key, title=key.capitalize(), kind="count", unit=unit))
    return Table(
        name="demand",
        title="Demand",
        columns=tuple(columns),
        rows=((cell("All services (instances)"), referrals, cell(80), cell(60), closed),),
    )


def outcomes() -> Table:
    """One outcome over all services."""
    keys = ("award", "outcome", "improved", "answered")
    return Table(
        name="outcomes",
        title="Outcomes",
        columns=tuple(Column(key=key, title=key.capitalize()) for key in keys),
        rows=(
            (cell("A-1"), cell("Better able to cope"), cell(1), cell(2)),
            (cell("All services (instances)"), cell("Better able to cope"), cell(20), cell(30)),
        ),
    )


def filled(*tables: Table, period: str = "2017-18-h2") -> FilledReturn:
    """A return of these tables."""
    return FilledReturn(period=period, template="moj-working-1", position=1, tables=tables, waiting_for=())


def named(found: list[Chart], name: str) -> Chart:
    """The chart of that name."""
    (chart,) = [chart for chart in found if chart.name == name]
    return chart


class TestSpendAgainstAllocation:
    def test_has_a_bar_to_each_service_and_none_to_all_of_them(self) -> None:
        chart = named(charts(filled(service_list())), "spend-chart")
        assert chart.categories == ("A-1: Counselling", "A-2: Helpline", "A-3: Hub")
        assert chart.unit == "pence"
        assert [series.name for series in chart.series] == ["allocation", "spend_to_date", "forecast"]
        assert chart.series[1].values == (4_000, 6_050, None)

    def test_says_in_words_what_is_spent_of_what_where_both_are_known(self) -> None:
        alt = named(charts(filled(service_list())), "spend-chart").alt
        assert "Where both are known (2 services), £100.50 is spent in the year to date of £150 allocated" in alt
        assert "1 service spent more than the allocation" in alt
        assert "Of 1 service the spend is not shown" in alt

    def test_does_without_a_forecast(self) -> None:
        chart = named(charts(filled(service_list(forecast=False))), "spend-chart")
        assert [series.name for series in chart.series] == ["allocation", "spend_to_date"]


class TestFromReferralToOutcome:
    def test_has_each_step_in_its_own_unit(self) -> None:
        chart = named(charts(filled(demand(cell(100), cell(40)), outcomes())), "funnel-chart")
        assert chart.categories == (
            "Referrals",
            "Offered",
            "Accepted",
            "Closed",
            "Better able to cope: answered",
            "Better able to cope: improved",
        )
        assert chart.units == ("referrals", "people", "people", "cases", "people", "people")
        assert chart.series[0].values == (100, 80, 60, 40, 30, 20)

    def test_a_step_that_is_not_known_is_a_gap_with_its_reason_in_the_words_too(self) -> None:
        bounded = Cell(words="more than 15,000", at_least=15_001)
        chart = named(charts(filled(demand(bounded, NOT_SUPPLIED))), "funnel-chart")
        assert chart.series[0].values == (None, 80, 60, None)
        assert "Referrals: more than 15,000" in chart.alt
        assert "Closed: not supplied" in chart.alt

    def test_says_no_percentage_and_that_the_bars_are_not_shares(self) -> None:
        chart = named(charts(filled(demand(cell(100), cell(40)))), "funnel-chart")
        assert "%" not in chart.alt + "".join(chart.notes)
        assert "not shares of one another" in chart.notes[0]


class TestHalfYearsSideBySide:
    def test_puts_the_same_figures_of_two_half_years_beside_one_another(self) -> None:
        before = filled(demand(cell(90), NOT_SUPPLIED), period="2017-18-h1")
        found = charts(filled(demand(cell(100), cell(40)), outcomes()), before)
        chart = named(found, "half-years-chart")
        now, then = chart.series
        assert (now.title, then.title) == ("1 October 2017 to 31 March 2018", "1 April 2017 to 30 September 2017")
        assert now.values == (100, 80, 60, 40, 30, 20)
        assert then.values == (90, 80, 60, None, None, None)

    def test_is_left_out_without_a_half_year_before(self) -> None:
        assert [chart.name for chart in charts(filled(demand(cell(1), cell(1))))] == ["funnel-chart"]


def test_a_chart_whose_figures_are_not_there_is_left_out() -> None:
    assert charts(filled()) == []
    nothing = demand(NOT_SUPPLIED, NOT_SUPPLIED)
    silent = nothing.model_copy(update={"rows": ((nothing.rows[0][0], *[NOT_SUPPLIED] * 4),)})
    assert charts(filled(silent), filled(silent, period="2017-18-h1")) == []
    bare = service_list().model_copy(update={"columns": service_list().columns[:2], "rows": ()})
    assert charts(filled(bare)) == []


def test_the_cells_of_a_chart_keep_their_sources() -> None:
    chart = named(charts(filled(demand(cell(100, sources=(3, 5)), cell(40)))), "funnel-chart")
    assert chart.table().rows[0][2].sources == (3, 5)
