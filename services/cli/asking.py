"""``outturn show QUESTION``: an answer now, or as it was known at a past moment."""

from enum import StrEnum
from typing import Annotated

import typer

from domain.catalogue import NOUNS
from domain.errors import NotFound
from projections.answers import ANSWERS
from projections.timeline import timeline
from services.cli.console import AsAt, Format, Formatted, ask, print_table, the_office


class Question(StrEnum):
    """What may be asked: every name in ``projections.answers.ANSWERS``."""

    BUDGETS = "budgets"
    AWARDS = "awards"
    PROVIDERS = "providers"
    DUE = "due"
    OVERDUE = "overdue"
    REPORTS = "reports"
    RETURNS = "returns"
    TIMELINE = "timeline"


def show(
    question: Annotated[Question, typer.Argument(help="What to show.")],
    stream: Annotated[
        str | None,
        typer.Argument(metavar="[OF]", help="For timeline: what it is of, like award-MOJ-2017-01."),
    ] = None,
    as_at: AsAt = None,
    format: Formatted = Format.TABLE,  # noqa: A002 - the option's name
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="For timeline: how many lines.")] = 50,
) -> None:
    """Show budgets, awards, providers, what is due and overdue, reports, returns or a timeline."""
    with the_office() as office:
        if question.value == "timeline":
            table = ask(office, as_at, lambda views: timeline(views, stream, limit))
            if stream is not None and not table.rows:
                raise NotFound(
                    f"Nothing is recorded of that. Name it by what it is and its reference: one of {', '.join(NOUNS)}, "
                    "a hyphen, and the reference, like award-MOJ-2017-01."
                )
        else:
            table = ask(office, as_at, ANSWERS[question.value])
    print_table(table, format)
