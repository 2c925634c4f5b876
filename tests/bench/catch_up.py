"""Catching up a long log into the real read models, against a loop that commits each event, and a bare SELECT."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from time import perf_counter
from typing import Any, Final
from unittest.mock import patch

import psycopg
from sqlalchemy import insert, update

from projections.rows import METADATA, Rows
from services import read_models
from services.event_store import EventStore, Stored, decode
from services.places import Place, place_for
from services.read_models import PROGRESS, PROGRESS_TABLE, ReadModels, apply
from services.settings import Database
from tests.bench.databases import KINDS
from tests.bench.measure import Clock, Figure, by_turns

BEHIND = 1_000
"""How many events are folded before the clock starts: what is caught up with is never an empty set of tables."""
SAMPLE = 2_000
"""Of how many events the loop that commits each is measured."""
TURNS = 5

_SELECT: Final = {
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
    name = place.begin_building()
    with place.writer(name) as connection:
        METADATA.create_all(connection)
        PROGRESS.create_all(connection)
        connection.execute(insert(PROGRESS_TABLE).values(log=log.identity, position=0, digest=""))
        rows = Rows(connection, fresh=True)
        for recorded in log.read(0, BEHIND):
            apply(recorded, rows)
        rows.write()
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


def _where_it_goes(log: EventStore, place: Place, how_many: int) -> str:
    """Which part of the time of a rebuild goes into what, in words."""
    clock = Clock()
    with ExitStack() as patched:
        for owner, part in ((EventStore, "read_stored"), (read_models, "decode"), (read_models, "apply")):
            patched.enter_context(patch.object(owner, part, clock.timed(part, getattr(owner, part))))
        patched.enter_context(patch.object(Rows, "write", clock.timed("write", Rows.write)))
        whole = how_many / _rebuilt(log, place, how_many)
    rest = whole - sum(clock.seconds.values())
    titles = {"read_stored": "SELECT of the log", "decode": "reading and checking events", "apply": "projections"}
    titles |= {"write": "writing rows", "rest": "transactions and the rest"}
    parts = {**clock.seconds, "rest": rest}
    return ", ".join(f"{titles[part]} {100 * seconds / whole:.0f}%" for part, seconds in parts.items())


def _raw(database: Database) -> Callable[[], float]:
    """Events a second of a bare SELECT of every row by the driver, with each state parsed as JSON."""

    def run() -> float:
        start, found = perf_counter(), 0
        with ExitStack() as opened:
            rows: Iterable[Any]
            if database.kind == "sqlite":
                rows = opened.enter_context(closing(sqlite3.connect(database.path))).execute(_SELECT["sqlite"])
            else:
                rows = opened.enter_context(psycopg.connect(database.url)).execute(_SELECT["postgresql"])
            for row in rows:
                json.loads(row[4])
                found += 1
        return found / (perf_counter() - start)

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
    ], [f"{kind}, where the time goes: {parts}."]
