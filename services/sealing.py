"""The seal of the log: a running digest over every stored event, so that a change or a loss before it is found.

Each seal is an event, and a line in the file ``seals.txt`` in the folder of documents, which is backed up apart from
the database: from there it is seen when the end of the log was cut off together with its seals.
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from domain.kernel import Actor
from domain.seals.commands import SealLog
from domain.seals.events import LogSealed
from services.event_store import EventStore, Stored
from services.office import Office

BATCH = 2_000
STREAM = "seal-log"
COPIES = "seals.txt"
OWN = ("seal.set", "job.ran", "job.failed")
"""What is written down about sealing itself: a log to which nothing else was added is not sealed again."""


class Stretch(NamedTuple):
    """What was read after a seal."""

    position: int
    events: int
    """How many events there are up to the position."""
    sha256: str
    new: bool
    """Whether anything is there that is worth a seal."""


def _read(log: EventStore, after: int, up_to: int) -> Iterator[Stored]:
    while after < up_to and (stored := log.read_stored(after, BATCH, up_to)):
        yield from stored
        after = stored[-1].id


class _Chain:
    """A running digest: over the seal before, and every stored event since."""

    def __init__(self, before: LogSealed | None) -> None:
        self._running = hashlib.sha256(b"" if before is None else bytes.fromhex(before.sha256))
        self.events = 0 if before is None else before.events

    def add(self, stored: Stored) -> None:
        """Goes on. Each part is preceded by its length, so that none can pass into the next."""
        parts = (str(stored.originator_id).encode(), b"%d" % stored.originator_version, stored.topic.encode())
        for part in (*parts, stored.state):
            self._running.update(b"%d:" % len(part) + part)
        self.events += 1

    @property
    def sha256(self) -> str:
        """As far as it has come."""
        return self._running.hexdigest()


def stretch(log: EventStore, before: LogSealed | None, up_to: int) -> Stretch:
    """The digest over what was written down after a seal, up to a position."""
    chain, new = _Chain(before), False
    for stored in _read(log, 0 if before is None else before.position, up_to):
        chain.add(stored)
        new = new or stored.topic not in OWN
    return Stretch(up_to, chain.events, chain.sha256, new)


def _seals(log: EventStore) -> list[LogSealed]:
    return [event for recorded in log.stream(STREAM) if isinstance(event := recorded.event, LogSealed)]


def last_seal(log: EventStore) -> LogSealed | None:
    """The seal that was set last."""
    return next(reversed(_seals(log)), None)


def order_to_seal(log: EventStore) -> SealLog | None:
    """The order that seals the log up to now; nothing, when nothing was added that needs it."""
    found = stretch(log, last_seal(log), log.head())
    if not found.new:
        return None
    return SealLog(position=found.position, events=found.events, sha256=found.sha256)


def seal(office: Office, by: Actor, folder: Path | None) -> LogSealed | None:
    """Seals the log, and writes the seal into the file of copies. Returns the new seal, if one was needed."""
    order = order_to_seal(office.log)
    written = office.do(order, by) if order is not None else []
    last = last_seal(office.log)
    if last is not None and folder is not None:
        keep_copy(folder, last)
    return last if written else None


def keep_copy(folder: Path, sealed: LogSealed) -> None:
    """Adds a seal to the file of copies, unless it is there."""
    if sealed in copies(folder):
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / COPIES).open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":  # a line that was cut off
                file.write(b"\n")
        file.write(f"{sealed.position} {sealed.events} {sealed.sha256}\n".encode())
        file.flush()
        os.fsync(file.fileno())


def copies(folder: Path) -> list[LogSealed]:
    """The seals in the file of copies. A line that was cut off while it was written is passed over."""
    found = []
    with suppress(FileNotFoundError):
        for line in (folder / COPIES).read_text(encoding="ascii", errors="replace").splitlines():
            parts = line.split()
            if len(parts) == 3 and parts[0].isdecimal() and parts[1].isdecimal() and len(parts[2]) == 64:
                found.append(LogSealed(position=int(parts[0]), events=int(parts[1]), sha256=parts[2]))
    return found


Progress = Callable[[int], None]


def check_seal(log: EventStore, folder: Path | None = None) -> list[str]:
    """What was changed, removed or cut off before the last seal. Empty: nothing.

    Each stretch between two seals is judged by itself, so that a fault is told by its place.
    """
    seals = _seals(log)
    kept = [] if folder is None else copies(folder)
    faults = [*_in_the_log(log, seals), *_in_the_copies(log, seals, kept)]
    return list(dict.fromkeys(faults))


def _in_the_log(log: EventStore, seals: Sequence[LogSealed]) -> list[str]:
    faults, before = [], None
    for sealed in seals:
        found = stretch(log, before, sealed.position)
        after = 0 if before is None else before.position
        place = f"between the positions {after + 1} and {sealed.position}"
        if found.events < sealed.events:
            lost = sealed.events - found.events
            faults.append(
                f"{lost} event{'' if lost == 1 else 's'} {'is' if lost == 1 else 'are'} missing {place}: "
                f"{sealed.events} were counted up to there when the log was sealed."
            )
        elif found.events > sealed.events:
            more = found.events - sealed.events
            faults.append(f"{more} event{'' if more == 1 else 's'} {place} came in after the log was sealed.")
        elif found.sha256 != sealed.sha256:
            faults.append(f"An event {place} is not as it was when the log was sealed.")
        before = sealed
    return faults


def _in_the_copies(log: EventStore, seals: Sequence[LogSealed], kept: Sequence[LogSealed]) -> list[str]:
    """What the copies know that the log does not: its seals went with its end, or were set anew."""
    known = {(sealed.position, sealed.sha256) for sealed in seals}
    unknown = [copy for copy in kept if (copy.position, copy.sha256) not in known]
    if not unknown:
        return []
    last, head = unknown[-1], log.head()
    if head <= last.position:
        missing = "" if head == last.position else f" The log ends at position {head}."
        return [f"The end of the log was cut off: a seal up to position {last.position} is no longer in it.{missing}"]
    return [f"The seal up to position {unknown[0].position}, of which a copy is on file, is not in the log."]
