"""What may be asked, and what the tables answer."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.awards.changes import ConfirmAwardAmount, ReduceAward, WithdrawAward
from domain.awards.events import Route, Share
from domain.awards.milestone_commands import (
    CompleteMilestone,
    MissMilestone,
    PlanMilestone,
    RescheduleMilestone,
    WaiveMilestone,
)
from domain.errors import Refusal
from domain.funds.commands import (
    HoldEarmark,
    ReceiveAllocation,
    ReleaseEarmark,
    SetTolerance,
    StateTotal,
)
from domain.funds.events import EarmarkKind
from domain.monitoring.commands import DeclareNilReturn, MoveObligation, WaiveObligation
from domain.providers.commands import (
    ChangeProviderStatus,
    IdentifyProvider,
    RecogniseProvider,
    RegisterProvider,
    RenameProvider,
)
from domain.providers.events import Kind, Status
from domain.reports.commands import AcceptReport, CorrectReport, SendBackReport
from domain.tables import Missing
from projections.answers import ANSWERS, awards, due, overdue, providers, reports
from projections.budget_answers import budgets
from projections.explain import explain
from projections.timeline import timeline
from services.office import Office
from tests.conftest import Clock
from tests.scenes import (
    FUND,
    PROVIDER,
    YEAR,
    approved,
    awarded,
    do,
    fund_with,
    paid,
    registered,
    reported,
    reporting,
    share,
)

IN_FUND: dict[str, Any] = {"fund": FUND, "year": YEAR}
IN_SHARE: dict[str, Any] = {"award": "a1", **IN_FUND}


def asked(office: Office, question: str) -> list[dict[str, Any]]:
    """The rows of an answer, as JSON has them."""
    with office.reading() as views:
        return list(ANSWERS[question](views).records())


def the_budget(office: Office) -> dict[str, Any]:
    """The one fund's row."""
    (row,) = asked(office, "budgets")
    return row


def earmark(pounds: int, reference: str = "reserve") -> HoldEarmark:
    """Some money kept aside."""
    return HoldEarmark(
        **IN_FUND, earmark=reference, title="Reserve", kind=EarmarkKind.RESERVE, amount_pence=pounds * 100
    )


@pytest.mark.parametrize("question", ANSWERS)
def test_every_answer_is_a_table_of_that_name_whose_rows_fit_its_columns(office: Office, question: str) -> None:
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300), reporting("a1"))
    do(office, reported("a1", "2017-18-h1", referrals=4))
    with office.reading() as views:
        table = ANSWERS[question](views)
    assert table.name == question
    keys = [column.key for column in table.columns]
    assert len(set(keys)) == len(keys)
    assert {len(row) for row in table.rows} <= {len(keys)}
    for column in table.columns:
        assert (column.kind == "pence") == column.key.endswith("_pence")


# budgets


def test_a_budget_shows_what_was_received_committed_kept_aside_paid_and_is_left(office: Office) -> None:
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300), *awarded("a2", 200), earmark(150))
    do(office, *paid("a1", "p1", 75_00, date(2017, 10, 1)))
    do(office, ReleaseEarmark(**IN_FUND, earmark="reserve", amount_pence=50_00, reason="Not needed"))
    row = the_budget(office)
    assert (row["fund"], row["year"]) == ("moj-victims", "2017-18")
    assert (row["received_pence"], row["committed_pence"], row["earmarked_pence"]) == (1_000_00, 500_00, 100_00)
    assert (row["paid_pence"], row["left_pence"], row["over_pence"], row["awards"]) == (75_00, 400_00, 0, 2)


def test_an_amount_that_is_not_known_is_in_no_sum_and_its_inferred_value_stands_beside(office: Office) -> None:
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300), registered("a2"))
    do(office, approved("a2", share(None, inferred=100)))
    row = the_budget(office)
    assert (row["committed_pence"], row["left_pence"]) == (300_00, 700_00)
    assert (row["awards"], row["not_known"], row["inferred_pence"]) == (2, 1, 100_00)
    do(office, ConfirmAwardAmount(award="a2", **IN_FUND, amount_pence=120_00, source="Ledger"))
    row = the_budget(office)
    assert (row["committed_pence"], row["not_known"], row["inferred_pence"]) == (420_00, 0, 0)


