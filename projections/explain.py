"""Explanations: the ordered events behind one figure of a budget, and no others, with what they come to so far.

The events are folded one by one as the balances are, and the figure is worked out after each; so the last line says
what the budget says, also when that is "not known".
"""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import NamedTuple

from domain.errors import NotFound, Refusal
from domain.funds.events import CapBasis
from domain.tables import Cell, Column, Kind, Missing, Row, Table, cell
from projections.budget_answers import UNASKED, held
from projections.budgets import CAP, RING_FENCE, STATED, TOLERANCE, BalanceRow, FundRow, LedgerRow, TermRow
from projections.carried import CarriedRow
from projections.payments import SpendRow
from projections.standing import Standing, drawn_alone, emptied, per_cent_in_words, said_last, statements
from projections.views import Views

_NOT_KNOWN = "allocations_not_known"
_RECEIVED = {"received": 1, _NOT_KNOWN: 1}
_TAKEN = {"committed": -1, "earmarked": -1}
_LEFT = {**_RECEIVED, **_TAKEN, "returned": -1, "carried_out": -1}


class Behind(NamedTuple):
    """What a figure comes of."""

    entries: dict[str, int]
    """Entries of the ledger, by their field: added, or taken away."""
    terms: tuple[str, ...] = ()
    statements: bool = False
    """Whether it comes of what providers say they will have spent."""
    is_sum: bool = True
    """Whether each entry changes it by just its own amount."""


EXPLAINED: dict[str, Behind] = {
    "received_pence": Behind(_RECEIVED),
    "committed_pence": Behind({"committed": 1}),
    "earmarked_pence": Behind({"earmarked": 1}),
    "paid_pence": Behind({"paid": 1}),
    "returned_pence": Behind({"returned": 1}),
    "carried_out_pence": Behind({"carried_out": 1}),
    "left_pence": Behind(_LEFT),
    "over_pence": Behind(_LEFT, (RING_FENCE,), is_sum=False),
    "allowed_over_pence": Behind(_RECEIVED, (TOLERANCE,), is_sum=False),
    "forecast_pence": Behind({}, statements=True, is_sum=False),
    "variance_pence": Behind({"committed": -1}, statements=True, is_sum=False),
    "administration_cap_pence": Behind({**_RECEIVED, "paid": 1}, (CAP,), is_sum=False),
    "administration_pence": Behind({"administration": 1}),
    "awards": Behind({"awards": 1}),
    "not_known": Behind({"awards_not_known": 1}),
    "inferred_pence": Behind({"inferred": 1}),
    "stated_total_pence": Behind({}, (STATED,), is_sum=False),
    "computed_total_pence": Behind({"committed": 1, "earmarked": 1}),
    "difference_pence": Behind(_TAKEN, (STATED,), is_sum=False),
}
"""Each figure of a budget, by the key of its column."""

_WHY_NOT_KNOWN = {
    "received_pence": "What was received is not known in amount, and so this figure is not known.",
    "left_pence": "What was received is not known in amount, and so this figure is not known.",
    "forecast_pence": "No award that draws on this fund alone has a forecast for every line, so there is none.",
    "variance_pence": "No award that draws on this fund alone has a forecast for every line, so there is none.",
    "administration_cap_pence": "No cap is set, or what it is a percentage of is not known.",
    "stated_total_pence": "No paper's own total is on record.",
    "difference_pence": "No paper's own total is on record, so there is nothing to compare with.",
}

_NAMED = {_NOT_KNOWN: "received", "administration": "kept for administration"}
"""What an entry is called, where it is not by its field."""


class _Fact(NamedTuple):
    """One thing that was said, and what it enters or sets."""

    position: int
    recorded_on: date
    effective_on: date
    said: LedgerRow | TermRow | list[SpendRow]


