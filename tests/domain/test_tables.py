"""A report is a list of tables; a cell is a value, or says why there is none."""

import hashlib
from datetime import UTC, date, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pydantic import ValidationError

from domain.providers.events import Kind
from domain.tables import Cell, Column, Missing, Table, canonical, cell, digest, plain, shown
from tests.domain.properties import modest

SERVICE = Column(key="service", title="Service")
AMOUNT = Column(key="amount_pence", title="Amount", kind="pence")
REFERRALS = Column(key="referrals", title="Referrals", kind="count", unit="referrals")

json_values = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=10),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("text", "Restorative Justice Hub", "Restorative Justice Hub"),
        ("pence", 446_000_00, "£446,000"),
        ("pence", 0, "£0"),
        ("count", 15000, "15,000"),
        ("count", 0, "0"),
        ("date", date(2017, 9, 30), "30 September 2017"),
        ("yes-no", True, "yes"),
        ("yes-no", False, "no"),
        ("text", 12, "12"),
    ],
)
def test_a_value_is_shown_as_people_read_it(kind: Kind, value: bool | int | str | date, expected: str) -> None:
    assert shown(Column(key="key", title="Title", kind=kind), cell(value)) == expected


@pytest.mark.parametrize("missing", Missing)
@pytest.mark.parametrize("kind", ["text", "count", "pence", "date", "yes-no"])
def test_a_missing_value_says_why_and_is_never_shown_as_nought(missing: Missing, kind: Kind) -> None:
    column = Column(key="key", title="Title", kind=kind)
    assert shown(column, cell(None, missing=missing)) == missing.value
    assert "0" not in missing.value


def test_a_missing_value_may_have_words_of_its_own() -> None:
    assert shown(AMOUNT, cell(None, words="not known (inferred £10,000)")) == "not known (inferred £10,000)"


def test_a_value_that_is_missing_without_a_word_is_not_known() -> None:
    assert cell(None) == Cell(missing=Missing.NOT_KNOWN)


def test_a_date_is_kept_as_text_that_sorts() -> None:
    assert cell(date(2017, 9, 30)) == Cell(value="2017-09-30")


def test_a_moment_is_kept_as_text_and_shown_in_london_time() -> None:
    moment = cell(datetime(2017, 6, 30, 23, 30, tzinfo=UTC))
    assert moment == Cell(value="2017-06-30T23:30:00+00:00")
    assert shown(Column(key="at", title="Recorded", kind="moment"), moment) == "1 July 2017 at 12:30am"


def test_an_empty_cell_is_shown_empty() -> None:
    assert shown(SERVICE, Cell()) == ""


def test_words_are_shown_in_place_of_a_bare_value() -> None:
    assert shown(AMOUNT, cell(213_000_00, words="£213,000 from OPCC")) == "£213,000 from OPCC"


def test_a_bound_is_shown_as_its_words_and_never_as_a_count() -> None:
    bound = Cell(at_least=15001, words="more than 15,000")
    assert shown(REFERRALS, bound) == "more than 15,000"
    assert plain(bound) == "more than 15,000"
    assert plain(Cell(at_least=0, at_most=99, words="fewer than 100")) == "fewer than 100"
    assert plain(cell(213_000_00, words="£213,000 from OPCC")) == 213_000_00


def test_records_are_what_json_and_csv_show() -> None:
    table = Table(
        name="service-list",
        title="Services",
        columns=(SERVICE, AMOUNT, REFERRALS),
        rows=(
            (cell("Victim and Witness Hub"), cell(446_000_00), Cell(at_least=15001, words="more than 15,000")),
            (cell("Appropriate Adults"), cell(None), cell(0)),
        ),
    )
    assert list(table.records()) == [
        {"service": "Victim and Witness Hub", "amount_pence": 446_000_00, "referrals": "more than 15,000"},
        {"service": "Appropriate Adults", "amount_pence": None, "referrals": 0},
    ]


def test_a_row_that_does_not_fit_its_columns_is_never_shown_shifted() -> None:
    table = Table(name="t", title="T", columns=(SERVICE, AMOUNT), rows=((cell("Victim and Witness Hub"),),))
    with pytest.raises(ValueError, match="shorter"):
        list(table.records())


def test_true_stays_true_and_one_stays_one() -> None:
    table = Table(name="t", title="T", columns=(SERVICE,), rows=((cell(True),), (cell(1),), (cell("1"),)))
    again = Table.model_validate_json(table.model_dump_json(), strict=True)
    assert [type(row[0].value) for row in again.rows] == [bool, int, str]
    assert again == table


def test_a_table_cannot_be_changed() -> None:
    table = Table(name="t", title="T", columns=(), rows=())
    with pytest.raises(ValidationError, match="frozen"):
        table.title = "Another"  # type: ignore[misc]


def test_the_same_value_has_the_same_bytes_for_ever() -> None:
    assert canonical({"b": [1, None, True], "a": "£5 – Jalapeño"}) == '{"a":"£5 – Jalapeño","b":[1,null,true]}'.encode()  # noqa: RUF001


@given(some.dictionaries(some.text(max_size=5), json_values, max_size=6), some.randoms())
@modest
def test_the_order_of_the_keys_does_not_change_the_bytes(said: dict[str, object], random: Random) -> None:
    keys = list(said)
    random.shuffle(keys)
    assert canonical({key: said[key] for key in keys}) == canonical(said)


@given(some.lists(some.binary(max_size=20), max_size=6))
@modest
def test_a_digest_is_the_sha_256_of_all_its_parts(parts: list[bytes]) -> None:
    assert digest(parts) == hashlib.sha256(b"".join(parts)).hexdigest()
