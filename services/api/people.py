"""People and their tokens, for administrators; and for everybody who is signed in, who that is.

Names and addresses are here and in the address book, and nowhere in the log, in exports or in answers to anybody else.
"""

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ValidationError
from pydantic_core import to_json
from starlette.concurrency import run_in_threadpool

from domain.catalogue import COMMANDS
from domain.errors import NotAllowed, NotFound, Refusal
from domain.kernel import LONDON, Role, utc_now
from services.accounts import Token
from services.address_book import NOBODYS_ROLE, Person
from services.api.downloads import UNKNOWN
from services.api.files import Schema, in_path
from services.api.openapi import problems
from services.api.people_bodies import ChangedPerson, Leaving, NewPerson, NewToken, Nothing
from services.channels.channel import is_one_line
from services.front_desk import FrontDesk, SignedIn, only, signed_in, the_desk
from services.http.json_body import json_body
from services.http.problem import malformed
from services.people_rules import ACTING_AS_TWO, OWN_ROLES, READING, an_administrator_stays, are_there, new_id

ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
EVERYBODY = frozenset(Role) - {NOBODYS_ROLE}

BodyT = TypeVar("BodyT", bound=BaseModel)
Told = Mapping[str, Any]


@contextmanager
def _told() -> Iterator[None]:
    """Tells what is wrong with the fields, without saying again what was sent. Raises ``Raised`` 422."""
    try:
        yield
    except ValidationError as wrong:
        raise malformed(wrong) from None


def _answer(said: Told, status: int = 200, **headers: str) -> Response:
    return Response(to_json(said), status, headers, "application/json")


def person_said(person: Person) -> dict[str, Any]:
    """A person as administrators see one."""
    said = person.model_dump(mode="json")
    return said | {"roles": sorted(said["roles"]), "parts": sorted(said["parts"]), "may_sign_in": person.may_sign_in}


def token_said(token: Token) -> dict[str, Any]:
    """A token as administrators see it: never the token itself."""
    return token._asdict() | {"scope": sorted(token.scope)}


def _check_scope(who: SignedIn, *, changes: bool) -> None:
    """Raises ``NotAllowed`` for a token that may not do this."""
    scope = who.actor.scope
    if scope is not None and ((not changes and "read" not in scope) or (changes and not COMMANDS.keys() <= scope)):
        needed = "act" if changes else "read"
        raise NotAllowed(f"This token may not do that: people are looked after with the scope {needed}.")


def _known(desk: FrontDesk, request: Request) -> Person:
    """The person that the address names. Raises ``NotFound``."""
    if (found := desk.book.person(str(request.path_params["person"]))) is None:
        raise NotFound(UNKNOWN)
    return found


def _are_there(desk: FrontDesk, said: Told) -> None:
    """A mistyped provider or award would mean that nobody is reminded. Raises ``NotFound``."""
    are_there(desk.office, said.get("provider"), said.get("awards") or ())


def _today() -> date:
    return utc_now().astimezone(LONDON).date()


def list_people(desk: FrontDesk, _who: SignedIn, _request: Request, _body: Nothing) -> Response:
    """Everybody, also who has left, in order of their names."""
    return _answer({"people": [person_said(each) for each in desk.book.people()]})


def show_person(desk: FrontDesk, _who: SignedIn, request: Request, _body: Nothing) -> Response:
    """One person, and where they are signed in."""
    person = _known(desk, request)
    fields = ("mark", "how", "begun", "seen", "ends")
    sessions = desk.accounts.sessions_of(person.id, utc_now())
    said = [{field: getattr(each, field) for field in fields} for each in sessions]
    return _answer(person_said(person) | {"sessions": said})


def add_person(desk: FrontDesk, _who: SignedIn, _request: Request, body: NewPerson) -> Response:
    """Adds somebody. The id is made here: it stands in the log for ever, and must not give the person away."""
    said = body.model_dump(exclude_unset=True, exclude={"invite"})
    _are_there(desk, said)
    with _told():
        person = Person(id=new_id(), **said)
        if body.invite and not person.may_sign_in:
            raise Refusal("Who has no role cannot sign in: say what the person may do, or leave invite out.")
        desk.book.put(person)
        if body.invite:
            person = desk.book.invite(person.id, _today())
    return _answer(person_said(person), 201, location=f"/api/people/{person.id}")


def change_person(desk: FrontDesk, who: SignedIn, request: Request, body: ChangedPerson) -> Response:
    """Changes what is said, and nothing else. Who may no longer sign in is signed out at once."""
    said, person = body.model_dump(exclude_unset=True), _known(desk, request).id
    _are_there(desk, said)
    if "email" in said:
        said["bounced"] = False
    if "roles" in said and Role.PROVIDER not in said["roles"]:
        said = {"certifies": False} | said
    losing = "roles" in said and Role.ADMINISTRATOR not in said["roles"]
    with _told(), an_administrator_stays(desk.book, person, losing=losing):
        if "roles" in said and person == who.person.id and said["roles"] - who.person.roles:
            raise NotAllowed(OWN_ROLES)
        changed = desk.book.change(person, lambda known: Person.model_validate(known.model_dump() | said))
    return _answer(person_said(changed))


