"""When jobs run: pure functions of moments. Hours are London's; slots are moments in UTC.

A slot names one run. It is reckoned from the timetable and never from when the run began, so that two processes, or a
run that is late, have the same slot. On the days on which the clocks change each day still has each hour once, because
no job runs between midnight and three.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from domain.kernel import LONDON

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SAFE_FROM = time(3)
"""The clocks change at one and two in the morning: what runs at night runs after that."""


class When(Protocol):
    """When a job runs."""

    @property
    def words(self) -> str:
        """As people say it."""
        ...

    def latest(self, now: datetime) -> datetime:
        """The last slot that has come."""
        ...

    def following(self, after: datetime) -> datetime:
        """The first slot after a moment."""
        ...


@dataclass(frozen=True)
class Daily:
    """Every day at an hour of London; or every week, on one day."""

    at: time
    weekday: int | None = None
    """From 0, Monday."""

    def __post_init__(self) -> None:
        if self.at < SAFE_FROM:
            raise ValueError(
                "no job runs before 3am: in those hours the clocks change, and it would run twice or never"
            )

    @property
    def words(self) -> str:
        """``every day at 07:00``, ``every Monday at 07:30``."""
        return f"every {'day' if self.weekday is None else DAYS[self.weekday]} at {self.at:%H:%M}"

    def slot_on(self, day: date) -> datetime:
        """The slot of a London date."""
        return datetime.combine(day, self.at, LONDON).astimezone(UTC)

    def _slots(self, first: date, days: int) -> Iterator[datetime]:
        for number in range(0, 9 * days, days):
            day = first + timedelta(days=number)
            if self.weekday in (None, day.weekday()):
                yield self.slot_on(day)

    def latest(self, now: datetime) -> datetime:
        """The last slot that has come."""
        return next(slot for slot in self._slots(now.astimezone(LONDON).date(), -1) if slot <= now)

    def following(self, after: datetime) -> datetime:
        """The first slot after a moment."""
        return next(slot for slot in self._slots(after.astimezone(LONDON).date(), 1) if slot > after)


@dataclass(frozen=True)
class Every:
    """Every so many minutes, by day and night."""

    minutes: int

    @property
    def words(self) -> str:
        """``every 5 minutes``."""
        return f"every {self.minutes} minutes"

    def latest(self, now: datetime) -> datetime:
        """The last slot that has come."""
        length = self.minutes * 60
        return datetime.fromtimestamp(int(now.timestamp()) // length * length, UTC)

    def following(self, after: datetime) -> datetime:
        """The first slot after a moment."""
        return self.latest(after) + timedelta(minutes=self.minutes)
