"""A year of reminders replayed from the log: the proof that each step happened at most once, and none was forgotten."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime

from domain.awards.events import MilestoneCompleted, MilestoneRescheduled, MilestoneWaived
from domain.awards.payment_events import ConditionMet, ConditionWaived
from domain.kernel import Recorded
from domain.monitoring.events import NilReturnDeclared, ObligationMet, ObligationReopened, ObligationWaived
from domain.reminders.events import (
    ReminderDeferred,
    ReminderDropped,
    ReminderPassedOver,
    ReminderQueued,
    ReminderRefused,
    ReminderSent,
    ReminderTried,
)
from services.event_store import EventStore
from services.messages import message_id

MOST_TIMES = 2
"""How often a message may be handed over: once, and once more where it was never heard whether it was taken."""


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
    attempts: int = 0
    """How often a message was handed over, or it was tried to."""
    maybe_twice: int = 0
    """Of so many reminders the message may have gone twice, with one Message-ID: an attempt was never answered, and it
    was tried again."""
    faults: list[str] = field(default_factory=list)


@dataclass
class _Told:
    """What is known of one reminder."""

    item: str
    digest: bool
    person: str | None
    decided: int = 1
    standing: str = "queued"
    unanswered: int = 0
    """Attempts of which it is not known whether they were taken."""


def replay(log: EventStore, year: int) -> Replayed:
    """Reads every event, in order; counts the reminders decided in a calendar year, and names whatever is wrong.

    Wrong is: a step decided twice for one person (unless it was dropped between), a message sent twice, or handed over
    more than twice without an answer; one sent after what it asks for came in or was waived; one whose Message-ID is
    not its reminder's own; one Message-ID of messages to several people; a settled reminder tried again.
    """
    return _Replay(year).of(log)


class _Replay:
    """One reading of the log."""

    def __init__(self, year: int) -> None:
        self._begin, self._end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
        self._told, self._known, self._closed = Replayed(), dict[str, _Told](), set[str]()
        self._maybe_twice = set[str]()
        self._people: defaultdict[str, set[str | None]] = defaultdict(set)
        """To whom messages of one Message-ID went."""

    def of(self, log: EventStore) -> Replayed:
        """What the log tells."""
        for recorded in log.everything():
            self._closes(recorded)
            match recorded.event:
                case ReminderQueued() | ReminderPassedOver():
                    self._decided(recorded)
                case ReminderTried() | ReminderSent() | ReminderRefused() | ReminderDropped() | ReminderDeferred():
                    self._settled(recorded)
        told = self._told
        told.maybe_twice = len(self._maybe_twice)
        told.waiting = sum(each.standing == "queued" for each in self._known.values())
        twice = {key: each.decided for key, each in self._known.items() if each.decided > 1}
        told.faults += [f"Decided {number} times: {key}." for key, number in twice.items()]
        shared = sum(len(people) > 1 for people in self._people.values())
        told.faults += [f"{shared} Message-IDs belong to messages to several people."] if shared else []
        return told

    def _closes(self, recorded: Recorded) -> None:
        """Notes what is no longer asked for, and what is asked for again."""
        stream = recorded.stream
        match recorded.event:
            case ObligationMet() | ObligationWaived() | NilReturnDeclared():
                self._closed.add(stream)
            case ObligationReopened():
                self._closed.discard(stream)
            case MilestoneCompleted(milestone=milestone) | MilestoneWaived(milestone=milestone):
                self._closed.add(f"{stream}#{milestone}")
            case MilestoneRescheduled(milestone=milestone):
                self._closed.discard(f"{stream}#{milestone}")
            case ConditionMet(condition=condition) | ConditionWaived(condition=condition):
                self._closed.add(f"{stream}#-{condition}")

    def _decided(self, recorded: Recorded) -> None:
        event, counts = recorded.event, self._counts(recorded)
        before = self._known.get(recorded.reference)
        match event:
            case ReminderQueued(item=item, digest=digest, person=person):
                now = _Told(item, digest, person)
            case ReminderPassedOver(item=item):
                now = _Told(item, digest=False, person=None, standing="passed over")
                self._told.passed_over += counts
        if before is not None:
            now.unanswered = before.unanswered
            now.decided += before.decided if before.standing != "dropped" else 0
        self._known[recorded.reference] = now
        self._told.decided += counts

    def _counts(self, recorded: Recorded) -> bool:
        return self._begin <= recorded.at < self._end

    def _settled(self, recorded: Recorded) -> None:
        """What became of one that was queued."""
        told, counts, reference = self._told, self._counts(recorded), recorded.reference
        known = self._known.get(reference)
        if known is None or known.standing != "queued":
            told.faults.append(f"Position {recorded.position}: {reference} was settled, and is tried again.")
            if known is None:
                return
        match recorded.event:
            case ReminderTried():
                told.attempts += counts
                known.unanswered += 1
                if known.unanswered > 1 and counts:
                    self._maybe_twice.add(reference)
                if known.unanswered > MOST_TIMES:
                    told.faults.append(
                        f"Position {recorded.position}: {reference} is handed over again, after "
                        f"{known.unanswered - 1} times without an answer."
                    )
            case ReminderDeferred():
                known.unanswered = max(known.unanswered - 1, 0)  # this attempt did not go
                self._maybe_twice.discard(reference)
            case ReminderSent(message_id=mark):
                known.standing = "sent"
                told.sent += counts
                self._check(recorded, known, mark)
            case ReminderRefused():
                known.standing = "refused"
                told.refused += counts
            case ReminderDropped():
                known.standing = "dropped"
                told.dropped += counts

    def _check(self, recorded: Recorded, known: _Told, mark: str) -> None:
        """Whether a message that went was still asked for, and had the Message-ID of its own."""
        at = f"Position {recorded.position}: {recorded.reference}"
        if known.item in self._closed:
            self._told.faults.append(f"{at} was sent after the receipt.")
        self._people[mark].add(known.person)
        # what went together has an id that is made of all of them; what went alone has that of its reminder
        alone = not known.digest and not known.item.startswith("notice-")
        if alone and mark != message_id(recorded.reference)[1:].partition("@")[0]:
            self._told.faults.append(f"{at} was sent with a Message-ID that is not its own.")
