"""Payments of awards, the conditions that hold them, their profiles, and what providers say they spent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from domain.awards import payment_events
from domain.awards.change_events import AwardNovated
from domain.awards.payment_events import (
    ConditionMet,
    ConditionSet,
    ConditionWaived,
    PaymentApproved,
    PaymentCancelled,
    PaymentClawedBack,
    PaymentFreed,
    PaymentHeld,
    PaymentMade,
    PaymentScheduled,
    ProfileSet,
    SpendReported,
    SurplusPlanned,
    SurplusPlanSettled,
)
from domain.kernel import LONDON, Recorded
from projections.awards import AwardRow, holder_on
from projections.projection import Projection
from projections.rows import Row, Rows


@dataclass
class PaymentRow(
    Row, table="payments", key=("award", "payment"), indexes=(("due_on", "award", "payment", "status"), ("provider",))
):
    """One payment under an award. Money in whole pence."""

    award: str
    payment: str
    fund: str
    year: str
    amount_pence: int
    due_on: date
    status: str
    """``scheduled``, ``approved``, ``paid`` or ``cancelled``."""
    paid_on: date | None = None
    clawed_back_pence: int = 0
    held: str | None = None
    """Why it is held back for a reason of its own, was cancelled, or came back."""
    ring_fence: str | None = None
    """Which share of the fund and year, where the award has several."""
    provider: str | None = None
    """Who was paid: who held the award on that day, as now known. Until it is paid: nobody."""
    freed_on: date | None = None


@dataclass
class ConditionRow(Row, table="conditions", key=("award", "condition")):
    """Something that must be there before any payment of the award is made."""

    award: str
    condition: str
    kind: str
    title: str
    standing: str
    """``open``, ``met`` or ``waived``."""
    met_on: date | None = None
    evidence: str | None = None
    waived_on: date | None = None


@dataclass
class ProfileRow(Row, table="profiles", key=("award", "number")):
    """One line of an award's profile. Money in whole pence."""

    award: str
    number: int
    line: str | None
    """``None``: the profile has fewer lines now."""
    amount_pence: int


@dataclass
class SpendRow(Row, table="spend", key=("award", "position", "line")):
    """One line of a provider's statement of spend; every version is kept. Money in whole pence."""

    award: str
    position: int
    """The statement it belongs to: a later one for the same period takes its place as a whole."""
    period: str
    line: str
    planned_pence: int
    actual_pence: int
    forecast_pence: int | None
    explanation: str | None
    received_on: date
    recorded_on: date
    """The London date on which it was written down."""


@dataclass
class SurplusRow(Row, table="surplus_plans", key=("award", "plan")):
    """What a provider proposes to do with a surplus. Money in whole pence."""

    award: str
    plan: str
    amount_pence: int
    purpose: str
    standing: str
    """``proposed``, ``agreed`` or ``not agreed``."""
    reason: str | None = None


def in_force(lines: Iterable[SpendRow]) -> list[SpendRow]:
    """The lines of the last statement for each period of an award, by period."""
    last: dict[tuple[str, str], int] = {}
    kept = list(lines)
    for row in kept:
        place = (row.award, row.period)
        last[place] = max(row.position, last.get(place, 0))
    standing = [row for row in kept if row.position == last[row.award, row.period]]
    return sorted(standing, key=lambda row: (row.award, row.period, row.line))


class Payments(Projection):
    """Folds payments and what belongs to them."""

    events = (payment_events, AwardNovated)

    def apply(self, recorded: Recorded, rows: Rows) -> None:
        self._payment(recorded, rows)
        self._beside(recorded, rows)

    @staticmethod
    def _payment(recorded: Recorded, rows: Rows) -> None:
        award = recorded.reference
        match recorded.event:
            case PaymentScheduled() as event:
                rows.add(
                    PaymentRow(
                        award,
                        event.payment,
                        event.fund,
                        event.year,
                        event.amount_pence,
                        event.due_on,
                        "scheduled",
                        ring_fence=event.ring_fence,
                    )
                )
            case PaymentApproved(payment=payment):
                rows.of(PaymentRow, award, payment).status = "approved"
            case PaymentHeld(payment=payment, reason=reason):
                rows.of(PaymentRow, award, payment).held = reason
            case PaymentFreed(payment=payment, freed_on=freed_on):
                row = rows.of(PaymentRow, award, payment)
                row.held, row.freed_on = None, freed_on
            case PaymentCancelled(payment=payment, reason=reason):
                row = rows.of(PaymentRow, award, payment)
                row.status, row.held = "cancelled", reason
            case PaymentMade() as event:
                found = rows.find(PaymentRow, award, event.payment)
                due_on = found.due_on if found else event.paid_on
                rows.add(
                    PaymentRow(
                        award,
                        event.payment,
                        event.fund,
                        event.year,
                        event.amount_pence,
                        due_on,
                        "paid",
                        paid_on=event.paid_on,
                        ring_fence=event.ring_fence,
                        provider=holder_on(rows.of(AwardRow, award), event.paid_on),
                        freed_on=found.freed_on if found else None,
                    )
                )
            case AwardNovated(provider=provider, effective_on=day):
                for payment in rows.of(AwardRow, award).paid:
                    row = rows.of(PaymentRow, award, payment)
                    if row.paid_on is not None and row.paid_on >= day:
                        row.provider = provider
            case PaymentClawedBack(payment=payment, amount_pence=amount, reason=reason):
                row = rows.of(PaymentRow, award, payment)
                row.clawed_back_pence += amount
                row.held = reason

    @staticmethod
    def _beside(recorded: Recorded, rows: Rows) -> None:
        award = recorded.reference
        match recorded.event:
            case ConditionSet(condition=condition, kind=kind, title=title):
                rows.add(ConditionRow(award, condition, kind.value, title, "open"))
            case ConditionMet(condition=condition, met_on=met_on, evidence=evidence):
                row = rows.of(ConditionRow, award, condition)
                row.standing, row.met_on, row.evidence = "met", met_on, evidence
            case ConditionWaived(condition=condition, authorised_by=authorised_by, reason=reason, waived_on=day):
                row = rows.of(ConditionRow, award, condition)
                row.standing, row.evidence, row.waived_on = "waived", f"{authorised_by}: {reason}", day
            case ProfileSet(lines=lines):
                for number, line in enumerate(lines, 1):
                    rows.add(ProfileRow(award, number, line.line, line.amount_pence))
                number = len(lines) + 1
                while (old := rows.find(ProfileRow, award, number)) is not None and old.line is not None:
                    old.line, old.amount_pence = None, 0
                    number += 1
            case SpendReported(period=period, lines=lines, received_on=received_on):
                for spend in lines:
                    rows.add(
                        SpendRow(
                            award,
                            recorded.position,
                            period,
                            spend.line,
                            spend.planned_pence,
                            spend.actual_pence,
                            spend.forecast_pence,
                            spend.explanation,
                            received_on,
                            recorded.at.astimezone(LONDON).date(),
                        )
                    )
            case SurplusPlanned(plan=plan, amount_pence=amount, purpose=purpose):
                rows.add(SurplusRow(award, plan, amount, purpose, "proposed"))
            case SurplusPlanSettled(plan=plan, agreed=agreed, reason=reason):
                surplus = rows.of(SurplusRow, award, plan)
                surplus.standing, surplus.reason = "agreed" if agreed else "not agreed", reason
