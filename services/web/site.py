"""What the pages share: who is asking as a page shows it, where one can go, and forms as they come in."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from domain.catalogue import COMMANDS
from domain.kernel import Role
from services.front_desk import FrontDesk, SignedIn, check_from_us, csrf_of, the_desk
from services.http.problem import Problem, Raised
from services.web.forms.recorded import ALREADY, recorded_words
from services.web.page import render

VISIT = "outturn-visit"
"""The cookie of somebody who is not signed in yet, so that a form to sign in by comes from a page of ours."""
TO_SAY = "outturn-said"
"""The cookie of what the next page says was done: signed for whoever did it, and gone once it was said."""
SAID_WITHIN = 120
"""Seconds in which the next page must be asked for; afterwards it says nothing."""
MOST_TO_SAY = 4
"""Of how many pages that are on their way it is remembered what they say."""
MARKS = ("done", "same")
"""What an address says was done, or was there already. A page believes it only when the cookie says so too."""
MOST_FIELDS = 4_000
MOST_FILES = 3
MOST_OF_A_FIELD = 1_000_000
"""Bytes, as they are sent."""

Endpoint = Callable[[Request], Awaitable[Response]]

STAFF = frozenset({Role.CONTRACT_MANAGER, Role.FINANCE, Role.COMMISSIONER, Role.AUDITOR})
PLACES: tuple[tuple[str, str, frozenset[Role]], ...] = (
    ("Today", "/", STAFF | {Role.PROVIDER, Role.ADMINISTRATOR}),
    ("Awards", "/awards", STAFF),
    ("Due", "/due", STAFF),
    ("Reports", "/reports", STAFF),
    ("Money", "/money", STAFF),
    ("Returns", "/returns", STAFF),
    ("Records", "/records", STAFF),
    ("What you owe", "/owed", frozenset({Role.PROVIDER})),
    ("What you sent", "/sent", frozenset({Role.PROVIDER})),
    ("People", "/people", frozenset({Role.ADMINISTRATOR})),
    ("Settings", "/settings", frozenset({Role.ADMINISTRATOR})),
)
"""Where one can go: the words, the address, and who may."""

SAID = {
    "signed-out": "You are signed out.",
    "kept": "What you filled in is kept.",
    "sent-link": "If that address is known here, a message with a link is on its way to it.",
}
"""What is said once after a page has done something, by the name in the address; orders say so by their own."""


@dataclass(frozen=True)
class _Shown:
    """Somebody as a page shows them."""

    name: str
    roles: frozenset[Role]
    person: str


@dataclass(frozen=True)
class PageDesk:
    """What every page shows besides its own matter."""

    office_name: str
    demonstration: bool
    signed_in: _Shown | None
    navigation: Sequence[tuple[str, str, bool]]
    csrf: str
    banner: str | None


def _mark(query: str) -> str:
    """What a query says was done: ``done=approve-award``; empty, if it says nothing."""
    return next((f"{name}={said}" for name, said in parse_qsl(query) if name in MARKS), "")


def _signed(mark: str, csrf: str) -> str:
    return hmac.new(csrf.encode(), f"said\0{mark}".encode(), hashlib.sha256).hexdigest()


def say_next(request: Request, answer: Response, csrf: str) -> None:
    """Lets the page to which an answer leads say what was done; ``csrf``: of whoever is led there.

    Nobody else can make a page say it, and the page says it once.
    """
    mark = _mark(urlsplit(answer.headers.get("location", "")).query)
    if mark and answer.status_code == 303:
        signed = _signed(mark, csrf)
        _keep_to_say(request, answer, [*(each for each in _to_say(request) if each != signed), signed])


def _to_say(request: Request) -> list[str]:
    """What is still to be said: one page may be on its way in one window, and another in another."""
    return [each for each in request.cookies.get(TO_SAY, "").split(".") if re.fullmatch("[0-9a-f]{64}", each)]


def _keep_to_say(request: Request, answer: Response, to_say: Sequence[str]) -> None:
    if not to_say:
        answer.delete_cookie(TO_SAY)
        return
    secure, said = request.url.scheme == "https", ".".join(to_say[-MOST_TO_SAY:])
    answer.set_cookie(TO_SAY, said, max_age=SAID_WITHIN, httponly=True, secure=secure, samesite="lax")


def _banner(request: Request, csrf: str) -> str | None:
    """What was done just before, known by a name: so nobody can put words of their own on a page of ours."""
    mark = _mark(request.url.query)
    signed = _signed(mark, csrf)
    if not mark or not any(hmac.compare_digest(each, signed) for each in _to_say(request)):
        return None
    kind, _, name = mark.partition("=")
    if kind == "same":
        return ALREADY if name in COMMANDS else None
    return recorded_words(name) or SAID.get(name)


def desk_of(request: Request, who: SignedIn | None, csrf: str) -> PageDesk:
    """What the page shows of who is asking and where to go."""
    desk = the_desk(request)
    here = request.url.path
    places: list[tuple[str, str, bool]] = []
    if who is not None:
        mine = [(words, href) for words, href, may in PLACES if who.actor.roles & may]
        places = [(words, href, _is_here(here, href)) for words, href in mine]
    return PageDesk(
        office_name=desk.settings.office_name or "Office of the Police and Crime Commissioner",
        demonstration=desk.demonstration,
        signed_in=None if who is None else _Shown(who.person.name, who.person.roles, who.person.id),
        navigation=places,
        csrf=csrf,
        banner=_banner(request, csrf),
    )


def _is_here(path: str, href: str) -> bool:
    return path == href or (href != "/" and path.startswith(f"{href}/"))


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """A page for whoever is asking; for somebody not signed in, with a cookie that the forms on it go with."""
    who = the_desk(request).who(request)
    known = who if who is not None and not who.by_token else None
    visit = request.cookies.get(VISIT) or secrets.token_urlsafe(32)
    desk = desk_of(request, known, csrf_of(visit) if known is None else known.csrf)
    made = render(request, template, desk=desk, status=status, who=known, **context)
    if known is None and VISIT not in request.cookies:
        begin_visit(request, made, visit)
    if desk.banner is not None:
        said = _signed(_mark(request.url.query), desk.csrf)
        _keep_to_say(request, made, [each for each in _to_say(request) if each != said])
    return made


def begin_visit(request: Request, answer: Response, visit: str) -> None:
    """Gives somebody who is not signed in the secret that the forms on the pages go with."""
    secure = request.url.scheme == "https"
    answer.set_cookie(VISIT, visit, httponly=True, secure=secure, samesite="lax", max_age=24 * 3600)


def go(address: str, *, done: str | None = None, same: str | None = None) -> RedirectResponse:
    """Leads to another page after something was done; that page says so, if a form was ``posted``."""
    mark = f"done={done}" if done else f"same={same}" if same else ""
    parts = urlsplit(address)
    query = "&".join(part for part in (parts.query, mark) if part)
    return RedirectResponse(parts._replace(query=query).geturl(), 303)


def safe_path(said: str | None) -> str:
    """A path within this office to go on to; the front page, if it is anything else."""
    path = said or "/"
    ours = (
        path.startswith("/") and not path.startswith(("//", "/\\", "/sign-")) and path.isprintable() and len(path) < 500
    )
    return _unmarked(path) if ours and "\\" not in path and path.isascii() else "/"


def _unmarked(path: str) -> str:
    """A path that anybody may have written, without a word of what was done: only we say that."""
    parts = urlsplit(path)
    said = parse_qsl(parts.query, keep_blank_values=True)
    if not {name for name, _said in said}.intersection(MARKS):
        return path
    return parts._replace(query=urlencode([pair for pair in said if pair[0] not in MARKS])).geturl()


async def _form(request: Request) -> FormData:
    """A form, whose token shows that it came from a page of ours. Raises ``Raised``."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        raise Raised(415, "This takes a form, as a page of ours sends it.")
    try:
        return await request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=MOST_OF_A_FIELD)
    except HTTPException as unread:
        if not isinstance(unread, Raised) and "exceeded maximum size" in unread.detail:
            raise Raised(413, _TOO_LONG) from None
        raise


