"""Two identity providers for tests: a real one in a process of its own, and a stand-in that lies as it is told.

The stand-in checks what a provider must (the client, its secret, the address to come back to, PKCE, that a code is used
once) and signs whatever the test asks for.
"""

import base64
import hashlib
import json
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from pydantic import SecretStr

from services.sign_in.oidc import OpenIdConnect
from tests.story import OCTOBER

TENANT = "11111111-2222-4333-8444-555555555555"
PERSON = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
CLIENT = "outturn-of-an-invented-office"
SECRET = "a~made-up.secret"
BACK = "https://outturn.example.org/sign-in/back"

_REAL = """
import sys, warnings
warnings.simplefilter("ignore")
from oidc_provider_mock import run_server_in_thread
with run_server_in_thread() as server:
    print(server.server_port, flush=True)
    sys.stdin.read()
"""


@contextmanager
def a_real_provider() -> Iterator[str]:
    """The address of ``oidc-provider-mock`` in a process of its own, which ends with the test whatever happens."""
    process = subprocess.Popen(
        [sys.executable, "-c", _REAL],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1"},
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield f"http://localhost:{int(process.stdout.readline())}"
        process.stdin.close()


def came_back(address: str) -> dict[str, str]:
    """What stands after the question mark of an address that a browser came back by."""
    return dict(parse_qsl(urlsplit(address).query))


def let_in_by_the_real_one(address: str, subject: str, action: str = "allow") -> dict[str, str]:
    """Does what a person does on the provider's page, and says what the browser comes back with."""
    with httpx2.Client(trust_env=False) as browser:
        answer = browser.post(address, data={"sub": subject, "action": action})
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(BACK)
    return came_back(answer.headers["location"])


@cache
def rsa_key(number: int = 1, bits: int = 2048) -> RSAKey:
    """The same key for the same number, made once."""
    return RSAKey.generate_key(bits, {"kid": f"key-{number}", "use": "sig"})


def signed(claims: dict[str, Any], key: RSAKey | ECKey, algorithm: str = "RS256", **header: Any) -> str:
    """A token as a provider makes it."""
    return jwt.encode({"alg": algorithm, "kid": key.kid, **header}, claims, key, algorithms=[algorithm])


def in_pieces(part: dict[str, Any]) -> str:
    """One part of a token, as it stands there."""
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


Answer = Callable[["_Handler"], None]


class AProviderOfIdentity(ThreadingHTTPServer):
    """One tenant of a stand-in for Entra; or, without a tenant, a provider of another make."""

    daemon_threads = True

    def __init__(self, tenant: str | None = TENANT) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.root = f"/{tenant}/v2.0" if tenant else ""
        self.tenant = tenant
        self.now: datetime = OCTOBER
        self.keys: list[dict[str, Any]] = [rsa_key().as_dict(private=False)]
        self.sign: Callable[[dict[str, Any]], str] = lambda claims: signed(claims, rsa_key())
        self.says: dict[str, Any] = {}
        """What it says of itself otherwise than it should; nothing for what it leaves out."""
        self.claims: dict[str, Any] = {}
        """What it puts into ID tokens otherwise than it should; nothing for what it leaves out."""
        self.gives: dict[str, Any] = {}
        """What it gives for a code otherwise than it should."""
        self.answers: dict[str, Answer] = {}
        """How it answers at a path, in place of what it should."""
        self.secret: str | None = SECRET
        self.asked: list[str] = []
        self.told: list[str] = []
        """Whatever must not turn up in words or logs."""
        self.codes: dict[str, dict[str, str]] = {}
        self.over = threading.Event()

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server_port}{self.root}"

    def client(self, **otherwise: Any) -> OpenIdConnect:
        """An office that signs in here."""
        settings = {"client_secret": SecretStr(SECRET), "clock": lambda: self.now, **otherwise}
        return OpenIdConnect(self.issuer, CLIENT, redirect_address=BACK, **settings)

    def let_in(self, address: str, person: str = PERSON) -> dict[str, str]:
        """A person signs in on the page of this address: what the browser comes back with."""
        parts = urlsplit(address)
        assert address.startswith(f"{self.issuer}/authorise?")
        said = {name: only for name, (only,) in parse_qs(parts.query, strict_parsing=True).items()}
        assert said["response_type"] == "code"
        assert said["client_id"] == CLIENT
        assert said["redirect_uri"] == BACK
        assert said["scope"].split() == ["openid", "profile", "email"]
        assert said["code_challenge_method"] == "S256"
        assert "response_mode" not in said
        code = secrets.token_urlsafe(24)
        self.told.append(code)
        self.codes[code] = {**said, "person": person}
        return {"code": code, "state": said["state"]}

    def given_for(self, code: str, verifier: str) -> dict[str, Any]:
        """What a code is worth; an error, if it was used, or if whoever shows it did not ask for it."""
        begun = self.codes.pop(code, None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if begun is None or begun["code_challenge"] != challenge:
            return {"error": "invalid_grant", "error_description": f"{code} and {verifier} do not go together"}
        access_token = secrets.token_urlsafe(24)
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        moment = int(self.now.timestamp())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": f"pairwise-{begun['person']}",
            "oid": begun["person"],
            "tid": self.tenant,
            "iat": moment,
            "nbf": moment,
            "exp": moment + 3600,
            "nonce": begun["nonce"],
            "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
            "name": "Somebody Made Up",
            "email": "made.up@example.org",
            "roles": ["finance"],
        }
        claims = {name: said for name, said in {**claims, **self.claims}.items() if said is not None}
        id_token = self.sign(claims)
        self.told += [id_token, *id_token.split("."), access_token, *(str(each) for each in claims.values())]
        given = {"token_type": "Bearer", "expires_in": 3600, "access_token": access_token, "id_token": id_token}
        return {name: said for name, said in {**given, **self.gives}.items() if said is not None}


