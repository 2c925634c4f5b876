"""A paper as a workbook for Excel: a cover, the contents, notes, then a table to a worksheet, from column A.

Nothing a provider typed can become a formula, a link or markup: text is written as text, whatever it begins with.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from domain.charts import Chart
from domain.errors import Refusal
from domain.tables import Cell, Row
from services.exports.kinds import KINDS, day, number, whole
from services.exports.paper import CONTENTS, COVER, NOTES, Head, Paper, whole_file
from services.exports.sheets import cover, note_rows, table_name, width
from services.exports.words import clean, line, said

MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""The moment written into every file, so that the same paper gives the same bytes."""
_LONGEST = 32_767
"""What a cell of Excel can hold."""
_CUT = " … (cut here: a cell holds no more. The whole text is in the JSON and CSV files.)"
_LAST_ROW = 1_048_575
_FIRST_DAY = "1900-03-01"
"""Before it Excel counts days otherwise than the calendar."""
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
HEADINGS = 3
"""The row of a worksheet in which the headings of its table stand; above it the title, what is there, and a link."""


class _Sheet(Worksheet):  # type: ignore[misc]
    """A worksheet that is written row by row, and that takes every text for nothing but text."""

    def _xml_rich_inline_string(self, string: str, attributes: Sequence[tuple[str, Any]] = ()) -> None:
        # the library takes any text between <r> and </r> for markup of its own making
        self._xml_inline_string(string, True, attributes)

    def let_go(self) -> None:
        """Closes the file in which rows wait."""
        self._opt_close()

    def name_table(self, name: str, title: str, headings: Sequence[str], first: int, last: int) -> None:
        """Makes the rows from the headings to the last one a table. ``add_table`` does not, when rows are not kept."""
        place = xl_range(first, 0, last, len(headings) - 1)
        columns = [
            {
                "id": number,
                "name": heading,
                "total_string": "",
                "total_function": "",
                "custom_total": "",
                "total_value": 0,
                "formula": "",
                "format": None,
                "name_format": None,
            }
            for number, heading in enumerate(headings, 1)
        ]
        self.tables.append(
            {
                "name": name,
                "title": title,
                "description": None,
                "range": place,
                "a_range": place,
                "autofilter": place,
                "columns": columns,
                "style": "TableStyleLight1",
                "header_row_count": True,
                "totals_row_shown": False,
                "show_first_col": False,
                "show_last_col": False,
                "show_row_stripes": False,
                "show_col_stripes": False,
            }
        )


Put = Callable[[int, Cell], None]
"""Writes a cell of one column into a row."""


class _Book:
    """A workbook that is being written."""

    def __init__(self, out: BinaryIO, paper: Paper, folder: str) -> None:
        self.paper = paper
        self.book = Workbook(out, {**_OPTIONS, "tmpdir": folder})
        self.book.set_properties({"title": line(paper.title), "created": MADE})
        self.book.set_custom_property("Language", paper.language)
        wrapped = {"text_wrap": True, "valign": "top"}
        self.title = self.book.add_format({"bold": True, "font_size": 14})
        self.bold = self.book.add_format({"bold": True, **wrapped})
        self.text = self.book.add_format(wrapped)
        self.link = self.book.add_format({"font_color": "#0563C1", "underline": 1})
        self.styles: dict[str, Format] = {
            kind.style: self.book.add_format({"num_format": kind.excel, "valign": "top", "align": "right"})
            for kind in KINDS.values()
            if kind.style
        }
        self.cover = self._new(COVER)
        self.contents = self._new(CONTENTS)
        self.notes = self._new(NOTES) if any(head.notes for head in paper.heads) else None
        self.tables = [_Tabled(self, head, place) for place, head in enumerate(paper.heads, 1)]

    def _new(self, name: str) -> _Sheet:
        sheet: _Sheet = self.book.add_worksheet(name, worksheet_class=_Sheet)
        sheet.hide_gridlines(0)
        return sheet

    def add(self, name: str) -> _Sheet:
        """A further worksheet."""
        return self._new(name)

    def close(self) -> None:
        """Writes what can only be written when all rows are there, and ends."""
        for tabled in self.tables:
            tabled.close()
        self._write_cover()
        both = zip(self.paper.heads, self.tables, strict=True)
        links = [(head.sheet, head.title, table.count) for head, table in both]
        self._list(self.contents, CONTENTS, ("Worksheet", "Table", "Rows"), (34, 90, 10), links, "Table_of_contents")
        if self.notes is not None:
            self._list(self.notes, NOTES, ("Worksheet", "Note"), (34, 110), note_rows(self.paper), "Table_of_notes")
        self.book.close()

    def let_go(self) -> None:
        """Closes the files in which rows wait, whether the workbook was finished or not."""
        for sheet in self.book.worksheets():
            sheet.let_go()

    def _write_cover(self) -> None:
        sheet = self.cover
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, 100)
        sheet.write_string(0, 0, line(self.paper.title), self.title)
        place = 2
        for title, pairs in cover(self.paper):
            sheet.write_string(place, 0, title, self.bold)
            for place, (label, words) in enumerate(pairs, place + 1):  # noqa: B020 - the place goes on from where it was
                sheet.write_string(place, 0, within(label), self.text)
                sheet.write_string(place, 1, within(words), self.text)
            place += 2
        link(sheet, place, CONTENTS, f"Go to {CONTENTS}", self.link)

    def _list(
        self,
        sheet: _Sheet,
        title: str,
        headings: tuple[str, ...],
        widths: tuple[int, ...],
        rows: Sequence[tuple[str | int, ...]],
        name: str,
    ) -> None:
        """A worksheet of texts, the first of each row a link to the worksheet of that name."""
        for column, wide in enumerate(widths):
            sheet.set_column(column, column, wide)
        sheet.write_string(0, 0, title, self.title)
        sheet.write_string(1, 0, "This worksheet contains one table.")
        for column, heading in enumerate(headings):
            sheet.write_string(HEADINGS, column, heading, self.bold)
        for place, row in enumerate(rows, HEADINGS + 1):
            link(sheet, place, str(row[0]), str(row[0]), self.link)
            for column, told in enumerate(row[1:], 1):
                if isinstance(told, int):
                    sheet.write_number(place, column, told, self.styles["count"])
                else:
                    sheet.write_string(place, column, within(told), self.text)
        if rows:
            sheet.name_table(name, title, headings, HEADINGS, HEADINGS + len(rows))
        sheet.freeze_panes(HEADINGS + 1, 0)


