"""What a channel is: it takes one message at a time, and says whether it took it, could not now, or never will.

What it says stands in the log for ever: so no reason and no receipt holds a name or an address.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

from domain.personal import sign_of_a_person

_ADDRESS = re.compile(
    r"(?=.{6,254}\Z)(?=[^@]{1,64}@)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])\Z"
)
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9._-]{1,64}@[A-Za-z0-9.-]{1,100}>")
_JOINERS = "\u200c\u200d"
"""They are invisible, but some scripts cannot write a name without them."""
LONGEST_RECEIPT = 120


def is_address(text: str) -> bool:
    """Whether it is an e-mail address that every mail server takes: one, bare, in plain letters."""
    return _ADDRESS.fullmatch(text) is not None


def is_one_line(text: str) -> bool:
    """Whether it says something, on one line, without control characters or ones that turn the direction of text."""
    return bool(text.strip()) and all(
        sign in _JOINERS or unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
        for sign in text
    )


@dataclass(frozen=True)
class Message:
    """One message to one person. Printed, it shows nothing of the person."""

    message_id: str
    """``<…@outturn.invalid>``: the same for the same reminder, however often it is sent."""
    reference: str
    """Our own reference: the reminder's, or the digest's."""
    to_address: str = field(repr=False)
    to_name: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)
    fields: dict[str, str] = field(repr=False)
    """What it says, in parts, for a channel that has a template of its own."""
    template: str
    """Which kind of message it is."""

    def __post_init__(self) -> None:
        """Raises ``ValueError`` for what could not be sent or could be two headers; it repeats nothing of it."""
        if not _MESSAGE_ID.fullmatch(self.message_id):
            raise ValueError("the Message-ID is not in the form <letters@domain>")
        if not is_address(self.to_address):
            raise ValueError("the address is not an e-mail address")
        for name in ("to_name", "subject", "reference"):
            if not is_one_line(getattr(self, name)):
                raise ValueError(f"the {name.replace('_', ' ')} must be one line")

    @property
    def mark(self) -> str:
        """The Message-ID without its domain: letters alone, so that nothing takes it for an address or a number."""
        return self.message_id[1:].partition("@")[0]


class Channel(Protocol):
    """A way out."""

    @property
    def name(self) -> str:
        """How the log calls it."""
        ...

    def send(self, message: Message) -> str | None:
        """Hands a message over. Returns the receipt, if one is given. Raises ``TryLater`` or ``RefusedForGood``."""
        ...


class NotSent(Exception):
    """The channel did not take the message, as far as is known."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        """In words, without names and addresses."""


class TryLater(NotSent):
    """It could not be taken now. It may be later."""


class NeverHeard(NotSent):
    """It was handed over, and no answer came: it may have gone, or not."""


class RefusedForGood(NotSent):
    """It will never be taken."""

    def __init__(self, reason: str, bounced: bool = False) -> None:
        super().__init__(reason)
        self.bounced = bounced
        """Whether it is the address that is wrong."""


class Delivery(StrEnum):
    """How a message ended, as a channel that hears of it tells."""

    DELIVERED = "delivered"
    PERMANENT_FAILURE = "permanent-failure"
    """The provider of the mailbox says that there is no such address."""
    TEMPORARY_FAILURE = "temporary-failure"
    """It was tried for days in vain, or something broke on the way."""


@runtime_checkable
class TellsTheEnd(Protocol):
    """A channel that hears what became of the messages it took."""

    def receipts(self, references: Iterable[str]) -> dict[str, Delivery]:
        """How messages ended, by their marks; those still under way are left out. Raises ``TryLater``."""
        ...


def fit_for_the_log(receipt: str) -> str | None:
    """A receipt as it may stand in the log: on one line, short, nothing in it that looks like somebody's details."""
    words = (word for word in receipt.split() if "@" not in word)
    said = "".join(sign for sign in " ".join(words) if sign.isprintable())[:LONGEST_RECEIPT].strip()
    return said if said and sign_of_a_person(said) is None else None
