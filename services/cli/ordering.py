"""``outturn do COMMAND``: every command of the catalogue, its fields as options or the whole of it as JSON."""

import inspect
import json
import sys
from collections.abc import Callable
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import typer
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from domain import money
from domain.catalogue import COMMANDS
from domain.errors import Refusal
from domain.kernel import Command, Value
from domain.periods import parse_day
from projections.timeline import in_words
from services.cli.console import Format, Formatted, out, print_json, the_office
from services.problems import Malformed, faults
from services.settings import Settings

app = typer.Typer(no_args_is_help=True)


def _kinds(annotation: Any) -> list[Any]:
    """The types an annotation allows, without ``None``."""
    if get_origin(annotation) is Annotated:
        return _kinds(get_args(annotation)[0])
    if get_origin(annotation) is not None and get_origin(annotation) is not tuple:
        return [kind for part in get_args(annotation) for kind in _kinds(part)]
    return [] if annotation is type(None) else [annotation]


def _of_many(kind: Any) -> Any:
    """What a list is of; nothing for a single thing."""
    if get_origin(kind) is not tuple:
        return None
    return _kinds(get_args(kind)[0])[0]


def option_name(field: str) -> str:
    """``--amount`` for ``amount_pence``, ``--starts-on`` for ``starts_on``, ``--remark`` for ``remarks``."""
    name = field.removesuffix("_pence")
    if field in ("remarks", "reasons", "shares", "figures", "outcomes", "lines", "successors", "objectives"):
        name = name.removesuffix("s")
    return "--" + name.replace("_", "-")


_HELP = {
    "due": "like: 30 October, 30 April; 1 month after; 20 working days after or the next working day",
    "covers": "the period it is owed for, like 2017-18; the award's own days unless given",
    "period": "like 2017-18-h1, 2017-18-q3, 2017-06 or 2017-07-01..2018-03-31",
    "year": "a financial year, like 2017-18",
    "change_pence": "pounds, like £0.37 or -£1,250.50",
}


def _help(field: str, info: FieldInfo, kind: Any) -> str:
    """What an option is for, if its field says so, and in which form it is given."""
    return "; ".join(filter(None, (info.description, _form(field, info, kind))))


def _form(field: str, info: FieldInfo, kind: Any) -> str:
    if field in _HELP:
        return _HELP[field]
    many = _of_many(kind)
    if field.endswith("_pence"):
        known = not info.is_required() or type(None) not in get_args(info.annotation)
        return "pounds, like £1,250.50" + ("" if known else "; or: not known")
    if many is not None and isinstance(many, type) and issubclass(many, Value):
        words = " ".join((inspect.getdoc(getattr(many, "of", None)) or "").split())
        examples = words.partition(". Raises")[0].replace("``", "").removeprefix("Reads ")
        return f"like: {examples}; or JSON; may be repeated"
    if many is not None:
        return "may be repeated"
    if kind is date:
        return "a date, like 2017-09-30"
    if isinstance(kind, type) and issubclass(kind, Enum):
        return "one of: " + ", ".join(member.value for member in kind)
    return ""


def _read(field: str, info: FieldInfo, said: Any) -> Any:
    """An option's text as the field takes it. Raises ``Refusal`` or ``Malformed``."""
    kind = _kinds(info.annotation)[0]
    many = _of_many(kind)
    if many is not None:
        return [_read_one(many, each) for each in said]
    if field.endswith("_pence"):
        if said.strip().lower() == "not known":
            return None
        # only a change may be less than nought; anything else says so when it is checked
        return -money.parse(said.strip()[1:]) if said.strip().startswith("-") else money.parse(said)
    if kind is date:
        return parse_day(said)
    if isinstance(kind, type) and issubclass(kind, Value) and said.lstrip().startswith("{"):
        return _json(said)
    return said


def _read_one(kind: Any, said: str) -> Any:
    if said.lstrip().startswith("{"):
        return _json(said)
    if isinstance(kind, type) and issubclass(kind, Value) and hasattr(kind, "of"):
        try:
            return kind.of(said)
        except ValidationError as malformed:
            raise Malformed("; ".join(f"{fault.place}: {fault.words}" for fault in faults(malformed)) + ".") from None
        except ValueError as wrong:
            raise Malformed(str(wrong)) from None
    return said


