"""Aggregates only: text that seems to be about one person is turned away at every door.

This cannot find every name. It finds what is never needed here and most often slips in: e-mail addresses, telephone
numbers, postcodes, dates of birth, National Insurance numbers and crime references.
"""

import re
from typing import Any

from pydantic import BaseModel

_SIGNS = {
    "an e-mail address": re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"),
    "a telephone number": re.compile(r"(?<![\d£,.])(?<!\d-)(?:\+44\s?|0)(?=[1-35789])(?:\d[\s-]?){9,10}(?!\d)"),
    "a postcode": re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}\b"),
    "a date of birth": re.compile(r"\b(?:d\.?o\.?b\.?|date of birth|born on|born \d)\b", re.IGNORECASE),
    "a National Insurance number": re.compile(r"\b[A-CEGHJ-PR-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b"),
    "a crime reference": re.compile(r"\b(?:crime (?:ref(?:erence)?|no|number)|URN)\b[ .:]*[A-Z0-9]*\d", re.IGNORECASE),
}

_DIGEST = re.compile(r"[0-9a-f]{64}")
"""A file's SHA-256 says nothing of anybody, and one in a hundred and thirty has the digits of a telephone number."""

PERSONAL_COLUMNS = frozenset(
    {"name", "first name", "surname", "forename", "victim", "victim name", "client name", "date of birth", "dob"}
    | {"address", "postcode", "phone", "telephone", "e-mail", "email"}
    | {"urn", "crime number", "crime reference", "crime ref", "nhs number", "ni number", "national insurance number"}
)
"""Headings of columns that hold single people. A sheet that has one is refused whole."""


def sign_of_a_person(text: str) -> str | None:
    """What in the text seems to be about one person (``a postcode``), or nothing."""
    if _DIGEST.fullmatch(text):
        return None
    for sign, pattern in _SIGNS.items():
        if pattern.search(text):
            return sign
    return None


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
