"""The form: which section stands where, and the whole of it filled in from the views."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Text, cast, select

from domain.errors import NotFound, Refusal
from domain.periods import Period
from domain.returns.filled import FilledReturn, template_named
from domain.tables import Column, Missing, Table, canonical, cell
from projections.half_yearly_return import (
    crimes,
    demand,
    header,
    narrative,
    needs_and_support,
    outcomes,
    people,
    restorative_justice,
    service_list,
)
from projections.half_yearly_return.services import Services, gather
from projections.pauses import without_pauses
from projections.returns import CommentRow, PublicationRow, ReturnRow
from projections.views import Views

SECTIONS: dict[str, Callable[[Services], tuple[Table, ...]]] = {
    "header": header.section,
    "service-list": service_list.section,
    "demand": demand.section,
    "people": people.section,
    "crimes": crimes.section,
    "needs-and-support": needs_and_support.section,
    "outcomes": outcomes.section,
    "restorative-justice": restorative_justice.section,
    "narrative": narrative.section,
}
"""Every section there is, by the name a template calls it; each makes one table or several."""

MADE_UP = "This return contains figures made up for demonstration."


def fill_in(views: Views, period: str, template: str) -> FilledReturn:
    """The return for a half-year as the views have it. Raises ``Refusal`` when there is nothing to report on."""
    form = template_named(template)
    unknown = [name for name in form.sections if name not in SECTIONS]
    if unknown:
        raise Refusal(
            f"The template {template} names sections that there are not: {', '.join(unknown)} "
            f"(there are: {', '.join(SECTIONS)})."
        )
    with without_pauses():
        services = gather(views, Period.parse(period), form.return_to)
        tables = [table for name in form.sections for table in SECTIONS[name](services)]
    if not services.services:
        raise Refusal(
            f"No award draws on a fund of this return in {period}. "
            f"Open the funds that it reports on with return_to {form.return_to} (open-fund), and approve their awards."
        )
    if services.made_up:
        tables = [table.model_copy(update={"notes": (MADE_UP, *table.notes)}) for table in tables]
    return FilledReturn(
        period=period,
        template=template,
        position=views.position,
        tables=tuple(tables),
        waiting_for=services.waiting_for(),
    )


@dataclass(frozen=True)
class Published:
    """When and by which rule a copy for the public was made."""

    rule: str
    at: str
    position: int
    """The place in the log at which it was recorded."""
    signed_sha256: str
    """The digest of the return that was signed, of which this is the copy."""


@dataclass(frozen=True)
class StandingReturn:
    """A return as it stands: frozen when it is signed off, else as the views now have it."""

    filled: FilledReturn
    version: int
    status: str
    signed_by: str | None = None
    signed_at: str | None = None
    changed_since: tuple[str, ...] = ()
    """The reports that count otherwise since it was signed: the return differs from what is now known."""
    published: Published | None = None
    """Of a copy for the public; who signed the return itself, and when, stands above."""


def as_it_stands(views: Views, period: str, version: int | None = None) -> StandingReturn:
    """The latest version of a period's return, or the one asked for. Raises ``NotFound``."""
    versions = views.rows(ReturnRow, ReturnRow.table.c.period == period)
    wanted = [row for row in versions if version in (None, row.version)]
    if not wanted:
        raise NotFound(f"There is no such return for {period}. Open it first (open-return).")
    row = wanted[-1]
    if row.tables is None:
        return StandingReturn(fill_in(views, period, row.template), row.version, row.status)
    signed = FilledReturn(
        period=period,
        template=row.template,
        position=row.position or 0,
        tables=tuple(Table.model_validate(table) for table in row.tables),
        waiting_for=tuple(row.waiting_for),
    )
    since = tuple(row.changed_since or ())
    return StandingReturn(signed, row.version, row.status, row.signed_by, row.signed_at, since)


def signed_as_json(views: Views, period: str, version: int | None = None) -> str | None:
    """A signed return as JSON: what proves it, and its tables as they are kept, not looked into. So it is there in
    milliseconds, however large. Nothing when the version asked for, or the latest, is not signed."""
    columns = ReturnRow.table.c
    about = [column for column in columns if column is not columns.tables]
    query = select(*about, cast(columns.tables, Text).label("tables")).where(columns.period == period)
    if version is not None:
        query = query.where(columns.version == version)
    row = views.connection.execute(query.order_by(columns.version.desc()).limit(1)).mappings().first()
    if row is None or row["tables"] in (None, "null"):
        return None
    told = {name: row[name] for name in (*_PROOF, "waiting_for")}
    return f'{canonical(told).decode()[:-1]},"tables":{row["tables"]}}}'


_PROOF = ("period", "version", "status", "template", "position", "sha256", "signed_by", "signed_at")


def as_published(views: Views, period: str, rule: str | None = None) -> StandingReturn:
    """The copy last made for the public, or the last by that rule. Raises ``NotFound``."""
    rows = views.rows(PublicationRow, PublicationRow.table.c.period == period)
    wanted = [row for row in rows if rule in (None, row.rule)]
    if not wanted:
        raise NotFound(f"The return for {period} has no copy for the public. Make one (return publish).")
    row = wanted[-1]
    returned = views.find(ReturnRow, period, row.version)
    assert returned is not None
    copy = FilledReturn(
        period=period,
        template=returned.template,
        position=returned.position or 0,
        tables=tuple(Table.model_validate(table) for table in row.tables),
    )
    return StandingReturn(
        filled=copy,
        version=row.version,
        status=f"published by the rule {row.rule}",
        signed_by=returned.signed_by,
        signed_at=returned.signed_at,
        published=Published(row.rule, row.at, row.position, returned.sha256 or ""),
    )


def comments(views: Views, period: str) -> Table:
    """The remarks to a return, in order."""
    rows = tuple(
        (cell(row.at), cell(row.by), cell(row.cell, missing=Missing.NOT_APPLICABLE), cell(row.words), cell(row.version))
        for row in views.rows(CommentRow, CommentRow.table.c.period == period)
    )
    return Table(
        name="comments",
        title=f"Return {period}: remarks",
        columns=(
            Column(key="at", title="When", kind="moment"),
            Column(key="by", title="By"),
            Column(key="cell", title="About"),
            Column(key="words", title="Remark"),
            Column(key="version", title="Version", kind="count", detail=True),
        ),
        rows=rows,
    )