def invite_person(desk: FrontDesk, _who: SignedIn, request: Request, _body: Nothing) -> Response:
    """Notes that a person is asked to sign in, from today."""
    return _answer(person_said(desk.book.invite(_known(desk, request).id, _today())))


def leave_person(desk: FrontDesk, _who: SignedIn, request: Request, body: Leaving) -> Response:
    """Records that a person left: nothing more is sent; sessions, links, tokens and the calendar feed end at once."""
    person = _known(desk, request).id
    if body.on is not None and body.on > _today():
        raise Refusal("That day is to come: say that a person left once it is so. Until then nothing is ended.")
    with an_administrator_stays(desk.book, person, losing=True):
        desk.book.leave(person, body.on or _today())
    return _answer(person_said(_known(desk, request)))


def erase_person(desk: FrontDesk, _who: SignedIn, request: Request, _body: Nothing) -> Response:
    """Takes a person out for good. The log keeps what was done, under an id without a name. It cannot be undone."""
    person = str(request.path_params["person"])
    if not is_one_line(person):
        raise NotFound(UNKNOWN)
    with an_administrator_stays(desk.book, person, losing=True):
        desk.book.erase(person)  # also of somebody whose erasure was cut off: nothing is known of that one any more
    return _answer({"erased": True})


def sign_out_person(desk: FrontDesk, _who: SignedIn, request: Request, _body: Nothing) -> Response:
    """Signs a person out everywhere, at once. Tokens stay."""
    return _answer({"ended": desk.accounts.end_sessions_of(_known(desk, request).id)})


def list_tokens(desk: FrontDesk, _who: SignedIn, _request: Request, _body: Nothing) -> Response:
    """Every token, also those that are no longer good: whose it is, what it may do, until when, when last used."""
    return _answer({"tokens": [token_said(each) for each in desk.accounts.tokens()]})


def make_token(desk: FrontDesk, who: SignedIn, request: Request, body: NewToken) -> Response:
    """Makes a token with which a program acts in a person's name. It is shown this once, and kept nowhere."""
    if who.by_token:
        raise NotAllowed("A token is made by a person who is signed in, not by another token.")
    now, person = utc_now(), _known(desk, request).id if "person" in request.path_params else who.person.id
    if person != who.person.id and set(body.scope) - READING:
        raise NotAllowed(ACTING_AS_TWO)
    expires_on = now.astimezone(LONDON).date() + timedelta(days=body.days)
    secret = desk.accounts.new_token(person, body.title, body.scope, expires_on, now)
    [made] = [each for each in desk.accounts.tokens_of(person) if each.prefix == secret.split("_")[1]]
    return _answer({"token": secret, **token_said(made)}, 201)


def revoke_token(desk: FrontDesk, _who: SignedIn, request: Request, _body: Nothing) -> Response:
    """Ends a token at once."""
    desk.accounts.revoke_token(str(request.path_params["prefix"]))
    return _answer({"revoked": True})


def show_me(_desk: FrontDesk, who: SignedIn, _request: Request, _body: Nothing) -> Response:
    """Who is signed in, and how far that person reaches. No names, no addresses."""
    actor = who.actor
    said = {
        "id": actor.id,
        "roles": sorted(actor.roles),
        "provider": who.person.provider,
        "awards": None if actor.awards is None else sorted(actor.awards),
        "certifies": actor.certifies,
        "by_token": who.by_token,
        "scope": None if actor.scope is None else sorted(actor.scope | ({"events"} if who.events else set())),
    }
    return _answer(said)


Handle = Callable[[FrontDesk, SignedIn, Request, BodyT], Response]


def _reading(handle: Handle[Nothing], *, any_scope: bool) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        who = signed_in(request)
        if not any_scope:
            _check_scope(who, changes=False)
        return handle(the_desk(request), who, request, Nothing())

    return endpoint


def _changing(handle: Handle[BodyT], model: type[BodyT]) -> Callable[[Request], Awaitable[Response]]:
    def give(request: Request, said: dict[str, Any]) -> Response:
        who = signed_in(request)
        _check_scope(who, changes=True)
        with _told():
            body = model.model_validate_json(to_json(said), strict=True)
        return handle(the_desk(request), who, request, body)

    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(give, request, await json_body(request))

    return endpoint


