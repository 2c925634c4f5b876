"""What the tests of an award's payments begin with."""

from datetime import date, timedelta
from typing import Any

from domain.awards.change_events import AwardClosed, AwardEnded, AwardWithdrawn
from domain.awards.payment_commands import (
    SchedulePayment,
)
from domain.awards.payment_events import (
    ConditionWaived,
    PaymentFreed,
)
from tests.domain.an_award import (
    HUB,
    OF_2017,
    TODAY,
)

CLOSED = AwardClosed(closed_on=TODAY, reason="All is settled.")

WITHDRAWN = AwardWithdrawn(reason="It came to nothing.")

ENDED = AwardEnded(ended_on=date(2017, 9, 30), reason="The service moved.", decision=None)

TOMORROW = TODAY + timedelta(days=1)

FREED = PaymentFreed(payment="p1", reason="The report came.", freed_on=TODAY)

WAIVED = ConditionWaived(
    condition="spend-plan", authorised_by="Chief finance officer", reason="The sum is small.", waived_on=TODAY
)


def schedule(payment: str, amount_pence: int, **more: Any) -> SchedulePayment:
    """The order to set down a payment."""
    said = {**HUB, **OF_2017, "due_on": date(2017, 10, 1), **more}
    return SchedulePayment(payment=payment, amount_pence=amount_pence, **said)