def test_an_award_never_known_in_amount_that_is_withdrawn_leaves_nothing_behind(office: Office) -> None:
    do(office, *fund_with(1_000), PROVIDER, registered())
    do(office, approved("a1", share(None, inferred=100)), WithdrawAward(award="a1", reason="The provider ceased"))
    row = the_budget(office)
    assert (row["committed_pence"], row["not_known"], row["inferred_pence"], row["left_pence"]) == (0, 0, 0, 1_000_00)
    (award,) = asked(office, "awards")
    assert (award["amount_pence"], award["inferred_pence"], award["status"]) == (0, None, "withdrawn")


def test_what_is_left_of_a_fund_is_not_known_when_an_allocation_is_not(office: Office) -> None:
    do(office, *fund_with(None), PROVIDER, *awarded("a1", 300))
    with office.reading() as views:
        table = budgets(views)
    cells = dict(zip([column.key for column in table.columns], table.rows[0], strict=True))
    for key in ("received_pence", "left_pence"):
        assert (cells[key].value, cells[key].missing) == (None, Missing.NOT_KNOWN)
    assert cells["committed_pence"].value == 300_00
    assert cells["over_pence"].value == 0


def test_a_fund_without_an_allocation_has_received_something_not_known_and_not_nought(office: Office) -> None:
    do(office, fund_with(0)[0])
    row = the_budget(office)
    assert row["received_pence"] is None
    assert row["left_pence"] is None


def test_several_allocations_are_added_and_one_that_is_not_known_makes_the_sum_unknown(office: Office) -> None:
    more: dict[str, Any] = {**IN_FUND, "source": "Letter", "exact": False}
    do(office, *fund_with(1_000), ReceiveAllocation(**more, agreement="l2", amount_pence=500_00, printed="£0.5k"))
    row = the_budget(office)
    assert (row["received_pence"], row["received_as_printed"]) == (1_500_00, "£0.5k")
    do(office, ReceiveAllocation(**more, agreement="l3", amount_pence=None, printed="some more"))
    row = the_budget(office)
    assert (row["received_pence"], row["received_as_printed"]) == (None, "£0.5k and some more")


@pytest.mark.parametrize(("limit", "allowed"), [({"per_cent": "12.5"}, 125_00), ({"amount_pence": 99_00}, 99_00)])
def test_a_fund_over_committed_within_a_tolerance_shows_by_how_much_and_by_whose_leave(
    office: Office, limit: dict[str, Any], allowed: int
) -> None:
    tolerance = {**IN_FUND, **limit, "authorised_by": "Chief finance officer", "decision": "D12", "reason": "Winter"}
    do(office, *fund_with(1_000), PROVIDER, SetTolerance.model_validate(tolerance), *awarded("a1", 1_050))
    row = the_budget(office)
    assert (row["left_pence"], row["over_pence"], row["allowed_over_pence"]) == (-50_00, 50_00, allowed)
    assert row["tolerance_decision"] == "D12"


def test_a_papers_own_total_stands_beside_the_computed_one_with_the_difference(office: Office) -> None:
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300), earmark(15))
    assert the_budget(office)["difference_pence"] is None
    do(office, StateTotal(**IN_FUND, source="Decision summary", total_pence=325_00))
    row = the_budget(office)
    assert (row["stated_total_pence"], row["computed_total_pence"]) == (325_00, 315_00)
    assert row["difference_pence"] == 10_00


def test_a_figure_that_is_not_known_is_explained_as_such(office: Office) -> None:
    do(office, *fund_with(1_000), ReceiveAllocation(**IN_FUND, agreement="l2", amount_pence=None, source="Letter"))
    with office.reading() as views:
        assert "not known" in " ".join(explain(views, FUND, YEAR, "left_pence").notes)
        assert explain(views, FUND, YEAR, "committed_pence").notes == ()


def test_an_allocation_holds_from_the_day_it_was_received_though_it_is_written_down_later(office: Office) -> None:
    do(office, fund_with(0)[0])
    said: dict[str, Any] = {**IN_FUND, "source": "Letter", "received_on": date(2017, 5, 1)}
    do(office, ReceiveAllocation(**said, agreement="l1", amount_pence=500_00))
    with office.reading() as views:
        held = [next(budgets(views, date(2017, month, day)).records()) for month, day in ((4, 30), (5, 1))]
    assert [row["received_pence"] for row in held] == [None, 500_00]


