"""A report filled in on pages: its sections one by one, the answers checked, and sent by whoever certifies them."""

import hashlib
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from domain.errors import NotAllowed, NotFound, Refusal
from domain.kernel import Role
from domain.reports.commands import CorrectReport, SubmitReport
from services.front_desk import only
from services.http.problem import Raised
from services.office import Conflict, Stale
from services.provider_form import entries, prompt
from services.web.reporting_page import TICK, WHY, Section, about_a_person, names_of, order_of, read_section, shown
from services.web.reporting_page_about import About, about_of
from services.web.reporting_page_draft import EXPLAINED, Changed, alone, draft_of, forget, keep
from services.web.shapes import Fault
from services.web.site import go, page, posted, text_of

PROVIDERS = frozenset({Role.PROVIDER})
_OWN_FIELDS = frozenset({"csrf_token", "mark", "go"})
LONGEST_REASON = 4_000


def fields_of(form: FormData, known: frozenset[str]) -> dict[str, str]:
    """What a form says, each field once and none that its page does not have. Raises ``Raised``."""
    found: dict[str, str] = {}
    for name, said in form.multi_items():
        if name in _OWN_FIELDS:
            continue
        if name not in known or name in found or not isinstance(said, str):
            raise Raised(422, "The form holds something that this page does not ask for. Open the page again.")
        if "\0" in said:
            raise Raised(422, "The form holds a sign that cannot be kept. Open the page again.")
        text = said.replace("\r\n", "\n").strip()
        if text:
            found[name] = text
    return found


def number_of(form: FormData, name: str) -> int:
    """A whole number that a page of ours put into its form. Raises ``Raised``."""
    said = text_of(form, name)
    if len(form.getlist(name)) != 1 or not (said.isascii() and said.isdecimal() and len(said) < 10):
        raise Raised(422, "The form is not whole. Open the page again.")
    return int(said)


class Entry:
    """One line of a section as its page shows it."""

    def __init__(self, about: About, number: int, line: Any, said: Mapping[str, str], wrong: Mapping[str, str]) -> None:
        self.line, self.id = line, f"entry-{number}"
        self.typed = said.get(line.key, "")
        self.ticked = TICK + line.key in said
        self.tick = TICK + line.key
        self.error = wrong.get(line.key)
        before = {} if about.asked.before is None else entries(about.asked.before)
        self.last = shown(line, before[line.key]) if line.key in before and line.kind != "words" else None
        self.prompt = prompt(line) if line.kind == "words" else line.note


def task_list(request: Request) -> Response:
    """One report: when it is due, what is to be done, and the two ways to do it."""
    about = about_of(request)
    return page(request, "owed/report.html", about=about)


def _section_page(
    request: Request,
    about: About,
    section: Section,
    said: Mapping[str, str],
    wrong: Mapping[str, str],
    *,
    status: int = 200,
    theirs: Mapping[str, str] | None = None,
    note: str | None = None,
) -> Response:
    shown_ones = [Entry(about, number, line, said, wrong) for number, line in enumerate(section.lines, 1)]
    faults = [Fault(each.error, each.id) for each in shown_ones if each.error]
    if note is not None:
        faults.insert(0, Fault(note, None))
    others = []
    if theirs is not None:
        for line in section.lines:
            mine, kept = said.get(line.key, ""), theirs.get(line.key, "")
            if (mine, TICK + line.key in said) != (kept, TICK + line.key in theirs):
                others.append((line, kept or ("not known" if TICK + line.key in theirs else "nothing")))
    groups: list[tuple[str, list[Entry]]] = []
    for each in shown_ones:
        if not groups or groups[-1][0] != each.line.heading:
            groups.append((each.line.heading, []))
        groups[-1][1].append(each)
    place = about.sections.index(section)
    return page(
        request,
        "owed/section.html",
        status=status,
        about=about,
        section=section,
        place=place + 1,
        groups=groups,
        faults=faults,
        others=others,
        mark=about.draft.mark(section.slug),
        reasons=about.reasons.get(section.title, []),
    )


def show_section(request: Request) -> Response:
    """One section, as it is kept."""
    about = about_of(request)
    section = about.section(str(request.path_params["section"]))
    said = about.said.get(section.slug, {})
    wrong = read_section(section, said).wrong if section.slug in about.draft.parts else {}
    empty = read_section(section, said).empty
    return _section_page(request, about, section, said, {k: v for k, v in wrong.items() if k not in empty})


