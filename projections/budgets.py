"""Budgets: the ledger of every fund, and its balances. What is left is never stored.

Each event about money makes entries in the ledger: so much more or less of one field of one fund, from a day on. A
balance is the sum of its entries; so a figure is explained by listing them, and a past day by leaving out the later.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from domain.funds import events as fund_events
from domain.funds.events import (
    AllocationAmended,
    AllocationConfirmed,
    AllocationReceived,
    CommitmentConfirmed,
    CommitmentRaised,
    CommitmentWithdrawn,
    EarmarkHeld,
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
    *("inferred", "awards", "awards_not_known", "allocations", "allocations_not_known"),
)
"""What an entry may be of. The first six are pence, and so is what is inferred; the others are counts."""


@dataclass
class FundRow(Row, table="funds", key=("fund", "year")):
    """One fund in one financial year: what is not a sum."""

    fund: str
    year: str
    title: str
    funder: str
    return_to: str | None
    received_printed: str | None = None
    received_exact: bool = True
    tolerance_pence: int | None = None
    tolerance_per_cent: str | None = None
    tolerance_decision: str | None = None
    stated_total_pence: int | None = None
    stated_in: str | None = None
    position: int = 0
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
class LedgerRow(Row, table="ledger", key=("position", "line")):
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
class CommitmentRow(Row, table="commitments", key=("fund", "year", "award")):
    """What an award takes of a fund is not known: to know it again when it becomes so."""

    fund: str
    year: str
    award: str
    inferred_pence: int | None


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
            yield Entry("awards", 1, award)
            yield Entry("committed", amount, award) if amount is not None else Entry("awards_not_known", 1, award)
            if amount is None and inferred is not None:
                yield Entry("inferred", inferred, award)
        case CommitmentConfirmed(award=award, amount_pence=amount):
            yield Entry("awards_not_known", -1, award)
            yield Entry("committed", amount, award)
        case CommitmentWithdrawn(award=award):
            yield Entry("awards_not_known", -1, award)
        case CommitmentRaised(award=award, amount_pence=amount):
            yield Entry("committed", amount, award)
        case FundsReleased(award=award, amount_pence=amount):
            yield Entry("committed", -amount, award)
        case FundsPaid(award=award, amount_pence=amount):
            yield Entry("paid", amount, award)
        case FundsClawedBack(award=award, amount_pence=amount):
            yield Entry("paid", -amount, award)
            yield Entry("committed", -amount, award)


class Budgets(Projection):
    """Folds funds, their ledger and their balances."""

    events = (fund_events,)

    def apply(self, recorded: Recorded, rows: Rows) -> None:
        fund, year = fund_and_year(recorded.reference)
        event = recorded.event
        if isinstance(event, FundOpened):
            rows.add(FundRow(fund, year, event.title, event.funder, event.return_to, position=recorded.position))
            rows.add(BalanceRow(fund, year, WHOLE))
            return
        self._fund(event, rows.of(FundRow, fund, year))
        entries = [*_entries(event), *self._of_what_is_known(event, rows, fund, year)]
        if isinstance(event, RingFenceSet):
            self._ring_fence(event, recorded, rows)
        ring_fence = getattr(event, "ring_fence", None) or WHOLE
        if entries:
            self._enter(recorded, rows, ring_fence, entries)

    @staticmethod
    def _fund(event: Event, row: FundRow) -> None:
        match event:
            case AllocationConfirmed():
                row.received_exact = True
            case AllocationReceived(printed=printed, exact=exact):
                row.received_exact = row.received_exact and exact
                if printed is not None:
                    row.received_printed = " and ".join(filter(None, (row.received_printed, printed)))
            case ToleranceSet(per_cent=per_cent, amount_pence=amount, decision=decision):
                row.tolerance_pence = amount
                row.tolerance_per_cent = None if per_cent is None else str(per_cent)
                row.tolerance_decision = decision
            case TotalStated(source=source, total_pence=total):
                row.stated_total_pence, row.stated_in = total, source

    @staticmethod
    def _of_what_is_known(event: Event, rows: Rows, fund: str, year: str) -> Iterator[Entry]:
        """An amount that was inferred is inferred no longer once the share is known, or given up."""
        match event:
            case FundsCommitted(award=award, amount_pence=None, inferred_pence=inferred):
                rows.add(CommitmentRow(fund, year, award, inferred))
            case CommitmentConfirmed(award=award) | CommitmentWithdrawn(award=award):
                commitment = rows.of(CommitmentRow, fund, year, award)
                if commitment.inferred_pence is not None:
                    yield Entry("inferred", -commitment.inferred_pence, award)
                    commitment.inferred_pence = None

    @staticmethod
    def _ring_fence(event: RingFenceSet, recorded: Recorded, rows: Rows) -> None:
        """A ring-fence is set as a whole: its entry is the difference to what it was."""
        fund, year = fund_and_year(recorded.reference)
        row = rows.find(BalanceRow, fund, year, event.ring_fence)
        if row is None:
            row = BalanceRow(fund, year, event.ring_fence, allocations=1)
            rows.add(row)
        row.title, row.kind = event.title, event.kind.value
        change = event.amount_pence - row.received
        row.received = event.amount_pence
        rows.add(
            LedgerRow(
                position=recorded.position,
                line=0,
                fund=fund,
                year=year,
                ring_fence=event.ring_fence,
                field="ring_fenced",
                amount=change,
                about=event.ring_fence,
                effective_on=event.effective_on,
                recorded_on=recorded.at.astimezone(LONDON).date(),
            )
        )

    @staticmethod
    def _enter(recorded: Recorded, rows: Rows, ring_fence: str, entries: list[Entry]) -> None:
        fund, year = fund_and_year(recorded.reference)
        balances = [rows.of(BalanceRow, fund, year, place) for place in {WHOLE, ring_fence}]
        recorded_on = recorded.at.astimezone(LONDON).date()
        days = (getattr(recorded.event, day, None) for day in ("effective_on", "paid_on", "received_on"))
        effective_on = next(filter(None, days), recorded_on)
        for line, entry in enumerate(entries):
            for balance in balances:
                setattr(balance, entry.field, getattr(balance, entry.field) + entry.amount)
            rows.add(
                LedgerRow(
                    position=recorded.position,
                    line=line,
                    fund=fund,
                    year=year,
                    ring_fence=ring_fence,
                    field=entry.field,
                    amount=entry.amount,
                    about=entry.about,
                    effective_on=effective_on,
                    recorded_on=recorded_on,
                )
            )
