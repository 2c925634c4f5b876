"""Notices: what the office tells its own people without being asked. Warnings, and each week what is open.

A notice is a reminder like any other: a stream of its own, named by what it is about, its day, its step and its person;
so it goes once, and its way stands in the ledger. Its words are made when it is handed over, from what is known then;
and if by then it is no longer true, it is dropped.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import escape
from itertools import groupby
from typing import Any, NamedTuple

from domain import money
from domain.kernel import LONDON, Command, Recorded
from domain.monitoring.policy import Part
from domain.periods import Period, day_in_words, financial_year
from domain.reminders.commands import (
    NOBODY,
    ConfirmSent,
    DeferReminder,
    DropReminder,
    PassOverReminder,
    QueueReminder,
    RefuseReminder,
    TryReminder,
)
from domain.reminders.events import ReminderTried
from domain.working_days import next_working_day
from projections.awards import AwardRow
from projections.chasing import SETTLED_AWARDS, Chased, days_off, notices_to_deliver, what_is_owed
from projections.reminders import ReminderRow
from projections.standing import Standing, standings
from projections.views import Views
from services.address_book import AddressBook, Person
from services.channels.channel import Channel, Message, NeverHeard, RefusedForGood, TryLater
from services.chasing import SCHEDULER, Delivered
from services.messages import message_id
from services.office import Office
from services.settings import Settings

NO_AWARD = "none"
"""Stands for the award of a notice that is about none."""
ENDING_WITHIN = timedelta(days=90)
AHEAD = timedelta(days=14)
"""How far the weekly notice looks ahead."""
MOST_LINES = 200
ENDING, BEYOND, UNDERSPEND, WEEK = "ending", "beyond", "underspend", "week"
"""What notices are about. Each item begins with ``notice-`` and one of them."""

Order = QueueReminder | PassOverReminder


class _Subject(NamedTuple):
    """Something to tell, and to whom."""

    kind: str
    about: str
    award: str | None
    due_on: date
    step: str
    to: Part

    @property
    def item(self) -> str:
        return f"notice-{self.kind}-{self.about}"


def _running(views: Views) -> list[AwardRow]:
    columns = AwardRow.table.c
    return views.rows(AwardRow, columns.status.not_in((*SETTLED_AWARDS, "ended")), columns.ends_on.is_not(None))


def unspent(standing: Standing) -> int | None:
    """What is likely not to be spent: what is free, and what providers say they will not need. Whole pence."""
    figures = standing.figures()
    left, variance = figures["left_pence"], figures["variance_pence"]
    return None if left is None and variance is None else max(0, left or 0) + max(0, -(variance or 0))


def _warnings(views: Views, settings: Settings, today: date) -> Iterator[_Subject]:
    for award in _running(views):
        ends_on = award.ends_on
        if ends_on is None:
            continue
        if today <= ends_on <= today + ENDING_WITHIN:
            yield _Subject(ENDING, award.award, award.award, ends_on, "ends-soon", Part.CONTRACT_MANAGER)
        if ends_on > settings.abolition_on and ends_on >= today:
            step = f"beyond-{settings.abolition_on.isoformat()}"
            for to in (Part.CONTRACT_MANAGER, Part.HEAD_OF_COMMISSIONING):
                yield _Subject(BEYOND, award.award, award.award, ends_on, f"{step}-{to.value}", to)
    yield from (
        _Subject(
            UNDERSPEND, f"{fund}-{year}", None, Period.parse(year).end, "quarter-three", Part.HEAD_OF_COMMISSIONING
        )
        for fund, year in _underspent(views, settings, today)
    )


def _underspent(views: Views, settings: Settings, today: date) -> dict[tuple[str, str], int]:
    """The funds of this financial year of which too much is likely not to be spent; none before its last quarter."""
    if today.month > 3:
        return {}
    year, most = financial_year(today), settings.underspend_above * 100
    found = {place: unspent(standing) for place, standing in standings(views).items() if place[1] == year}
    return {place: pence for place, pence in found.items() if pence is not None and pence > most}


def _asked(people: Sequence[Person], to: Part, award: str | None) -> list[Person]:
    """Those of a part whom it concerns, in the order of their ids."""
    found = (person for person in people if to in person.parts and person.left_on is None)
    own = (person for person in found if award is None or person.awards is None or award in person.awards)
    return sorted(own, key=lambda person: person.id)


def _order(subject: _Subject, person: str, step_on: date, why_not: str | None) -> Order:
    about: dict[str, Any] = {
        "item": subject.item,
        "award": subject.award or NO_AWARD,
        "due_on": subject.due_on,
        "step": subject.step,
        "to": subject.to,
        "step_on": step_on,
        "person": person,
    }
    return QueueReminder(**about) if why_not is None else PassOverReminder(**about, reason=why_not)


def _settled(views: Views) -> set[str]:
    """The notices about which was decided."""
    columns = ReminderRow.table.c
    return {row.reminder for row in views.rows(ReminderRow, columns.item.like("notice-%"))}


def warnings_to_queue(views: Views, book: AddressBook, settings: Settings, today: date) -> list[Order]:
    """The orders that settle each warning for each person, as far as that was not decided before."""
    people, step_on = book.people(), next_working_day(today, days_off(views))
    orders: list[Order] = []
    for subject in _warnings(views, settings, today):
        found = _asked(people, subject.to, subject.award)
        if not found:
            nobody = f"nobody in the address book is to be told as {subject.to.value}"
            orders.append(_order(subject, NOBODY, step_on, nobody))
        orders += [_order(subject, person.id, step_on, _bounced(person)) for person in found]
    return _undecided(views, orders)


def week_to_queue(views: Views, book: AddressBook, today: date) -> list[Order]:
    """The orders that settle this week's notice for each contract manager."""
    monday = today - timedelta(days=today.weekday())
    year, week, _day = monday.isocalendar()
    subject = _Subject(WEEK, f"{year}-w{week:02}", None, monday, "weekly", Part.CONTRACT_MANAGER)
    step_on = next_working_day(today, days_off(views))
    owed = list(what_is_owed(views))
    orders = []
    for person in _asked(book.people(), Part.CONTRACT_MANAGER, None):
        why_not = _bounced(person)
        if why_not is None and not any(_week_of(owed, person, monday)):
            why_not = "nothing is overdue, and nothing is due in the next 14 days"
        orders.append(_order(subject, person.id, step_on, why_not))
    return _undecided(views, orders)


