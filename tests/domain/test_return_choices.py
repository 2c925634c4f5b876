"""What stands beside a return: remarks, choices about reports that do not fit it, and what is agreed to be counted."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.awards.change_events import AwardWithdrawn
from domain.awards.events import MeasuresAgreed, Share
from domain.awards.reporting_commands import AgreeMeasures
from domain.errors import NotFound, Refusal
from domain.kernel import Event, Role
from domain.monitoring.schedule import DueRule
from domain.reports.commands import ConfirmReport
from domain.returns import commands
from domain.returns.commands import ApportionReport, CommentOnReturn, OpenReturn
from domain.returns.events import Apportionment, ReportApportioned, ReturnCommented
from domain.returns.filled import Template, template_named
from tests.domain.an_award import OF_2017, REGISTERED, approved
from tests.domain.test_returns import FILLED, OPENED, RESTATED, SIGNED, SUBMITTED
from tests.story import given

AGREE = AgreeMeasures(award="hub-2017", measures=("referrals", "rj-referrals"), outcomes=("cope",))
AGREED = MeasuresAgreed(measures=("referrals", "rj-referrals"), outcomes=("cope",))
RUNNING = (REGISTERED, approved(Share(**OF_2017, amount_pence=100_00)))


class TestAgreeingMeasures:
    def test_what_the_provider_reports_on_is_recorded(self) -> None:
        given(*RUNNING).when(AGREE).then(AGREED)

    def test_agreeing_the_same_again_records_it_once_and_something_else_anew(self) -> None:
        given(*RUNNING, AGREED).when(AGREE).then_nothing()
        less = AGREE.model_copy(update={"outcomes": ()})
        given(*RUNNING, AGREED).when(less).then(AGREED.model_copy(update={"outcomes": ()}))

    def test_measures_of_any_framework_on_file_may_be_agreed(self) -> None:
        order = AGREE.model_copy(update={"outcomes": ("cope", "safety", "engagement")})
        given(*RUNNING).when(order).then(AGREED.model_copy(update={"outcomes": order.outcomes}))

    def test_what_no_framework_asks_for_is_refused_all_at_once(self) -> None:
        order = AGREE.model_copy(update={"measures": ("referrals", "tea"), "outcomes": ("cope", "bliss")})
        given(*RUNNING).when(order).then_refused(r"No framework on file asks for tea, bliss \(outturn show measures")

    def test_at_least_one_measure_is_agreed(self) -> None:
        with pytest.raises(ValidationError, match="measures"):
            AgreeMeasures(award="hub-2017", measures=())

    def test_only_of_an_award_that_runs(self) -> None:
        given(REGISTERED).when(AGREE).then_refused("hub-2017 is registered, not approved", Refusal)
        withdrawn = AwardWithdrawn(reason="The provider ceased")
        given(*RUNNING, withdrawn).when(AGREE).then_refused("hub-2017 is withdrawn, not approved", Refusal)
        given().when(AGREE).then_refused("hub-2017", NotFound)

    def test_only_a_contract_manager_agrees_them(self) -> None:
        assert AgreeMeasures.may == {Role.CONTRACT_MANAGER}


class TestRemarks:
    REMARK = CommentOnReturn(period="2017-18-h1", words="Ask why it halved.", cell="demand/MOJ-2017-01/referrals")
    SAID = ReturnCommented(words="Ask why it halved.", cell="demand/MOJ-2017-01/referrals")

    @pytest.mark.parametrize(
        "before", [(OPENED,), (OPENED, FILLED), (OPENED, FILLED, SIGNED), (OPENED, FILLED, SIGNED, SUBMITTED)]
    )
    def test_one_may_be_made_at_any_time_and_twice(self, before: tuple[Event, ...]) -> None:
        given(*before).when(self.REMARK).then(self.SAID)
        given(*before, self.SAID).when(self.REMARK).then(self.SAID)

    def test_it_may_be_about_the_return_as_a_whole(self) -> None:
        remark = self.REMARK.model_copy(update={"cell": None})
        given(OPENED).when(remark).then(self.SAID.model_copy(update={"cell": None}))

    def test_of_a_return_that_was_not_opened_there_is_nothing_to_say(self) -> None:
        given().when(self.REMARK).then_refused("2017-18-h1", NotFound)

    @pytest.mark.parametrize(
        "cell",
        [
            "header/Police area code/said",
            "demand-referral-source/a1/referrals_referral_source_self",
            "demand/All services (instances)/referrals",
            "outcomes/a1/Helped to recover from the harm experienced/improved",
            "narrative/a1/What went well/2017-18-h1/words",
            "narrative/a1/Why spend differs from the budget/2017-07-01..2018-01-31/words",
        ],
    )
    def test_every_kind_of_address_there_is_may_be_given(self, cell: str) -> None:
        assert CommentOnReturn(period="2017-18-h1", words="Why?", cell=cell).cell == cell

    @pytest.mark.parametrize("cell", ["", "demand", "demand/a1", "demand//referrals", "a/b/c/d/e/f", "De/a1/referrals"])
    def test_what_is_no_address_is_malformed(self, cell: str) -> None:
        with pytest.raises(ValidationError, match="cell"):
            CommentOnReturn(period="2017-18-h1", words="Why?", cell=cell)


class TestApportioning:
    DAYS = "2017-07-01..2018-01-31"
    SAID: dict[str, Any] = {"award": "a1", "report_period": DAYS, "how": Apportionment.BY_DAYS, "reason": "It runs so"}
    ORDER = ApportionReport(period="2017-18-h1", **SAID)
    CHOSEN = ReportApportioned(**SAID)

    def test_the_choice_is_recorded_with_its_reason_and_the_report_must_be_in(self) -> None:
        story = given(OPENED).when(self.ORDER)
        story.then(self.CHOSEN)
        assert story.orders() == [ConfirmReport(award="a1", period=self.DAYS)]

    def test_the_same_choice_twice_is_recorded_once(self) -> None:
        given(OPENED, self.CHOSEN).when(self.ORDER).then_nothing()

    @pytest.mark.parametrize("change", [{"how": Apportionment.WHOLE}, {"how": Apportionment.NOTHING}, {"reason": "No"}])
    def test_another_choice_takes_the_place_of_the_first(self, change: dict[str, Any]) -> None:
        said = self.CHOSEN.model_copy(update=change)
        given(OPENED, self.CHOSEN).when(self.ORDER.model_copy(update=change)).then(said)
        given(OPENED, self.CHOSEN, said).when(self.ORDER).then(self.CHOSEN)

    def test_choices_about_other_reports_stand_beside_it(self) -> None:
        other = self.CHOSEN.model_copy(update={"award": "a2"})
        given(OPENED, self.CHOSEN, other).when(self.ORDER).then_nothing()

    @pytest.mark.parametrize("days", ["2017-18-h1", "2017-18-q1", "2017-06", "2017-04-01..2017-09-30"])
    def test_a_report_that_fits_leaves_nothing_to_choose(self, days: str) -> None:
        order = ApportionReport(**{**self.SAID, "period": "2017-18-h1", "report_period": days})
        given(OPENED).when(order).then_refused("fits the half-year: it counts whole, and there is nothing to", Refusal)

    @pytest.mark.parametrize("days", ["2017-18-h2", "2017-10-01..2017-11-30", "2016-17"])
    def test_a_report_that_has_no_day_in_it_cannot_count(self, days: str) -> None:
        order = ApportionReport(**{**self.SAID, "period": "2017-18-h1", "report_period": days})
        given(OPENED).when(order).then_refused("has no day in this half-year", Refusal)

    @pytest.mark.parametrize(
        "days", ["2017-09-30..2017-10-01", "2017-03-31..2017-04-01", "2017-18", "2017-01-01..2017-12-31"]
    )
    def test_a_report_with_a_day_on_both_sides_may_be_chosen_about(self, days: str) -> None:
        order = ApportionReport(**{**self.SAID, "period": "2017-18-h1", "report_period": days})
        given(OPENED).when(order).then(self.CHOSEN.model_copy(update={"report_period": order.report_period}))

    def test_what_is_signed_is_not_chosen_anew_before_it_is_restated(self) -> None:
        for before in ((OPENED, FILLED, SIGNED), (OPENED, FILLED, SIGNED, SUBMITTED)):
            given(*before).when(self.ORDER).then_refused(r"signed off: .* restate it", Refusal)
        given(OPENED, FILLED, SIGNED, RESTATED).when(self.ORDER).then(self.CHOSEN)

    def test_a_choice_stands_over_a_restatement(self) -> None:
        given(OPENED, self.CHOSEN, FILLED, SIGNED, RESTATED).when(self.ORDER).then_nothing()

    def test_it_is_for_a_return_that_is_open(self) -> None:
        given().when(self.ORDER).then_refused("2017-18-h1", NotFound)


class TestOpeningWithWhatTheOfficeKnows:
    def test_the_name_of_the_office_and_the_code_of_its_area_are_kept(self) -> None:
        order = OpenReturn(period="2017-18-h1", office="Office of the PCC for Norfolk", area_code="E23000024")
        said = OPENED.model_copy(update={"due_on": None, "office": order.office, "area_code": "E23000024"})
        given().when(order).then(said)

    @pytest.mark.parametrize("code", ["Norfolk", "E2300002", "E230000244", "S12000033", " E23000024", "E23000024\n"])
    def test_a_code_that_is_none_of_england_or_wales_is_malformed(self, code: str) -> None:
        with pytest.raises(ValidationError, match="area_code"):
            OpenReturn(period="2017-18-h1", area_code=code)
        assert OpenReturn(period="2017-18-h1", area_code="W15000001").area_code == "W15000001"

    @pytest.mark.parametrize(
        ("rule", "said", "due"),
        [
            ("31 October, 30 April", None, date(2017, 10, 31)),
            ("20 working days after", None, date(2017, 10, 27)),
            ("31 October, 30 April", date(2017, 11, 3), date(2017, 11, 3)),
        ],
    )
    def test_it_is_due_as_the_template_says_unless_another_day_is_given(
        self, rule: str, said: date | None, due: date, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        template: Template = template_named("moj-working-1").model_copy(update={"due": DueRule.of(rule)})
        monkeypatch.setattr(commands, "template_for", lambda _period: template)
        given().when(OpenReturn(period="2017-18-h1", due_on=said)).then(OPENED.model_copy(update={"due_on": due}))
