"""What may be ordered about money that leaves a fund: carried to another one, or returned. Money in whole pence."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Self

from pydantic import Field, model_validator

from domain.decisions.decision import AsPrinted
from domain.errors import Refusal
from domain.funds.commands import FundCommand, SomePence, day_of, same_or_refuse
from domain.funds.events import FundsCarriedIn, FundsCarriedOut, ReturnedHow, RingFenceSet, UnderspendReturned
from domain.funds.fund import Fund
from domain.kernel import Command, Day, Event, Occasion, Reference, Role, Words
from domain.periods import FinancialYear, Period, day_in_words

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
            return same_or_refuse(known, said, f"Transfer {self.transfer}", dated=False)
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
            return same_or_refuse(known, said, f"Transfer {self.transfer}", dated=self.effective_on is not None)
        self._check_days(said.effective_on)
        state.check_free(self.amount_pence, self.ring_fence, "carried out")
        return [said]

    def _check_days(self, carried_on: date) -> None:
        """Raises ``Refusal`` when the money would go back in time, or could never be spent."""
        if self.to_year < self.year:
            raise Refusal(
                f"Money of {self.year} cannot be carried into {self.to_year}, which is before it: name the same year "
                "or a later one (to_year)."
            )
        if self.use_by is None:
            return
        begins = Period.parse(self.to_year).start
        if self.use_by < begins:
            raise Refusal(
                f"{self.to_year} begins on {day_in_words(begins)}: money carried into it cannot have to be used before "
                "then (use_by)."
            )
        if self.use_by < carried_on:
            raise Refusal(
                f"The money is carried on {day_in_words(carried_on)}: the last day to use it cannot be before then "
                "(use_by)."
            )

    def together_with(self, state: Fund, occasion: Occasion) -> Sequence[Command[Any]]:
        if self.transfer in state.carried_out:
            return ()
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
            return same_or_refuse(known, said, f"Return {self.returned}", dated=self.effective_on is not None)
        state.check_free(self.amount_pence, self.ring_fence, "returned")
        return [said]
