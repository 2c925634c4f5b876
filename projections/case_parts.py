"""What the tables of a case file are made with."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.periods import day_in_words
from domain.tables import Cell, Column, Kind, Missing, Table, cell
from projections.awards import AwardRow
from projections.gathering import Gathered
from projections.providers import ProviderRow


@dataclass(frozen=True)
class Case:
    """All that is known of one award, read at once."""

    award: AwardRow
    rows: Gathered
    """What belongs to the award, the decision that it rests on, and the awards it takes the place of."""
    providers: Mapping[str, ProviderRow]
    """The providers that are named, by code."""

    def title_of(self, provider: str | None, otherwise: str | None = None) -> str | None:
        """What a provider is called."""
        entry = self.providers.get(provider or "")
        return entry.title if entry else otherwise


def table_of(name: str, title: str, columns: list[tuple[str, str, Kind]], rows: Iterator[tuple[Any, ...]]) -> Table:
    """A table of plain values: what is missing was not asked for."""
    return Table(
        name=name,
        title=title,
        columns=tuple(Column(key=key, title=heading, kind=kind) for key, heading, kind in columns),
        rows=tuple(tuple(cell(said, missing=Missing.NOT_APPLICABLE) for said in row) for row in rows),
    )


FACTS: list[tuple[str, str, Kind]] = [("what", "Particular", "text"), ("said", "As recorded", "text")]


def day_or_not_known(day: date | None) -> str:
    """``1 April 2017``, or that it is not known."""
    return day_in_words(day) if day else "not known"


def stated(pence: int | None) -> Cell:
    """Another body's money, which is stated or not."""
    return cell(pence) if pence is not None else cell(None, words="not stated")
