"""Signing in and out: through the organisation, by an e-mailed link, and in the demonstration as one of its people."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.background import BackgroundTask
from starlette.datastructures import FormData

from domain.kernel import utc_now
from services.channels.channel import is_address
from services.front_desk import ANYBODY, FrontDesk, cookie_name, csrf_of, the_desk
from services.http.problem import Raised
from services.sign_in.claims import ProviderUnavailable, SignInRefused
from services.sign_in.organisation import PENDING_LASTS, person_for, provider_of
from services.web import links
from services.web.shapes import Fault
from services.web.site import VISIT, begin_visit, go, page, posted, safe_path, say_next, sign_in_page, text_of

PENDING = "outturn-sign-in"
"""The cookie of a sign-in that goes on at the organisation."""
Answered = TypeVar("Answered")


def _signed_in(request: Request, desk: FrontDesk, person: str, how: str, going: str) -> Response:
    """Begins a session, under a secret that nobody knew before; a session that was there ends."""
    former = request.cookies.get(cookie_name(request))
    if former:
        desk.accounts.end_session(former)
    idle, at_all = timedelta(minutes=desk.settings.session_minutes), timedelta(hours=desk.settings.session_hours)
    secret = desk.accounts.begin_session(person, how, utc_now(), idle, at_all)
    answer = RedirectResponse(going, 303)
    secure = request.url.scheme == "https"
    answer.set_cookie(cookie_name(request), secret, httponly=True, secure=secure, samesite="lax", path="/")
    answer.delete_cookie(VISIT)
    answer.delete_cookie(PENDING)
    return answer


def show(request: Request) -> Response:
    """The ways to sign in."""
    return sign_in_page(request, the_desk(request))


def send_link(request: Request, form: FormData) -> Response:
    """Sends a link to an address that is known; says the same whether it is or not, and takes as long."""
    desk, email = the_desk(request), text_of(form, "email")
    if not is_address(email):
        words = "Enter an e-mail address, like name@example.org"
        return sign_in_page(request, desk, status=422, faults=[Fault(words, "email")], email=email)
    going = safe_path(text_of(form, "next"))
    made = page(request, "sign_in/link_sent.html", minutes=desk.settings.link_minutes)
    made.background = BackgroundTask(_send, desk, email, going)
    return made


def _send(desk: FrontDesk, email: str, going: str) -> None:
    person = desk.book.by_email(email)
    if person is not None:
        links.send_link(desk, person, going)


def show_link(request: Request) -> Response:
    """The page with the button. Opening it does not use the link up."""
    if the_desk(request).accounts.link(request.path_params["secret"], utc_now()) is None:
        return _spent(request)
    return page(request, "sign_in/link.html")


def redeem(request: Request, _form: FormData) -> Response:
    """Signs in by a link: once."""
    desk = the_desk(request)
    link = desk.accounts.redeem_link(request.path_params["secret"], utc_now())
    if link is None:
        return _spent(request)
    return _signed_in(request, desk, link.person, "link", safe_path(link.goes_to))


def _spent(request: Request) -> Response:
    """What is shown for a link that is not good, or no longer: the way to another one."""
    return page(
        request,
        "error.html",
        status=404,
        wrong="This link cannot be used",
        where="It was used already, has run out, or is not whole.",
        what_to_do=("Each link signs you in once. Ask for another, and use it soon after it comes.",),
        lead=("Ask for another link", "/sign-in"),
        reference=None,
    )


def _asked(ask: Callable[[], Answered]) -> Answered:
    """What the organisation's sign-in answers; a refusal is told on a page."""
    try:
        return ask()
    except ProviderUnavailable as away:
        raise Raised(503, str(away)) from None
    except SignInRefused as refused:
        raise Raised(403, str(refused)) from None


def begin_at_organisation(request: Request) -> Response:
    """Leads to the organisation's own sign-in."""
    desk = the_desk(request)
    begun = _asked(lambda: provider_of(desk.settings).begin())
    pending = {**begun.pending, "next": safe_path(request.query_params.get("next"))}
    secret = desk.accounts.keep_pending(pending, utc_now(), PENDING_LASTS)
    answer = RedirectResponse(begun.address_to_go_to, 303)
    secure = request.url.scheme == "https"
    answer.set_cookie(
        PENDING, secret, httponly=True, secure=secure, samesite="lax", max_age=int(PENDING_LASTS.total_seconds())
    )
    return answer


def come_back(request: Request) -> Response:
    """Back from the organisation: whoever it says has a role here is signed in."""
    desk = the_desk(request)
    pending = desk.accounts.take_pending(request.cookies.get(PENDING, ""), utc_now()) or {}
    person = _asked(
        lambda: person_for(desk.book, provider_of(desk.settings).finish(pending, dict(request.query_params)))
    )
    return _signed_in(request, desk, person.id, "organisation", safe_path(pending.get("next")))


def sign_out(request: Request, _form: FormData) -> Response:
    """Signs out: the session is over on the server too."""
    the_desk(request).accounts.end_session(request.cookies.get(cookie_name(request), ""))
    answer, visit = go("/sign-in", done="signed-out"), secrets.token_urlsafe(32)
    answer.delete_cookie(cookie_name(request))
    begin_visit(request, answer, visit)
    say_next(request, answer, csrf_of(visit))
    return answer


def as_demonstrated(request: Request, form: FormData) -> Response:
    """In the demonstration, on this machine alone: signs in as one of its people."""
    desk = the_desk(request)
    local = request.client is not None and request.client.host in ("127.0.0.1", "::1", "testclient")
    chosen = text_of(form, "person")
    if not desk.demonstration_sign_in or not local or chosen not in dict(desk.demonstration_people()):
        raise Raised(404)
    return _signed_in(request, desk, chosen, "demonstration", safe_path(text_of(form, "next")))


def make_router() -> APIRouter:
    """The ways in and out."""
    router = APIRouter(include_in_schema=False)

    def add(path: str, endpoint: object, method: str = "GET") -> None:
        router.add_api_route(path, endpoint, methods=[method], response_model=None, dependencies=[Depends(ANYBODY)])  # type: ignore[arg-type]

    add("/sign-in", show)
    add("/sign-in/link", posted(send_link), "POST")
    add("/sign-in/link/{secret}", show_link)
    add("/sign-in/link/{secret}", posted(redeem), "POST")
    add("/sign-in/organisation", begin_at_organisation)
    add("/sign-in/organisation/back", come_back)
    add("/sign-in/demonstration", posted(as_demonstrated), "POST")
    add("/sign-out", posted(sign_out), "POST")
    return router
