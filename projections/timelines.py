"""Timelines a page at a time, the latest first: of one thing, of one person's acts, of a period, of everything."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select, union_all

from domain.errors import Refusal
from domain.periods import day_in_words
from projections.acts import ActsRow
from projections.paging import MOST, Page
from projections.timeline import told
from projections.views import Views


def happened_to(views: Views, stream: str, limit: int = 50, before: int | None = None) -> Page:
    """What happened to one thing (``award-2026-0042``), the latest first, before one of its events (by its number).

    One query, and one of the log: of this thing's events alone.
    """
    _check(limit)
    events = views.history.stream(stream)
    earlier = [each for each in events if before is None or each.version < before]
    shown = earlier[-limit:]
    table = told(views, f"Timeline of {stream.replace('-', ' ', 1)}", shown[::-1])
    return Page(table, len(events), str(shown[0].version) if len(earlier) > limit else None)


def acts(
    views: Views,
    by: str | None = None,
    from_day: date | None = None,
    to_day: date | None = None,
    limit: int = 50,
    before: int | None = None,
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
    return Page(told(views, _title(by, from_day, to_day), told_of), int(count), str(shown[-1]) if more else None)


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
