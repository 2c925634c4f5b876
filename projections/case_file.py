"""Everything about one award, as a case file that a person would sign: its facts, money, conditions and history."""

from collections.abc import Iterator
from typing import Any

from domain import money
from domain.errors import NotFound
from domain.periods import day_in_words
from domain.tables import Column, Kind, Missing, Table, cell
from projections.awards import AwardRow, ShareRow
from projections.decisions import DecisionRow, DocumentRow
from projections.monitoring import DueItem
from projections.partners import ContributionRow, PoolRow, SecondTierRow, SingleTenderRow
from projections.payments import ConditionRow, PaymentRow, ProfileRow, SpendRow, SurplusRow
from projections.providers import ProviderRow
from projections.registers import open_conditions, stands
from projections.reports import ReportRow
from projections.timeline import timeline
from projections.views import Views


def case_file(views: Views, award: str) -> list[Table]:
    """The tables of one award; those that would be empty are left out. Raises ``NotFound``."""
    row = views.find(AwardRow, award)
    if row is None:
        raise NotFound(f"There is no award {award}.")
    tables = [_facts(views, row), *_money(views, award), *_partners(views, award), *_monitoring(views, award)]
    return [*(table for table in tables if table.rows), timeline(views, f"award-{award}")]


def _table(name: str, title: str, columns: list[tuple[str, str, Kind]], rows: Iterator[tuple[Any, ...]]) -> Table:
    return Table(
        name=name,
        title=title,
        columns=tuple(Column(key=key, title=heading, kind=kind) for key, heading, kind in columns),
        rows=tuple(tuple(cell(said, missing=Missing.NOT_APPLICABLE) for said in row) for row in rows),
    )


def _facts(views: Views, row: AwardRow) -> Table:
    provider = views.find(ProviderRow, row.provider) if row.provider else None
    shares = views.rows(ShareRow, ShareRow.table.c.award == row.award)
    whole = money.add(share.amount_pence for share in shares) if shares else None
    decision = views.find(DecisionRow, row.rests_on) if row.rests_on else None
    single = views.find(SingleTenderRow, row.award)
    facts: dict[str, str | None] = {
        "Award": row.award,
        "Service": row.service,
        "Provider": provider.title if provider else "not known",
        "Formerly": ", ".join(provider.former_titles or []) if provider else None,
        "Route": row.route,
        "Ground": row.ground,
        "Amount": money.pounds(whole),
        "Starts": day_in_words(row.starts_on) if row.starts_on else "not known",
        "Ends": day_in_words(row.ends_on) if row.ends_on else "not known",
        "Status": row.status,
        "Decision": row.decision,
        "Rests on": f"{decision.decision}, {day_in_words(decision.decided_on)}: {decision.title}" if decision else None,
        "Reissued as": row.reissued_as,
        "Passed to": "; ".join(
            f"{name} ({money.pounds(int(pence))} unpaid)" for name, pence in row.transferred_to or []
        ),
        "Single tender approved by": single.approved_by if single else None,
        "Next competition": day_in_words(single.next_competition_on) if single and single.next_competition_on else None,
        **{f"Remark {number}": remark for number, remark in enumerate(row.remarks, 1)},
    }
    return _table(
        "facts",
        f"Award {row.award}",
        [("what", "What", "text"), ("said", "Said", "text")],
        ((what, said) for what, said in facts.items() if said),
    )


def _money(views: Views, award: str) -> Iterator[Table]:
    def own(kind: Any) -> list[Any]:
        return views.rows(kind, kind.table.c.award == award)

    yield Table(
        name="shares",
        title="Money by fund",
        columns=(
            Column(key="fund", title="Fund"),
            Column(key="year", title="Year"),
            Column(key="ring_fence", title="Ring-fence"),
            Column(key="approved_pence", title="As approved", kind="pence"),
            Column(key="amount_pence", title="As it stands", kind="pence"),
            Column(key="paid_pence", title="Paid", kind="pence"),
            Column(key="inferred_pence", title="Inferred", kind="pence"),
            Column(key="printed", title="As printed"),
        ),
        rows=tuple(
            (
                cell(share.fund),
                cell(share.year),
                cell(share.ring_fence, missing=Missing.NOT_APPLICABLE),
                cell(share.first_pence),
                cell(share.amount_pence),
                cell(share.paid_pence),
                cell(share.inferred_pence, missing=Missing.NOT_APPLICABLE),
                cell(share.printed, missing=Missing.NOT_APPLICABLE),
            )
            for share in own(ShareRow)
        ),
    )
    yield _table(
        "conditions",
        "Conditions of payment",
        [
            *(("condition", "Condition", "text"), ("kind", "Kind", "text"), ("title", "What must be there", "text")),
            *(("standing", "Standing", "text"), ("met_on", "Met", "date"), ("evidence", "Evidence or reason", "text")),
        ],
        ((c.condition, c.kind, c.title, c.standing, c.met_on, c.evidence) for c in own(ConditionRow)),
    )
    holding = open_conditions(views)
    yield _table(
        "payments",
        "Payments",
        [
            *(("payment", "Payment", "text"), ("due_on", "Due", "date"), ("fund", "Fund", "text")),
            *(
                ("amount_pence", "Amount", "pence"),
                ("standing", "Standing", "text"),
                ("why", "Held by, or why", "text"),
            ),
            *(("paid_on", "Paid", "date"), ("clawed_back_pence", "Clawed back", "pence")),
        ],
        (
            (
                *(p.payment, p.due_on, f"{p.fund} {p.year}", p.amount_pence, *stands(views, p, holding)),
                *(p.paid_on, p.clawed_back_pence),
            )
            for p in sorted(own(PaymentRow), key=lambda payment: (payment.due_on, payment.payment))
        ),
    )
    yield _table(
        "profile",
        "Profile",
        [("line", "Line", "text"), ("amount_pence", "Amount", "pence")],
        ((line.line, line.amount_pence) for line in own(ProfileRow) if line.line is not None),
    )
    yield _table(
        "spend",
        "Spend as the provider states it",
        [
            *(("period", "Period", "text"), ("line", "Line", "text"), ("planned_pence", "Planned", "pence")),
            *(("actual_pence", "Actual", "pence"), ("variance_pence", "Actual less planned", "pence")),
            *(("forecast_pence", "Forecast to the end", "pence"), ("explanation", "Explanation", "text")),
        ],
        (
            (
                *(s.period, s.line, s.planned_pence, s.actual_pence, s.actual_pence - s.planned_pence),
                *(s.forecast_pence, s.explanation),
            )
            for s in own(SpendRow)
        ),
    )
    yield _table(
        "surplus-plans",
        "Plans for a surplus",
        [
            *(("plan", "Plan", "text"), ("amount_pence", "Amount", "pence"), ("purpose", "Purpose", "text")),
            *(("standing", "Standing", "text"), ("reason", "Reason", "text")),
        ],
        ((s.plan, s.amount_pence, s.purpose, s.standing, s.reason) for s in own(SurplusRow)),
    )


