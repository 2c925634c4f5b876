"""One line of JSON a request on standard error: who asked for which kind of thing, and how it went.

Never a body, a query, a header, a raw path or an e-mail address. A path is shown as its template, because the link
that signs a provider in is a path. An error is shown by its kind and the lines of code it went through, never by its
own words: those of a database or of pydantic quote what was submitted.
"""

import json
import logging
import re
import sys
import time
import uuid
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from traceback import walk_tb
from typing import Any, TextIO, cast

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from domain.errors import OutturnError
from services.http.routes import method_of, path_of, routes_of

HEADER = "x-request-id"

UVICORN: dict[str, Any] = {"log_config": None, "access_log": False, "server_header": False}
"""What uvicorn must be started with: its own log of addresses and queries off, ours for the rest, no banner."""

FRAMES = 40
"""How many lines of code are shown of one error, the last ones."""

_SANE = re.compile(r"[A-Za-z0-9_-]{8,64}")
_EMAIL = re.compile(r"[^\s@<>\"'(),;:=]+@[^\s@<>\"'(),;:=]*\w")


@dataclass
class _Current:
    """What is known of the request that is being answered. One object, so that threads can add to it."""

    request: str
    actor: str | None = None


_current: ContextVar[_Current | None] = ContextVar("outturn_request", default=None)


def request_id() -> str | None:
    """The id of the request that is being answered; nothing outside one."""
    current = _current.get()
    return current.request if current else None


def set_actor(actor: str) -> None:
    """Says who is asking, by the opaque id, for the request's line. Call it once the person or token is known."""
    current = _current.get()
    if current:
        current.actor = actor


def _outlined(error: BaseException, seen: set[int]) -> Iterator[str]:
    """What led to an error, the first cause first: kinds, and lines of code. No words, no values."""
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen:
        yield from _outlined(before, seen)
        yield "then:"
    for frame, line in list(walk_tb(error.__traceback__))[-FRAMES:]:
        yield f"{frame.f_code.co_filename}:{line} {frame.f_code.co_name}"
    yield f"{type(error).__module__}.{type(error).__qualname__}"
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            if id(part) not in seen:
                yield from _outlined(part, seen)


def outline(error: BaseException) -> list[str]:
    """An error for the log: the lines of code it went through and its kind, without its words and any value."""
    return list(_outlined(error, set()))


def _with_outline(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """An outline in place of an error with its words."""
    error = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if isinstance(error, tuple):
        error = error[1]
    elif error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        event["error"] = f"{type(error).__module__}.{type(error).__qualname__}"
        event["traceback"] = outline(error)
        if isinstance(error, OutturnError):
            event["words"] = str(error)  # written to be read, and without what was submitted
    return event


def _with_request(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The request that was being answered, if one was."""
    current = _current.get()
    if current:
        event.setdefault("request", current.request)
        event.setdefault("actor", current.actor)
    return event


def _without_addresses(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """No e-mail address in the words of a library."""
    event["event"] = _EMAIL.sub("(an e-mail address)", str(event.get("event")))
    return event


_COMMON: list[Processor] = [
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="moment"),
    _with_request,
    _with_outline,
]
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, default=lambda thing: type(thing).__name__
)  # made once: making it is slow


def _rendered(event: EventDict, **_how: object) -> str:
    return _ENCODER.encode(event)


_RENDER = structlog.processors.JSONRenderer(_rendered)


def logger(stream: TextIO | None = None) -> FilteringBoundLogger:
    """A log that writes lines of JSON, to standard error unless told otherwise."""
    return cast(
        FilteringBoundLogger,
        structlog.wrap_logger(
            structlog.WriteLogger(stream or sys.stderr),
            processors=[*_COMMON, _RENDER],
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        ).bind(),
    )


def configure(stream: TextIO | None = None) -> None:
    """Sends everything that Python's own logging says through the same form. Call it once, in each process.

    Libraries speak from WARNING up (some name addresses with their queries below that), uvicorn and the office's own
    floors from INFO up. Uvicorn's access log is silenced, also when it was not told to keep it off.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *_COMMON, _without_addresses],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _RENDER],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        one = logging.getLogger(name)
        one.handlers, one.propagate = [], name != "uvicorn.access"
        one.setLevel(logging.NOTSET)  # whatever a server that ran before has set
    for name in ("uvicorn", "domain", "projections", "services", "scheduler"):
        logging.getLogger(name).setLevel(logging.INFO)


def _taken(scope: Scope) -> str:
    """The request's id: the one sent, if it is a sane token, or a new one."""
    for name, sent in scope["headers"]:
        if name == b"x-request-id":
            token: str = sent.decode("latin-1")
            return token if _SANE.fullmatch(token) else uuid.uuid4().hex
    return uuid.uuid4().hex


class RequestLog:
    """Gives every request an id, and writes its line when it has been answered. The outermost of all."""

    def __init__(self, app: ASGIApp, log: FilteringBoundLogger | None = None) -> None:
        self._app = app
        self._log = log or logger()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        routes, path, method = routes_of(scope), path_of(scope), method_of(scope)  # before a mount changes them
        current = _Current(_taken(scope))
        token = _current.set(current)
        status: int | None = None
        size = 0

        async def noting(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(raw=message.setdefault("headers", []))[HEADER] = current.request
            elif message["type"] == "http.response.body":
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            self._log.info(
                "request",
                request=current.request,
                method=method,
                route=routes.template(scope.get("endpoint"), path),
                status=status,
                milliseconds=round((time.perf_counter() - began) * 1000, 2),
                bytes=size,
                actor=current.actor,
            )
            _current.reset(token)
