"""Needs and support: which needs people had, with which they were supported, and how."""

from domain.tables import Table
from projections.half_yearly_return.counts import breakdown_table
from projections.half_yearly_return.services import Services


def section(services: Services) -> tuple[Table, ...]:
    """A table to a measure and breakdown."""
    framework = services.framework
    return tuple(
        breakdown_table(
            services,
            f"{measure.measure}-{code}",
            f"{measure.title}: {breakdown.title.lower()}",
            measure,
            breakdown,
        )
        for measure in framework.measures
        if measure.section == "needs"
        for code in measure.by
        if (breakdown := framework.breakdown(code)) is not None
    )
