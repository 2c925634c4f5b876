"""People, for administrators: who there is, what each may do, invited, left, erased. Nobody else sees these pages."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import ValidationError
from sqlalchemy import select
from starlette.datastructures import FormData

from domain.errors import NotFound, Refusal
from domain.kernel import LONDON, Role, utc_now
from domain.periods import parse_day
from projections.providers import ProviderRow
from services.address_book import Person
from services.channels.channel import is_one_line
from services.front_desk import FrontDesk, only, the_desk
from services.office import Stale
from services.people_rules import an_administrator_stays, are_there, id_of_a_form, is_last_administrator, last_seen
from services.web import people_lists as lists
from services.web.links import Sent, send_link
from services.web.once import digest_of_form, new_key, once
from services.web.person_form import (
    PARTS,
    ROLES,
    Typed,
    changed_since,
    clashes,
    marks,
    part_words,
    read,
    role_words,
    typed_in,
    typed_of,
    wrong_fields,
)
from services.web.shapes import Fault, Filter
from services.web.site import SAID, go, page, posted, text_of

ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
UNKNOWN = "There is no such person in the address book, or no longer."
NEVER_INVITED = (
    "No other administrator was invited yet, or has signed in: nobody might be able to look after people any more. "
    "Invite another administrator first."
)
AT_ONCE = 50
"""How many people one page shows."""

SAID.update(
    {
        "person-added": "The person is in the address book.",
        "person-there": "That form was sent already: the person is in the address book. Nothing was changed.",
        "person-changed": "What you changed is kept.",
        "person-invited": "A message with a link to sign in by is on its way.",
        "person-signed-out": "The person is signed out everywhere. Tokens stay until they are revoked.",
        "person-left": "It is recorded that the person left. Sessions, links, tokens and the calendar feed have ended.",
        "person-erased": "The person is erased.",
        "token-revoked": "The token is revoked. Nothing can use it any more.",
        "shown-once": "That was made already and shown once. If it was not copied, make another.",
    }
)


def today() -> date:
    """The day in London."""
    return utc_now().astimezone(LONDON).date()


def known(desk: FrontDesk, request: Request) -> Person:
    """The person that the address names. Raises ``NotFound``."""
    if (found := desk.book.person(str(request.path_params["person"]))) is None:
        raise NotFound(UNKNOWN)
    return found


def page_of(person: str) -> str:
    """Where a person is seen."""
    return f"/people/{person}"


def _providers(desk: FrontDesk, *, chosen: str | None = None) -> list[tuple[str, str]]:
    """The providers in the register that stand for themselves, by title; and the one that is chosen already."""
    columns = ProviderRow.table.c
    wanted = columns.same_as.is_(None) | (columns.provider == (chosen or ""))
    query = select(columns.provider, columns.title).where(wanted).order_by(columns.title, columns.provider)
    with desk.office.reading() as views:
        return [(row.provider, row.title) for row in views.connection.execute(query)]


def _titles(desk: FrontDesk, people: list[Person]) -> Mapping[str, str]:
    named = {each.provider for each in people if each.provider}
    if not named:
        return {}
    with desk.office.reading() as views:
        return {row.provider: row.title for row in views.rows(ProviderRow, ProviderRow.table.c.provider.in_(named))}


def _listed(request: Request, people: list[Person], words: str | None, standing: str = "", after: str = "") -> Response:
    desk = the_desk(request)
    place = next((number + 1 for number, each in enumerate(people) if each.id == after), 0)
    shown, more = people[place : place + AT_ONCE], len(people) > place + AT_ONCE
    return page(
        request,
        "people/list.html",
        table=lists.people_table(shown, last_seen(desk.book), _titles(desk, shown)),
        link=lambda record: page_of(record["id"]),
        filters=[Filter("standing", "Show", standing, lists.STANDINGS)],
        words=words,
        count=len(people),
        first=place + 1,
        last=place + len(shown),
        older=f"/people?standing={standing}&after={shown[-1].id}" if more and words is None else None,
        begin=f"/people?standing={standing}" if place else None,
    )


def show_list(request: Request) -> Response:
    """Everybody in the address book, in order of their names."""
    asked = request.query_params.get("standing", "")
    standing = asked if asked in dict(lists.STANDINGS) else ""
    people = the_desk(request).book.people()
    narrowed = [each for each in people if not standing or lists.standing_of(each) == standing]
    return _listed(request, narrowed, None, standing, request.query_params.get("after", ""))


def find(request: Request, form: FormData) -> Response:
    """The people with some words in their name or address. It is posted: names do not belong into addresses of pages.

    Nothing is recorded, so that the answer is the page itself.
    """
    words = text_of(form, "words")[:200]
    people = the_desk(request).book.people()
    return _listed(request, [each for each in people if lists.is_found(each, words)], words)


def _filled(
    request: Request, person: Person | None, typed: Typed, faults: list[Fault], *, status: int = 200, key: str = ""
) -> Response:
    return page(
        request,
        "people/form.html",
        status=status,
        person=person,
        typed=typed,
        faults=faults,
        wrong={fault.field: fault.words for fault in faults},
        providers=_providers(the_desk(request), chosen=typed["provider"]),
        roles=ROLES,
        parts=PARTS,
        seen=marks(person) if person is not None else "",
        key=key or new_key(),
    )


def open_new(request: Request) -> Response:
    """The empty form of somebody new."""
    return _filled(request, None, typed_of(None), [])


def add(request: Request, form: FormData) -> Response:
    """Adds somebody, once however often the form is sent."""
    desk, typed = the_desk(request), typed_in(form)
    person = id_of_a_form(digest_of_form(request, form))
    if desk.book.person(person) is not None:
        return go(page_of(person), done="person-there")
    said, faults = read(typed)
    if not faults:
        try:
            are_there(desk.office, said["provider"], said["awards"] or ())
            desk.book.put(Person(id=person, **said))
        except ValidationError as error:
            faults = wrong_fields(error)
        except (Refusal, NotFound) as refusal:
            faults = [clashes(desk.book, person, said, refusal)]
    if faults:
        return _filled(request, None, typed, faults, status=422, key=text_of(form, "key"))
    return go(page_of(person), done="person-added")


@contextmanager
def _stays(desk: FrontDesk, named: str, *, losing: bool) -> Iterator[None]:
    """Raises ``Refusal`` when nobody would be left who looks after people, or nobody who was ever asked to.

    Whoever was only written down may not know of it, and an address that is mistyped lets nobody in.
    """
    with an_administrator_stays(desk.book, named, losing=losing):
        person = desk.book.person(named) if losing else None
        if person is not None and person.may_sign_in and Role.ADMINISTRATOR in person.roles:
            seen = last_seen(desk.book)
            others = [
                each
                for each in desk.book.people()
                if each.id != named and each.may_sign_in and Role.ADMINISTRATOR in each.roles
            ]
            if not any(each.invited_on or each.subject or each.id in seen for each in others):
                raise Refusal(NEVER_INVITED)
        yield


def open_change(request: Request) -> Response:
    """The form with what is known of a person."""
    person = known(the_desk(request), request)
    return _filled(request, person, typed_of(person), [])


def change(request: Request, form: FormData) -> Response:
    """Changes a person, unless somebody else did since the form was opened: then it says what."""
    desk, typed, seen = the_desk(request), typed_in(form), text_of(form, "seen")
    person = known(desk, request)
    said, faults = read(typed)
    status = 422

    def changed(now: Person) -> Person:
        if marks(now) != seen:
            raise Stale("somebody else")
        bounced = now.bounced and now.email == said["email"]
        return Person.model_validate(now.model_dump() | said | {"bounced": bounced})

    if not faults:
        losing = Role.ADMINISTRATOR not in said["roles"]
        try:
            are_there(desk.office, said["provider"], said["awards"] or ())
            with _stays(desk, person.id, losing=losing):
                desk.book.change(person.id, changed)
        except ValidationError as error:
            faults = wrong_fields(error)
        except Stale:
            person, status = known(desk, request), 412
            fields = ", ".join(changed_since(person, seen))
            words = f"Somebody changed this person after you opened the page: {fields}. "
            faults = [Fault(f"{words}Compare with the person's page, and send it again if it still holds")]
        except (Refusal, NotFound) as refusal:
            faults = [clashes(desk.book, person.id, said, refusal)]
    if faults:
        return _filled(request, person, typed, faults, status=status)
    return go(page_of(person.id), done="person-changed")


def show(request: Request) -> Response:
    """One person: what is known, where signed in, which tokens."""
    desk = the_desk(request)
    person = known(desk, request)
    return page(
        request,
        "people/person.html",
        person=person,
        roles=role_words(person.roles, certifies=person.certifies),
        parts=part_words(person.parts),
        provider=_titles(desk, [person]).get(person.provider or "", person.provider),
        sessions=lists.sessions_table(desk.accounts.sessions_of(person.id, utc_now())),
        tokens=lists.tokens_table(desk.accounts.tokens_of(person.id), today()),
        last_administrator=is_last_administrator(desk.book, person.id),
        key=new_key(),
    )


def invite(request: Request, form: FormData) -> Response:
    """Sends a person a link to sign in by, and notes the day."""
    desk = the_desk(request)
    person = known(desk, request)

    def give() -> Response:
        if not person.may_sign_in:
            raise Refusal("Who has left, or has no role, cannot sign in: say first what the person may do.")
        sent = send_link(desk, person, "/")
        if sent is Sent.TOO_MANY:
            raise Refusal("Several links were sent within the hour and not used. Wait an hour, then invite again.")
        if sent is Sent.NOT_SENT:
            raise Refusal("The message could not be handed over. Check the settings for messages, then try again.")
        desk.book.invite(person.id, today())
        return go(page_of(person.id), done="person-invited")

    return once(request, form, give, page_of(person.id))


def sign_out(request: Request, _form: FormData) -> Response:
    """Signs a person out everywhere."""
    desk = the_desk(request)
    person = known(desk, request)
    desk.accounts.end_sessions_of(person.id)
    return go(page_of(person.id), done="person-signed-out")


def _leaving(request: Request, person: Person, day: Mapping[str, str], faults: list[Fault], status: int) -> Response:
    return page(request, "people/leave.html", status=status, person=person, day=day, faults=faults)


def open_leave(request: Request) -> Response:
    """Asks on which day a person left."""
    now = today()
    day = {"day": str(now.day), "month": str(now.month), "year": str(now.year)}
    return _leaving(request, known(the_desk(request), request), day, [], 200)


def leave(request: Request, form: FormData) -> Response:
    """Records that a person left. It holds at once, so that the day may not be to come."""
    desk = the_desk(request)
    person = known(desk, request)
    typed = {part: text_of(form, f"left-{part}")[:20] for part in ("day", "month", "year")}
    try:
        day = parse_day("/".join(typed.values()))
    except Refusal:
        return _leaving(request, person, typed, [Fault("Enter a real date, like 30 9 2017", "left-day")], 422)
    if day > today():
        words = "The day must be today or in the past: signing in ends at once"
        return _leaving(request, person, typed, [Fault(words, "left-day")], 422)
    try:
        with _stays(desk, person.id, losing=True):
            desk.book.leave(person.id, day)
    except Refusal as refusal:
        return _leaving(request, person, typed, [Fault(str(refusal).removesuffix("."))], 409)
    return go(page_of(person.id), done="person-left")


def _erasing(request: Request, person: Person, faults: list[Fault], status: int = 200) -> Response:
    return page(request, "people/erase.html", status=status, person=person, faults=faults)


def open_erase(request: Request) -> Response:
    """Says what goes and what stays, and asks whether it is meant."""
    return _erasing(request, known(the_desk(request), request), [])


def erase(request: Request, form: FormData) -> Response:
    """Takes a person out for good. Sent again, also after it was cut off, it makes sure of it."""
    desk, named = the_desk(request), str(request.path_params["person"])
    meant = text_of(form, "confirm") == named
    person = desk.book.person(named)
    if person is not None and not meant:
        return _erasing(request, person, [Fault("Enter the reference as it stands on this page", "confirm")], 422)
    if not meant or not is_one_line(named):
        raise NotFound(UNKNOWN)
    try:
        with _stays(desk, named, losing=True):
            desk.book.erase(named)
    except Refusal as refusal:
        if person is None:
            raise
        return _erasing(request, person, [Fault(str(refusal).removesuffix("."))], 409)
    except NotFound:
        pass  # sent twice: what was cut off has been made sure of
    return go("/people", done="person-erased")


def make_router() -> APIRouter:
    """The pages of people."""
    router = APIRouter(include_in_schema=False)
    more: Any = {"response_model": None, "dependencies": [only(ADMINISTRATORS)]}

    def add_page(path: str, show_: Callable[..., Response] | None, take: Any = None) -> None:
        if show_ is not None:
            router.add_api_route(path, show_, methods=["GET"], **more)
        if take is not None:
            router.add_api_route(path, posted(take), methods=["POST"], **more)

    add_page("/people", show_list, find)
    add_page("/people/new", open_new, add)
    add_page("/people/{person}", show)
    add_page("/people/{person}/change", open_change, change)
    add_page("/people/{person}/invite", None, invite)
    add_page("/people/{person}/sign-out", None, sign_out)
    add_page("/people/{person}/leave", open_leave, leave)
    add_page("/people/{person}/erase", open_erase, erase)
    return router
