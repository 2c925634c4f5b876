"""A stand-in for GOV.UK Notify: it checks the signed token by itself, keeps what it is given, and refuses when told."""

import base64
import hashlib
import hmac
import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

SERVICE, SECRET = str(uuid.UUID(int=1)), str(uuid.UUID(int=2))
KEY = f"outturn_test-{SERVICE}-{SECRET}"
TEMPLATE = str(uuid.UUID(int=3))
ERRORS = {
    400: [{"error": "ValidationError", "message": "email_address Not a valid email address"}],
    403: [{"error": "AuthError", "message": "Invalid token: API key not found for kate@example.org"}],
    429: [
        {"error": "RateLimitError", "message": "Exceeded rate limit for key type LIVE of 3000 requests per 60 seconds"}
    ],
    500: [{"error": "Exception", "message": "Internal server error"}],
}


class FakeNotify(ThreadingHTTPServer):
    """One service of Notify."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.sent: list[dict[str, Any]] = []
        self.answer = 201
        """How it answers; nought: not in time."""
        self.errors = dict(ERRORS)
        self.statuses: dict[str, list[str]] = {}
        """Of each reference, how its messages stand."""
        self.over = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: FakeNotify

    def log_message(self, *_said: Any) -> None:
        """Says nothing."""

    def do_POST(self) -> None:
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self._is_known() or self._is_refused():
            return
        assert self.path == "/v2/notifications/email"
        self.server.sent.append(given)
        self._say(201, {"id": str(uuid.UUID(int=len(self.server.sent) << 96)), "reference": given.get("reference")})

    def do_GET(self) -> None:
        if not self._is_known() or self._is_refused():
            return
        asked = urlsplit(self.path)
        assert asked.path == "/v2/notifications"
        (reference,) = parse_qs(asked.query)["reference"]
        found = [{"reference": reference, "status": each} for each in self.server.statuses.get(reference, [])]
        self._say(200, {"notifications": found, "links": {}})

    def _is_refused(self) -> bool:
        answer = self.server.answer
        if answer == 0:
            self.server.over.wait(5)
            self.close_connection = True
        elif answer != 201:
            self._say(answer, {"status_code": answer, "errors": self.server.errors.get(answer, [])})
        return answer != 201

    def _is_known(self) -> bool:
        """Checks the token: HS256 over the last 36 characters of the key, made now, by the id before them."""
        scheme, _, token = self.headers["Authorization"].partition(" ")
        head, claims, signature = token.split(".")
        signed = hmac.new(SECRET.encode(), f"{head}.{claims}".encode(), hashlib.sha256).digest()
        said = json.loads(_decoded(claims))
        known = (
            scheme == "Bearer"
            and json.loads(_decoded(head)) == {"alg": "HS256", "typ": "JWT"}
            and hmac.compare_digest(signed, _decoded(signature))
            and said["iss"] == SERVICE
            and abs(time.time() - said["iat"]) < 30
        )
        if not known:
            self._say(403, {"status_code": 403, "errors": ERRORS[403]})
        return known

    def _say(self, status: int, said: Any) -> None:
        content = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


@contextmanager
def fake_notify() -> Iterator[FakeNotify]:
    """It, at work."""
    notify = FakeNotify()
    worker = threading.Thread(target=notify.serve_forever, kwargs={"poll_interval": 0.01})
    worker.start()
    try:
        yield notify
    finally:
        notify.over.set()
        notify.shutdown()
        worker.join()
        notify.server_close()
