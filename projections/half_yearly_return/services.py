"""The services a return is about, and what their providers reported: gathered once for all sections."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from domain.monitoring.commands import REPORT_SCHEDULE
from domain.periods import Period, financial_year
from domain.reports.form import Owed, owed_of
from domain.reports.measures import Framework, framework_for
from domain.returns.events import Apportionment
from domain.returns.publication import REASON_GIVEN
from domain.tables import Cell, Missing, cell
from projections.awards import AwardRow, ShareRow
from projections.budgets import FundRow
from projections.half_yearly_return.parts import WHOLE_REPORT, Counted, Part, name_what_was_sent_back, part_of
from projections.monitoring import OPEN, DueItem
from projections.providers import ProviderRow
from projections.reports import AcceptedReport, ReportRow
from projections.returns import ApportionmentRow, LatestReturn, ReturnRow
from projections.views import Views

ACCEPTED, NIL, WAIVED, NOT_RECEIVED = "accepted", "nil return", "waived", "not received"
MISFIT = "received for days that do not fit the half-year"
ALL = "All services"
INSTANCES = "All services (instances)"
"""The last row of a table of counts: instances of support, which are not people."""

_OWED = {"nil-return": NIL, "waived": WAIVED, **dict.fromkeys(OPEN, NOT_RECEIVED)}
"""How an obligation that no report has met stands in the return."""

_NOT_ASKED = Cell(missing=Missing.NOT_ASKED)


class Choice(NamedTuple):
    """How a report that does not fit counts, as the tables that it touches show it."""

    words: str
    why: str
    """The office's reason, in its own words: only beside the list of services, and never in the public copy."""
    keys: frozenset[str]
    """The counts, outcomes and headings of which it has something to say in this half-year."""


def words_key(heading: str) -> str:
    """How what is said under a heading is told from counts and outcomes."""
    return f"words:{heading}"


@dataclass
class Service:
    """One award in the return."""

    award: AwardRow
    provider: str | None
    shares: list[ShareRow]
    """Of the funds that report in this return, in the return's financial year."""
    owed: Owed
    reason: tuple[int, ...]
    """The events for which it stands in the return: its fund was opened, it was registered and approved."""
    standings: set[str] = field(default_factory=set)
    """Of what was reported and what is owed for this half-year and its parts, in words."""
    counted: list[Counted] = field(default_factory=list)
    """Accepted reports of the half-year, in order."""
    counted_to_date: list[Counted] = field(default_factory=list)
    """Accepted reports of the financial year, to the end of the half-year."""
    sent_back: tuple[int, ...] = ()
    sent_back_to_date: tuple[int, ...] = ()
    """The events by which reports that counted were sent back."""
    nil_sources: tuple[int, ...] = ()
    nil_made_up: bool = False
    """Whether a nil return of its was made up for a demonstration."""
    misfits: list[str] = field(default_factory=list)
    """Reports that touch the half-year, do not fit in it, and are in no figure because nobody chose how."""
    choices: list[Choice] = field(default_factory=list)
    """How the reports that do not fit count."""
    apportioned: list[str] = field(default_factory=list)
    """The periods of those that count in this half-year, whole or in part."""

    @property
    def line(self) -> str:
        """How it is named in words."""
        return f"{self.award.award} ({self.award.service})"

    @property
    def standing(self) -> str:
        """Of its reports for this half-year, in words."""
        standings = self.standings or {NOT_RECEIVED}
        if self.misfits:  # it is not that nothing came
            standings = standings - {NOT_RECEIVED} | {MISFIT}
        return " and ".join(sorted(standings))

    @property
    def nil(self) -> bool:
        """Whether there is nothing to report, and the provider said so."""
        return self.standings == {NIL}

    @cached_property
    def made_up(self) -> bool:
        """Whether a figure or a nil return of its was made up for a demonstration."""
        return self.nil_made_up or any(report.made_up for report in (*self.counted, *self.counted_to_date))

    @cached_property
    def labels(self) -> tuple[Cell, Cell, Cell]:
        """Its award, provider and service, as cells; made once for all tables."""
        return cell(self.award.award), cell(self.provider), cell(self.award.service)

    @cached_property
    def mark(self) -> tuple[Cell]:
        """Whether it has anything made up, as the last cell of its rows."""
        return (cell(self.made_up),)

    @cached_property
    def asked(self) -> frozenset[str]:
        """The codes of the measures and outcomes that it owes."""
        measures = (measure.measure for measure in self.owed.measures)
        return frozenset((*measures, *(outcome.outcome for outcome in self.owed.outcomes)))

    def nothing_of(self, code: str, *, to_date: bool = False) -> Cell:
        """What stands where no count of a measure or an outcome was supplied."""
        if code not in self.asked:
            return _NOT_ASKED
        if self.nil:
            return Cell(missing=Missing.NIL, sources=self.nil_sources)
        return Cell(missing=Missing.NOT_SUPPLIED, sources=self.sent_back_to_date if to_date else self.sent_back)


