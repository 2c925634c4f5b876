"""One fund in one year: its figures, what it received, keeps aside and carried, and the awards that draw on it."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Text, and_, cast, func, select

from domain.errors import NotFound
from domain.tables import Cell, Column, Table, cell
from projections.awards import AwardRow, ShareRow
from projections.budgets import (
    CAP,
    WHOLE,
    AllocationRow,
    BalanceRow,
    CommitmentRow,
    EarmarkRow,
    FundRow,
    LedgerRow,
    TermRow,
)
from projections.carried import CAME_IN, CarriedRow
from projections.paging import Order, Page, page_of
from projections.payments import SpendRow
from projections.providers import ProviderRow
from projections.standing import Place, Standing, per_cent_in_words, said_last
from projections.views import Views
from services.web.money_tables import OVER, UNASKED, WITHIN, standings_of, terms_of

FIGURES: tuple[tuple[str, str], ...] = (
    ("received_pence", "Received"),
    ("committed_pence", "Committed to awards"),
    ("earmarked_pence", "Kept aside"),
    ("returned_pence", "Returned"),
    ("carried_out_pence", "Carried out"),
    ("left_pence", "Left"),
    ("over_pence", "Over-committed by"),
    ("allowed_over_pence", "Allowed over"),
    ("paid_pence", "Paid"),
    ("forecast_pence", "Forecast by providers"),
    ("variance_pence", "Forecast less committed"),
    ("administration_cap_pence", "Most for administration"),
    ("administration_pence", "Kept for administration"),
    ("inferred_pence", "Worked out for awards not known"),
    ("stated_total_pence", "Total that a paper states"),
    ("computed_total_pence", "Committed and kept aside together"),
    ("difference_pence", "Stated less recorded"),
)
"""The figures of a fund in the order in which its page shows them: what adds up comes first."""
_WHEN_ASKED = ("forecast_pence", "variance_pence", "administration_cap_pence", "stated_total_pence", "difference_pence")
"""Figures that a fund need not have: then the question does not arise."""


class OneFund(NamedTuple):
    """One fund in one year, with all that belongs to it."""

    row: FundRow
    standing: Standing
    figures: Table
    received: Table
    kept_aside: Table
    fenced: Table
    carried: Table

    @property
    def sums(self) -> dict[str, int | None]:
        """Every figure, by its key."""
        return self.standing.figures()


def one_fund(views: Views, fund: str, year: str) -> OneFund:
    """One fund. Six queries. Raises ``NotFound``."""
    row = views.find(FundRow, fund, year)
    if row is None:
        raise NotFound("There is no such fund in that year.")
    balances, ledger, terms, carried = BalanceRow.table.c, LedgerRow.table.c, TermRow.table.c, CarriedRow.table.c
    standing = standings_of(
        views.rows(BalanceRow, balances.fund == fund, balances.year == year),
        terms_of(views, terms.fund == fund, terms.year == year),
    )[fund, year]
    entries = _entries(views, [ledger.fund == fund, ledger.year == year])
    taken = {each.about: int(each.amount) for each in entries if each.field == "committed"}
    standing.expected = _expected(views, (fund, year), taken)
    moved = views.rows(CarriedRow, carried.fund == fund, carried.year == year, order_by=("position",))
    return OneFund(
        row,
        standing,
        _figures(standing),
        _received(entries, moved),
        _kept_aside(entries),
        _fenced(standing),
        _carried(moved),
    )


def _entries(views: Views, where: list[Any]) -> list[Any]:
    """The entries of a fund's ledger added up by what they are about, with what is known of it. One query."""
    ledger, earmark, allocation = LedgerRow.table.c, EarmarkRow.table.c, AllocationRow.table.c
    kept = and_(
        *(earmark.fund == ledger.fund, earmark.year == ledger.year),
        *(earmark.earmark == ledger.about, ledger.field == "earmarked"),
    )
    came = and_(
        *(allocation.fund == ledger.fund, allocation.year == ledger.year, allocation.agreement == ledger.about),
        ledger.field.in_(("received", "allocations_not_known")),
    )
    joined = LedgerRow.table.outerjoin(EarmarkRow.table, kept).outerjoin(AllocationRow.table, came)
    known = (earmark.kind, allocation.printed, allocation.exact, allocation.confirmed_from)
    groups = (ledger.field, ledger.about, ledger.ring_fence, *known)
    shown = ("received", "allocations_not_known", "earmarked", "committed")
    query = select(*groups, func.sum(ledger.amount).label("amount"), func.min(ledger.effective_on).label("from_day"))
    query = query.select_from(joined).where(*where, ledger.field.in_(shown)).group_by(*groups)
    return list(views.connection.execute(query.order_by(func.min(ledger.position))))


