"""Demand: what each service was asked for and gave. A column to a measure, each in its own unit."""

from domain.tables import Table
from projections.half_yearly_return.counts import Count, breakdown_table, table_of, units_note
from projections.half_yearly_return.services import Services


def section(services: Services) -> tuple[Table, ...]:
    """The measures of demand, then those that are broken down by where the demand came from."""
    framework = services.framework
    measures = [measure for measure in framework.measures if measure.section == "demand"]
    counts = [Count(measure.measure, measure.title, measure) for measure in measures]
    tables = [table_of(services, "demand", "Demand", counts, [units_note(counts)])]
    referrals = framework.measure("referrals")
    for code in referrals.by if referrals else ():
        breakdown = framework.breakdown(code)
        if referrals and breakdown:
            title = f"Demand by {breakdown.title[0].lower()}{breakdown.title[1:]}"
            tables.append(breakdown_table(services, f"demand-{code}", title, referrals, breakdown))
    return tuple(tables)
