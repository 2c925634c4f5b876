"""The sheets of an XLSX file, read in the guarded process of ``provider_workbook_child.py``."""

import posixpath
import re
import zipfile
from datetime import date, timedelta
from typing import Any

from services.imports.provider_workbook_xml import (
    MAX_CHARACTERS,
    MAX_SHEETS,
    MAX_STRINGS,
    Attributes,
    Cells,
    TooMuch,
    Unsafe,
    Xml,
    number,
    told,
)


class Relations(Xml):
    """What the parts of an XLSX file are called: the target of each relation, by its id and by the end of its type."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        self.folder = folder
        self.by_id: dict[str, str] = {}
        self.by_type: dict[str, list[str]] = {}

    def start(self, name: str, said: Attributes) -> None:
        if name == "Relationship" and said.get("TargetMode") != "External":
            target = said.get("Target", "")
            path = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(self.folder, target))
            self.by_id[said.get("Id", "")] = path
            self.by_type.setdefault(said.get("Type", "").rpartition("/")[2], []).append(path)


class Book(Xml):
    """The list of the sheets."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[tuple[str, str, bool]] = []
        self.from_1904 = False

    def start(self, name: str, said: Attributes) -> None:
        if name == "sheet" and self.path[-2:-1] == ["sheets"]:
            self.sheets.append((said.get("name", ""), said.get("id", ""), said.get("state", "visible") != "visible"))
            if len(self.sheets) > MAX_SHEETS:
                raise TooMuch("The workbook has far more sheets than a report: send the one that the office sent you.")
        if name == "workbookPr":
            self.from_1904 = said.get("date1904") in ("1", "true")


class Strings(Xml):
    """The texts that the cells share."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._parts: list[str] = []
        self._characters = 0

    def start(self, name: str, said: Attributes) -> None:
        if name == "si":
            self._parts = []

    def text(self, said: str) -> None:
        if self.path[-1] == "t" and "rPh" not in self.path:
            self._parts.append(said)
            self._characters += len(said)
            if self._characters > MAX_CHARACTERS:
                raise TooMuch("The workbook holds far more text than a report: shorten it.")

    def end(self, name: str) -> None:
        if name == "si":
            self.found.append(unescaped("".join(self._parts)))
            if len(self.found) > MAX_STRINGS:
                raise TooMuch("The workbook holds far more text than a report: shorten it.")


class Styles(Xml):
    """Which of the cells' styles show a number as a date or as a percentage."""

    def __init__(self) -> None:
        super().__init__()
        self._codes: dict[str, str] = {}
        self.kinds: list[str] = []

    def start(self, name: str, said: Attributes) -> None:
        if name == "numFmt":
            self._codes[said.get("numFmtId", "")] = said.get("formatCode", "")
        if name == "xf" and self.path[-2:-1] == ["cellXfs"]:
            self.kinds.append(self._kind(said.get("numFmtId", "0")))

    def _kind(self, form: str) -> str:
        if form in self._codes:
            code = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.', "", self._codes[form].lower()).replace("general", "")
            return "percent" if "%" in code else "date" if re.search("[dmyhs]", code) else "number"
        if form in ("9", "10"):
            return "percent"
        return "date" if form.isdecimal() and (14 <= int(form) <= 22 or 45 <= int(form) <= 47) else "number"


