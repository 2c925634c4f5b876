"""Sign-in by OpenID Connect: the authorization code flow with PKCE (RFC 7636), written for Microsoft Entra ID.

``begin`` says where the browser goes and what must be remembered meanwhile; ``finish`` reads who came back. Neither
knows cookies or pages: the routes keep what is pending on the server and hand each of it over once.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from authlib.common.urls import add_params_to_uri
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from pydantic import SecretStr

from domain.kernel import utc_now
from services.sign_in.claims import (
    START_AGAIN,
    TELL,
    Expected,
    Identity,
    ProviderUnavailable,
    SignInRefused,
    UnknownKey,
    claims_of,
    identity_from,
    safe_address,
    tenant_of,
)
from services.sign_in.identity_provider import TIMEOUT, IdentityProvider, Metadata, plainly

__all__ = ["LEEWAY", "Begun", "Identity", "OpenIdConnect", "ProviderUnavailable", "SignInRefused"]

LEEWAY = 60
"""By how many seconds the provider's clock may differ from ours."""
SCOPE = "openid profile email"
_LONGEST_CODE = 8_192
_SET_UP = (
    "The identity provider does not accept how this office's sign-in is set up. Nobody can sign in by it until your "
    "administrator has checked the client id, the secret (which may have run out) and the address to come back to."
)
_LATER = f"The identity provider cannot sign anybody in just now. Try again in a few minutes. {TELL}"
_NEEDED = f"The identity provider needs something of you first, such as your consent. {START_AGAIN} {TELL}"
_USED = f"This sign-in was used already, or has run out. {START_AGAIN} {TELL}"
_NOT_OURS = f"This sign-in was not begun in this browser, or too long ago. {START_AGAIN}"
_SAID = {
    "access_denied": "You were not let in: the sign-in was broken off, or the identity provider refused it. "
    "If you should be let in, ask your administrator to give you a role in this application.",
    "invalid_client": _SET_UP,
    "invalid_grant": _USED,
    "invalid_request": _SET_UP,
    "invalid_scope": _SET_UP,
    "unauthorized_client": _SET_UP,
    "unsupported_response_type": _SET_UP,
    "server_error": _LATER,
    "temporarily_unavailable": _LATER,
    "account_selection_required": _NEEDED,
    "consent_required": _NEEDED,
    "interaction_required": _NEEDED,
    "login_required": _NEEDED,
}
_OTHERWISE = f"The identity provider refused the sign-in. {START_AGAIN} {TELL}"


class Begun(NamedTuple):
    """A sign-in that has begun."""

    address_to_go_to: str
    """At the provider: the browser is sent there."""
    pending: dict[str, str]
    """``state``, ``nonce`` and ``verifier``: kept on the server until the browser is back, and used once."""


class OpenIdConnect:
    """Sign-in at one provider. Threads may share it; nothing is asked of the provider before somebody signs in."""

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: SecretStr | None,
        redirect_address: str,
        leeway: int = LEEWAY,
        *,
        timeout: float = TIMEOUT,
        clock: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises ``ValueError``, in words for whoever sets it up, if an address cannot be right.

        ``redirect_address`` is where the provider sends the browser back to, as it is registered there.
        """
        self._tenant = tenant_of(issuer)
        safe_address(redirect_address)
        if not client_id.strip():
            raise ValueError("the client id is needed: the provider gives it to each application")
        self._issuer = issuer
        self._client_id = client_id
        self._secret = client_secret
        self._redirect_address = redirect_address
        self._leeway = leeway
        self._clock = clock
        self._provider = IdentityProvider(issuer, timeout, monotonic)

    def begin(self) -> Begun:
        """Begins a sign-in. Raises ``ProviderUnavailable``."""
        pending = {name: secrets.token_urlsafe(48) for name in ("state", "nonce", "verifier")}
        address = prepare_grant_uri(
            self._provider.metadata().authorization_endpoint,
            client_id=self._client_id,
            response_type="code",
            redirect_uri=self._redirect_address,
            scope=SCOPE,
            state=pending["state"],
            nonce=pending["nonce"],
            code_challenge=create_s256_code_challenge(pending["verifier"]),
            code_challenge_method="S256",
        )
        return Begun(str(address), pending)

    def finish(self, pending: Mapping[str, Any], query: Mapping[str, str]) -> Identity:
        """Who came back. Raises ``SignInRefused``, in words for that person, and ``ProviderUnavailable``.

        ``pending`` is what ``begin`` gave to this browser, taken out of keeping, so that it serves once whatever
        becomes of it; ``query`` is what stands after the question mark of the address that the browser came back by.
        """
        state, nonce, verifier = (str(pending.get(name) or "") for name in ("state", "nonce", "verifier"))
        known = secrets.compare_digest(state.encode(), query.get("state", "").encode("utf-8", "replace"))
        if not (state and nonce and verifier and known):
            raise SignInRefused(_NOT_OURS)
        if "error" in query:
            raise SignInRefused(_SAID.get(query["error"], _OTHERWISE))
        metadata = self._provider.metadata()
        sender = query.get("iss", None if metadata.authorization_response_iss_parameter_supported else self._issuer)
        code = query.get("code", "")
        if sender != self._issuer or not 0 < len(code) <= _LONGEST_CODE:  # RFC 9207: which provider answers
            raise SignInRefused(_OTHERWISE)
        said = self._redeem(metadata, code, verifier)
        id_token, access_token = said.get("id_token"), said.get("access_token")
        if not isinstance(id_token, str):
            raise SignInRefused(f"The identity provider did not say who you are. {TELL}")
        header, claims = self._claims(id_token)
        expected = Expected(self._issuer, self._tenant, self._client_id, nonce, self._clock(), self._leeway)
        return identity_from(header, claims, expected, access_token if isinstance(access_token, str) else None)

    def end_session_address(self, return_address: str) -> str | None:
        """Where the browser goes to sign out at the provider as well; nothing, if it has no such place or is away.

        ``return_address`` is where the provider sends the browser afterwards; it must be registered there.
        """
        safe_address(return_address)
        try:
            place = self._provider.metadata().end_session_endpoint
        except ProviderUnavailable:
            return None
        if place is None:
            return None
        said = [("client_id", self._client_id), ("post_logout_redirect_uri", return_address)]
        return str(add_params_to_uri(place, said))

    def _claims(self, id_token: str) -> tuple[dict[str, Any], dict[str, Any]]:
        try:
            return claims_of(id_token, self._provider.keys())
        except UnknownKey:
            return claims_of(id_token, self._provider.keys_anew())

    def _redeem(self, metadata: Metadata, code: str, verifier: str) -> Mapping[str, Any]:
        """What the provider gives for a code. A client for each call: Authlib's keeps the last token given."""
        secret = self._secret.get_secret_value() if self._secret is not None else None
        posted = "client_secret_post" in metadata.token_endpoint_auth_methods_supported
        with (
            plainly(),
            OAuth2Client(
                self._client_id,
                secret,
                token_endpoint_auth_method=("client_secret_post" if posted else None) if secret else "none",
                redirect_uri=self._redirect_address,
                **self._provider.connection(),
            ) as client,
        ):
            try:
                said = client.fetch_token(
                    metadata.token_endpoint, grant_type="authorization_code", code=code, code_verifier=verifier
                )
            except OAuthError as refusal:
                raise SignInRefused(_SAID.get(str(refusal.error), _OTHERWISE)) from None
        return dict(said)
