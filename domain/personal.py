"""Aggregates only: text that seems to be about one person is turned away at every door.

This cannot find every name. It finds what is never needed here and most often slips in: e-mail addresses, telephone
numbers, postcodes, dates of birth, NHS and National Insurance numbers, crime references; and the headings of columns
that hold single people.
"""

import re
import unicodedata
from typing import Any

from pydantic import BaseModel

_SIGNS = {
    "an e-mail address": re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.]+"),
    "an NHS number": re.compile(r"\bN\.?H\.?S\b[^\d£\n]{0,20}\d{3}([ -]?)\d{3}\1\d{4}(?!\d)", re.IGNORECASE),
    "a telephone number": re.compile(r"(?<![\d£,.])(?<!\d-)(?:\+44\s?|0)(?=[1-35789])(?:\d[\s-]?){9,10}(?!\d)"),
    "a postcode": re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}\b"),
    "a date of birth": re.compile(r"\b(?:d\.?o\.?b\.?|date of birth|born on|born \d)\b", re.IGNORECASE),
    "a National Insurance number": re.compile(r"\b[A-CEGHJ-PR-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b"),
    "a crime reference": re.compile(
        r"\b(?:crime (?:ref(?:erence)?|no|number)(?:\.? (?:no|number))?|URN)\b[ .:]*[A-Z0-9]*\d", re.IGNORECASE
    ),
}

_NHS_NUMBER = re.compile(r"(?<![\d£,.-])(?<!\d )(\d{3})([ -])(\d{3})\2(\d{4})(?![\d,])(?! \d)")
"""Ten digits in groups, as NHS numbers are printed: taken for one if the last is the right check of the others."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
"""A file's SHA-256 says nothing of anybody, and one in a hundred and thirty has the digits of a telephone number."""

