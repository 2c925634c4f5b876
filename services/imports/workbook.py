"""Reads an XLSX workbook that came from anywhere: a look at the outside first, then inside a guarded process.

The gate looks at the zip's own list and opens nothing. What passes is read by ``workbook_child.py`` in a process of
its own, with a limit on memory and on time, because a small file can ask a reader for more than a server has.
"""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from domain.errors import Refusal

MAX_BYTES = 10 << 20
"""The largest file that is read."""
_MAX_UNZIPPED, _MAX_RATIO, _MAX_FILES = 100 << 20, 200, 500
_TIME_OUT = 30
_CHILD = Path(__file__).with_name("workbook_child.py")

_DAMAGED = "The workbook is damaged or not whole: open it, save it again as .xlsx or .csv, and load that."
_NOT_SAFE = "The workbook unpacks to far more than it should, so it is not opened: save the one sheet as .csv."


def gate(data: bytes) -> None:
    """Raises ``Refusal`` with the cure unless the bytes are, from the outside, a modest workbook without macros."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as zipped:
            files = zipped.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError):  # the last: a zip of a version not known
        raise Refusal(_DAMAGED) from None
    names = {file.filename for file in files}
    if "mimetype" in names:
        raise Refusal("This is an OpenDocument sheet (.ods): save it as .xlsx or .csv and load that.")
    if "xl/workbook.bin" in names:
        raise Refusal("This is a binary workbook (.xlsb): save it as .xlsx or .csv and load that.")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refusal("The workbook contains macros, so it is not opened: save it as .xlsx or .csv and load that.")
    if "[Content_Types].xml" not in names:
        raise Refusal("This is a zip file, not a workbook: load a sheet saved as .xlsx or .csv.")
    if len(files) > _MAX_FILES or sum(file.file_size for file in files) > _MAX_UNZIPPED:
        raise Refusal(_NOT_SAFE)
    if any(f.file_size > 1 << 20 and f.file_size > _MAX_RATIO * max(1, f.compress_size) for f in files):
        raise Refusal(_NOT_SAFE)


def read_workbook(data: bytes) -> tuple[list[tuple[int, list[list[Any]]]], int]:
    """The first sheet's rows as ``(number, [[column, type, text], ...])``, and how many further sheets hold something.

    Raises ``Refusal`` with the cure for whatever is not a workbook that can be read safely.
    """
    gate(data)
    try:
        done = subprocess.run(  # noqa: S603 - our own script, no shell, nothing of the sender's among the arguments
            [sys.executable, "-I", str(_CHILD)], input=data, capture_output=True, timeout=_TIME_OUT, check=False
        )
        answer = json.loads(done.stdout) if done.returncode == 0 else None
    except subprocess.TimeoutExpired:
        answer = None
    if answer is None:
        raise Refusal("The workbook takes too long or too much memory to read: save the one sheet as .csv.")
    if "refused" in answer:
        raise Refusal(answer["refused"])
    return [(number, cells) for number, cells in answer["rows"]], answer["further"]