class _Handler(BaseHTTPRequestHandler):
    server: AProviderOfIdentity

    def log_message(self, *_said: Any) -> None:
        """Says nothing."""

    def do_GET(self) -> None:
        path = self._asked()
        if path in self.server.answers:
            self.server.answers[path](self)
        elif path == "/.well-known/openid-configuration":
            self.say(200, self._metadata())
        elif path == "/keys":
            self.say(200, {"keys": self.server.keys})
        else:
            self.say(404, {})

    def do_POST(self) -> None:
        path = self._asked()
        said = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        self.server.told += [said.get("code", ""), said.get("code_verifier", "")]
        if path in self.server.answers:
            self.server.answers[path](self)
        elif self._client(said) != (CLIENT, self.server.secret):
            self.say(401, {"error": "invalid_client", "error_description": f"not {said}"})
        elif (path, said["grant_type"], said["redirect_uri"]) != ("/token", "authorization_code", BACK):
            self.say(400, {"error": "invalid_request"})
        else:
            given = self.server.given_for(said["code"], said["code_verifier"])
            self.say(400 if "error" in given else 200, given)

    def _asked(self) -> str:
        path = self.path.removeprefix(self.server.root)
        self.server.asked.append(path)
        return path

    def _client(self, said: dict[str, str]) -> tuple[str | None, str | None]:
        kind, _, basic = self.headers.get("Authorization", "").partition(" ")
        if kind == "Basic":
            name, _, secret = base64.b64decode(basic).decode().partition(":")
            return name, secret
        return said.get("client_id"), said.get("client_secret")

    def _metadata(self) -> dict[str, Any]:
        issuer = self.server.issuer
        says = {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorise",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/keys",
            "end_session_endpoint": f"{issuer}/out?kind=all",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "id_token_signing_alg_values_supported": ["RS256"],
            **self.server.says,
        }
        return {name: said for name, said in says.items() if said is not None}

    def say(self, status: int, said: Any, **headers: str) -> None:
        """Answers."""
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def elsewhere(address: str) -> Answer:
    """Sends whoever asks to another address, with everything that was asked for, so that only the status is wrong."""
    return lambda handler: handler.say(302, handler._metadata(), Location=address)


def too_large(handler: _Handler) -> None:
    """Answers properly, with two million spaces before it."""
    handler.say(200, b" " * 2_000_000 + json.dumps(handler._metadata()).encode())


def packed(handler: _Handler) -> None:
    """Says that the answer is packed, as a small file that unpacks to a large one would be."""
    handler.say(200, handler._metadata(), Content_Encoding="gzip")


def silent(handler: _Handler) -> None:
    """Says nothing until the test is over."""
    handler.server.over.wait(20)
    handler.close_connection = True


def dripping(handler: _Handler) -> None:
    """Says a little again and again, so that no single wait is long, until nobody listens any more."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    handler.close_connection = True
    try:
        while not handler.server.over.wait(0.02):
            handler.wfile.write(b" ")
    except OSError:
        return


def words(status: int, said: bytes) -> Answer:
    """Answers with this and nothing else."""
    return lambda handler: handler.say(status, said)


@contextmanager
def a_stand_in(tenant: str | None = TENANT) -> Iterator[AProviderOfIdentity]:
    """A stand-in that listens, and is closed at the end."""
    provider = AProviderOfIdentity(tenant)
    thread = threading.Thread(target=provider.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield provider
    finally:
        provider.over.set()
        provider.shutdown()
        thread.join()
        provider.server_close()
