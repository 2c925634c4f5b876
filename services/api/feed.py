"""The log for those who copy it: events after a position, in order and without gaps, at once or as they come.

Whoever waits holds no thread: one looker looks at the end of the log for all of them, at most twice a second.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic_core import to_json
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from domain.errors import NotAllowed
from domain.kernel import Recorded
from services.api.files import Schema
from services.api.openapi import problems
from services.asking import AUDITORS
from services.event_store import EventStore, Unavailable
from services.front_desk import only, signed_in, the_desk
from services.http.problem import Raised
from services.problems import Malformed

MOST = 1_000
"""Events in one answer."""
USUAL = 100
LONGEST_WAIT = 30
"""Seconds for which an answer is waited for, and after which a stream of events ends, so that a server can stop."""
LOOKED_EVERY = 0.5
"""Seconds between two looks at the end of the log."""
HEARTBEAT = 10.0
"""Seconds of silence after which a stream says that it is still there: some proxies hang up on silence."""

JSON, LINES, STREAM = "application/json", "application/jsonl", "text/event-stream"
_KINDS = {
    "*/*": JSON,
    "application/*": JSON,
    JSON: JSON,
    LINES: LINES,
    "application/x-ndjson": LINES,
    STREAM: STREAM,
    "text/*": STREAM,
}


class Looker:
    """Looks at the end of the log for everybody who waits for it to move on. It only works while somebody waits."""

    def __init__(self, log: EventStore) -> None:
        self._log = log
        self.loop = asyncio.get_running_loop()
        self._looking: asyncio.Task[int] | None = None
        self._looked = self.loop.time() - LOOKED_EVERY

    async def beyond(self, position: int, seconds: float) -> bool:
        """Whether there is an event after a position; waits for one at most so many seconds. Raises ``Unavailable``."""
        until = self.loop.time() + seconds
        while True:
            if self._looking is None or self._looking.done():
                self._looking = self.loop.create_task(self._look())
                self._looking.add_done_callback(_heard)
            looking = self._looking
            left = until - self.loop.time()
            await asyncio.wait({looking}, timeout=max(left, 0.0))
            if looking.done() and looking.result() > position:
                return True
            if self.loop.time() >= until:
                return False

    async def _look(self) -> int:
        await asyncio.sleep(self._looked + LOOKED_EVERY - self.loop.time())
        self._looked = self.loop.time()
        return await run_in_threadpool(self._log.head)


def _heard(looking: asyncio.Task[int]) -> None:
    """Takes note of what went wrong, also when nobody waits for it any more."""
    if not looking.cancelled():
        looking.exception()


def looker_of(request: Request) -> Looker:
    """The one looker of the application's process."""
    known: Looker | None = getattr(request.app.state, "looker", None)
    if known is None or known.loop is not asyncio.get_running_loop():
        known = request.app.state.looker = Looker(the_desk(request).office.log)
    return known


def _number(said: str | None, name: str, least: int, most: int, otherwise: int) -> int:
    """A whole number of the query. Raises ``Malformed``."""
    if said is None:
        return otherwise
    if not (said.isascii() and said.isdecimal() and len(said) < 16 and least <= int(said) <= most):
        raise Malformed(f"{name} must be a whole number from {least:,} to {most:,}.")
    return int(said)


def _kind_wanted(accept: str) -> str:
    """Which of the three forms ``Accept`` names first. Raises ``Raised`` 406."""
    for part in accept.split(",") if accept.strip() else ["*/*"]:
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if name in _KINDS and "q=0" not in parameters:
            return _KINDS[name]
    raise Raised(406, f"This is to be had as {JSON}, {LINES} or {STREAM}.")


def said_of(recorded: Recorded) -> dict[str, Any]:
    """An event for a program, as it is known today: old shapes are told in the form that they are read in."""
    return {
        "position": recorded.position,
        "stream": recorded.stream,
        "version": recorded.version,
        "name": recorded.event.name,
        "at": recorded.at,
        "by": recorded.by,
        "act": recorded.act,
        "event": recorded.event,
    }


def _check(request: Request) -> None:
    """Raises ``NotAllowed`` for a token without the scope, and for somebody who does not reach everything."""
    who = signed_in(request)
    if not who.events:
        raise NotAllowed("This token may not read the log: ask an administrator for one with the scope events.")
    if who.actor.awards is not None:
        raise NotAllowed("The log is about every award: it is read by somebody who reaches all of them.")


def as_sent(found: Sequence[Recorded]) -> bytes:
    """Events as a stream of them has it, each with its position as its id."""
    return b"".join(
        b"id: %d\nevent: %s\ndata: %s\n\n" % (each.position, each.event.name.encode(), to_json(said_of(each)))
        for each in found
    )


