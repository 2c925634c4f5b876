"""People: their names and e-mail addresses, and what each may do in the office. The log knows people by id alone.

The tables, and how what is erased leaves their files, are in ``people_tables.py``; how people sign in is in
``accounts.py``.
"""

import secrets
from collections.abc import Callable
from datetime import date
from types import TracebackType
from typing import Annotated, Any, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from sqlalchemy import ColumnElement, Connection, delete, select, update

from domain.errors import NotFound, Refusal
from domain.kernel import Reference, Role, Value
from domain.monitoring.policy import Part
from services.channels.channel import is_address, is_one_line
from services.people_tables import (
    DRAFTS,
    LINKS,
    PENDING,
    PEOPLE,
    RESULTS,
    SESSIONS,
    TOKENS,
    UNKNOWN,
    PeopleTables,
    digest_of,
)
from services.settings import Database

NOBODYS_ROLE = Role.SCHEDULER
"""The clock's own role: a person with it could write down that a reminder was sent."""


def _one_line(text: str) -> str:
    if not is_one_line(text):
        raise ValueError("must be one line of text, without control characters")
    return " ".join(text.split())


def _address(text: str) -> str:
    if not is_address(text.strip()):
        raise ValueError("must be one e-mail address, like name@example.org")
    return text.strip()


class Person(Value):
    """Somebody to write to; with roles, somebody who may sign in. Printed, or refused, it shows no name or address."""

    model_config = ConfigDict(hide_input_in_errors=True)

    id: Reference
    """Opaque: it stands in the log for ever, where the name never does."""
    name: Annotated[str, Field(min_length=1, max_length=120, repr=False), AfterValidator(_one_line)]
    email: Annotated[str, Field(repr=False), AfterValidator(_address)]
    phone: Annotated[str, Field(pattern=r"^\+?[0-9][0-9 ()-]{4,28}$")] | None = Field(default=None, repr=False)
    parts: frozenset[Part] = frozenset()
    """In which parts the person is reminded."""
    provider: Reference | None = None
    """Whose contact it is."""
    awards: tuple[Reference, ...] | None = None
    """The awards that the person is asked about, or as contract manager looks after; None: all (of the provider)."""
    digest: bool = False
    """Whether one message a day is wanted in place of many."""
    bounced: bool = False
    """Whether a message came back because there is no such address."""
    left_on: date | None = None
    """Who left no longer signs in, from the moment that it is recorded."""
    roles: frozenset[Role] = frozenset()
    """What the person may do in the office. None: the person is only written to, and cannot sign in."""
    certifies: bool = False
    """Whether a provider's person may declare and send its reports. Otherwise the person prepares them."""
    subject: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,255}$")] | None = Field(default=None, repr=False)
    """The person's account at the organisation's sign-in (OpenID Connect): ``tid:oid``, or the issuer's own ``sub``."""
    invited_on: date | None = None
    """When the person was asked to sign in."""

    @model_validator(mode="after")
    def _a_contact_of_somebody(self) -> Self:
        if Part.PROVIDER in self.parts and self.provider is None:
            raise ValueError("a provider's contact needs the provider")
        if NOBODYS_ROLE in self.roles:
            raise ValueError("the scheduler's role is the clock's own, and no person's")
        if Role.PROVIDER in self.roles and self.provider is None:
            raise ValueError("somebody with the provider's role needs the provider")
        if self.provider is not None and self.roles - {Role.PROVIDER}:
            raise ValueError("a provider's person has no role of the office, only the provider's")
        if self.certifies and Role.PROVIDER not in self.roles:
            raise ValueError("only somebody with the provider's role certifies its reports")
        return self

    @property
    def may_sign_in(self) -> bool:
        """Whether there is anything that the person may do, and the person has not left."""
        return bool(self.roles) and self.left_on is None

    @property
    def is_named_by_its_id(self) -> bool:
        """Whether the id gives the person away: it holds a part of the name, or of the address."""
        said = {_letters(word) for word in (*self.name.split(), *self.email.partition("@")[0].split("."))}
        words = {_letters(word) for word in self.id.replace("_", "-").replace(".", "-").split("-")}
        whole = _letters(self.id)
        return any(word in words or (len(word) > 3 and word in whole) for word in said if len(word) > 2)


