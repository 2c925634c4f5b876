"""Workbooks made to do harm to whoever reads a provider's report, in both formats; each is built when asked for."""

import io
import random
import struct
import zipfile
from collections.abc import Callable

from tests.services.good_workbooks import Kind, good_workbook

_SHEET = {"xlsx": "xl/worksheets/sheet2.xml", "ods": "content.xml"}
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_ODF = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)


def with_file(kind: Kind, name: str, content: bytes) -> bytes:
    """A good workbook with one of its files replaced, or one more."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(good_workbook(kind))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for known in old.namelist():
            if known != name:
                new.writestr(known, old.read(known))
        new.writestr(name, content)
    return out.getvalue()


def with_sheet(kind: Kind, content: bytes) -> bytes:
    """A good workbook with a sheet of another content: in ODS that is all of them."""
    return with_file(kind, _SHEET[kind], content)


def _rows(xml: str) -> bytes:
    return f"<worksheet {_MAIN}><sheetData>{xml}</sheetData></worksheet>".encode()


def _tables(xml: str, before: str = "") -> bytes:
    start = f"{before}<office:document-content {_ODF}><office:body><office:spreadsheet>"
    return f"{start}{xml}</office:spreadsheet></office:body></office:document-content>".encode()


def _ods(xml: str, before: str = "") -> bytes:
    return with_sheet("ods", _tables(xml, before))


def _noise(size: int) -> bytes:
    """Bytes that hardly get smaller when they are packed, and are good XML text."""
    letters = bytes(range(ord("a"), ord("z") + 1)) * 10
    return random.Random(1).randbytes(size).translate(letters[:256])


_CELL = '<table:table-cell office:value-type="float" office:value="1"/>'
_ENTITIES = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))


def lying_header(kind: Kind) -> bytes:
    """A zip whose list says that a file of 60 megabytes is one of 100 bytes."""
    name = _SHEET[kind]
    packed = bytearray(with_sheet(kind, b"<" + b" " * (60 << 20)))
    entry = packed.rindex(name.encode()) - 46
    assert packed[entry : entry + 4] == b"PK\x01\x02"
    struct.pack_into("<L", packed, entry + 24, 100)
    return bytes(packed)


def encrypted(kind: Kind) -> bytes:
    """A zip whose files say that they are locked."""
    packed = bytearray(good_workbook(kind))
    place = packed.find(b"PK\x01\x02")
    while place >= 0:
        packed[place + 8] |= 1
        place = packed.find(b"PK\x01\x02", place + 4)
    return bytes(packed)


def _sheets_of_xlsx(how_many: int) -> bytes:
    relation = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    sheets = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="rId2"/>' for n in range(1, how_many))
    return f"<workbook {_MAIN} {relation}><sheets>{sheets}</sheets></workbook>".encode()


def _many_files(kind: Kind) -> bytes:
    out = io.BytesIO(good_workbook(kind))
    with zipfile.ZipFile(out, "a") as zipped:
        for number in range(600):
            zipped.writestr(f"xl/worksheets/more{number}.xml", "<a/>")
    return out.getvalue()


def _strings(how_many: int) -> bytes:
    texts = "".join(f"<si><t>{n}</t></si>" for n in range(how_many))
    return f"<sst {_MAIN}>{texts}</sst>".encode()


def _empty_rows() -> str:
    return "".join(f'<row r="{n}"><c r="A{n}"/></row>' for n in range(1, 400_000))


_FAR = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
_LOW = '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'
_COMMENT = f'<comments {_MAIN}><commentList><comment ref="C4"><text><t>%s</t></text></comment></commentList></comments>'

HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "zip bomb, xlsx": (lambda: with_sheet("xlsx", b"<" + b" " * (101 << 20)), "unpacks to far more"),
    "zip bomb, ods": (lambda: with_sheet("ods", b"<" + b" " * (101 << 20)), "unpacks to far more"),
    "dense bomb": (lambda: with_sheet("xlsx", b"<" + b" " * (20 << 20)), "unpacks to far more"),
    "six hundred files": (lambda: _many_files("xlsx"), "unpacks to far more"),
    "lying header, xlsx": (lambda: lying_header("xlsx"), "damaged or not safe to open"),
    "lying header, ods": (lambda: lying_header("ods"), "damaged or not safe to open"),
    "far cell, xlsx": (lambda: with_sheet("xlsx", _rows(_FAR)), "beyond its first 60 columns"),
    "low cell, xlsx": (lambda: with_sheet("xlsx", _rows(_LOW)), "beyond row 5,000"),
    "far cell, ods": (
        lambda: _ods(
            '<table:table table:name="Demand"><table:table-row><table:table-cell '
            f'table:number-columns-repeated="16383"/>{_CELL}</table:table-row></table:table>'
        ),
        "beyond its first 60 columns",
    ),
    "a million equal rows, ods": (
        lambda: _ods(
            '<table:table table:name="Demand"><table:table-row table:number-rows-repeated="1048576">'
            f"{_CELL}</table:table-row></table:table>"
        ),
        "beyond row 5,000",
    ),
    "a cell repeated without end, ods": (
        lambda: _ods(
            '<table:table table:name="Demand"><table:table-row>'
            + _CELL.replace("/>", f' table:number-columns-repeated="{10**18}"/>')
            + "</table:table-row></table:table>"
        ),
        "beyond its first 60 columns",
    ),
    "entity bomb, xlsx": (
        lambda: with_sheet("xlsx", f"<!DOCTYPE worksheet [{_ENTITIES}]>".encode() + _rows("&a9;")),
        "damaged or not safe to open",
    ),
    "entity bomb, ods": (
        lambda: _ods("<table:table>&a9;</table:table>", f"<!DOCTYPE x [{_ENTITIES}]>"),
        "damaged or not safe to open",
    ),
    "a file of the server's, ods": (
        lambda: _ods("<table:table>&f;</table:table>", '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'),
        "damaged or not safe to open",
    ),
    "macros, xlsx": (lambda: with_file("xlsx", "xl/vbaProject.bin", b"Sub AutoOpen()"), "contains macros"),
    "old macros, xlsx": (lambda: with_file("xlsx", "xl/macrosheets/sheet1.xml", b"<a/>"), "contains macros"),
    "macros, ods": (lambda: with_file("ods", "Basic/Standard/Module1.xml", b"<a/>"), "contains macros"),
    "scripts, ods": (lambda: with_file("ods", "Scripts/python/x.py", b"pass"), "contains macros"),
    "locked, xlsx": (lambda: encrypted("xlsx"), "has a password"),
    "locked, ods": (
        lambda: with_file("ods", "META-INF/manifest.xml", b"<m><manifest:encryption-data/></m>"),
        "has a password",
    ),
    "old Excel, or a password": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), r"\(\.xls\), or one with a"),
    "binary workbook": (lambda: with_file("xlsx", "xl/workbook.bin", b"\x83"), r"\(\.xlsb\): save it as \.xlsx"),
    "truncated, xlsx": (lambda: good_workbook("xlsx")[:9_000], "damaged or not whole"),
    "truncated, ods": (lambda: good_workbook("ods")[:9_000], "damaged or not whole"),
    "not XML": (lambda: with_sheet("xlsx", b"not XML at all"), "damaged or not safe to open"),
    "not numbers": (
        lambda: with_sheet("xlsx", _rows('<row r="x"><c r="A1"><v>1</v></c></row>')),
        "damaged or not safe to open",
    ),
    "a string that is not there": (
        lambda: with_sheet("xlsx", _rows('<row r="1"><c r="A1" t="s"><v>99999</v></c></row>')),
        "damaged or not safe to open",
    ),
    "thousands of sheets, xlsx": (
        lambda: with_file("xlsx", "xl/workbook.xml", _sheets_of_xlsx(5_000)),
        "far more sheets than a report",
    ),
    "thousands of sheets, ods": (lambda: _ods("<table:table/>" * 5_000), "far more sheets than a report"),
    "a million strings": (
        lambda: with_file("xlsx", "xl/sharedStrings.xml", _strings(1_000_000)),
        "far more text than a report|far larger than a report",
    ),
    "one very long string": (
        lambda: with_file("xlsx", "xl/sharedStrings.xml", b"<sst><si><t>" + _noise(9 << 20) + b"</t></si></sst>"),
        "far more text than a report",
    ),
    "one very long cell, ods": (
        lambda: with_sheet(
            "ods",
            _tables(
                "<table:table><table:table-row><table:table-cell><text:p>%</text:p></table:table-cell>"
                "</table:table-row></table:table>"
            ).replace(b"%", _noise(9 << 20)),
        ),
        "far more than a report",
    ),
    "a million elements": (lambda: with_sheet("xlsx", _rows(_empty_rows())), "far larger than a report"),
    "deeply nested, xlsx": (lambda: with_sheet("xlsx", b"<a>" * 30_000 + b"</a>" * 30_000), "not safe to open"),
    "deeply nested, ods": (lambda: with_sheet("ods", b"<a>" * 30_000 + b"</a>" * 30_000), "not safe to open"),
    "far too many comments": (
        lambda: with_file(
            "xlsx", "xl/comments1.xml", (_COMMENT % "").encode().replace(b"></t>", b">" + _noise(4 << 20) + b"</t>")
        ),
        "far more comments than a report",
    ),
    "no sheet": (lambda: _ods(""), "has no sheet"),
    "a text document": (
        lambda: with_file("ods", "mimetype", b"application/vnd.oasis.opendocument.text"),
        "a document of another kind",
    ),
    "a Word document": (lambda: _word(), "a zip file, not a workbook"),
    "PDF": (lambda: b"%PDF-1.7\n", "This is a PDF"),
    "web page": (lambda: b"<html><table><tr><td>12</td></tr></table></html>", "a web page or XML"),
    "text": (lambda: b"Referrals,12\n", "not a workbook, whatever its name says"),
    "empty": (lambda: b" \n", "The file is empty"),
    "eleven megabytes": (lambda: b"PK" + b"a" * (11 << 20), "larger than 10 MB"),
}
"""Each harmful or broken file, and what is said of it."""


def _word() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        zipped.writestr("[Content_Types].xml", "<a/>")
        zipped.writestr("word/document.xml", "<a/>")
    return out.getvalue()
