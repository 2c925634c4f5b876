"""An address for every question: lists with filters, one award, a thing's history, the events behind a figure."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from domain.catalogue import COMMANDS
from domain.errors import NotFound, Refusal
from domain.kernel import Command
from domain.tables import Table
from services.api.commands import PLURALS
from services.api.listing import Wanted, as_csv, as_json, kind_wanted, line, piece_of, wanted_from
from services.asking import ABOUT, LISTS, UNKNOWN, Asking, Question, ask, history_of
from services.front_desk import only, signed_in, the_desk
from services.http.problem import Raised
from services.moments import past_point
from services.problems import Malformed

LATEST = 1_000
"""How many lines of the whole timeline may be asked for."""


def _day(said: str | None, name: str) -> date | None:
    if said is None:
        return None
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise Malformed(f"{name} must be a day, like 2017-09-30.") from None


def _as_at(request: Request) -> datetime | int | None:
    said = request.query_params.get("as_at")
    head = the_desk(request).office.log.head
    return None if said is None else past_point(said, "as_at", head(), "What will hold on a day is asked by on.")


def _answer(
    request: Request, question: Question, said: Mapping[str, Any], about: str | None
) -> tuple[list[Table], int]:
    who = signed_in(request)
    on = request.query_params.get("on")
    if on is not None and not question.by_a_day:
        raise Malformed("on goes with budgets, ring-fences, underspend and explain: it says what held on a day.")
    asking = Asking(said, _day(on, "on"))
    return ask(the_desk(request).office, question, who.actor, asking, about=about, as_at=_as_at(request))


def _one_table(request: Request, question: Question, said: Mapping[str, Any], about: str | None = None) -> Response:
    """The answer of one table, as JSON or CSV."""
    kind = kind_wanted(request.headers.get("accept", ""))
    if kind is None:
        raise Raised(406, "This is to be had as application/json or text/csv.")
    wanted: Wanted = wanted_from(request.query_params, everything=kind == "csv")
    tables, position = _answer(request, question, said, about)
    piece = piece_of(tables[0], wanted)
    headers = {"vary": "Accept", "x-log-position": str(position)}
    if piece.next is not None:
        further = request.url.include_query_params(after=piece.next)
        headers["link"] = f'<{further.path}?{further.query}>; rel="next"'
    if kind == "csv":
        return Response(as_csv(piece), media_type="text/csv; charset=utf-8; header=present", headers=headers)
    return Response(as_json(piece, position), media_type="application/json", headers=headers)


def _listing(question: Question) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        return _one_table(request, question, {})

    return endpoint


def award(request: Request) -> Response:
    """Everything about one award: its tables by name. The ETag is for orders that overwrite."""
    reference = request.path_params["award"]
    if kind_wanted(request.headers.get("accept", "")) != "json":
        raise Raised(406, "This is to be had as application/json; as other files under /file.")
    # the version first: what is told may then be newer than it, and an order on it is refused, never the other way
    version = _version_now(request, COMMANDS["approve-award"], f"award-{reference}")
    tables, position = _answer(request, ABOUT["award"], {"award": reference}, reference)
    said = {
        "award": reference,
        "version": version,
        "position": position,
        "tables": [
            {
                "name": table.name,
                "title": table.title,
                "columns": [column.model_dump(exclude={"detail"}) for column in table.columns],
                "rows": [line(table.columns, row) for row in table.rows],
                "notes": table.notes,
            }
            for table in tables
        ],
    }
    headers = {} if version is None else {"etag": f'"{version}"'}
    return Response(to_json(said), media_type="application/json", headers=headers)


def _version_now(request: Request, command: type[Command[Any]], stream: str) -> int | None:
    """The version of a thing, for orders that overwrite; nothing when a past moment is asked for."""
    if "as_at" in request.query_params:
        return None
    return the_desk(request).office.version_of(command.aggregate, stream)


def reminders_of(request: Request) -> Response:
    """Every step of every chase that was due for one award, with what became of it."""
    reference = request.path_params["award"]
    return _one_table(request, ABOUT["reminders-of"], {"award": reference}, reference)


@cache
def _adapters(command: type[Command[Any]]) -> dict[str, TypeAdapter[Any]]:
    """What reads each part of the address of a kind of thing."""
    fields: dict[str, Any] = {field: command.model_fields[field] for field in command.address}
    form: Any = Annotated  # of types that are known at run time alone
    return {name: TypeAdapter(form[field.annotation, field]) for name, field in fields.items()}


def addressed(command: type[Command[Any]], said: Mapping[str, Any]) -> Command[Any]:
    """What an address names, without an order to it. Raises ``NotFound``: an address that cannot be names nothing."""
    try:
        read = {name: reader.validate_strings(str(said[name])) for name, reader in _adapters(command).items()}
    except (ValidationError, Refusal):
        raise NotFound(UNKNOWN) from None
    return command.model_construct(**read)


def _history(command: type[Command[Any]]) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        named = addressed(command, request.path_params)
        version = _version_now(request, command, named.stream)
        response = _one_table(request, history_of(command.noun), {"stream": named.stream}, named.about)
        if version is not None:
            response.headers["etag"] = f'"{version}"'
        return response

    return endpoint


def explain(request: Request) -> Response:
    """The events behind one figure of a fund."""
    return _one_table(request, ABOUT["explain"], request.path_params)


def timeline(request: Request) -> Response:
    """What happened in the office, the latest first: so many lines."""
    return _one_table(request, ABOUT["timeline"], {"limit": LATEST})


def make_router() -> APIRouter:
    """An address for every question."""
    router = APIRouter()

    def add(path: str, endpoint: Callable[[Request], Response], question: Question, tag: str, name: str) -> None:
        router.add_api_route(
            path,
            endpoint,
            methods=["GET"],
            name=name,
            operation_id=name,
            tags=[tag],
            summary=question.words,
            dependencies=[only(question.may)],
            response_model=None,
        )

    for name, question in LISTS.items():
        add(f"/{name}", _listing(question), question, name if name in PLURALS.values() else "answers", f"list-{name}")
    add("/awards/{award}", award, ABOUT["award"], "awards", "show-award")
    add("/awards/{award}/reminders", reminders_of, ABOUT["reminders-of"], "awards", "list-reminders-of-award")
    add("/funds/{fund}/{year}/explain/{figure}", explain, ABOUT["explain"], "funds", "explain-figure")
    add("/timeline", timeline, ABOUT["timeline"], "answers", "list-timeline")
    for noun, command in _one_of_each_noun().items():
        address = "/".join(f"{{{field}}}" for field in command.address)
        path = f"/{PLURALS[noun]}/{address}/history"
        add(path, _history(command), history_of(noun), PLURALS[noun], f"list-history-of-{noun}")
    return router


def _one_of_each_noun() -> dict[str, type[Command[Any]]]:
    return {command.noun: command for command in COMMANDS.values()}
