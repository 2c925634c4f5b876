"""A report half filled in: kept for a provider's people, who share it, section by section as they typed it.

Each section has a number that rises when it is kept, so that whoever opened it before somebody else kept it is told.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from domain.errors import OutturnError
from domain.kernel import utc_now
from services.front_desk import FrontDesk, SignedIn
from services.http.problem import Raised
from services.kept_results import Began

PAGES = "report"
"""The kind under which the pages of a report are kept."""
WORKBOOK = "report-workbook"
"""The kind under which is kept which workbook was checked and waits to be sent."""
EXPLAINED = "why"
"""The name by which the explanations are kept, beside the sections."""
_TRIES, _PAUSE = 40, 0.05


class Changed(OutturnError):
    """Somebody else kept this part after it was opened. Nothing was kept."""


@dataclass
class Draft:
    """What is kept of a report."""

    parts: dict[str, dict[str, str]] = field(default_factory=dict)
    """What was typed, by section; the explanations under ``why``."""
    marks: dict[str, int] = field(default_factory=dict)
    """How often each part was kept."""
    part_of: str = ""
    """What the person who kept it last is for the provider: ``certifier`` or ``data contact``."""
    by: str = ""
    kept: datetime | None = None

    def mark(self, part: str) -> int:
        """How often a part was kept."""
        return self.marks.get(part, 0)

    @property
    def number(self) -> int:
        """How often anything was kept."""
        return sum(self.marks.values())

    def who(self, person: str) -> str:
        """Who kept it last, as one of the provider's people reads it."""
        return "You" if self.by == person else f"The {self.part_of} of your organisation"


def about(award: str, period: str) -> str:
    """What a draft is about."""
    return f"{award}/{period}"


def draft_of(desk: FrontDesk, award: str, period: str) -> Draft:
    """What is kept; an empty draft when nothing is. One query."""
    kept = desk.accounts.draft(PAGES, about(award, period))
    if kept is None:
        return Draft()
    said: Mapping[str, Any] = kept.said
    return Draft(said["parts"], said["marks"], said["part_of"], kept.by, kept.kept)


@contextmanager
def alone(desk: FrontDesk, award: str, period: str) -> Iterator[None]:
    """Nobody else keeps or sends this report meanwhile, in whatever process. Raises ``Raised`` 409."""
    key = about(award, period)
    for _ in range(_TRIES):
        if isinstance(desk.accounts.begin_key(PAGES, key, PAGES, utc_now()), Began):
            break
        time.sleep(_PAUSE)
    else:
        raise Raised(409, "Somebody else is saving this report at this moment. Wait a minute, then save again.")
    try:
        yield
    finally:
        desk.accounts.drop_key(PAGES, key)


def keep(desk: FrontDesk, who: SignedIn, award: str, period: str, part: str, said: dict[str, str], mark: int) -> Draft:
    """Keeps one part in place of what was kept of it. ``mark``: its number when the page was opened.

    The same thing sent again changes nothing. Raises ``Changed``, ``Refusal`` when it is too much, and ``Raised``.
    """
    with alone(desk, award, period):
        draft = draft_of(desk, award, period)
        if part in draft.parts and draft.parts[part] == said:
            return draft
        if draft.mark(part) != mark:
            raise Changed("Somebody else saved this after you opened it.")
        draft.parts[part], draft.marks[part] = said, mark + 1
        draft.part_of = "certifier" if who.actor.certifies else "data contact"
        draft.by, draft.kept = who.person.id, utc_now()
        kept = {"parts": draft.parts, "marks": draft.marks, "part_of": draft.part_of}
        desk.accounts.keep_draft(PAGES, about(award, period), who.person.id, kept, draft.kept)
        return draft


def forget(desk: FrontDesk, award: str, period: str) -> None:
    """Forgets what is kept: it was sent."""
    desk.accounts.drop_draft(PAGES, about(award, period))
    desk.accounts.drop_draft(WORKBOOK, about(award, period))
