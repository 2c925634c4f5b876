"""The service list: who was funded for what, by which route, with how much, and what was spent."""

from domain import money
from domain.reports.measures import Unit
from domain.tables import Cell, Column, Missing, Row, Table, cell
from projections.half_yearly_return.services import Service, Services, added, count_cell, count_of

SPEND = "spend"
"""The measure in which a provider reports its spend."""


def section(services: Services) -> Table:
    """A row to a service; a last row for all of them. Money in whole pence."""
    rows: list[Row] = [_row(services, service) for service in services.services]
    rows.append(_all(services))
    notes = [
        "Spend is as reported by the provider, in accepted reports only.",
        "A service that did not supply its spend is not in the last row's sum.",
    ]
    notes += [
        f"{service.line}: a report for {', '.join(service.misfits)} does not fit the half-year and is in no figure."
        for service in services.services
        if service.misfits
    ]
    return Table(
        name="service-list",
        title="Service list",
        columns=(
            Column(key="award", title="Award"),
            Column(key="provider", title="Provider"),
            Column(key="service", title="Service"),
            Column(key="route", title="Route"),
            Column(key="fund", title="Fund"),
            Column(key="allocation_pence", title="Allocation for the year", kind="pence", unit="pence"),
            Column(key="spend_pence", title="Spend in the half-year", kind="pence", unit="pence"),
            Column(key="spend_to_date_pence", title="Spend in the year to date", kind="pence", unit="pence"),
            Column(key="report", title="Report"),
            Column(key="made_up", title="Made up for demonstration", kind="yes-no"),
        ),
        rows=tuple(rows),
        notes=tuple(notes),
    )


def _row(services: Services, service: Service) -> Row:
    spend = services.framework.measure(SPEND)
    allocation = money.add(share.amount_pence for share in service.shares)
    positions = tuple(sorted(share.position for share in service.shares))
    return (
        cell(service.award.award),
        cell(service.provider),
        cell(service.award.service),
        cell(service.award.route),
        cell("; ".join(sorted({share.fund for share in service.shares}))),
        cell(allocation, sources=positions),
        count_cell(count_of(spend, service.counted) if spend else None, service),
        count_cell(count_of(spend, service.counted_to_date) if spend else None, service),
        cell(service.standing),
        cell(service.made_up),
    )


def _all(services: Services) -> Row:
    """Money may be added over services: it is one unit, and no pound is in two of them."""
    spend = services.framework.measure(SPEND)
    assert spend is None or spend.unit is Unit.PENCE
    shares = [share for service in services.services for share in service.shares]
    known = [share for share in shares if share.amount_pence is not None]
    allocation = cell(
        sum(share.amount_pence or 0 for share in known) if known or not shares else None,
        sources=tuple(sorted(share.position for share in known)),
    )

    def all_of(reports: str) -> Cell:
        counts = [count_of(spend, getattr(service, reports)) for service in services.services] if spend else []
        supplied = [count for count in counts if count is not None]
        return count_cell(added(supplied) if supplied else None)

    nothing = Cell(missing=Missing.NOT_APPLICABLE, words="")
    return (
        cell("All services"),
        nothing,
        nothing,
        nothing,
        nothing,
        allocation,
        all_of("counted"),
        all_of("counted_to_date"),
        nothing,
        cell(services.made_up),
    )
