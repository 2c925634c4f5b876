"""People: who accepted support, by age, sex, ethnic group and whatever else the framework asks for; totals only."""

from collections.abc import Iterator

from domain.reports.measures import Breakdown, Measure
from domain.tables import Table
from projections.half_yearly_return.counts import breakdown_table
from projections.half_yearly_return.services import Services

PEOPLE = "accepted"
"""The measure that is broken down by who the people are and by what happened to them."""
CRIMES = ("crime-type", "reported-to-police")
"""The breakdowns of it that stand in the section on crimes."""


def of_people(services: Services, *, crimes: bool) -> Iterator[tuple[Measure, Breakdown]]:
    """The breakdowns of people that the framework asks for: those by crime, or all others."""
    measure = services.framework.measure(PEOPLE)
    for code in measure.by if measure else ():
        breakdown = services.framework.breakdown(code)
        if measure and breakdown and (code in CRIMES) == crimes:
            yield measure, breakdown


def section(services: Services) -> tuple[Table, ...]:
    """A table to a breakdown."""
    return tuple(
        breakdown_table(services, f"people-{each.breakdown}", f"People by {each.title.lower()}", measure, each)
        for measure, each in of_people(services, crimes=False)
    )
