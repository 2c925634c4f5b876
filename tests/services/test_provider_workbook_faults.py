"""Planted faults: every one is found in its cell and told in words, none is found in a good workbook."""

import re
from dataclasses import replace

import pytest

from domain.reports.events import Explanation
from tests.services.broken_workbooks import PLANTED, reading_of
from tests.services.editing_workbooks import Editing
from tests.services.good_workbooks import ASKED, GOOD, KINDS, Kind, altered, place, read


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", PLANTED)
def test_every_planted_fault_is_found_in_its_cell_and_no_other(name: str, kind: Kind) -> None:
    planted = PLANTED[name]
    reading = reading_of(name, kind)
    assert reading.content is None
    found = [(fault.sheet, fault.cell, fault.words) for fault in reading.faults]
    expected = sorted(planted.faults)
    assert [(sheet, cell) for sheet, cell, _ in sorted(found)] == [(sheet, cell) for sheet, cell, _ in expected], found
    for (_, _, words), (_, _, part) in zip(sorted(found), expected, strict=True):
        assert part in words


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", GOOD)
def test_no_fault_is_found_in_a_good_workbook(name: str, kind: Kind) -> None:
    reading = reading_of(name, kind)
    assert list(map(str, reading.faults)) == []
    assert reading.content is not None


def test_there_are_at_least_forty_broken_workbooks_and_ten_good_ones() -> None:
    assert len(PLANTED) >= 40
    assert len(GOOD) >= 10


@pytest.mark.parametrize("name", PLANTED)
def test_a_fault_is_a_sentence_with_its_address_first_and_repeats_nothing_typed(name: str) -> None:
    for fault in reading_of(name, "xlsx").faults:
        told = str(fault)
        assert told.endswith(".")
        assert not told.endswith("..")
        assert re.match(r"[A-Z]", told)
        if fault.cell:
            assert re.match(r"[A-Z][\w ]+, [A-I]\d+: ", told), told
        for typed in (
            "twelve",
            "Jane",
            "example.org",
            "NN1",
            "2026-0043",
            "refferals",
            "AB 12",
            "1250.505",
            "943",
            "1987",
        ):
            assert typed not in told


def test_the_example_of_the_issue() -> None:
    (fault,) = reading_of("word", "xlsx").faults
    assert str(fault) == "Demand, C4: referrals received must be a whole number, like 12."


@pytest.mark.parametrize("kind", KINDS)
def test_an_explanation_in_column_e_answers_the_doubt_about_its_row(kind: Kind) -> None:
    reading = reading_of("explained", kind)
    assert reading.content is not None
    assert reading.content.explanations == (Explanation(check="jump", about="closed", words="A backlog was closed."),)
    (note,) = reading.notes
    assert note.startswith(f"Money and posts, {place('spend', 'E')[1]}: the figure does not look odd")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_known_is_left_out_and_is_not_nought(kind: Kind) -> None:
    content = reading_of("not known", kind).content
    assert content is not None
    keys = {figure.key for figure in content.figures}
    assert keys.isdisjoint({"referrals", "waiting", "spend", "accepted:sex/male"})
    assert "declined" in keys
    (support,) = [outcome for outcome in content.outcomes if outcome.outcome == "support"]
    assert (support.improved, support.answered, support.eligible) == (10, None, 20)


@pytest.mark.parametrize("kind", KINDS)
def test_bounds_are_kept_as_bounds(kind: Kind) -> None:
    content = reading_of("bounds", kind).content
    assert content is not None
    found = {figure.key: (figure.quantity.at_least, figure.quantity.at_most) for figure in content.figures}
    assert found["longest-wait-hours"] == (15_001, None)
    assert found["waiting"] == (20, 30)
    assert found["supported:support-mode/group"] == (0, 4)
    assert found["spend"] == (0, 400_000)


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_that_was_moved_is_known_by_its_code_and_its_figure_by_its_new_cell(kind: Kind) -> None:
    content = reading_of("rows put in", kind).content
    assert content is not None
    cells = {figure.key: figure.cell for figure in content.figures}
    assert cells["referrals"] == "Demand!C5"
    renamed = reading_of("renamed sheets", kind).content
    assert renamed is not None
    assert {figure.key: figure.cell for figure in renamed.figures}["referrals"] == "Sheet 2!C4"


@pytest.mark.parametrize("kind", KINDS)
def test_what_stands_beside_the_form_is_told_and_not_read(kind: Kind) -> None:
    assert reading_of("remarks beside the form", kind).notes == (
        "Demand: what was put in beside the form is not read. It stays in the file.",
    )


@pytest.mark.parametrize("kind", KINDS)
def test_one_explanation_answers_all_that_looks_odd_about_its_cell_and_a_note_says_so(kind: Kind) -> None:
    def overspent(book: Editing) -> None:
        book.put(*place("spend"), 10_000.01)
        book.put(*place("spend", "E"), "Two posts more were paid.")

    reading = read(altered(kind, overspent))
    assert reading.content is not None
    assert [(said.check, said.about) for said in reading.content.explanations] == [
        ("jump", "spend"),
        ("over-budget", "spend"),
    ]
    (note,) = reading.notes
    assert "the explanation is taken for all of this: spend in the period: £4,000 last time" in note
    assert "£10,000.01 is spent, and the budget for the year is £10,000." in note


def test_spend_is_put_beside_the_budget_with_what_was_spent_before_in_the_year() -> None:
    later = replace(ASKED, spent_before_pence=700_000)
    (fault,) = read(altered("xlsx", lambda book: None), later).faults
    assert "£11,000 is spent in the year to date, £7,000 of it before this period, and the budget" in fault.words


@pytest.mark.parametrize("name", ["nothing filled in", "word", "jump"])
def test_the_reason_of_a_correction_is_read_beside_other_faults(name: str) -> None:
    def with_a_reason(book: Editing) -> None:
        PLANTED[name].alteration(book)
        book.put("About", "A40", "Why it is corrected")
        book.put("About", "B40", "One more came to light.")
        book.put("About", "G40", "about.reason")

    reading = read(altered("xlsx", with_a_reason))
    assert reading.faults
    assert reading.reason == "One more came to light."
