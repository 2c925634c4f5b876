"""What an order says, as a person would have typed it: the entries of a form by their names, and back to places."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from domain import money
from domain.kernel import Value
from domain.reports.quantity import Quantity
from services.web.forms.shapes import Kind, Shape

DAY_PARTS = ("day", "month", "year")
NOT_KNOWN = "not known"


def names_of(shape: Shape, name: str) -> Iterable[str]:
    """The names of the entries of one thing that is asked; of what may be repeated, none: they come by row."""
    match shape.kind:
        case Kind.DAY:
            return [f"{name}-{part}" for part in DAY_PARTS]
        case Kind.GROUP:
            return [each for part in shape.parts for each in names_of(part, f"{name}.{part.field}")]
        case Kind.MANY:
            return []
        case _:
            return [name]


def initial(shapes: Iterable[Shape], given: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, tuple[int, ...]]]:
    """The entries of a form that is opened, by their names; and the rows of what may be repeated."""
    typed: dict[str, str] = {}
    rows: dict[str, tuple[int, ...]] = {}
    for shape in shapes:
        said = given.get(shape.field, shape.default)
        if shape.kind is not Kind.MANY:
            _type(shape, shape.field, said, typed, known=shape.field in given)
            continue
        many = list(said or ())
        blank = not many and shape.needed
        rows[shape.field] = tuple(range(len(many) or int(blank)))
        for number in rows[shape.field]:
            row = many[number] if many else None
            _type(shape.parts[0], f"{shape.field}.{number}", row, typed, known=bool(many))
    return typed, rows


def _type(shape: Shape, name: str, said: Any, typed: dict[str, str], *, known: bool) -> None:
    if shape.kind is Kind.GROUP:
        for part in shape.parts:
            inner = part.default if said is None else _part(said, part.field)
            _type(part, f"{name}.{part.field}", inner, typed, known=known and said is not None)
        return
    if shape.kind is Kind.DAY:
        day = date.fromisoformat(said) if isinstance(said, str) else said
        parts = ("", "", "") if day is None else (str(day.day), str(day.month), str(day.year))
        typed.update(zip(names_of(shape, name), parts, strict=True))
        return
    typed[name] = (NOT_KNOWN if shape.unknown and known else "") if said is None else _worded(shape, said)


def _part(said: Any, field: str) -> Any:
    return said.get(field) if isinstance(said, Mapping) else getattr(said, field)


def _worded(shape: Shape, said: Any) -> str:
    match shape.kind:
        case Kind.POUNDS:
            words = money.pounds(said)
            return words if shape.unknown or shape.signed else words.removeprefix("£")
        case Kind.YES_NO:
            return "yes" if said else "no"
        case Kind.LINES:
            return "\n".join(said)
        case Kind.PHRASE:
            return said if isinstance(said, str) else _phrase(said)
        case _:
            return str(said)


def _phrase(said: Value) -> str:
    if isinstance(said, Quantity) and not said.at_least and said.at_most is None:
        return "at least 0"  # in words it would be: not known
    return str(said.words)  # type: ignore[attr-defined]
