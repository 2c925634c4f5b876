"""What may be asked, each with a table for an answer: budgets, awards, providers, what is due, reports, returns."""

from collections.abc import Callable

from domain import money
from domain.periods import day_in_words
from domain.tables import Column, Missing, Table, cell
from projections.awards import AwardRow, ShareRow
from projections.bid_register import bids
from projections.budget_answers import budgets, ring_fences
from projections.due_register import due_query, is_open
from projections.measures import measures
from projections.monitoring import DueItem
from projections.payments import PaymentRow
from projections.providers import ProviderRow
from projections.registers import decisions, documents, payments, single_tenders
from projections.reminder_answers import chases, reminders
from projections.reports import ReportRow
from projections.returns import ReturnRow
from projections.timeline import timeline
from projections.underspend import underspend
from projections.views import Views


def _shares_by_award(views: Views) -> dict[str, list[ShareRow]]:
    shares: dict[str, list[ShareRow]] = {}
    for share in views.rows(ShareRow):
        shares.setdefault(share.award, []).append(share)
    return shares


def _titles(views: Views) -> dict[str, str]:
    return {provider.provider: provider.title for provider in views.rows(ProviderRow)}


def awards(views: Views) -> Table:
    """Every award with its provider, service, route, amount, dates and decision."""
    shares, titles = _shares_by_award(views), _titles(views)
    rows = []
    for award in views.rows(AwardRow):
        own = shares.get(award.award, [])
        printed = [share.printed for share in own if share.printed]
        inferred = [share.inferred_pence for share in own if share.inferred_pence is not None]
        rows.append(
            (
                cell(award.award),
                cell(titles.get(award.provider or ""), missing=Missing.NOT_KNOWN),
                cell(award.service),
                cell(award.route),
                cell(money.add(share.amount_pence for share in own) if own else None),
                cell(sum(inferred) if inferred else None, missing=Missing.NOT_APPLICABLE),
                cell("; ".join(printed) or None, missing=Missing.NOT_APPLICABLE),
                cell(sum(share.paid_pence for share in own)),
                cell("; ".join(dict.fromkeys(f"{share.fund} {share.year}" for share in own))),
                cell(award.starts_on),
                cell(award.ends_on),
                cell(award.decision),
                cell(award.ground, missing=Missing.NOT_APPLICABLE),
                cell(award.status),
                cell(award.provider),
                cell(" ".join(award.remarks) or None, missing=Missing.NOT_APPLICABLE),
            )
        )
    return Table(
        name="awards",
        title="Awards",
        columns=(
            Column(key="award", title="Award"),
            Column(key="provider", title="Provider"),
            Column(key="service", title="Service"),
            Column(key="route", title="Route"),
            Column(key="amount_pence", title="Amount", kind="pence"),
            Column(key="inferred_pence", title="Inferred", kind="pence", detail=True),
            Column(key="as_printed", title="As printed", detail=True),
            Column(key="paid_pence", title="Paid", kind="pence"),
            Column(key="funds", title="Funds"),
            Column(key="starts_on", title="Starts", kind="date", detail=True),
            Column(key="ends_on", title="Ends", kind="date", detail=True),
            Column(key="decision", title="Decision", detail=True),
            Column(key="ground", title="Ground for a single tender", detail=True),
            Column(key="status", title="Status"),
            Column(key="provider_reference", title="Provider reference", detail=True),
            Column(key="remarks", title="Remarks", detail=True),
        ),
        rows=tuple(rows),
    )


def _stands_under(entries: dict[str, ProviderRow], provider: str) -> str:
    """The entry that a provider's sums stand under: itself, or the one at the end of what it is joined to."""
    while (joined := entries[provider].same_as) is not None:
        provider = joined
    return provider