@dataclass(frozen=True)
class Services:
    """Everything the sections are made from."""

    period: Period
    framework: Framework
    services: tuple[Service, ...]
    funds: tuple[FundRow, ...]
    returned: ReturnRow | None
    """The latest version of the return, when it is opened."""
    views: Views

    @property
    def made_up(self) -> bool:
        """Whether any figure was made up for a demonstration."""
        return any(service.made_up for service in self.services)

    def waiting_for(self) -> tuple[str, ...]:
        """What is missing: a line for each service that still owes a report, whose report is not accepted, or that
        has one for other days about which nobody chose."""
        return tuple(f"{service.line}: {'; '.join(lacks)}." for service in self.services if (lacks := _lacks(service)))


def _lacks(service: Service) -> list[str]:
    """What a service still owes, and what the office has still to choose."""
    lacks = []
    if not service.standings or service.standings - {ACCEPTED, NIL, WAIVED}:
        lacks.append(f"report {service.standing}")
    if service.misfits:
        lacks.append(f"choose how the report for {', '.join(service.misfits)} counts (apportion-report)")
    counted = sorted(report.period for report in service.counted)
    if any(earlier.overlaps(later) for earlier, later in pairwise(counted)):
        twice = ", ".join(period.code for period in counted)
        lacks.append(f"accepted reports for {twice} count the same days twice: send one of them back")
    return lacks


def gather(views: Views, period: Period, return_to: str) -> Services:
    """The services of the half-year: awards that draw on the return's funds in its year, with their reports."""
    year = financial_year(period.start)
    framework = framework_for(period)
    of_year = FundRow.table.c.year == year
    funds = {row.fund: row for row in views.rows(FundRow, FundRow.table.c.return_to == return_to, of_year)}
    shares: dict[str, list[ShareRow]] = {}
    for share in views.rows(ShareRow, ShareRow.table.c.year == year):
        if share.fund in funds:
            shares.setdefault(share.award, []).append(share)
    titles = {row.provider: row.title for row in views.rows(ProviderRow)}
    services: dict[str, Service] = {}
    standard = owed_of(framework, None, None)
    for award in views.rows(AwardRow):
        own = shares.get(award.award)
        if not own or not _runs_in(award, period, award.ends_on):
            continue
        if award.status == "withdrawn" and not any(share.paid_pence for share in own):
            continue
        owed = standard if award.measures is None else owed_of(framework, award.measures, award.outcomes)
        reason = {award.position, *(share.sources[0] for share in own), *(funds[share.fund].position for share in own)}
        if award.ended_position is not None and not _runs_in(award, period, award.ended_from):
            reason.add(award.ended_position)  # it is in the return because its end was moved
        provider = titles.get(award.provider or "")
        services[award.award] = Service(award, provider, own, owed, tuple(sorted(reason)))
    _add_reports(views, period, year, services)
    latest = views.find(LatestReturn, period.code)
    returned = views.find(ReturnRow, period.code, latest.version) if latest else None
    return Services(period, framework, tuple(services.values()), tuple(funds.values()), returned, views)


def _runs_in(award: AwardRow, period: Period, ends_on: date | None) -> bool:
    """Whether the award's days touch the period; an award without dates is taken to run in the year of its fund."""
    starts, ends = award.starts_on or period.start, ends_on or period.end
    return starts <= period.end and period.start <= ends


