"""Tables as one workbook: a cover sheet, then a table to a sheet. Nothing a provider typed can become a formula."""

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import xlsxwriter

from domain.money import decimal_pounds
from domain.tables import Cell, Column, Table, shown

_MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""The moment written into every file, so that the same tables give the same bytes."""


def to_xlsx(title: str, facts: Sequence[tuple[str, str]], tables: Sequence[Table]) -> bytes:
    """A workbook with a cover sheet of facts about it, and a sheet to each table."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"title": title, "created": _MADE})
    formats = {
        "heading": book.add_format({"bold": True, "font_size": 14}),
        "pence": book.add_format({"num_format": "£#,##0.00"}),
        "count": book.add_format({"num_format": "#,##0"}),
        "date": book.add_format({"num_format": "dd/mm/yyyy"}),
        "column": book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    cover = book.add_worksheet("Cover")
    cover.set_column(0, 0, 30)
    cover.set_column(1, 1, 90)
    cover.write_string(0, 0, title, formats["heading"])
    lines = [*facts, *((table.title, f"Worksheet {table.title[:31]}") for table in tables)]
    for number, (what, said) in enumerate(lines, 2):
        cover.write_string(number, 0, what)
        cover.write_string(number, 1, said, formats["text"])
    for table in tables:
        _sheet(book, table, formats)
    book.close()
    return out.getvalue()


def _sheet(book: Any, table: Table, formats: dict[str, Any]) -> None:
    sheet = book.add_worksheet(table.title[:31])
    sheet.write_string(0, 0, table.title, formats["heading"])
    sheet.write_string(1, 0, "This worksheet contains one table. Money is in pounds.")
    first = 2
    for note in table.notes:
        sheet.write_string(first, 0, note)
        first += 1
    for place, column in enumerate(table.columns):
        heading = column.title if column.unit in (None, "pence") else f"{column.title} ({column.unit})"
        sheet.write_string(first, place, heading, formats["column"])
        sheet.set_column(place, place, 40 if column.key in ("service", "provider", "outcome", "report") else 16)
        for number, row in enumerate(table.rows, first + 1):
            _write(sheet, number, place, column, row[place], formats)
    sheet.freeze_panes(first + 1, 1)


def _write(sheet: Any, row: int, place: int, column: Column, cell: Cell, formats: dict[str, Any]) -> None:
    match column.kind, cell.value:
        case "pence", int(pence):
            sheet.write_number(row, place, float(decimal_pounds(pence)), formats["pence"])
        case "count", int(count):
            sheet.write_number(row, place, count, formats["count"])
        case "date", str(day):
            sheet.write_datetime(
                row, place, datetime.combine(date.fromisoformat(day), datetime.min.time()), formats["date"]
            )
        case _:
            sheet.write_string(row, place, shown(column, cell), formats["text"])
