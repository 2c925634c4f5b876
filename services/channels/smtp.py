"""The channel to a mail server: SMTP with TLS and a password. One message, one connection.

A fault before the message itself is handed over (no connection, no TLS, a wrong password) says nothing about the
message: it is tried again later. Where the answer to the message itself stays away, it may have gone: that is told
apart. Once the server took it, nothing that goes wrong afterwards makes it unsent.
"""

import re
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import SecretStr

from domain.kernel import utc_now
from services.channels.channel import Message, NeverHeard, RefusedForGood, TryLater, fit_for_the_log
from services.channels.mail import as_mail

Security = Literal["starttls", "tls", "none"]
PORTS: dict[Security, int] = {"starttls": 587, "tls": 465, "none": 25}

_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})\b")
_OF_THE_SENDER = ("5.1.7", "5.1.8")
"""Of the codes about addresses, those that are about ours."""
_UNKNOWN = re.compile(
    r"no such (?:user|address|recipient|mailbox|person)|(?:user|recipient|mailbox|address|account) (?:is )?unknown"
    r"|unknown (?:user|recipient|mailbox|address|account)|(?:does not|doesn't) exist"
    r"|(?:user|recipient|mailbox|address|account) (?:was )?not found|invalid (?:recipient|mailbox)|no mailbox",
    re.IGNORECASE,
)
"""How mail servers say without an enhanced code that there is no such address."""
_NO_MAILBOX = (550, 551, 553)
"""The codes with which they say it (RFC 5321, 4.2.3). A 550 alone may as well be a rule of theirs about us."""
_ABOUT_US = (530, 534, 535, 538)
"""The server wants to know who we are: that is for us to set right, and no fault of the message."""


class Server(NamedTuple):
    """Where the mail server is, and what it wants to know. The password is not shown when it is printed."""

    host: str
    port: int | None = None
    """None: the usual one."""
    security: Security = "starttls"
    user: str | None = None
    password: SecretStr | None = None
    timeout: float = 30
    """For how many seconds each answer is waited for."""
    after_data: float = 120
    """For how many seconds at least the answer to the message itself is waited for: a server looks at it for viruses
    and spam first, and whoever does not wait sends it twice. (RFC 5321, 4.5.3.2.6, has 10 minutes; but one server that
    has fallen silent would hold up all other messages for as long.)"""
    authorities: Path | None = None
    """Whom to trust, as a file of certificates; None: whom the machine trusts."""


class Smtp:
    """A mail server."""

    name = "smtp"

    def __init__(
        self, server: Server, sender: str, sender_name: str = "", clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._server, self._sender, self._sender_name, self._clock = server, sender, sender_name, clock

    def send(self, message: Message) -> str | None:
        """Hands the message over. The receipt is what the server called it."""
        content = as_mail(message, self._sender, self._sender_name, self._clock()).as_bytes()
        connection = self._connected()
        try:
            self._announced(connection, message.to_address)
            said = self._handed_over(connection, content)
        except (OSError, smtplib.SMTPException):  # dropped, or silent for too long
            raise TryLater("the mail server broke off the connection") from None
        finally:
            with suppress(OSError, smtplib.SMTPException):
                connection.quit()
            connection.close()
        return fit_for_the_log(said.decode("ascii", "replace"))

    def _announced(self, connection: smtplib.SMTP, address: str) -> None:
        _checked(*connection.mail(self._sender), "the sender")
        _checked(*connection.rcpt(address), "the address")

    def _handed_over(self, connection: smtplib.SMTP, content: bytes) -> bytes:
        if connection.sock is not None:
            connection.sock.settimeout(max(self._server.timeout, self._server.after_data))
        try:
            code, said = connection.data(content)
        except smtplib.SMTPDataError as refused:
            code, said = refused.smtp_code, _bytes(refused.smtp_error)
        except (OSError, smtplib.SMTPException):
            raise NeverHeard("the mail server was given the message, and did not answer") from None
        if code < 200:  # -1: the line was no answer at all
            raise NeverHeard("the mail server was given the message, and its answer was none")
        _checked(code, said, "the message")
        return said

    def _connected(self) -> smtplib.SMTP:
        """A connection that is safe, over which we are known."""
        server = self._server
        connection: smtplib.SMTP | None = None
        try:
            port = server.port or PORTS[server.security]
            if server.security == "tls":
                context = self._context()
                connection = smtplib.SMTP_SSL(server.host, port, timeout=server.timeout, context=context)
            else:
                connection = smtplib.SMTP(server.host, port, timeout=server.timeout)
            if server.security == "starttls":
                connection.starttls(context=self._context())
            connection.ehlo_or_helo_if_needed()
            if server.user is not None and server.password is not None:
                connection.login(server.user, server.password.get_secret_value())
        except (OSError, smtplib.SMTPException, ValueError) as fault:
            if connection is not None:
                connection.close()
            raise TryLater(_words(fault)) from None
        return connection

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=None if self._server.authorities is None else self._server.authorities)


def _words(fault: Exception) -> str:
    """Why there is no connection, without what the server said."""
    match fault:
        case smtplib.SMTPAuthenticationError():
            return f"the mail server did not accept our user and password ({fault.smtp_code})"
        case smtplib.SMTPNotSupportedError():
            return "the mail server does not offer what is set: TLS, or a password"
        case ssl.SSLCertVerificationError():
            return "the mail server's certificate is not one we trust"
        case ssl.SSLError():
            return "no TLS connection to the mail server came about"
        case smtplib.SMTPResponseException():
            return f"the mail server turned us away ({fault.smtp_code})"
        case TimeoutError():
            return "the mail server did not answer in time"
        case _:
            return "the mail server cannot be reached"


def _checked(code: int, said: bytes, what: str) -> None:
    """Raises ``TryLater`` or ``RefusedForGood`` unless the server agreed. Of its words, only its codes are told."""
    if 200 <= code < 300:
        return
    found = _ENHANCED.match(said.decode("ascii", "replace"))
    enhanced = found[1] if found else ""
    codes = f"{code} {enhanced}".strip()
    if code < 500 or code in _ABOUT_US:  # -1: the line was no answer at all
        raise TryLater(f"the mail server does not take {what} now ({codes})")
    about_the_address = enhanced.startswith("5.1.") and enhanced not in _OF_THE_SENDER and what != "the sender"
    if not enhanced and what == "the address" and code in _NO_MAILBOX:
        about_the_address = _UNKNOWN.search(said.decode("ascii", "replace")) is not None
    raise RefusedForGood(f"the mail server refused {what} ({codes})", bounced=about_the_address)


def _bytes(said: bytes | str) -> bytes:
    return said.encode("ascii", "replace") if isinstance(said, str) else said
