"""The awards: the register, and everything about one with what may be done about it; and the documents on file."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from domain.awards.award import AwardStatus
from domain.awards.events import Route
from domain.errors import NotFound
from domain.kernel import Role
from domain.tables import Table
from projections.award_register import AwardFilter, award_register
from projections.awards import AwardRow
from projections.budgets import FundRow
from projections.case_file import case_file
from projections.due_register import DueFilter, due_page
from projections.paging import Page
from projections.reminder_answers import ReminderFilter, reminder_register
from projections.reports import award_and_period
from projections.timelines import happened_around
from projections.views import Views
from services.api import downloads
from services.api.uploads import SHEETS_MAY
from services.asking import READERS, WITH_PROVIDERS, Sees, views_for
from services.front_desk import FrontDesk, SignedIn, only, signed_in, the_desk
from services.office import reaches
from services.web.forms.naming import option_words
from services.web.people_named import names_of_people
from services.web.routes.asked import a_place_of_this_list, idle, is_reference, kept_day, past_day, with_query, words_of
from services.web.routes.award_orders import (
    Way,
    Ways,
    if_any,
    way,
    ways_of_award,
    ways_of_condition,
    ways_of_due,
    ways_of_payment,
    ways_of_plan,
)
from services.web.shapes import Entry, Filter
from services.web.site import may, page
from services.web.standings import in_plain_words

UNKNOWN = "There is no such award."
LINES = 50
"""How many awards a page of the register has, and how many lines a page of a timeline."""
LATELY = 20
"""How many lines of the timeline stand on an award's page."""
MOST_DUE = 100
"""How many things owed stand there: more than four years of quarters and as many milestones."""
ENDING = {"0": "Before today", "90": "Before today or in the next 90 days", "365": "Before today or in the next year"}
SORTS = {
    "reference": "Reference",
    "provider": "Provider",
    "-amount": "Amount, largest first",
    "amount": "Amount, smallest first",
    "end": "Last day, earliest first",
    "-end": "Last day, latest first",
}

_FILTERS = ("q", "status", "fund", "year", "route", "ends", "provider")

PARTS = (
    ("money", "Money", ("shares", "passed", "profile", "spend", "surplus-plans")),
    ("conditions", "Conditions", ("conditions",)),
    ("payments", "Payments", ("payments",)),
    ("due", "Milestones and what is owed", ()),
    ("reports", "Reports", ("reports",)),
    ("decision", "Decision", ()),
    ("documents", "Documents", ("documents",)),
    ("partners", "Partners", ("pool", "contributions", "second-tier")),
    ("reminders", "Reminders", ()),
    ("timeline", "Timeline", ()),
)
"""The parts of an award's page: id, heading, and the tables of the case file in it."""
EMPTY = {
    "money": "No money is approved yet.",
    "conditions": "No condition holds its payments.",
    "payments": "No payment is planned or made.",
    "reports": "No report has come in.",
    "documents": "No document is on file.",
    "partners": "No partner, match funder or second tier is recorded.",
}


def _ends_before(said: str, today: date) -> date | None:
    return today + timedelta(days=int(said)) if said in ENDING else None


