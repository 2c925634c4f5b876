"""The workbook that a provider fills in for one award and period: XLSX or ODS, with just what the award owes.

The same in, the same bytes out. What is not to be filled in is locked, without a password.
"""

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

import xlsxwriter

from domain.reports.events import Figures
from projections.reporting import Asked
from services.exports.provider_workbook_ods import to_ods
from services.provider_form import CODE, DECLARED, ERRORS, NOT_DECLARED, LaidCell, LaidSheet, laid_out

_MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_ENTRY, _GREY, _LINE = "#FFF7D6", "#6F777B", "#B1B4B6"
_ENTERED = {"locked": False, "bg_color": _ENTRY, "border": 1, "border_color": _LINE, "valign": "top"}
_SIDE = {"valign": "top", "text_wrap": True}
_FORMATS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14},
    "plain": {},
    "head": {"bold": True, "bottom": 2, **_SIDE},
    "heading": {"bold": True, "top": 1, "top_color": _LINE, "valign": "top"},
    "label": {"bold": True, **_SIDE},
    "part": {"indent": 1, **_SIDE},
    "said": _SIDE,
    "unit": {"font_color": _GREY, "valign": "top"},
    "note": {"font_color": _GREY, **_SIDE},
    "code": {"font_color": _GREY, "font_size": 8, "valign": "top"},
    "last-count": {"num_format": "#,##0", "align": "right", "valign": "top"},
    "last-pence": {"num_format": "£#,##0.00", "align": "right", "valign": "top"},
    "last-posts": {"num_format": "General", "align": "right", "valign": "top"},
    "entry-count": {"num_format": "#,##0", "align": "right", **_ENTERED},
    "entry-pence": {"num_format": "£#,##0.00", "align": "right", **_ENTERED},
    "entry-posts": {"num_format": "General", "align": "right", **_ENTERED},
    "entry-words": {"text_wrap": True, "num_format": "@", **_ENTERED},
    "entry-why": {"text_wrap": True, "num_format": "@", **_ENTERED},
    "entry-choice": {"text_wrap": True, **_ENTERED},
}
_IN_WORDS = (
    'LEFT({c},3)="not",ISNUMBER(SEARCH("than ",{c})),ISNUMBER(SEARCH("at ",{c})),ISNUMBER(SEARCH("over ",{c})),'
    'ISNUMBER(SEARCH(" to ",{c}))'
)
_RULES = {
    "entry-count": "=OR(AND(ISNUMBER({c}),{c}>=0,{c}=INT({c}))," + _IN_WORDS + ")",
    "entry-pence": "=OR(AND(ISNUMBER({c}),{c}>=0,{c}=ROUND({c},2))," + _IN_WORDS + ")",
    "entry-posts": "=OR(AND(ISNUMBER({c}),{c}>=0,{c}=ROUND({c},2))," + _IN_WORDS + ")",
}


def make_workbook(
    asked: Asked,
    filled: Figures | None = None,
    kind: Literal["xlsx", "ods"] = "xlsx",
    *,
    declared: bool | None = None,
) -> bytes:
    """The workbook for what is asked. ``filled``: what stands in its cells already; what that leaves out is filled
    in as not known. ``declared``: whether it says that the figures are right; if not given, it does when filled."""
    sheets = laid_out(asked, filled, declared=filled is not None if declared is None else declared)
    title = f"Report on {asked.service}, {asked.period.words}"
    return to_ods(title, sheets) if kind == "ods" else _to_xlsx(title, sheets)


def _to_xlsx(title: str, sheets: tuple[LaidSheet, ...]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"title": title, "created": _MADE})
    formats = {style: book.add_format(how) for style, how in _FORMATS.items()}
    for laid in sheets:
        _sheet(book.add_worksheet(laid.title), laid, formats)
    book.close()
    return out.getvalue()


def _sheet(sheet: Any, laid: LaidSheet, formats: Mapping[str, Any]) -> None:
    for column, width in enumerate(laid.widths):
        sheet.set_column(column, column, width)
    for row, cells in enumerate(laid.rows):
        for column, cell in cells.items():
            _write(sheet, row, column - 1, cell, formats)
    sheet.freeze_panes(laid.heading_row, 0)
    sheet.protect("", {"format_columns": True, "format_rows": True})
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(laid.heading_row - 1)
    sheet.print_area(0, 0, len(laid.rows) - 1, CODE - 2)
    sheet.set_footer("&L&A&RPage &P of &N")
    sheet.hide_gridlines(2)


def _write(sheet: Any, row: int, column: int, cell: LaidCell, formats: Mapping[str, Any]) -> None:
    form = formats[cell.style]
    match cell.value:
        case None | "":
            sheet.write_blank(row, column, None, form)
        case int() | Decimal():
            sheet.write_number(row, column, float(cell.value), form)
        case words:
            sheet.write_string(row, column, words, form)
    if cell.style.startswith("entry-"):
        sheet.data_validation(row, column, row, column, _validation(cell, f"{chr(ord('A') + column)}{row + 1}"))


def _validation(cell: LaidCell, address: str) -> dict[str, Any]:
    rule: dict[str, Any]
    if cell.style == "entry-choice":
        rule = {"validate": "list", "source": [DECLARED, NOT_DECLARED]}
    elif cell.style in _RULES:
        rule = {"validate": "custom", "value": _RULES[cell.style].format(c=address)}
    else:
        rule = {"validate": "length", "criteria": "<=", "value": 4000}
    return {
        **rule,
        "input_title": "What to write",
        "input_message": _shortened(cell.prompt),
        "error_title": "This cannot stay so",
        "error_message": ERRORS[cell.style],
    }


def _shortened(words: str) -> str:
    """At most the 255 characters that a prompt may have."""
    return words if len(words) <= 255 else f"{words[:252].rsplit(' ', 1)[0]}..."
