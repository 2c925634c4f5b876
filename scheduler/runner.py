"""Runs jobs: each slot once, whoever asks for it; what was missed is made up, the last slot of each job only."""

import logging
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain.errors import OutturnError, Refusal
from domain.jobs.commands import NoteFailure, NoteRun
from domain.kernel import LONDON
from projections.jobs import JobRow
from scheduler.context import Context, Did
from scheduler.jobs import TIMETABLE, Job
from scheduler.leader import Leadership, leadership_of
from scheduler.timetable import Every
from services.address_book import AddressBook
from services.channels.channel import Channel
from services.chasing import SCHEDULER
from services.event_store import Unavailable
from services.office import Office
from services.settings import Database, Settings

MOST_TRIES = 3
"""How often a slot is tried that breaks off, before the next slot is waited for."""

ROOT = Path(__file__).parents[1]

said = logging.getLogger("outturn.scheduler")


class InHand(Refusal):
    """Another process has the job in hand."""


class Runner:
    """The jobs of one office, in one process."""

    def __init__(
        self,
        office: Office,
        book: AddressBook,
        channel: Channel,
        settings: Settings,
        clock: Callable[[], datetime],
        jobs: Sequence[Job] = TIMETABLE,
    ) -> None:
        self._office, self._book, self._channel, self._settings = office, book, channel, settings
        self._clock = clock
        self.jobs = jobs
        self._tries: Counter[tuple[str, datetime]] = Counter()

    def row(self, job: Job) -> JobRow | None:
        """What the log knows of a job's runs."""
        with self._office.reading() as views:
            return views.find(JobRow, job.name)

    def make_up(self, *, everything: bool = True) -> list[str]:
        """Runs each job whose last slot has come and was not done. Returns the names of those that ran.

        What runs every few minutes is made up only when it is asked for everything: its next slot is never far.
        """
        ran = []
        for job in self.jobs:
            slot = job.when.latest(self._clock())
            if (everything or not isinstance(job.when, Every)) and self.run_slot(job, slot) is not None:
                ran.append(job.name)
        return ran

    def run_slot(self, job: Job, slot: datetime | None = None) -> Did | None:
        """Runs a job for its last slot, unless that was done; whatever breaks is written down, and breaks no more."""
        slot = slot or job.when.latest(self._clock())
        if self._tries[job.name, slot] >= MOST_TRIES:
            return None
        try:
            if _is_done(self.row(job), slot):
                return None
            with self._in_hand(job):
                row = self.row(job)  # by whoever had it in hand it may be done by now
                return None if _is_done(row, slot) else self._run(job, slot, row)
        except InHand:
            said.info("%s: another process has it in hand, or the database is away.", job.name)
        except Unavailable as away:
            said.warning("%s: %s", job.name, away)  # nothing can be written down; it is tried again
        except Exception as broken:
            self._tries[job.name, slot] += 1
            self._note_failure(job, slot, _reason(broken))
        return None

    def run_by_hand(self, job: Job) -> Did:
        """Runs a job now: for the slot that was missed; or, when none was, for this moment.

        A run between slots is written down only if it did something. Raises ``Refusal`` while another process has the
        job in hand.
        """
        with self._in_hand(job):
            row = self.row(job)
            slot = job.when.latest(self._clock())
            if _is_done(row, slot):
                slot = self._clock().astimezone(UTC).replace(microsecond=0)
                return self._run(job, slot, row, only_if_anything=True)
            return self._run(job, slot, row)

    @contextmanager
    def _in_hand(self, job: Job) -> Iterator[None]:
        """Nobody else runs the job meanwhile: what one hands over slowly another would hand over too."""
        place: Leadership = leadership_of(Database.of(self._settings.database), job.name)
        try:
            if not place.leads():
                raise InHand(
                    f"The job {job.name} is under way in another process, or the database cannot be reached. "
                    "See outturn scheduler status, and try again when it has ended."
                )
            yield
        finally:
            place.step_down()

    def as_if(self, job: Job) -> Did:
        """What a job would do now, by the clock it was given. Nothing is recorded."""
        return job.run(self._context(job, self.row(job), recording=False))

    def _context(self, job: Job, row: JobRow | None, *, recording: bool) -> Context:
        now = self._clock()
        since = None
        if row is not None and row.slot is not None:
            since = datetime.fromisoformat(row.slot).astimezone(LONDON).date()
            if not recording:  # a day that has passed: as if it had run the day before
                since = min(since, now.astimezone(LONDON).date() - timedelta(days=1))
        return Context(self._office, self._book, self._channel, self._settings, now, since, recording)

    def _run(self, job: Job, slot: datetime, row: JobRow | None, *, only_if_anything: bool = False) -> Did:
        did = job.run(self._context(job, row, recording=True))
        if did.anything or not (job.quiet or only_if_anything):
            self._office.do(NoteRun(job=job.name, slot=slot, did=did.words, counts=did.counts), SCHEDULER)
        said.info("%s: %s", job.name, did.words)
        return did

    def _note_failure(self, job: Job, slot: datetime, reason: str) -> None:
        """Writes a failure down: of one that goes on, once a day."""
        said.error("%s broke off: %s", job.name, reason)
        try:
            row = self.row(job)
            if row is not None and row.failure == reason and row.failed_at is not None:
                today = self._clock().astimezone(LONDON).date()
                if datetime.fromisoformat(row.failed_at).astimezone(LONDON).date() == today:
                    return
            self._office.do(NoteFailure(job=job.name, slot=slot, reason=reason), SCHEDULER)
        except OutturnError as away:
            said.warning("%s: its failure could not be written down: %s", job.name, type(away).__name__)


def _is_done(row: JobRow | None, slot: datetime) -> bool:
    return row is not None and row.slot is not None and row.slot >= slot.isoformat()


def _reason(broken: Exception) -> str:
    """What broke, and where in our own code; never the words of the fault, for they may hold a name or an address."""
    frames = traceback.extract_tb(broken.__traceback__)
    own = [
        frame for frame in frames if Path(frame.filename).is_relative_to(ROOT) and "site-packages" not in frame.filename
    ]
    if not own:
        return type(broken).__name__
    return f"{type(broken).__name__} in {Path(own[-1].filename).relative_to(ROOT).as_posix()}, line {own[-1].lineno}"
