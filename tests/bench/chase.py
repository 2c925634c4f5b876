"""How long a sweep of what is owed takes: with nothing to send, with a tenth due, and ten times as much owed."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from time import perf_counter

from sqlalchemy import event

from domain.awards.events import AwardApproved, AwardRegistered, Route, Share
from domain.funds.events import AllocationReceived, FundOpened, FundsCommitted
from domain.monitoring.events import ObligationOwed
from domain.monitoring.policy import Part
from projections.chasing import what_to_chase
from services.address_book import AddressBook, Person
from services.chasing import sweep
from services.event_store import Draft, open_log
from services.office import Office
from services.places import place_for
from services.read_models import ReadModels
from services.settings import Database
from tests.bench.databases import Databases
from tests.bench.measure import Figure, by_turns

FEW, MANY = 2_000, 20_000
TURNS = 7
MOST_QUERIES, MOST_SECONDS, MOST_SECONDS_DUE, MOST_TIMES = 10, 0.05, 1.0, 12
_AT = datetime(2026, 10, 1, 7, tzinfo=UTC)
_FAR, _TODAY = date(2027, 3, 31), date(2026, 10, 1)


def _office(database: Database, how_many: int, due: int) -> Office:
    """An office in which so many reports are owed, so many of them today."""
    log = open_log(database)
    office = Office(log, ReadModels(log, place_for(database)), lambda: _AT)
    fund, year = "fund-moj-2026-27", "2026-27"
    received = AllocationReceived(
        agreement="letter", amount_pence=10**12, printed=None, exact=True, source="Grant letter", received_on=None
    )
    drafts = [
        Draft(fund, 1, FundOpened(title="Victims", funder="Ministry of Justice", return_to=None), _AT, "bench", "act"),
        Draft(fund, 2, received, _AT, "bench", "act"),
    ]
    registered = AwardRegistered(
        service="A service",
        route=Route.GRANT,
        ground=None,
        provider="p",
        starts_on=None,
        ends_on=None,
        decision=None,
        remarks=(),
    )
    for number in range(how_many):
        award = f"a{number:05}"
        share = Share(fund="moj", year=year, amount_pence=1)
        owed = ObligationOwed(
            award=award,
            schedule="outcome-report",
            period="2026-27-h1",
            title="Outcome report",
            due_on=_TODAY if number < due else _FAR + timedelta(days=number % 60),
        )
        deeds = [
            (f"award-{award}", 1, registered),
            (f"award-{award}", 2, AwardApproved(shares=(share,), decision=None)),
            (fund, 3 + number, FundsCommitted(award=award, amount_pence=1, inferred_pence=None, over_pence=0)),
            (f"obligation-{award}.outcome-report.2026-27-h1", 1, owed),
        ]
        drafts += [Draft(stream, version, deed, _AT, "bench", "act") for stream, version, deed in deeds]
    log.append(drafts)
    with office.reading():
        return office


def _looked(office: Office) -> float:
    """Seconds for a look at everything that is owed."""
    with office.reading() as views:
        start = perf_counter()
        what_to_chase(views, _TODAY)
        return perf_counter() - start


def _queries(office: Office) -> int:
    """How many queries such a look makes."""
    count = 0

    def counted(*_said: object) -> None:
        nonlocal count
        count += 1

    with office.reading() as views:
        event.listen(views.connection, "before_cursor_execute", counted)
        what_to_chase(views, _TODAY)
        event.remove(views.connection, "before_cursor_execute", counted)
    return count


def _swept(database: Database) -> float:
    """Seconds for a sweep with a tenth of the reports due today."""
    office = _office(database, FEW, FEW // 10)
    with AddressBook(database) as book:
        book.put(
            Person(
                id="person-1",
                name="Reader One",
                email="reader@example.org",
                parts=frozenset({Part.PROVIDER}),
                provider="p",
            )
        )
        start = perf_counter()
        swept = sweep(office, book, _TODAY)
        taken = perf_counter() - start
    assert swept.queued == FEW // 10
    office.close()
    return taken


def figures(found: Databases, kind: str) -> list[Figure]:
    """A sweep with nothing to send, one with a tenth due, and one of ten times as much."""
    few, many = _office(found.new(kind), FEW, 0), _office(found.new(kind), MANY, 0)
    turns = by_turns({"few": partial(_looked, few), "many": partial(_looked, many)}, TURNS, warm_up=True)
    queries = _queries(few)
    few.close()
    many.close()
    due = min(_swept(found.new(kind)) for _ in range(3))
    seconds = turns.median("few")
    return [
        Figure("queries of a sweep with nothing to send", queries, at_most=MOST_QUERIES, beside=f"{FEW:,} owed"),
        Figure(
            f"seconds of a sweep of {FEW:,}, nothing to send",
            seconds,
            at_most=MOST_SECONDS,
            beside=f"{seconds * 1000:.1f} ms",
        ),
        Figure(f"seconds of a sweep of {FEW:,}, a tenth due", due, at_most=MOST_SECONDS_DUE, beside=f"{due:.2f} s"),
        Figure(
            f"a sweep of {MANY:,} / of {FEW:,}",
            turns.ratio("many", "few"),
            at_most=MOST_TIMES,
            beside=f"{turns.median('many') * 1000:.0f} ms",
        ),
    ]
