"""What may be ordered about an award: that it is written down, and approved. All money is in whole pence."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from domain.awards.award import Award, AwardStatus
from domain.awards.events import AwardApproved, AwardRegistered, Route, Share
from domain.decisions.commands import ConfirmDecision
from domain.decisions.decision import AsPrinted
from domain.errors import Refusal
from domain.funds.consequences import CommitFunds
from domain.kernel import Command, Day, Event, Occasion, Reference, Role, Words
from domain.periods import Period, PeriodCode, day_in_words
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
    decision: AsPrinted = None
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
    """Approve an award and take its shares from the funds: all of them or none. Refused beyond what is left.

    A commitment is a promise within the year: money of the fund that is on record but comes on a later day counts.
    How the fund stands day by day: outturn show budgets --on DAY.
    """

    shares: Annotated[tuple[Share, ...], Field(min_length=1)]
    decision: AsPrinted = None
    rests_on: Reference | None = Field(
        default=None, description="the number of a decision that is on record here (record-decision), such as: 017"
    )
    effective_on: Day | None = Field(default=None, description="from when it counts, if that is not today")

    @model_validator(mode="after")
    def _each_fund_once(self) -> Self:
        if len({(share.fund, share.year, share.ring_fence) for share in self.shares}) < len(self.shares):
            raise ValueError(
                "each fund and year may be named once: add its amounts together, or name a ring-fence for each"
            )
        return self

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        if state.status is AwardStatus.WITHDRAWN:
            raise Refusal(f"Award {self.award} was withdrawn: register a new one.")
        if state.approved is None:
            said = self.model_dump(exclude={"award", "shares"})
            who = occasion.actor.id
            return [AwardApproved(**said, shares=self.shares, approved_on=occasion.today, approved_by=who)]
        differing = "; and ".join(self._differing(state.approved))
        if not differing:
            return []
        raise Refusal(f"Award {self.award} is {state.status} already, {differing}. Record the change as itself.")

    def _differing(self, known: AwardApproved) -> Iterator[str]:
        """What of this is said otherwise in the approval on record. What is not said again stays as it is."""
        if known.shares != self.shares:
            yield "for other amounts"
        if self.decision not in (None, known.decision):
            yield (
                "by a decision in other words (decision)" if known.decision else "without a decision's words (decision)"
            )
        if self.rests_on not in (None, known.rests_on):
            yield f"resting on {known.rests_on or 'no decision on record'} (rests_on)"
        if self.effective_on not in (None, known.effective_on):
            day = (
                "without a day of its own" if known.effective_on is None else f"from {day_in_words(known.effective_on)}"
            )
            yield f"{day} (effective_on)"

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


class CommitMatch(ApproveAward):
    """Follows from a bid that is won: its match is committed. An award approved already keeps what it takes."""

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        if state.approved is None:
            return super().decide(state, occasion)
        state.check_open(self.award)
        for share in self.shares:
            place = (share.fund, share.year, share.ring_fence)
            if all((each.fund, each.year, each.ring_fence) != place for each in state.shares):
                where = f"{share.fund} {share.year}" + (f" in {share.ring_fence}" if share.ring_fence else "")
                raise Refusal(
                    f"Award {self.award} is approved already and takes nothing from {where}, where the match is kept "
                    "aside: name an award that takes it from there (match_award)."
                )
        return []


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
    """Follows from an order about an award that stands elsewhere: it must be on record. Records nothing."""

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        return []


class ConfirmNoCircle(AwardCommand):
    """Follows from an award being reissued as this one, which must be on record, and must not lead back to that.

    Records nothing.
    """

    of: Reference
    """The award whose place is taken."""
    seen: tuple[Reference, ...] = ()
    """The awards that were asked before this one."""

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        if state.reissued_as == self.of:
            raise Refusal(
                f"Award {self.award} is itself reissued as {self.of}: two awards cannot take each other's place."
            )
        return []

    def together_with(self, state: Award, occasion: Occasion) -> Sequence[Command[Any]]:
        follows, seen = state.reissued_as, (*self.seen, self.award)
        return [] if follows in (None, *seen) else [ConfirmNoCircle(award=follows, of=self.of, seen=seen)]
