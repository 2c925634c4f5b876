"""The what-if board as pages: drafts are listed and tried, taken away, thrown away, or given as orders."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from domain.errors import NotAllowed, NotFound, Refusal
from domain.kernel import Command, utc_now
from services.asking import READERS
from services.front_desk import FrontDesk, SignedIn, only, signed_in, the_desk
from services.kept_results import Began, Known
from services.office import Conflict
from services.web.forms.naming import deed_of
from services.web.money_pages import fund_address
from services.web.routes.orders import ORDERS, page_of
from services.web.routes.what_if_forms import BOARD, add_to
from services.web.routes.what_if_forms import make_router as forms_router
from services.web.shapes import Fault
from services.web.site import go, page, posted, text_of
from services.web.what_if import OFFERED, Board, Draft, act_of, board_of, digest_of, keep, key_of, told_of, tried
from services.web.what_if_tables import awards_changed, funds_changed, what_is_left, years_of

TOO_OLD = "The drafts were changed after you opened this page. Look at them again. Nothing was recorded."
BUSY = "These drafts are being recorded at this moment. Open the board again in a minute."


def board(request: Request) -> Response:
    """The board."""
    return _shown(request)


def _shown(request: Request, *, status: int = 200, faults: tuple[Fault, ...] = ()) -> Response:
    desk, who = the_desk(request), signed_in(request)
    kept = board_of(desk.accounts, who.person.id)
    trial = tried(desk.office, who.actor, kept)
    mine = [draft for draft, _command in _of(who, kept)]
    return page(
        request,
        "what_if/board.html",
        status=status,
        faults=faults,
        board=kept,
        trial=trial,
        mine=mine,
        may=lambda draft: draft in mine,
        offered=[(group, [(deed_of(ORDERS[name]), add_to(name)) for name in names]) for group, names in OFFERED],
        change=lambda draft: add_to(draft.name, draft=draft.id),
        funds=funds_changed(trial),
        awards=awards_changed(trial),
        left=what_is_left(trial, years_of(trial)),
        fund_link=lambda row: fund_address(row["fund"], row["year"]),
        gave=kept.gave if "given" in request.query_params else (),
    )


def _of(who: SignedIn, kept: Board) -> list[tuple[Draft, Command[Any]]]:
    """The drafts that somebody may give, each with its order."""
    readable = [(draft, draft.command) for draft in kept.drafts]
    return [(draft, command) for draft, command in readable if command is not None and draft.may & who.actor.roles]


def take_away(request: Request, form: FormData) -> Response:
    """Takes one draft off the board; one that is not there is gone already."""
    return _without(request, {text_of(form, "draft")})


def throw_away(request: Request, _form: FormData) -> Response:
    """Takes every draft off the board."""
    return _without(request, None)


def _without(request: Request, gone: set[str] | None) -> Response:
    desk, who = the_desk(request), signed_in(request)
    kept = board_of(desk.accounts, who.person.id)
    left = kept.without({each.id for each in kept.drafts} if gone is None else gone)
    if left != kept:
        keep(desk.accounts, who.person.id, left)
    return go(BOARD)


def give(request: Request, form: FormData) -> Response:
    """Gives the drafts that this person may give as orders, in their order: all of them, or none."""
    desk, who = the_desk(request), signed_in(request)
    kept, key = board_of(desk.accounts, who.person.id), text_of(form, "key")
    if key and key == kept.given:
        return go(f"{BOARD}?given=1")
    if not key or key != kept.key:
        return _shown(request, status=409, faults=(Fault(TOO_OLD, "drafts"),))
    mine = [
        (draft, draft.command) for draft in kept.drafts if draft.may & who.actor.roles and draft.command is not None
    ]
    if not mine:
        words = "You may record none of these drafts. Beside each stands who may."
        return _shown(request, status=403, faults=(Fault(words, "drafts"),))
    changed = [draft for draft, command in mine if _has_changed(desk, draft, command)]
    if changed:
        return _shown(request, status=412, faults=tuple(_of_changed(kept, draft) for draft in changed))
    return _give(request, kept, mine)


def _has_changed(desk: FrontDesk, draft: Draft, command: Command[Any]) -> bool:
    """Whether an order would overwrite what somebody else has said since it was drafted."""
    return command.overwrites and desk.office.version_of(command.aggregate, command.stream) != draft.version


def _of_changed(kept: Board, draft: Draft) -> Fault:
    words = "what it is about was changed after you drafted it. Change the draft, or save it again as it is"
    return Fault(f"{_named(kept, draft)}: {words}. Nothing was recorded.", f"draft-{draft.id}")


def _named(kept: Board, draft: Draft) -> str:
    """``Draft 2 (Uplift award: award MOJ-2017-01)``."""
    return f"Draft {kept.drafts.index(draft) + 1} ({draft.title})"


def _give(request: Request, kept: Board, mine: list[tuple[Draft, Command[Any]]]) -> Response:
    """Once, however often the page is sent: the key of the board is kept with what came of it."""
    desk, who = the_desk(request), signed_in(request)
    commands = [command for _draft, command in mine]
    name, act = key_of(kept), act_of(who.person.id, kept)
    begun = desk.accounts.begin_key(who.person.id, name, digest_of([draft for draft, _command in mine]), utc_now())
    if isinstance(begun, Known):
        return go(f"{BOARD}?given=1")
    if not isinstance(begun, Began):
        return _shown(request, status=409, faults=(Fault(BUSY, "drafts"),))
    reached = 0

    def reach(number: int) -> None:
        nonlocal reached
        reached = number

    try:
        if not (begun.again and _is_on_record(desk, commands, act)):
            desk.office.do_all(commands, who.actor, reach, act=act)
    except (Refusal, NotFound, NotAllowed, Conflict) as rule:
        desk.accounts.drop_key(who.person.id, name)
        draft = mine[max(0, reached - 1)][0]
        words = f"{_named(kept, draft)}: {told_of(rule)} Nothing was recorded."
        return _shown(request, status=409, faults=(Fault(words, f"draft-{draft.id}"),))
    gave = tuple((draft.title, _page_of(command)) for draft, command in mine)
    rest = kept.without({draft.id for draft, _command in mine})
    keep(desk.accounts, who.person.id, replace(rest, given=kept.key, gave=gave))
    desk.accounts.finish_key(who.person.id, name, 303, {}, b"")
    return go(f"{BOARD}?given=1")


def _is_on_record(desk: FrontDesk, commands: list[Command[Any]], act: str) -> bool:
    streams = {command.stream for command in commands}
    return any(recorded.act == act for stream in streams for recorded in desk.office.log.stream(stream))


def _page_of(command: Command[Any]) -> str:
    return page_of(command.noun, {field: str(getattr(command, field)) for field in command.address})


def make_router() -> APIRouter:
    """The board, and the forms of its drafts."""
    router = APIRouter(include_in_schema=False)

    def add(path: str, endpoint: Callable[..., Any], method: str = "GET") -> None:
        router.add_api_route(path, endpoint, methods=[method], response_model=None, dependencies=[only(READERS)])

    add(BOARD, board)
    add(f"{BOARD}/take-away", posted(take_away), "POST")
    add(f"{BOARD}/throw-away", posted(throw_away), "POST")
    add(f"{BOARD}/give", posted(give), "POST")
    router.include_router(forms_router())
    return router
