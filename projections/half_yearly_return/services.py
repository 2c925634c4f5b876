"""The services a return is about, and what their providers reported: gathered once for all sections."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from domain.monitoring.commands import REPORT_SCHEDULE
from domain.periods import Period, financial_year
from domain.reports.events import Figures
from domain.reports.measures import AddsUp, Framework, Measure, framework_for
from domain.reports.quantity import Quantity, total
from domain.tables import Cell, Missing
from projections.awards import AwardRow, ShareRow
from projections.budgets import FundRow
from projections.monitoring import OPEN, DueItem
from projections.providers import ProviderRow
from projections.reports import ReportRow
from projections.views import Views

ACCEPTED, NIL, WAIVED, NOT_RECEIVED = "accepted", "nil return", "waived", "not received"

_OWED = {"nil-return": NIL, "waived": WAIVED, **dict.fromkeys(OPEN, NOT_RECEIVED)}
"""How an obligation that no report has met stands in the return."""


@dataclass(frozen=True)
class Counted:
    """An accepted report and the events it stands on."""

    period: Period
    figures: Figures
    sources: tuple[int, ...]


@dataclass
class Service:
    """One award in the return."""

    award: AwardRow
    provider: str | None
    shares: list[ShareRow]
    """Of the funds that report in this return, in the return's financial year."""
    standings: set[str] = field(default_factory=set)
    """Of what was reported, and of what is owed, for this half-year and its parts, in words."""
    counted: list[Counted] = field(default_factory=list)
    """Accepted reports of the half-year, in order."""
    counted_to_date: list[Counted] = field(default_factory=list)
    """Accepted reports of the financial year, to the end of the half-year."""
    nil_made_up: bool = False
    """Whether a nil return of its was made up for a demonstration."""
    misfits: list[str] = field(default_factory=list)
    """Reports that touch the half-year and do not fit in it. They are in no figure."""

    @property
    def line(self) -> str:
        """How it is named in words."""
        return f"{self.award.award} ({self.award.service})"

    @property
    def standing(self) -> str:
        """Of its reports for this half-year, in words."""
        return " and ".join(sorted(self.standings)) or NOT_RECEIVED

    @property
    def nil(self) -> bool:
        """Whether there is nothing to report, and the provider said so."""
        return self.standings == {NIL}

    @property
    def made_up(self) -> bool:
        """Whether a figure or a nil return of its was made up for a demonstration."""
        return self.nil_made_up or any(report.figures.made_up for report in (*self.counted, *self.counted_to_date))


@dataclass(frozen=True)
class Services:
    """Everything the sections are made from."""

    period: Period
    framework: Framework
    services: tuple[Service, ...]

    @property
    def made_up(self) -> bool:
        """Whether any figure was made up for a demonstration."""
        return any(service.made_up for service in self.services)

    def waiting_for(self) -> tuple[str, ...]:
        """What is missing, a line for each service that still owes a report or whose report is not accepted."""
        return tuple(
            f"{service.line}: report {service.standing}."
            for service in self.services
            if not service.standings or service.standings - {ACCEPTED, NIL, WAIVED}
        )


def gather(views: Views, period: Period, return_to: str) -> Services:
    """The services of the half-year: awards that draw on the return's funds in its year, with their reports."""
    year = financial_year(period.start)
    funds = {row.fund for row in views.rows(FundRow, FundRow.table.c.return_to == return_to)}
    shares: dict[str, list[ShareRow]] = {}
    for share in views.rows(ShareRow, ShareRow.table.c.year == year):
        if share.fund in funds:
            shares.setdefault(share.award, []).append(share)
    titles = {row.provider: row.title for row in views.rows(ProviderRow)}
    services: dict[str, Service] = {}
    for award in views.rows(AwardRow):
        own = shares.get(award.award)
        if not own or not _runs_in(award, period):
            continue
        if award.status == "withdrawn" and not any(share.paid_pence for share in own):
            continue
        services[award.award] = Service(award, titles.get(award.provider or ""), own)
    _add_reports(views, period, year, services)
    return Services(period, framework_for(period), tuple(services.values()))


