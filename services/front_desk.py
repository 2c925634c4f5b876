"""What any route may ask for: the office, and who is asking. Who may pass stands on the route, and is checked here.

Somebody is known by a session's cookie or by an API token, never by both. A request that changes something and comes
with a cookie must show that it comes from a page of ours.
"""

import hashlib
import hmac
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from fastapi import Depends, Request
from starlette.routing import BaseRoute

from domain.catalogue import COMMANDS
from domain.errors import NotAllowed
from domain.kernel import Actor, Role, utc_now
from services.accounts import Accounts
from services.address_book import AddressBook, Person
from services.asking import awards_of
from services.documents import Documents
from services.http.limits import BY_ACCOUNT, Allowances
from services.http.problem import Raised
from services.http.request_log import set_actor
from services.office import Office
from services.settings import Settings

COOKIE = "outturn"
"""The cookie of a session; over https it is named ``__Host-outturn``, so that no other host can have set it."""
DEMONSTRATED = "demonstration-"
"""How the ids of the people of the demonstration begin."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class SignedIn:
    """Who is asking."""

    person: Person
    actor: Actor
    secret: str = field(repr=False)
    """Of the session or the token."""
    by_token: bool = False
    events: bool = True
    """Whether the log itself may be read by this token."""

    @property
    def csrf(self) -> str:
        """What a form must bring back: made of the session's secret, so that nobody else can know it."""
        return csrf_of(self.secret)


