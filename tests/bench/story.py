"""A made-up log of any length, in the proportions of a real one: about ten events to a stream.

Forty budgets, then one award after another with its milestones, payments, obligations and outcome reports.
"""

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from domain.awards.events import (
    AwardApproved,
    AwardRegistered,
    MilestoneCompleted,
    MilestoneMissed,
    MilestonePlanned,
    MilestoneRescheduled,
    MonitoringScheduled,
    Route,
    Share,
)
from domain.awards.payment_events import PaymentApproved, PaymentMade, PaymentScheduled
from domain.funds.events import AllocationReceived, EarmarkHeld, EarmarkKind, FundOpened, FundsCommitted, FundsPaid
from domain.kernel import Event
from domain.monitoring.events import NilReturnDeclared, ObligationMet, ObligationMoved, ObligationOwed
from domain.monitoring.schedule import DueRule
from domain.periods import Frequency
from domain.providers.events import Kind, ProviderRegistered
from domain.reports.events import (
    Figure,
    Figures,
    OutcomeFigure,
    ReportAccepted,
    ReportCorrected,
    ReportSentBack,
    ReportSubmitted,
)
from domain.reports.quantity import Quantity
from services.event_store import Draft, EventStore

YEARS = tuple(f"20{year}-{year + 1}" for year in range(13, 23))
FUNDS = ("moj-victims", "crime-reduction", "moj-capacity", "community-safety")
PROVIDERS = 100
_CATEGORIES = ("domestic-abuse", "sexual-violence", "burglary", "fraud", "hate-crime", "road-crime", "other")
_OUTCOMES = ("safer", "health", "informed", "coping", "work", "home")

Deed = tuple[str, Event]
"""A stream and what happens on it."""


def award_reference(number: int) -> str:
    """The reference of the award of that number, from 0."""
    return f"2017-{number:05}"


def _beginnings() -> Iterator[Deed]:
    for fund in FUNDS:
        for year in YEARS:
            stream = f"fund-{fund}-{year}"
            yield stream, FundOpened(title=f"{fund} {year}", funder="Ministry of Justice", return_to="moj")
            yield (
                stream,
                AllocationReceived(
                    agreement=f"{fund}-{year}",
                    amount_pence=10**13,
                    printed=None,
                    exact=True,
                    source="grant agreement, annex A",
                    received_on=date(2013, 4, 1),
                ),
            )
            yield (
                stream,
                EarmarkHeld(
                    earmark="reserve",
                    title="Held back for what may come",
                    kind=EarmarkKind.RESERVE,
                    amount_pence=1_500_000,
                    over_pence=0,
                ),
            )
    for number in range(PROVIDERS):
        yield (
            f"provider-p{number:03}",
            ProviderRegistered(
                title=f"Support Service {number}",
                kind=Kind.ORGANISATION,
                charity_number=f"1{number:06}",
                company_number=None,
            ),
        )


