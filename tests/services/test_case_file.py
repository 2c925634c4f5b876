"""The case file of every award of the demonstration: it is whole, it agrees with the answers, and it can be read."""

import json
from pathlib import Path
from typing import Any

import pytest

from domain import money
from domain.errors import NotFound
from domain.tables import Table
from projections.answers import ANSWERS
from projections.case_file import case_file
from projections.views import Views
from services.cli import console
from services.demo import Demonstration
from services.office import Office
from tests.services.terminal import Terminal

TERMINAL = 100
"""Characters in a line."""


@pytest.fixture
def office(demonstration: Demonstration) -> Office:
    """The office of the demonstration. Tests here only read it."""
    return demonstration.office


@pytest.fixture
def desk(outturn: Terminal, played: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal of a hundred characters at the office of the demonstration."""
    monkeypatch.setenv("OUTTURN_DATABASE", str(played))
    monkeypatch.setattr(console.out, "width", TERMINAL)
    return outturn


def references(views: Views) -> list[str]:
    return [str(row["award"]) for row in ANSWERS["awards"](views).records()]


def filed(views: Views, award: str) -> dict[str, Table]:
    return {table.name: table for table in case_file(views, award)}


def said(table: Table) -> dict[str, str]:
    """What a table of particulars says, by particular. Of several with one name, the last."""
    return {str(row["what"]): str(row["said"]) for row in table.records()}


def one(office: Office, award: str) -> dict[str, Table]:
    with office.reading() as views:
        return filed(views, award)


def summed(table: Table, key: str) -> int | None:
    return money.add(row[key] for row in table.records())


class TestEveryAward:
    def test_there_is_one_of_each_paper_and_they_are_all_there(self, office: Office) -> None:
        with office.reading() as views:
            found = references(views)
        assert {award[:3] for award in found} == {"CAP", "CDR", "CRS", "DEM", "MOJ", "NPT", "SVD"}
        assert len(found) == 13 + 25 + 1 + 6 + 10 + 1 + 1

    def test_its_totals_agree_with_the_answers(self, office: Office) -> None:
        with office.reading() as views:
            for award in ANSWERS["awards"](views).records():
                own = filed(views, str(award["award"]))
                shares = own["shares"]
                assert summed(shares, "amount_pence") == award["amount_pence"]
                assert summed(shares, "paid_pence") == award["paid_pence"]
                assert said(own["facts"])["Amount"].startswith(money.pounds(award["amount_pence"]))
                assert said(own["facts"])["Status"] == award["status"]
                if "profile" in own:
                    assert summed(own["profile"], "amount_pence") == award["amount_pence"]

    def test_its_payments_are_those_of_the_register(self, office: Office) -> None:
        with office.reading() as views:
            register = list(ANSWERS["payments"](views).records())
            for award in references(views):
                own = [row for row in register if row["award"] == award]
                table = filed(views, award).get("payments")
                paid = list(table.records()) if table else []
                keys = ("payment", "due_on", "amount_pence", "standing", "paid_on")
                assert [[row[key] for key in keys] for row in paid] == [[row[key] for key in keys] for row in own]

    def test_what_is_paid_and_what_is_not_are_the_whole(self, office: Office) -> None:
        with office.reading() as views:
            for award in references(views):
                for share in filed(views, award)["shares"].records():
                    if share["amount_pence"] is not None:
                        assert share["paid_pence"] + share["unpaid_pence"] == share["amount_pence"]

    def test_no_table_is_empty_and_no_two_have_one_name(self, office: Office) -> None:
        with office.reading() as views:
            for award in references(views):
                tables = case_file(views, award)
                assert all(table.rows for table in tables)
                assert len({table.name for table in tables}) == len(tables)
                assert (tables[0].name, tables[-1].name) == ("facts", "timeline")

    def test_it_says_by_when_and_up_to_where_in_the_log(self, office: Office) -> None:
        with office.reading() as views:
            (note,) = case_file(views, "MOJ-2017-01")[0].notes
            assert note.endswith(f"up to log position {views.position}.")

    def test_what_is_made_up_says_so_in_the_first_table(self, office: Office) -> None:
        with office.reading() as views:
            for award in references(views):
                facts = json.dumps(said(filed(views, award)["facts"]))
                assert ("(made up)" in facts) == (award.startswith("DEM") or award == "CDR-2018-01"), award


class TestPrinted:
    def test_every_award_is_printed_on_a_terminal_with_nothing_cut_off(self, desk: Terminal, office: Office) -> None:
        with office.reading() as views:
            amounts = {str(row["award"]): row["amount_pence"] for row in ANSWERS["awards"](views).records()}
        for award, pence in amounts.items():
            assert desk.run("show", "award", award) == 0, desk.err
            assert desk.err == ""
            assert max(map(len, desk.out.splitlines())) <= TERMINAL
            assert "…" not in desk.out
            assert "None" not in desk.out
            assert desk.out.startswith(f"Award {award}")
            assert money.pounds(pence) in desk.out
            assert "History, in the order in which it was written down" in desk.out

    @pytest.mark.parametrize("width", [40, 60, 80, 132])
    def test_a_narrower_or_wider_terminal_loses_nothing(
        self, desk: Terminal, width: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(console.out, "width", width)
        for award in ("NPT-2017-01", "DEM-2025-03", "CDR-2017-19"):
            assert desk.run("show", "award", award) == 0
            assert max(map(len, desk.out.splitlines())) <= width
            assert "…" not in desk.out
        for question in ("budgets", "payments", "bids", "decisions", "single-tenders", "underspend"):
            assert desk.run("show", question) == 0
            assert max(map(len, desk.out.splitlines())) <= width
            assert "…" not in desk.out

    def test_it_can_be_had_for_programs(self, desk: Terminal) -> None:
        assert desk.run("show", "award", "SVD-2023-01", "--format", "json") == 0
        tables = json.loads(desk.out)
        assert list(tables) == ["facts", "shares", "profile", "second-tier", "timeline"]
        assert tables["profile"][0] == {"line": "2023-07", "amount_pence": 426_728}
        assert desk.run("show", "award", "SVD-2023-01", "--format", "csv") == 0
        assert "2023-07,4267.28" in desk.out or "2023-07,426728" in desk.out

    def test_an_award_that_is_not_there_is_an_error(self, desk: Terminal, office: Office) -> None:
        assert desk.run("show", "award", "NOT-2017-01") == 1
        assert "There is no award NOT-2017-01" in desk.err
        with office.reading() as views, pytest.raises(NotFound):
            case_file(views, "NOT-2017-01")

    def test_a_past_day_shows_the_file_as_it_was(self, desk: Terminal) -> None:
        assert desk.run("show", "award", "DEM-2025-01", "--as-at", "2025-06-01") == 0
        assert "31 March 2026" in desk.out
        assert "Reissued as" not in desk.out
        assert "closed" not in desk.out

    def test_july_differs_as_now_known_from_july_as_then_known(self, desk: Terminal) -> None:
        asked: dict[str, Any] = {
            "now": desk.rows("budgets", "--on", "2025-07-31"),
            "then": desk.rows("budgets", "--as-at", "2025-07-31"),
            "then, dated": desk.rows("budgets", "--as-at", "2025-07-31", "--on", "31 July 2025"),
        }
        fund = ("demonstration", "2025-26")
        committed = {
            when: next(row["committed_pence"] for row in rows if (row["fund"], row["year"]) == fund)
            for when, rows in asked.items()
        }
        assert committed["now"] - committed["then"] == 1_234_567
        assert committed["then"] == committed["then, dated"]


class TestParticulars:
    def test_the_decision_that_an_award_rests_on_is_told_in_full(self, office: Office) -> None:
        decision = said(one(office, "NPT-2017-01")["decision"])
        assert decision["Decision"].startswith("017, 9 May 2017: ")
        assert decision["Of significant public interest"].startswith("no. A one-off grant of £28,347")
        assert decision["Alternatives"] == "To do nothing with the underspend was considered and discounted."
        assert decision["Register of interests"] == "nothing is stated"
        assert "decision" not in one(office, "MOJ-2017-01")

    def test_source_and_section_stand_under_their_own_names(self, office: Office) -> None:
        facts = said(one(office, "CDR-2017-15")["facts"])
        assert facts["Source"].startswith("Paper of 11 May 2017, Appendix 1")
        assert facts["Section"].startswith("Communities")
        assert facts["Remark"].startswith("Paragraph 5.1")

    def test_months_are_named_and_each_year_s_sum_stands_below(self, office: Office) -> None:
        profile = one(office, "SVD-2023-01")["profile"]
        assert [row[0].words for row in profile.rows][::20] == ["July 2023", "March 2025"]
        assert profile.notes == ("Together £89,613: £38,405.57 in 2023-24, £51,207.43 in 2024-25.",)

    def test_an_amount_that_is_not_known_shows_what_it_must_be_and_that_no_sum_counts_it(self, office: Office) -> None:
        own = one(office, "CDR-2017-06")
        assert said(own["facts"])["Amount"] == "not known (worked out as £10,000, which no sum counts)"
        assert said(own["pool"]) == {
            "Held by": "Cambridgeshire County Council",
            "The whole pool": "not stated",
            "The office's share": "not known",
        }

    def test_match_and_pool_are_told_apart_and_what_is_not_stated_is_said(self, office: Office) -> None:
        (match,) = one(office, "MOJ-2017-07")["contributions"].rows
        assert [cell.value or cell.words for cell in match[1:3]] == ["match funding", "not stated"]
        partners = one(office, "MOJ-2017-06")["contributions"]
        assert [row["kind"] for row in partners.records()] == ["pool"] * 3
        assert "NHS England" in [row["partner"] for row in partners.records()]

    def test_two_tiers_are_shown_with_a_provider_still_to_be_procured(self, office: Office) -> None:
        (tier,) = one(office, "SVD-2023-01")["second-tier"].records()
        assert (tier["provider"], tier["starts_on"], tier["ends_on"]) == (
            *("to be procured", "2023-07-01"),
            "2025-03-31",
        )
        (nurses,) = one(office, "CDR-2017-01")["second-tier"].records()
        assert nurses["provider"] == "Cambridgeshire and Peterborough Foundation Trust"

    def test_a_payment_that_is_held_names_its_condition(self, office: Office) -> None:
        own = one(office, "CDR-2017-19")
        (condition,), (payment,) = own["conditions"].records(), own["payments"].records()
        assert (condition["kind"], condition["standing"]) == ("spend plan", "open")
        assert payment["standing"] == "held"
        assert str(payment["why"]).startswith("spend-plan: The partnership's spend plan")

    def test_a_single_tender_says_what_the_register_says(self, office: Office) -> None:
        facts = said(one(office, "MOJ-2017-08")["facts"])
        assert facts["Route"] == "single tender"
        assert facts["Single tender approved by"] == "not stated in the paper"
        assert facts["Next competition"] == "not known"

    def test_an_award_and_the_one_that_took_its_place_name_each_other(self, office: Office) -> None:
        assert said(one(office, "DEM-2025-01")["facts"])["Reissued as"] == "DEM-2025-02"
        after = said(one(office, "DEM-2025-02")["facts"])
        assert after["Takes the place of"] == "DEM-2025-01"
        assert after["Recorded as the same as"] == "Advocates (made up)"

    def test_what_the_provider_spent_stands_beside_the_plan_with_its_reason(self, office: Office) -> None:
        own = one(office, "DEM-2025-03")
        staff = next(row for row in own["spend"].records() if str(row["line"]).startswith("Staff"))
        assert (staff["variance_pence"], staff["forecast_pence"]) == (-1_550_000, 139_500_000)
        assert staff["explanation"] == "Two posts were filled late (made up)"
        (plan,) = own["surplus-plans"].records()
        assert plan["standing"] == "not agreed"
        assert said(own["facts"])["Formerly"] == "The Hub (made up)"

    def test_the_share_as_approved_stands_beside_the_share_as_it_is(self, office: Office) -> None:
        (share,) = one(office, "DEM-2025-03")["shares"].records()
        assert share["amount_pence"] - share["approved_pence"] == 1_234_567

    def test_that_it_is_a_demonstration_is_said_once_at_its_end(self, desk: Terminal) -> None:
        for asked in (["award", "DEM-2025-03"], ["budgets"], ["award", "DEM-2025-03", "--as-at", "2025-12-31"]):
            assert desk.run("show", *asked) == 0, desk.err
            said = " ".join(desk.out.split())
            assert said.count(console.DEMONSTRATION) == 1
            assert said.endswith(console.DEMONSTRATION)
