"""The few ideas everything stands on."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import TypeAdapter, ValidationError

from domain.awards.award import Award
from domain.awards.change_events import AwardWithdrawn
from domain.awards.changes import WithdrawAward
from domain.catalogue import COMMANDS, CONSEQUENCES, EVENTS, NOUNS, command_name
from domain.errors import NotAllowed, NotFound, OutturnError, Refusal
from domain.funds.fund import Fund
from domain.kernel import Aggregate, Code, Day, Event, Occasion, Recorded, Reference, Words, utc_now
from domain.monitoring.obligation import Obligation
from domain.providers.provider import Provider
from domain.reports.report import Report
from domain.returns.half_yearly_return import HalfYearlyReturn
from tests.story import EVERYBODY

RECORDED = Recorded(
    position=7,
    stream="award-2026-0042",
    version=3,
    event=AwardWithdrawn(reason="The service closed."),
    at=datetime(2026, 1, 5, tzinfo=UTC),
    by="tester",
    act="a-1",
)


@pytest.mark.parametrize(
    ("now", "today"),
    [
        (datetime(2017, 6, 30, 22, 59, tzinfo=UTC), date(2017, 6, 30)),
        (datetime(2017, 6, 30, 23, 0, tzinfo=UTC), date(2017, 7, 1)),
        (datetime(2017, 12, 31, 23, 59, tzinfo=UTC), date(2017, 12, 31)),
        (datetime(2018, 3, 25, 0, 59, tzinfo=UTC), date(2018, 3, 25)),
    ],
)
def test_today_is_the_date_in_london_in_summer_and_in_winter(now: datetime, today: date) -> None:
    assert Occasion(now, EVERYBODY).today == today


def test_the_present_moment_is_aware_and_in_utc() -> None:
    assert utc_now().utcoffset() == timedelta(0)


def test_a_stream_is_the_noun_and_the_reference() -> None:
    assert (RECORDED.noun, RECORDED.reference) == ("award", "2026-0042")


def test_an_event_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        RECORDED.event.reason = "Another."  # type: ignore[attr-defined]


def test_a_field_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        WithdrawAward.model_validate({"award": "a-1", "reason": "Closed.", "resaon": "Closed."})


@pytest.mark.parametrize("reference", ["a", "2017-18-vwh-1", "A.b_c-9", "9" * 80])
def test_a_reference_may_be_eighty_letters_digits_full_stops_hyphens_and_underscores(reference: str) -> None:
    assert TypeAdapter[str](Reference).validate_python(reference) == reference


@pytest.mark.parametrize("reference", ["", ".a", "-a", "_a", "a b", "a/b", "a\n", "é", "a:b", "9" * 81])
def test_any_other_reference_is_refused(reference: str) -> None:
    with pytest.raises(ValidationError, match="should match pattern"):
        TypeAdapter[str](Reference).validate_python(reference)


@pytest.mark.parametrize("code", ["a", "outcome-report", "A_b-9", "9" * 40])
def test_a_code_may_be_forty_letters_digits_hyphens_and_underscores(code: str) -> None:
    assert TypeAdapter[str](Code).validate_python(code) == code


@pytest.mark.parametrize("code", ["", "a.b", ".a", "a.", "-a", "_a", "a b", "a/b", "a\n", "é", "a:b", "9" * 41])
def test_any_other_code_is_refused_and_one_with_a_full_stop_too(code: str) -> None:
    with pytest.raises(ValidationError, match="should match pattern"):
        TypeAdapter[str](Code).validate_python(code)


@pytest.mark.parametrize("day", [date(1990, 1, 1), date(2017, 10, 16), date(2100, 12, 31)])
def test_a_day_is_one_from_1990_to_2100(day: date) -> None:
    assert TypeAdapter[date](Day).validate_python(day) == day


@pytest.mark.parametrize(
    ("day", "message"),
    [
        (date.min, "greater than or equal to 1990-01-01"),
        (date(1989, 12, 31), "greater than or equal to 1990-01-01"),
        (date(2101, 1, 1), "less than or equal to 2100-12-31"),
        (date.max, "less than or equal to 2100-12-31"),
    ],
)
def test_any_other_day_is_a_slip_of_the_keyboard_and_refused(day: date, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        TypeAdapter[date](Day).validate_python(day)


def test_free_text_is_kept_without_the_space_around_it_and_within_reason() -> None:
    words = TypeAdapter[str](Words)
    assert words.validate_python("  The service closed.\n") == "The service closed."
    with pytest.raises(ValidationError, match="at least 1 character"):
        words.validate_python(" \n ")
    with pytest.raises(ValidationError, match="at most 4000 characters"):
        words.validate_python("a" * 4001)


def test_every_refusal_is_meant_to_be_read() -> None:
    assert all(issubclass(error, OutturnError) for error in (Refusal, NotFound, NotAllowed))


@pytest.mark.parametrize("aggregate", [Award, Fund, HalfYearlyReturn, Obligation, Provider, Report])
def test_an_event_that_says_nothing_of_a_thing_leaves_it_as_it_is(aggregate: type[Aggregate]) -> None:
    class BellRung(Event, name="bell.rung"):
        """Something that no thing of the domain takes notice of."""

    assert aggregate().after([BellRung()]) == aggregate()


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_the_stored_name_of_an_event_is_its_noun_and_its_deed(name: str) -> None:
    noun, _, deed = name.partition(".")
    assert noun in NOUNS
    assert deed
    assert deed == deed.lower()
    assert EVENTS[name].name == name


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_command_has_its_name_its_noun_its_words_and_those_who_may_give_it(name: str) -> None:
    command = COMMANDS[name]
    assert command_name(command) == name
    assert command.noun in NOUNS
    assert command.__doc__
    assert command.may


@pytest.mark.parametrize("name", sorted(CONSEQUENCES))
def test_a_consequence_is_given_by_nobody_and_says_what_it_follows_from(name: str) -> None:
    assert not CONSEQUENCES[name].may
    assert (CONSEQUENCES[name].__doc__ or "").startswith("Follows from ")


def test_a_commands_name_is_its_class_in_kebab_case() -> None:
    assert command_name(WithdrawAward) == "withdraw-award"
    assert COMMANDS["withdraw-award"] is WithdrawAward
    assert "commit-funds" in CONSEQUENCES
    assert "commit-funds" not in COMMANDS


def test_no_base_of_commands_is_a_command() -> None:
    known = set(COMMANDS) | set(CONSEQUENCES)
    assert not {"award-command", "fund-command", "milestone-command", "report-command"} & known
