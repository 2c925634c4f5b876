"""Data files: the templates, frameworks, code lists and rules that an office adds and mends. Read with plain words.

Whoever mends one is told which file it is and what is wrong in it, not how the program failed.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from domain.errors import Refusal
from domain.kernel import Value

V = TypeVar("V", bound=Value)


def read_json(kind: str, path: Path) -> dict[str, Any]:
    """The JSON object in a file. Raises ``Refusal``, which names it: ``kind`` is what it is, such as ``template``."""
    try:
        said = json.loads(path.read_bytes())
    except OSError:
        raise Refusal(f"The {kind} file {path.name} cannot be read: it is not there, or not for us to read.") from None
    except json.JSONDecodeError as wrong:
        raise Refusal(f"The {kind} file {path.name} cannot be read: it is no JSON (line {wrong.lineno}).") from None
    except ValueError:
        raise Refusal(f"The {kind} file {path.name} cannot be read: its text is not UTF-8.") from None
    if not isinstance(said, dict):
        raise Refusal(f"The {kind} file {path.name} cannot be read: it must be one JSON object, in braces.")
    return said


def as_said(kind: str, path: Path, shape: type[V], said: dict[str, Any]) -> V:
    """What a file says, as the value that it is to be. Raises ``Refusal``, which names the file."""
    try:
        return shape.model_validate_json(json.dumps(said))
    except ValidationError as wrong:
        faults = "; ".join(_faults(wrong))
        raise Refusal(f"The {kind} file {path.name} cannot be read: {faults}.") from None


def read_file(kind: str, path: Path, shape: type[V]) -> V:
    """The value in a file. Raises ``Refusal``, which names the file."""
    return as_said(kind, path, shape, read_json(kind, path))


def _faults(wrong: ValidationError) -> Iterator[str]:
    """The first few faults in words: ``due must be written like ...``, ``sections is not there``."""
    for fault in wrong.errors(include_url=False, include_input=False)[:3]:
        where = " / ".join(str(part + 1) if isinstance(part, int) else part for part in fault["loc"]) or "what it says"
        match fault["type"]:
            case "missing":
                yield f"{where} is not there"
            case "extra_forbidden":
                yield f"{where} is not known"
            case "value_error":
                said = fault["msg"].removeprefix("Value error, ").rstrip(".")
                yield said if not fault["loc"] else f"{where}{' ' if said.startswith('must ') else ': '}{said}"
            case _:
                said = fault["msg"].replace("Input should", "must").replace("String should", "must")
                yield f"{where} {said}" if said.startswith("must ") else f"{where}: {said}"
