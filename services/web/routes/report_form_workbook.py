"""A report sent as a workbook, read before it is sent; and the nil return, when there is nothing to report."""

import hashlib
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from domain.errors import NotAllowed, NotFound, Refusal
from domain.kernel import utc_now
from domain.monitoring.commands import REPORT_SCHEDULE, DeclareNilReturn
from domain.reports.commands import CorrectReport, SubmitReport
from domain.tables import Column, Table, cell
from services.front_desk import only
from services.http.problem import Raised
from services.kept_results import Draft as Kept
from services.office import Conflict, Stale
from services.reporting import Draft, read_report
from services.web.reporting_page import about_a_person
from services.web.reporting_page_about import UNKNOWN, About, about_of
from services.web.reporting_page_draft import WORKBOOK, alone, forget
from services.web.reporting_page_draft import about as key_of
from services.web.reporting_page_versions import content_tables
from services.web.routes.report_form import LONGEST_REASON, PROVIDERS, number_of
from services.web.shapes import Fault
from services.web.site import go, page, posted, text_of

MOST_BYTES = 10_000_000
MOST_FAULTS = 500
"""How many faults of one workbook are shown at once."""
_ON_THE_PAGE = ", in the row of the sheet About that asks for the reason"


def _waiting(about: About) -> Kept | None:
    """Which workbook was read without a fault, and waits to be sent. One query."""
    return about.desk.accounts.draft(WORKBOOK, key_of(about.award, about.period))


def _upload_page(
    request: Request,
    about: About,
    *,
    status: int = 200,
    faults: tuple[Fault, ...] = (),
    found: Table | None = None,
    reason: str = "",
) -> Response:
    waits = _waiting(about) is not None
    return page(
        request,
        "owed/workbook.html",
        status=status,
        about=about,
        faults=faults,
        found=found,
        reason=reason,
        waits=waits,
    )


def show_upload(request: Request) -> Response:
    """Where a workbook is sent back."""
    return _upload_page(request, about_of(request))


def _read(about: About, data: bytes, file_name: str, reason: str | None) -> Draft:
    checker = about.who.actor.model_copy(update={"certifies": True})  # who may send is asked when it is sent
    return read_report(
        about.desk.office, data, file_name, about.award, about.period, by=checker, reason=reason, asked=about.asked
    )


def _faults_of(draft: Draft) -> Table:
    """Everything that is wrong with a workbook, by sheet and cell."""
    rows = []
    for fault in draft.faults[:MOST_FAULTS]:
        words = fault.words.replace(_ON_THE_PAGE, ", in its row of the sheet About or in the field on this page")
        rows.append(
            (
                cell(fault.sheet or "The whole workbook"),
                cell(fault.cell or "The whole sheet"),
                cell(words[:1].upper() + words[1:]),
            )
        )
    return Table(
        name="faults",
        title="What to put right in the workbook",
        columns=(
            Column(key="sheet", title="Sheet"),
            Column(key="cell", title="Cell"),
            Column(key="fault", title="What to do"),
        ),
        rows=tuple(rows),
        names=("sheet", "cell"),
    )


def take_upload(request: Request, form: FormData) -> Response:
    """Reads a workbook: every fault is shown and nothing kept, or it waits to be sent."""
    about = about_of(request)
    files = form.getlist("file")
    reason = text_of(form, "reason")
    upload = files[0] if len(files) == 1 else None
    if not isinstance(upload, UploadFile) or not upload.filename:
        faults = (Fault("Choose the workbook that you filled in", "file"),)
        return _upload_page(request, about, status=422, faults=faults, reason=reason)
    if (upload.size or 0) > MOST_BYTES:
        raise Raised(413, f"A workbook may have at most {MOST_BYTES // 1_000_000} MB. Nothing was recorded.")
    wrong = _of_reason(reason)
    if wrong:
        return _upload_page(request, about, status=422, faults=wrong, reason=reason)
    draft = _read(about, upload.file.read(), upload.filename, reason or None)
    if draft.order is None:
        number = len(draft.faults)
        words = "The workbook has a fault" if number == 1 else f"The workbook has {number:,} faults"
        faults = (Fault(f"{words}: put it right and send the workbook again. Nothing was recorded", "file"),)
        return _upload_page(request, about, status=422, faults=faults, found=_faults_of(draft), reason=reason)
    kept = about.desk.documents.keep(draft.data, f"report.{draft.kind}")
    file = draft.order.file
    said = {
        "sha256": kept.sha256,
        "file_name": file.file_name if file else upload.filename,
        "reason": draft.order.reason if isinstance(draft.order, CorrectReport) else None,
    }
    about.desk.accounts.keep_draft(WORKBOOK, key_of(about.award, about.period), about.who.person.id, said, utc_now())
    return go(f"{about.address}/workbook/send")


def _of_reason(reason: str) -> tuple[Fault, ...]:
    if len(reason) > LONGEST_REASON:
        return (Fault(f"The reason must be at most {LONGEST_REASON:,} characters long", "reason"),)
    personal = about_a_person({"reason": reason})
    return (Fault(personal["reason"], "reason"),) if personal else ()


def _read_again(about: About) -> tuple[Draft, Kept] | None:
    """The workbook that waits, read as things are now; nothing, if none does."""
    kept = _waiting(about)
    if kept is None:
        return None
    data = about.desk.documents.read(kept.said["sha256"])
    return _read(about, data, kept.said["file_name"], kept.said["reason"]), kept


