"""One cell of a provider's workbook read as a count, an amount, posts or words. Each raises ``Refusal`` with the cure.

The words of a refusal go after what is asked: ``referrals received`` ``must be a whole number, like 12``.
"""

import re
from decimal import Decimal, InvalidOperation

from domain.errors import Refusal
from domain.personal import sign_of_a_person
from domain.reports.form import Line
from domain.reports.quantity import Quantity
from services.imports.provider_workbook_file import Cell

_NOT_SUPPLIED = re.compile(
    r"(?:is )?not (?:known|supplied|stated|available|recorded|counted)|unknown|n/?k", re.IGNORECASE
)
_BOUND = re.compile(
    r"(?P<word>more than|over|at least|fewer than|less than|under|up to|at most) (?P<number>\S+)"
    r"|(?P<low>\S+) to (?P<high>\S+)",
    re.IGNORECASE,
)
_NONE = re.compile(r"none|nil|zero|nought", re.IGNORECASE)
_NO_FIGURE = re.compile(
    r"n[/.\s]?a\.?|not applicable|suppressed|withheld|redacted|tb[ca]|to be confirmed|no data"
    r"|[-\u2010-\u2015\u2212*?.x]+",
    re.IGNORECASE,
)
_A_NUMBER = r"£?\d[\d,]*(?:\.\d+)?"
_FEWER = re.compile(rf"<\s*{_A_NUMBER}|below {_A_NUMBER}", re.IGNORECASE)
_AT_MOST = re.compile(
    rf"(?:\u2264|<=|=<)\s*{_A_NUMBER}|{_A_NUMBER} (?:or|and|&) (?:fewer|less|under|below)"
    rf"|(?:no|not) more than {_A_NUMBER}|(?:a )?max(?:imum)?(?: of)? {_A_NUMBER}",
    re.IGNORECASE,
)
_MORE = re.compile(rf">\s*{_A_NUMBER}|(?:above|greater than|more then) {_A_NUMBER}", re.IGNORECASE)
_AT_LEAST = re.compile(
    rf"(?:\u2265|>=|=>)\s*{_A_NUMBER}|{_A_NUMBER}\s?\+|{_A_NUMBER} (?:or|and|&) (?:more|over|above)"
    rf"|(?:no|not) (?:less|fewer) than {_A_NUMBER}|(?:a )?min(?:imum)?(?: of)? {_A_NUMBER}",
    re.IGNORECASE,
)
_RANGE = re.compile(
    rf"(?:(?:between|from) )?{_A_NUMBER}\s?(?:-|[\u2010-\u2015\u2212]|and|to)\s?{_A_NUMBER}", re.IGNORECASE
)
_CURES = (
    (_FEWER, "fewer than 5"),
    (_AT_MOST, "up to 5"),
    (_MORE, "more than 5"),
    (_AT_LEAST, "at least 5"),
    (_RANGE, "5 to 10"),
)
"""Common ways to write a bound, and how it is written here."""
_WHOLE = re.compile(r"\d{1,3}(?:,\d{3})+|\d+", re.ASCII)
_POINT = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", re.ASCII)
_MOST = {"count": 10**8, "pence": 10**12, "posts": 10**7}
_MUST = {
    "count": "must be a whole number, like 12",
    "pence": "must be an amount in pounds, like 1250.50",
    "posts": "must be a number of full-time posts, like 2.5",
}
_EMPTY = {
    "count": "is empty: write a whole number, 0 if there were none, or: not known",
    "pence": "is empty: write an amount in pounds, 0 if there was none, or: not known",
    "posts": "is empty: write full-time posts, 0 if there were none, or: not known",
}
_LONGEST = 4_000


