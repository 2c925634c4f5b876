"""What happens to the payments of an award, the conditions that hold them, and its profile. Money in whole pence."""

import re
from datetime import date
from enum import StrEnum
from typing import Self

from domain import money
from domain.errors import Refusal
from domain.kernel import Event, Reference, Value, Words
from domain.money import Pence
from domain.periods import FinancialYear

_SPEND = re.compile(
    r"\s*(?P<line>.*?\S)\s*:\s*planned\s+(?P<planned>[^;]+);\s*actual\s+(?P<actual>[^;]+)"
    r"(?:;\s*forecast\s+(?P<forecast>[^;]+))?(?:;\s*why:?\s+(?P<why>.*\S))?[\s;]*"
)


def _pence(said: str) -> int:
    """An amount in words. Raises ``ValueError`` with the cure."""
    try:
        return money.parse(said)
    except Refusal as refusal:
        raise ValueError(str(refusal)) from None


class ConditionKind(StrEnum):
    """What must be there before money is paid."""

    SIGNED_AGREEMENT = "signed-agreement"
    SPEND_PLAN = "spend-plan"
    EVIDENCE_OF_CHECKS = "evidence-of-checks"
    REPORT_RECEIVED = "report-received"
    OTHER = "other"


class ConditionSet(Event, name="award.condition-set"):
    """Until this is met or waived, no payment of the award is approved or made."""

    condition: Reference
    kind: ConditionKind
    title: Words


class ConditionMet(Event, name="award.condition-met"):
    """The condition is met, and this shows it."""

    condition: Reference
    met_on: date
    evidence: Words


class ConditionWaived(Event, name="award.condition-waived"):
    """The office no longer asks for it."""

    condition: Reference
    authorised_by: Words
    reason: Words
    waived_on: date | None = None
    """The day; ``None``: it was waived before this was kept here."""


class PaymentScheduled(Event, name="award.payment-scheduled"):
    """A payment is to be made on a day, out of one fund's share."""

    payment: Reference
    fund: Reference
    year: FinancialYear
    amount_pence: Pence
    due_on: date
    ring_fence: Reference | None = None
    """Which share of the fund and year, where the award has several: the ring-fence that it is out of."""


class PaymentApproved(Event, name="award.payment-approved"):
    """A payment that was scheduled may be made."""

    payment: Reference


class PaymentHeld(Event, name="award.payment-held"):
    """A payment is held back for a reason of its own, beside any condition."""

    payment: Reference
    reason: Words


class PaymentFreed(Event, name="award.payment-freed"):
    """A payment that was held back for a reason of its own is held no longer."""

    payment: Reference
    reason: Words
    freed_on: date | None = None
    """The day; ``None``: it was freed before this was kept here."""


class PaymentCancelled(Event, name="award.payment-cancelled"):
    """A payment that was scheduled is not to be made."""

    payment: Reference
    reason: Words


class PaymentMade(Event, name="award.payment-made"):
    """Money was paid to the provider out of one fund's share."""

    payment: Reference
    fund: Reference
    year: FinancialYear
    amount_pence: Pence
    paid_on: date
    ring_fence: Reference | None = None
    """Which share of the fund and year, where the award has several: the ring-fence that it is out of."""


class PaymentClawedBack(Event, name="award.payment-clawed-back"):
    """Money came back from the provider: the award is so much smaller, and its fund has it again."""

    payment: Reference
    fund: Reference
    year: FinancialYear
    amount_pence: Pence
    reason: Words
    effective_on: date
    claw_back: Reference | None = None
    """Its own reference, if it has one, so that two equal ones are told apart."""
    ring_fence: Reference | None = None
    """Which share of the fund and year, where the award has several: the ring-fence that it is out of."""


class ProfileLine(Value):
    """What is meant to be spent in one period, or under one stated line."""

    line: Words
    """A period's code, such as ``2017-18-q2``, or the line's name."""
    amount_pence: Pence

    @classmethod
    def of(cls, words: str) -> Self:
        """Reads ``Labour: £60,000``. Raises ``ValueError`` with the cure."""
        line, colon, said = words.rpartition(":")
        if not colon or not line.strip():
            raise ValueError("write a line and its amount like: Labour: £60,000")
        return cls(line=line, amount_pence=_pence(said))

    @property
    def words(self) -> str:
        """``2017-18-q2: £1,250``."""
        return f"{self.line}: {money.pounds(self.amount_pence)}"


class ProfileSet(Event, name="award.profile-set"):
    """How the award's money is spread. The lines add up to the award, to the penny."""

    lines: tuple[ProfileLine, ...]


class SpendLine(Value):
    """One line of a provider's statement of spend: planned, actual, and what it now expects to the end."""

    line: Words
    planned_pence: Pence
    actual_pence: Pence
    forecast_pence: Pence | None
    """To the end of the award; ``None``: not said."""
    explanation: str | None
    """Of the difference between planned and actual."""

    @property
    def words(self) -> str:
        """``Staff: planned £700,000, actual £684,500, forecast £1,395,000 (two posts were filled late)``."""
        planned, actual = money.pounds(self.planned_pence), money.pounds(self.actual_pence)
        forecast = "" if self.forecast_pence is None else f", forecast {money.pounds(self.forecast_pence)}"
        why = f" ({self.explanation})" if self.explanation else ""
        return f"{self.line}: planned {planned}, actual {actual}{forecast}{why}"

    @classmethod
    def of(cls, words: str) -> Self:
        """Reads ``Staff: planned £700,000; actual £684,500; forecast £1,395,000; why: two posts were filled late``,
        in which forecast and why may be left out. Raises ``ValueError`` with the cure.
        """
        found = _SPEND.fullmatch(words)
        if found is None:
            raise ValueError(
                "write a line of spend like: Staff: planned £700,000; actual £684,500; forecast £1,395,000; "
                "why: two posts were filled late"
            )
        return cls(
            line=found["line"],
            planned_pence=_pence(found["planned"]),
            actual_pence=_pence(found["actual"]),
            forecast_pence=None if found["forecast"] is None else _pence(found["forecast"]),
            explanation=found["why"],
        )


class SpendReported(Event, name="award.spend-reported"):
    """The provider stated what it spent in a period, and what it expects to have spent at the end of the award."""

    period: str
    lines: tuple[SpendLine, ...]
    received_on: date


class SurplusPlanned(Event, name="award.surplus-planned"):
    """What the provider proposes to do with money it will not spend as planned."""

    plan: Reference
    amount_pence: Pence
    purpose: Words


class SurplusPlanSettled(Event, name="award.surplus-plan-settled"):
    """The office agreed to the plan for a surplus, or did not."""

    plan: Reference
    agreed: bool
    reason: Words
