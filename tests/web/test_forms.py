"""What people type into forms: read as they mean it, or told what is wrong at the very field, with nothing lost."""

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.awards.commands import ApproveAward, RegisterAward
from domain.awards.documents import AttachDocument
from domain.awards.milestone_commands import CompleteMilestone, ScheduleMonitoring
from domain.awards.payment_commands import SchedulePayment
from domain.awards.reporting_commands import AgreeMeasures
from domain.awards.spend_commands import ReportSpend, SetProfile
from domain.chases.commands import SetChase
from domain.errors import Refusal
from domain.funds.commands import AmendAllocation, ReceiveAllocation
from domain.kernel import Command
from domain.reports.commands import SendBackReport, SubmitReport
from services.web.forms import (
    Forged,
    Form,
    Options,
    Read,
    Wrong,
    faults_of,
    form_for,
    order,
    read,
    refused,
    shown_again,
    texts,
)
from services.web.forms.shapes import Kind
from tests.web.browser import Page, rendered
from tests.web.orders import GIVEN_BY_PEOPLE

AWARD = {"award": "MOJ-2017-07"}


def _sent(form: Form, typed: dict[str, str], do: str = "") -> list[tuple[str, str]]:
    """What a browser sends when a person types this into a form that is open."""
    page = dict(Page(rendered(form)).sends()) | typed
    return [*page.items(), *([("do", do)] if do else [])]


def _wrong(form: Form, sent: Read) -> tuple[Wrong, ...]:
    """What is wrong with what was sent; it is an error if nothing is."""
    said = order(form, sent)
    assert not isinstance(said, Command)
    return said


def _said(form: Form, typed: dict[str, str]) -> Any:
    return order(form, read(form, _sent(form, typed)))


def _faults(form: Form, typed: dict[str, str]) -> dict[str, str]:
    said = _said(form, typed)
    return {} if isinstance(said, Command) else {wrong.name: wrong.words for wrong in said}


MILESTONE = form_for(CompleteMilestone, address=AWARD, version=3)
MET = {
    "milestone": "second-year-plan",
    "completed_on-day": "30",
    "completed_on-month": "9",
    "completed_on-year": "2017",
    "evidence": "Minutes seen",
}


def _met_on(day: str, month: str, year: str) -> dict[str, str]:
    return MET | {"completed_on-day": day, "completed_on-month": month, "completed_on-year": year}


@pytest.mark.parametrize(
    ("day", "month", "year"),
    [
        ("30", "9", "2017"),
        (" 30 ", "09", "2017\u00a0"),
        (chr(0xFF13) + chr(0xFF10), chr(0xFF19), "".join(chr(0xFEE0 + ord(sign)) for sign in "2017")),
        ("30", "September", "2017"),
        ("30", "sept.", "2017"),
    ],
)
def test_a_day_is_read_as_people_write_it(day: str, month: str, year: str) -> None:
    assert _said(MILESTONE, _met_on(day, month, year)).completed_on == date(2017, 9, 30)


@pytest.mark.parametrize(
    ("day", "month", "year", "words"),
    [
        ("", "", "", "Enter the day the milestone was met, like 30 9 2017"),
        ("30", "", "2017", "Day the milestone was met must include a month"),
        ("", "9", "", "Day the milestone was met must include a day and a year"),
        ("30", "9", "17", "Enter the year of the day the milestone was met with four figures, like 2017"),
        ("31", "9", "2017", "Day the milestone was met must be a real date, like 30 9 2017"),
        ("0", "9", "2017", "Day the milestone was met must be a real date, like 30 9 2017"),
        ("one", "9", "2017", "Day the milestone was met must be a real date, like 30 9 2017"),
        ("30", "9", "1917", "Day the milestone was met must lie between 1990 and 2100"),
        ("፴", "9", "2017", "Day the milestone was met must be written in the figures 0 to 9"),
    ],
)
def test_a_day_that_cannot_be_is_told_in_words(day: str, month: str, year: str, words: str) -> None:
    assert _faults(MILESTONE, _met_on(day, month, year)) == {"completed_on": words}


PAYMENT = form_for(SchedulePayment, address=AWARD)
DUE = {"payment": "p1", "fund": "moj-victims", "year": "2017-18"}
DUE |= {"due_on-day": "1", "due_on-month": "4", "due_on-year": "2018"}


