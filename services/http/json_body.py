"""The body of a request to the API: one JSON object, read strictly. What was sent is never repeated.

What other readers let pass is refused here, because two readers could understand it differently, or a database could
not keep it: a name twice in one object, NaN and Infinity, numbers too big to be told from infinity, half characters,
the character NUL, anything nested deeper than ``DEPTH``.
"""

import json
import math
import re
from email.message import Message
from typing import Any, NoReturn

from starlette.requests import Request

from services.http.problem import Raised, Where, pointer

MOST = 1_000_000
"""How many bytes a body may have, unless a route says otherwise."""

DEPTH = 20
"""How deep objects and lists may be nested."""


class _Twice(dict[str, Any]):
    """An object in which a name stands twice."""


class _NotFinite:
    """Stands where a number was NaN, infinite, or too big to be told from infinity."""

    def __init__(self, _said: str) -> None:
        """What was said is forgotten."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else _Twice(found)


def _number(said: str) -> float | _NotFinite:
    number = float(said)
    return number if math.isfinite(number) else _NotFinite(said)


_UNFIT = re.compile("[\0\ud800-\udfff]")
"""NUL and half characters: neither can be kept."""


def _unfit(text: str) -> bool:
    return _UNFIT.search(text) is not None


def _fault(thing: Any, depth: int) -> tuple[int, str] | None:
    """What is wrong with one value, not with what is in it: a status and words."""
    match thing:
        case _Twice():
            return 400, "has a name twice: write each once"
        case _NotFinite():
            return 400, "must be a number that can be written out: not NaN, not Infinity and not so big"
        case str() if _unfit(thing):
            return 422, "holds a character that cannot be kept (NUL, or half of a pair)"
        case dict() if any(_unfit(name) for name in thing):
            return 422, "has a name with a character that cannot be kept (NUL, or half of a pair)"
        case dict() | list() if depth > DEPTH:
            return 422, f"is nested too deep: at most {DEPTH} levels"
    return None


def _refuse(status: int, words: str, place: str = "") -> NoReturn:
    raise Raised(status, "The body cannot be read. Nothing was recorded.", [Where(pointer=place, detail=words)])


def _check(body: Any) -> None:
    """Refuses the first thing that cannot be kept or understood in one way only."""
    waiting: list[tuple[Any, tuple[str | int, ...]]] = [(body, ())]
    while waiting:
        thing, path = waiting.pop()
        fault = _fault(thing, len(path) + 1)
        if fault:
            _refuse(*fault, place=pointer(path))
        if isinstance(thing, dict):
            waiting.extend((inner, (*path, name)) for name, inner in thing.items())
        elif isinstance(thing, list):
            waiting.extend((inner, (*path, number)) for number, inner in enumerate(thing))


def _expect_json(request: Request) -> None:
    """Refuses what does not say that it is JSON in UTF-8, not compressed."""
    said = Message()
    said["content-type"] = request.headers.get("content-type", "text/plain")
    charset = str(said.get_param("charset", "utf-8")).lower()
    if said.get_content_type() != "application/json" or charset not in ("utf-8", "utf8"):
        raise Raised(415, "The body must be JSON in UTF-8: send it with Content-Type: application/json.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Raised(415, "The body must not be compressed: send it without Content-Encoding.")


async def _read(request: Request, most: int) -> bytes:
    """The body, as long as it is not too big."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise Raised(413, f"The body is too big: at most {most:,} bytes. Nothing was recorded.")
        parts.append(part)
    return b"".join(parts)


async def sent_body(request: Request, most: int = MOST) -> bytes:
    """The body as it was sent. Raises ``Raised`` 413."""
    return await _read(request, most)


def read_json(request: Request, sent: bytes) -> dict[str, Any]:
    """The body, an object. Raises ``Raised``: 415, 400 if it is not JSON, 422 if it is not what we can keep."""
    _expect_json(request)
    try:
        text = sent.decode("utf-8")
    except UnicodeDecodeError as broken:
        _refuse(400, f"is not UTF-8, from byte {broken.start + 1}")
    try:
        body = json.loads(text, object_pairs_hook=_object, parse_constant=_NotFinite, parse_float=_number)
    except json.JSONDecodeError as broken:
        _refuse(400, f"is not JSON, from line {broken.lineno}, character {broken.colno}")
    except RecursionError:
        _refuse(422, f"is nested too deep: at most {DEPTH} levels")
    except ValueError:  # Python reads no whole number of thousands of figures
        _refuse(400, "has a number with too many figures")
    if not isinstance(body, dict):
        _refuse(422, "must be an object with fields")
    _check(body)
    return body


async def json_body(request: Request, most: int = MOST) -> dict[str, Any]:
    """The body, an object. Raises ``Raised``: 415, 413, 400 if it is not JSON, 422 if it is not what we can keep."""
    _expect_json(request)
    return read_json(request, await _read(request, most))