_TOO_LONG = f"One entry of the form is too long: at most {MOST_OF_A_FIELD // 1_000_000} MB. Nothing was recorded."


def _csrf(request: Request) -> str:
    """What the forms of whoever is asking go with."""
    who = the_desk(request).who(request)
    return who.csrf if who is not None and not who.by_token else csrf_of(request.cookies.get(VISIT, ""))


def _check(request: Request, form: FormData) -> None:
    said = form.get("csrf_token")
    token = said if isinstance(said, str) else ""
    who = the_desk(request).who(request)
    if who is not None and not who.by_token:
        check_from_us(request, who, token)
        return
    visit = request.cookies.get(VISIT, "")
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Raised(403, "This was sent from a page of somebody else. Nothing was done.")
    if not visit or not hmac.compare_digest(token.encode(), csrf_of(visit).encode()):
        raise Raised(403, "This page is too old, or cookies are switched off. Open it again. Nothing was done.")


def posted(handle: Callable[[Request, FormData], Response]) -> Endpoint:
    """The endpoint of a form: it is read, seen to come from us, and handed over in a thread.

    Where it leads to a page, that page says what was done: every such address is one of ours (see ``safe_path``).
    """

    def in_a_thread(request: Request, form: FormData) -> Response:
        _check(request, form)
        answer = handle(request, form)
        if not any(said.startswith(f"{TO_SAY}=") for said in answer.headers.getlist("set-cookie")):
            say_next(request, answer, _csrf(request))
        return answer

    async def endpoint(request: Request) -> Response:
        form = await _form(request)
        try:
            return await run_in_threadpool(in_a_thread, request, form)
        finally:
            await form.close()

    endpoint.__doc__ = handle.__doc__
    return endpoint