def _expected(views: Views, place: Place, taken: Mapping[str, int]) -> tuple[int, int] | None:
    """The forecast of the awards that draw on this fund alone and gave one, and what those take of it. One query."""
    own, others, spend = CommitmentRow.table.c, CommitmentRow.table.alias("others").c, SpendRow.table.c
    places = select(func.count()).where(others.award == own.award).correlate(CommitmentRow.table).scalar_subquery()
    alone = select(own.award).where(
        own.fund == place[0], own.year == place[1], cast(own.not_known, Text) == "{}", places == 1
    )
    stated: dict[str, list[SpendRow]] = {}
    for row in views.rows(SpendRow, spend.award.in_(alone), order_by=("position", "line")):
        stated.setdefault(row.award, []).append(row)
    forecasts = {award: said_last(lines) for award, lines in stated.items()}
    known = {award: forecast for award, forecast in forecasts.items() if forecast is not None}
    return (sum(known.values()), sum(taken.get(award, 0) for award in known)) if known else None


def _figures(standing: Standing) -> Table:
    sums = standing.figures()
    rows = [
        (cell(title), cell(key), cell(sums[key]))
        for key, title in FIGURES
        if sums[key] is not None or not _is_unasked(key, standing)
    ]
    gone = [title for key, title in FIGURES if sums[key] is None and _is_unasked(key, standing)]
    notes = ["What was received is what is committed, kept aside, returned, carried out and left, added up."]
    if CAP in standing.terms:
        notes.append(f"The most for administration is {per_cent_in_words(standing.terms[CAP])}.")
    if gone:
        notes.append(f"There is none, and so nothing to explain: {', '.join(gone).lower()}.")
    if sums["not_known"]:
        notes.append("Awards whose amount is not known are in no figure: what is left is the most that can be left.")
    return Table(
        name="figures",
        title="Figures",
        columns=(
            Column(key="figure", title="Figure"),
            Column(key="key", title="Key", detail=True),
            Column(key="amount_pence", title="Amount", kind="pence"),
        ),
        rows=tuple(rows),
        notes=tuple(notes),
        names=("figure",),
    )


def _is_unasked(key: str, standing: Standing) -> bool:
    """Whether the fund need not have that figure."""
    if key == "administration_cap_pence":
        return CAP not in standing.terms
    return key in _WHEN_ASKED


def _received(entries: Iterable[Any], moved: Iterable[CarriedRow]) -> Table:
    """What a fund received, by agreement, addendum or transfer."""
    transfers = {row.transfer for row in moved if row.way == CAME_IN}
    found: dict[str, dict[str, Any]] = {}
    for each in entries:
        if each.field in ("received", "allocations_not_known"):
            said = found.setdefault(each.about, {"amount": 0, "unknown": 0, "from": each.from_day, "entry": each})
            said["amount" if each.field == "received" else "unknown"] += int(each.amount)
    rows = []
    for about, said in found.items():
        entry = said["entry"]
        exact = None if entry.exact is None else bool(entry.exact or entry.confirmed_from)
        rows.append(
            (
                cell(about),
                cell("Carried in" if about in transfers else "Allocation" if entry.exact is not None else "Addendum"),
                cell(said["from"]),
                cell(None if said["unknown"] > 0 else said["amount"]),
                cell(entry.printed, missing=UNASKED),
                cell(exact, missing=UNASKED),
            )
        )
    return Table(
        name="received",
        title="What was received",
        columns=(
            Column(key="agreement", title="Agreement"),
            Column(key="kind", title="Kind"),
            Column(key="from_day", title="Holds from", kind="date"),
            Column(key="amount_pence", title="Amount", kind="pence"),
            Column(key="printed", title="As printed"),
            Column(key="exact", title="Exact", kind="yes-no"),
        ),
        rows=tuple(rows),
        names=("agreement",),
    )


def _kept_aside(entries: Iterable[Any]) -> Table:
    """The money kept aside, by earmark: what is still kept."""
    rows = [
        (
            cell(each.about),
            cell((each.kind or "").replace("-", " ").capitalize() or None),
            cell(each.ring_fence or None, missing=UNASKED),
            cell(each.from_day),
            cell(int(each.amount)),
        )
        for each in entries
        if each.field == "earmarked"
    ]
    return Table(
        name="earmarks",
        title="Money kept aside",
        columns=(
            Column(key="earmark", title="Earmark"),
            Column(key="kind", title="Kind"),
            Column(key="ring_fence", title="Ring-fence"),
            Column(key="from_day", title="Since", kind="date"),
            Column(key="amount_pence", title="Still kept aside", kind="pence"),
        ),
        rows=tuple(rows),
        names=("earmark",),
    )


