"""How a fund stands, now or on a day: its balances, its terms, what its providers expect, and every figure of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from domain import money
from domain.funds.events import CapBasis
from projections.budgets import CAP, RING_FENCE, STATED, TOLERANCE, WHOLE, BalanceRow, LedgerRow, TermRow
from projections.payments import SpendRow, in_force
from projections.views import Views

Place = tuple[str, str]
"""A fund, and a year."""

Balances = dict[Place, dict[str, BalanceRow]]
"""By fund and year, then by ring-fence; the whole fund under ``WHOLE``."""


@dataclass
class Standing:
    """How one fund stands."""

    own: dict[str, BalanceRow]
    terms: dict[str, TermRow] = field(default_factory=dict)
    """Those that hold, by kind."""
    expected: tuple[int, int] | None = None
    """The forecast of awards that draw on this fund alone and gave one, and what those take of it. Whole pence."""

    @property
    def whole(self) -> BalanceRow:
        """The balance of the whole fund."""
        return self.own[WHOLE]

    @property
    def allowed_over_pence(self) -> int:
        """How far beyond what was received it may be committed. A percentage is of what was received."""
        term = self.terms.get(TOLERANCE)
        if term is None:
            return 0
        return _part(self.whole.received_pence or 0, term) if term.amount_pence is None else term.amount_pence

    @property
    def administration_cap_pence(self) -> int | None:
        """The most that may be kept for administration; ``None`` when no cap is set, or its basis is not known."""
        term = self.terms.get(CAP)
        if term is None:
            return None
        of_spend = term.about == CapBasis.SPEND.value
        basis = self.whole.paid if of_spend else self.whole.received_pence
        return None if basis is None else _part(basis, term)

    def figures(self) -> dict[str, int | None]:
        """Every figure of its budget, by the key of its column; ``None``: not known, or there is none."""
        whole, stated = self.whole, self.terms.get(STATED)
        computed = whole.committed + whole.earmarked
        forecast = self.expected
        return {
            "received_pence": whole.received_pence,
            "committed_pence": whole.committed,
            "earmarked_pence": whole.earmarked,
            "paid_pence": whole.paid,
            "returned_pence": whole.returned,
            "carried_out_pence": whole.carried_out,
            "left_pence": whole.left_pence,
            "over_pence": over_of(self.own),
            "allowed_over_pence": self.allowed_over_pence,
            "forecast_pence": None if forecast is None else forecast[0],
            "variance_pence": None if forecast is None else forecast[0] - forecast[1],
            "administration_cap_pence": self.administration_cap_pence,
            "administration_pence": whole.administration,
            "awards": whole.awards,
            "not_known": whole.awards_not_known,
            "inferred_pence": whole.inferred,
            "stated_total_pence": None if stated is None else stated.amount_pence,
            "computed_total_pence": computed,
            "difference_pence": None if stated is None else (stated.amount_pence or 0) - computed,
        }

    def enter(self, entry: LedgerRow) -> None:
        """Adds an entry of the ledger to the balances that it counts in."""
        for place in {WHOLE, entry.ring_fence}:
            balance = self.own[place]
            setattr(balance, entry.field, getattr(balance, entry.field) + entry.amount)

    def say(self, term: TermRow) -> None:
        """Lets a term hold, in place of an earlier one of its kind."""
        if term.kind == RING_FENCE:
            self.own[term.about].received = term.amount_pence or 0
        else:
            self.terms[term.kind] = term


def _part(basis_pence: int, term: TermRow) -> int:
    return int(basis_pence * Decimal(term.per_cent or 0) / 100)


def per_cent_in_words(term: TermRow) -> str:
    """``7.5 per cent of what was received``."""
    of_spend = term.kind == CAP and term.about == CapBasis.SPEND.value
    return f"{term.per_cent} per cent of what was {'paid' if of_spend else 'received'}"


def over_of(own: dict[str, BalanceRow]) -> int:
    """By how much a fund's ring-fences and its core are over-committed, added up. Whole pence."""
    whole = own[WHOLE].left_pence
    fenced = [row.left_pence or 0 for ring_fence, row in own.items() if ring_fence != WHOLE]
    core = 0 if whole is None else whole - sum(fenced)
    return sum(max(0, -left) for left in (core, *fenced))


def emptied(own: dict[str, BalanceRow]) -> dict[str, BalanceRow]:
    """A fund's balances before anything holds."""
    return {
        ring_fence: BalanceRow(row.fund, row.year, ring_fence, row.title, row.kind, allocations=ring_fence != WHOLE)
        for ring_fence, row in own.items()
    }


