"""Providers: who receives public money."""

from dataclasses import dataclass

from domain.kernel import Recorded
from domain.providers import events as provider_events
from domain.providers.events import (
    ProviderIdentified,
    ProviderMerged,
    ProviderRecognised,
    ProviderRegistered,
    ProviderRenamed,
    ProviderStatusChanged,
    Status,
)
from projections.projection import Projection
from projections.rows import Row, Rows


@dataclass
class ProviderRow(Row, table="providers", key=("provider",), indexes=(("same_as",),)):
    """One organisation."""

    provider: str
    title: str
    kind: str
    status: str
    charity_number: str | None
    company_number: str | None
    same_as: str | None = None
    """The provider it was merged into, or recognised as: sums go there."""
    former_titles: list[str] | None = None
    """The names that it had before the one it has now, in the order of their days."""
    names: list[list[str]] | None = None
    """Each name with the day since when it held; of the first, no day."""


class Providers(Projection):
    """Folds providers."""

    events = (provider_events,)

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
            case ProviderRenamed(title=title, since=since):
                row = rows.of(ProviderRow, recorded.reference)
                known = row.names or [["", row.title]]
                row.names = sorted([*known, [since.isoformat(), title]], key=lambda each: each[0])
                row.title = row.names[-1][1]  # a name holds from its day, whenever it is written down
                row.former_titles = list(dict.fromkeys(name for _since, name in row.names if name != row.title))
            case ProviderMerged(into=into):
                row = rows.of(ProviderRow, recorded.reference)
                row.same_as, row.status = into, Status.CEASED.value
            case ProviderRecognised(same_as=same_as):
                rows.of(ProviderRow, recorded.reference).same_as = same_as
            case ProviderStatusChanged(status=status):
                rows.of(ProviderRow, recorded.reference).status = status.value
