"""Each job: what it does, that done twice it changes nothing, and that only looked at it records nothing."""

from datetime import UTC, date, datetime

import pytest

from domain.awards.changes import ExtendAward
from domain.calendars.commands import AddHoliday
from domain.reminders.events import ReminderDropped, ReminderPassedOver, ReminderQueued, ReminderSent
from projections.jobs import JobRow
from projections.returns import LatestReturn
from scheduler.jobs import TIMETABLE, Job, job_named
from scheduler.runner import Runner
from services.address_book import AddressBook
from services.channels.channel import NeverHeard, TryLater
from services.checks import check_read_models
from services.office import Office
from tests.conftest import Clock
from tests.scenes import do, everything_in, folded_anew, fund_with
from tests.scheduler.an_office import Outbox, begin, person

MONDAY = datetime(2018, 2, 5, 9, tzinfo=UTC)
"""In the last quarter of the year, within 90 days of the end of both awards."""


@pytest.fixture
def begun(office: Office, clock: Clock) -> Office:
    """The office, at a Monday in February 2018."""
    begin(office)
    clock.now = MONDAY
    return office


def names(office: Office, after: int) -> list[str]:
    """The names of the events after a position."""
    return [recorded.event.name for recorded in office.log.everything(after)]


def subjects(outbox: Outbox) -> list[str]:
    """To whom which message went."""
    return sorted(f"{message.to_address.partition('@')[0]}: {message.subject}" for message in outbox.messages)


@pytest.mark.parametrize("job", TIMETABLE, ids=lambda job: job.name)
def test_a_job_that_is_only_looked_at_records_nothing_and_says_what_it_would_do(
    begun: Office, runner: Runner, outbox: Outbox, job: Job
) -> None:
    if job.name == "deliver-reminders":
        runner.run_slot(job_named("queue-reminders"))
        runner.run_slot(job_named("warn-ending"))
    before, rows = begun.log.head(), everything_in(begun)
    did = runner.as_if(job)
    assert begun.log.head() == before
    assert everything_in(begun) == rows
    assert outbox.messages == []
    assert did.words
    assert did.anything


@pytest.mark.parametrize("job", TIMETABLE, ids=lambda job: job.name)
def test_a_job_done_twice_changes_nothing_the_second_time(begun: Office, runner: Runner, job: Job) -> None:
    if job.name == "deliver-reminders":
        runner.run_slot(job_named("queue-reminders"))
        runner.run_slot(job_named("warn-ending"))
    first = runner.run_slot(job)
    assert first is not None
    assert first.anything
    after = begun.log.head()
    assert runner.run_slot(job) is None  # the slot was done
    assert begun.log.head() == after
    again = runner.run_by_hand(job)  # and by hand, it finds nothing to do
    if job.name != "flag-overdue":
        assert not again.anything
        assert begun.log.head() == after
    assert everything_in(begun) == folded_anew(begun)


@pytest.mark.parametrize("job", TIMETABLE, ids=lambda job: job.name)
def test_what_a_job_would_do_is_what_it_then_does(begun: Office, runner: Runner, job: Job) -> None:
    if job.name == "deliver-reminders":
        runner.run_slot(job_named("queue-reminders"))
    would, did = runner.as_if(job), runner.run_slot(job)
    assert did is not None
    assert {name: n for name, n in would.counts.items() if n} == {name: n for name, n in did.counts.items() if n}


def test_the_return_of_a_half_year_that_has_ended_is_opened_by_itself(begun: Office, runner: Runner) -> None:
    did = runner.run_slot(job_named("open-returns"))
    assert did is not None
    assert did.words == "1 return opened: 2017-18-h1."
    with begun.reading() as views:
        assert [row.period for row in views.rows(LatestReturn)] == ["2017-18-h1"]


def test_what_became_due_overdue_and_escalated_since_the_last_run_is_counted(
    begun: Office, runner: Runner, clock: Clock
) -> None:
    job = job_named("flag-overdue")
    clock.now = datetime(2017, 11, 17, 9, tzinfo=UTC)  # the report was due on 31 October
    first = runner.run_slot(job)
    assert first is not None
    assert first.counts == {"due": 1, "overdue": 1, "escalated": 0, "overdue-in-all": 1}
    clock.forward(days=3)  # the milestone is due
    second = runner.run_slot(job)
    assert second is not None
    assert second.counts == {"due": 1, "overdue": 0, "escalated": 0, "overdue-in-all": 1}
    clock.forward(days=1)
    third = runner.run_slot(job)
    assert third is not None
    assert third.words == "0 things became due, 1 overdue, 0 escalated; 2 things overdue in all."
    clock.now = datetime(2017, 11, 28, 9, tzinfo=UTC)  # 20 working days after 31 October
    fourth = runner.run_slot(job)
    assert fourth is not None
    assert fourth.counts == {"due": 0, "overdue": 0, "escalated": 1, "overdue-in-all": 2}


