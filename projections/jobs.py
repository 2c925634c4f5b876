"""Jobs: of each, the last run, what it did, and the failures since."""

from dataclasses import dataclass
from datetime import UTC

from domain.jobs import events as job_events
from domain.jobs.events import JobFailed, JobRan
from domain.kernel import Recorded
from projections.projection import Projection
from projections.rows import Row, Rows


@dataclass
class JobRow(Row, table="jobs", key=("job",)):
    """One job, as its runs left it. Moments are written in UTC, so that later ones are greater."""

    job: str
    runs: int = 0
    slot: str | None = None
    """The last slot that was done."""
    done_at: str | None = None
    did: str | None = None
    counts: dict[str, int] | None = None
    failures: int = 0
    """How often it failed since."""
    failed_at: str | None = None
    failure: str | None = None
    position: int = 0
    """The event that told of it last."""


class Jobs(Projection):
    """Folds runs of jobs."""

    events = (job_events,)

    def apply(self, recorded: Recorded, rows: Rows) -> None:
        event = recorded.event
        if not isinstance(event, (JobRan, JobFailed)):
            return
        row = rows.find(JobRow, event.job)
        if row is None:
            row = JobRow(event.job)
            rows.add(row)
        row.position = recorded.position
        at = recorded.at.astimezone(UTC).isoformat()
        if isinstance(event, JobFailed):
            row.failures, row.failed_at, row.failure = row.failures + 1, at, event.reason
            return
        slot = event.slot.astimezone(UTC).isoformat()
        row.runs += 1
        row.failures, row.failed_at, row.failure = 0, None, None
        if row.slot is None or slot >= row.slot:
            row.slot, row.done_at, row.did, row.counts = slot, at, event.did, event.counts
