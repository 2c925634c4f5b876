"""Text as people type it, and what it says: days, pounds, numbers. Every fault is in words and repeats nothing."""

import calendar
import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from domain import money
from domain.errors import Refusal
from domain.kernel import FIRST_DAY, LAST_DAY

NO_TEXT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(chr(plane << 16 | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
"""Control characters, halves of characters, and what never is a character: no page and no log holds them."""

_NO_BREAK = str.maketrans({"\u00a0": " ", "\u2007": " ", "\u202f": " "})
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_MONTHS["sept"] = 9


class Unreadable(Exception):
    """What was typed cannot be read; in words that follow the field's name, or stand alone if they begin so."""


def visible(text: str) -> str:
    """The text without what cannot be seen, and with line breaks as they are kept."""
    return NO_TEXT.sub("", breaks(text))


def breaks(text: str) -> str:
    """The text with line breaks as they are kept, and a space for a tab."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")


def plain(text: str) -> str:
    """A text without spaces at its ends, and with common spaces in place of those that do not break."""
    return text.translate(_NO_BREAK).strip()


def figures(text: str) -> str:
    """A short text whose full-width letters and figures are common ones. Raises ``Unreadable`` for other figures."""
    said = unicodedata.normalize("NFKC", plain(text)).strip()
    if any(sign.isnumeric() and not sign.isascii() for sign in said):
        raise Unreadable("must be written in the figures 0 to 9")
    return said


def noun(label: str) -> str:
    """A label as it stands in a sentence: ``the day it ended``, ``who approved it``."""
    first = label.split()[0]
    lower = label if first[1:2].isupper() else label[0].lower() + label[1:]
    own = first in ("Who", "Why", "What", "How", "Where", "When", "Whether", "Anything", "The")
    return lower if own else f"the {lower}"


_OR_NOT_KNOWN = ", or the words: not known"


def pence(text: str, *, signed: bool, unknown: bool) -> tuple[int, money.Printed | None]:
    """Pence of an amount, and how it is printed if that is rounded (£1m). Raises ``Unreadable``.

    ``unknown``: whether people may write ``not known`` instead: only then is that offered.
    """
    said = figures(text)
    sign = 1
    if signed and said[:1] in ("-", "\u2212", "\u2013"):
        said, sign = said[1:].strip(), -1
    try:
        amount = money.parse(said)
        printed = money.parse_printed(said)
    except Refusal as wrong:
        words = str(wrong)
        raise Unreadable(words if unknown else words.replace(_OR_NOT_KNOWN, "")) from None
    return sign * amount, None if printed.exact else printed


def whole(text: str) -> int:
    """A whole number. Raises ``Unreadable``."""
    said = figures(text)
    if not re.fullmatch(r"-?(\d{1,3}(,\d{3})+|\d{1,18})", said):
        raise Unreadable("must be a whole number, like 12")
    return int(said.replace(",", ""))


def number(text: str) -> Decimal:
    """A number with a point, if need be; a percentage sign does no harm. Raises ``Unreadable``."""
    said = figures(text).removesuffix("%").strip()
    if not re.fullmatch(r"-?\d{1,12}(\.\d{1,12})?", said):
        raise Unreadable("must be a number, like 2.5")
    try:
        return Decimal(said)
    except InvalidOperation:  # pragma: no cover - the pattern lets nothing else through
        raise Unreadable("must be a number, like 2.5") from None


def day(parts: Mapping[str, str], label: str) -> date | None:
    """The day that three entries name; nothing if all are empty. Raises ``Unreadable``."""
    said = {name: figures(text) for name, text in parts.items()}
    missing = [name for name in ("day", "month", "year") if not said[name]]
    if len(missing) == 3:
        return None
    if missing:
        raise Unreadable(f"must include a {' and a '.join(missing)}")
    if not re.fullmatch(r"\d{4}", said["year"]):
        raise Unreadable(f"Enter the year of {noun(label)} with four figures, like 2017")
    month = _MONTHS.get(said["month"].lower().rstrip("."), 0)
    if re.fullmatch(r"\d{1,2}", said["month"]):
        month = int(said["month"])
    number = int(said["day"]) if re.fullmatch(r"\d{1,2}", said["day"]) else 0
    try:
        found = date(int(said["year"]), month, number)
    except ValueError:
        raise Unreadable("must be a real date, like 30 9 2017") from None
    if not FIRST_DAY <= found <= LAST_DAY:
        raise Unreadable(f"must lie between {FIRST_DAY.year} and {LAST_DAY.year}")
    return found
