"""What may be counted, in which unit and how it adds up; which outcomes are asked for. From dated data files.

One file in ``frameworks/`` for each version of a framework. A report is checked against the one in force on the first
day of its period. To add next year's, add a file.
"""

from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path

from domain.errors import Refusal
from domain.kernel import Reference, Value
from domain.periods import Period, day_in_words

_FOLDER = Path(__file__).with_name("frameworks")


class Unit(StrEnum):
    """What is counted. Units are never added to one another."""

    PEOPLE = "people"
    REFERRALS = "referrals"
    INCIDENTS = "incidents"
    CASES = "cases"
    HOURS = "hours"
    PENCE = "pence"


class AddsUp(StrEnum):
    """How the figures of several periods make one."""

    SUM = "sum"
    """They are added: referrals received."""
    LAST = "last"
    """The last one stands: people waiting at the period's end."""
    NEVER = "never"
    """They do not make one: the longest wait."""


class Measure(Value):
    """Something a provider counts."""

    measure: Reference
    title: str
    unit: Unit
    adds_up: AddsUp
    note: str | None = None


class Outcome(Value):
    """A change the service is meant to make in people's lives."""

    outcome: Reference
    title: str


class Breakdown(Value):
    """A way to split a count, and its categories by code. Not known and prefer not to say are kept apart."""

    breakdown: Reference
    title: str
    categories: dict[str, str]


class Framework(Value):
    """One version of what is asked for, and the days on which it is in force."""

    framework: Reference
    title: str
    in_force_from: date
    in_force_to: date | None
    source: str
    note: str
    """How sure it is, and what to confirm."""
    measures: tuple[Measure, ...]
    outcomes: tuple[Outcome, ...]
    breakdowns: tuple[Breakdown, ...]

    def measure(self, code: str) -> Measure | None:
        """The measure of that code, if it is asked for."""
        return next((measure for measure in self.measures if measure.measure == code), None)

    def outcome(self, code: str) -> Outcome | None:
        """The outcome of that code, if it is asked for."""
        return next((outcome for outcome in self.outcomes if outcome.outcome == code), None)

    def breakdown(self, code: str) -> Breakdown | None:
        """The breakdown of that code, if there is one."""
        return next((breakdown for breakdown in self.breakdowns if breakdown.breakdown == code), None)


@cache
def frameworks() -> tuple[Framework, ...]:
    """Every framework on file, the oldest first."""
    files = [Framework.model_validate_json(path.read_bytes()) for path in sorted(_FOLDER.glob("*.json"))]
    return tuple(sorted(files, key=lambda framework: framework.in_force_from))


@cache
def framework_for(period: Period) -> Framework:
    """The framework in force on the first day of the period. Raises ``Refusal`` when none is on file."""
    for framework in frameworks():
        if framework.in_force_from <= period.start <= (framework.in_force_to or date.max):
            return framework
    raise Refusal(f"No outcomes framework on file was in force on {day_in_words(period.start)}.")
