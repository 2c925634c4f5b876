"""What is wrong with a sheet, or worth reading in it: each with its cell, in words that say the cure.

A fault never repeats free text that was submitted.
"""

from collections.abc import Mapping
from typing import NamedTuple

from pydantic import ValidationError

from domain.errors import Refusal


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


def as_clause(refusal: Refusal) -> str:
    """The refusal's words as they stand after a cell's address: no capital, no full stop."""
    words = str(refusal).removesuffix(".")
    return words[:1].lower() + words[1:]


_REFERENCE = "a reference must be letters, digits, full stops, hyphens and underscores, without spaces, at most 80"
_ERRORS = {
    "string_too_long": "this must be at most 4,000 characters long",
    "string_too_short": "this is needed: write it",
    "missing": "this is needed: write it",
    "greater_than": "this must be more than nought",
    "greater_than_equal": "this must not be less than nought",
    "less_than_equal": "this is larger than it can be",
    "decimal_parsing": "this must be a number, like 2.5",
    "int_type": "this must be a whole number of pence",
}


def of_validation(error: ValidationError, headings: Mapping[str, str]) -> list[tuple[str, str]]:
    """The heading and the words of each thing wrong with an order's fields. What was submitted is not repeated.

    ``headings`` gives the column that each field came from; a field that is not in it belongs to the whole row.
    """
    found = []
    for one in error.errors(include_url=False, include_input=False):
        field = str(one["loc"][0]) if one["loc"] else ""
        heading = headings.get(field, "")
        if one["type"] == "string_pattern_mismatch":
            words = _REFERENCE
        elif one["type"] == "value_error":
            words = str(one["ctx"]["error"])
        else:
            words = _ERRORS.get(
                one["type"], "this is not in a form that can be read: compare it with the example sheet"
            )
        found.append((heading, words if heading else f"cannot be loaded: {words}"))
    return found
