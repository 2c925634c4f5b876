"""Every question that may be asked of the office over HTTP: its answer, who may ask it, and how far an asker sees.

Permission stands here beside the question, as it stands on a command; how far somebody's reach goes is applied in one
place, ``Views.within``. What is out of reach is answered as if it were not there.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import select

from domain.errors import NotAllowed, NotFound
from domain.kernel import Actor, Role
from domain.tables import Table
from projections.answers import ANSWERS
from projections.awards import AwardRow
from projections.budget_answers import budgets, ring_fences
from projections.case_file import case_file
from projections.explain import explain
from projections.providers import ProviderRow
from projections.reminder_answers import reminders
from projections.timeline import timeline
from projections.underspend import underspend
from projections.views import Views
from services.office import Office, reaches

READERS = frozenset({Role.COMMISSIONER, Role.FINANCE, Role.CONTRACT_MANAGER, Role.AUDITOR})
"""Who reads what the office knows of awards and money. The administrator is not among them: people and settings."""
WITH_PROVIDERS = READERS | {Role.PROVIDER}
WITH_ADMINISTRATORS = READERS | {Role.ADMINISTRATOR}
EVERYBODY = WITH_PROVIDERS | WITH_ADMINISTRATORS
AUDITORS = frozenset({Role.AUDITOR, Role.COMMISSIONER, Role.FINANCE})
"""Who reads the log as it is written: everything, of everybody."""


UNKNOWN = "There is nothing of that name."
"""The same words whether there is nothing, or nothing within reach."""


class Sees(Enum):
    """What somebody who reaches some awards alone sees of an answer."""

    OWN = "own"
    """The lines of the awards within reach."""
    WHOLE = "whole"
    """All of it: it is about the whole office, and would be wrong if lines were missing."""
    ALL = "all"
    """All of it, for those who reach every award; for nobody else: it names awards one by one."""
    ONE = "one"
    """All of it, if the award that is asked about is within reach; otherwise it is not there."""


@dataclass(frozen=True)
class Asking:
    """What is said with a question."""

    said: Mapping[str, Any]
    """What it is about, by name: the award, the fund."""
    on: date | None = None
    """Which day's standing is asked for; the latest when none is named."""


Answer = Callable[[Views, Asking], list[Table]]


@dataclass(frozen=True)
class Question:
    """One question: what it is for stands in its words."""

    words: str
    answer: Answer
    may: frozenset[Role]
    sees: Sees
    by_a_day: bool = False
    """Whether it can be asked what held on a day."""


def _plain(name: str) -> Answer:
    return lambda views, _asking: [ANSWERS[name](views)]


def _listed(name: str, words: str, may: frozenset[Role], sees: Sees = Sees.OWN) -> tuple[str, Question]:
    return name, Question(words, _plain(name), may, sees)


LISTS: dict[str, Question] = dict(
    [
        _listed("awards", "Every award: provider, service, route, amount, dates, decision.", WITH_PROVIDERS),
        _listed("due", "What is due today or later and not yet in.", EVERYBODY),
        _listed("overdue", "What was due before today and is not in.", EVERYBODY),
        _listed("reports", "Every outcome report, as it stands.", WITH_PROVIDERS),
        _listed("payments", "Every payment, as it stands.", WITH_PROVIDERS),
        _listed("documents", "Every document on file.", WITH_PROVIDERS),
        _listed("reminders", "Every step of a chase, sent or not sent and why.", WITH_ADMINISTRATORS),
        _listed("single-tenders", "Every single tender with its reasons.", READERS),
        _listed("providers", "Every provider, with what it was awarded and paid.", READERS, Sees.WHOLE),
        _listed("decisions", "Every decision on record.", READERS, Sees.ALL),
        _listed("bids", "Every bid and its match.", READERS, Sees.ALL),
        _listed("returns", "Every half-yearly return in every version.", READERS, Sees.ALL),
        _listed("chases", "The steps of every chase.", WITH_ADMINISTRATORS, Sees.WHOLE),
        _listed("measures", "What may be counted, in which unit.", EVERYBODY, Sees.WHOLE),
        (
            "budgets",
            Question(
                "What each fund has for each year, and what is left.",
                lambda views, asking: [budgets(views, asking.on)],
                READERS,
                Sees.WHOLE,
                by_a_day=True,
            ),
        ),
        (
            "ring-fences",
            Question(
                "What each ring-fence of a fund has, and what is left.",
                lambda views, asking: [ring_fences(views, asking.on)],
                READERS,
                Sees.WHOLE,
                by_a_day=True,
            ),
        ),
        (
            "underspend",
            Question(
                "What is likely not to be spent in each year.",
                lambda views, asking: [underspend(views, asking.on)],
                READERS,
                Sees.WHOLE,
                by_a_day=True,
            ),
        ),
    ]
)
"""Questions with one table for an answer, each under its own address."""


