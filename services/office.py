"""The office: the whole application. Two verbs: ``do`` a command, and ask in ``reading`` what is known.

Pages, API, command line, scheduler, demonstration and tests use those two and nothing else.
"""

import random
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from domain.catalogue import command_name
from domain.errors import NotAllowed, NotFound, OutturnError, Refusal
from domain.kernel import Actor, Aggregate, Command, Event, Occasion, Recorded, Role, utc_now
from domain.returns.filled import FilledReturn
from projections.half_yearly_return.form import fill_in
from projections.views import Views
from services.event_store import Draft, EventStore, Taken
from services.read_models import Progress, ReadModels

Asked = TypeVar("Asked")

ATTEMPTS = 10
"""How often an order is decided again when somebody else wrote first."""


REMEMBERED = 2_000
"""Of how many streams the last known state is kept in memory."""


class Conflict(OutturnError):
    """Somebody else wrote first, again and again. Nothing was recorded."""


class Stale(OutturnError):
    """The thing was changed since it was looked at. Nothing was recorded."""


@dataclass
class _Thread:
    """What is known of one stream within an act."""

    state: Aggregate
    version: int
    """Of its last event, written down or decided in this act."""


class _Memory:
    """The last state known of the streams used lately, so that only what is new is read from the log.

    States never change and the log is only added to, so that an old one is never wrong: it only has a tail to come.
    """

    def __init__(self, log: EventStore) -> None:
        self._log = log
        self._known: OrderedDict[str, _Thread] = OrderedDict()
        self._lock = threading.Lock()

    def thread(self, stream: str, aggregate: type[Aggregate]) -> _Thread:
        """What is known of a stream now, all of it."""
        with self._lock:
            known = self._known.get(stream) or _Thread(aggregate(), 0)
        tail = self._log.stream(stream, after=known.version)
        if tail:
            known = _Thread(known.state.after([recorded.event for recorded in tail]), tail[-1].version)
        self.learn(stream, known)
        return _Thread(known.state, known.version)

    def learn(self, stream: str, known: _Thread) -> None:
        """Keeps what is known of a stream, unless more is known already."""
        with self._lock:
            before = self._known.get(stream)
            if before is None or before.version <= known.version:
                self._known[stream] = known
            self._known.move_to_end(stream)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)


class _Act:
    """One or several orders, decided together and written down together or not at all."""

    def __init__(self, memory: _Memory, log: EventStore, occasion: Occasion) -> None:
        self._memory = memory
        self._log = log
        self._occasion = occasion
        self._threads: dict[str, _Thread] = {}
        self._decided: list[tuple[str, int, Event]] = []

    def _thread(self, command: Command[Any]) -> _Thread:
        stream = command.stream
        thread = self._threads.get(stream)
        if thread is None:
            thread = self._threads[stream] = self._memory.thread(stream, type(command).aggregate)
        if not thread.version and not command.starts:
            raise NotFound(f"There is no {command.named}.")
        return thread

    def obey(self, command: Command[Any], seen: int | None = None) -> None:
        """Decides an order, and the orders to other streams that go with it. Raises ``Stale``.

        ``seen``: the version of the stream that whoever gives the order looked at.
        """
        thread = self._thread(command)
        if seen is not None and thread.version != seen:
            raise Stale(
                f"{command.named[:1].upper()}{command.named[1:]} was changed since you looked at it. "
                "Look at it again, and say it again if it still holds."
            )
        before = thread.state
        for event in command.decide(before, self._occasion):
            thread.state = thread.state.evolve(event)
            thread.version += 1
            self._decided.append((command.stream, thread.version, event))
        for consequence in command.together_with(before, self._occasion):
            self.obey(consequence)

    def drafted(self) -> list[Recorded]:
        """What would be written down, at positions that no event has."""
        now, by = self._occasion.now, self._occasion.actor.id
        return [
            Recorded(2**40 + number, stream, version, event, now, by, "what-if")
            for number, (stream, version, event) in enumerate(self._decided)
        ]

    def write(self, act: str) -> list[Recorded]:
        """Writes it all down. Raises ``Taken``."""
        now, by = self._occasion.now, self._occasion.actor.id
        drafts = [Draft(stream, version, event, now, by, act) for stream, version, event in self._decided]
        if not drafts:
            return []
        positions = self._log.append(drafts)
        for stream, thread in self._threads.items():
            self._memory.learn(stream, thread)
        return [
            Recorded(position, draft.stream, draft.version, draft.event, draft.at, draft.by, draft.act)
            for position, draft in zip(positions, drafts, strict=True)
        ]


