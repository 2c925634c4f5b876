"""A provider's workbook, XLSX or ODS, as sheets of typed cells: a look at the outside, then a guarded process.

The kind is told by the content. Raises ``Refusal`` with the cure for whatever is not a workbook that can be read
safely. What somebody typed, the name of a sheet included, is never repeated.
"""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from domain.errors import Refusal
from services.imports.sheet import address
from services.imports.workbook import MAX_BYTES

_MAX_UNZIPPED, _MAX_RATIO, _MAX_FILES = 40 << 20, 200, 500
_TIME_OUT = 6
_ROOT = str(Path(__file__).parents[2])
_CHILD = "import sys; sys.path.append(sys.argv[1]); from services.imports.provider_workbook_child import main; main()"
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"

_SEND = "send the workbook that the office sent you, saved as .xlsx or .ods."
_OTHER_KINDS = {
    b"\xd0\xcf\x11\xe0": "This is an old Excel workbook (.xls), or one with a password: save it as .xlsx without a "
    "password, and send that.",
    b"%PDF": f"This is a PDF, not a workbook: {_SEND}",
    b"{\\rtf": f"This is a text document, not a workbook: {_SEND}",
    b"<": f"This is a web page or XML, not a workbook, whatever its name says: {_SEND}",
}
_NOT_SAFE = f"The workbook unpacks to far more than it should, so it is not opened: {_SEND}"
_DAMAGED = "The workbook is damaged or not whole: open it, save it again, and send that."


class Cell(NamedTuple):
    """A cell that holds something."""

    address: str
    """``C4``."""
    kind: str
    """``number``, ``percent``, ``date``, ``text``, ``error``, or ``formula`` for one without a stored value."""
    text: str
    """Numbers in plain digits, dates as 2026-10-01."""


class Sheet(NamedTuple):
    """One sheet of the workbook, and what in it is filled in."""

    number: int
    """Its place among the sheets, from 1."""
    name: str
    hidden: bool
    hidden_rows: frozenset[int]
    rows: Mapping[int, Mapping[int, Cell]]
    """The cells by row and column, in the order of the sheet."""


class Book(NamedTuple):
    """A whole workbook."""

    kind: Literal["xlsx", "ods"]
    sheets: tuple[Sheet, ...]
    beside: str
    """What comments and drawn boxes say."""


def gate(data: bytes) -> Literal["xlsx", "ods"]:
    """What kind of workbook it is. Raises ``Refusal`` unless it is, from the outside, a modest one without macros."""
    if len(data) > MAX_BYTES:
        raise Refusal(f"The file is larger than 10 MB, and a report is far smaller: {_SEND}")
    if not data.strip():
        raise Refusal(f"The file is empty: {_SEND}")
    for start, words in _OTHER_KINDS.items():
        if data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(start):
            raise Refusal(words)
    if not data.startswith(b"PK"):
        raise Refusal(f"The file is not a workbook, whatever its name says: {_SEND}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as zipped:
            files = zipped.infolist()
            locked = any(file.flag_bits & 1 for file in files)
            kind = b"" if locked or "mimetype" not in zipped.namelist() else zipped.open("mimetype").read(200)
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, KeyError, EOFError):
        raise Refusal(_DAMAGED) from None
    if locked:
        raise Refusal("The workbook has a password: save it without one and send that.")
    return _kind_of(files, kind)


def _kind_of(files: list[zipfile.ZipInfo], media_type: bytes) -> Literal["xlsx", "ods"]:
    names = {file.filename for file in files}
    lower = [name.lower() for name in names]
    if any(n.endswith(("vbaproject.bin", "script-lc.xml")) or n.startswith(("basic/", "scripts/")) for n in lower):
        raise Refusal("The workbook contains macros, so it is not opened: save it as .xlsx or .ods without them.")
    if any("/macrosheets/" in name for name in lower):
        raise Refusal("The workbook contains macros, so it is not opened: save it as .xlsx or .ods without them.")
    if "xl/workbook.bin" in names:
        raise Refusal("This is a binary workbook (.xlsb): save it as .xlsx and send that.")
    if len(files) > _MAX_FILES or sum(file.file_size for file in files) > _MAX_UNZIPPED:
        raise Refusal(_NOT_SAFE)
    if any(f.file_size > 1 << 20 and f.file_size > _MAX_RATIO * max(1, f.compress_size) for f in files):
        raise Refusal(_NOT_SAFE)
    if media_type.strip() == _ODS:
        return "ods"
    if media_type:
        raise Refusal(f"This is a document of another kind, not a workbook: {_SEND}")
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise Refusal(f"This is a zip file, not a workbook: {_SEND}")
    return "xlsx"


def read_book(data: bytes) -> Book:
    """Every sheet of a workbook. Raises ``Refusal`` with the cure."""
    kind = gate(data)
    try:
        done = subprocess.run(  # noqa: S603 - our own words, no shell, nothing of the sender's among the arguments
            [sys.executable, "-I", "-S", "-c", _CHILD, _ROOT],
            input=data,
            capture_output=True,
            timeout=_TIME_OUT,
            check=False,
        )
        answer = json.loads(done.stdout) if done.returncode == 0 else None
    except subprocess.TimeoutExpired:
        answer = None
    if answer is None:
        raise Refusal(f"The workbook takes too long or too much memory to read: {_SEND}")
    if "refused" in answer:
        raise Refusal(answer["refused"])
    return Book(kind, tuple(_sheet(number, told) for number, told in enumerate(answer["sheets"], 1)), answer["beside"])


def _sheet(number: int, told: dict[str, Any]) -> Sheet:
    rows: dict[int, dict[int, Cell]] = {}
    for row, column, kind, text in told["cells"]:
        rows.setdefault(row, {})[column] = Cell(address(column, row), kind, text)
    return Sheet(number, told["name"], told["hidden"], frozenset(told["hidden_rows"]), dict(sorted(rows.items())))
