"""A table as CSV: UTF-8, a heading row of column keys, money in whole pence, CRLF line ends (RFC 4180).

A field says why it has no value (``not known``, ``not supplied``, ``nil return``): none of these is empty, or nought.
Only what does not apply is empty. Beside the file stands what the W3C calls CSV on the web: what each column holds.
"""

import csv
import io
import json
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from domain.tables import Cell, Column, Missing, Row, Table, plain
from services.exports.kinds import KINDS, InFiles, day, moment
from services.exports.paper import Head, Paper, spooled, whole_file
from services.exports.words import clean, safe

METADATA = "-metadata.json"
NULLS = ["", *(missing.value for missing in Missing)]
"""What stands in place of a value."""
_MARKED = "Text that a spreadsheet program could take for a formula has an apostrophe before it."


def field(column: Column, cell: Cell) -> int | str | None:
    """A cell as it stands in the file."""
    if cell.missing is not None:
        return None if cell.missing is Missing.NOT_APPLICABLE else cell.missing.value
    value = cell.value
    if isinstance(value, bool):
        return "true" if value else "false"
    if type(value) is int and cell.at_least is None and cell.at_most is None:
        return _with_point(value) if KINDS[column.kind].decimal else value
    said = plain(cell)
    return safe(clean(said)) if isinstance(said, str) else said


def _with_point(hundredths: int) -> str:
    sign = "-" if hundredths < 0 else ""
    return f"{sign}{abs(hundredths) // 100}.{abs(hundredths) % 100:02}"


def to_csv(table: Table) -> bytes:
    """The table as a file."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([column.key for column in table.columns])
    for row in table.rows:
        writer.writerow([field(column, cell) for column, cell in zip(table.columns, row, strict=True)])
    return out.getvalue().encode()


_NUMBERS = (int, type(None))


class _Kept:
    """Which columns of a table keep to their kind. One that does not is told as text: ``more than 15,000``."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._checks: list[Callable[[Cell], bool]] = [_check(KINDS[column.kind]) for column in columns]
        self.text = [KINDS[column.kind].datatype == "string" for column in columns]

    def look(self, row: Row) -> None:
        """Looks at a row."""
        for place, cell in enumerate(row):
            if not self.text[place] and cell.missing is None and not self._checks[place](cell):
                self.text[place] = True


def _check(kind: InFiles) -> Callable[[Cell], bool]:
    match kind.datatype:
        case "integer" | "decimal":
            return lambda cell: type(cell.value) in _NUMBERS and cell.at_least is None and cell.at_most is None
        case "boolean":
            return lambda cell: cell.value is None or isinstance(cell.value, bool)
        case "date":
            return lambda cell: cell.value is None or day(Cell(value=cell.value)) is not None
        case _:
            return lambda cell: cell.value is None or moment(str(cell.value))


def metadata(paper: Paper, head: Head, kept_to_kind: Sequence[bool], url: str) -> dict[str, Any]:
    """What the W3C's CSV on the web says of a file: its title, language, notes, and what each column holds."""
    language = paper.language.partition("-")[0]
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": language}],
        "url": url,
        "dc:title": head.title,
        "dc:isPartOf": clean(paper.title),
        "dc:language": paper.language,
        "dialect": {"encoding": "utf-8", "lineTerminators": ["\r\n", "\n"], "header": True},
        "notes": [
            *({"type": "note", "text": note} for note in (*head.notes, _MARKED)),
            *({"type": "fact", "label": clean(label), "text": clean(said)} for label, said in paper.facts),
        ],
        "tableSchema": {
            "columns": [
                _column(column, heading, kept, paper.language)
                for column, heading, kept in zip(head.columns, head.headings, kept_to_kind, strict=True)
            ]
        },
    }


def _column(column: Column, heading: str, kept: bool, language: str) -> dict[str, Any]:
    kind = KINDS[column.kind]
    said: dict[str, Any] = {
        "name": re.sub(r"\W+", "_", column.key, flags=re.ASCII),
        "titles": [column.key, heading] if heading != column.key else [column.key],
        "datatype": kind.datatype if kept else "string",
        "lang": language,
        "null": NULLS,
        "required": False,
    }
    if column.unit is not None:
        said["dc:description"] = f"In {clean(column.unit)}."
    return said


def write(paper: Paper, path: Path) -> list[Path]:
    """Writes a file to each table, the table's name added when there are several; beside each, what it holds."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    kept = [_Kept(head.columns) for head in paper.heads]

    def written(number: int, row: Row) -> str:
        kept[number].look(row)
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([field(column, cell) for column, cell in zip(paper.heads[number].columns, row, strict=True)])
        return buffer.getvalue()

    names = _names(paper, path)
    with spooled(paper, written) as spools:
        for number, (head, name) in enumerate(zip(paper.heads, names, strict=True)):
            with whole_file(path.with_name(name)) as out:
                out.write(",".join(column.key for column in head.columns).encode() + b"\r\n")
                shutil.copyfileobj(spools[number], out)
            told = metadata(paper, head, [not text for text in kept[number].text], name)
            with whole_file(path.with_name(name + METADATA)) as out:
                out.write(json.dumps(told, ensure_ascii=False, indent=2).encode() + b"\n")
    return [path.with_name(each) for name in names for each in (name, name + METADATA)]


def _names(paper: Paper, path: Path) -> list[str]:
    if len(paper.heads) == 1:
        return [path.name]
    taken: dict[str, int] = {}
    names = []
    for head in paper.heads:
        taken[head.name] = taken.get(head.name, 0) + 1
        again = f"-{taken[head.name]}" if taken[head.name] > 1 else ""
        plain = re.sub(r"[^\w-]+", "-", head.name)
        names.append(f"{path.stem}-{plain}{again}{path.suffix}")
    return names
