"""What happens to a half-yearly return."""

from datetime import date
from enum import StrEnum

from domain.kernel import Event, Reference, Words
from domain.periods import PeriodCode
from domain.tables import Table


class ReturnOpened(Event, name="return.opened"):
    """The office began to prepare the return for a half-year."""

    period: PeriodCode
    template: Reference
    due_on: date | None
    """When the funder asks for it. The real dates stand in the grant agreement; ``None`` when not known."""
    office: str | None = None
    """The name of the office that makes it."""
    area_code: str | None = None
    """The police area's code of the Office for National Statistics (``E23000023``)."""


class ReturnCommented(Event, name="return.commented"):
    """Somebody of the office wrote a remark to the return, or to one cell of it."""

    words: Words
    cell: str | None
    """The cell's address, like ``demand/MOJ-2017-01/referrals``."""


class Apportionment(StrEnum):
    """How a report that does not fit the half-year counts in it."""

    BY_DAYS = "by-days"
    """Each sum in proportion to the days, so that the parts of all half-years add up to the whole exactly."""
    WHOLE = "whole"
    """All of it counts in this half-year."""
    NOTHING = "nothing"
    """None of it counts in this half-year."""


class ReportApportioned(Event, name="return.report-apportioned"):
    """The office chose how a report that does not fit the half-year counts in this return."""

    award: Reference
    report_period: PeriodCode
    how: Apportionment
    reason: Words


class ReturnFilled(Event, name="return.filled"):
    """The return was folded from the log, for somebody to look at before it is signed."""

    template: Reference
    position: int
    """The place in the log it was folded to."""
    sha256: str
    waiting_for: tuple[Words, ...]
    """What was missing at that moment, in words."""
    filled_by: Reference | None = None
    """The opaque id of who filled it in, and so does not sign it off; ``None``: it was before this was kept here."""


class ReturnSignedOff(Event, name="return.signed-off"):
    """The finance officer declared the return right. What was signed stands here, whole."""

    declaration: Words
    despite: str | None
    """Why it was signed although something was missing."""
    template: Reference
    position: int
    sha256: str
    tables: tuple[Table, ...]
    signed_on: date | None = None
    """The London day on which it was signed; ``None``: it was signed before this was written down."""


class ReturnSubmitted(Event, name="return.submitted"):
    """The signed return went to the funder."""

    submitted_on: date
    sha256: str
    receipt: str | None


class ReturnRestated(Event, name="return.restated"):
    """A new version of the return was begun, which supersedes the one before, for a reason."""

    version: int
    supersedes_sha256: str
    reason: Words


class ReturnPublished(Event, name="return.published"):
    """A copy of the signed return was made for the public, with small numbers held back."""

    version: int
    rule: Reference
    """The rule by which numbers are held back."""
    tables: tuple[Table, ...]
    """As published."""
    despite: str | None
    """Why it was published although something could be worked out, when something could."""
