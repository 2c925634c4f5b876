"""The provider's workbook: what it shows, what may be changed in it, and that what is filled in is read back."""

import io
import zipfile
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
import python_calamine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.reports.events import Figure, Figures, OutcomeFigure, Text
from domain.reports.form import form_of
from domain.reports.quantity import Quantity
from services.exports.provider_workbook import make_workbook
from services.imports.provider_workbook_file import Book, read_book
from services.provider_form import laid_out
from tests.services.editing_workbooks import EditingXlsx
from tests.services.good_workbooks import (
    ASKED,
    KINDS,
    OWED,
    Kind,
    good_figures,
    good_workbook,
    place,
    read,
)

UNKNOWN = replace(ASKED, before=None, before_period=None, budget_pence=None)
"""Nothing to compare with, so that hardly anything looks odd."""
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cf", "Co", "Cn"]), min_size=1, max_size=60
)


def plain(content: Figures) -> Figures:
    """Without the cells and the file it was read from, and with its words as they are kept."""
    figures = tuple(figure.model_copy(update={"cell": None}) for figure in content.figures)
    outcomes = tuple(outcome.model_copy(update={"cells": None}) for outcome in content.outcomes)
    return content.model_copy(update={"figures": figures, "outcomes": outcomes, "file": None})


@st.composite
def quantities(draw: st.DrawFn) -> Quantity:
    """A count, or a bound of one; of posts and amounts too."""
    low, high = sorted(draw(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6))))
    match draw(st.sampled_from(("exact", "exact", "exact", "low", "high", "range"))):
        case "exact":
            return Quantity.exactly(low)
        case "low":
            return Quantity(at_least=low, at_most=None)
        case "high":
            return Quantity(at_least=0, at_most=high)
        case _:
            return Quantity(at_least=low, at_most=high)


@st.composite
def reports(draw: st.DrawFn) -> Figures:
    """A report of which some is not known. Its parts are not supplied, so that nothing has to add up."""
    keys = [key for key in OWED.counts if ":" not in key] + [k for k in OWED.counts if k.startswith("needs-")]
    chosen = draw(st.lists(st.sampled_from(keys), min_size=1, unique=True))
    if "posts-filled" in chosen:  # more filled than funded would ask for an explanation
        chosen = [key for key in chosen if key != "posts-funded"]
    figures = []
    for key in [key for key in OWED.counts if key in chosen]:
        measure, _, split = key.partition(":")
        breakdown, _, category = split.partition("/")
        figures.append(
            Figure(measure=measure, breakdown=breakdown or None, category=category or None, quantity=draw(quantities()))
        )
    outcomes = []
    for outcome in OWED.outcomes:
        counts = sorted(draw(st.lists(st.integers(0, 9), min_size=3, max_size=3)))
        known = [count if draw(st.booleans()) else None for count in counts]
        supported = "accepted" in chosen and "continuing" in chosen
        if any(count is not None for count in known) and not supported:
            improved, answered, eligible = known
            outcomes.append(
                OutcomeFigure(outcome=outcome.outcome, improved=improved, answered=answered, eligible=eligible)
            )
    said = {n.narrative: " ".join(draw(WORDS).split()) for n in OWED.framework.narratives if draw(st.booleans())}
    texts = tuple(Text(narrative=narrative, words=words) for narrative, words in said.items() if words)
    return Figures(figures=tuple(figures), outcomes=tuple(outcomes), texts=texts, made_up=draw(st.booleans()))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(report=reports())
