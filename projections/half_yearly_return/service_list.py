"""The service list: who was funded for what, by which route, with how much, and what was spent and is forecast."""

from domain import money
from domain.tables import Cell, Column, Missing, Row, Table, cell
from projections.half_yearly_return.adding_up import Bounds, Tally, bounds_of, cell_of, nothing_of
from projections.half_yearly_return.counts import NOTHING
from projections.half_yearly_return.services import ALL, Service, Services

_MONEY = (("spend", "pence", False), ("spend", "pence", True), ("forecast", "pence", False))
_POSTS = (("posts-funded", "hundredths", False), ("posts-filled", "hundredths", False))


def section(services: Services) -> tuple[Table, ...]:
    """A row to a service; a last row for all of them. Money in whole pence, posts in hundredths."""
    tallies = [Tally() for _ in range(7)]
    rows: list[Row] = [_row(services, service, tallies) for service in services.services]
    rows.append(_all(services, tallies))
    notes = [
        "Spend, forecast and posts are as reported by the provider, in accepted reports only.",
        "The variance is what was allocated less what is forecast to be spent by 31 March.",
        "A service that did not supply a figure is not in the last row's sum.",
    ]
    notes += [
        f"{service.line}: a report for {', '.join(service.misfits)} does not fit the half-year and is in no figure."
        for service in services.services
        if service.misfits
    ]
    chosen = [choice for service in services.services for choice in service.choices]
    notes += [*(choice.words for choice in chosen), *(choice.why for choice in chosen)]
    return (
        Table(
            name="service-list",
            title="Service list",
            columns=(
                Column(key="award", title="Award"),
                Column(key="provider", title="Provider"),
                Column(key="service", title="Service"),
                Column(key="route", title="Route"),
                Column(key="fund", title="Fund", detail=True),
                Column(key="ring_fence", title="Ring-fence", detail=True),
                Column(key="allocation_pence", title="Allocation for the year", kind="pence", unit="pence"),
                Column(key="spend_pence", title="Spend in the half-year", kind="pence", unit="pence"),
                Column(key="spend_to_date_pence", title="Spend in the year to date", kind="pence", unit="pence"),
                Column(key="forecast_pence", title="Forecast to 31 March", kind="pence", unit="pence"),
                Column(key="variance_pence", title="Variance", kind="pence", unit="pence"),
                Column(key="variance_reason", title="Why it differs", detail=True),
                Column(key="posts_funded", title="Posts funded", kind="hundredths", unit="posts", detail=True),
                Column(key="posts_filled", title="Posts filled", kind="hundredths", unit="posts", detail=True),
                Column(key="report", title="Report"),
                Column(key="made_up", title="Made up for demonstration", kind="yes-no"),
            ),
            rows=tuple(rows),
            notes=tuple(notes),
            names=("award",),
        ),
    )


def _row(services: Services, service: Service, tallies: list[Tally]) -> Row:
    allocated = money.add(share.amount_pence for share in service.shares)
    why = tuple(sorted({*service.reason, *(each for share in service.shares for each in share.sources)}))
    allocation = cell(allocated, sources=why)
    if allocated is not None:
        tallies[0].add((allocated, allocated))
    tallies[0].add_missing(allocation)
    spend, to_date, forecast = (
        _of(services, service, code, tally, to_date=to_date)
        for (code, _, to_date), tally in zip(_MONEY, tallies[1:4], strict=True)
    )
    variance = _variance(allocation, forecast)
    if variance.missing is None:
        tallies[4].add(_bounds(variance))
    tallies[4].add_missing(variance)
    posts = (
        _of(services, service, code, tally, to_date=to_date)
        for (code, _, to_date), tally in zip(_POSTS, tallies[5:7], strict=True)
    )
    fences = sorted({share.ring_fence for share in service.shares if share.ring_fence})
    return (
        cell(service.award.award),
        cell(service.provider),
        cell(service.award.service),
        cell(service.award.route),
        cell("; ".join(sorted({share.fund for share in service.shares}))),
        cell("; ".join(fences) or None, missing=Missing.NOT_APPLICABLE),
        allocation,
        spend,
        to_date,
        forecast,
        variance,
        _reason(service),
        *posts,
        cell(service.standing),
        cell(service.made_up),
    )


def _of(services: Services, service: Service, code: str, tally: Tally, *, to_date: bool) -> Cell:
    measure = services.framework.measure(code)
    reports = service.counted_to_date if to_date else service.counted
    found = bounds_of(code, measure.adds_up, reports) if measure else None
    if found is None or measure is None:
        of = (
            service.nothing_of(code)
            if measure is None
            else nothing_of(service, code, measure, reports, to_date=to_date)
        )
        tally.add_missing(of)
        return of
    tally.add(found[0])
    return cell_of(*found)


def _bounds(said: Cell) -> Bounds:
    if isinstance(said.value, int):
        return said.value, said.value
    return said.at_least or 0, said.at_most


def _variance(allocation: Cell, forecast: Cell) -> Cell:
    """What is allocated less what is forecast; not known unless both are exact."""
    if not isinstance(allocation.value, int) or not isinstance(forecast.value, int):
        return Cell(missing=Missing.NOT_KNOWN)
    sources = tuple(sorted({*allocation.sources, *forecast.sources}))
    return Cell(value=allocation.value - forecast.value, sources=sources)


def _reason(service: Service) -> Cell:
    said = [(report.texts["variance"], report.sources) for report in service.counted if "variance" in report.texts]
    if not said:
        return Cell(missing=Missing.NOT_SUPPLIED)
    sources = tuple(sorted({position for _, own in said for position in own}))
    return Cell(value=" ".join(words for words, _ in said), sources=sources)


def _all(services: Services, tallies: list[Tally]) -> Row:
    """Money may be added over services: it is one unit, and no pound is in two of them."""
    allocation, spend, to_date, forecast, variance, funded, filled = (tally.cell for tally in tallies)
    return (
        *(cell(ALL), NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
        *(allocation if services.services else Cell(missing=Missing.NOT_KNOWN), spend, to_date, forecast, variance),
        *(NOTHING, funded, filled, NOTHING, cell(services.made_up)),
    )
