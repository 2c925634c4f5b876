"""A provider that cannot be reached, answers as none should, or cannot be the right one: told in words."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from domain.kernel import Role
from services.sign_in.claims import subject_by, tenant_of
from services.sign_in.oidc import OpenIdConnect, ProviderUnavailable
from tests.services.a_provider_of_identity import (
    BACK,
    CLIENT,
    SECRET,
    TENANT,
    Answer,
    AProviderOfIdentity,
    a_stand_in,
    dripping,
    elsewhere,
    packed,
    rsa_key,
    silent,
    too_large,
    words,
)

DISCOVERY = "/.well-known/openid-configuration"


@pytest.fixture
def provider() -> Iterator[AProviderOfIdentity]:
    with a_stand_in() as stand_in:
        yield stand_in


def signs_in(provider: AProviderOfIdentity, office: OpenIdConnect) -> frozenset[Role]:
    begun = office.begin()
    return office.finish(begun.pending, provider.let_in(begun.address_to_go_to)).roles


@pytest.mark.parametrize("path", [DISCOVERY, "/keys", "/token"])
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (elsewhere("http://127.0.0.1:9/"), "another address"),
        (too_large, "too large"),
        (packed, "packs its answer"),
        (silent, "too slowly"),
        (dripping, "too slowly"),
        (words(200, b"<p>Service for somebody@example.org</p>"), "not what OpenID Connect asks for"),
        (words(200, b'["somebody@example.org"]'), "not what OpenID Connect asks for"),
        (words(200, b"[" * 200_000), "not what OpenID Connect asks for"),
        (words(503, b"somebody@example.org"), "not what OpenID Connect asks for"),
    ],
)
def test_an_answer_that_is_none_is_told_in_words(
    provider: AProviderOfIdentity, path: str, answer: Answer, said: str
) -> None:
    provider.answers = {path: answer}
    with pytest.raises(ProviderUnavailable, match=said) as refused:
        signs_in(provider, provider.client(timeout=0.3))
    assert "example" not in str(refused.value)


def test_nobody_is_followed_to_another_address(provider: AProviderOfIdentity) -> None:
    with a_stand_in() as other:
        for path in (DISCOVERY, "/keys", "/token"):
            provider.answers = {path: elsewhere(f"{other.issuer}{path}")}
            with pytest.raises(ProviderUnavailable, match="another address"):
                signs_in(provider, provider.client())
        assert other.asked == []


def test_a_provider_that_is_not_there_is_told_in_words() -> None:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))  # and does not listen
        office = OpenIdConnect(f"http://127.0.0.1:{place.getsockname()[1]}", CLIENT, SecretStr(SECRET), BACK)
        with pytest.raises(ProviderUnavailable, match="cannot be reached"):
            office.begin()


def test_a_provider_by_plain_http_behind_https_is_not_believed(provider: AProviderOfIdentity) -> None:
    """The stand-in speaks no TLS, so that a client which asks for it gets nowhere."""
    office = OpenIdConnect(provider.issuer.replace("http:", "https:"), CLIENT, SecretStr(SECRET), BACK)
    with pytest.raises(ProviderUnavailable, match="cannot be reached"):
        office.begin()
    assert provider.asked == []


@pytest.mark.parametrize(
    ("says", "said"),
    [
        ({"issuer": "https://another.example.org"}, "calls itself by another address"),
        ({"issuer": "https://login.microsoftonline.com/{tenantid}/v2.0"}, "calls itself by another address"),
        ({"issuer": None}, "says of itself"),
        ({"authorization_endpoint": "http://another.example.org/authorise"}, "says of itself"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "says of itself"),
        ({"token_endpoint": "http://another.example.org/token"}, "says of itself"),
        ({"token_endpoint": "https://somebody@another.example.org/token"}, "says of itself"),
        ({"jwks_uri": "/keys"}, "says of itself"),
        ({"jwks_uri": "http://another.example.org/keys"}, "says of itself"),
        ({"jwks_uri": None}, "says of itself"),
        ({"end_session_endpoint": "http://another.example.org/out"}, "says of itself"),
        ({"token_endpoint_auth_methods_supported": "client_secret_post"}, "says of itself"),
    ],
)
def test_a_provider_that_says_something_wrong_of_itself_is_not_used(
    provider: AProviderOfIdentity, says: dict[str, Any], said: str
) -> None:
    provider.says = says
    with pytest.raises(ProviderUnavailable, match=said) as refused:
        provider.client().begin()
    assert "example" not in str(refused.value)


@pytest.mark.parametrize(
    "keys",
    [
        [],
        [{"kty": "oct", "k": "c2VjcmV0", "kid": "key-1"}],
        [rsa_key().as_dict(private=True)],
        [{**rsa_key().as_dict(private=False), "n": rsa_key().as_dict(private=False)["n"][:171]}],
        ["key-1"],
    ],
)
def test_a_provider_without_a_fit_public_key_is_not_used(provider: AProviderOfIdentity, keys: list[Any]) -> None:
    provider.keys = keys
    with pytest.raises(ProviderUnavailable, match="no key that can be used"):
        signs_in(provider, provider.client())


def test_what_a_provider_says_of_itself_is_asked_once_an_hour(provider: AProviderOfIdentity) -> None:
    seconds = [0.0]
    office = provider.client(monotonic=lambda: seconds[0])
    for _ in range(3):
        signs_in(provider, office)
    assert (provider.asked.count(DISCOVERY), provider.asked.count("/keys")) == (1, 1)
    seconds[0] = 3600.0
    signs_in(provider, office)
    assert (provider.asked.count(DISCOVERY), provider.asked.count("/keys")) == (2, 2)


def test_after_a_failure_nobody_asks_again_for_ten_seconds(provider: AProviderOfIdentity) -> None:
    seconds = [0.0]
    office = provider.client(monotonic=lambda: seconds[0])
    provider.says = {"issuer": None}
    for _ in range(3):
        with pytest.raises(ProviderUnavailable, match="says of itself"):
            office.begin()
    assert provider.asked == [DISCOVERY]
    provider.says = {}
    seconds[0] = 10.0
    assert signs_in(provider, office) == {Role.FINANCE}


def test_a_proxy_of_the_environment_is_not_asked_for_a_provider_on_this_machine(
    provider: AProviderOfIdentity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert signs_in(provider, provider.client()) == {Role.FINANCE}


@pytest.mark.parametrize(
    "issuer",
    [
        "https://login.microsoftonline.com/common/v2.0",
        "https://login.microsoftonline.com/organizations/v2.0",
        "https://login.microsoftonline.com/consumers/v2.0",
        "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
        "https://login.microsoftonline.com/{tenantid}/v2.0",
        "https://login.microsoftonline.com/invented.onmicrosoft.com/v2.0",
        f"https://login.microsoftonline.com/{TENANT}",
        f"https://login.microsoftonline.com/{TENANT}/v2.0/",
        f"https://login.microsoftonline.com/{'A' * 8}{TENANT[8:]}/v2.0",
        f"https://LOGIN.microsoftonline.com/{TENANT}/",
        f"https://sts.windows.net/{TENANT}/",
        "https://invented.ciamlogin.com/common/v2.0",
    ],
)
def test_an_address_of_entra_that_is_not_one_tenants_is_refused_at_once(issuer: str) -> None:
    with pytest.raises(ValueError, match="your own tenant's address") as refused:
        OpenIdConnect(issuer, CLIENT, SecretStr(SECRET), BACK)
    assert issuer not in str(refused.value)


@pytest.mark.parametrize(
    "issuer",
    [
        "",
        "login.microsoftonline.com",
        "http://provider.example.org",
        "http://127.0.0.1.example.org",
        "http://10.0.0.7",
        "ftp://provider.example.org",
        "https://somebody:secret@provider.example.org",
        "https://provider.example.org#part",
        "https://provider.example.org?tenant=7",
        "https://provider.example.org/a tenant",
        "https://provider.example.org:notaport",
        "https:///v2.0",
    ],
)
def test_an_issuer_must_be_a_whole_address_by_https(issuer: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        OpenIdConnect(issuer, CLIENT, SecretStr(SECRET), BACK)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "address", ["", "/sign-in/back", "http://outturn.example.org/back", "https://a.example.org/#b"]
)
def test_the_address_to_come_back_to_must_be_whole_and_by_https(address: str) -> None:
    with pytest.raises(ValueError, match="whole https address"):
        OpenIdConnect("https://provider.example.org", CLIENT, SecretStr(SECRET), address)


def test_a_client_has_an_id() -> None:
    with pytest.raises(ValueError, match="client id is needed"):
        OpenIdConnect("https://provider.example.org", " ", SecretStr(SECRET), BACK)


@pytest.mark.parametrize(
    ("issuer", "tenant"),
    [
        (f"https://login.microsoftonline.com/{TENANT}/v2.0", TENANT),
        (f"https://login.microsoftonline.us/{TENANT}/v2.0", TENANT),
        (f"https://invented.ciamlogin.com/{TENANT}/v2.0", TENANT),
        (f"http://[::1]:8080/{TENANT}/v2.0", TENANT),
        (f"https://provider.example.org/{TENANT}/v2.0", None),
        (f"https://login.microsoftonline.com.example.org/{TENANT}/v2.0", None),
        ("https://accounts.google.com", None),
    ],
)
def test_only_at_entra_does_an_address_name_a_tenant(issuer: str, tenant: str | None) -> None:
    assert tenant_of(issuer) == tenant


def test_no_two_people_share_a_subject_by_where_the_parts_meet() -> None:
    assert subject_by("https://a.example.org", "b|c") != subject_by("https://a.example.org|b", "c")
    assert len(subject_by("https://a.example.org/" + "a" * 500, "b" * 255)) == 64
