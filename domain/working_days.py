"""Working days of England and Wales: Monday to Friday, without the bank holidays.

The bank holidays are a dated data file (``bank_holidays.csv``), checked by the tests against two independent lists:
the official one on GOV.UK as far as it goes, and the rules of the Banking and Financial Dealings Act 1971 beyond it.
"""

import csv
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from domain.errors import Refusal

_FILE = Path(__file__).with_name("bank_holidays.csv")


@cache
def bank_holidays() -> dict[date, str]:
    """Every bank holiday on file, with its name."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return {date.fromisoformat(row["date"]): row["title"] for row in csv.DictReader(file)}


@cache
def _years() -> tuple[int, int]:
    years = [day.year for day in bank_holidays()]
    return min(years), max(years)


DaysOff = frozenset[date]
"""Days on which offices are closed beyond the bank holidays on file."""


def refuse_beyond_file(day: date) -> date:
    """The day itself. Raises ``Refusal`` for a year whose bank holidays are not on file.

    For orders, where a person can answer; what runs by itself reckons on.
    """
    first, last = _years()
    if not first <= day.year <= last:
        raise Refusal(f"The bank holidays on file go from {first} to {last}: {day.year} cannot be reckoned.")
    return day


def is_working_day(day: date, off: DaysOff = frozenset()) -> bool:
    """Whether offices are open. A year whose bank holidays are not on file has weekends only.

    It refuses nothing: one mistyped year among all that is owed must not stop the chase of the rest.
    """
    return day.weekday() < 5 and day not in bank_holidays() and day not in off


def add_working_days(day: date, number: int, off: DaysOff = frozenset()) -> date:
    """The day so many working days after ``day``, or before it when the number is less than nought.

    The day itself does not count; nought gives the day itself.
    """
    step = timedelta(days=1 if number > 0 else -1)
    left = abs(number)
    while left > 0:
        day += step
        left -= is_working_day(day, off)
    return day


def next_working_day(day: date, off: DaysOff = frozenset()) -> date:
    """The day itself, or the first working day after it."""
    while not is_working_day(day, off):
        day += timedelta(days=1)
    return day


def previous_working_day(day: date) -> date:
    """The day itself, or the last working day before it."""
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day


ROLLS: dict[str, Callable[[date], date]] = {
    "same-day": lambda day: day,
    "next-working-day": next_working_day,
    "previous-working-day": previous_working_day,
}
"""What becomes of a due date that is not a working day."""
