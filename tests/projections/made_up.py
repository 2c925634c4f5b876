"""An office made up straight from rows, as large as is wished, and a log of it that counts how often it is asked."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, event

from domain.awards.events import AwardRegistered, Route
from domain.kernel import Recorded
from domain.reports.events import Figure, Figures, OutcomeFigure, Text
from domain.reports.quantity import Quantity
from domain.seals.events import LogSealed
from projections.acts import Acts
from projections.awards import AwardRow, ShareRow
from projections.budgets import WHOLE, AllocationRow, BalanceRow, CommitmentRow, FundRow
from projections.decisions import DecisionRow, DocumentRow
from projections.jobs import JobRow
from projections.monitoring import DueItem
from projections.partners import ContributionRow, PoolRow, SecondTierRow, SingleTenderRow
from projections.payments import ConditionRow, PaymentRow, SpendRow
from projections.providers import ProviderRow
from projections.reminders import ReminderRow
from projections.reports import ReportContent, ReportRow
from projections.returns import LatestReturn, ReturnRow
from projections.rows import METADATA, Row, Rows
from projections.views import Views

NOW = datetime(2018, 5, 1, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
FUNDS = ("moj-victims", "cdrg", "vru")
YEAR = "2017-18"
FULL = "a00001"
"""The award that has something of every kind, alike in every office."""


class Log:
    """The log of a made-up office: two events to an award. It counts how often it is asked."""

    def __init__(self, recorded: Sequence[Recorded]) -> None:
        self.recorded = list(recorded)
        self.asked = 0

    def stream(self, stream: str, after: int = 0) -> list[Recorded]:
        """The events of one stream; as in the log, without their positions."""
        self.asked += 1
        own = (each._replace(position=0) for each in self.recorded if each.stream == stream)
        return [each for each in own if each.version > after]

    def at(self, position: int) -> Recorded:
        """The event at a position."""
        return self.many([position])[0]

    def many(self, positions: Sequence[int]) -> list[Recorded]:
        """The events at some positions."""
        self.asked += 1
        wanted = set(positions)
        return [each for each in self.recorded if each.position in wanted]

    def latest(self, limit: int, up_to: int) -> Iterator[Recorded]:
        """The last events, the latest first."""
        self.asked += 1
        return iter([each for each in reversed(self.recorded) if each.position <= up_to][:limit])


def events(how_many: int) -> list[Recorded]:
    """Awards registered by seven people, some minutes apart, and the seals of two evenings."""
    said: dict[str, Any] = {"starts_on": TODAY, "ends_on": TODAY, "ground": None, "decision": None, "remarks": ()}
    registered = AwardRegistered(service="A service", provider="p0001", route=Route.GRANT, **said)
    at = datetime(2018, 4, 3, 8, 0, tzinfo=UTC)
    found = [
        Recorded(
            position=10 + 3 * number,
            stream=f"award-a{number // 2:05}",
            version=1 + number % 2,
            event=registered,
            at=at + timedelta(minutes=17 * number),
            by=f"officer-{number % 7}",
            act=f"{number:032x}",
        )
        for number in range(how_many)
    ]
    last = found[-1]
    seal = LogSealed(position=last.position, events=how_many, sha256="0" * 64)
    sealed = [
        last._replace(position=last.position + number, stream="seal-log", version=number, event=seal, by="scheduler")
        for number in (1, 2)
    ]
    return [*found, *sealed]


def made_up(connection: Connection, awards: int) -> Views:
    """An office of so many awards, each with ten things that are owed, in an empty database."""
    METADATA.create_all(connection)
    log = Log(events(2 * awards))
    rows = Rows(connection, fresh=True)
    for row in (*_office(awards), *(each for number in range(awards) for each in award_rows(number, awards))):
        rows.add(row)
    acts = Acts()
    for recorded in log.recorded:
        acts.apply(recorded, rows)
    rows.write()
    return Views(connection, log.recorded[-1].position, NOW, log)


def _office(awards: int) -> Iterator[Row]:
    providers = max(4, awards // 4)
    for number in range(providers):
        joined = "p0001" if number == 2 else "p0002" if number == 3 else None
        yield ProviderRow(f"p{number:04}", f"Provider {number:04}", "charity", "active", None, None, joined)
    for fund in FUNDS:
        yield FundRow(fund, YEAR, f"Fund {fund}", "Ministry of Justice", "moj", 1)
        received = 10**9 if fund == FUNDS[0] else 5
        yield BalanceRow(fund, YEAR, WHOLE, received=received, committed=10**6, awards=awards, allocations=1)
        yield AllocationRow(fund, YEAR, "letter", 2, "£1m", fund == FUNDS[0], TODAY)
    yield BalanceRow(FUNDS[0], YEAR, "labour", "Labour", "ring-fence", received=5, committed=20, allocations=1)
    yield DecisionRow("D1", "Grants", TODAY, "Approved", None, None, True, None, ["o1"], None, None, None)
    yield ReturnRow("2017-18-h2", 1, "half-yearly-2017", "filled", date(2018, 5, 31), ["a00002", "a00003"])
    yield LatestReturn("2017-18-h2", 1)
    yield JobRow("queue-reminders", 3, "2018-04-30T06:00:00+00:00", "2018-04-30T06:01:00+00:00")
    yield JobRow("seal-log", 3, "2018-04-30T19:00:00+00:00", failures=2, failed_at="2018-04-30T19:00:09+00:00")


_CONTENT = Figures(
    figures=(
        Figure(measure="referrals", quantity=Quantity.exactly(12)),
        Figure(measure="spend", quantity=Quantity.exactly(1_250_00)),
    ),
    outcomes=(OutcomeFigure(outcome="cope", improved=3, answered=4, eligible=None),),
    texts=(Text(narrative="risks", words="Two posts are vacant."),),
)


def award_rows(number: int, awards: int) -> Iterator[Row]:
    """Everything of one award, by its number."""
    award, provider = f"a{number:05}", f"p{number % max(4, awards // 4):04}"
    status = "registered" if number % 11 == 5 else "closed" if number % 13 == 7 else "approved"
    route = "single-tender" if number % 6 == 5 else "grant"
    ends_on = None if number % 17 == 3 else TODAY + timedelta(days=number % 400 - 5)
    yield AwardRow(
        **_facts(award, provider, route, status, number % 40),
        ends_on=ends_on,
        rests_on="D1" if award == FULL else None,
    )
    if status != "registered":
        amount = None if number % 19 == 4 else 1_000_00 * (1 + number % 50)
        fund = FUNDS[number % 3]
        yield ShareRow(award, fund, YEAR, amount, None, None, 0, number, [number], [])
        yield CommitmentRow(fund, YEAR, award, {} if amount is not None else {"": None}, TODAY)
        yield SpendRow(award, number, "2017-18-h1", "staff", 10, 10, 500_00 + number, None, TODAY, TODAY)
    for n in range(8):
        standing = ("owed", "met", "owed", "waived")[n % 4]
        due_on = TODAY + timedelta(days=(number * 7 + n * 31) % 500 - 250)
        yield _due(f"obligation-{award}.report.{n}", award, "report", due_on, standing)
    for n in range(2):
        due_on = TODAY + timedelta(days=(number * 3 + n) % 30 - 5)
        yield _due(f"award-{award}#m{n}", award, "milestone", due_on, "missed" if n else "owed")
        paid = {"status": "paid", "paid_on": TODAY, "provider": provider} if n else {"status": "scheduled"}
        yield PaymentRow(award, f"pay{n}", FUNDS[number % 3], YEAR, 250_00, TODAY - timedelta(days=number % 9), **paid)
    for n, period in enumerate(("2017-18-h1", "2017-18-h2")):
        report = f"{award}.{period}"
        stands = ("accepted", "submitted", "sent-back", "corrected")[(number + n) % 4]
        days = (date(2017, 4, 1), date(2017, 9, 30)) if n == 0 else (date(2017, 10, 1), date(2018, 3, 31))
        counts: dict[str, Any] = {"versions": 1, "received_on": TODAY, "made_up": True, "reasons": ["Add the ages."]}
        counts |= {"position": number, "figures": 2, "outcomes": 1}
        yield ReportRow(report, award, period, *days, "moj-2013", stands, **counts)
        yield ReportContent(report, _CONTENT.model_dump(mode="json", exclude_defaults=True))
    if number % 5 == 1:
        yield ConditionRow(award, "plan", "spend-plan", "The spend plan", "open")
    sent: dict[str, Any] = {"arrived": number % 4 != 1, "person": f"person-{number % 30}"}
    yield ReminderRow(
        f"r{number:05}", f"obligation-{award}.report.0", award, TODAY, "due", "provider", step_on=TODAY,
        standing="refused" if number % 9 == 4 else "sent", position=number, settled_at=NOW.isoformat(), **sent,
    )  # fmt: skip
    if award == FULL:
        yield PoolRow(award, "The council", 500_00)
        yield ContributionRow(award, "council", "The council", False, 300_00, 100_00)
        yield SecondTierRow(award, "t1", "p0003", "Counselling", 100_00, None, None)
        yield SingleTenderRow(award, "One provider only", "The commissioner", "D1", None)
        yield DocumentRow(
            award, "0" * 64, "agreement", "Agreement", "agreement.pdf", "application/pdf", 7, NOW.isoformat()
        )


def _facts(award: str, provider: str, route: str, status: str, day: int) -> dict[str, Any]:
    return {
        "award": award,
        "service": f"Service {award} for Young people",
        "provider": provider,
        "route": route,
        "ground": "One provider only" if route == "single-tender" else None,
        "starts_on": TODAY - timedelta(days=day),
        "decision": "D1",
        "status": status,
        "remarks": [],
        "shares": [],
        "lines": [],
        "holders": [[provider, None, None, None]],
        "paid": [],
    }


def _due(item: str, award: str, kind: str, due_on: date, standing: str) -> DueItem:
    done_on = due_on if standing == "met" else None
    return DueItem(item, award, kind, "report", f"A {kind}", None, due_on, due_on, standing, done_on, None)


class Count:
    """How many queries were made."""

    queries = 0


@contextmanager
def counted(views: Views) -> Iterator[Count]:
    """Counts what is asked of the read models, and of the log."""
    log, count = views.history, Count()
    assert isinstance(log, Log)
    before = log.asked

    def asked(*_heard: Any) -> None:
        count.queries += 1

    event.listen(views.connection, "before_cursor_execute", asked)
    try:
        yield count
    finally:
        event.remove(views.connection, "before_cursor_execute", asked)
        count.queries += log.asked - before
