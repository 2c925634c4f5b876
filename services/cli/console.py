"""What every verb uses: the office, the two ways to print, and faults told in words."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, NamedTuple, TypeVar

import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table as RichTable
from rich.text import Text

from domain.errors import OutturnError, Refusal
from domain.periods import parse_day
from domain.tables import Cell, Column, Missing, Table, shown
from projections.views import Views
from services.event_store import Unavailable, Unreadable
from services.exports.csv import to_csv
from services.moments import past_point
from services.office import Office
from services.problems import Malformed, faults
from services.read_models import Damaged
from services.settings import Database, Settings
from services.wiring import open_office

DEMONSTRATION = "A demonstration: its reports, milestones and payments, and the fund called demonstration, are made up."

REFUSED, MALFORMED, BROKEN = 1, 2, 3
"""Exit status: a rule forbids it; the words of the call are off; the database cannot be used or read."""

out = Console(highlight=False, soft_wrap=False)
err = Console(stderr=True, highlight=False, soft_wrap=True)

Asked = TypeVar("Asked")

demonstration = False
"""Whether the office that is open is the demonstration."""


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
def the_office(*, to_read: bool = False) -> Iterator[Office]:
    """The configured office, closed at the end. Only to read, it must be there: a mistyped name makes no new one."""
    settings = Settings()
    database = Database.of(settings.database)
    if to_read and database.kind == "sqlite" and not database.path.exists():
        raise Unavailable(
            f"There is no office in {database.path.name} yet. Check OUTTURN_DATABASE; or begin one, with outturn load, "
            "outturn do or outturn demo."
        )
    with open_office(settings).open() as office:
        first = office.log.read_stored(0, 1)
        global demonstration
        demonstration = bool(first) and b'"by":"demonstration"' in first[0].state
        yield office


def ask(office: Office, as_at: str | None, question: Callable[[Views], Asked]) -> Asked:
    """Asks the views of now, or of then. Damaged read models are made again and asked once more."""
    if as_at is None:
        try:
            with office.reading() as views:
                return question(views)
        except Damaged:
            with office.reading() as views:
                return question(views)
    then = past_point(as_at, "--as-at", office.log.head(), "What will hold is asked by --on.")
    with office.as_at(then) as views:
        return question(views)


def print_tables(tables: Iterable[Table], form: Format, *footers: str) -> None:
    """Prints an answer. For people, what is true of all of it stands once, at its end."""
    for table in tables:
        match form:
            case Format.JSON:
                print_json(list(table.records()))
            case Format.CSV:
                sys.stdout.buffer.write(to_csv(table))
                sys.stdout.buffer.flush()
            case Format.TABLE:
                _print_for_people(table)
    if form is Format.TABLE:
        for footer in footers:
            out.print(footer, markup=False)
        if demonstration:
            out.print(DEMONSTRATION, style="dim")


def read_day(text: str, option: str) -> date:
    """A date given as an option. Raises ``Malformed``."""
    try:
        return parse_day(text)
    except Refusal as wrong:
        raise Malformed(f"{option}: {wrong}") from None


def print_json(said: Any) -> None:
    """Prints JSON to standard output, and nothing else."""
    sys.stdout.write(json.dumps(said, ensure_ascii=False, indent=2) + "\n")


_LONGEST_WORD = 28
"""A longer word may be broken over two lines; a shorter one, or an amount, never is."""


class _Drawing(NamedTuple):
    """One way to draw a table."""

    box: box.Box
    padding: tuple[int, int, int, int]
    around: int
    """What a column needs beside its text: lines and spaces."""
    days_in_one_line: bool


_DRAWINGS = (
    _Drawing(box.HEAVY_HEAD, (0, 1, 0, 1), around=3, days_in_one_line=True),
    _Drawing(box.SIMPLE_HEAD, (0, 1, 0, 0), around=2, days_in_one_line=False),
)
"""The first that the terminal has room for is taken."""


def _print_for_people(table: Table) -> None:
    """The columns that matter most, and of those only the ones that say anything.

    Nothing is cut off: what is too wide for the terminal as a table is printed entry by entry.
    """
    kept = [(place, column) for place, column in enumerate(table.columns) if _says_anything(table, place)]
    columns = [column for _place, column in kept]
    texts = [[column.title, *(_on_screen(column, row[place]) for row in table.rows)] for place, column in kept]
    drawn = _drawn(columns, texts) if table.rows else None
    if drawn is not None:
        drawn.title = Text(table.title, style="bold")
        out.print(drawn)
    else:
        out.print(Text(table.title, style="bold"))
        for number in range(1, len(table.rows) + 1):
            _print_entry(columns, [own[number] for own in texts])
        if not table.rows:
            out.print("Nothing.")
    for note in table.notes:
        out.print(note, style="dim", markup=False)


def _drawn(columns: list[Column], texts: list[list[str]]) -> RichTable | None:
    """The table drawn in the first way that there is room for; nothing, if there is none."""
    for way in _DRAWINGS:
        least = [_least(column, own, way.days_in_one_line) for column, own in zip(columns, texts, strict=True)]
        room = out.width - way.around * len(columns) - 1
        if sum(least) > room:
            continue
        drawn = RichTable(title_justify="left", header_style="bold", box=way.box, padding=way.padding)
        for column, own, width in zip(columns, texts, _widths(least, texts, room), strict=True):
            right = column.kind in ("pence", "count")
            drawn.add_column(
                Text(own[0]), justify="right" if right else "left", overflow="fold", min_width=width, max_width=width
            )
        for number in range(1, len(texts[0])):
            drawn.add_row(*(Text(own[number]) for own in texts))
        return drawn
    return None


def _says_anything(table: Table, place: int) -> bool:
    """Whether a column is printed: it is no detail, and its question arises in some row."""
    column = table.columns[place]
    return not column.detail and (not table.rows or any(_on_screen(column, row[place]) for row in table.rows))


def _least(column: Column, texts: list[str], days_in_one_line: bool) -> int:
    """The width below which a column's text would be broken where it may not be."""
    whole = column.kind in ("pence", "count") or (column.kind == "date" and days_in_one_line)
    parts = [word for text in texts[1:] for word in ([text] if whole else text.split())]
    longest = max(map(cell_len, parts), default=1)
    return max(longest if whole else min(longest, _LONGEST_WORD), *map(cell_len, texts[0].split()))


