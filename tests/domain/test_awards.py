"""What may be recorded about an award, its payments and its milestones, and what is refused."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as some
from pydantic import ValidationError

from domain.awards.award import Award, AwardStatus
from domain.awards.change_events import AwardAmountConfirmed, AwardReduced, AwardWithdrawn
from domain.awards.changes import ConfirmAwardAmount, ReduceAward, WithdrawAward
from domain.awards.commands import ApproveAward, AwardCommand, ConfirmAward, RegisterAward
from domain.awards.events import (
    AwardApproved,
    AwardRegistered,
    MilestoneCompleted,
    MilestoneMissed,
    MilestonePlanned,
    MilestoneRescheduled,
    MilestoneWaived,
    MonitoringScheduled,
    Route,
    Share,
)
from domain.awards.milestone_commands import (
    MOST_OWED,
    CompleteMilestone,
    MissMilestone,
    PlanMilestone,
    RescheduleMilestone,
    ScheduleMonitoring,
    WaiveMilestone,
)
from domain.awards.payment_commands import RecordPayment
from domain.awards.payment_events import PaymentMade
from domain.errors import NotFound, Refusal
from domain.funds.consequences import CommitFunds, ConfirmCommitment, PayFunds, ReleaseFunds
from domain.kernel import Event, Role
from domain.monitoring.commands import OweObligation
from domain.monitoring.schedule import DueRule
from domain.periods import Frequency, Period
from domain.providers.commands import ConfirmProvider
from tests.domain.properties import modest, periods
from tests.story import given

HUB = "2017-18-vwh-1"
VICTIMS: dict[str, Any] = {"fund": "moj-victims", "year": "2017-18"}
GRANTS: dict[str, Any] = {"fund": "cdr-grants", "year": "2017-18"}

REGISTERED = AwardRegistered(
    service="Victim and Witness Hub - initial referral provision",
    route=Route.GRANT,
    ground=None,
    provider="cambs-constabulary",
    starts_on=date(2017, 4, 1),
    ends_on=date(2018, 3, 31),
    decision=None,
    remarks=(),
)
UNDATED = REGISTERED.model_copy(update={"starts_on": None, "ends_on": None})
SHARE = Share(**VICTIMS, amount_pence=446_000_00)
UNKNOWN = Share(**GRANTS, amount_pence=None, inferred_pence=10_000_00)
APPROVED = AwardApproved(shares=(SHARE,), decision="2017-03")
APPROVED_UNKNOWN = AwardApproved(shares=(UNKNOWN,), decision=None)
WITHDRAWN = AwardWithdrawn(reason="The service closed.")
PAID = PaymentMade(payment="p-1", **VICTIMS, amount_pence=111_500_00, paid_on=date(2017, 7, 3))

REGISTER = RegisterAward(
    award=HUB,
    service="Victim and Witness Hub - initial referral provision",
    route=Route.GRANT,
    provider="cambs-constabulary",
    starts_on=date(2017, 4, 1),
    ends_on=date(2018, 3, 31),
)
APPROVE = ApproveAward(award=HUB, shares=(SHARE,), decision="2017-03")
WITHDRAW = WithdrawAward(award=HUB, reason="The service closed.")
PAY = RecordPayment(award=HUB, payment="p-1", **VICTIMS, amount_pence=111_500_00, paid_on=date(2017, 7, 3))


class TestRegistering:
    def test_an_award_is_written_down_before_any_money_is_taken(self) -> None:
        given().when(REGISTER).then(REGISTERED)
        assert Award().after([REGISTERED]).amount_pence is None
        assert Award().after([REGISTERED]).status is AwardStatus.REGISTERED

    def test_the_provider_must_be_known_and_active(self) -> None:
        assert given().when(REGISTER).orders() == [ConfirmProvider(provider="cambs-constabulary")]

    def test_an_award_may_have_no_provider_yet(self) -> None:
        story = given().when(REGISTER.model_copy(update={"provider": None}))
        assert story.orders() == []
        story.then(REGISTERED.model_copy(update={"provider": None}))

    def test_registering_it_twice_records_it_once(self) -> None:
        story = given(REGISTERED, APPROVED).when(REGISTER)
        story.then_nothing()
        assert story.orders() == []

    @pytest.mark.parametrize(
        "change", [{"service": "Another"}, {"provider": "embrace"}, {"ends_on": None}, {"route": Route.CONTRACT}]
    )
    def test_a_reference_is_never_used_for_another_award(self, change: dict[str, Any]) -> None:
        given(REGISTERED).when(REGISTER.model_copy(update=change)).then_refused(
            f"There is already an award {HUB}, recorded differently. Choose another reference", Refusal
        )

    def test_a_single_tender_needs_its_ground(self) -> None:
        with pytest.raises(ValidationError, match="a single tender needs its ground"):
            RegisterAward(award="a-1", service="Home security", route=Route.SINGLE_TENDER)
        given().when(
            RegisterAward(
                award="a-1", service="Home security", route=Route.SINGLE_TENDER, ground="Continuity of supply"
            )
        ).then(
            AwardRegistered(
                service="Home security",
                route=Route.SINGLE_TENDER,
                ground="Continuity of supply",
                provider=None,
                starts_on=None,
                ends_on=None,
                decision=None,
                remarks=(),
            )
        )

    def test_an_award_must_not_end_before_it_starts(self) -> None:
        with pytest.raises(ValidationError, match="an award must not end before it starts"):
            RegisterAward(
                award="a-1",
                service="Counselling",
                route=Route.GRANT,
                starts_on=date(2017, 7, 1),
                ends_on=date(2017, 6, 30),
            )

    def test_an_award_may_last_a_single_day(self) -> None:
        day = date(2017, 7, 1)
        order = RegisterAward(award="a-1", service="A day of training", route=Route.GRANT, starts_on=day, ends_on=day)
        assert given().when(order).decided()

    def test_a_route_that_there_is_not_is_refused(self) -> None:
        with pytest.raises(ValidationError, match="'grant', 'contract', 'single-tender', 'pooled-share', 'internal'"):
            RegisterAward.model_validate({"award": "a-1", "service": "Counselling", "route": "gift"})

    @pytest.mark.parametrize("field", ["starts_on", "ends_on"])
    def test_an_award_starts_and_ends_on_days_that_an_office_could_mean(self, field: str) -> None:
        award = {"award": "a-1", "service": "Counselling", "route": "grant"}
        for day, message in ((date(1989, 12, 31), "greater than or equal"), (date(2101, 1, 1), "less than or equal")):
            with pytest.raises(ValidationError, match=message):
                RegisterAward.model_validate(award | {field: day})

    def test_nothing_else_can_be_ordered_about_an_award_that_is_not_registered(self) -> None:
        plan = PlanMilestone(award=HUB, milestone="m", title="T", due_on=date(2017, 9, 29))
        for command in (APPROVE, WITHDRAW, PAY, plan):
            given().when(command).then_refused(HUB, NotFound)


class TestApproving:
    def test_an_award_is_approved_with_its_shares(self) -> None:
        given(REGISTERED).when(APPROVE).then(APPROVED)
        approved = Award().after([REGISTERED, APPROVED])
        assert (approved.status, approved.amount_pence) == (AwardStatus.APPROVED, 446_000_00)

    def test_its_provider_is_confirmed_again_and_its_shares_are_taken_from_the_funds_in_the_same_breath(self) -> None:
        order = ApproveAward(award=HUB, shares=(SHARE, UNKNOWN))
        assert given(REGISTERED).when(order).orders() == [
            ConfirmProvider(provider="cambs-constabulary"),
            CommitFunds(**VICTIMS, award=HUB, amount_pence=446_000_00),
            CommitFunds(**GRANTS, award=HUB, amount_pence=None, inferred_pence=10_000_00),
        ]

    def test_an_award_without_a_provider_is_approved_with_nobody_to_confirm(self) -> None:
        nobody = REGISTERED.model_copy(update={"provider": None})
        assert given(nobody).when(APPROVE).orders() == [CommitFunds(**VICTIMS, award=HUB, amount_pence=446_000_00)]

    def test_approving_it_twice_records_it_once_and_takes_no_money_twice(self) -> None:
        story = given(REGISTERED, APPROVED).when(APPROVE)
        story.then_nothing()
        assert story.orders() == []

    def test_approving_it_again_as_it_was_changes_nothing_after_it_was_reduced(self) -> None:
        reduced = AwardReduced(**VICTIMS, by_pence=100, reason="Fewer hours.")
        given(REGISTERED, APPROVED, reduced).when(APPROVE).then_nothing()

    def test_an_approved_award_is_not_approved_for_other_amounts(self) -> None:
        other = ApproveAward(award=HUB, shares=(SHARE.model_copy(update={"amount_pence": 1}),))
        story = given(REGISTERED, APPROVED).when(other)
        story.then_refused(f"Award {HUB} is approved already, for other amounts. Record the change as itself", Refusal)
        assert story.orders() == []

    def test_a_withdrawn_award_is_not_approved_again(self) -> None:
        for before in ((REGISTERED, WITHDRAWN), (REGISTERED, APPROVED, WITHDRAWN)):
            story = given(*before).when(APPROVE)
            story.then_refused(f"Award {HUB} was withdrawn: register a new one", Refusal)
            assert story.orders() == []

    def test_an_award_needs_at_least_one_share(self) -> None:
        with pytest.raises(ValidationError, match="at least 1 item"):
            ApproveAward(award=HUB, shares=())

    def test_each_fund_and_year_is_named_once(self) -> None:
        with pytest.raises(ValidationError, match="each fund and year may be named once: add its amounts together"):
            ApproveAward(award=HUB, shares=(SHARE, SHARE.model_copy(update={"amount_pence": 1})))

    def test_the_same_fund_may_pay_in_two_years(self) -> None:
        two_years = (
            Share(fund="serious-violence", year="2023-24", amount_pence=38_405_57),
            Share(fund="serious-violence", year="2024-25", amount_pence=51_207_43),
        )
        approved = AwardApproved(shares=two_years, decision=None)
        given(REGISTERED).when(ApproveAward(award=HUB, shares=two_years)).then(approved)
        assert Award().after([REGISTERED, approved]).amount_pence == 89_613_00

    def test_an_award_with_a_share_that_is_not_known_is_not_known_as_a_whole(self) -> None:
        both = AwardApproved(shares=(SHARE, UNKNOWN), decision=None)
        assert Award().after([REGISTERED, both]).amount_pence is None


class TestSharesWrittenShort:
    @pytest.mark.parametrize(
        ("words", "share"),
        [
            ("moj-victims 2017-18 £446,000", SHARE),
            ("moj-victims   2017-18 446000", SHARE),
            ("cdr-grants 2017-18 not known", Share(**GRANTS, amount_pence=None)),
            ("cdr-grants 2017-18 Not Known", Share(**GRANTS, amount_pence=None)),
        ],
    )
    def test_a_share_may_be_written_as_its_fund_its_year_and_its_amount(self, words: str, share: Share) -> None:
        assert Share.of(words) == share

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            ("", "write a share like: moj-victims 2017-18 £446,000"),
            ("moj-victims 2017-18", "write a share like: moj-victims 2017-18 £446,000"),
            ("moj-victims 2017-18 lots", "must be a number of pounds"),
            ("moj-victims 2017-18 -5", "must not be less than nought"),
            ("moj-victims 2017 £5", "That is not a financial year"),
            ("moj/victims 2017-18 £5", "should match pattern"),
        ],
    )
    def test_what_is_no_share_is_refused_with_the_cure(self, words: str, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            Share.of(words)

    @pytest.mark.parametrize(
        ("share", "words"),
        [
            (SHARE, "£446,000 from moj-victims 2017-18"),
            (UNKNOWN, "not known from cdr-grants 2017-18 (inferred: £10,000)"),
            (
                Share(**VICTIMS, amount_pence=213_000_00, printed="£213,000 from OPCC"),
                "£213,000 from moj-victims 2017-18 (printed: £213,000 from OPCC)",
            ),
        ],
    )
    def test_a_share_is_written_as_people_read_it(self, share: Share, words: str) -> None:
        assert share.words == words


class TestConfirmingAnAmount:
    order = ConfirmAwardAmount(award=HUB, **GRANTS, amount_pence=10_000_00, source="Letter of 2 June 2017.")
    confirmed = AwardAmountConfirmed(**GRANTS, amount_pence=10_000_00, source="Letter of 2 June 2017.")

    def test_an_amount_that_becomes_known_is_recorded_with_its_source(self) -> None:
        story = given(REGISTERED, APPROVED_UNKNOWN).when(self.order)
        story.then(self.confirmed)
        assert story.orders() == [ConfirmCommitment(**GRANTS, award=HUB, amount_pence=10_000_00)]

    def test_it_takes_the_place_of_the_inferred_amount(self) -> None:
        known = Award().after([REGISTERED, APPROVED_UNKNOWN, self.confirmed])
        assert known.shares == (Share(**GRANTS, amount_pence=10_000_00),)
        assert known.amount_pence == 10_000_00

    def test_confirming_it_twice_records_it_once(self) -> None:
        story = given(REGISTERED, APPROVED_UNKNOWN, self.confirmed).when(self.order)
        story.then_nothing()
        assert story.orders() == []

    def test_an_amount_that_is_known_is_not_confirmed_as_another(self) -> None:
        story = given(REGISTERED, APPROVED_UNKNOWN, self.confirmed)
        story.when(self.order.model_copy(update={"amount_pence": 12_000_00})).then_refused(
            r"The amount is known already: £10,000\. Record a change as itself", Refusal
        )
        assert story.orders() == []

    def test_a_fund_that_puts_nothing_in_has_no_amount_to_confirm(self) -> None:
        given(REGISTERED, APPROVED).when(self.order).then_refused("no share of cdr-grants 2017-18", NotFound)

    def test_only_the_amount_of_an_approved_award_is_confirmed(self) -> None:
        given(REGISTERED).when(self.order).then_refused(f"Award {HUB} is registered, not approved", Refusal)
        given(REGISTERED, APPROVED_UNKNOWN, WITHDRAWN).when(self.order).then_refused("is withdrawn, not", Refusal)


class TestReducing:
    order = ReduceAward(award=HUB, variation="v-1", **VICTIMS, by_pence=46_000_00, reason="Fewer hours.")
    reduced = AwardReduced(
        variation="v-1", **VICTIMS, by_pence=46_000_00, reason="Fewer hours.", effective_on=date(2017, 10, 16)
    )

    def test_what_an_award_is_reduced_by_goes_back_to_its_fund(self) -> None:
        story = given(REGISTERED, APPROVED).when(self.order)
        story.then(self.reduced)
        assert story.orders() == [ReleaseFunds(**VICTIMS, award=HUB, amount_pence=46_000_00, reason="Fewer hours.")]

    def test_a_reduced_award_is_smaller_and_keeps_what_it_was_first_approved_for(self) -> None:
        smaller = Award().after([REGISTERED, APPROVED, self.reduced])
        assert smaller.amount_pence == 400_000_00
        assert smaller.first_shares == (SHARE,)

    def test_an_amount_that_is_not_known_cannot_be_reduced(self) -> None:
        given(REGISTERED, APPROVED_UNKNOWN).when(self.order.model_copy(update=GRANTS)).then_refused(
            r"The amount is not known: confirm it before it is varied \(confirm-award-amount\)", Refusal
        )

    def test_only_an_approved_award_is_reduced(self) -> None:
        given(REGISTERED).when(self.order).then_refused("is registered, not approved", Refusal)
        given(REGISTERED, APPROVED, WITHDRAWN).when(self.order).then_refused("is withdrawn, not approved", Refusal)

    def test_a_fund_that_puts_nothing_in_has_nothing_to_reduce(self) -> None:
        given(REGISTERED, APPROVED).when(self.order.model_copy(update=GRANTS)).then_refused("no share of", NotFound)

    def test_nothing_is_no_reduction(self) -> None:
        with pytest.raises(ValidationError, match="greater than 0"):
            ReduceAward(award=HUB, variation="v-1", **VICTIMS, by_pence=0, reason="Fewer hours.")


class TestWithdrawing:
    def test_what_was_not_yet_paid_goes_back_to_the_funds(self) -> None:
        both = AwardApproved(shares=(SHARE, UNKNOWN), decision=None)
        story = given(REGISTERED, both, PAID).when(WITHDRAW)
        story.then(WITHDRAWN)
        assert story.orders() == [
            ReleaseFunds(**VICTIMS, award=HUB, amount_pence=334_500_00, reason="The service closed."),
            ReleaseFunds(**GRANTS, award=HUB, amount_pence=None, reason="The service closed."),
        ]

    def test_a_withdrawn_award_amounts_to_what_was_paid(self) -> None:
        both = AwardApproved(shares=(SHARE, UNKNOWN), decision=None)
        withdrawn = Award().after([REGISTERED, both, PAID, WITHDRAWN])
        assert [share.amount_pence for share in withdrawn.shares] == [111_500_00, 0]
        assert withdrawn.status is AwardStatus.WITHDRAWN

    def test_an_award_that_was_paid_in_full_gives_nothing_back(self) -> None:
        in_full = PAID.model_copy(update={"amount_pence": 446_000_00})
        story = given(REGISTERED, APPROVED, in_full).when(WITHDRAW)
        story.then(WITHDRAWN)
        assert story.orders() == []

    def test_an_award_that_was_not_approved_has_nothing_to_give_back(self) -> None:
        story = given(REGISTERED).when(WITHDRAW)
        story.then(WITHDRAWN)
        assert story.orders() == []

    def test_withdrawing_it_twice_records_it_once(self) -> None:
        story = given(REGISTERED, APPROVED, WITHDRAWN).when(WITHDRAW)
        story.then_nothing()
        assert story.orders() == []


class TestPaying:
    def test_a_payment_is_recorded_and_taken_from_the_share_of_the_fund(self) -> None:
        story = given(REGISTERED, APPROVED).when(PAY)
        story.then(PAID)
        assert story.orders() == [
            PayFunds(**VICTIMS, award=HUB, payment="p-1", amount_pence=111_500_00, paid_on=date(2017, 7, 3))
        ]

    def test_a_payment_may_be_made_today(self) -> None:
        assert given(REGISTERED, APPROVED).when(PAY.model_copy(update={"paid_on": date(2017, 10, 16)})).decided()

    def test_payments_out_of_one_share_are_added(self) -> None:
        second = PAID.model_copy(update={"payment": "p-2"})
        assert Award().after([REGISTERED, APPROVED, PAID, second]).paid_from(SHARE) == 223_000_00
        assert Award().after([REGISTERED, APPROVED]).paid_from(SHARE) == 0

    def test_recording_it_twice_records_it_once(self) -> None:
        given(REGISTERED, APPROVED, PAID).when(PAY).then_nothing()
        given(REGISTERED, APPROVED, PAID, WITHDRAWN).when(PAY).then_nothing()

    def test_a_reference_is_never_used_for_another_payment(self) -> None:
        given(REGISTERED, APPROVED, PAID).when(PAY.model_copy(update={"amount_pence": 1})).then_refused(
            f"Payment p-1 of award {HUB} is already recorded, differently", Refusal
        )

    def test_a_payment_cannot_have_been_made_in_the_future(self) -> None:
        given(REGISTERED, APPROVED).when(PAY.model_copy(update={"paid_on": date(2017, 10, 17)})).then_refused(
            "A payment cannot have been made in the future", Refusal
        )

    def test_only_an_approved_award_is_paid(self) -> None:
        given(REGISTERED).when(PAY).then_refused(f"Award {HUB} is registered, not approved", Refusal)
        given(REGISTERED, APPROVED, WITHDRAWN).when(PAY).then_refused("is withdrawn, not approved", Refusal)


class TestMilestones:
    planned = MilestonePlanned(milestone="m-1", title="Hub opens", due_on=date(2017, 9, 29))
    rescheduled = MilestoneRescheduled(milestone="m-1", due_on=date(2017, 11, 30), reason="The lease was late.")
    completed = MilestoneCompleted(milestone="m-1", completed_on=date(2017, 10, 2), evidence="Visit of 2 October.")
    missed = MilestoneMissed(milestone="m-1", reason="The lease was late.")
    waived = MilestoneWaived(milestone="m-1", reason="No longer needed.")

    plan = PlanMilestone(award=HUB, milestone="m-1", title="Hub opens", due_on=date(2017, 9, 29))
    reschedule = RescheduleMilestone(
        award=HUB, milestone="m-1", due_on=date(2017, 11, 30), reason="The lease was late."
    )
    complete = CompleteMilestone(
        award=HUB, milestone="m-1", completed_on=date(2017, 10, 2), evidence="Visit of 2 October."
    )
    miss = MissMilestone(award=HUB, milestone="m-1", reason="The lease was late.")
    waive = WaiveMilestone(award=HUB, milestone="m-1", reason="No longer needed.")

    def test_a_milestone_is_planned_for_a_day(self) -> None:
        given(REGISTERED).when(self.plan).then(self.planned)

    def test_planning_it_twice_records_it_once(self) -> None:
        given(REGISTERED, self.planned).when(self.plan).then_nothing()

    def test_planning_it_again_after_it_was_moved_changes_nothing(self) -> None:
        given(REGISTERED, self.planned, self.rescheduled).when(self.plan).then_nothing()

    @pytest.mark.parametrize("change", [{"title": "Hub closes"}, {"due_on": date(2017, 11, 30)}])
    def test_a_planned_milestone_is_moved_and_not_planned_again(self, change: dict[str, Any]) -> None:
        given(REGISTERED, self.planned).when(self.plan.model_copy(update=change)).then_refused(
            r"Milestone m-1 is already planned. To move its day, use reschedule-milestone", Refusal
        )

    def test_nothing_more_is_planned_for_a_withdrawn_award(self) -> None:
        for before in ((REGISTERED, WITHDRAWN), (REGISTERED, APPROVED, self.planned, WITHDRAWN)):
            given(*before).when(self.plan).then_refused(
                f"Award {HUB} is withdrawn: nothing more is asked of it", Refusal
            )

    @pytest.mark.parametrize("day", [date(1989, 12, 31), date(2101, 1, 1), date.max])
    def test_a_milestone_is_due_on_a_day_that_an_office_could_mean(self, day: date) -> None:
        with pytest.raises(ValidationError, match="due_on"):
            PlanMilestone(award=HUB, milestone="m-1", title="Hub opens", due_on=day)
        with pytest.raises(ValidationError, match="due_on"):
            RescheduleMilestone(award=HUB, milestone="m-1", due_on=day, reason="The lease was late.")

    def test_a_milestone_that_was_not_planned_can_be_neither_met_nor_moved(self) -> None:
        for command in (self.reschedule, self.complete, self.miss, self.waive):
            given(REGISTERED).when(command).then_refused(
                r"There is no milestone m-1 in this award\. Plan it first \(plan-milestone\)", NotFound
            )

    def test_it_is_moved_to_another_day_with_the_reason(self) -> None:
        given(REGISTERED, self.planned).when(self.reschedule).then(self.rescheduled)

    def test_a_day_that_has_passed_may_be_moved_too(self) -> None:
        later = datetime(2018, 1, 15, tzinfo=UTC)
        given(REGISTERED, self.planned).at(later).when(self.reschedule).then(self.rescheduled)

    def test_moving_it_to_the_same_day_twice_records_it_once(self) -> None:
        given(REGISTERED, self.planned, self.rescheduled).when(self.reschedule).then_nothing()

    def test_a_missed_milestone_that_is_moved_is_no_longer_missed(self) -> None:
        given(REGISTERED, self.planned, self.missed).when(self.reschedule).then(self.rescheduled)
        award = Award().after([REGISTERED, self.planned, self.missed, self.rescheduled])
        assert not award.milestones.milestone("m-1").missed

    def test_what_is_met_or_waived_is_not_moved(self) -> None:
        for event in (self.completed, self.waived):
            given(REGISTERED, self.planned, event).when(self.reschedule).then_refused(
                "Milestone m-1 is met or waived already: there is nothing to move", Refusal
            )

    def test_it_is_met_with_the_evidence(self) -> None:
        given(REGISTERED, self.planned).when(self.complete).then(self.completed)

    def test_completing_it_twice_records_it_once(self) -> None:
        given(REGISTERED, self.planned, self.completed).when(self.complete).then_nothing()

    def test_it_may_be_met_today_but_not_in_the_future(self) -> None:
        today = self.complete.model_copy(update={"completed_on": date(2017, 10, 16)})
        assert given(REGISTERED, self.planned).when(today).decided()
        given(REGISTERED, self.planned).when(
            self.complete.model_copy(update={"completed_on": date(2017, 10, 17)})
        ).then_refused("A milestone cannot be completed in the future", Refusal)

    def test_today_is_the_day_in_london(self) -> None:
        half_past_midnight = datetime(2017, 6, 30, 23, 30, tzinfo=UTC)
        first_of_july = self.complete.model_copy(update={"completed_on": date(2017, 7, 1)})
        assert given(REGISTERED, self.planned).at(half_past_midnight).when(first_of_july).decided()

    def test_evidence_must_say_something(self) -> None:
        with pytest.raises(ValidationError, match="at least 1 character"):
            CompleteMilestone(award=HUB, milestone="m-1", completed_on=date(2017, 10, 2), evidence="")

    def test_it_may_be_met_late_after_it_was_missed(self) -> None:
        given(REGISTERED, self.planned, self.missed).when(self.complete).then(self.completed)

    def test_a_waived_milestone_is_no_longer_met(self) -> None:
        given(REGISTERED, self.planned, self.waived).when(self.complete).then_refused(
            "Milestone m-1 was waived: it is no longer asked for", Refusal
        )

    def test_it_is_missed_once_its_day_is_over(self) -> None:
        given(REGISTERED, self.planned).when(self.miss).then(self.missed)

    def test_it_cannot_be_missed_before_its_day_is_over(self) -> None:
        on_the_day = datetime(2017, 9, 29, 12, 0, tzinfo=UTC)
        given(REGISTERED, self.planned).at(on_the_day).when(self.miss).then_refused(
            "Milestone m-1 is due on 29 September 2017: it cannot be recorded as missed until that day is over", Refusal
        )
        the_day_after = datetime(2017, 9, 29, 23, 0, tzinfo=UTC)
        given(REGISTERED, self.planned).at(the_day_after).when(self.miss).then(self.missed)

    def test_missing_it_twice_records_it_once(self) -> None:
        given(REGISTERED, self.planned, self.missed).when(self.miss).then_nothing()

    def test_what_is_met_or_waived_was_not_missed(self) -> None:
        for event in (self.completed, self.waived):
            given(REGISTERED, self.planned, event).when(self.miss).then_refused(
                "Milestone m-1 is met or waived already: it was not missed", Refusal
            )

    def test_it_is_waived_with_the_reason(self) -> None:
        given(REGISTERED, self.planned).when(self.waive).then(self.waived)
        given(REGISTERED, self.planned, self.missed).when(self.waive).then(self.waived)

    def test_waiving_it_twice_records_it_once(self) -> None:
        given(REGISTERED, self.planned, self.waived).when(self.waive).then_nothing()

    def test_what_is_met_is_not_waived(self) -> None:
        given(REGISTERED, self.planned, self.completed).when(self.waive).then_refused(
            "Milestone m-1 is met already: there is nothing to waive", Refusal
        )

    def test_one_milestone_does_not_touch_another(self) -> None:
        other = self.planned.model_copy(update={"milestone": "m-2"})
        award = Award().after([REGISTERED, self.planned, other, self.completed])
        assert award.milestones.milestone("m-1").completed_on == date(2017, 10, 2)
        assert award.milestones.milestone("m-2").completed_on is None


class TestScheduling:
    due = DueRule.of("20 working days after")
    order = ScheduleMonitoring(
        award=HUB, schedule="outcome-report", title="Outcome report", frequency=Frequency.HALF_YEARLY, due=due
    )
    scheduled = MonitoringScheduled(
        schedule="outcome-report",
        title="Outcome report",
        frequency=Frequency.HALF_YEARLY,
        due=due,
        covers="2017-18",
    )

    def obligation(self, period: str, due_on: date) -> OweObligation:
        """The order that follows for one period."""
        return OweObligation(award=HUB, schedule="outcome-report", period=period, title="Outcome report", due_on=due_on)

    def test_a_schedule_covers_the_days_of_the_award(self) -> None:
        given(REGISTERED).when(self.order).then(self.scheduled)

    def test_the_obligations_follow_at_once_each_with_its_day(self) -> None:
        assert given(REGISTERED).when(self.order).orders() == [
            self.obligation("2017-18-h1", date(2017, 10, 27)),
            self.obligation("2017-18-h2", date(2018, 4, 30)),
        ]

    def test_an_award_that_starts_in_july_owes_its_first_report_for_what_is_left_of_the_half(self) -> None:
        july = REGISTERED.model_copy(update={"starts_on": date(2017, 7, 1)})
        assert [command.reference for command in given(july).when(self.order).orders()] == [
            f"{HUB}.outcome-report.2017-18-q2",
            f"{HUB}.outcome-report.2017-18-h2",
        ]

    @pytest.mark.parametrize(
        ("frequency", "number"),
        [(Frequency.MONTHLY, 12), (Frequency.QUARTERLY, 4), (Frequency.HALF_YEARLY, 2), (Frequency.ONCE, 1)],
    )
    def test_so_many_obligations_are_owed_in_a_year(self, frequency: Frequency, number: int) -> None:
        order = self.order.model_copy(update={"frequency": frequency})
        assert len(given(REGISTERED).when(order).orders()) == number

    def test_a_schedule_may_cover_other_days_than_the_award(self) -> None:
        order = self.order.model_copy(update={"covers": "2018-19-h1"})
        story = given(REGISTERED).when(order)
        story.then(self.scheduled.model_copy(update={"covers": "2018-19-h1"}))
        assert story.orders() == [self.obligation("2018-19-h1", date(2018, 10, 26))]

    def test_an_award_without_dates_needs_the_days_that_a_schedule_covers(self) -> None:
        given(UNDATED).when(self.order).then_refused(
            rf"Award {HUB} has no start or end: say which period the schedule covers \(covers\)", Refusal
        )
        given(UNDATED).when(self.order.model_copy(update={"covers": "2017-18"})).then(self.scheduled)

    def test_scheduling_it_twice_records_it_once(self) -> None:
        given(REGISTERED, self.scheduled).when(self.order).then_nothing()

    def test_a_schedule_may_be_said_again_for_more_days(self) -> None:
        given(REGISTERED, self.scheduled).when(self.order.model_copy(update={"covers": "2018-19"})).then(
            self.scheduled.model_copy(update={"covers": "2018-19"})
        )

    @pytest.mark.parametrize(
        "change", [{"frequency": Frequency.MONTHLY}, {"title": "Spend"}, {"due": DueRule.of("1 month after")}]
    )
    @pytest.mark.parametrize("covers", [None, "2018-19"])
    def test_another_schedule_needs_a_name_of_its_own(self, change: dict[str, Any], covers: str | None) -> None:
        order = self.order.model_copy(update={"covers": covers} | change)
        given(REGISTERED, self.scheduled).when(order).then_refused(
            "Schedule outcome-report is already set, differently: give the new one its own name, "
            r"or move what is owed to other days \(move-obligation\)",
            Refusal,
        )

    @pytest.mark.parametrize("schedule", ["outcome.report", "", "-a", "a b", "a" * 41])
    def test_the_name_of_a_schedule_is_short_and_has_no_full_stops(self, schedule: str) -> None:
        with pytest.raises(ValidationError, match="should match pattern"):
            ScheduleMonitoring.model_validate(self.order.model_dump() | {"schedule": schedule})

    def test_a_schedule_brings_four_hundred_obligations_and_no_more(self) -> None:
        monthly = self.order.model_copy(
            update={
                "frequency": Frequency.MONTHLY,
                "due": DueRule.of("1 month after"),
                "covers": "2017-04-01..2050-07-31",
            }
        )
        assert len(given(REGISTERED).when(monthly).orders()) == MOST_OWED == 400
        given(REGISTERED).when(monthly).then(
            MonitoringScheduled(
                schedule="outcome-report",
                title="Outcome report",
                frequency=Frequency.MONTHLY,
                due=monthly.due,
                covers="2017-04-01..2050-07-31",
            )
        )
        one_more = monthly.model_copy(update={"covers": "2017-04-01..2050-08-01"})
        given(REGISTERED).when(one_more).then_refused(
            "That is more than 400 obligations: check the days that the schedule covers", Refusal
        )

    def test_too_many_obligations_are_refused_also_when_the_award_itself_is_too_long(self) -> None:
        for_ever = REGISTERED.model_copy(update={"ends_on": date(2100, 12, 31)})
        order = self.order.model_copy(update={"frequency": Frequency.MONTHLY})
        given(for_ever).when(order).then_refused("That is more than 400 obligations", Refusal)

    @pytest.mark.parametrize("frequency", Frequency)
    @pytest.mark.parametrize("covers", ["1989-12-31..1990-12-31", "2100-12-31..2101-01-01", "0001-01-01..9999-12-31"])
    def test_a_schedule_covers_days_that_an_office_could_mean(self, covers: str, frequency: Frequency) -> None:
        with pytest.raises(ValidationError, match="a schedule must cover days from 1990 to 2100"):
            ScheduleMonitoring.model_validate(self.order.model_dump() | {"covers": covers, "frequency": frequency})
        first_and_last = {"covers": "1990-01-01..2100-12-31", "frequency": Frequency.ONCE, "due": "1 month after"}
        said = ScheduleMonitoring.model_validate(self.order.model_dump() | first_and_last)
        assert [order.reference for order in given(UNDATED).when(said).orders()] == [
            f"{HUB}.outcome-report.1990-01-01..2100-12-31"
        ]

    def test_a_withdrawn_award_owes_nothing_more(self) -> None:
        given(REGISTERED, WITHDRAWN).when(self.order).then_refused(
            f"Award {HUB} is withdrawn: nothing more is owed", Refusal
        )

    def test_when_it_is_due_may_be_given_in_words(self) -> None:
        said = self.order.model_dump() | {"due": "30 October, 30 April"}
        orders = given(REGISTERED).when(ScheduleMonitoring.model_validate(said)).orders()
        assert [order.due_on for order in orders if isinstance(order, OweObligation)] == [
            date(2017, 10, 30),
            date(2018, 4, 30),
        ]

    @for_any(periods, some.sampled_from(Frequency))
    @modest
    def test_every_day_of_an_award_is_reported_on_once(self, period: Period, frequency: Frequency) -> None:
        award = REGISTERED.model_copy(update={"starts_on": period.start, "ends_on": period.end})
        order = self.order.model_copy(update={"frequency": frequency, "due": DueRule.of("1 month after")})
        owed = [order for order in given(award).when(order).orders() if isinstance(order, OweObligation)]
        assert len({order.reference for order in owed}) == len(owed)
        days = [Period.parse(order.period) for order in owed]
        assert sum((each.end - each.start).days + 1 for each in days) == (period.end - period.start).days + 1


class TestConfirmingForAReport:
    def test_an_approved_award_may_be_reported_on(self) -> None:
        given(REGISTERED, APPROVED).when(ConfirmAward(award=HUB, period="2017-18-h1")).then_nothing()

    def test_a_withdrawn_award_may_still_be_reported_on(self) -> None:
        given(REGISTERED, APPROVED, WITHDRAWN).when(ConfirmAward(award=HUB, period="2017-18-h1")).then_nothing()

    def test_an_award_that_is_not_approved_has_nothing_to_report_on(self) -> None:
        given(REGISTERED).when(ConfirmAward(award=HUB, period="2017-18-h1")).then_refused(
            f"Award {HUB} is not approved yet: there is nothing to report on", Refusal
        )

    def test_a_report_is_for_days_of_the_award(self) -> None:
        given(REGISTERED, APPROVED).when(ConfirmAward(award=HUB, period="2018-19-h1")).then_refused(
            f"Award {HUB} runs from 1 April 2017 to 31 March 2018: the report is for other days", Refusal
        )

    def test_a_report_may_touch_the_days_of_the_award_only_in_part(self) -> None:
        july = REGISTERED.model_copy(update={"starts_on": date(2017, 7, 1)})
        given(july, APPROVED).when(ConfirmAward(award=HUB, period="2017-18-h1")).then_nothing()

    def test_an_award_without_dates_may_be_reported_on_for_any_days(self) -> None:
        given(UNDATED, APPROVED).when(ConfirmAward(award=HUB, period="2018-19-h1")).then_nothing()

    def test_an_unknown_award_cannot_be_reported_on(self) -> None:
        given().when(ConfirmAward(award=HUB, period="2017-18-h1")).then_refused(HUB, NotFound)


class TestPermissions:
    @pytest.mark.parametrize("command", [ApproveAward, ReduceAward, WithdrawAward])
    def test_only_the_commissioner_decides_about_an_award(self, command: type[AwardCommand]) -> None:
        assert command.may == {Role.COMMISSIONER}

    @pytest.mark.parametrize(
        "command",
        [
            RegisterAward,
            PlanMilestone,
            RescheduleMilestone,
            CompleteMilestone,
            MissMilestone,
            WaiveMilestone,
            ScheduleMonitoring,
        ],
    )
    def test_the_contract_manager_keeps_the_award_and_its_milestones(self, command: type[AwardCommand]) -> None:
        assert command.may == {Role.CONTRACT_MANAGER}

    def test_only_finance_records_a_payment(self) -> None:
        assert RecordPayment.may == {Role.FINANCE}

    def test_an_amount_is_confirmed_by_finance_or_the_commissioner(self) -> None:
        assert ConfirmAwardAmount.may == {Role.FINANCE, Role.COMMISSIONER}

    def test_nobody_orders_a_consequence(self) -> None:
        assert not ConfirmAward.may


@for_any(some.lists(some.sampled_from(["complete", "miss", "waive", "reschedule", "plan"]), max_size=12))
@modest
def test_whatever_is_ordered_about_a_milestone_it_is_met_or_waived_at_most_once(orders: list[str]) -> None:
    commands: dict[str, AwardCommand] = {
        "plan": TestMilestones.plan,
        "reschedule": TestMilestones.reschedule,
        "complete": TestMilestones.complete,
        "miss": TestMilestones.miss,
        "waive": TestMilestones.waive,
    }
    events: list[Event] = [REGISTERED]
    for order in orders:
        try:
            events += given(*events).when(commands[order]).decided()
        except (Refusal, NotFound):
            continue
    assert sum(isinstance(event, MilestoneCompleted | MilestoneWaived) for event in events) <= 1
    assert sum(isinstance(event, MilestonePlanned) for event in events) <= 1
