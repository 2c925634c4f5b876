"""A year of chasing, with outages, doubled processes, restarts and clock changes: each step once to each person."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.awards.milestone_commands import ScheduleMonitoring
from domain.kernel import LONDON, Command
from domain.monitoring.commands import DeclareNilReturn, MeetObligation, MoveObligation, WaiveObligation
from domain.monitoring.policy import DEFAULT_STEPS, Part, days_of
from domain.periods import Frequency
from projections.monitoring import DueItem
from projections.reminders import ReminderRow
from services.address_book import AddressBook, Person
from services.channels.channel import Message, RefusedForGood, TryLater
from services.chasing import deliver, sweep
from services.event_store import EventStore
from services.office import Office
from services.replay import replay
from services.settings import Database
from tests.conftest import Clock, OpenAnother
from tests.scenes import PROVIDER, awarded, fund_with
from tests.story import EVERYBODY

YEAR = 2017
AWARDS, OBLIGATIONS = 500, 2_000
"""Each award owes a report for each quarter."""


class Post:
    """A channel that keeps what it was given; from time to time it has none of it."""

    name = "post"

    def __init__(self, chance: random.Random) -> None:
        self.taken: list[Message] = []
        self._chance = chance
        self.dies_after = 10**9

    def send(self, message: Message) -> str | None:
        """Takes it, asks for another time, or refuses it."""
        turn = self._chance.random()
        if turn < 0.02:
            raise TryLater("the server is busy")
        if turn < 0.03:
            raise RefusedForGood("the server refused it")
        self.taken.append(message)
        return "taken"


@pytest.fixture
def book(database: str) -> Iterator[AddressBook]:
    """A provider's contact, a contract manager who takes a digest, and the head of commissioning."""
    book = AddressBook(Database.of(database))
    for number, (part, digest) in enumerate(
        ((Part.PROVIDER, False), (Part.CONTRACT_MANAGER, True), (Part.HEAD_OF_COMMISSIONING, False)), 1
    ):
        provider = "embrace" if part is Part.PROVIDER else None
        book.put(
            Person(
                id=f"person-{number}",
                name=f"Reader {number}",
                email=f"reader{number}@example.org",
                parts=frozenset({part}),
                provider=provider,
                digest=digest,
            )
        )
    yield book
    book.close()


def begin(office: Office, clock: Clock) -> None:
    """So many awards, each of which owes four reports."""
    clock.now = datetime(YEAR, 4, 3, 9, tzinfo=UTC)
    orders: list[Command[object]] = [*fund_with(10_000_000), PROVIDER]  # type: ignore[type-var, list-item]
    office.do_all(orders, EVERYBODY)
    for first in range(0, AWARDS, 50):
        several = [
            order
            for number in range(first, first + 50)
            for order in (
                *awarded(f"a{number:03}", 10),
                ScheduleMonitoring(
                    award=f"a{number:03}",
                    schedule="outcome-report",
                    title="Outcome report",
                    frequency=Frequency.QUARTERLY,
                    due="20 working days after",
                ),
            )
        ]
        office.do_all(several, EVERYBODY)


def days() -> Iterator[date]:
    """Every day until all that is owed is long overdue, over both changes of the clock."""
    day = date(YEAR, 6, 1)
    while day < date(YEAR + 1, 6, 30):
        yield day
        day += timedelta(days=1)


def settle(office: Office, chance: random.Random, day: date) -> None:
    """Some of what is due about now comes in, is moved, waived, or answered by a nil return."""
    with office.reading() as views:
        columns = DueItem.table.c
        about_now = columns.due_on.between(day - timedelta(days=35), day + timedelta(days=20))
        due = views.rows(DueItem, columns.standing == "owed", about_now)
    orders: list[Command[object]] = []  # type: ignore[type-var]
    for item in due:
        said = {"award": item.award, "schedule": "outcome-report", "period": item.period}
        turn = chance.random()
        if turn < 0.045:
            orders.append(MeetObligation(**said, met_on=day, evidence="It came by post"))  # type: ignore[arg-type]
        elif turn < 0.048:
            orders.append(WaiveObligation(**said, reason="The service paused"))  # type: ignore[arg-type]
        elif turn < 0.051:
            orders.append(DeclareNilReturn(**said, declared_on=day, reason="No referrals"))  # type: ignore[arg-type]
        elif turn < 0.055:
            moved = MoveObligation(**said, due_on=item.due_on + timedelta(days=14), reason="As agreed")
            orders.append(moved)  # type: ignore[arg-type]
    if orders:
        office.do_all(orders, EVERYBODY)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_over_a_year_each_step_goes_once_to_each_person_and_none_after_receipt(
    kind: str, office: Office, open_another: OpenAnother, clock: Clock, book: AddressBook
) -> None:
    chance = random.Random(kind)
    begin(office, clock)
    post, twin = Post(chance), open_another()
    outage = 0
    for day in days():
        clock.now = datetime(day.year, day.month, day.day, 6, tzinfo=LONDON).astimezone(UTC)
        if chance.random() < 0.5:
            settle(office, chance, day)
        if outage:
            outage -= 1
            continue
        if chance.random() < 0.04:
            outage = chance.randrange(1, 12)
        for hour in (7, 12):
            clock.now = datetime(day.year, day.month, day.day, hour, tzinfo=LONDON).astimezone(UTC)
            runners = [office, twin] if chance.random() < 0.3 else [chance.choice((office, twin))]
            for runner in runners:
                sweep(runner, book)
                deliver(runner, book, post, clock.now)
    told = replay(office.log, YEAR)
    assert told.faults == []
    assert told.sent > OBLIGATIONS / 2
    check(office, office.log, post)


def check(office: Office, log: EventStore, post: Post) -> None:
    """What holds at the end: of every message and of every step."""
    with office.reading() as views:
        rows, items = views.rows(ReminderRow), {item.item: item for item in views.rows(DueItem)}
    assert len(items) == OBLIGATIONS
    single = Counter(message.mark for message in post.taken)
    assert set(single.values()) == {1}
    sent = [row for row in rows if row.standing == "sent"]
    assert {row.message_id for row in sent} == set(single)
    assert max(Counter((row.item, row.due_on, row.step, row.person) for row in rows).values()) == 1
    settled = {(row.item, row.due_on, row.step) for row in rows}
    for item in items.values():
        if item.standing == "owed":
            # whatever is still owed was chased by every step that has come, and about each was decided
            steps = {
                step.step
                for step, day in zip(DEFAULT_STEPS, days_of(DEFAULT_STEPS, item.due_on, frozenset()), strict=True)
                if day < date(YEAR + 1, 6, 1)
            }
            assert {(item.item, item.due_on, step) for step in steps} <= settled
    assert all(row.reason for row in rows if row.standing in ("passed-over", "dropped", "refused"))
    assert {row.standing for row in rows} >= {"sent", "passed-over"}
    assert sum(1 for _ in log.everything()) > 10_000
