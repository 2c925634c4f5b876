"""Chasing: what is to be asked for today, and of whom nothing more is asked."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import select

from domain.awards.award import SETTLED
from domain.chases.commands import DEFAULT
from domain.monitoring.policy import DEFAULT_STEPS, Decision, Part, Step, days_of, decide
from domain.working_days import DaysOff
from projections.awards import AwardRow
from projections.monitoring import OPEN, DueItem
from projections.payments import ConditionRow, PaymentRow
from projections.reminders import ChaseRow, HolidayRow, ReminderRow, SettledRow
from projections.views import Views

SETTLED_AWARDS = tuple(status.value for status in SETTLED)
"""Of such an award nothing more is asked."""

NOTICES = "notice-%"
"""How the items of notices begin."""


class Chased(NamedTuple):
    """Something that is owed, as far as it is chased."""

    item: str
    award: str
    provider: str | None
    kind: str
    """``report``, ``milestone``, ``obligation`` or ``condition``."""
    title: str
    period: str | None
    due_on: date


class ToDo(NamedTuple):
    """The steps about which is to be decided now, of one thing that is owed."""

    owed: Chased
    decisions: Sequence[Decision]


def days_off(views: Views) -> DaysOff:
    """The days off that were added to those on file."""
    return frozenset(row.day for row in views.rows(HolidayRow, HolidayRow.table.c.stands))


def what_is_owed(views: Views) -> Iterator[Chased]:
    """Everything that is asked for now: open obligations and milestones, and conditions that hold a payment due.

    Three queries, however much there is.
    """
    due, awards = DueItem.table.c, AwardRow.table.c
    about = (due.item, due.award, awards.provider, due.kind, due.title, due.period, due.due_on)
    of_its_award = DueItem.table.join(AwardRow.table, due.award == awards.award)
    owed = select(*about).select_from(of_its_award)
    owed = owed.where(due.standing.in_(OPEN), awards.status.not_in(SETTLED_AWARDS))
    for row in views.connection.execute(owed):
        yield Chased(*row)
    yield from _conditions(views)


def _conditions(views: Views) -> Iterator[Chased]:
    """A condition is owed by the day of the first payment that it holds."""
    conditions, payments, awards = ConditionRow.table.c, PaymentRow.table.c, AwardRow.table.c
    waiting = select(payments.award, payments.due_on).where(payments.status.in_(("scheduled", "approved")))
    first: dict[str, date] = {}
    for award, due_on in views.connection.execute(waiting):
        first[award] = min(due_on, first.get(award, due_on))
    joined = ConditionRow.table.join(AwardRow.table, conditions.award == awards.award)
    open_ones = select(conditions.award, conditions.condition, conditions.title, awards.provider).select_from(joined)
    open_ones = open_ones.where(conditions.standing == "open", awards.status.not_in(SETTLED_AWARDS))
    for award, condition, title, provider in views.connection.execute(open_ones):
        if award in first:
            item = f"award-{award}#-{condition}"
            yield Chased(item, award, provider, "condition", title, None, first[award])


def what_to_chase(views: Views, today: date) -> list[ToDo]:
    """Every step that is due by a day and was not decided yet, of everything that is owed.

    Six queries, however much is owed; and where nothing is due, a look at each due day only.
    """
    off = days_off(views)
    chases = {row.chase: tuple(map(Step.of, row.steps)) for row in views.rows(ChaseRow)}
    default = chases.get(DEFAULT, DEFAULT_STEPS)
    settled = _settled(views)
    first_days: dict[tuple[tuple[Step, ...], date], date] = {}
    to_do = []
    for owed in what_is_owed(views):
        steps = chases.get(owed.award, default)
        if not steps:
            continue
        known = first_days.get((steps, owed.due_on))
        if known is None:
            known = first_days[steps, owed.due_on] = min(days_of(steps, owed.due_on, off))
        if known > today:
            continue
        decisions = decide(steps, owed.due_on, today, settled.get((owed.item, owed.due_on), ()), off)
        if decisions:
            to_do.append(ToDo(owed, decisions))
    return to_do


def _settled(views: Views) -> dict[tuple[str, date], list[str]]:
    """The steps decided already, of what is still owed."""
    settled, due = SettledRow.table.c, DueItem.table.c
    still = select(due.item).where(due.standing.in_(OPEN)).scalar_subquery()
    rows = views.rows(SettledRow, settled.item.in_(still) | settled.item.like("%#-%"))
    return {(row.item, row.due_on): row.steps for row in rows}


def to_deliver(views: Views, now: str) -> list[ReminderRow]:
    """The reminders that are to be handed over now, the oldest first; those to be tried again when their time came."""
    columns = ReminderRow.table.c
    waiting = columns.standing.in_(("queued", "tried"))
    rows = views.rows(ReminderRow, waiting, columns.item.not_like(NOTICES), order_by=("position",))
    return [row for row in rows if row.again_at is None or row.again_at <= now]


def notices_to_deliver(views: Views, now: str) -> list[ReminderRow]:
    """The same of notices: what the office tells its own people. Nothing of them is owed."""
    columns = ReminderRow.table.c
    waiting = columns.standing.in_(("queued", "tried"))
    rows = views.rows(ReminderRow, waiting, columns.item.like(NOTICES), order_by=("position",))
    return [row for row in rows if row.again_at is None or row.again_at <= now]


def still_owed(views: Views, items: Iterable[str]) -> dict[str, Chased]:
    """Of these things, those that are still owed."""
    wanted = set(items)
    return {owed.item: owed for owed in what_is_owed(views) if owed.item in wanted}


def reminded(views: Views, items: Iterable[str]) -> set[tuple[str, date]]:
    """Of these things, those of which a reminder went to the provider, as far as is known; each with its due day."""
    columns, wanted = ReminderRow.table.c, sorted(items)
    if not wanted:
        return set()
    sent = (columns.part == Part.PROVIDER.value, columns.standing == "sent", columns.arrived.is_not(False))
    return {(row.item, row.due_on) for row in views.rows(ReminderRow, *sent, columns.item.in_(wanted))}


def not_heard_of(views: Views, channel: str, since: str) -> list[ReminderRow]:
    """The reminders that a channel took since a moment, and of which it has not told whether they arrived."""
    columns = ReminderRow.table.c
    sent = (columns.standing == "sent", columns.channel == channel, columns.settled_at >= since)
    return views.rows(ReminderRow, *sent, columns.arrived.is_(None), order_by=("position",))
