"""Outcomes: of the people eligible to be asked, how many answered, and how many improved. Never a percentage."""

from collections.abc import Iterable

from domain.reports.measures import Outcome
from domain.tables import Cell, Column, Missing, Row, Table, cell
from projections.half_yearly_return.services import Counted, Service, Services

NUMBERS = ("improved", "answered", "eligible")


def section(services: Services) -> Table:
    """A row to a service and outcome; last, for each outcome, a row over all services that supplied all three."""
    rows = [_row(service, outcome) for service in services.services for outcome in services.framework.outcomes]
    nothing = Cell(missing=Missing.NOT_APPLICABLE, words="")
    for outcome in services.framework.outcomes:
        whole = [
            numbers for service in services.services if (numbers := _numbers(service.counted, outcome)) is not None
        ]
        complete = [numbers for numbers in whole if all(number.missing is None for number in numbers)]
        cells = [_sum(each) for each in zip(*complete, strict=True)] if complete else [_NONE] * 3
        rows.append(
            (cell("All services (instances)"), nothing, nothing, cell(outcome.title), *cells, cell(services.made_up))
        )
    return Table(
        name="outcomes",
        title="Outcomes",
        columns=(
            Column(key="award", title="Award"),
            Column(key="provider", title="Provider", detail=True),
            Column(key="service", title="Service"),
            Column(key="outcome", title="Outcome"),
            Column(key="improved", title="Improved", kind="count", unit="people"),
            Column(key="answered", title="Answered", kind="count", unit="people"),
            Column(key="eligible", title="Eligible", kind="count", unit="people"),
            Column(key="made_up", title="Made up for demonstration", kind="yes-no"),
        ),
        rows=tuple(rows),
        notes=(
            "Not asked is not the same as not improved: an outcome is read as improved, of answered, of eligible.",
            "The last rows count instances, not people, over the services that supplied all three numbers.",
        ),
    )


_NONE = Cell(missing=Missing.NOT_SUPPLIED)


def _row(service: Service, outcome: Outcome) -> Row:
    numbers = _numbers(service.counted, outcome)
    missing = Cell(missing=Missing.NIL) if service.nil else _NONE
    return (
        cell(service.award.award),
        cell(service.provider),
        cell(service.award.service),
        cell(outcome.title),
        *(numbers or (missing, missing, missing)),
        cell(service.made_up),
    )


def _numbers(reports: Iterable[Counted], outcome: Outcome) -> tuple[Cell, Cell, Cell] | None:
    """The three numbers over some reports of one service; nothing when no report speaks of the outcome."""
    found = [
        (figure, report.sources)
        for report in reports
        for figure in report.figures.outcomes
        if figure.outcome == outcome.outcome
    ]
    if not found:
        return None
    cells = []
    for number in NUMBERS:
        counts = [getattr(figure, number) for figure, _ in found]
        sources = tuple(sorted({position for _, own in found for position in own}))
        # one report of several that left a number out makes the sum not supplied, not smaller
        cells.append(_NONE if None in counts else Cell(value=sum(counts), sources=sources))
    return cells[0], cells[1], cells[2]


def _sum(cells: Iterable[Cell]) -> Cell:
    cells = list(cells)
    sources = tuple(sorted({position for each in cells for position in each.sources}))
    return Cell(value=sum(int(each.value or 0) for each in cells), sources=sources)
