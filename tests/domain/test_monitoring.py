"""What may be recorded about an obligation, and what is refused."""

from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from domain.errors import NotFound, Refusal
from domain.kernel import Event, Role
from domain.monitoring.commands import (
    AskAgain,
    DeclareNilReturn,
    MeetObligation,
    MoveObligation,
    NoteReport,
    OweObligation,
    WaiveObligation,
)
from domain.monitoring.events import (
    NilReturnDeclared,
    ObligationMet,
    ObligationMoved,
    ObligationOwed,
    ObligationReopened,
    ObligationWaived,
)
from domain.monitoring.obligation import Obligation, ObligationStatus
from tests.story import given

AWARD, SCHEDULE, PERIOD = "2017-18-vwh-1", "outcome-report", "2017-18-h1"
OWED = ObligationOwed(award=AWARD, schedule=SCHEDULE, period=PERIOD, title="Outcome report", due_on=date(2017, 10, 30))
MOVED = ObligationMoved(due_on=date(2017, 11, 15), reason="The provider's records moved.")
MET = ObligationMet(met_on=date(2017, 10, 12), evidence="Workbook of 12 October.")
WAIVED = ObligationWaived(reason="The service closed.")
NIL = NilReturnDeclared(declared_on=date(2017, 10, 10), reason="No referrals yet.")
REOPENED = ObligationReopened(due_on=date(2017, 11, 6), reason="The report was sent back.")

OWE = OweObligation(award=AWARD, schedule=SCHEDULE, period=PERIOD, title="Outcome report", due_on=date(2017, 10, 30))
MOVE = MoveObligation(
    award=AWARD, schedule=SCHEDULE, period=PERIOD, due_on=date(2017, 11, 15), reason="The provider's records moved."
)
MEET = MeetObligation(
    award=AWARD, schedule=SCHEDULE, period=PERIOD, met_on=date(2017, 10, 12), evidence="Workbook of 12 October."
)
WAIVE = WaiveObligation(award=AWARD, schedule=SCHEDULE, period=PERIOD, reason="The service closed.")
DECLARE = DeclareNilReturn(
    award=AWARD, schedule=SCHEDULE, period=PERIOD, declared_on=date(2017, 10, 10), reason="No referrals yet."
)
NOTE = NoteReport(award=AWARD, schedule=SCHEDULE, period=PERIOD, met_on=date(2017, 10, 12))
ASK_AGAIN = AskAgain(
    award=AWARD, schedule=SCHEDULE, period=PERIOD, due_on=date(2017, 11, 6), reason="The report was sent back."
)


def test_an_obligation_is_owed_for_a_period_and_due_on_a_day() -> None:
    given().when(OWE).then(OWED)


def test_owing_it_twice_records_it_once() -> None:
    given(OWED).when(OWE).then_nothing()


def test_owing_it_again_does_not_undo_what_happened_since() -> None:
    for event in (MOVED, MET, WAIVED, NIL):
        given(OWED, event).when(OWE).then_nothing()


def test_an_obligation_has_a_record_of_its_own_for_each_award_schedule_and_period() -> None:
    assert OWE.reference == "2017-18-vwh-1.outcome-report.2017-18-h1"
    assert OWE.stream == "obligation-2017-18-vwh-1.outcome-report.2017-18-h1"


def test_the_same_days_are_the_same_obligation_however_the_period_is_written() -> None:
    said = MOVE.model_dump() | {"period": "2017-04-01..2017-09-30"}
    assert MoveObligation(**said).reference == MOVE.reference


def test_two_obligations_never_share_a_reference_because_a_schedule_has_no_full_stops() -> None:
    assert MoveObligation(**MOVE.model_dump() | {"award": "a.b", "schedule": "c"}).reference == "a.b.c.2017-18-h1"
    for command in (MOVE, MEET, WAIVE, DECLARE, OWE, NOTE, ASK_AGAIN):
        with pytest.raises(ValidationError, match=r"schedule\n.*should match pattern"):
            type(command).model_validate(command.model_dump() | {"award": "a", "schedule": "b.c"})


@pytest.mark.parametrize("day", [date(1989, 12, 31), date(2101, 1, 1), date.max])
def test_it_is_moved_only_to_a_day_that_an_office_could_mean(day: date) -> None:
    with pytest.raises(ValidationError, match="due_on"):
        MoveObligation.model_validate(MOVE.model_dump() | {"due_on": day})


def test_it_is_moved_to_another_day_with_the_reason() -> None:
    given(OWED).when(MOVE).then(MOVED)


def test_a_day_that_has_passed_may_be_moved_too() -> None:
    given(OWED).at(datetime(2017, 12, 1, tzinfo=UTC)).when(MOVE).then(MOVED)


def test_moving_it_to_the_same_day_twice_records_it_once() -> None:
    given(OWED, MOVED).when(MOVE).then_nothing()


def test_moving_needs_a_reason() -> None:
    with pytest.raises(ValidationError, match="at least 1 character"):
        MoveObligation(award=AWARD, schedule=SCHEDULE, period=PERIOD, due_on=date(2017, 11, 15), reason=" ")


@pytest.mark.parametrize(("event", "status"), [(MET, "met"), (WAIVED, "waived"), (NIL, "answered by a nil return")])
def test_what_is_settled_cannot_be_moved(event: Event, status: str) -> None:
    given(OWED, event).when(MOVE).then_refused(f"This is {status} already: there is nothing to move.", Refusal)


