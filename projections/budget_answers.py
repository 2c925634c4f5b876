"""Budgets as answers: balances now or on a day, ring-fences, what will be lost, and the events behind a figure."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from domain import money
from domain.errors import NotFound, Refusal
from domain.periods import Period, day_in_words
from domain.tables import Column, Missing, Row, Table, cell
from projections.awards import ShareRow
from projections.budgets import WHOLE, BalanceRow, FundRow, LedgerRow
from projections.payments import SpendRow
from projections.views import Views

Balances = dict[tuple[str, str], dict[str, BalanceRow]]
"""By fund and year, then by ring-fence; the whole fund under ``WHOLE``."""


def balances(views: Views, on: date | None = None) -> Balances:
    """The balances as now known; with ``on``, of what holds by that day, whenever it was written down."""
    found: Balances = {}
    for row in views.rows(BalanceRow):
        found.setdefault((row.fund, row.year), {})[row.ring_fence] = row
    if on is None:
        return found
    columns = LedgerRow.table.c
    dated: Balances = {
        place: {
            ring_fence: BalanceRow(row.fund, row.year, ring_fence, row.title, row.kind, allocations=ring_fence != WHOLE)
            for ring_fence, row in own.items()
        }
        for place, own in found.items()
    }
    sums = select(columns.fund, columns.year, columns.ring_fence, columns.field, func.sum(columns.amount)).where(
        columns.effective_on <= on
    )
    groups = (columns.fund, columns.year, columns.ring_fence, columns.field)
    for fund, year, ring_fence, field, amount in views.connection.execute(sums.group_by(*groups)):
        if field == "ring_fenced":
            dated[fund, year][ring_fence].received = int(amount)
            continue
        for place in {WHOLE, ring_fence}:
            balance = dated[fund, year][place]
            setattr(balance, field, getattr(balance, field) + int(amount))
    return dated


def over_of(own: dict[str, BalanceRow]) -> int:
    """By how much a fund's ring-fences and its core are over-committed, added up. Whole pence."""
    whole = own[WHOLE].left_pence
    fenced = [row.left_pence or 0 for ring_fence, row in own.items() if ring_fence != WHOLE]
    core = 0 if whole is None else whole - sum(fenced)
    return sum(max(0, -left) for left in (core, *fenced))


def _allowed_over(fund: FundRow, received: int) -> int:
    if fund.tolerance_per_cent is not None:
        return int(received * Decimal(fund.tolerance_per_cent) / 100)
    return fund.tolerance_pence or 0


def _forecasts(views: Views) -> dict[str, int]:
    """What each award's provider last said it will have spent at the end, where it said so for every line."""
    by_award: dict[str, list[SpendRow]] = {}
    for row in views.rows(SpendRow, order_by=("award", "position", "line")):
        by_award.setdefault(row.award, []).append(row)
    forecasts = {}
    for award, own in by_award.items():
        last = [row for row in own if row.position == own[-1].position]
        whole = money.add(row.forecast_pence for row in last)
        if whole is not None:
            forecasts[award] = whole
    return forecasts


def _forecast_by_fund(views: Views) -> dict[tuple[str, str], tuple[int, int]]:
    """For each fund and year: the forecast of awards that draw on it alone and gave one, and what those take of it."""
    forecasts = _forecasts(views)
    if not forecasts:
        return {}
    shares: dict[str, list[ShareRow]] = {}
    for share in views.rows(ShareRow):
        shares.setdefault(share.award, []).append(share)
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for award, forecast in forecasts.items():
        own = shares.get(award, [])
        if len(own) == 1 and own[0].amount_pence is not None:
            place = (own[0].fund, own[0].year)
            before = found.get(place, (0, 0))
            found[place] = (before[0] + forecast, before[1] + own[0].amount_pence)
    return found


