"""What the tests of an award's changes begin with."""

from datetime import date

from domain.awards.change_events import (
    AwardClosed,
    AwardEnded,
    AwardWithdrawn,
)

JULY = date(2017, 7, 1)

ENDED = AwardEnded(ended_on=date(2017, 9, 30), reason="The service moved.", decision=None)

CLOSED = AwardClosed(closed_on=date(2017, 10, 16), reason="All is settled.")

WITHDRAWN = AwardWithdrawn(reason="It came to nothing.")
