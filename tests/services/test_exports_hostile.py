"""Nothing a provider typed can become a formula, markup or code, whatever the format; and it can still be read."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import openpyxl
import pypdf
import pytest
from csvw import CSVW
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.tables import Column, Kind, Table
from services.exports import pdf
from services.exports.font import in_font
from services.exports.formats import FORMATS, save
from services.exports.paper import LONGEST_SHEET_NAME, Paper, sheet_names
from services.exports.words import clean, safe, said
from services.exports.xlsx import within
from tests.services import exported
from tests.services.exported import HOSTILE, by_calamine, by_openpyxl, hostile_table, pdf_text, raw, squeezed

BEGINNINGS = ("=", "+", "-", "@", "\t=", " =", "\uff1d", "#", "<", "&", "]]>", "<r>", "_x0041_", "\x00", "\ud83d", "'")
ANY_TEXT = st.builds(
    str.__add__,
    st.sampled_from(("", *BEGINNINGS)),
    st.text(st.characters(), max_size=40),
)
"""Text of any characters at all, halves of characters too, with a beginning that some program makes something of."""

relaxed = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def a_hostile_paper(texts: Sequence[str] = HOSTILE) -> Paper:
    """Every text wherever a provider's words may come to stand."""
    first = texts[0] if texts else "=1"
    return Paper(title=f"=Title <b> {first}", facts=[(first, each) for each in texts], tables=[hostile_table(texts)])


def read_by_rows(paper: Paper) -> list[list[str]]:
    """What each cell says, as a person is to read it."""
    (head,) = paper.heads
    return [[said(column, each) for column, each in zip(head.columns, row, strict=True)] for _, row in paper.rows()]


def check_xlsx(paper: Paper, folder: Path) -> None:
    save(paper, folder / "hostile.xlsx")
    want = [list(paper.heads[0].headings), *read_by_rows(paper)]
    for read in (by_openpyxl, by_calamine):
        assert read(folder / "hostile.xlsx") == {paper.heads[0].sheet: want}
    for sheet in openpyxl.load_workbook(folder / "hostile.xlsx").worksheets:
        for row in sheet.iter_rows():
            for each in row:
                assert each.data_type in ("s", "n"), each
                if each.hyperlink is not None:
                    assert (each.hyperlink.target, each.hyperlink.location[:1]) == (None, "'")
    with ZipFile(folder / "hostile.xlsx") as zipped:
        for name in zipped.namelist():
            if name.endswith((".xml", ".rels")):
                tags = {each.tag.rpartition("}")[2] for each in ElementTree.fromstring(zipped.read(name)).iter()}
                assert not tags & {"f", "r", "rPr", "definedName", "externalLink"}, name


def check_ods(paper: Paper, folder: Path) -> None:
    save(paper, folder / "hostile.ods")
    want = [list(paper.heads[0].headings), *read_by_rows(paper)]
    assert by_calamine(folder / "hostile.ods") == {paper.heads[0].sheet: want}
    with ZipFile(folder / "hostile.ods") as zipped:
        content = ElementTree.fromstring(zipped.read("content.xml"))
        ElementTree.fromstring(zipped.read("meta.xml"))
    for each in content.iter():
        assert not any(name.endswith("formula") for name in each.attrib)
        if "href" in "".join(each.attrib):
            assert each.get("{http://www.w3.org/1999/xlink}href", "").startswith("#'")


def check_csv(paper: Paper, folder: Path) -> None:
    save(paper, folder / "hostile.csv")
    read = CSVW(str(folder / "hostile.csv-metadata.json"), validate=True)
    rows = list(read.tables[0])
    assert read.is_valid
    assert len(rows) == len(paper.tables[0].rows)
    for found in rows:
        for text in (found["alone"], found["after"]):
            assert text is None or not re.match(r"[\s\ufeff\u200b]*[=+@\uff1d\uff0b\uff0d\uff20-]", text), text