def providers(views: Views) -> Table:
    """Every provider, and for each financial year what it was awarded and paid, by which funds and routes.

    An award counts under the provider that holds it now; what was paid, under the one that held it on that day.
    """
    shares = _shares_by_award(views)
    entries = {row.provider: row for row in views.rows(ProviderRow, order_by=("title",))}
    by_provider: dict[str, dict[str, list[tuple[AwardRow, ShareRow]]]] = {}
    for award in views.rows(AwardRow):
        for share in shares.get(award.award, []):
            if award.provider is not None:
                whole = by_provider.setdefault(_stands_under(entries, award.provider), {})
                whole.setdefault(share.year, []).append((award, share))
    paid, notes = _paid(views, entries)
    for provider_reference, year in paid:
        by_provider.setdefault(provider_reference, {}).setdefault(year, [])
    rows = []
    for provider in entries.values():
        joined = [entry for entry in entries.values() if entry is not provider]
        also = [each.title for each in joined if _stands_under(entries, each.provider) == provider.provider]
        if provider.same_as is not None:
            continue  # its sums stand under the one it is joined to, which names it
        for year, own in sorted(by_provider.get(provider.provider, {"": []}).items()):
            known = [share.amount_pence for _award, share in own if share.amount_pence is not None]
            rows.append(
                (
                    cell(provider.title),
                    cell(year or None, missing=Missing.NOT_APPLICABLE),
                    cell(len({award.award for award, _share in own})),
                    cell(sum(known) if known or not own else None),
                    cell(len(own) - len(known)),
                    cell(paid.get((provider.provider, year), 0)),
                    cell("; ".join(sorted({f"{share.fund} {share.year}" for _award, share in own}))),
                    cell("; ".join(sorted({award.route for award, _share in own}))),
                    cell(provider.kind),
                    cell(provider.status),
                    cell(provider.charity_number),
                    cell(provider.company_number),
                    cell(provider.provider),
                    cell("; ".join([*(provider.former_titles or []), *also]) or None, missing=Missing.NOT_APPLICABLE),
                )
            )
    return Table(
        name="providers",
        title="Providers",
        columns=(
            Column(key="provider", title="Provider"),
            Column(key="year", title="Year"),
            Column(key="awards", title="Awards", kind="count"),
            Column(key="amount_pence", title="Amount", kind="pence"),
            Column(key="not_known", title="Not known", kind="count"),
            Column(key="paid_pence", title="Paid", kind="pence"),
            Column(key="funds", title="Funds"),
            Column(key="routes", title="Routes"),
            Column(key="kind", title="Kind"),
            Column(key="status", title="Status"),
            Column(key="charity_number", title="Charity number", detail=True),
            Column(key="company_number", title="Company number", detail=True),
            Column(key="provider_reference", title="Reference", detail=True),
            Column(key="also", title="Also known as"),
        ),
        rows=tuple(rows),
        notes=("Amounts that are not known are counted beside, and are in no sum.", *notes),
    )


def _paid(views: Views, entries: dict[str, ProviderRow]) -> tuple[dict[tuple[str, str], int], list[str]]:
    """What was paid, less what came back, by provider and year; and a note for what a former holder was paid."""
    awards = {row.award: row for row in views.rows(AwardRow)}
    paid: dict[tuple[str, str], int] = {}
    before: dict[tuple[str, str, str], int] = {}
    for row in views.rows(PaymentRow, PaymentRow.table.c.status == "paid", order_by=("award", "payment")):
        if row.provider is None:
            continue
        pence, to = row.amount_pence - row.clawed_back_pence, _stands_under(entries, row.provider)
        paid[to, row.year] = paid.get((to, row.year), 0) + pence
        holder = awards[row.award].provider
        if holder is not None and _stands_under(entries, holder) != to:
            before[row.award, to, holder] = before.get((row.award, to, holder), 0) + pence
    notes = [
        f"{entries[to].title} held award {award} before {entries[holder].title}, and was paid {money.pounds(pence)} of "
        "it: that is under its own name, and the award under the one that holds it now."
        for (award, to, holder), pence in before.items()
    ]
    return paid, notes


def _due_table(views: Views, name: str, title: str, *, late: bool) -> Table:
    due, today = DueItem.table.c, views.today
    of_the_day = due.due_on < today if late else due.due_on >= today
    query = due_query(views, (*is_open(), of_the_day)).order_by(due.due_on, due.award, due.item)
    rows = []
    for item in views.connection.execute(query).mappings():
        days = (today - item["due_on"]).days
        rows.append(
            (
                cell(item["due_on"]),
                cell(days if late else -days),
                cell(item["award"]),
                cell(item["provider_title"]),
                cell(item["kind"]),
                cell(item["title"]),
                cell(item["period"], missing=Missing.NOT_APPLICABLE),
                cell(item["standing"]),
                cell(item["first_due_on"]),
                cell(item["reason"], missing=Missing.NOT_APPLICABLE),
                cell(item["service"]),
                cell(item["name"]),
            )
        )
    return Table(
        name=name,
        title=title,
        columns=(
            Column(key="due_on", title="Due", kind="date"),
            Column(key="days", title="Days late" if late else "Days left", kind="count"),
            Column(key="award", title="Award"),
            Column(key="provider", title="Provider"),
            Column(key="kind", title="Kind"),
            Column(key="title", title="What is due"),
            Column(key="period", title="For"),
            Column(key="standing", title="Standing"),
            Column(key="first_due_on", title="First due", kind="date", detail=True),
            Column(key="reason", title="Reason last given", detail=True),
            Column(key="service", title="Service", detail=True),
            Column(key="name", title="Name", detail=True),
        ),
        rows=tuple(rows),
        notes=(f"As at {day_in_words(views.today)}.",),
    )


