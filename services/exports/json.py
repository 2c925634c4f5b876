"""A paper as JSON for a program: its tables cell by cell with the sources of each, and its charts."""

import json
import shutil
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError

from domain.tables import Row, Table, parts_of
from services.exports.paper import Paper, spooled, whole_file

_ROW: TypeAdapter[Row] = TypeAdapter(Row)


def _said(value: Any) -> str:
    """A JSON value. Halves of characters, which UTF-8 cannot hold, are shown as what could not be read."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode() if not text.isprintable() else text


def _row(row: Row) -> str:
    try:
        return _ROW.dump_json(row, exclude_defaults=True).decode()
    except PydanticSerializationError:
        return _said([parts_of(cell) for cell in row])


def write(paper: Paper, path: Path) -> list[Path]:
    """Writes the file. Each table in it can be read back as a ``Table``."""
    head = {**paper.about, "title": paper.title, "language": paper.language, "facts": [list(f) for f in paper.facts]}
    of_tables = len(paper.tables)
    with (
        spooled(paper, lambda number, row: ",\n" + _row(row) if number < of_tables else "") as spools,
        whole_file(path) as out,
    ):
        out.write(_said(head)[:-1].encode() + b',\n"tables":[')
        for number, (table, spool) in enumerate(zip(paper.tables, spools[:of_tables], strict=True)):
            out.write((b",\n" if number else b"\n") + _opening(table))
            spool.seek(1)  # past the first comma
            shutil.copyfileobj(spool, out)
            out.write(b"]}")
        charts = ",\n".join(_said(chart.model_dump(mode="json")) for chart in paper.charts)
        out.write(f'],\n"charts":[{charts}]}}\n'.encode())
    return [path]


def _opening(table: Table) -> bytes:
    """Everything of a table but its rows, up to where they begin."""
    rest = {key: value for key, value in table.model_dump(mode="json").items() if key != "rows"}
    return _said(rest)[:-1].encode() + b',"rows":['
