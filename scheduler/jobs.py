"""The timetable: every job, when, and what."""

from collections.abc import Callable
from datetime import time
from typing import NamedTuple

from domain.errors import NotFound
from scheduler import (
    deliver_reminders,
    flag_overdue,
    open_returns,
    queue_reminders,
    seal_log,
    warn_ending,
    weekly_digest,
)
from scheduler.context import Context, Did
from scheduler.timetable import Daily, Every, When

MONDAY = 0


class Job(NamedTuple):
    """Something that the office does without being asked."""

    name: str
    when: When
    run: Callable[[Context], Did]
    quiet: bool = False
    """Whether a run that did nothing is not written down: it runs so often that the log would be full of it."""


TIMETABLE = (
    Job("open-returns", Daily(time(6, 30)), open_returns.run),
    Job("queue-reminders", Daily(time(7)), queue_reminders.run),
    Job("flag-overdue", Daily(time(7, 10)), flag_overdue.run),
    Job("warn-ending", Daily(time(7, 20)), warn_ending.run),
    Job("weekly-digest", Daily(time(7, 30), MONDAY), weekly_digest.run),
    Job("deliver-reminders", Every(5), deliver_reminders.run, quiet=True),
    Job("seal-log", Daily(time(20)), seal_log.run),
)
"""In the order in which they are made up. A job is one file and one line here."""


def job_named(name: str) -> Job:
    """The job of that name. Raises ``NotFound``."""
    for job in TIMETABLE:
        if job.name == name:
            return job
    raise NotFound(f"There is no job {name}. There are: {', '.join(job.name for job in TIMETABLE)}.")
