"""An identity provider as it is found by its address: what it says of itself, and the keys that it signs with.

Asked over checked TLS only, never sent elsewhere by it, and never longer or for more than is reasonable.
"""

import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any, Generic, TypeVar

import httpx2
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet, import_key
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from services.sign_in.claims import TELL, ProviderUnavailable, is_loopback, safe_address

TIMEOUT = 10.0
"""For how many seconds a connection, or the next part of an answer, is waited for; also a whole answer's body."""
LARGEST = 1_000_000
"""Of how many bytes an answer may be."""
KEPT = 3600.0
"""For how many seconds what the provider says of itself is believed."""
BETWEEN = 60.0
"""How many seconds lie at least between two times that keys are asked for because of a token."""
FAILED = 10.0
"""For how many seconds nobody asks again after a failure, so that visitors do not queue behind a dead provider."""
_SHORTEST_MODULUS = 342
"""Of an RSA key of 2,048 bits, in characters of base64."""

Kept = TypeVar("Kept")


def _safe(address: str) -> str:
    safe_address(address)
    return address


Address = Annotated[str, AfterValidator(_safe)]


class Metadata(BaseModel):
    """What a provider says of itself (OpenID Connect Discovery 1.0, section 3), as far as it matters here."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, hide_input_in_errors=True)

    issuer: str
    authorization_endpoint: Address
    token_endpoint: Address
    jwks_uri: Address
    end_session_endpoint: Address | None = None
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]
    authorization_response_iss_parameter_supported: bool = False


class _Bounded(httpx2.SyncByteStream):
    """The body of an answer, no larger and no slower than is reasonable."""

    def __init__(self, body: httpx2.SyncByteStream, until: float) -> None:
        self._body = body
        self._until = until

    def __iter__(self) -> Iterator[bytes]:
        length = 0
        for part in self._body:
            length += len(part)
            if length > LARGEST:
                raise ProviderUnavailable(f"The identity provider's answer is too large. {TELL}")
            if time.monotonic() > self._until:
                raise ProviderUnavailable(f"The identity provider answers too slowly. Try again later. {TELL}")
            yield part

    def close(self) -> None:
        self._body.close()


@contextmanager
def plainly() -> Iterator[None]:
    """Tells in words, and without what was sent, that an answer did not come or is none."""
    try:
        yield
    except httpx2.TimeoutException:
        raise ProviderUnavailable(f"The identity provider answers too slowly. Try again later. {TELL}") from None
    except (httpx2.TransportError, httpx2.InvalidURL):
        raise ProviderUnavailable(
            f"The identity provider cannot be reached. Try again in a few minutes. {TELL}"
        ) from None
    except (httpx2.HTTPError, JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise ProviderUnavailable(
            f"The identity provider's answer is not what OpenID Connect asks for. Try again in a few minutes. {TELL}"
        ) from None


class _Cache(Generic[Kept]):
    """Something of the provider's, fetched when it is first needed and kept for an hour."""

    def __init__(self, fetch: Callable[[], Kept], clock: Callable[[], float]) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: Kept | None = None
        self._until = 0.0
        self._renewed: float | None = None
        self._failure: tuple[float, str] | None = None

    def get(self) -> Kept:
        """What is kept, or what is fetched now. Raises ``ProviderUnavailable``."""
        with self._lock:
            if self._kept is None or self._clock() >= self._until:
                return self._fetched()
            return self._kept

    def anew(self) -> Kept:
        """Fetches it again, unless that was done within the last minute. Raises ``ProviderUnavailable``."""
        with self._lock:
            now = self._clock()
            if self._kept is not None and self._renewed is not None and now < self._renewed + BETWEEN:
                return self._kept
            self._renewed = now
            return self._fetched()

    def _fetched(self) -> Kept:
        if self._failure is not None and self._clock() < self._failure[0]:
            raise ProviderUnavailable(self._failure[1])
        try:
            with plainly():
                kept = self._fetch()
        except ProviderUnavailable as failure:
            self._failure = self._clock() + FAILED, str(failure)
            raise
        self._kept, self._until, self._failure = kept, self._clock() + KEPT, None
        return kept


class IdentityProvider:
    """One provider, by its issuer's address, which must be checked already. Threads may share it."""

    def __init__(self, issuer: str, timeout: float = TIMEOUT, clock: Callable[[], float] = time.monotonic) -> None:
        self._issuer = issuer
        self._timeout = timeout
        self._at_home = is_loopback(safe_address(issuer).hostname or "")
        self._trusted: ssl.SSLContext | None = None
        self._metadata = _Cache(self._discover, clock)
        self._keys = _Cache(self._fetch_keys, clock)

    def metadata(self) -> Metadata:
        """What it says of itself. Raises ``ProviderUnavailable``."""
        return self._metadata.get()

    def keys(self) -> KeySet:
        """The public keys that it signs with. Raises ``ProviderUnavailable``."""
        return self._keys.get()

    def keys_anew(self) -> KeySet:
        """The same, asked for again if that was not done within a minute. Raises ``ProviderUnavailable``."""
        return self._keys.anew()

    def connection(self) -> dict[str, Any]:
        """How any client of ours talks to it: the arguments of an ``httpx2.Client``."""
        if self._trusted is None:
            self._trusted = httpx2.create_ssl_context(trust_env=not self._at_home)
        return {
            "verify": self._trusted,
            "timeout": self._timeout,
            "follow_redirects": False,
            "trust_env": not self._at_home,  # the office's proxy, if it has one; this machine needs none
            "headers": {"Accept": "application/json", "Accept-Encoding": "identity"},
            "event_hooks": {"response": [self._bound]},
        }

    def _bound(self, answer: httpx2.Response) -> None:
        """Runs before any of the body is read."""
        if answer.is_redirect:
            raise ProviderUnavailable(
                f"The identity provider sends us to another address, where nobody is followed. {TELL}"
            )
        if answer.headers.get("content-encoding", "identity") != "identity":
            raise ProviderUnavailable(f"The identity provider packs its answer, though it was asked not to. {TELL}")
        assert isinstance(answer.stream, httpx2.SyncByteStream)
        answer.stream = _Bounded(answer.stream, time.monotonic() + self._timeout)

    def _get(self, address: str) -> Any:
        with httpx2.Client(**self.connection()) as client:
            return client.get(address).raise_for_status().json()

    def _discover(self) -> Metadata:
        address = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            found = Metadata.model_validate(self._get(address))
        except ValidationError:
            raise ProviderUnavailable(
                f"What the identity provider says of itself is not what OpenID Connect asks for. {TELL}"
            ) from None
        if found.issuer != self._issuer:
            raise ProviderUnavailable(
                "The identity provider calls itself by another address than the one that is set as its issuer. "
                "Nobody can sign in until your administrator sets the right one."
            )
        return found

    def _fetch_keys(self) -> KeySet:
        published = self._get(self.metadata().jwks_uri)["keys"]
        keys = [key for each in published if (key := _usable(each)) is not None]
        if not keys:
            raise ProviderUnavailable(f"The identity provider publishes no key that can be used. {TELL}")
        return KeySet(keys)


def _usable(published: Any) -> Key | None:
    """A public key for signatures that is strong enough; one that is none of that is passed over."""
    if not isinstance(published, Mapping) or published.get("use", "sig") != "sig":
        return None
    strong = published.get("kty") == "EC" or len(str(published.get("n", ""))) >= _SHORTEST_MODULUS
    if published.get("kty") not in ("RSA", "EC") or not strong or "d" in published:
        return None
    try:
        return import_key(dict(published))
    except (JoseError, ValueError, TypeError):
        return None