def test_awards_that_end_soon_are_told_to_whoever_looks_after_them(
    begun: Office, runner: Runner, outbox: Outbox
) -> None:
    runner.run_slot(job_named("warn-ending"))
    runner.run_slot(job_named("deliver-reminders"))
    assert subjects(outbox) == [
        "h1: Money that may not be spent by 31 March",
        "m1: 1 award ending soon",
        "m2: 1 award ending soon",
    ]
    money = next(message for message in outbox.messages if message.to_address.startswith("h1"))
    assert "moj-victims-2017-18: £50,000" in money.text
    ending = next(message for message in outbox.messages if message.to_address.startswith("m1"))
    assert "a1, Service a1: ends on 31 March 2018" in ending.text
    assert "a1, Service a1: ends on 31 March 2018" in ending.html


def test_an_award_that_was_extended_is_warned_of_again_when_its_new_end_comes(
    begun: Office, runner: Runner, outbox: Outbox, clock: Clock
) -> None:
    runner.run_slot(job_named("warn-ending"))
    do(begun, ExtendAward(award="a2", ends_on=date(2018, 9, 30), reason="More was asked for"))
    runner.run_slot(job_named("deliver-reminders"))
    assert "m2: 1 award ending soon" not in subjects(outbox)
    dropped = [event for each in begun.log.everything() if isinstance(event := each.event, ReminderDropped)]
    assert [event.reason for event in dropped] == ["it is no longer so"]
    clock.now = datetime(2018, 7, 16, 9, tzinfo=UTC)
    runner.run_slot(job_named("warn-ending"))
    runner.run_slot(job_named("deliver-reminders"))
    assert "m2: 1 award ending soon" in subjects(outbox)


def test_an_award_beyond_the_end_of_the_office_is_told_to_its_manager_and_the_head(
    begun: Office, runner: Runner, outbox: Outbox
) -> None:
    do(begun, ExtendAward(award="a2", ends_on=date(2028, 9, 30), reason="A long one"))
    runner.run_slot(job_named("warn-ending"))
    runner.run_slot(job_named("deliver-reminders"))
    beyond = [said for said in subjects(outbox) if "after" in said]
    assert beyond == ["h1: Awards that end after 7 May 2028", "m2: Awards that end after 7 May 2028"]


def test_money_is_not_warned_of_before_the_last_quarter_nor_when_there_is_little(
    office: Office, runner: Runner, clock: Clock
) -> None:
    do(office, *fund_with(10_000))
    clock.now = datetime(2018, 1, 2, 9, tzinfo=UTC)
    assert not runner.as_if(job_named("warn-ending")).anything  # not beyond £10,000
    do(office, *fund_with(10_001, "other"))
    assert runner.as_if(job_named("warn-ending")).counts["queued"] == 1
    clock.now = datetime(2017, 12, 29, 9, tzinfo=UTC)
    assert not runner.as_if(job_named("warn-ending")).anything


def test_nobody_to_be_told_is_written_down_once(begun: Office, runner: Runner, book: AddressBook) -> None:
    for each in ("m1", "m2", "h1"):
        book.erase(each)
    did = runner.run_slot(job_named("warn-ending"))
    assert did is not None
    assert did.counts == {"queued": 0, "passed-over": 3}
    reasons = {each.event.reason for each in begun.log.everything() if isinstance(each.event, ReminderPassedOver)}
    assert "nobody in the address book is to be told as contract-manager" in reasons


def test_the_weekly_notice_says_what_is_overdue_and_due_soon_to_each_manager(
    begun: Office, runner: Runner, outbox: Outbox, clock: Clock
) -> None:
    clock.now = datetime(2017, 11, 13, 9, tzinfo=UTC)
    did = runner.run_slot(job_named("weekly-digest"))
    assert did is not None
    assert did.counts == {"queued": 1, "passed-over": 1}  # the second manager's award owes nothing
    runner.run_slot(job_named("deliver-reminders"))
    (message,) = outbox.messages
    assert message.subject == "This week: 1 overdue, 1 due soon"
    assert message.template == "digest"
    assert "Overdue: a1: Outcome report, 1 April 2017 to 30 September 2017, due on 31 October 2017" in message.text
    assert "Due soon: a1: Second-year plan, due on 20 November 2017" in message.text
    clock.forward(days=7)
    assert runner.run_slot(job_named("weekly-digest")) is not None
    runner.run_slot(job_named("deliver-reminders"))
    assert len(outbox.messages) == 2
    assert len({message.message_id for message in outbox.messages}) == 2


def test_a_weekly_notice_on_a_bank_holiday_goes_on_the_next_working_day(
    begun: Office, runner: Runner, outbox: Outbox, clock: Clock
) -> None:
    clock.now = datetime(2018, 5, 7, 8, tzinfo=UTC)  # the early May bank holiday
    runner.run_slot(job_named("weekly-digest"))
    runner.run_slot(job_named("deliver-reminders"))
    assert outbox.messages == []
    clock.forward(days=1)
    runner.run_slot(job_named("deliver-reminders"))
    assert len(outbox.messages) == 1


