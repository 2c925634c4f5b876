"""An answer as a file: made in a folder that is gone before the first byte is sent, and sent piece by piece."""

import hashlib
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO
from urllib.parse import quote

from fastapi import Request, Response
from pydantic_core import to_json
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from domain.kernel import Actor
from projections.views import Views, generation
from services.exports.formats import FORMATS, save
from services.exports.paper import Paper
from services.problems import Malformed

Schema = dict[str, Any]

MEDIA = {
    "csv": "text/csv; charset=utf-8; header=present",
    "json": "application/json",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
"""Media types by the ending of a file's name. Several CSV files come in one archive, each with what describes it."""

PIECE = 1 << 18
"""How many bytes of a file are in memory at once while it is sent."""


class FileAnswer(Response):
    """A file that is open and has no name any more: when it has been sent, or the client hung up, it is gone."""

    def __init__(self, file: BinaryIO, size: int, media_type: str, headers: dict[str, str]) -> None:
        self._file = file
        super().__init__(None, headers={**headers, "content-length": str(size)}, media_type=media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends it."""
        with self._file:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            while piece := await run_in_threadpool(self._file.read, PIECE):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})


def attachment(file_name: str) -> str:
    """The header that makes a browser put an answer on the disk and not show it. The name holds no folder."""
    name = re.split(r"[/\\]", file_name)[-1]
    plain = re.sub(r"[^A-Za-z0-9 ._()&',-]+", "-", name).strip(" .-") or "file"
    full = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'attachment; filename="{plain}"{full}'


def headers_of(file_name: str, **more: str) -> dict[str, str]:
    """The headers of every file that is given out."""
    return {"content-disposition": attachment(file_name), "x-content-type-options": "nosniff", **more}


def form_wanted(request: Request, forms: Sequence[str] = FORMATS) -> str:
    """The form that is asked for; a workbook, unless another is named. Raises ``Malformed``."""
    said = request.query_params.get("format", "xlsx")
    if said not in forms:
        raise Malformed(f"format must be one of: {', '.join(forms)}.")
    return said


def etag_of(request: Request, views: Views, by: Actor) -> str:
    """The tag of an answer: the same code gives the same one from the same log, on the same day, to the same reach.

    It is a weak one: a workbook holds the moment at which it was made.
    """
    reach = None if by.awards is None else sorted(by.awards)
    asked = [request.url.path, sorted(request.query_params.multi_items())]
    said = to_json([generation(), *asked, views.position, views.today.isoformat(), reach])
    return f'W/"{hashlib.sha256(said).hexdigest()[:32]}"'


def is_known(request: Request, etag: str) -> bool:
    """Whether the client has this very answer already."""
    said = request.headers.get("if-none-match", "")
    return etag.removeprefix("W/") in (each.strip().removeprefix("W/") for each in said.split(","))


def unchanged(etag: str) -> Response:
    """The answer to somebody who has it already."""
    return Response(status_code=304, headers={"etag": etag})


def as_file(paper: Paper, name: str, form: str, **headers: str) -> FileAnswer:
    """A paper as a file in one of the ``FORMATS``. ``name``: of the file, without its ending."""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "answer"
    with TemporaryDirectory(prefix="outturn-") as folder:
        written = save(paper, Path(folder) / f"{safe}.{form}")
        if form == "csv":
            written = [_one_csv_or_all_in_one(written, Path(folder) / f"{safe}.zip")]
        [path] = written
        size = path.stat().st_size
        file = path.open("rb")
    return FileAnswer(file, size, MEDIA[path.suffix[1:]], headers_of(path.name, **headers))


def _one_csv_or_all_in_one(written: Sequence[Path], archive: Path) -> Path:
    """The CSV file of the only table; of several, an archive of them with what describes each."""
    tables = [path for path in written if path.suffix == ".csv"]
    if len(tables) == 1:
        return tables[0]
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for path in written:
            out.write(path, path.name)
    return archive


def of_a_file(forms: Sequence[str] = FORMATS, *, archive: bool = False) -> Schema:
    """The documented answers of a file."""
    kinds = {MEDIA[form].partition(";")[0]: _SCHEMAS.get(form, {}) for form in (*forms, *(["zip"] if archive else []))}
    return {
        "200": {
            "description": "The file",
            "headers": {
                "Content-Disposition": {"description": "Its name.", "schema": {"type": "string"}},
                "ETag": {"description": "For If-None-Match.", "schema": {"type": "string"}},
            },
            "content": {kind: {"schema": schema} if schema else {} for kind, schema in kinds.items()},
        },
        "304": {"description": "It is what you have already: you sent its ETag as If-None-Match"},
    }


_SCHEMAS: dict[str, Schema] = {"csv": {"type": "string"}, "json": {"type": "object"}}


def parameter_of_form(forms: Sequence[str] = FORMATS) -> Schema:
    """The documented parameter ``format``."""
    schema = {"type": "string", "enum": list(forms), "default": "xlsx"}
    return {"name": "format", "in": "query", "required": False, "description": "The kind of file.", "schema": schema}


def in_path(name: str, words: str, example: str) -> Schema:
    """A documented part of the address."""
    schema = {"type": "string", "minLength": 1, "maxLength": 120, "examples": [example]}
    return {"name": name, "in": "path", "required": True, "description": words, "schema": schema}
