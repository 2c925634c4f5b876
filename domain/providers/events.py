"""What happens to a provider."""

from datetime import date
from enum import StrEnum

from domain.kernel import Event, Reference, Words


class Kind(StrEnum):
    """What stands behind the name on an award."""

    ORGANISATION = "organisation"
    """One legal body."""
    JOINT = "joint"
    """Several bodies that receive one award together."""
    POOL = "pool"
    """A pooled budget that a host holds: the name describes the pool, not a legal person."""
    OFFICE = "office"
    """The commissioner's own office."""


class Status(StrEnum):
    """Whether awards may be made to a provider."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CEASED = "ceased"


class ProviderRegistered(Event, name="provider.registered"):
    """An organisation became known to the office. No person's name or address: those are in the address book."""

    title: Words
    kind: Kind
    charity_number: str | None
    company_number: str | None


class ProviderIdentified(Event, name="provider.identified"):
    """The organisation's charity or company number became known, or was put right."""

    charity_number: str | None
    company_number: str | None


class ProviderRenamed(Event, name="provider.renamed"):
    """The organisation has another name since a day. What was recorded under the old one stays so."""

    title: Words
    since: date
    reason: Words


class ProviderMerged(Event, name="provider.merged"):
    """The organisation became part of another one on a day. Its past stays under its own name."""

    into: Reference
    merged_on: date
    reason: Words


class ProviderRecognised(Event, name="provider.recognised"):
    """The office found that this entry and another are the same organisation. Sums go under the other one."""

    same_as: Reference
    reason: Words


class ProviderStatusChanged(Event, name="provider.status-changed"):
    """The office may, may not for now, or may no longer make awards to the organisation."""

    status: Status
    reason: Words
