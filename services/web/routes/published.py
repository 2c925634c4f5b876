"""What the public sees, and by which rule: awards above the thresholds, published decisions, published returns.

Nothing else is read here. Of an award: who receives it, for what, how much, for which days, by which route and why.
Which awards those are says a dated file with its sources (``transparency``); an award whose amount is not known is
under no threshold that can be shown, and is left out.

**What does not hold**: article 2(2) of the Order lets a chief officer keep back what would endanger somebody. No event
says so yet: until there is one, an office that needs it switches the page off.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field
from sqlalchemy import BigInteger, ColumnElement, Integer, RowMapping, Select, and_, cast, func, or_, select

from domain.awards.award import AwardStatus
from domain.awards.events import Route
from domain.data_files import read_file
from domain.kernel import Reference, Value
from domain.money import Pence
from domain.providers.events import Kind
from domain.tables import Cell, Column, Missing, Table, cell
from projections.acts import BLOCK, ActsRow
from projections.awards import AwardRow, ShareRow
from projections.decisions import DecisionRow
from projections.paging import Order, Page, page_of
from projections.payments import ConditionRow
from projections.providers import ProviderRow
from projections.returns import PublicationRow
from projections.views import Views

RULES = Path(__file__).with_name("transparency") / "specified-information-order.json"
LINES = 50
_ROUTES = {route.value: route.value.replace("-", " ") for route in Route}
_SHOWN = (AwardStatus.APPROVED, AwardStatus.ENDED, AwardStatus.CLOSED, AwardStatus.TRANSFERRED)
"""Where an award stands that is published. One that is only registered, or was withdrawn, is not."""


class Rule(Value):
    """One paragraph of the Schedule, and the awards under it. Money in whole pence."""

    rule: Reference
    paragraph: str
    words: str
    since: date = Field(alias="from")
    until: date | None = Field(alias="to")
    routes: tuple[Route, ...]
    funds: tuple[Reference, ...] | None
    """The office's funds it is about; ``None``: all."""
    above_pence: Pence | None
    at_most_pence: Pence | None
    after_end_of: Literal["month", "quarter"] | None
    """An award is published once the month or the quarter in which it was approved is over; ``None``: at once."""

    def shown_before(self, today: date) -> date:
        """The day before which an award must have been approved to be published today."""
        if self.after_end_of is None:
            return today + timedelta(days=1)
        month = today.month if self.after_end_of == "month" else today.month - (today.month - 1) % 3
        return date(today.year, month, 1)


class Rules(Value):
    """The rules, in the order in which they are tried, and where they come from."""

    title: str
    sources: tuple[str, ...]
    note: str
    rules: tuple[Rule, ...]


@cache
def rules() -> Rules:
    """The rules on file. Raises ``Refusal``."""
    return read_file("transparency", RULES, Rules)


def _amounts() -> Any:
    """Each award's amount (``None``: not known) and the event that approved it."""
    shares = ShareRow.table.c
    known = func.count() == func.count(shares.amount_pence)
    amount = cast(func.sum(shares.amount_pence), BigInteger)
    approved = func.min(shares.sources[0].as_integer(), type_=Integer())
    query = select(shares.award, amount.label("amount"), approved.label("approved"))
    return query.group_by(shares.award).having(known).subquery("amounts")


def _last_before(day: date) -> Any:
    """The last position that was written before a day; nought if none was."""
    columns = ActsRow.table.c
    own = select(columns.last).where(columns.day < day).order_by(columns.day.desc(), columns.last.desc()).limit(1)
    return func.coalesce(own.scalar_subquery(), 0)


def _is_under(rule: Rule, amounts: Any, today: date) -> ColumnElement[bool]:
    awards, shares = AwardRow.table.c, ShareRow.table.c
    where: list[ColumnElement[bool]] = [
        awards.route.in_([route.value for route in rule.routes]),
        amounts.c.approved > _last_before(rule.since),
        amounts.c.approved <= _last_before(rule.shown_before(today)),
    ]
    if rule.until is not None:
        where.append(amounts.c.approved <= _last_before(rule.until + timedelta(days=1)))
    if rule.above_pence is not None:
        where.append(amounts.c.amount > rule.above_pence)
    if rule.at_most_pence is not None:
        where.append(amounts.c.amount <= rule.at_most_pence)
    if rule.funds is not None:
        others = select(shares.award).where(shares.fund.not_in(rule.funds))
        where.append(awards.award.not_in(others))
    return and_(*where)


