"""Which part of a report counts in a half-year that it does not fit, as the office chose."""

from typing import Any, NamedTuple

from domain.periods import Period
from domain.returns.events import Apportionment
from projections.returns import ApportionmentRow


class Part(NamedTuple):
    """Which part of a report's days counts: from so many, to so many, of all. ``0, 1, 1`` is the whole."""

    first: int
    last: int
    whole: int

    def of(self, number: int) -> int:
        """The part of a sum. Rounded so that the parts of following half-years add up to the whole."""
        return _rounded(number * self.last, self.whole) - _rounded(number * self.first, self.whole)


def _rounded(number: int, by: int) -> int:
    return (2 * number + by) // (2 * by)


WHOLE_REPORT = Part(0, 1, 1)


class Counted(NamedTuple):
    """An accepted report, which part of it counts, and the events it stands on."""

    period: Period
    counts: dict[str, Any]
    """By key, a whole number or its two bounds."""
    outcomes: dict[str, list[int | None]]
    texts: dict[str, str]
    part: Part
    sources: tuple[int, ...]
    made_up: bool
    stands: bool = True
    """Whether it counts: not while it is sent back."""


def part_of(days: Period, within: Period, choice: ApportionmentRow | None) -> Part | None:
    """Which part of a report for these days counts within a period; ``None``: no part."""
    if within.covers(days):
        return WHOLE_REPORT
    if choice is None or not within.overlaps(days) or choice.how == Apportionment.NOTHING.value:
        return None
    if choice.how == Apportionment.WHOLE.value:
        return WHOLE_REPORT
    first = max(0, (within.start - days.start).days)
    last = (min(within.end, days.end) - days.start).days + 1
    return Part(first, last, (days.end - days.start).days + 1)


def name_what_was_sent_back(counted: list[Counted]) -> tuple[int, ...]:
    """A report that was sent back counts no more; that it was is behind every figure that is now without it.

    Returns the events by which reports were sent back.
    """
    gone = {position for report in counted if not report.stands for position in report.sources}
    if gone:
        standing = [report for report in counted if report.stands]
        counted[:] = [report._replace(sources=tuple(sorted({*report.sources, *gone}))) for report in standing]
    return tuple(sorted(gone))
