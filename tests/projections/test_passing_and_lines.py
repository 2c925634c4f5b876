"""Awards that pass to others, and awards of several lines, as case file, payments and providers show them."""

from datetime import date
from typing import Any

import pytest

from domain.awards.changes import EndAward, UpliftAward
from domain.awards.partner_commands import (
    DescribePool,
    PromiseContribution,
    ReceiveContribution,
    RecordPartnerWithdrawal,
)
from domain.awards.passing import NovateAward, ReissueAward, Successor, TransferAward
from domain.awards.payment_commands import (
    ApprovePayment,
    FreePayment,
    HoldPayment,
    RecordPayment,
    SchedulePayment,
    SetCondition,
    WaiveCondition,
)
from domain.awards.payment_events import ConditionKind
from domain.awards.spend_commands import SetProfile
from domain.errors import Refusal
from domain.funds.commands import SetRingFence
from domain.periods import Frequency
from domain.providers.commands import RegisterProvider
from domain.tables import Table
from projections.answers import ANSWERS
from projections.budgets import BalanceRow
from projections.case_file import case_file
from services.office import Office
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
    paid,
    registered,
    share,
)
from tests.story import EVERYBODY

REMEDI = RegisterProvider(provider="remedi", title="Remedi")
WHY = {"reason": "As agreed."}


def filed(office: Office, award: str = "a1") -> dict[str, Table]:
    """The case file of an award, by table."""
    with office.reading() as views:
        return {table.name: table for table in case_file(views, award)}


def facts(office: Office, award: str = "a1") -> list[tuple[str, str]]:
    """The particulars of an award."""
    return [(str(row["what"]), str(row["said"])) for row in filed(office, award)["facts"].records()]


def asked(office: Office, question: str) -> list[dict[str, Any]]:
    """The rows of an answer."""
    with office.reading() as views:
        return list(ANSWERS[question](views).records())


@pytest.fixture
def novated(office: Office) -> Office:
    """£600 awarded to Embrace, which was paid £100 in June; held by Remedi since August, which was paid £50."""
    do(office, PROVIDER, REMEDI, *fund_with(1_000), *awarded("a1", 600))
    do(office, *paid("a1", "p1", 100_00, date(2017, 6, 30)))
    do(office, *paid("a1", "p2", 50_00, date(2017, 9, 29)))
    do(office, NovateAward(award="a1", provider="remedi", consent="Deed of July", effective_on=date(2017, 8, 1)))
    return office


class TestNovation:
    def test_the_case_file_says_who_held_it_until_when_and_by_what_consent_it_passed(self, novated: Office) -> None:
        said = facts(novated)
        assert ("Provider", "Remedi") in said
        assert ("Held before by", "Embrace, until 31 July 2017") in said
        assert ("Held by the provider", "since 1 August 2017, by novation: Deed of July") in said

    def test_an_award_that_was_never_novated_says_nothing_of_it(self, office: Office) -> None:
        do(office, PROVIDER, *fund_with(1_000), *awarded("a1", 600))
        assert {"Held before by", "Held by the provider"}.isdisjoint(what for what, _said in facts(office))

    def test_what_was_paid_stays_with_whoever_held_it_on_that_day(self, novated: Office) -> None:
        assert [(row["payment"], row["provider"]) for row in asked(novated, "payments")] == [
            ("p1", "Embrace"),
            ("p2", "Remedi"),
        ]
        assert [row["paid_to"] for row in filed(novated)["payments"].records()] == ["Embrace", "Remedi"]

    def test_a_payment_still_to_be_made_is_to_whoever_holds_it_now(self, novated: Office) -> None:
        order = SchedulePayment(
            award="a1", payment="p3", fund=FUND, year=YEAR, amount_pence=5_00, due_on=date(2017, 6, 1)
        )
        do(novated, order)
        assert {row["payment"]: row["provider"] for row in asked(novated, "payments")}["p3"] == "Remedi"

    def test_the_award_counts_under_its_present_holder_and_what_was_paid_under_the_former_and_a_note_says_so(
        self, novated: Office
    ) -> None:
        found = {row["provider"]: row for row in asked(novated, "providers")}
        assert (found["Remedi"]["awards"], found["Remedi"]["amount_pence"], found["Remedi"]["paid_pence"]) == (
            *(1, 600_00),
            50_00,
        )
        assert (found["Embrace"]["awards"], found["Embrace"]["paid_pence"]) == (0, 100_00)
        with novated.reading() as views:
            notes = ANSWERS["providers"](views).notes
        assert any(note.startswith("Embrace held award a1 before Remedi, and was paid £100 of it") for note in notes)

    def test_what_was_known_before_it_was_recorded_is_still_to_be_had(self, novated: Office) -> None:
        novation = novated.log.head()
        with novated.as_at(novation - 1) as views:
            assert dict(map(tuple, map(dict.values, case_file(views, "a1")[0].records())))["Provider"] == "Embrace"

    def test_the_history_calls_providers_by_their_titles(self, novated: Office) -> None:
        history = [str(row["particulars"]) for row in filed(novated)["timeline"].records()]
        assert "provider: Remedi; from: 1 August 2017; consent: Deed of July" in history


