"""The money of the office as pages: the budgets of a year, one fund, and the events behind a figure."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from fastapi import APIRouter, Request, Response

from domain import money
from domain.errors import NotFound
from domain.kernel import Recorded, Role
from domain.tables import Cell, Column, Kind, Missing, Table, cell, plain
from projections.explain import EXPLAINED, explain
from projections.fund_charts import funds_chart
from projections.timeline import in_words
from projections.views import Views
from services.asking import READERS
from services.channels.channel import is_one_line
from services.front_desk import SignedIn, only
from services.office import reaches
from services.web.forms.naming import deed_of
from services.web.money_fund import FIGURES, one_fund, shares_of
from services.web.money_pages import A_PAGE, Looking, award_address, fund_address
from services.web.money_tables import ALL, how_it_stands, of_year, year_table, years
from services.web.routes.orders import ORDERS, address_of
from services.web.routes.records import thing_at
from services.web.shapes import Filter
from services.web.site import go, may

A_HUNDRED = 100
"""Events on a page of an explanation."""
UNKNOWN = "There is no such fund in that year."
NOT_YET = "On that day no such fund was on record. Choose a later day, or look at it as it is today."
WORDS = {**dict(FIGURES), "awards": "Awards", "not_known": "Awards whose amount is not known"}
_LINKED = ("received", "committed", "earmarked", "paid", "left", "over", "returned", "carried_out")


def budgets(request: Request) -> Response:
    """The budgets of one year: the funds side by side, as a chart and as a table."""
    look = Looking.of(request)
    with look.views() as views:
        every = years(views)
        asked = request.query_params.get("year", "")
        year = asked if asked in every else next(iter(every), None)
        found = {} if year is None else of_year(views, year)
        chart = None if year is None else funds_chart(views, year)
    table = None if year is None else year_table(year, found, every[year])
    over = [
        (row.title, money.pounds(pence), money.pounds(standing.allowed_over_pence), fund_address(row.fund, row.year))
        for row, standing in found.values()
        if (pence := standing.figures()["over_pence"])
    ]
    filters = [Filter("year", "Financial year", year or "", [(each, each) for each in every])]
    return look.page(
        "money/budgets.html",
        year=year,
        table=table,
        chart=chart,
        over=over,
        filters=filters,
        links=_links(look, table),
        files=look.files("budgets", year=year or ""),
        may_begin=may(look.who, "open-fund"),
    )


def _links(look: Looking, table: Table | None) -> dict[str, Any]:
    """Each fund leads to its page, and each figure to the events behind it."""
    if table is None:
        return {}

    def fund(row: Mapping[str, Any]) -> str | None:
        return None if row["title"] == ALL and row["fund"] is None else look.to(fund_address(row["fund"], row["year"]))

    def figure(key: str) -> Any:
        def link(row: Mapping[str, Any]) -> str | None:
            return None if row["fund"] is None else look.to(explain_address(row["fund"], row["year"], key))

        return link

    shown = {column.key for column in table.columns}
    return {"title": fund, **{key: figure(key) for name in _LINKED if (key := f"{name}_pence") in shown}}


def explain_address(fund: str, year: str, figure: str) -> str:
    """The page with the events behind a figure."""
    return f"{fund_address(fund, year)}/explain/{figure}"


def begin(_request: Request) -> Response:
    """Leads to the form that opens a fund."""
    return go("/do/open-fund")


def fund(request: Request) -> Response:
    """One fund in one year, with all that belongs to it."""
    look, (name, year) = Looking.of(request), _named(request)
    with look.views() as views, _then(look):
        found = one_fund(views, name, year)
        awards = shares_of(look.own(views), name, year, A_PAGE, request.query_params.get("after"))
    sums = found.sums
    here = fund_address(name, year)
    return look.page(
        "money/fund.html",
        found=found,
        year=year,
        fund=name,
        standing=how_it_stands(sums),
        over=sums["over_pence"] or 0,
        allowed=found.standing.allowed_over_pence,
        sums=sums,
        awards=awards,
        of_own=look.who.actor.awards is not None,
        first=look.to(here) if request.query_params.get("after") else None,
        further=look.to(here, after=awards.after) if awards.after else None,
        award_link=lambda row: award_address(row["award"]),
        figure_link=lambda row: look.to(explain_address(name, year, row["key"])),
        explained=lambda key: look.to(explain_address(name, year, key)),
        orders=_orders(look.who, name, year) if look.is_now else [],
        release_link=_release(look, name, year),
        other_link=lambda row: look.to(fund_address(row["other_fund"], row["other_year"])),
        record=thing_at("fund", f"{name}-{year}") if look.who.actor.awards is None else None,
        files=look.files("budgets", fund=name, year=year),
    )


@contextmanager
def _then(look: Looking) -> Iterator[None]:
    """A fund that is not there may only not have been there yet: then the page says so. Raises ``NotFound``."""
    try:
        yield
    except NotFound as missing:
        raise (missing if look.is_now else NotFound(NOT_YET)) from None


def _named(request: Request) -> tuple[str, str]:
    """The fund and the year of an address. Raises ``NotFound``."""
    fund, year = str(request.path_params["fund"]), str(request.path_params["year"])
    if not (is_one_line(fund) and is_one_line(year)):
        raise NotFound(UNKNOWN)
    return fund, year


def _orders(who: SignedIn, fund: str, year: str) -> list[tuple[str, str]]:
    """What this person may do about the fund: the words and the address of each order."""
    return [
        (deed_of(command), address_of(name, fund=fund, year=year))
        for name, command in ORDERS.items()
        if command.noun == "fund" and not command.starts and may(who, name)
    ]


def _release(look: Looking, fund: str, year: str) -> str | None:
    return (
        address_of("release-earmark", fund=fund, year=year)
        if look.is_now and may(look.who, "release-earmark")
        else None
    )


def explained(request: Request) -> Response:
    """The events behind one figure of a fund, in order, with what they come to so far."""
    look, (name, year) = Looking.of(request), _named(request)
    figure = str(request.path_params["figure"])
    if figure not in EXPLAINED:
        raise NotFound("There is no such figure of a fund.")
    said = request.query_params.get("after", "")
    after = int(said) if said.isascii() and said.isdecimal() and len(said) < 16 else 0
    with look.views() as views, _then(look):
        whole = explain(views, name, year, figure)
        following = [row for row in whole.rows if int(row[0].value or 0) > after]
        table, happened = _with_words(look.who, views, whole, following[:A_HUNDRED])
    comes_to = whole.rows[-1][-1] if whole.rows else Cell(missing=Missing.NOT_KNOWN)
    here = explain_address(name, year, figure)
    last = table.rows[-1][0].value if table.rows else None
    return look.page(
        "money/explained.html",
        fund=name,
        year=year,
        figure=WORDS[figure],
        comes_to=_comes_to(figure, comes_to),
        how_many=len(whole.rows),
        table=table,
        happened_link=lambda row: happened.get(row["position"]),
        about_link=lambda row: _record_of(look.who, row),
        earlier=look.to(here) if after else None,
        later=look.to(here, after=str(last)) if len(following) > A_HUNDRED else None,
        back=look.to(fund_address(name, year)),
    )


def _comes_to(figure: str, value: Cell) -> str:
    if value.value is None:
        return "not known"
    return money.pounds(int(value.value)) if figure.endswith("_pence") else f"{int(value.value):,}"


def _with_words(who: SignedIn, views: Views, whole: Table, rows: list[Any]) -> tuple[Table, dict[Any, str]]:
    """Lines of an explanation, each with what happened in words; and where the record of each event is."""
    places = {column.key: place for place, column in enumerate(whole.columns)}
    events = {each.position: each for each in views.history.many([int(row[0].value) for row in rows])} if rows else {}
    unit = "_pence" if "so_far_pence" in places else ""
    kind: Kind = "pence" if unit else "count"
    kept = [places[key] for key in ("about", "ring_fence", f"change{unit}", f"so_far{unit}")]
    shown = tuple(
        (
            *(row[places["position"]], row[places["recorded_on"]], row[places["effective_on"]]),
            cell(_told(who, events[int(row[0].value)], row[places["field"]])),
            row[places["field"]],
            *(row[place] for place in kept),
        )
        for row in rows
    )
    table = Table(
        name=whole.name,
        title="Event by event",
        columns=(
            Column(key="position", title="Log position", kind="count", detail=True),
            Column(key="recorded_on", title="Written down", kind="date"),
            Column(key="effective_on", title="Holds from", kind="date"),
            Column(key="happened", title="What happened"),
            Column(key="field", title="Entry", detail=True),
            Column(key="about", title="About"),
            Column(key="ring_fence", title="Ring-fence"),
            Column(key="change", title="Change", kind=kind),
            Column(key="so_far", title="So far", kind=kind),
        ),
        rows=shown,
        notes=whole.notes,
    )
    within = {position: _record(each) for position, each in events.items() if _may_look_up(who, each)}
    return table, within


def _told(who: SignedIn, event: Recorded, entry: Cell) -> str:
    """What happened: of an award out of reach, only which entry it made."""
    return in_words(event.event)[0] if _is_within(who, event) else str(plain(entry)).capitalize()


def _is_within(who: SignedIn, event: Recorded) -> bool:
    return event.noun != "award" or reaches(who.actor, event.reference)


def _may_look_up(who: SignedIn, event: Recorded) -> bool:
    """Whether the history of what an event is about is within reach: of no award, for those who reach every award."""
    return reaches(who.actor, event.reference if event.noun == "award" else None)


def _record(event: Recorded) -> str:
    return thing_at(event.noun, event.reference)


_OF_AWARDS = frozenset(("committed", "paid", "awards", "awards not known", "inferred", "forecast"))


def _record_of(who: SignedIn, row: Mapping[str, Any]) -> str | None:
    """The record of the award that an event is about, if it is within reach."""
    award = str(row["about"]).split(" ", 1)[0]
    return thing_at("award", award) if row["field"] in _OF_AWARDS and reaches(who.actor, award) else None


def make_router() -> APIRouter:
    """The pages of budgets and funds."""
    router = APIRouter(include_in_schema=False)

    def add(path: str, endpoint: Any, roles: frozenset[Role] = READERS, *, everything: bool = False) -> None:
        passing = [only(roles, everything=everything)]
        router.add_api_route(path, endpoint, methods=["GET"], response_model=None, dependencies=passing)

    add("/money", budgets)
    add("/money/new", begin, ORDERS["open-fund"].may)
    add("/money/{fund}/{year}", fund)
    add("/money/{fund}/{year}/explain/{figure}", explained, everything=True)
    return router
