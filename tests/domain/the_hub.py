"""The award that most tests of awards are about: the Victim and Witness Hub, as the paper of 2017 states it."""

from datetime import date
from typing import Any

from domain.awards.change_events import AwardWithdrawn
from domain.awards.changes import WithdrawAward
from domain.awards.commands import ApproveAward, RegisterAward
from domain.awards.events import (
    AwardApproved,
    AwardRegistered,
    Route,
    Share,
)
from domain.awards.payment_commands import RecordPayment
from domain.awards.payment_events import PaymentApproved, PaymentMade, PaymentScheduled
from tests.story import EVERYBODY

HUB = "2017-18-vwh-1"
VICTIMS: dict[str, Any] = {"fund": "moj-victims", "year": "2017-18"}
GRANTS: dict[str, Any] = {"fund": "cdr-grants", "year": "2017-18"}

REGISTERED = AwardRegistered(
    service="Victim and Witness Hub - initial referral provision",
    route=Route.GRANT,
    ground=None,
    provider="cambs-constabulary",
    starts_on=date(2017, 4, 1),
    ends_on=date(2018, 3, 31),
    decision=None,
    remarks=(),
)
UNDATED = REGISTERED.model_copy(update={"starts_on": None, "ends_on": None})
SHARE = Share(**VICTIMS, amount_pence=446_000_00)
UNKNOWN = Share(**GRANTS, amount_pence=None, inferred_pence=10_000_00)
APPROVED = AwardApproved(shares=(SHARE,), decision="2017-03", approved_on=date(2017, 10, 16), approved_by=EVERYBODY.id)
APPROVED_UNKNOWN = AwardApproved(shares=(UNKNOWN,), decision=None)
WITHDRAWN = AwardWithdrawn(reason="The service closed.")
SCHEDULED = PaymentScheduled(payment="p-1", **VICTIMS, amount_pence=111_500_00, due_on=date(2017, 6, 30))
READY = (SCHEDULED, PaymentApproved(payment="p-1"))
PAID = PaymentMade(payment="p-1", **VICTIMS, amount_pence=111_500_00, paid_on=date(2017, 7, 3))

REGISTER = RegisterAward(
    award=HUB,
    service="Victim and Witness Hub - initial referral provision",
    route=Route.GRANT,
    provider="cambs-constabulary",
    starts_on=date(2017, 4, 1),
    ends_on=date(2018, 3, 31),
)
APPROVE = ApproveAward(award=HUB, shares=(SHARE,), decision="2017-03")
WITHDRAW = WithdrawAward(award=HUB, reason="The service closed.")
PAY = RecordPayment(award=HUB, payment="p-1", **VICTIMS, amount_pence=111_500_00, paid_on=date(2017, 7, 3))
