"""What every verb uses: the office, the two ways to print, and faults told in words."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, TypeVar

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table as RichTable

from domain.errors import OutturnError, Refusal
from domain.kernel import LONDON
from domain.periods import parse_day
from domain.tables import Cell, Column, Missing, Table, shown
from projections.views import Views
from services.event_store import Unavailable, Unreadable
from services.exports.csv import to_csv
from services.office import Office
from services.problems import faults
from services.read_models import Damaged
from services.settings import Settings
from services.wiring import open_office

REFUSED, MALFORMED, BROKEN = 1, 2, 3
"""Exit status: a rule forbids it; the words of the call are off; the database cannot be used or read."""

out = Console(highlight=False, soft_wrap=False)
err = Console(stderr=True, highlight=False, soft_wrap=True)

Asked = TypeVar("Asked")


class Format(StrEnum):
    """How an answer is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


AsAt = Annotated[
    str | None,
    typer.Option(
        "--as-at",
        metavar="WHEN",
        help="As it was known then: the end of a day (2017-10-31), a moment (2017-10-31T09:30) or a log position.",
    ),
]
Formatted = Annotated[Format, typer.Option("--format", help="table for people; json and csv for programs.")]


@contextmanager
def the_office() -> Iterator[Office]:
    """The configured office, closed at the end."""
    with open_office(Settings()).open() as office:
        yield office


def point(when: str) -> datetime | int:
    """A position, or the moment: of a day, its last in London. Raises ``Refusal``."""
    if when.isdecimal():
        return int(when)
    try:
        if "T" in when:
            moment = datetime.fromisoformat(when)
            return moment if moment.tzinfo else moment.replace(tzinfo=LONDON)
        day = parse_day(when) + timedelta(days=1)
        return datetime(day.year, day.month, day.day, tzinfo=LONDON) - timedelta(microseconds=1)
    except (ValueError, OverflowError, Refusal):
        raise Refusal("--as-at takes a day (2017-10-31), a moment (2017-10-31T09:30) or a log position.") from None


def ask(office: Office, as_at: str | None, question: Callable[[Views], Asked]) -> Asked:
    """Asks the views of now, or of then. Damaged read models are made again and asked once more."""
    if as_at is None:
        try:
            with office.reading() as views:
                return question(views)
        except Damaged:
            with office.reading() as views:
                return question(views)
    with office.as_at(point(as_at)) as views:
        return question(views)


def print_table(table: Table, form: Format) -> None:
    """Prints an answer."""
    match form:
        case Format.JSON:
            print_json(list(table.records()))
        case Format.CSV:
            sys.stdout.buffer.write(to_csv(table))
            sys.stdout.buffer.flush()
        case Format.TABLE:
            out.print(_for_people(table))
            for note in table.notes:
                out.print(note, style="dim")


def print_json(said: Any) -> None:
    """Prints JSON to standard output, and nothing else."""
    sys.stdout.write(json.dumps(said, ensure_ascii=False, indent=2) + "\n")


def _for_people(table: Table) -> RichTable:
    """The columns that matter most, and of those only the ones that say anything."""
    drawn = RichTable(title=table.title, title_justify="left", title_style="bold", header_style="bold")
    kept = []
    for place, column in enumerate(table.columns):
        if column.detail:
            continue
        if table.rows and all(row[place].value is None and not row[place].words for row in table.rows):
            continue
        kept.append((place, column))
        right = column.kind in ("pence", "count")
        drawn.add_column(column.title, justify="right" if right else "left", no_wrap=column.kind == "date")
    for row in table.rows:
        drawn.add_row(*(_on_screen(column, row[place]) for place, column in kept))
    if not table.rows:
        drawn.caption = "Nothing."
    return drawn


def _on_screen(column: Column, cell: Cell) -> str:
    """As everywhere, but that a question which does not arise leaves its place empty."""
    return "" if cell.missing is Missing.NOT_APPLICABLE else _escaped(shown(column, cell))


def _escaped(text: str) -> str:
    return text.replace("[", "\\[")


def progress_bar() -> Progress:
    """A bar that shows how far long work has come; on standard error, so that answers stay clean."""
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=err
    )


def fail(words: str, status: int) -> None:
    """Says what is wrong on standard error, and ends."""
    err.print(_escaped(words), style="red" if err.is_terminal else None)
    sys.exit(status)


def guarded(run: Callable[[], Any]) -> None:
    """Runs it; tells what goes wrong in words."""
    try:
        run()
    except (Unreadable, Unavailable) as broken:
        fail(str(broken), BROKEN)
    except OutturnError as refusal:
        fail(str(refusal), REFUSED)
    except ValidationError as malformed:
        for fault in faults(malformed):
            place = f"{fault.place}: " if fault.path else ""
            err.print(_escaped(f"{place}{fault.words}"))
        fail("Nothing was recorded.", MALFORMED)
    except BrokenPipeError:
        sys.stderr.close()
