"""A period is a range of dates. Financial years, halves, quarters and months are only names for some of them.

A period is written as its code: ``2017-18`` (a financial year, 1 April to 31 March), ``2017-18-h1``, ``2017-18-q3``,
``2017-06`` (a month), or ``2017-07-01..2018-03-31`` (any other range, as nine months of a year).
"""

import calendar
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, NamedTuple, Self

from pydantic import AfterValidator, StringConstraints

from domain.errors import Refusal
from domain.kernel import LONDON

_YEAR = re.compile(r"(\d{4})-(\d{2})")
_CURE = "Write a period like 2017-18, 2017-18-h1, 2017-18-q3, 2017-06 or 2017-07-01..2018-03-31."


class Frequency(StrEnum):
    """How often something is owed."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half-yearly"
    ONCE = "once"

    @property
    def months(self) -> int:
        """How many months one period of it lasts; nought for once."""
        return {"monthly": 1, "quarterly": 3, "half-yearly": 6, "once": 0}[self.value]


class Period(NamedTuple):
    """The days from ``start`` to ``end``, both included."""

    start: date
    end: date

    @classmethod
    def parse(cls, code: str) -> Self:
        """The period that a code names. Raises ``Refusal`` with the cure."""
        try:
            if ".." in code:
                start, _, end = code.partition("..")
                period = cls(date.fromisoformat(start), date.fromisoformat(end))
                if period.end < period.start:
                    raise Refusal("A period must not end before it starts.")
                return period
            name, _, part = code.lower().partition("-h")
            if part in ("1", "2"):
                return cls._months(_first_year(name), 6 * (int(part) - 1), 6)
            name, _, part = code.lower().partition("-q")
            if part in ("1", "2", "3", "4"):
                return cls._months(_first_year(name), 3 * (int(part) - 1), 3)
            match = _YEAR.fullmatch(code)
            if match and int(match[2]) == (int(match[1]) + 1) % 100:
                # 2011-12 could be December 2011; the financial year is what an office means, and a month that
                # clashes with one is written out as a range of dates
                return cls._months(int(match[1]), 0, 12)
            if match and 1 <= int(match[2]) <= 12:
                first = date(int(match[1]), int(match[2]), 1)
                return cls(first, add_months(first, 1) - timedelta(days=1))
        except ValueError:
            pass
        raise Refusal(f"That is not a period. {_CURE}")

    @classmethod
    def _months(cls, first_year: int, skip: int, length: int) -> Self:
        first = add_months(date(first_year, 4, 1), skip)
        return cls(first, add_months(first, length) - timedelta(days=1))

    @property
    def code(self) -> str:
        """The shortest code that names it: the same code for the same days, always."""
        year = financial_year(self.start)
        candidates = [year, *(f"{year}-h{n}" for n in (1, 2)), *(f"{year}-q{n}" for n in (1, 2, 3, 4))]
        for code in (*candidates, f"{self.start:%Y-%m}"):
            try:
                if Period.parse(code) == self:
                    return code
            except Refusal:  # pragma: no cover - every candidate is well formed
                continue
        return f"{self.start.isoformat()}..{self.end.isoformat()}"

    @property
    def words(self) -> str:
        """``1 April 2017 to 30 September 2017``."""
        return f"{day_in_words(self.start)} to {day_in_words(self.end)}"

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.start <= day <= self.end

    def covers(self, other: "Period") -> bool:
        """Whether every day of the other is a day of this one."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: "Period") -> bool:
        """Whether they share a day."""
        return self.start <= other.end and other.start <= self.end

    def split(self, frequency: Frequency) -> Iterator["Period"]:
        """The months, quarters or half-years (of the financial year) that this period touches, each cut to it."""
        if frequency is Frequency.ONCE:
            yield self
            return
        months = frequency.months
        first = date(self.start.year, self.start.month, 1)
        first = add_months(first, -((first.month - 4) % months))
        while first <= self.end:
            after = add_months(first, months)
            yield Period(max(first, self.start), min(after - timedelta(days=1), self.end))
            first = after


def add_months(day: date, months: int) -> date:
    """The same day so many months on, or the last of that month when it is shorter (31 August + 1 = 30 September)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def financial_year(day: date) -> str:
    """The financial year a day falls in: ``2017-18`` for 1 April 2017 to 31 March 2018."""
    first = day.year if day.month >= 4 else day.year - 1
    return f"{first}-{(first + 1) % 100:02}"


def _first_year(name: str) -> int:
    match = _YEAR.fullmatch(name)
    if not match or int(match[2]) != (int(match[1]) + 1) % 100:
        raise Refusal(f"That is not a financial year. {_CURE}")
    return int(match[1])


def day_in_words(day: date) -> str:
    """``1 April 2017``, as GOV.UK writes dates."""
    return f"{day.day} {day:%B %Y}"


_DAYS = (r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)", r"(?P<d>\d\d?)/(?P<m>\d\d?)/(?P<y>\d{4})")
_DAY_IN_WORDS = re.compile(r"(?P<d>\d\d?) (?P<month>[A-Za-z]+) (?P<y>\d{4})")


def parse_day(text: str) -> date:
    """A date as people write it: ``2017-09-30``, ``30/09/2017`` or ``30 September 2017``. Raises ``Refusal``."""
    text = " ".join(text.split())
    try:
        for pattern in _DAYS:
            found = re.fullmatch(pattern, text)
            if found:
                return date(int(found["y"]), int(found["m"]), int(found["d"]))
        found = _DAY_IN_WORDS.fullmatch(text)
        if found:
            month = [name[:3].lower() for name in calendar.month_name].index(found["month"][:3].lower())
            if calendar.month_name[month].lower().startswith(found["month"].lower()):
                return date(int(found["y"]), month, int(found["d"]))
    except ValueError:
        pass
    raise Refusal("A date must be one that exists, like 2017-09-30, 30/09/2017 or 30 September 2017.")


def moment_in_words(moment: datetime) -> str:
    """``16 October 2017 at 10:05am``, in London time."""
    local = moment.astimezone(LONDON)
    return f"{day_in_words(local.date())} at {local.hour % 12 or 12}:{local:%M}{'am' if local.hour < 12 else 'pm'}"


def _year_code(text: str) -> str:
    _first_year(text)
    return text


@lru_cache(maxsize=4_096)  # every report and obligation that is read again names one of a few hundred
def _period_code(text: str) -> str:
    try:
        return Period.parse(text).code
    except Refusal as refusal:
        raise ValueError(str(refusal)) from None


def _checked_year(text: str) -> str:
    try:
        year = _year_code(text)
    except Refusal as refusal:
        raise ValueError(str(refusal)) from None
    if not "1990" <= year[:4] <= "2100":
        raise ValueError("a financial year must lie between 1990-91 and 2100-01")
    return year


FinancialYear = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_checked_year)]
"""A financial year, written ``2017-18``."""

PeriodCode = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_period_code)]
"""A period, written as its code; always the shortest code for those days."""
