"""Profiles, statements of spend and surplus plans of an award."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as some
from pydantic import ValidationError

from domain.awards.payment_events import (
    ProfileLine,
    ProfileSet,
    SpendLine,
    SpendReported,
    SurplusPlanned,
    SurplusPlanSettled,
)
from domain.awards.spend_commands import PlanSurplus, ReportSpend, SetProfile, SettleSurplusPlan
from domain.errors import NotFound, Refusal
from domain.kernel import Event
from domain.periods import Frequency
from tests.domain.an_award import (
    AWARDED,
    HUB,
    NOT_KNOWN,
    REGISTERED,
    TODAY,
    approved,
    of_2017,
    profile,
)
from tests.domain.of_award_payments import CLOSED, TOMORROW
from tests.domain.properties import modest
from tests.story import given


def spread(by: str, *before: Event) -> tuple[ProfileLine, ...]:
    """An award's profile by a frequency."""
    (event,) = given(*before).when(SetProfile(**HUB, by=Frequency(by))).decided()
    assert isinstance(event, ProfileSet)
    return event.lines


class TestProfiles:
    def test_an_award_is_spread_by_quarter_over_its_days(self) -> None:
        assert spread("quarterly", *AWARDED) == tuple(
            ProfileLine(line=f"2017-18-q{number}", amount_pence=30_000_00) for number in (1, 2, 3, 4)
        )

    def test_two_tier_money_of_89_613_pounds_is_spread_over_two_financial_years_to_the_penny(self) -> None:
        youth = REGISTERED.model_copy(update={"starts_on": date(2023, 7, 1), "ends_on": date(2025, 3, 31)})
        lines = spread("quarterly", youth, approved(of_2017(89_613_00)))
        first, second = lines[:3], lines[3:]
        assert [line.amount_pence for line in first] == [12_801_85, 12_801_86, 12_801_86]
        assert [line.amount_pence for line in second] == [12_801_85, 12_801_86, 12_801_86, 12_801_86]
        assert sum(line.amount_pence for line in lines) == 89_613_00
        assert (lines[0].line, lines[-1].line) == ("2023-24-q2", "2024-25-q4")

    def test_a_part_of_a_period_counts_by_its_months(self) -> None:
        nine = REGISTERED.model_copy(update={"starts_on": date(2017, 7, 1)})
        lines = spread("half-yearly", nine, approved(of_2017(90_00)))
        assert [(line.line, line.amount_pence) for line in lines] == [("2017-18-q2", 30_00), ("2017-18-h2", 60_00)]

    @for_any(some.integers(0, 10**12), some.dates(date(2015, 1, 1), date(2020, 1, 1)), some.integers(0, 1500))
    @modest
    def test_however_it_is_spread_the_lines_add_up_to_the_award(self, whole: int, start: date, days: int) -> None:
        award = REGISTERED.model_copy(update={"starts_on": start, "ends_on": start + timedelta(days=days)})
        for by in Frequency:
            assert sum(line.amount_pence for line in spread(by, award, approved(of_2017(whole)))) == whole

    def test_an_award_is_spread_over_stated_lines_that_add_up_to_it(self) -> None:
        order = SetProfile(**HUB, lines=profile(staff=100_000_00, rooms=20_000_00).lines)
        given(*AWARDED).when(order).then(profile(staff=100_000_00, rooms=20_000_00))
        short = SetProfile(**HUB, lines=profile(staff=100_000_00, rooms=19_999_99).lines)
        given(*AWARDED).when(short).then_refused(r"The lines come to £119,999\.99, and the award to £120,000", Refusal)

    def test_a_line_may_be_written_as_its_name_and_its_amount(self) -> None:
        assert ProfileLine.of("Labour: £60,000.50") == ProfileLine(line="Labour", amount_pence=60_000_50)
        assert ProfileLine.of("Rent: both rooms:  500") == ProfileLine(line="Rent: both rooms", amount_pence=500_00)
        for words, cure in (
            ("Labour £60,000", "write a line and its amount like: Labour: £60,000"),
            (": £60,000", "write a line and its amount"),
            ("Labour: lots", "must be a number of pounds"),
        ):
            with pytest.raises(ValueError, match=cure):
                ProfileLine.of(words)

    def test_each_line_is_given_once(self) -> None:
        lines = (*profile(staff=60_000_00).lines, *profile(staff=60_000_00).lines)
        given(*AWARDED).when(SetProfile(**HUB, lines=lines)).then_refused("Each line may be given once", Refusal)

    def test_setting_it_twice_records_it_once(self) -> None:
        order = SetProfile(**HUB, lines=profile(staff=120_000_00).lines)
        given(*AWARDED, profile(staff=120_000_00)).when(order).then_nothing()

    def test_it_is_spread_one_way(self) -> None:
        for ways in ({}, {"by": Frequency.MONTHLY, "lines": profile(staff=1).lines}):
            with pytest.raises(ValidationError, match="give one of them"):
                SetProfile.model_validate({**HUB, **ways})

    def test_an_award_that_has_no_amount_no_days_or_no_approval_is_not_spread(self) -> None:
        order = SetProfile(**HUB, by=Frequency.QUARTERLY)
        given(*NOT_KNOWN).when(order).then_refused("there is nothing to spread", Refusal)
        endless = REGISTERED.model_copy(update={"ends_on": None})
        given(endless, AWARDED[1]).when(order).then_refused("spread its money over stated lines", Refusal)
        given(REGISTERED).when(order).then_refused("is registered, not approved", Refusal)
        given(*AWARDED, CLOSED).when(order).then_refused("is closed, not approved", Refusal)


