"""What happens when the office does something without being asked."""

from datetime import datetime

from domain.kernel import Event, Reference


class JobRan(Event, name="job.ran"):
    """A job ran for one slot of the timetable, and did something; or had nothing to do."""

    job: Reference
    slot: datetime
    """The moment for which it ran, in UTC: of a missed run, the one that was missed last."""
    did: str
    """What it did, in words."""
    counts: dict[str, int]
    """How often it did what."""


class JobFailed(Event, name="job.failed"):
    """A run broke off. It runs again at its next slot, and goes on where it stopped."""

    job: Reference
    slot: datetime
    reason: str