def test_a_value_that_was_worked_out_stands_beside_an_amount_only_while_that_is_not_known(office: Office) -> None:
    do(office, *fund_with(1_000), PROVIDER, registered(), approved("a1", share(300, inferred=200)))
    assert the_budget(office)["inferred_pence"] == 0
    assert asked(office, "awards")[0]["inferred_pence"] is None


# awards and providers


def test_an_award_shows_its_whole_amount_over_all_its_funds(office: Office) -> None:
    do(office, *fund_with(1_000), *fund_with(50, "cdrg"), PROVIDER, registered())
    assert asked(office, "awards")[0]["amount_pence"] is None
    printed = Share(fund="cdrg", year=YEAR, amount_pence=22_50, printed="£22.50 from OPCC")
    do(office, approved("a1", share(300), printed))
    (row,) = asked(office, "awards")
    assert (row["amount_pence"], row["as_printed"]) == (322_50, "£22.50 from OPCC")
    assert row["funds"] == "cdrg 2017-18; moj-victims 2017-18"
    assert (row["provider"], row["service"], row["route"]) == ("Embrace", "Service a1", "grant")
    do(office, ReduceAward(**IN_SHARE, variation="v1", by_pence=100_00, reason="Fewer sessions"))
    assert asked(office, "awards")[0]["amount_pence"] == 222_50


def test_an_award_with_one_share_that_is_not_known_is_not_known_as_a_whole(office: Office) -> None:
    do(office, *fund_with(1_000), *fund_with(50, "cdrg"), PROVIDER, registered())
    do(office, approved("a1", share(300), share(None, "cdrg", inferred=10)))
    with office.reading() as views:
        table = awards(views)
    cells = dict(zip([column.key for column in table.columns], table.rows[0], strict=True))
    assert cells["amount_pence"].missing is Missing.NOT_KNOWN
    assert cells["inferred_pence"].value == 10_00


def test_a_single_tender_shows_its_ground(office: Office) -> None:
    do(office, PROVIDER, registered("a1", route=Route.SINGLE_TENDER, ground="Continuity of supply"), registered("a2"))
    assert [row["ground"] for row in asked(office, "awards")] == ["Continuity of supply", None]


def test_a_withdrawn_award_is_worth_what_was_paid(office: Office) -> None:
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300))
    do(office, *paid("a1", "p1", 75_00, date(2017, 10, 1)))
    do(office, WithdrawAward(award="a1", reason="The provider ceased"))
    (row,) = asked(office, "awards")
    assert (row["amount_pence"], row["paid_pence"], row["status"]) == (75_00, 75_00, "withdrawn")
    assert the_budget(office)["left_pence"] == 925_00


def test_a_provider_shows_what_it_was_awarded_in_each_year_by_every_fund_and_route(office: Office) -> None:
    do(office, *fund_with(1_000), *fund_with(500, "cdrg"), *fund_with(100, FUND, "2018-19"), PROVIDER)
    do(office, RegisterProvider(provider="remedi", title="Remedi", kind=Kind.JOINT))
    do(office, *awarded("a1", 15), registered("a2", route=Route.CONTRACT), approved("a2", share(7, "cdrg")))
    do(office, registered("a3"), approved("a3", share(9, FUND, "2018-19")))
    rows = asked(office, "providers")
    assert [(row["provider"], row["year"], row["awards"], row["amount_pence"]) for row in rows] == [
        ("Embrace", "2017-18", 2, 22_00),
        ("Embrace", "2018-19", 1, 9_00),
        ("Remedi", None, 0, 0),
    ]
    assert (rows[0]["funds"], rows[0]["routes"]) == ("cdrg 2017-18; moj-victims 2017-18", "contract; grant")


def test_a_providers_known_awards_are_added_and_the_others_are_counted(office: Office) -> None:
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 15), registered("a2"), approved("a2", share(None)))
    (row,) = asked(office, "providers")
    assert (row["amount_pence"], row["not_known"]) == (15_00, 1)


