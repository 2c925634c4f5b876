"""Providers: who receives public money."""

from dataclasses import dataclass

from domain.kernel import Recorded
from domain.providers.events import ProviderIdentified, ProviderRegistered, ProviderStatusChanged, Status
from projections.projection import Projection
from projections.rows import Row, Rows


@dataclass
class ProviderRow(Row, table="providers", key=("provider",)):
    """One organisation."""

    provider: str
    title: str
    kind: str
    status: str
    charity_number: str | None
    company_number: str | None


class Providers(Projection):
    """Folds providers."""

    nouns = frozenset({"provider"})

    def apply(self, recorded: Recorded, rows: Rows) -> None:
        match recorded.event:
            case ProviderRegistered() as event:
                rows.add(
                    ProviderRow(
                        provider=recorded.reference,
                        title=event.title,
                        kind=event.kind.value,
                        status=Status.ACTIVE.value,
                        charity_number=event.charity_number,
                        company_number=event.company_number,
                    )
                )
            case ProviderIdentified() as event:
                row = rows.of(ProviderRow, recorded.reference)
                row.charity_number, row.company_number = event.charity_number, event.company_number
            case ProviderStatusChanged(status=status):
                rows.of(ProviderRow, recorded.reference).status = status.value
