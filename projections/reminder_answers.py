"""The ledger of reminders: for anything owed, every step that was due, sent, not sent and why, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from domain.monitoring.policy import DEFAULT_STEPS, Step
from domain.tables import Column, Missing, Table, cell
from projections.paging import Order, Page, page_of
from projections.reminders import ChaseRow, HolidayRow, ReminderRow
from projections.views import Views


def reminders(views: Views, award: str | None = None) -> Table:
    """Every reminder about which was decided, the latest first; of everything, or of one award."""
    where = [] if award is None else [ReminderRow.table.c.award == award]
    rows = sorted(views.rows(ReminderRow, *where), key=lambda row: -row.position)
    return _table("Reminders" if award is None else f"Reminders of {award}", rows)


@dataclass(frozen=True)
class ReminderFilter:
    """Which reminders; ``None``: whichever."""

    award: str | None = None
    person: str | None = None
    standing: str | None = None
    """``queued``, ``tried``, ``sent``, ``refused``, ``dropped`` or ``passed-over``."""
    arrived: bool | None = None
    from_day: date | None = None
    to_day: date | None = None
    """Of steps that fell on these days, both included."""


def reminder_register(views: Views, wanted: ReminderFilter, limit: int = 50, after: str | None = None) -> Page:
    """The ledger of reminders, the latest first, a page at a time. One query.

    Raises ``Refusal`` for a place of another list.
    """
    columns = ReminderRow.table.c
    where = [
        columns[name] == said
        for name in ("award", "person", "standing", "arrived")
        if (said := getattr(wanted, name)) is not None
    ]
    if wanted.from_day is not None:
        where.append(columns.step_on >= wanted.from_day)
    if wanted.to_day is not None:
        where.append(columns.step_on <= wanted.to_day)
    query = select(ReminderRow.table).where(*views.within(ReminderRow), *where)
    rows, count, place = page_of(views, query, Order((columns.position,), (int,), True), limit, after)
    names = ReminderRow.table.c.keys()
    return Page(_table("Reminders", [ReminderRow(**{name: row[name] for name in names}) for row in rows]), count, place)


def _table(title: str, rows: Sequence[ReminderRow]) -> Table:
    return Table(
        name="reminders",
        title=title,
        columns=(
            Column(key="step_on", title="Fell on", kind="date"),
            Column(key="award", title="Award"),
            Column(key="item", title="About"),
            Column(key="due_on", title="Due", kind="date"),
            Column(key="step", title="Step"),
            Column(key="part", title="To"),
            Column(key="person", title="Person", detail=True),
            Column(key="standing", title="Standing"),
            Column(key="reason", title="Because"),
            Column(key="channel", title="By", detail=True),
            Column(key="attempts", title="Attempts", kind="count", detail=True),
            Column(key="settled_at", title="When", kind="moment"),
            Column(key="message_id", title="Message", detail=True),
            Column(key="receipt", title="Receipt", detail=True),
            Column(key="position", title="Log position", kind="count", detail=True),
        ),
        rows=tuple(
            (
                cell(row.step_on),
                cell(row.award),
                cell(row.item.partition("-")[2]),
                cell(row.due_on),
                cell(row.step),
                cell(row.part.replace("-", " ")),
                cell(row.person, missing=Missing.NOT_APPLICABLE),
                cell(row.standing.replace("-", " ")),
                cell(row.reason, missing=Missing.NOT_APPLICABLE),
                cell(row.channel, missing=Missing.NOT_APPLICABLE),
                cell(row.attempts),
                cell(row.settled_at, missing=Missing.NOT_APPLICABLE),
                cell(row.message_id, missing=Missing.NOT_APPLICABLE),
                cell(row.receipt, missing=Missing.NOT_APPLICABLE),
                cell(row.position),
            )
            for row in rows
        ),
        notes=("People stand by their opaque ids: names and addresses are in the address book alone.",),
    )


def chases(views: Views) -> Table:
    """The steps by which what is owed is chased: by default, and of each award that has its own; and the days off."""
    set_ones = {row.chase: row.steps for row in views.rows(ChaseRow)}
    known = {"default": [step.words for step in DEFAULT_STEPS], **set_ones}
    off = ", ".join(f"{row.day:%d/%m/%Y} ({row.title})" for row in views.rows(HolidayRow, HolidayRow.table.c.stands))
    return Table(
        name="chases",
        title="Steps of a chase",
        columns=(
            Column(key="chase", title="Award"),
            Column(key="step", title="Step"),
            Column(key="when", title="When"),
            Column(key="to", title="To"),
        ),
        rows=tuple(
            (cell(chase), cell(step.step), cell(step.when.words), cell(step.to.value.replace("-", " ")))
            for chase, steps in known.items()
            for step in map(Step.of, steps)
        ),
        notes=(
            "No message goes on a weekend or a bank holiday: it moves to the next working day.",
            f"Days off added to the bank holidays: {off or 'none'}.",
        ),
    )
