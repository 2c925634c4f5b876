"""What may be counted, in which unit and how it adds up; which outcomes are asked for. From dated data files.

One file in ``frameworks/`` for each version of a framework, and one in ``code_lists/`` for each version of a list of
categories that frameworks name. A report is checked against the framework in force on the first day of its period.
To add next year's, add a file.
"""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import model_validator

from domain.data_files import as_said, read_file, read_json
from domain.errors import Refusal
from domain.kernel import Reference, Value
from domain.periods import Period, day_in_words

_FOLDER = Path(__file__).with_name("frameworks")
_CODE_LISTS = Path(__file__).with_name("code_lists")


class Unit(StrEnum):
    """What is counted. Units are never added to one another."""

    PEOPLE = "people"
    REFERRALS = "referrals"
    INCIDENTS = "incidents"
    CASES = "cases"
    HOURS = "hours"
    POSTS = "posts"
    """Full-time equivalents, counted in hundredths: 250 is two and a half posts."""
    PENCE = "pence"


class AddsUp(StrEnum):
    """How the figures of several periods make one."""

    SUM = "sum"
    """They are added: referrals received."""
    FIRST = "first"
    """The first one stands: people continuing from before its start."""
    LAST = "last"
    """The last one stands: people waiting at the period's end."""
    NEVER = "never"
    """They do not make one: the longest wait."""


Section = Literal["demand", "needs", "restorative-justice", "money"]
"""The part of a report in which a measure is asked for."""


class Measure(Value):
    """Something a provider counts."""

    measure: Reference
    title: str
    unit: Unit
    adds_up: AddsUp
    section: Section = "demand"
    by: tuple[Reference, ...] = ()
    """The breakdowns in which it is asked for, beside the whole."""
    standard: bool = True
    """Whether it is owed unless other measures were agreed for the award."""
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
    exclusive: bool = True
    """Whether everybody stands in one category and no more, so that the categories add up to the whole."""
    code_list: Reference = ""
    """The version of the list."""
    source: str = ""
    note: str = ""
    """How sure it is, and what to confirm."""


class Narrative(Value):
    """Something a provider says in words."""

    narrative: Reference
    title: str


class Usually(Value):
    """What adds up in practice, though nothing makes it: a referral is declined, or its person is offered support.

    No check asks for it. But whoever reads the whole and the other parts works out the last one: what is published
    is held back with it in mind.
    """

    whole: Reference
    parts: tuple[Reference, ...]


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
    narratives: tuple[Narrative, ...] = ()
    usually: tuple[Usually, ...] = ()
    """Which measures add up to another in practice, in one service and half-year."""

    @model_validator(mode="after")
    def _adds_up_of_its_own(self) -> Self:
        known = {measure.measure for measure in self.measures}
        named = {code for each in self.usually for code in (each.whole, *each.parts)}
        if named - known:
            raise ValueError(f"usually names no measure of the framework: {', '.join(sorted(named - known))}")
        return self

    def measure(self, code: str) -> Measure | None:
        """The measure of that code, if it is asked for."""
        return next((measure for measure in self.measures if measure.measure == code), None)

    def outcome(self, code: str) -> Outcome | None:
        """The outcome of that code, if it is asked for."""
        return next((outcome for outcome in self.outcomes if outcome.outcome == code), None)

    def breakdown(self, code: str) -> Breakdown | None:
        """The breakdown of that code, if there is one."""
        return next((breakdown for breakdown in self.breakdowns if breakdown.breakdown == code), None)

    def counts(self, measure: Measure) -> Iterator[str]:
        """The key of every count of a measure: the whole, then each category of each breakdown it is asked in."""
        yield measure.measure
        for code in measure.by:
            breakdown = self.breakdown(code)
            if breakdown is not None:
                yield from (count_key(measure.measure, code, category) for category in breakdown.categories)


def count_key(measure: str, breakdown: str | None = None, category: str | None = None) -> str:
    """How one count is named in short: ``referrals``, or ``referrals:referral-source/self``."""
    return measure if breakdown is None else f"{measure}:{breakdown}/{category}"


def _framework(path: Path) -> Framework:
    """A framework with the code lists that its file names. Raises ``Refusal``, which names the file at fault."""
    said = read_json("framework", path)
    codes = said.pop("code_lists", None)
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        raise Refusal(f"The framework file {path.name} cannot be read: code_lists must be a list of names.")
    lists = [_code_list(_CODE_LISTS / f"{code}.json") for code in codes]
    return as_said("framework", path, Framework, {**said, "breakdowns": lists})


def _code_list(path: Path) -> dict[str, Any]:
    """A code list, which is the breakdown that it is for."""
    return read_file("code list", path, Breakdown).model_dump(mode="json")


@cache
def frameworks() -> tuple[Framework, ...]:
    """Every framework on file, the oldest first."""
    files = [_framework(path) for path in sorted(_FOLDER.glob("*.json"))]
    return tuple(sorted(files, key=lambda framework: framework.in_force_from))


def framework_named(code: str) -> Framework:
    """The framework of that code. Raises ``Refusal`` when it is not on file."""
    for framework in frameworks():
        if framework.framework == code:
            return framework
    raise Refusal(f"There is no framework {code} on file (there are: {', '.join(f.framework for f in frameworks())}).")


@cache
def framework_for(period: Period) -> Framework:
    """The framework in force on the first day of the period. Raises ``Refusal`` when none is on file."""
    for framework in frameworks():
        if framework.in_force_from <= period.start <= (framework.in_force_to or date.max):
            return framework
    raise Refusal(f"No outcomes framework on file was in force on {day_in_words(period.start)}.")
