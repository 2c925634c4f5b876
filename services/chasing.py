"""The chase: reminders are decided, queued and delivered; and whatever happens between, none is lost or sent twice.

A step is decided by an event whose stream names it: thing, due day, step and person. A doubled run finds it there.
Delivery writes down each attempt before it makes it and the answer after; what was begun and never answered is sent
once more, with the same Message-ID, and then no more.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from domain.kernel import LONDON, Actor, Command, Recorded, Role
from domain.monitoring.policy import Part
from domain.periods import Period
from domain.reminders.commands import (
    NOBODY,
    ConfirmDelivery,
    ConfirmSent,
    DeferReminder,
    DropReminder,
    PassOverReminder,
    QueueReminder,
    RefuseReminder,
    TryReminder,
)
from domain.reminders.events import GONE, ReminderRefused
from projections.awards import AwardRow
from projections.chasing import Chased, ToDo, not_heard_of, reminded, still_owed, to_deliver, what_to_chase
from projections.providers import ProviderRow
from projections.reminders import ReminderRow
from projections.views import Views
from services.address_book import AddressBook, Person
from services.channels.channel import Channel, Delivery, Message, NeverHeard, RefusedForGood, TellsTheEnd, TryLater
from services.messages import DOMAIN, NOT_REACHED, Owing, compose
from services.office import Office

SCHEDULER = Actor(id="scheduler", roles=frozenset({Role.SCHEDULER}))
BATCH = 200
"""How many things are decided in one transaction."""
HEARD_OF_FOR = timedelta(days=7)
"""For how long a channel is asked what became of a message: as long as GOV.UK Notify knows of one."""
LEFT = "the person is no longer in the address book"


@dataclass
class Swept:
    """What a sweep decided."""

    queued: int = 0
    passed_over: int = 0
    lines: list[str] = field(default_factory=list)
    """What it decided, in words; only of a preview."""


@dataclass
class Delivered:
    """What a delivery did, in messages."""

    sent: int = 0
    deferred: int = 0
    refused: int = 0
    """Those given up among them."""
    dropped: int = 0
    unheard: int = 0
    """Handed over, and the channel never answered. They go once more, and then no more."""
    given_up: int = 0
    """Of those refused: tried for days, or handed over twice and never heard of."""
    reasons: set[str] = field(default_factory=set)
    """Why some could not be taken now. No names and no addresses."""

    def put_off(self, answers: Sequence[Recorded], reason: str) -> set[str]:
        """Counts what could not be taken now; returns the references of what was given up."""
        given_up = {each.reference for each in answers if isinstance(each.event, ReminderRefused)}
        self.deferred += len(answers) - len(given_up)
        self.refused += len(given_up)
        self.given_up += len(given_up)
        self.reasons |= {reason}
        return given_up


def _people_of(people: Sequence[Person], part: Part, owed: Chased) -> list[Person]:
    """Those of a part whom a thing concerns, in the order of their ids."""
    return sorted(
        (
            person
            for person in people
            if part in person.parts
            and person.left_on is None
            and (part is not Part.PROVIDER or person.provider == owed.provider)
            and (person.awards is None or owed.award in person.awards)
        ),
        key=lambda person: person.id,
    )


def _orders(to_do: ToDo, people: Sequence[Person]) -> Iterator[QueueReminder | PassOverReminder]:
    """The orders that settle the steps of one thing."""
    owed = to_do.owed
    for step, day, send, reason in to_do.decisions:
        about = {
            "item": owed.item,
            "award": owed.award,
            "due_on": owed.due_on,
            "step": step.step,
            "to": step.to,
            "step_on": day,
        }
        found = _people_of(people, step.to, owed) if send else []
        for person in found:
            if person.bounced:
                why = "messages to this person come back: put the address right in the address book"
                yield PassOverReminder(**about, person=person.id, reason=why)
            else:
                yield QueueReminder(**about, person=person.id, digest=person.digest)
        if not found:
            nobody = f"nobody in the address book is to be asked as {step.to.value}"
            yield PassOverReminder(**about, person=NOBODY, reason=nobody if send else reason)


def sweep(office: Office, book: AddressBook, today: date | None = None) -> Swept:
    """Decides every step that is due by today. Done twice, it decides nothing the second time."""
    with office.reading() as views:
        to_do = what_to_chase(views, today or views.today)
    if not to_do:
        return Swept()
    people, swept = book.people(), Swept()
    for first in range(0, len(to_do), BATCH):
        orders = [order for each in to_do[first : first + BATCH] for order in _orders(each, people)]
        for recorded in office.do_all(orders, SCHEDULER):
            if recorded.event.name == "reminder.queued":
                swept.queued += 1
            else:
                swept.passed_over += 1
    return swept


def preview(views: Views, book: AddressBook, day: date) -> Swept:
    """What a sweep on a day would decide, as things are. Nothing is recorded."""
    people, swept = book.people(), Swept()
    for each in what_to_chase(views, day):
        for order in _orders(each, people):
            what = f"{order.award}: {each.owed.title}, due {order.due_on:%d/%m/%Y}, step {order.step}"
            if isinstance(order, QueueReminder):
                swept.queued += 1
                swept.lines.append(f"{what}: to {order.person} ({order.to.value})")
            else:
                swept.passed_over += 1
                swept.lines.append(f"{what}: no message, because {order.reason}")
    return swept


def deliver(
    office: Office,
    book: AddressBook,
    channel: Channel,
    now: datetime,
    office_name: str | None = None,
    domain: str = DOMAIN,
    address: str | None = None,
) -> Delivered:
    """Hands every queued message to the channel; what takes a digest goes in one message to a person.

    ``address``: where people reach the office; without one, messages name no page.
    """
    with office.reading() as views:
        rows = to_deliver(views, now.isoformat())
        owed = still_owed(views, {row.item for row in rows}) if rows else {}
        services = _services(views, {row.award for row in rows}) if rows else {}
        titles = {row.provider: row.title for row in views.rows(ProviderRow)} if rows else {}
        known = reminded(views, {row.item for row in rows if row.part == Part.HEAD_OF_COMMISSIONING.value})
    people = {person.id: person for person in book.people()} if rows else {}
    done = Delivered()
    for person, own in _letters(rows):
        about = (owed, services, titles, known, now, office_name, domain, address, book, people)
        _Letter(office, channel, people.get(person), own, *about).send(done)
    return done


def _services(views: Views, awards: set[str]) -> dict[str, str]:
    columns = AwardRow.table.c
    return {row.award: row.service for row in views.rows(AwardRow, columns.award.in_(sorted(awards)))}


def _letters(rows: Iterable[ReminderRow]) -> Iterator[tuple[str, list[ReminderRow]]]:
    """Each message: one reminder; or all of one person who takes a digest."""
    singles = [row for row in rows if not row.digest]
    for row in singles:
        yield row.person or "", [row]
    # what was begun and never answered goes once more as it was, lest the same message have two ids
    digests = sorted((row for row in rows if row.digest), key=lambda row: (*_together(row), row.position))
    for (person, _begun, _attempts), own in groupby(digests, key=_together):
        yield person, list(own)


def _together(row: ReminderRow) -> tuple[str, bool, int]:
    """What was tried together is tried again together, also when it was put off: it has the same Message-ID."""
    return row.person or "", row.standing == "tried", row.attempts


@dataclass
class _Letter:
    """One message to one person, and the reminders that it settles."""

    office: Office
    channel: Channel
    person: Person | None
    rows: list[ReminderRow]
    owed: dict[str, Chased]
    services: dict[str, str]
    titles: dict[str, str]
    """The providers' names."""
    reminded: set[tuple[str, date]]
    """The things and due days of which a reminder went to the provider."""
    now: datetime
    office_name: str | None
    domain: str
    address: str | None
    book: AddressBook
    people: dict[str, Person]

    def send(self, done: Delivered) -> None:
        """Drops what is no longer owed; of the rest, writes down the attempt, makes it, and writes down the answer."""
        gone = [row for row in self.rows if not self._is_owed(row)]
        rows = [row for row in self.rows if self._is_owed(row)]
        if self.person is None or self.person.left_on is not None:
            gone, rows = self.rows, []
        if gone:
            reason = GONE if self.person is not None and self.person.left_on is None else LEFT
            done.dropped += len(self._do([DropReminder(**_address(row), reason=reason) for row in gone]))
        if not rows or self.person is None:
            return
        tried = self._do([TryReminder(**_address(row), channel=self.channel.name) for row in rows])
        refused = {recorded.reference for recorded in tried if isinstance(recorded.event, ReminderRefused)}
        taken = {recorded.reference for recorded in tried} - refused
        done.refused += len(refused)
        done.given_up += len(refused)
        self._tell_the_manager([row for row in rows if row.reminder in refused])
        rows = [row for row in rows if row.reminder in taken]
        if rows:
            self._hand_over(self._message(rows, self.person), rows, done)

    def _hand_over(self, message: Message, rows: list[ReminderRow], done: Delivered) -> None:
        try:
            receipt = self.channel.send(message)
        except NeverHeard:
            done.unheard += len(rows)  # the attempt stands in the log without an answer, and counts as one
        except TryLater as later:
            put_off = self._do([DeferReminder(**_address(row), reason=later.reason) for row in rows])
            given_up = done.put_off(put_off, later.reason)
            self._tell_the_manager([row for row in rows if row.reminder in given_up])
        except RefusedForGood as refusal:
            if refusal.bounced and self.person is not None:
                self.book.mark_bounced(self.person.id)
            self._tell_the_manager(rows)
            done.refused += len(self._do([RefuseReminder(**_address(row), reason=refusal.reason) for row in rows]))
        else:
            sent = {"channel": self.channel.name, "message_id": message.mark, "receipt": receipt}
            done.sent += len(self._do([ConfirmSent(**_address(row), **sent) for row in rows]))
            self.reminded |= {(row.item, row.due_on) for row in rows if row.part == Part.PROVIDER.value}

    def _tell_the_manager(self, rows: Sequence[ReminderRow]) -> None:
        self._do(_not_reached(rows, self.owed, list(self.people.values()), self.now))

    def _is_owed(self, row: ReminderRow) -> bool:
        known = self.owed.get(row.item)
        return known is not None and known.due_on == row.due_on

    def _message(self, rows: list[ReminderRow], person: Person) -> Message:
        owing = []
        for row in rows:
            owed = self.owed[row.item]
            managers = _people_of(list(self.people.values()), Part.CONTRACT_MANAGER, owed)
            where = f"the office at {managers[0].email}" if managers else "the office"
            owing.append(
                Owing(
                    reference=row.reminder,
                    item=row.item,
                    kind=owed.kind,
                    title=owed.title,
                    award=owed.award,
                    service=self.services.get(owed.award, ""),
                    period=Period.parse(owed.period).words if owed.period else None,
                    due_on=owed.due_on,
                    step=row.step,
                    part=Part(row.part),
                    step_on=row.step_on,
                    how_to_send=_HOW[owed.kind].format(office=where),
                    ask=_with_reach(managers[0]) if managers else self.office_name or "the office",
                    reminded=(row.item, row.due_on) in self.reminded,
                    provider=self.titles.get(owed.provider or ""),
                    page=self._page(owed, Part(row.part)),
                )
            )
        return compose(person, owing, self.office_name, self.now.astimezone(LONDON).date(), self.domain)

    def _page(self, owed: Chased, part: Part) -> str | None:
        """The page on which a thing is seen to: the provider's report; for the staff, the award."""
        if self.address is None:
            return None
        at = self.address.rstrip("/")
        if part is not Part.PROVIDER:
            return f"{at}/awards/{owed.award}"
        return f"{at}/owed/{owed.award}/{owed.period}" if owed.kind == "report" and owed.period else f"{at}/owed"

    def _do(self, orders: Sequence[Command[Any]]) -> list[Recorded]:
        return self.office.do_all(orders, SCHEDULER)