def explain(views: Views, fund: str, year: str, figure: str, on: date | None = None) -> Table:
    """The ordered events behind one figure of a budget, now or by what held on a day. They come to it."""
    if figure not in EXPLAINED:
        raise Refusal(f"That figure cannot be explained. Name one of: {', '.join(EXPLAINED)}.")
    if views.find(FundRow, fund, year) is None:
        raise NotFound(f"There is no fund {fund} of {year}.")
    lines, value = _lines(views, (fund, year), figure, on)
    unit = "_pence" if figure.endswith("_pence") else ""
    kind: Kind = "pence" if unit else "count"
    return Table(
        name="explain",
        title=f"{figure.removesuffix('_pence').replace('_', ' ').capitalize()} of {fund} {year}, event by event",
        columns=(
            Column(key="position", title="Log position", kind="count"),
            Column(key="recorded_on", title="Written down", kind="date"),
            Column(key="effective_on", title="Holds from", kind="date"),
            Column(key="field", title="Entry"),
            Column(key="about", title="About"),
            Column(key="ring_fence", title="Ring-fence"),
            Column(key=f"amount{unit}", title="Amount", kind=kind, detail=EXPLAINED[figure].is_sum),
            Column(key=f"change{unit}", title="Change", kind=kind),
            Column(key=f"so_far{unit}", title="So far", kind=kind),
        ),
        rows=tuple(lines),
        notes=(*held(views, on), *([_WHY_NOT_KNOWN[figure]] if value is None else [])),
    )


def _lines(views: Views, place: tuple[str, str], figure: str, on: date | None) -> tuple[list[Row], int | None]:
    """A line for each event behind the figure, and what they come to."""
    behind = EXPLAINED[figure]
    counted = _counted(views, place, on) if behind.statements else {}
    facts = _facts(views, place, on, counted)
    terms = {fact.said.kind: fact.said for fact in facts if isinstance(fact.said, TermRow)}
    fields = _fields(figure, terms)
    balances = views.rows(BalanceRow, *_of(BalanceRow, place))
    standing = Standing(emptied({row.ring_fence: row for row in balances}))
    stated: dict[str, list[SpendRow]] = {}
    taken: dict[str, int] = {}
    carried = {row.position: row.words for row in views.rows(CarriedRow, *_of(CarriedRow, place))}
    lines: list[Row] = []
    value = before = standing.figures()[figure]
    for _position, together in groupby(facts, key=lambda fact: fact.position):
        shown = []
        for fact in together:
            _fold(fact.said, standing, stated, taken)
            if _is_behind(fact.said, behind, fields, counted):
                shown.append(fact)
        standing.expected = _expected(stated, taken)
        value = standing.figures()[figure]
        if shown:
            lines.append(_line(shown, behind, fields, (before, value), carried))
            before = value
    return lines, value


def _of(kind: type[BalanceRow | LedgerRow | TermRow | CarriedRow], place: tuple[str, str]) -> list[object]:
    return [kind.table.c.fund == place[0], kind.table.c.year == place[1]]


def _counted(views: Views, place: tuple[str, str], on: date | None) -> dict[str, list[SpendRow]]:
    """The statements of the awards that draw on this fund alone."""
    alone = drawn_alone(views, on)
    return {award: own for award, own in statements(views, on).items() if award in alone and alone[award][0] == place}


def _facts(views: Views, place: tuple[str, str], on: date | None, counted: dict[str, list[SpendRow]]) -> list[_Fact]:
    """All that was said of the fund and holds by the day, in the order of the log."""
    facts: list[_Fact] = []
    until = date.max if on is None else on
    said: list[LedgerRow | TermRow] = [*views.rows(LedgerRow, *_of(LedgerRow, place))]
    said += views.rows(TermRow, *_of(TermRow, place))
    facts += [_Fact(row.position, row.recorded_on, row.effective_on, row) for row in said if row.effective_on <= until]
    for own in counted.values():
        for position, lines in groupby(own, key=lambda line: line.position):
            statement = list(lines)
            facts.append(_Fact(position, statement[0].recorded_on, statement[0].received_on, statement))
    return sorted(facts, key=lambda fact: fact.position)