def _runs_in(award: AwardRow, period: Period) -> bool:
    """Whether the award's days touch the period; an award without dates is taken to run in the year of its fund."""
    starts, ends = award.starts_on or period.start, award.ends_on or period.end
    return starts <= period.end and period.start <= ends


def _add_reports(views: Views, period: Period, year: str, services: dict[str, Service]) -> None:
    columns = ReportRow.table.c
    year_to_date = Period(Period.parse(year).start, period.end)
    touching = views.rows(
        ReportRow,
        columns.starts_on <= period.end,
        columns.ends_on >= year_to_date.start,
        order_by=("starts_on", "report"),
    )
    reported = set()
    for row in touching:
        service = services.get(row.award)
        if service is None:
            continue
        days = Period(row.starts_on, row.ends_on)
        if period.overlaps(days) and not period.covers(days):
            service.misfits.append(row.period)
            continue
        counted = None
        if row.accepted_content is not None:
            figures = Figures.model_validate(row.accepted_content)
            counted = Counted(days, figures, tuple(row.accepted_sources or ()))
            if year_to_date.covers(days):
                service.counted_to_date.append(counted)
        if period.covers(days):
            reported.add((row.award, row.period))
            service.standings.add(_standing(row))
            if counted is not None:
                service.counted.append(counted)
    _add_what_is_owed(views, period, services, reported)


def _standing(row: ReportRow) -> str:
    return {
        "submitted": "submitted, not accepted yet",
        "sent-back": "sent back",
        "corrected": "corrected, not accepted yet",
        "accepted": ACCEPTED,
    }[row.status]


def _add_what_is_owed(
    views: Views, period: Period, services: dict[str, Service], reported: set[tuple[str, str]]
) -> None:
    """Nil returns, and what is owed and not in: a report on one quarter does not stand for the other."""
    columns = DueItem.table.c
    for item in views.rows(DueItem, columns.name == REPORT_SCHEDULE, columns.standing.in_(_OWED)):
        service = services.get(item.award)
        if service is None or item.period is None or (item.award, item.period) in reported:
            continue
        if period.covers(Period.parse(item.period)):
            service.standings.add(_OWED[item.standing])
            service.nil_made_up = service.nil_made_up or item.made_up


Sourced = tuple[Quantity, tuple[int, ...]]
"""A count, and the positions of the events behind it."""


def count_of(measure: Measure, reports: Sequence[Counted]) -> Sourced | None:
    """What some reports of one service count of a measure, for everybody, by the measure's own way of adding up.

    A report that leaves the measure out makes the sum of the others the least it can be, not the whole.
    """
    found = [
        (number, (figure.quantity, report.sources))
        for number, report in enumerate(reports, 1)
        for figure in report.figures.figures
        if figure.measure == measure.measure and figure.breakdown is None
    ]
    if not found:
        return None
    if measure.adds_up is AddsUp.SUM:
        quantity, sources = added(count for _, count in found)
        if len(found) < len(reports):
            quantity = Quantity(at_least=quantity.at_least, at_most=None)
        return quantity, sources
    number, last = found[-1]
    stands = number == len(reports) if measure.adds_up is AddsUp.LAST else len(reports) == 1
    return last if stands else None


def added(counts: Iterable[Sourced]) -> Sourced:
    """Several counts of one unit as one."""
    counts = list(counts)
    return total(quantity for quantity, _ in counts), tuple(sorted({each for _, own in counts for each in own}))


def count_cell(count: Sourced | None, service: Service | None = None) -> Cell:
    """A count as a cell; or why there is none."""
    if count is None:
        nil = service is not None and service.nil
        return Cell(missing=Missing.NIL if nil else Missing.NOT_SUPPLIED)
    quantity, sources = count
    if quantity.exact:
        return Cell(value=quantity.at_least, sources=sources)
    return Cell(words=quantity.words, at_least=quantity.at_least, at_most=quantity.at_most, sources=sources)
