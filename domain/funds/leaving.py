"""What may be ordered about money that leaves a fund: carried to another one, or returned. Money in whole pence."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Self

from pydantic import Field, model_validator

from domain.decisions.decision import AsPrinted
from domain.funds.commands import FundCommand, SomePence, day_of, same_or_refuse
from domain.funds.events import FundsCarriedIn, FundsCarriedOut, ReturnedHow, RingFenceSet, UnderspendReturned
from domain.funds.fund import Fund
from domain.kernel import Command, Day, Event, Occasion, Reference, Role, Words
from domain.periods import FinancialYear

_CARRIED = {"transfer", "amount_pence", "permission", "decision", "use_by", "to_ring_fence"}
"""What both sides of a transfer say."""


class ReceiveCarriedFunds(FundCommand):
    """Follows from money being carried out of another fund: it comes in here."""

    transfer: Reference
    from_fund: Reference
    from_year: FinancialYear
    amount_pence: SomePence
    permission: Words
    decision: AsPrinted = None
    use_by: date | None = None
    effective_on: date
    to_ring_fence: Reference | None = None

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        said = FundsCarriedIn(**self.model_dump(exclude={"fund", "year"}))
        known = state.carried_in.get(self.transfer)
        if known is not None:
            return same_or_refuse(known, said, f"Transfer {self.transfer}")
        state.check_ring_fence(self.to_ring_fence)
        return [said, *self._ring_fence(state)]

    def _ring_fence(self, state: Fund) -> list[RingFenceSet]:
        """The ring-fence that the money enters is so much larger."""
        if self.to_ring_fence is None:
            return []
        known = state.ring_fences[self.to_ring_fence]
        more = {"amount_pence": known.amount_pence + self.amount_pence, "effective_on": self.effective_on}
        return [known.model_copy(update={**more, "reason": f"Transfer {self.transfer} enters it."})]


class CarryFunds(FundCommand, may={Role.FINANCE}):
    """Carry money to another year, or move it to another stream: how much, by whose permission, until when.

    It may leave a ring-fence, and enter one of the other fund, which is then so much larger.
    """

    transfer: Reference
    to_fund: Reference
    to_year: FinancialYear
    ring_fence: Reference | None = Field(default=None, description="the ring-fence of this fund that it leaves")
    to_ring_fence: Reference | None = Field(default=None, description="the ring-fence of the other fund it enters")
    amount_pence: SomePence
    permission: Words
    decision: AsPrinted = None
    use_by: Day | None = None
    effective_on: Day | None = None

    @model_validator(mode="after")
    def _elsewhere(self) -> Self:
        if (self.to_fund, self.to_year) == (self.fund, self.year):
            raise ValueError("money is carried to another year or another fund, not to the same one")
        return self

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        said = FundsCarriedOut(
            **self.model_dump(exclude={"fund", "year", "effective_on"}), effective_on=day_of(self, occasion)
        )
        known = state.carried_out.get(self.transfer)
        if known is not None:
            return same_or_refuse(known, said, f"Transfer {self.transfer}")
        state.check_free(self.amount_pence, self.ring_fence, "carried out")
        return [said]

    def together_with(self, state: Fund, occasion: Occasion) -> Sequence[Command[Any]]:
        return [
            ReceiveCarriedFunds(
                fund=self.to_fund,
                year=self.to_year,
                from_fund=self.fund,
                from_year=self.year,
                **self.model_dump(include=_CARRIED),
                effective_on=day_of(self, occasion),
            )
        ]


class ReturnUnderspend(FundCommand, may={Role.FINANCE}):
    """Record that money not spent went back to the funder: repaid, or netted off its next payment."""

    returned: Reference
    amount_pence: SomePence
    ring_fence: Reference | None = None
    how: ReturnedHow
    reason: Words
    effective_on: Day | None = None

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        said = UnderspendReturned(
            **self.model_dump(exclude={"fund", "year", "effective_on"}), effective_on=day_of(self, occasion)
        )
        known = state.returned.get(self.returned)
        if known is not None:
            return same_or_refuse(known, said, f"Return {self.returned}")
        state.check_free(self.amount_pence, self.ring_fence, "returned")
        return [said]