def test_it_is_met_with_what_shows_it() -> None:
    given(OWED).when(MEET).then(MET)


def test_it_may_be_met_today() -> None:
    today = MEET.model_copy(update={"met_on": date(2017, 10, 16)})
    given(OWED).when(today).then(ObligationMet(met_on=date(2017, 10, 16), evidence="Workbook of 12 October."))


def test_meeting_it_twice_records_it_once() -> None:
    given(OWED, MET).when(MEET).then_nothing()


def test_it_cannot_be_met_in_the_future() -> None:
    given(OWED).when(MEET.model_copy(update={"met_on": date(2017, 10, 17)})).then_refused(
        "cannot be met in the future", Refusal
    )


def test_what_was_waived_is_no_longer_asked_for() -> None:
    given(OWED, WAIVED).when(MEET).then_refused("This was waived: it is no longer asked for.", Refusal)


def test_what_came_in_after_a_nil_return_is_recorded() -> None:
    given(OWED, NIL).when(MEET).then(MET)


def test_it_is_waived_with_the_reason() -> None:
    given(OWED).when(WAIVE).then(WAIVED)


def test_waiving_it_twice_records_it_once() -> None:
    given(OWED, WAIVED).when(WAIVE).then_nothing()


@pytest.mark.parametrize(("event", "status"), [(MET, "met"), (NIL, "answered by a nil return")])
def test_what_was_answered_cannot_be_waived(event: Event, status: str) -> None:
    given(OWED, event).when(WAIVE).then_refused(f"This is {status} already: there is nothing to waive.", Refusal)


def test_a_nil_return_is_an_answer() -> None:
    given(OWED).when(DECLARE).then(NIL)


def test_a_nil_return_is_not_a_report_that_came_in() -> None:
    assert Obligation().after([OWED, NIL]).status is ObligationStatus.NIL_RETURN
    assert Obligation().after([OWED, MET]).status is ObligationStatus.MET
    assert Obligation().after([OWED]).status is ObligationStatus.OWED


def test_a_nil_return_may_be_declared_today() -> None:
    today = DECLARE.model_copy(update={"declared_on": date(2017, 10, 16)})
    given(OWED).when(today).then(NilReturnDeclared(declared_on=date(2017, 10, 16), reason="No referrals yet."))


def test_declaring_a_nil_return_twice_records_it_once() -> None:
    given(OWED, NIL).when(DECLARE).then_nothing()


def test_a_nil_return_cannot_be_declared_in_the_future() -> None:
    given(OWED).when(DECLARE.model_copy(update={"declared_on": date(2017, 10, 17)})).then_refused(
        "A nil return cannot be declared in the future.", Refusal
    )


@pytest.mark.parametrize(("event", "status"), [(MET, "met"), (WAIVED, "waived")])
def test_a_nil_return_cannot_take_the_place_of_what_is_settled(event: Event, status: str) -> None:
    given(OWED, event).when(DECLARE).then_refused(
        f"This is {status} already: a nil return cannot be declared.", Refusal
    )


@pytest.mark.parametrize("command", [MOVE, MEET, WAIVE, DECLARE])
def test_what_is_not_owed_cannot_be_ordered_about(
    command: MoveObligation | MeetObligation | WaiveObligation | DeclareNilReturn,
) -> None:
    given().when(command).then_refused("outcome-report", NotFound)


def test_a_report_that_comes_in_meets_the_obligation_of_its_period() -> None:
    given(OWED).when(NOTE).then(ObligationMet(met_on=date(2017, 10, 12), evidence="The report came in."))


def test_a_report_meets_an_obligation_that_was_waived_or_answered_with_nil() -> None:
    for event in (WAIVED, NIL):
        given(OWED, event).when(NOTE).then(ObligationMet(met_on=date(2017, 10, 12), evidence="The report came in."))


def test_a_report_that_was_not_owed_meets_nothing() -> None:
    given().when(NOTE).then_nothing()


def test_a_second_report_does_not_meet_it_twice() -> None:
    given(OWED, MET).when(NOTE).then_nothing()


def test_a_report_sent_back_is_owed_again_by_another_day() -> None:
    given(OWED, MET).when(ASK_AGAIN).then(REOPENED)
    reopened = Obligation().after([OWED, MET, REOPENED])
    assert (reopened.status, reopened.due_on) == (ObligationStatus.OWED, date(2017, 11, 6))


def test_what_was_sent_back_may_come_in_again() -> None:
    given(OWED, MET, REOPENED).when(NOTE).then(ObligationMet(met_on=date(2017, 10, 12), evidence="The report came in."))


def test_what_was_never_owed_or_is_waived_is_not_asked_for_again() -> None:
    given().when(ASK_AGAIN).then_nothing()
    given(OWED, WAIVED).when(ASK_AGAIN).then_nothing()


def test_the_day_it_is_due_is_the_last_one_set() -> None:
    assert Obligation().after([OWED]).due_on == date(2017, 10, 30)
    assert Obligation().after([OWED, MOVED]).due_on == date(2017, 11, 15)


def test_a_provider_may_declare_a_nil_return_and_nothing_else() -> None:
    assert Role.PROVIDER in DeclareNilReturn.may
    for command in (MoveObligation, MeetObligation, WaiveObligation):
        assert command.may == {Role.CONTRACT_MANAGER}
    for consequence in (OweObligation, NoteReport, AskAgain):
        assert not consequence.may