def line(name: str, planned: int, actual: int, why: str | None = None) -> SpendLine:
    """A line of a statement of spend."""
    return SpendLine(line=name, planned_pence=planned, actual_pence=actual, forecast_pence=None, explanation=why)


def spend(*lines: SpendLine, **more: Any) -> ReportSpend:
    """The order to state what was spent in the first half of 2017-18."""
    said = {**HUB, "period": "2017-18-h1", "received_on": TODAY, **more}
    return ReportSpend(lines=lines, **said)


class TestSpend:
    reported = SpendReported(period="2017-18-h1", lines=(line("staff", 100, 100),), received_on=TODAY)

    def test_a_provider_states_what_it_spent_by_line(self) -> None:
        given(*AWARDED).when(spend(line("staff", 100, 100))).then(self.reported)

    @pytest.mark.parametrize("actual", [99, 101, 0])
    def test_a_difference_from_the_plan_is_explained_line_by_line(self, actual: int) -> None:
        lines = (line("staff", 100, actual), line("rooms", 50, 50), line("travel", 5, 6))
        given(*AWARDED).when(spend(*lines)).then_refused("differs from the plan under: staff, travel", Refusal)
        given(*AWARDED).when(spend(line("staff", 100, actual, "A post stood vacant."))).then(
            self.reported.model_copy(update={"lines": (line("staff", 100, actual, "A post stood vacant."),)})
        )

    def test_stating_it_twice_records_it_once_and_a_correction_is_a_later_statement(self) -> None:
        given(*AWARDED, self.reported).when(spend(line("staff", 100, 100))).then_nothing()
        corrected = self.reported.model_copy(update={"lines": (line("staff", 100, 90, "A credit note."),)})
        given(*AWARDED, self.reported).when(spend(*corrected.lines)).then(corrected)
        given(*AWARDED, self.reported, corrected).when(spend(line("staff", 100, 100))).then(self.reported)

    def test_each_line_is_given_once_and_there_is_one_at_least(self) -> None:
        given(*AWARDED).when(spend(line("staff", 1, 1), line("staff", 2, 2))).then_refused("given once", Refusal)
        with pytest.raises(ValidationError, match="lines"):
            spend()

    def test_a_statement_does_not_come_in_in_the_future(self) -> None:
        given(*AWARDED).when(spend(line("staff", 1, 1), received_on=TOMORROW)).then_refused("in the future", Refusal)

    @pytest.mark.parametrize("period", ["2016-17", "2018-19-q1"])
    def test_a_statement_is_for_days_on_which_the_award_ran(self, period: str) -> None:
        given(*AWARDED).when(spend(line("staff", 1, 1), period=period)).then_refused(
            "hub-2017 runs from 1 April 2017 to 31 March 2018: the statement is for other days", Refusal
        )
        endless = REGISTERED.model_copy(update={"ends_on": None})
        given(endless, AWARDED[1]).when(spend(line("staff", 1, 1), period=period)).decided()

    def test_there_is_nothing_to_state_of_an_award_that_is_not_approved(self) -> None:
        given(REGISTERED).when(spend(line("staff", 1, 1))).then_refused("not approved yet", Refusal)

    def test_a_line_may_be_written_in_words(self) -> None:
        whole = "Staff: planned £700,000; actual £684,500; forecast £1,395,000; why: two posts were filled late"
        assert SpendLine.of(whole) == SpendLine(
            line="Staff",
            planned_pence=700_000_00,
            actual_pence=684_500_00,
            forecast_pence=1_395_000_00,
            explanation="two posts were filled late",
        )
        assert SpendLine.of("Rent: both rooms : planned 5; actual £5") == line("Rent: both rooms", 500, 500)
        assert SpendLine.of("Staff: planned £5; actual £4; why: it fell; it rose") == line(
            "Staff", 500, 400, "it fell; it rose"
        )

    @pytest.mark.parametrize(
        ("words", "cure"),
        [
            ("Staff", "write a line of spend like: Staff: planned £700,000; actual £684,500"),
            ("Staff: actual £5; planned £5", "write a line of spend like"),
            ("planned £5; actual £5", "write a line of spend like"),
            ("Staff: planned £5; actual £5; forecast", "write a line of spend like"),
            ("Staff: planned £5; actual lots", "must be a number of pounds"),
        ],
    )
    def test_what_is_no_line_of_spend_is_refused_with_the_cure(self, words: str, cure: str) -> None:
        with pytest.raises(ValueError, match=cure):
            SpendLine.of(words)

    def test_a_last_statement_may_come_after_the_award_is_closed(self) -> None:
        given(*AWARDED, CLOSED).when(spend(line("staff", 100, 100))).then(self.reported)


