"""Every projection, one line each; the generation they are; and the views that pages, files and the API ask."""

import hashlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, false, select

from domain.kernel import LONDON, Event, Recorded
from projections.acts import Acts
from projections.awards import Awards
from projections.budgets import Budgets
from projections.carried import Carried
from projections.decisions import Decisions
from projections.jobs import Jobs
from projections.monitoring import Monitoring
from projections.partners import Partners
from projections.payments import Payments
from projections.projection import Projection
from projections.providers import Providers
from projections.reminders import Reminders
from projections.reports import Reports
from projections.returns import Returns
from projections.rows import Row, RowT

PROJECTIONS: tuple[Projection, ...] = (
    Providers(),
    Decisions(),
    Budgets(),
    Carried(),
    Awards(),
    Payments(),
    Partners(),
    Monitoring(),
    Reports(),
    Returns(),
    Reminders(),
    Jobs(),
    Acts(),
)
"""All of them are folded together, an event at a time."""


@cache
def projections_of(event: type[Event]) -> tuple[Projection, ...]:
    """Those that look at such events."""
    module = sys.modules[event.__module__]
    return tuple(each for each in PROJECTIONS if module in each.events or event in each.events)


@cache
def generation() -> str:
    """A name for this very code of the projections and of the domain they stand on.

    Made of their source, so that nobody has to remember to change it: another code, another generation, built beside
    the one in use.
    """
    root = Path(__file__).parent.parent
    running = hashlib.sha256()
    for path in sorted([*root.glob("domain/**/*"), *root.glob("projections/**/*")]):
        if path.suffix in (".py", ".json", ".csv"):
            running.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return running.hexdigest()[:12]


class History(Protocol):
    """The log, as far as views may look into it."""

    def stream(self, stream: str, after: int = 0) -> list[Recorded]:
        """The events of one stream, in order."""
        ...

    def at(self, position: int) -> Recorded:
        """The event at a position."""
        ...

    def many(self, positions: Sequence[int]) -> list[Recorded]:
        """The events at some positions, at most a hundred, in the order of their positions."""
        ...

    def latest(self, limit: int, up_to: int) -> Iterator[Recorded]:
        """The last events of all streams up to a position, the latest first."""
        ...


@dataclass(frozen=True)
class Views:
    """The answers at one position of the log."""

    connection: Connection
    position: int
    """The last event that counts."""
    moment: datetime
    """Now, or the past moment that is asked for; in UTC."""
    history: History
    reach: frozenset[str] | None = None
    """The awards that whoever asks may see; ``None``: all."""

    @property
    def today(self) -> date:
        """The London date of the moment."""
        return self.moment.astimezone(LONDON).date()

    def rows(self, kind: type[RowT], *where: Any, order_by: Sequence[str] = ()) -> list[RowT]:
        """Rows of one kind, in the order of their key unless another is given."""
        columns = kind.table.c
        query = (
            select(kind.table)
            .where(*self.within(kind), *where)
            .order_by(*(columns[name] for name in order_by or kind.key))
        )
        return [kind(**found) for found in self.connection.execute(query).mappings()]

    def within(self, kind: type[Row]) -> list[ColumnElement[bool]]:
        """The conditions under which rows are within the reach of whoever asks. The one place where reads are cut.

        Rows that belong to an award go by it. Whoever reaches some awards alone reaches nothing that belongs to no
        award, but for the names of their providers, and the holidays, which are no secret.
        """
        columns = kind.table.c
        if self.reach is None or kind.table.name == "holidays":
            return []
        if "award" in columns:
            return [columns["award"].in_(self.reach)]
        tables = kind.table.metadata.tables
        if "report" in columns:
            reports = tables["reports"].c
            return [columns["report"].in_(select(reports["report"]).where(reports["award"].in_(self.reach)))]
        if kind.table.name == "providers":
            awards = tables["awards"].c
            return [columns["provider"].in_(select(awards["provider"]).where(awards["award"].in_(self.reach)))]
        return [false()]

    def find(self, kind: type[RowT], *key: Any) -> RowT | None:
        """The row of that key, or nothing."""
        columns = kind.table.c
        found = self.rows(kind, *(columns[name] == part for name, part in zip(kind.key, key, strict=True)))
        return found[0] if found else None
