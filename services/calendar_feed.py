"""A person's calendar of what is due, as iCalendar: whole days, and nothing that is said of anybody.

A calendar goes to whoever keeps the person's calendar. So it holds references, kinds and periods, and no words that
somebody wrote: no titles, no names, no reasons. The same state of the log gives the same bytes.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from icalendar import Calendar
from icalendar import Event as Entry

from domain.monitoring.policy import Part
from domain.periods import Period
from projections.awards import AwardRow
from projections.chasing import SETTLED_AWARDS, what_is_owed
from projections.monitoring import OPEN, DueItem
from projections.views import Views
from services.address_book import Person

REFRESH = "PT6H"
KEPT_FOR = timedelta(days=400)
"""For how long after its day a cancelled entry stays: long enough for every calendar to have heard of it."""

_KINDS = {
    "report": "Report due",
    "milestone": "Milestone due",
    "obligation": "Due",
    "condition": "Condition of payment due",
}


class Due(NamedTuple):
    """One entry."""

    item: str
    award: str
    kind: str
    name: str
    period: str | None
    due_on: date
    cancelled: bool
    sequence: int
    """Greater, whenever anything about it changed."""


def concerns(person: Person, award: str, provider: str | None) -> bool:
    """Whether what an award owes is asked of this person, in any part."""
    if person.left_on is not None or not person.parts or (person.awards is not None and award not in person.awards):
        return False
    return bool(person.parts - {Part.PROVIDER}) or person.provider == provider


def entries(views: Views, person: Person) -> list[Due]:
    """What is due of this person, and what was called off. What came in is no longer there."""
    awards = {row.award: row for row in views.rows(AwardRow) if concerns(person, row.award, row.provider)}
    return sorted([*_items(views, awards), *_conditions(views, awards)], key=lambda due: (due.due_on, due.item))


def _items(views: Views, awards: dict[str, AwardRow]) -> Iterator[Due]:
    columns = DueItem.table.c
    wanted = columns.standing.in_((*OPEN, "waived"))
    for row in views.rows(DueItem, wanted):
        award = awards.get(row.award)
        if award is None:
            continue
        settled = award.status in SETTLED_AWARDS
        cancelled = settled or row.standing == "waived"
        if cancelled and row.due_on < views.today - KEPT_FOR:
            continue  # nobody's calendar needs to be told any more
        # an item's last event, twice; and one more when its award was settled, after which nothing of it changes
        sequence = 2 * row.position + settled
        yield Due(row.item, row.award, row.kind, row.name, row.period, row.due_on, cancelled, sequence)


def _conditions(views: Views, awards: dict[str, AwardRow]) -> Iterator[Due]:
    """Conditions that hold a payment. On another day it is another entry: a payment keeps no count of its changes."""
    for owed in what_is_owed(views):
        if owed.kind == "condition" and owed.award in awards:
            name = owed.item.partition("#")[2].removeprefix("-")
            item = f"{owed.item}.{owed.due_on.isoformat()}"
            yield Due(item, owed.award, owed.kind, name, None, owed.due_on, cancelled=False, sequence=0)


def feed(views: Views, person: Person) -> bytes:
    """The calendar of a person."""
    return as_calendar(entries(views, person), views)


def as_calendar(dues: Iterable[Due], views: Views) -> bytes:
    """Entries as iCalendar."""
    dues = list(dues)
    stamp = _stamp(views, dues)
    calendar = Calendar()
    for name, said in (
        ("prodid", "-//Outturn//What is due//EN"),
        ("version", "2.0"),
        ("method", "PUBLISH"),
        ("x-wr-calname", "Outturn: what is due"),
        ("x-published-ttl", REFRESH),
    ):
        calendar.add(name, said)
    for due in dues:
        calendar.add_component(_entry(due, stamp))
    content: bytes = calendar.to_ical(sorted=False)
    return content


def _stamp(views: Views, dues: Iterable[Due]) -> datetime:
    """The moment of the newest event that the entries rest on: no later one has a say in them."""
    newest = max((due.sequence // 2 for due in dues), default=0)
    at = views.history.at(newest).at if newest else datetime(2000, 1, 1, tzinfo=UTC)
    return at.astimezone(UTC).replace(microsecond=0)


def uid(item: str) -> str:
    """The same for the same thing, for ever."""
    return f"{hashlib.sha256(item.encode()).hexdigest()[:32]}@outturn.invalid"


def _entry(due: Due, stamp: datetime) -> Entry:
    entry = Entry()
    period = f", {Period.parse(due.period).words}" if due.period else f", {due.name}"
    for name, said in (
        ("uid", uid(due.item)),
        ("dtstamp", stamp),
        ("dtstart", due.due_on),
        ("dtend", due.due_on + timedelta(days=1)),
        ("summary", f"{_KINDS[due.kind]}: {due.award}{period}"),
        ("sequence", due.sequence),
        ("status", "CANCELLED" if due.cancelled else "CONFIRMED"),
        ("transp", "TRANSPARENT"),
        ("categories", ["Outturn"]),
    ):
        entry.add(name, said)
    return entry