def one_line(text: str) -> str:
    """Text in one line, without signs that cannot be seen."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def figure(line: Line, cell: Cell | None, *, bounds: bool = True) -> Quantity | None:
    """A count, pence or hundredths of a post; or nothing when the cell says that it is not known.

    ``bounds``: whether the cure of what is written in another way may be a bound.
    """
    if cell is None:
        raise Refusal(_EMPTY[line.kind])
    must = _MUST[line.kind]
    match cell.kind:
        case "error":
            raise Refusal(f"{must}: the cell holds a spreadsheet error, so type the number")
        case "formula":
            raise Refusal(f"{must}: the formula has no stored value, so type the number")
        case "date":
            raise Refusal(f"{must}: the cell holds a date, so format it as a number and type it again")
        case "percent":
            raise Refusal(f"{must}: the cell holds a percentage, so format it as a number and type the number itself")
        case "number":
            return Quantity.exactly(_hundredths(line, Decimal(cell.text)))
    said = one_line(cell.text)
    if _NOT_SUPPLIED.fullmatch(said.rstrip(".")):
        return None
    _common(line, said, bounds)
    return _from_words(line, said)


def _common(line: Line, said: str, bounds: bool) -> None:
    """Raises ``Refusal`` with the cure for the common ways to write what is written otherwise here."""
    must = _MUST[line.kind]
    if _NONE.fullmatch(said.rstrip(".")):
        raise Refusal(f"{must}: write 0 if there were none")
    if _NO_FIGURE.fullmatch(said):
        raise Refusal(f"{must}: write: not known, where there is no figure to give")
    if _BOUND.fullmatch(said):
        return
    for pattern, cure in _CURES:
        if pattern.fullmatch(said):
            how = (
                f"a bound is written in words, like: {cure}"
                if bounds
                else "an outcome takes no bounds; write: not known"
            )
            raise Refusal(f"{must}: {how}")


def count(line: Line, cell: Cell | None) -> int | None:
    """A whole number of people; or nothing when the cell says that it is not known."""
    quantity = figure(line, cell, bounds=False)
    if quantity is None:
        return None
    if not quantity.exact:
        raise Refusal(f"{_MUST['count']}: an outcome takes no bounds; write: not known")
    return quantity.at_least


def _from_words(line: Line, said: str) -> Quantity:
    bound = _BOUND.fullmatch(said)
    if bound is None:
        return Quantity.exactly(_parsed(line, said))
    if bound["low"] is not None:
        low, high = _parsed(line, bound["low"]), _parsed(line, bound["high"])
        if low > high:
            raise Refusal(f"{_MUST[line.kind]}: in a range the smaller number comes first, like: 20 to 30")
        return Quantity(at_least=low, at_most=high)
    number = _parsed(line, bound["number"])
    match bound["word"].lower():
        case "more than" | "over":
            return Quantity(at_least=number + 1, at_most=None)
        case "at least":
            return Quantity(at_least=number, at_most=None)
        case "up to" | "at most":
            return Quantity(at_least=0, at_most=number)
        case _ if number == 0:
            raise Refusal(f"{_MUST[line.kind]}: nothing is fewer than 0; write 0 if there were none")
        case _:
            return Quantity(at_least=0, at_most=number - 1)


def _parsed(line: Line, said: str) -> int:
    """A number as it is typed: with or without commas, an amount with or without its pound sign."""
    if said.endswith("%"):
        raise Refusal(f"{_MUST[line.kind]}, not a percentage")
    if re.match(r"[-\u2212\u2013(]", said) and re.search(r"\d", said):
        raise Refusal(f"{_MUST[line.kind]}, and not less than 0")
    form = _WHOLE if line.kind == "count" else _POINT
    number = said.removeprefix("£").strip() if line.kind == "pence" else said
    if not form.fullmatch(number):
        if line.kind == "count" and _POINT.fullmatch(number):
            raise Refusal(f"{_MUST['count']}, without a decimal point")
        raise Refusal(_MUST[line.kind])
    try:
        return _hundredths(line, Decimal(number.replace(",", "")))
    except InvalidOperation:  # pragma: no cover - the form lets nothing else through
        raise Refusal(_MUST[line.kind]) from None


def _hundredths(line: Line, number: Decimal) -> int:
    """A count as it is; pounds in pence; posts in hundredths."""
    must = _MUST[line.kind]
    if number < 0:
        raise Refusal(f"{must}, and not less than 0")
    scaled = number if line.kind == "count" else number * 100
    if scaled != int(scaled):
        cure = "without a decimal point" if line.kind == "count" else "with at most two figures after the point"
        raise Refusal(f"{must}, {cure}")
    if scaled > _MOST[line.kind]:
        raise Refusal(f"{must}: this is far too large, so see whether two numbers have run together")
    return int(scaled)


def words(cell: Cell | None) -> str | None:
    """What is said in words, or nothing. Line breaks are kept; signs that cannot be seen are not."""
    if cell is None:
        return None
    if cell.kind in ("error", "formula"):
        raise Refusal("must be text: the cell holds a formula or a spreadsheet error, so type the words")
    lines = cell.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    said = "\n".join(one_line(line) for line in lines).strip()
    if len(said) > _LONGEST:
        raise Refusal(f"must be at most {_LONGEST:,} characters long: shorten it")
    refuse_a_person(said)
    return said or None


def refuse_a_person(said: str) -> None:
    """Raises ``Refusal`` if the text seems to be about one person."""
    sign = sign_of_a_person(said)
    if sign:
        raise Refusal(f"seems to hold {sign}: the office records totals only, so take it out")
