"""The office's ``do`` (load, decide, append) against the library's bare ``Application.save`` of one event."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import count, islice
from time import perf_counter
from typing import Any
from uuid import uuid4

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from psycopg.conninfo import conninfo_to_dict

from domain.awards.commands import ApproveAward, RegisterAward
from domain.awards.events import Route, Share
from domain.awards.milestone_commands import CompleteMilestone, PlanMilestone
from domain.kernel import Actor, Command, Role
from services.event_store import open_log
from services.office import Office
from services.places import place_for
from services.read_models import ReadModels
from services.settings import Database
from tests.bench.databases import KINDS, Databases
from tests.bench.measure import Figure, by_turns
from tests.bench.story import FUNDS, YEARS, award_reference, fill

TURNS = 7
AWARDS = 50
"""To how many awards the commands of one turn go; to others in every turn."""
COMMANDS = 500
"""In one turn: on each award five milestones are planned and completed."""
LOG = 60_000
"""How many events are in the log before: some seven hundred awards, each of some fifty events."""

EVERYBODY = Actor(id="officer-1", roles=frozenset(Role))
GOALS = {"sqlite": 0.5, "postgresql": 0.6}


class BareAward(Aggregate):
    """An award as the library would have it: with an event of the size of one of ours."""

    @event("Registered")
    def __init__(self, award: str) -> None:
        self.award = award
        self.milestones: dict[str, tuple[str, str]] = {}

    @event("MilestonePlanned")
    def plan(self, milestone: str, title: str, due_on: str, act: str) -> None:
        """Plans a milestone."""
        self.milestones[milestone] = (title, due_on)


def bare_application(database: Database) -> Application[Any]:
    """The library's own application, as its manual sets it up, on a database of its own."""
    if database.kind == "sqlite":
        return Application({"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(database.path)})
    parts = conninfo_to_dict(database.url)
    return Application(
        {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": str(parts["dbname"]),
            "POSTGRES_HOST": str(parts["host"]),
            "POSTGRES_PORT": str(parts.get("port", "5432")),
            "POSTGRES_USER": str(parts["user"]),
            "POSTGRES_PASSWORD": str(parts.get("password", "unused")),
        }
    )


def _bare(application: Application[Any]) -> Callable[[], float]:
    """Saves a second, each of one event that is already made."""
    awards = [BareAward(award_reference(number)) for number in range(AWARDS)]
    application.save(*awards)
    numbers = count()

    def run() -> float:
        taken = 0.0
        for _ in range(COMMANDS // AWARDS):  # made first, so that only the saving is timed
            for award in awards:
                milestone, act = f"n{next(numbers):05}", uuid4().hex
                award.plan(milestone, "The next stage of the service is running", "2018-06-30", act)
            start = perf_counter()
            for award in awards:
                application.save(award)
            taken += perf_counter() - start
        return COMMANDS / taken

    return run


def milestones(references: Sequence[str], numbers: Iterable[int]) -> Iterator[Command[Any]]:
    """For each number: a new milestone planned on each of the awards, then each of them completed."""
    for number in numbers:
        milestone, due_on = f"n{number:05}", date(2018, 6, 30)
        for award in references:
            title = "The next stage of the service is running"
            yield PlanMilestone(award=award, milestone=milestone, title=title, due_on=due_on)
        for award in references:
            evidence = "Visit note, seen by the contract manager"
            yield CompleteMilestone(award=award, milestone=milestone, completed_on=due_on, evidence=evidence)


def obeyed(office: Office, commands: Sequence[Command[Any]]) -> float:
    """Commands a second."""
    start = perf_counter()
    for command in commands:
        office.do(command, by=EVERYBODY)
    return len(commands) / (perf_counter() - start)


def _of_size(states: Sequence[bytes]) -> str:
    return f"{sum(map(len, states)) / len(states):.0f} bytes"


def figures(databases: Databases, kind: str) -> tuple[list[Figure], list[str]]:
    """The figures of one kind of database, and what they were measured on."""
    database = databases.new(kind)
    log = open_log(database)
    told = fill(log, LOG)
    application = bare_application(databases.new(kind))
    old, new = count(), count(told["award.registered"])

    def office() -> Office:
        """An office that remembers nothing, as after a start."""
        return Office(log, ReadModels(log, place_for(database)))

    def commands(how_many: int) -> list[Command[Any]]:
        """On awards that no command went to before."""
        return list(islice(milestones([award_reference(next(old)) for _ in range(AWARDS)], count()), how_many))

    def mixed() -> float:
        return obeyed(office(), commands(COMMANDS))

    def first() -> float:
        return obeyed(office(), commands(AWARDS))

    def approvals() -> float:
        working, orders = office(), []
        share = Share(fund=FUNDS[0], year=YEARS[0], amount_pence=100)
        for reference in (award_reference(next(new)) for _ in range(AWARDS)):
            registration = RegisterAward(award=reference, service="Support", route=Route.GRANT, provider="p001")
            working.do(registration, by=EVERYBODY)
            orders.append(ApproveAward(award=reference, shares=(share,)))
        return obeyed(working, orders)

    contenders = {"bare": _bare(application), "mixed": mixed, "first": first, "approvals": approvals}
    turns = by_turns(contenders, TURNS)
    last = log.read_stored(log.head() - 200, 200)
    ours = _of_size([each.state for each in last if each.topic.startswith("award.milestone")] or [b""])
    saved = application.recorder.max_notification_id() or 0
    theirs = _of_size([each.state for each in application.recorder.select_notifications(saved - 200, 200)])
    application.close()
    log.close()
    bare, name = f"{turns.median('bare'):,.0f} saves/s", KINDS[kind]
    return [
        Figure(
            f"{name}: office.do / bare save",
            turns.ratio("mixed", "bare"),
            at_least=GOALS[kind],
            beside=f"{turns.median('mixed'):,.0f} commands/s; {bare}",
        ),
        Figure(
            f"{name}: office.do, each award for the first time / bare save",
            turns.ratio("first", "bare"),
            beside=f"{turns.median('first'):,.0f} commands/s; {bare}",
        ),
        Figure(
            f"{name}: office.do of an approval (two streams) / bare save",
            turns.ratio("approvals", "bare"),
            beside=f"{turns.median('approvals'):,.0f} commands/s; {bare}",
        ),
    ], [f"{name}: an event is stored in {ours} by the office, in {theirs} by the bare application."]
