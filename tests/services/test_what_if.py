"""Draft orders tried and thrown away: the same rules, the figures before and after, and nothing recorded."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from domain.awards.changes import ReduceAward, UpliftAward
from domain.awards.commands import ApproveAward
from domain.awards.payment_commands import RecordPayment, SchedulePayment, SetCondition
from domain.awards.payment_events import ConditionKind
from domain.errors import NotAllowed, NotFound, OutturnError, Refusal
from domain.funds.commands import OpenFund
from domain.funds.consequences import CommitFunds
from domain.funds.leaving import CarryFunds
from domain.kernel import Actor, Command, Role
from domain.providers.commands import RegisterProvider
from domain.tables import Table
from projections.answers import ANSWERS, awards
from projections.budget_answers import budgets
from projections.case_file import case_file
from projections.timeline import timeline
from services.office import Office
from tests.conftest import OpenAnother
from tests.scenes import (
    FUND,
    PROVIDER,
    YEAR,
    approved,
    awarded,
    do,
    everything_in,
    folded_anew,
    fund_with,
    registered,
    share,
)
from tests.services.terminal import Terminal
from tests.story import EVERYBODY


@pytest.fixture
def office(office: Office) -> Office:
    """An office with a fund of £1,000, and an award of £300 to Embrace out of it."""
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300))
    return office


def uplift(pounds: int, variation: str = "v1") -> UpliftAward:
    return UpliftAward(
        award="a1", variation=variation, fund=FUND, year=YEAR, by_pence=pounds * 100, reason="More people"
    )


def reduction(pounds: int) -> ReduceAward:
    return ReduceAward(award="a1", variation="v9", fund=FUND, year=YEAR, by_pence=pounds * 100, reason="Fewer people")


def figures(table: Table, fund: str = FUND, year: str = YEAR) -> tuple[Any, ...]:
    """Received, committed and left of a fund, in pounds."""
    (row,) = [each for each in table.records() if (each["fund"], each["year"]) == (fund, year)]
    keys = ("received_pence", "committed_pence", "left_pence")
    return tuple(None if row[key] is None else row[key] // 100 for key in keys)


class TestOffice:
    def test_it_answers_as_things_are_and_as_they_would_be(self, office: Office) -> None:
        before, after = office.what_if([uplift(200)], EVERYBODY, budgets)
        assert figures(before) == (1_000, 300, 700)
        assert figures(after) == (1_000, 500, 500)

    def test_nothing_is_recorded_and_the_answers_stay_as_they_were(self, office: Office) -> None:
        head, served = office.log.head(), everything_in(office)
        office.what_if([uplift(200), *awarded("a2", 100)], EVERYBODY, budgets)
        assert office.log.head() == head
        assert everything_in(office) == served == folded_anew(office)

    def test_what_is_recorded_afterwards_counts_once(self, office: Office) -> None:
        office.what_if([uplift(200)], EVERYBODY, budgets)
        do(office, uplift(200))
        with office.reading() as views:
            assert figures(budgets(views)) == (1_000, 500, 500)
        assert everything_in(office) == folded_anew(office)

    def test_it_says_what_then_comes_true(self, office: Office) -> None:
        orders: list[Command[Any]] = [uplift(200), *awarded("a2", 100), reduction(50)]
        _before, promised = office.what_if(orders, EVERYBODY, budgets)
        office.do_all(orders, EVERYBODY)
        with office.reading() as views:
            assert budgets(views) == promised

    def test_each_draft_sees_what_the_ones_before_it_decided(self, office: Office) -> None:
        orders: list[Command[Any]] = [
            RegisterProvider(provider="other", title="Other"),
            registered("a2", provider="other"),
            approved("a2", share(700)),
        ]
        _before, after = office.what_if(orders, EVERYBODY, awards)
        assert [(row["award"], row["provider"], row["status"]) for row in after.records()] == [
            ("a1", "Embrace", "approved"),
            ("a2", "Other", "approved"),
        ]

    def test_a_fund_may_be_opened_and_money_carried_into_it(self, office: Office) -> None:
        orders: list[Command[Any]] = [
            OpenFund(fund=FUND, year="2018-19", title="Next year's", funder="Ministry of Justice"),
            CarryFunds(
                fund=FUND,
                year=YEAR,
                transfer="t1",
                to_fund=FUND,
                to_year="2018-19",
                amount_pence=20_000,
                permission="The Ministry's letter",
            ),
        ]
        before, after = office.what_if(orders, EVERYBODY, budgets)
        assert len(before.rows) == 1
        assert figures(after) == (1_000, 300, 500)
        assert figures(after, year="2018-19") == (200, 0, 200)

    def test_any_question_may_be_asked(self, office: Office) -> None:
        for question in ANSWERS.values():
            before, after = office.what_if([uplift(1)], EVERYBODY, question)
            assert before.columns == after.columns
        before_file, after_file = office.what_if([uplift(1)], EVERYBODY, lambda views: case_file(views, "a1"))
        amounts = [
            next(row["said"] for row in file[0].records() if row["what"] == "Amount")
            for file in (before_file, after_file)
        ]
        assert amounts == ["£300", "£301"]

    def test_the_timeline_shows_what_is_recorded_and_not_what_is_tried(self, office: Office) -> None:
        before, after = office.what_if([uplift(1)], EVERYBODY, lambda views: timeline(views, "award-a1"))
        assert before == after

    def test_drafts_that_change_nothing_leave_the_answer_as_it_is(self, office: Office) -> None:
        before, after = office.what_if([PROVIDER], EVERYBODY, budgets)
        assert before == after
        before, after = office.what_if([], EVERYBODY, budgets)
        assert before == after

    @pytest.mark.parametrize(
        ("orders", "words", "error"),
        [
            ([uplift(701)], "£700 left", Refusal),
            ([uplift(400), uplift(301, "v2")], "£300 left", Refusal),
            ([reduction(301)], "would become -£1", Refusal),
            ([ApproveAward(award="a7", shares=(share(1),))], "There is no award a7", NotFound),
            ([*awarded("a2", 100), *awarded("a3", 601)], "£600 left", Refusal),
            (
                [
                    SetCondition(award="a1", condition="plan", kind=ConditionKind.SPEND_PLAN, title="The plan"),
                    SchedulePayment(
                        award="a1", payment="p1", fund=FUND, year=YEAR, amount_pence=100, due_on=date(2017, 10, 1)
                    ),
                    RecordPayment(
                        award="a1",
                        payment="p1",
                        fund=FUND,
                        year=YEAR,
                        amount_pence=100,
                        paid_on=date(2017, 10, 1),
                    ),
                ],
                "held until this is met: plan",
                Refusal,
            ),
        ],
    )
    def test_what_would_be_refused_is_refused_in_the_same_words(
        self, office: Office, orders: list[Command[Any]], words: str, error: type[OutturnError]
    ) -> None:
        head, served = office.log.head(), everything_in(office)
        with pytest.raises(error, match=words) as tried:
            office.what_if(orders, EVERYBODY, budgets)
        with pytest.raises(error) as done:
            office.do_all(orders, EVERYBODY)
        assert str(tried.value) == str(done.value)
        assert type(tried.value) is type(done.value)
        assert office.log.head() == head
        assert everything_in(office) == served

    def test_only_those_who_may_give_an_order_may_try_it(self, office: Office) -> None:
        finance = Actor(id="finance", roles=frozenset({Role.FINANCE}))
        paid = SchedulePayment(
            award="a1", payment="p1", fund=FUND, year=YEAR, amount_pence=100, due_on=date(2017, 11, 1)
        )
        office.what_if([paid], finance, budgets)
        with pytest.raises(NotAllowed, match="may be done by commissioner"):
            office.what_if([paid, uplift(1)], finance, budgets)

    def test_what_only_follows_from_other_orders_cannot_be_tried_by_itself(self, office: Office) -> None:
        follows = CommitFunds(fund=FUND, year=YEAR, award="a1", amount_pence=1)
        with pytest.raises(NotAllowed, match="only follows from other orders"):
            office.what_if([follows], EVERYBODY, budgets)

    def test_a_question_that_fails_leaves_nothing_behind(self, office: Office) -> None:
        def fails(_views: object) -> None:
            raise ZeroDivisionError

        served = everything_in(office)
        with pytest.raises(ZeroDivisionError):
            office.what_if([uplift(1)], EVERYBODY, fails)
        assert everything_in(office) == served

    def test_another_office_goes_on_while_something_is_tried(self, office: Office, open_another: OpenAnother) -> None:
        other = open_another()

        def meanwhile(views: Any) -> Table:
            other.do(RegisterProvider(provider="other", title="Other"), EVERYBODY)
            return budgets(views)

        before, after = office.what_if([uplift(200)], EVERYBODY, meanwhile)
        assert (figures(before)[1], figures(after)[1]) == (300, 500)
        assert everything_in(office) == everything_in(other) == folded_anew(office)


class TestCommandLine:
    @pytest.fixture
    def desk(self, outturn: Terminal) -> Terminal:
        """A terminal, a fund of £1,000, and an award A1 of £600 out of it."""
        for words in (
            ["open-fund", "--fund", "moj", "--year", "2017-18", "--title", "Victims", "--funder", "MoJ"],
            [
                *["receive-allocation", "--fund", "moj", "--year", "2017-18", "--agreement", "a1"],
                *["--amount", "£1,000", "--source", "The agreement"],
            ],
            ["register-award", "--award", "A1", "--service", "Counselling", "--route", "grant"],
            ["approve-award", "--award", "A1", "--share", "moj 2017-18 £600"],
        ):
            assert outturn.run("do", *words) == 0, outturn.err
        return outturn

    def drafts(self, *orders: tuple[str, dict[str, Any]]) -> str:
        Path("drafts.json").write_text(json.dumps([{"command": name, "fields": said} for name, said in orders]))
        return "drafts.json"

    UPLIFT = (
        "uplift-award",
        {"award": "A1", "variation": "v1", "fund": "moj", "year": "2017-18", "by_pence": 10_050, "reason": "More"},
    )

    def test_the_budgets_that_change_stand_side_by_side(self, desk: Terminal) -> None:
        assert desk.run("what-if", self.drafts(self.UPLIFT), "--format", "json") == 0, desk.err
        (row,) = json.loads(desk.out)["budgets"]
        assert row == {
            "fund": "moj",
            "year": "2017-18",
            "committed_before_pence": 60_000,
            "committed_after_pence": 70_050,
            "left_before_pence": 40_000,
            "left_after_pence": 29_950,
        }
        assert desk.rows("budgets")[0]["committed_pence"] == 60_000

    def test_it_reads_as_a_table_that_says_that_nothing_was_recorded(self, desk: Terminal) -> None:
        assert desk.run("what-if", self.drafts(self.UPLIFT)) == 0
        for said in ("Committed then", "£700.50", "£299.50", "Nothing was recorded."):
            assert said in desk.out

    def test_a_fund_that_the_drafts_open_has_no_figures_before(self, desk: Terminal) -> None:
        opened = ("open-fund", {"fund": "new", "year": "2018-19", "title": "New", "funder": "Home Office"})
        received = ("receive-allocation", {"fund": "new", "year": "2018-19", "agreement": "a", "source": "Letter"})
        file = self.drafts(opened, (received[0], {**received[1], "amount_pence": 500}))
        assert desk.run("what-if", file, "--format", "json") == 0, desk.err
        (row,) = json.loads(desk.out)["budgets"]
        assert (row["fund"], row["received_before_pence"], row["received_after_pence"]) == ("new", None, 500)

    def test_its_help_shows_a_file_that_can_be_tried(self, desk: Terminal) -> None:
        assert desk.run("what-if", "--help") == 0
        assert "money in whole pence, in fields such as amount_pence" in " ".join(desk.out.split())
        example = desk.out[desk.out.index("[\n") if "[\n" in desk.out else desk.out.index("  [ ") :]
        orders, _end = json.JSONDecoder().raw_decode(example[example.index("[") :])
        assert [order["command"] for order in orders] == ["hold-earmark", "release-earmark"]
        for order in orders:
            order["fields"]["fund"] = "moj"
            order["fields"]["amount_pence"] //= 100
        assert desk.run("what-if", self.drafts(*((o["command"], o["fields"]) for o in orders)), "--format", "json") == 0
        (row,) = json.loads(desk.out)["budgets"]
        assert (row["earmarked_before_pence"], row["earmarked_after_pence"]) == (0, 10_000)

    def test_drafts_that_move_no_budget_say_so(self, desk: Terminal) -> None:
        assert desk.run("what-if", self.drafts(("register-provider", {"provider": "p", "title": "P"}))) == 0
        assert "Nothing." in desk.out

    def test_a_refused_draft_says_why_with_status_1(self, desk: Terminal) -> None:
        fields = {**self.UPLIFT[1], "by_pence": 40_001}
        assert desk.run("what-if", self.drafts(("uplift-award", fields))) == 1
        assert "£400 left" in desk.err
        fund = ("open-fund", {"fund": "new", "year": "2018-19", "title": "New", "funder": "Home Office"})
        assert desk.run("what-if", self.drafts(fund, ("uplift-award", fields), fund)) == 1
        assert desk.err.startswith("Order 2 of 3 (uplift-award): ")

    def test_drafts_that_change_awards_alone_show_them_before_and_after(self, desk: Terminal) -> None:
        extend = ("extend-award", {"award": "A1", "ends_on": "2018-09-30", "reason": "It goes well"})
        assert desk.run("what-if", self.drafts(extend), "--format", "json") == 0, desk.err
        said = json.loads(desk.out)
        assert said["budgets"] == []
        assert said["awards"] == [{"award": "A1", "ends_on_before": None, "ends_on_after": "2018-09-30"}]
        assert desk.run("what-if", self.drafts(extend)) == 0
        assert "Ends then" in desk.out
        assert desk.out.count("Nothing was recorded.") == 1
        assert desk.run("what-if", self.drafts(self.UPLIFT)) == 0
        for words in ("What if: awards", "Amount then", "£700.50"):
            assert words in desk.out
        assert desk.out.count("Nothing was recorded.") == 1

    def test_an_award_that_the_drafts_make_has_nothing_before(self, desk: Terminal) -> None:
        made = ("register-award", {"award": "A2", "service": "Helpline", "route": "grant"})
        assert desk.run("what-if", self.drafts(made), "--format", "json") == 0, desk.err
        (row,) = json.loads(desk.out)["awards"]
        assert (row["award"], row["status_before"], row["status_after"]) == ("A2", None, "registered")

    def test_a_malformed_draft_names_its_field_with_status_2(self, desk: Terminal) -> None:
        fields = {**self.UPLIFT[1], "by_pence": -1}
        assert desk.run("what-if", self.drafts(("uplift-award", fields))) == 2
        assert desk.err.startswith("Order 1 of 1 (uplift-award): by_pence: must not be less than 0")

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (None, "drafts.json cannot be read"),
            ("{", "is not JSON"),
            ('{"command": "uplift-award"}', "Write a list of orders"),
            ("[1]", "Write a list of orders"),
            ('[{"command": "take-money"}]', "There is no such command: take-money"),
            ('[{"command": ["uplift-award"]}]', "There is no such command"),
            ('[{"command": "commit-funds"}]', "There is no such command: commit-funds"),
        ],
    )
    def test_a_file_that_holds_no_orders_is_refused(self, desk: Terminal, content: str | None, words: str) -> None:
        if content is not None:
            Path("drafts.json").write_text(content)
        assert desk.run("what-if", "drafts.json") == (1 if content is None else 2)
        assert words in desk.err
