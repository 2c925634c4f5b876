"""What other programs write into a workbook, read as they mean it: the reader's own tests, on bare XML."""

import io
import zipfile

import pytest

from services.imports.provider_workbook_file import Cell, read_book
from tests.services.good_workbooks import good_workbook
from tests.services.hostile_workbooks import with_file

_TYPES = "<Types/>"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PARTS = f"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="worksheets/one.xml"/>
<Relationship Id="rId2" Type="{_RELATIONS}/chartsheet" Target="chartsheets/two.xml"/>
<Relationship Id="rId3" Type="{_RELATIONS}/styles" Target="/xl/styles.xml"/>
<Relationship Id="rId4" Type="{_RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>
<Relationship Id="rId5" Type="{_RELATIONS}/hyperlink" Target="http://example.invalid" TargetMode="External"/>
</Relationships>"""
_TOP = f'<Relationships><Relationship Id="a" Type="{_RELATIONS}/officeDocument" Target="xl/book.xml"/></Relationships>'
_STYLES = """<styleSheet><numFmts count="4"><numFmt numFmtId="164" formatCode="&quot;day&quot; #,##0"/>
<numFmt numFmtId="165" formatCode="[$-809]dd mmmm yyyy"/><numFmt numFmtId="166" formatCode="0.0%"/>
<numFmt numFmtId="167" formatCode="[Red]General\\h"/></numFmts>
<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="9"/>
<xf numFmtId="166"/><xf numFmtId="167"/><xf numFmtId="3"/></cellXfs></styleSheet>"""
_STRINGS = """<sst><si><t>plain</t></si><si><r><t>in </t></r><r><t>two parts</t></r><rPh><t>aloud</t></rPh></si>
<si><t>tab_x0009_bed</t></si><si><t xml:space="preserve">  </t></si></sst>"""


def xlsx(cells: str, book: str = "") -> bytes:
    """A workbook as small as it may be, with a prefix to every name as some programs write it."""
    main = 'xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        zipped.writestr("[Content_Types].xml", _TYPES)
        zipped.writestr("_rels/.rels", _TOP)
        sheets = '<sheet name="One" sheetId="1" r:id="rId1"/><sheet name="Two" sheetId="2" state="hidden" r:id="rId2"/>'
        zipped.writestr("xl/book.xml", f'<workbook xmlns:r="{_RELATIONS}">{book}<sheets>{sheets}</sheets></workbook>')
        zipped.writestr("xl/_rels/book.xml.rels", _PARTS)
        zipped.writestr("xl/styles.xml", _STYLES)
        zipped.writestr("xl/sharedStrings.xml", _STRINGS)
        zipped.writestr(
            "xl/worksheets/one.xml", f"<x:worksheet {main}><x:sheetData>{cells}</x:sheetData></x:worksheet>"
        )
    return out.getvalue()


def only_cell(cell: str, book: str = "") -> Cell | None:
    """The one cell of a workbook."""
    sheet = read_book(xlsx(f"<x:row>{cell}</x:row>", book)).sheets[0]
    return sheet.rows[1][1] if sheet.rows else None


@pytest.mark.parametrize(
    ("xml", "kind", "text"),
    [
        ("<x:c><x:v>12</x:v></x:c>", "number", "12"),
        ("<x:c><x:v>12.0</x:v></x:c>", "number", "12"),
        ("<x:c><x:v>1.2E1</x:v></x:c>", "number", "12"),
        ("<x:c><x:v>0.30000000000000004</x:v></x:c>", "number", "0.3"),
        ("<x:c><x:v>1E+400</x:v></x:c>", "error", ""),
        ("<x:c s='1'><x:v>43008</x:v></x:c>", "date", "2017-09-30"),
        ("<x:c s='3'><x:v>43008.5</x:v></x:c>", "date", "2017-09-30"),
        ("<x:c s='2'><x:v>43008</x:v></x:c>", "number", "43008"),
        ("<x:c s='6'><x:v>43008</x:v></x:c>", "number", "43008"),
        ("<x:c s='7'><x:v>1461</x:v></x:c>", "number", "1461"),
        ("<x:c s='4'><x:v>1</x:v></x:c>", "percent", "1"),
        ("<x:c s='5'><x:v>0.45</x:v></x:c>", "percent", "0.45"),
        ("<x:c t='d'><x:v>2017-09-30T00:00:00</x:v></x:c>", "date", "2017-09-30"),
        ("<x:c t='s'><x:v>0</x:v></x:c>", "text", "plain"),
        ("<x:c t='s'><x:v>1</x:v></x:c>", "text", "in two parts"),
        ("<x:c t='s'><x:v>2</x:v></x:c>", "text", "tab\tbed"),
        ("<x:c t='inlineStr'><x:is><x:t>written here</x:t></x:is></x:c>", "text", "written here"),
        ("<x:c t='inlineStr'><x:is><x:t>half_xD800_a sign</x:t></x:is></x:c>", "text", "half?a sign"),
        ("<x:c t='str'><x:f>A2</x:f><x:v>from a formula</x:v></x:c>", "text", "from a formula"),
        ("<x:c><x:f>A2+1</x:f><x:v>13</x:v></x:c>", "number", "13"),
        ("<x:c><x:f>A2+1</x:f></x:c>", "formula", ""),
        ("<x:c t='e'><x:f>1/0</x:f><x:v>#DIV/0!</x:v></x:c>", "error", ""),
        ("<x:c t='b'><x:v>1</x:v></x:c>", "text", "true"),
    ],
)
def test_a_cell_of_an_xlsx_file_is_read_as_its_program_shows_it(xml: str, kind: str, text: str) -> None:
    assert only_cell(xml) == Cell("A1", kind, text)


@pytest.mark.parametrize(
    "xml", ["<x:c/>", "<x:c s='1'/>", "<x:c t='s'><x:v>3</x:v></x:c>", "<x:c t='str'><x:v/></x:c>"]
)
def test_a_cell_that_shows_nothing_is_empty(xml: str) -> None:
    assert only_cell(xml) is None


def test_dates_are_counted_from_1904_where_the_workbook_says_so() -> None:
    assert only_cell("<x:c s='1'><x:v>0</x:v></x:c>", '<workbookPr date1904="1"/>') == Cell("A1", "date", "1904-01-01")


def test_cells_stand_where_they_say_or_else_one_after_the_other() -> None:
    cells = "<x:row r='3'><x:c><x:v>1</x:v></x:c><x:c r='D3'><x:v>2</x:v></x:c><x:c><x:v>3</x:v></x:c></x:row>"
    sheet, chart = read_book(xlsx(cells + "<x:row hidden='1'><x:c><x:v>4</x:v></x:c></x:row>")).sheets
    assert {cell.address: cell.text for row in sheet.rows.values() for cell in row.values()} == {
        "A3": "1",
        "D3": "2",
        "E3": "3",
        "A4": "4",
    }
    assert sheet.hidden_rows == {4}
    assert (chart.name, chart.hidden, chart.rows) == ("Two", True, {})


_ODF = {
    **{
        name: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"
        for name in ("office", "table", "text", "style", "drawing")
    },
    "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
}


def ods(xml: str, before: str = "") -> bytes:
    """A workbook with this content."""
    names = " ".join(f'xmlns:{name}="{space}"' for name, space in _ODF.items())
    body = f"<office:body><office:spreadsheet>{xml}</office:spreadsheet></office:body>"
    return with_file(
        "ods", "content.xml", f"<office:document-content {names}>{before}{body}</office:document-content>".encode()
    )


def cells_of(xml: str) -> dict[str, tuple[str, str]]:
    """The cells of one sheet."""
    sheet = read_book(ods(f'<table:table table:name="One">{xml}</table:table>')).sheets[0]
    return {cell.address: (cell.kind, cell.text) for row in sheet.rows.values() for cell in row.values()}


@pytest.mark.parametrize(
    ("xml", "kind", "text"),
    [
        ('office:value-type="float" office:value="12"', "number", "12"),
        ('office:value-type="currency" office:value="4000.5"', "number", "4000.5"),
        ('office:value-type="percentage" office:value="0.45"', "percent", "0.45"),
        ('office:value-type="date" office:date-value="2017-09-30T10:00:00"', "date", "2017-09-30"),
        ('office:value-type="time" office:time-value="PT1H"', "date", ""),
        ('office:value-type="boolean" office:boolean-value="true"', "text", "shown"),
        ('office:value-type="string"', "text", "shown"),
        ('office:value-type="string" office:string-value="kept"', "text", "kept"),
        ('table:formula="of:=1+1" office:value-type="float" office:value="2"', "number", "2"),
        ('office:value-type="string" calcext:value-type="error"', "error", ""),
    ],
)
def test_a_cell_of_an_ods_file_is_read_as_its_program_shows_it(xml: str, kind: str, text: str) -> None:
    row = f"<table:table-row><table:table-cell {xml}><text:p>shown</text:p></table:table-cell></table:table-row>"
    assert cells_of(row) == {"A1": (kind, text)}


def test_text_in_an_ods_file_keeps_its_lines_and_spaces_but_not_its_comment() -> None:
    row = (
        '<table:table-row><table:table-cell office:value-type="string"><office:annotation><text:p>beside</text:p>'
        "</office:annotation><text:p>one <text:span>two</text:span><text:s text:c='2'/>three</text:p><text:p>four"
        "<text:line-break/>five<text:tab/>six</text:p></table:table-cell></table:table-row>"
    )
    assert cells_of(row) == {"A1": ("text", "one two  three\nfour\nfive\tsix")}


def test_what_is_repeated_in_an_ods_file_is_counted_and_what_is_empty_costs_nothing() -> None:
    number = 'office:value-type="float" office:value="7"'
    row = (
        '<table:table-row table:number-rows-repeated="3"><table:table-cell table:number-columns-repeated="2"/>'
        "</table:table-row>"
        '<table:table-header-rows><table:table-row table:number-rows-repeated="2"><table:covered-table-cell/>'
        f'<table:table-cell table:number-columns-repeated="2" {number}/>'
        '<table:table-cell table:number-columns-repeated="16381"/></table:table-row></table:table-header-rows>'
        '<table:table-row table:number-rows-repeated="1048571"><table:table-cell table:style-name="grey"/>'
        "</table:table-row>"
    )
    assert cells_of(row) == dict.fromkeys(("B4", "C4", "B5", "C5"), ("number", "7"))


def test_what_is_no_sheet_of_an_ods_file_is_not_read() -> None:
    row = '<table:table-row><table:table-cell office:value-type="float" office:value="%s"/></table:table-row>'
    inner = f'<table:table table:is-sub-table="true">{row % 3}</table:table>'
    xml = (
        f'<table:tracked-changes><table:table-cell office:value-type="float" office:value="1"/></table:tracked-changes>'
        f'<table:table table:name="One" table:style-name="unseen"><table:table-row table:visibility="filter">'
        f'<table:table-cell office:value-type="float" office:value="2"/><table:table-cell>{inner}</table:table-cell>'
        f'</table:table-row></table:table><table:dde-links><table:table table:name="link">{row % 4}</table:table>'
        "</table:dde-links>"
    )
    styles = (
        '<office:automatic-styles><style:style style:name="unseen" style:family="table"><style:table-properties '
        'table:display="false"/></style:style></office:automatic-styles>'
    )
    (sheet,) = read_book(ods(xml, styles)).sheets
    assert sheet.hidden
    assert sheet.hidden_rows == {1}
    assert {cell.address: cell.text for row in sheet.rows.values() for cell in row.values()} == {"A1": "2"}


def test_comments_and_drawn_boxes_are_read_as_what_stands_beside() -> None:
    words = "<text><r><t>See </t></r><r><t>page 2</t></r></text>"
    comment = f'<comments><commentList><comment ref="C4">{words}</comment></commentList></comments>'
    box = "<wsDr><sp><txBody><p><r><t>Draft</t></r></p></txBody></sp></wsDr>"
    assert "page 2" in read_book(with_file("xlsx", "xl/comments1.xml", comment.encode())).beside
    assert read_book(with_file("xlsx", "xl/drawings/drawing1.xml", box.encode())).beside == "Draft"
    assert read_book(good_workbook("xlsx")).beside == ""