def _awards(views: Views) -> Select[Any]:
    """The awards that are published today, with nothing of them that is not."""
    awards, providers, amounts = AwardRow.table.c, ProviderRow.table.c, _amounts()
    under = [_is_under(rule, amounts, views.today).label(f"under_{n}") for n, rule in enumerate(rules().rules)]
    joined = AwardRow.table.join(amounts, amounts.c.award == awards.award)
    joined = joined.outerjoin(ProviderRow.table, providers.provider == awards.provider)
    about = (awards.award, awards.service, awards.route, awards.ground, awards.starts_on, awards.ends_on)
    shown = (awards.rests_on, providers.title.label("recipient"), amounts.c.amount, amounts.c.approved)
    own_office = func.coalesce(providers.kind, "") == Kind.OFFICE.value
    return (
        select(*about, *shown, *under)
        .select_from(joined)
        .where(
            awards.status.in_([status.value for status in _SHOWN]),
            awards.reissued_as.is_(None),
            ~own_office,
            or_(*(_is_under(rule, amounts, views.today) for rule in rules().rules)),
        )
    )


AWARD_COLUMNS = (
    Column(key="award", title="Award"),
    Column(key="recipient", title="Recipient"),
    Column(key="purpose", title="Purpose"),
    Column(key="amount_pence", title="Amount", kind="pence", unit="pence"),
    Column(key="kind", title="Kind", detail=True),
    Column(key="approved_on", title="Approved", kind="date"),
    Column(key="starts_on", title="Starts", kind="date", detail=True),
    Column(key="ends_on", title="Ends", kind="date", detail=True),
    Column(key="reasons", title="Reasons"),
    Column(key="conditions", title="Conditions", detail=True),
    Column(key="decision", title="Decision", detail=True),
    Column(key="paragraph", title="Paragraph"),
)


def awards(views: Views, after: str | None) -> Page:
    """Published awards, a page at a time, by reference. Four queries."""
    columns = AwardRow.table.c
    rows, count, place = page_of(views, _awards(views), Order((columns.award,), (str,)), LINES, after)
    return Page(_awards_table(views, rows), count, place)


def every_award(views: Views) -> Table:
    """All published awards, for a file. Four queries."""
    query = _awards(views).order_by(AwardRow.table.c.award)
    return _awards_table(views, list(views.connection.execute(query).mappings()))


def _awards_table(views: Views, rows: Sequence[RowMapping]) -> Table:
    numbers = range(len(rules().rules))
    ruled = {row["award"]: next(rules().rules[n] for n in numbers if row[f"under_{n}"]) for row in rows}
    days = _days_of(views, [row["approved"] for row in rows])
    decided = _decided(views, {row["rests_on"] for row in rows if row["rests_on"]})
    grants = [award for award, rule in ruled.items() if rule.paragraph == "3(f)"]
    conditions = _conditions(views, grants)

    def line(row: RowMapping) -> tuple[Cell, ...]:
        rule, decision = ruled[row["award"]], decided.get(row["rests_on"] or "")
        asked = conditions.get(row["award"], [])
        return (
            cell(row["award"]),
            cell(row["recipient"]),
            cell(row["service"]),
            cell(int(row["amount"])),
            cell(_ROUTES.get(row["route"], row["route"])),
            cell(days.get(row["approved"])),
            cell(row["starts_on"]),
            cell(row["ends_on"]),
            cell(_reasons(row, decision), missing=Missing.NOT_SUPPLIED),
            cell("; ".join(asked) or None, missing=Missing.NOT_APPLICABLE),
            cell(decision.decision if decision else None, missing=Missing.NOT_APPLICABLE),
            cell(rule.paragraph),
        )

    order = rules().title
    return Table(
        name="published-awards",
        title="Published awards",
        columns=AWARD_COLUMNS,
        rows=tuple(map(line, rows)),
        names=("award",),
        notes=(
            f"Published under the Schedule to {order[:1].lower()}{order[1:]}.",
            "Reasons are those of the published decision on which an award rests, or the ground of a single tender. "
            "Not supplied: no published decision gives them.",
        ),
    )


def _reasons(row: RowMapping, decision: DecisionRow | None) -> str | None:
    said = [decision.decided, decision.public_interest_reason] if decision is not None else []
    if row["route"] == Route.SINGLE_TENDER.value:
        said.append(row["ground"])
    return " ".join(each.rstrip(".") + "." for each in said if each) or None


