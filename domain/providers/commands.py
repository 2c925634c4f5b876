"""What may be ordered about a provider."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import StringConstraints

from domain.errors import Refusal
from domain.kernel import Command, Event, Occasion, Reference, Role, Words
from domain.providers.events import Kind, ProviderIdentified, ProviderRegistered, ProviderStatusChanged, Status
from domain.providers.provider import Provider

CharityNumber = Annotated[str, StringConstraints(pattern=r"^\d{6,7}(-\d{1,3})?$")]
"""A number of the Charity Commission for England and Wales: six or seven digits (and a linked charity's, after -)."""

CompanyNumber = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2}\d{6}$")]
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

    charity_number: CharityNumber | None = None
    company_number: CompanyNumber | None = None

    def decide(self, state: Provider, occasion: Occasion) -> Sequence[Event]:
        said = ProviderIdentified(charity_number=self.charity_number, company_number=self.company_number)
        return [] if all(getattr(state, field) == value for field, value in said) else [said]


class ChangeProviderStatus(ProviderCommand, may={Role.CONTRACT_MANAGER, Role.ADMINISTRATOR}):
    """Suspend a provider, make it active again, or record that it has ceased. New awards go to active ones only."""

    status: Status
    reason: Words

    def decide(self, state: Provider, occasion: Occasion) -> Sequence[Event]:
        return [] if state.status is self.status else [ProviderStatusChanged(status=self.status, reason=self.reason)]


class ConfirmProvider(ProviderCommand):
    """Follows from an award: the provider must be known and active. Records nothing."""

    def decide(self, state: Provider, occasion: Occasion) -> Sequence[Event]:
        if state.status is not Status.ACTIVE:
            raise Refusal(f"Provider {self.provider} is {state.status}: an award can only go to an active provider.")
        return []
