"""A real mail server for the tests, which refuses, dawdles and hangs up when it is told to.

Its certificate is for ``localhost`` alone, was made for these tests, and is trusted by nobody else.
"""

import asyncio
import email
import email.policy
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

USER, PASSWORD = "outturn", "correct horse battery staple"


@dataclass
class Sink:
    """What came in, and what to answer in place of taking it."""

    at: str = ""
    """Where it happens: ``MAIL``, ``RCPT``, ``DATA`` or ``QUIT``."""
    answer: str = ""
    """``drop`` to hang up, ``sleep`` to fall silent, or what to say."""
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)

    async def _answered(self, place: str, server: Any) -> str | None:
        if place != self.at:
            return None
        if self.answer == "drop":
            server.transport.abort()
        elif self.answer == "sleep":
            await asyncio.sleep(1.5)
        else:
            return self.answer
        return "250 OK"

    async def handle_MAIL(self, server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        answer = await self._answered("MAIL", server)
        envelope.mail_from = address
        return answer or "250 OK"

    async def handle_RCPT(self, server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        answer = await self._answered("RCPT", server)
        if answer is None or answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        answer = await self._answered("DATA", server)
        if answer is None or answer.startswith("2"):
            mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
            self.recipients += envelope.rcpt_tos
            self.senders.append(envelope.mail_from)
        return answer or "250 2.0.0 Ok: queued as 4XyZ"

    async def handle_QUIT(self, server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802
        return await self._answered("QUIT", server) or "221 Bye"


def _knows(_server: Any, _session: Any, _envelope: Any, _mechanism: str, login: Any) -> AuthResult:
    known = isinstance(login, LoginPassword) and (login.login, login.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=known, handled=known)


class _Controller(Controller):
    """Takes whichever port is free."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # the library has no types there


@contextmanager
def mail_server(sink: Sink, security: str = "none", certificate: Path | None = None, **how: Any) -> Iterator[int]:
    """A mail server on a port of its own, which it gives. With ``starttls`` it wants to know who we are."""
    if security != "none":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        assert certificate is not None
        context.load_cert_chain(certificate)
        if security == "tls":
            how["ssl_context"] = context
        else:
            how |= {"tls_context": context, "require_starttls": True, "authenticator": _knows, "auth_required": True}
    controller = _Controller(sink, hostname="127.0.0.1", port=0, **how)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBsjCCAVmgAwIBAgIURCZVyc7CWpYpwgPko4CZF755Hf0wCgYIKoZIzj0EAwIw
IzEhMB8GA1UEAwwYT3V0dHVybiB0ZXN0IG1haWwgc2VydmVyMCAXDTI2MTEyMDE0
MjEzOVoYDzIxMjYxMDI3MTQyMTM5WjAjMSEwHwYDVQQDDBhPdXR0dXJuIHRlc3Qg
bWFpbCBzZXJ2ZXIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQEKHfQODREPVBh
Kzxaq9Dqn44Q3hlYc0fEWJB+QyX7elc2z3qUFYVmzeaCdRhQ3u7kYZrLDTHZwV7J
Abw6MkzGo2kwZzAdBgNVHQ4EFgQU7+o//sSI0NKYG+38QVociN242yswHwYDVR0j
BBgwFoAU7+o//sSI0NKYG+38QVociN242yswDwYDVR0TAQH/BAUwAwEB/zAUBgNV
HREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwIDRwAwRAIgFOkrCpWGOEaBB6IP
aZg/r/MK080n2SIlUuNEP7w0agsCIHjCOD2CaJ4qyKXVp2qafpjnyU+Z6icvF0XU
lM1NMAQP
-----END CERTIFICATE-----
"""
KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgzJBOIgVQBpdrcLzN
O+/XZniCbF9aseYH/BzAa9tzUSyhRANCAAQEKHfQODREPVBhKzxaq9Dqn44Q3hlY
c0fEWJB+QyX7elc2z3qUFYVmzeaCdRhQ3u7kYZrLDTHZwV7JAbw6MkzG
-----END PRIVATE KEY-----
"""
