"""The demonstration: the real awards of five public papers, a year of made-up reports, and the turns awards can take.

Two made-up documents are put on file as well.

It is played as if it had happened then: each step is written down at its own moment, by the actor ``demonstration``,
so that ``--as-at`` shows what was known on any day. A step is all or nothing; played again, it goes on where it
stopped, and adds nothing when it is complete.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from domain.awards.documents import AttachDocument
from domain.catalogue import COMMANDS
from domain.errors import OutturnError, Refusal
from domain.kernel import LONDON, Actor, Command, Recorded, Role, utc_now
from services.documents import Documents
from services.loading import plan_for
from services.office import Office
from services.settings import Settings
from services.wiring import open_office

PAPERS = Path(__file__).with_name("papers")
PLAYER = Actor(id="demonstration", roles=frozenset(Role))
TOLD = ("turns-of-the-papers.json", "turns-made-up.json", "reports-2017-18.json")
"""Files of orders, each with its moment: what the papers state beside their awards, and what is made up."""

RETURNS = ("2017-18-h1", "2017-18-h2")
DUE_AS_AT = "2018-03-01"
"""The day for which the demonstration shows what is due."""

Orders = Callable[[Office], list[Command[Any]]]


@dataclass
class Clock:
    """The moment that the demonstration has come to; the true one when nothing is being played."""

    now: datetime | None = None

    def __call__(self) -> datetime:
        """The moment."""
        return self.now or utc_now()


@dataclass(frozen=True)
class Step:
    """Something that happened at one moment."""

    at: datetime
    orders: Orders
    words: str | None = None
    """What is said of it when it has been loaded."""
    document: Path | None = None
    """The file that is put on file with it."""


def _paper(path: Path) -> Step:
    """A paper's awards, on the paper's day at noon."""
    day = date.fromisoformat(path.name[:10])

    def orders(office: Office) -> list[Command[Any]]:
        plan = plan_for(office, path.read_bytes(), path.name, PLAYER)
        if plan.faults:
            raise Refusal(f"{path.name}: {plan.faults[0]}")
        return plan.commands

    noon = datetime.combine(day, time(12), LONDON).astimezone(UTC)
    return Step(noon, orders, f"Loaded {path.name}.")


def _order(said: dict[str, Any]) -> Step:
    command = COMMANDS[said["command"]].model_validate(said["fields"])
    document = PAPERS / command.file_name if isinstance(command, AttachDocument) else None
    return Step(datetime.fromisoformat(said["at"]), lambda _office: [command], document=document)


_OF_RETURNS: list[dict[str, Any]] = [
    {"command": "open-return", "at": "2017-11-22T09:00:00Z", "fields": {"period": "2017-18-h1"}},
    {"command": "fill-return", "at": "2017-11-22T09:05:00Z", "fields": {"period": "2017-18-h1"}},
    {
        "command": "sign-off-return",
        "at": "2017-11-22T15:00:00Z",
        "fields": {
            "period": "2017-18-h1",
            "declaration": "I have checked these figures against the reports accepted. (made up)",
        },
    },
    {
        "command": "submit-return",
        "at": "2017-11-22T15:30:00Z",
        "fields": {"period": "2017-18-h1", "submitted_on": "2017-11-22"},
    },
    {"command": "open-return", "at": "2018-05-31T16:00:00Z", "fields": {"period": "2017-18-h2"}},
    {"command": "fill-return", "at": "2018-05-31T16:05:00Z", "fields": {"period": "2017-18-h2"}},
]
"""The first half-year's return is signed and sent; the second's is filled in, and still waits for a report."""


def steps() -> list[Step]:
    """Everything that happens in the demonstration, in order."""
    told = [order for name in TOLD for order in json.loads((PAPERS / name).read_text(encoding="utf-8"))]
    found = [*map(_paper, PAPERS.glob("*.csv")), *map(_order, [*told, *_OF_RETURNS])]
    return sorted(found, key=lambda step: step.at)


@dataclass(frozen=True)
class Demonstration:
    """An office, and what is to happen in it."""

    office: Office
    documents: Documents
    clock: Clock
    steps: list[Step]

    def play(self, progress: Callable[[int], None]) -> list[str]:
        """Plays what has not happened yet. Says what it loaded, or that everything is there."""
        said, written = [], 0
        for number, step in enumerate(self.steps, 1):
            if step.document is not None:  # put there again if the folder was lost
                self.documents.keep(step.document.read_bytes(), step.document.name)
            if not self._has_happened(step):
                recorded = self._do(step)
                written += len(recorded)
                if step.words:
                    said.append(f"{step.words} {len(recorded)} events.")
            progress(number)
        self.clock.now = None
        if not written:
            return [f"The demonstration is there already: {self.office.log.head()} events. Nothing was added."]
        return [*said, f"{written} events recorded."]

    def _has_happened(self, step: Step) -> bool:
        last = next(self.office.log.latest(1, self.office.log.head()), None)
        return last is not None and last.at >= step.at

    def _do(self, step: Step) -> list[Recorded]:
        """Plays one step. Several processes may play at once: what another was quicker to do is done."""
        self.clock.now = step.at
        try:
            return self.office.do_all(step.orders(self.office), PLAYER)
        except OutturnError:
            if self._has_happened(step):
                return []
            raise


@contextmanager
def open_demo(settings: Settings) -> Iterator[Demonstration]:
    """The office of the demonstration. Raises ``Refusal`` when the database holds a real one."""
    clock = Clock()
    with open_office(settings, clock).open() as office:
        first = office.log.read(0, 1)
        if first and first[0].by != PLAYER.id:
            raise Refusal(
                "This database holds a real office: the demonstration keeps out of it. "
                "Name another one, as in: OUTTURN_DATABASE=demo.db outturn demo"
            )
        yield Demonstration(office, Documents(settings.documents), clock, steps())
