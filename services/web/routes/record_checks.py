"""The log's seals and their check, and a year of reminders replayed: long work that a page begins and shows."""

from datetime import date
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from domain.errors import NotFound
from domain.seals.events import LogSealed
from services.asking import Sees, views_for
from services.checks import check_documents, check_log, check_seals, check_signatures
from services.front_desk import FrontDesk, signed_in, the_desk
from services.replay import Replayed, replay
from services.sealing import STREAM, copies
from services.web import long_work
from services.web.once import digest_of_form, new_key
from services.web.shapes import Fault
from services.web.site import go, page, posted, text_of

MOST_FAULTS = 200
"""How many faults are named on a page; the command line names all."""
FIRST_YEAR = 1990


def seal(request: Request) -> Response:
    """The last seal, how much was written since, whether its copy is on file; and the way to check them all."""
    desk, who = the_desk(request), signed_in(request)
    with views_for(desk.office, who.actor, Sees.WHOLE) as views:
        seals = [each for each in views.history.stream(STREAM) if isinstance(each.event, LogSealed)]
        head = views.position
    kept = copies(desk.settings.documents)
    last = seals[-1] if seals else None
    return page(
        request,
        "records/seal.html",
        last=last,
        number=len(seals),
        since=head - _position(last),
        kept=last is not None and last.event in kept,
        copies=len(kept),
        key=new_key(),
    )


def _position(last: Any) -> int:
    return 0 if last is None else int(last.event.position)


def begin_check(request: Request, form: FormData) -> Response:
    """Begins the check of the whole log against its seals; under the same form once."""
    desk, who = the_desk(request), signed_in(request)
    key = digest_of_form(request, form)
    long_work.begin(
        desk.accounts,
        who.person.id,
        key,
        name="Checking the log against its seals",
        counted="events",
        total=desk.office.log.head(),
        lead=("Go back to the seals of the log", "/records/seal"),
        work=lambda progress: checked(desk, progress),
    )
    return go(f"/records/under-way/{key}")


def checked(desk: FrontDesk, progress: long_work.Progress) -> str:
    """Reads the whole log. The first line says whether everything agrees; each further one is a fault."""
    log = desk.office.log
    read = check_log(log, progress)
    sealed = check_seals(log, desk.settings.documents)
    on_file, of_documents = check_documents(desk.office, desk.documents)
    faults = [*read.faults, *sealed.faults, *check_signatures(desk.office), *of_documents]
    if not sealed.position:
        seals = "The log was never sealed, so that nothing proves that it is whole."
    elif sealed.faults:
        seals = f"The log is not as it was when it was sealed up to position {sealed.position:,}."
    else:
        seals = f"Every seal agrees: nothing up to position {sealed.position:,} was changed, removed or put in."
    one = len(faults) == 1
    number = "No fault was found." if not faults else f"{len(faults):,} fault{' was' if one else 's were'} found."
    words = (
        f"{number} {read.read:,} events were read. {seals} {on_file:,} documents are on file as they were put there."
    )
    return _lines(words, faults)


def _lines(words: str, faults: list[str]) -> str:
    more = (
        [f"And {len(faults) - MOST_FAULTS:,} more: outturn check names them all."] if len(faults) > MOST_FAULTS else []
    )
    return "\n".join([words, *faults[:MOST_FAULTS], *more])


def replay_page(request: Request) -> Response:
    """What the replay is, and the form that begins it."""
    return _replay_page(request)


def _replay_page(
    request: Request, *, faults: tuple[Fault, ...] = (), year: str | None = None, status: int = 200
) -> Response:
    desk, who = the_desk(request), signed_in(request)
    with views_for(desk.office, who.actor, Sees.WHOLE) as views:
        last = str(views.today.year)
    return page(
        request, "records/replay.html", status=status, faults=faults, year=last if year is None else year, key=new_key()
    )


def begin_replay(request: Request, form: FormData) -> Response:
    """Begins the replay of one calendar year of reminders."""
    desk, who, said = the_desk(request), signed_in(request), text_of(form, "year")
    known = said.isascii() and said.isdecimal() and len(said) == 4
    if not known or not FIRST_YEAR <= int(said) <= date.max.year:
        wrong = Fault("Enter a year, like 2018", "year")
        return _replay_page(request, faults=(wrong,), year=said[:20], status=422)
    key = digest_of_form(request, form)
    long_work.begin(
        desk.accounts,
        who.person.id,
        key,
        name=f"Replaying the reminders of {said}",
        counted="years",
        total=None,
        lead=("Go back to the yearly replay", "/records/replay"),
        work=lambda _progress: in_words(int(said), replay(desk.office.log, int(said))),
    )
    return go(f"/records/under-way/{key}")


def in_words(year: int, told: Replayed) -> str:
    """What the replay came to: a line that sums it up, and a line to each fault."""
    well = "Nothing is wrong: each step happened at most once, and none went out after what it asked for came in."
    wrong = f"{len(told.faults):,} things are wrong." if len(told.faults) != 1 else "One thing is wrong."
    counts = (
        f"Of {told.decided:,} steps decided in {year}, {told.sent:,} were sent, {told.passed_over:,} passed over, "
        f"{told.dropped:,} dropped and {told.refused:,} refused. {told.waiting:,} wait in all. "
        f"{told.attempts:,} attempts were made; {told.maybe_twice:,} messages may have gone twice, with one Message-ID."
    )
    return _lines(f"{wrong if told.faults else well} {counts}", told.faults)


def work(request: Request) -> Response:
    """How far the work is that this person began; and what came of it."""
    desk, who, key = the_desk(request), signed_in(request), str(request.path_params["key"])
    found = long_work.standing(desk.accounts, who.person.id, key)
    if found is None:
        raise NotFound("There is no such work of yours.")
    if not found.over:
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
    words, *faults = found.words.split("\n")
    return page(request, "records/work_over.html", work=found, words=words, found=faults)


POSTED = {"/records/seal": posted(begin_check), "/records/replay": posted(begin_replay)}
"""The forms by which long work begins."""
