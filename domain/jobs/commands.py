"""What the scheduler orders about its own runs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field

from domain.jobs.events import JobFailed, JobRan
from domain.jobs.job import Run
from domain.kernel import Code, Command, Event, Occasion, Role


class RunCommand(Command[Run]):
    """An order about one run of a job. Its slot names it, so that a doubled run is written down once."""

    noun = "job"
    address = ("job", "slot")
    aggregate = Run
    starts = True

    job: Code
    slot: datetime

    @property
    def reference(self) -> str:
        return f"{self.job}.{self.slot:%Y%m%dT%H%M%SZ}"


class NoteRun(RunCommand, may={Role.SCHEDULER}):
    """Write down that a job ran for a slot, and what it did."""

    did: Annotated[str, Field(max_length=2000)]
    counts: dict[str, int] = {}

    def decide(self, state: Run, occasion: Occasion) -> Sequence[Event]:
        return [] if state.done else [JobRan(**self.model_dump())]


class NoteFailure(RunCommand, may={Role.SCHEDULER}):
    """Write down that a run broke off."""

    reason: Annotated[str, Field(max_length=500)]

    def decide(self, state: Run, occasion: Occasion) -> Sequence[Event]:
        return [] if state.done else [JobFailed(**self.model_dump())]