def _partners(views: Views, award: str) -> Iterator[Table]:
    pool = views.find(PoolRow, award)
    if pool is not None:
        share = money.add(s.amount_pence for s in views.rows(ShareRow, ShareRow.table.c.award == award))
        yield _table(
            "pool",
            "Pooled budget",
            [("what", "What", "text"), ("said", "Said", "text")],
            iter(
                [
                    ("Host", pool.host),
                    ("The whole pool", "not stated" if pool.whole_pence is None else money.pounds(pool.whole_pence)),
                    ("The office's share", money.pounds(share)),
                ]
            ),
        )
    yield Table(
        name="contributions",
        title="Partners and match funding",
        columns=(
            Column(key="partner", title="Partner"),
            Column(key="kind", title="Kind"),
            Column(key="promised_pence", title="Promised", kind="pence"),
            Column(key="received_pence", title="Received", kind="pence"),
            Column(key="standing", title="Standing"),
            Column(key="what_happens", title="What happens then"),
        ),
        rows=tuple(
            (
                cell(c.partner),
                cell("match funding" if c.match else "pool"),
                cell(c.promised_pence),
                cell(c.received_pence),
                cell(c.standing),
                cell(c.what_happens, missing=Missing.NOT_APPLICABLE),
            )
            for c in views.rows(ContributionRow, ContributionRow.table.c.award == award)
        ),
    )
    titles = {row.provider: row.title for row in views.rows(ProviderRow)}
    yield Table(
        name="second-tier",
        title="Second tier",
        columns=(
            Column(key="provider", title="Provider"),
            Column(key="service", title="Service"),
            Column(key="amount_pence", title="Amount", kind="pence"),
            Column(key="starts_on", title="Starts", kind="date"),
            Column(key="ends_on", title="Ends", kind="date"),
        ),
        rows=tuple(
            (
                cell(titles.get(t.provider or "", "to be procured")),
                cell(t.service),
                cell(t.amount_pence),
                cell(t.starts_on),
                cell(t.ends_on),
            )
            for t in views.rows(SecondTierRow, SecondTierRow.table.c.award == award)
        ),
    )


def _monitoring(views: Views, award: str) -> Iterator[Table]:
    yield _table(
        "milestones-and-obligations",
        "Milestones and what is owed",
        [
            *(
                ("due_on", "Due", "date"),
                ("kind", "Kind", "text"),
                ("title", "What", "text"),
                ("period", "For", "text"),
            ),
            *(("standing", "Standing", "text"), ("done_on", "Done", "date"), ("reason", "Reason last given", "text")),
        ],
        (
            (i.due_on, i.kind, i.title, i.period, i.standing, i.done_on, i.reason)
            for i in views.rows(DueItem, DueItem.table.c.award == award, order_by=("due_on", "item"))
        ),
    )
    yield _table(
        "reports",
        "Outcome reports",
        [
            *(("period", "Period", "text"), ("status", "Status", "text"), ("versions", "Versions", "count")),
            *(("received_on", "Received", "date"), ("made_up", "Made up for demonstration", "yes-no")),
        ],
        (
            (r.period, r.status, r.versions, r.received_on, r.made_up)
            for r in views.rows(ReportRow, ReportRow.table.c.award == award)
        ),
    )
    yield _table(
        "documents",
        "Documents",
        [
            *(("kind", "Kind", "text"), ("title", "Title", "text"), ("file_name", "File", "text")),
            *(("size_bytes", "Bytes", "count"), ("sha256", "SHA-256", "text")),
        ],
        (
            (d.kind, d.title, d.file_name, d.size_bytes, d.sha256)
            for d in views.rows(DocumentRow, DocumentRow.table.c.award == award)
        ),
    )