def _inline(schema: Any, known: Mapping[str, Any]) -> Any:
    """A schema in which everything stands where it is used."""
    if isinstance(schema, list):
        return [_inline(each, known) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inline(known[schema["$ref"].rpartition("/")[2]], known)
    return {key: _inline(each, known) for key, each in schema.items() if key != "$defs"}


def schema_of(model: type[BaseModel]) -> Schema:
    """The schema of a body. What may be left out of a change has no default: it stays as it is."""
    whole = model.model_json_schema()
    found: Schema = _inline(whole, whole.get("$defs", {}))
    if model is ChangedPerson:
        for said in found["properties"].values():
            said.pop("default", None)
    return found


def _object(**properties: Any) -> Schema:
    return {"type": "object", "required": [*properties], "properties": properties}


_TEXT: Schema = {"type": "string"}
_MAYBE: Schema = {"type": ["string", "null"]}
_LIST: Schema = {"type": "array", "items": _TEXT}
_YES: Schema = {"type": "boolean"}
PERSON = _object(id=_TEXT, name=_TEXT, email=_TEXT, roles=_LIST, provider=_MAYBE, left_on=_MAYBE, may_sign_in=_YES)
TOKEN = _object(
    prefix=_TEXT, person=_TEXT, title=_TEXT, scope=_LIST, made=_TEXT, expires_on=_TEXT, used=_MAYBE, revoked=_YES
)
_ME = _object(
    id=_TEXT,
    roles=_LIST,
    provider=_MAYBE,
    awards={"type": ["array", "null"], "items": _TEXT, "description": "The awards within reach; null: all."},
    certifies=_YES,
    by_token=_YES,
    scope={"type": ["array", "null"], "items": _TEXT, "description": "Of a token; null: all that the person may."},
)
_OF_READING = ("401", "403", "404", "422", "429", "503")
_OF_CHANGING = ("400", "401", "403", "404", "409", "413", "415", "422", "429", "503")
_PARTS = {
    "person": in_path("person", "The person's id.", "p-bcdfghjk"),
    "prefix": in_path("prefix", "The token's first letters.", "abcd1234"),
}


def _said(path: str, answer: Schema, statuses: Collection[str], status: str = "200") -> Schema:
    """What the document says of a route."""
    places = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    done = {"description": "Done", "content": {"application/json": {"schema": answer}}}
    return {"parameters": [_PARTS[each] for each in places], "responses": {status: done, **problems(*statuses)}}


def make_router() -> APIRouter:
    """The addresses of people, of tokens and of whoever asks."""
    router = APIRouter()

    def add(path: str, endpoint: Any, name: str, may: Collection[Role], summary: str, said: Schema) -> None:
        router.add_api_route(
            path,
            endpoint,
            methods=["POST" if "requestBody" in said else "GET"],
            status_code=201 if "201" in said["responses"] else 200,
            name=name,
            operation_id=name,
            tags=["tokens" if "token" in name else "people"],
            summary=summary,
            dependencies=[only(may)],
            response_model=None,
            response_class=Response,
            openapi_extra=said,
        )

    def read(path: str, handle: Handle[Nothing], name: str, answer: Schema, may: Collection[Role]) -> None:
        summary = (handle.__doc__ or "").partition(".")[0]
        endpoint = _reading(handle, any_scope=may is EVERYBODY)
        add(path, endpoint, name, may, summary, _said(path, answer, _OF_READING))

    def change(
        path: str,
        handle: Handle[BodyT],
        model: type[BodyT],
        name: str,
        answer: Schema,
        status: str = "200",
        may: Collection[Role] = ADMINISTRATORS,
    ) -> None:
        said = _said(path, answer, _OF_CHANGING, status)
        content = {"application/json": {"schema": schema_of(model)}}
        summary = (handle.__doc__ or "").partition(".")[0]
        said |= {"requestBody": {"required": True, "content": content}}
        add(path, _changing(handle, model), name, may, summary, said)

    people: Schema = {"type": "array", "items": PERSON}
    session = _object(mark=_TEXT, how=_TEXT, begun=_TEXT, seen=_TEXT, ends=_TEXT)
    in_full = _object(**PERSON["properties"], sessions={"type": "array", "items": session})
    read("/me", show_me, "show-me", _ME, EVERYBODY)
    read("/people", list_people, "list-people", _object(people=people), ADMINISTRATORS)
    read("/people/{person}", show_person, "show-person", in_full, ADMINISTRATORS)
    read("/tokens", list_tokens, "list-tokens", _object(tokens={"type": "array", "items": TOKEN}), ADMINISTRATORS)
    change("/people", add_person, NewPerson, "add-person", PERSON, "201")
    change("/people/{person}", change_person, ChangedPerson, "change-person", PERSON)
    change("/people/{person}/invite", invite_person, Nothing, "invite-person", PERSON)
    change("/people/{person}/leave", leave_person, Leaving, "leave-person", PERSON)
    change("/people/{person}/erase", erase_person, Nothing, "erase-person", _object(erased=_YES))
    change("/people/{person}/sign-out", sign_out_person, Nothing, "sign-out-person", _object(ended={"type": "integer"}))
    made = _object(token=_TEXT, **TOKEN["properties"])
    change("/people/{person}/tokens", make_token, NewToken, "make-token", made, "201")
    change("/me/tokens", make_token, NewToken, "make-own-token", made, "201", EVERYBODY)
    change("/tokens/{prefix}/revoke", revoke_token, Nothing, "revoke-token", _object(revoked=_YES))
    return router