@pytest.mark.parametrize("typed", ["£1,250.50", "1250.5", " 1,250.50 ", "\u00a01250.50", "￡１２５０．５０"])  # noqa: RUF001
def test_pounds_are_read_as_people_write_them(typed: str) -> None:
    assert _said(PAYMENT, DUE | {"amount_pence": typed}).amount_pence == 125_050


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Enter the amount in pounds, like £1,250.50"),
        ("0", "Amount must be more than 0"),
        ("-5", "An amount must not be less than nought: a release or a repayment is recorded as itself"),
        ("€5", "An amount must be in pounds, like £1,250.50: no other currency, percentage or formula"),
        ("5.555", "An amount must be in whole pence, with no more than two figures after the point"),
        ("not known", "An amount must be a number of pounds, like £1,250.50"),
    ],
)
def test_pounds_that_cannot_be_are_told_in_words(typed: str, words: str) -> None:
    assert _faults(PAYMENT, DUE | {"amount_pence": typed}) == {"amount_pence": words}


def test_a_change_may_be_less_than_nought() -> None:
    form = form_for(AmendAllocation, address={"fund": "moj-victims", "year": "2017-18"})
    typed = {"agreement": "a1", "addendum": "b1", "reason": "Cut", "change_pence": "−£1,250.50"}  # noqa: RUF001
    assert _said(form, typed).change_pence == -125_050


def test_an_amount_typed_rounded_is_kept_as_printed() -> None:
    form = form_for(ReceiveAllocation, address={"fund": "moj-victims", "year": "2017-18"})
    said = _said(form, {"agreement": "a1", "source": "The letter", "amount_pence": "£1m"})
    assert (said.amount_pence, said.printed, said.exact) == (100_000_000, "£1m", False)


def test_an_amount_may_be_not_known_where_the_order_allows_it() -> None:
    form = form_for(ReceiveAllocation, address={"fund": "moj-victims", "year": "2017-18"})
    assert _said(form, {"agreement": "a1", "source": "The letter", "amount_pence": " Not known"}).amount_pence is None
    assert "amount_pence" in _faults(form, {"agreement": "a1", "source": "The letter"})


def test_a_period_and_a_rule_are_typed_in_words() -> None:
    form = form_for(ScheduleMonitoring, address=AWARD)
    typed = {"schedule": "half", "title": "Report", "frequency": "half-yearly", "covers": "2017-18-H1"}
    said = _said(form, typed | {"due": "30 October,  30 April"})
    assert (said.covers, said.due.words) == ("2017-18-h1", "30 October, 30 April")
    assert "due" in _faults(form, typed | {"due": "some day"})
    assert "covers" in _faults(form, typed | {"due": "1 month after", "covers": "last year"})


SHARES = form_for(ApproveAward, address=AWARD)
ONE = {"shares.0.fund": "moj-victims", "shares.0.year": "2017-18", "shares.0.amount_pence": "446,000"}


def _with_rows(form: Form, typed: dict[str, str], rows: int) -> tuple[Form, dict[str, str]]:
    """The form with as many rows of shares, added one by one."""
    for _row in range(rows - 1):
        form = shown_again(form, read(form, _sent(form, typed, do="add.shares")))
    return form, typed


def test_a_row_is_added_without_a_script_and_what_was_typed_stays() -> None:
    form, _typed = _with_rows(SHARES, ONE, 3)
    assert form.rows["shares"] == (0, 1, 2)
    assert form.typed["shares.0.amount_pence"] == "446,000"
    assert form.wrong == ()
    assert "Share 3" in Page(rendered(form)).text


def test_a_row_is_taken_away_and_the_others_stay() -> None:
    form, _typed = _with_rows(SHARES, ONE | {"decision": "Decision Record 017"}, 2)
    form = shown_again(form, read(form, _sent(form, {"shares.1.fund": "another"}, do="remove.shares.0")))
    assert form.rows["shares"] == (1,)
    assert (form.typed["shares.1.fund"], form.typed["decision"]) == ("another", "Decision Record 017")
    assert "Share 1" in Page(rendered(form)).text


