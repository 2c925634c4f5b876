"""When a reminder is due, and to whom."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from domain.monitoring.policy import (
    DEFAULT_STEPS,
    OVERTAKEN,
    PASSED_OVER,
    Offset,
    Part,
    Step,
    days_of,
    decide,
)
from domain.working_days import is_working_day

DUE = date(2026, 10, 30)
LADDER = tuple(
    map(
        Step.of,
        (
            "ahead: 10 working days before to provider",
            "due: on the day to provider",
            "late: 5 days after to provider",
            "escalated: 20 working days after to head-of-commissioning",
        ),
    )
)
days = some.dates(date(2026, 1, 1), date(2028, 12, 31))
offsets = some.builds(Offset, days=some.integers(-60, 60), working=some.booleans())
ladders = some.lists(
    some.builds(Step, step=some.text("abcdefgh", min_size=1, max_size=4), when=offsets, to=some.sampled_from(Part)),
    min_size=1,
    max_size=6,
    unique_by=lambda step: step.step,
).map(tuple)


def decided(today: date, *settled: str) -> list[tuple[str, bool]]:
    """The steps of the ladder about which is decided on a day, and whether a message goes."""
    return [(decision.step.step, decision.send) for decision in decide(LADDER, DUE, today, settled)]


@pytest.mark.parametrize("step", DEFAULT_STEPS, ids=lambda step: step.step)
def test_a_step_in_words_reads_back_to_itself(step: Step) -> None:
    assert Step.of(step.words) == step


@given(offsets.filter(lambda offset: offset.days or not offset.working))
def test_an_offset_in_words_reads_back_to_itself(offset: Offset) -> None:
    assert Offset.of(offset.words) == offset


@pytest.mark.parametrize(
    "words", ["soon", "ten days after", "5 weeks before", "5 days", "-5 days after", "999 days after"]
)
def test_an_offset_that_cannot_be_read_is_told_with_the_cure(words: str) -> None:
    with pytest.raises(ValueError, match='like "10 working days before", "on the day" or "5 days after"'):
        Offset.of(words)


def test_a_step_that_cannot_be_read_is_told_with_the_cure() -> None:
    with pytest.raises(ValueError, match="write a step like: due: on the day to provider"):
        Step.of("due: on the day to everybody")


def test_the_days_of_a_ladder_are_working_days_counted_from_the_due_day() -> None:
    assert days_of(LADDER, DUE, frozenset()) == (
        date(2026, 10, 16),
        date(2026, 10, 30),
        date(2026, 11, 4),
        date(2026, 11, 27),
    )


def test_a_step_on_a_weekend_or_a_holiday_moves_to_the_next_working_day() -> None:
    on_the_day = (Step.of("due: on the day to provider"),)
    assert days_of(on_the_day, date(2026, 10, 31), frozenset()) == (date(2026, 11, 2),)
    assert days_of(on_the_day, date(2026, 12, 25), frozenset()) == (date(2026, 12, 29),)
    assert days_of(on_the_day, DUE, frozenset({DUE})) == (date(2026, 11, 2),)


def test_nothing_is_decided_before_the_first_step() -> None:
    assert decided(date(2026, 10, 15)) == []


def test_each_step_is_sent_on_its_day_and_never_again() -> None:
    assert decided(date(2026, 10, 16)) == [("ahead", True)]
    assert decided(date(2026, 10, 16), "ahead") == []
    assert decided(date(2026, 10, 30), "ahead") == [("due", True)]


def test_after_an_outage_the_latest_step_to_each_is_sent_and_those_before_it_are_not() -> None:
    assert decided(date(2026, 12, 1)) == [("ahead", False), ("due", False), ("late", True), ("escalated", True)]
    reasons = {decision.step.step: decision.reason for decision in decide(LADDER, DUE, date(2026, 12, 1), ())}
    assert reasons == {"ahead": PASSED_OVER, "due": PASSED_OVER, "late": "", "escalated": ""}


def test_a_step_that_was_added_after_a_later_one_went_is_not_sent() -> None:
    reasons = {each.step.step: each.reason for each in decide(LADDER, DUE, date(2026, 12, 1), ("ahead", "late"))}
    assert reasons == {"due": OVERTAKEN, "escalated": ""}, "to the other part nothing went yet"


@given(ladders, days, some.lists(some.integers(0, 90), min_size=1, max_size=20))
def test_whatever_the_days_on_which_it_runs_every_step_is_decided_once(
    ladder: tuple[Step, ...], due: date, pauses: list[int]
) -> None:
    settled: list[str] = []
    today = due - timedelta(days=100)
    for pause in (*pauses, 1_000):
        today += timedelta(days=pause)
        for decision in decide(ladder, due, today, settled):
            assert decision.day <= today
            assert is_working_day(decision.day)
            settled.append(decision.step.step)
    assert sorted(settled) == sorted(step.step for step in ladder)


@given(ladders, days)
def test_run_every_day_every_step_is_sent_unless_another_to_the_same_falls_on_its_day(
    ladder: tuple[Step, ...], due: date
) -> None:
    sent: dict[Part, list[date]] = {}
    settled: list[str] = []
    for number in range(-100, 200):
        today = due + timedelta(days=number)
        for decision in decide(ladder, due, today, settled):
            settled.append(decision.step.step)
            if decision.send:
                assert decision.day == today
                sent.setdefault(decision.step.to, []).append(today)
    for part, on in sent.items():
        assert on == sorted(
            {day for step, day in zip(ladder, days_of(ladder, due, frozenset()), strict=True) if step.to is part}
        )
