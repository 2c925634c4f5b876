"""What an ID token is worth: its signature and its claims are checked, and a person is read from it.

The rules are those of OpenID Connect Core 1.0, section 3.1.3.7, and of Microsoft's "Secure applications and APIs by
validating claims": a person of Entra is known by tenant and object (``tid`` and ``oid``), never by an e-mail address.
"""

import hashlib
import ipaddress
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import ClaimError, InvalidKeyIdError, JoseError, UnsupportedAlgorithmError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from domain.errors import OutturnError
from domain.kernel import Role

ALGORITHMS = ("RS256", "PS256", "ES256")
"""How an ID token may be signed: by a key of which we know only the public half. Never ``none``, never a secret."""

_GUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_TENANT = re.compile(f"/({_GUID})/v2\\.0")
_ENTRA = frozenset(
    {"login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn", "sts.windows.net"}
)
_ANYBODY = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""The tenant of every personal Microsoft account."""
_SINGLE_TENANT = (
    "for Microsoft Entra ID the issuer must be your own tenant's address, "
    "https://login.microsoftonline.com/<tenant id>/v2.0, with the tenant's id in figures and small letters: "
    "common, organizations, consumers and a domain's name do not say who may sign in"
)

START_AGAIN = "Start the sign-in again."
TELL = "If it happens again, tell your administrator."
_UNFIT = f"The identity provider's answer cannot be trusted: {{}}. Nobody was signed in. {TELL}"
_WRONG = {
    "iss": _UNFIT.format("it was made out by another provider"),
    "aud": _UNFIT.format("it is meant for another application"),
    "azp": _UNFIT.format("it is meant for another application"),
    "exp": f"This sign-in has run out. {START_AGAIN} {TELL}",
    "nbf": _UNFIT.format("it is not valid yet, as if the clock there and the clock here differ"),
    "iat": _UNFIT.format("it is not valid yet, as if the clock there and the clock here differ"),
    "nonce": f"The identity provider's answer belongs to another sign-in. {START_AGAIN} {TELL}",
}
_EMAIL = re.compile(r"[^\s@<>,;:\"()\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,188}[A-Za-z0-9])?")
_UNREADABLE = (JoseError, ValueError, TypeError, OverflowError, RecursionError)
_OF_PEOPLE = frozenset(Role) - {Role.SCHEDULER}


class SignInRefused(OutturnError):
    """Nobody was signed in, in words fit for whoever tried. They never hold anything that was sent."""


class ProviderUnavailable(SignInRefused):
    """The identity provider cannot be reached, or answers as no provider should: nobody can sign in by it now."""


class UnknownKey(SignInRefused):
    """The token names a key that is not among those we hold: the provider may have changed its keys."""


class Identity(NamedTuple):
    """Who signed in, as the identity provider vouches for it. Nothing else of the token is kept."""

    subject: str
    """The same for one person for ever, and for nobody else: at most 80 characters.

    Of Entra ``tid:oid``; of any other provider ``subject_by(iss, sub)``.
    """
    name: str | None
    """For show only: at most 200 characters, without control characters."""
    email: str | None
    """For show only: it may change hands, so nobody is ever recognised by it. None, if it is said to be unproved."""
    roles: frozenset[Role]
    """From the claim ``roles`` (in Entra: app roles, whose values are ours). Empty, if there are none."""


def is_loopback(host: str) -> bool:
    """Whether an address is this machine's own, so that nothing goes over a network."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def safe_address(address: str) -> SplitResult:
    """An absolute address without user, password and fragment, by https; http on this machine. ``ValueError``."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    plain = parts.scheme == "http" and is_loopback(host)
    if not host or parts.username is not None or parts.fragment or not (parts.scheme == "https" or plain):
        raise ValueError("must be a whole https address without user and fragment; http is for this machine alone")
    if parts.port == 0 or not address.isascii() or not address.isprintable() or " " in address:
        raise ValueError("must be an address as a browser shows it, without spaces")
    return parts


def tenant_of(issuer: str) -> str | None:
    """The tenant, if this is the address of one at Entra; nothing for any other provider. Raises ``ValueError``.

    An address of this machine's own with the same path stands in for Entra, and is held to the same rules. The words
    never hold the address.
    """
    parts = safe_address(issuer)
    if parts.query or "?" in issuer:
        raise ValueError("the issuer must be an address without a question mark")
    host = parts.hostname or ""
    found = _TENANT.fullmatch(parts.path)
    if (host in _ENTRA or host.endswith(".ciamlogin.com")) and (found is None or found[1] == _ANYBODY):
        raise ValueError(_SINGLE_TENANT)
    entra = host in _ENTRA or host.endswith(".ciamlogin.com") or is_loopback(host)
    return found[1] if found and entra else None


def subject_by(issuer: str, subject: str) -> str:
    """One name for ``iss`` and ``sub`` together, of 64 figures and letters: no two pairs share it."""
    return hashlib.sha256(json.dumps([issuer, subject]).encode()).hexdigest()


class Expected(NamedTuple):
    """What the ID token of one sign-in must say."""

    issuer: str
    tenant: str | None
    client_id: str
    nonce: str
    now: datetime
    leeway: int
    """By how many seconds the provider's clock may differ from ours."""


