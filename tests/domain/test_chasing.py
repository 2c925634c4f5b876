"""Chases, days off, reminders, runs and the seal: orders that may be said twice without harm."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.calendars.calendar import Calendar
from domain.calendars.commands import AddHoliday, RemoveHoliday
from domain.calendars.events import HolidayAdded, HolidayRemoved
from domain.chases.commands import SetChase
from domain.chases.events import ChaseSet
from domain.errors import NotFound, Refusal
from domain.jobs.commands import NoteFailure, NoteRun
from domain.jobs.events import JobFailed, JobRan
from domain.monitoring.policy import Part, Step
from domain.reminders.commands import (
    KEPT_UP_FOR,
    PAUSES,
    TWICE,
    ConfirmDelivery,
    ConfirmSent,
    DeferReminder,
    DropReminder,
    PassOverReminder,
    QueueReminder,
    RefuseReminder,
    TryReminder,
)
from domain.reminders.events import (
    GONE,
    ReminderDeferred,
    ReminderDelivered,
    ReminderDropped,
    ReminderPassedOver,
    ReminderQueued,
    ReminderRefused,
    ReminderSent,
    ReminderTried,
)
from domain.seals.commands import SealLog
from domain.seals.events import LogSealed
from tests.story import OCTOBER, given

CORONATION = date(2027, 6, 7)
STEPS = (Step.of("due: on the day to provider"), Step.of("late: 5 days after to contract-manager"))
WHICH = {"item": "obligation-a1.outcome-report.2017-18-h1", "due_on": date(2017, 10, 30), "step": "due"}
ABOUT = {**WHICH, "award": "a1", "to": Part.PROVIDER, "step_on": date(2017, 10, 30)}
QUEUED = ReminderQueued(**ABOUT, person="person-7")
TRIED = ReminderTried(channel="smtp", attempt=1)
SENT = ReminderSent(channel="smtp", message_id="abc", receipt=None)
ONE = {**WHICH, "person": "person-7"}
SLOT = datetime(2026, 11, 20, 7, tzinfo=UTC)


class TestDaysOff:
    def test_a_day_that_was_proclaimed_is_added_once(self) -> None:
        order = AddHoliday(day=CORONATION, title="A coronation")
        added = HolidayAdded(day=CORONATION, title="A coronation")
        given().when(order).then(added)
        given(added).when(order).then_nothing()

    def test_a_day_that_is_off_already_is_refused(self) -> None:
        added = HolidayAdded(day=CORONATION, title="A coronation")
        given(added).when(AddHoliday(day=CORONATION, title="A wedding")).then_refused("is a day off already", Refusal)
        given().when(AddHoliday(day=date(2026, 12, 25), title="Feast")).then_refused("is no working day as it is")
        given().when(AddHoliday(day=date(2026, 11, 21), title="Feast")).then_refused("is no working day as it is")

    def test_one_that_was_added_is_taken_back_and_no_other(self) -> None:
        added = HolidayAdded(day=CORONATION, title="A coronation")
        order = RemoveHoliday(day=CORONATION, reason="It was held on a Saturday")
        given(added).when(order).then(HolidayRemoved(day=CORONATION, reason="It was held on a Saturday"))
        other = HolidayAdded(day=date(2027, 6, 8), title="A wedding")
        given(other).when(order).then_refused("was not added to the calendar", NotFound)
        assert Calendar().after([added]).holidays == {CORONATION: "A coronation"}


class TestTheStepsOfAChase:
    def test_they_are_set_as_a_whole_in_words_or_in_parts(self) -> None:
        words = SetChase.model_validate({"chase": "default", "steps": [s.words for s in STEPS], "reason": "As agreed"})
        assert words == SetChase(chase="default", steps=STEPS, reason="As agreed")
        given().when(words).then(ChaseSet(steps=STEPS, reason="As agreed"))
        given(ChaseSet(steps=STEPS, reason="Before")).when(words).then_nothing()

    def test_each_step_has_a_name_of_its_own(self) -> None:
        with pytest.raises(ValueError, match="each step needs a name of its own"):
            SetChase(chase="default", steps=(STEPS[0], STEPS[0]), reason="As agreed")


class TestReminders:
    def test_a_step_is_decided_once_whichever_way(self) -> None:
        queue = QueueReminder(**ABOUT, person="person-7")
        pass_over = PassOverReminder(**ABOUT, person="person-7", reason="Nobody is there")
        given().when(queue).then(QUEUED)
        given(QUEUED).when(queue).then_nothing()
        given(QUEUED).when(pass_over).then_nothing()
        given().when(pass_over).then(ReminderPassedOver(**ABOUT, reason="Nobody is there"))

    def test_an_attempt_is_written_down_before_it_is_made_and_its_answer_after(self) -> None:
        given(QUEUED).when(TryReminder(**ONE, channel="smtp")).then(TRIED)
        given(QUEUED, TRIED).when(ConfirmSent(**ONE, channel="smtp", message_id="abc")).then(SENT)
        given(QUEUED, TRIED, SENT).when(TryReminder(**ONE, channel="smtp")).then_nothing()
        given(QUEUED, TRIED, SENT).when(ConfirmSent(**ONE, channel="smtp", message_id="abc")).then_nothing()

    def test_what_was_begun_and_never_answered_goes_once_more_and_then_no_more(self) -> None:
        again = ReminderTried(channel="smtp", attempt=2)
        given(QUEUED, TRIED).when(TryReminder(**ONE, channel="smtp")).then(again)
        given(QUEUED, TRIED, again).when(TryReminder(**ONE, channel="smtp")).then(ReminderRefused(reason=TWICE))

    def test_a_message_that_was_never_heard_of_goes_once_more_whatever_was_put_off_between(self) -> None:
        put_off = ReminderDeferred(reason="busy", attempt=2, again_at=OCTOBER)
        history = (QUEUED, TRIED, ReminderTried(channel="smtp", attempt=2), put_off)
        third = ReminderTried(channel="smtp", attempt=3)
        given(*history).when(TryReminder(**ONE, channel="smtp")).then(third)
        given(*history, third).when(TryReminder(**ONE, channel="smtp")).then(ReminderRefused(reason=TWICE))

    def test_what_cannot_be_taken_now_is_tried_again_after_longer_and_longer_pauses(self) -> None:
        events: list[ReminderQueued | ReminderTried | ReminderDeferred] = [QUEUED]
        for attempt in range(1, 40):
            events.append(ReminderTried(channel="smtp", attempt=attempt))
            again_at = OCTOBER + PAUSES[min(attempt, len(PAUSES)) - 1]
            deferred = ReminderDeferred(reason="busy", attempt=attempt, again_at=again_at)
            given(*events).when(DeferReminder(**ONE, reason="busy")).then(deferred)
            events.append(deferred)
        assert PAUSES[-1] == timedelta(hours=4)

    def test_what_could_not_be_taken_for_days_is_given_up_and_not_before(self) -> None:
        assert timedelta(days=5) <= KEPT_UP_FOR
        first = OCTOBER - KEPT_UP_FOR
        order, tried = DeferReminder(**ONE, reason="busy"), ReminderTried(channel="smtp", attempt=2)
        since = ReminderDeferred(reason="busy", attempt=1, again_at=first)
        given(QUEUED, TRIED, since, tried).when(order).then(
            ReminderRefused(reason="it was tried 2 times; at last: busy")
        )
        later = ReminderDeferred(reason="busy", attempt=1, again_at=first + timedelta(seconds=1))
        once_more = ReminderDeferred(reason="busy", attempt=2, again_at=OCTOBER + PAUSES[1])
        given(QUEUED, TRIED, later, tried).when(order).then(once_more)

    def test_what_was_dropped_is_decided_anew_and_what_went_is_not(self) -> None:
        dropped, queue = ReminderDropped(reason=GONE), QueueReminder(**ABOUT, person="person-7")
        pass_over = PassOverReminder(**ABOUT, person="person-7", reason="Nobody is there")
        given(QUEUED, dropped).when(queue).then(QUEUED)
        given(QUEUED, dropped).when(pass_over).then(ReminderPassedOver(**ABOUT, reason="Nobody is there"))
        given(QUEUED, dropped, QUEUED).when(queue).then_nothing()
        given(QUEUED, TRIED, SENT).when(queue).then_nothing()

    def test_it_is_dropped_or_refused_only_while_it_waits(self) -> None:
        dropped = ReminderDropped(reason="It came in")
        given(QUEUED).when(DropReminder(**ONE, reason="It came in")).then(dropped)
        given(QUEUED, TRIED, SENT).when(DropReminder(**ONE, reason="It came in")).then_nothing()
        given(QUEUED, dropped).when(RefuseReminder(**ONE, reason="Unknown")).then_nothing()
        given(QUEUED, TRIED).when(RefuseReminder(**ONE, reason="Unknown")).then(ReminderRefused(reason="Unknown"))

    def test_a_receipt_is_written_down_once(self) -> None:
        delivered = ReminderDelivered(arrived=False, receipt="permanent failure")
        order = ConfirmDelivery(**ONE, arrived=False, receipt="permanent failure")
        given(QUEUED, TRIED, SENT).when(order).then(delivered)
        given(QUEUED, TRIED, SENT, delivered).when(order).then_nothing()
        given(QUEUED).when(order).then_nothing()


class TestRunsAndTheSeal:
    def test_a_run_is_written_down_once_for_its_slot(self) -> None:
        order = NoteRun(job="seal-log", slot=SLOT, did="Sealed.", counts={"events": 5})
        ran = JobRan(job="seal-log", slot=SLOT, did="Sealed.", counts={"events": 5})
        given().when(order).then(ran)
        given(ran).when(order).then_nothing()
        given(ran).when(NoteFailure(job="seal-log", slot=SLOT, reason="Away")).then_nothing()
        failed = JobFailed(job="seal-log", slot=SLOT, reason="Away")
        given().when(NoteFailure(job="seal-log", slot=SLOT, reason="Away")).then(failed)
        assert order.reference == "seal-log.20261120T070000Z"
        assert NoteRun(job="seal-log", slot=SLOT + timedelta(days=1), did="").reference != order.reference

    def test_a_seal_goes_forward_only(self) -> None:
        sealed = LogSealed(position=10, events=10, sha256="ab" * 32)
        given().when(SealLog(position=10, events=10, sha256="ab" * 32)).then(sealed)
        given(sealed).when(SealLog(position=10, events=10, sha256="ab" * 32)).then_nothing()
        given(sealed).when(SealLog(position=9, events=9, sha256="cd" * 32)).then_refused("sealed up to position 10")
