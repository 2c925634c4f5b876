"""``outturn workbook`` and ``outturn report``: the provider's workbook, handed out and read back."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from domain.errors import Refusal
from domain.periods import Period
from services.cli.console import MALFORMED, err, out, read_day, the_office
from services.documents import Documents
from services.problems import Malformed
from services.settings import Settings


def workbook(
    award: Annotated[str, typer.Argument(help="The award.")],
    period: Annotated[str, typer.Argument(help="The period, like 2026-27-h1.")],
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="Where to write it: a name with .xlsx or .ods.")
    ] = None,
    filled: Annotated[
        bool, typer.Option("--filled", help="With the figures that are in already, for the provider to correct.")
    ] = False,
) -> None:
    """Make the workbook that a provider fills in: just the measures that the award owes, last period's beside them."""
    from services.reporting import asked_for, workbook_for

    try:
        code = Period.parse(period).code
    except Refusal as wrong:
        raise Malformed(str(wrong)) from None
    with the_office(to_read=True) as office:
        asked_for(office, award, code)  # there may be no such award: then no file is named after it
        to = to or Path(f"{award}.{code}.xlsx")
        kind = _kind_of(to)
        data = workbook_for(office, award, code, kind, filled=filled)
    try:
        to.write_bytes(data)
    except OSError:
        raise Refusal(f"The file {to.name} cannot be written: check the folder and that you may write there.") from None
    out.print(f"Written: {to}", markup=False, soft_wrap=True)


def _kind_of(file: Path) -> Literal["xlsx", "ods"]:
    match file.suffix.lower():
        case ".xlsx":
            return "xlsx"
        case ".ods":
            return "ods"
        case _:
            raise Refusal("A workbook is written as .xlsx or .ods: give --to a name that ends so.")


def report(
    file: Annotated[Path, typer.Argument(help="The workbook as the provider sent it: .xlsx or .ods.")],
    received: Annotated[
        str | None, typer.Option("--received", metavar="DAY", help="When it came in, if not today: like 2026-10-12.")
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why a report that is in already is corrected.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Only say what is wrong. Nothing is recorded.")] = False,
) -> None:
    """Record a provider's workbook. Every fault is named by sheet and cell; if there is one, nothing is recorded."""
    from services.reporting import read_report, record

    day = read_day(received, "--received") if received is not None else None
    try:
        data = file.read_bytes()
    except OSError:
        raise Refusal(f"The file {file.name} cannot be read: check its name and that it is there.") from None
    settings = Settings()
    with the_office(to_read=True) as office:
        draft = read_report(office, data, file.name, by=settings.person, received_on=day, reason=reason)
        for note in draft.notes:
            out.print(f"Note. {note}", markup=False, soft_wrap=True)
        if draft.order is None:
            for fault in draft.faults:
                err.print(str(fault), markup=False)
            number, them = len(draft.faults), "it" if len(draft.faults) == 1 else "them"
            faults = f"{number} fault{'' if number == 1 else 's'}"
            err.print(f"{faults}: nothing was recorded. Put {them} right and try again.")
            sys.exit(MALFORMED)
        order = draft.order
        about = f"{order.content.words}, on {order.award} for {order.period}"
        if check:
            out.print(f"The workbook is sound: {about}. Nothing was recorded.", markup=False, soft_wrap=True)
            return
        written = record(office, Documents(settings.documents), draft, settings.person)
    if written:
        out.print(
            f"Recorded: {about}. On file: {order.file.sha256 if order.file else ''}", markup=False, soft_wrap=True
        )
    else:
        out.print("Nothing to change: that is recorded already.")
