"""What may be ordered about an award: that it is written down, and approved. All money is in whole pence."""

from collections.abc import Sequence
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from domain.awards.award import Award, AwardStatus
from domain.awards.events import AwardApproved, AwardRegistered, Route, Share
from domain.decisions.commands import ConfirmDecision
from domain.errors import Refusal
from domain.funds.consequences import CommitFunds
from domain.kernel import Command, Day, Event, Occasion, Reference, Role, Words
from domain.periods import Period, PeriodCode
from domain.providers.commands import ConfirmProvider


class AwardCommand(Command[Award]):
    """An order about one award."""

    noun = "award"
    address = ("award",)
    aggregate = Award

    award: Reference


class RegisterAward(AwardCommand, may={Role.CONTRACT_MANAGER}):
    """Write an award down: service, route, provider, dates, decision. Saying the same twice changes nothing."""

    starts = True

    service: Words
    route: Route
    ground: Words | None = None
    provider: Reference | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None
    decision: Words | None = None
    remarks: tuple[Words, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.route is Route.SINGLE_TENDER and self.ground is None:
            raise ValueError("a single tender needs its ground, such as: continuity of supply")
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValueError("an award must not end before it starts")
        return self

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        said = AwardRegistered(**self.model_dump(exclude={"award"}))
        if state.registered is None:
            return [said]
        if state.registered == said:
            return []
        raise Refusal(
            f"There is already an award {self.award}, recorded differently. Choose another reference, "
            "or record what changed as an order of its own."
        )

    def together_with(self, state: Award, occasion: Occasion) -> Sequence[Command[Any]]:
        if self.provider is None or state.registered is not None:
            return ()
        return [ConfirmProvider(provider=self.provider)]


class ApproveAward(AwardCommand, may={Role.COMMISSIONER}):
    """Approve an award and take its shares from the funds: all of them or none. Refused beyond what is left."""

    shares: Annotated[tuple[Share, ...], Field(min_length=1)]
    decision: Words | None = None
    rests_on: Reference | None = None
    """The decision on record that it rests on."""
    effective_on: Day | None = None

    @model_validator(mode="after")
    def _each_fund_once(self) -> Self:
        if len({(share.fund, share.year) for share in self.shares}) < len(self.shares):
            raise ValueError("each fund and year may be named once: add its amounts together")
        return self

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        if state.status is AwardStatus.REGISTERED:
            return [AwardApproved(**self.model_dump(exclude={"award", "shares"}), shares=self.shares)]
        if state.status is AwardStatus.WITHDRAWN:
            raise Refusal(f"Award {self.award} was withdrawn: register a new one.")
        if state.first_shares == self.shares:
            return []
        raise Refusal(f"Award {self.award} is {state.status} already, for other amounts. Record the change as itself.")

    def together_with(self, state: Award, occasion: Occasion) -> Sequence[Command[Any]]:
        if state.status is not AwardStatus.REGISTERED:
            return ()
        return [
            *([ConfirmProvider(provider=state.provider)] if state.provider is not None else []),
            *([ConfirmDecision(decision=self.rests_on)] if self.rests_on is not None else []),
            *(
                CommitFunds(
                    award=self.award,
                    effective_on=self.effective_on,
                    **share.model_dump(exclude={"printed"}),
                )
                for share in self.shares
            ),
        ]


class ConfirmAward(AwardCommand):
    """Follows from a report: the award must be approved, and the period must touch its days. Records nothing."""

    period: PeriodCode

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        if state.status is AwardStatus.REGISTERED:
            raise Refusal(f"Award {self.award} is not approved yet: there is nothing to report on.")
        if state.days is not None and not state.days.overlaps(Period.parse(self.period)):
            raise Refusal(f"Award {self.award} runs from {state.days.words}: the report is for other days.")
        return []


class ConfirmRegistered(AwardCommand):
    """Follows from an award being reissued as another: the other must be on record. Records nothing."""

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        return []
