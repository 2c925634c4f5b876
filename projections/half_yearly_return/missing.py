"""What a return still lacks: who has not reported, how complete each report is, and which checks ask for an answer."""

from domain.errors import Refusal
from domain.periods import Period
from domain.reports.checks import Doubt, doubts, unexplained
from domain.reports.events import Figures
from domain.returns.commands import OpenReturn
from domain.returns.filled import template_for, template_named
from domain.tables import Column, Missing, Row, Table, cell
from projections.budgets import FundRow
from projections.half_yearly_return.services import ACCEPTED, NIL, WAIVED, Service, Services, gather
from projections.reporting import what_is_asked
from projections.reports import ReportContent, ReportRow
from projections.returns import LatestReturn, ReturnRow
from projections.views import Views

_SETTLED = {ACCEPTED, NIL, WAIVED}


def missing(views: Views, period: str) -> Table:
    """A row to a service: where its report stands, how many of the figures that it owes are in, and what to ask."""
    days = Period.parse(period)
    opened = views.find(LatestReturn, period)
    row = views.find(ReturnRow, period, opened.version) if opened else None
    template = template_named(row.template) if row else template_for(days)
    services = gather(views, days, template.return_to)
    reports = _reports(views, days, services)
    rows = [_row(views, service, reports.get(service.award.award, [])) for service in services.services]
    settled = sum(bool(service.standings) and not service.standings - _SETTLED for service in services.services)
    owed = sum(int(each[4].value or 0) for each in rows)
    supplied = sum(int(each[5].value or 0) for each in rows)
    asked = sum(int(each[6].value or 0) for each in rows)
    return Table(
        name="missing",
        title=f"Return {period}: what is missing",
        columns=(
            Column(key="award", title="Award"),
            Column(key="provider", title="Provider"),
            Column(key="service", title="Service", detail=True),
            Column(key="report", title="Report"),
            Column(key="owed", title="Figures owed", kind="count"),
            Column(key="supplied", title="Of these, in", kind="count"),
            Column(key="unexplained", title="Checks without an answer", kind="count"),
            Column(key="asks", title="What they ask"),
            Column(key="to_do", title="To do"),
        ),
        rows=tuple(rows),
        notes=(
            f"{settled} of {len(rows)} services are settled: accepted, nil return or waived.",
            f"{supplied:,} of {owed:,} figures are in. {asked} check{'' if asked == 1 else 's'} without an answer.",
        ),
        names=("award",),
    )


def _reports(views: Views, period: Period, services: Services) -> dict[str, list[tuple[ReportRow, Figures]]]:
    """The latest version of every report on the days of the half-year, by award; of one that does not fit, if the
    office chose that it counts."""
    columns = ReportRow.table.c
    found: dict[str, list[tuple[ReportRow, Figures]]] = {}
    chosen = {(service.award.award, code) for service in services.services for code in service.apportioned}
    touching = views.rows(ReportRow, columns.starts_on <= period.end, columns.ends_on >= period.start)
    within = [
        row
        for row in touching
        if period.covers(Period(row.starts_on, row.ends_on)) or (row.award, row.period) in chosen
    ]
    names = [row.report for row in within]
    contents = {row.report: row for row in views.rows(ReportContent, ReportContent.table.c.report.in_(names))}
    for row in within:
        content = Figures.model_validate(contents[row.report].content)
        found.setdefault(row.award, []).append((row, content))
    return found


def _row(views: Views, service: Service, reports: list[tuple[ReportRow, Figures]]) -> Row:
    counts = list(service.owed.counts)
    expected = len(counts) + 3 * len(service.owed.outcomes)
    is_settled = bool(service.standings) and not service.standings - _SETTLED
    supplied, asks = 0, list[Doubt]()
    if reports:
        supplied = min(_supplied(service, counts, content) for _, content in reports)
    for row, content in reports:
        # the provider was asked about the same: beside the last report, and the whole of the award's budget
        asked = what_is_asked(views, row.award, Period(row.starts_on, row.ends_on))
        odd = doubts(asked.owed, content, asked.before, asked.budget_pence, asked.spent_before_pence)
        asks += unexplained(odd, content.explanations)
    owes = 0 if service.standings and not service.standings - {NIL, WAIVED} else expected
    return (
        cell(service.award.award),
        cell(service.provider),
        cell(service.award.service),
        cell(service.standing),
        cell(owes),
        cell(min(supplied, owes)),
        cell(len(asks)),
        cell("; ".join(doubt.words for doubt in asks) or None, missing=Missing.NOT_APPLICABLE),
        cell(_to_do(service, is_settled=is_settled), missing=Missing.NOT_APPLICABLE),
    )


def _supplied(service: Service, counts: list[str], content: Figures) -> int:
    """How many of the figures owed are in one report."""
    keys = {figure.key for figure in content.figures}
    of_outcomes = {
        outcome.outcome: sum(n is not None for n in (outcome.improved, outcome.answered, outcome.eligible))
        for outcome in content.outcomes
    }
    wanted = {outcome.outcome for outcome in service.owed.outcomes}
    return sum(key in keys for key in counts) + sum(n for code, n in of_outcomes.items() if code in wanted)


def _to_do(service: Service, *, is_settled: bool) -> str | None:
    if service.misfits:
        return "choose how a report that does not fit counts (apportion-report)"
    if is_settled:
        return None
    if any("not accepted yet" in each for each in service.standings):
        return "review the report, then accept it or send it back"
    if "sent back" in service.standings:
        return "wait for the correction, or accept what is there"
    return "ask the provider for the report"


def returns_to_open(views: Views) -> list[OpenReturn]:
    """The orders to open every half-year's return that has ended, has awards to report on, and is not open yet.

    Looks back over the half-years in which funds that report in a return were opened.
    """
    orders = []
    opened = {row.period for row in views.rows(LatestReturn)}
    for year in sorted({fund.year for fund in views.rows(FundRow) if fund.return_to is not None}):
        for half in ("h1", "h2"):
            code = f"{year}-{half}"
            days = Period.parse(code)
            if days.end >= views.today or code in opened:
                continue
            if _has_services(views, days):
                orders.append(OpenReturn(period=code))
    return orders


def _has_services(views: Views, days: Period) -> bool:
    """Whether there is anything to report on; not in a year for which no template or framework is on file."""
    try:
        return bool(gather(views, days, template_for(days).return_to).services)
    except Refusal:
        return False