def test_a_provider_of_nothing_but_unknown_amounts_was_awarded_something_not_known(office: Office) -> None:
    do(office, *fund_with(1_000), PROVIDER, registered("a2"), approved("a2", share(None)))
    with office.reading() as views:
        table = providers(views)
    cells = dict(zip([column.key for column in table.columns], table.rows[0], strict=True))
    assert cells["amount_pence"].missing is Missing.NOT_KNOWN


def test_a_providers_numbers_and_status_are_the_latest(office: Office) -> None:
    do(office, PROVIDER, IdentifyProvider(provider="embrace", charity_number="1234567"))
    do(office, ChangeProviderStatus(provider="embrace", status=Status.SUSPENDED, reason="Accounts are late"))
    (row,) = asked(office, "providers")
    assert (row["charity_number"], row["company_number"], row["status"]) == ("1234567", None, "suspended")


# what is due

MILESTONE: dict[str, Any] = {"award": "a1", "milestone": "m1"}


def planned(office: Office, due_on: date) -> None:
    """An award with one milestone."""
    do(office, PROVIDER, registered(), PlanMilestone(**MILESTONE, title="Launch", due_on=due_on))


def test_what_is_due_today_is_due_and_what_was_due_yesterday_is_overdue(office: Office, clock: Clock) -> None:
    planned(office, clock.now.date())
    assert [row["days"] for row in asked(office, "due")] == [0]
    assert asked(office, "overdue") == []
    clock.forward(days=1)
    assert asked(office, "due") == []
    assert [(row["days"], row["title"], row["standing"]) for row in asked(office, "overdue")] == [(1, "Launch", "owed")]


def test_a_day_begins_and_ends_in_london(office: Office, clock: Clock) -> None:
    planned(office, date(2017, 6, 30))
    clock.now = datetime(2017, 6, 30, 22, 59, tzinfo=UTC)
    assert len(asked(office, "due")) == 1
    clock.now = datetime(2017, 6, 30, 23, 0, tzinfo=UTC)  # midnight in summer time
    assert len(asked(office, "overdue")) == 1


def test_a_milestone_that_is_met_or_waived_is_due_no_more(office: Office) -> None:
    planned(office, date(2017, 10, 1))
    do(office, PlanMilestone(award="a1", milestone="m2", title="Second", due_on=date(2017, 10, 1)))
    do(office, CompleteMilestone(**MILESTONE, completed_on=date(2017, 10, 2), evidence="Minutes"))
    do(office, WaiveMilestone(award="a1", milestone="m2", reason="No longer needed"))
    assert asked(office, "due") == asked(office, "overdue") == []


def test_a_missed_milestone_is_still_asked_for_until_it_is_moved(office: Office) -> None:
    planned(office, date(2017, 10, 1))
    do(office, MissMilestone(**MILESTONE, reason="Staff left"))
    (row,) = asked(office, "overdue")
    assert (row["standing"], row["reason"], row["days"]) == ("missed", "Staff left", 15)
    do(office, RescheduleMilestone(**MILESTONE, due_on=date(2017, 11, 1), reason="New staff"))
    (row,) = asked(office, "due")
    assert (row["standing"], row["reason"], row["first_due_on"]) == ("owed", "New staff", "2017-10-01")


def test_obligations_are_due_until_met_moved_waived_or_answered_with_nothing(office: Office) -> None:
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300), reporting("a1", "quarterly"))

    def outstanding() -> list[tuple[str, str]]:
        return [(row["period"], row["due_on"]) for row in (*asked(office, "overdue"), *asked(office, "due"))]

    owed: dict[str, Any] = {"award": "a1", "schedule": "outcome-report"}
    assert outstanding() == [
        ("2017-18-q1", "2017-07-31"),
        ("2017-18-q2", "2017-10-31"),
        ("2017-18-q3", "2018-01-31"),
        ("2017-18-q4", "2018-04-30"),
    ]
    do(office, MoveObligation(**owed, period="2017-18-q1", due_on=date(2017, 11, 5), reason="Late year end"))
    do(office, reported("a1", "2017-18-q2", referrals=4))
    do(office, WaiveObligation(**owed, period="2017-18-q3", reason="Closed for winter"))
    do(office, DeclareNilReturn(**owed, period="2017-18-q4", declared_on=date(2017, 10, 2), reason="No referrals"))
    assert outstanding() == [("2017-18-q1", "2017-11-05")]