def _bounced(person: Person) -> str | None:
    return "messages to this person come back: put the address right in the address book" if person.bounced else None


def _undecided(views: Views, orders: list[Order]) -> list[Order]:
    known = _settled(views) if orders else set()
    return [order for order in orders if order.reference not in known]


def _week_of(owed: Sequence[Chased], person: Person, day: date) -> tuple[list[Chased], list[Chased]]:
    """What is overdue on a day, and what is due within two weeks, of the awards that a person looks after."""
    own = [each for each in owed if person.awards is None or each.award in person.awards]
    own.sort(key=lambda each: (each.due_on, each.award, each.item))
    late = [each for each in own if each.due_on < day]
    soon = [each for each in own if day <= each.due_on <= day + AHEAD]
    return late, soon


class _Words(NamedTuple):
    """What a message says."""

    subject: str
    opening: str
    lines: list[str]


def _owed_in_words(owed: Chased) -> str:
    period = f", {Period.parse(owed.period).words}" if owed.period else ""
    return f"{owed.award}: {owed.title}{period}, due on {day_in_words(owed.due_on)}"


class _Writer:
    """Says what notices say, from what is known now."""

    def __init__(self, views: Views, settings: Settings, today: date) -> None:
        self._today, self._abolition = today, settings.abolition_on
        self._awards = {award.award: award for award in _running(views)}
        self._owed = list(what_is_owed(views))
        self._underspent = {
            f"{fund}-{year}": pence for (fund, year), pence in _underspent(views, settings, today).items()
        }

    def is_true(self, row: ReminderRow, person: Person) -> bool:
        """Whether there is still something to tell."""
        kind, about = _parts(row)
        if kind in (ENDING, BEYOND):
            award = self._awards.get(about)
            return award is not None and award.ends_on == row.due_on >= self._today
        if kind == UNDERSPEND:
            return about in self._underspent
        return row.due_on + timedelta(days=7) > self._today and any(_week_of(self._owed, person, self._today))

    def words(self, kind: str, rows: Sequence[ReminderRow], person: Person) -> _Words:
        """The words of one message."""
        if kind == WEEK:
            return self._week(person)
        abouts = [_parts(row)[1] for row in rows]
        if kind == UNDERSPEND:
            lines = [f"{about}: {money.pounds(self._underspent[about])}" for about in abouts]
            opening = "By what is committed, and by what providers forecast, this money will not be spent by 31 March:"
            return _Words("Money that may not be spent by 31 March", opening, lines)
        lines = [f"{row.award}, {self._awards[row.award].service}: ends on {day_in_words(row.due_on)}" for row in rows]
        if kind == ENDING:
            number = len(lines)
            opening = "These awards end within 90 days. Extend them, follow them with another, or plan their end:"
            return _Words(f"{number} award{'' if number == 1 else 's'} ending soon", opening, lines)
        last = day_in_words(self._abolition)
        opening = f"These awards end after {last}, the day set for the end of the office. Plan who takes them over:"
        return _Words(f"Awards that end after {last}", opening, lines)

    def _week(self, person: Person) -> _Words:
        late, soon = _week_of(self._owed, person, self._today)
        lines = [f"Overdue: {_owed_in_words(each)}" for each in late[:MOST_LINES]]
        lines += [f"Due soon: {_owed_in_words(each)}" for each in soon[:MOST_LINES]]
        opening = f"{len(late)} overdue, and {len(soon)} due by {day_in_words(self._today + AHEAD)}:"
        return _Words(f"This week: {len(late)} overdue, {len(soon)} due soon", opening, lines)


