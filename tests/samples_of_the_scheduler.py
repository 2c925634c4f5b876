"""A sample of every event by which the office acts without being asked: chases, reminders, runs, the seal, days off."""

from datetime import UTC, date, datetime

from domain.calendars.events import HolidayAdded, HolidayRemoved
from domain.chases.events import ChaseSet
from domain.jobs.events import JobFailed, JobRan
from domain.kernel import Event
from domain.monitoring.policy import DEFAULT_STEPS, Part
from domain.reminders.events import (
    ReminderDeferred,
    ReminderDelivered,
    ReminderDropped,
    ReminderPassedOver,
    ReminderQueued,
    ReminderRefused,
    ReminderSent,
    ReminderTried,
)
from domain.seals.events import LogSealed

_ITEM = "obligation-MOJ-2017-01.outcome-report.2017-18-h1"
_SLOT = datetime(2026, 11, 20, 7, tzinfo=UTC)

OF_THE_SCHEDULER: tuple[Event, ...] = (
    HolidayAdded(day=date(2027, 6, 7), title="A coronation"),
    HolidayRemoved(day=date(2027, 6, 7), reason="It was held on a Saturday."),
    ChaseSet(steps=DEFAULT_STEPS, reason="As the office has always done."),
    ReminderQueued(
        item=_ITEM,
        award="MOJ-2017-01",
        due_on=date(2017, 10, 30),
        step="due",
        to=Part.PROVIDER,
        person="person-7",
        step_on=date(2017, 10, 30),
        digest=True,
    ),
    ReminderPassedOver(
        item=_ITEM,
        award="MOJ-2017-01",
        due_on=date(2017, 10, 30),
        step="ahead",
        to=Part.PROVIDER,
        step_on=date(2017, 10, 16),
        reason="it was passed over: nothing ran between its day and a later step's",
    ),
    ReminderTried(channel="smtp", attempt=1),
    ReminderSent(channel="smtp", message_id="d0a7c2f1", receipt="250 queued"),
    ReminderDeferred(reason="the server is busy", attempt=1, again_at=_SLOT),
    ReminderRefused(reason="the server does not know the address"),
    ReminderDropped(reason="it is no longer owed: it came in, was waived, or is due on another day"),
    ReminderDelivered(arrived=True, receipt="delivered"),
    JobRan(job="queue-reminders", slot=_SLOT, did="2 reminders queued.", counts={"queued": 2}),
    JobFailed(job="seal-log", slot=_SLOT, reason="The log cannot be reached."),
    LogSealed(position=565, events=565, sha256="ab" * 32),
)
