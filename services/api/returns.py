"""The half-yearly return: as it stands, what it lacks, what changed since it was signed, the events behind a figure.

A return is about every award, so whoever reaches some awards alone is not shown it. A signed one is given out as it is
kept, not looked into, so that it is there in milliseconds however large.
"""

import json
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response

from domain.catalogue import COMMANDS
from domain.errors import NotAllowed, NotFound
from domain.kernel import Actor
from domain.tables import Table
from projections.half_yearly_return import proof
from projections.half_yearly_return.form import as_it_stands, signed_as_json
from projections.half_yearly_return.missing import missing
from projections.views import Views
from services.api.downloads import UNKNOWN, period_of
from services.api.files import (
    MEDIA,
    Schema,
    as_file,
    etag_of,
    form_wanted,
    headers_of,
    in_path,
    is_known,
    of_a_file,
    parameter_of_form,
    unchanged,
)
from services.api.listing import as_csv, as_json, kind_wanted, piece_of, wanted_from
from services.api.openapi import of_a_list, problems
from services.asking import READERS, Asking, Question, Sees, check_may, views_for
from services.front_desk import only, signed_in, the_desk
from services.http.problem import Raised
from services.problems import Malformed

LONGEST_CELL = 300


def _nothing(_views: Views, _asking: Asking) -> list[Table]:
    return []


RETURN = Question("The return as it stands: as signed, or as now known.", _nothing, READERS, Sees.WHOLE)
FILE = Question("A version of the return as a file.", _nothing, READERS, Sees.WHOLE)
TABLES: dict[str, Question] = {
    "missing": Question(
        "What the return lacks: who has not reported, and which checks ask for an answer.",
        lambda views, asking: [missing(views, asking.said["period"])],
        READERS,
        Sees.WHOLE,
    ),
    "compare": Question(
        "What differs between the return as signed and as now known, with the events.",
        lambda views, asking: [proof.compare(views, asking.said["period"], asking.said["version"])],
        READERS,
        Sees.WHOLE,
    ),
    "explain": Question(
        "The events, reports, files and cells behind one figure of the return.",
        lambda views, asking: [
            proof.explain(views, asking.said["period"], asking.said["cell"], asking.said["version"])
        ],
        READERS,
        Sees.WHOLE,
    ),
}
"""Questions about one return with a table for an answer."""
_SAID_WITH = {"missing": (), "compare": ("version",), "explain": ("version", "cell")}
"""What is said with each beside the period."""


def _check(question: Question, by: Actor) -> None:
    """Raises ``NotAllowed``."""
    check_may(question, by)
    if by.awards is not None:
        raise NotAllowed("A return is about every award: it is read by somebody who looks after all of them.")


def _version(said: str | None) -> int | None:
    """The number of a version. Raises ``Malformed``."""
    if said is None:
        return None
    if not (said.isascii() and said.isdecimal() and int(said[:9]) > 0 and len(said) < 7):
        raise Malformed("version must be a whole number from 1 up.")
    return int(said)


def _as_text(views: Views, period: str, version: int | None) -> str:
    """A version in JSON: a signed one as it is kept. Raises ``NotFound``."""
    from services.exports.return_files import to_json

    kept = signed_as_json(views, period, version)
    if kept is not None:
        return kept + "\n"
    return json.dumps(to_json(as_it_stands(views, period, version)), ensure_ascii=False, indent=2) + "\n"


def show(request: Request) -> Response:
    """The latest version, or the one asked for. The ETag is for orders that overwrite."""
    desk, who = the_desk(request), signed_in(request)
    period, version = period_of(request.path_params["period"]), _version(request.query_params.get("version"))
    _check(RETURN, who.actor)
    with views_for(desk.office, who.actor, RETURN.sees) as views:
        text, position = _as_text(views, period, version), views.position
    stands = desk.office.version_of(COMMANDS["open-return"].aggregate, f"return-{period}")
    headers = {"etag": f'"{stands}"', "x-log-position": str(position)}
    return Response(text, media_type="application/json", headers=headers)


def _said_with(request: Request, name: str, period: str) -> dict[str, Any]:
    said: dict[str, Any] = {"period": period, "version": _version(request.query_params.get("version"))}
    if name == "explain":
        said["cell"] = request.query_params.get("cell", "")
        if not 0 < len(said["cell"]) <= LONGEST_CELL:
            raise Malformed("cell says which figure: table, row and column, like demand/MOJ-2017-01/referrals.")
    return said


