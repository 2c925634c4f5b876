"""What the demonstration must show of every kind of money and every turn: asked of the answers, now and in the past."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from domain.awards.commands import RegisterAward
from domain.awards.events import Route
from domain.bids.commands import LoseBid, WinBid
from domain.errors import Refusal
from domain.funds.commands import OpenFund
from domain.kernel import LONDON, Command
from domain.tables import Table
from projections.answers import ANSWERS
from projections.awards import ShareRow
from projections.budget_answers import budgets, ring_fences
from projections.explain import explain
from projections.partners import ContributionRow, PoolRow, SecondTierRow
from projections.payments import ConditionRow, ProfileRow
from projections.views import Views
from services.demo import PLAYER, Demonstration
from services.office import Office

CDR, DEMONSTRATION, NORTHAMPTONSHIRE = (
    *("crime-and-disorder-reduction", "demonstration"),
    "northamptonshire-commissioning-underspend",
)
PARTNERSHIPS = [f"CDR-2017-{number}" for number in range(15, 21)]
BID = "early-intervention-youth-fund"


@pytest.fixture
def office(demonstration: Demonstration) -> Office:
    """The office of the demonstration. Tests here only read it."""
    return demonstration.office


def of(table: Table, **where: Any) -> list[dict[str, Any]]:
    """The rows of an answer that fit."""
    return [row for row in table.records() if all(row[key] == value for key, value in where.items())]


def now(office: Office, answer: str, **where: Any) -> list[dict[str, Any]]:
    """The rows of an answer as now known."""
    with office.reading() as views:
        return of(ANSWERS[answer](views), **where)


def end_of(day: date) -> datetime:
    """The last moment of a day in London."""
    after = day + timedelta(days=1)
    return datetime(after.year, after.month, after.day, tzinfo=LONDON) - timedelta(microseconds=1)


def then(office: Office, day: date, answer: str, **where: Any) -> list[dict[str, Any]]:
    """The rows of an answer as known at the end of a day."""
    with office.as_at(end_of(day)) as views:
        return of(ANSWERS[answer](views), **where)


def balanced(budget: dict[str, Any]) -> bool:
    """Whether received = committed + earmarked + left + returned + carried out."""
    parts = ("committed_pence", "earmarked_pence", "left_pence", "returned_pence", "carried_out_pence")
    return bool(budget["received_pence"] == sum(budget[part] for part in parts))


def test_every_budget_balances(office: Office) -> None:
    known = [budget for budget in now(office, "budgets") if budget["received_pence"] is not None]
    assert len(known) == 7
    assert all(map(balanced, known))


class TestNorthamptonshire:
    """£28,347 for nine months of 2017/18, carried forward from 2016/17 by decision 017."""

    def test_the_decision_is_on_record_with_its_reason_and_what_was_considered(self, office: Office) -> None:
        (decision,) = now(office, "decisions", decision="017")
        assert decision["decided_on"] == "2017-05-09"
        assert decision["significant_public_interest"] is False
        assert "not seen as a decision of significant public interest" in decision["public_interest_reason"]
        assert "do nothing" in decision["alternatives"]
        assert "legal advice" in decision["advice"]
        assert "victims and witnesses" in decision["objectives"]
        assert decision["interests"] is None
        assert decision["awards"] == "NPT-2017-01"

    def test_it_is_carried_over_from_a_budget_whose_amount_is_not_known(self, office: Office) -> None:
        before, after = (now(office, "budgets", fund=NORTHAMPTONSHIRE, year=year)[0] for year in ("2016-17", "2017-18"))
        assert (before["received_pence"], before["left_pence"], before["carried_out_pence"]) == (None, None, 2_834_700)
        assert (after["received_pence"], after["committed_pence"], after["left_pence"]) == (2_834_700, 2_834_700, 0)

    def test_the_events_behind_the_figure_are_the_carry_and_the_award(self, office: Office) -> None:
        with office.reading() as views:
            lines = of(explain(views, NORTHAMPTONSHIRE, "2017-18", "left_pence"))
        assert [(line["change_pence"], line["so_far_pence"]) for line in lines] == [
            (2_834_700, 2_834_700),
            (-2_834_700, 0),
        ]
        carried, award = (line["about"] for line in lines)
        assert carried.startswith(f"underspend-2016-17: from {NORTHAMPTONSHIRE} 2016-17, by permission: The Police")
        assert carried.endswith("; decision: 017; to be used by 31 March 2018")
        assert award == "NPT-2017-01"

    def test_nine_months_add_up_to_the_penny(self, office: Office) -> None:
        with office.reading() as views:
            lines = views.rows(ProfileRow, ProfileRow.table.c.award == "NPT-2017-01")
        assert [line.line for line in lines][::8] == ["2017-07", "2018-03"]
        assert sum(line.amount_pence for line in lines) == 2_834_700
        assert {line.amount_pence for line in lines} == {314_966, 314_967}


class TestOtherMoney:
    """Match funding, pools, two tiers and single tenders."""

    def contributions(self, views: Views, award: str) -> list[ContributionRow]:
        return views.rows(ContributionRow, ContributionRow.table.c.award == award)

    def test_the_counsellor_s_post_is_match_funded_by_a_charity_whose_amount_is_not_stated(
        self, office: Office
    ) -> None:
        with office.reading() as views:
            (match,) = self.contributions(views, "MOJ-2017-07")
        assert (match.match, match.promised_pence, match.received_pence) == (True, None, 0)
        assert "charity" in match.partner
        assert now(office, "awards", award="MOJ-2017-07")[0]["amount_pence"] == 2_000_000

    def test_213_000_pounds_are_our_share_of_a_pool_with_three_others(self, office: Office) -> None:
        with office.reading() as views:
            pool = views.find(PoolRow, "MOJ-2017-06")
            partners = self.contributions(views, "MOJ-2017-06")
        assert pool is not None
        assert pool.whole_pence is None
        assert "lead commissioner" in pool.host
        assert [(partner.match, partner.promised_pence) for partner in partners] == [(False, None)] * 3
        assert now(office, "awards", award="MOJ-2017-06")[0]["amount_pence"] == 21_300_000

    def test_the_pools_of_the_other_grants_are_hosted_as_the_paper_says(self, office: Office) -> None:
        with office.reading() as views:
            hosts = {pool.award: pool.host for pool in views.rows(PoolRow) if pool.award.startswith("CDR")}
            (nurses,) = views.rows(SecondTierRow, SecondTierRow.table.c.award == "CDR-2017-01")
        assert hosts == {
            "CDR-2017-01": "Clinical Commissioning Group",
            "CDR-2017-06": "Cambridgeshire County Council",
            "CDR-2017-09": "not stated in the paper",
        }
        assert nurses.provider == "cambridgeshire-and-peterborough-foundation-trust"

    def test_the_youth_work_has_two_tiers_two_years_and_twenty_one_months(self, office: Office) -> None:
        with office.reading() as views:
            (tier,) = views.rows(SecondTierRow, SecondTierRow.table.c.award == "SVD-2023-01")
            lines = views.rows(ProfileRow, ProfileRow.table.c.award == "SVD-2023-01")
            shares = {s.year: s.amount_pence for s in views.rows(ShareRow, ShareRow.table.c.award == "SVD-2023-01")}
        assert (tier.provider, tier.amount_pence) == (None, None)
        assert shares == {"2023-24": 3_840_557, "2024-25": 5_120_743}
        first, second = ([line.amount_pence for line in part] for part in (lines[:9], lines[9:]))
        assert (len(first), len(second)) == (9, 12)
        assert {"2023-24": sum(first), "2024-25": sum(second)} == shares
        assert sum(first + second) == 8_961_300

    def test_the_three_single_tenders_stand_in_the_register_with_what_the_paper_leaves_out(
        self, office: Office
    ) -> None:
        entries = now(office, "single-tenders")
        assert [entry["award"] for entry in entries] == ["MOJ-2017-08", "MOJ-2017-09", "MOJ-2017-10"]
        for entry in entries:
            assert entry["ground"].startswith("Technical exclusivity or continuity of supply")
            assert (entry["approved_by"], entry["next_competition_on"]) == ("not stated in the paper", None)


class TestSixPartnerships:
    """£155,000, unpaid until each spend plan is in."""

    def payments(self, office: Office, day: date | None = None) -> dict[str, dict[str, Any]]:
        found = now(office, "payments") if day is None else then(office, day, "payments")
        return {row["award"]: row for row in found if row["award"] in PARTNERSHIPS}

    def test_until_a_plan_is_in_all_of_it_is_held_and_nothing_is_paid(self, office: Office) -> None:
        held = self.payments(office, date(2017, 5, 31))
        assert sum(row["amount_pence"] for row in held.values()) == 15_500_000
        assert {row["standing"] for row in held.values()} == {"held"}
        assert all(row["held_by"].startswith("spend-plan: ") for row in held.values())
        (budget,) = then(office, date(2017, 5, 31), "budgets", fund=CDR)
        assert budget["paid_pence"] == 0

    def test_a_plan_that_is_in_frees_the_payment_from_that_day_on(self, office: Office) -> None:
        before, after = (self.payments(office, date(2017, 6, day))["CDR-2017-15"] for day in (20, 21))
        assert (before["standing"], after["standing"], after["held_by"]) == ("held", "scheduled", None)
        (condition,) = self.conditions(office, "CDR-2017-15")
        assert (condition.standing, condition.met_on) == ("met", date(2017, 6, 20))
        assert condition.evidence is not None
        assert condition.evidence.endswith("(made up)")

    def conditions(self, office: Office, award: str) -> list[ConditionRow]:
        with office.reading() as views:
            return views.rows(ConditionRow, ConditionRow.table.c.award == award)

    def test_some_are_paid_by_now_and_some_are_still_held(self, office: Office) -> None:
        payments = self.payments(office)
        standing = {award: row["standing"] for award, row in payments.items()}
        assert {award for award, stands in standing.items() if stands == "held"} == {"CDR-2017-18", "CDR-2017-19"}
        paid = [row["amount_pence"] for row in payments.values() if row["standing"] == "paid"]
        (budget,) = now(office, "budgets", fund=CDR, year="2017-18")
        assert len(paid) == 4
        assert budget["paid_pence"] == sum(paid) == 12_700_000

    def test_every_payment_that_is_paid_was_paid_after_its_plan_was_in(self, office: Office) -> None:
        for award, payment in self.payments(office).items():
            (condition,) = self.conditions(office, award)
            if payment["paid_on"] is not None:
                assert condition.met_on is not None
                assert condition.met_on.isoformat() <= payment["paid_on"]


class TestThePotAndTheBid:
    """The partnership pot of 2018/19: just under half awarded, the rest earmarked as match for a bid."""

    def budget(self, views: Views, fund: str = CDR, year: str = "2018-19") -> dict[str, Any]:
        (row,) = of(budgets(views), fund=fund, year=year)
        return row

    def test_just_under_half_is_awarded_and_the_rest_is_kept_aside(self, office: Office) -> None:
        with office.reading() as views:
            budget = self.budget(views)
        assert (budget["committed_pence"], budget["earmarked_pence"]) == (7_700_000, 7_800_000)
        assert budget["committed_pence"] + budget["earmarked_pence"] == 15_500_000
        assert budget["committed_pence"] < 15_500_000 / 2

    def test_the_whole_pot_was_kept_aside_as_work_in_development_when_the_paper_was_loaded(
        self, office: Office
    ) -> None:
        noon = datetime(2018, 9, 13, 12, tzinfo=LONDON)
        with office.as_at(noon) as views:
            budget = self.budget(views)
        assert (budget["committed_pence"], budget["earmarked_pence"]) == (0, 15_500_000)

    def test_the_bid_is_submitted_and_counts_nowhere(self, office: Office) -> None:
        (bid,) = now(office, "bids")
        assert (bid["bid"], bid["amount_pence"], bid["status"]) == (BID, 70_000_000, "submitted")
        assert (bid["deadline"], bid["match_required"]) == ("2018-09-28", True)
        assert (bid["match_pence"], bid["match_fund"]) == (7_800_000, f"{CDR} 2018-19")
        assert (bid["settled_on"], bid["won_pence"], bid["became"]) == (None, None, None)
        for budget in now(office, "budgets"):
            assert 70_000_000 not in [value for key, value in budget.items() if key.endswith("_pence")]

    def test_lost_the_earmark_comes_back(self, office: Office) -> None:
        lost = LoseBid(bid=BID, lost_on=date(2018, 12, 1), reason="The funder chose others (made up)")
        before, after = office.what_if([lost], PLAYER, self.budget)
        assert (before["earmarked_pence"], after["earmarked_pence"]) == (7_800_000, 0)
        assert after["left_pence"] == before["left_pence"] + 7_800_000
        assert after["received_pence"] == before["received_pence"]
        assert balanced(after)

    def test_won_the_match_is_committed_and_the_bid_is_an_allocation(self, office: Office) -> None:
        orders: list[Command[Any]] = [
            OpenFund(fund="youth-fund", year="2018-19", title="Early Intervention Youth Fund", funder="Home Office"),
            RegisterAward(award="EIY-2018-01", service="Transforming Lives", route=Route.GRANT),
            WinBid(
                bid=BID,
                won_on=date(2018, 12, 1),
                fund="youth-fund",
                year="2018-19",
                agreement="youth-fund-2018",
                amount_pence=70_000_000,
                source="Letter of the funder (made up)",
                match_award="EIY-2018-01",
            ),
        ]
        before, after = office.what_if(orders, PLAYER, self.budget)
        assert (after["earmarked_pence"], after["committed_pence"]) == (0, 15_500_000)
        assert after["left_pence"] == before["left_pence"]
        _none, won = office.what_if(orders, PLAYER, lambda views: of(budgets(views), fund="youth-fund"))
        assert (won[0]["received_pence"], won[0]["left_pence"]) == (70_000_000, 70_000_000)
        _submitted, settled = office.what_if(orders, PLAYER, lambda views: of(ANSWERS["bids"](views))[0])
        assert (settled["status"], settled["won_pence"], settled["became"]) == (
            *("won", 70_000_000),
            "youth-fund 2018-19",
        )

    def test_a_bid_that_is_settled_cannot_be_settled_otherwise(self, office: Office) -> None:
        lost = LoseBid(bid=BID, lost_on=date(2018, 12, 1), reason="The funder chose others (made up)")
        won = WinBid(
            bid=BID,
            won_on=date(2018, 12, 2),
            fund=CDR,
            year="2018-19",
            agreement="again",
            amount_pence=1,
            source="A letter (made up)",
        )
        with pytest.raises(Refusal, match="lost already"):
            office.what_if([lost, won], PLAYER, budgets)


class TestMadeUpTurns:
    """On a fund of their own: an addendum of pence, a reissue, a policy of ten per cent, a variation from July."""

    def budget(self, office: Office, day: date | None = None) -> dict[str, Any]:
        where = {"fund": DEMONSTRATION, "year": "2025-26"}
        found = now(office, "budgets", **where) if day is None else then(office, day, "budgets", **where)
        return found[0]

    def test_an_addendum_of_pence_is_seen_from_the_day_it_was_written_down(self, office: Office) -> None:
        before, after = (self.budget(office, date(2025, 5, day)) for day in (19, 20))
        assert (before["received_pence"], after["received_pence"]) == (234_567_890, 234_567_927)
        assert after["left_pence"] == before["left_pence"] + 37
        assert balanced(after)

    def test_a_grant_ended_after_three_months_is_reissued_for_twelve(self, office: Office) -> None:
        old, new = (now(office, "awards", award=f"DEM-2025-0{number}")[0] for number in (1, 2))
        assert (old["status"], old["starts_on"], old["ends_on"]) == ("closed", "2025-04-01", "2025-06-30")
        assert old["amount_pence"] == old["paid_pence"] == 6_000_000
        assert (new["status"], new["starts_on"], new["ends_on"]) == ("approved", "2025-07-01", "2026-06-30")
        assert new["amount_pence"] == 26_400_000
        (before,) = then(office, date(2025, 6, 29), "awards", award="DEM-2025-01")
        assert (before["status"], before["ends_on"], before["amount_pence"]) == ("approved", "2026-03-31", 24_000_000)
        assert then(office, date(2025, 6, 29), "awards", award="DEM-2025-02") == []

    def test_the_provider_of_both_is_one_under_two_names(self, office: Office) -> None:
        (whole, later) = [row for row in now(office, "providers") if row["provider"].startswith("Advocates")]
        assert (whole["year"], whole["awards"], whole["amount_pence"]) == ("2025-26", 2, 25_800_000)
        assert (later["year"], later["amount_pence"]) == ("2026-27", 6_600_000 + 24_000_000)
        assert whole["also"] == "Advocates and Allies (made up)"
        (award,) = now(office, "awards", award="DEM-2025-02")
        assert award["provider"] == "Advocates and Allies (made up)"

    def test_a_renamed_provider_was_known_by_its_old_name_before(self, office: Office) -> None:
        (now_known,) = now(office, "awards", award="DEM-2025-03")
        (known_then,) = then(office, date(2025, 8, 31), "awards", award="DEM-2025-03")
        assert (known_then["provider"], now_known["provider"]) == ("The Hub (made up)", "The Hub for Victims (made up)")

    def test_the_fund_is_over_allocated_within_ten_per_cent_by_a_decision(self, office: Office) -> None:
        budget = self.budget(office)
        assert budget["committed_pence"] > budget["received_pence"]
        assert 0 < budget["over_pence"] <= budget["allowed_over_pence"] == 23_456_792
        assert budget["left_pence"] == -budget["over_pence"]
        assert budget["tolerance_decision"] == "made-up-001"
        (decision,) = now(office, "decisions", decision="made-up-001")
        assert "10%" in decision["decided"]
        assert decision["awards"] == "DEM-2025-03"

    def test_the_ring_fence_has_a_balance_of_its_own(self, office: Office) -> None:
        (fenced,) = now(office, "ring-fences")
        assert (fenced["fund"], fenced["ring_fence"]) == (DEMONSTRATION, "advisers")
        assert (fenced["received_pence"], fenced["committed_pence"], fenced["left_pence"]) == (
            *(60_000_000, 60_000_000),
            0,
        )
        assert fenced["paid_pence"] == 30_000_000
        with office.reading() as views:
            assert of(ring_fences(views, on=date(2025, 4, 29)))[0]["paid_pence"] == 0

    def test_a_variation_of_october_that_holds_from_july_changes_july_as_now_known(self, office: Office) -> None:
        july = date(2025, 7, 31)
        with office.reading() as views:
            (as_now_known,) = of(budgets(views, on=july), fund=DEMONSTRATION, year="2025-26")
            (before_it_holds,) = of(budgets(views, on=date(2025, 6, 30)), fund=DEMONSTRATION, year="2025-26")
        as_then_known = self.budget(office, july)
        assert as_now_known["committed_pence"] - as_then_known["committed_pence"] == 1_234_567
        assert as_now_known["left_pence"] == as_then_known["left_pence"] - 1_234_567
        assert before_it_holds["committed_pence"] == as_then_known["committed_pence"]
        assert balanced(as_now_known)

    def test_what_was_known_in_july_stays_so_whatever_day_is_asked_for_then(self, office: Office) -> None:
        july = date(2025, 7, 31)
        with office.as_at(end_of(july)) as views:
            (dated,) = of(budgets(views, on=july), fund=DEMONSTRATION, year="2025-26")
        assert dated == self.budget(office, july)
        assert self.budget(office, date(2025, 10, 13))["committed_pence"] == dated["committed_pence"]
        assert self.budget(office, date(2025, 10, 14))["committed_pence"] == dated["committed_pence"] + 1_234_567

    def test_the_variation_is_explained_with_both_of_its_days(self, office: Office) -> None:
        with office.reading() as views:
            (line,) = of(explain(views, DEMONSTRATION, "2025-26", "committed_pence"), change_pence=1_234_567)
        assert (line["recorded_on"], line["effective_on"]) == ("2025-10-14", "2025-07-01")

    def test_the_provider_s_forecast_stands_beside_what_is_committed(self, office: Office) -> None:
        budget = self.budget(office)
        assert (budget["forecast_pence"], budget["variance_pence"]) == (169_500_000, -1_734_567)
        assert self.budget(office, date(2025, 10, 19))["forecast_pence"] is None

    def test_a_condition_that_is_waived_says_who_waived_it(self, office: Office) -> None:
        with office.reading() as views:
            (condition,) = views.rows(ConditionRow, ConditionRow.table.c.award == "DEM-2025-04")
        assert condition.standing == "waived"
        assert condition.evidence is not None
        assert condition.evidence.startswith("The chief finance officer (made up): ")


def test_every_figure_of_every_budget_is_the_sum_of_the_events_that_explain_it(office: Office) -> None:
    with office.reading() as views:
        for budget in of(budgets(views)):
            for field in ("received_pence", "committed_pence", "earmarked_pence", "paid_pence", "left_pence", "awards"):
                lines = of(explain(views, budget["fund"], budget["year"], field))
                change = "change_pence" if field.endswith("_pence") else "change"
                if budget[field] is not None:
                    assert sum(line[change] for line in lines) == budget[field], (budget["fund"], field)


def test_a_budget_holds_by_today_what_it_holds(office: Office) -> None:
    with office.reading() as views:
        assert of(budgets(views, on=views.today)) == of(budgets(views))


def test_the_demonstration_tries_nothing_that_it_records(office: Office) -> None:
    head = office.log.head()
    lost = LoseBid(bid=BID, lost_on=date(2018, 12, 1), reason="The funder chose others (made up)")
    office.what_if([lost], PLAYER, partial(budgets, on=None))
    assert office.log.head() == head
    assert now(office, "bids")[0]["status"] == "submitted"
