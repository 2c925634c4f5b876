"""The auditor's pages: what happened, to anything, by anybody, at any time; the ledger of reminders; the registers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from domain.catalogue import NOUNS
from domain.errors import NotAllowed, NotFound, Refusal
from domain.kernel import Role
from domain.periods import parse_day
from domain.tables import Table
from projections.budgets import fund_and_year
from projections.monitoring import DueItem
from projections.paging import Page
from projections.reminder_answers import ReminderFilter, reminder_register
from projections.reminders import ReminderRow
from projections.reports import ReportRow, award_and_period
from projections.timelines import acts, happened_to, who_acted
from projections.views import Views
from services.asking import ABOUT, AUDITORS, LISTS, READERS, Sees, check_may, history_of, views_for
from services.channels.channel import is_one_line
from services.front_desk import FrontDesk, SignedIn, only, signed_in, the_desk
from services.web.people_named import names_of_people
from services.web.routes import record_checks as checks
from services.web.routes.record_registers import REGISTERS, register
from services.web.shapes import Entry, Fault, Filter
from services.web.site import page

LINES = 50
MOST_OF_A_REFERENCE = 300
_CALLED = {"seal": "the log's seals", "calendar": "days off", "chase": "steps of a chase", "job": "jobs"}
STANDINGS = ("queued", "tried", "sent", "refused", "dropped", "passed-over")


def index(request: Request) -> Response:
    """What can be looked up here."""
    return _index(request)


def _index(
    request: Request,
    *,
    faults: Sequence[Fault] = (),
    noun: str = "award",
    reference: str = "",
    status: int = 200,
) -> Response:
    """The ways to look something up, with what was typed and what is wrong with it."""
    desk, who = the_desk(request), signed_in(request)
    audits = bool(who.actor.roles & AUDITORS) and who.actor.awards is None
    return page(
        request,
        "records/index.html",
        status=status,
        faults=faults,
        noun=noun,
        reference=reference,
        people=_who_acted(desk, who) if audits else (),
        nouns=[(noun, _called(noun)) for noun in NOUNS],
        audits=audits,
        registers=[(f"/records/{name}", each.title, each.about) for name, each in REGISTERS.items()],
    )


def _offered(ids: Iterable[str], names: Mapping[str, str]) -> list[tuple[str, str]]:
    """People and jobs to choose from: the opaque id, and the name with it."""
    found = [(each, f"{names[each]} ({each})" if each in names else each) for each in ids]
    return sorted(found, key=lambda each: each[1].lower())


def _who_acted(desk: FrontDesk, who: SignedIn) -> list[tuple[str, str]]:
    """Everybody, and every job, that wrote something down. Three queries."""
    with views_for(desk.office, who.actor) as views:
        ids = who_acted(views)
    return _offered(ids, names_of_people(desk))


def _called(noun: str) -> str:
    words = _CALLED.get(noun, noun)
    return words[:1].upper() + words[1:]


def find(request: Request) -> Response:
    """Leads to the timeline of the thing that is asked for."""
    noun, reference = request.query_params.get("noun", ""), request.query_params.get("reference", "").strip()
    if noun == "seal":
        reference = reference or "log"
    reference = reference[:MOST_OF_A_REFERENCE]
    if noun not in NOUNS:
        fault = Fault("Choose what it is", "noun")
    elif not reference or not is_one_line(reference):
        fault = Fault(f"Enter the reference of the {_thing_in_words(noun)}", "reference")
    elif _is_there(request, noun, reference):
        return RedirectResponse(thing_at(noun, reference), 303)
    else:
        fault = Fault(f"There is no {_thing_in_words(noun)} of that reference: check how it is written", "reference")
    known = noun if noun in NOUNS else "award"
    return _index(request, faults=[fault], noun=known, reference=reference, status=422)


def _thing_in_words(noun: str) -> str:
    return {"seal": "seal", "calendar": "calendar of days off", "chase": "chase", "job": "job"}.get(noun, noun)


def _is_there(request: Request, noun: str, reference: str) -> bool:
    """Whether there is something of that reference, within reach."""
    desk, who = the_desk(request), signed_in(request)
    with views_for(desk.office, who.actor, Sees.WHOLE) as views:
        try:
            check_may(history_of(noun), who.actor, _about(views, noun, reference))
        except (NotFound, NotAllowed):
            return False
        return bool(views.history.stream(f"{noun}-{reference}"))


def thing_at(noun: str, reference: str) -> str:
    """The timeline of a thing."""
    return f"/records/{noun}/{quote(reference, safe='')}"


def page_at(noun: str, reference: str) -> str | None:
    """The page of a thing, where it has one of its own."""
    match noun:
        case "award":
            return f"/awards/{reference}"
        case "report":
            award, period = award_and_period(reference)
            return f"/reports/{award}/{period}"
        case "provider" | "return":
            return f"/{noun}s/{reference}"
        case "fund":
            return "/money/" + "/".join(fund_and_year(reference))
        case "decision":
            return "/records/decisions"
        case _:
            return None


def _entries(table: Table, *, named: bool) -> list[Entry]:
    """The lines of a timeline; of several things each says which it is about, and leads there."""
    return [
        Entry(
            title=f"{each['happened']}: {each['noun']} {each['reference']}" if named else str(each["happened"]),
            at=str(each["at"]),
            by=str(each["by"]),
            words=str(each["particulars"] or ""),
            href=thing_at(str(each["noun"]), str(each["reference"])) if named else None,
        )
        for each in table.records()
    ]


def _before(request: Request) -> int | None:
    said = request.query_params.get("before", "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 16 else None


def _day(request: Request, name: str, faults: list[Fault]) -> date | None:
    said = request.query_params.get(name, "").strip()
    if not said:
        return None
    try:
        return parse_day(said[:40])
    except Refusal:
        faults.append(Fault("The day must be a real date, like 30 September 2017", f"filter-{name}"))
        return None


def _days(request: Request, faults: list[Fault]) -> tuple[date | None, date | None]:
    """From which day until which; what is wrong with them goes to the faults."""
    since, until = _day(request, "from", faults), _day(request, "to", faults)
    if since is not None and until is not None and until < since:
        faults.append(Fault("The last day must be the first day, or a later one", "filter-to"))
    return since, until


def _filters(request: Request, *more: Filter) -> list[Filter]:
    days = [("from", "From, like 1 April 2018"), ("to", "Until, like 30 April 2018")]
    said = request.query_params
    return [*more, *(Filter(name, label, said.get(name, "")[:40]) for name, label in days)]


def _shown(
    request: Request, found: Page, title: str, filters: list[Filter], faults: list[Fault], *, named: bool, **more: Any
) -> Response:
    keep = {each.name: each.value for each in filters if each.value}
    path = request.url.path
    return page(
        request,
        "records/timeline.html",
        status=422 if faults else 200,
        faults=faults,
        title=title,
        entries=_entries(found.table, named=named),
        count=found.count,
        filters=filters,
        action=path,
        first=f"{path}?{urlencode(keep)}" if "before" in request.query_params else None,
        older=f"{path}?{urlencode({**keep, 'before': found.after})}" if found.after else None,
        **{"about": None, "leads": (), **more},
    )


def everything(request: Request) -> Response:
    """What happened in the office, the latest first. Three queries, and one of the log."""
    return _acts(request, None)


def by_person(request: Request) -> Response:
    """What one person, or one job, wrote down."""
    return _acts(request, request.query_params.get("by", "").strip()[:80])


def _nobody(request: Request, by: str) -> Response:
    words = "Nobody of that id has written anything down: choose from the list" if by else "Choose a person or a job"
    return _index(request, faults=[Fault(words, "by")], status=422)


def _acts(request: Request, by: str | None) -> Response:
    desk, who, faults = the_desk(request), signed_in(request), list[Fault]()
    check_may(ABOUT["timeline"], who.actor)
    since, until = _days(request, faults)
    names = names_of_people(desk)
    with views_for(desk.office, who.actor) as views:
        ids = [] if by is None else who_acted(views)
        somebody = by is None or by in ids
        found = acts(views, by, since, until, LINES, _before(request), names) if somebody else None
    if found is None:
        return _nobody(request, by or "")
    if by is None:
        return _shown(request, found, "Everything that happened", _filters(request), faults, named=True)
    filters = _filters(request, Filter("by", "Person or job", by, _offered(ids, names)))
    return _shown(request, found, f"Acts of {names.get(by, by)}", filters, faults, named=True)


def thing(request: Request) -> Response:
    """Everything that happened to one thing, the latest first."""
    desk, who = the_desk(request), signed_in(request)
    noun, reference = str(request.path_params["noun"]), str(request.path_params["reference"])
    if noun not in NOUNS or not is_one_line(reference):
        raise NotFound("There is nothing of that name.")
    with views_for(desk.office, who.actor, Sees.WHOLE) as views:
        check_may(history_of(noun), who.actor, _about(views, noun, reference))
        found = happened_to(views, f"{noun}-{reference}", LINES, _before(request), names_of_people(desk))
    if not found.count:
        raise NotFound("There is nothing of that name.")
    there = page_at(noun, reference)
    leads = [(f"Go to the page of this {noun}", there)] if there else []
    return _shown(request, found, f"{_called(noun)} {reference}", [], [], named=False, leads=leads)


def _about(views: Views, noun: str, reference: str) -> str | None:
    """The award that a thing is about, if it is about one."""
    rows: Mapping[str, tuple[type[Any], str]] = {
        "report": (ReportRow, reference),
        "reminder": (ReminderRow, reference),
        "obligation": (DueItem, f"obligation-{reference}"),
    }
    if noun in rows:
        kind, name = rows[noun]
        row = views.find(kind, name)
        return None if row is None else str(row.award)
    return reference if noun == "award" or (noun == "chase" and reference != "default") else None


def reminders(request: Request) -> Response:
    """The ledger of reminders, the latest first. One query."""
    desk, who, faults = the_desk(request), signed_in(request), list[Fault]()
    check_may(LISTS["reminders"], who.actor)
    said = request.query_params
    award, standing = said.get("award", "").strip()[:80], said.get("standing", "")
    since, until = _days(request, faults)
    wanted = ReminderFilter(
        award=award if award and is_one_line(award) else None,
        standing=standing if standing in STANDINGS else None,
        from_day=since,
        to_day=until,
    )
    choices = [("", "Any"), *((each, each.replace("-", " ").capitalize()) for each in STANDINGS)]
    filters = _filters(
        request, Filter("award", "Award", award), Filter("standing", "Standing", wanted.standing or "", choices)
    )
    with views_for(desk.office, who.actor, LISTS["reminders"].sees) as views:
        found = reminder_register(views, wanted, LINES, said.get("after") or None)
    keep = {each.name: each.value for each in filters if each.value}
    path = request.url.path
    return page(
        request,
        "records/reminders.html",
        status=422 if faults else 200,
        faults=faults,
        found=found,
        filters=filters,
        award=_award,
        first=f"{path}?{urlencode(keep)}" if "after" in said else None,
        older=f"{path}?{urlencode({**keep, 'after': found.after})}" if found.after else None,
        audits=bool(who.actor.roles & AUDITORS),
    )


def _award(record: Mapping[str, Any]) -> str:
    return f"/awards/{record['award']}"


OF_EVERY_AWARD = ("/timeline", "/acts", "/decisions", "/replay", "/seal")
"""What names the awards of the whole office one by one: for those who reach all of them."""


def make_router() -> APIRouter:
    """Every page of the records. What one person may look up and another not stands on each."""
    router = APIRouter(include_in_schema=False)

    def add(path: str, endpoint: Callable[..., Any], may: frozenset[Role], method: str = "GET") -> None:
        passing = [only(may, everything=path in OF_EVERY_AWARD)]
        router.add_api_route(f"/records{path}", endpoint, methods=[method], response_model=None, dependencies=passing)

    add("", index, READERS)
    add("/find", find, READERS)
    add("/timeline", everything, AUDITORS)
    add("/acts", by_person, AUDITORS)
    add("/reminders", reminders, LISTS["reminders"].may)
    add("/replay", checks.replay_page, AUDITORS)
    add("/seal", checks.seal, AUDITORS)
    for path, endpoint in checks.POSTED.items():
        add(path.removeprefix("/records"), endpoint, AUDITORS, "POST")
    add("/under-way/{key}", checks.work, AUDITORS)
    for name in REGISTERS:
        add(f"/{name}", register(name), READERS)
    add("/{noun}/{reference}", thing, ABOUT["history"].may)
    return router
