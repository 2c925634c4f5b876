"""``outturn return open|missing|fill|show|comment|sign-off|submit|publish|reproduce|compare|explain``."""

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from domain.errors import Refusal
from domain.kernel import LONDON, utc_now
from domain.periods import Period
from domain.returns.commands import (
    CommentOnReturn,
    FillReturn,
    OpenReturn,
    PublishReturn,
    SignOffReturn,
    SubmitReturn,
)
from domain.returns.filled import template_for
from domain.returns.publication import rule_of
from domain.tables import Table
from projections.half_yearly_return import missing as missing_from
from projections.half_yearly_return import proof
from projections.half_yearly_return.form import StandingReturn, as_it_stands, as_published, comments, signed_as_json
from projections.returns import LatestReturn, ReturnRow
from projections.views import Views
from services.cli.console import (
    BROKEN,
    AsAt,
    Format,
    Formatted,
    ask,
    err,
    out,
    print_json,
    print_tables,
    progress_bar,
    read_day,
    the_office,
)
from services.exports.return_files import half_before, save, to_json, written_in_words
from services.problems import Malformed
from services.settings import Settings

app = typer.Typer(no_args_is_help=True)

Half = Annotated[str, typer.Argument(metavar="PERIOD", help="A half-year, like 2017-18-h1.")]
SaveTo = Annotated[
    Path | None, typer.Option("--save", metavar="FOLDER", help="Write it as files: JSON, XLSX, ODS, PDF and CSV.")
]
Version = Annotated[int | None, typer.Option(help="An earlier version, if not the latest.")]


def _code(period: str) -> str:
    """The code of a period. Raises ``Malformed``."""
    try:
        return Period.parse(period).code
    except Refusal as wrong:
        raise Malformed(str(wrong)) from None


def _print(standing: StandingReturn, form: Format, remarks: Table | None = None) -> None:
    if form is Format.JSON:
        print_json(to_json(standing))
        return
    period, since = standing.filled.period, ", ".join(standing.changed_since)
    waiting = [f"Waiting for {line}" for line in standing.filled.waiting_for]
    if since:
        waiting.append(
            f"It differs from what is now known: {since} changed since (outturn return compare {period}). "
            "To send it anew, restate it (outturn do restate-return)."
        )
    version = f"Version {standing.version}, {standing.status}. SHA-256 {standing.filled.sha256}"
    if standing.published is not None:
        version = (
            f"Version {standing.version}, {standing.status}, at log position {standing.published.position}. "
            f"Signed by {standing.signed_by} at log position {standing.filled.position}. "
            f"SHA-256 of the signed return {standing.published.signed_sha256}"
        )
    beside = [remarks] if remarks is not None and remarks.rows and form is Format.TABLE else []
    print_tables([*standing.filled.tables, *beside], form, *waiting, version)


def _orders_to_open(period: str) -> OpenReturn:
    settings = Settings()
    return OpenReturn(period=period, office=settings.office_name, area_code=settings.area_code)


@app.command("open")
def open_(
    period: Annotated[
        str | None, typer.Argument(metavar="[PERIOD]", help="A half-year, like 2017-18-h1. Without: all that are due.")
    ] = None,
) -> None:
    """Open the return of a half-year; or, naming none, every return whose half-year has ended."""
    settings = Settings()
    with the_office(to_read=True) as office:
        if period is None:
            found = ask(office, None, missing_from.returns_to_open)
            orders = [_orders_to_open(order.period) for order in found]
        else:
            orders = [_orders_to_open(_code(period))]
        for order in orders:
            written = office.do(order, settings.person)
            out.print(f"{order.period}: {'opened' if written else 'open already'}.", markup=False)
    if not orders:
        out.print("Every return whose half-year has ended is open already.")


@app.command("missing")
def missing(period: Half, format: Formatted = Format.TABLE) -> None:  # noqa: A002
    """Show what the return still lacks: who has not reported, how complete it is, which checks ask for an answer."""
    code = _code(period)
    with the_office(to_read=True) as office:
        print_tables([ask(office, None, lambda views: missing_from.missing(views, code))], format)


@app.command()
def fill(period: Half, format: Formatted = Format.TABLE) -> None:  # noqa: A002
    """Open the return if it is not open, fold it from the log, and show it with what is still missing."""
    code = _code(period)
    with the_office() as office:
        if not ask(office, None, lambda views: views.find(LatestReturn, code)):
            order = _orders_to_open(code)
            for _number, refusal in office.rehearse([order], Settings().person):
                raise refusal
            # what cannot be filled in is not opened either; and its header is read from the event that opened it
            office.fill_in(code, template_for(Period.parse(code)).template)
            office.do(order, Settings().person)
        office.do(FillReturn(period=code), Settings().person)
        _print(ask(office, None, lambda views: as_it_stands(views, code)), format)


