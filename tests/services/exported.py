"""A paper with everything in it that may go wrong, and other programs' ways of reading the files that it becomes."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import openpyxl
import pypdf
from openpyxl.utils.escape import unescape
from python_calamine import CalamineWorkbook

from domain.charts import Chart, Series
from domain.tables import Cell, Column, Missing, Row, Table, cell
from services.exports.kinds import KINDS, day, number, whole
from services.exports.paper import CONTENTS, COVER, NOTES, Head, Paper
from services.exports.words import said

ABOVE = 4
"""Rows of a worksheet down to the headings of its table."""

COLUMNS = (
    Column(key="award", title="Award"),
    Column(key="provider", title="Provider"),
    Column(key="allocation_pence", title="Allocation", kind="pence", unit="pence"),
    Column(key="people", title="Helped", kind="count", unit="people"),
    Column(key="posts", title="Posts", kind="hundredths", unit="posts"),
    Column(key="due", title="Due", kind="date"),
    Column(key="sent", title="Sent", kind="moment"),
    Column(key="made_up", title="Made up", kind="yes-no"),
)
"""A column of every kind."""

HOSTILE = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\ufeff=1",
    "\u200b=1",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff20x",
    "{=1}",
    '=HYPERLINK("http://example.org/")',
    "=cmd|' /c calc'!A0",
    "http://example.org/",
    "internal:'Cover'!A1",
    "#'Cover'.A1",
    '#eval("1")',
    '#read("/etc/passwd")',
    "#image",
    "*bold* _slanted_ $x^2$ <label> @cited",
    "// no remark",
    "```raw```",
    "\\u{41}",
    "<script>alert(1)</script>",
    "<b>&amp;</b>",
    "]]>",
    "<![CDATA[",
    "<?xml?>",
    "<r>rich</r>",
    "<r><t>rich</t></r>",
    "_x0041_",
    "a\x00b\x01c\x1fd\x7fe\x85f",
    "half \ud83d a character",
    "\ufffe\uffff\U0001ffff",
    "\U0001f600 \u65e5\u672c \u0627\u0644\u0639\u0631\u0628\u064a\u0629",
    "right\u202eto\u202cleft",
    "  two  spaces  ",
    "first\nsecond\r\nthird\rfourth",
    "\u2028line",
    "'quoted' \"twice\" `once`",
    "1e5",
    "0012",
    "01/02/2017",
    "TRUE",
    "not supplied",
    "",
    " ",
    "\n",
    "a" * 300,
)


def raw(value: Any, **more: Any) -> Cell:
    """A cell as it is, unchecked: what is in it may be no proper text."""
    plain = {"value": value, "missing": None, "words": None, "at_least": None, "at_most": None, "sources": ()}
    return Cell(**{**plain, **more})


def service_table(name: str = "services", title: str = "Services") -> Table:
    """A row of every kind of value, a row to each reason why there is none, and amounts to the penny."""
    rows: list[Row] = [
        (
            cell("MOJ-2017-01", sources=(1, 2)),
            cell("Cambridgeshire Constabulary"),
            cell(44_600_001),
            cell(1_234),
            cell(250),
            cell("2017-09-30"),
            cell("2017-09-30T11:00:00+00:00"),
            cell(True),
        ),
        (
            cell("MOJ-2017-02"),
            cell(""),
            cell(-1),
            cell(0),
            cell(-125),
            cell("1899-12-31"),
            cell("2018-01-01T00:00:00+00:00"),
            cell(False),
        ),
        (
            cell("MOJ-2017-03"),
            cell("A provider", words="A provider, jointly"),
            cell(99_999_999_999_999),
            Cell(words="more than 15,000", at_least=15_001),
            cell(10**17 + 1),
            cell(None, words="at the end"),
            Cell(),
            Cell(missing=Missing.NOT_APPLICABLE, words=""),
        ),
    ]
    rows += [(cell(why.name), *(Cell(missing=why) for _ in COLUMNS[1:])) for why in Missing]
    notes = ("The first note.", "=a note that looks like a formula")
    return Table(name=name, title=title, columns=COLUMNS, rows=tuple(rows), notes=notes)


def hostile_table(texts: Sequence[str] = HOSTILE) -> Table:
    """Each text in a row, alone and after a letter, and as the words of a figure."""
    columns = (
        Column(key="alone", title="=A1"),
        Column(key="after", title="<b>*Title*</b>"),
        Column(key="figure", title="#figure", kind="count", unit="]]>"),
    )
    rows = tuple(
        (raw(text), raw(f"x{text}"), raw(None, missing=Missing.NOT_SUPPLIED, words=text or None)) for text in texts
    )
    return Table.model_construct(
        name="hostile", title="=Ho/st\\il[e]:*?'<table>", columns=columns, rows=rows, notes=("=note", "<b>"), names=()
    )


def bars() -> Chart:
    """A chart with a gap, a nought, and one less than nought."""
    return Chart(
        name="spend-chart",
        title="Spend against allocation",
        alt="Bars side by side: £10 of £20 is spent by the first service; of the second it is not supplied.",
        unit="pence",
        label="Service",
        categories=("First: $x$ <b>", "=Second", "Third"),
        series=(
            Series(name="allocation", title="Allocation", cells=(cell(2000), cell(3000), cell(0))),
            Series(name="spend", title="Spend", cells=(cell(1000), Cell(missing=Missing.NOT_SUPPLIED), cell(-500))),
        ),
    )


def a_paper() -> Paper:
    """Two tables, one of them empty, and a chart."""
    empty = Table(name="nothing", title="Nothing yet", columns=COLUMNS[:3], rows=())
    return Paper(
        title="A paper",
        facts=[("Half-year", "2017-18-h1"), ("Waiting for", "=nothing")],
        tables=[service_table(), empty],
        charts=[bars()],
        about={"period": "2017-18-h1"},
    )


def spread(paper: Paper, seed: int) -> Paper:
    """The same paper, its rows coming as a stream: those of each table in order, the tables in any."""
    waiting = [[(number, row) for row in table.rows] for number, table in enumerate(paper.tables)]
    order = list(chain.from_iterable([number] * len(rows) for number, rows in enumerate(waiting)))
    random.Random(seed).shuffle(order)

    def rows() -> Iterator[tuple[int, Row]]:
        left = [iter(each) for each in waiting]
        return (next(left[number]) for number in order)

    bare = [table.model_copy(update={"rows": ()}) for table in paper.tables]
    return Paper(paper.title, paper.facts, bare, paper.charts, rows, paper.about, paper.language)


def expected(paper: Paper) -> dict[str, list[list[Any]]]:
    """What a reader of a workbook must find on the sheet of each table, from the headings down."""
    found: dict[str, list[list[Any]]] = {head.sheet: [list(head.headings)] for head in paper.heads}
    for table, row in paper.rows():
        head = paper.heads[table]
        found[head.sheet].append([_in_workbook(column, each) for column, each in zip(head.columns, row, strict=True)])
    return found


def _in_workbook(column: Column, each: Cell) -> Any:
    kind = KINDS[column.kind]
    amount = number(each, kind.parts)
    if amount is not None:
        return whole(amount, kind.parts)
    found = day(each) if column.kind == "date" else None
    return found if found is not None and found >= date(1900, 3, 1) else said(column, each)


def _value(read: Any) -> Any:
    return read.date() if isinstance(read, datetime) else read


def by_openpyxl(path: Path) -> dict[str, list[list[Any]]]:
    """The sheets of the tables of an .xlsx, as openpyxl reads them. It leaves Excel's own escapes as they are."""
    book = openpyxl.load_workbook(path)
    return {
        sheet.title: [
            [unescape(each) if isinstance(each, str) else _value(each) for each in row]
            for row in sheet.iter_rows(min_row=ABOVE, values_only=True)
        ]
        for sheet in book.worksheets
        if sheet.title not in (COVER, CONTENTS, NOTES)
    }


