"""What may be recorded about a provider, and what is refused."""

import pytest
from pydantic import ValidationError

from domain.errors import NotFound, Refusal
from domain.kernel import Role
from domain.providers.commands import ChangeProviderStatus, ConfirmProvider, IdentifyProvider, RegisterProvider
from domain.providers.events import Kind, ProviderIdentified, ProviderRegistered, ProviderStatusChanged, Status
from domain.providers.provider import Provider
from tests.story import given

HARBOUR = RegisterProvider(provider="harbour", title="Harbour Counselling (made up)")
REGISTERED = ProviderRegistered(
    title="Harbour Counselling (made up)", kind=Kind.ORGANISATION, charity_number=None, company_number=None
)
IDENTIFIED = ProviderIdentified(charity_number="1234567", company_number="01234567")
SUSPENDED = ProviderStatusChanged(status=Status.SUSPENDED, reason="Accounts are late.")
CEASED = ProviderStatusChanged(status=Status.CEASED, reason="Dissolved.")


def test_an_organisation_becomes_known() -> None:
    given().when(HARBOUR).then(REGISTERED)


def test_a_pool_is_registered_as_a_pool_and_not_as_a_legal_body() -> None:
    given().when(
        RegisterProvider(provider="ccg-pool", title="Clinical Commissioning Group pooled budget", kind=Kind.POOL)
    ).then(
        ProviderRegistered(
            title="Clinical Commissioning Group pooled budget", kind=Kind.POOL, charity_number=None, company_number=None
        )
    )


def test_registering_it_twice_records_it_once() -> None:
    given(REGISTERED).when(HARBOUR).then_nothing()


def test_registering_it_again_after_it_was_suspended_changes_nothing() -> None:
    given(REGISTERED, SUSPENDED).when(HARBOUR).then_nothing()


def test_registering_it_again_after_it_was_identified_changes_nothing_and_keeps_its_numbers() -> None:
    given(REGISTERED, IDENTIFIED).when(HARBOUR).then_nothing()
    again = Provider().after([REGISTERED, IDENTIFIED])
    assert (again.charity_number, again.company_number) == ("1234567", "01234567")


def test_numbers_that_became_known_later_are_not_registered_but_identified() -> None:
    with_numbers = HARBOUR.model_copy(update={"charity_number": "1234567", "company_number": "01234567"})
    for before in ((REGISTERED,), (REGISTERED, IDENTIFIED)):
        given(*before).when(with_numbers).then_refused(
            r"recorded differently\. .*record the change \(identify-provider, change-provider-status\)", Refusal
        )


def test_a_reference_is_never_used_for_another_organisation() -> None:
    given(REGISTERED).when(RegisterProvider(provider="harbour", title="Another body")).then_refused(
        "There is already a provider harbour, recorded differently. Choose another reference", Refusal
    )


def test_another_kind_of_the_same_title_is_recorded_differently() -> None:
    given(REGISTERED).when(HARBOUR.model_copy(update={"kind": Kind.JOINT})).then_refused(
        "recorded differently", Refusal
    )


def test_a_title_must_say_something() -> None:
    with pytest.raises(ValidationError, match="at least 1 character"):
        RegisterProvider(provider="harbour", title="   ")


@pytest.mark.parametrize("reference", ["", "two words", "-harbour", "harbour/1", "é", "a" * 81, "harbour\n"])
def test_a_reference_is_letters_digits_full_stops_hyphens_and_underscores(reference: str) -> None:
    with pytest.raises(ValidationError, match="should match pattern"):
        RegisterProvider(provider=reference, title="Harbour")


@pytest.mark.parametrize("number", ["12345", "12345678", "SC123456", "1234567-1234", "123456-"])
def test_a_charity_number_is_one_of_england_and_wales(number: str) -> None:
    with pytest.raises(ValidationError, match="should match pattern"):
        IdentifyProvider(provider="harbour", charity_number=number)


@pytest.mark.parametrize("number", ["1234567", "123456789", "sc123456", "SC12345", "A1B23456 "])
def test_a_company_number_has_eight_characters_with_its_leading_noughts(number: str) -> None:
    with pytest.raises(ValidationError, match="should match pattern"):
        IdentifyProvider(provider="harbour", company_number=number)


