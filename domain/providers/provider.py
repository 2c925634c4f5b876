"""A provider: an organisation that receives public money to do something for victims or communities."""

from datetime import date
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
    """The name that holds now: of those that it has had, the one since the latest day."""
    renamed: tuple[ProviderRenamed, ...] = ()
    """Each name it took, in the order of their days."""
    kind: Kind = Kind.ORGANISATION
    status: Status = Status.ACTIVE
    merger: ProviderMerged | None = None
    """That it became part of another one, and so takes no new awards for ever."""
    same_as: str | None = None
    """The provider it was merged into, or recognised as: sums go there."""
    charity_number: str | None = None
    company_number: str | None = None

    def named_on(self, day: date) -> str:
        """What it was called on a day."""
        before = [each.title for each in self.renamed if each.since <= day]
        if before:
            return before[-1]
        return "" if self.registered is None else self.registered.title

    def evolve(self, event: Event) -> Self:
        match event:
            case ProviderRegistered():
                return self.model_copy(update={"registered": event, **dict(event)})
            case ProviderRenamed():
                renamed = tuple(sorted((*self.renamed, event), key=lambda each: each.since))
                return self.model_copy(update={"renamed": renamed, "title": renamed[-1].title})
            case ProviderMerged(into=into):
                return self.model_copy(update={"same_as": into, "status": Status.CEASED, "merger": event})
            case ProviderRecognised(same_as=same_as):
                return self.model_copy(update={"same_as": same_as})
            case ProviderIdentified():
                return self.model_copy(update=dict(event))
            case ProviderStatusChanged(status=status):
                return self.model_copy(update={"status": status})
            case _:
                return self
