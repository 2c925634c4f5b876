"""The views of a half-year with the rows of its awards read once, in a few joined queries.

A return looks at every award of its half-year, and at each report beside the one before. Asked one by one that is some
queries to a report; here they are answered from what was read together. What else is asked goes to the views as ever.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import eq, ge, le
from typing import Any, cast

from sqlalchemy import BindParameter, ColumnElement, Select, and_, select
from sqlalchemy.sql.elements import BinaryExpression
from sqlalchemy.sql.operators import in_op

from domain.kernel import Recorded
from domain.periods import Period, add_months, financial_year
from projections.awards import AwardRow, ShareRow
from projections.budgets import FundRow
from projections.monitoring import DueItem
from projections.providers import ProviderRow
from projections.reports import AcceptedReport, ReportContent, ReportRow
from projections.returns import ApportionmentRow, LatestReturn, ReturnRow
from projections.rows import Row, RowT
from projections.views import Views

LOOKED_BACK = 13
"""Months before the financial year whose reports are read too: the one that a first report is compared with."""

Rows = dict[type[Row], list[Any]]


@dataclass(frozen=True)
class HalfYear(Views):
    """The views, with the rows that a return is made of in memory. Its return is there as it was given."""

    known: Mapping[type[Row], Sequence[Any]] = field(default_factory=dict)

    def rows(self, kind: type[RowT], *where: Any, order_by: Sequence[str] = ()) -> list[RowT]:
        """Rows of one kind: those in memory where they are there and the conditions are plain ones."""
        checks = [_check(each) for each in where] if kind in self.known else [None]
        if any(check is None for check in checks):
            return super().rows(kind, *where, order_by=order_by)
        plain = cast(list[Callable[[Any], bool]], checks)
        found = [row for row in self._of_award(kind, where) if all(check(row) for check in plain)]
        found.sort(key=lambda row: tuple(getattr(row, name) for name in order_by or kind.key))
        return found

    def find(self, kind: type[RowT], *key: Any) -> RowT | None:
        """The row of that key; one that was not read with the others is asked for."""
        if kind in self.known:
            row = self._keyed(kind).get(key)
            if row is not None or kind not in (ReportContent, ProviderRow):
                return cast(RowT | None, row)
        return super().find(kind, *key)

    def _of_award(self, kind: type[Row], where: Sequence[Any]) -> Sequence[Any]:
        """The rows of one award where one is asked for; of all awards otherwise."""
        asked = [each.right.value for each in where if each.operator is eq and each.left.key == "award"]
        if not asked:
            return self.known[kind]
        by_award = self.__dict__.get(f"_{kind.__name__}_by_award")
        if by_award is None:
            by_award = self.__dict__[f"_{kind.__name__}_by_award"] = {}
            for row in self.known[kind]:
                by_award.setdefault(row.award, []).append(row)
        return cast(Sequence[Any], by_award.get(asked[0], ()))

    def _keyed(self, kind: type[Row]) -> dict[tuple[Any, ...], Any]:
        by_key = self.__dict__.get(f"_{kind.__name__}")
        if by_key is None:
            by_key = {tuple(getattr(row, name) for name in kind.key): row for row in self.known[kind]}
            self.__dict__[f"_{kind.__name__}"] = by_key
        return cast(dict[tuple[Any, ...], Any], by_key)


_PLAIN: dict[Any, Callable[[Any, Any], bool]] = {eq: eq, le: le, ge: ge, in_op: lambda own, of: own in of}


def _check(condition: Any) -> Callable[[Any], bool] | None:
    """A condition ``column = value`` as a function of a row; nothing, if it is another kind of condition."""
    if not isinstance(condition, BinaryExpression) or not isinstance(condition.right, BindParameter):
        return None
    holds, name, value = _PLAIN.get(condition.operator), condition.left.key, condition.right.value
    if holds is None or name is None or value is None:
        return None
    return lambda row: (own := getattr(row, name)) is not None and holds(own, value)


def half_year(views: Views, versions: Sequence[ReturnRow]) -> HalfYear:
    """The views of one half-year, its rows read in four queries. ``versions``: every one of its return, in order."""
    period = versions[-1].period
    days = Period.parse(period)
    year = financial_year(days.start)
    since = add_months(Period.parse(year).start, -LOOKED_BACK)
    latest = LatestReturn(period, versions[-1].version)
    known: Rows = {LatestReturn: [latest], ReturnRow: list(versions)}
    shares, reports, funds = ShareRow.table.c, ReportRow.table.c, FundRow.table.c
    with_share = FundRow.table.outerjoin(ShareRow.table, (shares.fund == funds.fund) & (shares.year == funds.year))
    _read(views, known, (FundRow, ShareRow), with_share, funds.year == year)
    of_year = select(shares.award).where(shares.year == year)
    awards, providers = AwardRow.table.c, ProviderRow.table.c
    with_provider = AwardRow.table.outerjoin(ProviderRow.table, providers.provider == awards.provider)
    _read(views, known, (AwardRow, ProviderRow), with_provider, awards.award.in_(of_year))
    accepted, contents, chosen = AcceptedReport.table.c, ReportContent.table.c, ApportionmentRow.table.c
    whole = ReportRow.table.outerjoin(AcceptedReport.table, accepted.report == reports.report)
    whole = whole.outerjoin(ReportContent.table, contents.report == reports.report)
    choice = (chosen.award == reports.award, chosen.report_period == reports.period, chosen.period.like(f"{year}-h_"))
    whole = whole.outerjoin(ApportionmentRow.table, and_(*choice))
    within = (reports.starts_on <= days.end, reports.ends_on >= since, reports.award.in_(of_year))
    _read(views, known, (ReportRow, AcceptedReport, ReportContent, ApportionmentRow), whole, *within)
    due = DueItem.table.c
    _read(views, known, (DueItem,), DueItem.table, due.period.is_not(None), due.award.in_(of_year))
    return HalfYear(views.connection, views.position, views.moment, views.history, views.reach, known)


def _read(
    views: Views,
    known: Rows,
    kinds: Sequence[type[Row]],
    source: Any,
    *where: ColumnElement[bool],
) -> None:
    """Rows of several kinds out of one joined query, each row once."""
    columns = [column.label(f"{number}_{column.key}") for number, kind in enumerate(kinds) for column in kind.table.c]
    query: Select[Any] = select(*columns).select_from(source)
    cut = [condition for kind in kinds[:1] for condition in views.within(kind)]
    found = views.connection.execute(query.where(*cut, *where)).all()
    at = 0
    for kind in kinds:
        names = [column.key for column in kind.table.c]
        keys = [names.index(name) for name in kind.key]
        once: dict[tuple[Any, ...], Any] = {}
        for row in found:
            said = row[at : at + len(names)]
            key = tuple(said[place] for place in keys)
            if key[0] is not None and key not in once:
                once[key] = kind(**dict(zip(names, said, strict=True)))
        known[kind] = list(once.values())
        at += len(names)


@dataclass(frozen=True)
class ReadBefore:
    """The log as far as views look into it, with some events that were read together."""

    history: Any
    events: Mapping[int, Recorded]

    def stream(self, stream: str, after: int = 0) -> list[Recorded]:
        """The events of one stream, in order."""
        return cast(list[Recorded], self.history.stream(stream, after))

    def at(self, position: int) -> Recorded:
        """The event at a position."""
        return self.events[position] if position in self.events else cast(Recorded, self.history.at(position))

    def many(self, positions: Sequence[int]) -> list[Recorded]:
        """The events at some positions, in order."""
        return cast(list[Recorded], self.history.many(positions))

    def latest(self, limit: int, up_to: int) -> Iterable[Recorded]:
        """The last events up to a position, the latest first."""
        return cast(Iterable[Recorded], self.history.latest(limit, up_to))
