"""What the address of a page asks for: a past day, and the same list from another place or in another order."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from urllib.parse import urlencode

from fastapi import Request

from domain.errors import NotFound, Refusal
from domain.kernel import LONDON, utc_now
from domain.tables import Missing, Table
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


def words_of(request: Request, *names: str) -> dict[str, str]:
    """What an address says under some names, each as text that any database takes; empty where it says nothing."""
    return {name: request.query_params.get(name, "").replace("\0", "").strip()[:200] for name in names}


def is_reference(said: str) -> bool:
    """Whether a part of an address can be the reference of anything: see ``domain.kernel.Reference``."""
    return re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", said) is not None


@contextmanager
def a_place_of_this_list() -> Iterator[None]:
    """Within it a list is asked for. A place that is none of this list is told as a page that there is not."""
    try:
        yield
    except Refusal as wrong:
        raise NotFound(str(wrong)) from None


def idle(table: Table, *more: str) -> list[str]:
    """The columns of a table to leave out of a page: those in which no row has anything to say, and these others."""
    columns = [(place, column.key) for place, column in enumerate(table.columns) if not column.detail]
    silent = [
        key
        for place, key in columns
        if table.rows and all(row[place].missing is Missing.NOT_APPLICABLE for row in table.rows)
    ]
    known = {column.key for column in table.columns} - set(silent)
    return [*silent, *(key for key in more if key in known)]
