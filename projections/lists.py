"""Short lists for the first page: each at most so many rows, and how many there are in all. One query to a list."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, Select, cast, exists, func, select

from domain.awards.award import SETTLED
from domain.awards.award import AwardStatus as Status
from domain.tables import Cell, Column, Kind, Missing, Table, cell
from projections.awards import AwardRow
from projections.budgets import WHOLE, AllocationRow, BalanceRow, FundRow
from projections.due_register import due_query, due_table, is_open
from projections.monitoring import DueItem
from projections.paging import Order, Page, page_of
from projections.partners import SingleTenderRow
from projections.payments import ConditionRow, PaymentRow
from projections.providers import ProviderRow
from projections.reminders import ReminderRow
from projections.reports import ReportRow
from projections.returns import LatestReturn, ReturnRow
from projections.views import Views

FEW = 20
"""How many rows a short list has at most."""

SOON = timedelta(days=14)
ENDING = timedelta(days=90)

TO_PAY = ("scheduled", "approved")

Shown = tuple[str, str, Kind]
"""The key, title and kind of a column, which the query has under that key."""

AWARD: tuple[Shown, ...] = (
    ("award", "Award", "text"),
    ("provider", "Provider", "text"),
    ("service", "Service", "text"),
)
Of = Sequence[ColumnElement[bool]]


def listed(
    views: Views, name: str, title: str, columns: Sequence[Shown], query: Select[Any], order: Order, names: str
) -> Page:
    """The first rows of a query as a table: a column is what the query has under its key."""
    rows, count, place = page_of(views, query, order, FEW)
    table = Table(
        name=name,
        title=title,
        columns=tuple(Column(key=key, title=heading, kind=kind) for key, heading, kind in columns),
        rows=tuple(tuple(_said(row[key], kind) for key, _heading, kind in columns) for row in rows),
        names=tuple(names.split()),
    )
    return Page(table, count, place)


def _said(value: Any, kind: Kind) -> Cell:
    if isinstance(value, list):
        value = "; ".join(map(str, value)) or None
    missing = Missing.NOT_KNOWN if kind == "pence" else Missing.NOT_APPLICABLE
    return cell(int(value) if kind in ("pence", "count") and value is not None else value, missing=missing)


def _with_award(kind: type[Any], *more: ColumnElement[Any]) -> Select[Any]:
    """Rows that belong to awards, with the award's service and the name of its provider."""
    awards, providers = AwardRow.table.c, ProviderRow.table.c
    joined = kind.table.join(AwardRow.table, kind.table.c.award == awards.award)
    joined = joined.outerjoin(ProviderRow.table, providers.provider == awards.provider)
    return select(kind.table.c.award, awards.service, providers.title.label("provider"), *more).select_from(joined)


def _due(views: Views, name: str, title: str, where: Of) -> Page:
    due = DueItem.table.c
    order = Order((due.due_on, due.award, due.item), (date, str, str))
    rows, count, place = page_of(views, due_query(views, [*is_open(), *where]), order, FEW)
    return Page(due_table(views, name, title, rows), count, place)


def overdue(views: Views, of: Of = ()) -> Page:
    """What was due before today and is not in, the earliest first."""
    return _due(views, "overdue", "Overdue", [DueItem.table.c.due_on < views.today, *of])


def due_soon(views: Views, of: Of = ()) -> Page:
    """What is due within a fortnight from today, the earliest first."""
    due_on = DueItem.table.c.due_on
    return _due(views, "due-soon", "Due in the next 14 days", [due_on.between(views.today, views.today + SOON), *of])


def due_later(views: Views, of: Of = ()) -> Page:
    """What is due after the next fortnight, the earliest first."""
    return _due(views, "due-later", "Due later", [DueItem.table.c.due_on > views.today + SOON, *of])


def _reports(views: Views, name: str, title: str, where: Of, *, newest: bool = False) -> Page:
    columns = ReportRow.table.c
    about = (columns.period, columns.status, columns.received_on, columns.versions, columns.reasons, columns.report)
    query = _with_award(ReportRow, *about).where(*views.within(ReportRow), *where)
    order = Order((columns.received_on, columns.report), (date, str), newest)
    shown: tuple[Shown, ...] = (
        ("received_on", "Received", "date"),
        *AWARD,
        *(("period", "Period", "text"), ("status", "Status", "text"), ("versions", "Versions", "count")),
        *(("reasons", "Sent back or corrected because", "text"), ("report", "Report", "text")),
    )
    return listed(views, name, title, shown, query, order, "report")


def reports_to_review(views: Views, of: Of = ()) -> Page:
    """Reports that came in, and were neither accepted nor sent back; the one that waits longest first."""
    waiting = ReportRow.table.c.status.in_(("submitted", "corrected"))
    return _reports(views, "reports-to-review", "Reports to review", [waiting, *of])


def reports_sent_back(views: Views, of: Of = ()) -> Page:
    """Reports that are to be put right, with the reasons."""
    return _reports(views, "sent-back", "Sent back to be put right", [ReportRow.table.c.status == "sent-back", *of])