_HOW = {
    "report": "Fill in the workbook that the office sends for the period, and send it back to {office}.",
    "milestone": "Tell {office} that it is done, with what shows it.",
    "obligation": "Send it to {office}.",
    "condition": "Send it to {office}: until it is there, no payment is made.",
}


def _with_reach(person: Person) -> str:
    """A name, and how to reach the person: ``Mona Manager (mona@office.example, telephone 020 7946 0000)``."""
    telephone = f", telephone {person.phone}" if person.phone else ""
    return f"{person.name} ({person.email}{telephone})"


def _not_reached(
    rows: Sequence[ReminderRow], owed: dict[str, Chased], people: Sequence[Person], now: datetime
) -> list[QueueReminder]:
    """The orders by which the contract managers are told that somebody was not reached, of what is owed still."""
    return [
        QueueReminder(
            item=row.item,
            award=row.award,
            due_on=row.due_on,
            step=f"{row.step}{NOT_REACHED}",
            to=Part.CONTRACT_MANAGER,
            person=manager.id,
            step_on=now.astimezone(LONDON).date(),
            digest=manager.digest,
        )
        for row in rows
        if row.part != Part.CONTRACT_MANAGER.value and not row.step.endswith(NOT_REACHED)
        if row.item in owed and owed[row.item].due_on == row.due_on
        for manager in _people_of(people, Part.CONTRACT_MANAGER, owed[row.item])
    ]