def text_of(form: FormData, name: str) -> str:
    """A field of a form, as text; empty if it is not there, or is a file."""
    said = form.get(name)
    return said.strip() if isinstance(said, str) else ""


NOTHING = "Nothing was recorded."
HEADINGS: dict[int, tuple[str, tuple[str, ...]]] = {
    400: ("That cannot be read", ("Nothing was recorded. Open the page again, and fill it in as it is shown.",)),
    403: ("You cannot do this", ("Go back and check that you have the right page.",)),
    404: ("There is no such page", ("Check the address, or look for what you want from the front page.",)),
    409: ("That cannot be recorded", ("Nothing was recorded. Go back, change what is named here, and try again.",)),
    412: ("Somebody changed this while you looked at it", ("Nothing was recorded. Open the page again and look.",)),
    413: ("That is too large", ("Nothing was recorded. Send a smaller file, or less text.",)),
    415: ("That cannot be read", ("Nothing was recorded. Open the page again, and fill it in as it is shown.",)),
    422: ("Something is missing or cannot be read", ("Nothing was recorded. Go back and check what you entered.",)),
    429: ("That was too often", ("Wait a little, then try again.",)),
    503: ("The records cannot be reached", ("Try again in a few minutes.",)),
}


def error_page(request: Request, problem: Problem) -> Response | None:
    """What went wrong, as a page: for somebody not signed in, the way to sign in."""
    desk: FrontDesk = the_desk(request)
    if problem.status == 401:
        return sign_in_page(request, desk, status=401)
    wrong, what_to_do = HEADINGS.get(problem.status, ("Sorry, something went wrong", ("Try again in a few minutes.",)))
    if NOTHING in problem.detail:  # it is said once
        what_to_do = tuple(said.replace(NOTHING, "").strip() for said in what_to_do)
    return page(
        request,
        "error.html",
        status=problem.status,
        wrong=wrong,
        where=problem.detail,
        what_to_do=what_to_do,
        lead=("Go to the front page", "/"),
        reference=problem.instance,
    )


def sign_in_page(
    request: Request, desk: FrontDesk, *, status: int = 200, faults: Sequence[Any] = (), email: str = ""
) -> HTMLResponse:
    """The ways to sign in that there are here."""
    going = request.query_params.get("next") or (request.url.path if request.method == "GET" else "/")
    if request.url.query and "next" not in request.query_params and request.method == "GET":
        going = f"{going}?{request.url.query}"
    return page(
        request,
        "sign_in/sign_in.html",
        status=status,
        faults=faults,
        email=email,
        going=safe_path(going),
        by_organisation=desk.settings.oidc_issuer is not None,
        is_public=desk.settings.public_page,
        demonstration_people=desk.demonstration_people() if desk.demonstration_sign_in else (),
    )


def may(who: SignedIn | None, name: str) -> bool:
    """Whether somebody may give an order, as far as the role tells: whether a page shows the way to its form."""
    if who is None:
        return False
    command = COMMANDS[name]
    roles = command.may & who.actor.roles
    return bool(roles) and not (command.declares and roles == {Role.PROVIDER} and not who.actor.certifies)
