"""Reads every sheet of one workbook, XLSX or ODS, in a process of its own, and prints the cells as JSON.

Run by ``provider_workbook_file.py``: the workbook comes in on standard input. With its three neighbours
(``provider_workbook_xml``, ``_xlsx``, ``_odf``) it uses expat and zipfile alone, so that it starts in a thirtieth of a
second; and it knows nothing of the rest of the project, so that a workbook made to do harm can harm nothing but this
process.
"""

import contextlib
import io
import json
import sys
import zipfile

from services.imports.provider_workbook_odf import read_ods
from services.imports.provider_workbook_xlsx import read_xlsx
from services.imports.provider_workbook_xml import TooMuch

MEMORY = 512 << 20
"""Bytes of memory that reading may take."""
SECONDS = 3
"""Seconds of the processor that reading may take."""


def limit() -> None:
    """Takes away what reading does not need. Does nothing on systems that cannot."""
    try:
        import resource
    except ImportError:  # pragma: no cover - Windows
        return
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


def main() -> None:
    """Reads standard input, prints one JSON object: ``sheets`` and ``beside``, or ``refused`` with the words."""
    data = sys.stdin.buffer.read()
    limit()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as zipped:
            answer = read_ods(zipped) if "mimetype" in zipped.namelist() else read_xlsx(zipped)
    except TooMuch as too_much:
        answer = {"refused": str(too_much)}
    except MemoryError:
        answer = {"refused": "The workbook takes too much memory to read: send the workbook that the office sent you."}
    except Exception:  # whatever a harmful or a broken workbook sets off
        answer = {"refused": "The workbook is damaged or not safe to open: open it, save it again, and send that."}
    sys.stdout.buffer.write(json.dumps(answer).encode())
