"""An award of £120,000 for the whole of 2017-18, and what may have happened to it, for the tests of its turns."""

from datetime import date
from typing import Any

from domain.awards.events import AwardApproved, AwardRegistered, Route, Share
from domain.awards.payment_events import (
    ConditionKind,
    ConditionMet,
    ConditionSet,
    PaymentApproved,
    PaymentCancelled,
    PaymentClawedBack,
    PaymentHeld,
    PaymentMade,
    PaymentScheduled,
    ProfileLine,
    ProfileSet,
)

HUB: dict[str, Any] = {"award": "hub-2017"}
OF_2017: dict[str, Any] = {"fund": "moj-victims", "year": "2017-18"}
OF_2018: dict[str, Any] = {"fund": "moj-victims", "year": "2018-19"}
TODAY = date(2017, 10, 16)
"""The day on which the orders are given."""

REGISTERED = AwardRegistered(
    service="Victim and Witness Hub",
    route=Route.GRANT,
    ground=None,
    provider="voice",
    starts_on=date(2017, 4, 1),
    ends_on=date(2018, 3, 31),
    decision=None,
    remarks=(),
)


def approved(*shares: Share) -> AwardApproved:
    """The approval of these shares."""
    return AwardApproved(shares=shares, decision=None)


def of_2017(amount_pence: int | None, ring_fence: str | None = None) -> Share:
    """What the fund of 2017-18 puts in."""
    return Share(**OF_2017, amount_pence=amount_pence, ring_fence=ring_fence)


def of_2018(amount_pence: int | None) -> Share:
    """What the fund of 2018-19 puts in."""
    return Share(**OF_2018, amount_pence=amount_pence)


AWARDED = (REGISTERED, approved(of_2017(120_000_00)))
NOT_KNOWN = (REGISTERED, approved(of_2017(None)))
TWO_YEARS = (
    REGISTERED.model_copy(update={"ends_on": date(2019, 3, 31)}),
    approved(of_2017(120_000_00), of_2018(80_000_01)),
)


def scheduled(payment: str, amount_pence: int, due_on: date = date(2017, 10, 1)) -> PaymentScheduled:
    """A payment out of 2017-18 is to be made."""
    return PaymentScheduled(payment=payment, **OF_2017, amount_pence=amount_pence, due_on=due_on)


def made(payment: str, amount_pence: int, paid_on: date = date(2017, 7, 3)) -> PaymentMade:
    """A payment out of 2017-18."""
    return PaymentMade(payment=payment, **OF_2017, amount_pence=amount_pence, paid_on=paid_on)


def ready(payment: str) -> PaymentApproved:
    """The payment may be made."""
    return PaymentApproved(payment=payment)


def held(payment: str) -> PaymentHeld:
    """The payment is held back."""
    return PaymentHeld(payment=payment, reason="A report is late.")


def cancelled(payment: str, reason: str = "Not needed.") -> PaymentCancelled:
    """The payment is not to be made."""
    return PaymentCancelled(payment=payment, reason=reason)


def came_back(payment: str, amount_pence: int, on: date = TODAY) -> PaymentClawedBack:
    """Some of a payment came back."""
    return PaymentClawedBack(
        payment=payment, **OF_2017, amount_pence=amount_pence, reason="Posts stood vacant.", effective_on=on
    )


SPEND_PLAN = ConditionSet(condition="spend-plan", kind=ConditionKind.SPEND_PLAN, title="A spend plan")
SPEND_PLAN_CAME = ConditionMet(condition="spend-plan", met_on=date(2017, 10, 2), evidence="The plan of 2 October.")


def profile(**lines: int) -> ProfileSet:
    """How the award is spread: ``profile(staff=100_00, rooms=20_00)``."""
    return ProfileSet(lines=tuple(ProfileLine(line=line, amount_pence=amount) for line, amount in lines.items()))