def check_json(paper: Paper, folder: Path) -> None:
    save(paper, folder / "hostile.json")
    read = json.loads((folder / "hostile.json").read_text(encoding="utf-8"))
    for found, row in zip(read["tables"][0]["rows"], paper.tables[0].rows, strict=True):
        assert [each.get("value") for each in found] == [_whole(each.value) for each in row]


def _whole(value: Any) -> Any:
    """The text without halves of characters, which UTF-8 cannot hold."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def check_pdf(paper: Paper, folder: Path) -> None:
    save(paper, folder / "hostile.pdf")
    read = pypdf.PdfReader(folder / "hostile.pdf")
    root: Any = read.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert not {"/OpenAction", "/AA", "/AcroForm", "/Names"} & set(root) - {"/Names"}
    for page in read.pages:
        for each in page.get("/Annots", []):
            action = each.get_object().get("/A")
            assert action is None or action["/S"] == "/GoTo"
    text = pdf_text(folder / "hostile.pdf")
    for row in read_by_rows(paper):
        for words in row:
            # what reads from right to left, and what the font has no picture of, comes out otherwise
            plain = squeezed(words)
            if plain.isascii():
                assert plain in text, words


CHECKS = {"csv": check_csv, "json": check_json, "xlsx": check_xlsx, "ods": check_ods, "pdf": check_pdf}


def test_every_format_is_checked() -> None:
    assert set(CHECKS) == set(FORMATS)


@pytest.mark.parametrize("ending", CHECKS)
def test_every_trick_that_is_known_stays_text(ending: str, tmp_path: Path) -> None:
    CHECKS[ending](a_hostile_paper(), tmp_path)


@pytest.mark.parametrize("ending", [ending for ending in CHECKS if ending != "pdf"])
@relaxed
@given(texts=st.lists(ANY_TEXT, min_size=1, max_size=8))
def test_any_text_stays_text(ending: str, tmp_path: Path, texts: list[str]) -> None:
    CHECKS[ending](a_hostile_paper(texts), tmp_path)


@settings(relaxed, max_examples=15)
@given(texts=st.lists(ANY_TEXT, min_size=1, max_size=20))
def test_any_text_stays_text_in_a_pdf(tmp_path: Path, texts: list[str]) -> None:
    check_pdf(a_hostile_paper(texts), tmp_path)


class TestVeryLongTexts:
    LONG = "long words and more of them " * 2_000

    @pytest.mark.parametrize("text", [LONG, "x" * 40_000, "\U0001f600" * 20_000], ids=["words", "a word", "pairs"])
    def test_are_cut_in_excel_with_a_word_about_it_and_whole_elsewhere(self, text: str, tmp_path: Path) -> None:
        paper = Paper(title="Long", tables=[hostile_table([text])])
        for ending in FORMATS:
            save(paper, tmp_path / f"long.{ending}")
        for read in (by_openpyxl, by_calamine):
            found = read(tmp_path / "long.xlsx")[paper.heads[0].sheet][1][0]
            assert len(found.encode("utf-16-le")) // 2 <= 32_767
            assert found.endswith("The whole text is in the JSON and CSV files.)")
            assert text.startswith(found[:16_000])
        assert by_calamine(tmp_path / "long.ods")[paper.heads[0].sheet][1][0] == text
        assert text in (tmp_path / "long.csv").read_text(encoding="utf-8")
        read_json = json.loads((tmp_path / "long.json").read_text(encoding="utf-8"))
        assert read_json["tables"][0]["rows"][0][0] == {"value": text}
        if text.isascii():
            letters = [each for each in pdf_text(tmp_path / "long.pdf") if each in text]
            assert len(letters) >= 2 * len(squeezed(text))

    @given(st.text(st.characters(), max_size=50).map(lambda text: text * 1_500))
    @settings(deadline=None, max_examples=30)
    def test_fit_a_cell_of_excel_however_they_are_counted(self, text: str) -> None:
        assert len(within(text).encode("utf-16-le")) // 2 <= 32_767


class TestNamesOfWorksheets:
    @given(st.lists(ANY_TEXT | st.sampled_from(["Cover", "notes", "HISTORY", "", "A" * 40, "a" * 40]), max_size=30))
    def test_are_unlike_one_another_short_and_without_a_character_that_means_something(self, titles: list[str]) -> None:
        names = sheet_names(titles)
        assert len({name.lower() for name in names}) == len(titles)
        for name in names:
            assert 0 < len(name.encode("utf-16-le")) // 2 <= LONGEST_SHEET_NAME
            assert not set(name) & set("[]:*?/\\'\"<>&!#$.\n\t")
            assert name.lower() not in ("cover", "contents", "notes", "history")
            assert name == name.strip()

    def test_say_the_title_where_it_can_be_said(self) -> None:
        titles = ["Service list", "Needs / support", "Service list", "=1+1", "Spend against allocation by service"]
        names = ["Service list", "Needs support", "Service list 2", "1 1", "Spend against allocation by"]
        assert sheet_names(titles) == names


class TestMarkedForSpreadsheets:
    @pytest.mark.parametrize("text", HOSTILE[:14])
    def test_what_looks_like_a_formula_has_an_apostrophe_before_it(self, text: str) -> None:
        assert safe(text) == f"'{text}"

    @pytest.mark.parametrize("text", ["a=1", "", "  ", "12", "{=1}", "#1", "\n"[:0]])
    def test_other_text_is_left_as_it_is(self, text: str) -> None:
        assert safe(text) == text

    @given(ANY_TEXT)
    def test_what_comes_out_never_begins_like_a_formula(self, text: str) -> None:
        assert (
            not str(safe(clean(text))).lstrip().startswith(("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"))
        )


class TestNoWordIsWiderThanItsColumn:
    @settings(deadline=None)
    @given(
        rows=st.lists(st.lists(ANY_TEXT.map(clean), min_size=6, max_size=6), min_size=1, max_size=4),
        headings=st.lists(ANY_TEXT, min_size=6, max_size=6),
    )
    def test_so_nothing_is_printed_over(self, rows: list[list[str]], headings: list[str]) -> None:
        kinds: tuple[Kind, ...] = ("text", "count", "pence", "text", "date", "text")
        columns = tuple(
            Column.model_construct(key=f"c{place}", title=title, kind=kinds[place], unit=None, detail=False)
            for place, title in enumerate(headings)
        )
        table = Table.model_construct(name="t", title="T", columns=columns, rows=(), notes=(), names=())
        head = Paper(title="T", tables=[table]).heads[0]
        section = pdf._section(head, [[in_font(each) for each in row] for row in rows], [])
        room = pdf._ACROSS if section["flipped"] else pdf._UPRIGHT
        for group in section["groups"]:
            assert sum(group["widths"]) <= room + 0.1
            for row in (group["headings"], *group["rows"]):
                for words, wide in zip(row, group["widths"], strict=True):
                    for part in re.split(f"[ \n{pdf._BREAK}]", words):
                        assert pdf._wide(part) <= wide - pdf._BESIDE + 0.1 or len(part) == 1


def test_an_unchecked_cell_in_a_column_of_figures_is_told_in_words(tmp_path: Path) -> None:
    columns = exported.COLUMNS
    odd = (raw("x"), raw(1), raw("=1"), raw("1.5"), raw("five posts"), raw("no day"), raw("no moment"), raw("perhaps"))
    table = Table.model_construct(name="odd", title="Odd", columns=columns, rows=(odd,), notes=(), names=())
    paper = Paper(title="Odd", tables=[table])
    for ending in FORMATS:
        save(paper, tmp_path / f"odd.{ending}")
    want = ["x", "1", "=1", "1.5", "five posts", "no day", "no moment", "perhaps"]
    for found in (by_openpyxl(tmp_path / "odd.xlsx"), by_calamine(tmp_path / "odd.ods")):
        assert found["Odd"][1] == want
    assert CSVW(str(tmp_path / "odd.csv-metadata.json"), validate=True).is_valid
