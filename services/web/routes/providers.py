"""Providers: the list of them, and one with what it was awarded and paid, reported, and owes."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import ColumnElement, func, or_, select

from domain.errors import NotFound
from domain.kernel import Role
from domain.providers.events import Status
from domain.tables import Column, Missing, Table, cell
from projections.award_register import MOST_WORDS
from projections.paging import Order, page_of
from projections.provider_page import provider_page
from projections.providers import ProviderRow
from projections.views import Views
from services.asking import READERS, Sees, views_for
from services.front_desk import only, signed_in, the_desk
from services.web.routes.asked import a_place_of_this_list, idle, is_reference, kept_day, past_day, with_query, words_of
from services.web.routes.award_orders import if_any, way, ways_of_due
from services.web.routes.awards import due_link
from services.web.shapes import Filter
from services.web.site import may, page
from services.web.standings import in_plain_words

LINES = 50
ORDERS = (
    "identify-provider",
    "rename-provider",
    "change-provider-status",
    "merge-provider",
    "recognise-provider",
)


def _where(text: str, status: str) -> list[ColumnElement[bool]]:
    columns = ProviderRow.table.c
    searched = (columns.provider, columns.title, func.coalesce(columns.charity_number, ""))
    found: list[ColumnElement[bool]] = [
        or_(*(func.lower(column).contains(word, autoescape=True) for column in searched))
        for word in text.lower().split()[:MOST_WORDS]
    ]
    return [*found, columns.status == status] if status else found


def _register(views: Views, text: str, status: str, after: str | None) -> tuple[Table, int, str | None]:
    """Providers by their names, a page at a time. One query."""
    columns = ProviderRow.table.c
    query = select(ProviderRow.table).where(*views.within(ProviderRow), *_where(text, status))
    rows, count, place = page_of(
        views, query, Order((func.lower(columns.title), columns.provider), (str, str)), LINES, after
    )
    table = Table(
        name="providers",
        title="Providers",
        columns=(
            Column(key="title", title="Provider"),
            Column(key="kind", title="Kind"),
            Column(key="status", title="Status"),
            Column(key="charity_number", title="Charity number"),
            Column(key="company_number", title="Company number"),
            Column(key="same_as", title="Counts as part of"),
            Column(key="provider", title="Reference"),
        ),
        rows=tuple(
            (
                *(cell(row["title"]), cell(row["kind"]), cell(row["status"])),
                *(cell(row[name]) for name in ("charity_number", "company_number")),
                *(cell(row["same_as"], missing=Missing.NOT_APPLICABLE), cell(row["provider"])),
            )
            for row in rows
        ),
        names=("provider",),
    )
    return table, count, place


def show_register(request: Request) -> Response:
    """The providers, searched and filtered, a page at a time."""
    desk, who = the_desk(request), signed_in(request)
    asked = words_of(request, "q", "status", "after")
    with views_for(desk.office, who.actor, Sees.OWN) as views, a_place_of_this_list():
        table, count, place = _register(views, asked["q"], asked["status"], asked["after"] or None)
    kept = {name: asked[name] for name in ("q", "status")}
    statuses = [("", "All"), *((each.value, in_plain_words(each.value)) for each in Status)]
    return page(
        request,
        "providers/register.html",
        table=table,
        count=count,
        filters=[Filter("q", "Search", asked["q"]), Filter("status", "Status", asked["status"], statuses)],
        narrowed=any(kept.values()),
        first=with_query("/providers", **kept) if asked["after"] else None,
        further=with_query("/providers", **kept, after=place) if place else None,
        links={
            "title": lambda row: f"/providers/{row['provider']}",
            "same_as": lambda row: f"/providers/{row['same_as']}",
        },
        may_register=may(who, "register-provider"),
    )


def show_provider(request: Request) -> Response:
    """Everything about one provider, as far as whoever looks may see. Raises ``NotFound``."""
    desk, who, provider = the_desk(request), signed_in(request), str(request.path_params["provider"])
    if not is_reference(provider):
        raise NotFound("There is no such provider.")
    picked, then = past_day(request)
    with views_for(desk.office, who.actor, Sees.OWN, then) as views:
        found, today = provider_page(views, provider), views.today

    def award(row: Mapping[str, Any]) -> str:
        return with_query(f"/awards/{row['award']}", **kept_day(picked))

    return page(
        request,
        "providers/provider.html",
        faults=[picked.fault] if picked.fault else (),
        provider=provider,
        found=found,
        picked=picked,
        joined=found.provider if found.provider != provider else None,
        orders=[way(name, provider, {"provider": provider}) for name in ORDERS if may(who, name)]
        if then is None
        else [],
        ways=if_any(found.owed.table, lambda row: ways_of_due(who, row, today)) if then is None else None,
        idle=idle,
        award_links={"award": award},
        due_links={"award": award, "title": due_link},
        report_links={"award": award, "period": lambda row: f"/reports/{row['award']}/{row['period']}"},
    )


def make_router() -> APIRouter:
    """The list, and each provider."""
    router = APIRouter(include_in_schema=False)

    def add(path: str, endpoint: Callable[[Request], Response], who: frozenset[Role]) -> None:
        router.add_api_route(path, endpoint, methods=["GET"], response_model=None, dependencies=[only(who)])

    add("/providers", show_register, READERS)
    add("/providers/{provider}", show_provider, READERS)
    return router