def _letters(text: str) -> str:
    return "".join(filter(str.isalpha, text)).lower()


FIELDS = [PEOPLE.c[field] for field in Person.model_fields]
"""The columns of a person, for whoever asks about something of a person's and wants to know whose it is."""


class AddressBook:
    """The people of one office. Any number of processes may use it at once."""

    def __init__(self, database: Database | PeopleTables) -> None:
        self._tables = database if isinstance(database, PeopleTables) else PeopleTables(database)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the database."""
        self._tables.close()

    @property
    def tables(self) -> PeopleTables:
        """The tables, to open the accounts over the same ones: ``Accounts(book)``."""
        return self._tables

    def put(self, person: Person) -> None:
        """Adds a person, or changes one: all that is known is as said now. A feed goes on.

        Raises ``Refusal`` if somebody else who may sign in has the same e-mail address, or the same account.
        """
        said = _columns(person)
        with self._tables.writing() as connection:
            before = _locked(connection, person.id)
            adding = self._tables.insert(PEOPLE).values(said)
            connection.execute(adding.on_conflict_do_update(index_elements=["id"], set_=said))
            _sign_out_if_need_be(connection, before, person)
        if before is not None:
            self._tables.overwrite()

    def change(self, person: str, how: Callable[[Person], Person]) -> Person:
        """Changes a person as now known, alone: nobody else's change is lost. Raises ``NotFound``, or as ``put``."""
        with self._tables.writing() as connection:
            before = _locked(connection, person)
            if before is None:
                raise NotFound(UNKNOWN)
            changed = Person.model_validate(how(before).model_dump() | {"id": before.id})
            connection.execute(update(PEOPLE).where(PEOPLE.c.id == person).values(_columns(changed)))
            _sign_out_if_need_be(connection, before, changed)
        self._tables.overwrite()
        return changed

    def person(self, person: str) -> Person | None:
        """One person, if known."""
        return self._found(PEOPLE.c.id == person) if is_one_line(person) else None

    def by_email(self, email: str) -> Person | None:
        """Who signs in by this address, in capitals or small letters: one at most. Not who has left or has no role."""
        address = email.strip()
        return self._found(PEOPLE.c.sign_in_email == address.casefold()) if is_address(address) else None

    def by_subject(self, subject: str) -> Person | None:
        """Who signs in with this account of the organisation. Not who has left or has no role."""
        found = self._found(PEOPLE.c.subject == subject) if is_one_line(subject) else None
        return found if found is not None and found.may_sign_in else None

    def people(self) -> list[Person]:
        """Everybody, also who has left, in order of their names. One query."""
        with self._tables.reading() as connection:
            rows = connection.execute(select(*FIELDS)).all()
        return sorted(map(person_of, rows), key=lambda each: (each.name.casefold(), each.id))

    def mark_bounced(self, person: str) -> None:
        """A message came back: there is no such address. Of somebody who was erased meanwhile, nothing is kept."""
        with self._tables.writing() as connection:
            connection.execute(update(PEOPLE).where(PEOPLE.c.id == person).values(bounced=True))

    def invite(self, person: str, day: date) -> Person:
        """Notes that the person is asked, on a day, to sign in. The message is sent by whoever calls this.

        Raises ``NotFound``, and ``Refusal`` for somebody who could not sign in.
        """

        def invited(known: Person) -> Person:
            if not known.may_sign_in:
                raise Refusal(
                    "Who has left, or has no role, cannot sign in. Say first what the person may do "
                    "(outturn people add --id … --role …)."
                )
            return known.model_copy(update={"invited_on": day})

        return self.change(person, invited)

    def leave(self, person: str, day: date) -> None:
        """The person leaves on a day. The feed, sessions, links and tokens end at once. Raises ``NotFound``."""
        with self._tables.writing() as connection:
            leaving = {"left_on": day, "feed_sha256": None, "sign_in_email": None}
            if connection.execute(update(PEOPLE).where(PEOPLE.c.id == person).values(leaving)).rowcount == 0:
                raise NotFound(UNKNOWN)
            _end_all(connection, person)

    def erase(self, person: str) -> None:
        """Takes the person out, and out of the files too. What the log says of the id stays. Raises ``NotFound``.

        With the person go the sessions, links, tokens, kept results and drafts, and those of others that say the
        e-mail address; and whatever was begun at another place, because it may say whose it is.
        """
        with self._tables.writing() as connection:
            known = _locked(connection, person)
            connection.execute(delete(PEOPLE).where(PEOPLE.c.id == person))  # sessions, links and tokens go with it
            connection.execute(delete(RESULTS).where(RESULTS.c.person == person))
            connection.execute(delete(DRAFTS).where(DRAFTS.c.by == person))
            if known is not None:
                _forget_the_address(connection, known.email)
            connection.execute(delete(PENDING))
        self._tables.write_anew()  # also when somebody tried before and was cut off here
        if known is None:
            raise NotFound(UNKNOWN)

    def feed_token(self, person: str) -> str:
        """A new secret for the person's calendar feed; one given before ends. Only its digest is kept."""
        token = secrets.token_urlsafe(32)
        with self._tables.writing() as connection:
            given = update(PEOPLE).where(PEOPLE.c.id == person).values(feed_sha256=digest_of(token))
            if connection.execute(given).rowcount == 0:
                raise NotFound(UNKNOWN)
        return token

    def by_feed_token(self, token: str) -> Person | None:
        """Whose feed it is; nobody's, when the token is not, or no longer, one."""
        return self._found(PEOPLE.c.feed_sha256 == digest_of(token))

    def _found(self, condition: ColumnElement[bool]) -> Person | None:
        with self._tables.reading() as connection:
            row = connection.execute(select(*FIELDS).where(condition)).first()
        return None if row is None else person_of(row)


