"""What a return still lacks, and which returns are to be opened."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.awards.reporting_commands import AgreeMeasures
from domain.monitoring.commands import WaiveObligation
from domain.reports.commands import AcceptReport, CorrectReport, SendBackReport
from domain.reports.events import Explanation
from domain.returns.commands import ApportionReport, OpenReturn
from domain.returns.events import Apportionment
from projections.half_yearly_return.missing import missing, returns_to_open
from services.office import Office
from tests.a_full_return import H1, life
from tests.conftest import Clock
from tests.scenes import (
    PROVIDER,
    accepted,
    approved,
    awarded,
    do,
    fund_with,
    registered,
    reported,
    reporting,
    share,
)


def lacks(office: Office, period: str = H1) -> dict[str, dict[str, Any]]:
    """What each service lacks."""
    with office.reading() as views:
        return {line["award"]: line for line in missing(views, period).records()}


def notes(office: Office) -> str:
    """What is said beside it."""
    with office.reading() as views:
        return " ".join(missing(views, H1).notes)


def to_open(office: Office) -> list[str]:
    """The half-years whose return is to be opened."""
    with office.reading() as views:
        return [order.period for order in returns_to_open(views)]


@pytest.fixture
def one(office: Office) -> Office:
    """One service that owes three counts and one outcome."""
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300), reporting("a1"))
    agreed = AgreeMeasures(award="a1", measures=("offered", "spend", "waiting"), outcomes=("cope",))
    do(office, agreed)
    return office


class TestWhatIsMissing:
    def test_of_a_year_of_every_kind_each_service_has_its_standing_and_what_to_do(self, office: Office) -> None:
        do(office, *life())
        found = lacks(office)
        assert {award: (line["report"], line["to_do"]) for award, line in found.items()} == {
            **{f"c-{number}": ("accepted", None) for number in (1, 2, 3, 6)},
            "c-4": ("nil return", None),
            "c-5": ("not received", "ask the provider for the report"),
        }
        assert found["c-4"]["owed"] == 0
        assert found["c-5"]["owed"] > 0
        assert found["c-5"]["supplied"] == 0
        assert "5 of 6 services are settled" in notes(office)

    def test_how_much_is_in_counts_each_figure_owed_and_each_number_of_an_outcome(self, one: Office) -> None:
        assert (lacks(one)["a1"]["owed"], lacks(one)["a1"]["supplied"]) == (6, 0)
        do(one, reported("a1", H1, offered=5, referrals=9, cope=(1, None, 3), recover=(1, 2, 3)))
        assert (lacks(one)["a1"]["owed"], lacks(one)["a1"]["supplied"]) == (6, 3)
        assert "3 of 6 figures are in. 0 checks without an answer." in notes(one)

    def test_of_two_reports_the_less_complete_one_tells(self, one: Office) -> None:
        do(one, *accepted("a1", "2017-18-q1", offered=5, spend=1, waiting=1, cope=(1, 2, 3)))
        do(one, *accepted("a1", "2017-18-q2", offered=5))
        assert lacks(one)["a1"]["supplied"] == 1

    def test_each_step_of_a_report_says_what_is_to_do(self, one: Office) -> None:
        steps: list[tuple[Any, str, str | None]] = [
            (
                reported("a1", H1, offered=5),
                "submitted, not accepted yet",
                "review the report, then accept it or send it back",
            ),
            (
                SendBackReport(award="a1", period=H1, reasons=("Too low",), correct_by=date(2017, 11, 1)),
                "sent back",
                "wait for the correction, or accept what is there",
            ),
            (
                CorrectReport(**reported("a1", H1, offered=6).model_dump(), reason="More"),
                "corrected, not accepted yet",
                "review the report, then accept it or send it back",
            ),
            (AcceptReport(award="a1", period=H1), "accepted", None),
        ]
        assert lacks(one)["a1"]["to_do"] == "ask the provider for the report"
        for order, standing, to_do in steps:
            do(one, order)
            assert (lacks(one)["a1"]["report"], lacks(one)["a1"]["to_do"]) == (standing, to_do)

    def test_what_is_waived_is_not_owed(self, one: Office) -> None:
        do(one, WaiveObligation(award="a1", schedule="outcome-report", period=H1, reason="The service paused"))
        assert (lacks(one)["a1"]["report"], lacks(one)["a1"]["owed"], lacks(one)["a1"]["to_do"]) == ("waived", 0, None)

    def test_a_report_that_does_not_fit_asks_for_a_choice(self, one: Office) -> None:
        do(one, *accepted("a1", "2017-09-01..2017-10-10", offered=5))
        assert lacks(one)["a1"]["to_do"] == "choose how a report that does not fit counts (apportion-report)"
        assert lacks(one)["a1"]["report"] == "received for days that do not fit the half-year"

    @pytest.mark.parametrize(("how", "supplied"), [("by-days", 4), ("whole", 4), ("nothing", 0)])
    def test_one_that_counts_by_choice_is_in(self, one: Office, how: str, supplied: int) -> None:
        days = "2017-09-01..2017-10-10"
        do(one, *accepted("a1", days, offered=5, cope=(1, 2, 3)), OpenReturn(period=H1))
        assert lacks(one)["a1"]["supplied"] == 0
        said = {"award": "a1", "report_period": days, "how": Apportionment(how), "reason": "It began late"}
        do(one, ApportionReport(period=H1, **said))
        assert (lacks(one)["a1"]["owed"], lacks(one)["a1"]["supplied"]) == (6, supplied)
        assert lacks(one, "2017-18-h2")["a1"]["supplied"] == 0


class TestTheChecks:
    def test_a_jump_from_the_last_period_is_asked_about_until_it_is_explained(self, one: Office) -> None:
        do(one, *accepted("a1", "2017-18-q1", offered=20), reported("a1", "2017-18-q2", offered=90))
        line = lacks(one)["a1"]
        assert line["unexplained"] == 1
        assert line["asks"] == "people offered support: 20 last time, 90 now"
        assert "1 check without an answer" in notes(one)
        why = Explanation(check="jump", about="offered", words="A second office opened.")
        better = reported("a1", "2017-18-q2", offered=90).model_copy(update={"explanations": (why,)})
        do(one, CorrectReport(**better.model_dump(), reason="Explained"))
        assert lacks(one)["a1"]["unexplained"] == 0

    def test_spend_is_held_against_the_whole_budget_of_the_award_as_its_provider_was(self, office: Office) -> None:
        do(office, *fund_with(1_000), *fund_with(1_000, "cdrg", return_to=None), PROVIDER, registered("a1"))
        do(office, approved("a1", share(100), share(100, "cdrg")), reported("a1", H1, spend=150_00))
        assert lacks(office)["a1"]["unexplained"] == 0
        do(office, CorrectReport(**reported("a1", H1, spend=200_01).model_dump(), reason="More"))
        assert lacks(office)["a1"]["asks"] == "£200.01 is spent, and the budget for the year is £200"

    def test_a_budget_that_is_not_known_is_not_asked_about(self, office: Office) -> None:
        do(office, *fund_with(1_000), PROVIDER, registered("a1"), approved("a1", share(None)))
        do(office, reported("a1", H1, spend=10**9))
        assert lacks(office)["a1"]["unexplained"] == 0


class TestReturnsToOpen:
    def test_every_half_year_that_is_over_and_has_services_is_to_be_opened_once(
        self, office: Office, clock: Clock
    ) -> None:
        do(office, *fund_with(1_000), PROVIDER)
        assert to_open(office) == []
        do(office, *awarded("a1", 300))
        assert to_open(office) == [H1]
        clock.now = datetime(2018, 3, 31, 22, 59, tzinfo=UTC)
        assert to_open(office) == [H1]
        clock.now = datetime(2018, 3, 31, 23, 0, tzinfo=UTC)
        assert to_open(office) == [H1, "2017-18-h2"]
        do(office, OpenReturn(period=H1))
        assert to_open(office) == ["2017-18-h2"]
        do(office, OpenReturn(period="2017-18-h2"))
        assert to_open(office) == []

    def test_on_the_last_day_of_the_half_year_it_is_not_yet_over(self, office: Office, clock: Clock) -> None:
        clock.now = datetime(2017, 9, 30, 22, 59, tzinfo=UTC)
        do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300))
        assert to_open(office) == []

    def test_what_is_asked_for_can_be_ordered(self, office: Office, clock: Clock) -> None:
        clock.now = datetime(2018, 5, 1, 9, 0, tzinfo=UTC)
        do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300))
        with office.reading() as views:
            orders = returns_to_open(views)
        do(office, *orders)
        assert to_open(office) == []

    def test_funds_of_no_return_and_of_another_open_none(self, office: Office) -> None:
        do(office, *fund_with(100, return_to=None), *fund_with(100, "other", return_to="home-office"), PROVIDER)
        do(office, *awarded("a1", 5), registered("b1"), approved("b1", share(5, "other")))
        assert to_open(office) == []

    def test_a_year_before_the_first_template_stops_nothing(self, office: Office) -> None:
        days: dict[str, Any] = {"starts_on": date(2012, 4, 1), "ends_on": date(2013, 3, 31)}
        do(office, *fund_with(100, year="2012-13"), PROVIDER, registered("a0", **days))
        do(office, approved("a0", share(5, year="2012-13")), *fund_with(100), *awarded("a1", 5))
        assert to_open(office) == [H1]
