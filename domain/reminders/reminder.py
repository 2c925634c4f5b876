"""A reminder: one step of one chase, to one person; and where its message stands."""

from datetime import datetime
from enum import StrEnum
from typing import Self

from domain.kernel import Aggregate, Event
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


class ReminderStatus(StrEnum):
    """Where a reminder stands."""

    QUEUED = "queued"
    TRIED = "tried"
    SENT = "sent"
    REFUSED = "refused"
    DROPPED = "dropped"
    PASSED_OVER = "passed-over"


OPEN = (ReminderStatus.QUEUED, ReminderStatus.TRIED)
UNDECIDED = (None, ReminderStatus.DROPPED)
"""What was dropped is decided anew when it is asked for again, as when a due day was moved away and back."""


class Reminder(Aggregate):
    """What is known of one reminder."""

    status: ReminderStatus | None = None
    attempts: int = 0
    unanswered: int = 0
    """How many attempts were begun and never answered: the process died between, or the channel fell silent.

    An answer of "later" takes back its own attempt alone: what was never heard of before may have gone.
    """
    delivered: bool | None = None
    put_off_at: datetime | None = None
    """For when it was first put off, since it was queued."""

    def evolve(self, event: Event) -> Self:
        match event:
            case ReminderQueued():
                return self.model_copy(update={"status": ReminderStatus.QUEUED, "put_off_at": None})
            case ReminderPassedOver():
                return self.model_copy(update={"status": ReminderStatus.PASSED_OVER})
            case ReminderTried(attempt=attempt):
                unanswered = self.unanswered + 1
                return self.model_copy(
                    update={"status": ReminderStatus.TRIED, "attempts": attempt, "unanswered": unanswered}
                )
            case ReminderDeferred(again_at=again_at):
                return self.model_copy(
                    update={
                        "status": ReminderStatus.QUEUED,
                        "put_off_at": self.put_off_at or again_at,
                        "unanswered": max(self.unanswered - 1, 0),
                    }
                )
            case ReminderSent():
                return self.model_copy(update={"status": ReminderStatus.SENT})
            case ReminderRefused():
                return self.model_copy(update={"status": ReminderStatus.REFUSED})
            case ReminderDropped():
                return self.model_copy(update={"status": ReminderStatus.DROPPED})
            case ReminderDelivered(arrived=arrived):
                return self.model_copy(update={"delivered": arrived})
            case _:
                return self
