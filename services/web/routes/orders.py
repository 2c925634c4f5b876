"""Every order as a page with a form: ``/awards/MOJ-2017-01/do/complete-milestone``. Made from the catalogue."""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Request, Response
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import FormData, UploadFile

from domain.catalogue import COMMANDS
from domain.errors import NotFound, OutturnError, Refusal
from domain.kernel import Command, Recorded, Role
from projections.timeline import in_words
from services.api.commands import PLURALS
from services.asking import Sees, views_for
from services.front_desk import FrontDesk, SignedIn, only, signed_in, the_desk
from services.office import Conflict, Stale, reaches
from services.web.forms.choices import ViewChoices
from services.web.forms.form import Form, Wrong, form_for
from services.web.forms.ordering import order, refused
from services.web.forms.reading import Read, read, shown_again
from services.web.forms.view import faults_of, fields_of
from services.web.site import go, page, posted

ELSEWHERE = frozenset({"submit-report", "correct-report"})
"""Orders that have pages of their own."""

ORDERS: dict[str, type[Command[Any]]] = {
    name: command for name, command in COMMANDS.items() if command.may - {Role.SCHEDULER} and name not in ELSEWHERE
}
"""Every order that a person gives on a page."""


def path_of(command: type[Command[Any]], name: str) -> str:
    """``/awards/{award}/do/complete-milestone``."""
    return f"/{PLURALS[command.noun]}/{'/'.join(f'{{{field}}}' for field in command.address)}/do/{name}"


def address_of(name: str, **address: str) -> str:
    """Where the form of an order is, for a link on a page."""
    return path_of(ORDERS[name], name).format_map(address)


def page_of(noun: str, address: Mapping[str, str]) -> str:
    """The page on which a thing is seen."""
    match noun:
        case "award":
            return f"/awards/{address['award']}"
        case "obligation":
            return f"/awards/{address['award']}#due"
        case "report":
            return f"/reports/{address['award']}/{address['period']}"
        case "fund":
            return f"/money/{address['fund']}/{address['year']}"
        case "provider":
            return f"/providers/{address['provider']}"
        case "return":
            return f"/returns/{address['period']}"
        case "decision":
            return "/records/decisions"
        case "bid":
            return "/money/bids"
        case "calendar":
            return "/settings/holidays"
        case "chase":
            return "/settings/chasing"
        case _:
            return "/settings"


