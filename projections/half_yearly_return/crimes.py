"""Crimes: what happened to the people who accepted support, and whether it was reported to the police."""

from domain.tables import Table
from projections.half_yearly_return.counts import breakdown_table
from projections.half_yearly_return.people import of_people
from projections.half_yearly_return.services import Services


def section(services: Services) -> tuple[Table, ...]:
    """A table to a breakdown."""
    return tuple(
        breakdown_table(services, f"crimes-{each.breakdown}", f"Crimes: {each.title.lower()}", measure, each)
        for measure, each in of_people(services, crimes=True)
    )
