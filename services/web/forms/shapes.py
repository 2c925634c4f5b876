"""What a form asks for an order: the command's fields, each as the kind of entry that it is. Made once a command."""

import types
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, StrEnum
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from domain.awards.documents import AttachDocument
from domain.kernel import Command, Value
from domain.money import MOST_PENCE
from domain.monitoring.policy import Offset
from domain.monitoring.schedule import DueRule
from domain.reports.quantity import Quantity
from services.web.forms.words import LONG


class Kind(StrEnum):
    """How something is entered."""

    TEXT = "text"
    LONG = "long text"
    POUNDS = "pounds"
    WHOLE = "whole number"
    NUMBER = "number"
    DAY = "day"
    CHOICE = "choice"
    YES_NO = "yes-no"
    YEAR = "year"
    PERIOD = "period"
    REFERENCE = "reference"
    PHRASE = "phrase"
    """A few words of a fixed form: ``20 working days after``."""
    LINES = "lines"
    """Several references: one to a line, or ticked where they are known."""
    MANY = "many"
    """A group that may be repeated."""
    GROUP = "group"
    FILE = "file"


PHRASES: dict[type[Value], str] = {
    DueRule: "like: 30 October, 30 April; or: 1 month after; or: 20 working days after or the next working day",
    Offset: "like: 10 working days before; or: on the day; or: 5 days after",
    Quantity: "a whole number, like 12, or a bound, like: more than 15,000",
}
"""Values that people write as words (each has ``of`` and ``words``), and what they look like."""

FROM_A_FILE: dict[type[Command[Any]], tuple[str, ...]] = {
    AttachDocument: ("sha256", "file_name", "media_type", "size_bytes")
}
"""The fields that are told by a file itself: it is chosen, and nobody types its digest."""

NEVER_TYPED = frozenset(
    {("Figure", "cell"), ("OutcomeFigure", "cells"), ("SubmitReport", "file"), ("CorrectReport", "file")}
)
"""Where a figure stood in a provider's workbook. Only the reader of workbooks knows it: typed, it would be forged."""

LONGEST = 4_000
"""Of a text; of anything short, ``SHORT``. In characters."""
SHORT = 200
MOST_ROWS = 400
"""How often a group may be repeated, where the command itself sets no limit."""


@dataclass(frozen=True)
class Shape:
    """One thing that is asked for."""

    field: str
    """Of the command, or of the value within it."""
    of: str
    """The name of the class that has the field: the words of a label may differ by it."""
    kind: Kind
    needed: bool
    says_nothing: bool = False
    """Whether leaving it empty must be passed on as nothing, as the field has no default."""
    unknown: bool = False
    """Whether people may write: not known."""
    signed: bool = False
    """Whether it may be less than nought."""
    default: Any = None
    type: Any = None
    """Of a choice, its enumeration; of a phrase, its value; of a group, the value that it makes."""
    parts: tuple["Shape", ...] = ()
    """Of a group, what it asks; of what may be repeated, the one thing that is repeated."""
    most: int = MOST_ROWS
    longest: int = SHORT
    description: str = ""
    """What the field says of itself."""


@cache
def shapes_of(command: type[Command[Any]]) -> tuple[Shape, ...]:
    """Everything a command may be told, its address included, in the order of its fields."""
    told = FROM_A_FILE.get(command, ())
    shapes = _shapes(command, told)
    return (*shapes, Shape("file", command.__name__, Kind.FILE, needed=True)) if told else shapes


def _shapes(holder: type[Value], apart: tuple[str, ...] = ()) -> tuple[Shape, ...]:
    return tuple(
        _shape(holder, field, info)
        for field, info in holder.model_fields.items()
        if field not in apart and (holder.__name__, field) not in NEVER_TYPED and not _is_fixed(info)
    )


def _is_fixed(info: FieldInfo) -> bool:
    """Whether there is one value only: the one calendar, the one log."""
    return get_origin(info.annotation) is Literal and len(get_args(info.annotation)) == 1