async def _stream(request: Request, first: Sequence[Recorded], after: int, limit: int) -> AsyncIterator[bytes]:
    """Events as they come, until it is time to come again."""
    looker, log = looker_of(request), the_desk(request).office.log
    until = looker.loop.time() + LONGEST_WAIT
    yield b"retry: 1000\n\n"
    found = first
    while True:
        if found:
            yield as_sent(found)
            after = found[-1].position
        left = until - looker.loop.time()
        if left <= 0:
            return
        try:
            if await looker.beyond(after, min(left, HEARTBEAT)):
                found = await run_in_threadpool(log.read, after, limit)
                continue
        except Unavailable:
            yield b": the log cannot be reached at the moment\n\n"
            return
        found = []
        yield b": nothing new\n\n"


async def events(request: Request) -> Response:
    """Events after a position. With ``wait``, if there are none yet, the answer comes with the first, or empty.

    As ``text/event-stream`` they come as they are written, for half a minute: whoever asks again says as
    ``Last-Event-ID`` what came last, as browsers do by themselves.
    """
    _check(request)
    kind, query = _kind_wanted(request.headers.get("accept", "")), request.query_params
    after = _number(query.get("after"), "after", 0, 10**15 - 1, 0)
    limit = _number(query.get("limit"), "limit", 1, MOST, USUAL)
    wait = _number(query.get("wait"), "wait", 0, LONGEST_WAIT, 0)
    if kind == STREAM:
        after = _number(request.headers.get("last-event-id"), "Last-Event-ID", 0, 10**15 - 1, after)
    log = the_desk(request).office.log
    found = await run_in_threadpool(log.read, after, limit)
    if kind == STREAM:
        return StreamingResponse(_stream(request, found, after, limit), media_type=STREAM)
    if not found and wait and await looker_of(request).beyond(after, wait):
        found = await run_in_threadpool(log.read, after, limit)
    last = found[-1].position if found else after
    headers = {"vary": "Accept", "x-log-position": str(last)}
    said = [said_of(each) for each in found]
    if kind == LINES:
        return Response(b"".join(to_json(each) + b"\n" for each in said), media_type=LINES, headers=headers)
    return Response(to_json({"events": said, "next": last}), media_type=JSON, headers=headers)


EVENT: Schema = {
    "type": "object",
    "required": ["position", "stream", "version", "name", "at", "by", "act", "event"],
    "properties": {
        "position": {
            "type": "integer",
            "description": "Its place in the log. Positions rise; they may leave some out.",
        },
        "stream": {"type": "string", "description": "What it is about, like award-MOJ-2017-01."},
        "version": {"type": "integer", "description": "Its place in its own stream, from 1, without gaps."},
        "name": {"type": "string", "examples": ["award.approved"]},
        "at": {"type": "string", "format": "date-time"},
        "by": {"type": "string", "description": "The opaque id of the person or the job."},
        "act": {"type": "string", "description": "Events that came of the same order share it."},
        "event": {"type": "object", "description": "What happened: the fields of that kind of event."},
    },
}
_EVENTS: Schema = {
    "type": "object",
    "required": ["events", "next"],
    "properties": {
        "events": {"type": "array", "items": EVENT},
        "next": {"type": "integer", "description": "What to say as after, to go on."},
    },
}


def _query(name: str, words: str, least: int, most: int, otherwise: int) -> Schema:
    schema = {"type": "integer", "minimum": least, "maximum": most, "default": otherwise}
    return {"name": name, "in": "query", "required": False, "description": words, "schema": schema}


def make_router() -> APIRouter:
    """The address of the feed."""
    router = APIRouter()
    last: Schema = {
        "name": "Last-Event-ID",
        "in": "header",
        "required": False,
        "description": "For a stream of events: the position that came last. It goes before after.",
        "schema": {"type": "string", "pattern": "^[0-9]{1,15}$"},
    }
    text: Schema = {"schema": {"type": "string"}}
    done = {"description": "Events", "content": {JSON: {"schema": _EVENTS}, LINES: text, STREAM: text}}
    router.add_api_route(
        "/events",
        events,
        methods=["GET"],
        name="list-events",
        operation_id="list-events",
        tags=["events"],
        summary="Events after a position, for those who copy the log",
        dependencies=[only(AUDITORS)],
        response_model=None,
        response_class=Response,
        openapi_extra={
            "parameters": [
                _query("after", "The position that came last.", 0, 10**15 - 1, 0),
                _query("limit", "How many events at once.", 1, MOST, USUAL),
                _query("wait", "For how many seconds to wait when there are none yet.", 0, LONGEST_WAIT, 0),
                last,
            ],
            "responses": {"200": done, **problems("401", "403", "406", "422", "429", "503")},
        },
    )
    return router
