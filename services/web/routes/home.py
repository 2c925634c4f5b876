"""The first page, by role: what needs whoever looks today. And the accessibility statement, for anybody."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from domain.errors import NotFound
from domain.kernel import Role
from domain.tables import Table
from projections.paging import Page
from projections.today import today
from services.asking import READERS, Sees, views_for
from services.front_desk import ANYBODY, FrontDesk, SignedIn, only, signed_in, the_desk
from services.web.people_named import names_of_people, with_names
from services.web.routes.asked import idle
from services.web.routes.award_orders import Way, Ways, if_any, ways_of_due
from services.web.routes.awards import due_link
from services.web.routes.orders import address_of
from services.web.site import page, sign_in_page

SHORT = 5
"""How many rows a list has here."""
HOMES = (Role.CONTRACT_MANAGER, Role.FINANCE, Role.COMMISSIONER, Role.ADMINISTRATOR)
"""Whose day is shown on this page; of somebody with several of these roles, the first."""
ELSEWHERE = ((Role.AUDITOR, "/records"), (Role.PROVIDER, "/owed"))
"""Where others begin."""
OFFICES = {
    Role.CONTRACT_MANAGER: "contract manager",
    Role.FINANCE: "finance",
    Role.COMMISSIONER: "commissioner",
    Role.ADMINISTRATOR: "administrator",
}

ALL_OF = {
    "overdue": "/due?standing=overdue",
    "due-soon": "/due?standing=due&within=14",
    "reports-to-review": "/reports",
    "payments-waiting": "/money/payments?standing=held",
    "returns-open": "/returns",
    "awards-ending": "/awards?status=approved&ends=90",
    "awards-to-approve": "/awards?status=registered",
    "over-committed": "/money",
    "addresses-bounced": "/people",
}
"""Where a list goes on; any other has a page of its own here."""

_WITHOUT: dict[str, tuple[str, ...]] = {
    "overdue": ("done_on", "standing", "kind"),
    "due-soon": ("done_on", "standing", "days_late", "kind"),
    "messages-failed": ("reminder", "person"),
    "reports-to-review": ("report", "service"),
    "payments-waiting": ("service", "fund", "year", "status"),
    "payments-due": ("service",),
    "awards-to-approve": ("route",),
}
_TAGS = {"status", "standing"}


def _award(row: Mapping[str, Any]) -> str | None:
    return f"/awards/{row['award']}"


def _fund(row: Mapping[str, Any]) -> str:
    return f"/money/{row['fund']}/{row['year']}"


_LEADS: dict[str, Callable[[Mapping[str, Any]], str | None]] = {"award": _award, "fund": _fund}


def _links(table: Table) -> dict[str, Callable[[Mapping[str, Any]], str | None]]:
    keys = {column.key for column in table.columns}
    found = {key: lead for key, lead in _LEADS.items() if key in keys}
    if table.name in ("overdue", "due-soon"):
        found["title"] = due_link
    if table.name == "returns-open":
        found["period"] = lambda row: f"/returns/{row['period']}"
    return found


def _reminders(row: Mapping[str, Any]) -> list[Way]:
    """The way to the reminders of what a provider owes; a milestone has no page of its own."""
    if row["kind"] == "milestone":
        return []
    return [Way("See reminders", due_link(row), f"{row['title']}, {row['period']}, award {row['award']}")]


def _ways(who: SignedIn, table: Table, day: date) -> Ways | None:
    """What may be done about a row of a list, if anything."""
    match table.name:
        case "overdue" | "due-soon":
            return lambda row: [*_reminders(row), *ways_of_due(who, row, day)[:1]]
        case "reports-to-review" if Role.CONTRACT_MANAGER in who.actor.roles:
            return lambda row: [
                Way("Review", f"/reports/{row['award']}/{row['period']}", f"report {row['award']} {row['period']}")
            ]
        case "payments-waiting":
            return lambda row: [Way("See what holds it", f"/awards/{row['award']}#conditions", f"{row['payment']}")]
        case "awards-to-approve" if Role.COMMISSIONER in who.actor.roles:
            return lambda row: [
                Way("Approve", address_of("approve-award", award=str(row["award"])), f"award {row['award']}")
            ]
        case _:
            return None


def _shown(who: SignedIn, each: Page, day: date, rows: int | None) -> dict[str, Any]:
    """A list as the template takes it."""
    table = each.table.model_copy(update={"rows": each.table.rows[:rows], "notes": ()})
    keys = {column.key for column in table.columns}
    ways = _ways(who, table, day)
    return {
        "table": table,
        "count": each.count,
        "more": each.count > len(table.rows),
        "whole": ALL_OF.get(table.name, f"/today/{table.name}"),
        "links": _links(table),
        "tags": sorted(_TAGS & keys),
        "without": idle(table, *_WITHOUT.get(table.name, ())),
        "ways": None if ways is None else if_any(table, ways),
    }


def _with_names(desk: FrontDesk, lists: Sequence[Page]) -> list[Page]:
    """The lists, with the people by their names who did what stands there. One query, if anybody did anything."""
    if not any(column.key == "by" for each in lists for column in each.table.columns):
        return list(lists)
    names = names_of_people(desk)
    return [replace(each, table=with_names(each.table, names, "by")) for each in lists]


def _role(who: SignedIn, wanted: str | None) -> Role | None:
    """Whose day is shown."""
    own = [role for role in HOMES if role in who.actor.roles]
    return next((role for role in own if role.value == wanted), own[0] if own else None)


def show_home(request: Request) -> Response:
    """What needs whoever looks today; for others the page on which they begin; for nobody known, the sign-in page."""
    desk = the_desk(request)
    who = desk.who(request)
    if who is None:
        return sign_in_page(request, desk)
    role = _role(who, request.query_params.get("as"))
    if role is None:
        to = next((path for role, path in ELSEWHERE if role in who.actor.roles), "/accessibility")
        return RedirectResponse(f"{to}?{request.url.query}" if request.url.query else to, 303)
    with views_for(desk.office, who.actor, Sees.OWN) as views:
        found, day = today(views, role), views.today
    facts = next((each.table for each in found.lists if each.table.name == "facts"), None)
    named = _with_names(desk, [each for each in found.lists if each.table.name != "facts"])
    lists = [_shown(who, each, day, SHORT) for each in named]
    return page(
        request,
        "home/home.html",
        today=day,
        role=role.value,
        others=[(each.value, OFFICES[each]) for each in HOMES if each in who.actor.roles and each is not role],
        lists=[each for each in lists if each["count"]],
        empty=[each["table"].title for each in lists if not each["count"]],
        facts=facts,
    )


def show_list(request: Request) -> Response:
    """One list of today's as far as it is held ready."""
    desk, who = the_desk(request), signed_in(request)
    role, name = _role(who, request.query_params.get("as")), request.path_params["name"]
    if role is None or role is Role.ADMINISTRATOR:
        raise NotFound("There is no such list.")
    with views_for(desk.office, who.actor, Sees.OWN) as views:
        found, day = today(views, role), views.today
    each = next((each for each in found.lists if each.table.name == name), None)
    if each is None:
        raise NotFound("There is no such list.")
    [each] = _with_names(desk, [each])
    return page(request, "home/list.html", today=day, each=_shown(who, each, day, None), shown=len(each.table.rows))


def show_accessibility(request: Request) -> Response:
    """How accessible these pages are, and whom to tell."""
    return page(request, "home/accessibility.html", contact=the_desk(request).settings.mail_from)


def make_router() -> APIRouter:
    """The first page and the statement."""
    router = APIRouter(include_in_schema=False)
    anybody: Any = {"response_model": None, "dependencies": [Depends(ANYBODY)]}
    router.add_api_route("/", show_home, methods=["GET"], **anybody)
    router.add_api_route("/accessibility", show_accessibility, methods=["GET"], **anybody)
    router.add_api_route("/today/{name}", show_list, methods=["GET"], response_model=None, dependencies=[only(READERS)])
    return router
