"""What is kept for a while for whoever asks again: the results of orders under their keys, and half-filled pages.

An order over HTTP carries a key of the caller's (``Idempotency-Key``). The first to come with it begins; whoever comes
again with the same order gets the same answer, without a second order being given.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, delete, select, update

from domain.errors import Refusal
from services.channels.channel import is_one_line
from services.people_tables import DRAFTS, RESULTS, PeopleTables, clear, digest_of

KEPT_FOR = timedelta(days=7)
"""How long a result is kept."""
GIVEN_UP_AFTER = timedelta(seconds=60)
"""After which time a request that has not ended is taken to have died, and may be made again."""
CLEARED_EVERY = timedelta(hours=1)
LONGEST_DRAFT = 200_000
"""How many bytes a half-filled page may have."""


class Began(NamedTuple):
    """Nobody has a result for the key: the order is yours to give, and ``finish_key`` or ``drop_key`` yours to call."""

    again: bool = False
    """Whether somebody began before and was not heard of for a minute: what they did may be on record."""


class Known(NamedTuple):
    """The answer that was given."""

    status: int
    headers: dict[str, str]
    body: bytes


class Running(NamedTuple):
    """Somebody is at it: ask again shortly."""


class OtherBody(NamedTuple):
    """The key was used for another order."""


class Draft(NamedTuple):
    """A half-filled page."""

    by: str
    """Who kept it last: a person's id."""
    said: dict[str, Any]
    kept: datetime


class KeptResults:
    """Results under their keys, and half-filled pages."""

    def __init__(self, tables: PeopleTables) -> None:
        self._tables = tables
        self._cleared: datetime | None = None

    def begin_key(self, person: str, key: str, digest: str, now: datetime) -> Began | Known | Running | OtherBody:
        """Whether to give an order that comes with a key. Of many who ask at once exactly one gets ``Began``.

        ``digest`` is of everything that makes the order what it is: method, address and body.
        """
        with self._tables.writing() as connection:
            self._clear(connection, now)
            named: Final = _name(person, key)
            new = {"person": person, "digest": digest, "begun": now}
            adding = self._tables.insert(RESULTS).values(sha256=named, **new)
            adding = adding.on_conflict_do_nothing(index_elements=["sha256"]).returning(RESULTS.c.sha256)
            while connection.execute(adding).first() is None:
                wanted = select(RESULTS).where(RESULTS.c.sha256 == named).with_for_update()
                row = connection.execute(wanted).first()
                if row is not None:
                    return self._met(connection, row, new, now)
        return Began()

    def _met(
        self, connection: Connection, row: Any, new: dict[str, Any], now: datetime
    ) -> Began | Known | Running | OtherBody:
        """What a row that is there says; nobody else has it in hand."""
        anew = update(RESULTS).where(RESULTS.c.sha256 == row.sha256).values(**new, status=None, headers=None, body=None)
        if row.begun <= now - KEPT_FOR:
            connection.execute(anew)
            return Began()
        if row.digest != new["digest"]:
            return OtherBody()
        if row.status is not None:
            return Known(row.status, json.loads(row.headers), row.body)
        if row.begun > now - GIVEN_UP_AFTER:
            return Running()
        connection.execute(anew)
        return Began(again=True)

    def finish_key(self, person: str, key: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Keeps the answer to an order that was begun. The first answer stays."""
        said = {"status": status, "headers": json.dumps(dict(headers)), "body": body}
        begun = (RESULTS.c.sha256 == _name(person, key)) & RESULTS.c.status.is_(None)
        with self._tables.writing(lightly=True) as connection:  # undone, it is as if the process had died before it
            connection.execute(update(RESULTS).where(begun).values(said))

    def drop_key(self, person: str, key: str) -> None:
        """Forgets an order that was begun and came to nothing, so that it may be given again at once."""
        begun = (RESULTS.c.sha256 == _name(person, key)) & RESULTS.c.status.is_(None)
        with self._tables.writing() as connection:
            connection.execute(delete(RESULTS).where(begun))

    def _clear(self, connection: Connection, now: datetime) -> None:
        if self._cleared is None or not self._cleared <= now < self._cleared + CLEARED_EVERY:
            clear(connection, RESULTS, RESULTS.c.begun <= now - KEPT_FOR)
            self._cleared = now

    def keep_draft(self, kind: str, about: str, by: str, said: dict[str, Any], now: datetime) -> None:
        """Keeps a half-filled page in place of the one before. Raises ``Refusal`` when it is too long."""
        if not (is_one_line(kind) and is_one_line(about)):
            raise Refusal("A half-filled page is kept under its kind and what it is about, each on one line.")
        words = json.dumps(said)
        if len(words) > LONGEST_DRAFT:
            raise Refusal("There is too much on this page to be kept. Shorten the longest answers and save again.")
        values = {"by": by, "said": words, "kept": now}
        adding = self._tables.insert(DRAFTS).values(kind=kind, about=about, **values)
        with self._tables.writing() as connection:
            connection.execute(adding.on_conflict_do_update(index_elements=["kind", "about"], set_=values))

    def draft(self, kind: str, about: str) -> Draft | None:
        """A half-filled page, as it was kept last."""
        if not (is_one_line(kind) and is_one_line(about)):
            return None
        with self._tables.reading() as connection:
            row = connection.execute(select(DRAFTS).where(DRAFTS.c.kind == kind, DRAFTS.c.about == about)).first()
        return None if row is None else Draft(row.by, json.loads(row.said), row.kept)

    def drop_draft(self, kind: str, about: str) -> None:
        """Forgets a half-filled page: it was sent, or thrown away."""
        if is_one_line(kind) and is_one_line(about):
            with self._tables.writing() as connection:
                connection.execute(delete(DRAFTS).where(DRAFTS.c.kind == kind, DRAFTS.c.about == about))


def _name(person: str, key: str) -> str:
    """One name for a person's key: two people may use the same key."""
    return digest_of(json.dumps([person, key]))
