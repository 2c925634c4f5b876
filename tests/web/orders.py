"""Orders to fill forms with: those of the demonstration's papers, and for each command one made from its fields."""

import json
import types
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from domain.catalogue import COMMANDS
from domain.kernel import Command, Role, Value
from domain.monitoring.policy import Offset
from domain.monitoring.schedule import DueRule
from domain.reports.quantity import Quantity

PAPERS = Path(__file__).parents[2] / "services" / "papers"

GIVEN_BY_PEOPLE = [command for command in COMMANDS.values() if command.may != {Role.SCHEDULER}]
"""Every command but those of the scheduler alone."""

_OF_THEIR_OWN: dict[str, Any] = {
    "year": "2017-18",
    "to_year": "2018-19",
    "period": "2017-18-h1",
    "report_period": "2017-18-q3",
    "covers": "2017-07-01..2018-03-31",
    "charity_number": "1234567",
    "company_number": "01234567",
    "area_code": "E23000026",
    "cell": "demand/MOJ-2017-01/referrals",
    "sha256": "0" * 64,
    "file_name": "plan.pdf",
    "media_type": "application/pdf",
}
_NOT_ON_A_FORM = {("Figure", "cell"), ("OutcomeFigure", "cells"), ("SubmitReport", "file"), ("CorrectReport", "file")}
"""Where a figure stood in a workbook, which only its reader can say."""
_IN_WORDS = {
    DueRule: DueRule.of("30 October, 30 April or the next working day"),
    Offset: Offset.of("5 working days after"),
    Quantity: Quantity.of("more than 15,000"),
}


_ONE_OR_OTHER = {"SetProfile": ("by",), "SetTolerance": ("per_cent",)}
"""What may not be said together with another field."""


def whole_order(command: type[Command[Any]]) -> Command[Any]:
    """An order in which every field says something."""
    fields = _fields(command)
    for one_or_other in _ONE_OR_OTHER.get(command.__name__, ()):
        del fields[one_or_other]
    if command.__name__ == "RecordDecision":
        fields["supersedes"] = "016"
    return command.model_validate(fields)


def _fields(holder: type[Value]) -> dict[str, Any]:
    fields = holder.model_fields.items()
    return {
        name: _sample(name, info.annotation) for name, info in fields if (holder.__name__, name) not in _NOT_ON_A_FORM
    }


def _sample(name: str, annotation: Any) -> Any:
    """A value of a type; texts hold what a page must not stumble over."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        bare = parts[0]
        return (
            "Reference-1.2"
            if bare is str and "A-Za-z0-9" in str(parts) and name not in _OF_THEIR_OWN
            else _sample(name, bare)
        )
    if origin in (Union, types.UnionType):
        return _sample(name, next(part for part in parts if part is not type(None)))
    if origin is Literal:
        return parts[0]
    if origin is tuple:
        return (
            (_sample(name, parts[0]),) if name in ("shares", "successors", "steps") else (_sample(name, parts[0]),) * 2
        )
    if annotation in _IN_WORDS:
        return _IN_WORDS[annotation]
    if isinstance(annotation, type) and issubclass(annotation, Value):
        return _fields(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return list(annotation)[-1]
    simple = {bool: True, int: 1_250_50, date: date(2017, 9, 30), Decimal: Decimal("2.5")}
    numbers = {"improved": 10, "answered": 12, "eligible": 20, "parts": 3, "size_bytes": 4_000}
    if annotation in simple:
        return numbers.get(name, simple[annotation])
    return _OF_THEIR_OWN.get(name, _REFERENCES.get(name, 'Agreed & "signed": 4 < 5, £1m'))


_REFERENCES = {
    name: "Reference-1.2"
    for command in COMMANDS.values()
    for name, info in command.model_fields.items()
    if "A-Za-z0-9][A-Za-z0-9" in str(info.metadata)
}
for _name in ("schedule", "step"):
    _REFERENCES[_name] = "short-1"
for _name in ("measure", "breakdown", "category", "outcome", "narrative", "check", "fund", "ring_fence"):
    _REFERENCES[_name] = "a-code"


@cache
def orders_of_the_papers() -> tuple[Command[Any], ...]:
    """The orders of the demonstration that are written down as they are given."""
    return tuple(_told())


def _told() -> Iterator[Command[Any]]:
    for path in sorted(PAPERS.glob("*.json")):
        for told in json.loads(path.read_text(encoding="utf-8")):
            if (
                isinstance(told, dict)
                and told.get("command") in COMMANDS
                and "sha256" not in str(told["fields"].keys())
            ):
                command = COMMANDS[told["command"]]
                if command.model_fields.keys() >= told["fields"].keys():
                    yield command.model_validate({**_address(command), **told["fields"]})


def _address(command: type[Command[Any]]) -> dict[str, str]:
    return {
        name: _OF_THEIR_OWN.get(name, "somewhere")
        for name in command.address
        if command.model_fields[name].is_required()
    }