def test_what_is_filled_in_is_read_back(kind: Kind, report: Figures) -> None:
    reading = read(make_workbook(UNKNOWN, report, kind), UNKNOWN)
    assert list(map(str, reading.faults)) == []
    assert reading.content is not None
    assert plain(reading.content) == plain(report)


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_report_is_read_back_each_figure_with_its_cell(kind: Kind) -> None:
    content = read(good_workbook(kind)).content
    assert content is not None
    assert plain(content) == good_figures()
    cells = {figure.key: figure.cell for figure in content.figures}
    assert set(cells) == set(OWED.counts)
    assert all(cell == "!".join(place(key)) for key, cell in cells.items())
    (coped, *_) = content.outcomes
    assert coped.cells == ("Outcomes!C7", "Outcomes!C6", "Outcomes!C5")
    assert content.file is not None


def test_it_is_read_back_after_another_program_opened_and_saved_it() -> None:
    content = read(EditingXlsx(good_workbook("xlsx")).saved()).content
    assert content is not None
    assert plain(content) == good_figures()


def test_the_same_is_made_of_the_same_byte_for_byte() -> None:
    for kind in KINDS:
        assert make_workbook(ASKED, good_figures(), kind) == good_workbook(kind)


def _values(book: Book) -> list[dict[str, str]]:
    return [{cell.address: cell.text for row in sheet.rows.values() for cell in row.values()} for sheet in book.sheets]


def test_both_formats_hold_the_same_cells() -> None:
    xlsx, ods = (read_book(good_workbook(kind)) for kind in KINDS)
    assert [sheet.name for sheet in xlsx.sheets] == [sheet.name for sheet in ods.sheets]
    assert _values(xlsx) == _values(ods)


def test_our_reader_sees_what_openpyxl_sees() -> None:
    data = good_workbook("xlsx")
    theirs = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    for own, sheet in zip(read_book(data).sheets, theirs.worksheets, strict=True):
        found = {cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None}
        ours: dict[str, Any] = {}
        for row in own.rows.values():
            for cell in row.values():
                ours[cell.address] = float(cell.text) if cell.kind == "number" else cell.text
        assert ours == found


@pytest.mark.parametrize("kind", KINDS)
def test_another_reader_sees_the_same_cells_in_both_formats(kind: Kind) -> None:
    theirs = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(good_workbook(kind)))
    own = read_book(good_workbook(kind))
    assert theirs.sheet_names == [sheet.name for sheet in own.sheets]
    for sheet in own.sheets:
        rows = theirs.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
        found = {(row, column): v for row, cells in enumerate(rows, 1) for column, v in enumerate(cells, 1) if v != ""}
        ours: dict[tuple[int, int], Any] = {
            (row, column): float(cell.text) if cell.kind == "number" else cell.text
            for row, cells in sheet.rows.items()
            for column, cell in cells.items()
        }
        assert ours == found


def test_it_asks_for_just_what_the_award_owes_with_the_last_figures_beside() -> None:
    book = openpyxl.load_workbook(io.BytesIO(make_workbook(ASKED)))
    assert book.sheetnames == ["About", *(sheet.title for sheet in form_of(OWED))]
    codes = [row[6].value for sheet in book.worksheets[1:] for row in sheet.iter_rows(min_row=4, max_col=7)]
    assert [code for code in codes if code] == [line.key for sheet in form_of(OWED) for line in sheet.lines]
    demand = book["Demand"]
    assert [cell.value for cell in demand[4]][:4] == ["Referrals received", "referrals", None, 20]
    assert demand["D3"].value == "Last period: 1 October 2025 to 31 March 2026"
    assert book["Money and posts"]["D4"].value == 4000
    about = {row[0].value: row[1].value for row in book["About"].iter_rows(max_col=2)}
    assert about["Award"] == "2026-0042"
    assert about["Period"] == "1 April 2026 to 30 September 2026"
    assert about["Framework"] == "Victims Funding Strategy, 2022"


