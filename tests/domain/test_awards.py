"""What may be recorded about an award and its money, and what is refused."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.awards.award import Award, AwardStatus
from domain.awards.change_events import AwardReduced
from domain.awards.changes import ConfirmAwardAmount, ReduceAward, WithdrawAward
from domain.awards.commands import ApproveAward, AwardCommand, CommitMatch, ConfirmAward, RegisterAward
from domain.awards.events import (
    AwardApproved,
    AwardRegistered,
    Route,
    Share,
)
from domain.awards.milestone_commands import (
    CompleteMilestone,
    MissMilestone,
    PlanMilestone,
    RescheduleMilestone,
    ScheduleMonitoring,
    WaiveMilestone,
)
from domain.awards.payment_commands import RecordPayment
from domain.errors import NotFound, Refusal
from domain.funds.consequences import CommitFunds
from domain.kernel import Role
from domain.providers.commands import ConfirmProvider
from tests.domain.the_hub import (
    APPROVE,
    APPROVED,
    GRANTS,
    HUB,
    PAY,
    REGISTER,
    REGISTERED,
    SHARE,
    UNKNOWN,
    VICTIMS,
    WITHDRAW,
    WITHDRAWN,
)
from tests.story import EVERYBODY, given


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

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"decision": "2017-04"}, r"by a decision in other words \(decision\)"),
            ({"rests_on": "018"}, r"resting on 017 \(rests_on\)"),
            ({"effective_on": date(2017, 8, 1)}, r"from 1 July 2017 \(effective_on\)"),
            (
                {"shares": (SHARE.model_copy(update={"amount_pence": 1}),), "rests_on": "018"},
                r"for other amounts; and resting on 017 \(rests_on\)\. Record the change as itself",
            ),
        ],
    )
    def test_an_approval_said_again_otherwise_is_refused_by_what_differs(
        self, change: dict[str, Any], words: str
    ) -> None:
        known = APPROVED.model_copy(update={"rests_on": "017", "effective_on": date(2017, 7, 1)})
        order = APPROVE.model_copy(update={"rests_on": "017", "effective_on": date(2017, 7, 1)})
        given(REGISTERED, known).when(order).then_nothing()
        given(REGISTERED, known).when(order.model_copy(update=change)).then_refused(words, Refusal)

    def test_what_an_approval_did_not_say_is_not_added_by_saying_it_again(self) -> None:
        bare = AwardApproved(shares=(SHARE,), decision=None)
        for change, words in (
            ({"decision": "2017-03"}, "without a decision's words"),
            ({"decision": None, "rests_on": "017"}, "resting on no decision on record"),
            ({"decision": None, "effective_on": date(2017, 7, 1)}, "without a day of its own"),
        ):
            given(REGISTERED, bare).when(APPROVE.model_copy(update=change)).then_refused(words, Refusal)

    def test_what_is_not_said_again_stays_as_it_was_approved(self) -> None:
        known = APPROVED.model_copy(update={"rests_on": "017", "effective_on": date(2017, 7, 1)})
        given(REGISTERED, known).when(ApproveAward(award=HUB, shares=(SHARE,))).then_nothing()

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
        said = {"decision": None, "approved_on": date(2017, 10, 16), "approved_by": EVERYBODY.id}
        approved = AwardApproved(shares=two_years, **said)
        given(REGISTERED).when(ApproveAward(award=HUB, shares=two_years)).then(approved)
        assert Award().after([REGISTERED, approved]).amount_pence == 89_613_00

    def test_an_award_with_a_share_that_is_not_known_is_not_known_as_a_whole(self) -> None:
        both = AwardApproved(shares=(SHARE, UNKNOWN), decision=None)
        assert Award().after([REGISTERED, both]).amount_pence is None


class TestCommittingTheMatchOfABid:
    order = CommitMatch(award=HUB, shares=(SHARE,), decision="Match for bid b-1")

    def test_an_award_that_is_not_approved_yet_is_approved_and_takes_its_share(self) -> None:
        story = given(REGISTERED).when(self.order)
        story.then(APPROVED.model_copy(update={"decision": "Match for bid b-1"}))
        assert [type(order) for order in story.orders()] == [ConfirmProvider, CommitFunds]

    @pytest.mark.parametrize("amount_pence", [446_000_00, 1, None])
    def test_an_award_that_is_approved_already_keeps_what_it_takes_and_takes_nothing_more(
        self, amount_pence: int | None
    ) -> None:
        share = SHARE.model_copy(update={"amount_pence": amount_pence})
        story = given(REGISTERED, AwardApproved(shares=(UNKNOWN, share), decision="2017-03")).when(self.order)
        story.then_nothing()
        assert story.orders() == []

    @pytest.mark.parametrize("other", [UNKNOWN, SHARE.model_copy(update={"ring_fence": "dasv"})])
    def test_an_award_that_takes_nothing_from_where_the_match_is_kept_is_not_the_one(self, other: Share) -> None:
        given(REGISTERED, AwardApproved(shares=(other,), decision=None)).when(self.order).then_refused(
            "takes nothing from moj-victims 2017-18, where the match is kept aside: name an award that takes", Refusal
        )

    def test_an_award_that_was_withdrawn_is_not_the_one(self) -> None:
        given(REGISTERED, APPROVED, WITHDRAWN).when(self.order).then_refused("is withdrawn, not approved", Refusal)
        given(REGISTERED, WITHDRAWN).when(self.order).then_refused("was withdrawn: register a new one", Refusal)

    def test_nobody_orders_it(self) -> None:
        assert not CommitMatch.may


class TestSharesWrittenShort:
    @pytest.mark.parametrize(
        ("words", "share"),
        [
            ("moj-victims 2017-18 £446,000", SHARE),
            ("moj-victims   2017-18 446000", SHARE),
            ("cdr-grants 2017-18 not known", Share(**GRANTS, amount_pence=None)),
            ("cdr-grants 2017-18 Not Known", Share(**GRANTS, amount_pence=None)),
            ("moj-victims 2017-18 £446,000 in dasv", SHARE.model_copy(update={"ring_fence": "dasv"})),
            ("cdr-grants 2017-18 not known in dasv", Share(**GRANTS, amount_pence=None, ring_fence="dasv")),
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
            (SHARE.model_copy(update={"ring_fence": "dasv"}), "£446,000 from moj-victims 2017-18 in dasv"),
            (
                Share(**VICTIMS, amount_pence=213_000_00, printed="£213,000 from OPCC"),
                "£213,000 from moj-victims 2017-18 (printed: £213,000 from OPCC)",
            ),
        ],
    )
    def test_a_share_is_written_as_people_read_it(self, share: Share, words: str) -> None:
        assert share.words == words


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
