"""What a provider must not be believed: each is refused in words, and nothing of it stands in the words or in the log.

A stand-in for Entra lies here in one thing at a time; everything else about its answer is right.
"""

import base64
import hashlib
import hmac
import logging
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from joserfc.jwk import ECKey

from domain.kernel import Role
from services.sign_in.oidc import Identity, OpenIdConnect, SignInRefused
from tests.services.a_provider_of_identity import (
    CLIENT,
    SECRET,
    TENANT,
    AProviderOfIdentity,
    a_stand_in,
    in_pieces,
    rsa_key,
    signed,
)
from tests.story import OCTOBER

NOW = int(OCTOBER.timestamp())
OTHER_TENANT = TENANT.replace("1", "9")


class Visitor:
    """Somebody at a browser, signing in."""

    def __init__(self, provider: AProviderOfIdentity, log: pytest.LogCaptureFixture) -> None:
        self.provider = provider
        self.office = provider.client()
        self._log = log

    def signs_in(self, office: OpenIdConnect | None = None, /, **query: str) -> Identity:
        """``query`` is what the browser comes back with otherwise than the provider meant."""
        office = office or self.office
        begun = office.begin()
        self.provider.told += begun.pending.values()
        return office.finish(begun.pending, {**self.provider.let_in(begun.address_to_go_to), **query})

    def is_refused(self, office: OpenIdConnect | None = None, /, **query: str) -> str:
        """Refused, with nothing in the words, the traceback or the log that was sent: what it says."""
        self.provider.told += [*query.values(), SECRET]
        with pytest.raises(SignInRefused) as refused:
            self.signs_in(office, **query)
        told = "\n".join([str(refused.value), *traceback.format_exception(refused.value), self._log.text])
        told = told.replace(self.provider.issuer, "")  # the address of the provider is no secret
        found = [each for each in self.provider.told if len(each) > 4 and each in told]
        assert found == []
        return str(refused.value)


@pytest.fixture
def visitor(caplog: pytest.LogCaptureFixture) -> Iterator[Visitor]:
    caplog.set_level(logging.DEBUG)
    with a_stand_in() as provider:
        yield Visitor(provider, caplog)


@pytest.mark.parametrize(
    ("lie", "words"),
    [
        ({"iss": "https://another.example.org"}, "made out by another provider"),
        ({"iss": f"https://login.microsoftonline.com/{OTHER_TENANT}/v2.0"}, "made out by another provider"),
        ({"iss": None}, "made out by another provider"),
        ({"aud": "another-application"}, "meant for another application"),
        ({"aud": ["another-application"]}, "meant for another application"),
        ({"aud": []}, "meant for another application"),
        ({"aud": {"client": CLIENT}}, "meant for another application"),
        ({"aud": None}, "meant for another application"),
        ({"aud": "another-application", "azp": CLIENT}, "meant for another application"),
        ({"aud": [CLIENT, "another-application"]}, "meant for another application"),
        ({"aud": [CLIENT, "another-application"], "azp": "another-application"}, "meant for another application"),
        ({"azp": "another-application"}, "meant for another application"),
        ({"exp": NOW - 60}, "has run out"),
        ({"exp": "tomorrow"}, "has run out"),
        ({"exp": float("nan")}, "has run out"),
        ({"exp": None}, "has run out"),
        ({"nbf": NOW + 61}, "not valid yet"),
        ({"iat": NOW + 61}, "not valid yet"),
        ({"iat": None}, "not valid yet"),
        ({"nonce": "of-another-sign-in"}, "belongs to another sign-in"),
        ({"nonce": ["of-another-sign-in"]}, "belongs to another sign-in"),
        ({"nonce": ""}, "belongs to another sign-in"),
        ({"nonce": None}, "belongs to another sign-in"),
        ({"tid": OTHER_TENANT}, "belongs to another organisation"),
        ({"tid": None}, "belongs to another organisation"),
        ({"oid": None}, "which person"),
        ({"oid": 7}, "which person"),
        ({"oid": "../somebody else"}, "which person"),
        ({"sub": None}, "not what OpenID Connect asks for"),
        ({"sub": ""}, "not what OpenID Connect asks for"),
        ({"sub": 7}, "not what OpenID Connect asks for"),
        ({"at_hash": "of-another-token"}, "not what OpenID Connect asks for"),
        ({"at_hash": {"of": "another"}}, "not what OpenID Connect asks for"),
    ],
)
def test_a_token_that_says_something_wrong_is_refused(visitor: Visitor, lie: dict[str, Any], words: str) -> None:
    visitor.provider.claims = lie
    assert words in visitor.is_refused()


