"""Budgets as answers: balances now or on a day, ring-fences, and what will be lost if it is not spent."""

from datetime import date

from domain import money
from domain.periods import day_in_words, moment_in_words
from domain.tables import Cell, Column, Missing, Table, cell
from projections.budgets import CAP, TOLERANCE, WHOLE, AllocationRow, FundRow
from projections.standing import Place, Standing, balances, left_out, per_cent_in_words, standings
from projections.views import Views

UNASKED = Missing.NOT_APPLICABLE


def held(views: Views, on: date | None) -> list[str]:
    """A note that says what is shown, when it is not simply what is known: both of its days in one sentence."""
    if on is None:
        return []
    return [f"What was known on {moment_in_words(views.moment)} of what held on {day_in_words(on)}."]


_BUDGETS = (
    Column(key="fund", title="Fund"),
    Column(key="year", title="Year"),
    Column(key="title", title="Title", detail=True),
    Column(key="received_pence", title="Received", kind="pence"),
    Column(key="received_as_printed", title="As printed"),
    Column(key="received_exactly", title="Received is exact", kind="yes-no", detail=True),
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
    Column(key="administration_cap", title="Cap on administration", detail=True),
    Column(key="administration_cap_pence", title="Most for administration", kind="pence", detail=True),
    Column(key="administration_pence", title="Kept for administration", kind="pence", detail=True),
    Column(key="awards", title="Awards", kind="count", detail=True),
    Column(key="not_known", title="Not known", kind="count"),
    Column(key="inferred_pence", title="Inferred", kind="pence", detail=True),
    Column(key="stated_total_pence", title="Total stated", kind="pence", detail=True),
    Column(key="computed_total_pence", title="Total computed", kind="pence", detail=True),
    Column(key="difference_pence", title="Difference", kind="pence", detail=True),
)


_GONE = ("returned_pence", "carried_out_pence")
"""What is printed as soon as any fund has some of it, so that a printed line always adds up."""


def budgets(views: Views, on: date | None = None) -> Table:
    """Each fund in each year: received, committed, kept aside, paid and left, with a paper's own total beside.

    With ``on``, every figure is of what held on that day.
    """
    funds = {(row.fund, row.year): row for row in views.rows(FundRow)}
    found = sorted(standings(views, on).items(), key=lambda each: each[0][::-1])
    allocations = _allocations(views, on)
    gone = {key for key in _GONE if any(standing.figures()[key] for _place, standing in found)}
    return Table(
        name="budgets",
        title="Budgets",
        columns=tuple(c.model_copy(update={"detail": False}) if c.key in gone else c for c in _BUDGETS),
        rows=tuple(_budget(funds[place], standing, allocations.get(place, []), on) for place, standing in found),
        notes=(
            *held(views, on),
            "Amounts that are not known are in no sum. Inferred amounts are shown beside and never added.",
            "Received is committed, kept aside, left, returned and carried out, added up.",
            *(note for place, standing in found for note in _notes(place, standing, on)),
            *(f"The forecast of award {award} is in no line: {why}." for award, why in left_out(views, on).items()),
        ),
    )


def _allocations(views: Views, on: date | None) -> dict[Place, list[AllocationRow]]:
    found: dict[Place, list[AllocationRow]] = {}
    until = [] if on is None else [AllocationRow.table.c.effective_on <= on]
    for row in views.rows(AllocationRow, *until, order_by=("position",)):
        found.setdefault((row.fund, row.year), []).append(row)
    return found


def _is_exact(allocation: AllocationRow, on: date | None) -> bool:
    confirmed = allocation.confirmed_from
    return allocation.exact or (confirmed is not None and (on is None or confirmed <= on))


def _budget(fund: FundRow, standing: Standing, allocations: list[AllocationRow], on: date | None) -> tuple[Cell, ...]:
    figures, tolerance = standing.figures(), standing.terms.get(TOLERANCE)
    exact = None if figures["received_pence"] is None else all(_is_exact(each, on) for each in allocations)
    printed = " and ".join(each.printed for each in allocations if each.printed is not None)
    said = {
        "fund": cell(fund.fund),
        "year": cell(fund.year),
        "title": cell(fund.title),
        "received_as_printed": cell(printed or None, missing=UNASKED),
        "received_exactly": cell(exact),
        "tolerance_decision": cell(tolerance.about if tolerance else None, missing=UNASKED),
        "administration_cap": cell(_cap_in_words(standing), missing=UNASKED),
    }
    for key in ("forecast_pence", "variance_pence", "stated_total_pence", "difference_pence"):
        said[key] = cell(figures[key], missing=UNASKED)
    if CAP not in standing.terms:
        said["administration_cap_pence"] = cell(None, missing=UNASKED)
    return tuple(said[column.key] if column.key in said else cell(figures[column.key]) for column in _BUDGETS)


def _cap_in_words(standing: Standing) -> str | None:
    """``7.5 per cent of what was received``; nothing when there is no cap."""
    term = standing.terms.get(CAP)
    return None if term is None else per_cent_in_words(term)


def _notes(place: Place, standing: Standing, on: date | None) -> list[str]:
    """A line for a fund that was committed ahead of its money, that has a cap, or whose paper states another total."""
    fund, year = place
    figures, notes = standing.figures(), []
    if on is not None and figures["over_pence"]:
        notes.append(
            f"{fund} {year}: by {day_in_words(on)} {money.pounds(figures['over_pence'])} was committed or kept aside "
            "beyond what had been received by that day."
        )
    cap = _cap_in_words(standing)
    if cap is not None:
        most = money.pounds(figures["administration_cap_pence"])
        kept = money.pounds(figures["administration_pence"])
        notes.append(f"{fund} {year}: {kept} is kept for administration; the most that may be is {cap}, {most}.")
    if figures["difference_pence"]:
        stated, computed, difference = (
            money.pounds(figures[key]) for key in ("stated_total_pence", "computed_total_pence", "difference_pence")
        )
        inferred = figures["inferred_pence"]
        beside = f" Inferred for awards not known: {money.pounds(inferred)}." if inferred else ""
        notes.append(
            f"{fund} {year}: the paper states {stated} in all, the records come to {computed}; "
            f"the difference is {difference}.{beside}"
        )
    return notes


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
        notes=(
            *held(views, on),
            "A ring-fence is part of its fund: its money is in the fund's own line too.",
        ),
    )
