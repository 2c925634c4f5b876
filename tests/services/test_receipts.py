"""What became of the messages that were taken, where the channel tells."""

from collections.abc import Iterable
from datetime import timedelta

import pytest

from domain.monitoring.policy import Part
from projections.reminders import ReminderRow
from services.address_book import AddressBook, Person
from services.channels.channel import Delivery, Message
from services.chasing import deliver, sweep, take_receipts
from services.messages import NOT_REACHED
from services.office import Office
from services.settings import Database
from tests.conftest import Clock
from tests.scenes import PROVIDER, awarded, do, fund_with, reporting


@pytest.fixture
def kind() -> str:
    return "memory"


class Telling:
    """A channel that hears of its messages."""

    name = "telling"

    def __init__(self) -> None:
        self.ends: dict[str, Delivery] = {}
        self.asked: list[str] = []
        self.taken: list[Message] = []

    def send(self, message: Message) -> str | None:
        """Takes everything."""
        self.taken.append(message)
        return None

    def receipts(self, references: Iterable[str]) -> dict[str, Delivery]:
        """What it has heard of those it is asked about."""
        self.asked = list(references)
        return {mark: end for mark, end in self.ends.items() if mark in self.asked}


def rows(office: Office) -> list[ReminderRow]:
    """Every reminder."""
    with office.reading() as views:
        return views.rows(ReminderRow)


def test_what_was_heard_is_written_down_once_and_an_unknown_address_is_flagged(office: Office, clock: Clock) -> None:
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 1), reporting("a1"))
    clock.forward(days=14)
    telling = Telling()
    with AddressBook(Database.of("memory:")) as book:
        person = Person(
            id="person-1",
            name="Reader One",
            email="reader@example.org",
            parts=frozenset({Part.PROVIDER}),
            provider="embrace",
        )
        book.put(person)
        sweep(office, book)
        deliver(office, book, telling, clock.now)
        (message,) = telling.taken
        assert take_receipts(office, book, telling, clock.now) == {}
        assert telling.asked == [message.mark]
        telling.ends[message.mark] = Delivery.PERMANENT_FAILURE
        assert take_receipts(office, book, telling, clock.now) == {Delivery.PERMANENT_FAILURE: 1}
        (sent,) = (row for row in rows(office) if row.standing == "sent")
        assert (sent.arrived, sent.receipt, sent.reason) == (False, "permanent-failure", "it did not arrive")
        flagged = book.person("person-1")
        assert flagged is not None
        assert flagged.bounced
        assert take_receipts(office, book, telling, clock.now) == {}
        assert not any(row.step.endswith(NOT_REACHED) for row in rows(office)), "there is nobody to tell"
        clock.forward(days=30)
        sweep(office, book)
        assert deliver(office, book, telling, clock.now + timedelta(days=1)).sent == 0
        assert any("messages to this person come back" in (row.reason or "") for row in rows(office))


@pytest.mark.parametrize("end", [Delivery.PERMANENT_FAILURE, Delivery.TEMPORARY_FAILURE, Delivery.DELIVERED])
def test_of_what_did_not_arrive_the_contract_manager_is_told_once_as_of_a_refusal(
    office: Office, clock: Clock, end: Delivery
) -> None:
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 1), reporting("a1"))
    clock.forward(days=14)
    telling = Telling()
    with AddressBook(Database.of("memory:")) as book:
        for number, part in enumerate((Part.PROVIDER, Part.CONTRACT_MANAGER), 1):
            provider = "embrace" if part is Part.PROVIDER else None
            email = f"reader{number}@example.org"
            parts = frozenset({part})
            book.put(Person(id=f"person-{number}", name="Reader", email=email, parts=parts, provider=provider))
        sweep(office, book)
        deliver(office, book, telling, clock.now)
        (message,) = telling.taken
        telling.ends[message.mark] = end
        for _hour in range(2):
            take_receipts(office, book, telling, clock.now)
        deliver(office, book, telling, clock.now)
    told = [each.subject for each in telling.taken if each.to_address == "reader2@example.org"]
    assert len(told) == (0 if end is Delivery.DELIVERED else 1)
    assert all(subject.startswith("Reminder not delivered: ") for subject in told)
