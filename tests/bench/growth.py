"""Whether an answer and a command take as long with a long log as with a short one."""

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from itertools import count, islice
from time import perf_counter

from services.event_store import EventStore
from services.office import Office
from services.places import place_for
from services.read_models import ReadModels
from services.settings import Database
from tests.bench.commands import EVERYBODY, milestones
from tests.bench.databases import KINDS, address
from tests.bench.measure import Figure, by_turns
from tests.bench.story import award_reference

TURNS = 9
AWARDS = 8
"""Of which the short log holds the whole story; the same ones in both."""
COMMANDS = 160

_SHOW_BUDGETS = ["show", "budgets", "--format", "json"]
_OUTTURN = [sys.executable, "-c", "from services.cli import main; main()"]
"""What the installed script does."""


def _shown(database: Database) -> float:
    """Seconds of a whole process that shows budgets."""
    environment = {**os.environ, "OUTTURN_DATABASE": address(database)}
    start = perf_counter()
    subprocess.run([*_OUTTURN, *_SHOW_BUDGETS], env=environment, stdout=subprocess.DEVNULL, check=True)
    return perf_counter() - start


def _done(database: Database, log: EventStore, numbers: Iterator[int]) -> float:
    """Seconds of a command, by an office that remembers nothing at first."""
    office = Office(log, ReadModels(log, place_for(database)))
    orders = milestones([award_reference(number) for number in range(AWARDS)], numbers)
    commands = list(islice(orders, COMMANDS))
    start = perf_counter()
    for command in commands:
        office.do(command, by=EVERYBODY)
    taken = (perf_counter() - start) / COMMANDS
    office.read_models.close()
    return taken


def figures(short: tuple[Database, EventStore], long: tuple[Database, EventStore]) -> list[Figure]:
    """The figures of one kind of database, with a short log of it and a long one."""
    kind, lengths = KINDS[short[0].kind], (short[1].head(), long[1].head())
    shown = by_turns({"short": partial(_shown, short[0]), "long": partial(_shown, long[0])}, TURNS, warm_up=True)
    doing = {"short": partial(_done, *short, count()), "long": partial(_done, *long, count())}
    done = by_turns(doing, TURNS, warm_up=True)
    with_events = f"with {lengths[1]:,} events / with {lengths[0]:,}"
    return [
        Figure(
            f"{kind}: outturn show budgets {with_events}",
            shown.ratio("long", "short"),
            at_most=1.3,
            beside=f"{shown.median('long') * 1e3:,.0f} ms; {shown.median('short') * 1e3:,.0f} ms",
        ),
        Figure(
            f"{kind}: office.do {with_events}",
            done.ratio("long", "short"),
            at_most=1.3,
            beside=f"{done.median('long') * 1e3:,.2f} ms; {done.median('short') * 1e3:,.2f} ms",
        ),
    ]
