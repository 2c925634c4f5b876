"""Which orders stand on an award's page and beside its rows: those that whoever looks may give, and that fit.

The rules decide what is obeyed. Here an order is left out only where it is plain that it would be refused.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from domain.awards.award import AwardStatus
from domain.catalogue import COMMANDS
from projections.monitoring import OPEN
from services.front_desk import SignedIn
from services.web.forms.naming import deed_of
from services.web.routes.asked import with_query
from services.web.routes.orders import address_of
from services.web.site import may

_REGISTERED = frozenset({AwardStatus.REGISTERED})
_RUNS = frozenset({AwardStatus.APPROVED})
_PAID = frozenset({AwardStatus.APPROVED, AwardStatus.ENDED})
_NOT_SETTLED = _REGISTERED | _PAID
_ANY = frozenset(AwardStatus)

_GROUPS: Mapping[str, Mapping[str, frozenset[AwardStatus]]] = {
    "This award": {
        "approve-award": _REGISTERED,
        "confirm-award-amount": _PAID,
        "uplift-award": _PAID,
        "reduce-award": _PAID,
        "extend-award": _RUNS,
        "end-award": _RUNS,
        "close-award": _PAID,
        "withdraw-award": _NOT_SETTLED,
        "reissue-award": _ANY,
        "novate-award": _NOT_SETTLED,
        "transfer-award": _PAID,
        "record-single-tender": _ANY,
    },
    "Money": {"set-profile": _NOT_SETTLED, "report-spend": _ANY, "plan-surplus": _ANY},
    "Payments": {"schedule-payment": _PAID},
    "Conditions": {"set-condition": _NOT_SETTLED},
    "Milestones": {"plan-milestone": _NOT_SETTLED},
    "Monitoring": {"schedule-monitoring": _NOT_SETTLED, "agree-measures": _NOT_SETTLED, "set-chase": _NOT_SETTLED},
    "Documents": {"attach-document": _ANY},
    "Partners": {"describe-pool": _ANY, "promise-contribution": _ANY, "record-second-tier": _ANY},
}
"""Orders about a whole award, in groups, and where it must stand for each."""

_OF_A_PAYMENT: Mapping[str, tuple[str, ...]] = {
    "scheduled": ("approve-payment", "hold-payment", "cancel-payment"),
    "due": ("approve-payment", "record-payment", "hold-payment", "cancel-payment"),
    "approved": ("record-payment", "hold-payment", "cancel-payment"),
    "held": ("free-payment", "cancel-payment"),
    "paid": ("claw-back-payment",),
    "partly clawed back": ("claw-back-payment",),
}
"""By how a payment stands."""


class Way(NamedTuple):
    """The way to the form of one order."""

    words: str
    href: str
    about: str = ""
    """What it is about, for whoever hears the link without the row that it stands in."""


def way(name: str, about: str, address: Mapping[str, str], **filled_in: str | None) -> Way:
    """The way to an order's form, with some of its fields filled in."""
    path = address_of(name, **address)
    given = {field: said for field, said in filled_in.items() if said}
    query = "&".join(with_query("", **{field: said}).removeprefix("?") for field, said in ())
    return (
        Way(deed_of(COMMANDS[name]), f"{path}?{query}" if query else path, about)
        if not given
        else Way(deed_of(COMMANDS[name]), with_fields(path, given), about)
    )
