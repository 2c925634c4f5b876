"""The outcomes frameworks on file."""

from datetime import timedelta
from itertools import pairwise

import pytest

from domain.errors import Refusal
from domain.periods import Period
from domain.reports.measures import AddsUp, Framework, Unit, framework_for, frameworks


def test_one_framework_follows_the_other_without_a_gap_and_the_last_has_no_end() -> None:
    for earlier, later in pairwise(frameworks()):
        assert earlier.in_force_to is not None
        assert earlier.in_force_to + timedelta(days=1) == later.in_force_from
    assert frameworks()[-1].in_force_to is None


@pytest.mark.parametrize("framework", frameworks(), ids=lambda framework: framework.framework)
def test_every_code_of_a_framework_is_used_once(framework: Framework) -> None:
    for codes in (
        [measure.measure for measure in framework.measures],
        [outcome.outcome for outcome in framework.outcomes],
        [breakdown.breakdown for breakdown in framework.breakdowns],
    ):
        assert codes
        assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("framework", frameworks(), ids=lambda framework: framework.framework)
def test_every_framework_says_how_sure_it_is(framework: Framework) -> None:
    assert "confirm" in framework.note
    assert framework.source


@pytest.mark.parametrize("framework", frameworks(), ids=lambda framework: framework.framework)
def test_people_who_wait_or_continue_are_never_added_over_periods(framework: Framework) -> None:
    for code, adds_up in (("waiting", AddsUp.LAST), ("continuing", AddsUp.FIRST)):
        measure = framework.measure(code)
        assert measure is not None
        assert (measure.unit, measure.adds_up) == (Unit.PEOPLE, adds_up)
    longest = framework.measure("longest-wait-hours")
    assert longest is not None
    assert longest.adds_up is AddsUp.NEVER


@pytest.mark.parametrize("framework", frameworks(), ids=lambda framework: framework.framework)
def test_not_known_and_prefer_not_to_say_are_kept_apart(framework: Framework) -> None:
    for code in ("age", "sex"):
        breakdown = framework.breakdown(code)
        assert breakdown is not None
        assert {"not-known", "prefer-not-to-say"} <= set(breakdown.categories)


def test_what_is_not_asked_for_is_not_found() -> None:
    framework = framework_for(Period.parse("2017-18"))
    assert framework.measure("cups-of-tea") is None
    assert framework.outcome("cups-of-tea") is None
    assert framework.breakdown("cups-of-tea") is None


def test_the_framework_is_the_one_in_force_on_the_first_day() -> None:
    assert framework_for(Period.parse("2018-03-31..2018-04-30")).framework == "moj-2013"
    assert framework_for(Period.parse("2018-04")).framework == "moj-2018"


def test_a_period_before_the_first_framework_has_none() -> None:
    with pytest.raises(Refusal, match="was in force on 31 March 2013"):
        framework_for(Period.parse("2013-03-31..2013-04-30"))