def _fenced(standing: Standing) -> Table:
    """Each ring-fence and line inside a fund."""
    rows = [
        (
            cell(row.title or row.ring_fence),
            cell(row.ring_fence),
            cell((row.kind or "").replace("-", " ").capitalize() or None),
            cell(OVER if (row.left_pence or 0) < 0 else WITHIN),
            *(cell(each) for each in (row.received, row.committed, row.earmarked, row.paid, row.left_pence)),
        )
        for ring_fence, row in standing.own.items()
        if ring_fence != WHOLE
    ]
    return Table(
        name="ring-fences",
        title="Ring-fences",
        columns=(
            Column(key="title", title="Ring-fence"),
            Column(key="ring_fence", title="Reference"),
            Column(key="kind", title="Kind"),
            Column(key="standing", title="How it stands"),
            Column(key="received_pence", title="Has", kind="pence"),
            Column(key="committed_pence", title="Committed", kind="pence"),
            Column(key="earmarked_pence", title="Kept aside", kind="pence"),
            Column(key="paid_pence", title="Paid", kind="pence"),
            Column(key="left_pence", title="Left", kind="pence"),
        ),
        rows=tuple(rows),
        notes=("A ring-fence is part of its fund: its money is in the fund's own figures too.",) if rows else (),
        names=("ring_fence",),
    )


def _carried(moved: Iterable[CarriedRow]) -> Table:
    """What was carried in and out."""
    first, *others = carried_columns("Other fund", "Its year")
    return Table(
        name="carried",
        title="Carried in and out",
        columns=(first, Column(key="way", title="In or out"), *others),
        rows=tuple(
            (cell(row.transfer), cell("In" if row.way == CAME_IN else "Out"), *carried_cells(row)) for row in moved
        ),
        names=("transfer", "way"),
    )


def carried_columns(fund: str, year: str) -> tuple[Column, ...]:
    """The columns of transfers: the reference, then what ``carried_cells`` fills, the other side under these titles."""
    return (
        Column(key="transfer", title="Transfer"),
        Column(key="other_fund", title=fund),
        Column(key="other_year", title=year),
        Column(key="amount_pence", title="Amount", kind="pence"),
        Column(key="effective_on", title="Holds from", kind="date"),
        Column(key="permission", title="Permission"),
        Column(key="decision", title="Decision"),
        Column(key="use_by", title="To be used by", kind="date"),
    )


def carried_cells(row: CarriedRow) -> tuple[Cell, ...]:
    """A transfer: the other side, and what is said of it."""
    return (
        *(cell(row.other_fund), cell(row.other_year), cell(row.amount_pence), cell(row.effective_on)),
        *(cell(row.permission), cell(row.decision, missing=UNASKED), cell(row.use_by, missing=UNASKED)),
    )


def shares_of(views: Views, fund: str, year: str, limit: int = 50, after: str | None = None) -> Page:
    """The awards that draw on a fund, as far as whoever asks sees them. One query."""
    share, award, provider = ShareRow.table.c, AwardRow.table.c, ProviderRow.table.c
    joined = ShareRow.table.join(AwardRow.table, share.award == award.award)
    joined = joined.outerjoin(ProviderRow.table, provider.provider == award.provider)
    about = (award.service, award.status, provider.title.label("provider"))
    query = select(ShareRow.table, *about).select_from(joined)
    query = query.where(*views.within(ShareRow), share.fund == fund, share.year == year)
    rows, count, place = page_of(views, query, Order((share.award, share.line), (str, str)), limit, after)
    table = Table(
        name="awards-of-fund",
        title="Awards that draw on it",
        columns=(
            Column(key="award", title="Award"),
            Column(key="provider", title="Provider"),
            Column(key="service", title="Service"),
            Column(key="status", title="Status"),
            Column(key="ring_fence", title="Ring-fence"),
            Column(key="amount_pence", title="Share", kind="pence"),
            Column(key="paid_pence", title="Paid", kind="pence"),
            Column(key="inferred_pence", title="Worked out", kind="pence"),
        ),
        rows=tuple(
            (
                *(cell(row["award"]), cell(row["provider"]), cell(row["service"]), cell(row["status"])),
                *(cell(row["ring_fence"], missing=UNASKED), cell(row["amount_pence"]), cell(row["paid_pence"])),
                cell(row["inferred_pence"], missing=UNASKED),
            )
            for row in rows
        ),
        names=("award", "ring_fence"),
    )
    return Page(table, count, place)
