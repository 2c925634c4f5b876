"""What happens to a reminder: one step of one chase, to one person. No names, no addresses: people by opaque id."""

from datetime import date, datetime

from domain.kernel import Event, Reference
from domain.monitoring.policy import Part

GONE = "it is no longer owed: it came in, was waived, or is due on another day"
"""Why a reminder is dropped whose thing is no longer asked for. Should it be asked for again, the step is decided anew.

It stands in the log for ever: these words are never changed.
"""


class ReminderQueued(Event, name="reminder.queued"):
    """A step is due, and a message is to go to one person."""

    item: str
    """What it is about: ``obligation-MOJ-2017-01.outcome-report.2017-18-h1``, or ``award-A1#milestone``."""
    award: Reference
    due_on: date
    step: Reference
    to: Part
    person: Reference
    step_on: date
    """The day on which the step fell."""
    digest: bool = False
    """Whether the person takes one message a day in place of many."""


class ReminderPassedOver(Event, name="reminder.passed-over"):
    """A step is due, and no message goes: the reason says why."""

    item: str
    award: Reference
    due_on: date
    step: Reference
    to: Part
    step_on: date
    reason: str


class ReminderTried(Event, name="reminder.tried"):
    """A message is about to be handed to the channel. Written down first, so that a crash cannot hide it."""

    channel: Reference
    attempt: int
    """From 1."""


class ReminderSent(Event, name="reminder.sent"):
    """The channel took the message."""

    channel: Reference
    message_id: str
    """Made from the reminder alone: a message that is sent twice has the same."""
    receipt: str | None


class ReminderDeferred(Event, name="reminder.deferred"):
    """The channel could not take it now; it is tried again."""

    reason: str
    attempt: int
    again_at: datetime


class ReminderRefused(Event, name="reminder.refused"):
    """The channel refused it for good, or it was tried too often. It is not tried again."""

    reason: str


class ReminderDropped(Event, name="reminder.dropped"):
    """It was not sent after all: what it asks for came in, was waived, or is due on another day."""

    reason: str


class ReminderDelivered(Event, name="reminder.delivered"):
    """The channel's receipt came: the message arrived, or it did not."""

    arrived: bool
    receipt: str
