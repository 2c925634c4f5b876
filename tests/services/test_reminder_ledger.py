"""The ledger of reminders on the command line: what was sent, not sent and why; and a year of it proved."""

from datetime import UTC, date, datetime

import pytest

from domain.awards.events import MilestoneCompleted
from domain.awards.payment_events import ConditionWaived
from domain.kernel import Event, Role
from domain.monitoring.policy import Part
from domain.reminders.events import GONE, ReminderDeferred, ReminderDropped, ReminderQueued, ReminderSent, ReminderTried
from services.address_book import AddressBook
from services.chasing import sweep
from services.event_store import Draft
from services.messages import message_id
from services.office import Office
from services.replay import replay
from services.settings import Database, Settings
from services.wiring import open_office
from tests.conftest import Clock
from tests.scenes import PROVIDER, awarded, do, fund_with, reporting
from tests.services.terminal import Terminal

AT = datetime(2017, 10, 30, 7, tzinfo=UTC)
ITEM = "obligation-a1.outcome-report.2017-18-h1"
STREAM = f"reminder-{ITEM}.2017-10-30.due.person-1"
QUEUED = ReminderQueued(
    item=ITEM,
    award="a1",
    due_on=date(2017, 10, 30),
    step="due",
    to=Part.PROVIDER,
    person="person-1",
    step_on=date(2017, 10, 30),
)
TRIED = ReminderTried(channel="folder", attempt=1)


def sent(stream: str) -> ReminderSent:
    """What is written down when a message went, with the Message-ID of its reminder."""
    mark = message_id(stream.removeprefix("reminder-"))[1:].partition("@")[0]
    return ReminderSent(channel="folder", message_id=mark, receipt=None)


SENT = sent(STREAM)


def history(office: Office, stream: str, *events: Event) -> None:
    """Writes a stream down, as it is."""
    office.log.append([Draft(stream, number, each, AT, "scheduler", "act") for number, each in enumerate(events, 1)])


@pytest.fixture
def kind() -> str:
    return "sqlite"


def test_what_was_not_sent_is_shown_with_the_reason_and_the_year_is_proved(
    outturn: Terminal, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings()
    clock.now = AT
    with open_office(settings, clock).open() as office, AddressBook(Database.of(settings.database)) as book:
        do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 1), reporting("a1"))
        sweep(office, book)
    rows = outturn.rows("reminders", "a1")
    assert {row["standing"] for row in rows} == {"passed over"}
    assert "nobody in the address book is to be asked as provider" in {row["reason"] for row in rows}
    assert outturn.rows("reminders", "a2") == []
    assert outturn.run("scheduler", "replay", "2017") == 0
    assert "Each step was decided once for each person" in " ".join(outturn.out.split())
    assert Role.SCHEDULER in settings.roles


@pytest.mark.parametrize(
    ("version", "event", "words"),
    [
        (4, SENT, "was settled, and is tried again"),
        (4, QUEUED, "Decided 2 times"),
    ],
    ids=["sent-twice", "decided-twice"],
)
def test_a_log_in_which_something_went_twice_is_found_out(
    office: Office, version: int, event: ReminderSent | ReminderQueued, words: str
) -> None:
    history = [QUEUED, ReminderTried(channel="folder", attempt=1), SENT, event]
    drafts = [Draft(STREAM, number, each, AT, "scheduler", "act") for number, each in enumerate(history, 1)]
    assert len(drafts) == version
    office.log.append(drafts[:3])
    assert replay(office.log, 2017).faults == []
    assert replay(office.log, 2017).sent == 1
    office.log.append(drafts[3:])
    assert any(words in fault for fault in replay(office.log, 2017).faults)


def test_attempts_are_counted_and_what_may_have_gone_twice_is_told_apart(office: Office) -> None:
    put_off = ReminderDeferred(reason="busy", attempt=2, again_at=AT)
    history(office, STREAM, QUEUED, TRIED, TRIED, SENT)
    other = STREAM.replace("person-1", "person-2")
    history(office, other, QUEUED.model_copy(update={"person": "person-2"}), TRIED, put_off, TRIED, sent(other))
    told = replay(office.log, 2017)
    assert (told.faults, told.sent, told.attempts, told.maybe_twice) == ([], 2, 4, 1)
    assert replay(office.log, 2018).attempts == 0


def test_what_was_handed_over_three_times_without_an_answer_is_a_fault(office: Office) -> None:
    history(office, STREAM, QUEUED, TRIED, TRIED, TRIED)
    (fault,) = replay(office.log, 2017).faults
    assert fault.endswith("is handed over again, after 2 times without an answer.")


def test_a_message_with_an_id_that_is_not_its_own_is_a_fault(office: Office) -> None:
    history(office, STREAM, QUEUED, TRIED, SENT.model_copy(update={"message_id": "abc"}))
    (fault,) = replay(office.log, 2017).faults
    assert fault.endswith("was sent with a Message-ID that is not its own.")


def test_one_message_id_for_two_people_is_a_fault(office: Office) -> None:
    for person in ("person-1", "person-2"):
        queued = QUEUED.model_copy(update={"person": person, "digest": True})
        history(office, STREAM.replace("person-1", person), queued, TRIED, SENT)
    assert replay(office.log, 2017).faults == ["1 Message-IDs belong to messages to several people."]


@pytest.mark.parametrize(
    ("item", "end"),
    [
        ("award-a1#plan", MilestoneCompleted(milestone="plan", completed_on=AT.date(), evidence="Seen")),
        (
            "award-a1#-insurance",
            ConditionWaived(condition="insurance", authorised_by="The head", reason="No longer needed"),
        ),
    ],
    ids=["milestone", "condition"],
)
def test_a_reminder_that_went_after_its_milestone_or_condition_was_settled_is_a_fault(
    office: Office, item: str, end: Event
) -> None:
    stream = f"reminder-{item}.2017-10-30.due.person-1"
    queued = QUEUED.model_copy(update={"item": item})
    history(office, stream, queued, TRIED, sent(stream))
    assert replay(office.log, 2017).faults == []
    history(office, "award-a1", end)
    late = stream.replace("due.", "late.")
    history(office, late, queued.model_copy(update={"step": "late"}), TRIED, sent(late))
    (fault,) = replay(office.log, 2017).faults
    assert fault.endswith("was sent after the receipt.")


def test_what_was_dropped_may_be_decided_anew(office: Office) -> None:
    history(office, STREAM, QUEUED, ReminderDropped(reason=GONE), QUEUED, TRIED, SENT)
    told = replay(office.log, 2017)
    assert (told.faults, told.decided, told.dropped, told.sent) == ([], 2, 1, 1)
