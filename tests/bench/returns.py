"""How long a return takes to be filled in from accepted reports, and to be served again once it is signed."""

from datetime import UTC, date, datetime
from functools import partial
from time import process_time

from domain.awards.events import AwardApproved, AwardRegistered, Route, Share
from domain.funds.events import AllocationReceived, FundOpened, FundsCommitted
from domain.periods import Period
from domain.reports.events import Figure as Count
from domain.reports.events import Figures, OutcomeFigure, ReportAccepted, ReportSubmitted
from domain.reports.measures import framework_for
from domain.reports.quantity import Quantity
from domain.returns.commands import FillReturn, OpenReturn, SignOffReturn
from projections.half_yearly_return.form import fill_in, signed_as_json
from services.event_store import Draft, open_log
from services.office import Office
from services.places import place_for
from services.read_models import ReadModels
from services.settings import Database
from tests.bench.commands import EVERYBODY
from tests.bench.databases import Databases
from tests.bench.measure import Figure, by_turns
from tests.scenes import do

FEW, MANY = 1_000, 10_000
FIGURES = 192
TURNS = 5
PERIOD, YEAR, TEMPLATE = "2017-18-h1", "2017-18", "moj-working-1"
MOST_SECONDS, MOST_TIMES, MOST_SECONDS_AGAIN = 0.5, 12, 0.05
_AT = datetime(2017, 10, 9, 9, tzinfo=UTC)
_DAY = date(2017, 10, 9)


def _content(number: int) -> Figures:
    """So many figures: whatever the framework asks for, then further categories of what it may be split by."""
    framework = framework_for(Period.parse(PERIOD))
    keys = [(measure.measure, None, None) for measure in framework.measures] + [
        (measure.measure, breakdown.breakdown, category)
        for measure in framework.measures
        for breakdown in sorted(framework.breakdowns, key=lambda each: each.breakdown not in measure.by)
        for category in breakdown.categories
    ]
    counts = tuple(
        Count(
            measure=measure,
            breakdown=breakdown,
            category=category,
            quantity=Quantity.exactly((number * 7 + place * 13) % 500),
        )
        for place, (measure, breakdown, category) in enumerate(keys[: FIGURES - 3 * len(framework.outcomes)])
    )
    outcomes = tuple(OutcomeFigure(outcome=o.outcome, improved=3, answered=5, eligible=9) for o in framework.outcomes)
    return Figures(figures=counts, outcomes=outcomes)


def _reported(database: Database, how_many: int) -> Office:
    """An office in which so many services have an accepted report."""
    log = open_log(database)
    office = Office(log, ReadModels(log, place_for(database)))
    fund = f"fund-moj-{YEAR}"
    opened = FundOpened(title="Victims", funder="Ministry of Justice", return_to="moj")
    received = AllocationReceived(
        agreement="letter", amount_pence=10**12, printed=None, exact=True, source="Grant letter", received_on=None
    )
    drafts = [
        Draft(fund, 1, opened, _AT, "bench", "act"),
        Draft(fund, 2, received, _AT, "bench", "act"),
    ]
    registered = AwardRegistered(
        service="A service",
        route=Route.GRANT,
        ground=None,
        provider=None,
        starts_on=None,
        ends_on=None,
        decision=None,
        remarks=(),
    )
    for number in range(how_many):
        award, share = f"a{number:05}", Share(fund="moj", year=YEAR, amount_pence=100_00)
        report = f"report-{award}.{PERIOD}"
        deeds = [
            (f"award-{award}", 1, registered),
            (f"award-{award}", 2, AwardApproved(shares=(share,), decision=None)),
            (fund, 3 + number, FundsCommitted(award=award, amount_pence=100_00, inferred_pence=None, over_pence=0)),
            (
                report,
                1,
                ReportSubmitted(
                    award=award, period=PERIOD, framework="moj-2013", content=_content(number), received_on=_DAY
                ),
            ),
            (report, 2, ReportAccepted(version=1)),
        ]
        drafts += [Draft(stream, version, event, _AT, "bench", "act") for stream, version, event in deeds]
        if len(drafts) > 2_000:
            office.log.append(drafts)
            drafts = []
    office.log.append(drafts)
    with office.reading():
        return office


def _filled(office: Office) -> float:
    """CPU seconds of one filling in."""
    with office.reading() as views:
        start = process_time()
        filled = fill_in(views, PERIOD, TEMPLATE)
        taken = process_time() - start
    assert filled.tables
    return taken


def _served(office: Office) -> float:
    """CPU seconds in which a signed return is there again, as JSON."""
    with office.reading() as views:
        start = process_time()
        said = signed_as_json(views, PERIOD)
        taken = process_time() - start
    assert said
    return taken


def figures(found: Databases) -> list[Figure]:
    """The filling in of a thousand reports and of ten thousand; a signed return served again."""
    few, many = (_reported(found.new("sqlite"), how_many) for how_many in (FEW, MANY))
    turns = by_turns({"few": partial(_filled, few), "many": partial(_filled, many)}, TURNS, warm_up=True)
    do(few, OpenReturn(period=PERIOD), FillReturn(period=PERIOD))
    few.do(SignOffReturn(period=PERIOD, declaration="Right", despite="A bench"), EVERYBODY)
    again = by_turns({"served": partial(_served, few)}, TURNS, warm_up=True)
    few.close()
    many.close()
    seconds, served = turns.median("few"), again.median("served")
    return [
        Figure(
            f"CPU seconds to fill a return from {FEW:,} reports of {FIGURES} figures",
            seconds,
            at_most=MOST_SECONDS,
            beside=f"{seconds * 1000:.0f} ms",
        ),
        Figure(
            f"filling it from {MANY:,} reports / from {FEW:,}",
            turns.ratio("many", "few"),
            at_most=MOST_TIMES,
            beside=f"{turns.median('many'):.2f} s",
        ),
        Figure(
            f"CPU seconds to serve it again as JSON, signed, {FEW:,} services",
            served,
            at_most=MOST_SECONDS_AGAIN,
            beside=f"{served * 1000:.1f} ms",
        ),
    ]