def test_a_row_left_empty_is_no_row_and_faults_still_lead_to_the_right_one() -> None:
    form, typed = _with_rows(SHARES, {}, 3)
    typed = {"shares.0.fund": "moj-victims", "shares.0.year": "2017-18", "shares.0.amount_pence": "1"}
    typed |= {"shares.2.fund": "two words", "shares.2.year": "2017-18", "shares.2.amount_pence": "2"}
    sent = read(form, _sent(form, typed))
    said = _wrong(form, sent)
    assert [wrong.name for wrong in said] == ["shares.2.fund"]
    again = shown_again(form, sent, said)
    assert [fault.field for fault in faults_of(again)] == ["field-shares-2-fund"]
    assert faults_of(again)[0].words.startswith("Share 3: Fund must be letters, digits")


def test_a_rule_over_several_fields_is_told_at_the_top() -> None:
    form, typed = _with_rows(SHARES, ONE, 2)
    twice = ONE | {name.replace(".0.", ".1."): said for name, said in ONE.items()}
    said = _wrong(form, read(form, _sent(form, twice)))
    assert [wrong.name for wrong in said] == [""]
    assert said[0].words.startswith("Each fund and year may be named once")
    del typed


def test_several_texts_are_rows_of_one_field() -> None:
    form = form_for(SendBackReport, address={"award": "a", "period": "2017-18-h1"})
    form = shown_again(form, read(form, _sent(form, {"reasons.0": "Demand: too low"}, do="add.reasons")))
    day = {"correct_by-day": "1", "correct_by-month": "12", "correct_by-year": "2017"}
    assert _said(form, day | {"reasons.1": "Outcomes: one is missing"}).reasons == (
        "Demand: too low",
        "Outcomes: one is missing",
    )


def test_steps_may_all_be_taken_away() -> None:
    form = form_for(SetChase, address={"chase": "default"})
    assert _said(form, {"reason": "Nobody is to be reminded"}).steps == ()


def test_lines_of_spend_are_read_whole() -> None:
    form = form_for(ReportSpend, address=AWARD)
    typed = {"period": "2017-18-h1", "received_on-day": "1", "received_on-month": "11", "received_on-year": "2017"}
    line = {"lines.0.line": "Staff", "lines.0.planned_pence": "700,000", "lines.0.actual_pence": "684500"}
    found = _said(form, typed | line).lines[0]
    assert (found.planned_pence, found.actual_pence, found.forecast_pence) == (70_000_000, 68_450_000, None)


def test_a_file_is_told_by_itself() -> None:
    form = form_for(AttachDocument, address=AWARD)
    kept = {"sha256": "a" * 64, "file_name": "plan.pdf", "media_type": "application/pdf", "size_bytes": 12}
    entries: list[tuple[str, object]] = [*_sent(form, {"kind": "spend-plan", "title": "Plan"}), ("file", object())]
    said = order(form, read(form, entries, kept))
    assert isinstance(said, AttachDocument)
    assert said.sha256 == "a" * 64
    assert ("file", "Choose the file") in _wrong(form, read(form, entries))
    assert form.sends_a_file


def test_what_seems_to_be_of_one_person_is_told_at_its_field_and_not_repeated() -> None:
    found = _faults(MILESTONE, MET | {"evidence": "Call 01604 123456"})
    assert found == {
        "evidence": "This seems to hold a telephone number: the office records totals only, so take it out"
    }


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\x7f", "\ufeff", "\ufffe", "\u2028"])
def test_characters_that_cannot_be_seen_are_taken_out_and_told(sign: str) -> None:
    sent = read(MILESTONE, _sent(MILESTONE, MET | {"evidence": f"Seen{sign} by us"}))
    assert [wrong.name for wrong in sent.wrong] == ["evidence"]
    assert shown_again(MILESTONE, sent).typed["evidence"] == "Seen by us"


def test_a_text_that_is_too_long_is_told_and_kept() -> None:
    sent = read(MILESTONE, _sent(MILESTONE, MET | {"evidence": "x" * 4_001}))
    assert sent.wrong[0].words == "Evidence must be at most 4,000 characters long"
    assert len(sent.typed["evidence"]) == 4_001


