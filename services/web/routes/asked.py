"""What the address of a page asks for: a past day, and the same list from another place or in another order."""

from datetime import datetime
from urllib.parse import urlencode

from fastapi import Request

from domain.kernel import LONDON, utc_now
from services.moments import point
from services.web.shapes import AsAt, as_at


def past_day(request: Request) -> tuple[AsAt, datetime | int | None]:
    """The day of which a page is asked, and its last moment; nothing and nothing for now, or for what is no day."""
    picked = as_at(request.query_params, utc_now().astimezone(LONDON).date())
    return picked, None if picked.day is None else point(picked.day.isoformat(), "as-at")


def kept_day(picked: AsAt) -> dict[str, str]:
    """What a link on a page of a past day goes on with, so that the next page is of that day too."""
    return {} if picked.day is None else {"as-at": picked.day.isoformat()}


def with_query(path: str, **said: str | None) -> str:
    """An address with what is said in its query; what is empty is left out. ``ends_by`` is written ``ends-by``."""
    query = urlencode({name.replace("_", "-"): words for name, words in said.items() if words})
    return f"{path}?{query}" if query else path