def person_of(row: Any) -> Person:
    """The person of a row that holds the ``FIELDS``."""
    said = row._mapping
    return Person.model_validate({column.name: said[column] for column in FIELDS})


def _columns(person: Person) -> dict[str, Any]:
    return {
        **person.model_dump(),
        "parts": sorted(person.parts),
        "roles": sorted(person.roles),
        "sign_in_email": person.email.casefold() if person.may_sign_in else None,
    }


def _locked(connection: Connection, person: str) -> Person | None:
    """The person as known now, whom nobody else changes until this is done."""
    row = connection.execute(select(*FIELDS).where(PEOPLE.c.id == person).with_for_update()).first()
    return None if row is None else person_of(row)


def _sign_out_if_need_be(connection: Connection, before: Person | None, now: Person) -> None:
    """A mistyped address was somebody else's: who came in by it, or by another account, comes in anew.

    Who may no longer sign in is signed out at once, and does not come back with old tokens after a return.
    """
    if before is None:
        return
    if not now.may_sign_in:
        _end_all(connection, now.id)
    elif before.email != now.email or before.subject not in (None, now.subject):
        for table in (SESSIONS, LINKS):
            connection.execute(delete(table).where(table.c.person == now.id))


def _end_all(connection: Connection, person: str) -> None:
    for table in (SESSIONS, LINKS):
        connection.execute(delete(table).where(table.c.person == person))
    connection.execute(update(TOKENS).where(TOKENS.c.person == person).values(revoked=True))


def _forget_the_address(connection: Connection, email: str) -> None:
    """Takes out what others kept that says an e-mail address."""
    said = email.casefold()
    for row in connection.execute(select(RESULTS.c.sha256, RESULTS.c.headers, RESULTS.c.body)).all():
        if said in f"{row.headers} {(row.body or b'').decode('utf-8', 'replace')}".casefold():
            connection.execute(delete(RESULTS).where(RESULTS.c.sha256 == row.sha256))
    for row in connection.execute(select(DRAFTS)).all():
        if said in row.said.casefold():
            connection.execute(delete(DRAFTS).where(DRAFTS.c.kind == row.kind, DRAFTS.c.about == row.about))
