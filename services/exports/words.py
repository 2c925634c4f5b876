"""Words as they go into a file: what a cell says, and nothing in them that a program could take for an order."""

import re
import unicodedata

from domain.tables import Cell, Column, Missing, shown

MEANINGS = {
    Missing.NOT_KNOWN: "It was never stated.",
    Missing.NOT_SUPPLIED: "It was asked for and did not come.",
    Missing.NOT_ASKED: "It was not asked for: other measures were agreed with the provider.",
    Missing.NIL: "The provider said that there is nothing to report.",
    Missing.SUPPRESSED: "It is known and held back, lest a person be recognised.",
    Missing.NOT_APPLICABLE: "The question does not arise.",
    Missing.NOT_DIVISIBLE: "It was supplied for other days, and of such a figure no part can be told.",
}
"""What stands in place of a figure, and what it means: every workbook explains it. None of them is nought."""

NONE = "none"
"""What is said of a text that is there and empty: no cell of a workbook is left empty."""

_NO_TEXT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
    "|[" + "".join(chr(plane << 16 | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF)) + "]"
)
"""Control characters, halves of characters, and what never is a character: XML holds none of them."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet program takes for the beginning of a formula, the full-width forms too."""


def clean(text: str) -> str:
    """The text as every format can hold it; what is no character is shown as one that could not be read."""
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _NO_TEXT.sub("\ufffd", text)


def line(text: str) -> str:
    """The text in one line, as titles and headings are."""
    return " ".join(clean(text).split())


def safe(said: int | str | None) -> int | str | None:
    """Text that a spreadsheet program would run as a formula is marked as text. Numbers stay numbers."""
    if not isinstance(said, str):
        return said
    return "'" + said if said.startswith(_FORMULA) or _visible(said).startswith(_FORMULA) else said


def _visible(said: str) -> str:
    """The text from its first character that is seen: some programs pass over what is not."""
    if said[:1].isascii() and said[:1].isprintable() and said[:1] != " ":
        return said
    for place, character in enumerate(said):
        if not character.isspace() and unicodedata.category(character)[0] != "C":
            return said[place:]
    return ""


def said(column: Column, cell: Cell) -> str:
    """What a cell says, in words: never nothing."""
    try:
        text = shown(column, cell)
    except ValueError:
        text = str(cell.value)
    if text:
        return clean(text)
    if cell.missing is not None:
        return cell.missing.value
    if cell.at_least is not None or cell.at_most is not None:
        bounds = (("at least", cell.at_least), ("at most", cell.at_most))
        return ", ".join(f"{which} {bound:,}" for which, bound in bounds if bound is not None)
    return Missing.NOT_KNOWN.value if cell.value is None else NONE


def heading(column: Column) -> str:
    """The title of a column with its unit, where the title does not say it."""
    title = line(column.title) or column.key
    unit = line(column.unit or "")
    return title if unit in ("", "pence", title.lower()) else f"{title} ({unit})"