def claims_of(id_token: str, keys: KeySet) -> tuple[dict[str, Any], dict[str, Any]]:
    """The header and the claims of a token that one of these keys signed. Raises ``UnknownKey``, ``SignInRefused``."""
    try:
        token = jwt.decode(id_token, keys, registry=JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False))
    except InvalidKeyIdError:
        raise UnknownKey(_UNFIT.format("it is signed by a key that the provider does not publish")) from None
    except UnsupportedAlgorithmError:
        raise SignInRefused(_UNFIT.format("it is not signed in a way that counts")) from None
    except _UNREADABLE:
        raise SignInRefused(_UNFIT.format("it is not signed by the provider")) from None
    return token.header, token.claims


def identity_from(
    header: dict[str, Any], claims: dict[str, Any], expected: Expected, access_token: str | None
) -> Identity:
    """The person whom a token vouches for, whose signature is checked already. Raises ``SignInRefused``."""
    options = {
        "iss": {"essential": True, "value": expected.issuer},
        "aud": {"essential": True, "value": expected.client_id},
        "sub": {"essential": True},
        "exp": {"essential": True},
        "iat": {"essential": True},
        "nonce": {"essential": True},
    }
    said = {"nonce": expected.nonce, "client_id": expected.client_id, "access_token": access_token}
    try:
        CodeIDToken(claims, header, options, said).validate(int(expected.now.timestamp()), expected.leeway)
    except ClaimError as fault:
        claim = min(fault.claim.split(","))  # of several that are missing, one is told
        raise SignInRefused(_WRONG.get(claim) or _UNFIT.format("it is not what OpenID Connect asks for")) from None
    except _UNREADABLE:
        raise SignInRefused(_UNFIT.format("it is not what OpenID Connect asks for")) from None
    return Identity(_subject(claims, expected), _name(claims), _email(claims), _roles(claims))


def _subject(claims: Mapping[str, Any], expected: Expected) -> str:
    """Only Entra is believed ``tid`` and ``oid``: elsewhere they are any claim, which people may set themselves."""
    if expected.tenant is None:
        return subject_by(claims["iss"], claims["sub"])
    if claims.get("tid") != expected.tenant:
        raise SignInRefused("Your account belongs to another organisation. Sign in with your account of this office.")
    person = claims.get("oid")
    if not isinstance(person, str) or not re.fullmatch(_GUID, person):
        raise SignInRefused(_UNFIT.format("it does not say which person it is about"))
    return f"{expected.tenant}:{person}"


def _name(claims: Mapping[str, Any]) -> str | None:
    name = claims.get("name")
    if not isinstance(name, str):
        return None
    shown = "".join(sign if sign.isprintable() else " " for sign in name)
    return " ".join(shown.split())[:200].strip() or None


def _email(claims: Mapping[str, Any]) -> str | None:
    email = claims.get("email")
    if not isinstance(email, str) or claims.get("email_verified") is False or not _EMAIL.fullmatch(email):
        return None
    return email


def _roles(claims: Mapping[str, Any]) -> frozenset[Role]:
    """The clock's own role is left out too: no person has it."""
    roles = claims.get("roles")
    said = [role for role in roles if isinstance(role, str)] if isinstance(roles, list) else []
    return frozenset(role for role in _OF_PEOPLE if role.value in said)
