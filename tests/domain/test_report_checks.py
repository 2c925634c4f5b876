"""What looks odd in a report and is asked about; and what is left in peace."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from domain.periods import Period
from domain.reports.checks import CHECKS, JUMP_PER_CENT, TOO_FEW_TO_JUMP, Doubt, doubts, unexplained
from domain.reports.events import Explanation, Figure, Figures, OutcomeFigure
from domain.reports.form import Owed, owed_of
from domain.reports.measures import framework_for
from domain.reports.quantity import Quantity
from tests.domain.properties import modest

FRAMEWORK = framework_for(Period.parse("2017-18-h1"))
OWED = owed_of(FRAMEWORK, None, None)
ALL_OWED = owed_of(FRAMEWORK, [measure.measure for measure in FRAMEWORK.measures], None)
SEXES = ("female", "male", "not-known", "prefer-not-to-say")
BOUNDS = "more than 15,000"


def content(counts: dict[str, int | str], *outcomes: str, explanations: tuple[str, ...] = ()) -> Figures:
    """A report: counts by key, outcomes as ``cope=1/2/3``."""
    return Figures(
        figures=tuple(Figure.of(f"{key}={said}") for key, said in counts.items()),
        outcomes=tuple(OutcomeFigure.of(said) for said in outcomes),
        explanations=tuple(Explanation.of(said) for said in explanations),
    )


def found(now: Figures, before: Figures | None = None, budget: int | None = None, owed: Owed = OWED) -> list[Doubt]:
    """Everything that is asked."""
    return list(doubts(owed, now, before, budget))


def asked(*args: Any, **more: Any) -> list[tuple[str, str]]:
    """Which check asks, and about what."""
    return [(doubt.check, doubt.about) for doubt in found(*args, **more)]


def by_sex(whole: int | str, *parts: int | str | None) -> Figures:
    """People who accepted, and by sex; ``None``: the category is left out."""
    said: dict[str, int | str] = {"accepted": whole}
    said |= {f"accepted:sex/{sex}": part for sex, part in zip(SEXES, parts, strict=False) if part is not None}
    return content(said)


class TestAJump:
    @pytest.mark.parametrize(
        ("then", "now", "jumps"),
        [
            (100, 150, False),
            (100, 151, True),
            (100, 50, False),
            (100, 49, True),
            (100, 100, False),
            (101, 151, False),
            (101, 152, True),
            (0, 9, False),
            (0, 10, True),
            (9, 0, False),
            (10, 0, True),
            (2, 9, False),
            (9, 13, False),
            (9, 14, True),
        ],
    )
    def test_more_than_half_of_the_last_figure_either_way_is_asked_about(
        self, then: int, now: int, jumps: bool
    ) -> None:
        said = asked(content({"referrals": now}), content({"referrals": then}))
        assert said == ([("jump", "referrals")] if jumps else [])

    def test_it_says_both_figures_and_no_address(self) -> None:
        (doubt,) = found(content({"referrals": 40}), content({"referrals": 12}))
        assert doubt.words == "referrals received: 12 last time, 40 now"

    def test_money_and_posts_are_shown_as_money_and_posts(self) -> None:
        before = content({"spend": 1_000_00, "posts-funded": 150})
        words = [
            doubt.words for doubt in found(content({"spend": 3_000_50, "posts-funded": 400}), before, owed=ALL_OWED)
        ]
        assert any("£1,000 last time, £3,000.50 now" in said for said in words)
        assert any("1.5 last time, 4 now" in said for said in words)

    @pytest.mark.parametrize(
        ("then", "now", "jumps"),
        [
            (58, "fewer than 5", True),
            (31, "more than 5,000", True),
            (BOUNDS, 12, True),
            (8, "fewer than 4", False),
            (8, "fewer than 5", False),
            (9, "fewer than 2", False),
            (10, "fewer than 6", False),
            (10, "fewer than 5", True),
            ("20 to 30", 45, False),
            ("20 to 30", 46, True),
            ("20 to 30", 10, False),
            ("20 to 30", 9, True),
            ("20 to 30", "more than 20", False),
            ("20 to 30", "46 to 50", True),
            (BOUNDS, BOUNDS, False),
            (BOUNDS, 20_000, False),
            ("fewer than 5", "fewer than 9", False),
            ("fewer than 5", "10 to 12", True),
            ("fewer than 100", "fewer than 5", False),
        ],
    )
    def test_what_is_bounded_jumps_only_when_the_bounds_alone_show_it(
        self, then: int | str, now: int | str, jumps: bool
    ) -> None:
        said = asked(content({"referrals": now}), content({"referrals": then}))
        assert said == ([("jump", "referrals")] if jumps else [])

    def test_bounds_of_money_and_posts_are_shown_as_money_and_posts(self) -> None:
        before = content({"spend": 9_000_00, "posts-funded": 800, "rj-spend": "10,000 to 20,000", "forecast": 100_00})
        now = content(
            {
                "spend": "fewer than 100,001",
                "posts-funded": "100 to 250",
                "rj-spend": 0,
                "forecast": "more than 500,000",
            }
        )
        words = " | ".join(doubt.words for doubt in found(now, before, owed=ALL_OWED))
        for said in (
            "£9,000 last time, at most £1,000 now",
            "8 last time, 1 to 2.5 now",
            "£100 to £200 last time, £0 now",
        ):
            assert said in words
        assert "£100 last time, more than £5,000 now" in words

    def test_without_a_figure_before_or_now_there_is_no_jump(self) -> None:
        assert asked(content({"referrals": 4_000})) == []
        assert asked(content({"referrals": 4_000}), content({"offered": 1})) == []
        assert asked(content({"offered": 1}), content({"referrals": 4_000})) == []

    def test_the_categories_of_a_breakdown_are_not_asked_about_one_by_one(self) -> None:
        assert asked(by_sex(100, 90, 10, 0, 0), by_sex(100, 10, 90, 0, 0)) == []

    def test_only_what_is_owed_is_asked_about(self) -> None:
        only_offered = owed_of(FRAMEWORK, ["offered"], None)
        assert asked(content({"referrals": 400}), content({"referrals": 12}), owed=only_offered) == []

    @given(some.integers(0, 10_000), some.integers(0, 10_000))
    @modest
    def test_it_is_exactly_the_rule_whatever_the_figures(self, then: int, now: int) -> None:
        too_far = 2 * now > 3 * then or 2 * now < then
        jumps = asked(content({"referrals": now}), content({"referrals": then})) != []
        assert (JUMP_PER_CENT, TOO_FEW_TO_JUMP) == (50, 10)
        assert jumps == (too_far and max(then, now) >= 10)


class TestSubTotals:
    def test_categories_that_add_up_are_in_order(self) -> None:
        assert asked(by_sex(10, 4, 3, 2, 1)) == []

    def test_all_categories_together_are_neither_more_nor_less_than_the_whole(self) -> None:
        for part in (2, 4):
            (doubt,) = found(by_sex(10, 4, part, 2, 1))
            assert (doubt.check, doubt.about) == ("sub-totals", "accepted:sex")
            assert doubt.words == f"people who accepted support by sex add up to {7 + part}, and the whole is 10"

    def test_where_a_category_is_left_out_only_too_many_are_asked_about(self) -> None:
        assert asked(by_sex(10, 4, None, 2, 1)) == []
        assert asked(by_sex(10, 4, None, 5, 1)) == []
        assert asked(by_sex(10, 9, None, 2, None)) == [("sub-totals", "accepted:sex")]

    def test_a_breakdown_that_nobody_filled_in_or_a_whole_that_is_left_out_is_not_asked_about(self) -> None:
        assert asked(by_sex(10)) == []
        assert asked(content({"accepted:sex/female": 4})) == []

    def test_bounds_are_asked_about_only_when_they_cannot_be_right(self) -> None:
        assert asked(by_sex("more than 9", 4, 3, 2, 1)) == []
        assert asked(by_sex("more than 10", 4, 3, 2, 1)) == [("sub-totals", "accepted:sex")]
        assert asked(by_sex("fewer than 11", 4, 3, 2, 1)) == []
        assert asked(by_sex("fewer than 10", 4, 3, 2, 1)) == [("sub-totals", "accepted:sex")]
        assert asked(by_sex(10, "more than 3", 3, 2, 1)) == []
        assert asked(by_sex(10, "more than 4", 3, 2, 1)) == [("sub-totals", "accepted:sex")]
        assert asked(by_sex(10, "fewer than 5", 3, 2, 1)) == []
        assert asked(by_sex(10, "fewer than 4", 3, 2, 1)) == [("sub-totals", "accepted:sex")]

    def test_where_somebody_may_stand_in_several_categories_nothing_has_to_add_up(self) -> None:
        counts: dict[str, int | str] = {"needs-identified": 10}
        counts |= {f"needs-identified:need/need-{number}": 9 for number in range(1, 9)}
        assert asked(content(counts)) == []

    @given(some.lists(some.integers(0, 50), min_size=4, max_size=4), some.integers(-5, 5))
    @modest
    def test_it_asks_exactly_when_the_sum_differs(self, parts: list[int], off: int) -> None:
        whole = max(0, sum(parts) + off)
        assert (asked(by_sex(whole, *parts)) == []) == (whole == sum(parts))


class TestAsked:
    @pytest.mark.parametrize(("eligible", "odd"), [(30, False), (31, True)])
    def test_nobody_has_an_outcome_who_was_not_supported_newly_or_still(self, eligible: int, odd: bool) -> None:
        said = content({"accepted": 20, "continuing": 10}, f"cope=1/2/{eligible}")
        assert asked(said) == ([("asked", "cope")] if odd else [])

    def test_the_words_say_how_many(self) -> None:
        (doubt,) = found(content({"accepted": 1_000, "continuing": 0}, "cope=1/2/1001"))
        assert doubt.words == "1,001 people could be asked, and only 1,000 were supported in the period"

    def test_where_the_number_of_the_eligible_is_left_out_the_next_is_looked_at(self) -> None:
        counts: dict[str, int | str] = {"accepted": 5, "continuing": 0}
        assert asked(content(counts, "cope=1/6/-")) == [("asked", "cope")]
        assert asked(content(counts, "cope=6/-/-")) == [("asked", "cope")]
        assert asked(content(counts, "cope=-/-/-", "recover=0/0/0")) == []

    def test_without_both_counts_of_people_or_with_no_upper_bound_nothing_is_asked(self) -> None:
        assert asked(content({"accepted": 5}, "cope=1/2/9")) == []
        assert asked(content({"continuing": 5}, "cope=1/2/9")) == []
        assert asked(content({"accepted": BOUNDS, "continuing": 5}, "cope=1/2/99999")) == []
        assert asked(content({"accepted": "fewer than 5", "continuing": 4}, "cope=1/2/9")) == [("asked", "cope")]
        assert asked(content({"accepted": "fewer than 5", "continuing": 4}, "cope=1/2/8")) == []

    def test_each_outcome_is_asked_about_by_itself(self) -> None:
        said = content({"accepted": 5, "continuing": 0}, "cope=1/2/9", "recover=1/2/5")
        assert asked(said) == [("asked", "cope")]


class TestOverBudget:
    def test_what_is_spent_or_forecast_may_reach_the_budget_and_not_pass_it(self) -> None:
        assert asked(content({"spend": 100_00, "forecast": 100_00}), budget=100_00) == []
        over = content({"spend": 100_01, "forecast": 100_01})
        assert asked(over, budget=100_00) == [("over-budget", "spend"), ("over-budget", "forecast")]
        assert found(over, budget=100_00)[0].words == "£100.01 is spent, and the budget for the year is £100"

    def test_a_budget_that_is_not_known_is_not_passed_and_one_of_nothing_is(self) -> None:
        assert asked(content({"spend": 10**9}), budget=None) == []
        assert asked(content({"spend": 1}), budget=0) == [("over-budget", "spend")]

    def test_a_bound_counts_by_the_least_it_can_be(self) -> None:
        assert asked(content({"spend": "more than 9,999"}), budget=100_00) == []
        assert asked(content({"spend": "more than 10,000"}), budget=100_00) == [("over-budget", "spend")]
        assert asked(content({"spend": "fewer than 20,000"}), budget=100_00) == []

    def test_what_was_spent_earlier_in_the_year_counts(self) -> None:
        half = content({"spend": 60_00})
        assert list(doubts(OWED, half, None, 100_00, 40_00)) == []
        (doubt,) = doubts(OWED, half, None, 100_00, 40_01)
        assert (doubt.check, doubt.about) == ("over-budget", "spend")
        assert doubt.words == (
            "£100.01 is spent in the year to date, £40.01 of it before this period, and the budget for the year is £100"
        )
        assert list(doubts(OWED, content({"spend": 0}), None, 100_00, 500_00)) == []
        assert list(doubts(OWED, content({"forecast": 100_00}), None, 100_00, 500_00)) == []


class TestPosts:
    @pytest.mark.parametrize(
        ("funded", "filled", "odd"),
        [(250, 250, False), (250, 251, True), ("100 to 250", 251, True), (BOUNDS, 90_000, False), (250, BOUNDS, True)],
    )
    def test_no_more_are_filled_than_are_funded(self, funded: int | str, filled: int | str, odd: bool) -> None:
        said = asked(content({"posts-funded": funded, "posts-filled": filled}), owed=ALL_OWED)
        assert said == ([("posts", "posts-filled")] if odd else [])

    def test_one_without_the_other_is_not_asked_about(self) -> None:
        assert asked(content({"posts-filled": 250})) == []
        assert asked(content({"posts-funded": 250})) == []

    def test_they_are_told_as_posts(self) -> None:
        (doubt,) = found(content({"posts-funded": 250, "posts-filled": 300}))
        assert doubt.words == "3 posts are filled, and only 2.5 are funded"


def test_what_is_explained_is_not_asked_again_and_what_is_said_to_another_figure_does_not_count() -> None:
    before = content({"referrals": 12, "offered": 12})
    now = content({"referrals": 40, "offered": 40, "spend": 5}, explanations=("jump:referrals=A new contract began.",))
    left = unexplained(doubts(OWED, now, before, 1), now.explanations)
    assert [(doubt.check, doubt.about) for doubt in left] == [("jump", "offered"), ("over-budget", "spend")]
    for beside in ("sub-totals:referrals=Why", "jump:spend=Why", "over-budget:referrals=Why"):
        said = (Explanation.of(beside),)
        assert len(unexplained(doubts(OWED, now, before, 1), said)) == 3


def test_every_check_that_asks_is_in_the_list_of_checks_and_every_check_in_the_list_asks() -> None:
    counts: dict[str, int | str] = {"referrals": 40, "accepted": 5, "continuing": 0, "accepted:sex/male": 9, "spend": 2}
    now = content(counts | {"posts-funded": 100, "posts-filled": 150}, "cope=1/2/9")
    said = {check for check, _ in asked(now, content({"referrals": 12}), 1)}
    assert said == set(CHECKS)


@given(some.dictionaries(some.sampled_from(sorted(OWED.counts)), some.integers(0, 10**6), max_size=30))
@modest
def test_a_report_beside_itself_never_jumps_and_every_doubt_can_be_explained_away(counts: dict[str, int]) -> None:
    now = Figures(
        figures=tuple(
            Figure.of(f"{key}=0").model_copy(update={"quantity": Quantity.exactly(count)})
            for key, count in counts.items()
        )
    )
    every = found(now, now, 1_000)
    assert all(doubt.check != "jump" for doubt in every)
    answers = tuple(Explanation(check=doubt.check, about=doubt.about, words="So it is") for doubt in every)
    assert unexplained(doubts(OWED, now, now, 1_000), answers) == []
