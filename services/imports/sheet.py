"""A CSV or XLSX file as rows of typed cells, each with its address, whatever program wrote it.

The kind of file is told by its content; its name only helps to say what is wrong. Raises ``Refusal`` with the cure
for a file that is not a sheet.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from domain.errors import Refusal
from services.imports.workbook import MAX_BYTES, read_workbook

_MAX_ROWS, _MAX_COLUMNS = 20_000, 60

_SAVE_AS = "save it as .xlsx or .csv and load that."
_OTHER_KINDS = {
    b"\xd0\xcf\x11\xe0": f"This is an old Excel workbook (.xls), or one with a password: {_SAVE_AS}",
    b"%PDF": "This is a PDF, not a sheet: load the sheet it was made from, saved as .xlsx or .csv.",
    b"{\\rtf": f"This is a text document, not a sheet: {_SAVE_AS}",
    b"\xff\xfe": "This is text in a form that cannot be read (UTF-16): save it as .csv (UTF-8), or as .xlsx.",
    b"\xfe\xff": "This is text in a form that cannot be read (UTF-16): save it as .csv (UTF-8), or as .xlsx.",
    b"<": f"This is a web page or XML, not a sheet, whatever its name says: open it, {_SAVE_AS}",
}

_NO_VALUE = {
    "formula": "the formula here has no stored value: open the sheet, save it again, or type the value",
    "error": "the cell holds a spreadsheet error, such as a broken formula: put it right or type the value",
    "time": "the cell holds a time of day: write a date alone, like 01/04/2017",
}


class Cell(NamedTuple):
    """One cell: where it stands, and what it holds."""

    address: str
    """``E12``."""
    value: str | int | Decimal | date | None = None
    """Text without spaces at its ends; a whole number; any other number, all its digits; a date; or nothing."""
    fault: str = ""
    """Why the cell has no value that can be used, in words that go after its address."""

    @property
    def text(self) -> str:
        """The value as a person would type it: dates as 2017-04-01, numbers in plain digits."""
        if isinstance(self.value, Decimal):
            return format(self.value, "f")
        return "" if self.value is None else str(self.value)


class Row(NamedTuple):
    """A row that holds something."""

    number: int
    """As the spreadsheet numbers it, from 1."""
    cells: Mapping[int, Cell]
    """The cells that are filled in, by the number of their column, from 1."""

    def cell(self, column: int) -> Cell:
        """The cell in a column, filled in or not."""
        return self.cells.get(column) or Cell(address(column, self.number))


class Sheet(NamedTuple):
    """The rows that hold something, in order, and what is worth knowing about the file."""

    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


def address(column: int, row: int) -> str:
    """``E12`` for column 5 and row 12."""
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"


def read_sheet(data: bytes, file_name: str) -> Sheet:
    """The file's first sheet. At most 10 MB, 20,000 rows and 60 columns. Raises ``Refusal`` for anything else."""
    if len(data) > MAX_BYTES:
        raise Refusal("The file is larger than 10 MB: an awards sheet is far smaller. Load only the one sheet.")
    if not data.strip():
        raise Refusal("The file is empty: load a sheet with column headings and rows.")
    for start, words in _OTHER_KINDS.items():
        if data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(start):
            raise Refusal(words)
    if data.startswith(b"PK"):
        return _from_workbook(data)
    if re.search(r"\.(xls|ods|zip)\w?$", file_name.lower()):
        raise Refusal(f"The file is named as a workbook and is not one inside: open it, {_SAVE_AS}")
    return Sheet(tuple(_from_csv(_decoded(data))))


def _from_workbook(data: bytes) -> Sheet:
    rows, further = read_workbook(data)
    note = f"The workbook has {further} more sheet{'s' * (further > 1)} with something in it: only the first is read."
    read = []
    for number, cells in rows:
        typed = {column: _typed(address(column, number), kind, text) for column, kind, text in cells}
        kept = {column: cell for column, cell in typed.items() if cell.value is not None or cell.fault}
        if kept:
            read.append(Row(number, kept))
    return Sheet(tuple(read), (note,) if further else ())


def _typed(where: str, kind: str, text: str) -> Cell:
    match kind:
        case "number":
            return Cell(where, int(text) if re.fullmatch(r"-?\d+", text) else Decimal(text))
        case "date":
            return Cell(where, date.fromisoformat(text))
        case "text":
            return Cell(where, _clean(text) or None)
        case _:
            return Cell(where, fault=_NO_VALUE[kind])


def _clean(text: str) -> str:
    """One line of text: no signs that steer a terminal, no line breaks, single spaces."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _decoded(data: bytes) -> str:
    if data.count(b"\0"):
        raise Refusal("The file is not text and not a workbook: load a sheet saved as .xlsx or .csv.")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refusal("The file is not text that can be read: save it as .csv (UTF-8), or as .xlsx.")


def _separator(text: str) -> str:
    """What stands between the cells: the sign that one of the first lines has most often."""
    first = text.splitlines()[:10]
    return max(",;\t", key=lambda sign: max((line.count(sign) for line in first), default=0))


def _from_csv(text: str) -> Iterator[Row]:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    try:
        for number, line in enumerate(lines, 1):
            cells = {column: _clean(said) for column, said in enumerate(line, 1)}
            filled = {column: Cell(address(column, number), said) for column, said in cells.items() if said}
            if not filled:
                continue
            if number > _MAX_ROWS:
                raise Refusal(f"The sheet has something beyond row {_MAX_ROWS:,}: take it out, or split the sheet.")
            if max(filled) > _MAX_COLUMNS:
                raise Refusal(f"The sheet has more than {_MAX_COLUMNS} columns: leave only those of an awards sheet.")
            yield Row(number, filled)
    except csv.Error:
        raise Refusal(
            f"The file cannot be read at line {lines.line_num}: a quotation mark is left open or stands alone, or a "
            "cell is far too long. Put it right, or save the sheet as .xlsx."
        ) from None
