"""What happens to the office's calendar."""

from datetime import date

from domain.kernel import Event, Words


class HolidayAdded(Event, name="calendar.holiday-added"):
    """A day on which offices are closed was added to those on file: a coronation, a state funeral."""

    day: date
    title: Words


class HolidayRemoved(Event, name="calendar.holiday-removed"):
    """A day that was added is a working day after all."""

    day: date
    reason: Words