def by_calamine(path: Path) -> dict[str, list[list[Any]]]:
    """The sheets of the tables of an .xlsx or .ods, as calamine reads them."""
    book = CalamineWorkbook.from_path(str(path))
    found = {}
    for name in book.sheet_names:
        if name not in (COVER, CONTENTS, NOTES):
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            found[name] = [[_value(each) for each in row] for row in rows[ABOVE - 1 :]]
    return found


def pdf_text(path: Path) -> str:
    """All the text of a PDF without its spaces and its breaks, as pypdf reads it."""
    return squeezed("".join(page.extract_text() for page in pypdf.PdfReader(path).pages))


def squeezed(text: str) -> str:
    """The text without what a line break may have taken or put in."""
    return "".join(each for each in text if not each.isspace() and each != "\u200b")


def structure(path: Path) -> list[tuple[str, str | None]]:
    """The tags of a PDF in order, each with its alternative text."""
    found: list[tuple[str, str | None]] = []

    def walk(node: Any) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for each in node:
                walk(each)
        elif isinstance(node, dict):
            if "/S" in node:
                found.append((str(node["/S"]), str(node["/Alt"]) if "/Alt" in node else None))
            walk(node.get("/K", []))

    walk(pypdf.PdfReader(path).trailer["/Root"]["/StructTreeRoot"])  # type: ignore[index]
    return found


def headings_of(paper: Paper) -> list[Head]:
    """The heads of the tables that have rows."""
    return [head for head, table in zip(paper.heads, paper.sheets, strict=True) if table.rows]
