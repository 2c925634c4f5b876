"""The scheduler's process: ``python -m scheduler``, which ``outturn scheduler`` hands over to.

The only file that knows APScheduler. It keeps no store of jobs: the timetable is code, and what was done is in the log.
"""

import logging
import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

from domain.kernel import utc_now
from scheduler import by_hand
from scheduler.jobs import Job
from scheduler.leader import Leadership, leadership_of
from scheduler.runner import Runner
from scheduler.timetable import When
from services.cli.console import guarded
from services.settings import Database, Settings

LOOK_EVERY = 1.0
"""After how many seconds it is looked again who leads."""
MAKE_UP_EVERY = 60
"""After how many seconds it is looked again whether anything was missed."""

said = logging.getLogger("outturn.scheduler")


class Slots(BaseTrigger):  # type: ignore[misc]
    """APScheduler's view of our timetable. It reckons in UTC, so that no clock change is ever in its way."""

    def __init__(self, when: When) -> None:
        self._when = when

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """The slot after the last one that was fired."""
        return self._when.following(previous_fire_time or now)


class Process:
    """A scheduler: it waits to lead, and while it leads it runs what is due."""

    def __init__(self, runner: Runner, leadership: Leadership) -> None:
        self._runner, self._leadership = runner, leadership
        self._leads = False
        self._stopped = threading.Event()
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(1)},  # one job at a time, in the order of the timetable
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )
        for job in runner.jobs:
            self._scheduler.add_job(self._run, Slots(job.when), args=[job], id=job.name)
        self._scheduler.add_job(self._make_up, IntervalTrigger(seconds=MAKE_UP_EVERY, timezone=UTC), id="make-up")

    def _run(self, job: Job) -> None:
        if self._leads:
            self._runner.run_slot(job)

    def _make_up(self, *, everything: bool = False) -> None:
        if self._leads:
            self._runner.make_up(everything=everything)

    def stop(self, *_signal: Any) -> None:
        """Ends it, after the job that is running."""
        self._stopped.set()

    def serve(self) -> None:
        """Runs until it is stopped."""
        self._scheduler.start()
        try:
            while not self._stopped.wait(LOOK_EVERY):
                self._look()
        finally:
            self._leads = False
            self._scheduler.shutdown(wait=True)
            self._leadership.step_down()

    def _look(self) -> None:
        """Who has come to lead makes up at once what was missed while nobody did."""
        leads = self._leadership.leads()
        if leads and not self._leads:
            self._leads = True
            said.info("This scheduler leads.")
            self._scheduler.add_job(self._make_up, kwargs={"everything": True}, id="first", replace_existing=True)
        elif self._leads and not leads:
            self._leads = False
            said.warning("This scheduler no longer leads: its lock is lost.")


def serve() -> None:
    """Runs the scheduler until it is told to end (SIGTERM, or Ctrl-C)."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    settings = Settings()
    with by_hand.the_runner(settings, utc_now) as runner:
        process = Process(runner, leadership_of(Database.of(settings.database)))
        ends: Callable[..., None] = process.stop
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, ends)
        process.serve()


if __name__ == "__main__":
    by_hand.app.callback(invoke_without_command=True)(by_hand.unless_asked(serve))
    guarded(by_hand.app)
