"""The demonstration: the real awards of five public papers, a year of made-up reports, and the turns awards can take.

Two made-up documents are put on file as well. Reports come in as providers' workbooks: made by the office, filled in
with figures made up, read back at the desk that reads everybody's, and kept on file.

It is played as if it had happened then: each step is written down at its own moment, so that ``--as-at`` shows what
was known on any day, by a person of the demonstration whose role it is (``player_of``). A step is all or nothing;
played again, it goes on where it stopped, and adds nothing when it is complete.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from domain.awards.documents import AttachDocument
from domain.catalogue import COMMANDS
from domain.errors import OutturnError, Refusal
from domain.kernel import LONDON, STAFF, Actor, Command, Recorded, Role, Value, utc_now
from domain.periods import Period, PeriodCode
from domain.reports.events import (
    Explanation,
    Figure,
    Figures,
    OutcomeFigure,
    ReportCorrected,
    ReportSubmitted,
    Text,
)
from domain.reports.quantity import Quantity
from domain.returns.commands import ReturnCommand, SignOffReturn
from projections.reporting import Asked, what_is_asked
from services.documents import Documents
from services.exports.provider_workbook import make_workbook
from services.loading import plan_for
from services.office import Office
from services.reporting import Kind, asked_for, read_report, record
from services.settings import Settings
from services.wiring import open_office

PAPERS = Path(__file__).with_name("papers")
PLAYER = Actor(id="demonstration", roles=STAFF)
"""Whoever sets the office up, and loads the awards sheets of the papers: each is one act, of orders of several roles.

The first event of a demonstration is by this actor: by that an office is known to be one.
"""


def _person(name: str, role: Role) -> Actor:
    return Actor(id=f"{PLAYER.id}-{name}", roles=frozenset({role}))


PROVIDER = _person("provider", Role.PROVIDER)
FINANCE = _person("finance", Role.FINANCE)
FINANCE_SECOND = _person("finance-second", Role.FINANCE)
"""Signs off the returns that the first has filled in."""
CONTRACT_MANAGER = _person("contract-manager", Role.CONTRACT_MANAGER)
COMMISSIONER = _person("commissioner", Role.COMMISSIONER)
ADMINISTRATOR = _person("administrator", Role.ADMINISTRATOR)
PEOPLE = (PROVIDER, CONTRACT_MANAGER, FINANCE, COMMISSIONER, ADMINISTRATOR, FINANCE_SECOND)
"""The people of the demonstration, of one role each. Who comes first gives what several may."""
TOLD = ("turns-of-the-papers.json", "turns-made-up.json", "reports-2017-18.json", "this-year-made-up.json")
"""Files of orders, each with its moment: what the papers state beside their awards, and what is made up."""
FILLED_IN = ("workbooks-2017-18.json", "workbooks-2026-27.json")
"""What providers are made to fill in, each workbook with the moment at which it comes back."""

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


class Workbook(Value):
    """A provider's workbook, and what is made up to be filled in."""

    at: datetime
    award: str
    period: PeriodCode
    file_name: str
    received_on: date
    reason: str | None = None
    """Why the report that is in is corrected."""
    figures: dict[str, Quantity | dict[str, Quantity]]
    """By measure; or by measure and breakdown, as in ``accepted:age``, and then by category."""
    outcomes: dict[str, tuple[int | None, int | None, int | None]]
    """Improved, answered, eligible."""
    texts: dict[str, str]
    narrative: str
    explanations: dict[str, str]
    """By check and what it is about: ``jump:waiting``."""

    @property
    def content(self) -> Figures:
        """What is filled in."""
        figures = []
        for key, said in self.figures.items():
            measure, _, breakdown = key.partition(":")
            if isinstance(said, Quantity):
                figures.append(Figure(measure=measure, quantity=said))
            else:
                figures += [
                    Figure(measure=measure, breakdown=breakdown, category=category, quantity=quantity)
                    for category, quantity in said.items()
                ]
        return Figures(
            figures=tuple(figures),
            outcomes=tuple(
                OutcomeFigure(outcome=outcome, improved=improved, answered=answered, eligible=eligible)
                for outcome, (improved, answered, eligible) in self.outcomes.items()
            ),
            narrative=self.narrative,
            made_up=True,
            texts=tuple(Text(narrative=heading, words=words) for heading, words in self.texts.items()),
            explanations=tuple(Explanation.of(f"{doubt}={words}") for doubt, words in self.explanations.items()),
        )

    def filled_in(self, asked: Asked) -> bytes:
        """The office's workbook as the provider sends it back."""
        kind: Kind = "ods" if self.file_name.endswith(".ods") else "xlsx"
        return make_workbook(asked, self.content, kind)