class _Tabled:
    """A worksheet of one table that is being written, row by row."""

    def __init__(self, book: _Book, head: Head, place: int) -> None:
        self._book, self._head = book, head
        self._sheet = sheet = book.add(head.sheet)
        self._name = table_name(place, head.name)
        self.count = 0
        self._widest = [len(heading) for heading in head.headings]
        sheet.write_string(0, 0, within(head.title), book.title)
        sheet.write_string(1, 0, head.about)
        link(sheet, 2, CONTENTS, f"Back to {CONTENTS}", book.link)
        for column, heading in enumerate(head.headings):
            sheet.write_string(HEADINGS, column, heading, book.bold)
        sheet.freeze_panes(HEADINGS + 1, 1)
        self._puts = [self._put(place) for place in range(len(head.columns))]

    def add(self, row: Row) -> None:
        """Writes a row. Raises ``Refusal`` when the worksheet is full."""
        self.count += 1
        place = HEADINGS + self.count
        if place > _LAST_ROW:
            raise Refusal("A worksheet holds 1,048,576 rows and no more: save it as .csv or .json.")
        for put, cell in zip(self._puts, row, strict=True):
            put(place, cell)

    def _put(self, place: int) -> Put:
        """How the cells of a column are written."""
        column, sheet, text, widest = self._head.columns[place], self._sheet, self._book.text, self._widest
        kind = KINDS[column.kind]

        def words(row: int, cell: Cell) -> None:
            told = within(said(column, cell))
            if len(told) > widest[place]:
                widest[place] = len(told)
            sheet.write_string(row, place, told, text)

        if kind.parts:
            style, parts = self._book.styles[kind.style], kind.parts

            def put(row: int, cell: Cell) -> None:
                value = number(cell, parts)
                if value is None:
                    words(row, cell)
                else:
                    sheet.write_number(row, place, whole(value, parts), style)

            return put
        if kind.datatype == "date":
            style = self._book.styles[kind.style]

            def put_day(row: int, cell: Cell) -> None:
                found = day(cell)
                if found is None or found.isoformat() < _FIRST_DAY:
                    words(row, cell)
                else:
                    sheet.write_datetime(row, place, datetime.combine(found, time.min), style)

            return put_day
        return words

    def close(self) -> None:
        """Sets the widths, names the table, and puts its chart to the right of it."""
        sheet, head = self._sheet, self._head
        for place, column in enumerate(head.columns):
            sheet.set_column(place, place, width(column, self._widest[place]))
        if self.count:
            sheet.name_table(self._name, within(head.title)[:255], head.headings, HEADINGS, HEADINGS + self.count)
        if head.chart is not None:
            self._draw(head.chart)

    def _draw(self, chart: Chart) -> None:
        from services.exports.charts import pictures  # what draws takes a second to load

        row = HEADINGS
        for picture in pictures(chart, "png"):
            options = {"image_data": BytesIO(picture.content), "description": picture.alt}
            self._sheet.insert_image(row, len(self._head.columns) + 1, f"{chart.name}.png", options)
            row += int(picture.high * 72 / 15) + 3


def link(sheet: _Sheet, row: int, target: str, words: str, style: Format) -> None:
    """A link to another worksheet of the book. Such a name has no character with a meaning in a link."""
    sheet.write_url(row, 0, f"internal:'{target}'!A1", style, words)


def within(text: str) -> str:
    """The text cut to what a cell of Excel can hold, and that said."""
    text = clean(text)
    if len(text) * 2 <= _LONGEST or len(text.encode("utf-16-le")) // 2 <= _LONGEST:
        return text
    kept = text.encode("utf-16-le")[: 2 * (_LONGEST - len(_CUT))].decode("utf-16-le", "ignore")
    return kept + _CUT


def write(paper: Paper, path: Path) -> list[Path]:
    """Writes the file, row by row: more rows need no more memory."""
    with whole_file(path) as out, TemporaryDirectory() as folder:
        book = _Book(out, paper, folder)
        try:
            for table, row in paper.rows():
                book.tables[table].add(row)
            book.close()
        finally:
            book.let_go()
    return [path]
