"""Problem details (RFC 9457): how every refusal and every failure is told, in words that help.

What was submitted is never repeated, neither a value nor a name that is not one of ours.
"""

import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, cast

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.catalogue import COMMANDS
from domain.errors import NotAllowed, NotFound, Refusal
from services.event_store import Unavailable, Unreadable
from services.http.request_log import request_id
from services.http.routes import path_of
from services.office import Conflict, Stale
from services.problems import Malformed, faults
from services.read_models import Damaged

MEDIA_TYPE = "application/problem+json"

RETRY_AFTER = 5
"""After how many seconds it is worth asking again when the database is away."""

_log = logging.getLogger(__name__)


class Kind(NamedTuple):
    """One kind of problem."""

    status: int
    title: str
    name: str
    """The last part of its type: ``refused`` of ``/problems/refused``."""
    words: str | None = None
    """What is said of it. Nothing: the words of the error itself, which are meant for whoever asks."""


_AWAY = "The office's records cannot be reached at the moment. Wait a little and try again."
_DAMAGED = (
    "Something in the office's records cannot be read. Nothing is shown as if it were not there. Tell the office's "
    "administrator, and quote the number of this request."
)
_FAULTY = "Something went wrong in Outturn. Tell the office's administrator, and quote the number of this request."
_FIELDS = "Some of what was sent cannot be read. Each fault is listed under errors. Nothing was recorded."

STATUSES: dict[type[Exception], Kind] = {
    Refusal: Kind(409, "A rule forbids it", "refused"),
    NotFound: Kind(404, "There is no such thing", "not-found"),
    NotAllowed: Kind(403, "You may not do this", "not-allowed"),
    Conflict: Kind(409, "Somebody else wrote first", "conflict"),
    Stale: Kind(412, "It has changed since you looked", "stale"),
    Malformed: Kind(422, "It cannot be read", "malformed"),
    ValidationError: Kind(422, "It cannot be read", "malformed", _FIELDS),
    RequestValidationError: Kind(422, "It cannot be read", "malformed", _FIELDS),
    Unavailable: Kind(503, "The records cannot be reached", "unavailable", _AWAY),
    Unreadable: Kind(500, "The records cannot be read", "unreadable", _DAMAGED),
    Damaged: Kind(500, "The records cannot be read", "damaged", _DAMAGED),
}
"""Which error is which problem. An error that is not here, nor kin to one that is, is ``FAULT``."""

FAULT = Kind(500, "Something went wrong", "fault", _FAULTY)

KINDS: dict[int, Kind] = {
    kind.status: kind
    for kind in (
        Kind(400, "It cannot be read", "bad-request", "The request cannot be read. Check how it was put together."),
        Kind(401, "Sign in first", "not-signed-in", "This needs somebody who is signed in, or a token."),
        Kind(403, "You may not do this", "not-allowed", "You may not do this."),
        Kind(404, "There is no such thing", "not-found", "There is nothing here, or it is out of your reach."),
        Kind(405, "It cannot be done here", "method", "This address does not do that. The Allow header says what."),
        Kind(406, "Not in that form", "not-acceptable", "This cannot be given in any form that Accept asks for."),
        Kind(408, "It took too long", "too-slow", "What was sent did not arrive in time. Nothing was recorded."),
        Kind(409, "A rule forbids it", "refused", "This does not go with what is recorded."),
        Kind(412, "It has changed since you looked", "stale", "Look at it again, then decide. Nothing was recorded."),
        Kind(413, "It is too big", "too-big", "What was sent is too big. Nothing was recorded."),
        Kind(415, "Not in that form", "media-type", "This cannot be sent in that form: check Content-Type."),
        Kind(422, "It cannot be read", "malformed", _FIELDS),
        Kind(428, "Say which version you saw", "version-needed", "Send If-Match with the ETag that you last read."),
        Kind(429, "Too many requests", "too-many", "Too much was asked in a short time. Retry-After says when to."),
        FAULT,
        Kind(503, "The records cannot be reached", "unavailable", _AWAY),
    )
}
"""What is said of a status that no error of ours stands behind."""


