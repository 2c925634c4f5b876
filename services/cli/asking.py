"""``outturn show QUESTION``: an answer now, as it was known at a past moment, or as it holds by a day."""

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Annotated

import typer

from domain.catalogue import NOUNS
from domain.errors import NotFound, Refusal
from domain.periods import parse_day
from domain.tables import Table
from projections.answers import ANSWERS
from projections.budget_answers import budgets, explain, ring_fences
from projections.case_file import case_file
from projections.timeline import timeline
from projections.views import Views
from services.cli.console import AsAt, Format, Formatted, ask, out, print_json, print_table, the_office
from services.cli.saving import SaveTo, can_be_saved, save_answer


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
    TIMELINE = "timeline"
    AWARD = "award"
    EXPLAIN = "explain"


Of = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[OF]",
        help="award REFERENCE; explain FUND YEAR FIELD; timeline award-MOJ-2017-01 (for one thing's own timeline).",
    ),
]


def show(
    question: Annotated[Question, typer.Argument(help="What to show.")],
    of: Of = None,
    as_at: AsAt = None,
    on: Annotated[
        str | None,
        typer.Option(metavar="DAY", help="For budgets and ring-fences: what holds by that day, as now known."),
    ] = None,
    format: Formatted = Format.TABLE,  # noqa: A002 - the option's name
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="For timeline: how many lines.")] = 50,
    save_to: SaveTo = None,
) -> None:
    """Show budgets, awards, payments, what is due, a timeline; everything about one award; the events of a figure."""
    can_be_saved(save_to)
    answer = _answer(question, of or [], None if on is None else parse_day(on), limit)
    with the_office(to_read=True) as office:
        tables, position = ask(office, as_at, lambda views: (answer(views), views.position))
    if save_to is not None:
        save_answer(" ".join([question.value, *(of or [])]), tables, position, as_at, save_to)
        return
    if format is Format.JSON and question is Question.AWARD:
        print_json({table.name: list(table.records()) for table in tables})
        return
    for table in tables:
        print_table(table, format)
    if as_at is not None and format is Format.TABLE:
        out.print(f"As it was known at {as_at}.", markup=False)


def _answer(question: Question, of: list[str], on: date | None, limit: int) -> Callable[[Views], list[Table]]:
    """The question, ready to be asked. Raises ``Refusal`` when it is not whole."""
    wanted = {Question.AWARD: (1, 1), Question.EXPLAIN: (3, 3), Question.TIMELINE: (0, 1)}.get(question, (0, 0))
    if not wanted[0] <= len(of) <= wanted[1]:
        raise Refusal(_HOW.get(question, f"outturn show {question.value} takes nothing more."))
    if on is not None and question not in (Question.BUDGETS, Question.RING_FENCES):
        raise Refusal("--on goes with budgets and ring-fences: it shows what holds by a day.")
    match question:
        case Question.AWARD:
            return lambda views: case_file(views, of[0])
        case Question.EXPLAIN:
            return lambda views: [explain(views, *of)]
        case Question.TIMELINE:
            return lambda views: [_timeline(views, of[0] if of else None, limit)]
        case Question.BUDGETS | Question.RING_FENCES:
            table = budgets if question is Question.BUDGETS else ring_fences
            return lambda views: [table(views, on)]
        case _:
            return lambda views: [ANSWERS[question.value](views)]


_HOW = {
    Question.AWARD: "Name the award: outturn show award MOJ-2017-01.",
    Question.EXPLAIN: "Name the figure: outturn show explain moj-victims 2017-18 left_pence.",
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
