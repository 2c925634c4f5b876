"""What may be ordered about the office's calendar."""

from collections.abc import Sequence
from typing import Literal

from domain.calendars.calendar import Calendar
from domain.calendars.events import HolidayAdded, HolidayRemoved
from domain.errors import NotFound, Refusal
from domain.kernel import Command, Day, Event, Occasion, Role, Words
from domain.periods import day_in_words
from domain.working_days import is_working_day


class CalendarCommand(Command[Calendar]):
    """An order about the one calendar there is."""

    noun = "calendar"
    address = ("calendar",)
    aggregate = Calendar

    calendar: Literal["england-and-wales"] = "england-and-wales"


class AddHoliday(CalendarCommand, may={Role.ADMINISTRATOR}):
    """Add a day on which offices are closed to the bank holidays on file, as was proclaimed."""

    starts = True

    day: Day
    title: Words

    def decide(self, state: Calendar, occasion: Occasion) -> Sequence[Event]:
        known = state.holidays.get(self.day)
        if known == self.title:
            return []
        if known is not None:
            raise Refusal(f"{day_in_words(self.day)} is a day off already: {known}.")
        if not is_working_day(self.day):
            raise Refusal(f"{day_in_words(self.day)} is no working day as it is.")
        return [HolidayAdded(day=self.day, title=self.title)]


class RemoveHoliday(CalendarCommand, may={Role.ADMINISTRATOR}):
    """Take back a day off that was added."""

    day: Day
    reason: Words

    def decide(self, state: Calendar, occasion: Occasion) -> Sequence[Event]:
        if self.day not in state.holidays:
            raise NotFound(f"{day_in_words(self.day)} was not added to the calendar.")
        return [HolidayRemoved(day=self.day, reason=self.reason)]
