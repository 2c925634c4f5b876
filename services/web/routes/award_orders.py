"""Which orders stand on an award's page and beside its rows: those that whoever looks may give, and that fit.

The rules decide what is obeyed. Here an order is left out only where it is plain that it would be refused.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urlencode

from domain.awards.award import AwardStatus
from domain.catalogue import COMMANDS
from domain.tables import Table
from projections.monitoring import OPEN
from services.front_desk import SignedIn
from services.web.forms.naming import deed_of
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
    "Partners": {
        **dict.fromkeys(("describe-pool", "promise-contribution", "record-second-tier"), _ANY),
        **dict.fromkeys(("receive-contribution", "record-partner-withdrawal"), _ANY),
    },
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


_BESIDE: Mapping[str, str] = {
    "complete-milestone": "Complete",
    "reschedule-milestone": "Reschedule",
    "miss-milestone": "Record as missed",
    "waive-milestone": "Waive",
    "meet-obligation": "Record as met",
    "move-obligation": "Move the day",
    "waive-obligation": "Waive",
    "approve-payment": "Approve",
    "record-payment": "Record as paid",
    "hold-payment": "Hold back",
    "free-payment": "Free",
    "cancel-payment": "Cancel",
    "claw-back-payment": "Claw back",
    "meet-condition": "Record as met",
    "waive-condition": "Waive",
    "settle-surplus-plan": "Settle",
}
"""What an order is called beside a row, which says what it is about."""


class Way(NamedTuple):
    """The way to the form of one order."""

    words: str
    href: str
    about: str = ""
    """What it is about, for whoever hears the link without the row that it stands in."""


Ways = Callable[[Mapping[str, Any]], list[Way]]
"""What may be done about a row, by its values."""


def if_any(table: Table, ways: Ways) -> Ways | None:
    """What may be done about the rows of a table; nothing, if there is nothing to do about any of them."""
    return ways if any(ways(row) for row in table.records()) else None


def beside(name: str, about: str, address: Mapping[str, str], **filled_in: str | None) -> Way:
    """As ``way``, in the few words that are enough beside a row."""
    found = way(name, about, address, **filled_in)
    return found._replace(words=_BESIDE.get(name, found.words))


def way(name: str, about: str, address: Mapping[str, str], **filled_in: str | None) -> Way:
    """The way to an order's form, with some of its fields filled in, each by its name."""
    query = urlencode({field: said for field, said in filled_in.items() if said})
    path = address_of(name, **address)
    return Way(deed_of(COMMANDS[name]), f"{path}?{query}" if query else path, about)


def ways_of_award(who: SignedIn, award: str, status: str, without: Collection[str]) -> list[tuple[str, list[Way]]]:
    """The orders about a whole award, in groups, each under its heading."""
    found = []
    for heading, orders in _GROUPS.items():
        fitting = [name for name, fits in orders.items() if status in fits and name not in without and may(who, name)]
        ways = [way(name, f"award {award}", _addressed(name, award)) for name in fitting]
        if ways:
            found.append((heading, ways))
    return found


def _addressed(name: str, award: str) -> dict[str, str]:
    return {"chase": award} if name == "set-chase" else {"award": award}


def ways_of_due(who: SignedIn, row: Mapping[str, Any], today: date) -> list[Way]:
    """The orders about one thing that is owed: a row of ``projections.due_register``; the most likely one first."""
    award, name, standing, about = str(row["award"]), str(row["name"]), row["standing"], str(row["title"])
    if row["kind"] == "milestone":
        if standing not in OPEN:
            return []
        days = {"complete-milestone": {"completed_on": today.isoformat()}}
        names = ["complete-milestone", "reschedule-milestone", "miss-milestone", "waive-milestone"]
        if standing == "missed":
            names.remove("miss-milestone")
        return [
            beside(each, about, {"award": award}, milestone=name, **days.get(each, {})) for each in _given(who, names)
        ]
    if standing != "owed":
        return []
    period = str(row["period"])
    about, address = f"{about}, {period}", {"award": award, "schedule": name, "period": period}
    days = {"meet-obligation": {"met_on": today.isoformat()}, "declare-nil-return": {"declared_on": today.isoformat()}}
    names = ["meet-obligation", "move-obligation", "declare-nil-return", "waive-obligation"]
    if row["kind"] == "report":
        names.remove("meet-obligation")  # by the report that comes in
    return [beside(each, about, address, **days.get(each, {})) for each in _given(who, names)]


def ways_of_payment(who: SignedIn, award: str, row: Mapping[str, Any], today: date, *, waits: bool) -> list[Way]:
    """The orders about one payment: a row of the case file. ``waits``: whether a condition of the award is open."""
    payment = str(row["payment"])
    fund, _space, rest = str(row["fund"]).partition(" ")
    paid = {"fund": fund, "year": rest.partition(" ")[0], "paid_on": today.isoformat()}
    amount = row.get("amount_pence")
    filled_in = {"record-payment": paid | ({} if amount is None else {"amount_pence": str(amount)})}
    names = _given(who, _OF_A_PAYMENT.get(str(row["standing"]), ()))
    if waits and "free-payment" in names:
        names.remove("free-payment")  # it is free once the condition is met
    return [
        beside(each, f"payment {payment}", {"award": award}, payment=payment, **filled_in.get(each, {}))
        for each in names
    ]


def ways_of_condition(who: SignedIn, award: str, row: Mapping[str, Any], today: date) -> list[Way]:
    """The orders about one condition of payment: a row of the case file."""
    if row["standing"] != "open":
        return []
    condition, about = str(row["condition"]), f"condition {row['condition']}"
    days = {"meet-condition": {"met_on": today.isoformat()}, "waive-condition": {"waived_on": today.isoformat()}}
    names = _given(who, days)
    return [beside(each, about, {"award": award}, condition=condition, **days[each]) for each in names]


def ways_of_plan(who: SignedIn, award: str, row: Mapping[str, Any]) -> list[Way]:
    """The orders about one plan for a surplus: a row of the case file."""
    plan = str(row["plan"])
    names = _given(who, ["settle-surplus-plan"]) if row["standing"] == "proposed" else []
    return [beside(each, f"plan {plan}", {"award": award}, plan=plan) for each in names]


def _given(who: SignedIn, names: Iterable[str]) -> list[str]:
    return [name for name in names if may(who, name)]