@pytest.mark.parametrize("right", [{"exp": NOW - 59}, {"nbf": NOW + 60}, {"iat": NOW + 60}, {"nbf": None}])
def test_clocks_may_differ_by_a_minute(visitor: Visitor, right: dict[str, Any]) -> None:
    visitor.provider.claims = right
    assert visitor.signs_in().roles == {Role.FINANCE}


@pytest.mark.parametrize(
    ("said", "roles"),
    [
        (["commissioner", "finance"], {Role.COMMISSIONER, Role.FINANCE}),
        (["Finance", "finance ", "king", "", 7, None, ["finance"]], set()),
        (["scheduler"], set()),
        ("finance", set()),
        ({"finance": True}, set()),
        ([], set()),
        (None, set()),
    ],
)
def test_roles_are_ours_by_the_letter_or_none(visitor: Visitor, said: Any, roles: set[Role]) -> None:
    visitor.provider.claims = {"roles": said}
    assert visitor.signs_in().roles == roles


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("  Somebody \r\n Made\u0000Up\u202e ", "Somebody Made Up"),
        ("m" * 500, "m" * 200),
        (" \t ", None),
        (["Somebody"], None),
        (None, None),
    ],
)
def test_a_name_is_cleaned_before_it_is_shown(visitor: Visitor, said: Any, name: str | None) -> None:
    visitor.provider.claims = {"name": said}
    assert visitor.signs_in().name == name


@pytest.mark.parametrize(
    "said",
    [
        {"email": "made.up@example.org", "email_verified": False},
        {"email": "made.up@example.org\r\nBcc: another@example.org"},
        {"email": "made.up@example.org, another@example.org"},
        {"email": "no address"},
        {"email": ["made.up@example.org"]},
        {"email": None, "preferred_username": "made.up@example.org"},
    ],
)
def test_what_is_no_proved_address_is_no_address(visitor: Visitor, said: dict[str, Any]) -> None:
    visitor.provider.claims = said
    assert visitor.signs_in().email is None


def with_the_public_key_as_the_secret(claims: dict[str, Any]) -> str:
    """The old trick: HS256, with the public key's own letters as what both sides know."""
    head = f"{in_pieces({'alg': 'HS256', 'kid': rsa_key().kid})}.{in_pieces(claims)}"
    mark = hmac.new(rsa_key().as_pem(private=False), head.encode(), hashlib.sha256).digest()
    return f"{head}.{base64.urlsafe_b64encode(mark).rstrip(b'=').decode()}"


def with_another_person(claims: dict[str, Any]) -> str:
    """A token properly signed, whose middle was exchanged afterwards."""
    head, _, mark = signed(claims, rsa_key()).split(".")
    return f"{head}.{in_pieces({**claims, 'roles': ['administrator']})}.{mark}"


def by_a_key_in_its_own_header(claims: dict[str, Any]) -> str:
    """A token that brings along the key to check it with."""
    return signed(claims, rsa_key(2), kid=rsa_key().kid, jwk=rsa_key(2).as_dict(private=False))


ELLIPTIC = ECKey.generate_key("P-384", {"kid": str(rsa_key().kid)})


@pytest.mark.parametrize(
    ("sign", "words"),
    [
        (lambda claims: f"{in_pieces({'alg': 'none'})}.{in_pieces(claims)}.", "not signed in a way that counts"),
        (
            lambda claims: f"{in_pieces({'alg': 'None', 'kid': rsa_key().kid})}.{in_pieces(claims)}.",
            "not signed in a way that counts",
        ),
        (with_the_public_key_as_the_secret, "not signed in a way that counts"),
        (lambda claims: signed(claims, rsa_key(), "RS512"), "not signed in a way that counts"),
        (lambda claims: signed(claims, ELLIPTIC, "ES384"), "not signed in a way that counts"),
        (lambda claims: signed(claims, rsa_key(2), kid=rsa_key().kid), "not signed by the provider"),
        (with_another_person, "not signed by the provider"),
        (by_a_key_in_its_own_header, "not signed by the provider"),
        (lambda claims: signed(claims, rsa_key()).rpartition(".")[0] + ".", "not signed by the provider"),
        (lambda claims: in_pieces(claims), "not signed by the provider"),
        (lambda _claims: "a.b.c", "not signed by the provider"),
        (lambda _claims: "", "not signed by the provider"),
        (lambda claims: signed(claims, rsa_key(2)), "signed by a key that the provider does not publish"),
    ],
)
def test_a_token_that_the_provider_did_not_sign_is_refused(
    visitor: Visitor, sign: Callable[[dict[str, Any]], str], words: str
) -> None:
    visitor.provider.sign = sign
    assert words in visitor.is_refused()


