"""Decision records: what was decided, on what advice, in whose interest; what takes its place; what rests on it."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.awards.commands import ApproveAward
from domain.awards.events import Share
from domain.decisions.commands import ConfirmDecision, RecordDecision, SupersedeDecision
from domain.decisions.decision import Decision
from domain.decisions.events import DecisionRecorded, DecisionSuperseded
from domain.errors import NotFound, Refusal
from domain.funds.consequences import CommitFunds
from domain.kernel import STAFF, Role
from domain.providers.commands import ConfirmProvider
from tests.domain.an_award import HUB, OF_2017, REGISTERED
from tests.story import given

DECISION_017: dict[str, Any] = {
    "title": "Victims' services: £28,347 for nine months of 2017/18",
    "decided_on": date(2017, 5, 9),
    "decided": "To award £28,347 from money carried forward from 2016/17.",
    "advice": "The chief finance officer was consulted.",
    "alternatives": "To leave the post vacant.",
    "significant_public_interest": False,
    "public_interest_reason": "The sum is small and the service is known.",
    "objectives": ("Safeguarding the vulnerable",),
    "interests": "None were declared.",
    "supersedes": None,
    "published_on": date(2017, 5, 12),
}
RECORDED = DecisionRecorded(**DECISION_017)
SUPERSEDED = DecisionSuperseded(by="2017-031")


def record(**more: Any) -> RecordDecision:
    """The order to record decision 017."""
    return RecordDecision(decision="2017-017", **{**DECISION_017, **more})


def test_a_decision_is_recorded_with_the_fields_that_published_records_have() -> None:
    story = given().when(record())
    story.then(RECORDED)
    assert story.orders() == []


def test_a_decision_needs_no_more_than_what_was_decided_when_and_in_whose_interest() -> None:
    order = RecordDecision.model_validate(
        {
            "decision": "2017-018",
            "title": "A grant",
            "decided_on": "2017-05-09",
            "decided": "To award it.",
            "significant_public_interest": True,
            "public_interest_reason": "It is new.",
        }
    )
    (event,) = given().when(order).decided()
    assert isinstance(event, DecisionRecorded)
    assert (event.advice, event.objectives, event.published_on) == (None, (), None)


def test_whether_it_is_of_significant_public_interest_is_never_left_out() -> None:
    with pytest.raises(ValidationError, match="significant_public_interest"):
        record(significant_public_interest=None)


@pytest.mark.parametrize("significant", [True, False])
def test_why_it_is_or_is_not_of_significant_public_interest_is_said_too(significant: bool) -> None:
    with pytest.raises(ValidationError, match="public_interest_reason"):
        record(significant_public_interest=significant, public_interest_reason=None)


def test_recording_it_twice_records_it_once_even_once_it_is_superseded() -> None:
    given(RECORDED).when(record()).then_nothing()
    given(RECORDED, SUPERSEDED).when(record()).then_nothing()


def test_a_decision_is_never_rewritten() -> None:
    given(RECORDED).when(record(decided="To award twice as much.")).then_refused(
        "2017-017 is recorded already, differently. A new decision supersedes it", Refusal
    )


def test_a_decision_is_not_taken_in_the_future() -> None:
    given().when(record(decided_on=date(2017, 10, 17))).then_refused("taken in the future", Refusal)
    given().when(record(decided_on=date(2017, 10, 16))).decided()


def test_a_later_decision_takes_the_place_of_an_earlier_one_which_says_so() -> None:
    story = given().when(record(supersedes="2016-090"))
    story.then(RECORDED.model_copy(update={"supersedes": "2016-090"}))
    assert story.orders() == [SupersedeDecision(decision="2016-090", by="2017-017", decided_on=date(2017, 5, 9))]
    given(RECORDED).when(supersede("2017-031")).then(SUPERSEDED)
    assert Decision().after([RECORDED, SUPERSEDED]).superseded_by == "2017-031"


def test_recording_a_later_decision_twice_supersedes_the_earlier_one_once() -> None:
    later = RECORDED.model_copy(update={"supersedes": "2016-090"})
    story = given(later).when(record(supersedes="2016-090"))
    story.then_nothing()
    assert story.orders() == []


def supersede(by: str, decided_on: date = date(2017, 9, 1)) -> SupersedeDecision:
    """The order that follows from a later decision that takes the place of decision 017."""
    return SupersedeDecision(decision="2017-017", by=by, decided_on=decided_on)


def test_an_earlier_decision_does_not_take_the_place_of_a_later_one() -> None:
    given(RECORDED).when(supersede("2017-009", date(2017, 5, 8))).then_refused(
        "2017-017 was taken on 9 May 2017: one that was taken earlier cannot take its place", Refusal
    )
    given(RECORDED).when(supersede("2017-018", date(2017, 5, 9))).then(DecisionSuperseded(by="2017-018"))


def test_a_decision_is_superseded_once() -> None:
    given(RECORDED, SUPERSEDED).when(supersede("2017-040")).then_refused(
        "2017-017 is superseded already, by 2017-031", Refusal
    )


def test_only_a_decision_on_record_is_superseded() -> None:
    given().when(supersede("2017-031")).then_refused("2017-017", NotFound)


def test_a_decision_does_not_supersede_itself() -> None:
    with pytest.raises(ValidationError, match="cannot supersede itself"):
        record(supersedes="2017-017")


def approve(**more: Any) -> ApproveAward:
    """The order to approve an award of £28,347."""
    return ApproveAward(**HUB, shares=(Share(**OF_2017, amount_pence=28_347_00),), **more)


def test_an_award_names_the_decision_it_rests_on_which_must_be_on_record() -> None:
    story = given(REGISTERED).when(approve(rests_on="2017-017", effective_on=date(2017, 7, 1)))
    (event,) = story.decided()
    assert dict(event)["rests_on"] == "2017-017"
    assert story.orders() == [
        ConfirmProvider(provider="voice"),
        ConfirmDecision(decision="2017-017"),
        CommitFunds(**HUB, **OF_2017, amount_pence=28_347_00, effective_on=date(2017, 7, 1)),
    ]
    given().when(ConfirmDecision(decision="2017-017")).then_refused("2017-017", NotFound)


def test_an_award_may_rest_on_no_decision_on_record() -> None:
    assert not any(isinstance(order, ConfirmDecision) for order in given(REGISTERED).when(approve()).orders())


def test_a_decision_that_stands_carries_an_award_and_one_that_is_superseded_does_not() -> None:
    given(RECORDED).when(ConfirmDecision(decision="2017-017")).then_nothing()
    given(RECORDED, SUPERSEDED).when(ConfirmDecision(decision="2017-017")).then_refused(
        "superseded by 2017-031: rest the award on that", Refusal
    )


def test_the_people_of_the_office_record_decisions_and_what_follows_is_given_by_nobody() -> None:
    assert RecordDecision.may == STAFF
    assert Role.PROVIDER not in RecordDecision.may
    assert not SupersedeDecision.may
    assert not ConfirmDecision.may
