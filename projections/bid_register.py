"""The register of bids to outside funds, as an answer."""

from domain.tables import Column, Missing, Table, cell
from projections.decisions import BidRow
from projections.views import Views

UNASKED = Missing.NOT_APPLICABLE


def bids(views: Views) -> Table:
    """Every bid to an outside fund. A bid is no income: it counts in no budget."""
    return Table(
        name="bids",
        title="Bids",
        columns=(
            Column(key="bid", title="Bid"),
            Column(key="title", title="Title"),
            Column(key="funder", title="Funder"),
            Column(key="amount_pence", title="Bid for", kind="pence"),
            Column(key="deadline", title="Deadline", kind="date"),
            Column(key="status", title="Status"),
            Column(key="match_required", title="Match required", kind="yes-no"),
            Column(key="match_from", title="Match from"),
            Column(key="match_pence", title="Match still kept aside", kind="pence"),
            Column(key="match_fund", title="Of fund"),
            Column(key="submitted_on", title="Submitted", kind="date"),
            Column(key="settled_on", title="Won or lost", kind="date"),
            Column(key="won_pence", title="Won", kind="pence"),
            Column(key="became", title="Became an allocation of"),
            Column(key="lost_because", title="Lost because"),
        ),
        rows=tuple(
            (
                cell(row.bid),
                cell(row.title),
                cell(row.funder),
                cell(row.amount_pence),
                cell(row.deadline),
                cell(row.status),
                cell(row.match_required),
                cell(row.match_from, missing=UNASKED),
                cell(row.match_pence, missing=UNASKED),
                cell(row.match_fund, missing=UNASKED),
                cell(row.submitted_on, missing=UNASKED),
                cell(row.settled_on, missing=UNASKED),
                cell(row.won_pence, missing=UNASKED),
                cell(row.became, missing=UNASKED),
                cell(row.lost_because, missing=UNASKED),
            )
            for row in views.rows(BidRow)
        ),
        notes=("A bid is not income: it counts in no budget until it is won and becomes an allocation.",),
    )
