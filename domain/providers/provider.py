"""A provider: an organisation that receives public money to do something for victims or communities."""

from typing import Self

from domain.kernel import Aggregate, Event
from domain.providers.events import (
    Kind,
    ProviderIdentified,
    ProviderMerged,
    ProviderRecognised,
    ProviderRegistered,
    ProviderRenamed,
    ProviderStatusChanged,
    Status,
)


class Provider(Aggregate):
    """What is known of one provider."""

    registered: ProviderRegistered | None = None
    title: str = ""
    kind: Kind = Kind.ORGANISATION
    status: Status = Status.ACTIVE
    merged: bool = False
    """Whether it became part of another one, and so takes no new awards for ever."""
    same_as: str | None = None
    """The provider it was merged into, or recognised as: sums go there."""
    charity_number: str | None = None
    company_number: str | None = None

    def evolve(self, event: Event) -> Self:
        match event:
            case ProviderRegistered():
                return self.model_copy(update={"registered": event, **dict(event)})
            case ProviderRenamed(title=title):
                return self.model_copy(update={"title": title})
            case ProviderMerged(into=into):
                return self.model_copy(update={"same_as": into, "status": Status.CEASED, "merged": True})
            case ProviderRecognised(same_as=same_as):
                return self.model_copy(update={"same_as": same_as})
            case ProviderIdentified():
                return self.model_copy(update=dict(event))
            case ProviderStatusChanged(status=status):
                return self.model_copy(update={"status": status})
            case _:
                return self
