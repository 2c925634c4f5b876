"""What may be ordered about a half-yearly return."""

import re
from collections.abc import Sequence
from datetime import date

from domain.errors import Refusal
from domain.kernel import Command, Event, Occasion, Role, Words
from domain.periods import Period, PeriodCode
from domain.returns.events import ReturnFilled, ReturnOpened, ReturnRestated, ReturnSignedOff, ReturnSubmitted
from domain.returns.filled import FilledReturn, template_for
from domain.returns.half_yearly_return import HalfYearlyReturn, ReturnStatus


class ReturnCommand(Command[HalfYearlyReturn]):
    """An order about the return for one half-year, written ``2017-18-h1``."""

    noun = "return"
    address = ("period",)
    aggregate = HalfYearlyReturn

    period: PeriodCode

    @property
    def named(self) -> str:
        return f"return for {self.period}"

    def folded(self, state: HalfYearlyReturn, occasion: Occasion) -> FilledReturn:
        """The return as the log now has it."""
        if occasion.answers is None:
            raise Refusal("A return can only be filled in by an office with its log open.")
        filled: FilledReturn = occasion.answers.fill_in(self.period, state.template)
        return filled


class OpenReturn(ReturnCommand, may={Role.FINANCE, Role.CONTRACT_MANAGER, Role.SCHEDULER}):
    """Begin to prepare the return for a half-year. Saying it twice changes nothing."""

    starts = True

    due_on: date | None = None

    def decide(self, state: HalfYearlyReturn, occasion: Occasion) -> Sequence[Event]:
        if state.status is not None:
            return []
        if not re.fullmatch(r"\d{4}-\d\d-h[12]", self.period):
            raise Refusal("A return is for a half-year: write it like 2017-18-h1.")
        period = Period.parse(self.period)
        if period.end >= occasion.today:
            raise Refusal(f"The half-year is not over until {period.words.partition(' to ')[2]}.")
        template = template_for(period)
        return [ReturnOpened(period=self.period, template=template.template, due_on=self.due_on)]


class FillReturn(ReturnCommand, may={Role.FINANCE, Role.CONTRACT_MANAGER}):
    """Fold the return from the log, to be looked at before it is signed. May be done again until then."""

    def decide(self, state: HalfYearlyReturn, occasion: Occasion) -> Sequence[Event]:
        if state.status in (ReturnStatus.SIGNED_OFF, ReturnStatus.SUBMITTED):
            raise Refusal(f"This return is {state.status}: to change it, restate it with the reason (restate-return).")
        filled = self.folded(state, occasion)
        known = state.filled
        if known is not None and (known.sha256, known.waiting_for) == (filled.sha256, filled.waiting_for):
            return []
        return [
            ReturnFilled(
                template=filled.template,
                position=filled.position,
                sha256=filled.sha256,
                waiting_for=filled.waiting_for,
            )
        ]


class SignOffReturn(ReturnCommand, may={Role.FINANCE}):
    """Declare the filled-in return right. Its tables are frozen into the record, with their digest.

    Refused if the log has changed its figures since it was filled: nobody signs what they have not seen.
    """

    declaration: Words
    despite: Words | None = None
    """Why it is signed although something is missing, when something is."""

    def decide(self, state: HalfYearlyReturn, occasion: Occasion) -> Sequence[Event]:
        if state.status in (ReturnStatus.SIGNED_OFF, ReturnStatus.SUBMITTED):
            raise Refusal(f"This return is {state.status} already.")
        if state.filled is None:
            raise Refusal("Fill the return in first, and look at it (fill-return).")
        filled = self.folded(state, occasion)
        if filled.sha256 != state.filled.sha256:
            raise Refusal("The figures have changed since the return was filled in: fill it in again and look at it.")
        if filled.waiting_for and self.despite is None:
            number = len(filled.waiting_for)
            raise Refusal(
                f"The return still waits for {number} thing{'' if number == 1 else 's'}, "
                f"the first: {filled.waiting_for[0]} "
                "Settle them, or say why it is signed without (despite)."
            )
        return [
            ReturnSignedOff(
                declaration=self.declaration,
                despite=self.despite,
                template=filled.template,
                position=state.filled.position,
                sha256=filled.sha256,
                tables=filled.tables,
            )
        ]


class SubmitReturn(ReturnCommand, may={Role.FINANCE}):
    """Record that the signed return went to the funder. Saying it twice changes nothing."""

    submitted_on: date
    receipt: Words | None = None

    def decide(self, state: HalfYearlyReturn, occasion: Occasion) -> Sequence[Event]:
        if state.status is ReturnStatus.SUBMITTED:
            return []
        if state.signed_sha256 is None:
            raise Refusal("A return must be signed off before it is submitted (sign-off-return).")
        if self.submitted_on > occasion.today:
            raise Refusal("A return cannot have been submitted in the future.")
        return [ReturnSubmitted(submitted_on=self.submitted_on, sha256=state.signed_sha256, receipt=self.receipt)]


class RestateReturn(ReturnCommand, may={Role.FINANCE}):
    """Begin a new version of a signed return, with the reason. The one before stays as it was sent."""

    reason: Words

    def decide(self, state: HalfYearlyReturn, occasion: Occasion) -> Sequence[Event]:
        if state.signed_sha256 is None:
            raise Refusal("This return is not signed off: it can still be filled in again, without a restatement.")
        return [ReturnRestated(version=state.version + 1, supersedes_sha256=state.signed_sha256, reason=self.reason)]
