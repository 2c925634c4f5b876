"""Awards as a register: searched, filtered and sorted by the database, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, RowMapping, Select, String, and_, case, cast, func, or_, select

from domain import money
from domain.errors import Refusal
from domain.tables import Cell, Column, Missing, Table, cell
from projections.awards import AwardRow, ShareRow
from projections.families import family
from projections.paging import Order, Page, page_of
from projections.providers import ProviderRow
from projections.views import Views

SORTS = ("reference", "provider", "amount", "end")
"""What the register may be sorted by."""

MOST_WORDS = 10
"""How many words of a search count."""

_UNASKED = Missing.NOT_APPLICABLE

_NO_END = date(9999, 12, 31)
"""Where an award without a known end stands among the others: last."""


@dataclass(frozen=True)
class AwardFilter:
    """Which awards; ``None``: whichever."""

    text: str = ""
    """Words that must all be in the service, the provider's title or the reference, in whatever case."""
    status: str | None = None
    fund: str | None = None
    year: str | None = None
    route: str | None = None
    provider: str | None = None
    """With all that are joined to it."""
    ends_before: date | None = None


def award_register(
    views: Views,
    wanted: AwardFilter,
    sort: str = "reference",
    *,
    down: bool = False,
    limit: int = 50,
    after: str | None = None,
) -> Page:
    """Awards that fit, in an order. Two queries, three when a provider is asked for.

    An amount that is not known is below every other, an end that is not known after every other. Raises ``Refusal``
    for an order that there is not, or a place of another list.
    """
    codes: Sequence[str] = ()
    if wanted.provider is not None:
        codes = [row.provider for row in family(views, wanted.provider)] or [""]
    return awards_page(views, wanted, codes, _order(views, sort, down), limit, after)


def awards_page(
    views: Views,
    wanted: AwardFilter,
    providers: Sequence[str],
    order: Order | None = None,
    limit: int = 50,
    after: str | None = None,
) -> Page:
    """As ``award_register``, of providers that are known already (by code; none: of all). Two queries."""
    query = awards_query(views, _where(views, wanted, providers))
    rows, count, place = page_of(views, query, order or _order(views, "reference", False), limit, after)
    return Page(awards_table(views, "awards", "Awards", rows), count, place)


def awards_query(views: Views, where: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """Awards with their provider's title."""
    awards, providers = AwardRow.table.c, ProviderRow.table.c
    joined = AwardRow.table.outerjoin(ProviderRow.table, providers.provider == awards.provider)
    about = (awards.award, awards.service, awards.provider, awards.route, awards.starts_on, awards.ends_on)
    query = select(*about, awards.status, awards.decision, providers.title.label("provider_title"))
    return query.select_from(joined).where(*views.within(AwardRow), *where)


def _order(views: Views, sort: str, down: bool) -> Order:
    awards = AwardRow.table.c
    match sort:
        case "reference":
            return Order((awards.award,), (str,), down)
        case "provider":
            return Order((_lower(ProviderRow.table.c.title), awards.award), (str, str), down)
        case "amount":
            return Order((_amount(), awards.award), (int, str), down)
        case "end":
            return Order((func.coalesce(awards.ends_on, _NO_END), awards.award), (date, str), down)
    raise Refusal(f"Awards cannot be sorted by that. They can be sorted by: {', '.join(SORTS)}.")


def _lower(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.lower(func.coalesce(column, ""), type_=String())


def _amount() -> ColumnElement[Any]:
    """The sum of an award's shares; -1 when it is not known, or not approved yet."""
    shares = ShareRow.table.c
    known = and_(func.count() == func.count(shares.amount_pence), func.count() > 0)
    whole = case((known, cast(func.sum(shares.amount_pence), BigInteger)), else_=-1)
    own = select(whole).where(shares.award == AwardRow.table.c.award).correlate(AwardRow.table)
    return own.scalar_subquery()


def _where(views: Views, wanted: AwardFilter, providers: Sequence[str]) -> list[ColumnElement[bool]]:
    awards, shares = AwardRow.table.c, ShareRow.table.c
    searched = (awards.award, awards.service, ProviderRow.table.c.title)
    where: list[ColumnElement[bool]] = [
        or_(*(_lower(column).contains(word, autoescape=True) for column in searched))
        for word in wanted.text.replace("\0", " ").lower().split()[:MOST_WORDS]
    ]
    if wanted.status is not None:
        where.append(awards.status == wanted.status)
    if wanted.route is not None:
        where.append(awards.route == wanted.route)
    if wanted.ends_before is not None:
        where.append(awards.ends_on < wanted.ends_before)
    if providers:
        where.append(awards.provider.in_(providers))
    drawn = [column == said for column, said in ((shares.fund, wanted.fund), (shares.year, wanted.year)) if said]
    if drawn:
        where.append(awards.award.in_(select(shares.award).where(*drawn)))
    return where


def awards_table(views: Views, name: str, title: str, rows: Sequence[RowMapping]) -> Table:
    """Awards as a table, with what they are worth. One query: for the shares of those shown."""
    shares: dict[str, list[ShareRow]] = {row["award"]: [] for row in rows}
    for share in views.rows(ShareRow, ShareRow.table.c.award.in_(list(shares))):
        shares[share.award].append(share)
    return Table(
        name=name,
        title=title,
        columns=(
            Column(key="award", title="Award"),
            Column(key="provider", title="Provider"),
            Column(key="service", title="Service"),
            Column(key="route", title="Route"),
            Column(key="amount_pence", title="Amount", kind="pence"),
            Column(key="paid_pence", title="Paid", kind="pence"),
            Column(key="funds", title="Funds"),
            Column(key="starts_on", title="Starts", kind="date"),
            Column(key="ends_on", title="Ends", kind="date"),
            Column(key="status", title="Status"),
            Column(key="decision", title="Decision", detail=True),
            Column(key="provider_reference", title="Provider reference", detail=True),
        ),
        rows=tuple(_award_row(row, shares[row["award"]]) for row in rows),
        names=("award",),
    )


def _award_row(row: RowMapping, shares: Sequence[ShareRow]) -> tuple[Cell, ...]:
    return (
        cell(row["award"]),
        cell(row["provider_title"]),
        cell(row["service"]),
        cell(row["route"]),
        cell(money.add(share.amount_pence for share in shares) if shares else None),
        cell(sum(share.paid_pence for share in shares)),
        cell("; ".join(dict.fromkeys(f"{share.fund} {share.year}" for share in shares)) or None, missing=_UNASKED),
        cell(row["starts_on"]),
        cell(row["ends_on"]),
        cell(row["status"]),
        cell(row["decision"]),
        cell(row["provider"]),
    )