def csrf_of(secret: str) -> str:
    """The token of the forms of a session."""
    return hmac.new(secret.encode(), b"outturn forms", hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class FrontDesk:
    """The office as the routes reach it."""

    office: Office
    book: AddressBook
    accounts: Accounts
    documents: Documents
    settings: Settings
    allowances: Allowances
    demonstration: bool = False
    """Whether every page says that this is the demonstration."""
    demonstration_sign_in: bool = False
    """Whether anybody on this machine may sign in as one of the people of the demonstration."""
    _held: dict[str, tuple[int, frozenset[str]]] = field(default_factory=dict, repr=False)
    """What each provider held, and at which position of the log."""

    def demonstration_people(self) -> list[tuple[str, str]]:
        """The people of the demonstration: id and name."""
        people = self.book.people()
        return [(each.id, each.name) for each in people if each.id.startswith(DEMONSTRATED) and each.may_sign_in]

    def who(self, request: Request) -> SignedIn | None:
        """Who is asking, if anybody is known; looked up once for each request."""
        if not hasattr(request.state, "who"):
            request.state.who = self._known(request)
        found: SignedIn | None = request.state.who
        return found

    def _known(self, request: Request) -> SignedIn | None:
        said = request.headers.get("authorization")
        if said is not None:
            if not request.url.path.startswith("/api/"):
                raise sign_in_needed("A token is for the addresses under /api. On pages, sign in.")
            scheme, _, secret = said.partition(" ")
            found = self.accounts.by_token(secret.strip(), utc_now()) if scheme.lower() == "bearer" else None
            if found is None:
                raise sign_in_needed("The token is not one, or no longer: ask an administrator for another.")
            token, person = found
            return self._signed_in(person, secret.strip(), token.scope)
        secret = request.cookies.get(cookie_name(request), "")
        session = self.accounts.session(secret, utc_now()) if secret else None
        return None if session is None else self._signed_in(session.who, secret, None)

    def _signed_in(self, person: Person, secret: str, scope: Collection[str] | None) -> SignedIn:
        set_actor(person.id)
        self.allowances.charge(f"account:{person.id}", BY_ACCOUNT)
        actor = Actor(
            id=person.id,
            roles=person.roles,
            awards=self.reach_of(person),
            certifies=person.certifies,
            scope=None if scope is None else orders_of(scope),
        )
        return SignedIn(person, actor, secret, scope is not None, scope is None or "events" in scope)

    def reach_of(self, person: Person) -> frozenset[str] | None:
        """The awards that a person reaches: a provider's own, or those named; ``None``: all."""
        if Role.PROVIDER in person.roles:
            held = self._held_by(person.provider) if person.provider is not None else frozenset()
            return held if person.awards is None else held & frozenset(person.awards)
        return None if person.awards is None else frozenset(person.awards)

    def _held_by(self, provider: str) -> frozenset[str]:
        """The awards that a provider holds now. Asked again only when something was written down since."""
        head = self.office.log.head()
        known = self._held.get(provider)
        if known is not None and known[0] == head:
            return known[1]
        with self.office.reading() as views:
            held = awards_of(views, provider)
            self._held[provider] = (views.position, held)
        return held


def orders_of(scope: Collection[str]) -> frozenset[str]:
    """The orders that a token of that scope may give, and ``read`` if it may read."""
    orders = COMMANDS.keys() if "act" in scope else COMMANDS.keys() & set(scope)
    return frozenset(orders) | ({"read"} if "read" in scope else frozenset())


def sign_in_needed(words: str) -> Raised:
    """What is raised when nobody is known, or no longer."""
    return Raised(401, words, headers={"www-authenticate": 'Bearer realm="outturn"'})


def cookie_name(request: Request) -> str:
    """The name of the session's cookie."""
    return f"__Host-{COOKIE}" if request.url.scheme == "https" else COOKIE


def the_desk(request: Request) -> FrontDesk:
    """The front desk of the application."""
    desk: FrontDesk = request.app.state.desk
    return desk


def signed_in(request: Request) -> SignedIn:
    """Who is asking. Raises ``Raised``: nobody is known, or it did not come from us."""
    who = the_desk(request).who(request)
    if who is None:
        raise sign_in_needed("Sign in first, or send a token.")
    if request.method not in SAFE and not who.by_token:
        check_from_us(request, who, request.headers.get("x-csrf-token"))
    return who


def check_from_us(request: Request, who: SignedIn, token: str | None) -> None:
    """Whether a request that changes something comes from a page of ours. A form brings its token in a field.

    Raises ``Raised``.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Raised(403, "This was sent from a page of somebody else. Nothing was recorded.")
    if token is None and _is_form(request):
        return  # its field is checked when the form is read: see ``services.web``
    if not hmac.compare_digest((token or "").encode(), who.csrf.encode()):
        raise Raised(
            403, "The page was opened before you signed in, or is not ours. Open it again. Nothing was recorded."
        )


def _is_form(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return not request.url.path.startswith("/api/") and kind in (
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    )


class Pass:
    """Who may pass a route: one of some roles, or anybody at all. Every route has one; a test sees to it."""

    def __init__(self, may: Collection[Role] | None, *, everything: bool = False) -> None:
        self.everything = everything
        """Whether it is for those alone who reach every award: it names awards one by one."""
        self.may = None if may is None else frozenset(may)
        """``None``: anybody, signed in or not."""

    def __call__(self, request: Request) -> SignedIn | None:
        """Who is asking. Raises ``Raised`` or ``NotAllowed``."""
        if self.may is None:
            return the_desk(request).who(request)
        who = signed_in(request)
        if not who.actor.roles & self.may:
            raise NotAllowed("This may be done by " + " or ".join(sorted(role.value for role in self.may)) + ".")
        if self.everything and who.actor.awards is not None:
            raise NotAllowed("This names the awards of the whole office: ask somebody who looks after all of them.")
        return who


class Said(Pass):
    """Who may pass, said on a route whose endpoint checks it itself (``let_in``), in the thread in which it works.

    A dependency of its own would take a thread of its own. For routes that are made in one place alone.
    """

    async def __call__(self, request: Request) -> None:  # type: ignore[override]
        """Nothing yet: the endpoint checks."""


def let_in(request: Request, may: Collection[Role]) -> SignedIn:
    """Who is asking, if some roles may and this is one of them. Raises ``Raised`` or ``NotAllowed``."""
    found = Pass(may)(request)
    assert found is not None  # only where anybody may pass it can be nobody
    return found


ANYBODY = Pass(None)
"""For routes that need no sign-in."""


def only(may: Collection[Role], *, everything: bool = False) -> Any:
    """The dependency of a route that some roles may use; ``everything``: of them, those who reach every award."""
    return Depends(Pass(may, everything=everything))


def pass_of(route: BaseRoute) -> Pass | None:
    """Who may pass a route, as it stands on it; ``None``: nothing was said, which is a fault."""
    return _found(getattr(route, "dependant", None))


def _found(dependant: Any) -> Pass | None:
    for each in getattr(dependant, "dependencies", ()):
        call: Callable[..., Any] | None = each.call
        if isinstance(call, Pass):
            return call
        inner = _found(each)
        if inner is not None:
            return inner
    return None
