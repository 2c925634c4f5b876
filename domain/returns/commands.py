"""What may be ordered about a half-yearly return."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import StringConstraints

from domain.errors import Refusal
from domain.kernel import Command, Event, Occasion, Reference, Role, Words
from domain.periods import Period, PeriodCode, day_in_words
from domain.reports.commands import ConfirmReport
from domain.returns.events import (
    Apportionment,
    ReportApportioned,
    ReturnCommented,
    ReturnFilled,
    ReturnOpened,
    ReturnPublished,
    ReturnRestated,
    ReturnSignedOff,
    ReturnSubmitted,
)
from domain.returns.filled import FilledReturn, template_for
from domain.returns.half_yearly_return import HalfYearlyReturn, ReturnStatus
from domain.returns.publication import publication_of, release_of, rule_of


class ReturnCommand(Command[HalfYearlyReturn]):
    """An order about the return for one half-year, written ``2017-18-h1``."""

    noun = "return"
    address = ("period",)
    aggregate = HalfYearlyReturn

    period: PeriodCode

    @property
    def named(self) -> str:
        return f"return for {self.period}"

    @property
    def about(self) -> str | None:
        return None  # also where it names an award: the return is about all of them

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
    """When the funder asks for it, if not as the template says."""
    office: Words | None = None
    """The name of the office, as it stands in the return's header."""
    area_code: Annotated[str, StringConstraints(pattern=r"^[EW]\d{8}$")] | None = None
    """The police area's code of the Office for National Statistics, like E23000023."""

    def decide(self, state: HalfYearlyReturn, occasion: Occasion) -> Sequence[Event]:
        if state.status is not None:
            return []
        if not re.fullmatch(r"\d{4}-\d\d-h[12]", self.period):
            raise Refusal("A return is for a half-year: write it like 2017-18-h1.")
        period = Period.parse(self.period)
        if period.end >= occasion.today:
            raise Refusal(f"The half-year is not over until {period.words.partition(' to ')[2]}.")
        template = template_for(period)
        due_on = self.due_on or (template.due.day_after(period) if template.due else None)
        return [
            ReturnOpened(
                period=self.period,
                template=template.template,
                due_on=due_on,
                office=self.office,
                area_code=self.area_code,
            )
        ]


class CommentOnReturn(ReturnCommand, may={Role.FINANCE, Role.CONTRACT_MANAGER, Role.COMMISSIONER}):
    """Write a remark to the return, or to one cell of it. It stands beside the return and changes no figure."""

    words: Words
    cell: Annotated[str, StringConstraints(pattern=r"^[a-z-]+/[^/]{1,80}(/[^/]{1,80}){1,3}$")] | None = None
    """The cell's address, like demand/MOJ-2017-01/referrals."""

    def decide(self, state: HalfYearlyReturn, occasion: Occasion) -> Sequence[Event]:
        return [ReturnCommented(words=self.words, cell=self.cell)]


class ApportionReport(ReturnCommand, may={Role.FINANCE, Role.CONTRACT_MANAGER}):
    """Choose how a report that does not fit the half-year counts in this return: by days, whole, or not at all.

    Only what adds up over periods is divided by days; of people waiting, say, no part can be told.
    """

    award: Reference
    report_period: PeriodCode
    how: Apportionment
    reason: Words

    def decide(self, state: HalfYearlyReturn, occasion: Occasion) -> Sequence[Event]:
        if state.signed_sha256 is not None:
            raise Refusal("This return is signed off: to change it, restate it with the reason (restate-return).")
        half, days = Period.parse(self.period), Period.parse(self.report_period)
        if half.covers(days):
            raise Refusal(
                "A report for those days fits the half-year: it counts whole, and there is nothing to choose."
            )
        if not half.overlaps(days):
            raise Refusal("A report for those days has no day in this half-year.")
        said = ReportApportioned(award=self.award, report_period=self.report_period, how=self.how, reason=self.reason)
        return [] if state.apportioned.get((self.award, self.report_period)) == said else [said]

    def together_with(self, state: HalfYearlyReturn, occasion: Occasion) -> Sequence[Command[Any]]:
        return [ConfirmReport(award=self.award, period=self.report_period)]


class FillReturn(ReturnCommand, may={Role.FINANCE, Role.CONTRACT_MANAGER}):
    """Fold the return from the log, to be looked at before it is signed. May be done again until then.

    The same figures filled in again by the same person change nothing; by another person they are recorded as that
    person's, so that the one before may sign them off.
    """

    def decide(self, state: HalfYearlyReturn, occasion: Occasion) -> Sequence[Event]:
        if state.status in (ReturnStatus.SIGNED_OFF, ReturnStatus.SUBMITTED):
            raise Refusal(f"This return is {state.status}: to change it, restate it with the reason (restate-return).")
        filled, known, who = self.folded(state, occasion), state.filled, occasion.actor.id
        said = (filled.sha256, filled.waiting_for, who)
        if known is not None and (known.sha256, known.waiting_for, known.filled_by) == said:
            return []
        return [
            ReturnFilled(
                template=filled.template,
                position=filled.position,
                sha256=filled.sha256,
                waiting_for=filled.waiting_for,
                filled_by=who,
            )
        ]


