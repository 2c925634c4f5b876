"""What may be ordered about an outcome report."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from domain.awards.commands import ConfirmAward
from domain.errors import Refusal
from domain.kernel import Command, Event, Occasion, Reference, Role, Words
from domain.monitoring.commands import REPORT_SCHEDULE, AskAgain, NoteReport
from domain.periods import Period, PeriodCode, day_in_words
from domain.reports.events import (
    Explanation,
    Figure,
    Figures,
    OutcomeFigure,
    ReportAccepted,
    ReportCorrected,
    ReportFile,
    ReportSentBack,
    ReportSubmitted,
    Text,
)
from domain.reports.measures import Framework, framework_for
from domain.reports.report import Report, ReportStatus


class ReportCommand(Command[Report]):
    """An order about what one award's provider reports for one period."""

    noun = "report"
    address = ("award", "period")
    aggregate = Report

    award: Reference
    period: PeriodCode

    @property
    def reference(self) -> str:
        return f"{self.award}.{self.period}"

    @property
    def named(self) -> str:
        return f"report of award {self.award} for {self.period}"


class _WithFigures(ReportCommand):
    """An order that brings figures. They are checked against the framework in force for the period."""

    figures: tuple[Figure, ...] = ()
    outcomes: tuple[OutcomeFigure, ...] = ()
    narrative: Words | None = None
    made_up: bool = False
    texts: tuple[Text, ...] = ()
    """What is said in words, under the framework's headings."""
    explanations: tuple[Explanation, ...] = ()
    """What is said to figures that look odd."""
    file: ReportFile | None = None
    received_on: date

    @property
    def content(self) -> Figures:
        """The report as it will be kept."""
        return Figures(**{name: getattr(self, name) for name in Figures.model_fields})

    def check(self, occasion: Occasion) -> Framework:
        """The framework in force, or one ``Refusal`` that names every figure it does not know."""
        if self.received_on > occasion.today:
            raise Refusal("A report cannot have come in in the future.")
        period = Period.parse(self.period)
        if period.end > occasion.today:
            raise Refusal(f"The period is not over until {day_in_words(period.end)}: report on it then.")
        if not self.figures and not self.outcomes:
            raise Refusal("The report has no figures. If there is nothing to report, declare a nil return.")
        framework = framework_for(period)
        faults = [*self._faults_of_figures(framework), *self._faults_of_outcomes(framework)]
        known = [narrative.narrative for narrative in framework.narratives]
        said = [text.narrative for text in self.texts]
        faults += [f"there is no heading {each} (there are: {', '.join(known)})" for each in said if each not in known]
        faults += [f"{each} is said twice" for each in known if said.count(each) > 1]
        if faults:
            raise Refusal(f"{framework.title} does not fit this report: {'; '.join(faults)}.")
        return framework

    def _faults_of_figures(self, framework: Framework) -> Iterator[str]:
        seen = set()
        for figure in self.figures:
            where = (figure.measure, figure.breakdown, figure.category)
            if where in seen:
                yield f"{figure.measure} is given twice for the same people"
            seen.add(where)
            if framework.measure(figure.measure) is None:
                known = ", ".join(measure.measure for measure in framework.measures)
                yield f"there is no measure {figure.measure} (there are: {known})"
            if figure.breakdown is None and figure.category is None:
                continue
            breakdown = framework.breakdown(figure.breakdown or "")
            if breakdown is None:
                known = ", ".join(breakdown.breakdown for breakdown in framework.breakdowns)
                yield f"{figure.measure}: there is no such breakdown (there are: {known})"
            elif figure.category not in breakdown.categories:
                yield f"{figure.measure}: {breakdown.breakdown} has only {', '.join(breakdown.categories)}"

    def _faults_of_outcomes(self, framework: Framework) -> Iterator[str]:
        seen = set()
        for figure in self.outcomes:
            if figure.outcome in seen:
                yield f"outcome {figure.outcome} is given twice"
            seen.add(figure.outcome)
            if framework.outcome(figure.outcome) is None:
                known = ", ".join(outcome.outcome for outcome in framework.outcomes)
                yield f"there is no outcome {figure.outcome} (there are: {known})"