@pytest.mark.parametrize("otherwise", [{"use": "enc"}, {"alg": "PS256"}, {"kty": "oct", "k": "c2VjcmV0"}])
def test_a_key_for_something_else_does_not_count(visitor: Visitor, otherwise: dict[str, str]) -> None:
    visitor.provider.keys = [{**rsa_key().as_dict(private=False), **otherwise}, rsa_key(3).as_dict(private=False)]
    assert "does not publish" in visitor.is_refused()


class Watch:
    """Seconds, as many as are set."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def test_a_key_that_was_changed_in_between_is_asked_for_once(visitor: Visitor) -> None:
    visitor.signs_in()
    visitor.provider.keys = [rsa_key(2).as_dict(private=False)]
    visitor.provider.sign = lambda claims: signed(claims, rsa_key(2))
    assert visitor.signs_in().roles == {Role.FINANCE}
    assert visitor.signs_in().roles == {Role.FINANCE}
    assert visitor.provider.asked.count("/keys") == 2


def test_unknown_keys_are_asked_for_at_most_once_a_minute(visitor: Visitor) -> None:
    watch = Watch()
    office = visitor.provider.client(monotonic=watch)
    visitor.provider.sign = lambda claims: signed(claims, rsa_key(2))
    for _ in range(3):
        visitor.is_refused(office)
    assert visitor.provider.asked.count("/keys") == 2
    visitor.provider.keys = [rsa_key(2).as_dict(private=False)]
    watch.seconds += 59
    visitor.is_refused(office)
    assert visitor.provider.asked.count("/keys") == 2
    watch.seconds += 1
    assert visitor.signs_in(office).roles == {Role.FINANCE}


def test_a_key_that_was_taken_back_is_believed_for_an_hour_at_most(visitor: Visitor) -> None:
    watch = Watch()
    office = visitor.provider.client(monotonic=watch)
    visitor.signs_in(office)
    visitor.provider.keys = [rsa_key(2).as_dict(private=False)]
    watch.seconds += 3599
    visitor.signs_in(office)
    watch.seconds += 1
    assert "does not publish" in visitor.is_refused(office)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"state": "of-another-browser"}, "not begun in this browser"),
        ({"state": "état-d'ailleurs \ud800"}, "not begun in this browser"),
        ({"state": ""}, "not begun in this browser"),
        ({"code": ""}, "refused the sign-in"),
        ({"code": "c" * 8_193}, "refused the sign-in"),
        ({"code": "made-up-code"}, "used already"),
        ({"iss": "https://another.example.org"}, "refused the sign-in"),
        ({"error": "access_denied", "error_description": "Somebody said no"}, "not let in"),
        ({"error": "temporarily_unavailable"}, "just now"),
        ({"error": "interaction_required"}, "needs something of you"),
        ({"error": "unauthorized_client"}, "how this office's sign-in is set up"),
        ({"error": "<script>"}, "refused the sign-in"),
    ],
)
def test_a_browser_that_comes_back_with_something_else_is_refused(
    visitor: Visitor, query: dict[str, str], words: str
) -> None:
    assert words in visitor.is_refused(**query)


def test_an_error_counts_only_with_the_right_state(visitor: Visitor) -> None:
    words = visitor.is_refused(state="of-another-browser", error="access_denied")
    assert "not begun in this browser" in words


@pytest.mark.parametrize("left", [{}, {"state": ""}, {"state": None, "nonce": "n", "verifier": "v"}])
def test_without_anything_pending_nobody_signs_in(visitor: Visitor, left: dict[str, Any]) -> None:
    with pytest.raises(SignInRefused, match="not begun in this browser"):
        visitor.office.finish(left, {"state": "", "code": "made-up-code"})
    assert visitor.provider.asked == []


def test_without_a_nonce_pending_nobody_signs_in(visitor: Visitor) -> None:
    begun = visitor.office.begin()
    query = visitor.provider.let_in(begun.address_to_go_to)
    with pytest.raises(SignInRefused, match="not begun in this browser"):
        visitor.office.finish({**begun.pending, "nonce": ""}, query)


def test_a_provider_that_should_name_itself_and_does_not_is_refused(visitor: Visitor) -> None:
    visitor.provider.says = {"authorization_response_iss_parameter_supported": True}
    assert "refused the sign-in" in visitor.is_refused()


def test_a_wrong_secret_is_told_as_something_for_the_administrator(visitor: Visitor) -> None:
    visitor.provider.secret = "another-secret"
    assert "the secret (which may have run out)" in visitor.is_refused()


@pytest.mark.parametrize("given", [{"id_token": None}, {"id_token": ["a"]}, {"id_token": {}}])
def test_an_answer_without_an_id_token_is_refused(visitor: Visitor, given: dict[str, Any]) -> None:
    visitor.provider.gives = given
    assert "did not say who you are" in visitor.is_refused()