def test_only_the_entries_can_be_changed_in_xlsx() -> None:
    book = openpyxl.load_workbook(io.BytesIO(make_workbook(ASKED)))
    for sheet, laid in zip(book.worksheets, laid_out(ASKED, None, declared=False), strict=True):
        assert sheet.protection.sheet
        assert not sheet.protection.password
        entries = {
            f"{'ABCDEFG'[column - 1]}{number}"
            for number, row in enumerate(laid.rows, 1)
            for column, cell in row.items()
            if cell.style.startswith("entry-")
        }
        unlocked = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
        assert unlocked == entries
        checked = {str(rule.sqref) for rule in sheet.data_validations.dataValidation}
        assert checked == entries
        assert all(rule.prompt for rule in sheet.data_validations.dataValidation)
        assert sheet.freeze_panes == "A4"
        assert sheet.print_title_rows == "$3:$3"


def test_the_declaration_is_a_choice() -> None:
    book = openpyxl.load_workbook(io.BytesIO(make_workbook(ASKED)))
    (choice,) = [rule for rule in book["About"].data_validations.dataValidation if rule.type == "list"]
    assert choice.formula1 == '"Yes: they are complete and correct,No: not yet"'


def test_only_the_entries_can_be_changed_in_ods() -> None:
    with zipfile.ZipFile(io.BytesIO(make_workbook(ASKED, kind="ods"))) as zipped:
        assert zipped.infolist()[0].filename == "mimetype"
        assert zipped.infolist()[0].compress_type == zipfile.ZIP_STORED
        content = ElementTree.fromstring(zipped.read("content.xml"))
        for name in ("styles.xml", "meta.xml", "settings.xml", "META-INF/manifest.xml"):
            ElementTree.fromstring(zipped.read(name))
    table = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
    style = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
    tables = list(content.iter(f"{table}table"))
    assert all(each.get(f"{table}protected") == "true" for each in tables)
    open_styles = {
        own.get(f"{style}name")
        for own in content.iter(f"{style}style")
        for properties in own.iter(f"{style}table-cell-properties")
        if properties.get(f"{style}cell-protect") == "none"
    }
    assert all(str(name).startswith("entry-") for name in open_styles)
    rules = {rule.get(f"{table}name") for rule in content.iter(f"{table}content-validation")}
    for cell in content.iter(f"{table}table-cell"):
        is_open = cell.get(f"{table}style-name") in open_styles
        assert is_open == (cell.get(f"{table}content-validation-name") in rules)


def test_a_prompt_is_never_longer_than_a_spreadsheet_takes() -> None:
    book = openpyxl.load_workbook(io.BytesIO(make_workbook(ASKED)))
    rules = [rule for sheet in book.worksheets for rule in sheet.data_validations.dataValidation]
    assert all(len(rule.prompt) <= 255 and len(rule.error) <= 255 for rule in rules)
    assert all(len(str(rule.formula1)) <= 255 for rule in rules)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_typed_in_a_workbook_never_becomes_a_formula(kind: Kind) -> None:
    words = '=HYPERLINK("http://example.invalid")'
    report = good_figures().model_copy(update={"texts": (Text(narrative="risks", words=words),)})
    reading = read(make_workbook(ASKED, report, kind))
    assert reading.content is not None
    assert reading.content.texts == report.texts


def test_a_service_with_signs_of_xml_in_its_name_is_written_as_it_is() -> None:
    asked = replace(ASKED, service='<b>"Safe" & sound</b>')
    for kind in KINDS:
        reading = read(make_workbook(asked, good_figures(), kind), asked)
        assert reading.content is not None
        assert any('<b>"Safe" & sound</b>' in sheet.values() for sheet in _values(read_book(make_workbook(asked))))


@pytest.mark.parametrize("kind", KINDS)
def test_a_correction_carries_its_reason_and_what_was_said_beside_the_figures(kind: Kind) -> None:
    before = good_figures().model_copy(update={"narrative": "A year of change."})
    asked = replace(ASKED, now=before, status="sent back")
    reading = read(make_workbook(asked, before, kind), asked)
    assert reading.content is not None
    assert reading.content.narrative == "A year of change."
    assert reading.reason is None