class Where(BaseModel):
    """One fault of what was sent, and its place."""

    model_config = ConfigDict(frozen=True)

    pointer: str | None = None
    """A JSON pointer into the body (RFC 6901), ``""`` for the whole of it; nothing, if it is not in the body."""
    parameter: str | None = None
    """The name of the parameter, header or cookie; nothing, if it is in the body."""
    detail: str


class Problem(BaseModel):
    """What went wrong, as RFC 9457 writes it."""

    model_config = ConfigDict(frozen=True)

    type: str
    """The kind: a relative address, which need not answer, like ``/problems/refused``."""
    title: str
    status: int
    detail: str
    """What is wrong and what to do, for a person to read."""
    instance: str | None = None
    """The number of the request: it stands in the log too."""
    errors: tuple[Where, ...] = ()


AsPage = Callable[[Request, Problem], Response | None]
"""Makes an error page, or nothing if there is none for it."""


def problem_of(kind: Kind, detail: str | None = None, errors: Iterable[Where] = ()) -> Problem:
    """A problem of the request that is being answered."""
    words = detail or kind.words or kind.title
    type_, instance = f"/problems/{kind.name}", request_id()
    return Problem(
        type=type_, title=kind.title, status=kind.status, detail=words, instance=instance, errors=tuple(errors)
    )


