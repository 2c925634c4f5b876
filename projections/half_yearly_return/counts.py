"""Tables of counts: a row to a service, a column to a count; the last row counts instances, which are not people."""

from collections.abc import Sequence
from typing import NamedTuple

from domain.reports.measures import Breakdown, Measure, Unit, count_key
from domain.tables import Cell, Column, Kind, Missing, Row, Table, cell
from projections.half_yearly_return.adding_up import Tally, cells_of, sums_of
from projections.half_yearly_return.services import INSTANCES, Service, Services

KINDS: dict[Unit, Kind] = {Unit.PENCE: "pence", Unit.POSTS: "hundredths"}
NOTHING = Cell(missing=Missing.NOT_APPLICABLE, words="")
INSTANCES_NOTE = "The last row counts instances of support: a person helped by two services is in it twice."
NOT_SUPPLIED_NOTE = "A service that did not supply a figure is not in the last row's sum."


class Count(NamedTuple):
    """One column."""

    key: str
    title: str
    measure: Measure

    @property
    def column(self) -> Column:
        """Its heading."""
        kind = KINDS.get(self.measure.unit, "count")
        key = self.key.replace("-", "_").replace(":", "_").replace("/", "_")
        return Column(key=key, title=self.title, kind=kind, unit=self.measure.unit.value)


def table_of(
    services: Services,
    name: str,
    title: str,
    counts: Sequence[Count],
    notes: Sequence[str] = (),
    among: Sequence[Service] | None = None,
) -> Table:
    """The counts of the services, or of some of them."""
    chosen = services.services if among is None else tuple(among)
    wanted = [(count.key, count.measure) for count in counts]
    tallies = [Tally() for _ in counts]
    rows: list[Row] = [(*service.labels, *cells_of(service, wanted, tallies), *service.mark) for service in chosen]
    made_up = any(service.made_up for service in chosen)
    rows.append((cell(INSTANCES), NOTHING, NOTHING, *sums_of(wanted, tallies), cell(made_up)))
    return Table(
        name=name,
        title=title,
        columns=(
            Column(key="award", title="Award"),
            Column(key="provider", title="Provider", detail=True),
            Column(key="service", title="Service", detail=True),
            *(count.column for count in counts),
            Column(key="made_up", title="Made up for demonstration", kind="yes-no"),
        ),
        rows=tuple(rows),
        notes=(INSTANCES_NOTE, *notes, NOT_SUPPLIED_NOTE, *choices_in(chosen, {count.key for count in counts})),
        names=("award",),
    )


def choices_in(services: Sequence[Service], keys: set[str]) -> list[str]:
    """The choices about reports that do not fit, as far as they touch any of these counts, outcomes or headings."""
    return [choice.words for service in services for choice in service.choices if choice.keys & keys]


def units_note(counts: Sequence[Count]) -> str:
    """That units are never added to one another, and what each column counts."""
    said = "; ".join(f"{count.title.lower()} in {count.measure.unit.value}" for count in counts)
    return f"Units are never added to one another: {said}."


def breakdown_table(services: Services, name: str, title: str, measure: Measure, breakdown: Breakdown) -> Table:
    """A measure by the categories of a breakdown, beside the whole."""
    whole = Count(measure.measure, "All", measure)
    parts = [
        Count(count_key(measure.measure, breakdown.breakdown, category), words, measure)
        for category, words in breakdown.categories.items()
    ]
    columns = [whole, *(part._replace(key=part.key) for part in parts)]
    notes = [f"{measure.title}, in {measure.unit.value}."]
    if not breakdown.exclusive:
        notes.append("Somebody may stand in several columns: they do not add up to the first.")
    return table_of(services, name, title, columns, notes)