class TestTransfer:
    def transferred(self, office: Office) -> None:
        do(office, PROVIDER, *fund_with(1_000), *fund_with(1_000, year="2018-19"))
        do(office, registered("a1", ends_on=date(2019, 3, 31)))
        do(office, approved("a1", share(600), share(300, year="2018-19")))
        do(office, *paid("a1", "p1", 100_00, date(2017, 6, 30)))
        for payment, day in (("p2", date(2017, 6, 30)), ("p3", date(2018, 6, 30))):
            said: dict[str, Any] = {"award": "a1", "payment": payment, "fund": FUND, "year": YEAR}
            do(office, SchedulePayment(**said, amount_pence=50_00, due_on=day))
            do(office, ApprovePayment(award="a1", payment=payment))
        successors = (Successor.of("Mayor 2"), Successor.of("Board 1"))
        do(office, TransferAward(award="a1", scheme="A scheme", effective_on=date(2017, 9, 1), successors=successors))

    def passed(self, office: Office) -> list[tuple[Any, ...]]:
        return [tuple(row.values()) for row in filed(office)["passed"].records()]

    def test_each_successor_s_part_of_each_share_stands_in_the_case_file(self, office: Office) -> None:
        self.transferred(office)
        assert self.passed(office) == [
            ("Mayor", FUND, "2017-18", None, 333_33),
            ("Mayor", FUND, "2018-19", None, 200_00),
            ("Board", FUND, "2017-18", None, 166_67),
            ("Board", FUND, "2018-19", None, 100_00),
        ]
        said = dict(facts(office))
        assert said["Status"] == "transferred"
        assert said["Passed to"] == "Mayor (£533.33 unpaid); Board (£266.67 unpaid), on 1 September 2017, by A scheme"

    def test_a_payment_that_is_not_made_is_passed_on(self, office: Office) -> None:
        self.transferred(office)
        found = {row["payment"]: (row["standing"], row["held_by"]) for row in asked(office, "payments")}
        assert found["p1"] == ("paid", None)
        assert found["p2"] == found["p3"] == ("passed on", "passed to Mayor and Board on 1 September 2017")

    def test_a_payment_of_before_that_is_recorded_later_leaves_so_much_less_to_them(self, office: Office) -> None:
        self.transferred(office)
        said: dict[str, Any] = {"award": "a1", "payment": "p2", "fund": FUND, "year": YEAR, "amount_pence": 50_00}
        do(office, RecordPayment(**said, paid_on=date(2017, 8, 31)))
        assert [row[-1] for row in self.passed(office)] == [300_00, 200_00, 150_00, 100_00]
        assert everything_in(office) == folded_anew(office)

    def test_the_history_tells_it_in_words_and_pounds(self, office: Office) -> None:
        self.transferred(office)
        history = " ".join(str(row["particulars"]) for row in filed(office)["timeline"].records())
        assert "Mayor, £533.33 unpaid (2 parts): £333.33 from moj-victims 2017-18 and £200 from" in history
        assert "share_parts" not in history
        assert "_pence" not in history


