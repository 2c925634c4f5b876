"""Workbooks altered as people and other programs alter them: by openpyxl in XLSX, on the bare XML in ODS."""

import io
import zipfile
from copy import copy
from datetime import date
from typing import Any, Protocol
from xml.etree import ElementTree

import openpyxl
from openpyxl.comments import Comment
from openpyxl.utils import column_index_from_string
from openpyxl.utils.cell import coordinate_from_string


class Editing(Protocol):
    """A workbook, opened to be altered."""

    def put(self, sheet: str, cell: str, value: Any, how: str = "") -> None:
        """Writes into a cell. ``how``: ``percent``, ``error`` or ``formula``; otherwise as the value is."""

    def insert_row(self, sheet: str, before: int) -> None:
        """Puts in an empty row."""

    def delete_row(self, sheet: str, number: int) -> None:
        """Takes a row out."""

    def move_row_to_end(self, sheet: str, number: int) -> None:
        """Takes a row out and puts it below all others."""

    def insert_column(self, sheet: str) -> None:
        """Puts in an empty column before the first."""

    def hide_row(self, sheet: str, number: int) -> None:
        """Hides a row."""

    def rename(self, sheet: str, name: str) -> None:
        """Gives a sheet another name."""

    def remove(self, sheet: str) -> None:
        """Takes a sheet out."""

    def add(self, name: str) -> None:
        """Adds an empty sheet at the end."""

    def hide(self, sheet: str) -> None:
        """Hides a sheet."""

    def move_to_front(self, sheet: str) -> None:
        """Makes a sheet the first."""

    def comment(self, sheet: str, cell: str, words: str) -> None:
        """Puts a comment to a cell."""

    def saved(self) -> bytes:
        """The altered workbook."""


class EditingXlsx:
    """By openpyxl, as somebody's program would."""

    def __init__(self, data: bytes) -> None:
        self._book = openpyxl.load_workbook(io.BytesIO(data))

    def put(self, sheet: str, cell: str, value: Any, how: str = "") -> None:
        target = self._book[sheet][cell]
        target.value = value
        if how == "percent":
            target.number_format = "0%"
        elif isinstance(value, date):
            target.number_format = "dd/mm/yyyy"
        if how == "error":
            target.data_type = "e"

    def _rows(self, sheet: str) -> list[list[tuple[Any, Any]]]:
        return [[(cell.value, copy(cell._style)) for cell in row] for row in self._book[sheet].iter_rows(max_col=7)]

    def _write(self, sheet: str, rows: list[list[tuple[Any, Any]]]) -> None:
        own = self._book[sheet]
        own.delete_rows(1, own.max_row)
        for number, row in enumerate(rows, 1):
            for column, (value, style) in enumerate(row, 1):
                target = own.cell(number, column)
                target._style = style
                if value is not None:
                    target.value = value

    def insert_row(self, sheet: str, before: int) -> None:
        self._book[sheet].insert_rows(before)

    def delete_row(self, sheet: str, number: int) -> None:
        self._book[sheet].delete_rows(number)

    def move_row_to_end(self, sheet: str, number: int) -> None:
        rows = self._rows(sheet)
        self._write(sheet, [*rows[: number - 1], *rows[number:], rows[number - 1]])

    def insert_column(self, sheet: str) -> None:
        self._book[sheet].insert_cols(1)

    def hide_row(self, sheet: str, number: int) -> None:
        self._book[sheet].row_dimensions[number].hidden = True

    def rename(self, sheet: str, name: str) -> None:
        self._book[sheet].title = name

    def remove(self, sheet: str) -> None:
        del self._book[sheet]

    def add(self, name: str) -> None:
        self._book.create_sheet(name)

    def hide(self, sheet: str) -> None:
        self._book[sheet].sheet_state = "hidden"

    def move_to_front(self, sheet: str) -> None:
        self._book.move_sheet(sheet, -len(self._book.sheetnames))

    def comment(self, sheet: str, cell: str, words: str) -> None:
        self._book[sheet][cell].comment = Comment(words, "somebody")

    def saved(self) -> bytes:
        out = io.BytesIO()
        self._book.save(out)
        return out.getvalue()


_O = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_T = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_P = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}p"
_S = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"


