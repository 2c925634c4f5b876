"""Reports as the office reads them: listed, reviewed beside the last one, accepted, or sent back with reasons."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from domain.errors import NotFound, Refusal
from domain.kernel import Recorded, Role
from domain.monitoring.commands import REPORT_SCHEDULE
from domain.periods import Period, parse_day
from domain.reports.commands import AcceptReport, SendBackReport
from domain.reports.form import form_of
from domain.tables import Row, Table, cell
from projections.awards import AwardRow
from projections.monitoring import DueItem
from projections.reporting import Asked, what_is_asked
from projections.reports import ReportRow
from projections.side_by_side import side_by_side
from services.asking import READERS, Sees, views_for
from services.front_desk import FrontDesk, SignedIn, only, signed_in, the_desk
from services.office import Conflict, Stale
from services.web.people_named import names_of_people
from services.web.reporting_page import about_a_person, by_section, slug_of
from services.web.reporting_page_about import UNKNOWN, reached
from services.web.reporting_page_gathered import gathered
from services.web.reporting_page_lists import STANDINGS, ReportFilter, report_register
from services.web.reporting_page_reminders import reminders_of, reminders_to_come
from services.web.reporting_page_versions import (
    checks_of,
    file_of,
    history_of,
    tables_of,
    timeline_of,
    version_of,
    versions_of,
)
from services.web.routes.asked import a_place_of_this_list, kept_day, past_day, with_query, words_of
from services.web.routes.orders import address_of
from services.web.routes.report_form import number_of
from services.web.shapes import Entry, Fault, Filter
from services.web.site import go, may, page, posted, text_of

LIMIT = 50
LONGEST = 3_900
"""Characters of a reason, so that the name of its section has room before it."""
REVIEWERS = frozenset({Role.CONTRACT_MANAGER})


def reports(request: Request) -> Response:
    """Reports with filters: those to review first asked for."""
    desk, who = the_desk(request), signed_in(request)
    picked, point = past_day(request)
    asked = words_of(request, "award", "provider", "period", "after")
    after, standing = asked.pop("after") or None, request.query_params.get("standing", "to-review")[:20]
    faults = [picked.fault] if picked.fault else []
    wanted = ReportFilter(standing if standing in STANDINGS else "to-review", **asked)
    if wanted.period:
        try:
            Period.parse(wanted.period.lower())
        except Refusal as wrong:
            faults.append(Fault(str(wrong).removesuffix("."), "filter-period"))
            wanted = ReportFilter(wanted.standing, wanted.award, wanted.provider)
    with views_for(desk.office, who.actor, Sees.OWN, point) as views, a_place_of_this_list():
        found = report_register(views, wanted, LIMIT, after)
    filters = [
        Filter("standing", "Standing", wanted.standing, [(key, words) for key, (words, _all) in STANDINGS.items()]),
        Filter("award", "Award or service", asked["award"]),
        Filter("provider", "Provider", asked["provider"]),
        Filter("period", "Period, like 2017-18-h1", asked["period"]),
    ]
    keep = {"standing": wanted.standing, **{name: said for name, said in asked.items() if said}}
    title = "Reports to review" if wanted.standing == "to-review" else "Reports"
    return page(
        request,
        "reports/reports.html",
        faults=faults,
        found=found,
        table=found.table.model_copy(update={"title": f"{title}: {found.count:,}"}),
        filters=filters,
        picked=picked,
        keep=keep,
        first=_with_standing(keep | kept_day(picked)) if after else None,
        older=_with_standing({**keep, **kept_day(picked), "after": found.after}) if found.after else None,
        address=lambda row: with_query(f"/reports/{row['award']}/{row['period']}", **kept_day(picked)),
        kept_day=kept_day(picked),
    )


def _with_standing(said: Mapping[str, str]) -> str:
    """The list's address; an empty standing is said, since it means any."""
    address = with_query("/reports", **said)
    return address if said["standing"] else f"{address}{'&' if '?' in address else '?'}standing="


@dataclass(frozen=True)
class Reviewed:
    """One report as it is read."""

    award: AwardRow
    report: ReportRow
    asked: Asked
    due: DueItem | None
    history: list[Recorded]
    tables: list[Table]
    sections: tuple[str, ...]
    reminders: tuple[Table, ...]
    today: date

    @property
    def address(self) -> str:
        """Of its page."""
        return f"/reports/{self.report.award}/{self.report.period}"


