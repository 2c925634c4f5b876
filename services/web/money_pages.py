"""What the pages about money share: the day that they are asked of, how far somebody sees, and where links lead."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request, Response

from domain.kernel import LONDON, utc_now
from domain.tables import Missing, Table
from projections.views import Views
from services.asking import Sees, views_for
from services.front_desk import FrontDesk, SignedIn, signed_in, the_desk
from services.moments import point
from services.web.shapes import AsAt, Fault, as_at
from services.web.site import page

A_PAGE = 50
"""How many lines a list has."""

PLACES: tuple[tuple[str, str], ...] = (
    ("Budgets", "/money"),
    ("What if", "/money/what-if"),
    ("Underspend and money carried", "/money/underspend"),
    ("Ring-fences", "/money/ring-fences"),
    ("Bids", "/money/bids"),
    ("Payments", "/money/payments"),
)
"""The pages about money."""

FORMS = (("xlsx", "Excel"), ("csv", "CSV"), ("ods", "OpenDocument"), ("pdf", "PDF"))


def fund_address(fund: Any, year: Any) -> str:
    """The page of a fund."""
    return f"/money/{quote(str(fund), safe='')}/{quote(str(year), safe='')}"


def award_address(award: Any) -> str:
    """The page of an award."""
    return f"/awards/{quote(str(award), safe='')}"


@dataclass(frozen=True)
class Looking:
    """Somebody looks at a page about money, today or as of a past day."""

    request: Request
    desk: FrontDesk
    who: SignedIn
    picked: AsAt

    @classmethod
    def of(cls, request: Request) -> "Looking":
        """Who asks, and of which day."""
        today = utc_now().astimezone(LONDON).date()
        return cls(request, the_desk(request), signed_in(request), as_at(request.query_params, today))

    @contextmanager
    def views(self, sees: Sees = Sees.WHOLE) -> Iterator[Views]:
        """The views as they are, or as they were at the end of the day that was picked."""
        day = self.picked.day
        then = None if day is None else point(day.isoformat(), "The day")
        with views_for(self.desk.office, self.who.actor, sees, then) as found:
            yield found

    def own(self, views: Views) -> Views:
        """The same views, cut to the awards within reach: for lists of awards."""
        return replace(views, reach=self.who.actor.awards)

    @property
    def is_now(self) -> bool:
        """Whether it is the present that is shown: only then is there something to be done about it."""
        return self.picked.day is None

    @cached_property
    def keep(self) -> Mapping[str, str]:
        """What links and forms take along so that the same day is shown."""
        return {} if self.picked.day is None else {"as-at": self.picked.day.isoformat()}

    def to(self, path: str, **more: str | None) -> str:
        """An address that shows the same day."""
        query = urlencode({**{name: said for name, said in more.items() if said}, **self.keep})
        return f"{path}?{query}" if query else path

    def files(self, name: str, **more: str) -> list[tuple[str, str]]:
        """Where an answer is to be had as a file: the words and the address of each kind."""
        day = {} if self.picked.day is None else {"as_at": self.picked.day.isoformat()}
        return [(words, f"/api/{name}/file?{urlencode({**more, **day, 'format': form})}") for form, words in FORMS]

    def idle(self, table: Table) -> list[str]:
        """The columns of a table in which no row says anything: they can be left out."""
        return [
            column.key
            for place, column in enumerate(table.columns)
            if table.rows and all(row[place].missing is Missing.NOT_APPLICABLE for row in table.rows)
        ]

    def page(self, template: str, *, faults: tuple[Fault, ...] = (), **context: Any) -> Response:
        """The page; with a day that cannot be understood, saying so."""
        wrong = (*faults, *([self.picked.fault] if self.picked.fault else []))
        status = 422 if wrong else 200
        path = self.request.url.path
        return page(self.request, template, status=status, look=self, faults=wrong, places=_places(path), **context)


def _places(path: str) -> list[tuple[str, str, bool]]:
    return [(words, href, href == path) for words, href in PLACES]
