"""A form as its template shows it: every entry with its label, hint, value and fault, and the summary of the faults."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from services.web.forms import texts
from services.web.forms.entries import DAY_PARTS
from services.web.forms.form import FEW, Form, Options, place
from services.web.forms.naming import hint_of, label_of, one_of, option_words
from services.web.forms.shapes import Kind, Shape
from services.web.shapes import Fault


class Row(NamedTuple):
    """One of several."""

    legend: str
    fields: tuple["Field", ...]
    remove: str
    """What the button sends that takes it away; empty, if it must stay."""


@dataclass(frozen=True)
class Field:
    """One thing that is asked, as it is shown."""

    show: str
    """``input``, ``textarea``, ``radios``, ``select``, ``ticks``, ``day``, ``file``, ``many`` or ``group``."""
    name: str
    label: str
    hint: str = ""
    error: str = ""
    value: str = ""
    numeric: str = ""
    """The keyboard that a telephone shows, if it is not that for text."""
    classes: str = ""
    prefix: str = ""
    suffix: str = ""
    items: tuple[Mapping[str, Any], ...] = ()
    """What may be chosen, or the three entries of a day, as the macros of GOV.UK Frontend take them."""
    rows: tuple[Row, ...] = ()
    fields: tuple["Field", ...] = ()
    inline: bool = False
    """Whether its choices are so short that they stand beside one another."""
    add: str = ""
    """What the button sends that adds one more; empty, if there may be no more."""
    one: str = ""
    """What one of several is called, in a sentence."""

    @property
    def article(self) -> str:
        """``a share``, ``an outcome``."""
        return "an" if self.one[:1] in "aeiou" else "a"

    @property
    def id(self) -> str:
        """Of the entry in the page; of a day, of the three together."""
        return id_of(self.name)


def id_of(name: str) -> str:
    """What an entry is called within the page."""
    return "field-" + name.replace(".", "-").replace("_", "-")


_WIDTHS = {Kind.POUNDS: 10, Kind.WHOLE: 10, Kind.NUMBER: 5, Kind.YEAR: 10, Kind.PERIOD: 20, Kind.REFERENCE: 20}


def fields_of(form: Form) -> tuple[Field, ...]:
    """Everything the form asks, as it is shown."""
    errors: dict[str, str] = {}
    for wrong in form.wrong:
        errors.setdefault(wrong.name, wrong.words)
    return tuple(_field(form, shape, shape.field, errors) for shape in form.shapes)


def faults_of(form: Form) -> tuple[Fault, ...]:
    """The summary of what is wrong, in the order of the form; what is about all of it comes first.

    Each leads to its entry; what is about all of the form leads to its first entry, where it begins.
    """
    firsts = dict(_firsts(fields_of(form)))
    places, start = list(firsts), next(iter(firsts.values()), None)
    said = [wrong for wrong in form.wrong if wrong.name not in firsts]
    said += sorted((wrong for wrong in form.wrong if wrong.name in firsts), key=lambda each: places.index(each.name))
    found = []
    for wrong in said:
        row = form.row_words(wrong.name)
        found.append(Fault(f"{row}: {wrong.words}" if row else wrong.words, firsts.get(wrong.name, start)))
    return tuple(dict.fromkeys(found))


def _firsts(fields: tuple[Field, ...], row: str = "") -> Iterator[tuple[str, str]]:
    """Each thing that is asked with the id of its first entry; a group's is its first field's."""
    for each in fields:
        inner = list(_firsts(each.fields))
        for one in each.rows:
            firsts = list(_firsts(one.fields))
            name = each.name + "." + one.fields[0].name.split(".")[1]
            inner += [(name, firsts[0][1]), *firsts]
        own = f"{each.id}-day" if each.show == "day" else each.id
        if each.show == "many":
            own = inner[0][1] if inner else f"{each.id}-add"
        elif each.show == "group":
            own = inner[0][1]
        yield each.name, own
        yield from inner


def _title(shape: Shape) -> str:
    return label_of(shape) + ("" if shape.needed or shape.default not in (None, ()) else " (optional)")


def _field(form: Form, shape: Shape, name: str, errors: Mapping[str, str], label: str = "") -> Field:
    known: dict[str, Any] = {
        "name": name,
        "label": label or _title(shape),
        "hint": "" if label else hint_of(shape),
        "error": errors.get(name, ""),
    }
    options = form.options.get(place(name))
    match shape.kind:
        case Kind.MANY:
            return _many(form, shape, errors, known)
        case Kind.GROUP:
            parts = tuple(_field(form, part, f"{name}.{part.field}", errors) for part in shape.parts)
            return Field("group", **known, fields=parts)
        case Kind.DAY:
            return Field("day", **known, items=tuple(_day(form, name, known["error"])))
        case Kind.LINES if options is not None:
            known["hint"] = "Choose all that apply."
            return Field("ticks", **known, items=tuple(_ticks(form, name, options)))
        case Kind.YES_NO:
            options = (("yes", "Yes"), ("no", "No"))
        case Kind.CHOICE:
            options = [(str(member.value), option_words(member)) for member in shape.type]
    value = form.typed.get(name, "")
    if options is not None:
        return _picked(shape, known, value, list(options))
    if shape.kind is Kind.FILE:
        return Field("file", **known)
    if shape.kind in (Kind.LONG, Kind.LINES):
        return Field("textarea", **known, value="\n" + value if value.startswith("\n") else value)
    return _input(shape, known, value)


def _day(form: Form, name: str, error: str) -> Iterator[Mapping[str, Any]]:
    """The three entries of a day."""
    for part, width in zip(DAY_PARTS, (2, 2, 4), strict=True):
        classes = f"govuk-input--width-{width}" + (" govuk-input--error" if error else "")
        entry = f"{name}-{part}"
        yield {"id": id_of(entry), "name": entry, "label": part.capitalize(), "classes": classes} | {
            "value": form.typed.get(entry, ""),
            "autocomplete": "off",
        }


def _ticks(form: Form, name: str, options: Options) -> Iterator[Mapping[str, Any]]:
    for value, words in options:
        entry = f"{name}.{value}"
        yield {"name": entry, "value": "yes", "text": words, "checked": bool(form.typed.get(entry))}


def _picked(shape: Shape, known: dict[str, Any], value: str, options: list[tuple[str, str]]) -> Field:
    """Radios, or a list to pick from; either with a way to pick nothing, where nothing needs to be picked."""
    if shape.kind in (Kind.REFERENCE, Kind.YEAR, Kind.PERIOD):
        known["hint"] = "" if shape.needed else known["hint"]
    radios = len(options) <= FEW
    empty = not shape.needed and shape.default is None
    if empty:
        options = [*options, ("", "None of these")] if radios else options
    if not radios:
        options = [("", "None of these" if empty else "Choose one"), *options]
    chosen = "checked" if radios else "selected"
    items = tuple(
        {"value": each, "text": words, chosen: each == value and (bool(value) or empty)} for each, words in options
    )
    return Field("radios" if radios else "select", **known, items=items, value=value, inline=shape.kind is Kind.YES_NO)


def _input(shape: Shape, known: dict[str, Any], value: str) -> Field:
    width = _WIDTHS.get(shape.kind)
    pounds = shape.kind is Kind.POUNDS and not shape.unknown and not shape.signed
    return Field(
        "input",
        **known,
        value=value,
        classes=f"govuk-input--width-{width}" if width else "",
        prefix="£" if pounds else "",
        suffix="%" if shape.kind is Kind.NUMBER else "",
        numeric="numeric" if shape.kind is Kind.WHOLE else "decimal" if pounds or shape.kind is Kind.NUMBER else "",
    )


def _many(form: Form, shape: Shape, errors: Mapping[str, str], known: dict[str, Any]) -> Field:
    numbers = form.rows.get(shape.field, ())
    one, part = one_of(shape), shape.parts[0]
    rows = []
    for count, number in enumerate(numbers, 1):
        legend, name = f"{one} {count}", f"{shape.field}.{number}"
        field_ = _field(form, part, name, errors, label=legend)
        fields = field_.fields if part.kind is Kind.GROUP else (field_,)
        if part.kind is Kind.GROUP and field_.error and not any(each.error for each in fields):
            fields = (replace(fields[0], error=field_.error), *fields[1:])
        rows.append(Row(legend, fields, f"remove.{name}" if len(numbers) > 1 or not shape.needed else ""))
    add = f"add.{shape.field}" if len(numbers) < shape.most else ""
    return Field("many", **known, rows=tuple(rows), add=add, one=texts.noun(one).removeprefix("the "))
