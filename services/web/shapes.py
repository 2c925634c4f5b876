"""The small things that pages give to their parts: a line of a timeline, a filter, a fault, a date that was picked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from domain.errors import Refusal
from domain.periods import parse_day
from domain.tables import Table


class Fault(NamedTuple):
    """What is wrong with a form, for the summary at its head."""

    words: str
    field: str | None = None
    """The id of the field on the page that the summary leads to."""


class Entry(NamedTuple):
    """One thing that happened, as a timeline shows it."""

    title: str
    at: datetime | str
    by: str | None = None
    words: str = ""
    href: str | None = None
    standing: str | None = None


def entries(table: Table) -> list[Entry]:
    """The lines of the ``timeline`` answer, in its order."""
    return [
        Entry(
            title=str(record["happened"]),
            at=str(record["at"]),
            by=None if record["by"] is None else str(record["by"]),
            words=str(record["particulars"] or ""),
        )
        for record in table.records()
    ]


@dataclass(frozen=True)
class Filter:
    """One question that narrows a list: one of several choices, or words to look for where there are no choices."""

    name: str
    label: str
    value: str = ""
    choices: Sequence[tuple[str, str]] = ()
    """What is sent, and what is read."""


@dataclass(frozen=True)
class AsAt:
    """The day of which a page is asked: none for today, and what was typed, so that it can be put right."""

    day: date | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    fault: Fault | None = None


def as_at(asked: Mapping[str, str], today: date) -> AsAt:
    """The day picked by ``as-at-day``, ``as-at-month`` and ``as-at-year`` of an address, or by ``as-at=2017-05-10``.

    Never raises: what cannot be understood comes back as a fault in words, with what was typed.
    """
    typed = {part: asked.get(f"as-at-{part}", "").strip()[:20] for part in ("day", "month", "year")}
    whole = asked.get("as-at", "").strip()[:20]
    if not any(typed.values()) and not whole:
        return AsAt()
    if any(typed.values()):
        lacking = next((part for part, said in typed.items() if not said), None)
        if lacking is not None:
            return AsAt(None, typed, Fault(f"The day must include a {lacking}", f"as-at-{lacking}"))
        whole = f"{typed['day']}/{typed['month']}/{typed['year']}"
    try:
        picked = parse_day(whole)
    except Refusal:
        return AsAt(None, typed, Fault("The day must be a real date, like 30 9 2017", "as-at-day"))
    if picked > today:
        return AsAt(None, typed, Fault("The day must be today or in the past", "as-at-day"))
    return AsAt(picked, {"day": str(picked.day), "month": str(picked.month), "year": str(picked.year)})
