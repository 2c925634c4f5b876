"""Settings: what is set, days off, reminder steps, frameworks in force, jobs, read models, and loading a sheet.

What concerns everybody's work (days off, steps, what is in force) every person of the office may read; how the office
is run is for administrators alone. A sheet of awards is about money, and administrators do not load one.
"""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select
from starlette.datastructures import FormData, UploadFile

from domain.chases.commands import DEFAULT, SetChase
from domain.errors import NotAllowed, NotFound
from domain.kernel import Role
from domain.monitoring.policy import DEFAULT_STEPS, Step
from projections.awards import AwardRow
from projections.jobs import JobRow
from projections.reminders import ChaseRow, HolidayRow
from projections.views import Views, generation
from services.api.uploads import MOST_OF_A_SHEET, SHEETS_MAY
from services.asking import READERS, WITH_ADMINISTRATORS, Sees, views_for
from services.front_desk import SignedIn, only, signed_in, the_desk
from services.office import reaches
from services.people_tables import digest_of
from services.web import long_work
from services.web import settings_tables as tables
from services.web.forms import ViewChoices, faults_of, fields_of, form_for
from services.web.once import digest_of_form, new_key
from services.web.routes.orders import address_of
from services.web.shapes import Fault
from services.web.site import go, may, page, posted

ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
AT_ONCE = 30
"""Of how many awards one page shows the steps of their own."""


class Way(NamedTuple):
    """One way on from the front page of the settings."""

    words: str
    href: str
    about: str
    may: frozenset[Role]


WAYS = (
    Way("Bank holidays", "/settings/holidays", "Days on which nothing is due or sent.", WITH_ADMINISTRATORS),
    Way("Reminder steps", "/settings/chasing", "When people are reminded of what they owe.", WITH_ADMINISTRATORS),
    Way(
        "Frameworks, templates and rules",
        "/settings/in-force",
        "What is asked for, in which form, and which small numbers are held back.",
        WITH_ADMINISTRATORS,
    ),
    Way("What is set for this office", "/settings/office", "Each setting, and what it is for.", ADMINISTRATORS),
    Way("Jobs", "/settings/jobs", "What the office does without being asked, and whether it did.", ADMINISTRATORS),
    Way("Read models", "/settings/read-models", "The tables that pages are made from.", ADMINISTRATORS),
    Way(
        "Load a sheet of awards",
        "/settings/load",
        "Funds, providers and awards from a spreadsheet, all of it or nothing.",
        SHEETS_MAY,
    ),
)


def _may_load(who: SignedIn) -> bool:
    """Whether somebody may load a sheet. What it may say hangs on all awards."""
    return bool(who.actor.roles & SHEETS_MAY) and who.actor.awards is None


def show(request: Request) -> Response:
    """The ways on that this person may go."""
    who = signed_in(request)
    ways = [way for way in WAYS if who.actor.roles & way.may and (way.may is not SHEETS_MAY or _may_load(who))]
    return page(request, "settings/index.html", ways=ways)


def show_office(request: Request) -> Response:
    """What is set, but for secrets."""
    return page(request, "settings/office.html", settings=tables.what_is_set(the_desk(request).settings))


def show_holidays(request: Request) -> Response:
    """The days off, with the ways to add one and to take one back."""
    who = signed_in(request)
    with views_for(the_desk(request).office, who.actor, Sees.OWN) as views:
        added = views.rows(HolidayRow, HolidayRow.table.c.stands)
        table = tables.holidays_table(added, views.today)
    where = {"calendar": "england-and-wales"}
    return page(
        request,
        "settings/holidays.html",
        table=table,
        add=address_of("add-holiday", **where) if may(who, "add-holiday") else None,
        remove=address_of("remove-holiday", **where) if may(who, "remove-holiday") else None,
    )


def _default(views: Views) -> tuple[tuple[Step, ...], bool]:
    """The steps of every award without its own, and whether this office has set them."""
    row = views.find(ChaseRow, DEFAULT)
    return (DEFAULT_STEPS, False) if row is None else (tuple(map(Step.of, row.steps)), True)


