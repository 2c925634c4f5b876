"""Restorative justice: referrals, assessments, conferences and what they cost; of the services that do it."""

from domain.tables import Table
from projections.half_yearly_return.counts import Count, table_of, units_note
from projections.half_yearly_return.services import Service, Services

_NOBODY = "No service owed figures on restorative justice for this half-year, and none supplied any."


def section(services: Services) -> tuple[Table, ...]:
    """A row to each service that owes such figures, or supplied any."""
    measures = [measure for measure in services.framework.measures if measure.section == "restorative-justice"]
    codes = {measure.measure for measure in measures}

    def does_it(service: Service) -> bool:
        owes = any(measure.measure in codes for measure in service.owed.measures)
        return owes or any(codes & report.counts.keys() for report in service.counted)

    among = [service for service in services.services if does_it(service)]
    counts = [Count(measure.measure, measure.title, measure) for measure in measures]
    notes = [units_note(counts)] if among else [_NOBODY]
    return (table_of(services, "restorative-justice", "Restorative justice", counts, notes, among),)