def problem_response(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """A problem as an answer."""
    return Response(problem.model_dump_json(), problem.status, headers, MEDIA_TYPE)


class Raised(HTTPException):
    """A problem in words of our own, raised wherever one is answering a request.

    It is an ``HTTPException`` so that FastAPI passes it through when it is raised while a body is read.
    """

    def __init__(
        self,
        kind: Kind | int,
        detail: str | None = None,
        errors: Sequence[Where] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.kind = KINDS[kind] if isinstance(kind, int) else kind
        super().__init__(self.kind.status, detail or self.kind.words or self.kind.title, headers)
        self.errors = tuple(errors)

    @property
    def problem(self) -> Problem:
        """What is answered."""
        return problem_of(self.kind, self.detail, self.errors)


_OURS = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


def pointer(path: Iterable[str | int]) -> str:
    """A JSON pointer, cut short before a name that cannot be one of ours: it would repeat what was sent."""
    parts = []
    for part in path:
        if isinstance(part, str) and not _OURS.fullmatch(part):
            break
        parts.append(f"/{part}")
    return "".join(parts)


class _Listed:
    """FastAPI's list of faults, in the shape ``faults`` asks for."""

    def __init__(self, errors: Sequence[Any]) -> None:
        self._errors = errors

    def errors(self, **_how: bool) -> Sequence[Any]:
        """The faults."""
        return self._errors


def _wheres(error: ValidationError | RequestValidationError) -> list[Where]:
    """Everything that is wrong with a request, with its places."""
    found = []
    for one in error.errors():
        [fault] = faults(cast(ValidationError, _Listed([one])))
        path: tuple[str | int, ...] = fault.path
        words = fault.words
        if one["type"] == "extra_forbidden":  # its name was submitted: only where it stands is told
            path, words = path[:-1], "has a field that does not belong here: compare it with the documentation"
        if isinstance(error, RequestValidationError) and path[:1] != ("body",):
            name = str(path[1]) if len(path) > 1 else None
            found.append(Where(parameter=name if name and _OURS.fullmatch(name) else None, detail=words))
            continue
        if isinstance(error, RequestValidationError):
            path = () if one["type"] == "json_invalid" else path[1:]
        found.append(Where(pointer=pointer(path), detail=words))
    return found


def malformed(error: ValidationError) -> Raised:
    """The problem of something submitted that pydantic could not read, with a pointer to each field."""
    return Raised(STATUSES[ValidationError], errors=_wheres(error))


def prefers_page(request: Request) -> bool:
    """Whether whoever asks is a person with a browser: ``Accept`` puts HTML first, and it is not the API."""
    path = path_of(request.scope)
    if path == "/api" or path.startswith("/api/"):
        return False
    liked: dict[str, float] = {}
    for part in request.headers.get("accept", "").lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((one[2:] for one in parameters if one.startswith("q=")), "1")
        liked[name] = float(quality) if re.fullmatch(r"[01](\.\d{0,3})?", quality) else 0.0
    html = max(liked.get("text/html", 0), liked.get("application/xhtml+xml", 0))
    return html > 0 and html >= max(liked.get("application/json", 0), liked.get(MEDIA_TYPE, 0))


def answer(request: Request, problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """A problem as an answer: an error page for a person with a browser, problem details for everybody else."""
    as_page: AsPage | None = getattr(request.app.state, "as_page", None)
    if as_page is not None and prefers_page(request):
        try:
            page = as_page(request, problem)
        except Exception:  # an error page that fails must not hide what it was about
            _log.exception("The error page could not be made.")
            page = None
        if page is not None:
            page.status_code = problem.status
            page.headers.update(headers or {})
            return page
    return problem_response(problem, headers)


async def _http(request: Request, error: Exception) -> Response:
    """A problem of ours, or one that Starlette or FastAPI found: of those only the status and the headers are told."""
    assert isinstance(error, HTTPException)
    if isinstance(error, Raised):
        return answer(request, error.problem, error.headers)
    if error.status_code < 400:  # a redirection, or nothing new: no problem at all
        return Response(status_code=error.status_code, headers=error.headers)
    kind = KINDS.get(error.status_code)
    if kind is None:
        nearest = KINDS[400] if error.status_code < 500 else FAULT
        kind = nearest._replace(status=error.status_code)
    return answer(request, problem_of(kind), error.headers)


def _fault(request: Request, error: Exception) -> Response:
    """An error that nobody foresaw: its outline goes to the log, and nothing of it to whoever asks."""
    _log.error("A request failed.", exc_info=error)
    return answer(request, problem_of(FAULT))


_ORDERS = frozenset(command.__name__ for command in COMMANDS.values())


async def _validation(request: Request, error: Exception) -> Response:
    """What was submitted cannot be read. A model of ours that is no command is a fault of ours, and says so."""
    assert isinstance(error, (ValidationError, RequestValidationError))
    if isinstance(error, ValidationError) and error.title not in _ORDERS:
        return _fault(request, error)
    return answer(request, problem_of(STATUSES[type(error)], errors=_wheres(error)))


def _handler(kind: Kind) -> Callable[[Request, Exception], Any]:
    async def handle(request: Request, error: Exception) -> Response:
        if kind.status >= 500:
            _log.error("The records cannot be used.", exc_info=error)
        headers = {"retry-after": str(RETRY_AFTER)} if kind.status == 503 else None
        return answer(request, problem_of(kind, kind.words or str(error)), headers)

    return handle


def install(app: FastAPI, as_page: AsPage | None = None) -> None:
    """Makes an application tell all its errors as problems. The middleware ``Faults`` goes with it.

    ``as_page`` makes the error page for a person with a browser, for any path that is not the API's. If it gives
    nothing, or fails, problem details are answered. The page's status is set here.
    """
    app.state.as_page = as_page
    for error, kind in STATUSES.items():
        app.add_exception_handler(error, _handler(kind))
    app.add_exception_handler(ValidationError, _validation)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)


class CutShort(Exception):
    """An answer failed half-way. Raised so that the server hangs up; what failed stands in the log."""


class Faults:
    """Answers whatever was raised and not foreseen, so that no server in front of it prints it.

    It stands inside the log, the metrics and the headers, and outside everything that can fail.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except ClientDisconnect:  # nobody is left to answer, and nothing of ours is at fault
            return
        except Exception as error:
            request = Request(scope)
            response = await _http(request, error) if isinstance(error, HTTPException) else _fault(request, error)
        else:
            return
        if begun:
            raise CutShort from None
        await response(scope, receive, send)