def _table(name: str, question: Question) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        kind = kind_wanted(request.headers.get("accept", ""))
        if kind is None:
            raise Raised(406, "This is to be had as application/json or text/csv.")
        who, period = signed_in(request), period_of(request.path_params["period"])
        asking = Asking(_said_with(request, name, period))
        wanted = wanted_from(request.query_params, everything=True)
        filters = {key: said for key, said in wanted.filters.items() if key not in _SAID_WITH[name]}
        _check(question, who.actor)
        with views_for(the_desk(request).office, who.actor, question.sees) as views:
            [table], position = question.answer(views, asking), views.position
        piece = piece_of(table, wanted._replace(filters=filters))
        headers = {"vary": "Accept", "x-log-position": str(position)}
        if kind == "csv":
            return Response(as_csv(piece), media_type="text/csv; charset=utf-8; header=present", headers=headers)
        return Response(as_json(piece, position), media_type="application/json", headers=headers)

    return endpoint


def file(request: Request) -> Response:
    """A version as it was signed, or as it now stands if it is not; of CSV a file to each table, in one archive."""
    from services.exports.return_files import half_before, paper

    who, form = signed_in(request), form_wanted(request)
    period = period_of(request.path_params["period"])
    try:
        version = _version(str(request.path_params["version"]))
    except Malformed:
        raise NotFound(UNKNOWN) from None
    _check(FILE, who.actor)
    with views_for(the_desk(request).office, who.actor, FILE.sees) as views:
        etag = etag_of(request, views, who.actor)
        if is_known(request, etag):
            return unchanged(etag)
        name = f"return-{period}"
        if form == "json":
            text = _as_text(views, period, version)
            return Response(text, media_type=MEDIA["json"], headers=headers_of(f"{name}.json", etag=etag))
        said = paper(as_it_stands(views, period, version), half_before(views, period))
    return as_file(said, name, form, etag=etag)


def _query(name: str, words: str, schema: Schema, *, needed: bool = False) -> Schema:
    return {"name": name, "in": "query", "required": needed, "description": words, "schema": schema}


_PERIOD = in_path("period", "The half-year.", "2017-18-h1")
_NUMBER: Schema = {"type": "integer", "minimum": 1, "maximum": 999_999}
_OF_VERSION = _query("version", "An earlier version, if not the latest.", _NUMBER)
_OF_CELL = _query(
    "cell",
    "Table, row and column of the figure.",
    {"type": "string", "minLength": 1, "maxLength": LONGEST_CELL, "examples": ["demand/MOJ-2017-01/referrals"]},
    needed=True,
)
_USUAL = ("401", "403", "404", "409", "422", "429", "503")
SHOWN: Schema = {
    "type": "object",
    "required": ["period", "version", "status", "template", "position", "sha256", "tables"],
    "properties": {
        "period": {"type": "string"},
        "version": {"type": "integer"},
        "status": {"type": "string"},
        "template": {"type": "string"},
        "position": {"type": ["integer", "null"], "description": "The last event of the log that is counted in."},
        "sha256": {"type": ["string", "null"], "description": "Of the tables."},
        "signed_by": {"type": ["string", "null"], "description": "An opaque id."},
        "signed_at": {"type": ["string", "null"]},
        "waiting_for": {"type": "array", "items": {"type": "string"}},
        "tables": {"type": "array", "items": {"type": "object"}},
    },
}
_ETAG: Schema = {"ETag": {"description": "The return's version, for If-Match.", "schema": {"type": "string"}}}


def make_router() -> APIRouter:
    """An address for everything about a return. It goes after ``/returns/file``."""
    router = APIRouter()

    def add(path: str, endpoint: Callable[[Request], Response], question: Question, name: str, said: Schema) -> None:
        router.add_api_route(
            f"/returns/{{period}}{path}",
            endpoint,
            methods=["GET"],
            name=name,
            operation_id=name,
            tags=["returns"],
            summary=question.words,
            dependencies=[only(question.may)],
            response_model=None,
            response_class=Response,
            openapi_extra=said,
        )

    shown = {"description": "The return", "headers": _ETAG, "content": {"application/json": {"schema": SHOWN}}}
    add(
        *("", show, RETURN, "show-return"),
        {"parameters": [_PERIOD, _OF_VERSION], "responses": {"200": shown, **problems(*_USUAL)}},
    )
    beside = {"version": _OF_VERSION, "cell": _OF_CELL}
    kept = [each for each in of_a_list(None, by_a_day=False) if each["name"] != "as_at"]
    listed = {
        "application/json": {"schema": {"$ref": "#/components/schemas/List"}},
        "text/csv": {"schema": {"type": "string"}},
    }
    for name, question in TABLES.items():
        asked = [_PERIOD, *(beside[each] for each in _SAID_WITH[name]), *kept]
        responses = {"200": {"description": "The answer", "content": listed}, **problems("406", *_USUAL)}
        tables = {"parameters": asked, "responses": responses}
        add(f"/{name}", _table(name, question), question, f"{name}-return", tables)
    version = {**in_path("version", "The number of the version.", "1"), "schema": _NUMBER}
    add(
        *("/versions/{version}/file", file, FILE, "save-return"),
        {
            "parameters": [_PERIOD, version, parameter_of_form()],
            "responses": {**of_a_file(archive=True), **problems(*_USUAL)},
        },
    )
    return router
