"""``outturn return fill|sign-off|submit|show PERIOD``: the half-yearly return."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from domain.errors import Refusal
from domain.kernel import LONDON, utc_now
from domain.periods import Period
from domain.returns.commands import FillReturn, OpenReturn, SignOffReturn, SubmitReturn
from projections.half_yearly_return.form import StandingReturn, as_it_stands
from services.cli.console import AsAt, Format, Formatted, ask, out, print_json, print_tables, read_day, the_office
from services.exports.return_files import save, to_json
from services.problems import Malformed
from services.settings import Settings

app = typer.Typer(no_args_is_help=True)

Half = Annotated[str, typer.Argument(metavar="PERIOD", help="A half-year, like 2017-18-h1.")]


def _code(period: str) -> str:
    """The code of a period. Raises ``Malformed``."""
    try:
        return Period.parse(period).code
    except Refusal as wrong:
        raise Malformed(str(wrong)) from None


def _print(standing: StandingReturn, form: Format) -> None:
    if form is Format.JSON:
        print_json(to_json(standing))
        return
    waiting = (f"Waiting for {line}" for line in standing.filled.waiting_for)
    version = f"Version {standing.version}, {standing.status}. SHA-256 {standing.filled.sha256}"
    print_tables(standing.filled.tables, form, *waiting, version)


@app.command()
def fill(period: Half, format: Formatted = Format.TABLE) -> None:  # noqa: A002
    """Open the return if it is not open, fold it from the log, and show it with what is still missing."""
    code = _code(period)
    with the_office() as office:
        office.do_all([OpenReturn(period=code), FillReturn(period=code)], Settings().person)
        _print(ask(office, None, lambda views: as_it_stands(views, code)), format)


@app.command("sign-off")
def sign_off(
    period: Half,
    declaration: Annotated[str, typer.Option(help="What is declared, like: I have checked these figures.")],
    despite: Annotated[str | None, typer.Option(help="Why it is signed although something is missing.")] = None,
) -> None:
    """Declare the filled-in return right. Its tables are frozen into the record."""
    code = _code(period)
    with the_office() as office:
        order = SignOffReturn(period=code, declaration=declaration, despite=despite)
        written = office.do(order, Settings().person)
        standing = ask(office, None, lambda views: as_it_stands(views, code))
    out.print(f"Signed off at log position {written[0].position}. SHA-256 {standing.filled.sha256}")


@app.command()
def submit(
    period: Half,
    on: Annotated[str | None, typer.Option(help="The day it was sent, if not today.")] = None,
    receipt: Annotated[str | None, typer.Option(help="The funder's receipt.")] = None,
) -> None:
    """Record that the signed return went to the funder."""
    day: date = utc_now().astimezone(LONDON).date() if on is None else read_day(on, "--on")
    code = _code(period)
    with the_office() as office:
        written = office.do(SubmitReturn(period=code, submitted_on=day, receipt=receipt), Settings().person)
    out.print("Recorded as submitted." if written else "It was recorded as submitted already.")


@app.command()
def show(
    period: Half,
    version: Annotated[int | None, typer.Option(help="An earlier version, if not the latest.")] = None,
    as_at: AsAt = None,
    format: Formatted = Format.TABLE,  # noqa: A002
    save_to: Annotated[
        Path | None, typer.Option("--save", metavar="FOLDER", help="Write it as files: JSON, XLSX and CSV.")
    ] = None,
) -> None:
    """Show the return: as signed, or (until it is signed) as it now stands."""
    code = _code(period)
    with the_office(to_read=True) as office:
        standing = ask(office, as_at, lambda views: as_it_stands(views, code, version))
    if save_to is None:
        _print(standing, format)
        return
    for path in save(standing, save_to):
        out.print(f"Written: {path}", markup=False)
