"""How people sign in and stay signed in: sessions, e-mailed links, sign-ins begun elsewhere, and tokens for programs.

Every secret is made here, of 256 bits, shown once and kept as its SHA-256 only: nobody can bring a secret of their own
for somebody else to sign in by. There is no clock: the moment, aware and in UTC, comes with every question.
"""

import json
import re
import secrets
import string
from collections.abc import Collection
from datetime import date, datetime, timedelta
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from sqlalchemy import Connection, bindparam, delete, func, or_, select, update

from domain.catalogue import COMMANDS
from domain.errors import NotAllowed, NotFound, Refusal
from domain.kernel import LONDON
from services.address_book import FIELDS, AddressBook, Person, person_of
from services.channels.channel import is_one_line
from services.kept_results import KeptResults
from services.people_tables import LINKS, PENDING, PEOPLE, SESSIONS, TOKENS, UNKNOWN, clear, digest_of
from services.settings import Database

TOUCHED_EVERY = timedelta(minutes=1)
"""How exactly the last use of a session or token is known: it is not written down more often."""
LINKS_AN_HOUR = 5
"""How many e-mailed links that were not used a person may have in an hour."""
LONGEST_TOKEN = timedelta(days=366)
LONGEST_PENDING = 8_000
"""How many bytes may be kept of a sign-in begun elsewhere: whoever begins one is not known yet."""

WORDS_OF_SCOPE: Final = ("read", "events", "act")
"""``read``: what the person may read; ``events``: the feed of events; ``act``: every order the person may give."""

_PREFIX_LETTERS = string.ascii_lowercase + string.digits
_TOKEN = re.compile(r"outturn_([a-z0-9]{8})_([A-Za-z0-9_-]{43})")


class Session(NamedTuple):
    """Somebody who is signed in."""

    who: Person
    """As the address book has the person now: what was taken away is gone at once."""
    how: str
    """By what the person signed in, as the caller said it: ``link``, ``organisation``, ``demonstration``."""
    begun: datetime
    seen: datetime
    """The last use, to the minute."""
    ends: datetime
    """When it ends however much it is used."""
    mark: str
    """What to call it by in a list: the beginning of its digest, which opens nothing."""


class Link(NamedTuple):
    """An e-mailed link that is good."""

    person: str
    """The person's id."""
    goes_to: str
    """The page that it leads to."""


class Token(NamedTuple):
    """A token for a program."""

    prefix: str
    """Its first letters, which may be shown."""
    person: str
    """The id of the person in whose name it acts."""
    title: str
    scope: frozenset[str]
    """What it may do: ``WORDS_OF_SCOPE``, or single orders by their names. Never more than the person may."""
    made: datetime
    expires_on: date
    """The last day, in London, on which it is good."""
    used: datetime | None
    """The last use, to the minute."""
    revoked: bool


_SESSION = (
    select(*FIELDS, *(SESSIONS.c[name] for name in ("how", "begun", "seen", "ends", "sha256", "idle_seconds")))
    .join_from(SESSIONS, PEOPLE)
    .where(SESSIONS.c.lapses > bindparam("now"), PEOPLE.c.left_on.is_(None))
)
_BY_SECRET = _SESSION.where(SESSIONS.c.sha256 == bindparam("sha256"))
_BY_PERSON = _SESSION.where(SESSIONS.c.person == bindparam("person")).order_by(SESSIONS.c.begun)
_TOUCH = (
    update(SESSIONS)
    .where(SESSIONS.c.sha256 == bindparam("named"), SESSIONS.c.seen < bindparam("now"))
    .values(seen=bindparam("now"), lapses=bindparam("until"))
)
_TOKEN_FIELDS = [TOKENS.c[field].label(f"token_{field}") for field in Token._fields]
_BY_TOKEN = (
    select(*FIELDS, *_TOKEN_FIELDS)
    .join_from(TOKENS, PEOPLE)
    .where(
        TOKENS.c.prefix == bindparam("prefix"),
        TOKENS.c.sha256 == bindparam("sha256"),
        TOKENS.c.revoked.is_(False),
        TOKENS.c.expires_on >= bindparam("today"),
        PEOPLE.c.left_on.is_(None),
    )
)