def test_a_day_off_that_was_added_is_quiet_too(begun: Office, runner: Runner, outbox: Outbox, clock: Clock) -> None:
    do(begun, AddHoliday(day=MONDAY.date(), title="A state funeral"))
    runner.run_slot(job_named("warn-ending"))
    runner.run_slot(job_named("deliver-reminders"))
    assert outbox.messages == []
    clock.forward(days=1)
    runner.run_slot(job_named("deliver-reminders"))
    assert len(outbox.messages) == 3


@pytest.mark.parametrize(
    "quiet",
    [
        datetime(2018, 2, 10, 9, tzinfo=UTC),  # a Saturday
        datetime(2018, 3, 30, 9, tzinfo=UTC),  # Good Friday
        datetime(2018, 2, 5, 6, 59, tzinfo=UTC),
        datetime(2018, 2, 5, 20, 0, tzinfo=UTC),
        datetime(2018, 7, 2, 5, 59, tzinfo=UTC),  # summer time
    ],
    ids=["weekend", "bank-holiday", "early", "late", "early-in-summer"],
)
def test_what_is_caught_up_on_a_quiet_day_or_at_night_waits_for_a_working_day(
    begun: Office, runner: Runner, outbox: Outbox, clock: Clock, quiet: datetime
) -> None:
    clock.now = quiet
    runner.run_slot(job_named("queue-reminders"))
    did = runner.run_by_hand(job_named("deliver-reminders"))
    assert outbox.messages == []
    assert did.words.endswith("waiting: messages go on working days from 07:00 to 20:00.")
    assert not did.anything
    clock.now = datetime(2018, 7, 3, 6, tzinfo=UTC)  # seven in London
    runner.run_slot(job_named("deliver-reminders"))
    assert outbox.messages


def test_an_added_day_off_is_quiet_for_reminders_too(
    begun: Office, runner: Runner, outbox: Outbox, clock: Clock
) -> None:
    runner.run_slot(job_named("queue-reminders"))
    do(begun, AddHoliday(day=MONDAY.date(), title="A state funeral"))
    runner.run_slot(job_named("deliver-reminders"))
    assert outbox.messages == []


def test_why_messages_are_put_off_or_may_have_gone_stands_in_the_words(
    begun: Office, runner: Runner, outbox: Outbox, clock: Clock
) -> None:
    runner.run_slot(job_named("queue-reminders"))
    outbox.fault = TryLater("the mail server did not accept our user and password (535)")
    did = runner.run_slot(job_named("deliver-reminders"))
    assert did is not None
    assert "to be tried again (the mail server did not accept our user and password (535))" in did.words
    outbox.fault = NeverHeard("the mail server was given the message, and did not answer")
    clock.forward(hours=1)
    did = runner.run_slot(job_named("deliver-reminders"))
    assert did is not None
    assert did.words.endswith("handed over without an answer.")
    outbox.fault = TryLater("the mail server cannot be reached")
    clock.forward(days=9)
    did = runner.run_slot(job_named("deliver-reminders"))
    assert did is not None
    assert "given up" in did.words


def test_a_notice_goes_once_and_stands_in_the_log_with_its_message(
    begun: Office, runner: Runner, outbox: Outbox, clock: Clock
) -> None:
    for _day in range(10):
        runner.make_up()
        clock.forward(days=1)
    notices = [each for each in begun.log.everything() if each.reference.startswith("notice-ending-")]
    assert sum(isinstance(each.event, ReminderQueued) for each in notices) == 2
    sent = [each.event.message_id for each in notices if isinstance(each.event, ReminderSent)]
    assert len(sent) == 2
    assert set(sent) <= {message.mark for message in outbox.messages}


def test_a_person_whose_messages_come_back_is_passed_over(begun: Office, runner: Runner, book: AddressBook) -> None:
    book.mark_bounced("m1")
    did = runner.run_slot(job_named("warn-ending"))
    assert did is not None
    assert did.counts == {"queued": 2, "passed-over": 1}


def test_whoever_leaves_before_the_message_goes_gets_none(
    begun: Office, runner: Runner, book: AddressBook, outbox: Outbox
) -> None:
    runner.run_slot(job_named("warn-ending"))
    book.leave("m1", MONDAY.date())
    runner.run_slot(job_named("deliver-reminders"))
    assert not any(message.to_address.startswith("m1") for message in outbox.messages)


def test_a_whole_day_of_jobs_leaves_read_models_that_equal_the_log(
    begun: Office, runner: Runner, book: AddressBook
) -> None:
    book.put(person("m3", digest=True))
    runner.make_up()
    assert check_read_models(begun) == []
    with begun.reading() as views:
        rows = {row.job: row for row in views.rows(JobRow)}
    assert set(rows) == {job.name for job in TIMETABLE}
    assert all(row.runs == 1 and row.failures == 0 for row in rows.values())