@dataclass(frozen=True)
class Step:
    """Something that happened at one moment."""

    at: datetime
    orders: Orders = lambda _office: []
    by: Actor = PLAYER
    words: str | None = None
    """What is said of it when it has been loaded."""
    document: Path | None = None
    """The file that is put on file with it."""
    workbook: Workbook | None = None
    """The report that comes in at that moment; there are no orders then."""


def _paper(path: Path) -> Step:
    """A paper's awards, on the paper's day at noon."""
    day = date.fromisoformat(path.name[:10])

    def orders(office: Office) -> list[Command[Any]]:
        plan = plan_for(office, path.read_bytes(), path.name, PLAYER)
        if plan.faults:
            raise Refusal(f"{path.name}: {plan.faults[0]}")
        return plan.commands

    noon = datetime.combine(day, time(12), LONDON).astimezone(UTC)
    return Step(noon, orders, words=f"Loaded {path.name}.")


def player_of(command: type[Command[Any]]) -> Actor:
    """Who gives an order in the demonstration. What a provider may say, it says; finance makes the returns."""
    if issubclass(command, SignOffReturn):
        return FINANCE_SECOND
    if issubclass(command, ReturnCommand) and Role.FINANCE in command.may:
        return FINANCE
    return next(person for person in PEOPLE if person.roles & command.may)


def _order(said: dict[str, Any]) -> Step:
    command = COMMANDS[said["command"]].model_validate(said["fields"])
    document = PAPERS / command.file_name if isinstance(command, AttachDocument) else None
    at, by = datetime.fromisoformat(said["at"]), player_of(type(command))
    return Step(at, lambda _office: [command], by, document=document)


_OFFICE = "An office of a police and crime commissioner (made up for demonstration)"
_OF_RETURNS: list[dict[str, Any]] = [
    {"command": "open-return", "at": "2017-11-22T09:00:00Z", "fields": {"period": "2017-18-h1", "office": _OFFICE}},
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
    {"command": "open-return", "at": "2018-05-31T16:00:00Z", "fields": {"period": "2017-18-h2", "office": _OFFICE}},
    {"command": "fill-return", "at": "2018-05-31T16:05:00Z", "fields": {"period": "2017-18-h2"}},
    {"command": "fill-return", "at": "2018-06-15T09:00:00Z", "fields": {"period": "2017-18-h2"}},
    {
        "command": "sign-off-return",
        "at": "2018-06-15T14:00:00Z",
        "fields": {
            "period": "2017-18-h2",
            "declaration": "I have checked these figures against the reports accepted. (made up)",
        },
    },
    {
        "command": "submit-return",
        "at": "2018-06-15T14:20:00Z",
        "fields": {"period": "2017-18-h2", "submitted_on": "2018-06-15"},
    },
    {"command": "publish-return", "at": "2018-07-02T10:00:00Z", "fields": {"period": "2017-18-h1"}},
]
"""Both half-years' returns are signed and sent; the second's waits for two reports first. The first's is published."""


