"""How a page is made: one environment of templates, and one function that answers with a page.

``render(request, "awards.html", desk=desk, table=table)`` fills in a template and sends it with the headers that keep
it to itself. What every page shows besides its own matter (who is signed in, where one can go) comes from the desk.
"""

import secrets
from collections.abc import Callable, Collection, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    Template,
)
from starlette.requests import Request
from starlette.responses import HTMLResponse

from domain.kernel import Role
from domain.money import pounds
from domain.periods import day_in_words, moment_in_words
from services.exports.words import clean
from services.web.drawing import drawings
from services.web.standings import colour, in_plain_words
from services.web.tabular import laid_out

HERE = Path(__file__).parent
STATIC = HERE / "static"
"""The folder that the application serves under ``/static``."""
TEMPLATES = HERE / "templates"


class SignedIn(Protocol):
    """Whoever is signed in, as a page needs to know it."""

    @property
    def name(self) -> str:
        """What the person is called."""

    @property
    def roles(self) -> Collection[Role]:
        """What the person is in the office."""

    @property
    def person(self) -> str:
        """The opaque id that stands in the log."""


class Desk(Protocol):
    """What every page shows besides its own matter. The front desk supplies it, one to a request."""

    @property
    def office_name(self) -> str:
        """The name of the office, at the head of each page."""

    @property
    def demonstration(self) -> bool:
        """Whether this is the demonstration, which each page must say."""

    @property
    def signed_in(self) -> SignedIn | None:
        """Who is signed in, if anybody is."""

    @property
    def navigation(self) -> Sequence[tuple[str, str, bool]]:
        """Where this person can go: words, address, and whether it is here."""

    @property
    def csrf(self) -> str:
        """What each form must send back as ``csrf_token``."""

    @property
    def banner(self) -> str | None:
        """What was done just before the page was asked for, to be said once."""


@dataclass(frozen=True)
class BareDesk:
    """A desk with nobody at it: for error pages, and for pages that are public."""

    office_name: str
    demonstration: bool = False
    signed_in: SignedIn | None = None
    navigation: Sequence[tuple[str, str, bool]] = ()
    csrf: str = ""
    banner: str | None = None


def day(said: date | datetime | str) -> str:
    """``30 October 2017``, of a date, a moment (the day in London) or either as the tables hold it."""
    if isinstance(said, str):
        said = datetime.fromisoformat(said) if "T" in said else date.fromisoformat(said)
    return moment(said).split(" at ")[0] if isinstance(said, datetime) else day_in_words(said)


def moment(said: datetime | str) -> str:
    """``19 November 2026 at 8:00am``, in London time."""
    return moment_in_words(datetime.fromisoformat(said) if isinstance(said, str) else said)


def plural(count: int, one: str, several: str | None = None) -> str:
    """``1 return``, ``4 returns``, ``2 entries``: a number with what is counted."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"


def _cleaned(said: Any) -> Any:
    """Text that comes from people, without the characters that no page may hold. Markup has been through here."""
    return clean(said) if type(said) is str else said


class _Borrowed(BaseLoader):
    """The templates of govuk-frontend-jinja. They ask for options that were not given, so they are not held to ours.

    Ours are: a name that is not there is an error, never an empty place on a page.
    """

    def __init__(self) -> None:
        lent = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
        self._lenient = Environment(autoescape=True, loader=lent, auto_reload=False, finalize=_cleaned)

    def load(
        self,
        environment: Environment,
        name: str,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - Jinja's own name for it
    ) -> Template:
        """A template of theirs, compiled by their rules."""
        return self._lenient.get_template(name, globals=globals)


@cache
def static(name: str) -> str:
    """The address of a file in ``static/``, marked by its content, so that a new one is never taken for the old."""
    return f"/static/{name}?v={sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"


@cache
def environment() -> Environment:
    """The templates with their filters; made once in a process, and each template compiled once."""
    found = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        cache_size=-1,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_cleaned,
        loader=ChoiceLoader([FileSystemLoader(TEMPLATES), _Borrowed()]),
    )
    filters: dict[str, Callable[..., str]] = {"day": day, "moment": moment, "pounds": pounds, "plural": plural}
    found.filters.update(filters)
    found.filters.update({"colour": colour, "plain": in_plain_words})
    found.globals.update({"static": static, "laid_out": laid_out, "drawings": drawings})
    return found


def content_security(nonce: str) -> str:
    """What a page may load and where it may send: nothing but our own. The nonce lets one script of the page run."""
    return (
        f"default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self' 'nonce-{nonce}'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; font-src 'self'"
    )


def render(request: Request, template: str, *, desk: Desk, status: int = 200, **context: Any) -> HTMLResponse:
    """A page: the template filled in, as an answer.

    The template knows ``desk``, ``here`` (the path that was asked for) and what is given in ``context``; a name that
    it asks for and does not get is an ``UndefinedError``. The page is kept by no cache: it shows records.
    """
    nonce = secrets.token_urlsafe(16)
    body = (
        environment()
        .get_template(template)
        .render(desk=desk, here=request.url.path, cspNonce=nonce, **{"faults": (), **context})
    )
    headers = {"Content-Security-Policy": content_security(nonce), "Cache-Control": "no-store"}
    return HTMLResponse(body.lstrip(), status, headers)
