"""Budgets: what each fund received, what of it is committed, kept aside and paid. What is left is never stored."""

from dataclasses import dataclass
from decimal import Decimal

from domain.funds.events import (
    AllocationReceived,
    CommitmentConfirmed,
    CommitmentWithdrawn,
    EarmarkHeld,
    EarmarkReleased,
    FundOpened,
    FundsCommitted,
    FundsPaid,
    FundsReleased,
    ToleranceSet,
    TotalStated,
)
from domain.kernel import Recorded
from projections.projection import Projection
from projections.rows import Row, Rows


@dataclass
class BudgetRow(Row, table="budgets", key=("fund", "year")):
    """One fund in one financial year. Money in whole pence."""

    fund: str
    year: str
    title: str
    funder: str
    return_to: str | None
    allocations: int = 0
    allocations_not_known: int = 0
    known_received_pence: int = 0
    received_printed: str | None = None
    received_exact: bool = True
    committed_pence: int = 0
    commitments: int = 0
    commitments_not_known: int = 0
    inferred_pence: int = 0
    earmarked_pence: int = 0
    paid_pence: int = 0
    tolerance_pence: int | None = None
    tolerance_per_cent: str | None = None
    tolerance_decision: str | None = None
    stated_total_pence: int | None = None
    stated_in: str | None = None

    @property
    def received_pence(self) -> int | None:
        """What was received; ``None`` when there is an allocation that is not known in amount, or none at all."""
        return self.known_received_pence if self.allocations and not self.allocations_not_known else None

    @property
    def left_pence(self) -> int | None:
        """What is free to award, less than nought when over-committed; ``None`` when what was received is not known.

        Awards whose amount is not known are not in it: then it is the most that can be left.
        """
        if self.received_pence is None:
            return None
        return self.received_pence - self.committed_pence - self.earmarked_pence

    @property
    def over_pence(self) -> int:
        """By how much it is committed beyond what was received."""
        return max(0, -(self.left_pence or 0))

    @property
    def allowed_over_pence(self) -> int:
        """How far it may be committed beyond what was received."""
        if self.tolerance_per_cent is not None:
            return int(self.known_received_pence * Decimal(self.tolerance_per_cent) / 100)
        return self.tolerance_pence or 0

    @property
    def computed_total_pence(self) -> int:
        """What the records add up to, as a paper's total of awards counts: commitments and earmarks."""
        return self.committed_pence + self.earmarked_pence


@dataclass
class CommitmentRow(Row, table="commitments", key=("fund", "year", "award")):
    """What one award takes of one fund: to know which commitment an event is about. Money in whole pence."""

    fund: str
    year: str
    award: str
    amount_pence: int | None
    inferred_pence: int | None


def fund_and_year(reference: str) -> tuple[str, str]:
    """``moj-victims``, ``2017-18`` of ``moj-victims-2017-18``."""
    return reference[:-8], reference[-7:]


class Budgets(Projection):
    """Folds budgets."""

    nouns = frozenset({"fund"})

    def apply(self, recorded: Recorded, rows: Rows) -> None:
        fund, year = fund_and_year(recorded.reference)
        event = recorded.event
        if isinstance(event, FundOpened):
            rows.add(BudgetRow(fund, year, event.title, event.funder, event.return_to))
            return
        row = rows.of(BudgetRow, fund, year)
        match event:
            case AllocationReceived(amount_pence=amount, printed=printed, exact=exact):
                row.allocations += 1
                row.allocations_not_known += amount is None
                row.known_received_pence += amount or 0
                row.received_exact = row.received_exact and exact
                if printed is not None:
                    row.received_printed = " and ".join(filter(None, (row.received_printed, printed)))
            case ToleranceSet(per_cent=per_cent, amount_pence=amount, decision=decision):
                row.tolerance_pence = amount
                row.tolerance_per_cent = None if per_cent is None else str(per_cent)
                row.tolerance_decision = decision
            case EarmarkHeld(amount_pence=amount):
                row.earmarked_pence += amount
            case EarmarkReleased(amount_pence=amount):
                row.earmarked_pence -= amount
            case FundsCommitted(award=award, amount_pence=amount, inferred_pence=inferred):
                rows.add(CommitmentRow(fund, year, award, amount, inferred))
                row.commitments += 1
                row.committed_pence += amount or 0
                row.commitments_not_known += amount is None
                row.inferred_pence += inferred or 0
            case CommitmentConfirmed(award=award, amount_pence=amount):
                self._settle(rows.of(CommitmentRow, fund, year, award), amount, row)
            case FundsReleased(award=award, amount_pence=amount):
                commitment = rows.of(CommitmentRow, fund, year, award)
                commitment.amount_pence = (commitment.amount_pence or 0) - amount
                row.committed_pence -= amount
            case CommitmentWithdrawn(award=award):
                self._settle(rows.of(CommitmentRow, fund, year, award), 0, row)
            case FundsPaid(amount_pence=amount):
                row.paid_pence += amount
            case TotalStated(source=source, total_pence=total):
                row.stated_total_pence, row.stated_in = total, source

    @staticmethod
    def _settle(commitment: CommitmentRow, amount_pence: int, row: BudgetRow) -> None:
        """A share that was not known is now known (or known to be nothing)."""
        row.commitments_not_known -= 1
        row.inferred_pence -= commitment.inferred_pence or 0
        row.committed_pence += amount_pence
        commitment.amount_pence, commitment.inferred_pence = amount_pence, None