def _address(row: ReminderRow) -> dict[str, object]:
    return {"item": row.item, "due_on": row.due_on, "step": row.step, "person": row.person or NOBODY}


def take_receipts(office: Office, book: AddressBook, channel: Channel, now: datetime) -> Counter[Delivery]:
    """Asks a channel that tells it what became of the messages it took, and writes down what it hears.

    An address that does not exist is flagged; and of whatever did not arrive, and is owed still, the contract manager
    is told, as of a refusal. A channel that tells nothing is not asked.
    """
    heard = Counter[Delivery]()
    if not isinstance(channel, TellsTheEnd):
        return heard
    with office.reading() as views:
        rows = not_heard_of(views, channel.name, (now - HEARD_OF_FOR).isoformat())
    marks = {row.message_id for row in rows if row.message_id is not None}
    ends = channel.receipts(sorted(marks)) if marks else {}
    lost = [row for row in rows if ends.get(row.message_id or "", Delivery.DELIVERED) is not Delivery.DELIVERED]
    if lost:
        with office.reading() as views:
            owed = still_owed(views, {row.item for row in lost})
        # before the receipt is written down: who dies between the two says it again, and forgets nobody
        office.do_all(_not_reached(lost, owed, book.people(), now), SCHEDULER)
    for mark, end in ends.items():
        own = [row for row in rows if row.message_id == mark]
        arrived = end is Delivery.DELIVERED
        office.do_all([ConfirmDelivery(**_address(row), arrived=arrived, receipt=end.value) for row in own], SCHEDULER)
        if end is Delivery.PERMANENT_FAILURE and own[0].person is not None:
            book.mark_bounced(own[0].person)
        heard[end] += 1
    return heard
