"""A count as reported: exact, or only bounded. Bounds are added as bounds."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pydantic import ValidationError

from domain.reports.quantity import Quantity, total
from tests.domain.properties import modest

counts = some.integers(0, 10**9)
quantities = some.one_of(
    counts.map(Quantity.exactly),
    counts.map(lambda least: Quantity(at_least=least, at_most=None)),
    some.builds(lambda least, more: Quantity(at_least=least, at_most=least + more), counts, counts),
)


@pytest.mark.parametrize(
    ("words", "at_least", "at_most"),
    [
        ("12", 12, 12),
        ("1,461", 1461, 1461),
        ("0", 0, 0),
        ("more than 15,000", 15001, None),
        ("over 15,000", 15001, None),
        ("at least 100", 100, None),
        ("fewer than 100", 0, 99),
        ("less than 100", 0, 99),
        ("under 100", 0, 99),
        ("just short of 100", 0, 99),
        ("up to 100", 0, 100),
        ("at most 100", 0, 100),
        ("20 to 30", 20, 30),
        ("  More   than 10,000 ", 10001, None),
        ("under 1", 0, 0),
    ],
)
def test_a_count_is_read_as_a_number_or_as_its_bounds(words: str, at_least: int, at_most: int | None) -> None:
    assert Quantity.model_validate(words) == Quantity(at_least=at_least, at_most=at_most)
    assert Quantity.of(words) == Quantity(at_least=at_least, at_most=at_most)


def test_a_plain_number_is_an_exact_count() -> None:
    assert Quantity.model_validate(3300) == Quantity.exactly(3300)
    assert Quantity.exactly(3300).exact
    assert not Quantity.model_validate("more than 3,300").exact


@pytest.mark.parametrize(
    "words",
    ["", "some", "a dozen", "about 100", "12.5", "1,46", "-3", "83%", "fewer than 0", "more than 20 to 30", "20-30"],
)
def test_words_that_are_no_count_are_refused_with_the_cure(words: str) -> None:
    with pytest.raises(ValidationError, match="a whole number, like 12, or a bound, like: more than 15,000"):
        Quantity.model_validate(words)


@pytest.mark.parametrize("said", [True, 12.5, -1, None, 10**14 + 1])
def test_what_is_not_a_whole_number_is_no_count(said: Any) -> None:
    with pytest.raises(ValidationError):
        Quantity.model_validate(said)


@pytest.mark.parametrize("said", ["30 to 20", {"at_least": 2, "at_most": 1}])
def test_a_lower_bound_must_not_be_above_the_upper_one(said: Any) -> None:
    with pytest.raises(ValidationError, match="lower bound must not be above its upper one"):
        Quantity.model_validate(said)


@pytest.mark.parametrize(
    ("quantity", "words"),
    [
        (Quantity.exactly(1461), "1,461"),
        (Quantity(at_least=15001, at_most=None), "more than 15,000"),
        (Quantity(at_least=0, at_most=99), "fewer than 100"),
        (Quantity(at_least=20, at_most=30), "20 to 30"),
        (Quantity(at_least=0, at_most=None), "not known"),
        (Quantity(at_least=0, at_most=0), "0"),
    ],
)
def test_a_count_is_written_as_people_read_it(quantity: Quantity, words: str) -> None:
    assert quantity.words == words


@given(quantities.filter(lambda quantity: quantity.words != "not known"))
@modest
def test_the_words_of_a_count_read_back_to_the_count(quantity: Quantity) -> None:
    assert Quantity.model_validate(quantity.words) == quantity


def test_exact_counts_have_an_exact_sum() -> None:
    assert total([Quantity.exactly(100), Quantity.exactly(20), Quantity.exactly(3)]) == Quantity.exactly(123)


def test_a_bound_in_a_sum_makes_the_sum_a_bound() -> None:
    assert total([Quantity.exactly(100), Quantity.model_validate("more than 15,000")]).words == "more than 15,100"
    assert total([Quantity.exactly(100), Quantity.model_validate("20 to 30")]).words == "120 to 130"


def test_nothing_adds_up_to_nought() -> None:
    assert total([]) == Quantity.exactly(0)


def test_the_largest_counts_still_add_up() -> None:
    assert total([Quantity.exactly(10**14)] * 3) == Quantity.model_construct(at_least=3 * 10**14, at_most=3 * 10**14)


@given(some.lists(quantities, max_size=12), some.data())
@modest
def test_the_true_sum_lies_within_the_sum_of_the_bounds(parts: list[Quantity], data: some.DataObject) -> None:
    highest = [part.at_least + 10**6 if part.at_most is None else part.at_most for part in parts]
    truth = [data.draw(some.integers(part.at_least, most)) for part, most in zip(parts, highest, strict=True)]
    whole = total(parts)
    assert whole.at_least <= sum(truth)
    assert whole.at_most is None or sum(truth) <= whole.at_most


@given(some.lists(quantities, max_size=12), some.lists(quantities, max_size=12))
@modest
def test_it_does_not_matter_in_which_portions_counts_are_added(first: list[Quantity], second: list[Quantity]) -> None:
    assert total([total(first), total(second)]) == total([*second, *first])


@given(some.lists(quantities, min_size=1, max_size=12))
@modest
def test_a_sum_is_unbounded_once_any_part_is(parts: list[Quantity]) -> None:
    assert (total(parts).at_most is None) == any(part.at_most is None for part in parts)
