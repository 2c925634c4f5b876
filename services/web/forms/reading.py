"""What a person sent: the fields of an order, or what is wrong, entry by entry. Nothing that was typed is lost."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from domain.errors import Refusal
from domain.periods import Period
from domain.personal import sign_of_a_person
from services.problems import Malformed, faults
from services.web.forms import texts
from services.web.forms.entries import DAY_PARTS, NOT_KNOWN, initial
from services.web.forms.form import Form, Wrong, place
from services.web.forms.naming import label_of, one_of
from services.web.forms.shapes import FROM_A_FILE, SHORT, Kind, Shape

HIDDEN = frozenset({"csrf_token", "version", "key", "do"})
"""What a form sends beside its entries."""
MOST_ENTRIES = 4_000
"""More than any form has that a person filled in."""
_DO = re.compile(r"(?P<verb>add|remove)\.(?P<field>[a-z_]+)(?:\.(?P<row>\d{1,3}))?")
_ROW = re.compile(r"(?P<field>[a-z_]+)\.(?P<row>\d{1,3})(?:\.|-|$)")


class Forged(Malformed):
    """What was sent is not what the form asks: an entry it does not have, or one sent twice. Nothing is read."""


_FORGED = "This page was not sent as the office made it. Open the form again and fill it in."


@dataclass(frozen=True)
class Read:
    """What was sent."""

    fields: Mapping[str, Any]
    """Of the command, those that could be read; with the address."""
    wrong: tuple[Wrong, ...]
    typed: Mapping[str, str]
    rows: Mapping[str, tuple[int, ...]]
    sent_rows: Mapping[str, tuple[int, ...]]
    """Of what may be repeated, the rows that are not empty: the first of them is the first in ``fields``."""
    version: int
    key: str
    again: bool
    """Whether a row was added or taken away: the form is to be shown again, and nothing is done."""


def read(form: Form, data: Iterable[tuple[str, object]], file: Mapping[str, Any] | str | None = None) -> Read:
    """Reads what a browser sent for a form. ``file``: what is known of the file that came with it, or why it is none.

    Raises ``Forged``.
    """
    sent = _sent(form, data)
    asked = replace(form, rows=_rows(form, sent))
    strange = sent.keys() - asked.asked.keys() - HIDDEN
    if strange:
        raise Forged(_FORGED)
    hidden = {name: sent.get(name, "") for name in HIDDEN}
    if not re.fullmatch(r"\d{1,15}", hidden["version"]) or not re.fullmatch(r"[A-Za-z0-9_-]{16,80}", hidden["key"]):
        raise Forged(_FORGED)
    typed = {name: texts.visible(sent.get(name, "")) for name in asked.asked}
    cleaned = {name for name in typed if typed[name] != texts.breaks(sent.get(name, ""))}
    for name, (shape, _of) in asked.asked.items():
        if shape.kind not in (Kind.LONG, Kind.LINES):
            typed[name] = typed[name].replace("\n", " ")  # a browser sends no line breaks out of an entry of one line
    reader = _Reader(asked, typed, cleaned)
    fields, sent_rows = reader.all(file)
    rows, typed = _done(asked, hidden["do"], typed)
    return Read(
        {**form.address, **fields},
        tuple(reader.wrong),
        typed,
        rows,
        sent_rows,
        int(hidden["version"]),
        hidden["key"],
        again=bool(hidden["do"]),
    )


def shown_again(form: Form, sent: Read, wrong: Sequence[Wrong] = ()) -> Form:
    """The form with what was typed, and what is wrong with it; after a row was added or taken away, only the former."""
    said = () if sent.again else (*sent.wrong, *wrong)
    return replace(
        form, typed=sent.typed, rows=sent.rows, version=sent.version, key=sent.key, wrong=tuple(dict.fromkeys(said))
    )


def _sent(form: Form, data: Iterable[tuple[str, object]]) -> dict[str, str]:
    files = {shape.field for shape in form.shapes if shape.kind is Kind.FILE}
    sent: dict[str, str] = {}
    for number, (name, said) in enumerate(data):
        if name in sent or number >= MOST_ENTRIES or not (isinstance(said, str) or name in files):
            raise Forged(_FORGED)
        sent[name] = said if isinstance(said, str) and name not in files else ""
    return sent


def _rows(form: Form, sent: Mapping[str, str]) -> dict[str, tuple[int, ...]]:
    """The rows that came, each in its place."""
    many = {shape.field: shape for shape in form.shapes if shape.kind is Kind.MANY}
    found: dict[str, set[int]] = {field: set() for field in many}
    for name in sent:
        match = _ROW.match(name)
        if match and match["field"] in many:
            found[match["field"]].add(int(match["row"]))
    if any(len(rows) > many[field].most for field, rows in found.items()):
        raise Forged(_FORGED)
    return {field: tuple(sorted(rows)) for field, rows in found.items()}


def _done(form: Form, do: str, typed: dict[str, str]) -> tuple[Mapping[str, tuple[int, ...]], dict[str, str]]:
    """The rows and entries after a row was added or taken away, if that was asked. Raises ``Forged``."""
    if not do:
        return form.rows, typed
    found = _DO.fullmatch(do)
    shape = next(
        (each for each in form.shapes if found and each.field == found["field"] and each.kind is Kind.MANY), None
    )
    if found is None or shape is None:
        raise Forged(_FORGED)
    rows, field = dict(form.rows), shape.field
    if found["verb"] == "add":
        if len(rows[field]) >= shape.most:
            return rows, typed
        number = next(each for each in range(999) if not rows[field] or each > rows[field][-1])
        blank, _none = initial(shape.parts[0].parts or shape.parts, {})
        rows[field] = (*rows[field], number)
        one = f"{field}.{number}"
        return rows, typed | (
            {f"{one}.{name}": said for name, said in blank.items()} if shape.parts[0].parts else {one: ""}
        )
    gone = int(found["row"] or -1)
    rows[field] = tuple(number for number in rows[field] if number != gone)
    one = f"{field}.{gone}"
    return rows, {
        name: said for name, said in typed.items() if name != one and not name.startswith((one + ".", one + "-"))
    }


_NOTHING = object()


class _Reader:
    """Reads one form."""

    def __init__(self, form: Form, typed: Mapping[str, str], cleaned: set[str]) -> None:
        self.form = form
        self.typed = typed
        self.cleaned = cleaned
        """The entries out of which something was taken that cannot be seen."""
        self.wrong: list[Wrong] = []
        self._entries: dict[str, list[str]] = {}
        for entry, (_shape, name) in form.asked.items():
            self._entries.setdefault(name, []).append(entry)
        self._rounded: dict[int, str] = {}
        """How an amount was typed that is rounded, by the fields that it is among."""

    def all(self, file: Mapping[str, Any] | str | None) -> tuple[dict[str, Any], dict[str, tuple[int, ...]]]:
        """Every field that could be read, and the rows that were not empty."""
        fields: dict[str, Any] = {}
        sent_rows: dict[str, tuple[int, ...]] = {}
        for shape in self.form.shapes:
            if shape.kind is Kind.MANY:
                sent_rows[shape.field] = self._many(shape, fields)
            elif shape.kind is Kind.FILE:
                self._file(shape, file, fields)
            else:
                self._into(fields, shape, shape.field)
        self._as_printed(self.form.shapes, fields)
        return fields, sent_rows

    def _file(self, shape: Shape, file: Mapping[str, Any] | str | None, fields: dict[str, Any]) -> None:
        if not isinstance(file, Mapping):
            words = sentence(label_of(shape), file or f"Choose {texts.noun(label_of(shape))}")
            self.wrong.append(Wrong(shape.field, words))
        else:
            fields |= {name: file[name] for name in FROM_A_FILE[self.form.command]}

    def _many(self, shape: Shape, fields: dict[str, Any]) -> tuple[int, ...]:
        rows = tuple(row for row in self.form.rows[shape.field] if self._anything(f"{shape.field}.{row}"))
        one = shape.parts[0]
        read_rows: list[Any] = []
        for row in rows:
            holder: dict[str, Any] = {}
            if one.kind is Kind.GROUP:
                self._group(one, f"{shape.field}.{row}", holder)
                read_rows.append(holder)
            else:
                self._into(holder, one, f"{shape.field}.{row}", needed=False)
                read_rows.append(holder.get(one.field))
        if shape.needed and not rows:
            self.wrong.append(Wrong(shape.field, f"Enter at least one {one_of(shape).lower()}"))
        fields[shape.field] = read_rows
        return rows

    def _anything(self, row: str) -> bool:
        entries = (name for name in self.typed if name == row or name.startswith((row + ".", row + "-")))
        return any(texts.plain(self.typed[name]) for name in entries)

    def _group(self, shape: Shape, name: str, fields: dict[str, Any]) -> None:
        for part in shape.parts:
            self._into(fields, part, f"{name}.{part.field}")
        self._as_printed(shape.parts, fields)

    def _into(self, fields: dict[str, Any], shape: Shape, name: str, *, needed: bool = True) -> None:
        """Reads one thing into the fields; what cannot be read is wrong, and left out."""
        if shape.kind is Kind.GROUP:
            if shape.needed or self._anything(name):
                fields[shape.field] = {}
                self._group(shape, name, fields[shape.field])
            return
        try:
            said = self._said(shape, name, fields)
        except texts.Unreadable as wrong:
            self.wrong.append(Wrong(name, sentence(label_of(shape), str(wrong))))
            return
        if said is not _NOTHING:
            fields[shape.field] = said
        elif shape.needed and needed:
            self.wrong.append(Wrong(name, asking(shape, name in self.form.options or place(name) in self.form.options)))
        elif shape.says_nothing:
            fields[shape.field] = None

    def _said(self, shape: Shape, name: str, fields: dict[str, Any]) -> Any:
        """What was entered; ``_NOTHING``, if nothing was. Raises ``Unreadable``."""
        entries = self._entries.get(name, [])
        if self.cleaned.intersection(entries):
            raise texts.Unreadable("Characters that cannot be seen were taken out: check the text and send it again")
        if shape.kind is Kind.DAY:
            if any(len(self.typed[each]) > SHORT for each in entries):
                raise texts.Unreadable("must be a real date, like 30 9 2017")
            day = texts.day({part: self.typed[f"{name}-{part}"] for part in DAY_PARTS}, label_of(shape))
            return _NOTHING if day is None else day
        options = self.form.options.get(place(name))
        if shape.kind is Kind.LINES and options is not None:
            return [value for value, _words in options if self.typed[f"{name}.{value}"]] or _NOTHING
        text = self.typed[name]
        if len(text) > shape.longest:
            raise texts.Unreadable(f"must be at most {shape.longest:,} characters long")
        if not texts.plain(text):
            return _NOTHING
        if options is not None:
            if text not in [value for value, _words in options]:
                raise texts.Unreadable(f"Choose {texts.noun(label_of(shape))} from the list")
            return text
        return self._read(shape, text, fields)

    def _read(self, shape: Shape, text: str, fields: dict[str, Any]) -> Any:
        match shape.kind:
            case Kind.POUNDS:
                return self._pounds(shape, text, fields)
            case Kind.WHOLE:
                return texts.whole(text)
            case Kind.NUMBER:
                return texts.number(text)
            case Kind.CHOICE:
                if text not in [member.value for member in shape.type]:
                    raise texts.Unreadable(asking(shape, picked=True))
                return text
            case Kind.YES_NO:
                if text not in ("yes", "no"):
                    raise texts.Unreadable(asking(shape, picked=True))
                return text == "yes"
            case Kind.PERIOD:
                return _period(texts.figures(text).lower())
            case Kind.PHRASE:
                return _phrase(shape, texts.figures(text))
            case Kind.LINES:
                return [_impersonal(texts.figures(line)) for line in text.split("\n") if texts.plain(line)]
            case Kind.YEAR | Kind.REFERENCE:
                return _impersonal(texts.figures(text))
            case _:
                return _impersonal(texts.plain(text))

    def _pounds(self, shape: Shape, text: str, fields: dict[str, Any]) -> int | None:
        if shape.unknown and texts.plain(text).lower() == NOT_KNOWN:
            return None
        pence, printed = texts.pence(text, signed=shape.signed, unknown=shape.unknown)
        if printed is not None and shape.field == "amount_pence":
            self._rounded[id(fields)] = printed.words
        return pence

    def _as_printed(self, shapes: Iterable[Shape], fields: dict[str, Any]) -> None:
        """Of an amount that is typed rounded (£1m): how it is printed, and that it is not exact. As in a sheet."""
        words = self._rounded.pop(id(fields), None)
        known = {shape.field for shape in shapes}
        if words is not None and "printed" in known:
            fields.setdefault("printed", words)
        if words is not None and "exact" in known:
            fields["exact"] = False


def _period(text: str) -> str:
    try:
        return Period.parse(text).code
    except Refusal as wrong:
        raise texts.Unreadable(str(wrong)) from None


def _phrase(shape: Shape, text: str) -> Any:
    try:
        return shape.type.of(text)
    except ValidationError as malformed:
        raise texts.Unreadable(next(iter(faults(malformed))).words) from None
    except ValueError as wrong:
        raise texts.Unreadable(str(wrong)) from None


def _impersonal(text: str) -> str:
    sign = sign_of_a_person(text)
    if sign:
        raise texts.Unreadable(f"This seems to hold {sign}: the office records totals only, so take it out")
    return text


def asking(shape: Shape, picked: bool = False) -> str:
    """What is said of something that was left out: ``Enter the reason``, ``Choose the route``."""
    label = label_of(shape)
    match shape.kind:
        case Kind.YES_NO:
            return f"Choose yes or no: {label[0].lower()}{label[1:]}"
        case Kind.CHOICE:
            return f"Choose {texts.noun(label)}"
        case Kind.DAY:
            return f"Enter {texts.noun(label)}, like 30 9 2017"
        case Kind.POUNDS if shape.unknown:
            return f"Enter {texts.noun(label)} in pounds, like £1,250.50, or the words: not known"
        case Kind.POUNDS:
            return f"Enter {texts.noun(label)} in pounds, like £1,250.50"
        case Kind.YEAR if not picked:
            return f"Enter {texts.noun(label)}, like 2017-18"
        case Kind.PERIOD if not picked:
            return f"Enter {texts.noun(label)}, like 2017-18-h1"
        case _:
            return f"{'Choose' if picked else 'Enter'} {texts.noun(label)}"


_FOLLOWS = ("must ", "is ", "needs ", "may ", "has ")


def sentence(label: str, words: str) -> str:
    """What is wrong as a sentence: after the label, if it goes on from it; without a full stop, if it is only one."""
    words = f"{label} {words}" if words.startswith(_FOLLOWS) else words[:1].upper() + words[1:]
    return words.removesuffix(".") if ". " not in words else words