def _reviewed(request: Request, point: Any = None) -> Reviewed:
    """The report that an address names. Raises ``NotFound``, in the same words for what is out of reach."""
    desk, who = the_desk(request), signed_in(request)
    award = str(request.path_params["award"])
    period = reached(who, award, str(request.path_params["period"]))
    with views_for(desk.office, who.actor, Sees.WHOLE, point) as views:
        known = gathered(views, award, period)
        row, report, due = known.award, known.report_of(period), known.due
        if row is None or report is None:
            raise NotFound(UNKNOWN)
        asked = what_is_asked(known, award, period)
        return Reviewed(
            award=row,
            report=report,
            asked=asked,
            due=due,
            history=history_of(views, award, period.code),
            tables=_by_section(side_by_side(known, award, period.code)),
            sections=tuple(sheet.title for sheet in form_of(asked.owed)),
            reminders=() if due is None else (reminders_of(views, due), reminders_to_come(views, due)),
            today=views.today,
        )


def _by_section(whole: Table) -> list[Table]:
    """The lines side by side, a table to each section."""
    keys = [column.key for column in whole.columns]
    place, unit = keys.index("section"), keys.index("unit")
    sections = dict.fromkeys(str(row[place].value) for row in whole.rows)
    return [
        whole.model_copy(
            update={
                "name": f"side-by-side-{slug_of(section)}",
                "title": section[:1].upper() + section[1:],
                "rows": tuple(_in_pounds(row, unit) for row in whole.rows if row[place].value == section),
                "notes": (),
            }
        )
        for section in sections
    ]


def _in_pounds(row: Row, unit: int) -> Row:
    """Amounts are kept in pence and shown in pounds: their line says so."""
    return (*row[:unit], cell("pounds"), *row[unit + 1 :]) if row[unit].value == "pence" else row


def _page(
    request: Request,
    found: Reviewed,
    picked: Any,
    *,
    status: int = 200,
    faults: tuple[Fault, ...] = (),
    meanwhile: Sequence[Entry] = (),
) -> Response:
    who, report = signed_in(request), found.report
    versions = versions_of(found.history)
    now = picked.day is None
    moving = {"award": report.award, "schedule": REPORT_SCHEDULE, "period": report.period}
    can_move = now and found.due is not None and found.due.standing == "owed" and may(who, "move-obligation")
    return page(
        request,
        "reports/report.html",
        status=status,
        faults=[*([picked.fault] if picked.fault else []), *faults],
        found=found,
        report=report,
        picked=picked,
        versions=versions,
        version=versions[-1],
        checks=checks_of(found.asked, versions[-1].content),
        reasons=by_section(versions[-1].reasons, found.sections),
        timeline=timeline_of(found.history, _names(request)),
        meanwhile=meanwhile,
        may_accept=now and report.status in ("submitted", "corrected") and may(who, "accept-report"),
        may_send_back=now and report.status != "sent-back" and may(who, "send-back-report"),
        move=address_of("move-obligation", **moving) if can_move else None,
        seen=len(found.history),
    )


def report(request: Request) -> Response:
    """One report beside the last one, with its checks and what happened to it."""
    picked, point = past_day(request)
    return _page(request, _reviewed(request, point), picked)


def accept(request: Request, form: FormData) -> Response:
    """Accepts the report that was looked at; once, however often the form is sent."""
    found, seen = _reviewed(request), number_of(form, "seen")
    order = AcceptReport(award=found.report.award, period=found.report.period)
    try:
        written = _give(the_desk(request), signed_in(request), order, seen)
    except (Stale, Refusal, Conflict) as wrong:
        status = 412 if isinstance(wrong, Stale) else 409
        found = _reviewed(request)
        since = _since(request, found, seen) if status == 412 else ()
        faults = (Fault(str(wrong)),)
        return _page(request, found, past_day(request)[0], status=status, faults=faults, meanwhile=since)
    return go(found.address, done="accept-report" if written else None, same=None if written else "accept-report")


def _give(desk: FrontDesk, who: SignedIn, order: AcceptReport | SendBackReport, seen: int) -> bool:
    """Gives an order on a report as it was seen. Sent twice, it is given once: then it says that nothing was written.

    Raises what ``Office.do`` raises.
    """
    said = f"{who.person.id}\0{seen}\0{order.model_dump_json()}\0review"
    act = hashlib.sha256(said.encode()).hexdigest()[:32]
    if any(recorded.act == act for recorded in desk.office.log.stream(order.stream)):
        return False
    return bool(desk.office.do(order, who.actor, seen=seen, act=act))


def _send_back_page(
    request: Request,
    found: Reviewed,
    typed: Mapping[str, str],
    *,
    status: int = 200,
    faults: tuple[Fault, ...] = (),
    seen: int | None = None,
    meanwhile: Sequence[Entry] = (),
) -> Response:
    fields = [("whole", "The report as a whole"), *((slug_of(title), title) for title in found.sections)]
    return page(
        request,
        "reports/send_back.html",
        status=status,
        found=found,
        fields=fields,
        typed=typed,
        faults=faults,
        seen=len(found.history) if seen is None else seen,
        meanwhile=meanwhile,
    )


