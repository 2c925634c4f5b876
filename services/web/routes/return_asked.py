"""What the address of a return's page asks for: which half-year, which version, from which line on; and by whom."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import Request

from domain.errors import NotAllowed, NotFound, Refusal
from domain.periods import Period
from projections.returns import ReturnRow
from projections.views import Views
from services.front_desk import SignedIn, signed_in
from services.web.routes import return_reading as reading


def reader(request: Request) -> SignedIn:
    """Who is asking; somebody who may read whole returns. Raises ``NotAllowed``."""
    who = signed_in(request)
    if who.actor.awards is not None:
        raise NotAllowed("A return is about every award: it is read by somebody who looks after all of them.")
    return who


def period_in(request: Request) -> str:
    """The half-year in the address. Raises ``NotFound``: what is no half-year has no return."""
    try:
        return Period.parse(str(request.path_params["period"])).code
    except Refusal:
        raise NotFound("There is no such return.") from None


def version_in(said: str | None) -> int | None:
    """The number of a version. Raises ``NotFound``."""
    if said is None or said == "":
        return None
    if not (said.isascii() and said.isdecimal() and len(said) < 7):
        raise NotFound("There is no such version of this return.")
    return int(said)


def first_in(request: Request) -> int:
    """From which line on a table is shown, from 0."""
    said = request.query_params.get("from", "1")
    return max(0, int(said) - 1) if said.isascii() and said.isdecimal() and len(said) < 8 else 0


def pages_of(address: str, first: int, of: int, more: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The addresses of the lines before and after, for ``older_and_newer``."""

    def at(line: int) -> str:
        return f"{address}?{urlencode({**(more or {}), 'from': line + 1})}"

    lines = reading.LINES
    before = at(max(0, first - lines)) if first else None
    after = at(first + lines) if first + lines < of else None
    return {"newer": before, "older": after}


def base_of(row: ReturnRow, versions: list[ReturnRow]) -> str:
    """Where the pages of a version begin: the latest has the plain address."""
    latest = versions[-1].version
    return f"/returns/{row.period}" if row.version == latest else f"/returns/{row.period}/versions/{row.version}"


def version_asked(request: Request, views: Views) -> tuple[ReturnRow, list[ReturnRow]]:
    """The version that is asked for, and every one of its return. Raises ``NotFound``. One query."""
    versions = reading.versions_of(views, period_in(request))
    said = request.path_params.get("version") or request.query_params.get("version")
    return reading.version_of(versions, version_in(said)), versions
