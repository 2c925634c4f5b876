"""A scheduler with one job, which stops in the middle when it is told to: for tests of several processes at once.

Run as ``python -m tests.scheduler.child DATABASE``; ``--stop`` stops in mid-run, and waits to be killed; ``--all`` runs
the whole timetable, at ten on a working day, and believes that it leads whatever others believe.
"""

import logging
import signal
import sys
import time as clock
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from domain.calendars.commands import AddHoliday
from domain.kernel import LONDON, Role, utc_now
from domain.working_days import previous_working_day
from scheduler.__main__ import Process
from scheduler.context import Context, Did
from scheduler.jobs import TIMETABLE, Job
from scheduler.leader import Alone, leadership_of
from scheduler.runner import Runner
from scheduler.timetable import Daily
from services.address_book import AddressBook
from services.settings import Database, Settings
from services.wiring import open_office
from tests.scheduler.an_office import Outbox
from tests.story import EVERYBODY

DAYS = [date(2027, 3, number) for number in (1, 2, 3, 4)]
"""What the job adds to the calendar, one by one. Each is added once, however often it runs."""


def add_days(context: Context) -> Did:
    """Four orders, each in a transaction of its own."""
    added = 0
    for number, day in enumerate(DAYS):
        if number == 2 and "--stop" in sys.argv:
            print("in the middle", flush=True)
            clock.sleep(600)
        added += len(context.office.do(AddHoliday(day=day, title="A day off"), EVERYBODY))
    return Did(f"{added} days added.", {"added": added})


def at_ten_on_a_working_day() -> Callable[[], datetime]:
    """A clock that goes on from there: at night and on a Sunday no message goes."""
    begun = utc_now()
    day = previous_working_day(begun.astimezone(LONDON).date() - timedelta(days=1))
    behind = begun - datetime.combine(day, time(10), LONDON)
    return lambda: utc_now() - behind


def main() -> None:
    """Runs until it is told to end."""
    logging.basicConfig(level=logging.ERROR)
    assert Role.SCHEDULER in EVERYBODY.roles
    settings = Settings(database=sys.argv[1])
    database = Database.of(settings.database)
    doubled = "--all" in sys.argv
    jobs = TIMETABLE if doubled else [Job("add-days", Daily(time(7)), add_days)]
    now = at_ten_on_a_working_day() if doubled else utc_now
    with open_office(settings, now).open() as office, AddressBook(database) as book:
        runner = Runner(office, book, Outbox(), settings, now, jobs)
        process = Process(runner, Alone() if doubled else leadership_of(database))
        signal.signal(signal.SIGTERM, process.stop)
        print("begun", flush=True)
        process.serve()


if __name__ == "__main__":
    main()