@pytest.fixture
def of_two_lines(office: Office) -> Office:
    """£600 out of the labour line and £300 out of the non-labour line of one fund and year."""
    do(office, PROVIDER, *fund_with(1_000))
    for line, pounds in (("labour", 600), ("non-labour", 400)):
        said: dict[str, Any] = {"fund": FUND, "year": YEAR, "ring_fence": line, "title": line, **WHY}
        do(office, SetRingFence(**said, amount_pence=pounds * 100))
    lines = [
        share(pounds).model_copy(update={"ring_fence": line}) for line, pounds in (("labour", 600), ("non-labour", 300))
    ]
    do(office, registered("a1"), approved("a1", *lines))
    return office


class TestTwoLines:
    def test_each_line_has_its_own_balance_and_the_award_counts_once(self, of_two_lines: Office) -> None:
        with of_two_lines.reading() as views:
            found = {row.ring_fence: (row.committed, row.left_pence) for row in views.rows(BalanceRow)}
        assert found == {"": (900_00, 100_00), "labour": (600_00, 0), "non-labour": (300_00, 100_00)}
        (budget,) = asked(of_two_lines, "budgets")
        assert (budget["awards"], budget["not_known"]) == (1, 0)
        (award,) = asked(of_two_lines, "awards")
        assert (award["amount_pence"], award["funds"]) == (900_00, "moj-victims 2017-18")

    def test_each_line_is_uplifted_and_paid_by_itself(self, of_two_lines: Office) -> None:
        of: dict[str, Any] = {"award": "a1", "fund": FUND, "year": YEAR}
        with pytest.raises(Refusal, match=r"Ring-fence labour of .* has £0 left"):
            of_two_lines.do(UpliftAward(**of, variation="v1", by_pence=1, ring_fence="labour", **WHY), EVERYBODY)
        do(of_two_lines, UpliftAward(**of, variation="v1", by_pence=100_00, ring_fence="non-labour", **WHY))
        payment: dict[str, Any] = {**of, "payment": "p1", "amount_pence": 50_00}
        do(of_two_lines, SchedulePayment(**payment, due_on=date(2017, 9, 1), ring_fence="labour"))
        do(of_two_lines, ApprovePayment(award="a1", payment="p1"))
        do(of_two_lines, RecordPayment(**payment, paid_on=date(2017, 9, 1)))
        shares = {row["ring_fence"]: row for row in filed(of_two_lines)["shares"].records()}
        assert (shares["labour"]["amount_pence"], shares["labour"]["paid_pence"]) == (600_00, 50_00)
        assert (shares["non-labour"]["amount_pence"], shares["non-labour"]["paid_pence"]) == (400_00, 0)
        with of_two_lines.reading() as views:
            paid_of = {row.ring_fence: row.paid for row in views.rows(BalanceRow)}
        assert paid_of == {"": 50_00, "labour": 50_00, "non-labour": 0}
        assert [row["fund"] for row in asked(of_two_lines, "payments")] == ["moj-victims 2017-18 in labour"]
        assert everything_in(of_two_lines) == folded_anew(of_two_lines)


