"""The command line, ``outturn``: one file to a group of verbs."""

import os
from typing import Annotated

import typer

from services.cli import (
    asking,
    demonstrating,
    filing,
    loading,
    ordering,
    people,
    reporting,
    returning,
    scheduling,
    serving,
    trying,
    upkeep,
)
from services.cli.console import guarded

app = typer.Typer(
    name="outturn",
    help="Outturn: what became of the money a police and crime commissioner hands out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("load")(loading.load)
app.add_typer(ordering.app, name="do", help="Give an order. Each has its own help: outturn do approve-award --help.")
app.command("show")(asking.show)
app.command("what-if")(trying.what_if)
app.command("attach")(filing.attach)
app.command("document")(filing.document)
app.command("workbook")(reporting.workbook)
app.command("report")(reporting.report)
app.add_typer(returning.app, name="return", help="The half-yearly return: fill, sign-off, submit, show.")
app.add_typer(people.app, name="people", help="Who is written to: add, list, erase, left, feed.")
app.add_typer(
    scheduling.app, name="scheduler", help="What the office does without being asked: run it, see what it did."
)
app.command("serve")(serving.serve)
app.command("check")(upkeep.check)
app.command("rebuild")(upkeep.rebuild)
app.command("demo")(demonstrating.demo)


@app.callback()
def _every_time(
    database: Annotated[
        str | None, typer.Option("--database", help="Where the log is kept, instead of OUTTURN_DATABASE.")
    ] = None,
) -> None:
    """Sets what holds for every verb."""
    if database is not None:
        os.environ["OUTTURN_DATABASE"] = database


def main() -> None:
    """Runs the command line: faults are told in words, with exit status 1 (refused), 2 (malformed) or 3 (broken)."""
    guarded(app)
