"""How figures become one: the reports of a service its figure for the half-year, the services' figures a last row."""

from collections.abc import Sequence

from domain.reports.measures import AddsUp, Measure
from domain.reports.quantity import Quantity
from domain.tables import Cell, Missing
from projections.half_yearly_return.parts import WHOLE_REPORT, Counted, Part
from projections.half_yearly_return.services import Service

Bounds = tuple[int, int | None]
"""A count: at least, and at most (``None``: no upper bound). An exact one is twice the same number."""


def bounds_of(key: str, adds_up: AddsUp, reports: Sequence[Counted]) -> tuple[Bounds, tuple[int, ...]] | None:
    """What some reports of one service count under a key, by the measure's own way of adding up, and its sources.

    A report that leaves the count out makes the sum of the others the least it can be, not the whole.
    """
    if len(reports) == 1 and reports[0].part is WHOLE_REPORT:
        said = reports[0].counts.get(key)
        if said is None:
            return None
        return ((said, said) if isinstance(said, int) else (said[0], said[1])), reports[0].sources
    found = [(number, report) for number, report in enumerate(reports, 1) if key in report.counts]
    if not found:
        return None
    if adds_up is AddsUp.SUM:
        low, high = 0, 0 if len(found) == len(reports) else None
        for _, report in found:
            said = report.counts[key]
            least, most = (said, said) if isinstance(said, int) else said
            part = report.part.of(least)
            low += part
            # what the upper bound has more is divided by itself, lest rounding put it below the lower one
            high = None if high is None or most is None else high + part + report.part.of(most - least)
        sources = (position for report in reports if key in report.counts for position in report.sources)
        return (low, high), tuple(sorted(set(sources)))
    number, stands = found[0] if adds_up is AddsUp.FIRST else found[-1]
    alone = {AddsUp.FIRST: number == 1, AddsUp.LAST: number == len(reports)}.get(adds_up, len(reports) == 1)
    if not alone or _is_cut(stands.part, adds_up):
        return None  # of people waiting at the end of other days, or of the longest wait, no part can be told
    said = stands.counts[key]
    return ((said, said) if isinstance(said, int) else (said[0], said[1])), stands.sources


def nothing_of(
    service: Service, key: str, measure: Measure, reports: Sequence[Counted], *, to_date: bool = False
) -> Cell:
    """Why there is no figure of some reports under a key: what was supplied is not called not supplied.

    It names the reports that have one, and so the choices by which they count.
    """
    have = [report for report in reports if key in report.counts]
    sources = tuple(sorted({position for report in have for position in report.sources}))
    if any(_is_cut(report.part, measure.adds_up) for report in have):
        return Cell(missing=Missing.NOT_DIVISIBLE, sources=sources)
    if have and measure.adds_up is AddsUp.NEVER:
        return Cell(missing=Missing.NOT_APPLICABLE, sources=sources)
    return service.nothing_of(measure.measure, to_date=to_date)


def nothing_in_all(why: set[Missing]) -> Cell:
    """What stands in the last row when no service has a figure: why, if all who were asked have the same reason."""
    asked = why - {Missing.NOT_ASKED}
    if not asked:
        return Cell(missing=Missing.NOT_ASKED)
    return Cell(missing=asked.pop() if len(asked) == 1 else Missing.NOT_SUPPLIED)


def _is_cut(part: Part, adds_up: AddsUp) -> bool:
    """Whether the day that a count is of, or any day of the longest wait, lies outside the part that counts."""
    before, after = part.first > 0, part.last < part.whole
    return (before and adds_up is not AddsUp.LAST) or (after and adds_up is not AddsUp.FIRST)


def cell_of(bounds: Bounds, sources: tuple[int, ...] = ()) -> Cell:
    """A count as a cell."""
    low, high = bounds
    if low == high:
        return Cell(value=low, sources=sources)
    words = Quantity.model_construct(at_least=low, at_most=high).words
    return Cell(words=words, at_least=low, at_most=high, sources=sources)


class Tally:
    """Adds up a column: bounds to bounds, and what is missing is in no sum."""

    def __init__(self) -> None:
        self._low, self._high, self._any = 0, 0, False
        self._unbounded = False
        self._why: set[Missing] = set()

    def add(self, bounds: Bounds) -> None:
        """One more service."""
        low, high = bounds
        self._any = True
        self._low += low
        if high is None:
            self._unbounded = True
        else:
            self._high += high

    def add_exact(self, count: int) -> None:
        """One more service, with a whole number."""
        self._any = True
        self._low += count
        self._high += count

    def add_missing(self, said: Cell) -> None:
        """One more service, without a figure."""
        if said.missing is not None:
            self._why.add(said.missing)

    @property
    def cell(self) -> Cell:
        """The sum, or why there is none; its sources are those of the cells above it."""
        if not self._any:
            return nothing_in_all(self._why)
        return cell_of((self._low, None if self._unbounded else self._high))


Wanted = Sequence[tuple[str, Measure]]  # counts by key, each with its measure


def cells_of(service: Service, wanted: Wanted, tallies: Sequence[Tally]) -> list[Cell]:
    """The counts of one service for the half-year, each also added to its tally."""
    reports = service.counted
    if len(reports) != 1 or reports[0].part is not WHOLE_REPORT:
        return [_cell(service, each, tally) for each, tally in zip(wanted, tallies, strict=True)]
    # nearly every service has one report for the half-year: a whole number of it needs no adding up
    said_of, sources = reports[0].counts.get, reports[0].sources
    cells = []
    for each, tally in zip(wanted, tallies, strict=True):
        said = said_of(each[0])
        if type(said) is int:
            tally.add_exact(said)
            cells.append(Cell(said, None, None, None, None, sources))
        else:
            cells.append(_cell(service, each, tally))
    return cells


def _cell(service: Service, wanted: tuple[str, Measure], tally: Tally) -> Cell:
    key, measure = wanted
    found = bounds_of(key, measure.adds_up, service.counted)
    if found is None:
        nothing = nothing_of(service, key, measure, service.counted)
        tally.add_missing(nothing)
        return nothing
    tally.add(found[0])
    return cell_of(*found)


def sums_of(wanted: Wanted, tallies: Sequence[Tally]) -> list[Cell]:
    """The counts over all services, which are instances; of what never adds up there is none."""
    never = Cell(missing=Missing.NOT_APPLICABLE)
    return [
        never if measure.adds_up is AddsUp.NEVER else tally.cell
        for (_, measure), tally in zip(wanted, tallies, strict=True)
    ]
