"""The register of payments, filtered by the database, a page at a time: scheduled, held and why, approved, paid."""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, exists, select

from domain.tables import Cell, Column, Table, cell
from projections.awards import AwardRow
from projections.paging import Order, Page, page_of
from projections.payments import ConditionRow, PaymentRow
from projections.providers import ProviderRow
from projections.registers import UNASKED, drawn_on, stands
from projections.views import Views

STANDINGS = (
    ("to-pay", "Still to pay"),
    ("due", "Due and held by nothing"),
    ("held", "Held"),
    ("scheduled", "Scheduled, not approved"),
    ("approved", "Approved, not paid"),
    ("paid", "Paid"),
    ("cancelled", "Cancelled"),
    ("all", "All"),
)
"""What may be asked for: due and held go by what can be paid today; the others by what is recorded."""
_TO_PAY = ("scheduled", "approved")


class Wanted(NamedTuple):
    """Which payments; nothing: whichever."""

    standing: str = "to-pay"
    award: str = ""
    fund: str = ""
    year: str = ""


def payments(views: Views, wanted: Wanted, limit: int, after: str | None = None) -> Page:
    """Payments, the earliest due first. Four queries, however many there are.

    Raises ``Refusal`` for the place of another list.
    """
    columns = PaymentRow.table.c
    query = select(PaymentRow.table).where(*views.within(PaymentRow), *_where(views, wanted))
    order = Order((columns.due_on, columns.award, columns.payment), (date, str, str))
    found, count, place = page_of(views, query, order, limit, after)
    rows = [PaymentRow(**{name: each[name] for name in columns.keys()}) for each in found]  # noqa: SIM118 - not a dict
    of_them = {row.award for row in rows}
    held, award, provider = ConditionRow.table.c, AwardRow.table.c, ProviderRow.table.c
    conditions: dict[str, list[ConditionRow]] = {}
    for condition in views.rows(ConditionRow, held.award.in_(of_them), held.standing == "open"):
        conditions.setdefault(condition.award, []).append(condition)
    awards = {row.award: row for row in views.rows(AwardRow, award.award.in_(of_them))}
    paid_to = {row.provider for row in rows if row.provider} | {a.provider for a in awards.values() if a.provider}
    titles = {row.provider: row.title for row in views.rows(ProviderRow, provider.provider.in_(paid_to))}
    lines = []
    for row in rows:
        own = awards[row.award]
        standing, why = stands(views, row, conditions, own)
        holder = titles.get((row.provider if row.status == "paid" else own.provider) or "", "provider not known")
        standing = "approved" if standing == "due" and row.status == "approved" else standing
        lines.append(
            (
                *(cell(row.due_on), Cell(row.award, words=f"{row.award}, {holder}"), cell(row.payment)),
                *(cell(row.amount_pence), cell(standing), cell(why, missing=UNASKED), cell(drawn_on(row))),
                cell(row.paid_on, missing=UNASKED),
                *(cell(row.status), cell(row.held is not None), cell(row.fund), cell(row.year)),
                cell(row.ring_fence, missing=UNASKED),
            )
        )
    return Page(_table(lines), count, place)


def _where(views: Views, wanted: Wanted) -> list[ColumnElement[bool]]:
    columns, conditions = PaymentRow.table.c, ConditionRow.table.c
    opened = select(conditions.award).where(conditions.standing == "open", conditions.award == columns.award)
    waits = exists(opened.correlate(PaymentRow.table)) | columns.held.is_not(None)
    where: list[ColumnElement[bool]] = [
        columns[name] == said for name in ("award", "fund", "year") if (said := getattr(wanted, name))
    ]
    match wanted.standing:
        case "held":
            where += [columns.status.in_(_TO_PAY), waits]
        case "due":
            where += [columns.status.in_(_TO_PAY), ~waits, columns.due_on <= views.today]
        case "to-pay":
            where.append(columns.status.in_(_TO_PAY))
        case "all":
            pass
        case status:
            where.append(columns.status == status)
    return where


def _table(lines: list[Any]) -> Table:
    return Table(
        name="payments",
        title="Payments",
        columns=(
            Column(key="due_on", title="Due", kind="date"),
            Column(key="award", title="Award"),
            Column(key="payment", title="Payment"),
            Column(key="amount_pence", title="Amount", kind="pence"),
            Column(key="standing", title="How it stands"),
            Column(key="held_by", title="Held by, or why"),
            Column(key="drawn_on", title="Out of", detail=True),
            Column(key="paid_on", title="Paid", kind="date"),
            Column(key="status", title="Recorded as", detail=True),
            Column(key="held", title="Held for a reason of its own", kind="yes-no", detail=True),
            Column(key="fund", title="Fund", detail=True),
            Column(key="year", title="Year", detail=True),
            Column(key="ring_fence", title="Ring-fence", detail=True),
        ),
        rows=tuple(lines),
        names=("award", "payment"),
    )