def steps() -> list[Step]:
    """Everything that happens in the demonstration, in order."""
    told = [order for name in TOLD for order in json.loads((PAPERS / name).read_text(encoding="utf-8"))]
    found = [*map(_paper, PAPERS.glob("*.csv")), *map(_order, [*told, *_OF_RETURNS])]
    found += [Step(workbook.at, by=PROVIDER, workbook=workbook) for workbook in workbooks()]
    return sorted(found, key=lambda step: step.at)


def workbooks() -> list[Workbook]:
    """Every workbook that comes in, in order."""
    told = [each for name in FILLED_IN for each in json.loads((PAPERS / name).read_text(encoding="utf-8"))]
    return [Workbook.model_validate(each) for each in told]


@dataclass(frozen=True)
class Demonstration:
    """An office, and what is to happen in it."""

    office: Office
    documents: Documents
    clock: Clock
    steps: list[Step]

    def play(self, progress: Callable[[int], None]) -> list[str]:
        """Plays what has not happened yet. Says what it loaded, or that everything is there."""
        said, lost, written = [], [], 0
        for number, step in enumerate(self.steps, 1):
            if step.document is not None:  # put there again if the folder was lost
                self.documents.keep(step.document.read_bytes(), step.document.name)
            if not self._has_happened(step):
                recorded = self._do(step)
                written += len(recorded)
                if step.words:
                    said.append(f"{step.words} {len(recorded)} events.")
            elif step.workbook is not None and not self._is_on_file(step.workbook):
                lost.append(f"{step.workbook.file_name} is not on file, and cannot be made again just as it was.")
            progress(number)
        self.clock.now = None
        if not written:
            there = f"The demonstration is there already: {self.office.log.head()} events. Nothing was added."
            return [there, *lost]
        return [*said, *lost, f"{written} events recorded."]

    def _has_happened(self, step: Step) -> bool:
        last = self.office.log.read(max(0, self.office.log.head() - 1), 1)
        return bool(last) and last[0].at >= step.at

    def _do(self, step: Step) -> list[Recorded]:
        """Plays one step. Several processes may play at once: what another was quicker to do is done."""
        self.clock.now = step.at
        try:
            if step.workbook is not None:
                return self._send_in(step.workbook, step.by)
            return self.office.do_all(step.orders(self.office), step.by)
        except OutturnError:
            if self._has_happened(step):
                return []
            raise

    def _send_in(self, workbook: Workbook, by: Actor) -> list[Recorded]:
        """The office makes the workbook, the provider fills it in and sends it back, the desk reads and records it."""
        asked = asked_for(self.office, workbook.award, workbook.period)
        draft = read_report(
            self.office,
            workbook.filled_in(asked),
            workbook.file_name,
            workbook.award,
            workbook.period,
            by=by,
            received_on=workbook.received_on,
            reason=workbook.reason,
        )
        if draft.faults:
            raise Refusal(f"{workbook.file_name}: {draft.faults[0]}")
        return record(self.office, self.documents, draft, by)

    def _is_on_file(self, workbook: Workbook) -> bool:
        """Whether a workbook that came in is on file; if it was lost, it is made again as it was, and put there."""
        stream = f"report-{workbook.award}.{workbook.period}"
        for recorded in self.office.log.stream(stream):
            match recorded.event:
                case ReportSubmitted(content=Figures(file=file)) | ReportCorrected(content=Figures(file=file)):
                    if file is not None and file.file_name == workbook.file_name:
                        return self._is_kept(file.sha256) or self._put_back(workbook, file.sha256)
        return True  # an older demonstration, which had no workbooks

    def _is_kept(self, sha256: str) -> bool:
        try:
            return bool(self.documents.read(sha256))
        except OutturnError:
            return False

    def _put_back(self, workbook: Workbook, sha256: str) -> bool:
        with self.office.as_at(workbook.at - timedelta(microseconds=1)) as then:
            data = workbook.filled_in(what_is_asked(then, workbook.award, Period.parse(workbook.period)))
        if hashlib.sha256(data).hexdigest() != sha256:
            return False
        self.documents.keep(data, workbook.file_name)
        return True


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
