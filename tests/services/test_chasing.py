"""What becomes of a message that cannot be handed over, and of one whose thing changes meanwhile."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.awards.milestone_commands import PlanMilestone
from domain.monitoring.commands import MoveObligation
from domain.monitoring.policy import Part
from domain.reminders.commands import KEPT_UP_FOR, TWICE
from projections.reminders import ReminderRow
from services.address_book import AddressBook, Person
from services.channels.channel import Message, NeverHeard, TryLater
from services.chasing import Delivered, deliver, sweep
from services.office import Office
from services.replay import replay
from services.settings import Database
from tests.conftest import Clock
from tests.scenes import PROVIDER, awarded, do, fund_with, reporting

DUE = datetime(2017, 10, 31, 9, tzinfo=UTC)
"""The day on which the report of the first half-year is due."""
REPORT = {"award": "a1", "schedule": "outcome-report", "period": "2017-18-h1"}


@pytest.fixture
def kind() -> str:
    return "memory"


class Post:
    """A channel that keeps what it is given; with a fault, it raises it."""

    name = "post"

    def __init__(self) -> None:
        self.given: list[Message] = []
        self.fault: Exception | None = None

    def send(self, message: Message) -> str | None:
        """Takes it, or has none of it."""
        self.given.append(message)
        if self.fault is not None:
            raise self.fault
        return None


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def book() -> Iterator[AddressBook]:
    """A provider's contact, a contract manager and the head of commissioning."""
    with AddressBook(Database.of("memory:")) as book:
        for number, part in enumerate((Part.PROVIDER, Part.CONTRACT_MANAGER, Part.HEAD_OF_COMMISSIONING), 1):
            book.put(
                Person(
                    id=f"person-{number}",
                    name=f"Reader {number}",
                    email=f"reader{number}@example.org",
                    phone="020 7946 0000" if part is Part.CONTRACT_MANAGER else None,
                    parts=frozenset({part}),
                    provider="embrace" if part is Part.PROVIDER else None,
                )
            )
        yield book


@pytest.fixture
def owing(office: Office, clock: Clock) -> Office:
    """An office to which a report is due on this day."""
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 1), reporting("a1"))
    clock.now = DUE
    return office


def rows(office: Office) -> dict[str, ReminderRow]:
    """The reminders that were queued, by step."""
    with office.reading() as views:
        return {row.step: row for row in views.rows(ReminderRow) if row.person is not None}


def test_a_message_that_is_never_answered_goes_twice_with_one_id_and_the_manager_is_told(
    owing: Office, book: AddressBook, post: Post, clock: Clock
) -> None:
    sweep(owing, book)
    post.fault = NeverHeard("the mail server did not answer")
    assert deliver(owing, book, post, clock.now) == Delivered(unheard=1)
    clock.forward(minutes=5)
    post.fault = TryLater("busy")  # in between it is put off, which says nothing of the first
    assert deliver(owing, book, post, clock.now).deferred == 1
    clock.forward(hours=1)
    post.fault = NeverHeard("the mail server did not answer")
    assert deliver(owing, book, post, clock.now).unheard == 1
    clock.forward(hours=1)
    post.fault = None
    done = deliver(owing, book, post, clock.now)
    assert (done.refused, done.given_up) == (1, 1)
    assert rows(owing)["due"].reason == TWICE
    assert len(post.given) == 3
    assert len({message.message_id for message in post.given}) == 1
    assert deliver(owing, book, post, clock.now).sent == 1
    assert post.given[-1].subject.startswith("Reminder not delivered: ")
    assert replay(owing.log, 2017).faults == []


def test_a_server_that_is_away_is_waited_for_and_giving_up_is_told_to_the_manager(
    owing: Office, book: AddressBook, post: Post, clock: Clock
) -> None:
    sweep(owing, book)
    post.fault = TryLater("the mail server cannot be reached")
    for _hour in range(5 * 24):
        done = deliver(owing, book, post, clock.now)
        assert done.given_up == 0
        clock.forward(hours=1)
    assert rows(owing)["due"].standing == "queued"
    clock.now = DUE + KEPT_UP_FOR + timedelta(hours=1)
    done = deliver(owing, book, post, clock.now)
    assert (done.refused, done.given_up, done.reasons) == (1, 1, {"the mail server cannot be reached"})
    post.fault = None
    deliver(owing, book, post, clock.now)
    assert post.given[-1].to_address == "reader2@example.org"
    assert post.given[-1].subject.startswith("Reminder not delivered: ")


def test_what_is_moved_away_and_back_before_it_went_is_asked_for_again_on_its_day(
    owing: Office, book: AddressBook, post: Post, clock: Clock
) -> None:
    sweep(owing, book)
    do(owing, MoveObligation(**REPORT, due_on=date(2018, 3, 1), reason="As agreed"))
    assert deliver(owing, book, post, clock.now).dropped == 1
    assert sweep(owing, book).queued == 0
    do(owing, MoveObligation(**REPORT, due_on=DUE.date(), reason="It was a mistake"))
    assert sweep(owing, book).queued == 1
    assert sweep(owing, book).queued == 0
    assert deliver(owing, book, post, clock.now).sent == 1
    do(owing, MoveObligation(**REPORT, due_on=date(2018, 3, 1), reason="As agreed"))
    do(owing, MoveObligation(**REPORT, due_on=DUE.date(), reason="It was a mistake again"))
    assert sweep(owing, book).queued == 0, "what went does not go again"
    assert replay(owing.log, 2017).faults == []


@pytest.mark.parametrize("year", [2006, 2062, 2099])
def test_one_mistyped_year_does_not_stop_the_chase_of_the_rest(owing: Office, book: AddressBook, year: int) -> None:
    do(owing, PlanMilestone(award="a1", milestone="typo", title="Premises open", due_on=date(year, 3, 1)))
    sweep(owing, book)
    assert rows(owing)["due"].standing == "queued"


def test_a_message_says_where_to_send_it_and_how_to_reach_whom_to_ask(
    owing: Office, book: AddressBook, post: Post, clock: Clock
) -> None:
    sweep(owing, book)
    deliver(owing, book, post, clock.now)
    (message,) = post.given
    assert "ask Reader 2 (reader2@example.org, telephone 020 7946 0000)." in message.text
    assert "send it back to the office at reader2@example.org." in message.text


@pytest.mark.parametrize("reached", [True, False])
def test_an_escalation_says_whether_the_provider_has_been_reminded(
    owing: Office, book: AddressBook, post: Post, clock: Clock, reached: bool
) -> None:
    if not reached:
        book.mark_bounced("person-1")
    clock.now = datetime(2018, 1, 8, 9, tzinfo=UTC)
    sweep(owing, book)
    deliver(owing, book, post, clock.now)
    (told,) = (message for message in post.given if message.to_address == "reader3@example.org")
    assert ("The provider has been reminded." in told.text) is reached
    assert ("No reminder has reached the provider." in told.text) is not reached
