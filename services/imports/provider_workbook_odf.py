"""The sheets of an ODS file, read in the guarded process of ``provider_workbook_child.py``."""

import re
import zipfile
from typing import Any

from services.imports.provider_workbook_xml import (
    MAX_COLUMNS,
    MAX_SHEETS,
    Attributes,
    Cells,
    TooMuch,
    Xml,
    number,
    told,
)


class SheetsOfOds(Xml):
    """Every sheet of an ODS file's content."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[Cells] = []
        self.beside: list[str] = []
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._tables = 0
        self._row = self._column = 0
        self._repeat = 1
        self._cells: list[tuple[int, str, str]] = []
        self._how: Attributes = {}
        self._said: list[str] = []
        self._paragraphs = 0

    def start(self, name: str, said: Attributes) -> None:
        match name:
            case "style":
                self._style = said.get("name", "")
            case "table-properties" if said.get("display") == "false":
                self._hidden_styles.add(self._style)
            case "table":
                self._tables += 1
                if self.path[-2:-1] == ["spreadsheet"]:
                    self._row = 0
                    self.sheets.append(Cells(said.get("name", ""), said.get("style-name", "") in self._hidden_styles))
                    if len(self.sheets) > MAX_SHEETS:
                        raise TooMuch("The workbook has far more sheets than a report: send the office's own one.")
            case "table-row" if self._in_a_sheet:
                self._row, self._column, self._cells = self._row + 1, 1, []
                self._repeat = int(said.get("number-rows-repeated", "1"))
                if said.get("visibility", "visible") != "visible":
                    self.sheets[-1].hidden_rows.append(self._row)
            case "table-cell" | "covered-table-cell" if self._in_a_sheet:
                self._how, self._said, self._paragraphs = said, [], 0
            case "p" if self._in_a_cell:
                self._said += ["\n"] if self._paragraphs else []
                self._paragraphs += 1
            case "s" if self._in_a_cell:
                self._said.append(" " * min(int(said.get("c", "1")), 1_000))
            case "tab" | "line-break" if self._in_a_cell:
                self._said.append("\t" if name == "tab" else "\n")

    @property
    def _in_a_sheet(self) -> bool:
        return self._tables == 1 and bool(self.sheets) and "spreadsheet" in self.path and "dde-links" not in self.path

    @property
    def _in_a_cell(self) -> bool:
        inside = "table-cell" in self.path or "covered-table-cell" in self.path
        return inside and self._in_a_sheet and "annotation" not in self.path

    def text(self, said: str) -> None:
        if "annotation" in self.path or "frame" in self.path or "shapes" in self.path:
            if "p" in self.path:
                self.beside.append(said)
        elif "p" in self.path and self._in_a_cell:
            self._said.append(said)

    def end(self, name: str) -> None:
        match name:
            case "table":
                self._tables -= 1
            case "table-cell" | "covered-table-cell" if self._in_a_sheet:
                kind, text = self._typed()
                repeat = int(self._how.get("number-columns-repeated", "1"))
                if kind:
                    for column in range(self._column, self._column + min(repeat, MAX_COLUMNS + 1)):
                        self._cells.append((column, kind, text))
                self._column += repeat
            case "table-row" if self._in_a_sheet:
                rows = range(self._row, self._row + self._repeat) if self._cells else ()
                for row in rows:
                    for column, kind, text in self._cells:
                        self.sheets[-1].put(row, column, kind, text)
                self._row += self._repeat - 1

    def _typed(self) -> list[str]:
        how, said = self._how, "".join(self._said)
        kind = how.get("value-type", how.get("calcext:value-type", ""))
        broken = how.get("formula") and re.match(r"#[A-Z/0!?]+|Err:\d", said)
        if how.get("calcext:value-type") == "error" or broken:
            return ["error", ""]
        match kind:
            case "float" | "currency":
                return number(how.get("value", ""))
            case "percentage":
                return ["percent", how.get("value", "")]
            case "date":
                return ["date", how.get("date-value", "")[:10]]
            case "time":
                return ["date", ""]
        text = how.get("string-value", said)
        if text.strip():
            return ["text", text]
        return ["formula", ""] if how.get("formula") and not kind else ["", ""]


def read_ods(zipped: zipfile.ZipFile) -> dict[str, Any]:
    """Every sheet of an ODS file."""
    if "META-INF/manifest.xml" in zipped.namelist():
        with zipped.open("META-INF/manifest.xml") as file:
            if b"encryption-data" in file.read(1 << 20):
                return {"refused": "The workbook has a password: save it without one and send that."}
    content = SheetsOfOds()
    content.read(zipped, "content.xml")
    return told(content.sheets, content.beside)