class SignOffReturn(ReturnCommand, may={Role.FINANCE}):
    """Declare the filled-in return right. Its tables are frozen into the record, with their digest.

    Refused if the log has changed its figures since it was filled: nobody signs what they have not seen. It takes a
    second person: whoever filled it in last does not sign it off.
    """

    declaration: Words
    despite: Words | None = None
    """Why it is signed although something is missing, when something is."""

    def decide(self, state: HalfYearlyReturn, occasion: Occasion) -> Sequence[Event]:
        if state.status in (ReturnStatus.SIGNED_OFF, ReturnStatus.SUBMITTED):
            raise Refusal(f"This return is {state.status} already.")
        if state.filled is None:
            raise Refusal("Fill the return in first, and look at it (fill-return).")
        if state.filled.filled_by == occasion.actor.id:
            raise Refusal(
                "You filled this return in: another person of finance must sign it off. If there is none, let somebody "
                "else fill it in again (fill-return), look at it, and sign it then."
            )
        filled = self.folded(state, occasion)
        if filled.sha256 != state.filled.sha256:
            raise Refusal(
                "The figures have changed since the return was filled in: fill it in again and look at it. "
                "Whoever fills it in does not sign it."
            )
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
                signed_on=occasion.today,
            )
        ]


class SubmitReturn(ReturnCommand, may={Role.FINANCE}):
    """Record that the signed return went to the funder. Saying the same twice changes nothing."""

    submitted_on: date
    receipt: Words | None = None

    def decide(self, state: HalfYearlyReturn, occasion: Occasion) -> Sequence[Event]:
        if state.submitted is not None:
            self._check_same(state.submitted)
            return []
        if state.signed_sha256 is None:
            raise Refusal("A return must be signed off before it is submitted (sign-off-return).")
        if self.submitted_on > occasion.today:
            raise Refusal("A return cannot have been submitted in the future.")
        end = Period.parse(self.period).end
        if self.submitted_on <= end:
            raise Refusal(f"The half-year was not over until {day_in_words(end)}: its return was submitted later.")
        if state.signed_on is not None and self.submitted_on < state.signed_on:
            raise Refusal(f"It was signed on {day_in_words(state.signed_on)}: it cannot have been submitted before.")
        return [ReturnSubmitted(submitted_on=self.submitted_on, sha256=state.signed_sha256, receipt=self.receipt)]

    def _check_same(self, known: ReturnSubmitted) -> None:
        """That the same is said again. Raises ``Refusal``, which says what differs."""
        differs = []
        if self.submitted_on != known.submitted_on:
            differs.append(f"on {day_in_words(known.submitted_on)}")
        if self.receipt is not None and self.receipt != known.receipt:
            differs.append("without a receipt" if known.receipt is None else "with another receipt")
        if differs:
            raise Refusal(
                f"This return is recorded as submitted already, {' and '.join(differs)}. "
                "What is recorded stays: write a remark to it (comment-on-return)."
            )


class RestateReturn(ReturnCommand, may={Role.FINANCE}):
    """Begin a new version of a signed return, with the reason. The one before stays as it was sent."""

    reason: Words

    def decide(self, state: HalfYearlyReturn, occasion: Occasion) -> Sequence[Event]:
        if state.signed_sha256 is None:
            raise Refusal("This return is not signed off: it can still be filled in again, without a restatement.")
        return [ReturnRestated(version=state.version + 1, supersedes_sha256=state.signed_sha256, reason=self.reason)]


class PublishReturn(ReturnCommand, may={Role.FINANCE, Role.COMMISSIONER}):
    """Make a copy of the signed return for the public, with small numbers held back so that none can be worked out.

    Not from the totals, nor from an earlier release of the same return.
    """

    rule: Reference | None = None
    """The rule by which numbers are held back; the one in force for tables of the area, unless it is named."""
    despite: Words | None = None
    """Why it is published although a number could be worked out, when one could."""

    def decide(self, state: HalfYearlyReturn, occasion: Occasion) -> Sequence[Event]:
        exact = state.signed_tables.get(state.version)
        if exact is None:
            raise Refusal("Only a signed return is published: sign this version off first (sign-off-return).")
        period = Period.parse(self.period)
        rule = rule_of(self.rule, period)
        if any((each.version, each.rule) == (state.version, rule.rule) for each in state.published):
            return []
        earlier = [
            release_of(period, state.signed_tables[each.version], each.tables, rule_of(each.rule, period))
            for each in state.published
        ]
        copy = publication_of(period, exact, rule, earlier)
        known = len(copy.exposed) + len(copy.exposed_before)
        if known and self.despite is None:
            raise Refusal(
                f"{known} small number{'' if known == 1 else 's'} could be worked out from this copy and what was "
                "published before. Do not publish it; or say why it is published all the same (despite)."
            )
        return [
            ReturnPublished(
                version=state.version,
                rule=rule.rule,
                tables=copy.tables,
                despite=self.despite if known else None,
            )
        ]
