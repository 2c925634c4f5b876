"""The log's own table, changed behind the event store's back, as damage, an old back-up or another version would."""

import sqlite3
from typing import Any

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.popo import POPOApplicationRecorder

from services.event_store import EventStore


class RawLog:
    """What is stored, by position."""

    def __init__(self, database: str, log: EventStore) -> None:
        self._database = database
        self._log = log

    def set_state(self, position: int, state: bytes) -> None:
        """Changes the stored bytes of an event."""
        self._set("state", position, state)

    def set_name(self, position: int, name: str) -> None:
        """Changes the stored name of an event."""
        self._set("topic", position, name)

    def state(self, position: int) -> bytes:
        """The stored bytes of an event."""
        return self._log.read_stored(position - 1, 1)[0].state

    def forget_after(self, position: int) -> None:
        """Takes away the events after a position, as the restoring of a back-up does."""
        if self._database == "memory:":
            recorder = self._memory()
            kept = recorder._stored_events[:position]
            recorder._stored_events.clear()
            recorder._stored_events_index.clear()
            if kept:
                recorder.insert_events(kept)
        else:
            self._run("DELETE FROM stored_events WHERE {position} > {}", position)

    def run(self, statement: str) -> None:
        """Any statement, in the log's database."""
        self._run(statement)

    def _set(self, column: str, position: int, value: str | bytes) -> None:
        if self._database == "memory:":
            stored = self._memory()._stored_events
            old = stored[position - 1]
            name = str(value) if column == "topic" else old.topic
            state = value if isinstance(value, bytes) else old.state
            stored[position - 1] = StoredEvent(old.originator_id, old.originator_version, name, state)
        else:
            self._run(f"UPDATE stored_events SET {column} = {{}} WHERE {{position}} = {{}}", value, position)

    def _run(self, statement: str, *values: Any) -> None:
        if self._database.startswith("postgresql:"):
            slots, position = ["%s"] * len(values), "notification_id"
            with psycopg.connect(self._database, autocommit=True) as server:
                server.execute(statement.format(*slots, position=position), values)
        else:
            slots, position = ["?"] * len(values), "rowid"
            file = sqlite3.connect(self._database, isolation_level=None)
            file.execute(statement.format(*slots, position=position), values)
            file.close()

    def _memory(self) -> POPOApplicationRecorder:
        recorder = self._log._recorder
        assert isinstance(recorder, POPOApplicationRecorder)
        return recorder