class SheetOfXlsx(Xml):
    """The cells of one sheet."""

    def __init__(self, cells: Cells, strings: list[str], kinds: list[str], from_1904: bool) -> None:
        super().__init__()
        self.cells, self._strings, self._kinds = cells, strings, kinds
        self._first_day = date(1904, 1, 1) if from_1904 else date(1899, 12, 30)
        self._row = self._column = 0
        self._how: Attributes = {}
        self._has_formula = False
        self._said: list[str] = []

    def start(self, name: str, said: Attributes) -> None:
        if name == "row":
            self._row, self._column = int(said.get("r", self._row + 1)), 0
            if said.get("hidden") in ("1", "true"):
                self.cells.hidden_rows.append(self._row)
        elif name == "c":
            self._how, self._has_formula, self._said = said, False, []
            where = re.fullmatch(r"([A-Z]{1,3})(\d{1,7})", said.get("r", ""))
            self._column = column_of(where[1]) if where else self._column + 1
            self._row = int(where[2]) if where else self._row
        elif name == "f":
            self._has_formula = True

    def text(self, said: str) -> None:
        if self.path[-1] in ("v", "t") and "c" in self.path and "rPh" not in self.path:
            self._said.append(said)

    def end(self, name: str) -> None:
        if name == "c":
            kind, text = self._typed("".join(self._said))
            if kind:
                self.cells.put(self._row, self._column, kind, text)

    def _typed(self, said: str) -> list[str]:
        match self._how.get("t", "n"):
            case "s" if said:
                said = self._strings[int(said)]
            case "str" | "inlineStr":
                said = unescaped(said)
            case "e":
                return ["error", ""]
            case "b":
                said = "true" if said == "1" else "false"
            case "d":
                return ["date", said[:10]]
            case "n" if said.strip():
                return self._number(said)
        if said.strip():
            return ["text", said]
        return ["formula", ""] if self._has_formula and self._how.get("t", "n") == "n" else ["", ""]

    def _number(self, said: str) -> list[str]:
        kind, digits = number(said)
        place = self._how.get("s", "0")
        style = self._kinds[int(place)] if int(place) < len(self._kinds) else "number"
        if kind == "number" and style == "date":
            days = float(digits)
            return ["date", (self._first_day + timedelta(days=int(days))).isoformat() if 0 <= days < 2_900_000 else ""]
        return [style if kind == "number" else kind, digits]


class Texts(Xml):
    """All text that stands beside the cells: comments, and boxes drawn on a sheet."""

    def __init__(self, beside: list[str]) -> None:
        super().__init__()
        self._beside = beside

    def text(self, said: str) -> None:
        if self.path[-1] in ("t", "text"):
            self._beside.append(said)
            if sum(map(len, self._beside[-1000:])) > MAX_CHARACTERS or len(self._beside) > MAX_STRINGS:
                raise TooMuch("The workbook has far more comments than a report: take them out.")


def column_of(letters: str) -> int:
    """3 for C."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place


def unescaped(text: str) -> str:
    """Signs that XML cannot hold are written ``_x0009_`` in an XLSX file; halves of a sign are none."""
    if "_x" not in text:
        return text
    signs = re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)
    return signs.encode("utf-8", "replace").decode()


def read_xlsx(zipped: zipfile.ZipFile) -> dict[str, Any]:
    """Every sheet of an XLSX file."""
    top = Relations("")
    top.read(zipped, "_rels/.rels")
    place = (top.by_type.get("officeDocument") or ["xl/workbook.xml"])[0]
    folder, _, own_name = place.rpartition("/")
    book, relations, strings, styles = Book(), Relations(folder), Strings(), Styles()
    book.read(zipped, place)
    relations.read(zipped, f"{folder}/_rels/{own_name}.rels")
    for reader, kind in ((strings, "sharedStrings"), (styles, "styles")):
        for path in relations.by_type.get(kind, ())[:1]:
            reader.read(zipped, path)
    sheets = []
    for name, relation, hidden in book.sheets:
        cells = Cells(name, hidden)
        path = relations.by_id.get(relation, "")
        if path.rpartition("/")[0].endswith("worksheets"):
            if path not in zipped.namelist():
                raise Unsafe
            SheetOfXlsx(cells, strings.found, styles.kinds, book.from_1904).read(zipped, path)
        sheets.append(cells)
    beside: list[str] = []
    for name in zipped.namelist():
        if re.match(r"xl/(comments|threadedComments|drawings)[^_]*\.xml$", name):
            Texts(beside).read(zipped, name)
    return told(sheets, beside)