def balances(views: Views, on: date | None = None) -> Balances:
    """The balances as now known; with ``on``, of what holds by that day, whenever it was written down."""
    return {place: standing.own for place, standing in _balanced(views, on).items()}


def standings(views: Views, on: date | None = None) -> dict[Place, Standing]:
    """How each fund stands as now known; with ``on``, by what holds on that day."""
    found = _balanced(views, on)
    for place, expected in _expected(views, on).items():
        found[place].expected = expected
    return found


def _balanced(views: Views, on: date | None) -> dict[Place, Standing]:
    by_place: Balances = {}
    for row in views.rows(BalanceRow):
        by_place.setdefault((row.fund, row.year), {})[row.ring_fence] = row
    found = {place: Standing(own if on is None else emptied(own)) for place, own in by_place.items()}
    until = [] if on is None else [TermRow.table.c.effective_on <= on]
    for term in views.rows(TermRow, *until, order_by=("position",)):
        found[term.fund, term.year].say(term)
    if on is None:
        return found
    columns = LedgerRow.table.c
    groups = (columns.fund, columns.year, columns.ring_fence, columns.field)
    sums = select(*groups, func.sum(columns.amount)).where(columns.effective_on <= on).group_by(*groups)
    for fund, year, ring_fence, name, amount in views.connection.execute(sums):
        found[fund, year].enter(LedgerRow(0, 0, fund, year, ring_fence, name, int(amount), "", on, on))
    return found


def said_last(lines: Iterable[SpendRow]) -> int | None:
    """What an award's provider last said it will have spent at the end; ``None`` unless it said so for every line."""
    standing = in_force(lines)
    if not standing:
        return None
    last = max((row.received_on, row.position) for row in standing)
    return money.add(row.forecast_pence for row in standing if (row.received_on, row.position) == last)


def statements(views: Views, on: date | None = None) -> dict[str, list[SpendRow]]:
    """What providers stated, received by the day, by award; each version, in the order of the log."""
    found: dict[str, list[SpendRow]] = {}
    until = [] if on is None else [SpendRow.table.c.received_on <= on]
    for row in views.rows(SpendRow, *until, order_by=("position", "line")):
        found.setdefault(row.award, []).append(row)
    return found


def drawn_alone(views: Views, on: date | None = None) -> dict[str, tuple[Place, int]]:
    """The awards that draw on one fund alone and whose amount is known: which fund, and what they take of it."""
    found = {}
    for award, drawing in _drawing(views, on).items():
        if len(drawing) == 1:
            ((place, own),) = drawing
            if not own.get("awards_not_known"):
                found[award] = (place, own.get("committed", 0))
    return found


def left_out(views: Views, on: date | None = None) -> dict[str, str]:
    """The awards whose forecast counts in no fund, each with the reason why."""
    forecast = [award for award, lines in statements(views, on).items() if said_last(lines) is not None]
    if not forecast:
        return {}
    drawing, alone = _drawing(views, on), drawn_alone(views, on)
    return {
        award: "it draws on more than one fund or year" if len(drawing[award]) > 1 else "its amount is not known"
        for award in forecast
        if award not in alone and drawing.get(award)
    }


def _drawing(views: Views, on: date | None) -> dict[str, list[tuple[Place, dict[str, int]]]]:
    """The funds that each award draws on, with the sums of its entries there."""
    columns = LedgerRow.table.c
    groups = (columns.about, columns.fund, columns.year, columns.field)
    of_awards = [columns.field.in_(("awards", "awards_not_known", "committed"))]
    until = [] if on is None else [columns.effective_on <= on]
    sums = select(*groups, func.sum(columns.amount)).where(*of_awards, *until).group_by(*groups)
    by_award: dict[str, dict[Place, dict[str, int]]] = {}
    for award, fund, year, name, amount in views.connection.execute(sums):
        by_award.setdefault(award, {}).setdefault((fund, year), {})[name] = int(amount)
    return {
        award: [(place, own) for place, own in places.items() if own.get("awards")]
        for award, places in by_award.items()
    }


def _expected(views: Views, on: date | None) -> dict[Place, tuple[int, int]]:
    stated = statements(views, on)
    if not stated:
        return {}
    alone = drawn_alone(views, on)
    found: dict[Place, tuple[int, int]] = {}
    for award, lines in stated.items():
        forecast = said_last(lines)
        if forecast is not None and award in alone:
            place, taken = alone[award]
            before = found.get(place, (0, 0))
            found[place] = (before[0] + forecast, before[1] + taken)
    return found