def show_chasing(request: Request) -> Response:
    """The reminder steps: by default, and of the awards within reach that have their own."""
    who, after = signed_in(request), request.query_params.get("after", "")
    chases = ChaseRow.table.c
    where = [chases.chase != DEFAULT, chases.chase > after]
    if who.actor.awards is not None:
        where.append(chases.chase.in_(who.actor.awards))
    # the default is everybody's; of the others only those within reach are asked for, above
    with views_for(the_desk(request).office, who.actor, Sees.WHOLE) as views:
        steps, is_set = _default(views)
        query = select(chases.chase, chases.steps).where(*where).order_by(chases.chase).limit(AT_ONCE + 1)
        own = views.connection.execute(query).all()
    table = tables.steps_table("default", "Steps of every award without its own", steps)
    of_awards = [
        (
            row.chase,
            tables.steps_table(f"of-{row.chase}", f"Steps of {row.chase}", map(Step.of, row.steps)),
        )
        for row in own[:AT_ONCE]
    ]
    whole = who.actor.awards is None
    return page(
        request,
        "settings/chasing.html",
        default=table,
        is_set=is_set,
        of_awards=of_awards,
        sets=may(who, "set-chase"),
        sets_default=may(who, "set-chase") and whole,
        reads_awards=bool(who.actor.roles & READERS),
        older=f"/settings/chasing?after={own[AT_ONCE - 1].chase}" if len(own) > AT_ONCE else None,
        begin="/settings/chasing" if after else None,
    )


def open_chase(request: Request) -> Response:
    """The form of an award's steps with those that hold now, so that only what changes need be typed.

    It is sent to the page of the order itself.
    """
    desk, who, chase = the_desk(request), signed_in(request), str(request.path_params["chase"])
    if not reaches(who.actor, chase):
        raise NotFound("There are no such reminder steps.")
    try:
        named = SetChase(chase=chase, steps=(), reason="asked for")
    except ValueError:
        raise NotFound("There are no such reminder steps.") from None
    with views_for(desk.office, who.actor, Sees.WHOLE) as views:
        if chase != DEFAULT and views.find(AwardRow, chase) is None:
            raise NotFound("There are no such reminder steps.")
        row = views.find(ChaseRow, chase)
        steps = _default(views)[0] if row is None else tuple(map(Step.of, row.steps))
        form = form_for(
            SetChase,
            address={"chase": chase},
            given={"steps": steps},
            choices=ViewChoices(views),
            version=desk.office.version_of(SetChase.aggregate, named.stream),
        )
    return page(
        request,
        "forms/order_page.html",
        form=form,
        fields=fields_of(form),
        faults=faults_of(form),
        action=address_of("set-chase", chase=chase),
        back=("/settings/chasing", "Back to reminder steps"),
        happened=(),
    )


def show_in_force(request: Request) -> Response:
    """What is on file, and what of it holds today."""
    with views_for(the_desk(request).office, signed_in(request).actor) as views:
        now = views.today
    return page(request, "settings/in_force.html", groups=tables.in_force(), lists=tables.code_lists(), day=now)


def show_jobs(request: Request) -> Response:
    """What ran, what failed, what was late."""
    with views_for(the_desk(request).office, signed_in(request).actor, Sees.WHOLE) as views:
        jobs, now = views.rows(JobRow), views.moment
    heard = tables.last_heard(jobs)
    return page(
        request,
        "settings/jobs.html",
        table=tables.jobs_table(jobs),
        heard=heard.astimezone(UTC).isoformat() if heard else None,
        quiet=heard is not None and now - heard > tables.QUIET_FOR,
        failed=sum(1 for job in jobs if job.failures),
    )


def show_read_models(request: Request) -> Response:
    """How far the read models are. Nothing is caught up for it."""
    office = the_desk(request).office
    head, behind = office.log.head(), office.read_models.behind()
    return page(
        request,
        "settings/read_models.html",
        head=head,
        behind=behind,
        generation=generation(),
        at=datetime.now(UTC).isoformat(),
        key=new_key(),
    )


def rebuild(request: Request, form: FormData) -> Response:
    """Makes the read models again, beside the ones in use; sent twice, once."""
    desk, who = the_desk(request), signed_in(request)
    key = digest_of_form(request, form)

    def work(progress: long_work.Progress) -> str:
        desk.office.read_models.rebuild(progress)
        return "The read models were made again and are in use."

    long_work.begin(
        desk.accounts,
        who.person.id,
        key,
        name="Making the read models again",
        counted="events",
        total=desk.office.log.head(),
        lead=("Back to read models", "/settings/read-models"),
        work=work,
    )
    return go(f"/settings/under-way/{key}")


def _loading(
    request: Request,
    *,
    faults: list[Fault] | None = None,
    status: int = 200,
    rows: Any = (),
    notes: Any = (),
    orders: int | None = None,
) -> Response:
    return page(
        request,
        "settings/load.html",
        status=status,
        faults=faults or [],
        rows=rows,
        notes=notes,
        orders=orders,
        key=new_key(),
    )


