"""When something is due: a pure function of the period it is for.

Deadlines come in three kinds: a fixed day of the year (30 October), so many calendar months after the period's end,
and so many working days after it.
"""

import calendar
import re
from datetime import date, timedelta
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from domain.errors import Refusal
from domain.kernel import Value
from domain.periods import Period, add_months
from domain.working_days import ROLLS, add_working_days, refuse_beyond_file

_MONTHS = tuple(name.lower() for name in calendar.month_name[1:])
_CURE = 'write when it is due like "30 October, 30 April", "1 month after" or "20 working days after"'
_AFTER = re.compile(r"(\d{1,3}) (months?|working days?) after(?: the period's end)?")


class DueRule(Value):
    """When something is due. As words: ``30 October, 30 April``; ``1 month after``; ``20 working days after``."""

    kind: Literal["fixed-date", "months-after", "working-days-after"]
    number: Annotated[int, Field(ge=0, le=400)] = 0
    """How many months or working days after the period's end."""
    days: tuple[Annotated[str, Field(pattern=r"^\d\d-\d\d$")], ...] = ()
    """For fixed dates, each a month and a day (``10-30``). Due on the first of them after the period's end."""
    roll: Literal["same-day", "next-working-day", "previous-working-day"] = "same-day"
    """What happens when that is a weekend or a bank holiday."""

    @model_validator(mode="after")
    def _days_exist(self) -> Self:
        if (self.kind == "fixed-date") != bool(self.days):
            raise ValueError("a fixed date needs its days, and only a fixed date has any")
        for day in self.days:
            try:
                date(2000, int(day[:2]), int(day[3:]))
            except ValueError:
                raise ValueError("there is no such day of the year; " + _CURE) from None
        return self

    @classmethod
    def of(cls, words: str) -> Self:
        """The rule that the words say. Raises ``ValueError`` with the cure."""
        words, _, roll = words.strip().lower().partition(" or ")
        rolls = {"": "same-day", "the next working day": "next-working-day"}
        rolls["the previous working day"] = "previous-working-day"
        if roll not in rolls:
            raise ValueError(_CURE)
        after = _AFTER.fullmatch(words)
        if after:
            kind = "months-after" if after[2].startswith("month") else "working-days-after"
            return cls.model_validate({"kind": kind, "number": int(after[1]), "roll": rolls[roll]})
        days = []
        for part in words.split(","):
            day, _, month = part.strip().partition(" ")
            if not day.isdigit() or month not in _MONTHS:
                raise ValueError(_CURE)
            days.append(f"{_MONTHS.index(month) + 1:02}-{int(day):02}")
        return cls.model_validate({"kind": "fixed-date", "days": tuple(days), "roll": rolls[roll]})

    @property
    def words(self) -> str:
        """The rule in words, which parse back to it."""
        roll = {"same-day": "", "next-working-day": " or the next working day"}
        roll["previous-working-day"] = " or the previous working day"
        if self.kind == "fixed-date":
            days = ", ".join(f"{int(day[3:])} {_MONTHS[int(day[:2]) - 1].capitalize()}" for day in self.days)
            return days + roll[self.roll]
        unit = "month" if self.kind == "months-after" else "working day"
        return f"{self.number} {unit}{'' if self.number == 1 else 's'} after{roll[self.roll]}"

    def day_after(self, period: Period) -> date:
        """The London date on which what is owed for the period is due.

        Raises ``Refusal`` where working days count, and the year's bank holidays are not on file.
        """
        match self.kind:
            case "months-after":
                day = _months_on(period.end, self.number)
            case "working-days-after":
                day = add_working_days(period.end, self.number)
            case "fixed-date":
                day = min(_first_after(period.end, day) for day in self.days)
        rolled = ROLLS[self.roll](day)
        counts = self.kind == "working-days-after" or self.roll != "same-day"
        return refuse_beyond_file(rolled) if counts else rolled


Due = Annotated[DueRule, BeforeValidator(lambda said: DueRule.of(said) if isinstance(said, str) else said)]
"""A rule as a command takes it: as words, or in its parts. (An event holds the parts alone: it is read strictly.)"""


def _months_on(end: date, months: int) -> date:
    """So many months after the end of a period. The end of a month stays one: a month after 30 September is
    31 October, as a person who counts in months means it."""
    if (end + timedelta(days=1)).day == 1:
        return add_months(end + timedelta(days=1), months) - timedelta(days=1)
    return add_months(end, months)


def _first_after(end: date, month_day: str) -> date:
    month, day = int(month_day[:2]), int(month_day[3:])
    for year in range(end.year, end.year + 9):
        try:
            found = date(year, month, day)
        except ValueError:  # 29 February in another year
            continue
        if found > end:
            return found
    raise Refusal("There is no such day within eight years of the period's end.")  # pragma: no cover