def test_a_report_that_was_sent_back_is_owed_again_until_it_is_put_right(office: Office) -> None:
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300), reporting("a1"))
    do(office, reported("a1", "2017-18-h1", referrals=4))
    assert [row["period"] for row in asked(office, "due")] == ["2017-18-h2"]
    back: dict[str, Any] = {"award": "a1", "period": "2017-18-h1"}
    do(office, SendBackReport(**back, reasons=("A month is missing",), correct_by=date(2017, 10, 20)))
    (row, _) = asked(office, "due")
    assert (row["kind"], row["period"], row["due_on"]) == ("report", "2017-18-h1", "2017-10-20")
    do(office, CorrectReport(**reported("a1", "2017-18-h1", referrals=5).model_dump(), reason="The month is in"))
    assert [row["period"] for row in asked(office, "due")] == ["2017-18-h2"]


def test_nothing_is_asked_of_an_award_that_was_withdrawn(office: Office, clock: Clock) -> None:
    planned(office, date(2017, 10, 1))
    do(office, WithdrawAward(award="a1", reason="The provider ceased"))
    clock.forward(days=60)
    with office.reading() as views:
        assert due(views).rows == overdue(views).rows == ()


# reports and the timeline


def test_a_report_shows_where_it_stands_and_whether_it_was_made_up(office: Office) -> None:
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300))
    do(office, reported("a1", "2017-18-h1", made_up=True, referrals=4, spend=5, cope=(1, 2, 3)))
    (row,) = asked(office, "reports")
    assert (row["status"], row["versions"], row["figures"], row["outcomes"]) == ("submitted", 1, 2, 1)
    assert row["made_up"] is True
    do(office, CorrectReport(**reported("a1", "2017-18-h1", referrals=5).model_dump(), reason="Counted anew"))
    do(office, AcceptReport(award="a1", period="2017-18-h1"))
    with office.reading() as views:
        (row,) = reports(views).records()
    assert (row["status"], row["versions"], row["made_up"], row["reasons"]) == ("accepted", 2, False, "Counted anew")


def test_the_timeline_tells_the_latest_first_and_a_things_own_from_its_beginning(office: Office) -> None:
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300))
    rows = asked(office, "timeline")
    assert [row["position"] for row in rows] == list(range(office.log.head(), 0, -1))
    assert rows[0]["happened"] == "Funds committed"
    assert "amount: £300" in rows[0]["particulars"]
    with office.reading() as views:
        own = list(timeline(views, "award-a1").records())
        assert len(timeline(views, limit=2).rows) == 2
        assert timeline(views, "award-unheard-of").rows == ()
    assert [(row["version"], row["by"]) for row in own] == [(1, "tester"), (2, "tester")]


def test_a_name_that_holds_from_an_earlier_day_is_a_former_one_though_it_is_recorded_later(office: Office) -> None:
    do(office, PROVIDER)
    for title, since in (("Embrace for Children", date(2017, 9, 1)), ("Embrace Trust", date(2016, 4, 1))):
        do(office, RenameProvider(provider="embrace", title=title, since=since, reason="Its own decision"))
    with office.reading() as views:
        (row,) = providers(views).records()
    assert (row["provider"], row["also"]) == ("Embrace for Children", "Embrace; Embrace Trust")


def test_an_entry_that_is_the_same_as_one_that_ceased_takes_no_award(office: Office) -> None:
    do(office, *fund_with(100), PROVIDER, RegisterProvider(provider="old", title="Embrace (old entry)"))
    do(
        office,
        RecogniseProvider(provider="old", same_as="embrace", reason="One charity"),
        registered("a1", provider="old"),
    )
    do(office, ChangeProviderStatus(provider="embrace", status=Status.CEASED, reason="It closed"))
    for order in (approved("a1", share(10)), registered("a2", provider="old")):
        with pytest.raises(Refusal, match="old is the same organisation as embrace, which is ceased"):
            do(office, order)
