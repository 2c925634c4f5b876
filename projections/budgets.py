"""Budgets: the ledger of every fund, and its balances. What is left is never stored.

Each event about money makes entries in the ledger: so much more or less of one field of one fund, from a day on. A
balance is the sum of its entries; so a figure is explained by listing them, and a past day by leaving out the later.
What is no sum (a tolerance, a cap, the size of a ring-fence, a paper's own total) is a term: the last one said holds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from domain.funds import events as fund_events
from domain.funds.events import (
    AdministrationCapSet,
    AllocationAmended,
    AllocationConfirmed,
    AllocationReceived,
    CommitmentConfirmed,
    CommitmentRaised,
    CommitmentWithdrawn,
    EarmarkHeld,
    EarmarkKind,
    EarmarkReleased,
    FundOpened,
    FundsCarriedIn,
    FundsCarriedOut,
    FundsClawedBack,
    FundsCommitted,
    FundsPaid,
    FundsReleased,
    RingFenceSet,
    ToleranceSet,
    TotalStated,
    UnderspendReturned,
)
from domain.kernel import LONDON, Event, Recorded
from projections.projection import Projection
from projections.rows import Row, Rows

WHOLE = ""
"""The ring-fence of a balance that is the whole fund's."""

FIELDS = (
    *("received", "committed", "earmarked", "paid", "returned", "carried_out"),
    *("administration", "inferred", "awards", "awards_not_known", "allocations", "allocations_not_known"),
)
"""What an entry may be of. Awards and allocations are counts; everything else is pence."""

TOLERANCE, CAP, STATED, RING_FENCE = "tolerance", "administration cap", "stated total", "ring-fence"
"""What a term may be."""


@dataclass
class FundRow(Row, table="funds", key=("fund", "year")):
    """One fund in one financial year."""

    fund: str
    year: str
    title: str
    funder: str
    return_to: str | None
    position: int
    """The event that opened it."""


@dataclass
class BalanceRow(Row, table="balances", key=("fund", "year", "ring_fence")):
    """The sums of a fund's entries: of the whole (an empty ring-fence), or of one ring-fence. Money in whole pence."""

    fund: str
    year: str
    ring_fence: str
    title: str | None = None
    kind: str | None = None
    received: int = 0
    committed: int = 0
    earmarked: int = 0
    paid: int = 0
    returned: int = 0
    carried_out: int = 0
    administration: int = 0
    """Of what is kept aside, what is for administration."""
    inferred: int = 0
    awards: int = 0
    awards_not_known: int = 0
    allocations: int = 0
    allocations_not_known: int = 0

    @property
    def received_pence(self) -> int | None:
        """What was received; ``None`` when there is an allocation that is not known in amount, or none at all."""
        return self.received if self.allocations and not self.allocations_not_known else None

    @property
    def left_pence(self) -> int | None:
        """What is free, less than nought when over-committed; ``None`` when what was received is not known.

        received = committed + earmarked + left + returned + carried out. Awards whose amount is not known are not in
        it: then it is the most that can be left.
        """
        if self.received_pence is None:
            return None
        return self.received - self.committed - self.earmarked - self.returned - self.carried_out


@dataclass
class LedgerRow(Row, table="ledger", key=("position", "line"), indexes=(("fund", "year"),)):
    """One entry: so much more (or less) of one field, from a day on."""

    position: int
    """The event it comes of."""
    line: int
    fund: str
    year: str
    ring_fence: str
    field: str
    amount: int
    about: str
    """The award, agreement, earmark or transfer it is about."""
    effective_on: date
    """From when it holds."""
    recorded_on: date
    """The London date on which it was written down."""


@dataclass
class TermRow(Row, table="fund_terms", key=("position",)):
    """Something said of a fund as a whole, which holds from a day on until something else is said. Whole pence."""

    position: int
    fund: str
    year: str
    kind: str
    """One of ``TOLERANCE``, ``CAP``, ``STATED`` and ``RING_FENCE``."""
    about: str
    """The decision that allows it, the basis of the cap, the paper that states it, or the ring-fence."""
    amount_pence: int | None
    per_cent: str | None
    effective_on: date
    recorded_on: date


@dataclass
class AllocationRow(Row, table="allocations", key=("fund", "year", "agreement")):
    """How well one allocation is known: as a paper prints it, or exactly."""

    fund: str
    year: str
    agreement: str
    position: int
    printed: str | None
    exact: bool
    effective_on: date
    confirmed_from: date | None = None
    """The day from which its exact amount is known, if it was confirmed."""