def _bare(annotation: Any) -> tuple[Any, bool, list[Any]]:
    """A type without its wrappings; whether nothing will do as well; and what is said of it beside."""
    if get_origin(annotation) is Annotated:
        inner, *said = get_args(annotation)
        bare, empty, more = _bare(inner)
        return bare, empty, [*said, *more]
    if get_origin(annotation) in (Union, types.UnionType):
        kept = [part for part in get_args(annotation) if part is not type(None)]
        bare, _empty, said = _bare(kept[0])
        return bare, len(kept) < len(get_args(annotation)), said
    return annotation, False, []


def _limits(said: list[Any]) -> dict[str, Any]:
    """The limits and patterns that stand beside a type, by name."""
    found: dict[str, Any] = {}
    for each in said:
        parts = [*getattr(each, "metadata", ()), each]
        for part in parts:
            for name in ("ge", "max_length", "pattern", "func"):
                value = getattr(part, name, None)
                if value is not None:
                    found.setdefault(name, value)
    return found


def _shape(holder: type[Value], field: str, info: FieldInfo) -> Shape:
    bare, empty, said = _bare(info.annotation)
    limits = _limits([*info.metadata, *said])
    required = info.is_required()
    common: dict[str, Any] = {
        "field": field,
        "of": holder.__name__,
        "default": None if required else info.get_default(call_default_factory=True),
        "description": info.description or "",
    }
    if get_origin(bare) is tuple:
        return _many(common, get_args(bare)[0], required, limits)
    kind = _kind(field, bare, limits)
    if kind is Kind.POUNDS:
        common |= {"unknown": required and empty and field == "amount_pence", "signed": limits.get("ge") == -MOST_PENCE}
    return Shape(
        **common,
        kind=kind,
        needed=required and (not empty or common.get("unknown", False)),
        says_nothing=required and empty,
        type=bare,
        parts=_shapes(bare) if kind is Kind.GROUP else (),
        longest=LONGEST if kind in (Kind.TEXT, Kind.LONG) else SHORT,
    )


def _many(common: dict[str, Any], each: Any, required: bool, limits: dict[str, Any]) -> Shape:
    """Several of something: groups, texts, or references."""
    bare, _empty, said = _bare(each)
    one = _kind(common["field"], bare, _limits(said))
    most = min(limits.get("max_length", MOST_ROWS), MOST_ROWS)
    common |= {"needed": required and common["field"] != "steps", "most": most}
    if one is Kind.REFERENCE:
        return Shape(**common, kind=Kind.LINES, longest=most * SHORT)
    parts = _shapes(bare) if one is Kind.GROUP else ()
    holder = bare.__name__ if parts else common["of"]
    part = Shape(common["field"], holder, one, needed=True, type=bare, parts=parts, longest=LONGEST)
    return Shape(**common, kind=Kind.MANY, parts=(part,))


def _kind(field: str, bare: Any, limits: dict[str, Any]) -> Kind:
    if field.endswith("_pence"):
        return Kind.POUNDS
    simple = {bool: Kind.YES_NO, date: Kind.DAY, int: Kind.WHOLE, Decimal: Kind.NUMBER}
    if bare in simple:
        return simple[bare]
    if isinstance(bare, type) and issubclass(bare, Enum):
        return Kind.CHOICE
    if bare in PHRASES:
        return Kind.PHRASE
    if isinstance(bare, type) and issubclass(bare, Value):
        return Kind.GROUP
    return _text(field, limits)


def _text(field: str, limits: dict[str, Any]) -> Kind:
    function = getattr(limits.get("func"), "__name__", "")
    if function == "_checked_year":
        return Kind.YEAR
    if function == "_period_code":
        return Kind.PERIOD
    if str(limits.get("pattern", "")).startswith(
        ("^[A-Za-z0-9][A-Za-z0-9._-]{0,79}", "^[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
    ):
        return Kind.REFERENCE
    return Kind.LONG if field in LONG else Kind.TEXT
