"""The desk at which providers' workbooks are handed out and come in: made, read, checked, kept and recorded."""

import hashlib
from datetime import date
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError

from domain.errors import NotFound, Refusal
from domain.kernel import Actor, Recorded
from domain.periods import Period
from domain.personal import sign_of_a_person
from domain.reports.commands import CorrectReport, SubmitReport
from domain.reports.events import Figures, ReportFile
from projections.reporting import Asked, what_is_asked
from services.documents import Documents
from services.exports.provider_workbook import make_workbook
from services.imports.provider_workbook import read_workbook
from services.imports.provider_workbook_file import Book, read_book
from services.imports.provider_workbook_places import About, Fault, about_of
from services.imports.remarks import as_clause
from services.office import Office
from services.problems import faults

Kind = Literal["xlsx", "ods"]
Order = SubmitReport | CorrectReport


class Draft(NamedTuple):
    """What a workbook comes to in this office: an order to record it, or everything that is wrong with it."""

    faults: tuple[Fault, ...]
    order: Order | None = None
    """The report as it will be recorded; ``None`` when there are faults."""
    notes: tuple[str, ...] = ()
    """What is worth knowing and stops nothing."""
    data: bytes = b""
    """The file itself."""
    kind: Kind = "xlsx"
    """What it is inside, whatever its name says."""


def asked_for(office: Office, award: str, period: str) -> Asked:
    """The report that an award owes for a period. Raises ``NotFound`` or ``Refusal``."""
    with office.reading() as views:
        return what_is_asked(views, award, Period.parse(period))


def workbook_for(office: Office, award: str, period: str, kind: Kind = "xlsx", *, filled: bool = False) -> bytes:
    """The workbook that the provider is to fill in; ``filled``: with what is reported already, to be corrected.

    Raises ``NotFound`` or ``Refusal``.
    """
    asked = asked_for(office, award, period)
    if filled and asked.now is None:
        raise Refusal(f"There is no report on {award} for {asked.period.code} yet: make the workbook without --filled.")
    return make_workbook(asked, asked.now if filled else None, kind, declared=False)


def read_report(
    office: Office,
    data: bytes,
    file_name: str,
    award: str | None = None,
    period: str | None = None,
    *,
    by: Actor | None = None,
    received_on: date | None = None,
    reason: str | None = None,
    asked: Asked | None = None,
) -> Draft:
    """What a workbook comes to: the order that records it, or every fault. Nothing is recorded or kept.

    ``award`` and ``period``: what the caller takes it to be; if given, the workbook must say so too. ``by``: whose
    order it will be; if given, what the rules would refuse is told as a fault. ``received_on``: today, unless given.
    ``reason``: why a report that is in is corrected; otherwise as the workbook says. ``asked``: what is asked, if the
    caller knows it already.
    """
    code = Period.parse(period).code if period is not None else None
    try:
        book = read_book(data)
    except Refusal as refusal:
        return Draft((Fault(as_clause(refusal)),))
    about = about_of(book, award, code)
    if about.faults:
        return Draft(about.faults)
    try:
        with office.reading() as views:
            today = views.today
            wanted = (about.said("award"), Period.parse(about.said("period")))
            if asked is None or (asked.award, asked.period) != wanted:
                asked = what_is_asked(views, *wanted)
    except NotFound:
        row = about.rows["award"]
        return Draft((Fault("this office has no such award: send it to the office it is for", row.label, row.address),))
    except Refusal as refusal:
        row = about.rows["period"]
        return Draft((Fault(as_clause(refusal), row.label, row.address),))
    framework = about.rows["framework"]
    if framework.value != asked.owed.framework.framework:
        words = "the workbook was made under another framework than is in force for its period: ask for a new one"
        return Draft((Fault(words, framework.label, framework.address),))
    file = ReportFile(sha256=hashlib.sha256(data).hexdigest(), file_name=_plain(file_name, book))
    reading = read_workbook(book, about, asked, file)
    found = list(reading.faults)
    sign = sign_of_a_person(file_name)
    if sign:
        found.append(Fault(f"the name of the file seems to hold {sign}: rename the file"))
    if found and asked.status is not None and not (reason or reading.reason or _is_at_fault(about, found)):
        found.append(_say_why(asked))
    if found or reading.content is None:
        return Draft(tuple(found), None, reading.notes)
    order, found = _ordered(asked, reading.content, received_on or today, reason or reading.reason)
    if order is not None and by is not None:
        found += [Fault(as_clause(refusal)) for _number, refusal in office.rehearse([order], by)]
    return Draft(tuple(found), None if found else order, reading.notes, data, book.kind)


def _is_at_fault(about: About, found: list[Fault]) -> bool:
    """Whether the reason that the workbook gives is there, and something is wrong with it, which is told already."""
    row = about.rows.get("reason")
    return row is not None and any((fault.sheet, fault.cell) == (row.label, row.address) for fault in found)


def _plain(file_name: str, book: Book) -> str:
    """The file's name without its folders, as it is kept beside the digest."""
    name = "".join(sign for sign in Path(file_name.replace("\\", "/")).name if sign.isprintable()).strip()
    return name[-120:] or f"report.{book.kind}"


def _say_why(asked: Asked) -> Fault:
    words = f"a report on {asked.award} for {asked.period.code} is in already: say why it is corrected"
    return Fault(f"{words}, in the row of the sheet About that asks for the reason")


def _ordered(asked: Asked, content: Figures, received_on: date, reason: str | None) -> tuple[Order | None, list[Fault]]:
    """The order that records a report, the first or one that puts it right."""
    fields: dict[str, Any] = {name: getattr(content, name) for name in Figures.model_fields}
    fields |= {"award": asked.award, "period": asked.period.code, "received_on": received_on}
    try:
        if asked.status is None or asked.now == content:
            return SubmitReport(**fields), []
        if reason is None:
            return None, [_say_why(asked)]
        return CorrectReport(**fields, reason=reason), []
    except ValidationError as malformed:
        return None, [Fault(f"the report cannot be recorded: {fault.words}") for fault in faults(malformed)]


def record(office: Office, documents: Documents, draft: Draft, by: Actor) -> list[Recorded]:
    """Records a report that was read, and keeps its file under its SHA-256. Returns what was written.

    The file is kept first, so that no event names a file that is nowhere; what would be refused is not kept. Raises
    what ``Office.do`` raises, and ``Refusal`` when there are faults or the folder cannot be written to.
    """
    if draft.order is None:
        raise Refusal("The workbook has faults: nothing was recorded.")
    for _number, refusal in office.rehearse([draft.order], by):
        raise refusal
    documents.keep(draft.data, f"report.{draft.kind}")
    return office.do(draft.order, by)
