"""Which numbers are too small to publish, how they are hidden and how others are rounded. From dated data files.

One file in ``rules/`` for each version of the rule of an output. To change a rule, end the old file and add one.
"""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from domain.data_files import read_file
from domain.errors import Refusal
from domain.kernel import Reference, Value
from domain.periods import day_in_words
from domain.reports.measures import Unit
from domain.tables import Cell, Column

_FOLDER = Path(__file__).with_name("rules")

Symbol = Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=r"^[^\d\s]+$")]
"""What stands for a hidden number: no digits, so that it is not taken for one."""


class Rule(Value):
    """The rule of one output: the settings by which its small numbers are hidden."""

    rule: Reference
    output: Reference
    """What is published by it, such as ``area-tables``."""
    title: str
    in_force_from: date
    in_force_to: date | None
    threshold: Annotated[int, Field(ge=2, le=1000)]
    """The least number that is not small."""
    zero_shown: bool
    """Whether nought is printed as nought. Otherwise it is small."""
    rounded_to: Annotated[int, Field(ge=2, le=1000)] | None
    """What other numbers are rounded to the nearest multiple of; ``None`` leaves them as they are."""
    symbol: Symbol
    values_left: Annotated[int, Field(ge=2)]
    """How many values a small number must still be able to have, for one who works out all that can be."""
    units: tuple[Unit, ...]
    """The units whose counts are counts of people or of what befell them."""
    source: str
    note: str
    """How sure it is, and what to confirm."""

    @model_validator(mode="after")
    def _can_be_kept(self) -> Self:
        if self.values_left > self.threshold - self.smallest:
            raise ValueError("a small number cannot have more values left than there are small numbers")
        if self.rounded_to is not None and 2 * self.threshold <= self.rounded_to:
            raise ValueError("a number that is not small must not be rounded to nought: raise the threshold")
        return self

    @property
    def smallest(self) -> int:
        """The least number that is hidden."""
        return 1 if self.zero_shown else 0

    def covers(self, column: Column) -> bool:
        """Whether the column holds counts that this rule is about. Money, dates and hours are not."""
        return column.kind == "count" and column.unit in self.units

    def small(self, count: Cell) -> bool:
        """Whether the count is, or could be, one of the small numbers."""
        least, most = bounds(count)
        return least < self.threshold and (most is None or most >= self.smallest)

    def rounded(self, count: int) -> int:
        """The count as it is shown: to the nearest multiple; a tie to the even one, so that ties do not add up."""
        if self.rounded_to is None:
            return count
        whole, rest = divmod(count, self.rounded_to)
        up = 2 * rest > self.rounded_to or (2 * rest == self.rounded_to and whole % 2 == 1)
        return (whole + up) * self.rounded_to

    def could_be(self, shown: int) -> tuple[int, int]:
        """The least and the greatest count that is shown as this number."""
        if self.rounded_to is None or shown == 0:
            return shown, shown
        half, even = divmod(self.rounded_to, 2)[0], shown // self.rounded_to % 2 == 0
        reach = half if self.rounded_to % 2 == 1 or even else half - 1
        return max(shown - reach, self.threshold), shown + reach

    def in_words(self) -> tuple[str, ...]:
        """The rule as notes to a table: what the symbol means, and what it does not."""
        nought = (
            "0 is shown as it is and means none." if self.zero_shown else "0 is held back like other small numbers."
        )
        said = [
            f"{self.symbol} stands for a number from {self.smallest} to {self.threshold - 1}, or for a larger one that "
            "is held back as well, so that no small number can be worked out from totals or from what was published "
            "before. It applies to counts of " + _listed(self.units) + ".",
            f"{self.symbol} is not 0 and does not mean that a figure was not supplied. {nought}"
            if self.zero_shown
            else f"{self.symbol} does not mean that a figure was not supplied. {nought}",
        ]
        if self.rounded_to is not None:
            said.append(
                f"Other counts are rounded to the nearest {self.rounded_to}, totals separately: "
                "what is shown need not add up to the total shown."
            )
        return tuple(said)


def bounds(count: Cell) -> tuple[int, int | None]:
    """The least and the greatest that a supplied count can be; ``None`` is no limit."""
    if count.value is not None:
        return int(count.value), int(count.value)
    return count.at_least or 0, count.at_most


def _listed(units: tuple[Unit, ...]) -> str:
    names = [unit.value for unit in units]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule on file, the oldest first."""
    files = [read_file("rule", path, Rule) for path in sorted(_FOLDER.glob("*.json"))]
    return tuple(sorted(files, key=lambda rule: rule.in_force_from))


def rule_named(code: str) -> Rule:
    """The rule of that code. Raises ``Refusal`` when it is not on file."""
    for rule in rules():
        if rule.rule == code:
            return rule
    raise Refusal(f"There is no disclosure rule {code} on file (there are: {', '.join(r.rule for r in rules())}).")


def rule_for(output: str, day: date) -> Rule:
    """The rule of an output on the day of publication. Raises ``Refusal`` when none is on file."""
    for rule in rules():
        if rule.output == output and rule.in_force_from <= day <= (rule.in_force_to or date.max):
            return rule
    raise Refusal(f"No disclosure rule on file was in force for {output} on {day_in_words(day)}.")
