"""What may be ordered about a provider."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import StringConstraints

from domain.errors import Refusal
from domain.kernel import Command, Day, Event, Occasion, Reference, Role, Words
from domain.periods import day_in_words
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
from domain.providers.provider import Provider
from domain.repeats import differing

CharityNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{6,7}(-[0-9]{1,3})?$")]
"""A number of the Charity Commission for England and Wales: six or seven digits (and a linked charity's, after -)."""

CompanyNumber = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2}[0-9]{6}$")]
"""A number of Companies House: eight characters, leading noughts kept."""


class ProviderCommand(Command[Provider]):
    """An order about one provider."""

    noun = "provider"
    address = ("provider",)
    aggregate = Provider

    provider: Reference


class RegisterProvider(ProviderCommand, may={Role.CONTRACT_MANAGER, Role.FINANCE, Role.ADMINISTRATOR}):
    """Make an organisation known to the office. Saying the same twice changes nothing."""

    starts = True

    title: Words
    kind: Kind = Kind.ORGANISATION
    charity_number: CharityNumber | None = None
    company_number: CompanyNumber | None = None

    def decide(self, state: Provider, occasion: Occasion) -> Sequence[Event]:
        said = ProviderRegistered(**self.model_dump(exclude={"provider"}))
        if state.registered is None:
            return [said]
        if state.registered == said:
            return []
        raise Refusal(
            f"There is already a provider {self.provider}, recorded differently. "
            "Choose another reference, or record the change (identify-provider, change-provider-status)."
        )


class IdentifyProvider(ProviderCommand, may={Role.CONTRACT_MANAGER, Role.FINANCE, Role.ADMINISTRATOR}):
    """Record or put right an organisation's charity and company numbers."""

    overwrites = True

    charity_number: CharityNumber | None = None
    company_number: CompanyNumber | None = None

    def decide(self, state: Provider, occasion: Occasion) -> Sequence[Event]:
        said = ProviderIdentified(charity_number=self.charity_number, company_number=self.company_number)
        return [] if all(getattr(state, field) == value for field, value in said) else [said]


class ChangeProviderStatus(ProviderCommand, may={Role.CONTRACT_MANAGER, Role.ADMINISTRATOR}):
    """Suspend a provider, make it active again, or record that it has ceased. New awards go to active ones only."""

    overwrites = True

    status: Status
    reason: Words

    def decide(self, state: Provider, occasion: Occasion) -> Sequence[Event]:
        if state.status is self.status:
            return []
        if state.merger is not None:
            raise Refusal(f"Provider {self.provider} became part of {state.same_as}: awards go to that one.")
        return [ProviderStatusChanged(status=self.status, reason=self.reason)]


class RenameProvider(ProviderCommand, may={Role.CONTRACT_MANAGER, Role.ADMINISTRATOR}):
    """Record that an organisation has another name since a day. What was recorded under the old one stays as written.

    The name since the latest day is the one it has now, in whichever order they are recorded; the others are former.
    """

    overwrites = True

    title: Words
    since: Day
    reason: Words

    def decide(self, state: Provider, occasion: Occasion) -> Sequence[Event]:
        said = ProviderRenamed(title=self.title, since=self.since, reason=self.reason)
        if said in state.renamed:
            return []
        if self.since > occasion.today:
            raise Refusal("A provider cannot have another name from a day in the future: record it then.")
        later = [each for each in state.renamed if each.since > self.since]
        same_day = [each for each in state.renamed if (each.since, each.title) == (self.since, self.title)]
        if same_day and state.named_on(self.since) == self.title:
            raise Refusal(f"Provider {self.provider} has that name from that day already, for another reason (reason).")
        if state.named_on(self.since) == self.title:
            raise Refusal(f"Provider {self.provider} had that name on that day already: there is nothing to rename.")
        if later and later[0].title == self.title:
            raise Refusal(
                f"Provider {self.provider} has that name already, from {day_in_words(later[0].since)} and from no "
                "other day (since)."
            )
        return [said]


class MergeProvider(ProviderCommand, may={Role.CONTRACT_MANAGER, Role.ADMINISTRATOR}):
    """Record that an organisation became part of another. It takes no new awards; its past stays under its name."""

    into: Reference
    merged_on: Day
    reason: Words

    def decide(self, state: Provider, occasion: Occasion) -> Sequence[Event]:
        _check_other(self.provider, self.into, state)
        said = ProviderMerged(into=self.into, merged_on=self.merged_on, reason=self.reason)
        if state.merger == said:
            return []
        if state.merger is not None:
            differs = differing(state.merger, said)
            raise Refusal(
                f"Provider {self.provider} is merged already, and recorded differently (on record is {differs})."
            )
        if self.merged_on > occasion.today:
            raise Refusal("A provider cannot have merged in the future.")
        return [said]

    def together_with(self, state: Provider, occasion: Occasion) -> Sequence[Command[Any]]:
        return () if state.merger is not None else [ConfirmTakesOver(provider=self.into)]


class RecogniseProvider(ProviderCommand, may={Role.CONTRACT_MANAGER, Role.ADMINISTRATOR}):
    """Record that two entries are the same organisation under two names. Nothing is rewritten: sums go together."""

    same_as: Reference
    reason: Words

    def decide(self, state: Provider, occasion: Occasion) -> Sequence[Event]:
        _check_other(self.provider, self.same_as, state)
        if state.same_as == self.same_as:
            return []
        return [ProviderRecognised(same_as=self.same_as, reason=self.reason)]

    def together_with(self, state: Provider, occasion: Occasion) -> Sequence[Command[Any]]:
        return () if state.same_as == self.same_as else [ConfirmStandsAlone(provider=self.same_as)]


def _check_other(provider: str, other: str, state: Provider) -> None:
    """Raises ``Refusal`` unless the entry may be joined to the other."""
    if other == provider:
        raise Refusal("A provider cannot be joined to itself.")
    if state.same_as not in (None, other):
        raise Refusal(f"Provider {provider} is joined to {state.same_as} already.")


class ConfirmStandsAlone(ProviderCommand):
    """Follows from another entry being joined to this one: it must not be joined to a third. Records nothing."""

    def decide(self, state: Provider, occasion: Occasion) -> Sequence[Event]:
        if state.same_as is not None:
            raise Refusal(f"Provider {self.provider} is itself joined to {state.same_as}: join to that one.")
        return []


class ConfirmTakesOver(ConfirmStandsAlone):
    """Follows from another organisation becoming part of this one, which must be there to take it. Records nothing."""

    def decide(self, state: Provider, occasion: Occasion) -> Sequence[Event]:
        nothing = super().decide(state, occasion)
        if state.status is Status.CEASED:
            raise Refusal(f"Provider {self.provider} has ceased: nothing can become part of it.")
        return nothing


class ConfirmProvider(ProviderCommand):
    """Follows from an award: the provider must be known and active, and so must the entry that it is the same as.

    Records nothing.
    """

    named_by: Reference | None = None
    """The entry that the award names, when this is the one that it is the same organisation as."""

    def decide(self, state: Provider, occasion: Occasion) -> Sequence[Event]:
        if state.status is not Status.ACTIVE:
            who = f"Provider {self.provider} is"
            if self.named_by is not None:
                who = f"Provider {self.named_by} is the same organisation as {self.provider}, which is"
            raise Refusal(f"{who} {state.status}: an award can only go to an active provider.")
        return []

    def together_with(self, state: Provider, occasion: Occasion) -> Sequence[Command[Any]]:
        if state.same_as is None:
            return ()
        return [ConfirmProvider(provider=state.same_as, named_by=self.named_by or self.provider)]
