"""What is asked of a report, asked of the database in three queries however many reports there were before.

The answer is made by ``projections.reporting.what_is_asked`` and by nothing else, as the workbook's is: it only finds
the rows that it asks for gathered already. A test holds the two together over every report of the demonstration.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, cast

from sqlalchemy import ColumnElement, RowMapping, and_, select

from domain.errors import NotFound
from domain.monitoring.commands import REPORT_SCHEDULE
from domain.periods import Period, financial_year
from projections.awards import AwardRow, ShareRow
from projections.monitoring import DueItem
from projections.providers import ProviderRow
from projections.reports import ReportContent, ReportRow
from projections.rows import Row, RowT
from projections.views import Views

_DAYS = 3
"""By how many days the lengths of two periods may differ that are compared."""
_TOGETHER: tuple[type[Row], ...] = (AwardRow, ProviderRow, DueItem, ShareRow)


@dataclass(frozen=True)
class Gathered(Views):
    """Views of one award's report for one period: what is asked about it is known already. Never cut by a reach."""

    award: AwardRow | None = None
    provider: ProviderRow | None = None
    due: DueItem | None = None
    """The report as it is owed."""
    shares: Sequence[ShareRow] = ()
    """Of the financial year in which the period begins."""
    reports: Sequence[ReportRow] = ()
    """Of the award, up to the end of the period, in order."""
    contents: Mapping[str, ReportContent] = field(default_factory=dict)

    def rows(self, kind: type[RowT], *where: Any, order_by: Sequence[str] = ()) -> list[RowT]:
        """As ``Views.rows``: shares and reports are those that were gathered, whatever is asked."""
        if kind is ShareRow:
            return cast(list[RowT], list(self.shares))
        if kind is ReportRow:
            return cast(list[RowT], list(self.reports))
        return super().rows(kind, *where, order_by=order_by)

    def find(self, kind: type[RowT], *key: Any) -> RowT | None:
        """As ``Views.find``."""
        if kind is ReportContent:
            return cast(RowT | None, self.contents.get(key[0]))
        for own in (self.award, self.provider):
            if isinstance(own, kind) and tuple(getattr(own, name) for name in kind.key) == key:
                return own
        return super().find(kind, *key)

    def report_of(self, period: Period) -> ReportRow | None:
        """The report for a period, if one is in."""
        return next((row for row in self.reports if row.period == period.code), None)


def gathered(views: Views, award: str, period: Period) -> Gathered:
    """All that is asked about a report. Three queries. ``award`` is within reach. Raises ``NotFound``."""
    found = _together(views, award, period)
    columns = ReportRow.table.c
    reports = views.rows(ReportRow, columns.award == award, columns.ends_on <= period.end, order_by=("ends_on",))
    wanted = _wanted(reports, period)
    contents = views.rows(ReportContent, ReportContent.table.c.report.in_(wanted))
    return Gathered(
        **{each.name: getattr(views, each.name) for each in fields(Views)},
        **found,
        reports=reports,
        contents={row.report: row for row in contents},
    )


def _wanted(reports: Sequence[ReportRow], period: Period) -> list[str]:
    """The report itself, the one before, and the earlier ones of the year, whose spend is added."""
    year, length = Period.parse(financial_year(period.start)), (period.end - period.start).days
    of_year = [row for row in reports if row.starts_on >= year.start]
    as_long = [
        row
        for row in reports
        if row.ends_on < period.start and abs((row.ends_on - row.starts_on).days - length) <= _DAYS
    ]
    return sorted({row.report for row in (*of_year, *as_long[-1:])})


def _together(views: Views, award: str, period: Period) -> dict[str, Any]:
    """The award with its provider, its shares of the year, and the report as it is owed. One query."""
    awards, providers, due, shares = (kind.table.c for kind in _TOGETHER)
    own_due = due.item == f"obligation-{award}.{REPORT_SCHEDULE}.{period.code}"
    of_year: ColumnElement[bool] = and_(
        shares.award == awards.award, shares.year == financial_year(period.start), *views.within(ShareRow)
    )
    joined = AwardRow.table.outerjoin(ProviderRow.table, providers.provider == awards.provider)
    joined = joined.outerjoin(DueItem.table, and_(own_due, *views.within(DueItem))).outerjoin(ShareRow.table, of_year)
    labelled = [column.label(f"{kind.__name__}_{column.key}") for kind in _TOGETHER for column in kind.table.c]
    order = [shares[name] for name in ShareRow.key]
    query = select(*labelled).select_from(joined).where(awards.award == award, *views.within(AwardRow)).order_by(*order)
    rows = list(views.connection.execute(query).mappings())
    if not rows:
        raise NotFound("There is nothing of that name.")

    def made(kind: type[Row], row: RowMapping) -> Any:
        said = {column.key: row[f"{kind.__name__}_{column.key}"] for column in kind.table.c}
        return kind(**said) if said[kind.key[0]] is not None else None

    return {
        "award": made(AwardRow, rows[0]),
        "provider": made(ProviderRow, rows[0]),
        "due": made(DueItem, rows[0]),
        "shares": [share for row in rows if (share := made(ShareRow, row)) is not None],
    }