class Office:
    """An office with its log open."""

    def __init__(self, log: EventStore, read_models: ReadModels, clock: Callable[[], datetime] = utc_now) -> None:
        self.log = log
        self.read_models = read_models
        self._clock = clock
        self._memory = _Memory(log)

    def do(
        self, command: Command[Any], by: Actor, *, seen: int | None = None, act: str | None = None
    ) -> list[Recorded]:
        """Obeys an order: what follows from it is written down, all of it or nothing.

        ``seen``: the version of its stream that it was decided on; if that is no longer the last one, ``Stale``.
        ``act``: a name for the act, of the caller's own, by which it can be found in the stream; otherwise one is made.
        Returns what was written; nothing, if nothing changed. Raises ``NotAllowed``, ``NotFound``, ``Refusal``,
        ``Stale``, ``Conflict``, ``Unavailable`` or ``Unreadable``.
        """
        return self.do_all([command], by, seen=seen, act=act)

    def do_all(
        self,
        commands: Sequence[Command[Any]],
        by: Actor,
        progress: Callable[[int], None] | None = None,
        *,
        seen: int | None = None,
        act: str | None = None,
    ) -> list[Recorded]:
        """Obeys several orders in one transaction: all or none. Each sees what the ones before it decided.

        ``seen`` is about the first of them.
        """
        for command in commands:
            check_may(command, by)
        name = act or uuid.uuid4().hex
        for attempt in range(ATTEMPTS):
            draft = _Act(self._memory, self.log, Occasion(self._clock(), by, self))
            for number, command in enumerate(commands, 1):
                draft.obey(command, seen if number == 1 else None)
                if progress is not None:
                    progress(number)
            try:
                return draft.write(name)
            except Taken:
                time.sleep(random.uniform(0, 0.005 * 2**attempt))  # noqa: S311 - a pause is no secret
        raise Conflict("Other people keep changing the same record. Nothing was recorded: look at it and try again.")

    def rehearse(self, commands: Sequence[Command[Any]], by: Actor) -> list[tuple[int, OutturnError]]:
        """What would be refused of several orders, each with its number from 0. Nothing is recorded.

        An order that would be refused is passed over, and the ones after it are decided without it.
        """
        act = _Act(self._memory, self.log, Occasion(self._clock(), by, self))
        refused: list[tuple[int, OutturnError]] = []
        for number, command in enumerate(commands):
            try:
                check_may(command, by)
                act.obey(command)
            except (Refusal, NotFound, NotAllowed) as refusal:
                refused.append((number, refusal))
        return refused

    def version_of(self, aggregate: type[Aggregate], stream: str) -> int:
        """How many events a thing has; nought: there is no such thing."""
        return self._memory.thread(stream, aggregate).version

    def reading(self) -> AbstractContextManager[Views]:
        """The views, caught up with everything written before."""
        return self.read_models.reading(self._clock())

    def as_at(self, point: datetime | int, progress: Progress | None = None) -> AbstractContextManager[Views]:
        """The views as they were at a moment or a position: what was known then."""
        return self.read_models.as_at(point, progress)

    def what_if(
        self,
        commands: Sequence[Command[Any]],
        by: Actor,
        question: Callable[[Views], Asked],
        progress: Callable[[int], None] | None = None,
    ) -> tuple[Asked, Asked]:
        """The answer to a question as things are, and as they would be after these orders. Nothing is recorded.

        The orders are decided by the same rules, so what would be refused is refused here, in the same words.
        """
        now = self._clock()
        act = _Act(self._memory, self.log, Occasion(now, by, self))
        for number, command in enumerate(commands, 1):
            if progress is not None:
                progress(number)  # so that whoever asks knows which one is refused
            check_may(command, by)
            act.obey(command)
        with self.read_models.trial(now) as (views, apply_all):
            before = question(views)
            return before, question(apply_all(act.drafted()))

    def fill_in(self, period: str, template: str) -> FilledReturn:
        """The half-yearly return as now known (for commands, through ``Occasion.answers``)."""
        with self.reading() as views:
            return fill_in(views, period, template)

    def close(self) -> None:
        """Lets go of the databases."""
        self.read_models.close()
        self.log.close()

    @contextmanager
    def open(self) -> Iterator["Office"]:
        """Closes itself at the end."""
        try:
            yield self
        finally:
            self.close()


def check_may(command: Command[Any], by: Actor) -> None:
    """Raises ``NotAllowed`` unless the actor has a role that may give the order, and may give it in that role.

    What the order is about is out of reach as if it were not there: ``NotFound``.
    """
    roles = by.roles & command.may
    if not roles:
        may = " or ".join(sorted(role.value for role in command.may)) or "nobody: it only follows from other orders"
        raise NotAllowed(f"This may be done by {may}.")
    if by.scope is not None and command_name(type(command)) not in by.scope:
        raise NotAllowed("This token may not give that order: ask an administrator for one that may.")
    if command.declares and roles == {Role.PROVIDER} and not by.certifies:
        raise NotAllowed("This is declared and sent by the provider's certifier. What you prepared is kept for them.")
    if by.awards is not None and command.about is None:
        raise NotAllowed("You look after named awards. This is about more: ask somebody who looks after all of them.")
    if not reaches(by, command.about):
        raise NotFound(f"There is no {command.named}.")


def reaches(by: Actor, award: str | None) -> bool:
    """Whether an award is within reach. Whoever reaches named awards reaches nothing that is about none of them."""
    return by.awards is None or (award is not None and award in by.awards)
