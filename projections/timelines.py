"""Timelines a page at a time, the latest first: of one thing, of one person's acts, of a period, of everything."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select, union_all

from domain.errors import Refusal
from domain.periods import day_in_words
from projections.acts import ActsRow
from projections.monitoring import DueItem
from projections.paging import MOST, Page
from projections.reports import ReportRow
from projections.timeline import told
from projections.views import Views


def happened_to(
    views: Views,
    stream: str,
    limit: int = 50,
    before: int | None = None,
    people: Mapping[str, str] | None = None,
) -> Page:
    """What happened to one thing (``award-2026-0042``), the latest first, before one of its events (by its number).

    One query, and one of the log: of this thing's events alone.
    """
    _check(limit)
    events = views.history.stream(stream)
    earlier = [each for each in events if before is None or each.version < before]
    shown = earlier[-limit:]
    table = told(views, f"Timeline of {stream.replace('-', ' ', 1)}", shown[::-1], people)
    return Page(table, len(events), str(shown[0].version) if len(earlier) > limit else None)


def happened_around(
    views: Views,
    award: str,
    limit: int = 50,
    before: int | None = None,
    people: Mapping[str, str] | None = None,
    others: Iterable[str] | None = None,
) -> Page:
    """What happened to an award, to its reports and to whatever else it owes, the latest first; before one of these.

    Each is known by its number in the order in which they were written down. Two queries, and one of the log for the
    award and each of its reports and obligations. ``others``: the streams of these, where they are known: a query less.
    """
    _check(limit)
    others = _around(views, award) if others is None else others
    streams = (f"award-{award}", *sorted(others))
    events = [each for stream in streams for each in views.history.stream(stream)]
    # those of one act have one moment: what it was about comes before what followed from it
    events.sort(key=lambda each: each.at)
    earlier = events if before is None else events[: max(0, before - 1)]
    shown = earlier[-limit:]
    table = told(views, f"Timeline of award {award}", shown[::-1], people)
    return Page(table, len(events), str(len(earlier) - len(shown) + 1) if len(earlier) > limit else None)


def _around(views: Views, award: str) -> Sequence[str]:
    """The streams of an award's reports and of what else it owes. One query."""
    items, reports = DueItem.table.c, ReportRow.table.c
    owed = select(items.item).where(*views.within(DueItem), items.award == award, items.kind != "milestone")
    sent = select(literal("report-") + reports.report).where(*views.within(ReportRow), reports.award == award)
    return views.connection.execute(union_all(owed, sent)).scalars().all()


def acts(
    views: Views,
    by: str | None = None,
    from_day: date | None = None,
    to_day: date | None = None,
    limit: int = 50,
    before: int | None = None,
    people: Mapping[str, str] | None = None,
) -> Page:
    """What was written down by one person (or by anybody), between two London days, before a position of the log.

    The latest first. Three queries, and one of the log: for those that are shown. Of whoever reaches some awards alone
    nothing is asked: an act may be about any of them.
    """
    _check(limit)
    columns = ActsRow.table.c
    where = [*views.within(ActsRow), *_wanted(by, from_day, to_day)]
    count = views.connection.execute(select(func.sum(columns.how_many)).where(*where)).scalar_one() or 0
    positions = _positions(views, where, limit + 1, before)
    shown = positions[:limit]
    told_of = sorted(views.history.many(shown), key=lambda each: -each.position) if shown else []
    more = len(positions) > limit
    table = told(views, _title(by, from_day, to_day), told_of, people)
    return Page(table, int(count), str(shown[-1]) if more else None)


def who_acted(views: Views) -> list[str]:
    """The opaque ids of every person and job that wrote something down. One query."""
    columns = ActsRow.table.c
    return list(views.connection.execute(select(columns.by).where(*views.within(ActsRow)).distinct()).scalars())


def _check(limit: int) -> None:
    most = min(MOST, 100)
    if not 1 <= limit <= most:
        raise Refusal(f"A page of a timeline has 1 to {most} lines: ask for so many.")


def _wanted(by: str | None, from_day: date | None, to_day: date | None) -> list[ColumnElement[bool]]:
    columns = ActsRow.table.c
    where = []
    if by is not None:
        where.append(columns.by == by)
    if from_day is not None:
        where.append(columns.day >= from_day)
    if to_day is not None:
        where.append(columns.day <= to_day)
    return where


def _positions(views: Views, where: list[ColumnElement[bool]], how_many: int, before: int | None) -> list[int]:
    """The last positions before one, the latest first. One query.

    Of the rows that end before it, no more are needed than positions are wanted: each row holds one at least, and what
    is in a row that ends earlier is earlier than so many others. To these come the few that go on beyond it.
    """
    columns = ActsRow.table.c
    own: Any = select(columns.positions).where(*where)
    ended = own if before is None else own.where(columns.last < before)
    last = ended.order_by(columns.last.desc()).limit(how_many)
    if before is not None:
        going_on = own.where(columns.first < before, columns.last >= before)
        last = union_all(select(last.subquery()), going_on)
    found = [position for (positions,) in views.connection.execute(last) for position in positions]
    earlier = found if before is None else [position for position in found if position < before]
    return sorted(earlier, reverse=True)[:how_many]


def _title(by: str | None, from_day: date | None, to_day: date | None) -> str:
    """``Timeline of acts by officer-3, from 1 April 2018 to 30 April 2018``."""
    parts = [f"Timeline of acts by {by}" if by else "Timeline"]
    if from_day and to_day:
        parts.append(f"from {day_in_words(from_day)} to {day_in_words(to_day)}")
    elif from_day:
        parts.append(f"from {day_in_words(from_day)}")
    elif to_day:
        parts.append(f"until {day_in_words(to_day)}")
    return ", ".join(parts)