def _fields(figure: str, terms: dict[str, TermRow]) -> dict[str, int]:
    """The entries behind the figure: of a limit by percentage, those of what it is a percentage of."""
    entries = EXPLAINED[figure].entries
    if figure == "allowed_over_pence":
        return entries if TOLERANCE in terms and terms[TOLERANCE].per_cent is not None else {}
    if figure == "administration_cap_pence":
        if CAP not in terms:
            return {}
        return {"paid": 1} if terms[CAP].about == CapBasis.SPEND.value else _RECEIVED
    return entries


def _fold(
    said: LedgerRow | TermRow | list[SpendRow],
    standing: Standing,
    stated: dict[str, list[SpendRow]],
    taken: dict[str, int],
) -> None:
    match said:
        case LedgerRow():
            standing.enter(said)
            if said.field == "committed":
                taken[said.about] = taken.get(said.about, 0) + said.amount
        case TermRow():
            standing.say(said)
        case [first, *_]:
            stated.setdefault(first.award, []).extend(said)


def _expected(stated: dict[str, list[SpendRow]], taken: dict[str, int]) -> tuple[int, int] | None:
    """The forecasts, and what the awards that gave one take of the fund; nothing, when none did."""
    forecasts = {award: said_last(own) for award, own in stated.items()}
    known = {award: forecast for award, forecast in forecasts.items() if forecast is not None}
    return (sum(known.values()), sum(taken.get(award, 0) for award in known)) if known else None


def _is_behind(
    said: LedgerRow | TermRow | list[SpendRow], behind: Behind, fields: Iterable[str], counted: Iterable[str]
) -> bool:
    match said:
        case LedgerRow():
            return said.field in fields and (not behind.statements or said.about in counted)
        case TermRow():
            return said.kind in behind.terms
    return behind.statements


def _line(
    shown: list[_Fact],
    behind: Behind,
    fields: dict[str, int],
    figures: tuple[int | None, int | None],
    carried: dict[int, str],
) -> Row:
    """One event, with the figure before and after it. Of its entries the one with an amount says what it is."""
    before, value = figures
    fact = next((fact for fact in shown if not _is_unknown(fact.said)), shown[0])
    entry, about, amount = _said(fact.said)
    about = carried.get(fact.position, about)
    change: int | None
    if behind.is_sum:
        change = fields[fact.said.field] * fact.said.amount if isinstance(fact.said, LedgerRow) else None
        change = None if _is_unknown(fact.said) else change
    else:
        change = None if before is None and value is None else (value or 0) - (before or 0)
    days = (cell(fact.recorded_on), cell(fact.effective_on))
    ring_fence = cell((fact.said.ring_fence if isinstance(fact.said, LedgerRow) else "") or None, missing=UNASKED)
    changed = cell(change, missing=Missing.NOT_KNOWN if behind.is_sum else UNASKED)
    return (cell(fact.position), *days, cell(entry), cell(about), ring_fence, amount, changed, cell(value))


def _is_unknown(said: LedgerRow | TermRow | list[SpendRow]) -> bool:
    return isinstance(said, LedgerRow) and said.field == _NOT_KNOWN


def _said(said: LedgerRow | TermRow | list[SpendRow]) -> tuple[str, str, Cell]:
    """What a line calls the entry, what it is about, and its own amount."""
    match said:
        case LedgerRow():
            amount = cell(None if _is_unknown(said) else said.amount)
            return _NAMED.get(said.field, said.field.replace("_", " ")), said.about, amount
        case TermRow() if said.per_cent is not None:
            return said.kind, said.about, Cell(words=per_cent_in_words(said))
        case TermRow():
            return said.kind, said.about, cell(said.amount_pence)
    return "forecast", f"{said[0].award} {said[0].period}", cell(said_last(said))