def budgets(views: Views, on: date | None = None) -> Table:
    """Each fund in each year: received, committed, kept aside, paid and left, with a paper's own total beside."""
    funds = {(row.fund, row.year): row for row in views.rows(FundRow)}
    forecasts = _forecast_by_fund(views)
    rows = [
        _budget(funds[place], own, forecasts.get(place))
        for place, own in sorted(balances(views, on).items(), key=lambda each: each[0][::-1])
    ]
    holds = [] if on is None else [f"What holds by {day_in_words(on)}, as now known, whenever it was written down."]
    return Table(
        name="budgets",
        title="Budgets",
        columns=(
            Column(key="fund", title="Fund"),
            Column(key="year", title="Year"),
            Column(key="title", title="Title", detail=True),
            Column(key="received_pence", title="Received", kind="pence"),
            Column(key="received_as_printed", title="As printed"),
            Column(key="committed_pence", title="Committed", kind="pence"),
            Column(key="earmarked_pence", title="Kept aside", kind="pence"),
            Column(key="paid_pence", title="Paid", kind="pence"),
            Column(key="returned_pence", title="Returned", kind="pence", detail=True),
            Column(key="carried_out_pence", title="Carried out", kind="pence", detail=True),
            Column(key="left_pence", title="Left", kind="pence"),
            Column(key="over_pence", title="Over", kind="pence"),
            Column(key="allowed_over_pence", title="Allowed over", kind="pence", detail=True),
            Column(key="tolerance_decision", title="Allowed by", detail=True),
            Column(key="forecast_pence", title="Forecast", kind="pence"),
            Column(key="variance_pence", title="Variance", kind="pence"),
            Column(key="awards", title="Awards", kind="count", detail=True),
            Column(key="not_known", title="Not known", kind="count"),
            Column(key="inferred_pence", title="Inferred", kind="pence", detail=True),
            Column(key="stated_total_pence", title="Total stated", kind="pence", detail=True),
            Column(key="computed_total_pence", title="Total computed", kind="pence", detail=True),
            Column(key="difference_pence", title="Difference", kind="pence", detail=True),
        ),
        rows=tuple(rows),
        notes=(
            *holds,
            "Amounts that are not known are in no sum. Inferred amounts are shown beside and never added.",
            "Received is committed, kept aside, left, returned and carried out, added up.",
            *(note for row in rows for note in _stated_otherwise(row)),
        ),
    )


def _budget(fund: FundRow, own: dict[str, BalanceRow], forecast: tuple[int, int] | None) -> Row:
    whole = own[WHOLE]
    stated, computed = fund.stated_total_pence, whole.committed + whole.earmarked
    unasked = Missing.NOT_APPLICABLE
    return (
        cell(fund.fund),
        cell(fund.year),
        cell(fund.title),
        cell(whole.received_pence),
        cell(fund.received_printed, missing=unasked),
        cell(whole.committed),
        cell(whole.earmarked),
        cell(whole.paid),
        cell(whole.returned),
        cell(whole.carried_out),
        cell(whole.left_pence),
        cell(over_of(own)),
        cell(_allowed_over(fund, whole.received_pence or 0)),
        cell(fund.tolerance_decision, missing=unasked),
        cell(None if forecast is None else forecast[0], missing=unasked),
        cell(None if forecast is None else forecast[0] - forecast[1], missing=unasked),
        cell(whole.awards),
        cell(whole.awards_not_known),
        cell(whole.inferred),
        cell(stated, missing=unasked),
        cell(computed),
        cell(None if stated is None else stated - computed, missing=unasked),
    )


def _stated_otherwise(row: Row) -> list[str]:
    """A line for a fund whose paper states another total than its records come to."""
    fund, year, (inferred, stated, computed, difference) = row[0].value, row[1].value, row[-4:]
    if not difference.value:
        return []
    pence = [int(cell.value or 0) for cell in (stated, computed, difference, inferred)]
    beside = f" Inferred for awards not known: {money.pounds(pence[3])}." if pence[3] else ""
    return [
        f"{fund} {year}: the paper states {money.pounds(pence[0])} in all, the records come to "
        f"{money.pounds(pence[1])}; the difference is {money.pounds(pence[2])}.{beside}"
    ]


def ring_fences(views: Views, on: date | None = None) -> Table:
    """Each ring-fence and line inside a fund, with its own balance."""
    rows = [
        (
            cell(fund),
            cell(year),
            cell(row.ring_fence),
            cell(row.kind),
            cell(row.title),
            cell(row.received),
            cell(row.committed),
            cell(row.earmarked),
            cell(row.paid),
            cell(row.returned),
            cell(row.carried_out),
            cell(row.left_pence),
        )
        for (fund, year), own in sorted(balances(views, on).items(), key=lambda each: each[0][::-1])
        for row in own.values()
        if row.ring_fence != WHOLE
    ]
    return Table(
        name="ring-fences",
        title="Ring-fences",
        columns=(
            Column(key="fund", title="Fund"),
            Column(key="year", title="Year"),
            Column(key="ring_fence", title="Ring-fence"),
            Column(key="kind", title="Kind"),
            Column(key="title", title="Title"),
            Column(key="received_pence", title="Received", kind="pence"),
            Column(key="committed_pence", title="Committed", kind="pence"),
            Column(key="earmarked_pence", title="Kept aside", kind="pence"),
            Column(key="paid_pence", title="Paid", kind="pence"),
            Column(key="returned_pence", title="Returned", kind="pence"),
            Column(key="carried_out_pence", title="Carried out", kind="pence"),
            Column(key="left_pence", title="Left", kind="pence"),
        ),
        rows=tuple(rows),
        notes=("A ring-fence is part of its fund: its money is in the fund's own line too.",),
    )