@app.command()
def comment(
    period: Half,
    words: Annotated[str, typer.Argument(help="The remark.")],
    on: Annotated[
        str | None, typer.Option("--on", metavar="CELL", help="About one cell, like demand/MOJ-2017-01/referrals.")
    ] = None,
) -> None:
    """Write a remark to the return, or to one of its cells. It changes no figure."""
    code = _code(period)
    with the_office(to_read=True) as office:
        cell = on and ask(office, None, lambda views: proof.find_cell(as_it_stands(views, code).filled, on).address)
        office.do(CommentOnReturn(period=code, words=words, cell=cell), Settings().person)
    out.print("Recorded.")


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
    day: date | None = None if on is None else read_day(on, "--on")
    code = _code(period)
    with the_office() as office:
        day = day or ask(office, None, lambda views: _submitted_on(views, code))
        day = day or utc_now().astimezone(LONDON).date()
        written = office.do(SubmitReturn(period=code, submitted_on=day, receipt=receipt), Settings().person)
    out.print("Recorded as submitted." if written else "It was recorded as submitted already.")


def _submitted_on(views: Views, period: str) -> date | None:
    """The day on which the latest version was submitted, if it was: who names no day, names no other."""
    latest = views.find(LatestReturn, period)
    row = views.find(ReturnRow, period, latest.version) if latest else None
    return row.submitted_on if row else None


@app.command()
def show(
    period: Half,
    version: Version = None,
    as_at: AsAt = None,
    format: Formatted = Format.TABLE,  # noqa: A002
    save_to: SaveTo = None,
) -> None:
    """Show the return: as signed, or (until it is signed) as it now stands."""
    code = _code(period)
    with the_office(to_read=True) as office:
        kept = None
        if format is Format.JSON and save_to is None:
            kept = ask(office, as_at, lambda views: signed_as_json(views, code, version))
        if kept is not None:
            sys.stdout.write(kept + "\n")
            return
        standing, before, remarks = ask(
            office,
            as_at,
            lambda views: (as_it_stands(views, code, version), half_before(views, code), comments(views, code)),
        )
    if save_to is not None:
        out.print(written_in_words(save(standing, save_to, before)), markup=False)
        return
    _print(standing, format, remarks)


@app.command()
def publish(
    period: Half,
    rule: Annotated[
        str | None, typer.Option(help="The rule for small numbers: area-tables-1, sensitive-tables-1 ...")
    ] = None,
    despite: Annotated[str | None, typer.Option(help="Why, although a number could be worked out.")] = None,
    format: Formatted = Format.TABLE,  # noqa: A002
    save_to: SaveTo = None,
) -> None:
    """Make the copy of the signed return for the public, small numbers held back; or show the one that was made."""
    code = _code(period)
    with the_office(to_read=True) as office:
        written = office.do(PublishReturn(period=code, rule=rule, despite=despite), Settings().person)
        by = rule_of(rule, Period.parse(code)).rule
        copy = ask(office, None, lambda views: as_published(views, code, by))
    if save_to is not None:
        out.print(written_in_words(save(copy, save_to, name="published")), markup=False)
        return
    _print(copy, format)
    if format is Format.TABLE:
        out.print("Recorded as published." if written else "It was published so already.")


@app.command()
def reproduce(period: Half, version: Version = None) -> None:
    """Fold the log again to the position that was signed, and compare byte for byte with what was signed."""
    from services.proof import as_bytes
    from services.proof import reproduce as again

    code = _code(period)
    with the_office(to_read=True) as office, progress_bar() as bar:
        task = bar.add_task("Folding the log", total=None)
        made = again(office, code, version, lambda done, whole: bar.update(task, completed=done, total=whole))
    size = len(as_bytes(made.signed))
    if made.is_same:
        out.print(
            f"The same, byte for byte: {size:,} bytes, from log position {made.signed.position}. "
            f"SHA-256 {made.again.sha256}"
        )
        return
    for fault in made.faults:
        err.print(f"Differs: {fault}", markup=False)
    err.print(
        f"The return made again is not what was signed: SHA-256 {made.signed.sha256} was signed, "
        f"{made.again.sha256} was made again."
    )
    sys.exit(BROKEN)


@app.command()
def compare(period: Half, version: Version = None, format: Formatted = Format.TABLE) -> None:  # noqa: A002
    """Show what differs between the return as signed and as now known: each cell, with event, person and reason."""
    code = _code(period)
    with the_office(to_read=True) as office:
        print_tables([ask(office, None, lambda views: proof.compare(views, code, version))], format)


@app.command()
def explain(
    period: Half,
    cell: Annotated[
        str,
        typer.Argument(
            metavar="CELL",
            help="Table, row and column: demand/MOJ-2017-01/referrals, outcomes/MOJ-2017-01/cope/improved; "
            "of the last row: demand/all/referrals.",
        ),
    ],
    version: Version = None,
    format: Formatted = Format.TABLE,  # noqa: A002
) -> None:
    """Show the events, reports, files and cells behind one figure of the return, in order; and no others."""
    code = _code(period)
    with the_office(to_read=True) as office:
        print_tables([ask(office, None, lambda views: proof.explain(views, code, cell, version))], format)
