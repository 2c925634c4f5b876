"""Workbooks made to do harm, and workbooks that are merely broken. Each is a few kilobytes, built when asked for."""

import io
import struct
import zipfile
from collections.abc import Callable

import openpyxl

_SHEET = "xl/worksheets/sheet1.xml"
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def good_workbook() -> bytes:
    """A small workbook with nothing wrong in it."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Fund", "Year", "Service", "Provider", "Route", "Amount"])
    sheet.append(["moj-victims", "2017-18", "A service", "A provider", "grant", 100])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_number(digits: str) -> bytes:
    """The good workbook with its amount stored as these digits, as a spreadsheet program would store them."""
    with zipfile.ZipFile(io.BytesIO(good_workbook())) as zipped:
        sheet = zipped.read(_SHEET)
    return _with_file(_SHEET, sheet.replace(b"<v>100</v>", f"<v>{digits}</v>".encode()))


def _with_file(name: str, content: bytes) -> bytes:
    """The good workbook with one of its files replaced, or one more."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(good_workbook())) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for known in old.namelist():
            if known != name:
                new.writestr(known, old.read(known))
        new.writestr(name, content)
    return out.getvalue()


def zip_bomb() -> bytes:
    """About 100 kilobytes that unpack to 101 megabytes."""
    return _with_file(_SHEET, b"<" + b" " * (101 << 20))


def dense_bomb() -> bytes:
    """Small enough unpacked, and packed a thousand times over: no real sheet is."""
    return _with_file(_SHEET, b"<" + b" " * (20 << 20))


def far_cell() -> bytes:
    """Two cells, one of them the last that a sheet can have: a reader that fills the gap needs a terabyte."""
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return _with_file(_SHEET, f"<worksheet {_MAIN}><sheetData>{rows}</sheetData></worksheet>".encode())


def entity_bomb() -> bytes:
    """A billion laughs: entities that name entities."""
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    row = '<row r="1"><c r="A1" t="inlineStr"><is><t>&a9;</t></is></c></row>'
    xml = f"<!DOCTYPE worksheet [{entities}]><worksheet {_MAIN}><sheetData>{row}</sheetData></worksheet>"
    return _with_file(_SHEET, xml.encode())


def lying_header() -> bytes:
    """A zip whose list says that a file of 150 megabytes is one of 100 bytes."""
    packed = bytearray(_with_file(_SHEET, b"<" + b" " * (150 << 20)))
    entry = packed.rindex(_SHEET.encode()) - 46
    assert packed[entry : entry + 4] == b"PK\x01\x02"
    struct.pack_into("<L", packed, entry + 24, 100)
    return bytes(packed)


def with_macros() -> bytes:
    """A workbook with a program in it."""
    return _with_file("xl/vbaProject.bin", b"Sub AutoOpen()")


def truncated() -> bytes:
    """Half of a workbook, as after a broken upload."""
    whole = good_workbook()
    return whole[: len(whole) // 2]


def damaged() -> bytes:
    """A workbook whose sheet is not XML."""
    return _with_file(_SHEET, b"not XML at all")


def open_document() -> bytes:
    """The outside of an OpenDocument sheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        zipped.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        zipped.writestr("content.xml", "<content/>")
    return out.getvalue()


def of_a_later_version() -> bytes:
    """A workbook that says it needs a zip program of a version that is not known."""
    data = bytearray(good_workbook())
    first = data.index(b"PK\x01\x02")
    data[first + 6 : first + 8] = (99).to_bytes(2, "little")
    return bytes(data)


def plain_zip() -> bytes:
    """A zip file with a text in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        zipped.writestr("letter.txt", "Dear all")
    return out.getvalue()


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "zip bomb": (zip_bomb, "unpacks to far more than it should"),
    "dense bomb": (dense_bomb, "unpacks to far more than it should"),
    "far cell": (far_cell, "more than 60 columns"),
    "entity bomb": (entity_bomb, "not safe to open"),
    "lying header": (lying_header, "damaged or not safe to open"),
    "macros": (with_macros, "contains macros"),
    "truncated": (truncated, "damaged or not whole"),
    "damaged": (damaged, "damaged or not safe to open"),
    "later version": (of_a_later_version, "damaged or not whole"),
    "OpenDocument": (open_document, r"\(\.ods\): save it as \.xlsx or \.csv"),
    "plain zip": (plain_zip, "a zip file, not a workbook"),
    "old Excel": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), r"\(\.xls\).* save it as \.xlsx or \.csv"),
    "PDF": (lambda: b"%PDF-1.7\n", "This is a PDF"),
    "web page": (lambda: b"<html><table><tr><td>Fund</td></tr></table></html>", "a web page or XML"),
    "UTF-16": (lambda: "Fund,Year".encode("utf-16"), "UTF-16"),
    "binary": (lambda: b"Fund,Year\n\0\0\0", "not text and not a workbook"),
    "empty": (lambda: b" \n", "The file is empty"),
    "eleven megabytes": (lambda: b"a" * (11 << 20), "larger than 10 MB"),
    "no encoding": (lambda: b"Fund\n\x81\x8d", "not text that can be read"),
}
"""Each harmful or broken file, and what is said of it."""