class Accounts(KeptResults):
    """Who is signed in, and how. Any number of processes and threads may use it at once.

    Over an address book that is open it uses the same connections; otherwise it opens its own, as ``book``.
    """

    def __init__(self, where: Database | AddressBook) -> None:
        self.book: Final = where if isinstance(where, AddressBook) else AddressBook(where)
        super().__init__(self.book.tables)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the database, and of the book over it."""
        self.book.close()

    def begin_session(self, person: str, how: str, now: datetime, idle: timedelta, absolute: timedelta) -> str:
        """The secret of a new session, good until it is ``idle`` for so long, and for ``absolute`` at most.

        Raises ``NotFound``, and ``NotAllowed`` for somebody who has left or may do nothing.
        """
        secret = secrets.token_urlsafe(32)
        ends = now + absolute
        values = {"person": person, "how": how, "begun": now, "seen": now, "ends": ends}
        values |= {"idle_seconds": int(idle.total_seconds()), "lapses": min(now + idle, ends)}
        with self._tables.writing() as connection:
            _who_may_sign_in(connection, person)
            clear(connection, SESSIONS, SESSIONS.c.lapses <= now)
            connection.execute(SESSIONS.insert().values(sha256=digest_of(secret), **values))
        return secret

    def session(self, secret: str, now: datetime) -> Session | None:
        """Whose session it is; nobody's, once it ended or the person left, was erased or has no role. One query."""
        with self._tables.reading() as connection:
            row = connection.execute(_BY_SECRET, {"sha256": digest_of(secret), "now": now}).first()
        session = None if row is None else _session(row)
        if row is None or session is None or not session.who.may_sign_in:
            return None
        if now >= session.seen + TOUCHED_EVERY:
            until = min(now + timedelta(seconds=row.idle_seconds), session.ends)
            with self._tables.writing(lightly=True) as connection:
                connection.execute(_TOUCH, {"named": row.sha256, "now": now, "until": until})
        return session

    def end_session(self, secret: str) -> None:
        """Signs out. Of a session that is not there nothing is said."""
        with self._tables.writing() as connection:
            connection.execute(delete(SESSIONS).where(SESSIONS.c.sha256 == digest_of(secret)))

    def end_sessions_of(self, person: str) -> int:
        """Signs a person out everywhere; says out of how many sessions."""
        with self._tables.writing() as connection:
            return connection.execute(delete(SESSIONS).where(SESSIONS.c.person == person)).rowcount

    def sessions_of(self, person: str, now: datetime) -> list[Session]:
        """A person's sessions, the oldest first."""
        with self._tables.reading() as connection:
            return [_session(row) for row in connection.execute(_BY_PERSON, {"person": person, "now": now}).all()]

    def new_link(self, person: str, now: datetime, lasting: timedelta, goes_to: str) -> str | None:
        """The secret of a new link to be e-mailed; those sent before stay good.

        None for somebody who may not sign in, or who has five unused ones of the last hour: the page that asks for an
        address says the same words to everybody.
        """
        secret = secrets.token_urlsafe(32)
        of_late = (LINKS.c.person == person) & (LINKS.c.made > now - timedelta(hours=1)) & LINKS.c.used.is_(None)
        with self._tables.writing() as connection:
            try:
                _who_may_sign_in(connection, person)  # one at a time for each person, so that the count holds
            except (NotFound, NotAllowed):
                return None
            clear(connection, LINKS, (LINKS.c.made <= now - timedelta(hours=1)) & (LINKS.c.ends <= now))
            if connection.execute(select(func.count()).where(of_late)).scalar_one() >= LINKS_AN_HOUR:
                return None
            values = {"person": person, "made": now, "ends": now + lasting, "goes_to": goes_to}
            connection.execute(LINKS.insert().values(sha256=digest_of(secret), **values))
        return secret

    def link(self, secret: str, now: datetime) -> Link | None:
        """Whether a link is good. It is not used up: programs that look through mail open links too."""
        good = select(*FIELDS, LINKS.c.goes_to).join_from(LINKS, PEOPLE).where(*_good(secret, now))
        with self._tables.reading() as connection:
            row = connection.execute(good).first()
        return Link(row.id, row.goes_to) if row is not None and person_of(row).may_sign_in else None

    def redeem_link(self, secret: str, now: datetime) -> Link | None:
        """Uses a link up: exactly once, whoever else tries at the same instant. The person's other links end."""
        good = select(*FIELDS).join_from(LINKS, PEOPLE).where(*_good(secret, now)).with_for_update(of=PEOPLE)
        using = update(LINKS).where(*_good(secret, now)).values(used=now).returning(LINKS.c.person, LINKS.c.goes_to)
        with self._tables.writing() as connection:
            row = connection.execute(good).first()  # alone with the person, so that two links do not end each other
            if row is None or not person_of(row).may_sign_in:
                return None
            used = connection.execute(using).first()
            if used is None:
                return None
            connection.execute(delete(LINKS).where(LINKS.c.person == used.person, LINKS.c.used.is_(None)))
        return Link(used.person, used.goes_to)

    def keep_pending(self, said: dict[str, Any], now: datetime, lasting: timedelta) -> str:
        """The secret of a sign-in that goes on at another place (OpenID Connect), with what to know when it is back."""
        words = json.dumps(said)
        if len(words) > LONGEST_PENDING:
            raise Refusal("There is too much to keep for this sign-in. Begin again from the front page.")
        secret = secrets.token_urlsafe(32)
        with self._tables.writing() as connection:
            clear(connection, PENDING, PENDING.c.ends <= now)
            connection.execute(PENDING.insert().values(sha256=digest_of(secret), said=words, ends=now + lasting))
        return secret

    def take_pending(self, secret: str, now: datetime) -> dict[str, Any] | None:
        """What was kept of a sign-in begun here. Once: who comes again has to begin again."""
        good = (PENDING.c.sha256 == digest_of(secret)) & (PENDING.c.ends > now)
        with self._tables.writing() as connection:
            words = connection.execute(delete(PENDING).where(good).returning(PENDING.c.said)).scalar_one_or_none()
        said: dict[str, Any] | None = None if words is None else json.loads(words)
        return said

    def new_token(self, person: str, title: str, scope: Collection[str], expires_on: date, now: datetime) -> str:
        """A new token for a program that acts in a person's name, shown this once.

        Raises ``Refusal`` for a scope, title or day that cannot be, and as ``begin_session``.
        """
        _check_token(title, scope, expires_on, now.astimezone(LONDON).date())
        prefix = "".join(secrets.choice(_PREFIX_LETTERS) for _ in range(8))
        token = f"outturn_{prefix}_{secrets.token_urlsafe(32)}"
        values = {"person": person, "title": " ".join(title.split()), "scope": sorted(scope), "made": now}
        values |= {"expires_on": expires_on, "revoked": False}
        with self._tables.writing() as connection:
            _who_may_sign_in(connection, person)
            connection.execute(TOKENS.insert().values(prefix=prefix, sha256=digest_of(token), **values))
        return token

    def by_token(self, token: str, now: datetime) -> tuple[Token, Person] | None:
        """A token and whose it is; none, once it ran out, was revoked, or the person may not sign in. One query."""
        parts = _TOKEN.fullmatch(token)
        if parts is None:
            return None
        asked = {"prefix": parts[1], "sha256": digest_of(token), "today": now.astimezone(LONDON).date()}
        with self._tables.reading() as connection:
            row = connection.execute(_BY_TOKEN, asked).first()
        who = None if row is None else person_of(row)
        if who is None or not who.may_sign_in:
            return None
        found = _token(row)
        if found.used is None or now >= found.used + TOUCHED_EVERY:
            earlier = or_(TOKENS.c.used.is_(None), TOKENS.c.used < now)
            with self._tables.writing(lightly=True) as connection:
                connection.execute(update(TOKENS).where(TOKENS.c.prefix == found.prefix, earlier).values(used=now))
        return found, who

    def tokens(self) -> list[Token]:
        """Every token, also those that are no longer good, the oldest first."""
        return self._tokens()

    def tokens_of(self, person: str) -> list[Token]:
        """A person's tokens, as ``tokens``."""
        return self._tokens(TOKENS.c.person == person)

    def revoke_token(self, prefix: str) -> None:
        """Ends a token at once. Raises ``NotFound``."""
        ending = update(TOKENS).where(TOKENS.c.prefix == prefix).values(revoked=True)
        with self._tables.writing() as connection:
            if not is_one_line(prefix) or connection.execute(ending).rowcount == 0:
                raise NotFound("There is no such token (outturn people tokens).")

    def _tokens(self, *which: Any) -> list[Token]:
        with self._tables.reading() as connection:
            wanted = select(*_TOKEN_FIELDS).where(*which).order_by(TOKENS.c.made, TOKENS.c.prefix)
            return [_token(row) for row in connection.execute(wanted).all()]


