"""The funds of one year, and of every year, as the pages about money show them.

Every figure is worked out as the ``budgets`` answer works it out (``projections.standing.Standing``), of the funds of
one year alone: a page costs the same however many years and awards there are.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import and_, exists, select

from domain import money
from domain.tables import Cell, Column, Missing, Table, cell
from projections.budgets import (
    TOLERANCE,
    BalanceRow,
    FundRow,
    TermRow,
)
from projections.carried import CAME_IN, CarriedRow
from projections.standing import Place, Standing
from projections.views import Views

UNASKED = Missing.NOT_APPLICABLE
OVER, WITHIN, UNKNOWN = "over-committed", "within what it has", "what it has is not known"
ALL = "All funds of the year"

_OF_A_YEAR = (
    Column(key="title", title="Fund"),
    Column(key="fund", title="Reference", detail=True),
    Column(key="year", title="Year", detail=True),
    Column(key="standing", title="How it stands"),
    Column(key="received_pence", title="Received", kind="pence"),
    Column(key="committed_pence", title="Committed", kind="pence"),
    Column(key="earmarked_pence", title="Kept aside", kind="pence"),
    Column(key="paid_pence", title="Paid", kind="pence"),
    Column(key="left_pence", title="Left", kind="pence"),
    Column(key="over_pence", title="Over-committed by", kind="pence"),
    Column(key="awards", title="Awards", kind="count", detail=True),
    Column(key="not_known", title="Awards not known", kind="count", detail=True),
)
_GONE = (
    Column(key="returned_pence", title="Returned", kind="pence"),
    Column(key="carried_out_pence", title="Carried out", kind="pence"),
)
_ADDED = ("received_pence", "committed_pence", "earmarked_pence", "paid_pence", "left_pence", "over_pence")


def years(views: Views) -> dict[str, bool]:
    """The financial years that any fund is of, the latest first. One query.

    Of each, whether money was carried between two funds of that very year.
    """
    fund, carried = FundRow.table.c, CarriedRow.table.c
    within = exists().where(carried.year == fund.year, carried.other_year == fund.year, carried.way == CAME_IN)
    found = select(fund.year, within.correlate(FundRow.table)).where(*views.within(FundRow)).distinct()
    said = {year: bool(moved) for year, moved in views.connection.execute(found)}
    return dict(sorted(said.items(), reverse=True))


def of_year(views: Views, year: str) -> dict[str, tuple[FundRow, Standing]]:
    """How the funds of a year stand, by fund, without forecasts. Three queries."""
    funds = views.rows(FundRow, FundRow.table.c.year == year)
    found = standings_of(
        views.rows(BalanceRow, BalanceRow.table.c.year == year), terms_of(views, TermRow.table.c.year == year)
    )
    return {row.fund: (row, found[row.fund, row.year]) for row in funds}


def terms_of(views: Views, *where: Any) -> list[TermRow]:
    return views.rows(TermRow, *where, order_by=("position",))


def standings_of(balances: Iterable[BalanceRow], terms: Iterable[TermRow]) -> dict[Place, Standing]:
    own: dict[Place, dict[str, BalanceRow]] = {}
    for row in balances:
        own.setdefault((row.fund, row.year), {})[row.ring_fence] = row
    found = {place: Standing(each) for place, each in own.items()}
    for term in terms:
        found[term.fund, term.year].say(term)
    return found


def every_fund(views: Views) -> dict[Place, tuple[str, Standing]]:
    """Every fund of every year: its title and how it stands, without forecasts. Two queries."""
    joined = BalanceRow.table.join(FundRow.table, _same_fund(BalanceRow))
    title = FundRow.table.c.title.label("title_of_fund")
    titles: dict[Place, str] = {}
    balances = []
    for row in views.connection.execute(select(BalanceRow.table, title).select_from(joined)).mappings():
        said = dict(row)
        titles[row["fund"], row["year"]] = said.pop("title_of_fund")
        balances.append(BalanceRow(**said))
    found = standings_of(balances, terms_of(views))
    return {place: (titles[place], found[place]) for place in sorted(found, key=lambda each: each[::-1])}


def _same_fund(kind: type[Any]) -> Any:
    return and_(kind.table.c.fund == FundRow.table.c.fund, kind.table.c.year == FundRow.table.c.year)


def how_it_stands(figures: Mapping[str, int | None]) -> str:
    """``over-committed``, ``within what it has``, or that this is not known."""
    if figures["over_pence"]:
        return OVER
    return UNKNOWN if figures["left_pence"] is None else WITHIN


def year_table(year: str, found: Mapping[str, tuple[FundRow, Standing]], moved_within: bool) -> Table:
    """The funds of a year side by side, with their total where they may be added.

    ``moved_within``: whether money was carried between funds of this very year: it counts as received in both.
    """
    every = {fund: standing.figures() for fund, (_row, standing) in found.items()}
    gone = tuple(column for column in _GONE if any(figures[column.key] for figures in every.values()))
    columns = (*_OF_A_YEAR[:8], *gone, *_OF_A_YEAR[8:])
    rows = [tuple(_of_fund(row, every[fund], column) for column in columns) for fund, (row, _standing) in found.items()]
    notes = ["Left is what was received, less what is committed, kept aside, returned and carried out."]
    if len(rows) > 1:
        totals = {
            key: money.add(figures[key] for figures in every.values()) for key in (*_ADDED, *(c.key for c in gone))
        }
        if moved_within:
            totals["received_pence"] = None
            notes.append(
                "Money was carried between funds of this year, so what was received is not added up: "
                "it would count twice."
            )
        rows.append(tuple(_in_total(totals, column, moved_within) for column in columns))
        if any(figures["received_pence"] is None for figures in every.values()):
            notes.append(
                "What a fund received is not known, so what all received, and what is left of it, is not either."
            )
    if any(figures["not_known"] for figures in every.values()):
        notes.append("Awards whose amount is not known are in no sum: what is left is the most that can be left.")
    notes += [
        f"{row.title}: up to {money.pounds(standing.allowed_over_pence)} over is allowed by "
        f"{standing.terms[TOLERANCE].about}."
        for row, standing in found.values()
        if standing.allowed_over_pence
    ]
    return Table(
        name="budgets",
        title=f"Budgets of {year}",
        columns=columns,
        rows=tuple(rows),
        notes=tuple(notes),
        names=("fund",),
    )


def _of_fund(row: FundRow, figures: Mapping[str, int | None], column: Column) -> Cell:
    said = {"title": row.title, "fund": row.fund, "year": row.year, "standing": how_it_stands(figures)}
    return cell(said[column.key]) if column.key in said else cell(figures[column.key])


def _in_total(totals: Mapping[str, int | None], column: Column, moved_within: bool) -> Cell:
    if column.key == "title":
        return cell(ALL)
    if column.key == "received_pence" and moved_within:
        return Cell(missing=UNASKED)
    return cell(totals[column.key]) if column.key in totals else Cell(missing=UNASKED)
