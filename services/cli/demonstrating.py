"""``outturn demo``: an office set up with the awards of five public papers, a year of reports and turns made up."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from domain.returns.filled import FilledReturn
from domain.tables import Table
from projections.answers import due, overdue
from projections.budget_answers import budgets
from projections.half_yearly_return.form import StandingReturn, as_it_stands
from projections.registers import payments
from projections.views import Views
from services.cli.console import Format, ask, out, print_tables, progress_bar
from services.settings import Settings

_OF_A_PAYMENT = ("award", "provider", "amount_pence", "held_by")


def held(views: Views) -> Table:
    """The payments that are held back, and by which condition; in short."""
    whole = payments(views)
    places = {column.key: place for place, column in enumerate(whole.columns)}
    kept = [places[key] for key in _OF_A_PAYMENT]
    rows = [row for row in whole.rows if row[places["standing"]].value == "held"]
    return Table(
        name="payments-held",
        title="Payments held",
        columns=tuple(whole.columns[place] for place in kept),
        rows=tuple(tuple(row[place] for place in kept) for row in rows),
    )


def _with_the_one_before(views: Views, period: str) -> tuple[StandingReturn, FilledReturn | None]:
    from services.exports.return_files import half_before

    return as_it_stands(views, period), half_before(views, period)


def _stands(standing: StandingReturn) -> str:
    """How a return stands, in a sentence."""
    period, since = standing.filled.period, ", ".join(standing.changed_since)
    said = f"Return {period} is {standing.status}"
    if since:
        return f"{said} and differs from what is now known: {since} changed since (outturn return compare {period})."
    return f"{said}; nothing in it has changed since." if standing.signed_by else f"{said}, not signed yet."


def demo(
    folder: Annotated[Path, typer.Option(help="Where the two returns are written.")] = Path("returns"),
) -> None:
    """Set up the demonstration office, and show what it knows. Run again, it adds nothing."""
    from services.demo import DUE_AS_AT, RETURNS, open_demo
    from services.exports.return_files import save, written_in_words

    with open_demo(Settings()) as demonstration:
        with progress_bar() as bar:
            task = bar.add_task("Loading the papers and what is made up", total=len(demonstration.steps))
            loaded = demonstration.play(lambda number: bar.update(task, completed=number))
        office = demonstration.office
        for line in loaded:
            out.print(line, markup=False)
        told = [ask(office, None, budgets), ask(office, None, held), ask(office, DUE_AS_AT, due)]
        print_tables([*told, ask(office, None, overdue)], Format.TABLE)
        found = [ask(office, None, partial(_with_the_one_before, period=period)) for period in RETURNS]
        for standing, before in found:
            out.print(written_in_words(save(standing, folder, before)), markup=False)
        for standing, _before in found:
            out.print(_stands(standing), markup=False)
    out.print(
        "The awards are as five public papers state them. The outcome reports with their workbooks, the measures "
        "agreed, milestones and payments, the share of the pot of 2018/19, two documents, and the fund called "
        "demonstration with all its awards are made up for the demonstration, and marked so wherever they show.",
        style="bold",
    )
