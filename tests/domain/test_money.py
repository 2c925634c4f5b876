"""Money is whole pence, and nothing is lost or made in reading, adding or sharing it out."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from domain import money
from domain.errors import Refusal
from domain.money import Printed
from tests.domain.properties import modest, pence

weights = some.lists(some.integers(0, 10_000), min_size=1, max_size=40).filter(lambda weights: sum(weights) > 0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("£446,000", Printed(446_000_00, "£446,000", True, "")),
        ("150,000", Printed(150_000_00, "150,000", True, "")),
        ("28347", Printed(28_347_00, "28347", True, "")),
        ("£1,250.50", Printed(1_250_50, "£1,250.50", True, "")),
        ("£1250.5", Printed(1_250_50, "£1250.5", True, "")),
        ("£ 2,000", Printed(2_000_00, "£ 2,000", True, "")),
        ("  £40,000 ", Printed(40_000_00, "£40,000", True, "")),
        ("£213,000 from OPCC", Printed(213_000_00, "£213,000 from OPCC", True, "from OPCC")),
        ("£20,000 (Match funded)", Printed(20_000_00, "£20,000 (Match funded)", True, "(Match funded)")),
        ("£100k", Printed(100_000_00, "£100k", False, "")),
        ("£2.5k", Printed(2_500_00, "£2.5k", False, "")),
        ("£265.5k", Printed(265_500_00, "£265.5k", False, "")),
        ("£67k", Printed(67_000_00, "£67k", False, "")),
        ("£155K", Printed(155_000_00, "£155K", False, "")),
        ("£1m", Printed(1_000_000_00, "£1m", False, "")),
        ("£1.3m", Printed(1_300_000_00, "£1.3m", False, "")),
        ("£1.5bn", Printed(1_500_000_000_00, "£1.5bn", False, "")),
        ("just short of £1.2m", Printed(1_200_000_00, "just short of £1.2m", False, "just short of")),
    ],
)
def test_every_way_the_papers_print_an_amount_is_read_as_whole_pence(text: str, expected: Printed) -> None:
    assert money.parse_printed(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("£1.3 million", 1_300_000_00),
        ("£1 Million", 1_000_000_00),
        ("£2mn", 2_000_000_00),
        ("£265.5 thousand", 265_500_00),
        ("£1.5 billion", 1_500_000_000_00),
        ("£1.5 Bn", 1_500_000_000_00),
    ],
)
def test_a_million_in_words_is_never_read_as_one_pound(text: str, expected: int) -> None:
    assert money.parse_printed(text) == Printed(expected, text, False, "")


@pytest.mark.parametrize(
    "text",
    [
        "about £5,000",
        "nearly £5,000",
        "up to £5,000",
        "more than £5,000",
        "more than £5,000 from OPCC",
        "c. £5,000",
        "Estimated £5,000",
        "£5,000 approx",
        "£5,000 (estimated)",
        "£5,000 or so",
    ],
)
def test_a_hedged_amount_is_kept_but_not_as_exact(text: str) -> None:
    printed = money.parse_printed(text)
    assert (printed.pence, printed.exact) == (5_000_00, False)


@pytest.mark.parametrize(
    "text", ["£5,000 for two youth workers", "a grant: £5,000", "£5,000 out of reserves", "CSP - £5,000", "CSP - 5,000"]
)
def test_words_beside_an_amount_do_not_make_it_less_exact(text: str) -> None:
    printed = money.parse_printed(text)
    assert (printed.pence, printed.exact) == (5_000_00, True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("12O,000", "must be a number of pounds"),
        ("abc", "must be a number of pounds"),
        ("", "must be a number of pounds"),
        ("   ", "must be a number of pounds"),
        ("£", "must be a number of pounds"),
        ("-", "must be a number of pounds"),
        ("£.50", "must be a number of pounds"),
        ("£1,2345", "must be a number of pounds"),
        ("£1,00,000", "must be a number of pounds"),
        ("1.250.000", "must be a number of pounds"),
        ("5½", "must be a number of pounds"),
        ("50p", "must be a number of pounds"),
        ("£5k £5k", "not one amount"),
        ("£10 0", "not one amount"),
        ("1e5", "not one amount"),
        ("£4,000-£5,000", "not one amount"),
        ("£5,000 in 2017", "not one amount"),
        ("1250.505", "no more than two figures after the point"),
        ("£0.000001k", "no more than two figures after the point"),
        ("-5", "must not be less than nought"),
        ("- £5", "must not be less than nought"),
        ("−5", "must not be less than nought"),  # noqa: RUF001 - the minus sign of a word processor
        ("–5", "must not be less than nought"),  # noqa: RUF001 - a dash that a word processor makes of a minus
        ("£-5", "must not be less than nought"),
        ("repaid -£5", "must not be less than nought"),
        ("(5,000)", "must not be less than nought"),
        ("(£5,000)", "must not be less than nought"),
        ("£1,000,000,000,001", "less than a million million pounds"),
        ("9999bn", "less than a million million pounds"),
        ("9" * 5000, "less than a million million pounds"),
    ],
)
def test_what_is_not_one_amount_is_refused_with_the_cure(text: str, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        money.parse_printed(text)
    with pytest.raises(Refusal, match=words):
        money.parse(text)


def test_a_typed_amount_may_be_the_largest_there_is() -> None:
    assert money.parse("1000bn") == money.MOST_PENCE


@pytest.mark.parametrize("text", ["£213,000 from OPCC", "£5k.", "about £5,000"])
def test_a_typed_amount_must_stand_alone(text: str) -> None:
    with pytest.raises(Refusal, match="a number of pounds and nothing else"):
        money.parse(text)


def test_a_refusal_never_repeats_the_text_that_was_submitted() -> None:
    with pytest.raises(Refusal) as refused:
        money.parse("paid to somebody")
    assert "somebody" not in str(refused.value)


@given(pence)
@modest
def test_an_amount_that_was_written_reads_back_to_the_penny(amount: int) -> None:
    written = money.pounds(amount)
    assert money.parse(written) == amount
    assert money.parse_printed(written).exact


@given(pence)
@modest
def test_an_amount_without_sign_and_commas_reads_back_to_the_penny(amount: int) -> None:
    assert money.parse(str(money.decimal_pounds(amount))) == amount


@given(some.text(max_size=30))
@modest
def test_any_text_is_an_amount_within_bounds_or_a_refusal(text: str) -> None:
    try:
        printed = money.parse_printed(text)
    except Refusal as refusal:
        assert str(refusal)  # noqa: PT017 - most texts are refused, and either way is right
    else:
        assert 0 <= printed.pence <= money.MOST_PENCE
        assert any(character.isdigit() for character in text)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (446_000_00, "£446,000"),
        (1_250_50, "£1,250.50"),
        (3_149_67, "£3,149.67"),
        (5, "£0.05"),
        (0, "£0"),
        (-500_00, "-£500"),
        (-50, "-£0.50"),
        (None, "not known"),
    ],
)
def test_an_amount_is_written_as_people_read_it(amount: int | None, words: str) -> None:
    assert money.pounds(amount) == words


def test_a_spreadsheet_gets_pounds_exact_to_the_penny() -> None:
    assert money.decimal_pounds(89_613_01) == Decimal("89613.01")


def test_amounts_are_added() -> None:
    assert money.add([446_000_00, 33_445_00, 52_750_00]) == 532_195_00


def test_no_amounts_add_up_to_nought() -> None:
    assert money.add([]) == 0


def test_what_is_not_known_is_not_added_as_nought() -> None:
    assert money.add([150_000_00, None, 48_468_00]) is None


def test_nine_months_of_a_grant_lose_no_penny() -> None:
    parts = money.share_out(28_347_00, [1] * 9)
    assert parts == [3_149_66, 3_149_67, 3_149_67] * 3
    assert sum(parts) == 28_347_00


def test_an_award_over_two_years_is_shared_by_months() -> None:
    assert money.share_out(89_613_00, [9, 12]) == [38_405_57, 51_207_43]


@given(pence, weights)
@modest
def test_sharing_out_loses_no_penny_and_makes_none(amount: int, weights: list[int]) -> None:
    parts = money.share_out(amount, weights)
    assert sum(parts) == amount
    assert len(parts) == len(weights)


@given(pence, weights)
@modest
def test_no_share_is_a_whole_penny_from_what_it_should_be(amount: int, weights: list[int]) -> None:
    whole = sum(weights)
    for part, weight in zip(money.share_out(amount, weights), weights, strict=True):
        assert part >= 0
        assert abs(part * whole - amount * weight) < whole


@given(pence, weights)
@modest
def test_a_part_without_weight_gets_nothing(amount: int, weights: list[int]) -> None:
    parts = money.share_out(amount, [*weights, 0])
    assert parts[-1] == 0


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [1, -1, 1], [-1]])
def test_sharing_out_needs_weights_of_nought_or_more(weights: list[int]) -> None:
    with pytest.raises(Refusal, match="weights of nought or more, not all of them nought"):
        money.share_out(100, weights)