def _widths(least: list[int], texts: list[list[str]], room: int) -> list[int]:
    """The width of each column: its least, and what room is left goes to those that need it most."""
    most = [max(map(cell_len, own)) for own in texts]
    widths = list(least)
    for _spare in range(room - sum(widths)):
        wanting = [place for place, width in enumerate(widths) if width < most[place]]
        if not wanting:
            break
        widths[max(wanting, key=lambda place: most[place] / widths[place])] += 1
    return widths


def _print_entry(columns: list[Column], said: list[str]) -> None:
    """One row as a paragraph: its first cell, and below it each heading with what it says."""
    out.print(Text(said[0], style="bold"))
    pairs = zip(columns[1:], said[1:], strict=True)
    parts = Text(" · ").join(Text(f"{column.title}: {text}") for column, text in pairs if text)
    out.print(Padding(parts, (0, 0, 0, 2), expand=False))


def _on_screen(column: Column, cell: Cell) -> str:
    """As everywhere, but that a question which does not arise leaves its place empty."""
    return "" if cell.missing is Missing.NOT_APPLICABLE else shown(column, cell)


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
    except Malformed as malformed:
        fail(str(malformed), MALFORMED)
    except OutturnError as refusal:
        fail(str(refusal), REFUSED)
    except ValidationError as wrong_fields:
        for fault in faults(wrong_fields):
            place = f"{fault.place}: " if fault.path else ""
            err.print(_escaped(f"{place}{fault.words}"))
        fail("Nothing was recorded.", MALFORMED)
    except BrokenPipeError:
        # whoever was reading has read enough: that is no fault, and nothing more can be said to them
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except SettingsError as wrong:
        fail(
            f'A setting cannot be read: {str(wrong).partition(" from")[0]}. OUTTURN_ROLES is a list like ["auditor"].',
            MALFORMED,
        )
