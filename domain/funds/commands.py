"""What may be ordered about a fund. All money is in whole pence."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from domain import money
from domain.errors import NotFound, Refusal
from domain.funds.events import (
    AdministrationCapSet,
    AllocationAmended,
    AllocationConfirmed,
    AllocationReceived,
    CapBasis,
    EarmarkHeld,
    EarmarkKind,
    EarmarkReleased,
    FundOpened,
    RingFenceKind,
    RingFenceSet,
    ToleranceSet,
    TotalStated,
)
from domain.funds.fund import Earmark, Fund
from domain.kernel import Command, Day, Event, Occasion, Reference, Role, Words
from domain.money import MOST_PENCE, Pence
from domain.periods import FinancialYear
from domain.repeats import differing

SomePence = Annotated[Pence, Field(gt=0)]
"""More than nought."""


def day_of(command: Any, occasion: Occasion) -> date:
    """From when it counts: the day given, or today."""
    day: date = command.effective_on or occasion.today
    return day


def same_or_refuse(known: Any, said: Any, what: str, *, dated: bool = True) -> Sequence[Event]:
    """Nothing, when the same was said before; otherwise a ``Refusal`` that says what is on record instead.

    The day it counts from is compared when it was said (``dated``): left out, it stays as it is.
    """
    differs = differing(known, said, apart=() if dated else ("effective_on",))
    if not differs:
        return []
    raise Refusal(
        f"{what} is already recorded, differently (on record is {differs}). Give this one a reference of its own."
    )


class FundCommand(Command[Fund]):
    """An order about one funding stream in one financial year."""

    noun = "fund"
    address = ("fund", "year")
    aggregate = Fund

    fund: Reference
    year: FinancialYear

    @property
    def named(self) -> str:
        return f"fund {self.fund} for {self.year}"


class OpenFund(FundCommand, may={Role.FINANCE}):
    """Begin to keep an account of a funding stream in a financial year. Saying the same twice changes nothing."""

    starts = True

    title: Words
    funder: Words
    return_to: Reference | None = None

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        said = FundOpened(title=self.title, funder=self.funder, return_to=self.return_to)
        if not state.title:
            return [said]
        if all(getattr(state, field) == value for field, value in said):
            return []
        raise Refusal(f"Fund {self.fund} of {self.year} is already open, with another title, funder or return.")


class ReceiveAllocation(FundCommand, may={Role.FINANCE}):
    """Record what the funder allocated under one agreement: exactly, as printed (£1m), or not known in amount."""

    agreement: Reference
    amount_pence: Pence | None
    printed: str | None = None
    exact: bool = True
    source: Words
    received_on: date | None = None

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        said = AllocationReceived(**self.model_dump(exclude={"fund", "year"}))
        known = state.first_allocations.get(self.agreement)
        if known == said:
            return []
        if known is not None:
            raise Refusal(
                f"An allocation under {self.agreement} is already recorded for {self.fund} {self.year}, differently. "
                "Record its exact amount (confirm-allocation), an addendum (amend-allocation), or a further amount "
                "under an agreement reference of its own."
            )
        return [said]


class ConfirmAllocation(FundCommand, may={Role.FINANCE}):
    """Record the exact amount of an allocation that was rounded (£1m), or not known, and where it comes from."""

    agreement: Reference
    amount_pence: Pence
    source: Words
    effective_on: Day | None = None

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        known = state.allocations.get(self.agreement)
        if known is None:
            raise NotFound(f"No allocation under {self.agreement} is recorded for {self.fund} {self.year}.")
        if known.exact and known.amount_pence is not None:
            if known.amount_pence == self.amount_pence:
                return []
            raise Refusal(
                f"The allocation under {self.agreement} is exact already: {money.pounds(known.amount_pence)}. "
                "Record a change to it as an addendum (amend-allocation)."
            )
        amended = sum(each.change_pence for each in state.amendments.values() if each.agreement == self.agreement)
        if self.amount_pence + amended < 0:
            raise Refusal(f"Addenda took {money.pounds(-amended)} of it away already: it was not less than that.")
        return [
            AllocationConfirmed(
                **self.model_dump(include={"agreement", "amount_pence", "source"}),
                was_pence=known.amount_pence,
                effective_on=day_of(self, occasion),
            )
        ]


class AmendAllocation(FundCommand, may={Role.FINANCE}):
    """Record an addendum that makes an allocation larger or smaller, to the penny. What follows shows as over."""

    overwrites = True

    agreement: Reference
    addendum: Reference
    change_pence: Annotated[int, Field(ge=-MOST_PENCE, le=MOST_PENCE)]
    """Less than nought when the allocation becomes smaller."""
    reason: Words
    effective_on: Day | None = None

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        allocation = state.allocations.get(self.agreement)
        if allocation is None:
            raise NotFound(f"No allocation under {self.agreement} is recorded for {self.fund} {self.year}.")
        if allocation.amount_pence is None:
            raise Refusal(f"The allocation under {self.agreement} is not known in amount: there is nothing to amend.")
        said = AllocationAmended(
            **self.model_dump(exclude={"fund", "year", "effective_on"}), effective_on=day_of(self, occasion)
        )
        known = state.amendments.get(self.addendum)
        if known is not None:
            return same_or_refuse(known, said, f"Addendum {self.addendum}", dated=self.effective_on is not None)
        if self.change_pence == 0:
            raise Refusal("An addendum makes the allocation larger or smaller: by nought, there is nothing to record.")
        amended = [each.change_pence for each in state.amendments.values() if each.agreement == self.agreement]
        if allocation.amount_pence + sum(amended) + self.change_pence < 0:
            raise Refusal("An addendum cannot take away more than the agreement gave.")
        return [said]


class SetRingFence(FundCommand, may={Role.FINANCE}):
    """Set part of the fund apart for one purpose or line, with a balance of its own; or change how much."""

    overwrites = True

    ring_fence: Reference
    title: Words
    kind: RingFenceKind = RingFenceKind.RING_FENCE
    amount_pence: Pence
    reason: Words
    effective_on: Day | None = None

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        said = RingFenceSet(
            **self.model_dump(exclude={"fund", "year", "effective_on"}), effective_on=day_of(self, occasion)
        )
        known = state.ring_fences.get(self.ring_fence)
        if known is not None and said.model_copy(update={"effective_on": known.effective_on}) == known:
            return []
        if self.amount_pence and not state.allocations and not state.carried_in:
            raise Refusal(
                f"{state.title} has no allocation yet: record what was received (receive-allocation) before part of "
                "it is set apart."
            )
        after = state.evolve(said)
        if after.over_pence > max(state.over_pence, state.tolerance_pence):
            raise Refusal(
                f"A ring-fence of {money.pounds(self.amount_pence)} would leave a part of {state.title} "
                f"{money.pounds(after.over_pence)} over: what it holds is taken already."
            )
        return [said]


class CapAdministration(FundCommand, may={Role.FINANCE}):
    """Cap what may be kept for administration, as a percentage of what was received or of what was paid.

    What counts against the cap is what is kept aside as earmarks of the kind administration, and nothing else.
    """

    overwrites = True

    per_cent: Annotated[Decimal, Field(ge=0, le=100)]
    basis: CapBasis
    source: Words

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        said = AdministrationCapSet(per_cent=self.per_cent, basis=self.basis, source=self.source)
        return [] if state.administration_cap == said else [said]


class SetTolerance(FundCommand, may={Role.FINANCE, Role.COMMISSIONER}):
    """Allow the fund to be committed beyond what was received, by a percentage of it or by an amount."""

    overwrites = True

    per_cent: Annotated[Decimal, Field(ge=0, le=100)] | None = None
    amount_pence: Pence | None = None
    authorised_by: Words
    decision: Words
    reason: Words

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        if (self.per_cent is None) == (self.amount_pence is None):
            raise ValueError("a tolerance is either a percentage or an amount: give one of them")
        return self

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        said = ToleranceSet(**self.model_dump(exclude={"fund", "year"}))
        return [] if state.tolerance == said else [said]


class HoldEarmark(FundCommand, may={Role.FINANCE, Role.COMMISSIONER}):
    """Keep money aside: a reserve, or work in development. Refused beyond what is left, as a commitment is."""

    earmark: Reference
    title: Words
    kind: EarmarkKind
    amount_pence: SomePence
    ring_fence: Reference | None = None
    effective_on: Day | None = None

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        known = state.earmarks.get(self.earmark)
        if known is not None:
            if (known.title, known.kind, known.first_pence, known.ring_fence) == (
                *(self.title, self.kind, self.amount_pence),
                self.ring_fence,
            ):
                return []
            raise Refusal(f"There is already an earmark {self.earmark} in {self.fund} {self.year}, held differently.")
        over = state.over_after(self.amount_pence, "an earmark", self.ring_fence)
        cap = state.administration_cap_pence
        if self.kind is EarmarkKind.ADMINISTRATION and cap is not None:
            kept = state.administration_pence + self.amount_pence
            if kept > cap:
                raise Refusal(
                    f"{state.title} may keep {money.pounds(cap)} for administration, and this would make it "
                    f"{money.pounds(kept)}. Lower the amount, or record a change to the cap (cap-administration)."
                )
        return [EarmarkHeld(**self.model_dump(exclude={"fund", "year"}), over_pence=over)]


class ReleaseEarmark(FundCommand, may={Role.FINANCE, Role.COMMISSIONER}):
    """Make money kept aside free again, all of it unless an amount is given.

    Under a reference of its own (release), saying it twice changes nothing; without one, each part is one more.
    """

    earmark: Reference
    release: Reference | None = Field(
        default=None, description="its own reference, so that saying it twice is harmless"
    )
    amount_pence: SomePence | None = None
    reason: Words
    effective_on: Day | None = None

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        held = state.earmarks.get(self.earmark)
        if held is None:
            raise NotFound(f"There is no earmark {self.earmark} in {self.fund} {self.year}.")
        known = None if self.release is None else held.releases.get(self.release)
        if known is not None:
            return self._nothing_more(known, held)
        amount = held.amount_pence if self.amount_pence is None else self.amount_pence
        if amount > held.amount_pence:
            raise Refusal(f"Earmark {self.earmark} holds {money.pounds(held.amount_pence)}: no more can be released.")
        if amount == 0:
            return []
        return [
            EarmarkReleased(
                earmark=self.earmark,
                amount_pence=amount,
                reason=self.reason,
                ring_fence=held.ring_fence,
                effective_on=self.effective_on,
                release=self.release,
            )
        ]

    def _nothing_more(self, known: EarmarkReleased, held: Earmark) -> list[Event]:
        """Nothing, when this is what was released under its reference. Otherwise raises ``Refusal``."""
        as_much = held.amount_pence == 0 if self.amount_pence is None else self.amount_pence == known.amount_pence
        if as_much and self.reason == known.reason and self.effective_on in (None, known.effective_on):
            return []
        raise Refusal(f"Release {self.release} of earmark {self.earmark} is recorded already, differently.")


class StateTotal(FundCommand, may={Role.FINANCE, Role.CONTRACT_MANAGER}):
    """Keep the total that a paper states for the fund's awards, beside the total that the records add up to."""

    overwrites = True

    source: Words
    total_pence: Pence

    def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
        if state.stated_totals.get(self.source) == self.total_pence:
            return []
        return [TotalStated(source=self.source, total_pence=self.total_pence)]