@pytest.mark.parametrize(
    "more",
    [
        [("colour", "red")],
        [("evidence", "twice")],
        [("award", "another")],
        [("milestone.0.title", "x")],
        [("version", "1")],
        [("do", "drop.everything")],
        [("do", "add.milestone")],
        [("milestone", object())],
    ],
)
def test_what_the_form_does_not_ask_is_forged(more: list[tuple[str, object]]) -> None:
    with pytest.raises(Forged, match="Open the form again"):
        read(MILESTONE, [*_sent(MILESTONE, MET), *more])


@pytest.mark.parametrize("hidden", [{"version": "x"}, {"key": ""}, {"key": "../../etc/passwd"}])
def test_a_form_whose_hidden_parts_were_changed_is_forged(hidden: dict[str, str]) -> None:
    with pytest.raises(Forged):
        read(MILESTONE, _sent(MILESTONE, MET | hidden))


def test_a_form_keeps_the_version_it_was_opened_on_and_its_key() -> None:
    sent = read(MILESTONE, _sent(MILESTONE, {}))
    later = form_for(CompleteMilestone, address=AWARD, version=9)
    again = shown_again(later, sent)
    assert (again.version, again.key) == (3, MILESTONE.key)
    assert form_for(CompleteMilestone, address=AWARD).key != form_for(CompleteMilestone, address=AWARD).key


def test_the_words_of_a_rule_name_no_field_and_no_command_by_its_code() -> None:
    said = refused(Refusal("Fill the return in first (fill-return), or say why (despite, rests_on)."))
    assert said.words == "Fill the return in first (Fill return), or say why (despite, decision it rests on)"
    then = refused(Refusal("Payments are held until this is met: a plan. Then meet-condition."))
    assert then.words == "Payments are held until this is met: a plan. Then choose: Meet condition."


def test_a_rule_that_names_one_field_is_told_at_it_and_any_other_leads_to_the_first_entry() -> None:
    two = refused(Refusal("Say why (evidence, milestone)."), MILESTONE)
    none = refused(Refusal("The evidence is of another milestone."), MILESTONE)
    bare, bracketed = Refusal("The completed_on is too late."), Refusal("Say what shows it (evidence).")
    assert [refused(each, MILESTONE).name for each in (bare, bracketed)] == ["completed_on", "evidence"]
    assert (two.name, none.name) == ("", "")
    [fault] = faults_of(MILESTONE.with_wrong([none]))
    assert fault.field == "field-milestone"
    assert fault.field in Page(rendered(MILESTONE.with_wrong([none]))).ids


def test_no_label_is_given_a_second_article() -> None:
    assert texts.noun("The other entry for it") == "the other entry for it"


def test_a_file_that_cannot_be_kept_is_told_at_its_field_with_what_was_typed() -> None:
    form = form_for(AttachDocument, address=AWARD)
    sent = read(form, _sent(form, {"kind": "spend-plan", "title": "Plan"}), "The file is empty.")
    assert _wrong(form, sent) == (Wrong("file", "The file is empty"),)
    again = shown_again(form, sent)
    assert (again.typed["title"], [fault.field for fault in faults_of(again)]) == ("Plan", ["field-file"])


class _Known:
    """Choices that are written down here."""

    def __init__(self, known: dict[str, list[tuple[str, str]]]) -> None:
        self.known = known

    def options(self, _command: type[Command[Any]], field: str, _address: Any) -> Options | None:
        return self.known.get(field)


def test_a_few_choices_are_radios_and_many_are_a_list() -> None:
    few = _Known({"milestone": [("m1", "First plan"), ("m2", "Second plan")]})
    many = _Known({"milestone": [(f"m{number}", f"Plan {number}") for number in range(9)]})
    radios = Page(rendered(form_for(CompleteMilestone, address=AWARD, choices=few)))
    assert [each.get("value") for each in radios.all("input") if each.get("type") == "radio"] == ["m1", "m2"]
    options = Page(rendered(form_for(CompleteMilestone, address=AWARD, choices=many))).all("option")
    assert len(options) == 10


def test_what_is_not_on_the_list_is_told() -> None:
    form = form_for(CompleteMilestone, address=AWARD, choices=_Known({"milestone": [("m1", "First plan")]}))
    assert _faults(form, MET) == {"milestone": "Choose the milestone from the list"}
    assert _said(form, MET | {"milestone": "m1"}).milestone == "m1"


