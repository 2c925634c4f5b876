"""The demonstration with as many more awards as are wished, by the orders that an office would give."""

from datetime import date
from typing import Any

from domain.awards.commands import ApproveAward, RegisterAward
from domain.awards.events import Route, Share
from domain.awards.milestone_commands import PlanMilestone, ScheduleMonitoring
from domain.kernel import Actor, Command, Role
from domain.providers.commands import RegisterProvider
from services.demo import PLAYER
from services.demo_people import PROVIDER
from services.office import Office

BY = Actor(id=PLAYER.id, roles=frozenset(Role))
OBLIGATIONS = 10
"""Of each award: a report for each of nine quarters, and a milestone."""
_AT_ONCE = 100
_STARTS, _ENDS = date(2026, 1, 1), date(2028, 3, 31)


def enlarge(office: Office, awards: int) -> None:
    """Adds so many awards, with ten times as many things that are owed; the read models are caught up."""
    providers = max(2, awards // 10)
    office.do_all(
        [RegisterProvider(provider=f"large-{n}", title=f"Provider {n} (made up)") for n in range(providers)], BY
    )
    for first in range(0, awards, _AT_ONCE):
        numbers = range(first, min(awards, first + _AT_ONCE))
        for orders in zip(*(_award(number, providers) for number in numbers), strict=True):
            office.do_all(list(orders), BY)
    with office.reading():
        pass


def _award(number: int, providers: int) -> list[Command[Any]]:
    """One award of £100 out of the demonstration's fund; every hundredth is of the provider that people sign in of."""
    award, provider = f"LARGE-{number:05}", PROVIDER if number % 100 == 0 else f"large-{number % providers}"
    said: dict[str, Any] = {"service": f"Service {number} (made up)", "route": Route.GRANT, "provider": provider}
    schedule = {"schedule": "outcome-report", "title": "Outcome report (made up)", "frequency": "quarterly"}
    share = Share(fund="demonstration", year="2026-27", amount_pence=100_00)
    due_on = date(2026, 1 + number % 12, 1 + number % 28)
    return [
        RegisterAward(award=award, starts_on=_STARTS, ends_on=_ENDS, **said),
        ApproveAward(award=award, shares=(share,)),
        ScheduleMonitoring.model_validate({"award": award, "due": "1 month after", **schedule}),
        PlanMilestone(award=award, milestone="m1", title="A milestone (made up)", due_on=due_on),
    ]
