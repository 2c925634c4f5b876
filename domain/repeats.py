"""What is said again: word for word it changes nothing; otherwise it is told by what differs, and refused."""

from collections.abc import Collection
from datetime import date
from enum import StrEnum
from typing import Any

from domain import money
from domain.kernel import Value
from domain.periods import day_in_words

_LONGEST = 40
"""Of a text that is repeated: what is on record as words is longer, and is only said to be other."""


def _on_record(field: str, value: Any) -> str:
    match value:
        case None:
            return "none"
        case StrEnum():
            return value.value
        case date():
            return day_in_words(value)
        case int() if field.endswith("_pence"):
            return money.pounds(value)
        case str() if len(value) <= _LONGEST and " " not in value:
            return value
        case int():
            return str(value)
    return "other words"


def differing(known: Value, said: Value, apart: Collection[str] = ()) -> str:
    """What is on record where this says something else: ``effective_on: 1 July 2017; reason: other words``.

    Empty, when nothing differs. Text that was submitted is never repeated.
    """
    fields = [name for name, _value in said if name not in apart]
    return "; ".join(
        f"{name}: {_on_record(name, getattr(known, name))}"
        for name in fields
        if getattr(known, name) != getattr(said, name)
    )
