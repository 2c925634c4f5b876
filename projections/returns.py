"""Returns: each half-yearly return in each of its versions, with what was signed."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.kernel import Recorded
from domain.returns import events as return_events
from domain.returns.events import ReturnFilled, ReturnOpened, ReturnRestated, ReturnSignedOff, ReturnSubmitted
from projections.projection import Projection
from projections.rows import Row, Rows


@dataclass
class ReturnRow(Row, table="returns", key=("period", "version")):
    """One version of the return for one half-year."""

    period: str
    version: int
    template: str
    status: str
    """``opened``, ``filled``, ``signed-off``, ``submitted`` or ``superseded``."""
    due_on: date | None
    waiting_for: list[str]
    position: int | None = None
    """The place in the log it was last filled from, or signed at."""
    sha256: str | None = None
    tables: list[Any] | None = None
    """The tables as signed."""
    declaration: str | None = None
    despite: str | None = None
    signed_by: str | None = None
    signed_at: str | None = None
    submitted_on: date | None = None
    receipt: str | None = None
    reason: str | None = None
    """Why this version was begun, when it restates an earlier one."""


@dataclass
class LatestReturn(Row, table="latest_returns", key=("period",)):
    """Which version of a period's return is the latest."""

    period: str
    version: int


class Returns(Projection):
    """Folds returns."""

    events = (return_events,)

    def apply(self, recorded: Recorded, rows: Rows) -> None:
        event, period = recorded.event, recorded.reference
        if isinstance(event, ReturnOpened):
            rows.add(LatestReturn(period, 1))
            rows.add(ReturnRow(period, 1, event.template, "opened", event.due_on, []))
            return
        latest = rows.of(LatestReturn, period)
        row = rows.of(ReturnRow, period, latest.version)
        match event:
            case ReturnFilled(position=position, sha256=sha256, waiting_for=waiting_for):
                row.status, row.position, row.sha256, row.waiting_for = "filled", position, sha256, list(waiting_for)
            case ReturnSignedOff():
                row.status, row.position, row.sha256 = "signed-off", event.position, event.sha256
                row.declaration, row.despite = event.declaration, event.despite
                row.signed_by, row.signed_at = recorded.by, recorded.at.isoformat()
                row.tables = [table.model_dump(mode="json") for table in event.tables]
            case ReturnSubmitted(submitted_on=submitted_on, receipt=receipt):
                row.status, row.submitted_on, row.receipt = "submitted", submitted_on, receipt
            case ReturnRestated(version=version, reason=reason):
                row.status = "superseded"
                latest.version = version
                rows.add(ReturnRow(period, version, row.template, "opened", row.due_on, [], reason=reason))
