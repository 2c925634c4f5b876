"""``outturn show QUESTION``: an answer now, as it was known at a past moment, or as it holds by a day."""

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Annotated

import typer

from domain.catalogue import NOUNS
from domain.errors import NotFound
from domain.tables import Table
from projections.answers import ANSWERS
from projections.budget_answers import budgets, ring_fences
from projections.case_file import case_file
from projections.explain import explain
from projections.reminder_answers import reminders
from projections.timeline import timeline
from projections.underspend import underspend
from projections.views import Views
from services.cli.console import AsAt, Format, Formatted, ask, print_json, print_tables, read_day, the_office
from services.cli.saving import SaveTo, can_be_saved, save_answer
from services.moments import known_at
from services.problems import Malformed


class Question(StrEnum):
    """What may be asked: every name in ``projections.answers.ANSWERS``, one award, and one figure."""

    BUDGETS = "budgets"
    AWARDS = "awards"
    PROVIDERS = "providers"
    DUE = "due"
    OVERDUE = "overdue"
    REPORTS = "reports"
    RETURNS = "returns"
    RING_FENCES = "ring-fences"
    UNDERSPEND = "underspend"
    PAYMENTS = "payments"
    DECISIONS = "decisions"
    BIDS = "bids"
    DOCUMENTS = "documents"
    SINGLE_TENDERS = "single-tenders"
    REMINDERS = "reminders"
    CHASES = "chases"
    MEASURES = "measures"
    TIMELINE = "timeline"
    AWARD = "award"
    EXPLAIN = "explain"


Of = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[OF]",
        help="award REFERENCE; explain FUND YEAR FIELD; reminders AWARD; "
        "timeline award-MOJ-2017-01 (for one thing's own timeline).",
    ),
]


def show(
    question: Annotated[Question, typer.Argument(help="What to show.")],
    of: Of = None,
    as_at: AsAt = None,
    on: Annotated[
        str | None,
        typer.Option(
            metavar="DAY",
            help="For budgets, ring-fences, underspend and explain: what held on that day, as now known; "
            "with --as-at, as it was known then.",
        ),
    ] = None,
    format: Formatted = Format.TABLE,  # noqa: A002 - the option's name
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="For timeline: how many lines.")] = 50,
    save_to: SaveTo = None,
) -> None:
    """Show budgets, awards, payments, what is due, a timeline; everything about one award; the events of a figure."""
    can_be_saved(save_to)
    answer = _answer(question, of or [], None if on is None else read_day(on, "--on"), limit)
    with the_office(to_read=True) as office:
        tables, position = ask(office, as_at, lambda views: (answer(views), views.position))
    if save_to is not None:
        save_answer(" ".join([question.value, *(of or [])]), tables, position, as_at, save_to)
        return
    if format is Format.JSON and question is Question.AWARD:
        print_json({table.name: list(table.records()) for table in tables})
        return
    # with --on, the table itself says what was known when of which day
    print_tables(
        tables, format, *([] if as_at is None or on is not None else [f"As it was known {known_at(as_at, '--as-at')}."])
    )


def _answer(question: Question, of: list[str], on: date | None, limit: int) -> Callable[[Views], list[Table]]:
    """The question, ready to be asked. Raises ``Malformed`` when it is not whole."""
    wanted = {
        Question.AWARD: (1, 1),
        Question.EXPLAIN: (3, 3),
        Question.TIMELINE: (0, 1),
        Question.REMINDERS: (0, 1),
    }.get(question, (0, 0))
    if not wanted[0] <= len(of) <= wanted[1]:
        raise Malformed(_HOW.get(question, f"outturn show {question.value} takes nothing more."))
    if on is not None and question not in (*_BY_A_DAY, Question.EXPLAIN):
        raise Malformed("--on goes with budgets, ring-fences, underspend and explain: it shows what held on a day.")
    match question:
        case Question.AWARD:
            return lambda views: case_file(views, of[0])
        case Question.EXPLAIN:
            return lambda views: [explain(views, of[0], of[1], of[2], on)]
        case Question.REMINDERS:
            return lambda views: [reminders(views, of[0] if of else None)]
        case Question.TIMELINE:
            return lambda views: [_timeline(views, of[0] if of else None, limit)]
        case Question.BUDGETS | Question.RING_FENCES | Question.UNDERSPEND:
            return lambda views: [_BY_A_DAY[question](views, on)]
        case _:
            return lambda views: [ANSWERS[question.value](views)]


_BY_A_DAY: dict[Question, Callable[[Views, date | None], Table]] = {
    Question.BUDGETS: budgets,
    Question.RING_FENCES: ring_fences,
    Question.UNDERSPEND: underspend,
}
"""What may be asked of what held on a day; beside it, ``explain``."""

_HOW = {
    Question.AWARD: "Name the award: outturn show award MOJ-2017-01.",
    Question.EXPLAIN: "Name the figure: outturn show explain moj-victims 2017-18 left_pence.",
    Question.REMINDERS: "Name one award at most: outturn show reminders MOJ-2017-01.",
    Question.TIMELINE: "Name one thing at most: outturn show timeline award-MOJ-2017-01.",
}


def _timeline(views: Views, stream: str | None, limit: int) -> Table:
    table = timeline(views, stream, limit)
    if stream is not None and not table.rows:
        raise NotFound(
            f"Nothing is recorded of that. Name it by what it is and its reference: one of {', '.join(NOUNS)}, "
            "a hyphen, and the reference, like award-MOJ-2017-01."
        )
    return table