class EditingOds:
    """On the bare XML, as LibreOffice writes it."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as zipped:
            self._files = {name: zipped.read(name) for name in zipped.namelist()}
        self._content = ElementTree.fromstring(self._files["content.xml"])
        found = self._content.find(f".//{_O}spreadsheet")
        assert found is not None
        self._sheets = found

    def _table(self, sheet: str) -> ElementTree.Element:
        tables: list[ElementTree.Element] = list(self._sheets.iter(f"{_T}table"))
        return next(table for table in tables if table.get(f"{_T}name") == sheet)

    def _row(self, sheet: str, number: int) -> ElementTree.Element:
        rows = list(self._table(sheet).iter(f"{_T}table-row"))
        while len(rows) < number:
            rows.append(ElementTree.SubElement(self._table(sheet), f"{_T}table-row"))
        return rows[number - 1]

    def _cell(self, sheet: str, cell: str) -> ElementTree.Element:
        letters, number = coordinate_from_string(cell)
        row = self._row(sheet, number)
        while len(row) < column_index_from_string(letters):
            ElementTree.SubElement(row, f"{_T}table-cell")
        target: ElementTree.Element = row[column_index_from_string(letters) - 1]
        return target

    def put(self, sheet: str, cell: str, value: Any, how: str = "") -> None:
        target = self._cell(sheet, cell)
        for name in [name for name in target.attrib if name.startswith((_O, _CALC))]:
            del target.attrib[name]
        target[:] = []
        if value is None:
            return
        kind = {"percent": "percentage", "error": "string", "formula": ""}.get(how)
        if how == "formula":
            target.set(f"{_T}formula", f"of:{value}")
            return
        if how == "error":
            target.set(f"{_CALC}value-type", "error")
        if isinstance(value, date):
            target.set(f"{_O}value-type", "date")
            target.set(f"{_O}date-value", value.isoformat())
        elif isinstance(value, str):
            target.set(f"{_O}value-type", "string")
        else:
            target.set(f"{_O}value-type", kind or "float")
            target.set(f"{_O}value", str(value))
        for line in str(value).split("\n"):
            ElementTree.SubElement(target, _P).text = line

    def _parent(self, sheet: str, number: int) -> tuple[ElementTree.Element, int]:
        row = self._row(sheet, number)
        parents = [self._table(sheet), *self._table(sheet).iter(f"{_T}table-header-rows")]
        parent = next(each for each in parents if row in list(each))
        return parent, list(parent).index(row)

    def insert_row(self, sheet: str, before: int) -> None:
        parent, place = self._parent(sheet, before)
        parent.insert(place, ElementTree.Element(f"{_T}table-row"))

    def delete_row(self, sheet: str, number: int) -> None:
        parent, place = self._parent(sheet, number)
        del parent[place]

    def move_row_to_end(self, sheet: str, number: int) -> None:
        row = self._row(sheet, number)
        self.delete_row(sheet, number)
        self._table(sheet).append(row)

    def insert_column(self, sheet: str) -> None:
        for row in self._table(sheet).iter(f"{_T}table-row"):
            row.insert(0, ElementTree.Element(f"{_T}table-cell"))

    def hide_row(self, sheet: str, number: int) -> None:
        self._row(sheet, number).set(f"{_T}visibility", "collapse")

    def rename(self, sheet: str, name: str) -> None:
        self._table(sheet).set(f"{_T}name", name)

    def remove(self, sheet: str) -> None:
        self._sheets.remove(self._table(sheet))

    def add(self, name: str) -> None:
        ElementTree.SubElement(self._sheets, f"{_T}table", {f"{_T}name": name})

    def hide(self, sheet: str) -> None:
        styles = self._content.find(f"{_O}automatic-styles")
        assert styles is not None
        style = ElementTree.SubElement(styles, f"{_S}style", {f"{_S}name": "unseen", f"{_S}family": "table"})
        ElementTree.SubElement(style, f"{_S}table-properties", {f"{_T}display": "false"})
        self._table(sheet).set(f"{_T}style-name", "unseen")

    def move_to_front(self, sheet: str) -> None:
        table = self._table(sheet)
        self._sheets.remove(table)
        self._sheets.insert(1, table)

    def comment(self, sheet: str, cell: str, words: str) -> None:
        note = ElementTree.Element(f"{_O}annotation")
        ElementTree.SubElement(note, _P).text = words
        self._cell(sheet, cell).insert(0, note)

    def saved(self) -> bytes:
        self._files["content.xml"] = ElementTree.tostring(self._content, xml_declaration=True, encoding="UTF-8")
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
            for name, data in self._files.items():
                zipped.writestr(name, data, zipfile.ZIP_STORED if name == "mimetype" else None)
        return out.getvalue()
