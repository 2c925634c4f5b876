"""The charts of a filled return: spend against allocation, from referral to outcome, half-years side by side."""

from collections.abc import Sequence
from typing import NamedTuple

from domain.charts import Chart, Series, figure
from domain.money import pounds
from domain.periods import Period
from domain.returns.filled import FilledReturn
from domain.tables import Cell, Missing, Row, Table

SPEND = {
    "allocation_pence": ("allocation", "Allocation for the year"),
    "spend_to_date_pence": ("spend_to_date", "Spend in the year to date"),
    "forecast_pence": ("forecast", "Forecast to 31 March"),
}
STEPS = {"referrals": "referrals", "offered": "people", "accepted": "people", "closed": "cases"}
"""The steps from referral to closing, in order, each with its unit where the column does not say."""
OUTCOMES = ("answered", "improved")
_NOT_SHARES = (
    "Each bar has a unit of its own: referrals, people and cases are not shares of one another.",
    "The figures count instances of support: a person helped by two services is in them twice.",
)
_NONE = Cell(missing=Missing.NOT_SUPPLIED)


def charts(filled: FilledReturn, before: FilledReturn | None = None) -> list[Chart]:
    """The charts of a return, beside the half-year before where there is one. One without figures is left out."""
    found = [_spend(filled), _funnel(filled)]
    if before is not None:
        found.append(_side_by_side(filled, before))
    return [chart for chart in found if chart is not None]


class _Step(NamedTuple):
    title: str
    unit: str
    cell: Cell


def _spend(filled: FilledReturn) -> Chart | None:
    table = _named(filled.tables, "service-list")
    columns = [key for key in SPEND if table and key in _places(table)]
    if table is None or columns[:2] != list(SPEND)[:2]:
        return None
    places = _places(table)
    rows = [row for row in table.rows if "award" not in places or not _is_total(row[places["award"]])]
    series = [
        Series(name=SPEND[key][0], title=SPEND[key][1], cells=tuple(row[places[key]] for row in rows))
        for key in columns
    ]
    series = [each for place, each in enumerate(series) if place < 2 or _says_anything(each)]
    if not any(map(_says_anything, series)):
        return None
    return Chart(
        name="spend-chart",
        title="Spend against allocation by service",
        alt=_spend_in_words(series),
        unit="pence",
        label="Service",
        categories=tuple(_line(row, places) for row in rows),
        series=tuple(series),
    )


def _says_anything(series: Series) -> bool:
    return any(value is not None for value in series.values)


def _spend_in_words(series: Sequence[Series]) -> str:
    allocation, spend = series[0].values, series[1].values
    both = [(has, spent) for has, spent in zip(allocation, spend, strict=True) if has is not None and spent is not None]
    over = sum(spent > has for has, spent in both)
    parts = [
        f"Bars side by side for {_counted(len(allocation), 'service')}.",
        f"Where both are known ({_counted(len(both), 'service')}), {pounds(sum(spent for _, spent in both))} is spent "
        f"in the year to date of {pounds(sum(has for has, _ in both))} allocated; "
        f"{_counted(over, 'service')} spent more than the allocation.",
    ]
    gaps = sum(value is None for value in spend)
    if gaps:
        parts.append(f"Of {_counted(gaps, 'service')} the spend is not shown, and the reason stands in its place.")
    return " ".join(parts)


def _funnel(filled: FilledReturn) -> Chart | None:
    steps = _steps(filled)
    if not any(figure(step.cell) is not None for step in steps):
        return None
    return Chart(
        name="funnel-chart",
        title="From referral to outcome",
        alt="Bars one below another, each in a unit of its own. " + _in_words(steps),
        kind="funnel",
        unit="instances",
        label="Step",
        categories=tuple(step.title for step in steps),
        units=tuple(step.unit for step in steps),
        series=(Series(name="instances", title="All services", cells=tuple(step.cell for step in steps)),),
        notes=_NOT_SHARES,
    )


def _side_by_side(filled: FilledReturn, before: FilledReturn) -> Chart | None:
    now, then = _steps(filled), {step.title: step for step in _steps(before)}
    earlier = [then.get(step.title, _Step(step.title, step.unit, _NONE)) for step in now]
    if not any(figure(step.cell) is not None for step in earlier) or not any(figure(s.cell) is not None for s in now):
        return None
    words = [Period.parse(period).words for period in (filled.period, before.period)]
    return Chart(
        name="half-years-chart",
        title="Half-years side by side",
        alt=f"Bars side by side. {words[0]}: {_in_words(now)} {words[1]}: {_in_words(earlier)}",
        unit="instances",
        label="Step",
        categories=tuple(step.title for step in now),
        units=tuple(step.unit for step in now),
        series=(
            Series(name="this_half_year", title=words[0], cells=tuple(step.cell for step in now)),
            Series(name="half_year_before", title=words[1], cells=tuple(step.cell for step in earlier)),
        ),
        notes=_NOT_SHARES,
    )


def _steps(filled: FilledReturn) -> list[_Step]:
    """The figures over all services, from referral to outcome, as far as the tables have them."""
    found = []
    demand = _named(filled.tables, "demand")
    if demand is not None and demand.rows and _is_total(demand.rows[-1][0]):
        places, last = _places(demand), demand.rows[-1]
        for key, unit in STEPS.items():
            if key in places:
                column = demand.columns[places[key]]
                found.append(_Step(column.title, column.unit or unit, last[places[key]]))
    outcomes = _named(filled.tables, "outcomes")
    places = _places(outcomes) if outcomes else {}
    if outcomes is None or not {"outcome", *OUTCOMES} <= set(places):
        return found
    for row in outcomes.rows:
        if _is_total(row[0]):
            title = str(row[places["outcome"]].value)
            found += [_Step(f"{title}: {key}", "people", row[places[key]]) for key in OUTCOMES]
    return found


def _in_words(steps: Sequence[_Step]) -> str:
    said = [f"{step.title}: {_amount(step.cell)} {step.unit}" for step in steps if figure(step.cell) is not None]
    gone = [f"{step.title}: {_amount(step.cell)}" for step in steps if figure(step.cell) is None]
    return "; ".join([*said, *gone]) + "."


def _amount(said: Cell) -> str:
    number = figure(said)
    if number is not None:
        return f"{number:,}"
    return said.words or (said.missing or Missing.NOT_KNOWN).value


def _named(tables: Sequence[Table], name: str) -> Table | None:
    return next((table for table in tables if table.name == name), None)


def _places(table: Table) -> dict[str, int]:
    return {column.key: place for place, column in enumerate(table.columns)}


def _is_total(first: Cell) -> bool:
    return str(first.value).startswith("All services")


def _line(row: Row, places: dict[str, int]) -> str:
    """What a service is called in a chart: its award and its name."""
    said = [row[places[key]].value for key in ("award", "service") if key in places]
    return ": ".join(str(part) for part in said if part)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
