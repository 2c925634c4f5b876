"""From what was read to the order itself, or to what is wrong with it, each fault at its own entry."""

import re
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from domain.errors import OutturnError, Refusal
from domain.kernel import Command
from services.problems import Fault, faults
from services.web.forms.form import Form, Wrong
from services.web.forms.naming import in_page_words, label_of
from services.web.forms.reading import Read, asking, sentence
from services.web.forms.shapes import FROM_A_FILE, Kind, Shape

_NEEDED = "is needed: write it"


def order(form: Form, sent: Read) -> Command[Any] | tuple[Wrong, ...]:
    """The order that was sent; or everything that is wrong, in the order of the form."""
    if sent.wrong:
        return sent.wrong
    try:
        return form.command.model_validate(sent.fields)
    except Refusal as wrong:  # a day or a period, in words
        return (refused(wrong),)
    except ValidationError as malformed:
        return tuple(dict.fromkeys(_wrong(form, sent, fault) for fault in faults(malformed)))


def refused(refusal: OutturnError, form: Form | None = None) -> Wrong:
    """What a rule said, for the top of the form: commands and fields by what forms call them.

    ``form``: where it names one of its fields by the field's own name, and no other, it is told at that field.
    """
    said = str(refusal)
    named = [shape.field for shape in (() if form is None else form.shapes) if _is_named(shape.field, said)]
    return Wrong(named[0] if len(named) == 1 else "", in_page_words(sentence("", said)))


def _is_named(field: str, said: str) -> bool:
    """Whether a rule names a field: it writes them in brackets (``despite, rests_on``), or they are no word at all."""
    name = rf"\b{field}\b" if "_" in field else rf"\((?:[a-z_]+, )*{field}(?:, [a-z_]+)*\)"
    return re.search(name, said) is not None


def _wrong(form: Form, sent: Read, fault: Fault) -> Wrong:
    """A fault at the entry that it is about; at the top of the form, if it is about several."""
    shapes: Sequence[Shape] = form.shapes
    found, name = None, ""
    for part in fault.path:
        if isinstance(part, int):
            rows = sent.sent_rows.get(name, ())
            if found is None or found.kind is not Kind.MANY or part >= len(rows):
                break
            name, found, shapes = f"{name}.{rows[part]}", found.parts[0], found.parts[0].parts
            continue
        shape = next((each for each in shapes if each.field == part), None)
        if shape is None:
            break
        name, found, shapes = f"{name}.{part}" if name else part, shape, shape.parts
    if found is None:
        told_by_file = fault.path and fault.path[0] in FROM_A_FILE.get(form.command, ())
        return Wrong("file" if told_by_file else "", in_page_words(sentence("This", fault.words)))
    words = asking(found) if fault.words == _NEEDED else sentence(label_of(found), fault.words)
    return Wrong(name, in_page_words(words))
