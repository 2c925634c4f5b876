"""What is to be exported, said once for every format: facts about it, its tables, and its charts."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from secrets import token_hex
from tempfile import SpooledTemporaryFile
from typing import IO, Any, BinaryIO

from domain.charts import Chart
from domain.tables import Column, Row, Table
from services.exports.words import clean, heading, line

LONGEST_SHEET_NAME = 31
_HELD_BACK = 1 << 18
"""Bytes of a table that are kept in memory before they go to a file, while the other tables are being written too."""

COVER, CONTENTS, NOTES = "Cover", "Contents", "Notes"


def _nothing() -> Iterable[tuple[int, Row]]:
    return ()


@dataclass(frozen=True)
class Head:
    """All that is known of a table before its rows: its worksheet, its titles, the notes to it."""

    sheet: str
    """Unlike every other, at most 31 characters, none of them with a meaning in a link or a formula."""
    name: str
    title: str
    columns: tuple[Column, ...]
    headings: tuple[str, ...]
    """Unlike one another, each in one line."""
    notes: tuple[str, ...]
    chart: Chart | None

    @property
    def about(self) -> str:
        """The sentence above the table."""
        parts = ["This worksheet contains one table."]
        if self.chart is not None:
            parts = ["This worksheet contains one table, and to the right of it a chart of the same figures."]
        if any(column.kind == "pence" for column in self.columns):
            parts.append("Money is in pounds.")
        if self.notes:
            parts.append(f"The notes to it are in the worksheet {NOTES}.")
        return " ".join(parts)


@dataclass(frozen=True)
class Paper:
    """What is to be exported."""

    title: str
    facts: Sequence[tuple[str, str]] = ()
    """What it is about: a label, and what is said."""
    tables: Sequence[Table] = ()
    charts: Sequence[Chart] = ()
    more: Callable[[], Iterable[tuple[int, Row]]] = _nothing
    """Further rows, each with the number of its table, in whatever order they come. Asked anew for every file."""
    about: Mapping[str, Any] = field(default_factory=dict)
    """What a program is told in JSON beside the facts."""
    language: str = "en-GB"

    @cached_property
    def sheets(self) -> tuple[Table, ...]:
        """The tables, and after them the table of each chart."""
        return (*self.tables, *(chart.table() for chart in self.charts))

    @cached_property
    def heads(self) -> tuple[Head, ...]:
        """All that is known of each of these tables before its rows."""
        names = sheet_names([table.title or table.name for table in self.sheets])
        charts = (*(None for _ in self.tables), *self.charts)
        return tuple(
            Head(
                sheet=name,
                name=table.name,
                title=line(table.title) or table.name,
                columns=table.columns,
                headings=_unlike([heading(column) for column in table.columns]),
                notes=tuple(clean(note) for note in table.notes if note.strip()),
                chart=chart,
            )
            for name, table, chart in zip(names, self.sheets, charts, strict=True)
        )

    def rows(self) -> Iterator[tuple[int, Row]]:
        """Every row with the number of its table. Raises ``ValueError`` when a row is not as wide as its table."""
        widths = [len(table.columns) for table in self.sheets]
        for number, table in enumerate(self.sheets):
            for row in table.rows:
                if len(row) != widths[number]:
                    raise ValueError(f"A row of {table.name} has {len(row)} cells, not {widths[number]}.")
                yield number, row
        for number, row in self.more():
            if len(row) != widths[number]:
                raise ValueError(f"A row of {self.sheets[number].name} has {len(row)} cells, not {widths[number]}.")
            yield number, row


def sheet_names(titles: Iterable[str]) -> list[str]:
    """A name of a worksheet for each title: letters, figures and spaces, unlike one another whatever their case."""
    taken = {name.lower() for name in (COVER, CONTENTS, NOTES, "History")}  # Excel keeps the last for itself
    names = []
    for title in titles:
        plain = " ".join(re.sub(r"[^\w ,()-]+|_", " ", line(title)).split()).strip(" -,") or "Table"
        name, number = _cut(plain, LONGEST_SHEET_NAME), 1
        words, _, begun = name.rpartition(" ")
        if name != plain and plain[len(name)] != " " and len(words) > len(begun):
            name = words.strip(" -,")
        while name.lower() in taken:
            number += 1
            name = f"{_cut(plain, LONGEST_SHEET_NAME - len(str(number)) - 1)} {number}"
        taken.add(name.lower())
        names.append(name)
    return names


def _cut(text: str, longest: int) -> str:
    """The text cut to so many places, as spreadsheet programs count them."""
    return text.encode("utf-16-le")[: 2 * longest].decode("utf-16-le", "ignore").strip()


def _unlike(headings: Sequence[str]) -> tuple[str, ...]:
    """The headings, a number added to each that was there before."""
    taken: set[str] = set()
    found = []
    for said in headings:
        text, number = _cut(said, 200), 1
        while text.lower() in taken:
            number += 1
            text = f"{_cut(said, 200)} {number}"
        taken.add(text.lower())
        found.append(text)
    return tuple(found)


@contextmanager
def spooled(paper: Paper, written: Callable[[int, Row], str]) -> Iterator[list[IO[bytes]]]:
    """The rows of each table as text in a file of its own, all written in one go through the rows as they come.

    So formats that want a table whole, one after another, need no more memory for more rows.
    """
    with ExitStack() as opened:
        spools: list[IO[bytes]] = [
            opened.enter_context(SpooledTemporaryFile(max_size=_HELD_BACK)) for _table in paper.sheets
        ]
        for number, row in paper.rows():
            spools[number].write(written(number, row).encode())
        for spool in spools:
            spool.seek(0)
        yield spools


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write to. It gets its name when it is whole; if writing fails, an earlier file stays as it was."""
    part = path.with_name(f".{token_hex(8)}.part")
    try:
        with part.open("xb") as out:
            yield out
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