PERSONAL_COLUMNS = frozenset(
    {"name", "first name", "surname", "forename", "victim", "victim name", "client name", "date of birth", "dob"}
    | {"address", "postcode", "phone", "telephone", "e-mail", "email"}
    | {"urn", "crime number", "crime reference", "crime ref", "nhs number", "ni number", "national insurance number"}
)
"""Headings of columns that hold single people. A sheet that has one is refused whole."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_WHO = _set(
    "victim client witness survivor user patient person individual child parent guardian carer offender suspect "
    "perpetrator complainant beneficiary participant customer caller referrer applicant worker caseworker staff "
    "officer kin contact who"
)
"""Of whom a column may be."""
_KNOWN_BY = _set(
    "name forename surname initials dob born birthdate birthday postcode address email telephone tel phone urn crn nino"
)
"""What is of one person, unless another word says of what it is: ``provider name``."""
_NUMBERED = _set(
    "crime case client victim witness survivor user patient person individual child offender suspect occurrence "
    "custody niche athena nhs hospital passport pnc ni police mobile contact unique"
)
"""What bears a number by which somebody is known."""
_REFERENCES = _set("id ids ref refs reference references identifier identifiers")
_NUMBERS = _set("no nr num number")
"""May also head a count: a ``case number`` is of one case, a ``number of cases`` and ``case numbers`` are not."""
_OF_ONE_EVEN_IN_PLURAL = _set("crime niche athena nhs passport pnc ni")
_BESIDE = _set(
    "of the a an and or s their his her your our first last full middle given family preferred known as if any next "
    "home main new old optional confidential private in for each every referral date"
)
"""Words that change nothing."""
_IN_ONE_WORD = (
    (r"\bpost codes?\b|\bzip codes?\b|\bzipcodes?\b", "postcode"),
    (r"\be mails?\b", "email"),
    (r"\b(sur|fore) name", r"\1name"),
    (r"\b(first|last|full|middle|given|family)names?\b", "name"),
    (r"\bservice users?\b", "client"),
    (r"\bnational insurance\b|\bn i\b", "ni"),
    (r"\b(?:date of|year of) birth\b|\bbirth date\b|\bd o b\b", "dob"),
    (r"\bn h s\b", "nhs"),
    (
        rf"\b({'|'.join(sorted(_WHO | _NUMBERED))})(ref(?:erence)?)?"
        rf"(names?|initials|{'|'.join(sorted(_NUMBERS))}|id|ref)?\b",
        r"\1 \2 \3",
    ),
)
_MOST_WORDS, _LONGEST = 8, 120
"""Whoever writes more writes a sentence, and heads no column."""


def heads_single_people(text: str) -> bool:
    """Whether it is the heading of a column that holds single people: ``Crime No.``, ``Victim's name``, ``ClientID``.

    It is when a word says how one person is known and every other word may stand beside it; ``Name of the service``
    and ``Number of clients`` are not. Capitals, punctuation and spaces make no difference.
    """
    if len(text) > _LONGEST:
        return False
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return _heads_single_people(text) or (split != text and _heads_single_people(split))


def _heads_single_people(heading: str) -> bool:
    said = re.sub(r"['\u2018\u2019`]s\b", "", unicodedata.normalize("NFKC", heading).casefold())
    said = re.sub(r"['\u2018\u2019`]", "", said)
    said = re.sub(r"\b(\w)\.(?=\w\b)", r"\1", said)
    said = " ".join(re.findall(r"[a-z]+", said))
    if said in PERSONAL_COLUMNS or said.removesuffix("s") in PERSONAL_COLUMNS:
        return True
    for apart, together in _IN_ONE_WORD:
        said = re.sub(apart, together, said)
    words = said.split()
    if len(words) > _MOST_WORDS or re.match(r"(?:no|nr|num|numbers?|total|count) of\b", said):
        return False
    known = _WHO | _KNOWN_BY | _NUMBERED | _REFERENCES | _NUMBERS | _BESIDE | {"nos", "numbers"}
    if not all(word in known or _single(word) in known for word in words):
        return False
    return any(_single(word) in _KNOWN_BY for word in words) or _is_number_of_one(words)


def _single(word: str) -> str:
    """``addresses`` and ``names`` as one of them."""
    one = word.removesuffix("es") if word.endswith("sses") else word.removesuffix("s")
    return one if one in _WHO | _KNOWN_BY | _NUMBERED else word


def _is_number_of_one(words: list[str]) -> bool:
    """Whether it is a number or a reference that one person or one case has."""
    if any(word in _REFERENCES for word in words):
        return any(_single(word) in _NUMBERED or word == "referral" for word in words)
    numbered = [place for place, word in enumerate(words) if word in _NUMBERED]
    for place in numbered:
        later = words[place + 1 :]
        in_plural = words[place] in _OF_ONE_EVEN_IN_PLURAL and {"nos", "numbers"} & set(later)
        if in_plural or _NUMBERS & set(later):
            return True
    return False


def _is_nhs_number(found: re.Match[str]) -> bool:
    """Whether the last digit is the check of the first nine."""
    digits = [int(digit) for digit in found[1] + found[3] + found[4]]
    return sum(digit * (10 - place) for place, digit in enumerate(digits[:9])) % 11 == (11 - digits[9]) % 11


def sign_of_a_person(text: str) -> str | None:
    """What in the text seems to be about one person (``a postcode``), or nothing."""
    if _DIGEST.fullmatch(text):
        return None
    for sign, pattern in _SIGNS.items():
        if pattern.search(text):
            return sign
    return "an NHS number" if any(map(_is_nhs_number, _NHS_NUMBER.finditer(text))) else None


def refuse_personal(said: Any) -> None:
    """Raises ``ValueError`` if any text within seems to be about one person. The text itself is not repeated."""
    if isinstance(said, str):
        sign = sign_of_a_person(said)
        if sign:
            raise ValueError(f"this seems to hold {sign}: the office records totals only, so take it out")
    elif isinstance(said, tuple | list):
        for part in said:
            refuse_personal(part)
    elif isinstance(said, BaseModel):
        for _field, part in said:
            refuse_personal(part)
