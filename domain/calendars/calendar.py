"""The calendar: the days off that were added to the bank holidays on file."""

from datetime import date
from typing import Self

from domain.calendars.events import HolidayAdded, HolidayRemoved
from domain.kernel import Aggregate, Event


class Calendar(Aggregate):
    """What is known of the calendar."""

    holidays: dict[date, str] = {}
    """Each day added, and why."""

    def evolve(self, event: Event) -> Self:
        match event:
            case HolidayAdded(day=day, title=title):
                return self.model_copy(update={"holidays": {**self.holidays, day: title}})
            case HolidayRemoved(day=removed):
                left = {day: title for day, title in self.holidays.items() if day != removed}
                return self.model_copy(update={"holidays": left})
            case _:
                return self
