"""Catching up a long log into the real read models, against a loop that commits each event, and a bare SELECT."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from time import perf_counter

import psycopg
from sqlalchemy import update

from projections.rows import METADATA, Rows
from services.event_store import EventStore, Stored, decode
from services.places import Place, place_for
from services.read_models import BATCH, PROGRESS, PROGRESS_TABLE, ReadModels, apply
from services.settings import Database
from tests.bench.databases import KINDS
from tests.bench.measure import Clock, Figure, by_turns

BEHIND = 1_000
"""How many events are folded before the clock starts: what is caught up with is never an empty set of tables."""
SAMPLE = 2_000
"""Of how many events the loop that commits each is measured."""
TURNS = 3

_SELECT = {
    "sqlite": "SELECT rowid, originator_id, originator_version, topic, state FROM stored_events ORDER BY rowid",
    "postgresql": "SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events "
    "ORDER BY notification_id",
}


class Beginning(EventStore):
    """A log of which only the beginning is seen."""

    def __init__(self, log: EventStore, last: int) -> None:
        self.identity = log.identity
        self._log, self._last = log, last

    def head(self) -> int:
        return self._last

    def read_stored(self, after: int, limit: int, up_to: int | None = None) -> Sequence[Stored]:
        return self._log.read_stored(after, limit, self._last)


def _caught_up(log: EventStore, place: Place, how_many: int) -> float:
    """Events a second of a reading that finds its views almost a whole log behind."""
    ReadModels(Beginning(log, BEHIND), place).rebuild()
    models = ReadModels(log, place)
    start = perf_counter()
    with models.reading(datetime.now(UTC)):
        return (how_many - BEHIND) / (perf_counter() - start)


def _rebuilt(log: EventStore, place: Place, how_many: int) -> float:
    """Events a second of a whole new generation."""
    start = perf_counter()
    ReadModels(log, place).rebuild()
    return how_many / (perf_counter() - start)


def _one_by_one(log: EventStore, place: Place) -> float:
    """Events a second of a loop that commits each event with its rows: same projections, tables and transactions."""
    name = _empty_set(place)
    _fold(log, place, name, BEHIND, Clock())
    stored = log.read_stored(BEHIND, SAMPLE)
    start = perf_counter()
    for each in stored:
        with place.writer(name) as connection:
            rows = Rows(connection)
            apply(decode(each, each.id), rows)
            rows.write()
            connection.execute(update(PROGRESS_TABLE).values(position=each.id))
    taken = perf_counter() - start
    place.discard(name)
    return len(stored) / taken


def _empty_set(place: Place) -> str:
    name = place.begin_building()
    with place.writer(name) as connection:
        METADATA.create_all(connection)
        PROGRESS.create_all(connection)
    return name


def _fold(log: EventStore, place: Place, name: str, up_to: int, clock: Clock) -> None:
    """The steps of catching up an empty set, each timed by itself."""
    rows: Rows | None = None
    position = 0
    while position < up_to:
        with clock.part("commit"), place.writer(name) as connection, clock.part("inside"):
            with clock.part("select"):
                stored = log.read_stored(position, min(BATCH, up_to - position))
            with clock.part("decode"):
                recorded = [decode(each, each.id) for each in stored]
            if rows is None:
                rows = Rows(connection, fresh=True)
            rows.begin(connection)
            with clock.part("fold"):
                for each in recorded:
                    apply(each, rows)
            with clock.part("write"):
                rows.write()
        position = stored[-1].id


def _where_it_goes(log: EventStore, place: Place, how_many: int) -> str:
    """Which part of the time goes into what, in words."""
    name = _empty_set(place)
    clock = Clock()
    _fold(log, place, name, how_many, clock)
    place.discard(name)
    seconds = clock.seconds
    seconds["commit"] -= seconds.pop("inside")
    whole = sum(seconds.values())
    return ", ".join(f"{part} {100 * taken / whole:.0f}%" for part, taken in seconds.items())


def _raw(database: Database) -> Callable[[], float]:
    """Events a second of a bare SELECT of every row by the driver, with each state parsed as JSON."""

    def run() -> float:
        start = perf_counter()
        if database.kind == "sqlite":
            with closing(sqlite3.connect(database.path)) as lite:
                found = [json.loads(row[4]) for row in lite.execute(_SELECT["sqlite"])]
        else:
            with psycopg.connect(database.url) as connection:
                found = [json.loads(row[4]) for row in connection.execute(_SELECT["postgresql"])]
        return len(found) / (perf_counter() - start)

    return run


def figures(database: Database, log: EventStore) -> tuple[list[Figure], list[str]]:
    """The figures of one database, and where the time goes."""
    how_many, kind = log.head(), KINDS[database.kind]
    place = place_for(database)
    turns = by_turns(
        {
            "caught up": lambda: _caught_up(log, place, how_many),
            "rebuilt": lambda: _rebuilt(log, place, how_many),
            "one by one": lambda: _one_by_one(log, place),
            "raw": _raw(database),
        },
        TURNS,
    )
    parts = _where_it_goes(log, place, how_many)
    place.close()
    speed = {name: f"{turns.median(name):,.0f} events/s" for name in turns.measured}
    return [
        Figure(
            f"{kind}: catching up / committing each event",
            turns.ratio("caught up", "one by one"),
            at_least=20,
            beside=f"{speed['caught up']}; {speed['one by one']}",
        ),
        Figure(
            f"{kind}: catching up / SELECT and json.loads",
            turns.ratio("caught up", "raw"),
            at_least=0.1,
            beside=f"{speed['caught up']}; {speed['raw']}",
        ),
        Figure(
            f"{kind}: rebuilding / SELECT and json.loads",
            turns.ratio("rebuilt", "raw"),
            beside=f"{speed['rebuilt']}; {speed['raw']}",
        ),
    ], [f"{kind}: where the time of catching up goes: {parts}."]