class SubmitReport(_WithFigures, may={Role.PROVIDER, Role.CONTRACT_MANAGER}):
    """Report on an award for a period: totals by measure and breakdown, and each outcome as three numbers."""

    declares = True

    starts = True

    def decide(self, state: Report, occasion: Occasion) -> Sequence[Event]:
        if state.status is not None:
            if state.content == self.content:
                return []
            raise Refusal(f"A report on {self.award} for {self.period} is in already: to change it, correct it.")
        framework = self.check(occasion)
        return [
            ReportSubmitted(
                award=self.award,
                period=self.period,
                framework=framework.framework,
                content=self.content,
                received_on=self.received_on,
            )
        ]

    def together_with(self, state: Report, occasion: Occasion) -> Sequence[Command[Any]]:
        if state.status is not None:
            return ()
        return [
            ConfirmAward(award=self.award, period=self.period),
            NoteReport(award=self.award, schedule=REPORT_SCHEDULE, period=self.period, met_on=self.received_on),
        ]


class SendBackReport(ReportCommand, may={Role.CONTRACT_MANAGER}):
    """Ask for a report to be put right, with the reasons and a day. It is owed again until then."""

    reasons: Annotated[tuple[Words, ...], Field(min_length=1)]
    correct_by: date

    def decide(self, state: Report, occasion: Occasion) -> Sequence[Event]:
        if state.status is ReportStatus.SENT_BACK:
            raise Refusal("This report is sent back already: wait for the correction.")
        if self.correct_by < occasion.today:
            raise Refusal("The day to correct the report by must not be in the past.")
        return [ReportSentBack(reasons=self.reasons, correct_by=self.correct_by)]

    def together_with(self, state: Report, occasion: Occasion) -> Sequence[Command[Any]]:
        return [
            AskAgain(
                award=self.award,
                schedule=REPORT_SCHEDULE,
                period=self.period,
                due_on=self.correct_by,
                reason="The report was sent back.",
            )
        ]


class CorrectReport(_WithFigures, may={Role.PROVIDER, Role.CONTRACT_MANAGER}):
    """Put a report right: the whole of it again, with the reason. Every earlier version is kept."""

    overwrites = True
    declares = True

    reason: Words

    def decide(self, state: Report, occasion: Occasion) -> Sequence[Event]:
        if state.content == self.content:
            return []
        framework = self.check(occasion)
        return [
            ReportCorrected(
                framework=framework.framework,
                content=self.content,
                received_on=self.received_on,
                reason=self.reason,
            )
        ]

    def together_with(self, state: Report, occasion: Occasion) -> Sequence[Command[Any]]:
        if state.content == self.content:
            return ()
        return [NoteReport(award=self.award, schedule=REPORT_SCHEDULE, period=self.period, met_on=self.received_on)]


class AcceptReport(ReportCommand, may={Role.CONTRACT_MANAGER}):
    """Accept a report as it now stands, also one sent back that turns out right. The return counts it from now on."""

    def decide(self, state: Report, occasion: Occasion) -> Sequence[Event]:
        return [] if state.status is ReportStatus.ACCEPTED else [ReportAccepted(version=state.versions)]

    def together_with(self, state: Report, occasion: Occasion) -> Sequence[Command[Any]]:
        if state.status is ReportStatus.ACCEPTED:
            return ()
        return [NoteReport(award=self.award, schedule=REPORT_SCHEDULE, period=self.period, met_on=occasion.today)]


class ConfirmReport(ReportCommand):
    """Follows from an order about a report in a return: it must be in. Records nothing."""

    def decide(self, state: Report, occasion: Occasion) -> Sequence[Event]:
        return []
