"""The money of one award in its case file: shares, what passed by law, conditions, payments, profile and spend."""

import calendar
from collections.abc import Iterator

from domain import money
from domain.errors import Refusal
from domain.periods import Period, financial_year
from domain.tables import Cell, Column, Kind, Missing, Table, cell
from projections.awards import PassedRow, ShareRow
from projections.case_parts import Case, table_of
from projections.payments import ConditionRow, PaymentRow, ProfileRow, SpendRow, SurplusRow, in_force
from projections.registers import drawn_on, stands
from projections.views import Views


def money_of(views: Views, case: Case) -> Iterator[Table]:
    row, own = case.award, case.rows.of
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
    yield table_of(
        "passed",
        "What passed to successors by law, unpaid",
        [
            *(("successor", "Successor", "text"), ("fund", "Fund", "text"), ("year", "Year", "text")),
            *(("ring_fence", "Ring-fence", "text"), ("unpaid_pence", "Unpaid", "pence")),
        ],
        ((p.successor, p.fund, p.year, p.ring_fence or None, p.unpaid_pence) for p in own(PassedRow)),
    )
    yield table_of(
        "conditions",
        "Conditions of payment",
        [
            *(("condition", "Condition", "text"), ("kind", "Kind", "text"), ("title", "What must be there", "text")),
            *(
                ("standing", "Standing", "text"),
                ("met_on", "Met or waived", "date"),
                ("evidence", "Evidence or reason", "text"),
            ),
        ],
        (
            (c.condition, c.kind.replace("-", " "), c.title, c.standing, c.met_on or c.waived_on, c.evidence)
            for c in own(ConditionRow)
        ),
    )
    holding = {row.award: [each for each in own(ConditionRow) if each.standing == "open"]}
    novated = len(row.holders) > 1
    paid_to: list[tuple[str, str, Kind]] = [("paid_to", "Paid to", "text")] if novated else []
    yield table_of(
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
            *paid_to,
        ],
        (
            (
                *(p.payment, p.due_on, drawn_on(p), p.amount_pence, *stands(views, p, holding, row)),
                *(p.paid_on, p.clawed_back_pence or None),
                *([case.title_of(p.provider)] if novated else []),
            )
            for p in sorted(own(PaymentRow), key=lambda payment: (payment.due_on, payment.payment))
        ),
    )
    yield _profile([line for line in own(ProfileRow) if line.line is not None])
    yield table_of(
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
    yield table_of(
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