def _send_page(
    request: Request, about: About, draft: Draft, kept: Kept, *, status: int = 200, faults: tuple[Fault, ...] = ()
) -> Response:
    if draft.order is None:
        faults = (*faults, Fault("Something changed since the workbook was read. Send it again", None))
        return _upload_page(request, about, status=409, faults=faults, found=_faults_of(draft))
    return page(
        request,
        "owed/workbook_read.html",
        status=status,
        about=about,
        faults=faults,
        tables=content_tables(about.asked.owed, draft.order.content),
        explanations=[each.words for each in draft.order.explanations],
        notes=draft.notes,
        file_name=kept.said["file_name"],
        sha256=kept.said["sha256"],
        mine=kept.by == about.who.person.id,
        kept_at=kept.kept,
        reason=kept.said["reason"],
        version=about.desk.office.version_of(SubmitReport.aggregate, f"report-{about.award}.{about.period}"),
    )


def show_read(request: Request) -> Response:
    """What was read in the workbook, to be declared and sent."""
    about = about_of(request)
    found = _read_again(about)
    return go(f"{about.address}/workbook") if found is None else _send_page(request, about, *found)


def send_workbook(request: Request, form: FormData) -> Response:
    """Records the report of the workbook that was shown; once, however often the form is sent."""
    about = about_of(request)
    if not about.who.actor.certifies:
        raise NotAllowed("This is declared and sent by the provider's certifier. The workbook is kept for them.")
    version, sha256 = number_of(form, "version"), text_of(form, "sha256")[:64]
    act = hashlib.sha256(f"{about.award}\0{about.period}\0{version}\0{sha256}\0workbook".encode()).hexdigest()[:32]
    stream = f"report-{about.award}.{about.period}"
    name = "correct-report" if version else "submit-report"
    with alone(about.desk, about.award, about.period):
        if any(recorded.act == act for recorded in about.desk.office.log.stream(stream)):
            return go(about.address, done=name)
        found = _read_again(about)
        if found is None:
            return go(f"{about.address}/workbook")
        draft, kept = found
        faults: tuple[Fault, ...] = ()
        if kept.said["sha256"] != sha256:
            words = "Another workbook was sent in after you opened the page. Look at it before you send it"
            return _send_page(request, about, draft, kept, status=412, faults=(Fault(words),))
        if text_of(form, "declared") != "yes":
            faults = (Fault("Tick the box to declare that the figures are complete and correct", "declared"),)
            return _send_page(request, about, draft, kept, status=422, faults=faults)
        if draft.order is None:
            return _send_page(request, about, draft, kept)
        try:
            written = about.desk.office.do(draft.order, about.who.actor, seen=version, act=act)
        except Stale:
            words = "The report was changed by somebody else after you opened the page. Look at it again"
            return _send_page(request, about, draft, kept, status=412, faults=(Fault(words),))
        except (Refusal, Conflict) as refusal:
            return _send_page(request, about, draft, kept, status=409, faults=(Fault(str(refusal)),))
        forget(about.desk, about.award, about.period)
    return go(about.address, done=name if written else None, same=None if written else name)


def _nil_page(
    request: Request, about: About, *, status: int = 200, faults: tuple[Fault, ...] = (), reason: str = ""
) -> Response:
    return page(request, "owed/nil_return.html", status=status, about=about, faults=faults, reason=reason)


def _nil_about(request: Request) -> About:
    """The report, if a nil return can be declared instead of it. Raises ``NotFound``."""
    about = about_of(request)
    if about.due is None:
        raise NotFound(UNKNOWN)
    return about


def show_nil(request: Request) -> Response:
    """The declaration that there is nothing to report."""
    return _nil_page(request, _nil_about(request))


def declare_nil(request: Request, form: FormData) -> Response:
    """Records a nil return; once, however often the form is sent."""
    about, reason, name = _nil_about(request), text_of(form, "reason"), "declare-nil-return"
    faults = list(_of_reason(reason))
    if not reason:
        faults.append(Fault("Say why there is nothing to report", "reason"))
    if text_of(form, "declared") != "yes":
        faults.append(Fault("Tick the box to declare that there is nothing to report", "declared"))
    if faults:
        return _nil_page(request, about, status=422, faults=tuple(faults), reason=reason)
    if not about.is_over:
        words = f"The period is not over until {about.asked.period.end:%-d %B %Y}: declare it then"
        return _nil_page(request, about, status=409, faults=(Fault(words),), reason=reason)
    try:
        order = DeclareNilReturn(
            award=about.award, schedule=REPORT_SCHEDULE, period=about.period, declared_on=about.today, reason=reason
        )
        written = about.desk.office.do(order, about.who.actor)
    except (Refusal, Conflict) as refusal:
        return _nil_page(request, about, status=409, faults=(Fault(str(refusal)),), reason=reason)
    except ValidationError:
        fault = Fault("The reason cannot be recorded as it is written: shorten it, and take out signs", "reason")
        return _nil_page(request, about, status=422, faults=(fault,), reason=reason)
    return go(about.address, done=name if written else None, same=None if written else name)


def make_router() -> APIRouter:
    """The workbook of a report, and the nil return."""
    router = APIRouter(include_in_schema=False)
    base = "/owed/{award}/{period}"
    for path, show, take in (
        (f"{base}/workbook", show_upload, take_upload),
        (f"{base}/workbook/send", show_read, send_workbook),
        (f"{base}/nil-return", show_nil, declare_nil),
    ):
        more: Any = {"response_model": None, "dependencies": [only(PROVIDERS)]}
        router.add_api_route(path, show, methods=["GET"], **more)
        router.add_api_route(path, posted(take), methods=["POST"], **more)
    return router