@dataclass
class EarmarkRow(Row, table="earmarks", key=("fund", "year", "earmark")):
    """What money is kept aside for: to know it again when it is released."""

    fund: str
    year: str
    earmark: str
    kind: str
    effective_on: date


@dataclass
class CommitmentRow(Row, table="commitments", key=("fund", "year", "award"), indexes=(("award",),)):
    """That an award takes something of a fund, in one share or several: to count it once."""

    fund: str
    year: str
    award: str
    not_known: dict[str, int | None]
    """Of its shares that are not known, the inferred pence, by ring-fence (``WHOLE``: out of none)."""
    effective_on: date


class Entry(NamedTuple):
    """So much more of a field."""

    field: str
    amount: int
    about: str


def fund_and_year(reference: str) -> tuple[str, str]:
    """``moj-victims``, ``2017-18`` of ``moj-victims-2017-18``."""
    return reference[:-8], reference[-7:]


def _entries(event: Event) -> Iterator[Entry]:
    """What an event changes, as far as the event alone tells."""
    match event:
        case AllocationReceived(agreement=agreement, amount_pence=amount):
            yield Entry("allocations", 1, agreement)
            yield (
                Entry("received", amount, agreement)
                if amount is not None
                else Entry("allocations_not_known", 1, agreement)
            )
        case AllocationConfirmed(agreement=agreement, amount_pence=amount, was_pence=was):
            yield Entry("received", amount - (was or 0), agreement)
            if was is None:
                yield Entry("allocations_not_known", -1, agreement)
        case AllocationAmended(addendum=addendum, change_pence=change):
            yield Entry("received", change, addendum)
        case FundsCarriedIn(transfer=transfer, amount_pence=amount):
            yield Entry("allocations", 1, transfer)
            yield Entry("received", amount, transfer)
        case FundsCarriedOut(transfer=transfer, amount_pence=amount):
            yield Entry("carried_out", amount, transfer)
        case UnderspendReturned(returned=returned, amount_pence=amount):
            yield Entry("returned", amount, returned)
        case EarmarkHeld(earmark=earmark, amount_pence=amount):
            yield Entry("earmarked", amount, earmark)
        case EarmarkReleased(earmark=earmark, amount_pence=amount):
            yield Entry("earmarked", -amount, earmark)
        case _:
            yield from _entries_of_awards(event)


def _entries_of_awards(event: Event) -> Iterator[Entry]:
    """What an event that follows from an order about an award changes."""
    match event:
        case FundsCommitted(award=award, amount_pence=amount, inferred_pence=inferred):
            if amount is not None:
                yield Entry("committed", amount, award)
            elif inferred is not None:
                yield Entry("inferred", inferred, award)
        case CommitmentConfirmed(award=award, amount_pence=amount):
            yield Entry("committed", amount, award)
        case CommitmentRaised(award=award, amount_pence=amount):
            yield Entry("committed", amount, award)
        case FundsReleased(award=award, amount_pence=amount):
            yield Entry("committed", -amount, award)
        case FundsPaid(award=award, amount_pence=amount):
            yield Entry("paid", amount, award)
        case FundsClawedBack(award=award, amount_pence=amount):
            yield Entry("paid", -amount, award)
            yield Entry("committed", -amount, award)


def _term(event: Event) -> tuple[str, str, int | None, str | None] | None:
    """The kind of term that an event says, what it is about, its pence and its per cent."""
    match event:
        case ToleranceSet(per_cent=per_cent, amount_pence=amount, decision=decision):
            return TOLERANCE, decision, amount, None if per_cent is None else str(per_cent)
        case AdministrationCapSet(per_cent=per_cent, basis=basis):
            return CAP, basis.value, None, str(per_cent)
        case TotalStated(source=source, total_pence=total):
            return STATED, source, total, None
        case RingFenceSet(ring_fence=ring_fence, amount_pence=amount):
            return RING_FENCE, ring_fence, amount, None
    return None


