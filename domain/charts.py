"""A chart: what it shows, said in words too, and the table of its figures that always goes with it."""

from typing import Literal

from pydantic import model_validator

from domain.kernel import Value
from domain.tables import Cell, Column, Kind, Table, cell

ChartKind = Literal["bars", "funnel"]


class Series(Value):
    """The figures that are drawn in one pattern: a figure to a category, or the reason why there is none."""

    name: str
    """A short name for the column of the table, such as ``spend``."""
    title: str
    cells: tuple[Cell, ...]

    @property
    def values(self) -> tuple[int | None, ...]:
        """The figures. One that is not known is ``None``: it is drawn as a gap with its reason, never as nought."""
        return tuple(figure(each) for each in self.cells)


class Chart(Value):
    """Figures to be drawn: side by side, or one below another as a funnel."""

    name: str
    """A short name for files, sheets and links, such as ``spend-chart``."""
    title: str
    alt: str
    """What the chart says, in words with figures, for those who do not see it."""
    kind: ChartKind = "bars"
    unit: str
    """``pence``, or what is counted. Where the categories are counted in different units, what to call them all."""
    label: str
    """What the categories are, such as ``Service``."""
    categories: tuple[str, ...]
    units: tuple[str, ...] = ()
    """What each category is counted in, where they are different things. Such bars are never shares of one another."""
    series: tuple[Series, ...]
    notes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> "Chart":
        whole = all(len(series.cells) == len(self.categories) for series in self.series)
        if not whole or len(self.units) not in (0, len(self.categories)):
            raise ValueError("A chart has a figure, or the reason why there is none, for every category.")
        return self

    def table(self) -> Table:
        """The figures of the chart. Wherever the chart is shown, so are they."""
        kind: Kind = "pence" if self.unit == "pence" else "count"
        unit = None if self.units else self.unit
        return Table(
            name=self.name,
            title=self.title,
            columns=(
                Column(key="category", title=self.label),
                *((Column(key="unit", title="Counted in"),) if self.units else ()),
                *(Column(key=series.name, title=series.title, kind=kind, unit=unit) for series in self.series),
            ),
            rows=tuple(
                (
                    cell(category),
                    *((cell(self.units[place]),) if self.units else ()),
                    *(series.cells[place] for series in self.series),
                )
                for place, category in enumerate(self.categories)
            ),
            notes=self.notes,
            names=("category",),
        )


def figure(said: Cell) -> int | None:
    """The one number a cell holds; nothing where it is missing, only bounded, or no number."""
    if said.missing is not None or isinstance(said.value, bool) or not isinstance(said.value, int):
        return None
    return said.value
