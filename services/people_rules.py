"""What holds whenever people are looked after, on a page, over the API or on the command line."""

import secrets
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import func, select

from domain.errors import NotFound, Refusal
from domain.kernel import Role
from projections.awards import AwardRow
from projections.providers import ProviderRow
from services.address_book import AddressBook
from services.office import Office
from services.people_tables import SESSIONS

LETTERS = "bcdfghjkmnpqrstvwxz"
"""Of which ids are made: no figures and no vowels, so that they are neither numbers nor words."""
LAST_ADMINISTRATOR = (
    "This is the last administrator: nobody could look after people any more. Make somebody else an administrator "
    "first."
)
READING = frozenset({"read", "events"})
"""What a token may do that an administrator makes in the name of somebody else."""
ACTING_AS_TWO = (
    "A token that gives orders is made by the person in whose name it gives them, signed in; for somebody else one may "
    "read, and follow the events. Otherwise one person could act as two."
)
OWN_ROLES = "Nobody gives themselves a role: ask another administrator, so that two people know of it."
_ALONE = threading.Lock()
"""Held while an administrator may be taken away, so that two do not take each other away at once."""


def new_id() -> str:
    """An id that stands in the log for ever, and says nothing of the person."""
    return f"p-{''.join(secrets.choice(LETTERS) for _ in range(8))}"


def id_of_a_form(digest: str) -> str:
    """The id that a form makes, however often it is sent: made of a SHA-256 that nobody else can know."""
    number, letters = int(digest, 16), ""
    for _ in range(8):
        number, place = divmod(number, len(LETTERS))
        letters += LETTERS[place]
    return f"p-{letters}"


def are_there(office: Office, provider: str | None, awards: Collection[str]) -> None:
    """A mistyped provider or award would mean that nobody is reminded. Raises ``NotFound``."""
    if provider is None and not awards:
        return
    with office.reading() as views:
        known = {row.award for row in views.rows(AwardRow, AwardRow.table.c.award.in_(awards))}
        if set(awards) - known or (provider is not None and views.find(ProviderRow, provider) is None):
            raise NotFound("There is no such provider or award.")


def is_last_administrator(book: AddressBook, person: str) -> bool:
    """Whether nobody else looks after people. One query."""
    may = [each.id for each in book.people() if each.may_sign_in and Role.ADMINISTRATOR in each.roles]
    return may == [person]


@contextmanager
def an_administrator_stays(book: AddressBook, person: str, *, losing: bool) -> Iterator[None]:
    """Raises ``Refusal`` when nobody would be left who looks after people."""
    with _ALONE:
        if losing and is_last_administrator(book, person):
            raise Refusal(LAST_ADMINISTRATOR)
        yield


def last_seen(book: AddressBook) -> Mapping[str, datetime]:
    """When each person used a session last, of those who have one. What is over is not kept. One query."""
    query = select(SESSIONS.c.person, func.max(SESSIONS.c.seen).label("seen")).group_by(SESSIONS.c.person)
    with book.tables.reading() as connection:
        return {row.person: row.seen for row in connection.execute(query)}
