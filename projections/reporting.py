"""What a provider is asked to report on for a period, and what is known beside it: all that its form is made from."""

from dataclasses import dataclass

from domain import money
from domain.errors import NotFound
from domain.periods import Period, financial_year
from domain.reports.events import Figures
from domain.reports.form import Owed, owed_of
from domain.reports.measures import framework_for
from projections.awards import AwardRow, ShareRow
from projections.providers import ProviderRow
from projections.reports import ReportContent, ReportRow
from projections.views import Views


@dataclass(frozen=True)
class Asked:
    """One award's report for one period, as it is asked for."""

    award: str
    service: str
    provider: str
    """Its name; ``not known`` when the award has none."""
    period: Period
    owed: Owed
    budget_pence: int | None
    """What the award has for the financial year in which the period begins; ``None``: not known."""
    now: Figures | None
    """The latest version of the report for this very period, if one is in."""
    status: str | None
    """Where that stands."""
    before: Figures | None
    """The last report before, for a period as long."""
    before_period: Period | None
    spent_before_pence: int = 0
    """What the award's earlier reports of the same financial year say was spent, at the least."""


def what_is_asked(views: Views, award: str, period: Period) -> Asked:
    """The report that an award owes for a period. Raises ``NotFound`` or ``Refusal``."""
    row = views.find(AwardRow, award)
    if row is None:
        raise NotFound(f"There is no award {award}.")
    provider = views.find(ProviderRow, row.provider or "")
    shares = views.rows(
        ShareRow, ShareRow.table.c.award == award, ShareRow.table.c.year == financial_year(period.start)
    )
    columns = ReportRow.table.c
    reports = views.rows(ReportRow, columns.award == award, columns.ends_on <= period.end, order_by=("ends_on",))
    same = next((report for report in reports if report.period == period.code), None)
    before = _before(reports, period)
    return Asked(
        award=award,
        service=row.service,
        provider=provider.title if provider else "not known",
        period=period,
        owed=owed_of(framework_for(period), row.measures, row.outcomes),
        budget_pence=money.add(share.amount_pence for share in shares) if shares else None,
        now=_content(views, same),
        status=same.status if same else None,
        before=_content(views, before),
        before_period=Period(before.starts_on, before.ends_on) if before else None,
        spent_before_pence=_spent_before(views, reports, period),
    )


def _spent_before(views: Views, reports: list[ReportRow], period: Period) -> int:
    """The spend of the reports of the period's financial year that ended before it began; no day is counted twice.

    Where reports overlap, as a quarter's and its months', the longest is taken.
    """
    year = Period.parse(financial_year(period.start))
    earlier = [r for r in reports if r.ends_on < period.start and r.starts_on >= year.start]
    taken: list[Period] = []
    spent = 0
    for report in sorted(earlier, key=lambda r: r.ends_on - r.starts_on, reverse=True):
        days = Period(report.starts_on, report.ends_on)
        if any(days.overlaps(other) for other in taken):
            continue
        content = _content(views, report)
        spend = next((f.quantity for f in content.figures if f.key == "spend"), None) if content else None
        if spend is not None:  # of a longer report that leaves it out, the shorter ones may tell
            taken.append(days)
            spent += spend.at_least
    return spent


def _before(reports: list[ReportRow], period: Period) -> ReportRow | None:
    """The last report that ended before the period began, and is about as long (months differ by a day or three)."""
    length = (period.end - period.start).days
    fitting = [
        report
        for report in reports
        if report.ends_on < period.start and abs((report.ends_on - report.starts_on).days - length) <= 3
    ]
    return fitting[-1] if fitting else None


def _content(views: Views, report: ReportRow | None) -> Figures | None:
    found = views.find(ReportContent, report.report) if report else None
    return Figures.model_validate(found.content) if found else None
