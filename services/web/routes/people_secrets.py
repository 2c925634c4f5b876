"""What is shown once: a person's tokens for programs and the address of the calendar feed; and the feed itself."""

import hashlib
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from domain.catalogue import COMMANDS
from domain.errors import NotFound, Refusal
from domain.kernel import Actor, utc_now
from domain.periods import day_in_words, parse_day
from services import calendar_feed
from services.accounts import WORDS_OF_SCOPE
from services.address_book import Person
from services.asking import Sees, views_for
from services.channels.channel import is_one_line
from services.front_desk import ANYBODY, only, signed_in, the_desk
from services.people_rules import ACTING_AS_TWO, READING
from services.web.once import new_key, once
from services.web.people_lists import SCOPES
from services.web.routes.people import ADMINISTRATORS, known, page_of, today
from services.web.shapes import Fault
from services.web.site import go, page, posted, text_of

USUAL = timedelta(days=90)
"""For how long a token is good, unless somebody says otherwise."""


def _orders_of(person: Person) -> list[tuple[str, str]]:
    """The single orders that a person may give, with their words."""
    return sorted(
        (name, name.replace("-", " ").capitalize()) for name, one in COMMANDS.items() if one.may & person.roles
    )


def _asked(
    request: Request, person: Person, typed: Mapping[str, Any], faults: list[Fault], status: int = 200
) -> Response:
    return page(
        request,
        "people/token.html",
        status=status,
        person=person,
        typed=typed,
        faults=faults,
        wrong={fault.field: fault.words for fault in faults},
        scopes=[(name, *SCOPES[name]) for name in WORDS_OF_SCOPE],
        orders=_orders_of(person),
        key=new_key(),
    )


def _who_signs_in(request: Request) -> Person:
    """The person that the address names, if that one may sign in. Raises ``NotFound`` or ``Refusal``."""
    person = known(the_desk(request), request)
    if not person.may_sign_in:
        raise Refusal("Who has left, or has no role, can have no token: say first what the person may do.")
    return person


def open_token(request: Request) -> Response:
    """Asks what a new token is for, what it may do and for how long."""
    last = today() + USUAL
    typed = {"title": "", "scope": ["read"], "day": str(last.day), "month": str(last.month), "year": str(last.year)}
    return _asked(request, _who_signs_in(request), typed, [])


def make_token(request: Request, form: FormData) -> Response:
    """Makes a token, and answers with the one page that shows it."""
    desk, person = the_desk(request), _who_signs_in(request)
    typed: dict[str, Any] = {part: text_of(form, f"last-{part}")[:20] for part in ("day", "month", "year")}
    try:
        last: date | None = parse_day("/".join(typed.values()))
    except Refusal:
        last = None
    typed |= {
        "title": text_of(form, "title"),
        "scope": [said for said in form.getlist("scope") if isinstance(said, str)],
    }
    offered = {*WORDS_OF_SCOPE, *(name for name, _words in _orders_of(person))}
    faults = []
    if not is_one_line(typed["title"]) or len(typed["title"]) > 120:
        faults.append(Fault("Enter which program it is for, on one line of at most 120 characters", "title"))
    if not typed["scope"] or set(typed["scope"]) - offered:
        faults.append(Fault("Choose what the program may do", "scope"))
    elif person.id != signed_in(request).person.id and set(typed["scope"]) - READING:
        faults.append(Fault(ACTING_AS_TWO, "scope"))
    if last is None or not today() <= last <= today() + timedelta(days=366):
        faults.append(Fault("Enter the last day, from today to a year ahead, like 30 9 2017", "last-day"))
    if faults or last is None:
        return _asked(request, person, typed, faults, 422)

    def give() -> Response:
        secret = desk.accounts.new_token(person.id, typed["title"], typed["scope"], last, utc_now())
        return page(
            request,
            "people/shown_once.html",
            person=person,
            heading="Copy the token now",
            label="Token",
            secret=secret,
            words=f"It is good until the end of {day_in_words(last)}. The program sends it with every request, as "
            "“Authorization: Bearer” and the token.",
        )

    return once(request, form, give, f"{page_of(person.id)}?done=shown-once")


def revoke(request: Request, _form: FormData) -> Response:
    """Ends a token of a person at once."""
    desk = the_desk(request)
    person, prefix = known(desk, request), str(request.path_params["prefix"])
    if prefix not in {each.prefix for each in desk.accounts.tokens_of(person.id)}:
        raise NotFound("There is no such token of this person.")
    desk.accounts.revoke_token(prefix)
    return go(page_of(person.id), done="token-revoked")


def make_feed(request: Request, form: FormData) -> Response:
    """Makes a new secret for a person's calendar feed, and answers with the one page that shows it."""
    desk = the_desk(request)
    person = known(desk, request)
    if person.left_on is not None:
        raise Refusal("Who has left has no calendar feed.")

    def give() -> Response:
        secret = desk.book.feed_token(person.id)
        return page(
            request,
            "people/shown_once.html",
            person=person,
            heading="Copy the address of the calendar now",
            label="Address of the calendar",
            secret=f"{desk.settings.reached_at}/calendar/{secret}.ics",
            words="Give it to this person alone, to subscribe to it in a calendar: whoever has it sees what is due, "
            "without signing in. An address that was made before has ended.",
        )

    return once(request, form, give, f"{page_of(person.id)}?done=shown-once")


def calendar(request: Request) -> Response:
    """What is due of whoever has this secret, as iCalendar. The secret is all that is asked for."""
    desk = the_desk(request)
    person = desk.book.by_feed_token(str(request.path_params["token"]))
    if person is None or person.left_on is not None:
        raise NotFound("There is no such calendar, or no longer: ask the office for a new address.")
    actor = Actor(id=person.id, roles=person.roles, awards=desk.reach_of(person))
    with views_for(desk.office, actor, Sees.OWN) as views:
        content = calendar_feed.feed(views, person)
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    said = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    if said & {tag, "*"}:
        return Response(status_code=304, headers=headers)
    return Response(content, 200, headers, "text/calendar; charset=utf-8")


def make_router() -> APIRouter:
    """The pages on which a secret is made, and the calendar feed."""
    router = APIRouter(include_in_schema=False)
    more: Any = {"response_model": None, "dependencies": [only(ADMINISTRATORS)]}
    router.add_api_route("/people/{person}/tokens/new", open_token, methods=["GET"], **more)
    router.add_api_route("/people/{person}/tokens/new", posted(make_token), methods=["POST"], **more)
    router.add_api_route("/people/{person}/tokens/{prefix}/revoke", posted(revoke), methods=["POST"], **more)
    router.add_api_route("/people/{person}/feed", posted(make_feed), methods=["POST"], **more)
    anybody: Any = {"response_model": None, "dependencies": [Depends(ANYBODY)]}
    router.add_api_route("/calendar/{token}.ics", calendar, methods=["GET"], **anybody)
    return router
