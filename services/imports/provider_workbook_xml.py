"""The XML inside a workbook, element by element, and the cells found in it, within the limits of what a report can be.

It runs in the guarded process of ``provider_workbook_child.py``, so it imports the standard library alone. A document
type, and with it every entity, is refused.
"""

import math
import zipfile
from typing import Any
from xml.parsers import expat

MAX_SHEETS, MAX_ROWS, MAX_COLUMNS, MAX_CELLS, MAX_CHARACTERS = 60, 5_000, 60, 60_000, 3_000_000
MAX_STRINGS, MAX_ELEMENTS, MAX_DEPTH = 60_000, 300_000, 60

Attributes = dict[str, str]


class TooMuch(Exception):
    """The workbook holds more than a report can. The words are meant for the person who sent it."""


class Unsafe(Exception):
    """The workbook holds something that no spreadsheet program writes."""


class Xml:
    """One XML file's elements, told one by one. Subclasses say what they make of them."""

    elements = 0
    """Read so far, of all files of the workbook."""

    def __init__(self) -> None:
        self.path: list[str] = []
        """The names of the elements that are open, without their namespaces."""

    def start(self, name: str, said: Attributes) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, said: str) -> None:
        """Text within the innermost element."""

    def _start(self, name: str, said: Attributes) -> None:
        Xml.elements += 1
        if Xml.elements > MAX_ELEMENTS:
            raise TooMuch("The workbook is far larger than a report: send the workbook that the office sent you.")
        if len(self.path) > MAX_DEPTH:
            raise Unsafe
        name = name.rpartition(" ")[2]
        self.path.append(name)
        self.start(name, {local(key): value for key, value in said.items()})

    def _end(self, name: str) -> None:
        self.end(name.rpartition(" ")[2])
        self.path.pop()

    @staticmethod
    def _refuse(*_said: Any) -> None:
        raise Unsafe

    def read(self, zipped: zipfile.ZipFile, name: str) -> None:
        """Reads one file of the workbook, if it is there."""
        if name not in zipped.namelist():
            return
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self.text
        parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = self._refuse
        with zipped.open(name) as file:
            parser.ParseFile(file)


def local(key: str) -> str:
    """An attribute's name without its namespace; LibreOffice's own extensions are kept apart."""
    space, _, name = key.rpartition(" ")
    return f"calcext:{name}" if "calcext" in space else name


class Cells:
    """The cells of one sheet that hold something."""

    def __init__(self, name: str, hidden: bool) -> None:
        self.name, self.hidden = name, hidden
        self.hidden_rows: list[int] = []
        self.cells: list[list[Any]] = []
        self.rows = 0
        self.characters = 0
        self._last = 0

    def put(self, row: int, column: int, kind: str, text: str) -> None:
        """Takes a cell. Raises ``TooMuch`` for one that no report has."""
        if column > MAX_COLUMNS:
            raise TooMuch(
                f"A sheet has something beyond its first {MAX_COLUMNS} columns: delete the columns right of column G."
            )
        self.rows += row != self._last
        self._last = row
        self.characters += len(text)
        if row > MAX_ROWS or self.rows > MAX_ROWS or len(self.cells) >= MAX_CELLS or self.characters > MAX_CHARACTERS:
            raise TooMuch(f"A sheet has far more than a report, or something beyond row {MAX_ROWS:,}: delete that.")
        self.cells.append([row, column, kind, text])

    def told(self) -> dict[str, Any]:
        """As it is printed."""
        return {"name": self.name, "hidden": self.hidden, "hidden_rows": self.hidden_rows, "cells": self.cells}


def number(text: str) -> list[str]:
    """A stored number as its kind and its digits: what a spreadsheet shows of it, fifteen of them."""
    said = float(text) if len(text) <= 60 else math.inf
    if not math.isfinite(said):
        return ["error", ""]
    return ["number", str(int(said)) if said == int(said) else format(said, ".15g")]


def told(sheets: list[Cells], beside: list[str]) -> dict[str, Any]:
    """What is printed."""
    if not sheets:
        return {"refused": "The workbook has no sheet: send the workbook that the office sent you."}
    return {"sheets": [sheet.told() for sheet in sheets], "beside": " ".join(beside)[:MAX_CHARACTERS]}