def reports_sent(views: Views, of: Of = ()) -> Page:
    """Reports as they came in last, the latest first."""
    return _reports(views, "sent-lately", "What was sent last", list(of), newest=True)


def _payments(views: Views, name: str, title: str, where: Of) -> Page:
    payments, conditions = PaymentRow.table.c, ConditionRow.table.c
    first = select(func.min(conditions.title)).where(conditions.award == payments.award, conditions.standing == "open")
    about = (payments.payment, payments.due_on, payments.fund, payments.year, payments.amount_pence, payments.status)
    held = func.coalesce(first.correlate(PaymentRow.table).scalar_subquery(), payments.held).label("waits_for")
    settled = [status.value for status in SETTLED]
    query = _with_award(PaymentRow, *about, held).where(
        *views.within(PaymentRow), payments.status.in_(TO_PAY), AwardRow.table.c.status.not_in(settled), *where
    )
    order = Order((payments.due_on, payments.award, payments.payment), (date, str, str))
    shown: tuple[Shown, ...] = (
        ("due_on", "Due", "date"),
        *AWARD,
        *(("payment", "Payment", "text"), ("fund", "Fund", "text"), ("year", "Year", "text")),
        *(("amount_pence", "Amount", "pence"), ("status", "Status", "text"), ("waits_for", "Waits for", "text")),
    )
    return listed(views, name, title, shown, query, order, "award payment")


def _is_waiting() -> ColumnElement[bool]:
    """That a payment is held, by a condition of its award or for a reason of its own."""
    payments, conditions = PaymentRow.table.c, ConditionRow.table.c
    opened = select(conditions.award).where(conditions.standing == "open", conditions.award == payments.award)
    return exists(opened.correlate(PaymentRow.table)) | payments.held.is_not(None)


def payments_waiting(views: Views, of: Of = ()) -> Page:
    """Payments that a condition holds (the first of them by its title), or a reason of their own."""
    return _payments(views, "payments-waiting", "Payments waiting", [_is_waiting(), *of])


def payments_due(views: Views, of: Of = ()) -> Page:
    """Payments that are due or approved, held by nothing, and not paid."""
    payments = PaymentRow.table.c
    to_pay = (payments.due_on <= views.today) | (payments.status == "approved")
    return _payments(views, "payments-due", "Payments to make", [to_pay, ~_is_waiting(), *of])


def messages_failed(views: Views, of: Of = ()) -> Page:
    """Reminders that were refused, or did not arrive; the latest first."""
    columns = ReminderRow.table.c
    about = (columns.award, columns.item, columns.step, columns.part, columns.person, columns.reason)
    failed = (columns.standing == "refused") | columns.arrived.is_(False)
    query = select(*about, columns.settled_at, columns.reminder).where(*views.within(ReminderRow), failed, *of)
    shown: tuple[Shown, ...] = (
        *(("settled_at", "When", "moment"), ("award", "Award", "text"), ("item", "About", "text")),
        *(("step", "Step", "text"), ("part", "To", "text"), ("person", "Person", "text")),
        *(("reason", "Because", "text"), ("reminder", "Reminder", "text")),
    )
    order = Order((columns.position,), (int,), True)
    return listed(views, "messages-failed", "Messages that failed", shown, query, order, "reminder")


def awards_ending(views: Views, of: Of = ()) -> Page:
    """Approved awards that end within 90 days from today, the earliest first."""
    columns = AwardRow.table.c
    ending = columns.ends_on.between(views.today, views.today + ENDING)
    return _awards(views, "awards-ending", "Ending in the next 90 days", Status.APPROVED, [ending, *of])


def awards_to_approve(views: Views, of: Of = ()) -> Page:
    """Awards that are registered and not yet approved, the first to start first."""
    return _awards(views, "awards-to-approve", "Registered and not yet approved", Status.REGISTERED, of)


def _awards(views: Views, name: str, title: str, status: Status, where: Of) -> Page:
    columns, providers = AwardRow.table.c, ProviderRow.table.c
    joined = AwardRow.table.outerjoin(ProviderRow.table, providers.provider == columns.provider)
    about = (columns.award, columns.service, providers.title.label("provider"), columns.route)
    query = select(*about, columns.starts_on, columns.ends_on).select_from(joined)
    query = query.where(*views.within(AwardRow), columns.status == status.value, *where)
    day = columns.ends_on if status is Status.APPROVED else columns.starts_on
    order = Order((func.coalesce(day, date.max, type_=Date()), columns.award), (date, str))
    shown: tuple[Shown, ...] = (
        *(*AWARD, ("route", "Route", "text")),
        *(("starts_on", "Starts", "date"), ("ends_on", "Ends", "date")),
    )
    return listed(views, name, title, shown, query, order, "award")


