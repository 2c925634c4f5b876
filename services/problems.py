"""What went wrong, in words: the one place that turns a malformed order into plain English.

What was submitted is never repeated.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from pydantic import ValidationError

from domain.errors import OutturnError
from domain.periods import day_in_words


class Malformed(OutturnError):
    """The words of a call cannot be read: an amount, a date, a share, JSON. No rule was asked."""


class Fault(NamedTuple):
    """One field that is malformed."""

    path: tuple[str | int, ...]
    """Where it is: ``("shares", 0, "amount_pence")``."""
    words: str
    """What is wrong, and the cure."""

    @property
    def place(self) -> str:
        """Where it is, as people write it: ``shares, number 1, amount_pence``."""
        return ", ".join(f"number {part + 1}" if isinstance(part, int) else str(part) for part in self.path)


REFERENCE = "must be letters, digits, full stops, hyphens or underscores, without spaces, at most {longest}"
CODE = "must be letters, digits, hyphens or underscores, without spaces or full stops, at most {longest}"
DIGEST = "must be a SHA-256: 64 figures 0 to 9 and small letters a to f"

_WORDS = {
    "missing": "is needed: write it",
    "extra_forbidden": "is not a field of this order",
    "string_type": "must be text",
    "string_too_long": "must be at most {max_length} characters long",
    "string_too_short": "is needed: write it",
    "int_type": "must be a whole number, like 12",
    "int_parsing": "must be a whole number, like 12",
    "int_from_float": "must be a whole number, like 12",
    "bool_parsing": "must be yes or no",
    "bool_type": "must be yes or no",
    "date_type": "must be a date, like 2017-09-30",
    "date_parsing": "must be a date, like 2017-09-30",
    "date_from_datetime_parsing": "must be a date, like 2017-09-30",
    "date_from_datetime_inexact": "must be a date without a time, like 2017-09-30",
    "decimal_parsing": "must be a number, like 2.5",
    "decimal_type": "must be a number, like 2.5",
    "enum": "must be one of: {expected}",
    "literal_error": "must be one of: {expected}",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must not be less than {ge}",
    "less_than_equal": "must not be more than {le}",
    "less_than": "must be less than {lt}",
    "too_short": "needs at least {min_length}",
    "too_long": "may have at most {max_length}, and there are {actual_length}",
    "json_invalid": "is not JSON",
    "model_type": "must be an object with fields",
    "dict_type": "must be an object with fields",
    "tuple_type": "must be a list",
}


def _said(context: dict[str, Any]) -> dict[str, Any]:
    """The limits that a fault names, as people write them."""
    return {
        name: day_in_words(limit) if isinstance(limit, date) else f"{limit:,}" if isinstance(limit, int) else limit
        for name, limit in context.items()
    }


FILE_NAME = (
    "must be a file's own name, without its folder: letters (no accents), digits, spaces and the signs . _ - ( ) & ' "
    "and the comma, beginning with a letter or digit, at most {longest}. Rename a copy of the file"
)


def _pattern(pattern: str) -> str:
    """What a text must look like to fit."""
    file_name = re.search(r"\[A-Za-z0-9 \._.*\]\{0,(\d+)\}\$$", pattern)
    if file_name:
        return FILE_NAME.format(longest=int(file_name[1]) + 1)
    for characters, words in (("[A-Za-z0-9._-]", REFERENCE), ("[A-Za-z0-9_-]", CODE), ("[0-9a-f]", DIGEST)):
        found = re.search(re.escape(characters) + r"\{(?:0,)?(\d+)\}\$$", pattern)
        if found:
            return words.format(longest=int(found[1]) + 1)
    return "is not in the right form"


def faults(error: ValidationError) -> Iterator[Fault]:
    """Everything that is wrong with an order, field by field."""
    for one in error.errors(include_url=False, include_input=False):
        path = tuple(part for part in one["loc"] if not str(part).startswith(("function-", "model")))
        context = one.get("ctx", {})
        match one["type"]:
            case "value_error":
                words = str(context["error"])
            case "string_pattern_mismatch":
                words = _pattern(str(context.get("pattern")))
            case kind:
                words = _WORDS.get(kind, "is not in a form that can be read").format_map(_said(context))
        yield Fault(path, words)
