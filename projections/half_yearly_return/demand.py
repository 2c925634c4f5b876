"""Demand: what each service was asked for and gave. A column to a measure, each in its own unit."""

from domain.reports.measures import AddsUp, Measure, Unit
from domain.tables import Cell, Column, Missing, Row, Table, cell
from projections.half_yearly_return.services import Services, added, count_cell, count_of


def section(services: Services) -> Table:
    """A row to a service; a last row of instances over all services, which are not people."""
    measures = [measure for measure in services.framework.measures if measure.unit is not Unit.PENCE]
    rows: list[Row] = [
        (
            cell(service.award.award),
            cell(service.provider),
            cell(service.award.service),
            *(count_cell(count_of(measure, service.counted), service) for measure in measures),
            cell(service.made_up),
        )
        for service in services.services
    ]
    nothing = Cell(missing=Missing.NOT_APPLICABLE, words="")
    totals = [_total(services, measure) for measure in measures]
    rows.append((cell("All services (instances)"), nothing, nothing, *totals, cell(services.made_up)))
    return Table(
        name="demand",
        title="Demand",
        columns=(
            Column(key="award", title="Award"),
            Column(key="provider", title="Provider", detail=True),
            Column(key="service", title="Service", detail=True),
            *(
                Column(
                    key=measure.measure.replace("-", "_"), title=measure.title, kind="count", unit=measure.unit.value
                )
                for measure in measures
            ),
            Column(key="made_up", title="Made up for demonstration", kind="yes-no"),
        ),
        rows=tuple(rows),
        notes=(
            "The last row counts instances of support: a person helped by two services is in it twice.",
            "Units are never added to one another: "
            + "; ".join(f"{measure.title.lower()} in {measure.unit.value}" for measure in measures)
            + ".",
            "A service that did not supply a figure is not in the last row's sum.",
        ),
    )


def _total(services: Services, measure: Measure) -> Cell:
    if measure.adds_up is AddsUp.NEVER:
        return Cell(missing=Missing.NOT_APPLICABLE)
    counts = [count_of(measure, service.counted) for service in services.services]
    supplied = [count for count in counts if count is not None]
    return count_cell(added(supplied) if supplied else None)