def _good(secret: str, now: datetime) -> tuple[Any, ...]:
    return LINKS.c.sha256 == digest_of(secret), LINKS.c.used.is_(None), LINKS.c.ends > now


def _who_may_sign_in(connection: Connection, person: str) -> None:
    """Checks that the person may, and holds the person's row until this is done."""
    wanted = select(*FIELDS).where(PEOPLE.c.id == person).with_for_update()
    row = connection.execute(wanted).first()
    if row is None:
        raise NotFound(UNKNOWN)
    if not person_of(row).may_sign_in:
        raise NotAllowed("This person has left, or may do nothing in the office, and cannot sign in.")


def _session(row: Any) -> Session:
    return Session(person_of(row), row.how, row.begun, row.seen, row.ends, row.sha256[:12])


def _token(row: Any) -> Token:
    said = {field: getattr(row, f"token_{field}") for field in Token._fields}
    return Token(**said | {"scope": frozenset(said["scope"])})


def _check_token(title: str, scope: Collection[str], expires_on: date, today: date) -> None:
    if not is_one_line(title) or len(title) > 120:
        raise Refusal("A token needs a title that says which program it is for: one line, at most 120 characters.")
    if not scope or set(scope) - set(WORDS_OF_SCOPE) - set(COMMANDS):
        raise Refusal(
            "The scope of a token is one or more of read, events and act, or names of orders such as "
            "complete-milestone (outturn do --help)."
        )
    if not today <= expires_on <= today + LONGEST_TOKEN:
        raise Refusal("A token lasts from today for a year at most. Make a new one before it runs out.")
