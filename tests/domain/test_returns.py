"""What may be recorded about a half-yearly return, and what is refused."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as some

from domain.errors import NotFound, Refusal
from domain.kernel import Event, Role
from domain.periods import Period
from domain.returns.commands import FillReturn, OpenReturn, RestateReturn, ReturnCommand, SignOffReturn, SubmitReturn
from domain.returns.events import ReturnFilled, ReturnOpened, ReturnRestated, ReturnSignedOff, ReturnSubmitted
from domain.returns.filled import FilledReturn, template_for, template_named, templates
from domain.returns.half_yearly_return import HalfYearlyReturn, ReturnStatus
from domain.tables import Cell, Column, Table, cell
from tests.domain.properties import modest
from tests.story import EVERYBODY, Story, given

SERVICES = Table(
    name="service-list",
    title="Services",
    columns=(Column(key="service", title="Service"), Column(key="amount_pence", title="Amount", kind="pence")),
    rows=((cell("Victim and Witness Hub"), Cell(value=446_000_00, sources=(12, 13))),),
)
FILLED_IN = FilledReturn(period="2017-18-h1", template="moj-working-1", position=120, tables=(SERVICES,))
CHANGED = FILLED_IN.model_copy(update={"position": 130, "tables": (SERVICES.model_copy(update={"rows": ()}),)})
WAITING = FILLED_IN.model_copy(
    update={"waiting_for": ("Restorative Justice Hub has not reported.", "Counselling has not reported.")}
)

OPEN = OpenReturn(period="2017-18-h1", due_on=date(2017, 10, 30))
OPENED = ReturnOpened(period="2017-18-h1", template="moj-working-1", due_on=date(2017, 10, 30))
FILL = FillReturn(period="2017-18-h1")
FILLED = ReturnFilled(
    template="moj-working-1", position=120, sha256=FILLED_IN.sha256, waiting_for=(), filled_by=EVERYBODY.id
)
SIGN = SignOffReturn(period="2017-18-h1", declaration="The figures are right.")
SIGNED = ReturnSignedOff(
    declaration="The figures are right.",
    despite=None,
    template="moj-working-1",
    position=120,
    sha256=FILLED_IN.sha256,
    tables=(SERVICES,),
    signed_on=date(2017, 10, 16),
)
SUBMIT = SubmitReturn(period="2017-18-h1", submitted_on=date(2017, 10, 16), receipt="Acknowledged.")
SUBMITTED = ReturnSubmitted(submitted_on=date(2017, 10, 16), sha256=FILLED_IN.sha256, receipt="Acknowledged.")
RESTATE = RestateReturn(period="2017-18-h1", reason="A provider corrected its report.")
RESTATED = ReturnRestated(version=2, supersedes_sha256=FILLED_IN.sha256, reason="A provider corrected its report.")


class KnownAnswer:
    """Stands for the office: whatever it is asked for, the log has this return."""

    def __init__(self, filled: FilledReturn) -> None:
        self.filled = filled
        self.asked: list[tuple[str, str]] = []

    def fill_in(self, period: str, template: str) -> Any:
        """The return that the log has, and a note of what was asked for."""
        self.asked.append((period, template))
        return self.filled


def given_that(filled: FilledReturn, *events: Event) -> Story:
    """What has happened before on the return, and what the log would now fill in."""
    story = given(*events)
    story.answers = KnownAnswer(filled)
    return story


class TestOpening:
    def test_the_return_of_a_half_year_that_is_over_is_opened_with_the_template_then_in_force(self) -> None:
        given().when(OPEN).then(OPENED)
        assert OPEN.stream == "return-2017-18-h1"

    def test_the_day_it_is_due_may_be_not_known(self) -> None:
        given().when(OpenReturn(period="2017-18-h1")).then(OPENED.model_copy(update={"due_on": None}))

    def test_opening_it_twice_records_it_once(self) -> None:
        given(OPENED).when(OPEN).then_nothing()

    def test_opening_it_again_changes_nothing_of_what_was_done_since(self) -> None:
        given(OPENED, FILLED, SIGNED, SUBMITTED).when(OPEN).then_nothing()

    @pytest.mark.parametrize("period", ["2016-17", "2017-18-q1", "2017-06", "2017-07-01..2017-09-30"])
    def test_a_return_is_for_a_half_year(self, period: str) -> None:
        given().when(OpenReturn(period=period)).then_refused(
            "A return is for a half-year: write it like 2017-18-h1", Refusal
        )

    def test_a_half_year_may_be_written_as_its_days(self) -> None:
        given().when(OpenReturn(period="2017-04-01..2017-09-30", due_on=date(2017, 10, 30))).then(OPENED)

    def test_a_half_year_that_is_not_over_has_no_return_yet(self) -> None:
        given().when(OpenReturn(period="2017-18-h2")).then_refused(
            "The half-year is not over until 31 March 2018", Refusal
        )

    def test_the_last_day_of_a_half_year_must_be_over(self) -> None:
        on_the_last_day = datetime(2017, 9, 30, 22, 59, tzinfo=UTC)
        given().at(on_the_last_day).when(OPEN).then_refused("not over until 30 September 2017", Refusal)
        given().at(datetime(2017, 9, 30, 23, 0, tzinfo=UTC)).when(OPEN).then(OPENED)

    def test_a_half_year_before_the_first_template_has_no_return(self) -> None:
        given().when(OpenReturn(period="2012-13-h2")).then_refused(
            "No template of the return is on file for periods that start on 1 October 2012", Refusal
        )


class TestFilling:
    def test_the_return_is_folded_from_the_log_for_its_half_year_and_its_template(self) -> None:
        answer = KnownAnswer(FILLED_IN)
        story = given(OPENED)
        story.answers = answer
        story.when(FILL).then(FILLED)
        assert answer.asked == [("2017-18-h1", "moj-working-1")]

    def test_what_is_missing_is_kept_with_it(self) -> None:
        given_that(WAITING, OPENED).when(FILL).then(FILLED.model_copy(update={"waiting_for": WAITING.waiting_for}))

    def test_filling_it_again_with_the_same_figures_records_nothing(self) -> None:
        later = FILLED_IN.model_copy(update={"position": 500})
        given_that(later, OPENED, FILLED).when(FILL).then_nothing()

    def test_filling_it_again_with_the_same_figures_is_recorded_when_it_waits_for_other_things(self) -> None:
        still_waiting = FILLED.model_copy(update={"waiting_for": WAITING.waiting_for})
        given_that(WAITING, OPENED, FILLED).when(FILL).then(still_waiting)
        given_that(FILLED_IN, OPENED, still_waiting).when(FILL).then(FILLED)
        fewer = WAITING.model_copy(update={"waiting_for": WAITING.waiting_for[:1]})
        given_that(fewer, OPENED, still_waiting).when(FILL).then(
            FILLED.model_copy(update={"waiting_for": ("Restorative Justice Hub has not reported.",)})
        )

    def test_filling_it_again_while_it_waits_for_the_same_things_records_nothing(self) -> None:
        still_waiting = FILLED.model_copy(update={"waiting_for": WAITING.waiting_for})
        given_that(WAITING.model_copy(update={"position": 500}), OPENED, still_waiting).when(FILL).then_nothing()

    def test_filling_it_again_with_other_figures_is_recorded(self) -> None:
        given_that(CHANGED, OPENED, FILLED).when(FILL).then(
            FILLED.model_copy(update={"position": 130, "sha256": CHANGED.sha256})
        )

    def test_a_signed_return_is_not_filled_in_again(self) -> None:
        for events, status in (((SIGNED,), "signed-off"), ((SIGNED, SUBMITTED), "submitted")):
            given_that(CHANGED, OPENED, FILLED, *events).when(FILL).then_refused(
                rf"This return is {status}: to change it, restate it with the reason \(restate-return\)", Refusal
            )

    def test_only_an_office_with_its_log_open_can_fill_it_in(self) -> None:
        given(OPENED).when(FILL).then_refused("only be filled in by an office with its log open", Refusal)

    def test_a_return_that_was_not_opened_cannot_be_filled_in(self) -> None:
        given_that(FILLED_IN).when(FILL).then_refused("2017-18-h1", NotFound)


class TestSigningOff:
    def test_what_was_looked_at_is_frozen_into_the_record_whole(self) -> None:
        given_that(FILLED_IN, OPENED, FILLED).when(SIGN).then(SIGNED)

    def test_the_place_in_the_log_is_the_one_that_was_looked_at(self) -> None:
        later = FILLED_IN.model_copy(update={"position": 500})
        given_that(later, OPENED, FILLED).when(SIGN).then(SIGNED)

    def test_nobody_signs_what_they_have_not_seen(self) -> None:
        given_that(CHANGED, OPENED, FILLED).when(SIGN).then_refused(
            "The figures have changed since the return was filled in: fill it in again and look at it", Refusal
        )

    def test_a_return_is_filled_in_before_it_is_signed(self) -> None:
        given_that(FILLED_IN, OPENED).when(SIGN).then_refused(
            r"Fill the return in first, and look at it \(fill-return\)", Refusal
        )

    def test_a_return_that_waits_for_something_is_not_signed_without_a_word(self) -> None:
        given_that(WAITING, OPENED, FILLED).when(SIGN).then_refused(
            r"The return still waits for 2 things, the first: Restorative Justice Hub has not reported\. "
            r"Settle them, or say why it is signed without \(despite\)",
            Refusal,
        )
        only_one = WAITING.model_copy(update={"waiting_for": WAITING.waiting_for[:1]})
        given_that(only_one, OPENED, FILLED).when(SIGN).then_refused("waits for 1 thing, the first: ", Refusal)

    def test_a_return_that_waits_for_something_is_signed_with_the_reason(self) -> None:
        order = SIGN.model_copy(update={"despite": "The Ministry will not wait."})
        given_that(WAITING, OPENED, FILLED).when(order).then(
            SIGNED.model_copy(update={"despite": "The Ministry will not wait."})
        )

    def test_a_signed_return_is_not_signed_again(self) -> None:
        for events, status in (((SIGNED,), "signed-off"), ((SIGNED, SUBMITTED), "submitted")):
            given_that(FILLED_IN, OPENED, FILLED, *events).when(SIGN).then_refused(
                f"This return is {status} already", Refusal
            )

    def test_a_return_that_was_not_opened_cannot_be_signed(self) -> None:
        given_that(FILLED_IN).when(SIGN).then_refused("2017-18-h1", NotFound)


class TestSubmitting:
    def test_a_signed_return_that_went_to_the_funder_is_recorded_with_its_digest(self) -> None:
        given(OPENED, FILLED, SIGNED).when(SUBMIT).then(SUBMITTED)

    def test_submitting_it_twice_records_it_once(self) -> None:
        given(OPENED, FILLED, SIGNED, SUBMITTED).when(SUBMIT).then_nothing()

    def test_a_return_that_is_not_signed_is_not_submitted(self) -> None:
        given(OPENED, FILLED).when(SUBMIT).then_refused(
            r"A return must be signed off before it is submitted \(sign-off-return\)", Refusal
        )

    def test_a_return_cannot_have_been_submitted_in_the_future(self) -> None:
        given(OPENED, FILLED, SIGNED).when(SUBMIT.model_copy(update={"submitted_on": date(2017, 10, 17)})).then_refused(
            "A return cannot have been submitted in the future", Refusal
        )

    def test_a_return_that_was_not_opened_cannot_be_submitted(self) -> None:
        given().when(SUBMIT).then_refused("2017-18-h1", NotFound)

    def test_before_the_half_year_was_over_or_it_was_signed_it_cannot_have_been_submitted(self) -> None:
        early = SUBMIT.model_copy(update={"submitted_on": date(2017, 9, 30)})
        given(OPENED, FILLED, SIGNED).when(early).then_refused("The half-year was not over until 30 September 2017")
        unsigned = SUBMIT.model_copy(update={"submitted_on": date(2017, 10, 15)})
        given(OPENED, FILLED, SIGNED).when(unsigned).then_refused("It was signed on 16 October 2017: it cannot")
        # what was signed before the day was written down is held against the half-year alone
        old = SIGNED.model_copy(update={"signed_on": None})
        (said,) = given(OPENED, FILLED, old).when(unsigned).decided()
        assert isinstance(said, ReturnSubmitted)

    def test_the_day_of_the_signature_is_that_of_london(self) -> None:
        late = datetime(2017, 10, 16, 23, 30, tzinfo=UTC)
        (said,) = given_that(FILLED_IN, OPENED, FILLED).at(late).when(SIGN).decided()
        assert isinstance(said, ReturnSignedOff)
        assert said.signed_on == date(2017, 10, 17)

    def test_a_version_that_is_restated_is_held_against_its_own_signature(self) -> None:
        again = SIGNED.model_copy(update={"signed_on": None})
        state = HalfYearlyReturn().after((OPENED, FILLED, SIGNED, RESTATED, FILLED, again))
        assert state.signed_on is None

    def test_a_second_submission_is_refused_by_what_differs(self) -> None:
        before = (OPENED, FILLED, SIGNED, SUBMITTED)
        given(*before).when(SUBMIT.model_copy(update={"receipt": None})).then_nothing()
        other_day = {"submitted_on": date(2017, 10, 20)}
        given(*before).when(SUBMIT.model_copy(update=other_day)).then_refused("already, on 16 October 2017\\.")
        other = {"receipt": "Another."}
        given(*before).when(SUBMIT.model_copy(update=other)).then_refused("already, with another receipt\\.")
        given(*before).when(SUBMIT.model_copy(update=other | other_day)).then_refused(
            "already, on 16 October 2017 and with another receipt\\."
        )
        bare = SUBMITTED.model_copy(update={"receipt": None})
        given(OPENED, FILLED, SIGNED, bare).when(SUBMIT).then_refused("already, without a receipt\\.")


class TestRestating:
    def test_a_restatement_is_a_new_version_that_names_the_one_it_supersedes(self) -> None:
        given(OPENED, FILLED, SIGNED, SUBMITTED).when(RESTATE).then(RESTATED)

    def test_a_signed_return_may_be_restated_before_it_is_submitted(self) -> None:
        given(OPENED, FILLED, SIGNED).when(RESTATE).then(RESTATED)

    def test_a_return_that_is_not_signed_needs_no_restatement(self) -> None:
        for before in ((OPENED,), (OPENED, FILLED), (OPENED, FILLED, SIGNED, RESTATED)):
            given(*before).when(RESTATE).then_refused(
                "This return is not signed off: it can still be filled in again, without a restatement", Refusal
            )

    def test_a_restated_return_is_filled_signed_and_submitted_anew(self) -> None:
        before: list[Event] = [OPENED, FILLED, SIGNED, SUBMITTED, RESTATED]
        given_that(FILLED_IN, *before).when(SIGN).then_refused("Fill the return in first", Refusal)
        given(*before).when(SUBMIT).then_refused("must be signed off before", Refusal)
        given_that(FILLED_IN, *before).when(FILL).then(FILLED)
        given_that(FILLED_IN, *before, FILLED).when(SIGN).then(SIGNED)
        given(*before, FILLED, SIGNED).when(SUBMIT).then(SUBMITTED)

    def test_versions_are_counted_up(self) -> None:
        before = (OPENED, FILLED, SIGNED, RESTATED, FILLED, SIGNED)
        given(*before).when(RESTATE).then(RESTATED.model_copy(update={"version": 3}))
        assert HalfYearlyReturn().after(before).version == 2

    def test_a_return_that_was_not_opened_cannot_be_restated(self) -> None:
        given().when(RESTATE).then_refused("2017-18-h1", NotFound)


class TestTheDigest:
    def test_it_does_not_depend_on_when_the_return_was_folded_or_what_it_waits_for(self) -> None:
        assert FILLED_IN.model_copy(update={"position": 500}).sha256 == FILLED_IN.sha256
        assert WAITING.sha256 == FILLED_IN.sha256

    @pytest.mark.parametrize("change", [{"period": "2017-18-h2"}, {"template": "another"}, {"tables": ()}])
    def test_it_depends_on_the_period_the_template_and_the_tables(self, change: dict[str, Any]) -> None:
        assert FILLED_IN.model_copy(update=change).sha256 != FILLED_IN.sha256

    @pytest.mark.parametrize(
        "other", [Cell(value=446_000_01), Cell(value="44600000"), Cell(), Cell(value=446_000_00, sources=(12,))]
    )
    def test_it_depends_on_every_cell_and_its_sources(self, other: Cell) -> None:
        rows = ((SERVICES.rows[0][0], other),)
        changed = FILLED_IN.model_copy(update={"tables": (SERVICES.model_copy(update={"rows": rows}),)})
        assert changed.sha256 != FILLED_IN.sha256

    def test_it_is_the_same_after_the_tables_were_written_down_and_read_again(self) -> None:
        again = ReturnSignedOff.model_validate_json(SIGNED.model_dump_json(), strict=True)
        assert FILLED_IN.model_copy(update={"tables": again.tables}).sha256 == again.sha256


class TestTemplates:
    def test_every_template_says_which_funds_it_reports_on_and_how_sure_it_is(self) -> None:
        for template in templates():
            assert template.return_to
            assert template.sections
            assert template.note

    def test_the_template_is_the_one_in_force_on_the_first_day(self) -> None:
        assert template_for(Period.parse("2017-18-h1")).template == "moj-working-1"

    def test_a_template_is_found_by_its_code_or_refused_with_those_there_are(self) -> None:
        assert template_named("moj-working-1").return_to == "moj"
        with pytest.raises(Refusal, match=r"There is no template moj-9 on file \(there are: moj-working-1"):
            template_named("moj-9")


def test_only_finance_signs_submits_and_restates() -> None:
    for command in (SignOffReturn, SubmitReturn, RestateReturn):
        assert command.may == {Role.FINANCE}
    assert FillReturn.may == {Role.FINANCE, Role.CONTRACT_MANAGER}
    assert OpenReturn.may == {Role.FINANCE, Role.CONTRACT_MANAGER, Role.SCHEDULER}


ORDERS: dict[str, ReturnCommand] = {"open": OPEN, "fill": FILL, "sign": SIGN, "submit": SUBMIT, "restate": RESTATE}


@for_any(some.lists(some.tuples(some.sampled_from(sorted(ORDERS)), some.sampled_from([FILLED_IN, CHANGED]))))
@modest
def test_whatever_is_ordered_what_is_submitted_was_signed_and_what_is_signed_was_seen(
    orders: list[tuple[str, FilledReturn]],
) -> None:
    events: list[Event] = []
    for name, filled in orders:
        before = HalfYearlyReturn().after(events)
        try:
            new = given_that(filled, *events).when(ORDERS[name]).decided()
        except (Refusal, NotFound):
            continue
        for event in new:
            if isinstance(event, ReturnSignedOff):
                assert before.filled is not None
                assert event.sha256 == before.filled.sha256
            if isinstance(event, ReturnSubmitted):
                assert before.status is ReturnStatus.SIGNED_OFF
                assert event.sha256 == before.signed_sha256
        events += new
