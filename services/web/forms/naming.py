"""What people read of an order and of its fields: labels, hints, deeds. No name of the code is ever shown."""

import re
from enum import Enum
from functools import cache
from typing import Any

from domain.catalogue import COMMANDS, command_name
from domain.kernel import Command
from services.web.forms.shapes import PHRASES, Kind, Shape
from services.web.forms.words import ABOUT, DEEDS, LABELS, NOT_UNDONE, ONE_OF_MANY, OPTIONS

_HINTS = {
    Kind.POUNDS: "In pounds, like 1,250.50.",
    Kind.DAY: "For example, 30 9 2017.",
    Kind.YEAR: "Like 2017-18.",
    Kind.PERIOD: "Like 2017-18-h1 (half a year), 2017-18-q3 (a quarter), 2017-06 (a month) or 2017-18.",
    Kind.LINES: "Codes, one to a line.",
}


_TWICE = re.compile(r"Saying (?:it|the same) twice changes nothing\.")
"""True of every form, which is sent once however often its button is pressed."""


def _sentence(words: str) -> str:
    """With a capital at its start and a full stop at its end."""
    words = words[:1].upper() + words[1:]
    return words if not words or words[-1] in ".?!" else words + "."


@cache
def label_of(shape: Shape) -> str:
    """``Day the milestone was met``, ``Amount``, ``Is the amount exact?``."""
    words = LABELS.get(f"{shape.of}.{shape.field}") or LABELS.get(shape.field)
    return words.label if words else shape.field.removesuffix("_pence").replace("_", " ").capitalize()


@cache
def hint_of(shape: Shape) -> str:
    """What helps to fill it in: the field's own words, or the table's, and the form in which it is written."""
    own = LABELS.get(f"{shape.of}.{shape.field}")
    words = own or LABELS.get(shape.field)
    said = own.hint if own else words.hint if words else ""
    if not own and not said and "record-decision" not in shape.description:
        said = _sentence(shape.description)
    form = _HINTS.get(shape.kind, "")
    if shape.kind is Kind.POUNDS and shape.unknown:
        form = "In pounds, like £1,250.50; rounded, if the paper rounds it, like £1m; or the words: not known."
    if (shape.kind is Kind.POUNDS and shape.signed) or (shape.kind is Kind.PERIOD and "2017-18" in said):
        form = ""
    if shape.kind is Kind.PHRASE:
        form = _sentence(PHRASES[shape.type])
    return " ".join(part for part in (said, form) if part)


def one_of(shape: Shape) -> str:
    """What one of several is called: ``Share``."""
    return ONE_OF_MANY.get(shape.field, label_of(shape).removesuffix("s"))


def option_words(member: Enum) -> str:
    """``Single tender`` for ``Route.SINGLE_TENDER``."""
    plain = str(member.value).replace("-", " ")
    return OPTIONS.get(f"{type(member).__name__}.{member.value}", plain[:1].upper() + plain[1:])


@cache
def deed_of(command: type[Command[Any]]) -> str:
    """What the button says: ``Complete milestone``."""
    return DEEDS.get(command.__name__, command_name(command).replace("-", " ").capitalize())


def about(command: type[Command[Any]]) -> str:
    """What the order does; of one that cannot be undone, the first sentence: the others are in its warning."""
    words = _own_words(command)
    return _sentence(words.split(". ")[0]) if command.__name__ in NOT_UNDONE else words


@cache
def _own_words(command: type[Command[Any]]) -> str:
    """The first paragraph of an order's own words, or what the table says instead."""
    own = ABOUT.get(command.__name__)
    paragraph = (command.__doc__ or "").split("\n\n")[0]
    return own or in_page_words(_TWICE.sub("", " ".join(paragraph.split())).strip())


def warning(command: type[Command[Any]]) -> str:
    """What to know before an order that no other order takes back; otherwise nothing."""
    if command.__name__ not in NOT_UNDONE:
        return ""
    return " ".join(["You cannot undo this.", *_own_words(command).split(". ", 1)[1:]])


_VERBS = re.compile(rf"\b(?:{'|'.join(sorted(COMMANDS, key=len, reverse=True))})\b")
_THEN = re.compile(r"\. Then (?P<verb>[a-z]+(?:-[a-z]+)+)(?=[.,;]|$)")
"""A rule that names the next order as if it were a word: ``. Then meet-condition.``"""
_FIELDS = {field: field for each in COMMANDS.values() for field in each.model_fields if "_" in field}
_FIELD = re.compile(rf"\b(?:{'|'.join(sorted(_FIELDS, key=len, reverse=True))})\b")


def in_page_words(words: str) -> str:
    """Words of a rule as a page shows them: commands and fields by what forms call them, not by their names."""

    def deed(found: re.Match[str]) -> str:
        return deed_of(COMMANDS[found[0]])

    def field(found: re.Match[str]) -> str:
        known = LABELS.get(found[0])
        return known.label.lower() if known else found[0].removesuffix("_pence").replace("_", " ")

    told = _THEN.sub(r". Then choose: \g<verb>", words)
    return _FIELD.sub(field, _VERBS.sub(deed, told)).replace("`", "")