def test_what_was_given_is_on_the_list_even_if_nobody_knows_it() -> None:
    known = _Known({"milestone": [("m1", "First plan")]})
    form = form_for(CompleteMilestone, address=AWARD, given={"milestone": "old"}, choices=known)
    assert [value for value, _words in form.options["milestone"]] == ["m1", "old"]


def test_several_codes_are_ticked_where_they_are_known() -> None:
    known = _Known({"measures": [("referrals", "Referrals"), ("waiting.now", "People waiting")]})
    form = form_for(AgreeMeasures, address=AWARD, choices=known)
    assert _said(form, {"measures.waiting.now": "yes"}).measures == ("waiting.now",)
    assert _faults(form, {})["measures"] == "Choose the measures"
    given = form_for(AgreeMeasures, address=AWARD, given={"measures": ["waiting.now"]}, choices=known)
    assert ("measures.waiting.now", "yes") in Page(rendered(given)).sends()


def test_several_codes_are_lines_where_they_are_not() -> None:
    assert _said(form_for(AgreeMeasures, address=AWARD), {"measures": "referrals\n\nwaiting "}).measures == (
        "referrals",
        "waiting",
    )


def test_nothing_may_be_picked_where_nothing_is_needed() -> None:
    form = form_for(SetProfile, address=AWARD, given={"by": "monthly"})
    assert dict(Page(rendered(form)).sends())["by"] == "monthly"
    assert "by" in form.asked
    assert _faults(form, {"by": ""}) == {"": "Spread it by a frequency, or over stated lines: give one of them"}


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    [
        "²",
        "፩",
        "1" * 40,
        "-0",
        "£",
        "1e9",
        "2017-18",
        "9999-00",
        "0000-01..9999-12-31",
        "30 October",
        "² days after",
        "a b",
    ]
)
_PLACES = [(command, name) for command in GIVEN_BY_PEOPLE for name in form_for(command, address={}).asked]
_PLACES += [(SubmitReport, f"figures.0.{name}") for name in ("measure", "quantity")]
_PYTHON = {"int", "str", "tuple", "NoneType", "None", "literal", "Enum", "input", "dict", "bool", "base", "float"}


def _typed_into(command: type[Command[Any]], name: str, typed: str) -> tuple[Form, Read]:
    """A form that is empty but for one entry, and what is read of it."""
    form = form_for(command, address={}, key="k" * 20)
    entries = {each: form.typed.get(each, "") for each in form.asked} | {name: typed}
    return form, read(form, [*entries.items(), ("version", "0"), ("key", "k" * 20)])


@settings(max_examples=500, deadline=None)
@given(place=st.sampled_from(_PLACES), typed=_TEXT)
def test_whatever_is_typed_is_read_or_told_in_words(place: tuple[type[Command[Any]], str], typed: str) -> None:
    form, sent = _typed_into(*place, typed)
    said = order(form, sent)
    words = "" if isinstance(said, Command) else " ".join(each.words for each in said)
    assert not _PYTHON & set(re.findall(r"\w+", words))
    assert "_" not in words


@settings(max_examples=60, deadline=None)
@given(place=st.sampled_from(_PLACES), typed=_TEXT)
def test_whatever_is_typed_is_shown_again_as_it_was(place: tuple[type[Command[Any]], str], typed: str) -> None:
    form, sent = _typed_into(*place, typed)
    said = order(form, sent)
    again = shown_again(form, sent, () if isinstance(said, Command) else said)
    shape = again.asked[place[1]][0]
    shown = dict(Page(rendered(again)).sends())
    if shape.kind not in (Kind.CHOICE, Kind.YES_NO, Kind.FILE):
        assert shown[place[1]].replace("\r\n", "\n") == sent.typed[place[1]]


def test_the_registration_of_an_award_says_what_is_wrong_with_all_of_it_at_once() -> None:
    found = _faults(form_for(RegisterAward, address={}), {"award": "with space", "starts_on-day": "1"})
    assert found["service"] == "Enter the service"
    assert found["route"] == "Choose the route"
    assert found["starts_on"] == "First day must include a month and a year"
