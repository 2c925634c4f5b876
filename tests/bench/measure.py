"""How things are timed: contenders by turns, several times over, and the median of the ratios of each turn."""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Figure:
    """One ratio, and the goal it is held to; without a goal it is only told."""

    title: str
    ratio: float
    at_least: float | None = None
    at_most: float | None = None
    beside: str = ""
    """The absolute figures behind it, true of this machine in this minute only."""

    @property
    def met(self) -> bool:
        """Whether the goal is met. What has no goal cannot miss it."""
        return (self.at_least is None or self.ratio >= self.at_least) and (
            self.at_most is None or self.ratio <= self.at_most
        )

    @property
    def goal(self) -> str:
        """``>= 0.5``; empty without a goal."""
        if self.at_least is not None:
            return f">= {self.at_least:g}"
        return f"<= {self.at_most:g}" if self.at_most is not None else ""

    @property
    def verdict(self) -> str:
        """``met``, ``NOT MET``, or nothing."""
        return ("met" if self.met else "NOT MET") if self.goal else ""


Contender = Callable[[], float]
"""Does its piece of work once and says what it measured: seconds for one unit of work, or units a second."""


@dataclass
class Turns:
    """What each contender measured, turn by turn."""

    measured: dict[str, list[float]] = field(default_factory=dict)

    def median(self, name: str) -> float:
        """The middle one of what a contender measured."""
        return statistics.median(self.measured[name])

    def ratio(self, name: str, to: str) -> float:
        """The median, over the turns, of one contender's figure divided by another's of the same turn."""
        pairs = zip(self.measured[name], self.measured[to], strict=True)
        return statistics.median(mine / theirs for mine, theirs in pairs)


def by_turns(contenders: Mapping[str, Contender], turns: int, *, warm_up: bool = False) -> Turns:
    """Lets each do its work in every turn. Every other turn goes backwards, so that nobody is always first."""
    found = Turns({name: [] for name in contenders})
    if warm_up:
        for contender in contenders.values():
            contender()
    for turn in range(turns):
        names = list(contenders)
        for name in names if turn % 2 == 0 else reversed(names):
            gc.collect()
            found.measured[name].append(contenders[name]())
    return found


class Clock:
    """Adds up the seconds spent in parts of a piece of work."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def timed(self, part: str, function: Callable[P, T]) -> Callable[P, T]:
        """The function, with its time counted towards a part."""
        self.seconds[part] = 0.0

        def run(*said: P.args, **named: P.kwargs) -> T:
            start = time.perf_counter()
            try:
                return function(*said, **named)
            finally:
                self.seconds[part] += time.perf_counter() - start

        return run