def _kept(about: About, part: str, said: dict[str, str], mark: int) -> About:
    draft = keep(about.desk, about.who, about.award, about.period, part, said, mark)
    return About(about.desk, about.who, about.asked, about.due, about.report, about.today, draft)


def _now(about: About) -> About:
    """The same with what is kept at this moment."""
    draft = draft_of(about.desk, about.award, about.period)
    return About(about.desk, about.who, about.asked, about.due, about.report, about.today, draft)


def save_section(request: Request, form: FormData) -> Response:
    """Keeps a section as it was typed, and leads on when everything in it can be read."""
    about = about_of(request)
    section = about.section(str(request.path_params["section"]))
    said, mark = fields_of(form, names_of(section)), number_of(form, "mark")
    personal = about_a_person(said)
    fit = {name: text for name, text in said.items() if name not in personal}
    try:
        about = _kept(about, section.slug, fit, mark) if fit or not said else about
    except Changed:
        now = _now(about)
        note = f"{now.draft.who(about.who.person.id)} saved this section after you opened it. See what differs below"
        if now.draft.kept is None:
            note = "The report was sent after you opened this section. See below what differs from what was sent"
        theirs = now.said.get(section.slug, {})
        return _section_page(request, now, section, said, {}, status=412, theirs=theirs, note=note)
    except Refusal as too_much:
        return _section_page(request, about, section, said, {}, status=422, note=str(too_much))
    read = read_section(section, said)
    leaving = text_of(form, "go") == "later"
    wrong = personal if leaving else {**read.wrong, **personal}
    if wrong:
        return _section_page(request, about, section, said, wrong, status=422)
    place = about.sections.index(section)
    if leaving or place + 1 == len(about.sections):
        return go(about.address if leaving else f"{about.address}/check", done="kept")
    return go(f"{about.address}/section/{about.sections[place + 1].slug}")


def _check_page(
    request: Request,
    about: About,
    why: Mapping[str, str],
    wrong: Mapping[str, str],
    *,
    status: int = 200,
    note: str | None = None,
) -> Response:
    whole = about.whole
    faults = [Fault(note, None)] if note else []
    faults += [Fault(wrong[odd.name], f"odd-{n}") for n, odd in enumerate(whole.odd, 1) if odd.name in wrong]
    answers = []
    for section in about.sections:
        read = whole.sections[section.slug]
        rows = []
        for number, line in enumerate(section.lines, 1):
            if line.kind == "words":
                said = read.texts.get(line.key, "nothing said")
            elif line.key in read.wrong:
                said = ""
            else:
                said = shown(line, read.figures[line.key])
            rows.append((line, said, f"{about.address}/section/{section.slug}#entry-{number}"))
        answers.append((section, read, rows))
    return page(
        request,
        "owed/check.html",
        status=status,
        about=about,
        answers=answers,
        why={odd.name: why.get(odd.line.key, "") for odd in whole.odd},
        wrong=wrong,
        faults=faults,
        mark=about.draft.mark(EXPLAINED),
    )


def show_check(request: Request) -> Response:
    """Every answer, what is missing, and what looks odd."""
    about = about_of(request)
    return _check_page(request, about, about.why, {})


def save_check(request: Request, form: FormData) -> Response:
    """Keeps the explanations of what looks odd, and leads on when everything is explained."""
    about = about_of(request)
    fields = fields_of(form, frozenset(WHY + line.key for section in about.sections for line in section.lines))
    mark = number_of(form, "mark")
    why = {odd.line.key: fields[odd.name] for odd in about.whole.odd if odd.name in fields}
    personal = about_a_person(why)
    told = {odd.name: personal[odd.line.key] for odd in about.whole.odd if odd.line.key in personal}
    try:
        if about.whole.odd:
            kept = {key: text for key, text in why.items() if key not in personal}
            about = _kept(about, EXPLAINED, kept, mark)
    except Changed:
        now = _now(about)
        note = f"{now.draft.who(about.who.person.id)} wrote explanations after you opened the page. Compare, then save"
        if now.draft.kept is None:
            note = "The report was sent after you opened this page. Look at it before you change anything"
        return _check_page(request, now, why, {}, status=412, note=note)
    except Refusal as too_much:
        return _check_page(request, about, why, {}, status=422, note=str(too_much))
    if text_of(form, "go") == "later" and not told:
        return go(about.address, done="kept")
    whole = about.whole
    if told or whole.content is None:
        lacking = whole.nothing or (None if whole.is_filled_in else "Some sections are not finished. See them below")
        return _check_page(request, about, why, {**whole.unexplained, **told}, status=422, note=lacking)
    return go(f"{about.address}/send")


