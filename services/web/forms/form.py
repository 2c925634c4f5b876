"""A form for any order of the catalogue: what it asks, what is entered, and what is wrong with it."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from domain.kernel import Command
from services.web.forms.entries import initial, names_of
from services.web.forms.naming import about, deed_of, one_of, warning
from services.web.forms.shapes import Kind, Shape, shapes_of

Options = Sequence[tuple[str, str]]
"""What may be picked: each value with its words."""

FEW = 5
"""As many choices are shown as radios; more as a list to pick from."""


class Choices(Protocol):
    """Who knows what may be picked."""

    def options(self, command: type[Command[Any]], field: str, address: Mapping[str, str]) -> Options | None:
        """What a field (``milestone``, or ``shares.fund`` within a group) may be; nothing: anything may be typed."""
        ...


class Wrong(NamedTuple):
    """One thing that is wrong with a form."""

    name: str
    """Of the entry (``shares.0.amount_pence``); empty, if it is about the form as a whole."""
    words: str
    """What is wrong, and the cure. What was typed is not repeated."""


@dataclass(frozen=True)
class Form:
    """A form as it is shown: opened, or shown again with what was typed."""

    command: type[Command[Any]]
    address: Mapping[str, str]
    """The fields that are known from the page and are not asked."""
    shapes: tuple[Shape, ...]
    options: Mapping[str, Options]
    """What may be picked, by the place of the field without its row: ``shares.fund``."""
    typed: Mapping[str, str]
    """Every entry by its name, as a browser sends it. Radios that are not chosen are empty."""
    rows: Mapping[str, tuple[int, ...]]
    """Of what may be repeated, the number that each row has in the names of its entries."""
    version: int
    """Of the stream, when the form was opened."""
    key: str
    """So that sending it twice does it once."""
    wrong: tuple[Wrong, ...] = field(default=())

    @property
    def deed(self) -> str:
        """What the button says."""
        return deed_of(self.command)

    @property
    def about(self) -> str:
        """What the order does."""
        return about(self.command)

    @property
    def warning(self) -> str:
        """What to know before an order that cannot be undone; otherwise nothing."""
        return warning(self.command)

    @property
    def sends_a_file(self) -> bool:
        """Whether it must be sent as multipart."""
        return any(shape.kind is Kind.FILE for shape in self.shapes)

    @cached_property
    def asked(self) -> dict[str, tuple[Shape, str]]:
        """Every entry that the form has: its shape, and the name of the thing it belongs to (a day has three)."""
        found: dict[str, tuple[Shape, str]] = {}
        for shape in self.shapes:
            if shape.kind is Kind.MANY:
                for number in self.rows.get(shape.field, ()):
                    self._ask(shape.parts[0], f"{shape.field}.{number}", found)
            else:
                self._ask(shape, shape.field, found)
        return found

    def _ask(self, shape: Shape, name: str, found: dict[str, tuple[Shape, str]]) -> None:
        if shape.kind is Kind.GROUP:
            for part in shape.parts:
                self._ask(part, f"{name}.{part.field}", found)
        elif shape.kind is Kind.LINES and place(name) in self.options:
            found |= {f"{name}.{value}": (shape, name) for value, _words in self.options[place(name)]}
        else:
            found |= dict.fromkeys(names_of(shape, name), (shape, name))

    def row_words(self, name: str) -> str:
        """Of an entry in a row, which row that is: ``Share 2``; otherwise nothing."""
        field, _dot, rest = name.partition(".")
        rows, number = self.rows.get(field, ()), re.match(r"\d+", rest)
        if number is None or int(number[0]) not in rows:
            return ""
        shape = next(shape for shape in self.shapes if shape.field == field)
        return f"{one_of(shape)} {rows.index(int(number[0])) + 1}"

    def with_wrong(self, wrong: Sequence[Wrong]) -> "Form":
        """The same form, saying what is wrong."""
        return replace(self, wrong=tuple(wrong))


def place(name: str) -> str:
    """``shares.fund`` of ``shares.0.fund``: where something stands, whatever its row."""
    return ".".join(part for part in name.split(".") if not part.isdecimal())


def form_for(
    command: type[Command[Any]],
    *,
    address: Mapping[str, str],
    given: Mapping[str, Any] | None = None,
    choices: Choices | None = None,
    version: int = 0,
    key: str | None = None,
) -> Form:
    """A form for an order, opened on a version of its stream, with what is given filled in.

    ``given`` holds fields of the command as the command has them (or as JSON has them): pence, days, values.
    """
    shapes = tuple(shape for shape in shapes_of(command) if shape.field not in address)
    given = given or {}
    typed, rows = initial(shapes, given)
    form = Form(command, dict(address), shapes, {}, typed, rows, version, key or secrets.token_urlsafe(24))
    return form if choices is None else _with_options(form, choices)


_PICKED = (Kind.REFERENCE, Kind.YEAR, Kind.PERIOD, Kind.LINES)


def _with_options(form: Form, choices: Choices) -> Form:
    """With what may be picked; what is filled in already is always among it."""
    known: dict[str, list[tuple[str, str]]] = {}
    for shape in form.shapes:
        within = shape.parts[0].parts if shape.kind is Kind.MANY else (shape,)
        for each in within:
            where = f"{shape.field}.{each.field}" if shape.kind is Kind.MANY else shape.field
            found = choices.options(form.command, where, form.address) if each.kind in _PICKED else None
            if found:
                known[where] = list(dict(found).items())
    typed = dict(form.typed)
    for name, (shape, _of) in form.asked.items():
        if place(name) not in known or not typed[name]:
            continue
        options = known[place(name)]
        said = typed[name].split("\n") if shape.kind is Kind.LINES else [typed[name]]
        words = dict(options)
        if shape.kind is Kind.LINES:
            del typed[name]
            typed |= {f"{name}.{value}": "yes" for value in said}
            known[place(name)] = [(value, words.get(value, value)) for value in dict.fromkeys([*said, *words])]
        else:
            options += [(value, value) for value in said if value not in words]
    for shape in form.shapes:
        if shape.kind is Kind.LINES and shape.field in known:
            typed.pop(shape.field, None)
            typed |= {
                f"{shape.field}.{value}": typed.get(f"{shape.field}.{value}", "") for value, _w in known[shape.field]
            }
    return replace(form, options=known, typed=typed)