def _check_may_load(request: Request) -> SignedIn:
    who = signed_in(request)
    if not _may_load(who):
        raise NotAllowed("A sheet of awards is loaded by somebody who looks after all of them.")
    return who


def open_load(request: Request) -> Response:
    """Asks for a sheet."""
    _check_may_load(request)
    return _loading(request)


def load(request: Request, form: FormData) -> Response:
    """Checks a sheet, and loads it if that was asked and nothing is wrong. Sent twice, it loads once."""
    from services.loading import plan_for  # reading sheets takes long to load

    desk, who = the_desk(request), _check_may_load(request)
    upload = form.get("file")
    if not isinstance(upload, UploadFile) or not upload.filename:
        return _loading(request, faults=[Fault("Choose a sheet: a .csv or .xlsx file", "file")], status=422)
    if (upload.size or 0) > MOST_OF_A_SHEET:
        return _loading(request, faults=[Fault("The sheet is larger than 10 MB: load it in parts", "file")], status=413)
    data = upload.file.read()
    key = digest_of_form(request, form, sha256(data).hexdigest())
    if long_work.standing(desk.accounts, who.person.id, key) is not None:
        return go(f"/settings/under-way/{key}")
    plan = plan_for(desk.office, data, upload.filename, who.actor)
    notes = [str(note) for note in plan.notes]
    if plan.faults:
        number = len(plan.faults)
        words = (
            f"The sheet has {number:,} fault{'' if number == 1 else 's'}: put them right below, then choose it again"
        )
        return _loading(request, faults=[Fault(words, "file")], status=422, rows=plan.faults, notes=notes)
    if form.get("do") != "load":
        return _loading(request, notes=notes, orders=len(plan.commands))

    def work(progress: long_work.Progress) -> str:
        total = len(plan.commands)
        act = digest_of(key)[:32]
        written = desk.office.do_all(plan.commands, who.actor, lambda number: progress(number, total), act=act)
        if not written:
            return "Everything in the sheet is recorded already: nothing was added."
        return f"The sheet is loaded: {len(written):,} events are recorded."

    long_work.begin(
        desk.accounts,
        who.person.id,
        key,
        name="Loading a sheet of awards",
        counted="orders",
        total=len(plan.commands),
        lead=("Go to the awards", "/awards"),
        work=work,
    )
    return go(f"/settings/under-way/{key}")


def template(request: Request) -> Response:
    """An empty sheet with its headings."""
    from services.imports.awards_sheet import template_csv

    _check_may_load(request)
    headers = {"Content-Disposition": 'attachment; filename="awards.csv"', "Cache-Control": "no-store"}
    return Response(template_csv(), 200, headers, "text/csv; charset=utf-8")


def show_work(request: Request) -> Response:
    """How far long work is that this person began; and what came of it."""
    desk, who, key = the_desk(request), signed_in(request), str(request.path_params["key"])
    found = long_work.standing(desk.accounts, who.person.id, key)
    if found is None:
        raise NotFound("There is no such work of yours.")
    if found.over:
        return page(request, "settings/work_over.html", work=found)
    return page(
        request,
        "progress.html",
        doing=found.name,
        done=found.done,
        total=found.total,
        counted=found.counted,
        again=2,
        lead=found.lead,
    )


def make_router() -> APIRouter:
    """The pages of the settings."""
    router = APIRouter(include_in_schema=False)

    def add(path: str, endpoint: Any, may_: frozenset[Role], method: str = "GET") -> None:
        router.add_api_route(path, endpoint, methods=[method], response_model=None, dependencies=[only(may_)])

    add("/settings", show, WITH_ADMINISTRATORS)
    add("/settings/office", show_office, ADMINISTRATORS)
    add("/settings/holidays", show_holidays, WITH_ADMINISTRATORS)
    add("/settings/chasing", show_chasing, WITH_ADMINISTRATORS)
    add("/settings/chasing/{chase}", open_chase, SetChase.may)
    add("/settings/in-force", show_in_force, WITH_ADMINISTRATORS)
    add("/settings/jobs", show_jobs, ADMINISTRATORS)
    add("/settings/read-models", show_read_models, ADMINISTRATORS)
    add("/settings/read-models/rebuild", posted(rebuild), ADMINISTRATORS, "POST")
    add("/settings/load", open_load, SHEETS_MAY)
    add("/settings/load", posted(load), SHEETS_MAY, "POST")
    add("/settings/load/empty.csv", template, SHEETS_MAY)
    add("/settings/under-way/{key}", show_work, ADMINISTRATORS | SHEETS_MAY)
    return router