def _days_of(views: Views, positions: Sequence[int]) -> dict[int, date]:
    """The days on which some positions were written. One query, of the rows of their stretches of the log."""
    columns, wanted = ActsRow.table.c, set(positions)
    blocks = sorted({position // BLOCK for position in wanted})
    query = select(columns.day, columns.positions).where(columns.block.in_(blocks))
    found = views.connection.execute(query)
    return {position: day for day, own in found for position in own if position in wanted}


def _is_out(today: date) -> ColumnElement[bool]:
    """That a decision is published."""
    out: ColumnElement[bool] = DecisionRow.table.c.published_on <= today
    return out


def _decided(views: Views, codes: set[str]) -> Mapping[str, DecisionRow]:
    """Those of some decisions that are published. One query."""
    where = (DecisionRow.table.c.decision.in_(codes), _is_out(views.today))
    return {row.decision: row for row in views.rows(DecisionRow, *where)}


def _conditions(views: Views, found: Sequence[str]) -> Mapping[str, list[str]]:
    """The conditions of some grants, in words. One query."""
    conditions: dict[str, list[str]] = {}
    columns = ConditionRow.table.c
    query = select(columns.award, columns.title).where(columns.award.in_(found))
    for award, title in views.connection.execute(query.order_by(columns.award, columns.condition)):
        conditions.setdefault(award, []).append(title)
    return conditions


DECISION_COLUMNS = (
    Column(key="decision", title="Decision"),
    Column(key="decided_on", title="Date", kind="date"),
    Column(key="title", title="Title"),
    Column(key="decided", title="What was decided"),
    Column(key="significant_public_interest", title="Significant public interest", kind="yes-no"),
    Column(key="public_interest_reason", title="Why, or why not"),
    Column(key="published_on", title="Published", kind="date"),
    Column(key="superseded_by", title="Superseded by"),
)
_OF_DECISIONS = [column.key for column in DECISION_COLUMNS if column.key != "superseded_by"]


def _decisions(views: Views) -> Select[Any]:
    columns, later = DecisionRow.table.c, DecisionRow.table.alias("later").c
    by = select(later.decision).where(later.decision == columns.superseded_by, later.published_on <= views.today)
    by_published = by.correlate(DecisionRow.table).scalar_subquery().label("superseded_by")
    return select(*(columns[key] for key in _OF_DECISIONS), by_published).where(_is_out(views.today))


def decisions(views: Views, after: str | None) -> Page:
    """Published decisions, the latest first, a page at a time. One query."""
    columns = DecisionRow.table.c
    order = Order((columns.decided_on, columns.decision), (date, str), True)
    rows, count, place = page_of(views, _decisions(views), order, LINES, after)
    return Page(_decisions_table(rows), count, place)


def every_decision(views: Views) -> Table:
    """All published decisions, for a file. One query."""
    columns = DecisionRow.table.c
    query = _decisions(views).order_by(columns.decided_on.desc(), columns.decision.desc())
    return _decisions_table(list(views.connection.execute(query).mappings()))


def _decisions_table(rows: Sequence[RowMapping]) -> Table:
    unasked = Missing.NOT_APPLICABLE
    lines = tuple(tuple(cell(row[column.key], missing=unasked) for column in DECISION_COLUMNS) for row in rows)
    return Table(
        name="published-decisions",
        title="Published decisions",
        columns=DECISION_COLUMNS,
        rows=lines,
        names=("decision",),
    )


def returns(views: Views) -> list[RowMapping]:
    """The copy last published of each half-year's return, without its tables, the latest half-year first. One query."""
    columns = PublicationRow.table.c
    last = select(func.max(columns.position)).group_by(columns.period)
    about = (columns.position, columns.period, columns.version, columns.rule, columns.at)
    query = select(*about).where(columns.position.in_(last)).order_by(columns.period.desc())
    return list(views.connection.execute(query).mappings())


def tables_of(views: Views, position: int, places: Sequence[int] | None = None) -> list[Any]:
    """The tables of a published copy as they are kept: all, or those at some places. One query."""
    columns = PublicationRow.table.c
    where = columns.position == position
    if places is None:
        return list(views.connection.execute(select(columns.tables).where(where)).scalar_one())
    wanted = [columns.tables[place].label(f"table_{place}") for place in places]
    return list(views.connection.execute(select(*wanted).where(where)).one())


def without_sources(raw: Any, first: int = 0, lines: int | None = None) -> Table:
    """A published table, or some lines of it, without the positions of the log that its figures were folded from."""
    rows = raw["rows"][first : None if lines is None else first + lines]
    bare = [[{key: said for key, said in each.items() if key != "sources"} for each in row] for row in rows]
    return Table.model_validate({**raw, "rows": bare})


FILES: dict[str, Callable[[Views], Table]] = {"awards": every_award, "decisions": every_decision}
"""What is to be had as open data, beside the returns."""
