"""An address for every order: ``POST /api/awards/{award}/complete-milestone``. Made from the catalogue, all of them.

The address names what the order is about, the body its other fields. An order that overwrites what somebody else may
have said needs ``If-Match``. With an ``Idempotency-Key`` an order is obeyed once, however often it is sent.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError
from pydantic_core import to_json
from starlette.concurrency import run_in_threadpool

from domain.awards.documents import AttachDocument
from domain.catalogue import COMMANDS, NOUNS
from domain.errors import Refusal
from domain.kernel import Command, Recorded
from projections.timeline import in_words
from services.api.once import once
from services.front_desk import FrontDesk, Said, SignedIn, let_in, the_desk
from services.http.json_body import read_json, sent_body
from services.http.problem import Raised, Where, malformed, pointer
from services.office import check_may
from services.problems import Malformed

PLURALS = {noun: f"{noun}s" for noun in NOUNS}
"""What a kind of thing is called in an address."""
LONGEST_KEY = 200
LONGEST_TEXT = 4_000
"""Characters of the longest text that any order takes (``Words``)."""

Given = dict[str, Any]


def path_of(command: type[Command[Any]], name: str) -> str:
    """``/awards/{award}/complete-milestone``."""
    address = "/".join(f"{{{field}}}" for field in command.address)
    return f"/{PLURALS[command.noun]}/{address}/{name}"


def said_of(recorded: Sequence[Recorded], version: int | None) -> Given:
    """What was written down, as the answer to an order has it."""
    events = []
    for each in recorded:
        happened, particulars = in_words(each.event)
        events.append(
            {
                "position": each.position or None,
                "stream": each.stream,
                "version": each.version,
                "event": each.event.name,
                "at": each.at.isoformat(),
                "happened": happened,
                "particulars": particulars,
            }
        )
    return {"recorded": events, "version": version}


def _too_long(said: Any, path: tuple[str | int, ...] = ()) -> Iterator[Where]:
    """Texts that are longer than any may be. Orders count without spaces at the ends; the document counts all."""
    if isinstance(said, str) and len(said) > LONGEST_TEXT:
        yield Where(pointer=pointer(path), detail=f"must have at most {LONGEST_TEXT:,} characters")
    elif isinstance(said, dict | list):
        for place, inner in said.items() if isinstance(said, dict) else enumerate(said):
            yield from _too_long(inner, (*path, place))


def order_from(command: type[Command[Any]], address: Given, body: Given) -> Command[Any]:
    """The order that a request gives, checked as strictly as JSON allows. Raises ``Raised`` or ``Malformed``."""
    again = set(address) & set(body)
    if again:
        raise Malformed(f"{', '.join(sorted(again))}: the address says it already. Leave it out of the body.")
    long = list(_too_long(body))
    if long:
        raise Raised(422, errors=long)
    try:
        return command.model_validate_json(to_json({**body, **address}), strict=True)
    except ValidationError as wrong:
        raise _with_parameters(malformed(wrong), address) from None
    except Refusal as wrong:  # a day or a period, in words
        raise Malformed(str(wrong)) from None


def _with_parameters(faults: Raised, address: Given) -> Raised:
    """The same faults, those of the address under their parameters."""
    found = [
        Where(parameter=name, detail=each.detail) if (name := (each.pointer or "").lstrip("/")) in address else each
        for each in faults.errors
    ]
    return Raised(faults.kind, errors=found)


def version_seen(request: Request, command: type[Command[Any]]) -> int | None:
    """The version that ``If-Match`` names. Raises ``Raised``, ``Malformed``."""
    said = request.headers.get("if-match")
    if said is None:
        if command.overwrites:
            raise Raised(
                428,
                "This overwrites what somebody else may have said since you looked. Send If-Match with the ETag that "
                "you were given with it.",
            )
        return None
    if said.strip() == "*":
        return None
    tag = said.strip().removeprefix("W/")
    if not (tag[:1] == tag[-1:] == '"' and tag[1:-1].isdecimal() and len(tag) < 14):
        raise Malformed('If-Match takes one ETag as it was given, like "12".')
    return int(tag[1:-1])


def key_of(request: Request) -> str | None:
    """The ``Idempotency-Key``. Raises ``Malformed``."""
    key = request.headers.get("idempotency-key")
    if key is not None and not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise Malformed(f"Idempotency-Key takes 1 to {LONGEST_KEY} plain characters, different for each order.")
    return key


def obey(desk: FrontDesk, who: SignedIn, order: Command[Any], seen: int | None, act: str | None = None) -> Response:
    """Obeys an order, and answers with what was written and the version that the thing has now."""
    recorded = desk.office.do(order, who.actor, seen=seen, act=act)
    return _answer(desk, order, recorded)


def _answer(desk: FrontDesk, order: Command[Any], recorded: Sequence[Recorded]) -> Response:
    versions = [each.version for each in recorded if each.stream == order.stream]
    version = versions[-1] if versions else desk.office.version_of(type(order).aggregate, order.stream)
    headers = {"etag": f'"{version}"'} if version else {}
    return Response(to_json(said_of(recorded, version)), media_type="application/json", headers=headers)


def obey_once(desk: FrontDesk, who: SignedIn, order: Command[Any], seen: int | None, key: str | None) -> Response:
    """Obeys an order; under a key, once.

    The act is named after the key, so that it is found in the log even if the process died before it could answer.
    """

    def give(act: str | None, again: bool) -> Response:
        before = [each for each in desk.office.log.stream(order.stream) if each.act == act] if again else []
        return _answer(desk, order, before) if before else obey(desk, who, order, seen, act)

    return once(desk, who, key, to_json([type(order).__name__, order.model_dump(mode="json"), seen]), give)


def check_files(desk: FrontDesk, who: SignedIn, order: Command[Any]) -> None:
    """No order puts a file on record that did not come in as one. Raises ``Raised``, and what would be refused anyway:
    whether a file is here is told to nobody who may not put it on record.
    """
    if getattr(order, "file", None) is not None:
        words = "is taken from the workbook itself: send that to /api/reports/workbook"
        raise Raised(422, errors=[Where(pointer="/file", detail=words)])
    if isinstance(order, AttachDocument):
        words = "is taken from the file itself: send that to /api/awards/{award}/documents"
        raise Raised(422, errors=[Where(pointer="/sha256", detail=words)])


def _endpoint(command: type[Command[Any]]) -> Callable[[Request], Awaitable[Response]]:
    def give(request: Request, sent: bytes) -> Response:
        desk, who = the_desk(request), let_in(request, command.may)
        body = read_json(request, sent)
        order = order_from(command, dict(request.path_params), body)
        check_may(order, who.actor)  # also of what is only answered again
        check_files(desk, who, order)
        seen, key = version_seen(request, command), key_of(request)
        return obey_once(desk, who, order, seen, key)

    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(give, request, await sent_body(request))

    endpoint.__doc__ = command.__doc__
    return endpoint


def make_router() -> APIRouter:
    """An address for every order of the catalogue."""
    router = APIRouter()
    for name, command in COMMANDS.items():
        router.add_api_route(
            path_of(command, name),
            _endpoint(command),
            methods=["POST"],
            name=name,
            operation_id=name,
            tags=[PLURALS[command.noun]],
            summary=name.replace("-", " ").capitalize(),
            description=" ".join((command.__doc__ or "").split()),
            dependencies=[Depends(Said(command.may))],
            response_model=None,
        )
    return router
