"""Decisions, bids and documents: what awards and funds rest on."""

from dataclasses import dataclass
from datetime import date

from domain.awards.documents import MEDIA_TYPES
from domain.awards.events import DocumentAttached
from domain.bids import events as bid_events
from domain.bids.events import BidLost, BidPrepared, BidSubmitted, BidWon, MatchEarmarked
from domain.decisions import events as decision_events
from domain.decisions.events import DecisionRecorded, DecisionSuperseded
from domain.funds.events import EarmarkReleased
from domain.kernel import Recorded
from domain.reports.events import Figures, ReportCorrected, ReportSubmitted
from projections.budgets import fund_and_year
from projections.projection import Projection
from projections.reports import award_and_period
from projections.rows import Row, Rows


@dataclass
class DecisionRow(Row, table="decisions", key=("decision",)):
    """One decision of the commissioner."""

    decision: str
    title: str
    decided_on: date
    decided: str
    advice: str | None
    alternatives: str | None
    significant_public_interest: bool
    public_interest_reason: str | None
    objectives: list[str]
    interests: str | None
    supersedes: str | None
    published_on: date | None
    superseded_by: str | None = None


@dataclass
class BidRow(Row, table="bids", key=("bid",)):
    """One bid to an outside fund. It counts in no budget. Money in whole pence."""

    bid: str
    title: str
    funder: str
    amount_pence: int
    deadline: date | None
    match_required: bool
    match_from: str | None
    status: str = "prepared"
    match_pence: int | None = None
    """What is still kept aside; nothing once it is all free again."""
    match_fund: str | None = None
    submitted_on: date | None = None
    settled_on: date | None = None
    lost_because: str | None = None
    won_pence: int | None = None
    became: str | None = None
    """The fund it became an allocation of."""


@dataclass
class DocumentRow(Row, table="documents", key=("award", "sha256")):
    """One document of an award, kept outside the log: attached, or the file that a provider reported by."""

    award: str
    sha256: str
    kind: str
    title: str
    file_name: str
    media_type: str
    size_bytes: int | None
    attached_on: str


class Decisions(Projection):
    """Folds decisions, bids and documents."""

    events = (
        *(decision_events, bid_events, DocumentAttached, EarmarkReleased),
        *(ReportSubmitted, ReportCorrected),
    )

    def apply(self, recorded: Recorded, rows: Rows) -> None:
        match recorded.event:
            case DecisionRecorded() as event:
                rows.add(DecisionRow(recorded.reference, **{**dict(event), "objectives": list(event.objectives)}))
            case DecisionSuperseded(by=by):
                rows.of(DecisionRow, recorded.reference).superseded_by = by
            case DocumentAttached() as event:
                fields = {**dict(event), "kind": event.kind.value, "attached_on": recorded.at.isoformat()}
                rows.add(DocumentRow(recorded.reference, **fields))
            case ReportSubmitted(content=content) | ReportCorrected(content=content):
                self._report(recorded, content, rows)
            case EarmarkReleased() as event:
                self._released(event, recorded.reference, rows)
            case _ if recorded.stream.startswith("bid-"):
                self._bid(recorded, rows)

    @staticmethod
    def _report(recorded: Recorded, content: Figures, rows: Rows) -> None:
        if content.file is None:
            return
        award, period = award_and_period(recorded.reference)
        ending = content.file.file_name.rpartition(".")[2].lower()
        rows.add(
            DocumentRow(
                award=award,
                sha256=content.file.sha256,
                kind="report",
                title=f"Report for {period}",
                file_name=content.file.file_name,
                media_type=MEDIA_TYPES.get(f".{ending}", "application/octet-stream"),
                size_bytes=None,
                attached_on=recorded.at.isoformat(),
            )
        )

    @staticmethod
    def _released(event: EarmarkReleased, reference: str, rows: Rows) -> None:
        """Match that is released before the bid is decided is no longer kept aside."""
        kept, _, bid = event.earmark.partition("match-")
        row = rows.find(BidRow, bid) if bid and not kept else None
        if row is None or row.match_pence is None or row.match_fund != " ".join(fund_and_year(reference)):
            return
        row.match_pence = row.match_pence - event.amount_pence or None

    @staticmethod
    def _bid(recorded: Recorded, rows: Rows) -> None:
        event = recorded.event
        if isinstance(event, BidPrepared):
            rows.add(BidRow(recorded.reference, **dict(event)))
            return
        row = rows.of(BidRow, recorded.reference)
        match event:
            case MatchEarmarked(fund=fund, year=year, amount_pence=amount):
                row.match_pence, row.match_fund = amount, f"{fund} {year}"
            case BidSubmitted(submitted_on=submitted_on):
                row.status, row.submitted_on = "submitted", submitted_on
            case BidWon(won_on=won_on, fund=fund, year=year, amount_pence=amount):
                row.status, row.settled_on, row.won_pence, row.became = "won", won_on, amount, f"{fund} {year}"
                row.match_pence = None  # it is committed now
            case BidLost(lost_on=lost_on, reason=reason):
                row.status, row.settled_on, row.lost_because = "lost", lost_on, reason
                row.match_pence = None  # it is free again
