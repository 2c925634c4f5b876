"""What may be ordered about a bid. Money in whole pence."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from domain.awards.commands import CommitMatch
from domain.awards.events import Share
from domain.bids.bid import Bid, BidStatus
from domain.bids.events import BidLost, BidPrepared, BidSubmitted, BidWon, MatchEarmarked
from domain.errors import Refusal
from domain.funds.commands import HoldEarmark, ReleaseEarmark, SomePence
from domain.funds.consequences import ReceiveWonBid, ReleaseMatch
from domain.funds.events import EarmarkKind
from domain.kernel import Command, Day, Event, Occasion, Reference, Role, Words
from domain.periods import FinancialYear, day_in_words
from domain.repeats import differing

LONGEST = 74
"""Of a bid's reference: the earmark of its match is named after it."""

BidReference = Annotated[str, StringConstraints(pattern=rf"^[A-Za-z0-9][A-Za-z0-9._-]{{0,{LONGEST - 1}}}$")]
"""A reference that leaves room for the name of the earmark."""


class BidCommand(Command[Bid]):
    """An order about one bid."""

    noun = "bid"
    address = ("bid",)
    aggregate = Bid

    bid: Reference

    @property
    def earmark(self) -> str:
        """The earmark that holds the match."""
        return f"match-{self.bid}"

    def check_undecided(self, state: Bid) -> None:
        """Raises ``Refusal`` once the bid is won or lost."""
        if state.status in (BidStatus.WON, BidStatus.LOST):
            raise Refusal(f"Bid {self.bid} is {state.status} already.")

    def check_match(self, state: Bid) -> None:
        """Raises ``Refusal`` when the funder asks for match and none is kept aside."""
        if state.prepared is not None and state.prepared.match_required and state.match is None:
            raise Refusal(f"Bid {self.bid} requires match, and none is kept aside: do that first (earmark-match).")


class PrepareBid(BidCommand, may={Role.FINANCE, Role.CONTRACT_MANAGER}):
    """Write down a bid to an outside fund: for how much, until when, with which match. It counts in no budget."""

    starts = True

    bid: BidReference
    title: Words
    funder: Words
    amount_pence: SomePence
    deadline: Day | None = None
    match_required: bool = False
    match_from: Words | None = None

    def decide(self, state: Bid, occasion: Occasion) -> Sequence[Event]:
        said = BidPrepared(**self.model_dump(exclude={"bid"}))
        if state.prepared == said:
            return []
        if state.prepared is not None:
            raise Refusal(f"There is already a bid {self.bid}, recorded differently.")
        return [said]


class EarmarkMatch(BidCommand, may={Role.FINANCE, Role.COMMISSIONER}):
    """Keep money of a fund aside as the office's part in a bid. It comes back when the bid is lost."""

    fund: Reference
    year: FinancialYear
    ring_fence: Reference | None = Field(default=None, description="the ring-fence of the fund that it is kept in")
    amount_pence: SomePence

    def decide(self, state: Bid, occasion: Occasion) -> Sequence[Event]:
        said = MatchEarmarked(**self.model_dump(exclude={"bid"}))
        if state.match == said:
            return []
        if state.match is not None:
            raise Refusal(
                f"Match for bid {self.bid} is kept aside already, from another fund or ring-fence or of another amount."
            )
        if len(self.bid) > LONGEST:
            raise Refusal(
                f"A bid with match has a reference of at most {LONGEST} characters: prepare it under another."
            )
        self.check_undecided(state)
        return [said]

    def together_with(self, state: Bid, occasion: Occasion) -> Sequence[Command[Any]]:
        if state.match is not None:
            return ()
        return [
            HoldEarmark(
                fund=self.fund,
                year=self.year,
                earmark=self.earmark,
                title=f"Match for the bid {self.bid}",
                kind=EarmarkKind.MATCH,
                amount_pence=self.amount_pence,
                ring_fence=self.ring_fence,
            )
        ]