class TestThePool:
    def test_the_standing_of_each_part_and_the_day_on_which_one_dropped_out(self, office: Office) -> None:
        do(office, PROVIDER, *fund_with(1_000), *awarded("a1", 600))
        do(office, DescribePool(award="a1", host="Council", whole_pence=800_00))
        for name, promised, received in (("one", 100_00, 100_00), ("two", 100_00, 40_00), ("three", 50_00, 0)):
            of: dict[str, Any] = {"award": "a1", "contribution": name}
            do(office, PromiseContribution(**of, partner=f"Body {name}", amount_pence=promised))
            if received:
                on = date(2017, 9, 1)
                do(office, ReceiveContribution(**of, receipt=f"r-{name}", amount_pence=received, received_on=on))
        assert [row["standing"] for row in filed(office)["contributions"].records()] == [
            "received in full",
            "promised",
            "received in part",
        ]
        assert filed(office)["pool"].notes == ("The parts of the pool come to £850, which is £50 more than the whole.",)
        gone = RecordPartnerWithdrawal(award="a1", contribution="three", what_happens="It goes on", **WHY)
        do(office, gone.model_copy(update={"withdrew_on": date(2017, 9, 15)}))
        table = filed(office)["contributions"]
        three = next(row for row in table.records() if row["partner"] == "Body three")
        assert (three["standing"], three["withdrew_on"]) == ("withdrawn", "2017-09-15")
        assert (table.notes, filed(office)["pool"].notes) == ((), ())

    def test_what_is_received_beyond_the_promise_is_remarked(self, office: Office) -> None:
        do(office, PROVIDER, *fund_with(1_000), *awarded("a1", 600))
        of: dict[str, Any] = {"award": "a1", "contribution": "charity"}
        do(office, PromiseContribution(**of, partner="A charity", match=True, amount_pence=100_00))
        do(office, ReceiveContribution(**of, receipt="r1", amount_pence=120_00, received_on=date(2017, 9, 1)))
        assert filed(office)["contributions"].notes == ("A charity paid £20 more than the £100 it promised.",)


def test_the_day_on_which_a_condition_was_waived_stands_in_the_case_file(office: Office) -> None:
    do(office, PROVIDER, *fund_with(1_000), *awarded("a1", 600))
    do(office, SetCondition(award="a1", condition="c1", kind=ConditionKind.OTHER, title="A letter"))
    waived = WaiveCondition(award="a1", condition="c1", authorised_by="Finance officer", **WHY)
    do(office, waived.model_copy(update={"waived_on": date(2017, 10, 2)}))
    (condition,) = filed(office)["conditions"].records()
    assert (condition["standing"], condition["met_on"]) == ("waived", "2017-10-02")


def test_a_payment_that_was_held_is_not_recorded_as_made_before_it_was_freed(office: Office) -> None:
    do(office, PROVIDER, *fund_with(1_000), *awarded("a1", 600))
    said: dict[str, Any] = {"award": "a1", "payment": "p1", "fund": FUND, "year": YEAR, "amount_pence": 50_00}
    do(office, SchedulePayment(**said, due_on=date(2017, 9, 1)), HoldPayment(award="a1", payment="p1", **WHY))
    do(office, FreePayment(award="a1", payment="p1", **WHY), ApprovePayment(award="a1", payment="p1"))
    with pytest.raises(Refusal, match="held back until it was freed on 16 October 2017"):
        office.do(RecordPayment(**said, paid_on=date(2017, 9, 1)), EVERYBODY)


def test_the_profile_of_two_years_is_summed_by_year_in_the_case_file_as_the_shares_are(office: Office) -> None:
    do(office, PROVIDER, *fund_with(1_000), *fund_with(1_000, year="2018-19"))
    do(office, registered("a1", ends_on=date(2019, 3, 31)), approved("a1", share(600), share(100, year="2018-19")))
    do(office, SetProfile(award="a1", by=Frequency.QUARTERLY))
    do(office, UpliftAward(award="a1", fund=FUND, year=YEAR, variation="v1", by_pence=50_00, **WHY))
    assert filed(office)["profile"].notes == ("Together £750: £650 in 2017-18, £100 in 2018-19.",)


def test_awards_are_not_reissued_in_a_circle(office: Office) -> None:
    do(office, PROVIDER, *fund_with(1_000))
    for award in ("a1", "a2", "a3"):
        do(office, *awarded(award, 100), EndAward(award=award, ended_on=date(2017, 9, 30), **WHY))
    do(office, ReissueAward(award="a1", as_award="a2", **WHY), ReissueAward(award="a2", as_award="a3", **WHY))
    with pytest.raises(Refusal, match="a2 is itself reissued as a3"):
        office.do(ReissueAward(award="a3", as_award="a2", **WHY), EVERYBODY)
    with pytest.raises(Refusal, match="cannot take each other's place"):
        office.do(ReissueAward(award="a3", as_award="a1", **WHY), EVERYBODY)
