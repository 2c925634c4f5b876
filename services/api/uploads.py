"""Files that come in: a provider's workbook, evidence to an award, a sheet of awards. What is refused is not kept.

A file comes as ``multipart/form-data`` in the field ``file``. What it is is told by its content, not by its name.
"""

import hashlib
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, NoReturn

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from pydantic_core import to_json
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from domain.awards.documents import MOST_BYTES, AttachDocument
from domain.awards.events import DocumentKind
from domain.errors import NotAllowed, NotFound, Refusal
from domain.kernel import Command, Recorded, Role
from domain.reports.commands import SubmitReport
from services.api.commands import LONGEST_KEY, key_of, said_of
from services.api.downloads import UNKNOWN, WORKBOOK, yes_or_no
from services.api.files import Schema, in_path
from services.api.once import once
from services.api.openapi import OUTCOME, problems
from services.asking import check_may
from services.front_desk import FrontDesk, SignedIn, only, signed_in, the_desk
from services.http.problem import KINDS, MEDIA_TYPE, Raised, Where, malformed, problem_of
from services.office import reaches

MOST_OF_A_SHEET = 10_000_000
"""Bytes of a workbook or of a sheet of awards."""
MOST_OF_A_FIELD = 20_000
MOST_FAULTS = 1_000
"""How many faults of one file are told at once."""
SHEETS_MAY = frozenset({Role.COMMISSIONER, Role.FINANCE, Role.CONTRACT_MANAGER})
"""Who may bring a sheet of awards. Each of its orders asks for its own role beside."""


class Sent(NamedTuple):
    """A form with one file in it."""

    data: bytes
    file_name: str
    """Without any folder."""
    fields: Mapping[str, str]

    @property
    def digest(self) -> str:
        """Of everything that was sent."""
        return hashlib.sha256(to_json([self.file_name, self.fields]) + b"\0" + self.data).hexdigest()


def _wrong(field: str, words: str, status: int = 422) -> NoReturn:
    raise Raised(status, "The form cannot be read. Nothing was recorded.", [Where(pointer=field, detail=words)])