def _given(command: type[Command[Any]], said: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What an address fills in, as far as it can be read: a link that is wrong fills in nothing."""
    for field, words in said.items():
        info = command.model_fields.get(field)
        if info is None:
            continue
        with suppress(ValidationError, Refusal):
            kind: Any = Annotated[info.annotation, info]
            yield field, TypeAdapter(kind).validate_strings(words)


def _form(desk: FrontDesk, who: SignedIn, name: str, address: Mapping[str, str], given: Mapping[str, Any]) -> Form:
    """The form as it is opened now. Raises ``NotFound`` for what is not there, or out of reach."""
    command = ORDERS[name]
    version = 0
    if address:
        named = command.model_construct(**dict(address))  # type: ignore[arg-type]
        if not reaches(who.actor, named.about):
            raise NotFound(f"There is no {named.named}.")
        version = desk.office.version_of(command.aggregate, named.stream)
        if not version and not command.starts:
            raise NotFound(f"There is no {named.named}.")
    fields = dict(_given(command, {field: said for field, said in given.items() if field not in address}))
    with views_for(desk.office, who.actor, Sees.WHOLE if who.actor.awards is None else Sees.OWN) as views:
        return form_for(command, address=address, given=fields, choices=ViewChoices(views), version=version)


def _shown(request: Request, name: str, form: Form, *, status: int = 200, changed: Iterable[Recorded] = ()) -> Response:
    back = page_of(ORDERS[name].noun, form.address) if form.address else "/"
    happened = [(*in_words(each.event), each.at.isoformat()) for each in changed]
    return page(
        request,
        "forms/order_page.html",
        status=status,
        form=form,
        fields=fields_of(form),
        faults=faults_of(form),
        action=request.url.path,
        back=(back, "Back"),
        happened=happened,
    )


def _address(request: Request) -> dict[str, str]:
    return {field: str(said) for field, said in request.path_params.items()}


def _opened(name: str) -> Callable[[Request], Response]:
    def show(request: Request) -> Response:
        desk, who = the_desk(request), signed_in(request)
        return _shown(request, name, _form(desk, who, name, _address(request), request.query_params))

    return show


def _sent(name: str) -> Callable[[Request, FormData], Response]:
    def give(request: Request, data: FormData) -> Response:
        desk, who = the_desk(request), signed_in(request)
        opened = _form(desk, who, name, _address(request), {})
        came, file = _file(desk, opened, data)
        sent = read(opened, [(key, said) for key, said in data.multi_items() if key != "csrf_token"], file)
        made = order(opened, sent)
        if sent.again or not isinstance(made, Command):
            wrong = () if isinstance(made, Command) else made
            if isinstance(file, Mapping) and not any(each.name == "file" for each in wrong):
                wrong = (*wrong, Wrong("file", "Choose the file again: it is not kept until all of the form is right"))
            return _shown(request, name, shown_again(opened, sent, wrong), status=200 if sent.again else 422)
        return _give(request, name, opened, sent, made, came)

    return give


def _file(desk: FrontDesk, form: Form, data: FormData) -> tuple[bytes | None, Mapping[str, Any] | str | None]:
    """The file that came along, if the form takes one, with what is known of it, or with why it cannot be kept."""
    upload = next((said for _key, said in data.multi_items() if isinstance(said, UploadFile)), None)
    if upload is None or not form.sends_a_file or not upload.filename:
        return None, None
    came = upload.file.read()  # it is closed with the form: see ``posted``
    try:
        return came, desk.documents.look_at(came, upload.filename)._asdict()
    except Refusal as wrong:
        return None, str(wrong)


class _Act(NamedTuple):
    """The name of an act in the record: of the form that it came of, and of what was sent with it."""

    form: str
    said: str

    @classmethod
    def of(cls, who: SignedIn, key: str, made: Command[Any]) -> "_Act":
        """The act that a form of somebody is, by its key, as it was filled in."""
        form = hashlib.sha256(f"{who.person.id}\0form\0{key}".encode()).hexdigest()[:32]
        return cls(form, hashlib.sha256(made.model_dump_json().encode()).hexdigest()[:16])

    @property
    def name(self) -> str:
        """As it stands in the record."""
        return f"{self.form}-{self.said}"


SENT_BEFORE = (
    "This form was sent before, and what it said then is recorded: see below. What you changed since then was not "
    "recorded. If it is to be recorded too, send it now"
)
CHANGED = (
    "This was changed after you opened the page: see below what happened. If what you entered is still right, send it "
    "again"
)


def _before(request: Request, name: str, opened: Form, sent: Read, made: Command[Any], act: _Act) -> Response | None:
    """What is answered if this form was sent before: where it led, if it said the same; otherwise that it was not."""
    changed = the_desk(request).office.log.stream(made.stream, after=sent.version)
    if any(recorded.act == act.name for recorded in changed):
        return go(page_of(made.noun, {field: str(getattr(made, field)) for field in made.address}), done=name)
    if not any(recorded.act.startswith(f"{act.form}-") for recorded in changed):
        return None
    anew = replace(sent, version=changed[-1].version, key=secrets.token_urlsafe(24))
    return _shown(request, name, shown_again(opened, anew, [Wrong("", SENT_BEFORE)]), status=409, changed=changed)


def _give(request: Request, name: str, opened: Form, sent: Read, made: Command[Any], data: bytes | None) -> Response:
    """Gives the order, once however often the form is sent; leads to the page of what it was about."""
    desk, who = the_desk(request), signed_in(request)
    act = _Act.of(who, sent.key, made)
    before = _before(request, name, opened, sent, made, act)
    if before is not None:
        return before
    try:
        if data is not None:
            for _number, refusal in desk.office.rehearse([made], who.actor):
                raise refusal
            desk.documents.keep(data, getattr(made, "file_name", "document"))
        written = desk.office.do(made, who.actor, seen=sent.version if opened.address else None, act=act.name)
    except Stale:
        before = _before(request, name, opened, sent, made, act)  # at the same moment
        if before is not None:
            return before
        changed = desk.office.log.stream(made.stream, after=sent.version)
        version = changed[-1].version if changed else sent.version
        again = shown_again(opened, replace(sent, version=version), [Wrong("", CHANGED)])
        return _shown(request, name, again, status=412, changed=changed)
    except (Refusal, Conflict, NotFound) as refusal:
        return _shown(request, name, shown_again(opened, sent, [refused(refusal, opened)]), status=_status(refusal))
    there = page_of(made.noun, {field: str(getattr(made, field)) for field in made.address})
    return go(there, done=name if written else None, same=None if written else name)


def _status(refusal: OutturnError) -> int:
    return 404 if isinstance(refusal, NotFound) else 409


def make_router() -> APIRouter:
    """A page for every order."""
    router = APIRouter(include_in_schema=False)
    for name, command in ORDERS.items():
        paths = [path_of(command, name)] + ([f"/do/{name}"] if command.starts else [])
        for path in paths:
            more: Any = {"response_model": None, "dependencies": [only(command.may)]}
            router.add_api_route(path, _opened(name), methods=["GET"], **more)
            router.add_api_route(path, posted(_sent(name)), methods=["POST"], **more)
    return router