def due(views: Views) -> Table:
    """What is due today or later and not yet in, the earliest first."""
    return _due_table(views, "due", "Due", late=False)


def overdue(views: Views) -> Table:
    """What was due before today and is not in, the latest by most days first."""
    return _due_table(views, "overdue", "Overdue", late=True)


def reports(views: Views) -> Table:
    """Every outcome report, as it stands."""
    by_reference = {award.award: award for award in views.rows(AwardRow)}
    titles = _titles(views)
    rows = []
    for report in views.rows(ReportRow, order_by=("starts_on", "award")):
        award = by_reference.get(report.award)
        rows.append(
            (
                cell(report.award),
                cell(titles.get(award.provider or "") if award else None),
                cell(award.service if award else None),
                cell(report.period),
                cell(report.status),
                cell(report.versions),
                cell(report.received_on),
                cell(report.figures),
                cell(report.outcomes),
                cell(report.made_up),
                cell(" ".join(report.reasons) or None, missing=Missing.NOT_APPLICABLE),
                cell(report.framework),
            )
        )
    return Table(
        name="reports",
        title="Outcome reports",
        columns=(
            Column(key="award", title="Award"),
            Column(key="provider", title="Provider"),
            Column(key="service", title="Service"),
            Column(key="period", title="Period"),
            Column(key="status", title="Status"),
            Column(key="versions", title="Versions", kind="count"),
            Column(key="received_on", title="Received", kind="date"),
            Column(key="figures", title="Figures", kind="count", detail=True),
            Column(key="outcomes", title="Outcomes", kind="count", detail=True),
            Column(key="made_up", title="Made up for demonstration", kind="yes-no"),
            Column(key="reasons", title="Sent back or corrected because", detail=True),
            Column(key="framework", title="Framework", detail=True),
        ),
        rows=tuple(rows),
    )


def returns(views: Views) -> Table:
    """Every half-yearly return in every version."""
    rows = tuple(
        (
            cell(row.period),
            cell(row.version),
            cell(row.status),
            cell(row.due_on),
            cell(len(row.waiting_for)),
            cell(row.signed_by, missing=Missing.NOT_APPLICABLE),
            cell(row.signed_at, missing=Missing.NOT_APPLICABLE),
            cell(row.submitted_on, missing=Missing.NOT_APPLICABLE),
            cell(row.position, missing=Missing.NOT_APPLICABLE),
            cell(row.sha256, missing=Missing.NOT_APPLICABLE),
            cell(len(row.changed_since or []) if row.tables else None, missing=Missing.NOT_APPLICABLE),
            cell(row.reason, missing=Missing.NOT_APPLICABLE),
            cell(row.template),
        )
        for row in views.rows(ReturnRow)
    )
    return Table(
        name="returns",
        title="Half-yearly returns",
        columns=(
            Column(key="period", title="Period"),
            Column(key="version", title="Version", kind="count", detail=True),
            Column(key="status", title="Status"),
            Column(key="due_on", title="Due", kind="date"),
            Column(key="waiting_for", title="Waiting for", kind="count"),
            Column(key="signed_by", title="Signed by"),
            Column(key="signed_at", title="Signed at", kind="moment"),
            Column(key="submitted_on", title="Submitted", kind="date"),
            Column(key="position", title="Log position", kind="count", detail=True),
            Column(key="sha256", title="SHA-256", detail=True),
            Column(key="changed_since", title="Reports changed since", kind="count"),
            Column(key="reason", title="Restated because", detail=True),
            Column(key="template", title="Template", detail=True),
        ),
        rows=rows,
    )


ANSWERS: dict[str, Callable[[Views], Table]] = {
    "budgets": budgets,
    "awards": awards,
    "providers": providers,
    "due": due,
    "overdue": overdue,
    "reports": reports,
    "returns": returns,
    "ring-fences": ring_fences,
    "underspend": underspend,
    "payments": payments,
    "decisions": decisions,
    "bids": bids,
    "documents": documents,
    "single-tenders": single_tenders,
    "reminders": reminders,
    "chases": chases,
    "measures": measures,
    "timeline": timeline,
}
"""Every question with a table for an answer, by its name."""
