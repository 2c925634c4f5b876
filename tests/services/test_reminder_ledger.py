"""The ledger of reminders on the command line: what was sent, not sent and why; and a year of it proved."""

from datetime import UTC, date, datetime

import pytest

from domain.kernel import Role
from domain.monitoring.policy import Part
from domain.reminders.events import ReminderQueued, ReminderSent, ReminderTried
from services.address_book import AddressBook
from services.chasing import sweep
from services.event_store import Draft
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
SENT = ReminderSent(channel="folder", message_id="abc", receipt=None)


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
