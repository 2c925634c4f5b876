"""Lists a page at a time: so many rows, how many there are in all, and where the next page begins (keyset).

The next page is asked for by the place of the last row shown, never by a number of rows to pass over: so that a page
costs the same wherever it is, and no row comes twice or is left out when others are added in between.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, func, literal, tuple_

from domain.errors import Refusal
from domain.tables import Table, canonical
from projections.views import Views

MOST = 200
"""How many rows a page has at most."""


@dataclass(frozen=True)
class Page:
    """A part of a list."""

    table: Table
    count: int
    """How many rows the whole list has."""
    after: str | None = None
    """What the next page is asked for with; nothing when this is the last one."""


@dataclass(frozen=True)
class Order:
    """The columns by which a list goes, the last of which tells any two rows apart; none of them is ever missing."""

    columns: tuple[ColumnElement[Any], ...]
    kinds: tuple[type[Any], ...]
    """What the values of each are: ``str``, ``int`` or ``date``."""
    down: bool = False
    """Whether the greatest comes first."""

    def beyond(self, place: str) -> ColumnElement[bool]:
        """The condition for rows after a place. Raises ``Refusal`` when it is no place of such a list."""
        values = _read(place, self.kinds)
        said = tuple_(*(literal(value, column.type) for value, column in zip(values, self.columns, strict=True)))
        own = tuple_(*self.columns)
        return own < said if self.down else own > said

    @property
    def by(self) -> list[ColumnElement[Any]]:
        """For ``order_by``."""
        return [column.desc() if self.down else column.asc() for column in self.columns]


def place_of(values: Sequence[Any]) -> str:
    """The place of a row in a list, as it stands in an address: letters, digits, ``-`` and ``_``."""
    plain = [value.isoformat() if isinstance(value, date) else value for value in values]
    return base64.urlsafe_b64encode(canonical(plain)).decode().rstrip("=")


def _read(place: str, kinds: Sequence[type[Any]]) -> list[Any]:
    try:
        values = json.loads(base64.b64decode(place + "=" * (-len(place) % 4), altchars=b"-_", validate=True))
        return [_value(value, kind) for value, kind in zip(list(values), kinds, strict=True)]
    except (ValueError, TypeError, RecursionError, binascii.Error) as wrong:
        raise Refusal(
            "The place from which the list should go on is not one of this list. Begin again at its first page."
        ) from wrong


def _value(value: Any, kind: type[Any]) -> Any:
    if kind is date:
        return date.fromisoformat(value)
    if type(value) is not kind or (kind is int and abs(value) >= 2**63) or (kind is str and "\0" in value):
        raise ValueError
    return value


def page_of(
    views: Views, query: Select[Any], order: Order, limit: int, after: str | None = None
) -> tuple[list[RowMapping], int, str | None]:
    """The rows of a page of a query, how many the whole query has, and the place of the next page.

    One statement; one more only when there is nothing after the place. The rows have the columns of the order beside
    their own, as ``order_0`` and so on, and the count as ``of_all``. Raises ``Refusal`` for a place of another list.
    """
    if not 1 <= limit <= MOST:
        raise Refusal(f"A page has 1 to {MOST} rows: ask for so many.")
    counting = query.with_only_columns(func.count(), maintain_column_froms=True).order_by(None).correlate(None)
    own = [column.label(f"order_{number}") for number, column in enumerate(order.columns)]
    shown = query.add_columns(*own, counting.scalar_subquery().label("of_all")).order_by(*order.by).limit(limit + 1)
    if after is not None:
        shown = shown.where(order.beyond(after))
    found = list(views.connection.execute(shown).mappings())
    if found:
        count = found[0]["of_all"]
    elif after is None:
        count = 0
    else:
        count = views.connection.execute(counting).scalar_one()
    rows, more = found[:limit], len(found) > limit
    names = [f"order_{number}" for number in range(len(order.columns))]
    return rows, int(count), place_of([_plain(rows[-1][name]) for name in names]) if more else None


def _plain(value: Any) -> Any:
    """Sums come as decimals from PostgreSQL."""
    return value if isinstance(value, (str, int, date)) else int(value)