class SubmitBid(BidCommand, may={Role.FINANCE, Role.CONTRACT_MANAGER}):
    """Record that the bid went to the funder."""

    submitted_on: Day

    def decide(self, state: Bid, occasion: Occasion) -> Sequence[Event]:
        said = BidSubmitted(submitted_on=self.submitted_on)
        if state.submitted == said:
            return []
        self.check_undecided(state)
        if state.submitted is not None:
            day = day_in_words(state.submitted.submitted_on)
            raise Refusal(f"Bid {self.bid} is submitted already, on {day} and on no other day (submitted_on).")
        if self.submitted_on > occasion.today:
            raise Refusal("A bid cannot have been submitted in the future.")
        self.check_match(state)
        return [said]


class WinBid(BidCommand, may={Role.FINANCE}):
    """Record that the funder agreed: the amount becomes an allocation, and the match is committed to an award.

    An award that is approved already must take at least the match, of its fund, year and ring-fence: it keeps what it
    takes, the match is released, and nothing is committed twice.
    """

    won_on: Day
    fund: Reference
    year: FinancialYear
    agreement: Reference
    amount_pence: SomePence
    source: Words
    match_award: Reference | None = None

    def decide(self, state: Bid, occasion: Occasion) -> Sequence[Event]:
        said = BidWon(**self.model_dump(exclude={"bid", "source"}))
        if state.won == said:
            return []
        self.check_undecided(state)
        if state.status is not BidStatus.SUBMITTED:
            raise Refusal(f"Bid {self.bid} is not submitted yet (submit-bid).")
        if self.won_on > occasion.today:
            raise Refusal("A bid cannot have been won in the future.")
        _check_after_submitting(state, self.won_on, "won")
        self.check_match(state)
        if (state.match is None) != (self.match_award is None):
            raise Refusal(
                "Match that was kept aside is committed to an award when the bid is won: name it (match_award). "
                "Without match, name none."
            )
        return [said]

    def together_with(self, state: Bid, occasion: Occasion) -> Sequence[Command[Any]]:
        if state.status is not BidStatus.SUBMITTED:
            return ()
        allocation = ReceiveWonBid(
            fund=self.fund,
            year=self.year,
            agreement=self.agreement,
            amount_pence=self.amount_pence,
            source=self.source,
            received_on=self.won_on,
        )
        return [allocation, *self._match(state.match)]

    def _match(self, match: MatchEarmarked | None) -> list[Command[Any]]:
        if match is None or self.match_award is None:
            return []
        share = Share(**match.model_dump())
        return [
            ReleaseMatch(
                fund=match.fund,
                year=match.year,
                earmark=self.earmark,
                reason=f"Bid {self.bid} is won: award {self.match_award} takes it.",
                effective_on=self.won_on,
                to_award=self.match_award,
                match_pence=match.amount_pence,
            ),
            CommitMatch(
                award=self.match_award,
                shares=(share,),
                decision=f"Match for bid {self.bid}",
                effective_on=self.won_on,
            ),
        ]


def _check_after_submitting(state: Bid, day: date, what: str) -> None:
    """Raises ``Refusal`` for a day before the bid went to the funder."""
    if state.submitted is not None and day < state.submitted.submitted_on:
        submitted_on = day_in_words(state.submitted.submitted_on)
        raise Refusal(f"The bid was submitted on {submitted_on}: it cannot have been {what} before then.")


class LoseBid(BidCommand, may={Role.FINANCE, Role.CONTRACT_MANAGER}):
    """Record that the funder did not agree. Match that was kept aside is free again."""

    lost_on: Day
    reason: Words

    def decide(self, state: Bid, occasion: Occasion) -> Sequence[Event]:
        said = BidLost(lost_on=self.lost_on, reason=self.reason)
        if state.lost == said:
            return []
        if state.lost is not None:
            differs = differing(state.lost, said)
            raise Refusal(f"Bid {self.bid} is lost already, and recorded differently (on record is {differs}).")
        self.check_undecided(state)
        if self.lost_on > occasion.today:
            raise Refusal("A bid cannot have been lost in the future.")
        _check_after_submitting(state, self.lost_on, "lost")
        return [said]

    def together_with(self, state: Bid, occasion: Occasion) -> Sequence[Command[Any]]:
        if state.match is None or state.status in (BidStatus.LOST, BidStatus.WON):
            return ()
        return [
            ReleaseEarmark(
                fund=state.match.fund,
                year=state.match.year,
                earmark=self.earmark,
                reason=f"Bid {self.bid} is lost: the match comes back.",
                effective_on=self.lost_on,
            )
        ]
