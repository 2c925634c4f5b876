"""What will be lost if it is not spent: of the year's own money after 31 March, of carried money after its last day."""

from datetime import date
from typing import NamedTuple

from domain import money
from domain.periods import Period, day_in_words
from domain.tables import Cell, Column, Missing, Table, cell
from projections.budget_answers import held
from projections.budgets import WHOLE, BalanceRow
from projections.carried import CAME_IN, CarriedRow
from projections.standing import Place, balances
from projections.views import Views

UNASKED = Missing.NOT_APPLICABLE


class _Part(NamedTuple):
    """Money of a fund that is lost after one day."""

    until: date
    words: str | None
    """The transfers it came by; nothing for the year's own."""
    unspent: int | None


def _parts(whole: BalanceRow, ends: date, carried: list[CarriedRow]) -> list[_Part]:
    """A fund's money by the day after which it is lost, and what of it is not spent.

    What was paid, returned or carried out counts first against what is lost first.
    """
    dated = [row for row in carried if row.use_by is not None and row.use_by != ends]
    own = None if whole.received_pence is None else whole.received_pence - sum(row.amount_pence for row in dated)
    until: dict[date, tuple[list[str], int | None]] = {ends: ([], own)}
    for row in dated:
        transfers, pence = until.get(row.use_by or ends, ([], 0))
        until[row.use_by or ends] = ([*transfers, row.transfer], (pence or 0) + row.amount_pence)
    gone = whole.paid + whole.returned + whole.carried_out + max(0, -(own or 0))
    found, is_known = [], True
    for day, (transfers, pence) in sorted(until.items()):
        is_known = is_known and pence is not None
        used = min(gone, max(0, pence or 0))
        gone -= used
        words = f"carried in: {', '.join(transfers)}" if transfers else None
        found.append(_Part(day, words, max(0, pence or 0) - used if is_known else None))
    return found


def underspend(views: Views, on: date | None = None) -> Table:
    """What is lost if it is not spent by its last day: not paid, carried out or returned. Only of days to come."""
    day = on or views.today
    rows: list[tuple[Cell, ...]] = []
    past, past_not_known, notes = 0, 0, []
    carried = _carried(views, on)
    for (fund, year), own in sorted(balances(views, on).items(), key=lambda each: each[0][::-1]):
        whole, ends = own[WHOLE], Period.parse(year).end
        if on is not None and not (whole.allocations or whole.awards):
            continue  # nothing of it held yet
        parts = [part for part in _parts(whole, ends, carried.get((fund, year), [])) if part.unspent != 0]
        gone = [part for part in parts if part.until < day]
        if ends < day:
            past += any(part.unspent is not None for part in gone)
            past_not_known += any(part.unspent is None for part in gone)
        else:
            notes += [
                f"{fund} {year}: {money.pounds(part.unspent)} of what was carried in could be used until "
                f"{day_in_words(part.until)}, and was not."
                for part in gone
            ]
        rows += _rows((fund, year), whole, [part for part in parts if part.until >= day], day)
    return Table(
        name="underspend",
        title="What is lost if it is not spent",
        columns=(
            Column(key="fund", title="Fund"),
            Column(key="year", title="Year"),
            Column(key="money", title="Money"),
            Column(key="ends_on", title="Lost after", kind="date"),
            Column(key="days", title="Days left", kind="count"),
            Column(key="unspent_pence", title="Not spent", kind="pence"),
            Column(key="left_pence", title="Of it free", kind="pence"),
            Column(key="committed_unpaid_pence", title="Committed, not paid", kind="pence"),
            Column(key="earmarked_pence", title="Kept aside", kind="pence"),
        ),
        rows=tuple(rows),
        notes=(
            *held(views, on),
            "Received, less what was paid, returned or carried out with permission. Of years not yet over on "
            f"{day_in_words(day)}.",
            *(
                [
                    "Money carried in until a day is lost after that day. What is gone counts first against what is "
                    "lost first; what is free, committed and kept aside is of the whole fund, on its last line."
                ]
                if any(row[2].value for row in rows)
                else []
            ),
            *notes,
            *_of_past_years(past, past_not_known),
        ),
    )


def _carried(views: Views, on: date | None) -> dict[Place, list[CarriedRow]]:
    found: dict[Place, list[CarriedRow]] = {}
    until = [] if on is None else [CarriedRow.table.c.effective_on <= on]
    for row in views.rows(CarriedRow, CarriedRow.table.c.way == CAME_IN, *until, order_by=("position",)):
        found.setdefault((row.fund, row.year), []).append(row)
    return found


def _rows(place: Place, whole: BalanceRow, parts: list[_Part], day: date) -> list[tuple[Cell, ...]]:
    """A line for each day after which money of the fund is lost; the last has the figures of the fund as a whole."""
    rows = []
    for part in parts:
        figures = (whole.left_pence, whole.committed - whole.paid, whole.earmarked)
        of_fund = [cell(each) if part is parts[-1] else cell(None, missing=UNASKED) for each in figures]
        days = (cell(part.until), cell((part.until - day).days))
        rows.append(
            (cell(place[0]), cell(place[1]), cell(part.words, missing=UNASKED), *days, cell(part.unspent), *of_fund)
        )
    return rows


def _of_past_years(known: int, not_known: int) -> list[str]:
    """How many funds of past years had money left that was not returned; and of how many that is not known."""
    said = []
    if known:
        said.append(
            f"{known} {'fund' if known == 1 else 'funds'} of past years still had money left that was neither paid "
            "nor carried out nor returned."
        )
    if not_known:
        said.append(
            f"Of {not_known} {'more' if known else ('fund' if not_known == 1 else 'funds') + ' of past years'} "
            "it is not known whether there was any."
        )
    return said
