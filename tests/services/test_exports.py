"""What is exported can be read back by other programs as it was, and is laid out so that everybody can use it."""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZIP_STORED, ZipFile

import openpyxl
import pypdf
import pytest
from csvw import CSVW

from domain.charts import Chart
from domain.errors import Refusal
from domain.tables import Cell, Column, Missing, Table, cell, plain
from services.exports import paper as papers
from services.exports.formats import FORMATS, save
from services.exports.paper import Paper
from services.exports.words import MEANINGS, said
from tests.services import exported
from tests.services.exported import a_paper, by_calamine, by_openpyxl, expected, pdf_text, spread, squeezed, structure
from tests.services.terminal import Terminal

READERS: dict[str, tuple[str, Callable[[Path], Any]]] = {
    "XLSX by openpyxl": ("xlsx", by_openpyxl),
    "XLSX by calamine": ("xlsx", by_calamine),
    "ODS by calamine": ("ods", by_calamine),
}


def dates_as_days(found: Any, want: Any) -> Any:
    """Days before 1900-03-01 are days in ODS, and words in XLSX: Excel counts them otherwise."""
    return found if not isinstance(want, str) or not hasattr(found, "year") else f"{found.day} {found:%B} {found.year}"


class TestReadBack:
    @pytest.mark.parametrize("reader", READERS)
    def test_a_workbook_holds_the_cells_of_every_table(self, reader: str, tmp_path: Path) -> None:
        ending, read = READERS[reader]
        save(a_paper(), tmp_path / f"paper.{ending}")
        found = read(tmp_path / f"paper.{ending}")
        want = expected(a_paper())
        assert list(found) == list(want)
        for sheet, rows in want.items():
            assert [len(row) for row in found[sheet]] == [len(row) for row in rows], sheet
            for row, row_wanted in zip(found[sheet], rows, strict=True):
                assert [dates_as_days(*each) for each in zip(row, row_wanted, strict=True)] == row_wanted

    def test_csv_read_by_its_metadata_gives_typed_values_and_says_what_is_missing(self, tmp_path: Path) -> None:
        paper = a_paper()
        written = save(paper, tmp_path / "paper.csv")
        assert [path.name for path in written[:2]] == ["paper-services.csv", "paper-services.csv-metadata.json"]
        for table in paper.sheets:
            read = CSVW(str(tmp_path / f"paper-{table.name}.csv-metadata.json"), validate=True)
            rows = list(read.tables[0])
            assert read.is_valid
            assert len(rows) == len(table.rows)
            for row, cells in zip(rows, table.rows, strict=True):
                for column, each in zip(table.columns, cells, strict=True):
                    assert _comparable(row[column.key]) == _in_csv(table, column, each), (table.name, column.key)

    def test_the_metadata_names_types_titles_nulls_notes_and_language(self, tmp_path: Path) -> None:
        save(a_paper(), tmp_path / "paper.csv")
        told = json.loads((tmp_path / "paper-services.csv-metadata.json").read_text(encoding="utf-8"))
        assert told["url"] == "paper-services.csv"
        assert (told["dc:title"], told["dc:language"]) == ("Services", "en-GB")
        columns = {column["name"]: column for column in told["tableSchema"]["columns"]}
        assert {name: column["datatype"] for name, column in columns.items()} == {
            "award": "string",
            "provider": "string",
            "allocation_pence": "integer",
            "people": "string",  # for one of them is only bounded
            "posts": "decimal",
            "due": "date",
            "sent": "dateTime",
            "made_up": "boolean",
        }
        assert columns["people"]["titles"] == ["people", "Helped (people)"]
        assert set(columns["people"]["null"]) == {"", *Missing}
        assert {"type": "note", "text": "The first note."} in told["notes"]

    def test_a_paper_of_one_table_is_one_csv_file_of_that_name(self, tmp_path: Path) -> None:
        paper = Paper(title="One", tables=[exported.service_table()])
        assert [path.name for path in save(paper, tmp_path / "one.csv")] == ["one.csv", "one.csv-metadata.json"]

    def test_json_holds_tables_and_charts_with_their_sources(self, tmp_path: Path) -> None:
        paper = a_paper()
        save(paper, tmp_path / "paper.json")
        read = json.loads((tmp_path / "paper.json").read_text(encoding="utf-8"))
        assert [Table.model_validate(table) for table in read["tables"]] == list(paper.tables)
        assert [Chart.model_validate(chart) for chart in read["charts"]] == list(paper.charts)
        assert (read["title"], read["period"], read["language"]) == ("A paper", "2017-18-h1", "en-GB")
        assert read["facts"][0] == ["Half-year", "2017-18-h1"]

    def test_a_pdf_holds_the_text_of_every_cell(self, tmp_path: Path) -> None:
        paper = a_paper()
        save(paper, tmp_path / "paper.pdf")
        text = pdf_text(tmp_path / "paper.pdf")
        for number, row in paper.rows():
            for column, each in zip(paper.heads[number].columns, row, strict=True):
                assert squeezed(said(column, each)) in text
        for head in paper.heads:
            for words in (head.title, *head.headings, *head.notes):
                assert squeezed(words) in text
        for label, words in (*paper.facts, *MEANINGS.items()):
            assert squeezed(label + ":" + words) in text

    @pytest.mark.parametrize("ending", FORMATS)
    def test_rows_that_come_as_a_stream_give_the_same_file(self, ending: str, tmp_path: Path) -> None:
        (tmp_path / "whole").mkdir()
        (tmp_path / "streamed").mkdir()
        whole = save(a_paper(), tmp_path / "whole" / f"paper.{ending}")
        streamed = save(spread(a_paper(), seed=4), tmp_path / "streamed" / f"paper.{ending}")
        assert [path.read_bytes() for path in streamed] == [path.read_bytes() for path in whole]