@pytest.mark.parametrize(
    ("charity", "company"), [("123456", "01234567"), ("1234567", "SC123456"), ("1234567-12", "OC123456"), (None, None)]
)
def test_the_numbers_of_both_registers_are_taken_as_they_are(charity: str | None, company: str | None) -> None:
    given().when(
        RegisterProvider(provider="harbour", title="Harbour", charity_number=charity, company_number=company)
    ).then(ProviderRegistered(title="Harbour", kind=Kind.ORGANISATION, charity_number=charity, company_number=company))


def test_numbers_that_become_known_are_recorded() -> None:
    given(REGISTERED).when(
        IdentifyProvider(provider="harbour", charity_number="1234567", company_number="01234567")
    ).then(IDENTIFIED)


def test_identifying_it_twice_records_it_once() -> None:
    given(REGISTERED, IDENTIFIED).when(
        IdentifyProvider(provider="harbour", charity_number="1234567", company_number="01234567")
    ).then_nothing()


def test_a_number_may_be_put_right_or_taken_away() -> None:
    given(REGISTERED, IDENTIFIED).when(IdentifyProvider(provider="harbour", charity_number="7654321")).then(
        ProviderIdentified(charity_number="7654321", company_number=None)
    )


def test_an_unknown_provider_cannot_be_identified() -> None:
    given().when(IdentifyProvider(provider="harbour", charity_number="1234567")).then_refused("harbour", NotFound)


def test_a_provider_is_suspended_with_the_reason() -> None:
    given(REGISTERED).when(
        ChangeProviderStatus(provider="harbour", status=Status.SUSPENDED, reason="Accounts are late.")
    ).then(SUSPENDED)


def test_suspending_it_twice_records_it_once() -> None:
    given(REGISTERED, SUSPENDED).when(
        ChangeProviderStatus(provider="harbour", status=Status.SUSPENDED, reason="Said again.")
    ).then_nothing()


def test_a_suspended_provider_may_be_made_active_again() -> None:
    given(REGISTERED, SUSPENDED).when(
        ChangeProviderStatus(provider="harbour", status=Status.ACTIVE, reason="Accounts came in.")
    ).then(ProviderStatusChanged(status=Status.ACTIVE, reason="Accounts came in."))


def test_an_active_provider_that_is_made_active_stays_as_it_is() -> None:
    given(REGISTERED).when(
        ChangeProviderStatus(provider="harbour", status=Status.ACTIVE, reason="To be sure.")
    ).then_nothing()


def test_an_award_may_go_to_an_active_provider() -> None:
    given(REGISTERED).when(ConfirmProvider(provider="harbour")).then_nothing()


def test_an_award_may_not_go_to_a_suspended_provider() -> None:
    given(REGISTERED, SUSPENDED).when(ConfirmProvider(provider="harbour")).then_refused(
        "Provider harbour is suspended: an award can only go to an active provider.", Refusal
    )


def test_an_award_may_not_go_to_a_provider_that_has_ceased() -> None:
    given(REGISTERED, CEASED).when(ConfirmProvider(provider="harbour")).then_refused("harbour is ceased", Refusal)


def test_an_award_may_not_go_to_a_provider_that_is_not_known() -> None:
    given().when(ConfirmProvider(provider="harbour")).then_refused("harbour", NotFound)


def test_what_is_known_of_a_provider_is_folded_from_its_events() -> None:
    assert Provider().after([REGISTERED, IDENTIFIED, SUSPENDED]) == Provider(
        registered=REGISTERED,
        title="Harbour Counselling (made up)",
        status=Status.SUSPENDED,
        charity_number="1234567",
        company_number="01234567",
    )


def test_an_order_is_addressed_by_the_reference_of_the_provider() -> None:
    assert HARBOUR.reference == "harbour"
    assert HARBOUR.stream == "provider-harbour"


def test_providers_are_kept_by_staff_and_never_by_themselves() -> None:
    for command in (RegisterProvider, IdentifyProvider, ChangeProviderStatus):
        assert Role.CONTRACT_MANAGER in command.may
        assert Role.PROVIDER not in command.may
    assert not ConfirmProvider.may
