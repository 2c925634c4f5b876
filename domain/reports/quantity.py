"""A count as reported: exact, or only bounded, as "more than 15,000" is. Bounds are added as bounds."""

import re
from collections.abc import Iterable
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from domain.kernel import Value

Count = Annotated[int, Field(ge=0, le=10**14)]
"""A whole number, nought or more. Money is a count of pence."""

_WORDS = re.compile(
    r"(?:(?P<words>more than|over|at least|fewer than|less than|under|just short of|up to|at most) )?"
    r"(?P<number>\d{1,3}(?:,\d{3})+|\d+)(?: to (?P<to>\d{1,3}(?:,\d{3})+|\d+))?"
)
_CURE = "a count must be a whole number, like 12, or a bound, like: more than 15,000"


class Quantity(Value):
    """A count between two bounds, both included; ``at_most`` of ``None`` is no upper bound."""

    at_least: Count
    at_most: Count | None

    @classmethod
    def exactly(cls, count: int) -> Self:
        """A count that is known."""
        return cls(at_least=count, at_most=count)

    @model_validator(mode="before")
    @classmethod
    def _from_number_or_words(cls, said: Any) -> Any:
        if isinstance(said, int) and not isinstance(said, bool):
            return {"at_least": said, "at_most": said}
        return cls._parsed(said) if isinstance(said, str) else said

    @classmethod
    def of(cls, words: str) -> Self:
        """Reads ``12`` or ``more than 15,000``. Raises ``ValueError`` with the cure."""
        return cls.model_validate(words)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.at_most is not None and self.at_most < self.at_least:
            raise ValueError("a count's lower bound must not be above its upper one")
        return self

    @classmethod
    def _parsed(cls, text: str) -> dict[str, int | None]:
        match = _WORDS.fullmatch(" ".join(text.lower().split()))
        if match is None or (match["words"] and match["to"]):
            raise ValueError(_CURE)
        number = int(match["number"].replace(",", ""))
        if match["to"]:
            return {"at_least": number, "at_most": int(match["to"].replace(",", ""))}
        match match["words"]:
            case None:
                return {"at_least": number, "at_most": number}
            case "more than" | "over":
                return {"at_least": number + 1, "at_most": None}
            case "at least":
                return {"at_least": number, "at_most": None}
            case "up to" | "at most":
                return {"at_least": 0, "at_most": number}
            case _:
                if number == 0:
                    raise ValueError(_CURE)
                return {"at_least": 0, "at_most": number - 1}

    @property
    def exact(self) -> bool:
        """Whether it is one number."""
        return self.at_least == self.at_most

    @property
    def words(self) -> str:
        """``1,461``, ``more than 15,000``, ``fewer than 100``, ``20 to 30``."""
        if self.exact:
            return f"{self.at_least:,}"
        if self.at_most is None:
            return f"more than {self.at_least - 1:,}" if self.at_least else "not known"
        return f"{self.at_least:,} to {self.at_most:,}" if self.at_least else f"fewer than {self.at_most + 1:,}"


def total(quantities: Iterable[Quantity]) -> Quantity:
    """The sum: lower bounds added to lower bounds, upper to upper; once unbounded, always unbounded."""
    low, high = 0, 0
    unbounded = False
    for quantity in quantities:
        low += quantity.at_least
        if quantity.at_most is None:
            unbounded = True
        else:
            high += quantity.at_most
    # without the limit on a single count: what was accepted singly must always add up
    return Quantity.model_construct(at_least=low, at_most=None if unbounded else high)