def _parts(row: ReminderRow) -> tuple[str, str]:
    kind, _, about = row.item.removeprefix("notice-").partition("-")
    return kind, about


def deliver_notices(
    office: Office, book: AddressBook, channel: Channel, now: datetime, settings: Settings
) -> Delivered:
    """Hands every notice whose day has come to the channel: those of one kind to one person in one message."""
    done, today = Delivered(), now.astimezone(LONDON).date()
    with office.reading() as views:
        rows = [row for row in notices_to_deliver(views, now.isoformat()) if row.step_on <= today]
        writer = _Writer(views, settings, today) if rows else None
    if writer is None:
        return done
    people = {person.id: person for person in book.people()}
    post = _Post(office, book, channel, settings, writer, done)
    for (person, kind, _standing, _attempts), own in groupby(sorted(rows, key=_together), key=_together):
        post.send(people.get(person), kind, list(own))
    return done


def _together(row: ReminderRow) -> tuple[str, str, str, int]:
    """What was tried together is tried again together: the same reminders, the same Message-ID."""
    return row.person or "", _parts(row)[0], row.standing, row.attempts


@dataclass
class _Post:
    """Hands messages over: the attempt is written down before, the answer after."""

    office: Office
    book: AddressBook
    channel: Channel
    settings: Settings
    writer: _Writer
    done: Delivered

    def send(self, person: Person | None, kind: str, rows: list[ReminderRow]) -> None:
        """One message to one person, about what is still true."""
        if person is None or person.left_on is not None:
            self.done.dropped += self._drop(rows, "the person is no longer in the address book")
            return
        untrue = [row for row in rows if not self.writer.is_true(row, person)]
        self.done.dropped += self._drop(untrue, "it is no longer so")
        rows = [row for row in rows if row not in untrue]
        tried = self._do([TryReminder(**_address(row), channel=self.channel.name) for row in rows])
        taken = {recorded.reference for recorded in tried if isinstance(recorded.event, ReminderTried)}
        self.done.refused += len(tried) - len(taken)
        self.done.given_up += len(tried) - len(taken)
        rows = [row for row in rows if row.reminder in taken]
        if rows:
            self._hand_over(_message(self.writer.words(kind, rows, person), kind, rows, person, self.settings), rows)

    def _hand_over(self, message: Message, rows: Sequence[ReminderRow]) -> None:
        try:
            receipt = self.channel.send(message)
        except NeverHeard:
            self.done.unheard += len(rows)  # the attempt stands in the log without an answer, and counts as one
        except TryLater as later:
            put_off = self._do([DeferReminder(**_address(row), reason=later.reason) for row in rows])
            self.done.put_off(put_off, later.reason)
        except RefusedForGood as refusal:
            if refusal.bounced and rows[0].person is not None:
                self.book.mark_bounced(rows[0].person)
            self.done.refused += len(self._do([RefuseReminder(**_address(row), reason=refusal.reason) for row in rows]))
        else:
            # the log knows a message by its mark alone: nothing in it looks like an address
            answer = {"channel": self.channel.name, "message_id": message.mark, "receipt": receipt}
            self.done.sent += len(self._do([ConfirmSent(**_address(row), **answer) for row in rows]))

    def _drop(self, rows: Sequence[ReminderRow], reason: str) -> int:
        return len(self._do([DropReminder(**_address(row), reason=reason) for row in rows]))

    def _do(self, orders: Sequence[Command[Any]]) -> list[Recorded]:
        return self.office.do_all(orders, SCHEDULER) if orders else []


def _address(row: ReminderRow) -> dict[str, Any]:
    return {"item": row.item, "due_on": row.due_on, "step": row.step, "person": row.person or NOBODY}


def _message(words: _Words, kind: str, rows: Sequence[ReminderRow], person: Person, settings: Settings) -> Message:
    """The same reminders have the same Message-ID."""
    digest = hashlib.sha256("\n".join(sorted(row.reminder for row in rows)).encode()).hexdigest()
    reference = f"notice-{kind}-{digest[:40]}"
    office = settings.office_name or "The Office of the Police and Crime Commissioner"
    lines = [" ".join(line.split()) for line in words.lines]
    paragraphs = [f"Dear {person.name}", words.opening, "\n".join(f"* {line}" for line in lines), office]
    text = "\n\n".join(paragraphs) + "\n"
    listed = "".join(f"<li>{escape(line)}</li>" for line in lines)
    opening, closing = (f"<p>{escape(said)}</p>" for said in (words.opening, office))
    html = (
        f'<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8"><title>{escape(words.subject)}</title></head>'
        f"<body><p>{escape(paragraphs[0])}</p>{opening}<ul>{listed}</ul>{closing}</body></html>\n"
    )
    return Message(
        message_id=message_id(reference, settings.message_domain),
        reference=reference,
        to_address=person.email,
        to_name=person.name,
        subject=words.subject,
        text=text,
        html=html,
        fields={"subject": words.subject, "body": text, "name": person.name, "office": office},
        template="digest" if kind == WEEK else "told",
    )
