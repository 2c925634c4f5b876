"""One cell read as an amount, a date, a year, a code or a choice. Each raises ``Refusal`` with the cure."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import NamedTuple, TypeVar

from pydantic import TypeAdapter, ValidationError

from domain import money
from domain.errors import Refusal
from domain.providers.commands import CharityNumber, CompanyNumber
from services.imports.columns import key
from services.imports.sheet import Cell

FIRST_YEAR, LAST_YEAR = 1990, 2100
"""An office's dates lie within these years; any other is a slip of the keyboard."""

_NOT_KNOWN = {"not known", "unknown", "not stated"}
_NOBODY = {"not stated", "none yet", "none", "not known", "not chosen yet", "to be confirmed", "tbc"}
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_YEAR = re.compile(r"(\d{4})\s?[-/\u2013]\s?(\d{2}|\d{4})")
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)? (\w+) (\d{4})")
_CHARITY, _COMPANY = TypeAdapter[str](CharityNumber), TypeAdapter[str](CompanyNumber)
_DATE_CURE = "write a date like 01/04/2017, 2017-04-01 or 1 April 2017"
_LONGEST_SLUG = 80

Choice = TypeVar("Choice")


class Amount(NamedTuple):
    """An amount of money, or that it is not known."""

    pence: int | None
    printed: str | None = None
    """The cell's own words, when there is more to it than an exact figure."""
    exact: bool = True
    beside: str = ""
    """The words beside the figure, such as ``from OPCC``."""


def amount(cell: Cell) -> Amount:
    """An amount in pounds as typed or printed, or the words: not known."""
    if isinstance(cell.value, date):
        raise Refusal("the cell holds a date, not an amount: format it as a number and write pounds, like £1,250.50.")
    if key(cell.text) in _NOT_KNOWN:
        return Amount(None)
    printed = money.parse_printed(cell.text)
    told = printed.remark or not printed.exact
    return Amount(printed.pence, printed.words if told else None, printed.exact, printed.remark)


def plain_amount(cell: Cell) -> int:
    """Pence of an amount and nothing else."""
    return money.parse(cell.text)


def per_cent(cell: Cell) -> Decimal:
    """A percentage from 0 to 100, with or without its sign."""
    try:
        number = Decimal(cell.text.removesuffix("%").strip())
    except InvalidOperation:
        number = Decimal(-1)
    if not 0 <= number <= 100:
        raise Refusal("a percentage must be a number from 0 to 100, like 2.5.")
    return number


def day(cell: Cell) -> date:
    """A date: ``01/04/2017`` (day first), ``2017-04-01`` or ``1 April 2017``; between 1990 and 2100."""
    found = cell.value if isinstance(cell.value, date) else _parsed_day(cell.text)
    if found is None:
        raise Refusal(f"this is not a date: {_DATE_CURE}.")
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Refusal(f"the year must lie between {FIRST_YEAR} and {LAST_YEAR}: {_DATE_CURE}.")
    return found


def _parsed_day(text: str) -> date | None:
    """The date, or nothing when it is written otherwise. Raises ``Refusal`` for a day that does not exist."""
    named = _DAY.fullmatch(text)
    forms: dict[str, str] = {r"\d{1,2}/\d{1,2}/\d{4}": "%d/%m/%Y", r"\d{4}-\d{2}-\d{2}": "%Y-%m-%d"}
    if named:
        text = f"{named[1]} {named[2][:3] if len(named[2]) == 4 else named[2]} {named[3]}"
        forms = {r".+ [A-Za-z]{3} .+": "%d %b %Y", r".+": "%d %B %Y"}
    for pattern, form in forms.items():
        if re.fullmatch(pattern, text):
            try:
                return datetime.strptime(text, form).date()  # noqa: DTZ007 - a date, which has no zone
            except ValueError:
                raise Refusal(f"there is no such day: {_DATE_CURE} (the day before the month).") from None
    return None


def year(cell: Cell) -> str:
    """A financial year as ``2017-18``; also written 2017/18 or 2017/2018."""
    if isinstance(cell.value, date):
        raise Refusal("the spreadsheet has made a date of this: format the cell as text and write it like 2017-18.")
    match = _YEAR.fullmatch(cell.text)
    if not match or int(match[2]) not in ((int(match[1]) + 1), (int(match[1]) + 1) % 100):
        raise Refusal("this is not a financial year: write it like 2017-18.")
    if not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
        raise Refusal(f"the year must lie between {FIRST_YEAR} and {LAST_YEAR}: write it like 2017-18.")
    return f"{match[1]}-{int(match[2]) % 100:02}"


def reference(cell: Cell) -> str:
    """A reference of the office: no spaces."""
    if not _REFERENCE.fullmatch(cell.text):
        raise Refusal(
            "a reference must be letters, digits, full stops, hyphens and underscores, at most 80, no spaces."
        )
    return cell.text


def code(cell: Cell) -> str:
    """The code of a fund: as it stands if it is one (``moj-victims``), otherwise made from the title."""
    return cell.text if re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,79}", cell.text) else slug(cell)


def slug(cell: Cell) -> str:
    """A reference made from a title: ``Women's Aid Cambridge`` becomes ``womens-aid-cambridge``."""
    plain = unicodedata.normalize("NFKD", cell.text.casefold().replace("&", " and ")).encode("ascii", "ignore").decode()
    made = "-".join(re.findall(r"[a-z0-9]+", plain.replace("'", "")))
    if not made:
        raise Refusal("this must hold letters or digits, because a reference is made of it.")
    if len(made) > _LONGEST_SLUG:
        made = f"{made[: _LONGEST_SLUG - 9].rstrip('-')}-{hashlib.sha256(made.encode()).hexdigest()[:8]}"
    return made


def charity_number(cell: Cell) -> str:
    """A charity's number: six or seven digits."""
    return _matching(_CHARITY, cell, "a charity number must be six or seven digits, like 1234567.")


def company_number(cell: Cell) -> str:
    """A company's number: eight characters."""
    cure = "format the cell as text so that its first noughts are kept"
    return _matching(_COMPANY, cell, f"a company number must be eight characters, like 01234567 or SC123456: {cure}.")


def _matching(form: TypeAdapter[str], cell: Cell, cure: str) -> str:
    try:
        return form.validate_python(cell.text.upper())
    except ValidationError:
        raise Refusal(cure) from None


def is_nobody(cell: Cell) -> bool:
    """Whether a provider's cell says that there is none."""
    return not cell.text or key(cell.text) in _NOBODY


def words(cell: Cell) -> str:
    """Text of at most 4,000 characters."""
    if len(cell.text) > 4000:
        raise Refusal("this must be at most 4,000 characters long: shorten it.")
    return cell.text


def one_of(choices: Mapping[str, Choice], also: Mapping[str, Choice]) -> Callable[[Cell], Choice]:
    """Reads one of several words, whatever its capitals, hyphens and spaces; ``also`` are taken and not offered."""
    by_key = {key(word): choice for word, choice in {**choices, **also}.items()}

    def chosen(cell: Cell) -> Choice:
        found = by_key.get(key(cell.text))
        if found is None:
            raise Refusal(f"this must be one of: {', '.join(choices)}.")
        return found

    return chosen
