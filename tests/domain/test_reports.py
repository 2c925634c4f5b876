"""What may be recorded about an outcome report, and what is refused."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from domain.awards.commands import ConfirmAward
from domain.errors import NotFound, Refusal
from domain.kernel import Event, Role
from domain.monitoring.commands import AskAgain, NoteReport
from domain.reports.commands import AcceptReport, CorrectReport, SendBackReport, SubmitReport
from domain.reports.events import (
    Figure,
    Figures,
    OutcomeFigure,
    ReportAccepted,
    ReportCorrected,
    ReportSentBack,
    ReportSubmitted,
)
from domain.reports.quantity import Quantity
from domain.reports.report import Report, ReportStatus
from tests.story import given

HUB = "2017-18-vwh-1"
REFERRALS = Figure(measure="referrals", quantity=Quantity(at_least=15001, at_most=None))
HOURS = Figure(measure="volunteer-hours", quantity=Quantity.exactly(1461))
COPE = OutcomeFigure(outcome="cope", improved=410, answered=520, eligible=3300)
FIRST = Figures(figures=(REFERRALS, HOURS), outcomes=(COPE,), narrative=None, made_up=True)
SECOND = Figures(figures=(REFERRALS,), outcomes=(COPE,), narrative="Hours are counted elsewhere.", made_up=True)

SUBMIT = SubmitReport(
    award=HUB,
    period="2017-18-h1",
    figures=(REFERRALS, HOURS),
    outcomes=(COPE,),
    made_up=True,
    received_on=date(2017, 10, 12),
)
SUBMITTED = ReportSubmitted(
    award=HUB, period="2017-18-h1", framework="moj-2013", content=FIRST, received_on=date(2017, 10, 12)
)
SEND_BACK = SendBackReport(
    award=HUB, period="2017-18-h1", reasons=("Hours are counted twice.",), correct_by=date(2017, 10, 27)
)
SENT_BACK = ReportSentBack(reasons=("Hours are counted twice.",), correct_by=date(2017, 10, 27))
CORRECT = CorrectReport(
    award=HUB,
    period="2017-18-h1",
    figures=(REFERRALS,),
    outcomes=(COPE,),
    narrative="Hours are counted elsewhere.",
    made_up=True,
    received_on=date(2017, 10, 16),
    reason="Hours were counted twice.",
)
CORRECTED = ReportCorrected(
    framework="moj-2013", content=SECOND, received_on=date(2017, 10, 16), reason="Hours were counted twice."
)
OUT_OF_ORDER = "cannot have more who improved than answered, nor more who answered than were eligible"
ACCEPT = AcceptReport(award=HUB, period="2017-18-h1")
ACCEPTED = ReportAccepted(version=1)


def submit(**change: Any) -> SubmitReport:
    """The order to take in a report, with other content."""
    return SubmitReport.model_validate(SUBMIT.model_dump() | change)


class TestSubmitting:
    def test_a_report_is_taken_in_whole_with_the_framework_that_was_in_force(self) -> None:
        given().when(SUBMIT).then(SUBMITTED)

    def test_each_award_has_one_report_for_a_period(self) -> None:
        assert SUBMIT.reference == "2017-18-vwh-1.2017-18-h1"
        assert SUBMIT.stream == "report-2017-18-vwh-1.2017-18-h1"
        assert submit(period="2017-04-01..2017-09-30").reference == SUBMIT.reference

    def test_the_award_is_confirmed_and_what_was_owed_is_met(self) -> None:
        assert given().when(SUBMIT).orders() == [
            ConfirmAward(award=HUB, period="2017-18-h1"),
            NoteReport(award=HUB, schedule="outcome-report", period="2017-18-h1", met_on=date(2017, 10, 12)),
        ]

    def test_submitting_it_twice_records_it_once(self) -> None:
        story = given(SUBMITTED).when(SUBMIT)
        story.then_nothing()
        assert story.orders() == []

    def test_submitting_it_again_after_it_was_accepted_changes_nothing(self) -> None:
        given(SUBMITTED, ACCEPTED).when(SUBMIT).then_nothing()

    def test_other_figures_are_a_correction_and_not_a_second_report(self) -> None:
        story = given(SUBMITTED).when(submit(figures=(REFERRALS,)))
        story.then_refused(f"A report on {HUB} for 2017-18-h1 is in already: to change it, correct it", Refusal)
        assert story.orders() == []

    def test_a_report_without_figures_is_refused_and_pointed_to_the_nil_return(self) -> None:
        given().when(submit(figures=(), outcomes=(), narrative="Nothing happened.")).then_refused(
            "The report has no figures. If there is nothing to report, declare a nil return", Refusal
        )

    def test_outcomes_alone_are_a_report(self) -> None:
        assert given().when(submit(figures=())).decided()

    def test_a_report_cannot_have_come_in_in_the_future(self) -> None:
        given().when(submit(received_on=date(2017, 10, 17))).then_refused("cannot have come in in the future", Refusal)
        assert given().when(submit(received_on=date(2017, 10, 16))).decided()

    def test_a_period_is_reported_on_once_its_last_day_has_come(self) -> None:
        october = submit(period="2017-10", received_on=date(2017, 10, 16))
        for period, end in (("2017-10", "31 October 2017"), ("2017-18-h2", "31 March 2018")):
            given().when(october.model_copy(update={"period": period})).then_refused(
                f"The period is not over until {end}: report on it then", Refusal
            )
        the_day_before = datetime(2017, 10, 30, 23, 59, tzinfo=UTC)
        given().at(the_day_before).when(october).then_refused("The period is not over until 31 October 2017", Refusal)
        on_the_last_day = datetime(2017, 10, 31, 0, 0, tzinfo=UTC)
        assert given().at(on_the_last_day).when(october).decided()

    def test_a_count_of_nought_is_a_figure(self) -> None:
        nought = Figure(measure="referrals", quantity=Quantity.exactly(0))
        assert given().when(submit(figures=(nought,), outcomes=())).decided()

    def test_figures_may_be_given_as_numbers_and_as_words(self) -> None:
        order = submit(
            figures=[
                {"measure": "referrals", "quantity": "more than 15,000"},
                {"measure": "volunteer-hours", "quantity": 1461},
            ]
        )
        given().when(order).then(SUBMITTED)


class TestTheFramework:
    @pytest.mark.parametrize(
        ("period", "outcome", "framework"),
        [
            ("2013-14", "cope", "moj-2013"),
            ("2017-18-h2", "recover", "moj-2013"),
            ("2018-19-h1", "safety", "moj-2018"),
            ("2021-22-h2", "everyday-life", "moj-2018"),
            ("2022-23-h1", "resilience", "vfs-2022"),
        ],
    )
    def test_a_report_is_checked_against_the_framework_of_its_first_day(
        self, period: str, outcome: str, framework: str
    ) -> None:
        order = submit(period=period, outcomes=(COPE.model_copy(update={"outcome": outcome}),))
        (event,) = given().at(datetime(2026, 1, 5, tzinfo=UTC)).when(order).decided()
        assert isinstance(event, ReportSubmitted)
        assert event.framework == framework

    def test_a_period_before_the_first_framework_cannot_be_reported_on(self) -> None:
        given().when(submit(period="2012-13-h1")).then_refused(
            "No outcomes framework on file was in force on 1 April 2012", Refusal
        )

    def test_a_measure_that_is_not_asked_for_is_refused_with_those_that_are(self) -> None:
        given().when(submit(figures=(Figure(measure="cups-of-tea", quantity=Quantity.exactly(3)),))).then_refused(
            r"there is no measure cups-of-tea \(there are: referrals, declined, offered", Refusal
        )

    def test_an_outcome_of_another_framework_is_refused_with_those_of_this_one(self) -> None:
        given().when(submit(outcomes=(COPE.model_copy(update={"outcome": "resilience"}),))).then_refused(
            r"there is no outcome resilience \(there are: cope, recover\)", Refusal
        )

    def test_a_breakdown_that_is_not_asked_for_is_refused_with_those_that_are(self) -> None:
        by_shoe_size = REFERRALS.model_copy(update={"breakdown": "shoe-size", "category": "nine"})
        given().when(submit(figures=(by_shoe_size,))).then_refused(
            r"referrals: there is no such breakdown \(there are: referral-source, crime-type,", Refusal
        )

    def test_a_category_that_is_not_asked_for_is_refused_with_those_that_are(self) -> None:
        by_age = REFERRALS.model_copy(update={"breakdown": "age", "category": "40-something"})
        given().when(submit(figures=(by_age,))).then_refused(
            "referrals: age has only under-18, 18-24, 25-64, 65-and-over, not-known, prefer-not-to-say", Refusal
        )

    def test_a_breakdown_needs_its_category_and_a_category_its_breakdown(self) -> None:
        without_category = REFERRALS.model_copy(update={"breakdown": "age"})
        given().when(submit(figures=(without_category,))).then_refused("age has only under-18", Refusal)
        without_breakdown = REFERRALS.model_copy(update={"category": "under-18"})
        given().when(submit(figures=(without_breakdown,))).then_refused("there is no such breakdown", Refusal)

    def test_the_same_count_is_given_once(self) -> None:
        given().when(submit(figures=(REFERRALS, REFERRALS))).then_refused(
            "referrals is given twice for the same people", Refusal
        )
        given().when(submit(outcomes=(COPE, COPE))).then_refused("outcome cope is given twice", Refusal)

    def test_a_measure_may_be_given_for_everybody_and_for_every_category(self) -> None:
        by_age = [
            Figure(measure="accepted", breakdown="age", category=category, quantity=Quantity.exactly(100))
            for category in ("under-18", "18-24", "not-known", "prefer-not-to-say")
        ]
        everybody = Figure(measure="accepted", quantity=Quantity.exactly(400))
        assert given().when(submit(figures=(everybody, *by_age))).decided()

    def test_every_fault_of_a_report_is_named_at_once(self) -> None:
        order = submit(
            figures=(REFERRALS, REFERRALS, Figure(measure="cups-of-tea", quantity=Quantity.exactly(3))),
            outcomes=(COPE, COPE.model_copy(update={"outcome": "resilience"})),
        )
        given().when(order).then_refused(
            "Victims' services commissioning framework, 2013 does not fit this report: referrals is given twice.*; "
            "there is no measure cups-of-tea .*; there is no outcome resilience",
            Refusal,
        )


class TestOutcomes:
    @pytest.mark.parametrize(
        ("improved", "answered", "eligible"),
        [(3, 2, 9), (3, 9, 8), (None, 9, 8), (9, None, 8), (3, 2, None), (-1, 2, 3)],
    )
    def test_no_more_improve_than_answer_and_no_more_answer_than_could(
        self, improved: int | None, answered: int | None, eligible: int | None
    ) -> None:
        with pytest.raises(ValidationError, match=f"{OUT_OF_ORDER}|greater than or equal to 0"):
            OutcomeFigure(outcome="cope", improved=improved, answered=answered, eligible=eligible)

    @pytest.mark.parametrize(
        ("improved", "answered", "eligible"), [(2, 2, 2), (0, 0, 0), (None, None, 8), (1, None, 8), (None, None, None)]
    )
    def test_a_number_that_was_not_supplied_stays_not_supplied(
        self, improved: int | None, answered: int | None, eligible: int | None
    ) -> None:
        outcome = OutcomeFigure(outcome="cope", improved=improved, answered=answered, eligible=eligible)
        assert (outcome.improved, outcome.answered, outcome.eligible) == (improved, answered, eligible)

    @pytest.mark.parametrize("improved", ["83%", 0.83])
    def test_an_outcome_is_never_a_percentage(self, improved: Any) -> None:
        with pytest.raises(ValidationError, match="valid integer"):
            OutcomeFigure(outcome="cope", improved=improved, answered=100, eligible=100)


class TestWrittenShort:
    @pytest.mark.parametrize(
        ("words", "figure"),
        [
            ("volunteer-hours=1461", HOURS),
            ("volunteer-hours = 1,461", HOURS),
            ("referrals=more than 15,000", REFERRALS),
            (
                "referrals:crime-type/burglary=12",
                Figure(measure="referrals", breakdown="crime-type", category="burglary", quantity=Quantity.exactly(12)),
            ),
        ],
    )
    def test_a_figure_may_be_written_as_its_measure_and_its_count(self, words: str, figure: Figure) -> None:
        assert Figure.of(words) == figure

    @pytest.mark.parametrize("words", ["", "referrals", "=12", "referrals:crime-type=12", "referrals:/burglary"])
    def test_what_is_no_figure_is_refused_with_the_cure(self, words: str) -> None:
        with pytest.raises(ValueError, match="write a figure like: referrals=120, or referrals:crime-type/burglary=12"):
            Figure.of(words)

    @pytest.mark.parametrize("words", ["referrals=", "referrals=a dozen", "referrals=1=2"])
    def test_a_count_that_is_none_is_refused_with_the_cure(self, words: str) -> None:
        with pytest.raises(ValueError, match="a whole number, like 12, or a bound"):
            Figure.of(words)

    @pytest.mark.parametrize(
        ("words", "outcome"),
        [
            ("cope=410/520/3300", COPE),
            (" cope = 410 / 520 / 3300", COPE),
            ("cope=-/520/3300", COPE.model_copy(update={"improved": None})),
            ("cope=-/-/-", OutcomeFigure(outcome="cope", improved=None, answered=None, eligible=None)),
        ],
    )
    def test_an_outcome_may_be_written_as_its_three_numbers(self, words: str, outcome: OutcomeFigure) -> None:
        assert OutcomeFigure.of(words) == outcome

    @pytest.mark.parametrize("words", ["", "cope", "cope=83%", "cope=410/520", "cope=410/520/3300/1", "cope=a/b/c"])
    def test_what_is_no_outcome_is_refused_with_the_cure(self, words: str) -> None:
        with pytest.raises(ValueError, match="improved/answered/eligible, like: cope=10/12/20"):
            OutcomeFigure.of(words)

    def test_an_outcome_out_of_order_is_refused_however_it_is_written(self) -> None:
        with pytest.raises(ValueError, match=OUT_OF_ORDER):
            OutcomeFigure.of("cope=20/12/10")


class TestSendingBack:
    def test_a_report_is_sent_back_with_the_reasons_and_a_day(self) -> None:
        story = given(SUBMITTED).when(SEND_BACK)
        story.then(SENT_BACK)
        assert story.orders() == [
            AskAgain(
                award=HUB,
                schedule="outcome-report",
                period="2017-18-h1",
                due_on=date(2017, 10, 27),
                reason="The report was sent back.",
            )
        ]

    def test_a_corrected_and_even_an_accepted_report_may_be_sent_back(self) -> None:
        given(SUBMITTED, SENT_BACK, CORRECTED).when(SEND_BACK).then(SENT_BACK)
        given(SUBMITTED, ACCEPTED).when(SEND_BACK).then(SENT_BACK)

    def test_a_report_that_is_sent_back_is_not_sent_back_again(self) -> None:
        given(SUBMITTED, SENT_BACK).when(SEND_BACK).then_refused(
            "This report is sent back already: wait for the correction", Refusal
        )

    def test_there_must_be_time_to_correct_it(self) -> None:
        given(SUBMITTED).when(SEND_BACK.model_copy(update={"correct_by": date(2017, 10, 15)})).then_refused(
            "The day to correct the report by must not be in the past", Refusal
        )
        assert given(SUBMITTED).when(SEND_BACK.model_copy(update={"correct_by": date(2017, 10, 16)})).decided()

    def test_sending_back_needs_a_reason(self) -> None:
        with pytest.raises(ValidationError, match="at least 1 item"):
            SendBackReport(award=HUB, period="2017-18-h1", reasons=(), correct_by=date(2017, 10, 27))
        with pytest.raises(ValidationError, match="at least 1 character"):
            SendBackReport(award=HUB, period="2017-18-h1", reasons=(" ",), correct_by=date(2017, 10, 27))

    def test_a_report_that_did_not_come_in_cannot_be_sent_back(self) -> None:
        given().when(SEND_BACK).then_refused(HUB, NotFound)


class TestCorrecting:
    def test_a_correction_is_the_whole_report_again_with_the_reason(self) -> None:
        story = given(SUBMITTED, SENT_BACK).when(CORRECT)
        story.then(CORRECTED)
        assert story.orders() == [
            NoteReport(award=HUB, schedule="outcome-report", period="2017-18-h1", met_on=date(2017, 10, 16))
        ]

    def test_a_report_may_be_corrected_without_having_been_sent_back(self) -> None:
        given(SUBMITTED).when(CORRECT).then(CORRECTED)

    def test_an_accepted_report_that_is_corrected_must_be_accepted_again(self) -> None:
        given(SUBMITTED, ACCEPTED).when(CORRECT).then(CORRECTED)
        assert Report().after([SUBMITTED, ACCEPTED, CORRECTED]).status is ReportStatus.CORRECTED

    def test_correcting_it_twice_records_it_once(self) -> None:
        given(SUBMITTED, SENT_BACK, CORRECTED).when(CORRECT).then_nothing()

    def test_the_same_figures_again_are_no_correction_and_meet_nothing(self) -> None:
        unchanged = CorrectReport.model_validate(SUBMIT.model_dump() | {"reason": "It was right."})
        story = given(SUBMITTED, SENT_BACK).when(unchanged)
        story.then_nothing()
        assert story.orders() == []

    def test_a_correction_is_checked_as_a_report_is(self) -> None:
        unknown = CORRECT.model_copy(update={"figures": (Figure(measure="tea", quantity=Quantity.exactly(3)),)})
        given(SUBMITTED).when(unknown).then_refused("there is no measure tea", Refusal)
        given(SUBMITTED).when(CORRECT.model_copy(update={"figures": (), "outcomes": ()})).then_refused(
            "The report has no figures", Refusal
        )
        given(SUBMITTED).when(CORRECT.model_copy(update={"received_on": date(2017, 10, 17)})).then_refused(
            "cannot have come in in the future", Refusal
        )

    def test_a_correction_needs_a_reason(self) -> None:
        with pytest.raises(ValidationError, match="reason"):
            CorrectReport.model_validate(SUBMIT.model_dump())

    def test_a_report_that_did_not_come_in_cannot_be_corrected(self) -> None:
        given().when(CORRECT).then_refused(HUB, NotFound)

    def test_a_correction_also_waits_until_the_period_is_over(self) -> None:
        in_september = datetime(2017, 9, 29, 12, 0, tzinfo=UTC)
        early = CORRECT.model_copy(update={"received_on": date(2017, 9, 29)})
        given(SUBMITTED).at(in_september).when(early).then_refused(
            "The period is not over until 30 September 2017: report on it then", Refusal
        )


class TestAccepting:
    def test_a_report_is_accepted_as_it_stands(self) -> None:
        given(SUBMITTED).when(ACCEPT).then(ACCEPTED)

    def test_a_corrected_report_is_accepted_in_its_latest_version(self) -> None:
        given(SUBMITTED, SENT_BACK, CORRECTED).when(ACCEPT).then(ReportAccepted(version=2))

    def test_accepting_it_twice_records_it_once(self) -> None:
        story = given(SUBMITTED, ACCEPTED).when(ACCEPT)
        story.then_nothing()
        assert story.orders() == []

    def test_a_report_sent_back_that_turns_out_right_is_accepted_without_a_correction(self) -> None:
        given(SUBMITTED, SENT_BACK).when(ACCEPT).then(ACCEPTED)
        assert Report().after([SUBMITTED, SENT_BACK, ACCEPTED]).status is ReportStatus.ACCEPTED
        given(SUBMITTED, SENT_BACK, CORRECTED, SENT_BACK).when(ACCEPT).then(ReportAccepted(version=2))

    @pytest.mark.parametrize("before", [(SUBMITTED,), (SUBMITTED, SENT_BACK), (SUBMITTED, SENT_BACK, CORRECTED)])
    def test_what_was_owed_is_met_today_when_a_report_is_accepted(self, before: tuple[Event, ...]) -> None:
        assert given(*before).when(ACCEPT).orders() == [
            NoteReport(award=HUB, schedule="outcome-report", period="2017-18-h1", met_on=date(2017, 10, 16))
        ]

    def test_a_report_that_did_not_come_in_cannot_be_accepted(self) -> None:
        given().when(ACCEPT).then_refused(HUB, NotFound)


def test_every_version_counts_and_the_latest_stands() -> None:
    report = Report().after([SUBMITTED, SENT_BACK, CORRECTED])
    assert (report.versions, report.content, report.status) == (2, SECOND, ReportStatus.CORRECTED)


def test_a_report_in_words_says_how_much_it_holds_and_whether_it_is_made_up() -> None:
    both = FIRST.model_copy(update={"outcomes": (COPE, COPE.model_copy(update={"outcome": "recover"}))})
    assert both.words == "2 figures and 2 outcomes, made up for demonstration"
    assert both.model_copy(update={"made_up": False}).words == "2 figures and 2 outcomes"


@pytest.mark.parametrize(
    ("figures", "outcomes", "words"),
    [
        ((REFERRALS,), (COPE,), "1 figure and 1 outcome"),
        ((REFERRALS, HOURS), (), "2 figures and 0 outcomes"),
        ((), (COPE,), "0 figures and 1 outcome"),
    ],
)
def test_one_of_a_thing_is_written_without_an_s(
    figures: tuple[Figure, ...], outcomes: tuple[OutcomeFigure, ...], words: str
) -> None:
    assert Figures(figures=figures, outcomes=outcomes, narrative=None, made_up=False).words == words


def test_a_provider_reports_and_the_contract_manager_judges() -> None:
    for reporting in (SubmitReport, CorrectReport):
        assert reporting.may == {Role.PROVIDER, Role.CONTRACT_MANAGER}
    for judging in (SendBackReport, AcceptReport):
        assert judging.may == {Role.CONTRACT_MANAGER}