def single_tenders_to_note(views: Views, of: Of = ()) -> Page:
    """Awards by single tender that are not entered in the register of single tenders."""
    columns, providers, entries = AwardRow.table.c, ProviderRow.table.c, SingleTenderRow.table.c
    joined = AwardRow.table.outerjoin(ProviderRow.table, providers.provider == columns.provider)
    joined = joined.outerjoin(SingleTenderRow.table, entries.award == columns.award)
    about = (columns.award, columns.service, providers.title.label("provider"), columns.ground, columns.starts_on)
    query = select(*about).select_from(joined)
    query = query.where(*views.within(AwardRow), columns.route == "single-tender", entries.award.is_(None), *of)
    shown: tuple[Shown, ...] = (*AWARD, ("ground", "Ground", "text"), ("starts_on", "Starts", "date"))
    order = Order((columns.award,), (str,))
    return listed(views, "single-tenders-to-note", "Single tenders to note", shown, query, order, "award")


def returns_open(views: Views, of: Of = ()) -> Page:
    """Returns that are not submitted yet, with their due day and how many reports they wait for."""
    columns, latest = ReturnRow.table.c, LatestReturn.table.c
    newest = (latest.period == columns.period) & (latest.version == columns.version)
    about = (columns.period, columns.version, columns.status, columns.due_on, columns.waiting_for)
    query = select(*about).select_from(ReturnRow.table.join(LatestReturn.table, newest))
    query = query.where(*views.within(ReturnRow), columns.status.in_(("opened", "filled", "signed-off")), *of)
    order = Order((func.coalesce(columns.due_on, date.max, type_=Date()), columns.period), (date, str))
    rows, count, place = page_of(views, query, order, FEW)
    table = Table(
        name="returns-open",
        title="Returns open",
        columns=(
            Column(key="period", title="Period"),
            Column(key="version", title="Version", kind="count", detail=True),
            Column(key="status", title="Status"),
            Column(key="due_on", title="Due", kind="date"),
            Column(key="waiting_for", title="Waiting for", kind="count", unit="reports"),
        ),
        rows=tuple(
            (
                *(cell(row["period"]), cell(row["version"]), cell(row["status"])),
                *(cell(row["due_on"]), cell(len(row["waiting_for"]))),
            )
            for row in rows
        ),
        names=("period",),
    )
    return Page(table, count, place)


def allocations_to_confirm(views: Views, of: Of = ()) -> Page:
    """Allocations whose exact amount is not known: as a paper prints it, and not confirmed."""
    columns = AllocationRow.table.c
    query = select(columns.fund, columns.year, columns.agreement, columns.printed, columns.effective_on)
    query = query.where(*views.within(AllocationRow), ~columns.exact, columns.confirmed_from.is_(None), *of)
    order = Order((columns.year, columns.fund, columns.agreement), (str, str, str), True)
    shown: tuple[Shown, ...] = (
        *(("fund", "Fund", "text"), ("year", "Year", "text"), ("agreement", "Agreement", "text")),
        *(("printed", "As printed", "text"), ("effective_on", "Received", "date")),
    )
    title = "Allocations not confirmed"
    return listed(views, "allocations-to-confirm", title, shown, query, order, "fund year agreement")


def over_committed(views: Views, of: Of = ()) -> Page:
    """Funds, cores and ring-fences that are committed beyond what they received; the most first.

    The core of a fund is what no ring-fence of it takes.
    """
    query, over = _over(views)
    order = Order((over, query.c.year, query.c.fund, query.c.ring_fence), (int, str, str, str), True)
    shown: tuple[Shown, ...] = (
        *(("fund", "Fund", "text"), ("year", "Year", "text"), ("title", "Title", "text")),
        *(("ring_fence", "Ring-fence", "text"), ("over_pence", "Over", "pence")),
    )
    chosen = select(query, over.label("over_pence")).where(over > 0, *of)
    return listed(views, "over-committed", "Over-committed", shown, chosen, order, "fund year ring_fence")


def _over(views: Views) -> tuple[Any, ColumnElement[Any]]:
    """Each balance with what is left of it, the whole fund's without what its ring-fences have left."""
    balance, fenced, fund = BalanceRow.table.c, BalanceRow.table.alias("fenced").c, FundRow.table.c

    def left(of: Any) -> ColumnElement[Any]:
        left: ColumnElement[Any] = of.received - of.committed - of.earmarked - of.returned - of.carried_out
        return left

    beside = (fenced.fund == balance.fund, fenced.year == balance.year, fenced.ring_fence != WHOLE)
    theirs = select(func.coalesce(func.sum(left(fenced)), 0)).where(*beside, balance.ring_fence == WHOLE)
    core = left(balance) - cast(theirs.correlate(BalanceRow.table).scalar_subquery(), BigInteger)
    same = (fund.fund == balance.fund) & (fund.year == balance.year)
    known = (balance.allocations > 0, balance.allocations_not_known == 0)
    about = (balance.fund, balance.year, fund.title, balance.ring_fence, core.label("core"))
    query = select(*about).select_from(BalanceRow.table.join(FundRow.table, same))
    found = query.where(*views.within(BalanceRow), *known).subquery("standing_now")
    return found, -found.c.core