def _funds(views: Views) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The funds and years there are to choose from. One query."""
    rows = views.rows(FundRow)
    titles = {row.fund: row.title for row in rows}
    return sorted(titles.items(), key=lambda each: each[1].lower()), [
        (year, year) for year in sorted({row.year for row in rows}, reverse=True)
    ]


def _chosen(name: str, label: str, asked: Mapping[str, str], choices: Sequence[tuple[str, str]]) -> Filter:
    return Filter(name, label, asked.get(name, ""), [("", "All"), *choices])


def show_register(request: Request) -> Response:
    """The register of awards, searched and filtered, a page at a time."""
    desk, who = the_desk(request), signed_in(request)
    asked = words_of(request, *_FILTERS, "sort", "after")
    picked, then = past_day(request)
    sort = asked["sort"] if asked["sort"] in SORTS else "reference"
    with views_for(desk.office, who.actor, Sees.OWN, then) as views:
        wanted = AwardFilter(
            text=asked["q"],
            status=asked["status"] or None,
            fund=asked["fund"] or None,
            year=asked["year"] or None,
            route=asked["route"] or None,
            provider=asked["provider"] or None,
            ends_before=_ends_before(asked["ends"], views.today),
        )
        order, down = sort.removeprefix("-"), sort.startswith("-")
        with a_place_of_this_list():
            found = award_register(views, wanted, order, down=down, limit=LINES, after=asked["after"] or None)
        funds, years = _funds(views)
    kept = {name: asked[name] for name in (*_FILTERS, "sort")} | kept_day(picked)
    filters = [
        Filter("q", "Search", asked["q"]),
        _chosen("status", "Status", asked, [(each.value, in_plain_words(each.value)) for each in AwardStatus]),
        *([_chosen("fund", "Fund", asked, funds), _chosen("year", "Year", asked, years)] if funds else []),
        _chosen("route", "Route", asked, [(each.value, option_words(each)) for each in Route]),
        _chosen("ends", "Ends", asked, list(ENDING.items())),
    ]
    hidden = {name: asked[name] for name in ("sort", "provider")} | kept_day(picked)
    return page(
        request,
        "awards/register.html",
        faults=[picked.fault] if picked.fault else (),
        found=found,
        filters=filters,
        keep={name: words for name, words in hidden.items() if words},
        keep_all={name: words for name, words in kept.items() if words and name != "as-at"},
        picked=picked,
        sorts=[
            (words, None if key == sort else with_query("/awards", **(kept | {"sort": key})))
            for key, words in SORTS.items()
        ],
        first=with_query("/awards", **kept) if asked["after"] else None,
        further=with_query("/awards", **kept, after=found.after) if found.after else None,
        narrowed=any(asked[name] for name in _FILTERS),
        of_provider=asked["provider"],
        day_said=kept_day(picked).get("as-at"),
        links={"award": lambda row: with_query(f"/awards/{row['award']}", **kept_day(picked))},
        without=idle(found.table, "route", "starts_on"),
        may_register=may(who, "register-award"),
        may_load=bool(who.actor.roles & SHEETS_MAY) and who.actor.awards is None,
    )


def show_award(request: Request) -> Response:
    """Everything about one award. Raises ``NotFound``."""
    desk, who, award = the_desk(request), signed_in(request), str(request.path_params["award"])
    _check_reach(who, award)
    picked, then = past_day(request)
    with views_for(desk.office, who.actor, Sees.WHOLE, then) as views:
        tables = {table.name: table for table in _case_file(views, award)}
        row = views.find(AwardRow, award) if _is_of_office(who) else None
        due = due_page(views, DueFilter(award=award), (), MOST_DUE, None)
        reminded = reminder_register(views, ReminderFilter(award=award), 5) if _is_of_office(who) else None
        happened = happened_around(views, award, LATELY, None, names_for(desk, who), _streams(award, tables, due))
        today = views.today
    is_now, said = then is None, {str(fact["what"]): str(fact["said"]) for fact in tables["facts"].records()}
    del tables["timeline"]  # here with what happened to its reports and to what it owes
    parts = [
        (key, heading, [tables[name] for name in names if name in tables], EMPTY.get(key))
        for key, heading, names in PARTS
    ]
    return page(
        request,
        "awards/award.html",
        faults=[picked.fault] if picked.fault else (),
        award=award,
        service=said["Service"],
        standing=said["Status"],
        facts=tables["facts"],
        decision=tables.get("decision"),
        parts=[part for part in parts if part[0] != "reminders" or reminded is not None],
        due=due,
        reminded=None if reminded is None else reminded.table.model_copy(update={"notes": ()}),
        reminded_count=0 if reminded is None else reminded.count,
        picked=picked,
        is_now=is_now,
        is_of_office=_is_of_office(who),
        orders=ways_of_award(who, award, said["Status"], _not_yet(tables, said)) if is_now else [],
        ways=_ways_of_rows(who, award, today, tables) if is_now else {},
        due_ways=if_any(due.table, lambda line: ways_of_due(who, line, today)) if is_now else None,
        lately=told(who, happened.table),
        events=happened.count,
        links=_LINKS,
        due_links={"title": due_link} if _is_of_office(who) else {},
        idle=idle,
        to_attach=way("attach-document", f"award {award}", {"award": award}, kind="evidence")
        if request.query_params.get("done") == "complete-milestone" and may(who, "attach-document")
        else None,
        facts_links={} if row is None else _leads(row),
        day_said=kept_day(picked).get("as-at"),
    )


def _check_reach(who: SignedIn, award: str) -> None:
    """Raises ``NotFound``: what is out of reach is not there."""
    if not is_reference(award) or not reaches(who.actor, award):
        raise NotFound(UNKNOWN)


def _is_of_office(who: SignedIn) -> bool:
    return bool(who.actor.roles & READERS)


def _not_yet(tables: Mapping[str, Table], facts: Mapping[str, str]) -> set[str]:
    """Orders about things of which this award has none."""
    found = set() if "contributions" in tables else {"receive-contribution", "record-partner-withdrawal"}
    if facts["Route"] != "single tender":
        found.add("record-single-tender")
    return found | (set() if "shares" in tables else {"plan-surplus", "report-spend"})


def _ways_of_rows(who: SignedIn, award: str, today: date, tables: Mapping[str, Table]) -> dict[str, Ways]:
    """What may be done about the rows of a table, by its name; of tables with nothing to do about them, nothing."""
    waits = "conditions" in tables and any(row["standing"] == "open" for row in tables["conditions"].records())
    all_ways: dict[str, Ways] = {
        "payments": lambda row: ways_of_payment(who, award, row, today, waits=waits),
        "conditions": lambda row: ways_of_condition(who, award, row, today),
        "surplus-plans": lambda row: ways_of_plan(who, award, row),
        "reports": lambda row: [Way("See the report", f"/reports/{award}/{row['period']}", str(row["period"]))],
    }
    if not _is_of_office(who):
        del all_ways["reports"]  # a provider sees its own on pages of its own
    found = {name: if_any(tables[name], ways) for name, ways in all_ways.items() if name in tables}
    return {name: ways for name, ways in found.items() if ways is not None}


_LINKS: dict[str, dict[str, Callable[[Mapping[str, Any]], str | None]]] = {
    "shares": {"fund": lambda row: f"/money/{row['fund']}/{row['year']}"},
    "documents": {"title": lambda row: f"/documents/{row['sha256']}"},
}
"""Where the cells of a table lead, by its name."""


def due_link(row: Mapping[str, Any]) -> str:
    """Where a row of what is owed leads: an obligation has a page, a milestone stands on its award's."""
    if row["kind"] == "milestone":
        return f"/awards/{row['award']}#due"
    return f"/due/{row['award']}/{row['name']}/{row['period']}"


