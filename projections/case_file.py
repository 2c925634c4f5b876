"""Everything about one award, as a case file that a person would sign: its facts, money, conditions and history."""

import calendar
from collections.abc import Iterator
from typing import Any

from domain import money
from domain.errors import NotFound, Refusal
from domain.periods import Period, day_in_words, financial_year, moment_in_words
from domain.tables import Cell, Column, Kind, Missing, Table, cell
from projections.awards import AwardRow, ShareRow
from projections.decisions import DecisionRow, DocumentRow
from projections.monitoring import DueItem
from projections.partners import ContributionRow, PoolRow, SecondTierRow, SingleTenderRow
from projections.payments import ConditionRow, PaymentRow, ProfileRow, SpendRow, SurplusRow, in_force
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
    tables = [_facts(views, row), *_decision(views, row), *_money(views, award), *_partners(views, award)]
    tables += _monitoring(views, award)
    return [*(table for table in tables if table.rows), _history(views, award)]


def _table(name: str, title: str, columns: list[tuple[str, str, Kind]], rows: Iterator[tuple[Any, ...]]) -> Table:
    return Table(
        name=name,
        title=title,
        columns=tuple(Column(key=key, title=heading, kind=kind) for key, heading, kind in columns),
        rows=tuple(tuple(cell(said, missing=Missing.NOT_APPLICABLE) for said in row) for row in rows),
    )


_FACTS: list[tuple[str, str, Kind]] = [("what", "Particular", "text"), ("said", "As recorded", "text")]
_ROUTES = {"pooled-share": "share of a pooled budget", "not-stated": "not stated"}


def _facts(views: Views, row: AwardRow) -> Table:
    provider = views.find(ProviderRow, row.provider) if row.provider else None
    single = views.find(SingleTenderRow, row.award)
    before = views.rows(AwardRow, AwardRow.table.c.reissued_as == row.award)
    facts: list[tuple[str, str | None]] = [
        ("Service", row.service),
        ("Provider", provider.title if provider else "not known"),
        ("Formerly", ", ".join(provider.former_titles or []) if provider else None),
        ("Recorded as the same as", _joined(views, provider)),
        ("Route", _ROUTES.get(row.route, row.route.replace("-", " "))),
        ("Ground for a single tender", single.ground if single else row.ground),
        ("Single tender approved by", single.approved_by if single else None),
        ("Next competition", _day(single.next_competition_on) if single else None),
        ("Amount", _amount(views, row.award)),
        ("Starts", _day(row.starts_on)),
        ("Ends", _day(row.ends_on)),
        ("Status", row.status),
        ("Decision", row.decision if not row.rests_on else None),
        ("Takes the place of", ", ".join(each.award for each in before)),
        ("Reissued as", row.reissued_as),
        ("Passed to", _successors(row)),
        *map(_remark, row.remarks),
    ]
    recorded = f"All that is recorded of it by {moment_in_words(views.moment)}, up to log position {views.position}."
    table = _table("facts", f"Award {row.award}", _FACTS, (fact for fact in facts if fact[1]))
    return table.model_copy(update={"notes": (recorded,)})


def _day(day: Any) -> str:
    return day_in_words(day) if day else "not known"


def _successors(row: AwardRow) -> str:
    return "; ".join(f"{name} ({money.pounds(int(pence))} unpaid)" for name, pence in row.transferred_to or [])


def _joined(views: Views, provider: ProviderRow | None) -> str | None:
    other = views.find(ProviderRow, provider.same_as) if provider and provider.same_as else None
    return other.title if other else None


def _amount(views: Views, award: str) -> str:
    """The whole award; where it is not known, what it must be stands beside."""
    shares = views.rows(ShareRow, ShareRow.table.c.award == award)
    inferred = [share.inferred_pence for share in shares if share.inferred_pence is not None]
    if not shares:
        return "not approved yet"
    beside = f" (worked out as {money.pounds(sum(inferred))}, which no sum counts)" if inferred else ""
    return money.pounds(money.add(share.amount_pence for share in shares)) + beside


def _remark(said: str) -> tuple[str, str]:
    """A remark that says what it is stands under its own heading: ``Source: …``."""
    heading, colon, rest = said.partition(": ")
    return (heading, rest) if colon and heading in ("Source", "Section") else ("Remark", said)


