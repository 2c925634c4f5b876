"""What the frameworks on file ask for: every measure, outcome and breakdown with its code."""

from collections.abc import Iterator

from domain.reports.measures import AddsUp, Framework, frameworks
from domain.tables import Cell, Column, Missing, Row, Table, cell
from projections.views import Views

_ADDS_UP = {
    AddsUp.SUM: "added",
    AddsUp.FIRST: "the first period's stands",
    AddsUp.LAST: "the last period's stands",
    AddsUp.NEVER: "not at all",
}
_NONE = Cell(missing=Missing.NOT_APPLICABLE)


def measures(views: Views) -> Table:
    """Every measure, outcome and breakdown of every framework on file, as ``agree-measures`` names them."""
    return Table(
        name="measures",
        title="Measures, outcomes and breakdowns",
        columns=(
            Column(key="framework", title="Framework"),
            Column(key="kind", title="What it is"),
            Column(key="code", title="Code"),
            Column(key="title", title="Title"),
            Column(key="unit", title="Unit"),
            Column(key="adds_up", title="Several periods"),
            Column(key="by", title="Broken down by, or categories", detail=True),
            Column(key="standard", title="Standard", kind="yes-no"),
            Column(key="in_force_from", title="In force from", kind="date", detail=True),
            Column(key="in_force_to", title="In force to", kind="date", detail=True),
        ),
        rows=tuple(row for framework in frameworks() for row in _rows(framework)),
        notes=(
            "A report is checked against the framework in force on the first day of its period. What is standard is "
            "owed unless other measures are agreed for the award (outturn do agree-measures).",
        ),
        names=("framework", "kind", "code"),
    )


def _rows(framework: Framework) -> Iterator[Row]:
    in_force = cell(framework.in_force_from), cell(framework.in_force_to, missing=Missing.NOT_APPLICABLE)

    def named(kind: str, code: str, title: str) -> tuple[Cell, Cell, Cell, Cell]:
        return cell(framework.framework), cell(kind), cell(code), cell(title)

    for each in framework.measures:
        by = cell(", ".join(each.by) or None, missing=Missing.NOT_APPLICABLE)
        of = cell(each.unit.value), cell(_ADDS_UP[each.adds_up]), by, cell(each.standard)
        yield (*named("measure", each.measure, each.title), *of, *in_force)
    for outcome in framework.outcomes:
        of = cell("people"), cell(_ADDS_UP[AddsUp.SUM]), _NONE, cell(True)
        yield (*named("outcome", outcome.outcome, outcome.title), *of, *in_force)
    for breakdown in framework.breakdowns:
        of = _NONE, _NONE, cell(", ".join(breakdown.categories)), _NONE
        yield (*named("breakdown", breakdown.breakdown, breakdown.title), *of, *in_force)
