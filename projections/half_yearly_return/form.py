"""The form: which section stands where, and the whole of it filled in from the views."""

from collections.abc import Callable

from domain.errors import Refusal
from domain.periods import Period
from domain.returns.filled import FilledReturn, template_named
from domain.tables import Table
from projections.half_yearly_return import demand, outcomes, service_list
from projections.half_yearly_return.services import Services, gather
from projections.views import Views

SECTIONS: dict[str, Callable[[Services], Table]] = {
    "service-list": service_list.section,
    "demand": demand.section,
    "outcomes": outcomes.section,
}
"""Every section there is, by the name a template calls it."""

MADE_UP = "This return contains figures made up for demonstration."


def fill_in(views: Views, period: str, template: str) -> FilledReturn:
    """The return for a half-year as the views have it. Raises ``Refusal`` when there is nothing to report on."""
    form = template_named(template)
    services = gather(views, Period.parse(period), form.return_to)
    if not services.services:
        raise Refusal(
            f"No award draws on a fund of this return in {period}. "
            f"Open the funds that it reports on with return_to {form.return_to} (open-fund), and approve their awards."
        )
    tables = [SECTIONS[name](services) for name in form.sections]
    if services.made_up:
        tables = [table.model_copy(update={"notes": (MADE_UP, *table.notes)}) for table in tables]
    return FilledReturn(
        period=period,
        template=template,
        position=views.position,
        tables=tuple(tables),
        waiting_for=services.waiting_for(),
    )
