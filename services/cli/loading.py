"""``outturn load FILE``: an awards sheet, all of it or nothing."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from domain.errors import Refusal
from services.cli.console import MALFORMED, err, out, progress_bar, the_office
from services.settings import Settings


def load(
    file: Annotated[Path | None, typer.Argument(help="An awards sheet: .csv or .xlsx.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is wrong, and what would be done.")] = False,
    example: Annotated[bool, typer.Option("--example", help="Print an empty sheet with its headings, as CSV.")] = False,
) -> None:
    """Load an awards sheet. Every fault is named by row and column; if there is one, nothing is recorded."""
    from services.imports.awards_sheet import template_csv
    from services.loading import plan_for

    if example:
        sys.stdout.buffer.write(template_csv())
        return
    if file is None:
        raise Refusal("Name the file to load: outturn load awards.csv (outturn load --example shows its headings).")
    try:
        data = file.read_bytes()
    except OSError:
        raise Refusal(f"The file {file.name} cannot be read: check its name and that it is there.") from None
    with the_office() as office:
        plan = plan_for(office, data, file.name, Settings().person)
        for note in plan.notes:
            out.print(f"Note. {note}", markup=False)
        if plan.faults:
            for fault in plan.faults:
                err.print(str(fault), markup=False)
            number = len(plan.faults)
            err.print(
                f"{number} fault{'' if number == 1 else 's'}: nothing was recorded. Put them right and load again."
            )
            sys.exit(MALFORMED)
        if dry_run:
            out.print(f"The sheet is sound: {len(plan.commands)} orders would be given. Nothing was recorded.")
            return
        with progress_bar() as bar:
            task = bar.add_task("Loading", total=len(plan.commands))
            written = office.do_all(plan.commands, Settings().person, lambda number: bar.update(task, completed=number))
    if written:
        out.print(f"Loaded: {len(written)} events recorded.")
    else:
        out.print("Everything in the sheet is recorded already: nothing was added.")