def _version(about: About) -> int:
    return about.desk.office.version_of(SubmitReport.aggregate, f"report-{about.award}.{about.period}")


def _send_page(
    request: Request, about: About, *, status: int = 200, faults: tuple[Fault, ...] = (), reason: str = ""
) -> Response:
    return page(
        request,
        "owed/send.html",
        status=status,
        about=about,
        faults=faults,
        reason=reason,
        version=_version(about),
        number=about.draft.number,
    )


def show_send(request: Request) -> Response:
    """The declaration, once everything is filled in and explained."""
    about = about_of(request)
    if about.whole.content is None:
        return go(f"{about.address}/check")
    return _send_page(request, about)


def send(request: Request, form: FormData) -> Response:
    """Records the report as declared: what was shown, once however often the form is sent."""
    about = about_of(request)
    if not about.who.actor.certifies:
        raise NotAllowed("This is declared and sent by the provider's certifier. What you prepared is kept for them.")
    version, number = number_of(form, "version"), number_of(form, "number")
    act = _act(about, version, number)
    with alone(about.desk, about.award, about.period):
        if _has(about, act):
            return go(about.address, done=_name(version))
        about = _now(about)
        if about.draft.number != number:
            words = "Something was changed after you opened the page. Check the answers again, then declare them"
            return _send_page(request, about, status=412, faults=(Fault(words),), reason=text_of(form, "reason"))
        content = about.whole.content
        if content is None:
            return go(f"{about.address}/check")
        faults = _of_declaration(about, form)
        if faults:
            return _send_page(request, about, status=422, faults=faults, reason=text_of(form, "reason"))
        order = order_of(about.asked, content, about.today, text_of(form, "reason"))
        return _give(request, about, order, version, act)


def _act(about: About, version: int, number: int) -> str:
    said = f"{about.award}\0{about.period}\0{version}\0{number}\0report-page"
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _name(version: int) -> str:
    return "correct-report" if version else "submit-report"


def _has(about: About, act: str) -> bool:
    stream = f"report-{about.award}.{about.period}"
    return any(recorded.act == act for recorded in about.desk.office.log.stream(stream))


def _of_declaration(about: About, form: FormData) -> tuple[Fault, ...]:
    faults = []
    reason = text_of(form, "reason")
    if about.asked.status is not None:
        if not reason:
            faults.append(Fault("Say why the report is corrected", "reason"))
        elif len(reason) > LONGEST_REASON:
            faults.append(Fault(f"The reason must be at most {LONGEST_REASON:,} characters long", "reason"))
        elif about_a_person({"reason": reason}):
            faults.append(Fault(about_a_person({"reason": reason})["reason"], "reason"))
    if text_of(form, "declared") != "yes":
        faults.append(Fault("Tick the box to declare that the figures are complete and correct", "declared"))
    return tuple(faults)


def _give(request: Request, about: About, order: SubmitReport | CorrectReport, version: int, act: str) -> Response:
    name = "submit-report" if isinstance(order, SubmitReport) else "correct-report"
    reason = order.reason if isinstance(order, CorrectReport) else ""
    try:
        written = about.desk.office.do(order, about.who.actor, seen=version, act=act)
    except Stale:
        words = "The report was changed by somebody else after you opened the page. Look at it again before you send it"
        return _send_page(request, about, status=412, faults=(Fault(words),), reason=reason)
    except (Refusal, Conflict, NotFound) as refusal:
        status = 404 if isinstance(refusal, NotFound) else 409
        return _send_page(request, about, status=status, faults=(Fault(str(refusal)),), reason=reason)
    forget(about.desk, about.award, about.period)
    return go(about.address, done=name if written else None, same=None if written else name)


def make_router() -> APIRouter:
    """The pages of one report."""
    router = APIRouter(include_in_schema=False)
    base = "/owed/{award}/{period}"
    for path, show, take in (
        (base, task_list, None),
        (f"{base}/section/{{section}}", show_section, save_section),
        (f"{base}/check", show_check, save_check),
        (f"{base}/send", show_send, send),
    ):
        more: Any = {"response_model": None, "dependencies": [only(PROVIDERS)]}
        router.add_api_route(path, show, methods=["GET"], **more)
        if take is not None:
            router.add_api_route(path, posted(take), methods=["POST"], **more)
    return router