def _history(views: Views, asking: Asking) -> list[Table]:
    table = timeline(views, asking.said["stream"])
    if not table.rows:
        raise NotFound(UNKNOWN)
    return [table]


ABOUT: dict[str, Question] = {
    "award": Question(
        "Everything about one award.",
        lambda views, asking: case_file(views, asking.said["award"]),
        WITH_PROVIDERS,
        Sees.ONE,
    ),
    "reminders-of": Question(
        "Every step that was due for one award.",
        lambda views, asking: [reminders(views, asking.said["award"])],
        WITH_ADMINISTRATORS,
        Sees.ONE,
    ),
    "history": Question("What happened to one thing, in words.", _history, WITH_ADMINISTRATORS, Sees.ONE),
    "explain": Question(
        "The events behind a figure of a fund.",
        lambda views, asking: [
            explain(views, asking.said["fund"], asking.said["year"], asking.said["figure"], asking.on)
        ],
        READERS,
        Sees.ALL,
        by_a_day=True,
    ),
    "timeline": Question(
        "What happened in the office, the latest first.",
        lambda views, asking: [timeline(views, None, asking.said["limit"])],
        AUDITORS,
        Sees.ALL,
    ),
}
"""Questions about one thing."""

OF_PEOPLE_AND_SETTINGS = frozenset({"provider", "calendar", "chase", "job", "seal"})
"""The things whose histories an administrator reads too: they are not about money."""


def history_of(noun: str) -> Question:
    """The question what happened to a thing of one kind."""
    return ABOUT["history"] if noun in OF_PEOPLE_AND_SETTINGS else replace(ABOUT["history"], may=READERS)


def check_may(question: Question, by: Actor, about: str | None = None) -> None:
    """Raises ``NotAllowed`` unless the actor may ask; ``NotFound`` when what it is about is out of reach."""
    if not by.roles & question.may:
        may = " or ".join(sorted(role.value for role in question.may))
        raise NotAllowed(f"This may be read by {may}.")
    if by.scope is not None and "read" not in by.scope:
        raise NotAllowed("This token may not read: ask an administrator for one that may.")
    if question.sees is Sees.ALL and by.awards is not None:
        raise NotAllowed("This names the awards of the whole office: ask somebody who looks after all of them.")
    if question.sees is Sees.ONE and not reaches(by, about):
        raise NotFound(UNKNOWN)


@contextmanager
def views_for(office: Office, by: Actor, sees: Sees = Sees.OWN, as_at: datetime | int | None = None) -> Iterator[Views]:
    """The views as far as somebody sees: now, or as they were."""
    with office.reading() if as_at is None else office.as_at(as_at) as views:
        yield replace(views, reach=by.awards) if sees is Sees.OWN and by.awards is not None else views


def ask(
    office: Office,
    question: Question,
    by: Actor,
    asking: Asking,
    *,
    about: str | None = None,
    as_at: datetime | int | None = None,
) -> tuple[list[Table], int]:
    """The answer's tables, and the position of the log they are of. Raises ``NotAllowed`` or ``NotFound``."""
    check_may(question, by, about)
    with views_for(office, by, question.sees, as_at) as views:
        try:
            return question.answer(views, asking), views.position
        except NotFound:  # its words would say again what was asked for
            raise NotFound(UNKNOWN) from None


def awards_of(views: Views, provider: str) -> frozenset[str]:
    """The awards that a provider holds now, under any of the entries that are joined to its own. Two queries."""
    entries = ProviderRow.table.c
    joined = {row.provider: row.same_as for row in views.rows(ProviderRow, entries.same_as.is_not(None))}
    last = _end(joined, provider)
    ours = {provider, last, *(code for code in joined if _end(joined, code) == last)}
    held = AwardRow.table.c
    return frozenset(views.connection.execute(select(held.award).where(held.provider.in_(ours))).scalars())


def _end(joined: Mapping[str, str | None], code: str) -> str:
    while (further := joined.get(code)) is not None:
        code = further
    return code
