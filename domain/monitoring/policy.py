"""When a reminder is due, and to whom: pure functions of dates.

A chase is a ladder of steps around a due day: so many days or working days before it, on it, after it; each to the
people of one part. No step falls on a weekend or a bank holiday: it moves to the next working day. A step that was
missed, because nothing ran on its day, is caught up by range: the latest that is due is sent, the ones before it are
recorded as not sent, with the reason.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, NamedTuple, Self

from pydantic import BeforeValidator, Field

from domain.kernel import Code, Value
from domain.working_days import DaysOff, add_working_days, next_working_day

_WORDS = re.compile(r"(?P<number>\d{1,3}) (?P<working>working )?days? (?P<side>before|after)")
_CURE = 'write when like "10 working days before", "on the day" or "5 days after"'
MOST_DAYS = 400


class Part(StrEnum):
    """In which part somebody is reminded."""

    PROVIDER = "provider"
    """The provider's contacts."""
    CONTRACT_MANAGER = "contract-manager"
    """Whoever looks after the award."""
    HEAD_OF_COMMISSIONING = "head-of-commissioning"


class Offset(Value):
    """So many days before (less than nought) or after the due day."""

    days: Annotated[int, Field(ge=-MOST_DAYS, le=MOST_DAYS)]
    working: bool = False
    """Whether only working days count."""

    @classmethod
    def of(cls, words: str) -> Self:
        """Reads ``10 working days before``, ``on the day``, ``5 days after``. Raises ``ValueError`` with the cure."""
        said = " ".join(words.lower().split())
        if said == "on the day":
            return cls(days=0)
        found = _WORDS.fullmatch(said)
        if found is None or int(found["number"]) > MOST_DAYS:
            raise ValueError(_CURE)
        number = int(found["number"])
        return cls(days=-number if found["side"] == "before" else number, working=bool(found["working"]))

    @property
    def words(self) -> str:
        """As it is read."""
        if self.days == 0:
            return "on the day"
        number = abs(self.days)
        unit = f"{'working ' if self.working else ''}day{'' if number == 1 else 's'}"
        return f"{number} {unit} {'before' if self.days < 0 else 'after'}"

    def day_of(self, due_on: date, off: DaysOff = frozenset()) -> date:
        """The London date of it; always a working day."""
        day = add_working_days(due_on, self.days, off) if self.working else due_on + timedelta(days=self.days)
        return next_working_day(day, off)


When = Annotated[Offset, BeforeValidator(lambda said: Offset.of(said) if isinstance(said, str) else said)]
"""An offset as a command takes it: as words, or in its parts."""


class Step(Value):
    """One step of a chase."""

    step: Code
    when: Offset
    to: Part

    @classmethod
    def of(cls, words: str) -> Self:
        """Reads ``due: on the day to provider``. Raises ``ValueError`` with the cure."""
        step, colon, rest = words.partition(":")
        when, to, part = rest.rpartition(" to ")
        if not colon or not to or part.strip() not in list(Part):
            raise ValueError(
                "write a step like: due: on the day to provider (or to contract-manager, or to head-of-commissioning)"
            )
        return cls(step=step.strip(), when=Offset.of(when), to=Part(part.strip()))

    @property
    def words(self) -> str:
        """As it is read."""
        return f"{self.step}: {self.when.words} to {self.to.value}"


DEFAULT_STEPS = tuple(
    map(
        Step.of,
        (
            "ahead: 10 working days before to provider",
            "due: on the day to provider",
            "late: 5 working days after to provider",
            "late-manager: 5 working days after to contract-manager",
            "later: 15 working days after to provider",
            "escalated: 20 working days after to head-of-commissioning",
        ),
    )
)
"""The chase of an award for which no other was set. A working default: no rule binds an office to it."""


@lru_cache(maxsize=100_000)
def days_of(steps: tuple[Step, ...], due_on: date, off: DaysOff) -> tuple[date, ...]:
    """The day of each step, for a due day."""
    return tuple(step.when.day_of(due_on, off) for step in steps)


class Decision(NamedTuple):
    """What is to be done about one step."""

    step: Step
    day: date
    send: bool
    reason: str
    """Why it is not sent; empty when it is."""


PASSED_OVER = "it was passed over: nothing ran between its day and a later step's"
OVERTAKEN = "it was passed over: about a later step to the same part was decided already"


def decide(
    steps: tuple[Step, ...], due_on: date, today: date, settled: Iterable[str], off: DaysOff = frozenset()
) -> Sequence[Decision]:
    """The steps that are due by today and not settled yet, in order of their days.

    Of those to one part, only the latest is sent; and none that comes before one about which was decided already, as
    when it was added to the chase later. ``settled``: the steps for this due day about which was decided.
    """
    known = set(settled)
    days = days_of(steps, due_on, off)
    due = sorted(
        ((day, number, step) for number, (step, day) in enumerate(zip(steps, days, strict=True)) if day <= today),
        key=lambda each: each[:2],
    )
    latest = {step.to: step.step for _day, _number, step in due}
    waiting = [(day, step) for day, _number, step in due if step.step not in known]
    decisions = []
    for day, step in waiting:
        last = latest[step.to]
        reason = "" if last == step.step else OVERTAKEN if last in known else PASSED_OVER
        decisions.append(Decision(step, day, not reason, reason))
    return decisions


def next_day(steps: tuple[Step, ...], due_on: date, today: date, off: DaysOff = frozenset()) -> date | None:
    """The day of the next step after today, if one is still to come."""
    return min((day for day in days_of(steps, due_on, off) if day > today), default=None)