def _figures(chance: random.Random, how_many: int) -> Figures:
    """So many figures, three in ten of them outcomes."""
    outcomes = min(len(_OUTCOMES), how_many * 3 // 10)
    figures = []
    for number in range(how_many - outcomes):
        measure = ("referrals", "people-supported")[number // len(_CATEGORIES) % 2]
        category = _CATEGORIES[number % len(_CATEGORIES)]
        count = Quantity.exactly(chance.randrange(500))
        figures.append(Figure(measure=measure, breakdown="crime-type", category=category, quantity=count))
    asked = [chance.randrange(20, 90) for _ in range(outcomes)]
    return Figures(
        figures=tuple(figures),
        outcomes=tuple(
            OutcomeFigure(outcome=outcome, improved=most // 2, answered=most - 10, eligible=most)
            for outcome, most in zip(_OUTCOMES, asked, strict=False)
        ),
        narrative="The service took more referrals than in the quarter before, most of them from the police.",
        made_up=True,
    )


def _report(chance: random.Random, award: str, year: str, quarter: int, end: date) -> Iterator[Deed]:
    period = f"{year}-q{quarter}"
    stream, obligation = f"report-{award}.{period}", f"obligation-{award}.report.{period}"
    yield (
        obligation,
        ObligationOwed(award=award, schedule="report", period=period, title="Outcome report", due_on=end),
    )
    if chance.random() < 0.2:
        yield obligation, ObligationMoved(due_on=end + timedelta(days=14), reason="The provider changed its systems.")
    if chance.random() < 0.05:
        yield obligation, NilReturnDeclared(declared_on=end, reason="The service did not open in this quarter.")
        return
    content = _figures(chance, 20 if quarter in (2, 4) else 6)
    yield (
        stream,
        ReportSubmitted(award=award, period=period, framework="moj-2013", content=content, received_on=end),
    )
    version = 1
    if chance.random() < 0.25:
        version = 2
        reasons = ("Eligible is less than answered last quarter: please check.",)
        yield stream, ReportSentBack(reasons=reasons, correct_by=end + timedelta(days=20))
        yield (
            stream,
            ReportCorrected(
                framework="moj-2013",
                content=_figures(chance, 20 if quarter in (2, 4) else 6),
                received_on=end + timedelta(days=9),
                reason="Two counts were swapped.",
            ),
        )
    yield stream, ReportAccepted(version=version)
    yield obligation, ObligationMet(met_on=end + timedelta(days=5), evidence=f"{stream} version {version}")


def _milestones(chance: random.Random, stream: str, start: date) -> Iterator[Deed]:
    for number in range(1, 17):
        milestone, due = f"m{number:02}", start + timedelta(days=20 * number)
        yield (
            stream,
            MilestonePlanned(milestone=milestone, title=f"Stage {number} of the service is running", due_on=due),
        )
        if chance.random() < 0.3:
            due += timedelta(days=30)
            reason = "The premises were not ready in time."
            yield stream, MilestoneRescheduled(milestone=milestone, due_on=due, reason=reason)
        if chance.random() < 0.1:
            yield stream, MilestoneMissed(milestone=milestone, reason="The post was not filled.")
        if chance.random() < 0.8:
            evidence = f"Visit note {number}, seen by the contract manager"
            yield stream, MilestoneCompleted(milestone=milestone, completed_on=due, evidence=evidence)


def _award(chance: random.Random, number: int) -> Iterator[Deed]:
    award, fund, year = award_reference(number), chance.choice(FUNDS), chance.choice(YEARS)
    stream, purse, start = f"award-{award}", f"fund-{fund}-{year}", date(int(year[:4]), 4, 1)
    pence = chance.randrange(500_000, 20_000_000)
    yield (
        stream,
        AwardRegistered(
            service=f"Support for victims of crime, part {number}",
            route=chance.choice((Route.GRANT, Route.CONTRACT)),
            ground=None,
            provider=f"p{chance.randrange(PROVIDERS):03}",
            starts_on=start,
            ends_on=start + timedelta(days=364),
            decision=f"CPCC {year[:4]}-{number:03}",
            remarks=(),
        ),
    )
    yield stream, AwardApproved(shares=(Share(fund=fund, year=year, amount_pence=pence),), decision=None)
    yield purse, FundsCommitted(award=award, amount_pence=pence, inferred_pence=None, over_pence=0)
    rule = DueRule(kind="working-days-after", number=20)
    yield (
        stream,
        MonitoringScheduled(
            schedule="report", title="Outcome report", frequency=Frequency.QUARTERLY, due=rule, covers=year
        ),
    )
    yield from _milestones(chance, stream, start)
    for month in range(12):
        payment, paid_on = f"{award}.pay-{month + 1:02}", start + timedelta(days=30 * month)
        said: dict[str, Any] = {"payment": payment, "fund": fund, "year": year, "amount_pence": pence // 12}
        yield stream, PaymentScheduled(**said, due_on=paid_on)
        yield stream, PaymentApproved(payment=payment)
        yield stream, PaymentMade(**said, paid_on=paid_on)
        yield purse, FundsPaid(award=award, payment=payment, amount_pence=pence // 12, paid_on=paid_on)
    for quarter in range(1, 5):
        yield from _report(chance, award, year, quarter, start + timedelta(days=91 * quarter))


def deeds(seed: int = 2018) -> Iterator[Deed]:
    """The made-up story, without end; always the same one."""
    yield from _beginnings()
    chance = random.Random(seed)
    number = 0
    while True:
        yield from _award(chance, number)
        number += 1


def drafts(story: Iterable[Deed]) -> Iterator[Draft]:
    """The story as it is written down, a minute between any two events."""
    versions: Counter[str] = Counter()
    at = datetime(2018, 4, 3, 8, 0, tzinfo=UTC)
    for number, (stream, event) in enumerate(story):
        versions[stream] += 1
        by, act = f"officer-{number % 7}", f"{number:032x}"
        yield Draft(stream, versions[stream], event, at + timedelta(minutes=number), by, act)


def fill(log: EventStore, how_many: int, batch: int = 500) -> Counter[str]:
    """Writes the first so many events of the story into an empty log. Returns how often each event came."""
    told: Counter[str] = Counter()
    waiting = drafts(islice(deeds(), how_many))
    while chunk := list(islice(waiting, batch)):
        log.append(chunk)
        told.update(draft.event.name for draft in chunk)
    return told
