"""An awards sheet, read against what the office holds."""

from domain.kernel import Actor
from projections.awards import AwardRow
from projections.budgets import FundRow
from projections.providers import ProviderRow
from projections.views import Views
from services.imports.awards_sheet import Known, KnownAward, Plan, Remark, read_awards_sheet
from services.imports.remarks import as_clause
from services.office import Office


def known_to(views: Views) -> Known:
    """What the office holds, as far as a sheet must know it to be read."""
    return Known(
        awards={
            row.award: KnownAward(row.service, row.provider, frozenset((fund, year) for fund, year in row.shares))
            for row in views.rows(AwardRow)
        },
        funds={(row.fund, row.year) for row in views.rows(FundRow)},
        providers={row.provider: row.title for row in views.rows(ProviderRow)},
    )


def plan_for(office: Office, data: bytes, file_name: str, by: Actor) -> Plan:
    """What the sheet comes to in this office: orders, or faults, those that the rules find among them."""
    with office.reading() as views:
        known = known_to(views)
    plan = read_awards_sheet(data, file_name, known)
    refused = office.rehearse(plan.commands, by)
    if not refused:
        return plan
    faults = [Remark(f"is refused: {as_clause(refusal)}", plan.rows[number]) for number, refusal in refused]
    return Plan(faults=faults, notes=plan.notes)
