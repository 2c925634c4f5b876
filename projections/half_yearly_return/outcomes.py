"""Outcomes: of the people eligible to be asked, how many answered, and how many improved. Never a percentage."""

from collections.abc import Sequence

from domain.reports.measures import Outcome
from domain.tables import Cell, Column, Missing, Row, Table, cell
from projections.half_yearly_return.adding_up import nothing_in_all
from projections.half_yearly_return.counts import NOTHING, choices_in
from projections.half_yearly_return.parts import Counted, Part
from projections.half_yearly_return.services import INSTANCES, Service, Services

_NONE = Cell(missing=Missing.NOT_SUPPLIED)


def section(services: Services) -> tuple[Table, ...]:
    """A row to a service and outcome; last, for each outcome, a row over all services that supplied all three."""
    numbers = {
        (number, outcome.outcome): _numbers(service.counted, outcome)
        for number, service in enumerate(services.services)
        for outcome in services.framework.outcomes
    }
    rows: list[Row] = [
        _row(service, outcome, numbers[number, outcome.outcome])
        for number, service in enumerate(services.services)
        for outcome in services.framework.outcomes
    ]
    for outcome in services.framework.outcomes:
        found = (numbers[number, outcome.outcome] for number in range(len(services.services)))
        complete = [cells for cells in found if cells and all(each.missing is None for each in cells)]
        sums = [Cell(value=sum(int(each.value or 0) for each in cells)) for cells in zip(*complete, strict=True)]
        if not sums:
            asked = [service for service in services.services if outcome.outcome in service.asked]
            sums = [nothing_in_all({_why(service, outcome) for service in asked})] * 3
        rows.append((cell(INSTANCES), NOTHING, NOTHING, cell(outcome.title), *sums, cell(services.made_up)))
    return (
        Table(
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
                *choices_in(services.services, {outcome.outcome for outcome in services.framework.outcomes}),
            ),
            names=("award", "outcome"),
        ),
    )


def _why(service: Service, outcome: Outcome) -> Missing:
    """Why a service that was asked is not in the last row: nothing to report, or something of it did not come."""
    return service.nothing_of(outcome.outcome).missing or Missing.NOT_SUPPLIED


def _row(service: Service, outcome: Outcome, numbers: tuple[Cell, ...] | None) -> Row:
    return (
        *service.labels,
        cell(outcome.title),
        *(numbers or (service.nothing_of(outcome.outcome),) * 3),
        *service.mark,
    )


def _numbers(reports: Sequence[Counted], outcome: Outcome) -> tuple[Cell, ...] | None:
    """The three numbers over some reports of one service; nothing when no report speaks of the outcome."""
    found = [report for report in reports if outcome.outcome in report.outcomes]
    if not found:
        return None
    sources = tuple(sorted({position for report in found for position in report.sources}))
    counts = [_part(report.part, report.outcomes[outcome.outcome]) for report in found]
    # one report of several that left a number out makes the sum not supplied, not smaller
    return tuple(
        _NONE if None in each else Cell(value=sum(count for count in each if count is not None), sources=sources)
        for each in zip(*counts, strict=True)
    )


def _part(part: Part, numbers: Sequence[int | None]) -> list[int | None]:
    """The part of the three numbers that counts: what each has more than the one before it is divided by itself, so
    that rounding lets none be more than the next."""
    found: list[int | None] = []
    before, sum_of_parts = 0, 0
    for number in numbers:
        if number is not None:
            sum_of_parts += part.of(number - before)
            before = number
        found.append(None if number is None else sum_of_parts)
    return found