def underspend(views: Views) -> Table:
    """What of each fund is lost if it is not spent by 31 March: not paid, not carried out and not returned."""
    rows = []
    for (fund, year), own in sorted(balances(views).items(), key=lambda each: each[0][::-1]):
        whole = own[WHOLE]
        received = whole.received_pence
        ends = Period.parse(year).end
        unspent = None if received is None else received - whole.paid - whole.returned - whole.carried_out
        if unspent is not None and unspent <= 0:
            continue
        rows.append(
            (
                cell(fund),
                cell(year),
                cell(ends),
                cell((ends - views.today).days),
                cell(unspent),
                cell(whole.left_pence),
                cell(whole.committed - whole.paid),
                cell(whole.earmarked),
            )
        )
    return Table(
        name="underspend",
        title="What is lost if it is not spent",
        columns=(
            Column(key="fund", title="Fund"),
            Column(key="year", title="Year"),
            Column(key="ends_on", title="Lost after", kind="date"),
            Column(key="days", title="Days left", kind="count"),
            Column(key="unspent_pence", title="Not spent", kind="pence"),
            Column(key="left_pence", title="Of it free", kind="pence"),
            Column(key="committed_unpaid_pence", title="Committed, not paid", kind="pence"),
            Column(key="earmarked_pence", title="Kept aside", kind="pence"),
        ),
        rows=tuple(rows),
        notes=("Received, less what was paid, returned or carried out with permission.",),
    )


EXPLAINED: dict[str, dict[str, int]] = {
    "received_pence": {"received": 1},
    "committed_pence": {"committed": 1},
    "earmarked_pence": {"earmarked": 1},
    "paid_pence": {"paid": 1},
    "returned_pence": {"returned": 1},
    "carried_out_pence": {"carried_out": 1},
    "inferred_pence": {"inferred": 1},
    "left_pence": {"received": 1, "committed": -1, "earmarked": -1, "returned": -1, "carried_out": -1},
    "computed_total_pence": {"committed": 1, "earmarked": 1},
    "awards": {"awards": 1},
    "not_known": {"awards_not_known": 1},
}
"""Each figure of a budget, and the entries it is the sum of: added or taken away."""


def explain(views: Views, fund: str, year: str, field: str) -> Table:
    """The ordered events behind one figure of a budget, and no others. They add up to it."""
    if field not in EXPLAINED:
        raise Refusal(f"That figure cannot be explained. Name one of: {', '.join(EXPLAINED)}.")
    if views.find(FundRow, fund, year) is None:
        raise NotFound(f"There is no fund {fund} of {year}.")
    signs, columns = EXPLAINED[field], LedgerRow.table.c
    entries: Iterable[LedgerRow] = views.rows(
        LedgerRow, columns.fund == fund, columns.year == year, columns.field.in_(signs)
    )
    counts = not field.endswith("_pence")
    running, rows = 0, []
    for entry in entries:
        change = signs[entry.field] * entry.amount
        running += change
        rows.append(
            (
                cell(entry.position),
                cell(entry.recorded_on),
                cell(entry.effective_on),
                cell(entry.field.replace("_", " ")),
                cell(entry.about),
                cell(change),
                cell(running),
            )
        )
    whole = views.find(BalanceRow, fund, year, WHOLE)
    unknown = field in ("received_pence", "left_pence") and (whole is None or whole.received_pence is None)
    kind = "count" if counts else "pence"
    return Table(
        name="explain",
        title=f"{field.removesuffix('_pence').replace('_', ' ').capitalize()} of {fund} {year}, event by event",
        columns=(
            Column(key="position", title="Log position", kind="count"),
            Column(key="recorded_on", title="Written down", kind="date"),
            Column(key="effective_on", title="Holds from", kind="date"),
            Column(key="field", title="Entry"),
            Column(key="about", title="About"),
            Column(key="change" if counts else "change_pence", title="Change", kind=kind),
            Column(key="so_far" if counts else "so_far_pence", title="So far", kind=kind),
        ),
        rows=tuple(rows),
        notes=("What was received is not known in amount, and so this figure is not known.",) if unknown else (),
    )