def _is_fit(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


async def read_form(request: Request, most: int, fields: Collection[str]) -> Sent:
    """The file and the fields of a form. Raises ``Raised``: 400, 413, 415 or 422."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "multipart/form-data":
        raise Raised(415, "Send the file as multipart/form-data, in the field file.")
    async with request.form(max_files=1, max_fields=len(fields) + 1, max_part_size=MOST_OF_A_FIELD) as form:
        if set(form) - {"file", *fields}:
            _wrong("", f"has a field that does not belong here: there are file, {', '.join(sorted(fields))}")
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            _wrong("/file", "is needed: a file with its name")
        said: dict[str, str] = {}
        for name in fields:
            several = form.getlist(name)
            if len(several) > 1:
                _wrong(f"/{name}", "is there twice: say it once")
            for value in several:
                if not isinstance(value, str) or not _is_fit(value):
                    _wrong(f"/{name}", "must be text, without the character NUL")
                said[name] = value
        if not _is_fit(file.filename):
            _wrong("/file", "has a name with a character that cannot be kept")
        if (file.size or 0) > most:
            raise Raised(413, f"A file may have at most {most // 1_000_000} MB here. Nothing was recorded.")
        return Sent(await file.read(), file.filename.replace("\\", "/").rpartition("/")[2], said)


def faulty(detail: str, faults: Sequence[Mapping[str, Any]]) -> Response:
    """Everything that is wrong with a file, each fault with its place in it."""
    told = [{"pointer": "/file", "parameter": None, **fault} for fault in faults[:MOST_FAULTS]]
    body = problem_of(KINDS[422], detail).model_dump(mode="json") | {"errors": told}
    return Response(to_json(body), 422, media_type=MEDIA_TYPE)


def _faults_in_words(number: int, again: str) -> str:
    them = "it" if number == 1 else "them"
    first = f" The first {MOST_FAULTS:,} are listed." if number > MOST_FAULTS else ""
    faults = f"{number:,} fault{'' if number == 1 else 's'}"
    return f"{faults}: nothing was recorded.{first} Put {them} right and {again} again."


def _answer(said: Mapping[str, Any], version: int | None = None) -> Response:
    headers = {"etag": f'"{version}"'} if version else {}
    return Response(to_json(said), media_type="application/json", headers=headers)


def _keep_and_record(
    desk: FrontDesk, who: SignedIn, order: Command[Any], data: bytes, name: str, act: str | None
) -> list[Recorded]:
    """Keeps a file and records the order that names it. The file is kept first, so that no event names a file that is
    nowhere; what would be refused is not kept. Raises what ``Office.do`` raises, and ``Raised`` 503."""
    for _number, refusal in desk.office.rehearse([order], who.actor):
        raise refusal
    try:
        desk.documents.keep(data, name)
    except Refusal as full:  # it was looked at before: only the folder can be in the way
        raise Raised(503, str(full)) from None
    return desk.office.do(order, who.actor, act=act)


def _before(desk: FrontDesk, order: Command[Any], act: str | None, *, again: bool) -> list[Recorded]:
    """What somebody recorded under the same key who died before the answer."""
    return [each for each in desk.office.log.stream(order.stream) if each.act == act] if again else []


def attach(request: Request, sent: Sent) -> Response:
    """Puts a document of an award on file: the log keeps what it is and its SHA-256, the folder keeps the file."""
    desk, who = the_desk(request), signed_in(request)
    try:
        kept = desk.documents.look_at(sent.data, sent.file_name)
    except Refusal as wrong:
        raise Raised(422, str(wrong), [Where(pointer="/file", detail=str(wrong))]) from None
    try:
        about = {"award": request.path_params["award"], **sent.fields}
        order = AttachDocument.model_validate({**about, **kept._asdict()})
    except ValidationError as wrong:
        raise malformed(wrong) from None

    def give(act: str | None, again: bool) -> Response:
        recorded = _before(desk, order, act, again=again) or _keep_and_record(
            desk, who, order, sent.data, sent.file_name, act
        )
        version = desk.office.version_of(type(order).aggregate, order.stream)
        return _answer(said_of(recorded, version) | kept._asdict(), version)

    return once(desk, who, key_of(request), to_json(["attach", order.award, sent.digest]), give)


def _reach_of_workbook(who: SignedIn, data: bytes) -> None:
    """Raises ``NotFound`` when the workbook is about an award that is out of reach, before anything is said of it."""
    from services.imports.provider_workbook_file import read_book
    from services.imports.provider_workbook_places import about_of

    if who.actor.awards is None:
        return
    try:
        about = about_of(read_book(data), None, None)
    except Refusal:
        return  # it cannot be read at all, which is told as a fault
    row = about.rows.get("award")
    if not about.faults and row is not None and not reaches(who.actor, row.value):
        raise NotFound(UNKNOWN)


def _received(who: SignedIn, said: str | None) -> date | None:
    """The day on which it came in, if that was not today. Raises ``Raised`` or ``NotAllowed``."""
    if said is None:
        return None
    if Role.PROVIDER in who.actor.roles:
        raise NotAllowed("When a report came in is said by the office. Leave received_on out.")
    try:
        return date.fromisoformat(said)
    except ValueError:
        _wrong("/received_on", "must be a day, like 2017-10-12")


def report(request: Request, sent: Sent) -> Response:
    """Reads a provider's workbook and records it. Every fault is told with its sheet and cell.

    With ``check=yes`` nothing is recorded: so a provider's data contact may bring it as well as its certifier.
    """
    from services.reporting import read_report

    desk, who, only_checked = the_desk(request), signed_in(request), yes_or_no(request, "check")
    received = _received(who, sent.fields.get("received_on"))
    if only_checked:
        check_may(WORKBOOK, who.actor.model_copy(update={"awards": None}))  # whether a token may read
    _reach_of_workbook(who, sent.data)
    checker = who.actor.model_copy(update={"certifies": True, "scope": None})  # who may send is asked when it is sent

    def give(act: str | None, again: bool) -> Response:
        reason = sent.fields.get("reason", "").strip() or None
        draft = read_report(desk.office, sent.data, sent.file_name, by=checker, received_on=received, reason=reason)
        if draft.order is None:
            found = [{"detail": str(each), "sheet": each.sheet, "cell": each.cell} for each in draft.faults]
            return faulty(_faults_in_words(len(found), "send it"), found)
        order = draft.order
        said = {"award": order.award, "period": order.period, "says": order.content.words, "notes": draft.notes}
        if only_checked:
            return _answer(said_of([], None) | said | {"checked": True})
        recorded = _before(desk, order, act, again=again) or _keep_and_record(
            desk, who, order, draft.data, f"report.{draft.kind}", act
        )
        version = desk.office.version_of(type(order).aggregate, order.stream)
        return _answer(said_of(recorded, version) | said | {"checked": False}, version)

    said = to_json(["report", only_checked, sent.digest])
    return once(desk, who, None if only_checked else key_of(request), said, give)


def load(request: Request, sent: Sent) -> Response:
    """Reads a sheet of awards and gives all its orders, or none. Every fault is told with its row.

    Somebody who reaches some awards alone may not: what a sheet may say hangs on all of them.
    """
    from services.loading import plan_for

    desk, who, only_checked = the_desk(request), signed_in(request), yes_or_no(request, "check")
    if who.actor.awards is not None:
        raise NotAllowed("A sheet of awards is brought by somebody who looks after all of them.")

    def give(act: str | None, again: bool) -> Response:
        plan = plan_for(desk.office, sent.data, sent.file_name, who.actor)
        notes = [str(note) for note in plan.notes]
        if plan.faults:
            found = [
                {"detail": str(each), "row": each.row, "column": each.column, "cell": each.address}
                for each in plan.faults
            ]
            return faulty(_faults_in_words(len(found), "bring it"), found)
        recorded = [] if only_checked else desk.office.do_all(plan.commands, who.actor, act=act)
        position = max((each.position for each in recorded), default=None)
        said = {"orders": len(plan.commands), "recorded": len(recorded), "position": position}
        return _answer(said | {"notes": notes, "checked": only_checked})

    said = to_json(["load", only_checked, sent.digest])
    return once(desk, who, None if only_checked else key_of(request), said, give)


Handle = Callable[[Request, Sent], Response]


def _endpoint(handle: Handle, most: int, fields: Collection[str]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        sent = await read_form(request, most, fields)
        return await run_in_threadpool(handle, request, sent)

    endpoint.__doc__ = handle.__doc__
    return endpoint


_FILE: Schema = {"type": "string", "contentMediaType": "application/octet-stream", "description": "The file."}
_CHECK: Schema = {
    "name": "check",
    "in": "query",
    "required": False,
    "description": "Only say what is wrong with it: nothing is recorded.",
    "schema": {"type": "string", "enum": ["yes", "no"], "default": "no"},
}
_KEY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A new one for each file: sent again, it gets the same answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
}
_TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": 4_000}
_NOTES: Schema = {"type": "array", "items": {"type": "string"}, "description": "Worth knowing; they stop nothing."}
_CHECKED: Schema = {"type": "boolean", "description": "Whether it was only checked."}
_REPORTED: dict[str, Schema] = {
    "award": {"type": "string"},
    "period": {"type": "string"},
    "says": {"type": "string", "description": "What the report holds, in a few words."},
    "notes": _NOTES,
    "checked": _CHECKED,
}
_KEPT: dict[str, Schema] = {
    "sha256": {"type": "string"},
    "file_name": {"type": "string"},
    "media_type": {"type": "string"},
    "size_bytes": {"type": "integer"},
}
_LOADED: Schema = {
    "type": "object",
    "required": ["orders", "recorded", "position", "notes", "checked"],
    "properties": {
        "orders": {"type": "integer", "description": "How many orders the sheet comes to."},
        "recorded": {"type": "integer", "description": "How many events were written down."},
        "position": {"type": ["integer", "null"], "description": "The last of them in the log."},
        "notes": _NOTES,
        "checked": _CHECKED,
    },
}
_STATUSES = ("400", "401", "403", "404", "409", "413", "415", "422", "429", "503")


def _outcome(more: dict[str, Schema]) -> Schema:
    return OUTCOME | {"required": [*OUTCOME["required"], *more], "properties": OUTCOME["properties"] | more}


def _said(parameters: Sequence[Schema], fields: dict[str, Schema], needed: Sequence[str], answer: Schema) -> Schema:
    """What the document says of an upload."""
    form = {
        "type": "object",
        "required": ["file", *needed],
        "properties": {"file": _FILE, **fields},
        "additionalProperties": False,
    }
    done = {
        "description": "Done, or done already",
        "headers": {"ETag": {"description": "The thing's version.", "schema": {"type": "string"}}},
        "content": {"application/json": {"schema": answer}},
    }
    return {
        "parameters": [*parameters, _KEY],
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": form}}},
        "responses": {"200": done, **problems(*_STATUSES)},
    }


def make_router() -> APIRouter:
    """An address for every kind of file that comes in."""
    router = APIRouter()

    def add(path: str, handle: Handle, most: int, may: Collection[Role], name: str, summary: str, said: Schema) -> None:
        properties: dict[str, Schema] = said["requestBody"]["content"]["multipart/form-data"]["schema"]["properties"]
        router.add_api_route(
            path,
            _endpoint(handle, most, [field for field in properties if field != "file"]),
            methods=["POST"],
            name=name,
            operation_id=name,
            tags=[path.split("/")[1]],
            summary=summary,
            dependencies=[only(may)],
            response_model=None,
            response_class=Response,
            openapi_extra=said,
        )

    reason = {**_TEXT, "description": "Why a report that is in already is corrected."}
    received: Schema = {"type": "string", "format": "date", "description": "When it came in; said by the office alone."}
    add(
        *("/reports/workbook", report, MOST_OF_A_SHEET, SubmitReport.may, "send-workbook"),
        "Send a provider's workbook, or only check it",
        _said([_CHECK], {"received_on": received, "reason": reason}, [], _outcome(_REPORTED)),
    )
    kind: Schema = {"type": "string", "enum": [kind.value for kind in DocumentKind]}
    title = {**_TEXT, "examples": ["Minutes of the contract meeting in May"]}
    add(
        *("/awards/{award}/documents", attach, MOST_BYTES, AttachDocument.may, "send-document"),
        "Put a document of an award on file",
        _said(
            [in_path("award", "The award.", "MOJ-2017-01")],
            {"kind": kind, "title": title},
            ["kind", "title"],
            _outcome(_KEPT),
        ),
    )
    add(
        *("/awards/sheet", load, MOST_OF_A_SHEET, SHEETS_MAY, "send-awards-sheet"),
        "Load a sheet of awards, all of it or nothing, or only check it",
        _said([_CHECK], {}, [], _LOADED),
    )
    return router
