"""The forms of drafts: any order that may be drafted, filled in as it would be given, and kept on the board."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from starlette.datastructures import FormData

from domain.errors import NotFound, Refusal
from domain.kernel import Command
from projections.budgets import FundRow
from projections.decisions import BidRow
from projections.views import Views
from services.asking import READERS, Sees, views_for
from services.channels.channel import is_one_line
from services.front_desk import FrontDesk, SignedIn, only, signed_in, the_desk
from services.office import reaches
from services.web.forms.choices import SOURCES, ViewChoices
from services.web.forms.form import Choices, Form, Options, form_for
from services.web.forms.naming import about, deed_of
from services.web.forms.ordering import order, refused
from services.web.forms.reading import read, shown_again
from services.web.forms.view import faults_of, fields_of
from services.web.routes.orders import ORDERS
from services.web.shapes import Fault
from services.web.site import go, page, posted
from services.web.what_if import DRAFTED, Board, Draft, board_of, keep

BOARD = "/money/what-if"
_THEN = {"register-award": "approve-award", "open-fund": "receive-allocation"}
"""What is drafted next: an award takes money only once it is approved, a fund has none until it received some."""
_ASKED = {
    "award": ("Which award?", "Its reference, like MOJ-2017-01."),
    "fund": ("Which fund, of which year?", ""),
    "bid": ("Which bid?", ""),
}


def add_to(name: str, **query: str) -> str:
    """The page on which a draft of an order is filled in."""
    return f"{BOARD}/add/{name}{'?' + urlencode(query) if query else ''}"


class _Choices:
    """What may be picked, without what would be asked of all awards: that is typed."""

    def __init__(self, known: Choices) -> None:
        self._known = known

    def options(self, command: type[Command[Any]], field: str, address: Mapping[str, str]) -> Options | None:
        """As ``ViewChoices``."""
        if SOURCES.get((command.__name__, field)) == "awards":
            return None
        return self._known.options(command, field, address)


def _order(request: Request) -> tuple[str, type[Command[Any]]]:
    """The order that is drafted. Raises ``NotFound``."""
    name = str(request.path_params["order"])
    if name not in DRAFTED:
        raise NotFound("There is no such draft.")
    return name, ORDERS[name]


def show_form(request: Request) -> Response:
    """The form of a draft; first the question what it is about, unless that is known or new."""
    name, command = _order(request)
    desk, who = the_desk(request), signed_in(request)
    kept = board_of(desk.accounts, who.person.id)
    draft = kept.find(request.query_params.get("draft", ""))
    if draft is not None and draft.name == name:
        return _form_page(request, name, _opened(desk, who, command, _address_of(command, draft), draft.fields))
    address = {} if command.starts else _address(request, command)
    if address is None:
        return _subject_page(request, name, command, kept)
    if address and not _is_there(desk, who, command, address, kept):
        words = f"There is no such {command.noun}, neither on record nor on your board. Check what you entered"
        return _subject_page(request, name, command, kept, (Fault(words, "about"),))
    return _form_page(request, name, _opened(desk, who, command, address, {}))


def _address(request: Request, command: type[Command[Any]]) -> dict[str, str] | None:
    """What a draft is about, as the address of the page has it; nothing, while it is not said."""
    said = {field: request.query_params.get(field, "").strip() for field in command.address}
    whole = request.query_params.get("about", "").strip()
    if whole:
        parts = whole.rsplit("/", 1) if len(command.address) == 2 else [whole]
        said = dict(zip(command.address, [*parts, ""], strict=False))
    return said if all(said.values()) else None


def _address_of(command: type[Command[Any]], draft: Draft) -> dict[str, str]:
    return {} if command.starts else {field: str(draft.fields[field]) for field in command.address}


def _is_there(
    desk: FrontDesk, who: SignedIn, command: type[Command[Any]], address: Mapping[str, str], kept: Board
) -> bool:
    """Whether what a draft is about is on record and within reach, or begun by another draft."""
    if not all(is_one_line(said) and len(said) <= 80 for said in address.values()):
        return False
    named = command.model_construct(**dict(address))  # type: ignore[arg-type]
    if not reaches(who.actor, named.about):
        return False
    return named.stream in kept.streams or desk.office.version_of(command.aggregate, named.stream) > 0


def _opened(
    desk: FrontDesk,
    who: SignedIn,
    command: type[Command[Any]],
    address: Mapping[str, str],
    given: Mapping[str, Any],
) -> Form:
    version = 0
    if address:
        named = command.model_construct(**dict(address))  # type: ignore[arg-type]
        version = desk.office.version_of(command.aggregate, named.stream)
    filled = {field: said for field, said in given.items() if field not in address}
    with views_for(desk.office, who.actor, Sees.WHOLE if who.actor.awards is None else Sees.OWN) as views:
        form = form_for(command, address=address, given=filled, choices=_Choices(ViewChoices(views)), version=version)
    only_one = {name: options[0][0] for name in ("fund", "year") if len(options := form.options.get(name, ())) == 1}
    return replace(form, typed={**form.typed, **only_one})


def _form_page(request: Request, name: str, form: Form, *, status: int = 200, again: bool = False) -> Response:
    query = f"?{request.url.query}" if request.url.query else ""
    return page(
        request,
        "what_if/draft.html",
        status=status,
        form=form,
        fields=fields_of(form),
        faults=faults_of(form),
        action=f"{request.url.path}{query}",
        what=" ".join(form.address.values()),
        may=" or ".join(sorted(role.value.replace("-", " ") for role in ORDERS[name].may)),
        again=again,
    )


def _subject_page(
    request: Request, name: str, command: type[Command[Any]], kept: Board, faults: tuple[Fault, ...] = ()
) -> Response:
    """Asks what a draft is about."""
    desk, who = the_desk(request), signed_in(request)
    noun = f"{command.noun}-"
    drafted = sorted(stream.removeprefix(noun) for stream in kept.streams if stream.startswith(noun))
    options: list[tuple[str, str]] = []
    if command.noun != "award":
        with views_for(desk.office, who.actor, Sees.WHOLE) as views:
            options = _funds(views) if command.noun == "fund" else _bids(views)
        options = [*((_value(command.noun, each), f"{each} (a draft)") for each in drafted), *options]
    label, hint = _ASKED[command.noun]
    return page(
        request,
        "what_if/subject.html",
        status=422 if faults else 200,
        faults=faults,
        deed=deed_of(command),
        about=about(command),
        label=label,
        hint=hint,
        options=options,
        drafted=[(each, add_to(name, about=each)) for each in drafted] if command.noun == "award" else [],
        action=add_to(name),
        none=not options and command.noun != "award",
    )


def _value(noun: str, reference: str) -> str:
    """``moj-victims/2017-18`` of ``moj-victims-2017-18``."""
    return f"{reference[:-8]}/{reference[-7:]}" if noun == "fund" else reference


def _funds(views: Views) -> list[tuple[str, str]]:
    rows = sorted(views.rows(FundRow), key=lambda row: (row.year, row.title), reverse=True)
    return [(f"{row.fund}/{row.year}", f"{row.title} {row.year}") for row in rows]


def _bids(views: Views) -> list[tuple[str, str]]:
    columns = BidRow.table.c
    found = select(columns.bid, columns.title, columns.status).where(*views.within(BidRow)).order_by(columns.bid)
    return [(row.bid, f"{row.title} ({row.status})") for row in views.connection.execute(found)]


def keep_draft(request: Request, data: FormData) -> Response:
    """Keeps a draft, or shows its form again with what is wrong."""
    name, command = _order(request)
    desk, who = the_desk(request), signed_in(request)
    kept = board_of(desk.accounts, who.person.id)
    replaced = kept.find(request.query_params.get("draft", ""))
    if replaced is not None and replaced.name != name:
        replaced = None
    address = _address_of(command, replaced) if replaced else {} if command.starts else _address(request, command)
    if address is None or (address and not _is_there(desk, who, command, address, kept)):
        raise NotFound("There is nothing of that name to draft about.")
    opened = _opened(desk, who, command, address, {})
    sent = read(opened, [(key, said) for key, said in data.multi_items() if key != "csrf_token"])
    made = order(opened, sent)
    if sent.again or not isinstance(made, Command):
        wrong = () if isinstance(made, Command) else made
        return _form_page(request, name, shown_again(opened, sent, wrong), status=200 if sent.again else 422)
    fields = made.model_dump(mode="json")
    try:
        board = kept.with_draft(Draft(sent.key, name, fields, sent.version), replaced.id if replaced else None)
        if board != kept:
            keep(desk.accounts, who.person.id, board)
    except Refusal as full:
        return _form_page(request, name, shown_again(opened, sent, [refused(full)]), status=409)
    if name in _THEN and replaced is None:
        return go(add_to(_THEN[name], **{field: str(getattr(made, field)) for field in made.address}), done="kept")
    return go(BOARD, done="kept")


def make_router() -> APIRouter:
    """The forms of drafts."""
    router = APIRouter(include_in_schema=False)
    more: Any = {"response_model": None, "dependencies": [only(READERS)]}
    router.add_api_route(f"{BOARD}/add/{{order}}", show_form, methods=["GET"], **more)
    router.add_api_route(f"{BOARD}/add/{{order}}", posted(keep_draft), methods=["POST"], **more)
    return router
