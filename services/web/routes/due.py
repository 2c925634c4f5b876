"""What is due and overdue: the register, and each obligation with its reminders, sent and to come, and its history."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from fastapi import APIRouter, Request, Response

from domain.chases.commands import DEFAULT
from domain.errors import NotFound
from domain.kernel import Role
from domain.monitoring.policy import DEFAULT_STEPS, Part, Step, days_of
from domain.tables import Column, Missing, Table, cell
from projections.awards import AwardRow
from projections.chasing import SETTLED_AWARDS, days_off
from projections.due_register import DueFilter, due_query, due_table, obligations
from projections.monitoring import OPEN, DueItem
from projections.reminders import ChaseRow, ReminderRow, SettledRow
from projections.reports import ReportRow
from projections.timelines import happened_to
from projections.views import Views
from services.asking import READERS, Sees, views_for
from services.front_desk import only, signed_in, the_desk
from services.office import reaches
from services.web.routes.asked import a_place_of_this_list, idle, is_reference, kept_day, past_day, with_query, words_of
from services.web.routes.award_orders import if_any, way, ways_of_due
from services.web.routes.awards import due_link, names_for, told
from services.web.shapes import Filter
from services.web.site import may, page

LINES = 50
STANDINGS = {
    "open": "Still asked for",
    "overdue": "Overdue",
    "due": "Due today or later",
    "met": "Met",
    "missed": "Missed",
    "waived": "Waived",
    "nil-return": "Nil return",
}
KINDS = {"report": "Reports", "milestone": "Milestones", "obligation": "Anything else that is owed"}
WITHIN = {"0": "Today or before", "14": "In the next 14 days or before", "90": "In the next 90 days or before"}
_FILTERS = ("standing", "kind", "within", "award", "provider")


def show_register(request: Request) -> Response:
    """What is owed, the earliest first, a page at a time."""
    desk, who = the_desk(request), signed_in(request)
    asked = words_of(request, *_FILTERS, "after")
    picked, then = past_day(request)
    standing = asked["standing"] if asked["standing"] in STANDINGS else "open" if not asked["standing"] else None
    with views_for(desk.office, who.actor, Sees.OWN, then) as views:
        today = views.today
        wanted = DueFilter(
            award=asked["award"] or None,
            provider=asked["provider"] or None,
            standing=standing,
            kind=asked["kind"] or None,
            to_day=today + timedelta(days=int(asked["within"])) if asked["within"] in WITHIN else None,
        )
        with a_place_of_this_list():
            found = obligations(views, wanted, LINES, asked["after"] or None)
    kept = {name: asked[name] for name in _FILTERS} | kept_day(picked)
    filters = [
        Filter("standing", "Standing", standing or "all", [*STANDINGS.items(), ("all", "All")]),
        Filter("kind", "Kind", asked["kind"], [("", "All"), *KINDS.items()]),
        Filter("within", "Due", asked["within"], [("", "Any day"), *WITHIN.items()]),
        Filter("award", "Award", asked["award"]),
    ]
    return page(
        request,
        "due/register.html",
        faults=[picked.fault] if picked.fault else (),
        found=found,
        filters=filters,
        keep={name: words for name, words in (("provider", asked["provider"]), *kept_day(picked).items()) if words},
        keep_all={name: asked[name] for name in _FILTERS if asked[name]},
        picked=picked,
        of_provider=asked["provider"],
        without=idle(found.table, "kind"),
        first=with_query("/due", **kept) if asked["after"] else None,
        further=with_query("/due", **kept, after=found.after) if found.after else None,
        ways=if_any(found.table, lambda row: ways_of_due(who, row, today)) if then is None else None,
        links={
            "award": lambda row: with_query(f"/awards/{row['award']}", **kept_day(picked)),
            "title": lambda row: with_query(due_link(row), **kept_day(picked)) if picked.day is None else None,
        },
    )


class ToCome(NamedTuple):
    """A step of a chase that is still to come."""

    on: date
    step: Step


def steps_to_come(views: Views, row: DueItem, award: AwardRow | None) -> list[ToCome]:
    """The reminders that go out if something stays owed, in the order of their days. At most three queries.

    None when it is no longer asked for. A step that was decided is not to come; nor is one whose day has passed: the
    next sweep sends the latest of them, and passes over the others.
    """
    if row.standing not in OPEN or award is None or award.status in SETTLED_AWARDS:
        return []
    chase = ChaseRow.table.c.chase
    chases = {each.chase: each.steps for each in views.rows(ChaseRow, chase.in_((row.award, DEFAULT)))}
    said = chases.get(row.award, chases.get(DEFAULT))
    steps = DEFAULT_STEPS if said is None else tuple(map(Step.of, said))
    settled = views.find(SettledRow, row.item, row.due_on)
    decided = set() if settled is None else set(settled.steps)
    days = days_of(steps, row.due_on, days_off(views))
    coming = (ToCome(on, step) for step, on in zip(steps, days, strict=True) if step.step not in decided)
    return sorted((each for each in coming if each.on >= views.today), key=lambda each: each.on)


_WHO = {
    Part.PROVIDER: "the provider",
    Part.CONTRACT_MANAGER: "the contract manager",
    Part.HEAD_OF_COMMISSIONING: "the head of commissioning",
}


def _to_come(steps: list[ToCome]) -> Table:
    return Table(
        name="to-come",
        title="Reminders to come",
        columns=(
            Column(key="on", title="Goes out", kind="date"),
            Column(key="step", title="Step"),
            Column(key="when", title="When"),
            Column(key="to", title="To"),
        ),
        rows=tuple(
            (cell(each.on), cell(each.step.step), cell(each.step.when.words), cell(_WHO[each.step.to]))
            for each in steps
        ),
        notes=("Whatever comes in, is waived or moved before its day is not chased any further.",) if steps else (),
    )


def _decided(rows: list[ReminderRow]) -> Table:
    """The reminders about which was decided, the latest first. To whom exactly stands in the ledger of reminders."""
    unasked = Missing.NOT_APPLICABLE
    return Table(
        name="reminders",
        title="Reminders so far",
        columns=(
            Column(key="step_on", title="Fell on", kind="date"),
            Column(key="step", title="Step"),
            Column(key="to", title="To"),
            Column(key="standing", title="Standing"),
            Column(key="settled_at", title="When", kind="moment"),
            Column(key="reason", title="Because"),
        ),
        rows=tuple(
            (
                *(cell(row.step_on), cell(row.step), cell(_WHO[Part(row.part)]), cell(row.standing.replace("-", " "))),
                *(cell(row.settled_at, missing=unasked), cell(row.reason, missing=unasked)),
            )
            for row in sorted(rows, key=lambda row: -row.position)
        ),
    )


def show_obligation(request: Request) -> Response:
    """One obligation: how it stands, its reminders, and what happened to it. Raises ``NotFound``."""
    desk, who = the_desk(request), signed_in(request)
    award, schedule, period = (str(request.path_params[name]) for name in ("award", "schedule", "period"))
    unknown = NotFound("There is nothing of that name that is owed.")
    if not all(map(is_reference, (award, schedule))) or "\0" in period or not reaches(who.actor, award):
        raise unknown
    with views_for(desk.office, who.actor, Sees.WHOLE) as views:
        due = DueItem.table.c
        own = [due.award == award, due.name == schedule, due.period == period]
        found = list(views.connection.execute(due_query(views, own)).mappings())
        if not found:
            raise unknown
        table = due_table(views, "obligation", str(found[0]["title"]), found)
        row = DueItem(**{column.name: found[0][column.name] for column in DueItem.table.c})
        coming = steps_to_come(views, row, views.find(AwardRow, award))
        sent = _decided(views.rows(ReminderRow, ReminderRow.table.c.item == row.item))
        happened = happened_to(views, row.item, 100, None, names_for(desk, who))
        report = views.find(ReportRow, f"{award}.{period}") if row.kind == "report" else None
        today = views.today
    record = next(iter(table.records()))
    chase = [way("set-chase", f"award {award}", {"chase": award})] if may(who, "set-chase") else []
    return page(
        request,
        "due/obligation.html",
        award=award,
        row=row,
        provider=found[0]["provider_title"],
        service=found[0]["service"],
        days_late=(today - row.due_on).days if row.standing in OPEN else 0,
        ways=ways_of_due(who, record, today) + chase,
        report=None if report is None else f"/reports/{award}/{report.period}",
        coming=_to_come(coming),
        sent=sent,
        without=idle(sent),
        happened=told(who, happened.table),
    )


def make_router() -> APIRouter:
    """The register, and each obligation."""
    router = APIRouter(include_in_schema=False)

    def add(path: str, endpoint: Callable[[Request], Response], who: frozenset[Role]) -> None:
        router.add_api_route(path, endpoint, methods=["GET"], response_model=None, dependencies=[only(who)])

    add("/due", show_register, READERS)
    add("/due/{award}/{schedule}/{period}", show_obligation, READERS)
    return router
