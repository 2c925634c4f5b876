"""A year of reminders replayed from the log: the proof that each step happened at most once, and none was forgotten."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

from domain.monitoring.events import NilReturnDeclared, ObligationMet, ObligationReopened, ObligationWaived
from domain.reminders.events import (
    ReminderDropped,
    ReminderPassedOver,
    ReminderQueued,
    ReminderRefused,
    ReminderSent,
    ReminderTried,
)
from services.event_store import EventStore


@dataclass
class Replayed:
    """What a year's reminders came to."""

    decided: int = 0
    sent: int = 0
    passed_over: int = 0
    dropped: int = 0
    refused: int = 0
    waiting: int = 0
    """Queued, and not settled by the end of the log."""
    faults: list[str] = field(default_factory=list)


def replay(log: EventStore, year: int) -> Replayed:
    """Reads every event, in order; counts the reminders decided in a calendar year, and names whatever is wrong.

    Wrong is: a step decided twice for one person, a message sent twice, one sent after what it asks for came in, two
    messages with one Message-ID that are not one digest, a settled reminder tried again.
    """
    begin, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    told, decided, standing, closed = Replayed(), Counter[str](), dict[str, str](), set[str]()
    items: dict[str, str] = {}
    for recorded in log.everything():
        event, reference, counts = recorded.event, recorded.reference, begin <= recorded.at < end
        match event:
            case ObligationMet() | ObligationWaived() | NilReturnDeclared():
                closed.add(recorded.stream)
            case ObligationReopened():
                closed.discard(recorded.stream)
            case ReminderQueued() | ReminderPassedOver():
                queued = isinstance(event, ReminderQueued)
                decided[reference] += 1  # thing, due day, step and person
                standing[reference], items[reference] = "queued" if queued else "passed over", event.item
                told.decided += counts
                told.passed_over += counts and not queued
            case ReminderTried() | ReminderSent() | ReminderRefused() | ReminderDropped():
                if standing.get(reference) != "queued":
                    told.faults.append(f"Position {recorded.position}: {reference} was settled, and is tried again.")
                if isinstance(event, ReminderSent):
                    standing[reference] = "sent"
                    told.sent += counts
                    if items.get(reference) in closed:
                        told.faults.append(f"Position {recorded.position}: {reference} was sent after the receipt.")
                elif isinstance(event, ReminderRefused):
                    standing[reference] = "refused"
                    told.refused += counts
                elif isinstance(event, ReminderDropped):
                    standing[reference] = "dropped"
                    told.dropped += counts
    told.waiting = sum(each == "queued" for each in standing.values())
    told.faults += [f"Decided {number} times: {key}." for key, number in decided.items() if number > 1]
    return told
