"""Answers as files: every list, one award's case file, the workbook for a provider, a document that is on file."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Literal, cast

from fastapi import APIRouter, Request, Response
from starlette.datastructures import QueryParams

from domain.awards.documents import MEDIA_TYPES
from domain.errors import NotFound, Refusal
from domain.kernel import Role
from domain.periods import Period
from domain.tables import Table
from projections.awards import AwardRow
from projections.case_file import case_file
from projections.decisions import DocumentRow
from projections.views import Views
from services.api.commands import PLURALS
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
from services.api.listing import piece_of, wanted_from
from services.api.openapi import empty_answers, of_a_list, problems
from services.asking import LISTS, WITH_PROVIDERS, Asking, Question, Sees, check_may, views_for
from services.channels.channel import is_one_line
from services.exports.paper import Paper
from services.front_desk import only, signed_in, the_desk
from services.moments import past_point
from services.problems import Malformed

UNKNOWN = "There is nothing of that name."
"""The same words whether there is nothing, or nothing within reach."""


def known_award(views: Views, reference: str) -> AwardRow:
    """An award within the reach of the views. Raises ``NotFound``, without saying again what was asked for."""
    row = views.find(AwardRow, reference) if is_one_line(reference) else None
    if row is None:
        raise NotFound(UNKNOWN)
    return row


def period_of(said: str) -> str:
    """The code of a period. Raises ``Malformed``."""
    try:
        return Period.parse(said).code
    except Refusal as wrong:
        raise Malformed(str(wrong)) from None


def day_of(request: Request, question: Question) -> date | None:
    """The day whose standing is asked for. Raises ``Malformed``."""
    said = request.query_params.get("on")
    if said is None:
        return None
    if not question.by_a_day:
        raise Malformed("on goes with budgets, ring-fences, underspend and explain: it says what held on a day.")
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise Malformed("on must be a day, like 2017-09-30.") from None


def as_at_of(request: Request) -> datetime | int | None:
    """The past moment that is asked for. Raises ``Malformed`` or ``Refusal``."""
    said = request.query_params.get("as_at")
    if said is None:
        return None
    return past_point(said, "as_at", the_desk(request).office.log.head(), "What will hold on a day is asked by on.")


def _facts(request: Request, name: str, position: int) -> list[tuple[str, str]]:
    """What stands on the first page of a file."""
    as_at = request.query_params.get("as_at")
    return [
        ("Question", name),
        ("Log position", f"{position}: all that was written up to there is in it"),
        *([("As it was known at", as_at)] if as_at is not None else []),
    ]


def _wanted(request: Request, table: Table) -> Table:
    """The lines that are asked for, all of them unless a limit is named. Raises ``Malformed``."""
    query = QueryParams([each for each in request.query_params.multi_items() if each[0] != "format"])
    return piece_of(table, wanted_from(query, everything=True)).table


def _listing(name: str, question: Question) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        who, form = signed_in(request), form_wanted(request)
        asking, as_at = Asking({}, day_of(request, question)), as_at_of(request)
        check_may(question, who.actor)
        with views_for(the_desk(request).office, who.actor, question.sees, as_at) as views:
            etag, position = etag_of(request, views, who.actor), views.position
            if is_known(request, etag):
                return unchanged(etag)
            [table] = question.answer(views, asking)
        table = _wanted(request, table)
        paper = Paper(title=table.title, facts=_facts(request, name, position), tables=[table])
        return as_file(paper, name, form, etag=etag)

    return endpoint


AWARD = Question(
    "Everything about one award, as a file.",
    lambda views, asking: case_file(views, asking.said["award"]),
    WITH_PROVIDERS,
    Sees.ONE,
)


def case_file_of(request: Request) -> Response:
    """Everything about one award. Of CSV there is a file to each table, in one archive."""
    who, form, award = signed_in(request), form_wanted(request), str(request.path_params["award"])
    as_at = as_at_of(request)
    check_may(AWARD, who.actor, award)
    with views_for(the_desk(request).office, who.actor, AWARD.sees, as_at) as views:
        known_award(views, award)
        etag, position = etag_of(request, views, who.actor), views.position
        if is_known(request, etag):
            return unchanged(etag)
        tables = AWARD.answer(views, Asking({"award": award}))
    paper = Paper(title=f"Award {award}", facts=_facts(request, f"award {award}", position), tables=tables)
    return as_file(paper, f"award-{award}", form, etag=etag)


WORKBOOK = Question(
    "The workbook that a provider fills in: just the measures that the award owes, last period's beside them.",
    lambda _views, _asking: [],
    frozenset({Role.CONTRACT_MANAGER, Role.PROVIDER}),
    Sees.ONE,
)
WORKBOOKS: tuple[Literal["xlsx", "ods"], ...] = ("xlsx", "ods")


def yes_or_no(request: Request, name: str) -> bool:
    """A parameter that says yes or no; no, unless it is there. Raises ``Malformed``."""
    said = request.query_params.get(name, "no")
    if said not in ("yes", "no"):
        raise Malformed(f"{name} must be yes or no.")
    return said == "yes"


def workbook(request: Request) -> Response:
    """The workbook of a period, to be filled in; ``filled=yes``: with what is reported already, to be corrected."""
    from services.reporting import asked_for, workbook_for

    who, award = signed_in(request), str(request.path_params["award"])
    kind = cast(Literal["xlsx", "ods"], form_wanted(request, WORKBOOKS))
    period, filled = period_of(request.path_params["period"]), yes_or_no(request, "filled")
    check_may(WORKBOOK, who.actor, award)
    office = the_desk(request).office
    with views_for(office, who.actor) as views:
        known_award(views, award)
        etag = etag_of(request, views, who.actor)
    if is_known(request, etag):
        return unchanged(etag)
    if filled and asked_for(office, award, period).now is None:
        raise Refusal("There is no report for that period yet: ask for the workbook without filled.")
    data = workbook_for(office, award, period, kind, filled=filled)
    return Response(data, headers=headers_of(f"{award}.{period}.{kind}", etag=etag), media_type=MEDIA[kind])


DOCUMENT = Question("A document that is on file for an award.", lambda _views, _asking: [], WITH_PROVIDERS, Sees.OWN)
_OCTETS = "application/octet-stream"


def document(request: Request) -> Response:
    """A document byte for byte, if it is on record for an award within reach. It is never shown, only kept."""
    desk, who, sha256 = the_desk(request), signed_in(request), str(request.path_params["sha256"])
    check_may(DOCUMENT, who.actor)
    if not re.fullmatch("[0-9a-f]{64}", sha256):
        raise NotFound(UNKNOWN)
    with views_for(desk.office, who.actor) as views:
        rows = views.rows(DocumentRow, DocumentRow.table.c.sha256 == sha256)
    if not rows:
        raise NotFound(UNKNOWN)
    etag = f'"{sha256}"'
    if is_known(request, etag):
        return unchanged(etag)
    media = rows[0].media_type if rows[0].media_type in MEDIA_TYPES.values() else _OCTETS
    headers = headers_of(rows[0].file_name, etag=etag) | {"content-security-policy": "sandbox; default-src 'none'"}
    said = f"{media}; charset=utf-8" if media.startswith("text/") else media
    return Response(desk.documents.read(sha256), headers=headers, media_type=said)


_USUAL = ("401", "403", "404", "409", "422", "429", "503")


def _of_documents() -> Schema:
    said = of_a_file(())
    said["200"]["content"] = {
        kind: {"schema": {"type": "string"}} if kind.startswith("text/") else {}
        for kind in (*dict.fromkeys(MEDIA_TYPES.values()), _OCTETS)
    }
    return {**said, **problems(*_USUAL)}


_AWARD = in_path("award", "The award.", "MOJ-2017-01")
_AS_AT: Schema = {
    "name": "as_at",
    "in": "query",
    "required": False,
    "description": "As it was known then: a day, a moment or a position of the log.",
    "schema": {"type": "string", "maxLength": 200},
}
_FILLED: Schema = {
    "name": "filled",
    "in": "query",
    "required": False,
    "description": "With the figures that are in already, to be corrected.",
    "schema": {"type": "string", "enum": ["yes", "no"], "default": "no"},
}


def make_router() -> APIRouter:
    """An address for every file. It goes before the questions: ``/awards/file`` is no award."""
    router = APIRouter()

    def add(
        path: str, endpoint: Callable[[Request], Response], question: Question, name: str, tag: str, **said: Any
    ) -> None:
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
            response_class=Response,
            openapi_extra=said,
        )

    whole = {**of_a_file(), **problems(*_USUAL)}
    for name, question in LISTS.items():
        asked = [parameter_of_form(), *of_a_list(empty_answers()[name], by_a_day=question.by_a_day)]
        tag = name if name in PLURALS.values() else "answers"
        add(f"/{name}/file", _listing(name, question), question, f"save-{name}", tag, parameters=asked, responses=whole)
    add(
        *("/awards/{award}/file", case_file_of, AWARD, "save-award", "awards"),
        parameters=[_AWARD, parameter_of_form(), _AS_AT],
        responses={**of_a_file(archive=True), **problems(*_USUAL)},
    )
    add(
        *("/reports/{award}/{period}/workbook", workbook, WORKBOOK, "save-workbook", "reports"),
        parameters=[
            *(_AWARD, in_path("period", "The period reported on.", "2017-18-h1")),
            *(parameter_of_form(WORKBOOKS), _FILLED),
        ],
        responses={**of_a_file(WORKBOOKS), **problems(*_USUAL)},
    )
    add(
        *("/documents/{sha256}", document, DOCUMENT, "save-document", "documents"),
        parameters=[in_path("sha256", "The SHA-256 of its bytes.", "0" * 64)],
        responses=_of_documents(),
    )
    return router