def _leads(row: AwardRow) -> dict[str, str]:
    """Which particulars of an award lead to other pages."""
    found = {} if row.provider is None else {"Provider": f"/providers/{row.provider}"}
    return found | ({} if row.reissued_as is None else {"Reissued as": f"/awards/{row.reissued_as}"})


def _case_file(views: Views, award: str) -> list[Table]:
    """Raises ``NotFound`` in the words of what is out of reach."""
    try:
        return case_file(views, award)
    except NotFound:
        raise NotFound(UNKNOWN) from None


def _streams(award: str, tables: Mapping[str, Table], due: Page) -> list[str] | None:
    """The streams of an award's reports and obligations, from what was read of it; nothing, if that is not all."""
    if due.count > len(due.table.rows):
        return None
    reports = tables["reports"].records() if "reports" in tables else ()
    owed = (row for row in due.table.records() if row["kind"] != "milestone")
    return [
        *(f"report-{award}.{row['period']}" for row in reports),
        *(f"obligation-{award}.{row['name']}.{row['period']}" for row in owed),
    ]


def names_for(desk: FrontDesk, who: SignedIn) -> Mapping[str, str] | None:
    """The names of people as the address book has them, for the people of the office alone."""
    return names_of_people(desk) if _is_of_office(who) else None


def told(who: SignedIn, table: Table) -> list[Entry]:
    """A timeline, with who did what for the people of the office alone; a report or an obligation is named."""
    return [
        Entry(
            title=_happened(record),
            at=str(record["at"]),
            by=str(record["by"]) if _is_of_office(who) else None,
            words=str(record["particulars"] or ""),
            href=_leads_to(record) if _is_of_office(who) else None,
        )
        for record in table.records()
    ]


def _happened(record: Mapping[str, Any]) -> str:
    """``Report accepted: 2017-18-h1``; ``Obligation moved: outcome report, 2017-18-h1``."""
    happened, reference = str(record["happened"]), str(record["reference"])
    if record["noun"] == "report":
        return f"{happened}: {award_and_period(reference)[1]}"
    if record["noun"] == "obligation":
        named, _dot, period = reference.rpartition(".")
        return f"{happened}: {named.rpartition('.')[2].replace('-', ' ')}, {period}"
    return happened


def _leads_to(record: Mapping[str, Any]) -> str | None:
    if record["noun"] != "report":
        return None
    award, period = award_and_period(str(record["reference"]))
    return f"/reports/{award}/{period}"


def show_timeline(request: Request) -> Response:
    """Everything that happened to an award, its reports and what it owes, a page at a time. Raises ``NotFound``."""
    desk, who, award = the_desk(request), signed_in(request), str(request.path_params["award"])
    _check_reach(who, award)
    said = request.query_params.get("before", "")
    before = int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else None
    with views_for(desk.office, who.actor, Sees.WHOLE) as views:
        found = happened_around(views, award, LINES, before, names_for(desk, who))
    if not found.count:
        raise NotFound(UNKNOWN)
    path = f"/awards/{award}/timeline"
    return page(
        request,
        "awards/timeline.html",
        award=award,
        count=found.count,
        happened=told(who, found.table),
        first=path if before is not None else None,
        further=with_query(path, before=found.after) if found.after else None,
    )


def make_router() -> APIRouter:
    """The register, each award, and documents."""
    router = APIRouter(include_in_schema=False)

    def add(path: str, endpoint: Callable[[Request], Response], may: frozenset[Role]) -> None:
        router.add_api_route(path, endpoint, methods=["GET"], response_model=None, dependencies=[only(may)])

    add("/awards", show_register, READERS)
    add("/awards/{award}", show_award, WITH_PROVIDERS)
    add("/awards/{award}/timeline", show_timeline, WITH_PROVIDERS)
    add("/documents/{sha256}", downloads.document, downloads.DOCUMENT.may)
    return router
