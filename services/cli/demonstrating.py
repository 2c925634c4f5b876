"""``outturn demo``: an office set up with the awards of five public papers, a year of reports and turns made up."""

import socket
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from domain.errors import Refusal
from domain.returns.filled import FilledReturn
from domain.tables import Table
from projections.answers import due, overdue
from projections.budget_answers import budgets
from projections.half_yearly_return.form import StandingReturn, as_it_stands
from projections.registers import payments
from projections.views import Views
from services.address_book import AddressBook
from services.cli.console import Format, ask, out, print_tables, progress_bar, the_office
from services.settings import Database, Settings

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
    serve: Annotated[bool, typer.Option(help="Serve it on this machine in the end, until it is told to end.")] = True,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Where to serve it; 0: wherever there is room.")] = 8000,
) -> None:
    """Set up the demonstration office, show what it knows, and serve it on this machine. Run again, it adds nothing."""
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
    if serve:
        _serve(port)


def _serve(port: int) -> None:
    """Serves the demonstration on loopback, where anybody may sign in as one of its people."""
    import uvicorn

    from services.app import make_app
    from services.demo_people import PEOPLE, move_in
    from services.http import request_log

    settings = Settings()
    with (
        socket.socket() as listening,
        the_office(to_read=True) as office,
        AddressBook(Database.of(settings.database)) as book,
    ):
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(("127.0.0.1", port))
        except OSError:
            raise Refusal(
                f"Port {port} of this machine is in use. Name another: outturn demo --port 8001; or --no-serve."
            ) from None
        move_in(book)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        out.print(
            f"\nThe office is open at {address} until you press Ctrl and C. You may sign in there as:", markup=False
        )
        for person in PEOPLE:
            out.print(f"  {person.name}", markup=False)
        request_log.configure()
        at = settings.model_copy(update={"address": settings.address or address})
        app = make_app(at, office, book, demonstration_sign_in=True)
        server = uvicorn.Server(uvicorn.Config(app, **request_log.UVICORN))
        server.run(sockets=[listening])