def show_send_back(request: Request) -> Response:
    """Where reasons are written, section by section."""
    return _send_back_page(request, _reviewed(request), {})


def send_back(request: Request, form: FormData) -> Response:
    """Sends a report back with the reasons and a day; once, however often the form is sent."""
    found, seen = _reviewed(request), number_of(form, "seen")
    titles = {"whole": "", **{slug_of(title): title for title in found.sections}}
    names = [f"reason-{slug}" for slug in titles]
    typed = {name: text_of(form, name).replace("\r\n", "\n") for name in (*names, "day", "month", "year")}
    faults, reasons = [], []
    for slug, title in titles.items():
        words, field = typed[f"reason-{slug}"], f"reason-{slug}"
        personal = about_a_person({field: words})
        if personal:
            faults.append(Fault(personal[field], field))
        elif len(words) > LONGEST:
            faults.append(Fault(f"A reason must be at most {LONGEST:,} characters long", field))
        elif words:
            reasons.append(f"{title}: {words}" if title else words)
    if not reasons and not faults:
        faults.append(Fault("Write at least one reason, for a section or for the report as a whole", "reason-whole"))
    by, wrong = _day_of(typed, found.today)
    if by is None or wrong or faults:
        faults += [wrong] if wrong else []
        return _send_back_page(request, found, typed, status=422, faults=tuple(faults), seen=seen)
    try:
        order = SendBackReport(
            award=found.report.award, period=found.report.period, reasons=tuple(reasons), correct_by=by
        )
        written = _give(the_desk(request), signed_in(request), order, seen)
    except ValidationError:
        fault = Fault("A reason holds a sign that cannot be recorded: write it in plain words", None)
        return _send_back_page(request, found, typed, status=422, faults=(fault,), seen=seen)
    except (Stale, Refusal, Conflict) as refusal:
        status = 412 if isinstance(refusal, Stale) else 409
        found = _reviewed(request)
        since = _since(request, found, seen) if status == 412 else ()
        return _send_back_page(request, found, typed, status=status, faults=(Fault(str(refusal)),), meanwhile=since)
    name = "send-back-report"
    return go(found.address, done=name if written else None, same=None if written else name)


def _since(request: Request, found: Reviewed, seen: int) -> Sequence[Entry]:
    """What happened to the report since somebody looked at it, the latest first."""
    return timeline_of(found.history, _names(request), after=seen)


def _names(request: Request) -> Mapping[str, str]:
    return names_of_people(the_desk(request))


def _day_of(typed: Mapping[str, str], today: date) -> tuple[date | None, Fault | None]:
    """The day by which it is to be corrected, or what is wrong with it."""
    lacking = next((part for part in ("day", "month", "year") if not typed[part]), None)
    if lacking is not None:
        return None, Fault(f"The day to correct it by must include a {lacking}", f"by-{lacking}")
    try:
        by = parse_day(f"{typed['day']}/{typed['month']}/{typed['year']}"[:40])
    except Refusal:
        return None, Fault("The day to correct it by must be a real date, like 30 11 2017", "by-day")
    return (None, Fault("The day to correct it by must not be in the past", "by-day")) if by < today else (by, None)


def version(request: Request) -> Response:
    """One version of a report, to be read."""
    found = _reviewed(request)
    one = version_of(found.history, str(request.path_params["version"]))
    tables = tables_of(found.award, one.framework, one.content)
    return page(request, "reports/version.html", found=found, version=one, tables=tables)


def file(request: Request) -> Response:
    """The file in which a version came, as it was received."""
    found = _reviewed(request)
    return file_of(the_desk(request).documents, version_of(found.history, str(request.path_params["version"])))


def make_router() -> APIRouter:
    """The pages of reports for the office."""
    router = APIRouter(include_in_schema=False)
    base = "/reports/{award}/{period}"
    readers: Any = {"response_model": None, "dependencies": [only(READERS)]}
    reviewers: Any = {"response_model": None, "dependencies": [only(REVIEWERS)]}
    for path, show in (
        ("/reports", reports),
        (base, report),
        (f"{base}/versions/{{version}}", version),
        (f"{base}/versions/{{version}}/file", file),
    ):
        router.add_api_route(path, show, methods=["GET"], **readers)
    router.add_api_route(f"{base}/accept", posted(accept), methods=["POST"], **reviewers)
    router.add_api_route(f"{base}/send-back", show_send_back, methods=["GET"], **reviewers)
    router.add_api_route(f"{base}/send-back", posted(send_back), methods=["POST"], **reviewers)
    return router
