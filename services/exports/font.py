"""The font that charts and PDFs are set in: what it has a picture of, and how wide that is.

It comes with matplotlib, so that a page looks the same on a machine with other fonts or none.
"""

import unicodedata
from functools import cache
from pathlib import Path

import matplotlib
from matplotlib.ft2font import FT2Font, LoadFlags

from services.exports.words import clean

NAME = "DejaVu Sans"
FOLDER = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
_BOLD_AND_PLAIN = ("DejaVuSans-Bold.ttf", "DejaVuSans.ttf")
_SIZE = 100
"""Points at which widths are looked up."""


@cache
def _fonts() -> tuple[FT2Font, ...]:
    return tuple(FT2Font(str(FOLDER / name)) for name in _BOLD_AND_PLAIN)


@cache
def _known() -> frozenset[int]:
    """The characters that the font has, bold and plain."""
    return frozenset.intersection(*(frozenset(font.get_charmap()) for font in _fonts()))


@cache
def advance(character: str) -> float:
    """How wide a character is in bold type, the wider one, in parts of the size of the type."""
    font = _fonts()[0]
    font.set_size(_SIZE, 72)
    return float(font.load_char(ord(character), flags=LoadFlags.NO_HINTING).linearHoriAdvance) / 65536 / _SIZE


def in_font(text: str) -> str:
    """The text with what the font has no picture of shown as such; marks that are not seen are left out."""
    text = clean(text)
    return text if text.isascii() else "".join(map(_character, text))


def _character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf":
        return ""
    if character == "\n" or (ord(character) in _known() and category != "Co"):
        return character
    return " " if character.isspace() else "\ufffd"