class TestSurplusPlans:
    order = PlanSurplus(**HUB, plan="s1", amount_pence=5_000_00, purpose="Training of volunteers.")
    planned = SurplusPlanned(plan="s1", amount_pence=5_000_00, purpose="Training of volunteers.")
    agree = SettleSurplusPlan(**HUB, plan="s1", agreed=True, reason="It serves the same victims.")
    agreed = SurplusPlanSettled(plan="s1", agreed=True, reason="It serves the same victims.")

    def test_a_provider_proposes_what_to_do_with_a_surplus(self) -> None:
        given(*AWARDED).when(self.order).then(self.planned)

    def test_proposing_it_twice_records_it_once_and_another_plan_has_its_own_reference(self) -> None:
        given(*AWARDED, self.planned).when(self.order).then_nothing()
        other = self.order.model_copy(update={"amount_pence": 1})
        given(*AWARDED, self.planned).when(other).then_refused("already a surplus plan s1", Refusal)

    def test_a_surplus_is_never_more_than_the_award(self) -> None:
        given(*AWARDED).when(self.order.model_copy(update={"amount_pence": 120_000_00})).decided()
        given(*AWARDED).when(self.order.model_copy(update={"amount_pence": 120_000_01})).then_refused(
            "cannot be more than the award, which is £120,000", Refusal
        )

    def test_all_surpluses_together_are_never_more_than_the_award_but_for_those_turned_down(self) -> None:
        most = {"plan": "s2", "amount_pence": 115_000_01}
        given(*AWARDED, self.planned).when(self.order.model_copy(update=most)).then_refused(
            "Other plans are for a surplus of £5,000: with this one it would be more than the award", Refusal
        )
        turned_down = self.agreed.model_copy(update={"agreed": False})
        given(*AWARDED, self.planned, turned_down).when(self.order.model_copy(update=most)).decided()

    def test_there_is_no_surplus_of_an_award_that_is_not_approved_or_is_settled(self) -> None:
        given(REGISTERED).when(self.order).then_refused("is registered, not approved", Refusal)
        given(*AWARDED, CLOSED).when(self.order).then_refused("is closed, not approved", Refusal)

    def test_the_office_agrees_or_does_not_with_a_reason(self) -> None:
        given(*AWARDED, self.planned).when(self.agree).then(self.agreed)
        no = {"agreed": False, "reason": "It goes back to the fund."}
        given(*AWARDED, self.planned).when(self.agree.model_copy(update=no)).then(self.agreed.model_copy(update=no))

    def test_settling_it_twice_records_it_once_and_it_is_not_settled_otherwise(self) -> None:
        given(*AWARDED, self.planned, self.agreed).when(self.agree).then_nothing()
        given(*AWARDED, self.planned, self.agreed).when(self.agree.model_copy(update={"agreed": False})).then_refused(
            "s1 is settled already", Refusal
        )

    def test_a_plan_is_proposed_before_it_is_settled(self) -> None:
        given(*AWARDED).when(self.agree).then_refused("no surplus plan s1 for award hub-2017", NotFound)
