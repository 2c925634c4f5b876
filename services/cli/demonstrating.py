"""``outturn demo``: an office set up with the awards of five public papers and a year of made-up reports."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from projections.answers import due, overdue
from projections.budget_answers import budgets
from projections.half_yearly_return.form import as_it_stands
from services.cli.console import Format, ask, out, print_table, progress_bar
from services.settings import Settings


def demo(
    folder: Annotated[Path, typer.Option(help="Where the two returns are written.")] = Path("returns"),
) -> None:
    """Set up the demonstration office, and show what it knows. Run again, it adds nothing."""
    from services.demo import DUE_AS_AT, RETURNS, open_demo
    from services.exports.return_files import save

    with open_demo(Settings()) as demonstration:
        with progress_bar() as bar:
            task = bar.add_task("Loading the papers and a year of reports", total=len(demonstration.steps))
            loaded = demonstration.play(lambda number: bar.update(task, completed=number))
        office = demonstration.office
        for line in loaded:
            out.print(line, markup=False)
        print_table(ask(office, None, budgets), Format.TABLE)
        print_table(ask(office, DUE_AS_AT, due), Format.TABLE)
        print_table(ask(office, None, overdue), Format.TABLE)
        for period in RETURNS:
            standing = ask(office, None, partial(as_it_stands, period=period))
            paths = save(standing, folder)
            out.print(f"Return {period} ({standing.status}): {', '.join(str(path) for path in paths)}", markup=False)
    out.print(
        "The awards are as five public papers state them. The outcome reports, milestones and payments are made up "
        "for the demonstration, and marked so wherever they show.",
        style="bold",
    )
