"""A table as CSV: UTF-8, a heading row of column keys, money in whole pence, CRLF line ends (RFC 4180)."""

import csv
import io

from domain.tables import Table, plain

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet program takes for the beginning of a formula, the full-width forms too."""


def safe(said: bool | int | str | None) -> bool | int | str | None:
    """Text that a spreadsheet program would run as a formula is marked as text. Numbers stay numbers."""
    return "'" + said if isinstance(said, str) and said.startswith(_FORMULA) else said


def to_csv(table: Table) -> bytes:
    """The table; a value that is missing is an empty field."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([column.key for column in table.columns])
    for row in table.rows:
        writer.writerow([safe(plain(cell)) for cell in row])
    return out.getvalue().encode()
