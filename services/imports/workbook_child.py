"""Reads one workbook in a process of its own, with little memory and little time, and prints what it holds as JSON.

Run as a script by ``workbook.py``: the workbook comes in on standard input. It knows nothing of the rest of the
project, so that a workbook made to do harm can harm nothing but this process.
"""

import contextlib
import io
import json
import math
import sys
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

MEMORY = 1 << 30
"""Bytes of memory that reading may take."""
SECONDS = 20
"""Seconds of the processor that reading may take."""
MAX_ROWS, MAX_COLUMNS, MAX_CHARACTERS = 20_000, 60, 20_000_000


class TooMuch(Exception):
    """The sheet is larger than an awards sheet can be. The words are meant for the person who sent it."""


def limit() -> None:
    """Takes away what reading does not need. Does nothing on systems that cannot."""
    try:
        import resource
    except ImportError:  # pragma: no cover - Windows
        return
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


def typed(cell: Any, formula: Any) -> list[str] | None:
    """A cell as a letter for its type and its text: number, date, text, error, or one that holds no plain value."""
    value = cell.value
    if value is None:
        never_calculated = getattr(formula, "data_type", None) == "f" and cell.data_type == "n"
        return ["formula", ""] if never_calculated else None
    if cell.data_type == "e":
        return ["error", ""]
    if isinstance(value, bool):
        return ["text", "true" if value else "false"]
    if isinstance(value, int | float):
        if not math.isfinite(value):
            return ["error", ""]
        return ["number", str(int(value)) if value == int(value) else repr(value)]
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        value = value.date()
    if isinstance(value, date) and not isinstance(value, datetime):
        return ["date", value.isoformat()]
    if isinstance(value, Decimal):  # pragma: no cover - openpyxl reads numbers as int or float
        return ["number", str(value)]
    return ["text", value] if isinstance(value, str) else ["time", ""]


def rows(sheet: Any, formulas: Any) -> Iterator[tuple[int, list[list[Any]]]]:
    """Each row that holds something: its number, and each cell with its column's number."""
    read, characters = 0, 0
    for number, (row, of_formulas) in enumerate(zip(sheet.iter_rows(), formulas.iter_rows(), strict=True), 1):
        cells = []
        for column, (cell, formula) in enumerate(zip(row, of_formulas, strict=True), 1):
            said = typed(cell, formula)
            if said is None or said == ["text", ""]:
                continue
            if column > MAX_COLUMNS:
                raise TooMuch(f"The sheet has more than {MAX_COLUMNS} columns: leave only those of an awards sheet.")
            cells.append([column, *said])
            characters += len(said[1])
        if not cells:
            continue
        read += 1
        if number > MAX_ROWS or read > MAX_ROWS or characters > MAX_CHARACTERS:
            raise TooMuch(f"The sheet has something beyond row {MAX_ROWS:,}: take it out, or split the sheet.")
        yield number, cells


def holds_something(sheet: Any) -> bool:
    """Whether a further sheet has any cell that is filled in."""
    sheet.reset_dimensions()
    return any(value is not None for row in sheet.iter_rows(max_row=1000, values_only=True) for value in row)


def read(data: bytes) -> dict[str, Any]:
    """The first sheet's rows, and how many further sheets hold something."""
    import openpyxl

    if not openpyxl.DEFUSEDXML:  # pragma: no cover - defusedxml is a dependency
        return {"refused": "Workbooks cannot be read safely on this machine: defusedxml is not installed."}
    values, formulas = (
        openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=data_only, keep_links=False)
        for data_only in (True, False)
    )
    if not values.worksheets:
        return {"refused": "The workbook has no sheet with cells."}
    first, its_formulas = values.worksheets[0], formulas.worksheets[0]
    first.reset_dimensions()
    its_formulas.reset_dimensions()
    further = sum(holds_something(sheet) for sheet in values.worksheets[1:])
    return {"rows": list(rows(first, its_formulas)), "further": further}


def main() -> None:
    """Reads standard input, prints one JSON object: ``rows`` and ``further``, or ``refused`` with the words."""
    data = sys.stdin.buffer.read()
    limit()
    try:
        answer = read(data)
    except TooMuch as too_much:
        answer = {"refused": str(too_much)}
    except ImportError:  # pragma: no cover - openpyxl is a dependency
        answer = {"refused": "Workbooks cannot be read on this machine: openpyxl is not installed. Load a .csv file."}
    except MemoryError:
        answer = {"refused": "The workbook takes too much memory to read: save the one sheet as .csv."}
    except Exception:  # whatever a harmful or a broken workbook sets off
        answer = {"refused": "The workbook is damaged or not safe to open: save it again as .xlsx, or as .csv."}
    sys.stdout.buffer.write(json.dumps(answer).encode())


if __name__ == "__main__":
    main()
