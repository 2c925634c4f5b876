"""Counts what became due, overdue and escalated since the run before, and what is overdue in all."""

from datetime import date

from domain.chases.commands import DEFAULT
from domain.monitoring.policy import DEFAULT_STEPS, Part, Step, days_of
from projections.chasing import days_off, what_is_owed
from projections.reminders import ChaseRow
from scheduler.context import Context, Did, counted


def run(context: Context) -> Did:
    """A thing that was due on a day is overdue from the next. At the first run everything counts."""
    since, today = context.since or date.min, context.today
    due = overdue = escalated = in_all = 0
    lines = []
    with context.office.reading() as views:
        off = days_off(views)
        chases = {row.chase: tuple(map(Step.of, row.steps)) for row in views.rows(ChaseRow)}
        default = chases.get(DEFAULT, DEFAULT_STEPS)
        for owed in what_is_owed(views):
            about = f"{owed.award}: {owed.kind}, due {owed.due_on:%d/%m/%Y}"
            if since < owed.due_on <= today:
                due += 1
                lines.append(f"{about}: became due")
            if owed.due_on < today:
                in_all += 1
                if since <= owed.due_on:
                    overdue += 1
                    lines.append(f"{about}: became overdue")
            steps = chases.get(owed.award, default)
            of_steps = zip(steps, days_of(steps, owed.due_on, off), strict=True)
            if any(since < day <= today for step, day in of_steps if step.to is Part.HEAD_OF_COMMISSIONING):
                escalated += 1
                lines.append(f"{about}: escalated to the head of commissioning")
    words = (
        f"{counted(due, 'thing')} became due, {overdue} overdue, {escalated} escalated; "
        f"{counted(in_all, 'thing')} overdue in all."
    )
    return Did(words, {"due": due, "overdue": overdue, "escalated": escalated, "overdue-in-all": in_all}, lines)
