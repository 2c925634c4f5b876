"""Registers as answers: payments, decisions, documents and single tenders."""

from domain.periods import day_in_words
from domain.tables import Column, Missing, Table, cell
from projections.awards import AwardRow
from projections.decisions import DecisionRow, DocumentRow
from projections.partners import SingleTenderRow
from projections.payments import ConditionRow, PaymentRow
from projections.providers import ProviderRow
from projections.views import Views

UNASKED = Missing.NOT_APPLICABLE


def open_conditions(views: Views) -> dict[str, list[ConditionRow]]:
    """The conditions that hold payments back, by award."""
    found: dict[str, list[ConditionRow]] = {}
    for row in views.rows(ConditionRow, ConditionRow.table.c.standing == "open"):
        found.setdefault(row.award, []).append(row)
    return found


def drawn_on(payment: PaymentRow) -> str:
    """What a payment is out of: ``moj-victims 2017-18``, and ``in labour`` where the award has several shares of it."""
    return f"{payment.fund} {payment.year}" + (f" in {payment.ring_fence}" if payment.ring_fence else "")


def stands(
    views: Views, payment: PaymentRow, holding: dict[str, list[ConditionRow]], award: AwardRow
) -> tuple[str, str | None]:
    """Where a payment stands today, and what holds it: ``held``, ``spend-plan: the partnership's plan``."""
    if payment.status in ("paid", "cancelled"):
        back = payment.clawed_back_pence
        return ("paid" if not back else "clawed back" if back == payment.amount_pence else "partly clawed back") if (
            payment.status == "paid"
        ) else "cancelled", payment.held
    if award.transferred_on is not None:
        names = " and ".join(successor for successor, _pence in award.transferred_to or [])
        return "passed on", f"passed to {names} on {day_in_words(award.transferred_on)}"
    conditions = holding.get(payment.award, [])
    if conditions:
        return "held", "; ".join(f"{each.condition}: {each.title}" for each in conditions)
    if payment.held is not None:
        return "held", payment.held
    return ("due" if payment.due_on <= views.today else payment.status), None


def payments(views: Views) -> Table:
    """Every payment: scheduled, due, held and by which condition, paid (to whoever held the award), clawed back."""
    holding = open_conditions(views)
    titles = {row.provider: row.title for row in views.rows(ProviderRow)}
    awards = {row.award: row for row in views.rows(AwardRow)}
    rows = []
    for row in views.rows(PaymentRow, order_by=("due_on", "award", "payment")):
        award = awards[row.award]
        standing, why = stands(views, row, holding, award)
        rows.append(
            (
                cell(row.due_on),
                cell(row.award),
                cell(titles.get((row.provider if row.status == "paid" else award.provider) or "")),
                cell(row.payment),
                cell(drawn_on(row)),
                cell(row.amount_pence),
                cell(standing),
                cell(why, missing=UNASKED),
                cell(row.paid_on, missing=UNASKED),
                cell(row.clawed_back_pence),
            )
        )
    return Table(
        name="payments",
        title="Payments",
        columns=(
            Column(key="due_on", title="Due", kind="date"),
            Column(key="award", title="Award"),
            Column(key="provider", title="Provider"),
            Column(key="payment", title="Payment"),
            Column(key="fund", title="Fund"),
            Column(key="amount_pence", title="Amount", kind="pence"),
            Column(key="standing", title="Standing"),
            Column(key="held_by", title="Held by, or why"),
            Column(key="paid_on", title="Paid", kind="date"),
            Column(key="clawed_back_pence", title="Clawed back", kind="pence", detail=True),
        ),
        rows=tuple(rows),
    )


def decisions(views: Views) -> Table:
    """Every decision, with the awards that rest on it."""
    resting: dict[str, list[str]] = {}
    for award in views.rows(AwardRow):
        if award.rests_on:
            resting.setdefault(award.rests_on, []).append(award.award)
    return Table(
        name="decisions",
        title="Decisions",
        columns=(
            Column(key="decision", title="Decision"),
            Column(key="decided_on", title="Date", kind="date"),
            Column(key="title", title="Title"),
            Column(key="decided", title="Decided"),
            Column(key="significant_public_interest", title="Significant public interest", kind="yes-no"),
            Column(key="public_interest_reason", title="Why, or why not"),
            Column(key="awards", title="Awards that rest on it"),
            Column(key="advice", title="Advice", detail=True),
            Column(key="alternatives", title="Alternatives", detail=True),
            Column(key="objectives", title="Plan objectives", detail=True),
            Column(key="interests", title="Interests", detail=True),
            Column(key="supersedes", title="Supersedes"),
            Column(key="superseded_by", title="Superseded by"),
            Column(key="published_on", title="Published", kind="date", detail=True),
        ),
        rows=tuple(
            (
                cell(row.decision),
                cell(row.decided_on),
                cell(row.title),
                cell(row.decided),
                cell(row.significant_public_interest),
                cell(row.public_interest_reason),
                cell("; ".join(resting.get(row.decision, [])) or None, missing=UNASKED),
                cell(row.advice),
                cell(row.alternatives),
                cell("; ".join(row.objectives) or None),
                cell(row.interests),
                cell(row.supersedes, missing=UNASKED),
                cell(row.superseded_by, missing=UNASKED),
                cell(row.published_on),
            )
            for row in views.rows(DecisionRow, order_by=("decided_on", "decision"))
        ),
    )


def documents(views: Views) -> Table:
    """Every document on file, by award."""
    return Table(
        name="documents",
        title="Documents",
        columns=(
            Column(key="award", title="Award"),
            Column(key="kind", title="Kind"),
            Column(key="title", title="Title"),
            Column(key="file_name", title="File"),
            Column(key="size_bytes", title="Bytes", kind="count"),
            Column(key="attached_at", title="Attached", kind="moment"),
            Column(key="sha256", title="SHA-256"),
            Column(key="media_type", title="Type", detail=True),
        ),
        rows=tuple(
            (
                cell(row.award),
                cell(row.kind),
                cell(row.title),
                cell(row.file_name),
                cell(row.size_bytes),
                cell(row.attached_on),
                cell(row.sha256),
                cell(row.media_type),
            )
            for row in views.rows(DocumentRow)
        ),
    )


def single_tenders(views: Views) -> Table:
    """The register of single tenders: those entered, and awards by that route that are not entered yet."""
    entries = {row.award: row for row in views.rows(SingleTenderRow)}
    titles = {row.provider: row.title for row in views.rows(ProviderRow)}
    rows = []
    for award in views.rows(AwardRow, AwardRow.table.c.route == "single-tender"):
        entry = entries.get(award.award)
        rows.append(
            (
                cell(award.award),
                cell(titles.get(award.provider or "")),
                cell(award.service),
                cell(entry.ground if entry else award.ground),
                cell(entry.approved_by if entry else None),
                cell(entry.decision if entry else award.decision),
                cell(entry.next_competition_on if entry else None),
            )
        )
    return Table(
        name="single-tenders",
        title="Register of single tenders",
        columns=(
            Column(key="award", title="Award"),
            Column(key="provider", title="Provider"),
            Column(key="service", title="Service"),
            Column(key="ground", title="Ground"),
            Column(key="approved_by", title="Approved by"),
            Column(key="decision", title="Decision"),
            Column(key="next_competition_on", title="Next competition", kind="date"),
        ),
        rows=tuple(rows),
    )
