"""A table as CSV: UTF-8, a heading row of column keys, money in whole pence, CRLF line ends (RFC 4180).

A field says why it has no value (``not known``, ``not supplied``, ``nil return``): none of these is empty, or nought.
Only what does not apply is empty.
"""

import csv
import io

from domain.tables import Cell, Missing, Table, plain

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet program takes for the beginning of a formula, the full-width forms too."""


def safe(said: int | str | None) -> int | str | None:
    """Text that a spreadsheet program would run as a formula is marked as text. Numbers stay numbers."""
    return "'" + said if isinstance(said, str) and said.startswith(_FORMULA) else said


def _field(cell: Cell) -> int | str | None:
    if cell.missing is not None:
        return None if cell.missing is Missing.NOT_APPLICABLE else cell.missing.value
    if isinstance(cell.value, bool):
        return "true" if cell.value else "false"
    return safe(plain(cell))


def to_csv(table: Table) -> bytes:
    """The table as a file."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([column.key for column in table.columns])
    for row in table.rows:
        writer.writerow([_field(cell) for cell in row])
    return out.getvalue().encode()
