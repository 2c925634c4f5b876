"""What is wrong with a sheet, or worth reading in it: each with its cell, in words that say the cure.

A fault never repeats free text that was submitted.
"""

from collections.abc import Mapping
from typing import NamedTuple

from pydantic import ValidationError

from domain.errors import OutturnError
from services.problems import faults


class Remark(NamedTuple):
    """One thing to put right, or to know."""

    words: str
    """What is wrong and the cure, beginning in lower case; after a row without a column, a verb comes first."""
    row: int | None = None
    """As the spreadsheet numbers it. ``None``: the whole sheet."""
    column: str = ""
    """The column's heading. Empty: the whole row."""
    address: str = ""
    """``E12``."""

    def __str__(self) -> str:
        if self.row is None:
            return self.words[:1].upper() + self.words[1:]
        if not self.column:
            return f"Row {self.row} {self.words}"
        where = f"{self.column} ({self.address})" if self.address else self.column
        return f"Row {self.row}, {where}: {self.words}"


def as_clause(refusal: OutturnError) -> str:
    """The refusal's words as they stand after a cell's address: no capital, no full stop."""
    words = str(refusal).removesuffix(".")
    return words[:1].lower() + words[1:]


def of_validation(error: ValidationError, headings: Mapping[str, str]) -> list[tuple[str, str]]:
    """The heading and the words of each thing wrong with an order's fields. What was submitted is not repeated.

    ``headings`` gives the column that each field came from; a field that is not in it belongs to the whole row.
    """
    found = []
    for fault in faults(error):
        heading = headings.get(str(fault.path[0]), "") if fault.path else ""
        about = "this " if fault.words.startswith(("must", "is ", "needs")) else ""
        found.append((heading, f"{about}{fault.words}" if heading else f"cannot be loaded: {about}{fault.words}"))
    return found
