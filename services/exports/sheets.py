"""What stands in the worksheets of every workbook, whatever program it is for: the cover, the notes, the widths."""

import re

from domain.tables import Column
from services.exports.kinds import KINDS
from services.exports.paper import Paper
from services.exports.words import MEANINGS, clean, heading

_LANGUAGES = {"en-GB": "English (en-GB)"}
NARROW, WIDE = 12, 60
"""Places of a column of text, at least and at most."""


def cover(paper: Paper) -> list[tuple[str, list[tuple[str, str]]]]:
    """The parts of the cover: a title to each, and below it labels with what is said."""
    parts = [("What this workbook holds", [(clean(label), clean(said) or "none") for label, said in paper.facts])]
    tables = len(paper.sheets)
    parts[0][1].append(("Tables", f"{tables}, each in a worksheet of its own. The contents lists them, with links."))
    parts[0][1].append(("Language", _LANGUAGES.get(paper.language, paper.language)))
    parts.append(
        (
            "Words in place of a figure",
            [(missing.value, f"{meaning} It is not nought.") for missing, meaning in MEANINGS.items()],
        )
    )
    units = {
        unit: None
        for table in paper.sheets
        for column in table.columns
        if (unit := clean(column.unit or "")) and unit != "pence"
    }
    if units:
        counted = "The unit stands in brackets in the heading of a column. Different units are never added together."
        parts.append(("What is counted", [("Units", counted), ("In this workbook", ", ".join(units))]))
    return parts


def note_rows(paper: Paper) -> list[tuple[str | int, ...]]:
    """Each note with the worksheet it is to."""
    return [(head.sheet, note) for head in paper.heads for note in head.notes]


def table_name(number: int, name: str) -> str:
    """A name for a table, as formulas would call it: unlike every other, letters and figures only."""
    return f"Table_{number}_" + re.sub(r"\W+", "_", name, flags=re.ASCII)[:100].strip("_")


def width(column: Column, widest: int) -> int:
    """How wide a column is, in places."""
    if KINDS[column.kind].style:
        return min(max(16, widest + 2, len(heading(column)) // 2 + 2), 24)
    return min(max(NARROW, widest + 2), WIDE)