class Budgets(Projection):
    """Folds funds, their ledger, their terms and their balances."""

    events = (fund_events,)

    def apply(self, recorded: Recorded, rows: Rows) -> None:
        fund, year = fund_and_year(recorded.reference)
        event = recorded.event
        if isinstance(event, FundOpened):
            rows.add(FundRow(fund, year, event.title, event.funder, event.return_to, position=recorded.position))
            rows.add(BalanceRow(fund, year, WHOLE))
            return
        recorded_on = recorded.at.astimezone(LONDON).date()
        days = (getattr(event, day, None) for day in ("effective_on", "paid_on", "received_on"))
        effective_on = max(next(filter(None, days), recorded_on), self._first_day(event, rows, fund, year))
        term = _term(event)
        if term is not None:
            rows.add(TermRow(recorded.position, fund, year, *term, effective_on, recorded_on))
        self._ring_fence(event, rows, fund, year)
        self._allocation(recorded, rows, effective_on)
        ring_fence = getattr(event, "ring_fence", None) or WHOLE
        entries = [*_entries(event), *self._of_what_is_known(event, rows, (fund, year), effective_on)]
        for line, entry in enumerate(entries):
            for place in {WHOLE, ring_fence}:
                balance = rows.of(BalanceRow, fund, year, place)
                setattr(balance, entry.field, getattr(balance, entry.field) + entry.amount)
            where = (recorded.position, line, fund, year, ring_fence)
            rows.add(LedgerRow(*where, *entry, effective_on, recorded_on))

    @staticmethod
    def _first_day(event: Event, rows: Rows, fund: str, year: str) -> date:
        """From when that holds which an event says more about: nothing about it holds before it does itself."""
        about: AllocationRow | CommitmentRow | EarmarkRow | None = None
        match event:
            case AllocationConfirmed(agreement=agreement) | AllocationAmended(agreement=agreement):
                about = rows.find(AllocationRow, fund, year, agreement)
            case CommitmentConfirmed(award=award) | CommitmentWithdrawn(award=award):
                about = rows.find(CommitmentRow, fund, year, award)
            case EarmarkReleased(earmark=earmark):
                about = rows.find(EarmarkRow, fund, year, earmark)
        return about.effective_on if about else date.min

    @staticmethod
    def _allocation(recorded: Recorded, rows: Rows, effective_on: date) -> None:
        fund, year = fund_and_year(recorded.reference)
        match recorded.event:
            case AllocationReceived(agreement=agreement, printed=printed, exact=exact):
                position = recorded.position
                rows.add(AllocationRow(fund, year, agreement, position, printed, exact, effective_on))
            case AllocationConfirmed(agreement=agreement):
                rows.of(AllocationRow, fund, year, agreement).confirmed_from = effective_on

    @staticmethod
    def _of_what_is_known(event: Event, rows: Rows, place: tuple[str, str], effective_on: date) -> Iterator[Entry]:
        """What an event changes by what was said before: of awards, and of money kept for administration.

        An award counts once, however many shares it has; and an amount that was inferred is inferred no longer once
        the share is known, or given up.
        """
        fund, year = place
        match event:
            case FundsCommitted(award=award, amount_pence=amount, inferred_pence=inferred, ring_fence=ring_fence):
                commitment = rows.find(CommitmentRow, fund, year, award)
                if commitment is None:
                    commitment = CommitmentRow(fund, year, award, {}, effective_on)
                    rows.add(commitment)
                    yield Entry("awards", 1, award)
                if amount is None:
                    if not commitment.not_known:
                        yield Entry("awards_not_known", 1, award)
                    commitment.not_known = {**commitment.not_known, ring_fence or WHOLE: inferred}
            case (
                CommitmentConfirmed(award=award, ring_fence=ring_fence)
                | CommitmentWithdrawn(award=award, ring_fence=ring_fence)
            ):
                commitment = rows.of(CommitmentRow, fund, year, award)
                left = dict(commitment.not_known)
                inferred = left.pop(ring_fence or WHOLE, None)
                if inferred is not None:
                    yield Entry("inferred", -inferred, award)
                if commitment.not_known and not left:
                    yield Entry("awards_not_known", -1, award)
                commitment.not_known = left
            case EarmarkHeld(earmark=earmark, kind=kind, amount_pence=amount):
                rows.add(EarmarkRow(fund, year, earmark, kind.value, effective_on))
                if kind is EarmarkKind.ADMINISTRATION:
                    yield Entry("administration", amount, earmark)
            case EarmarkReleased(earmark=earmark, amount_pence=amount):
                if rows.of(EarmarkRow, fund, year, earmark).kind == EarmarkKind.ADMINISTRATION.value:
                    yield Entry("administration", -amount, earmark)

    @staticmethod
    def _ring_fence(event: Event, rows: Rows, fund: str, year: str) -> None:
        """A ring-fence is set as a whole."""
        if not isinstance(event, RingFenceSet):
            return
        row = rows.find(BalanceRow, fund, year, event.ring_fence)
        if row is None:
            row = BalanceRow(fund, year, event.ring_fence, allocations=1)
            rows.add(row)
        row.title, row.kind, row.received = event.title, event.kind.value, event.amount_pence
