"""Lists of the office's money as pages: what may be lost and what was carried, ring-fences, bids and payments."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request, Response

from domain.tables import Cell, Column, Missing, Table, cell
from projections.bid_register import bids
from projections.budget_answers import ring_fences
from projections.carried import CAME_IN, CarriedRow
from projections.underspend import underspend
from projections.views import Views
from services.asking import READERS
from services.exports.words import said
from services.front_desk import only
from services.web.money_fund import carried_cells, carried_columns
from services.web.money_pages import A_PAGE, Looking, award_address, fund_address
from services.web.money_payments import STANDINGS, Wanted, payments
from services.web.money_tables import OVER, WITHIN, years
from services.web.routes.orders import address_of
from services.web.shapes import Filter
from services.web.site import may
from services.web.standings import in_plain_words

Row = Mapping[str, Any]


def _fund_link(look: Looking) -> Callable[[Row], str]:
    return lambda row: look.to(fund_address(row["fund"], row["year"]))


_OF_UNDERSPEND = (("carry-funds", "Carry"), ("return-underspend", "Return"))


def unspent(request: Request) -> Response:
    """What is lost if it is not spent, and what was carried from one year or fund to another."""
    look = Looking.of(request)
    with look.views() as views:
        table, carried = underspend(views), _carried(views)
    return look.page(
        "money/underspend.html",
        table=table,
        carried=carried,
        fund_link=_fund_link(look),
        other_link=lambda row: look.to(fund_address(row["other_fund"], row["other_year"])),
        may_act=bool(_acts(look, *_OF_UNDERSPEND)),
        acts=lambda row: [
            (words, address_of(name, fund=row["fund"], year=row["year"]))
            for name, words in _acts(look, *_OF_UNDERSPEND)
        ],
        files=look.files("underspend"),
    )


def _acts(look: Looking, *orders: tuple[str, str]) -> list[tuple[str, str]]:
    """Those of some orders that this person may give now."""
    return [(name, words) for name, words in orders if look.is_now and may(look.who, name)]


def _carried(views: Views) -> Table:
    """Every transfer, from the side of the fund that it came to; the latest year first."""
    rows = sorted(views.rows(CarriedRow, CarriedRow.table.c.way == CAME_IN), key=lambda row: row.position, reverse=True)
    first, *others = carried_columns("From fund", "Of year")
    into = (Column(key="fund", title="To fund"), Column(key="year", title="For year"))
    return Table(
        name="carried",
        title="Money carried",
        columns=(first, *into, *others),
        rows=tuple((cell(row.transfer), cell(row.fund), cell(row.year), *carried_cells(row)) for row in rows),
        names=("fund", "year", "transfer"),
    )


def fenced(request: Request) -> Response:
    """Every ring-fence of every fund, with its own balance."""
    look = Looking.of(request)
    with look.views() as views:
        table = _standing(ring_fences(views))
        every = years(views)
    asked = request.query_params.get("year", "")
    year = asked if asked in every else ""
    place = next(number for number, column in enumerate(table.columns) if column.key == "year")
    if year:
        table = table.model_copy(update={"rows": tuple(row for row in table.rows if row[place].value == year)})
    choices = [("", "All years"), *((each, each) for each in every)]
    return look.page(
        "money/ring_fences.html",
        table=table,
        filters=[Filter("year", "Financial year", year, choices)],
        year=year,
        without=["ring_fence", *(key for key in _GONE if not any(row[key] for row in table.records()))],
        fund_link=_fund_link(look),
        files=look.files("ring-fences", **({"year": year} if year else {})),
    )


_GONE = ("returned_pence", "carried_out_pence")
"""Figures that are shown only where a ring-fence has some."""


def _standing(table: Table) -> Table:
    """With how each stands in a word, beside its figures."""
    left = next(number for number, column in enumerate(table.columns) if column.key == "left_pence")
    added = Column(key="standing", title="How it stands")
    rows = [(*row[:5], cell(_word(row[left])), *row[5:]) for row in table.rows]
    return table.model_copy(update={"columns": (*table.columns[:5], added, *table.columns[5:]), "rows": tuple(rows)})


def _word(left: Cell) -> str | None:
    return None if not isinstance(left.value, int) else OVER if left.value < 0 else WITHIN


_OF_BIDS: dict[str, tuple[tuple[str, str], ...]] = {
    "prepared": (("earmark-match", "Keep match aside"), ("submit-bid", "Submit")),
    "submitted": (("win-bid", "Record as won"), ("lose-bid", "Record as lost")),
}
"""What may follow on a bid that stands as it does."""


def bid_register(request: Request) -> Response:
    """Every bid to an outside fund, with its match."""
    look = Looking.of(request)
    with look.views() as views:
        table = bids(views)
    standings = sorted({str(row["status"]) for row in table.records()})
    asked = request.query_params.get("status", "")
    status = asked if asked in standings else ""
    choices = [("", "All"), *((each, in_plain_words(each)) for each in standings)]
    return look.page(
        "money/bids.html",
        found=[each for each in _cards(look, table) if not status or each.status == status],
        notes=table.notes,
        filters=[Filter("status", "How it stands", status, choices)],
        chosen=status,
        may_begin=look.is_now and may(look.who, "prepare-bid"),
        files=look.files("bids", **({"status": status} if status else {})),
    )


class _Card(NamedTuple):
    """A bid as the page shows it."""

    bid: str
    title: str
    status: str
    said: list[tuple[str, str]]
    acts: list[tuple[str, str]]


def _cards(look: Looking, table: Table) -> Iterator[_Card]:
    """Each bid with what there is to say of it."""
    for row, record in zip(table.rows, table.records(), strict=True):
        told = [
            (column.title, said(column, value))
            for column, value in zip(table.columns, row, strict=True)
            if column.key not in ("title", "status") and value.missing is not Missing.NOT_APPLICABLE
        ]
        yield _Card(record["bid"], record["title"], record["status"], told, _acts_on_bid(look, record))


def _acts_on_bid(look: Looking, row: Row) -> list[tuple[str, str]]:
    orders = [
        (name, words)
        for name, words in _acts(look, *_OF_BIDS.get(row["status"], ()))
        if name != "earmark-match" or row["match_required"]
    ]
    return [(words, address_of(name, bid=quote(row["bid"], safe=""))) for name, words in orders]


def payment_register(request: Request) -> Response:
    """Every payment that this person sees, by how it stands, with what may be done about it."""
    look, query = Looking.of(request), request.query_params
    standing = query.get("standing", "")
    wanted = Wanted(
        standing if standing in dict(STANDINGS) else "to-pay",
        *(_typed(query, name) for name in ("award", "fund", "year")),
    )
    with look.views() as views:
        found = payments(look.own(views), wanted, A_PAGE, query.get("after"))
        every, today = years(views), views.today
    asked = {name: value for name, value in wanted._asdict().items() if value}
    filters = [
        Filter("standing", "How it stands", wanted.standing, STANDINGS),
        Filter("year", "Financial year", wanted.year, [("", "All"), *((each, each) for each in every)]),
        Filter("fund", "Fund, by its reference", wanted.fund),
        Filter("award", "Award, by its reference", wanted.award),
    ]
    here = request.url.path
    return look.page(
        "money/payments.html",
        found=found,
        filters=filters,
        asked=asked,
        award_link=lambda row: award_address(row["award"]),
        fund_link=_fund_link(look),
        acts=lambda row: _acts_on_payment(look, row, today),
        may_act=look.is_now and any(may(look.who, name) for name, _words in _OF_PAYMENTS),
        first=look.to(here, **asked) if query.get("after") else None,
        further=look.to(here, **asked, after=found.after) if found.after else None,
        of_own=look.who.actor.awards is not None,
        files=look.files("payments"),
    )


def _typed(query: Mapping[str, str], name: str) -> str:
    """What is looked for, without what no reference has."""
    typed = query.get(name, "").strip()[:80]
    return typed if typed.isprintable() else ""


_OF_PAYMENTS = (
    ("approve-payment", "Approve"),
    ("record-payment", "Record as paid"),
    ("hold-payment", "Hold"),
    ("free-payment", "Free"),
)


def _acts_on_payment(look: Looking, row: Row, today: date) -> list[tuple[str, str]]:
    """What this person may do about a payment that stands as it does."""
    to_pay = row["status"] in ("scheduled", "approved") and row["standing"] != "passed on"
    fits = {
        "approve-payment": to_pay and row["status"] == "scheduled",
        "record-payment": to_pay and row["status"] == "approved" and row["standing"] != "held",
        "hold-payment": to_pay and not row["held"],
        "free-payment": to_pay and row["held"],
    }
    acts = _acts(look, *_OF_PAYMENTS)
    return [(words, _form_of(name, row, today)) for name, words in acts if fits[name]]


def _form_of(name: str, row: Row, today: date) -> str:
    """The form of an order about a payment, with what is known filled in."""
    known = {"payment": row["payment"]}
    if name == "record-payment":
        known |= {field: row[field] for field in ("fund", "year", "ring_fence") if row[field]}
        known |= {"paid_on": today.isoformat()}
        if row["amount_pence"] is not None:
            known["amount_pence"] = str(row["amount_pence"])
    return f"{address_of(name, award=quote(str(row['award']), safe=''))}?{urlencode(known)}"


def make_router() -> APIRouter:
    """The lists of the office's money."""
    router = APIRouter(include_in_schema=False)

    def add(path: str, endpoint: Callable[[Request], Response]) -> None:
        router.add_api_route(path, endpoint, methods=["GET"], response_model=None, dependencies=[only(READERS)])

    add("/money/underspend", unspent)
    add("/money/ring-fences", fenced)
    add("/money/bids", bid_register)
    add("/money/payments", payment_register)
    return router