def _decision(views: Views, row: AwardRow) -> Iterator[Table]:
    decision = views.find(DecisionRow, row.rests_on) if row.rests_on else None
    if decision is None:
        return
    public = "yes" if decision.significant_public_interest else "no"
    facts = [
        ("Decision", f"{decision.decision}, {day_in_words(decision.decided_on)}: {decision.title}"),
        ("Decided", decision.decided),
        ("Advice taken", decision.advice),
        ("Alternatives", decision.alternatives),
        ("Of significant public interest", ". ".join(filter(None, (public, decision.public_interest_reason)))),
        ("Objectives of the plan", "; ".join(decision.objectives)),
        ("Register of interests", decision.interests or "nothing is stated"),
        ("Supersedes", decision.supersedes),
        ("Superseded by", decision.superseded_by),
        ("Published", day_in_words(decision.published_on) if decision.published_on else None),
    ]
    yield _table("decision", "The decision that it rests on", _FACTS, (fact for fact in facts if fact[1]))


def _history(views: Views, award: str) -> Table:
    """The award's timeline, without what is the same in every line."""
    whole = timeline(views, f"award-{award}")
    kept = [place for place, column in enumerate(whole.columns) if column.key not in ("noun", "reference")]
    return whole.model_copy(
        update={
            "title": "History, in the order in which it was written down",
            "columns": tuple(whole.columns[place] for place in kept),
            "rows": tuple(tuple(row[place] for place in kept) for row in whole.rows),
        }
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
            Column(key="unpaid_pence", title="Not yet paid", kind="pence"),
            Column(key="inferred_pence", title="Worked out", kind="pence"),
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
                cell(None if share.amount_pence is None else share.amount_pence - share.paid_pence),
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
        ((c.condition, c.kind.replace("-", " "), c.title, c.standing, c.met_on, c.evidence) for c in own(ConditionRow)),
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
                *(p.paid_on, p.clawed_back_pence or None),
            )
            for p in sorted(own(PaymentRow), key=lambda payment: (payment.due_on, payment.payment))
        ),
    )
    yield _profile([line for line in own(ProfileRow) if line.line is not None])
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
            for s in in_force(own(SpendRow))
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


def _profile(lines: list[ProfileRow]) -> Table:
    """How the money is spread, by period or by line, with what it comes to in each financial year."""
    years: dict[str, int] = {}
    rows = []
    for line in lines:
        name, period = line.line or "", _period(line.line or "")
        year = financial_year(period.start) if period else None
        if year is not None and period is not None and financial_year(period.end) == year:
            years[year] = years.get(year, 0) + line.amount_pence
        rows.append((_named(name, period), cell(line.amount_pence)))
    whole = sum(line.amount_pence for line in lines)
    by_year = [f"{money.pounds(pence)} in {year}" for year, pence in years.items()]
    note = f"Together {money.pounds(whole)}"
    note += f": {', '.join(by_year)}." if len(years) > 1 and sum(years.values()) == whole else "."
    return Table(
        name="profile",
        title="Profile",
        columns=(Column(key="line", title="For"), Column(key="amount_pence", title="Amount", kind="pence")),
        rows=tuple(rows),
        notes=(note,),
    )


def _period(code: str) -> Period | None:
    """The period that a line of a profile is for; nothing for a line with a name of its own."""
    try:
        return Period.parse(code)
    except Refusal:
        return None


def _named(line: str, period: Period | None) -> Cell:
    """The line, with the month or the days that its code stands for."""
    if period is None:
        return cell(line)
    last = calendar.monthrange(period.start.year, period.start.month)[1]
    month = period.start.replace(day=1), period.start.replace(day=last)
    return cell(line, words=f"{period.start:%B %Y}" if period == month else period.words)


def _stated(pence: int | None) -> Cell:
    """Another body's money, which is stated or not."""
    return cell(pence) if pence is not None else cell(None, words="not stated")


def _partners(views: Views, award: str) -> Iterator[Table]:
    pool = views.find(PoolRow, award)
    if pool is not None:
        share = money.add(s.amount_pence for s in views.rows(ShareRow, ShareRow.table.c.award == award))
        yield _table(
            "pool",
            "Pooled budget",
            _FACTS,
            iter(
                [
                    ("Held by", pool.host),
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
            Column(key="received_pence", title="Receipts recorded", kind="pence"),
            Column(key="standing", title="Standing"),
            Column(key="what_happens", title="What happens then"),
        ),
        rows=tuple(
            (
                cell(c.partner),
                cell("match funding" if c.match else "pool"),
                _stated(c.promised_pence),
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
                _stated(t.amount_pence),
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