def _json(said: str) -> Any:
    try:
        return json.loads(said)
    except (ValueError, RecursionError):
        raise Malformed("That is not JSON: check its brackets, commas and quotation marks.") from None


def _whole(said: str) -> dict[str, Any]:
    """The order as JSON: itself, ``@`` a file, or ``-`` for standard input."""
    if said == "-":
        said = sys.stdin.read()
    elif said.startswith("@"):
        try:
            said = Path(said[1:]).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise Refusal("The file named by --json cannot be read as text.") from None
    whole = _json(said)
    if not isinstance(whole, dict):
        raise Malformed("The JSON of an order must be an object, with its fields by name.")
    return whole


def _order(command: type[Command[Any]], json: str | None, said: dict[str, Any]) -> Command[Any]:
    """The order that was given in options, in JSON, or in both. Raises ``Malformed`` or ``ValidationError``."""
    fields = _whole(json) if json is not None else {}
    for field, value in said.items():
        if value in (None, []):
            continue
        try:
            fields[field] = _read(field, command.model_fields[field], value)
            if field == "amount_pence" and {"printed", "exact"} <= command.model_fields.keys():
                fields = {**_as_printed(value), **fields}
        except (Refusal, Malformed) as wrong:
            raise Malformed(f"{option_name(field)}: {wrong}") from None
    try:
        return command.model_validate(fields)
    except Refusal as wrong:  # a day or a period, in words
        raise Malformed(str(wrong)) from None


def _as_printed(amount: str) -> dict[str, Any]:
    """Of an amount that is printed rounded (£1m): that it is not exact, and how it is printed. As in a sheet."""
    if amount.strip().lower() == "not known":
        return {}
    printed = money.parse_printed(amount)
    return {} if printed.exact else {"printed": printed.words, "exact": False}


def _elsewhere(name: str, cure: str) -> Callable[[], None]:
    """The verb of a command that people give in another way: it says in which."""

    def give() -> None:
        raise Malformed(cure)

    give.__doc__ = cure
    give.__name__ = name.replace("-", "_")
    return give


def _verb(name: str, command: type[Command[Any]]) -> Callable[..., None]:
    """The verb for one command: its signature is made from the command's fields."""

    def give(json: str | None, format: Format, **said: Any) -> None:  # noqa: A002 - the option's name
        order = _order(command, json, said)
        with the_office() as office:
            written = office.do(order, Settings().person)
        if format is Format.JSON:
            print_json([{"position": r.position, "stream": r.stream, "event": r.event.name} for r in written])
            return
        if not written:
            out.print("Nothing to change: that is recorded already.")
        for recorded in written:
            what, particulars = in_words(recorded.event)
            out.print(f"{what} ({recorded.stream}). {particulars}", markup=False)

    parameters = []
    for field, info in command.model_fields.items():
        kind = _kinds(info.annotation)[0]
        needed = " (needed)" if info.is_required() else ""
        name = option_name(field)
        names = f"{name}/--no-{name.removeprefix('--')}" if kind is bool else name
        option = typer.Option(names, help=_help(field, info, kind) + needed, show_default=False)
        shape: Any = list[str] if _of_many(kind) is not None else bool if kind is bool else str
        parameters.append(
            inspect.Parameter(
                field, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[shape | None, option]
            )
        )
    whole = typer.Option("--json", help="the whole order as JSON; @FILE reads a file, - standard input")
    parameters.append(
        inspect.Parameter("json", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[str | None, whole])
    )
    parameters.append(
        inspect.Parameter("format", inspect.Parameter.KEYWORD_ONLY, default=Format.TABLE, annotation=Formatted)
    )
    give.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    give.__annotations__ = {}
    give.__doc__ = command.__doc__
    give.__name__ = name.replace("-", "_")
    return give


GIVEN_ELSEWHERE = {
    "attach-document": "A document is put on file together with its file: outturn attach AWARD FILE --kind … --title …"
}
"""Commands that a person gives in another way, as more belongs to them than their fields."""

for _name, _command in COMMANDS.items():
    if _name in GIVEN_ELSEWHERE:
        _loosely = {"ignore_unknown_options": True, "allow_extra_args": True}
        app.command(_name, hidden=True, context_settings=_loosely)(_elsewhere(_name, GIVEN_ELSEWHERE[_name]))
    else:
        app.command(_name)(_verb(_name, _command))
