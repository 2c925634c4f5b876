"""Money is whole pence: read, add up, share out and write. Never a float; missing stays missing."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Annotated, NamedTuple

from pydantic import Field

from domain.errors import Refusal

MOST_PENCE = 10**14
"""A million million pounds. Nothing an office holds is larger; a larger figure is a slip of the keyboard."""

Pence = Annotated[int, Field(strict=True, ge=0, le=MOST_PENCE)]
"""A whole number of pence, nought or more."""

_SCALE = {"": 1, "k": 1_000, "thousand": 1_000, "m": 1_000_000, "mn": 1_000_000, "million": 1_000_000}
_SCALE |= {"bn": 1_000_000_000, "billion": 1_000_000_000}
_NUMBER = r"£?\s?(?<![\d.,])(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_AMOUNT = re.compile(_NUMBER + r"\s*(?P<scale>(?i:thousand|million|billion|bn|mn|k|m))?(?![\w.,]*\d)\b")
_LOOSE_NUMBER = re.compile(r"\d")
_MINUS = re.compile(r"^[-−–]|[-−–]£?$|^\(£?\s?$")  # noqa: RUF001 - the signs that papers use for a minus
_HEDGE = re.compile(
    r"\b(?:about|above|almost|approximately|around|at least|at most|below|circa|estimated|just|nearly|of|over|roughly"
    r"|some|than|under|up to)$|(?:\b(?:approx|ca?|est)\.?|~)$",
    re.IGNORECASE,
)
_HEDGE_AFTER = re.compile(r"\b(?:approx|estimate|or so\b|or more\b)", re.IGNORECASE)


_BESIDE = re.compile(r"(?:[^\W\d_]|[ (),.;:'’/&–~-])*")  # noqa: RUF001 - marks that papers print
"""What may stand beside an amount: words."""


class Printed(NamedTuple):
    """An amount as a paper prints it."""

    pence: int
    words: str
    """The cell as it stands, such as ``£213,000 from OPCC``."""
    exact: bool
    """False when it is printed rounded (``£1m``, ``£100k``) or hedged: true to the last figure printed only."""
    remark: str
    """Words beside the amount, such as ``from OPCC``; empty when there are none."""


def parse(text: str) -> int:
    """Pence of an amount typed by a person: ``£1,250.50``, ``1250.5``, ``£100k``, ``1.3m``.

    Raises ``Refusal`` with the cure when it is not one amount and nothing else.
    """
    printed = parse_printed(text)
    if printed.remark:
        raise Refusal("An amount must be a number of pounds and nothing else, like £1,250.50.")
    return printed.pence


def parse_printed(text: str) -> Printed:
    """Reads an amount as printed, keeping the words around it. Raises ``Refusal`` unless there is exactly one."""
    text = text.strip()
    if any(sign.isdigit() and not sign.isascii() for sign in text):
        raise Refusal("An amount must be written in the figures 0 to 9, like £1,250.50.")
    found = _AMOUNT.search(text)
    if found and _MINUS.search(text[: found.start("number")]):
        raise Refusal("An amount must not be less than nought: a release or a repayment is recorded as itself.")
    if found is None:
        raise Refusal("An amount must be a number of pounds, like £1,250.50, or the words: not known.")
    before, after = text[: found.start()].strip(), text[found.end() :].strip()
    if _LOOSE_NUMBER.search(before + after):
        raise Refusal("This is not one amount: write pounds like £1,250.50, and give each amount a row of its own.")
    if not _BESIDE.fullmatch(before + after):
        raise Refusal("An amount must be in pounds, like £1,250.50: no other currency, percentage or formula.")
    scale = _SCALE[(found["scale"] or "").lower()]
    exact_pence = Decimal(found["number"].replace(",", "")) * 100 * scale
    pence = int(exact_pence)
    if pence != exact_pence:
        raise Refusal("An amount must be in whole pence, with no more than two figures after the point.")
    if pence > MOST_PENCE:
        raise Refusal("An amount must be less than a million million pounds.")
    remark = " ".join(part for part in (before, after) if part)
    hedged = _HEDGE.search(before) or _HEDGE_AFTER.search(after)
    return Printed(pence=pence, words=text, exact=scale == 1 and not hedged, remark=remark)


def add(amounts: Iterable[int | None]) -> int | None:
    """The sum, or ``None`` when any part is not known: unknown is not zero."""
    total = 0
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total


def share_out(pence: int, weights: Sequence[int]) -> list[int]:
    """Splits an amount by weights so that no penny is lost or made: what is left over goes to the last parts.

    Cumulative rounding down: the sum of the first n parts is the rounded-down share of the first n weights.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise Refusal("An amount can only be shared out by weights of nought or more, not all of them nought.")
    parts, shared, weight_so_far = [], 0, 0
    for weight in weights:
        weight_so_far += weight
        up_to_here = pence * weight_so_far // whole
        parts.append(up_to_here - shared)
        shared = up_to_here
    return parts


def pounds(pence: int | None) -> str:
    """``£1,250.50``; whole pounds without pence (``£446,000``); ``-£500`` when less than nought; ``not known``."""
    if pence is None:
        return "not known"
    sign = "-" if pence < 0 else ""
    whole, part = divmod(abs(pence), 100)
    return f"{sign}£{whole:,}" + (f".{part:02}" if part else "")


def decimal_pounds(pence: int) -> Decimal:
    """The amount in pounds for a spreadsheet's cell, exact to the penny."""
    return Decimal(pence) / 100
