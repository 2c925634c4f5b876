"""What the scheduler orders about reminders. Each order said twice changes nothing: a doubled run does no harm."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated

from pydantic import Field, StringConstraints

from domain.kernel import Command, Event, Occasion, Reference, Role
from domain.monitoring.policy import Part
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
from domain.reminders.reminder import OPEN, UNDECIDED, Reminder, ReminderStatus

NOBODY = "nobody"
"""Stands for the person where a step is passed over for everybody, or nobody is on file."""
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 60, 240))
"""How long it is waited after each attempt that failed for now; after the last of them, as long again each time."""
KEPT_UP_FOR = timedelta(days=7)
"""For how long a message is tried that cannot be taken: over a long weekend, with a working day on either side.

Mail servers themselves keep trying for four to five days at least (RFC 5321, 4.5.4.1).
"""
TWICE = "it was handed over twice, and both times it was never heard whether it was taken"

Item = Annotated[str, StringConstraints(pattern=r"^(obligation|award|notice)-[A-Za-z0-9._#-]{1,200}$")]


class ReminderCommand(Command[Reminder]):
    """An order about one reminder: one step for one due day of one thing, to one person."""

    noun = "reminder"
    address = ("item", "due_on", "step", "person")
    aggregate = Reminder

    item: Item
    due_on: date
    step: Reference
    person: Reference

    @property
    def reference(self) -> str:
        return f"{self.item}.{self.due_on.isoformat()}.{self.step}.{self.person}"


class QueueReminder(ReminderCommand, may={Role.SCHEDULER}):
    """Put a message to one person into the queue."""

    starts = True

    award: Reference
    to: Part
    step_on: date
    digest: bool = False

    def decide(self, state: Reminder, occasion: Occasion) -> Sequence[Event]:
        return [] if state.status not in UNDECIDED else [ReminderQueued(**self.model_dump())]


class PassOverReminder(ReminderCommand, may={Role.SCHEDULER}):
    """Record that a step was due and no message goes, and why."""

    starts = True

    award: Reference
    to: Part
    step_on: date
    reason: str

    def decide(self, state: Reminder, occasion: Occasion) -> Sequence[Event]:
        return [] if state.status not in UNDECIDED else [ReminderPassedOver(**self.model_dump(exclude={"person"}))]


class TryReminder(ReminderCommand, may={Role.SCHEDULER}):
    """Record that a message is about to be handed over. One that was handed over twice without an answer is given up.

    So a message goes at most twice, and then with the same Message-ID.
    """

    channel: Reference

    def decide(self, state: Reminder, occasion: Occasion) -> Sequence[Event]:
        if state.status not in OPEN:
            return []
        if state.status is ReminderStatus.TRIED and state.unanswered > 1:
            return [ReminderRefused(reason=TWICE)]
        return [ReminderTried(channel=self.channel, attempt=state.attempts + 1)]


class ConfirmSent(ReminderCommand, may={Role.SCHEDULER}):
    """Record that the channel took the message."""

    channel: Reference
    message_id: str
    receipt: str | None = None

    def decide(self, state: Reminder, occasion: Occasion) -> Sequence[Event]:
        if state.status not in OPEN:
            return []
        return [ReminderSent(channel=self.channel, message_id=self.message_id, receipt=self.receipt)]


class DeferReminder(ReminderCommand, may={Role.SCHEDULER}):
    """Record that the channel could not take it now: it is tried again after a pause, or given up after days."""

    reason: Annotated[str, Field(max_length=300)]

    def decide(self, state: Reminder, occasion: Occasion) -> Sequence[Event]:
        if state.status is not ReminderStatus.TRIED:
            return []
        if state.put_off_at is not None and occasion.now >= state.put_off_at + KEPT_UP_FOR:
            return [ReminderRefused(reason=f"it was tried {state.attempts} times; at last: {self.reason}")]
        again_at: datetime = occasion.now + PAUSES[min(state.attempts, len(PAUSES)) - 1]
        return [ReminderDeferred(reason=self.reason, attempt=state.attempts, again_at=again_at)]


class RefuseReminder(ReminderCommand, may={Role.SCHEDULER}):
    """Record that the channel refused the message for good."""

    reason: Annotated[str, Field(max_length=300)]

    def decide(self, state: Reminder, occasion: Occasion) -> Sequence[Event]:
        return [ReminderRefused(reason=self.reason)] if state.status in OPEN else []


class DropReminder(ReminderCommand, may={Role.SCHEDULER}):
    """Record that a queued message does not go after all, and why."""

    reason: Annotated[str, Field(max_length=300)]

    def decide(self, state: Reminder, occasion: Occasion) -> Sequence[Event]:
        return [ReminderDropped(reason=self.reason)] if state.status in OPEN else []


class ConfirmDelivery(ReminderCommand, may={Role.SCHEDULER}):
    """Record the channel's receipt: the message arrived, or it did not."""

    arrived: bool
    receipt: Annotated[str, Field(max_length=300)]

    def decide(self, state: Reminder, occasion: Occasion) -> Sequence[Event]:
        if state.status is not ReminderStatus.SENT or state.delivered is not None:
            return []
        return [ReminderDelivered(arrived=self.arrived, receipt=self.receipt)]
