"""How the values of each kind of column stand in a file: a line to a kind."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from domain.tables import Cell

MOST = 10**15 - 1
"""A spreadsheet keeps fifteen figures of a number. A longer one is written in words, whole."""


class InFiles(NamedTuple):
    """One kind of value in files."""

    datatype: str
    """In CSV, as CSV on the web names it."""
    parts: int = 0
    """How many parts make one whole in a workbook, such as a hundred pence to a pound; nought: it is no number."""
    style: str = ""
    """The name of its style in a workbook."""
    excel: str = ""
    """That style as Excel writes it."""
    decimal: bool = False
    """Whether CSV has wholes with a point. Money stays in whole pence, as the column's key says."""


KINDS: Mapping[str, InFiles] = {
    "text": InFiles("string"),
    "count": InFiles("integer", 1, "count", "#,##0"),
    "pence": InFiles("integer", 100, "pounds", '"£"#,##0.00'),
    "hundredths": InFiles("decimal", 100, "hundredths", "0.00", decimal=True),
    "date": InFiles("date", style="day", excel="dd/mm/yyyy"),
    "moment": InFiles("dateTime"),
    "yes-no": InFiles("boolean"),
}


def number(cell: Cell, parts: int) -> int | None:
    """The number that a cell of a column of numbers stands for, in its parts; nothing where it says something else."""
    value = cell.value
    plain = parts and type(value) is int and cell.missing is None and cell.words is None
    return value if plain and -MOST <= value <= MOST else None  # type: ignore[operator,return-value]


def whole(value: int, parts: int) -> int | float:
    """The number as a workbook holds it: exact, for it has no more than fifteen figures."""
    return value if parts == 1 else value / parts


def day(cell: Cell) -> date | None:
    """The day that a cell of a column of days stands for; nothing where it says something else."""
    if cell.missing is not None or cell.words is not None or not isinstance(cell.value, str):
        return None
    try:
        return date.fromisoformat(cell.value)
    except ValueError:
        return None


def moment(said: str) -> bool:
    """Whether this is a moment with its time zone."""
    try:
        return datetime.fromisoformat(said).tzinfo is not None
    except ValueError:
        return False
