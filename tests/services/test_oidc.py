"""Sign-in by OpenID Connect, whole: at a real provider in a process of its own, and at a stand-in for Entra."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc.jwk import ECKey
from pydantic import SecretStr

from domain.kernel import Role
from services.sign_in.claims import subject_by
from services.sign_in.oidc import Identity, OpenIdConnect, SignInRefused
from tests.services.a_provider_of_identity import (
    BACK,
    CLIENT,
    PERSON,
    SECRET,
    TENANT,
    AProviderOfIdentity,
    a_real_provider,
    a_stand_in,
    let_in_by_the_real_one,
    rsa_key,
    signed,
)


@pytest.fixture(scope="module")
def real() -> Iterator[str]:
    """The issuer of a real provider that knows one person, with two roles that we know and one that we do not."""
    with a_real_provider() as issuer:
        person = {"name": "Somebody Made Up", "email": "made.up@example.org", "roles": ["finance", "auditor", "king"]}
        httpx2.put(f"{issuer}/users/somebody", json=person, trust_env=False).raise_for_status()
        yield issuer


@pytest.fixture
def entra() -> Iterator[AProviderOfIdentity]:
    with a_stand_in() as provider:
        yield provider


@pytest.fixture
def office(real: str) -> OpenIdConnect:
    return OpenIdConnect(real, CLIENT, SecretStr(SECRET), BACK)


def signed_in(provider: AProviderOfIdentity, office: OpenIdConnect) -> Identity:
    begun = office.begin()
    return office.finish(begun.pending, provider.let_in(begun.address_to_go_to))


def test_a_real_provider_vouches_for_a_person_and_their_roles(real: str, office: OpenIdConnect) -> None:
    begun = office.begin()
    assert office.finish(begun.pending, let_in_by_the_real_one(begun.address_to_go_to, "somebody")) == Identity(
        subject=subject_by(real, "somebody"),
        name="Somebody Made Up",
        email="made.up@example.org",
        roles=frozenset({Role.FINANCE, Role.AUDITOR}),
    )


def test_a_real_provider_that_says_little_of_a_person_is_enough(real: str, office: OpenIdConnect) -> None:
    begun = office.begin()
    identity = office.finish(begun.pending, let_in_by_the_real_one(begun.address_to_go_to, "no-more-than-a-name"))
    assert identity == Identity(subject_by(real, "no-more-than-a-name"), None, None, frozenset())


def test_a_real_provider_takes_a_code_once(office: OpenIdConnect) -> None:
    begun = office.begin()
    query = let_in_by_the_real_one(begun.address_to_go_to, "somebody")
    office.finish(begun.pending, query)
    with pytest.raises(SignInRefused, match="used already"):
        office.finish(begun.pending, query)


def test_what_a_real_provider_gave_to_another_browser_is_refused(office: OpenIdConnect) -> None:
    mine, theirs = office.begin(), office.begin()
    query = let_in_by_the_real_one(theirs.address_to_go_to, "somebody")
    with pytest.raises(SignInRefused, match="not begun in this browser"):
        office.finish(mine.pending, query)
    with pytest.raises(SignInRefused, match="belongs to another sign-in"):
        office.finish({**mine.pending, "state": theirs.pending["state"]}, query)


def test_whoever_breaks_off_at_a_real_provider_is_told_so(office: OpenIdConnect) -> None:
    begun = office.begin()
    query = let_in_by_the_real_one(begun.address_to_go_to, "somebody", action="deny")
    query.setdefault("state", begun.pending["state"])  # this provider forgets it when it says no
    with pytest.raises(SignInRefused, match="You were not let in"):
        office.finish(begun.pending, query)


def test_a_real_provider_has_a_place_to_sign_out(real: str, office: OpenIdConnect) -> None:
    address = office.end_session_address("https://outturn.example.org/")
    assert address is not None
    assert address.startswith(f"{real}/oauth2/end_session?")
    assert httpx2.get(address, trust_env=False).status_code == 200


def test_a_person_of_entra_is_known_by_tenant_and_object(entra: AProviderOfIdentity) -> None:
    assert signed_in(entra, entra.client()) == Identity(
        subject=f"{TENANT}:{PERSON}",
        name="Somebody Made Up",
        email="made.up@example.org",
        roles=frozenset({Role.FINANCE}),
    )


def test_elsewhere_nobody_is_believed_a_tenant_and_an_object() -> None:
    with a_stand_in(tenant=None) as provider:
        provider.claims = {"tid": TENANT, "oid": PERSON, "sub": "7"}
        assert signed_in(provider, provider.client()).subject == subject_by(provider.issuer, "7")


def test_every_sign_in_has_a_state_a_nonce_and_a_verifier_of_its_own(entra: AProviderOfIdentity) -> None:
    office = entra.client()
    pending = [each for _ in range(20) for each in office.begin().pending.values()]
    assert len(set(pending)) == 60
    assert all(43 <= len(each) <= 128 for each in pending)


def test_the_address_to_go_to_holds_neither_verifier_nor_secret(entra: AProviderOfIdentity) -> None:
    begun = entra.client().begin()
    assert begun.pending["verifier"] not in begun.address_to_go_to
    assert SECRET not in begun.address_to_go_to


def test_a_code_without_the_verifier_it_was_asked_for_with_is_worth_nothing(entra: AProviderOfIdentity) -> None:
    office = entra.client()
    mine, theirs = office.begin(), office.begin()
    with pytest.raises(SignInRefused, match="used already"):
        office.finish({**mine.pending, "verifier": theirs.pending["verifier"]}, entra.let_in(mine.address_to_go_to))


@pytest.mark.parametrize("methods", [["client_secret_post"], ["client_secret_basic"], None])
def test_the_secret_goes_the_way_that_the_provider_takes(entra: AProviderOfIdentity, methods: list[str] | None) -> None:
    entra.says = {"token_endpoint_auth_methods_supported": methods}
    assert signed_in(entra, entra.client()).roles == {Role.FINANCE}


def test_a_client_without_a_secret_signs_in_with_the_verifier_alone(entra: AProviderOfIdentity) -> None:
    entra.secret = None
    assert signed_in(entra, entra.client(client_secret=None)).roles == {Role.FINANCE}


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
def test_a_token_may_be_signed_with_an_rsa_key(entra: AProviderOfIdentity, algorithm: str) -> None:
    entra.sign = lambda claims: signed(claims, rsa_key(), algorithm)
    assert signed_in(entra, entra.client()).roles == {Role.FINANCE}


def test_a_token_may_be_signed_with_an_elliptic_key(entra: AProviderOfIdentity) -> None:
    key = ECKey.generate_key("P-256", {"kid": "elliptic"})
    entra.keys.append(key.as_dict(private=False))
    entra.sign = lambda claims: signed(claims, key, "ES256")
    assert signed_in(entra, entra.client()).roles == {Role.FINANCE}


def test_keys_that_cannot_be_used_are_passed_over(entra: AProviderOfIdentity) -> None:
    entra.keys = [
        {"kty": "AKP", "alg": "ML-DSA-44", "kid": "of-tomorrow"},
        {"kty": "RSA", "kid": "half"},
        {"kty": "EC", "crv": "P-256", "x": "?", "y": 7, "kid": "broken"},
        "no key",  # type: ignore[list-item]
        *entra.keys,
    ]
    assert signed_in(entra, entra.client()).roles == {Role.FINANCE}


def test_an_answer_without_at_hash_and_access_token_is_enough(entra: AProviderOfIdentity) -> None:
    entra.claims, entra.gives = {"at_hash": None}, {"access_token": None}
    assert signed_in(entra, entra.client()).roles == {Role.FINANCE}


def test_several_audiences_are_taken_when_the_token_was_made_for_us(entra: AProviderOfIdentity) -> None:
    entra.claims = {"aud": [CLIENT, "another"], "azp": CLIENT}
    assert signed_in(entra, entra.client()).roles == {Role.FINANCE}


def test_a_provider_that_names_itself_when_it_answers_is_heard(entra: AProviderOfIdentity) -> None:
    entra.says = {"authorization_response_iss_parameter_supported": True}
    office = entra.client()
    begun = office.begin()
    query = {**entra.let_in(begun.address_to_go_to), "iss": entra.issuer}
    assert office.finish(begun.pending, query).roles == {Role.FINANCE}


def test_people_who_sign_in_at_the_same_time_are_not_mixed_up(entra: AProviderOfIdentity) -> None:
    office = entra.client()
    people = [f"aaaaaaaa-bbbb-4ccc-8ddd-{number:012}" for number in range(24)]

    def subject(person: str) -> str:
        begun = office.begin()
        return office.finish(begun.pending, entra.let_in(begun.address_to_go_to, person)).subject

    with ThreadPoolExecutor(8) as crowd:
        assert list(crowd.map(subject, people)) == [f"{TENANT}:{person}" for person in people]
    assert entra.asked.count("/keys") == 1


def test_whoever_signs_out_can_do_so_at_the_provider_too(entra: AProviderOfIdentity) -> None:
    address = entra.client().end_session_address("https://outturn.example.org/")
    assert address is not None
    assert address.startswith(f"{entra.issuer}/out?")
    assert parse_qs(urlsplit(address).query) == {
        "kind": ["all"],
        "client_id": [CLIENT],
        "post_logout_redirect_uri": ["https://outturn.example.org/"],
    }


def test_signing_out_here_does_not_need_the_provider(entra: AProviderOfIdentity) -> None:
    entra.says = {"end_session_endpoint": None}
    assert entra.client().end_session_address("https://outturn.example.org/") is None
    entra.says = {"issuer": "https://provider.example.org"}
    assert entra.client().end_session_address("https://outturn.example.org/") is None