def _add_reports(views: Views, period: Period, year: str, services: dict[str, Service]) -> None:
    columns = ReportRow.table.c
    to_date = Period(Period.parse(year).start, period.end)
    touching = columns.starts_on <= period.end, columns.ends_on >= to_date.start
    accepted = {
        row.report: row
        for row in views.rows(
            AcceptedReport,
            AcceptedReport.table.c.starts_on <= period.end,
            AcceptedReport.table.c.ends_on >= to_date.start,
        )
    }
    choices = _choices(views, period)
    # the part of this year that counted in its first half-year is in the year to date of its second
    earlier = _choices(views, Period.parse(f"{year}-h1")) if period.start > to_date.start else {}
    reported = set()
    for row in views.rows(ReportRow, *touching, order_by=("starts_on", "report")):
        service = services.get(row.award)
        if service is None:
            continue
        days = Period(row.starts_on, row.ends_on)
        choice = (choices if period.overlaps(days) else earlier).get((row.award, row.period))
        if period.covers(days):
            reported.add((row.award, row.period))
        if period.overlaps(days):
            if not period.covers(days) and choice is None:
                service.misfits.append(row.period)
                continue
            service.standings.add(_standing(row))
        found = accepted.get(row.report)
        if choice is not None:
            service.choices.append(_chosen(choice, found if period.overlaps(days) else None))
            if part_of(days, period, choice) is not None:
                service.apportioned.append(row.period)
        if found is not None:
            _count(service, found, row.sent_back, part_of(days, period, choice), part_of(days, to_date, choice), choice)
    for service in services.values():
        service.sent_back = name_what_was_sent_back(service.counted)
        service.sent_back_to_date = name_what_was_sent_back(service.counted_to_date)
    _add_what_is_owed(views, period, services, reported)


def _choices(views: Views, period: Period) -> dict[tuple[str, str], ApportionmentRow]:
    """What the office chose for one half-year, by award and period of the report."""
    rows = views.rows(ApportionmentRow, ApportionmentRow.table.c.period == period.code)
    return {(row.award, row.report_period): row for row in rows}


_HOW = {
    Apportionment.BY_DAYS: "counts in proportion to its days. Each figure of it is rounded by itself: the parts of a "
    "figure, such as its categories, need not add up to it.",
    Apportionment.WHOLE: "counts whole.",
    Apportionment.NOTHING: "does not count.",
}


def _chosen(choice: ApportionmentRow, report: AcceptedReport | None) -> Choice:
    """A choice in words, and what it touches: nothing of a report that counts in an earlier half-year alone."""
    days = Period.parse(choice.report_period).words
    keys: set[str] = set()
    if report is not None and report.stands:
        keys = {*report.counts, *report.outcomes, *map(words_key, report.texts)}
    return Choice(
        words=f"{choice.award}: the report for {days} {_HOW[Apportionment(choice.how)]}",
        why=f"{REASON_GIVEN} {choice.award}'s report for {days}: {choice.reason.rstrip('.')}.",
        keys=frozenset(keys),
    )


def _count(
    service: Service,
    row: AcceptedReport,
    sent_back: int | None,
    part: Part | None,
    part_to_date: Part | None,
    choice: ApportionmentRow | None,
) -> None:
    """Adds an accepted report to the half-year and to the year to date, as far as it counts in them."""
    sources = {*service.reason, *row.sources} if row.stands else {sent_back or 0}
    if choice is not None and row.stands:
        sources.add(choice.position)
    days = Period(row.starts_on, row.ends_on)
    counted = Counted(days, row.counts, row.outcomes, row.texts, WHOLE_REPORT, tuple(sorted(sources)), row.made_up)
    if part is not None:
        service.counted.append(counted._replace(part=part, stands=row.stands))
    if part_to_date is not None:
        service.counted_to_date.append(counted._replace(part=part_to_date, stands=row.stands))


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
            if item.standing == "nil-return":
                service.nil_sources = tuple(sorted({*service.reason, *service.nil_sources, item.position}))
