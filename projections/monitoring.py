"""Monitoring: what is owed, by when, and what became of it. Whether it is overdue is a matter of the day asked for."""

from dataclasses import dataclass
from datetime import date

from domain.awards.events import (
    MilestoneCompleted,
    MilestoneMissed,
    MilestonePlanned,
    MilestoneRescheduled,
    MilestoneWaived,
)
from domain.kernel import Recorded
from domain.monitoring import events as monitoring_events
from domain.monitoring.commands import REPORT_SCHEDULE
from domain.monitoring.events import (
    NilReturnDeclared,
    ObligationMet,
    ObligationMoved,
    ObligationOwed,
    ObligationReopened,
    ObligationWaived,
)
from projections.projection import Projection
from projections.rows import Row, Rows

OPEN = ("owed", "missed")
"""The standings in which something is still asked for."""


@dataclass
class DueItem(Row, table="due_items", key=("item",), indexes=(("award",), ("due_on", "award", "item", "standing"))):
    """A milestone or a monitoring obligation of an award."""

    item: str
    """The stream of the obligation; for a milestone, the award's stream, ``#`` and the milestone."""
    award: str
    kind: str
    name: str
    """The milestone's reference, or the schedule's."""
    title: str
    period: str | None
    due_on: date
    first_due_on: date
    standing: str
    """``owed``, ``missed``, ``met``, ``waived`` or ``nil-return``."""
    done_on: date | None
    reason: str | None
    """Why it was last moved, missed, waived or declared nil."""
    made_up: bool = False
    """Whether what came in was made up for a demonstration."""
    position: int = 0
    """The event by which it stands as it does."""


class Monitoring(Projection):
    """Folds what is due."""

    events = (
        *(MilestonePlanned, MilestoneRescheduled, MilestoneCompleted, MilestoneMissed, MilestoneWaived),
        monitoring_events,
    )

    def apply(self, recorded: Recorded, rows: Rows) -> None:
        if recorded.stream.startswith("award-"):
            self._milestone(recorded, rows)
        else:
            self._obligation(recorded, rows)

    @staticmethod
    def _milestone(recorded: Recorded, rows: Rows) -> None:
        def item(milestone: str) -> DueItem:
            row = rows.of(DueItem, f"{recorded.stream}#{milestone}")
            row.position = recorded.position
            return row

        match recorded.event:
            case MilestonePlanned(milestone=milestone, title=title, due_on=due_on):
                rows.add(
                    DueItem(
                        item=f"{recorded.stream}#{milestone}",
                        award=recorded.reference,
                        kind="milestone",
                        name=milestone,
                        title=title,
                        period=None,
                        due_on=due_on,
                        first_due_on=due_on,
                        standing="owed",
                        done_on=None,
                        reason=None,
                        position=recorded.position,
                    )
                )
            case MilestoneRescheduled(milestone=milestone, due_on=due_on, reason=reason):
                row = item(milestone)
                row.due_on, row.reason, row.standing = due_on, reason, "owed"
            case MilestoneCompleted(milestone=milestone, completed_on=completed_on):
                row = item(milestone)
                row.standing, row.done_on = "met", completed_on
            case MilestoneMissed(milestone=milestone, reason=reason):
                row = item(milestone)
                row.standing, row.reason = "missed", reason
            case MilestoneWaived(milestone=milestone, reason=reason):
                row = item(milestone)
                row.standing, row.reason = "waived", reason

    @staticmethod
    def _obligation(recorded: Recorded, rows: Rows) -> None:
        event = recorded.event
        if isinstance(event, ObligationOwed):
            rows.add(
                DueItem(
                    item=recorded.stream,
                    award=event.award,
                    kind="report" if event.schedule == REPORT_SCHEDULE else "obligation",
                    name=event.schedule,
                    title=event.title,
                    period=event.period,
                    due_on=event.due_on,
                    first_due_on=event.due_on,
                    standing="owed",
                    done_on=None,
                    reason=None,
                    position=recorded.position,
                )
            )
            return
        row = rows.of(DueItem, recorded.stream)
        row.position = recorded.position
        match event:
            case ObligationMoved(due_on=due_on, reason=reason):
                row.due_on, row.reason = due_on, reason
            case ObligationReopened(due_on=due_on, reason=reason):
                row.due_on, row.reason, row.standing, row.done_on = due_on, reason, "owed", None
            case ObligationMet(met_on=met_on):
                row.standing, row.done_on = "met", met_on
            case ObligationWaived(reason=reason):
                row.standing, row.reason = "waived", reason
            case NilReturnDeclared(declared_on=declared_on, reason=reason, made_up=made_up):
                row.standing, row.done_on, row.reason, row.made_up = "nil-return", declared_on, reason, made_up
