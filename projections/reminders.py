"""Reminders: which steps were decided, and what became of every message; the steps of chases, and days off."""

from dataclasses import dataclass
from datetime import date

from domain.calendars import events as calendar_events
from domain.calendars.events import HolidayAdded, HolidayRemoved
from domain.chases import events as chase_events
from domain.chases.events import ChaseSet
from domain.kernel import Recorded
from domain.reminders import events as reminder_events
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
from projections.projection import Projection
from projections.rows import Row, Rows


@dataclass
class ChaseRow(Row, table="chases", key=("chase",)):
    """The steps of one award, or the default."""

    chase: str
    steps: list[str]
    """In words, each read back by ``Step.of``."""


@dataclass
class HolidayRow(Row, table="holidays", key=("day",)):
    """A day off beyond the bank holidays on file."""

    day: date
    title: str
    stands: bool = True


@dataclass
class SettledRow(Row, table="settled_steps", key=("item", "due_on")):
    """The steps about which was decided, for one due day of one thing."""

    item: str
    due_on: date
    steps: list[str]


@dataclass
class ReminderRow(
    Row, table="reminders", key=("reminder",), indexes=(("award",), ("position",), ("standing",), ("arrived",))
):
    """One step to one person, as it stands; of one passed over, nobody."""

    reminder: str
    item: str
    award: str
    due_on: date
    step: str
    part: str
    person: str | None
    step_on: date
    standing: str
    """``queued``, ``tried``, ``sent``, ``refused``, ``dropped`` or ``passed-over``."""
    position: int
    """The event that decided it."""
    digest: bool = False
    attempts: int = 0
    again_at: str | None = None
    channel: str | None = None
    message_id: str | None = None
    receipt: str | None = None
    reason: str | None = None
    arrived: bool | None = None
    """Whether it arrived, where the channel tells; ``None``: not told yet."""
    settled_at: str | None = None
    """When it was sent, refused, dropped or passed over."""


class Reminders(Projection):
    """Folds chases, days off and reminders."""

    events = (chase_events, calendar_events, reminder_events)

    def apply(self, recorded: Recorded, rows: Rows) -> None:
        match recorded.event:
            case ChaseSet(steps=steps):
                rows.add(ChaseRow(recorded.reference, [step.words for step in steps]))
            case HolidayAdded(day=day, title=title):
                rows.add(HolidayRow(day, title))
            case HolidayRemoved(day=day):
                rows.of(HolidayRow, day).stands = False
            case ReminderQueued() as event:
                self._decided(recorded, event, rows, event.person, "queued")
                rows.of(ReminderRow, recorded.reference).digest = event.digest
            case ReminderPassedOver(reason=reason) as event:
                self._decided(recorded, event, rows, None, "passed-over")
                row = rows.of(ReminderRow, recorded.reference)
                row.reason, row.settled_at = reason, recorded.at.isoformat()
            case _:
                row = rows.of(ReminderRow, recorded.reference)
                self._delivered(recorded, row)
                if isinstance(recorded.event, ReminderDropped) and recorded.event.reason == GONE:
                    # asked for again on the same day, it is decided anew
                    settled = rows.of(SettledRow, row.item, row.due_on)
                    settled.steps = [step for step in settled.steps if step != row.step]

    @staticmethod
    def _decided(
        recorded: Recorded, event: ReminderQueued | ReminderPassedOver, rows: Rows, person: str | None, standing: str
    ) -> None:
        rows.add(
            ReminderRow(
                reminder=recorded.reference,
                item=event.item,
                award=event.award,
                due_on=event.due_on,
                step=event.step,
                part=event.to.value,
                person=person,
                step_on=event.step_on,
                standing=standing,
                position=recorded.position,
            )
        )
        settled = rows.find(SettledRow, event.item, event.due_on) or SettledRow(event.item, event.due_on, [])
        if event.step not in settled.steps:
            settled.steps = [*settled.steps, event.step]
        rows.add(settled)

    @staticmethod
    def _delivered(recorded: Recorded, row: ReminderRow) -> None:
        at = recorded.at.isoformat()
        match recorded.event:
            case ReminderTried(channel=channel, attempt=attempt):
                row.standing, row.channel, row.attempts, row.again_at = "tried", channel, attempt, None
            case ReminderDeferred(reason=reason, again_at=again_at):
                row.standing, row.reason, row.again_at = "queued", reason, again_at.isoformat()
            case ReminderSent(channel=channel, message_id=message_id, receipt=receipt):
                row.standing, row.channel, row.message_id, row.receipt = "sent", channel, message_id, receipt
                row.reason, row.settled_at = None, at
            case ReminderRefused(reason=reason):
                row.standing, row.reason, row.settled_at = "refused", reason, at
            case ReminderDropped(reason=reason):
                row.standing, row.reason, row.settled_at = "dropped", reason, at
            case ReminderDelivered(arrived=arrived, receipt=receipt):
                row.receipt, row.arrived = receipt, arrived
                if not arrived:
                    row.reason = "it did not arrive"
