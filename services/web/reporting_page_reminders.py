"""The reminders of one report: every one about which was decided, and those that are to come while it is owed."""

from datetime import date

from domain.chases.commands import DEFAULT
from domain.monitoring.policy import DEFAULT_STEPS, Step, days_of
from domain.tables import Column, Missing, Table, cell
from projections.chasing import days_off
from projections.monitoring import OPEN, DueItem
from projections.reminders import ChaseRow, ReminderRow, SettledRow
from projections.views import Views

MOST = 50
"""How many reminders are shown, the latest ones."""


def reminders_of(views: Views, due: DueItem) -> Table:
    """Reminders decided, the latest first. One query."""
    rows = sorted(views.rows(ReminderRow, ReminderRow.table.c.item == due.item), key=lambda row: -row.position)[:MOST]
    return Table(
        name="reminders-sent",
        title="Reminders so far",
        columns=(
            Column(key="step_on", title="Fell on", kind="date"),
            Column(key="step", title="Step"),
            Column(key="part", title="To"),
            Column(key="standing", title="Standing"),
            Column(key="reason", title="Because"),
        ),
        rows=tuple(
            (
                cell(row.step_on),
                cell(row.step),
                cell(row.part.replace("-", " ")),
                cell(row.standing.replace("-", " ")),
                cell(row.reason, missing=Missing.NOT_APPLICABLE),
            )
            for row in rows
        ),
    )


def reminders_to_come(views: Views, due: DueItem) -> Table:
    """Steps that are still to come if nothing comes in. Three queries; none, of what is no longer owed."""
    return Table(
        name="reminders-to-come",
        title="Reminders to come, if nothing comes in",
        columns=(
            Column(key="on", title="On", kind="date"),
            Column(key="step", title="Step"),
            Column(key="part", title="To"),
        ),
        rows=tuple(
            (cell(max(day, views.today)), cell(step.step), cell(step.to.value.replace("-", " ")))
            for day, step in (_steps(views, due) if due.standing in OPEN else ())
        ),
    )


def _steps(views: Views, due: DueItem) -> list[tuple[date, Step]]:
    chases = {row.chase: row.steps for row in views.rows(ChaseRow, ChaseRow.table.c.chase.in_((due.award, DEFAULT)))}
    words = chases.get(due.award, chases.get(DEFAULT))
    steps = DEFAULT_STEPS if words is None else tuple(map(Step.of, words))
    settled = views.find(SettledRow, due.item, due.due_on)
    decided = settled.steps if settled is not None else []
    found = zip(days_of(steps, due.due_on, days_off(views)), steps, strict=True)
    return [(day, step) for day, step in sorted(found, key=lambda each: each[0]) if step.step not in decided]
