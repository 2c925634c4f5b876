"""What needs me today, by role: short lists, the most urgent first, each with the number of all there are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import BigInteger, func, literal, select

from domain.errors import Refusal
from domain.kernel import Role
from domain.tables import Column, Missing, Table, cell
from projections import lists
from projections.awards import AwardRow
from projections.budgets import FundRow
from projections.families import family
from projections.jobs import JobRow
from projections.lists import FEW, Of, listed
from projections.monitoring import DueItem
from projections.paging import Order, Page
from projections.providers import ProviderRow
from projections.reminders import ReminderRow
from projections.reports import ReportRow
from projections.rows import Row
from projections.timeline import told
from projections.views import Views

SEAL = "seal-log"
"""The stream of the log's seals."""


@dataclass(frozen=True)
class Today:
    """What one role sees first."""

    role: Role
    lists: tuple[Page, ...]
    """Each list by the name of its table; an empty one says that there is nothing of the kind."""


_LISTS: dict[Role, tuple[Callable[[Views, Of], Page], ...]] = {
    Role.CONTRACT_MANAGER: (
        *(lists.overdue, lists.due_soon, lists.reports_to_review, lists.payments_waiting),
        *(lists.messages_failed, lists.awards_ending),
    ),
    Role.FINANCE: (
        *(lists.payments_due, lists.payments_waiting, lists.returns_open, lists.allocations_to_confirm),
        lists.over_committed,
    ),
    Role.COMMISSIONER: (lists.awards_to_approve, lists.single_tenders_to_note, lists.over_committed),
    Role.PROVIDER: (lists.overdue, lists.due_soon, lists.due_later, lists.reports_sent_back, lists.reports_sent),
}


def today(
    views: Views, role: Role, provider: str | None = None, expected: Mapping[str, datetime] | None = None
) -> Today:
    """The lists of a role. At most six queries, seven for a provider.

    For a provider: which one (by code, with all that are joined to it). For an administrator: of each job the slot
    that should be done by now, where it writes down every run; without it no job is called late. Raises ``Refusal``
    when no provider is named.
    """
    of: Of = ()
    if role is Role.PROVIDER:
        if provider is None:
            raise Refusal("What a provider owes can only be shown of one provider: name it.")
        of = [AwardRow.table.c.provider.in_([row.provider for row in family(views, provider)])]
    if role is Role.ADMINISTRATOR:
        found = [jobs_not_well(views, expected or {}), addresses_bounced(views), facts(views)]
    elif role is Role.AUDITOR:
        found = [latest_events(views), last_seal(views)]
    else:
        found = [each(views, of) for each in _LISTS.get(role, ())]
    return Today(role, tuple(found))


def jobs_not_well(views: Views, expected: Mapping[str, datetime]) -> Page:
    """Jobs that failed since they last ran, or did not run for a slot that has passed. One query."""
    known = {row.job: row for row in views.rows(JobRow)}
    rows = []
    for job in sorted({*known, *expected}):
        row, slot = known.get(job), expected.get(job)
        done = datetime.fromisoformat(row.slot) if row and row.slot else None
        late = slot is not None and (done is None or done < slot.astimezone(UTC))
        if row is not None and row.failures:
            standing, since = "failed", row.failed_at
        elif late and slot is not None:
            standing, since = "late", slot.astimezone(UTC).isoformat()
        else:
            continue
        rows.append(
            (
                *(cell(job), cell(standing), cell(since)),
                cell(row.failures if row else 0),
                cell(row.failure if row else None, missing=Missing.NOT_APPLICABLE),
                cell(row.done_at if row else None, missing=Missing.NOT_APPLICABLE),
            )
        )
    table = Table(
        name="jobs-not-well",
        title="Jobs that failed or are late",
        columns=(
            Column(key="job", title="Job"),
            Column(key="standing", title="Standing"),
            Column(key="since", title="Since", kind="moment"),
            Column(key="failures", title="Failures", kind="count"),
            Column(key="failure", title="Because"),
            Column(key="done_at", title="Last done", kind="moment"),
        ),
        rows=tuple(rows[:FEW]),
        names=("job",),
    )
    return Page(table, len(rows))


def addresses_bounced(views: Views) -> Page:
    """People, by their opaque ids, to whom messages did not arrive, and how many; the latest first. One query."""
    columns = ReminderRow.table.c
    last = func.max(columns.position).label("last")
    grouped = select(columns.person, func.count().label("messages"), func.max(columns.settled_at).label("at"), last)
    grouped = grouped.where(*views.within(ReminderRow), columns.arrived.is_(False), columns.person.is_not(None))
    found = grouped.group_by(columns.person).subquery("bounced")
    shown: tuple[lists.Shown, ...] = (
        *(("person", "Person", "text"), ("messages", "Messages", "count")),
        ("at", "Last sent", "moment"),
    )
    order = Order((found.c.last,), (int,), True)
    return listed(views, "addresses-bounced", "Messages that did not arrive", shown, select(found), order, "person")


def facts(views: Views) -> Page:
    """How much there is of everything. One query."""
    kinds: dict[str, type[Row]] = {"Awards": AwardRow, "Providers": ProviderRow, "Funds and years": FundRow}
    kinds |= {"Milestones and obligations": DueItem, "Reports": ReportRow, "Reminders": ReminderRow}
    counts = [
        select(func.count()).select_from(kind.table).where(*views.within(kind)).scalar_subquery()
        for kind in kinds.values()
    ]
    found = views.connection.execute(select(literal(views.position, BigInteger), *counts)).one()
    table = Table(
        name="facts",
        title="What is recorded",
        columns=(Column(key="what", title="What"), Column(key="count", title="How many", kind="count")),
        rows=tuple((cell(what), cell(int(count))) for what, count in zip(("Log position", *kinds), found, strict=True)),
        names=("what",),
    )
    return Page(table, len(table.rows))


def latest_events(views: Views) -> Page:
    """What was written down last. One query, and one of the log."""
    found = list(views.history.latest(FEW, views.position))
    table = told(views, "Written down last", found).model_copy(update={"name": "latest-events"})
    return Page(table, views.position)


def last_seal(views: Views) -> Page:
    """The last seal of the log, in words. One query, and one of the log: of seals alone."""
    seals = views.history.stream(SEAL)
    return Page(told(views, "The last seal", seals[-1:]).model_copy(update={"name": "last-seal"}), len(seals))