def _comparable(read: Any) -> Any:
    if isinstance(read, bool) or read is None or isinstance(read, str):
        return read
    if isinstance(read, datetime):  # a day too is read as a moment, one without a time zone
        return read.isoformat() if read.tzinfo else read.date().isoformat()
    return float(read)


def _in_csv(table: Table, column: Column, each: Cell) -> Any:
    value = plain(each)
    if each.missing is not None or value is None or value == "":
        return None
    if column.key == "people" and table.name == "services":
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value) / (100 if column.kind == "hundredths" else 1)
    return "'" + value if isinstance(value, str) and value.startswith("=") else value


SAVES_TWICE = """
import hashlib, sys
from pathlib import Path
from services.exports.formats import FORMATS, save
from tests.services.exported import a_paper
for ending in FORMATS:
    for path in save(a_paper(), Path(sys.argv[1]) / f"paper.{ending}"):
        print(path.name, hashlib.sha256(path.read_bytes()).hexdigest())
"""


class TestSameInputSameBytes:
    def test_twice_and_in_another_process_that_hashes_otherwise(self, tmp_path: Path) -> None:
        found = []
        for seed in ("1", "2"):
            folder = tmp_path / seed
            folder.mkdir()
            environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "UTC" if seed == "1" else "America/New_York"}
            command = [sys.executable, "-c", SAVES_TWICE, str(folder)]
            ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
            found.append(ran.stdout.split("\n"))
        for ending in FORMATS:
            for path in save(a_paper(), tmp_path / f"paper.{ending}"):
                assert f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}" in found[0]
        assert found[0] == found[1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The paper in every format."""
    folder = tmp_path_factory.mktemp("exports")
    for ending in FORMATS:
        save(a_paper(), folder / f"paper.{ending}")
    return folder


class TestAccessibleWorkbook:
    def test_a_cover_the_contents_the_notes_then_a_table_to_a_sheet(self, folder: Path) -> None:
        book = openpyxl.load_workbook(folder / "paper.xlsx")
        assert book.sheetnames == ["Cover", "Contents", "Notes", "Services", "Nothing yet", "Spend against allocation"]
        assert book.properties.title == "A paper"
        for sheet in book.worksheets:
            assert not sheet.merged_cells.ranges
            assert sheet["A1"].value
        for sheet in book.worksheets[3:]:
            assert sheet["A2"].value.startswith("This worksheet contains one table")
            assert sheet["A4"].value == "Award" or sheet["A4"].value == "Service"
            assert sheet.freeze_panes == "B5"

    def test_the_cover_says_the_facts_and_explains_every_word_that_stands_for_a_figure(self, folder: Path) -> None:
        rows = list(openpyxl.load_workbook(folder / "paper.xlsx")["Cover"].iter_rows(values_only=True))
        assert ("Half-year", "2017-18-h1") in rows
        assert ("Waiting for", "=nothing") in rows
        for missing, meaning in MEANINGS.items():
            assert any(row[0] == missing and str(row[1]).startswith(meaning) for row in rows)

    def test_no_cell_of_a_table_is_empty(self, folder: Path) -> None:
        for ending, read in READERS.values():
            for sheet, rows in read(folder / f"paper.{ending}").items():
                assert all(each not in (None, "") for row in rows for each in row), sheet

    def test_every_table_is_a_real_one_with_a_name_and_headings(self, folder: Path) -> None:
        book = openpyxl.load_workbook(folder / "paper.xlsx")
        table = book["Services"].tables["Table_1_services"]
        assert table.ref == "A4:H14"
        assert table.column_names == [each.value for each in book["Services"][4]]
        names = [name for sheet in book.worksheets for name in sheet.tables]
        assert len(set(names)) == len(names) == 4  # contents, notes, and of the three tables the two with rows

    def test_the_contents_links_inside_the_book_only_and_to_sheets_that_are_there(self, folder: Path) -> None:
        book = openpyxl.load_workbook(folder / "paper.xlsx")
        cells = [each for sheet in book.worksheets for row in sheet.iter_rows() for each in row]
        links = [each.hyperlink for each in cells if each.hyperlink]
        assert len(links) >= 6
        for link in links:
            assert link.target is None
            sheet, _, place = link.location.rpartition("!")
            assert sheet.strip("'") in book.sheetnames
            assert place == "A1"

    def test_figures_are_numbers_with_their_form_and_days_are_days(self, folder: Path) -> None:
        sheet = openpyxl.load_workbook(folder / "paper.xlsx")["Services"]
        forms = [(each.data_type, each.number_format) for each in sheet[5]]
        assert forms == [
            ("s", "General"),
            ("s", "General"),
            ("n", '"£"#,##0.00'),
            ("n", "#,##0"),
            ("n", "0.00"),
            ("d", "dd/mm/yyyy"),
            ("s", "General"),
            ("s", "General"),
        ]

    def test_a_chart_has_words_for_those_who_do_not_see_it(self, folder: Path) -> None:
        with ZipFile(folder / "paper.xlsx") as zipped:
            drawing = zipped.read("xl/drawings/drawing1.xml").decode()
        (described,) = re.findall(r'descr="([^"]+)"', drawing)
        assert described == exported.bars().alt
        with ZipFile(folder / "paper.ods") as zipped:
            content = zipped.read("content.xml").decode()
        assert f"<svg:desc>{exported.bars().alt}</svg:desc>" in content


ODF = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}%s"


class TestOpenDocument:
    def test_the_kind_of_file_comes_first_and_unpacked_and_every_date_is_fixed(self, folder: Path) -> None:
        with ZipFile(folder / "paper.ods") as zipped:
            files = zipped.infolist()
            assert (files[0].filename, files[0].compress_type) == ("mimetype", ZIP_STORED)
            assert zipped.read("mimetype") == b"application/vnd.oasis.opendocument.spreadsheet"
            assert {each.date_time for each in files} == {(1980, 1, 1, 0, 0, 0)}
            manifest = ElementTree.fromstring(zipped.read("META-INF/manifest.xml"))
            listed = {each.get(ODF % ("manifest", "full-path")) for each in manifest}
            assert listed == {"/", *(each.filename for each in files[1:])} - {"META-INF/manifest.xml"}
            for each in ("content.xml", "styles.xml", "meta.xml", "settings.xml"):
                root = ElementTree.fromstring(zipped.read(each))
                assert root.get(ODF % ("office", "version")) == "1.2"

    def test_it_has_a_title_a_language_and_no_formula_and_links_only_to_its_own_sheets(self, folder: Path) -> None:
        with ZipFile(folder / "paper.ods") as zipped:
            content, meta = zipped.read("content.xml").decode(), zipped.read("meta.xml").decode()
            styles = zipped.read("styles.xml").decode()
        assert "<dc:title>A paper</dc:title>" in meta
        assert "<dc:language>en-GB</dc:language>" in meta
        assert 'fo:language="en" fo:country="GB"' in styles
        assert "table:formula" not in content
        assert "spanned" not in content
        sheets = set(re.findall(r'table:table table:name="([^"]+)"', content))
        links = re.findall(r'<text:a xlink:type="simple" xlink:href="([^"]+)"', content)
        assert {link.removeprefix("#'").removesuffix("'.A1") for link in links} <= sheets
        assert "table:database-range" in content

    def test_every_style_that_is_used_is_there(self, folder: Path) -> None:
        with ZipFile(folder / "paper.ods") as zipped:
            content = zipped.read("content.xml").decode()
        used = set(re.findall(r'table:style-name="([^"]+)"', content))
        assert used <= set(re.findall(r'style:style style:name="([^"]+)"', content))


class TestPdf:
    def test_it_is_tagged_with_title_and_language(self, folder: Path) -> None:
        read = pypdf.PdfReader(folder / "paper.pdf")
        root: Any = read.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert root["/Lang"] == "en-GB"
        assert root["/ViewerPreferences"]["/DisplayDocTitle"]
        assert read.metadata is not None
        assert read.metadata.title == "A paper"
        assert "/CreationDate" not in read.metadata

    def test_tables_have_headings_and_the_chart_has_its_words(self, folder: Path) -> None:
        tags = structure(folder / "paper.pdf")
        kinds = [kind for kind, _ in tags]
        assert {"/Table", "/TH", "/TD", "/H1", "/Figure"} <= set(kinds)
        assert [alt for kind, alt in tags if kind == "/Figure"] == [exported.bars().alt]

    def test_a_table_wider_than_a_page_is_set_in_parts_that_repeat_the_first_column(self, tmp_path: Path) -> None:
        columns = [Column(key=f"c{place}", title=f"Column number {place}") for place in range(30)]
        rows = tuple(tuple(cell(f"r{row}c{place}x") for place in range(30)) for row in range(60))
        wide = Table(name="wide", title="Wide", columns=tuple(columns), rows=rows)
        save(Paper(title="Wide", tables=[wide]), tmp_path / "wide.pdf")
        text = pdf_text(tmp_path / "wide.pdf")
        assert text.count("r17c0x") > 1
        for row in range(60):
            assert [text.count(f"r{row}c{place}x") for place in range(1, 30)] == [1] * 29

    def test_no_page_shows_anything_beyond_its_edges(self, tmp_path: Path) -> None:
        table = Table(
            name="long",
            title="Long" * 60,
            columns=(Column(key="a", title="W" * 90), *exported.COLUMNS[1:]),
            rows=tuple(
                (
                    cell("W" * 500),
                    cell("word " * 300),
                    *(cell(10**14) for _ in range(3)),
                    *exported.service_table().rows[0][5:],
                )
                for _ in range(9)
            ),
            notes=("N" * 400,),
        )
        save(Paper(title="T" * 300, facts=[("L" * 200, "F" * 300)], tables=[table]), tmp_path / "long.pdf")
        for page in pypdf.PdfReader(tmp_path / "long.pdf").pages:
            edges: list[float] = []

            def look(text: str, _cm: Any, tm: list[float], _font: Any, size: float, edges: list[float] = edges) -> None:
                if text.strip():
                    edges.append(tm[4])

            page.extract_text(visitor_text=look)
            assert edges
            assert min(edges) >= 0
            assert max(edges) <= float(page.mediabox.width) - 30


class TestSaving:
    @pytest.mark.parametrize("name", ["paper", "paper.txt", "paper.xls", ".csv"])
    def test_another_ending_is_refused_with_those_that_there_are(self, name: str, tmp_path: Path) -> None:
        with pytest.raises(Refusal, match=r"\.csv, \.json, \.xlsx, \.ods, \.pdf"):
            save(a_paper(), tmp_path / name)

    def test_a_folder_is_not_written_over(self, tmp_path: Path) -> None:
        (tmp_path / "paper.xlsx").mkdir()
        with pytest.raises(Refusal, match="is a folder"):
            save(a_paper(), tmp_path / "paper.xlsx")

    @pytest.mark.parametrize("ending", FORMATS)
    def test_what_fails_half_way_leaves_the_earlier_file_as_it_was(self, ending: str, tmp_path: Path) -> None:
        table = exported.service_table()

        def broken() -> Any:
            yield 0, table.rows[0]
            raise OSError("the disk is full")

        path = tmp_path / f"paper.{ending}"
        path.write_bytes(b"as it was")
        with pytest.raises(OSError, match="full"):
            save(Paper(title="Broken", tables=[table], more=broken), path)
        assert [each.name for each in tmp_path.iterdir()] == [path.name]
        assert path.read_bytes() == b"as it was"

    def test_a_row_that_is_not_as_wide_as_its_table_is_a_fault(self, tmp_path: Path) -> None:
        short = Paper(title="Short", tables=[exported.service_table()], more=lambda: [(0, (cell(1),))])
        with pytest.raises(ValueError, match="has 1 cells, not 8"):
            save(short, tmp_path / "short.xlsx")

    def test_more_rows_than_a_worksheet_holds_are_refused_in_words(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        paper = Paper(title="Many", tables=[exported.service_table()])
        for ending in ("xlsx", "ods"):
            monkeypatch.setattr(f"services.exports.{ending}._LAST_ROW", 6)
            with pytest.raises(Refusal, match=r"save it as \.csv or \.json"):
                save(paper, tmp_path / f"many.{ending}")

    def test_more_cells_than_a_person_reads_are_refused_as_a_pdf(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("services.exports.pdf._MOST_CELLS", 8)
        with pytest.raises(Refusal, match=r"save it as \.xlsx or \.ods"):
            save(a_paper(), tmp_path / "many.pdf")

    def test_small_spools_and_files_give_the_same(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (before,) = save(a_paper(), tmp_path / "before.ods")
        monkeypatch.setattr(papers, "_HELD_BACK", 1)
        (after,) = save(a_paper(), tmp_path / "after.ods")
        assert before.read_bytes() == after.read_bytes()


class TestCommandLine:
    def test_an_answer_is_saved_in_the_format_of_the_ending(
        self, outturn: Terminal, played: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OUTTURN_DATABASE", str(played))
        for ending in FORMATS:
            assert outturn.run("show", "budgets", "--save", str(tmp_path / f"budgets.{ending}")) == 0, outturn.err
            assert f"budgets.{ending}" in outturn.out
        rows = outturn.rows("budgets")
        read = json.loads((tmp_path / "budgets.json").read_text(encoding="utf-8"))
        assert list(Table.model_validate(read["tables"][0]).records()) == rows
        for found in (by_openpyxl(tmp_path / "budgets.xlsx"), by_calamine(tmp_path / "budgets.ods")):
            ((_, *cells),) = found.values()
            assert len(cells) == len(rows)
        assert (tmp_path / "budgets.csv-metadata.json").exists()

    def test_a_folder_that_is_not_there_is_refused_with_words(self, outturn: Terminal, tmp_path: Path) -> None:
        assert outturn.run("show", "budgets", "--save", str(tmp_path / "none" / "budgets.csv")) == 1
        assert "make it first, or save to another" in " ".join(outturn.err.split())
        assert not (tmp_path / "none").exists()

    def test_an_ending_that_is_no_format_is_refused_before_anything_is_asked(self, outturn: Terminal) -> None:
        assert outturn.run("show", "budgets", "--save", "budgets.doc") == 1
        assert ".xlsx" in outturn.err
