"""What happens to an award and its milestones. All money is in whole pence."""

import re
from datetime import date
from enum import StrEnum
from typing import Self

from domain import money
from domain.errors import Refusal
from domain.kernel import Event, Reference, Value, Words
from domain.money import Pence
from domain.monitoring.schedule import DueRule
from domain.periods import FinancialYear, Frequency, PeriodCode


class Route(StrEnum):
    """How the money reaches the provider."""

    GRANT = "grant"
    CONTRACT = "contract"
    SINGLE_TENDER = "single-tender"
    """A contract made without competition; it needs a ground."""
    POOLED_SHARE = "pooled-share"
    """The office's part of a budget that several bodies share."""
    INTERNAL = "internal"
    """Kept and spent by the office itself."""
    NOT_STATED = "not-stated"
    """The paper that the award was taken from does not say."""


class Share(Value):
    """What one fund puts into an award. ``None`` pence: not known, and no figure stands for it."""

    fund: Reference
    year: FinancialYear
    amount_pence: Pence | None
    inferred_pence: Pence | None = None
    """What it must be, worked out from something else. Shown beside; never added up."""
    ring_fence: Reference | None = None
    """The part of the fund that it is taken from, when that is set apart."""
    printed: str | None = None
    """As the paper prints it, such as ``£213,000 from OPCC``, when there is more to it than the figure."""

    @classmethod
    def of(cls, words: str) -> Self:
        """Reads ``moj-victims 2017-18 £446,000``; or ``moj-victims 2017-18 not known``; or, out of a ring-fence,
        ``moj-victims 2017-18 £446,000 in advisers``. Raises ``ValueError`` with the cure.
        """
        fenced = re.fullmatch(r"(.*\S)\s+in\s+(\S+)\s*", words)
        parts = (fenced[1] if fenced else words).split(maxsplit=2)
        if len(parts) < 3:
            raise ValueError("write a share like: moj-victims 2017-18 £446,000 (or: moj-victims 2017-18 not known)")
        fund, year, said = parts
        try:
            amount = None if said.strip().lower() == "not known" else money.parse(said)
        except Refusal as refusal:
            raise ValueError(str(refusal)) from None
        return cls(fund=fund, year=year, amount_pence=amount, ring_fence=fenced[2] if fenced else None)

    @property
    def words(self) -> str:
        """``£446,000 from moj-victims 2017-18``, and ``in advisers`` when it is out of a ring-fence."""
        printed = f" (printed: {self.printed})" if self.printed else ""
        inferred = f" (inferred: {money.pounds(self.inferred_pence)})" if self.inferred_pence is not None else ""
        fence = f" in {self.ring_fence}" if self.ring_fence else ""
        return f"{money.pounds(self.amount_pence)} from {self.fund} {self.year}{fence}{printed}{inferred}"


class AwardRegistered(Event, name="award.registered"):
    """An award was written down: to whom, for what, by which route, for which days. No money is taken yet."""

    service: Words
    route: Route
    ground: str | None
    """Why a single tender was allowed: only one supplier for technical reasons, or continuity of supply."""
    provider: Reference | None
    """``None``: not chosen yet, or not stated."""
    starts_on: date | None
    ends_on: date | None
    decision: str | None
    remarks: tuple[Words, ...]


class AwardApproved(Event, name="award.approved"):
    """The award was approved and its shares were taken from the funds."""

    shares: tuple[Share, ...]
    decision: str | None
    rests_on: Reference | None = None
    """The decision on record that it rests on."""
    effective_on: date | None = None
    """From when it counts; the day it was written down when that is not said."""
    approved_on: date | None = None
    """The day it was written down; ``None``: it was before this was kept here."""
    approved_by: Reference | None = None
    """The opaque id of who approved it, and so approves none of its payments; ``None``: before this was kept here."""


class DocumentKind(StrEnum):
    """What a document is."""

    AGREEMENT = "agreement"
    SPEND_PLAN = "spend-plan"
    EVIDENCE = "evidence"
    DECISION = "decision"
    OTHER = "other"


class DocumentAttached(Event, name="award.document-attached"):
    """A document of the award is on file, outside the log, under its digest. The log holds what it is, not its text."""

    sha256: str
    kind: DocumentKind
    title: Words
    file_name: str
    media_type: str
    size_bytes: int


class MilestonePlanned(Event, name="award.milestone-planned"):
    """Something the provider must have done by a day."""

    milestone: Reference
    title: Words
    due_on: date


class MilestoneRescheduled(Event, name="award.milestone-rescheduled"):
    """The day changed, for a reason."""

    milestone: Reference
    due_on: date
    reason: Words


class MilestoneCompleted(Event, name="award.milestone-completed"):
    """The contract manager is satisfied that the provider has met a milestone."""

    milestone: Reference
    completed_on: date
    evidence: Words


class MilestoneMissed(Event, name="award.milestone-missed"):
    """The contract manager records that a milestone was not met when it was due. It may still be met late."""

    milestone: Reference
    reason: Words


class MilestoneWaived(Event, name="award.milestone-waived"):
    """The office no longer asks for a milestone."""

    milestone: Reference
    reason: Words


class MonitoringScheduled(Event, name="award.monitoring-scheduled"):
    """What the provider owes, how often and when it is due. The obligations follow from it, each its own record."""

    schedule: Reference
    title: Words
    frequency: Frequency
    due: DueRule
    covers: PeriodCode
    """The days it is owed for."""


class MeasuresAgreed(Event, name="award.measures-agreed"):
    """What the provider is to report on was agreed for this award, in place of the framework's standard.

    Codes of measures and outcomes; under a framework that does not know one of them, it is not asked for.
    """

    measures: tuple[Reference, ...]
    outcomes: tuple[Reference, ...]
