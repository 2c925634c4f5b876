"""The timeline: what happened, in words, straight from the log."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from domain import money
from domain.kernel import Event, Recorded, Value
from domain.periods import day_in_words
from domain.tables import Column, Missing, Table, cell
from projections.families import titles_of
from projections.views import Views

_NAMED = {
    "by_pence": "by",
    "rests_on": "rests on decision",
    "claw_back": "reference",
    "ring_fence": "ring-fence",
    "as_award": "under the number",
    "effective_on": "from",
    "due_on": "due",
    "file_name": "file",
    "media_type": "type of file",
    "size_bytes": "bytes",
    "sha256": "SHA-256",
    "over_pence": "beyond what there was",
    "share_parts": "parts of the whole",
}
"""What a field is called in the history, where its own name is no plain word."""

_PROVIDERS = ("provider", "into", "same_as")
"""The fields that name a provider by its code."""

_PEOPLE = ("approved_by", "confirmed_by", "filled_by", "person")
"""The fields that name a person by an opaque id, or in words as a paper had it."""


def _named(event: Event) -> Iterator[str | None]:
    """The codes of the providers that an event names."""
    for field in _PROVIDERS:
        said = getattr(event, field, None)
        if isinstance(said, str):
            yield said


def _label(field: str) -> str:
    """``amount`` of ``amount_pence``; ``paid on`` of ``paid_on``."""
    return _NAMED.get(field, field.removesuffix("_pence").replace("_", " "))


def in_words(
    event: Event, titles: Mapping[str, str] | None = None, people: Mapping[str, str] | None = None
) -> tuple[str, str]:
    """What happened, and its particulars: ``Milestone completed``, ``milestone: m1; evidence: minutes seen``.

    Providers are called by their titles, and people by their names, where those are given. That something was not made
    up is what everybody takes for granted: it is not said.
    """
    title = re.sub(r"(?<!^)(?=[A-Z])", " ", type(event).__name__).capitalize()
    called = dict.fromkeys(_PROVIDERS, titles or {}) | dict.fromkeys(_PEOPLE, people or {})
    particulars = (
        f"{_label(field)}: {called[field].get(said, said) if field in called else _worded(field, said)}"
        for field, said in event
        if said not in (None, (), "", {}) and not (field == "made_up" and said is False)
    )
    return title, "; ".join(particulars)


def _worded(field: str, said: Any) -> str:
    match said:
        case bool():
            return "yes" if said else "no"
        case StrEnum():
            return said.value.replace("-", " ")
        case int() if field.endswith("_pence"):
            return money.pounds(said)
        case date():
            return day_in_words(said)
        case tuple() if said and isinstance(said[0], Table):
            return f"{len(said)} tables"
        case tuple():
            parts = [_worded(field, part) for part in said]
            return ("; " if any(", " in part for part in parts) else ", ").join(parts)
        case dict():
            return ", ".join(f"{_label(name)} {_worded(name, part)}" for name, part in said.items())
        case Value() if hasattr(said, "words"):
            return str(said.words)
        case Value():
            named = [f"{_label(name)} {_worded(name, part)}" for name, part in said if part is not None]
            return " ".join(named) if len(named) < 8 else f"{len(named)} particulars"
        case _:
            return str(said)


def timeline(views: Views, stream: str | None = None, limit: int = 200) -> Table:
    """What happened, in words: of one thing, in order; or of everything, the latest first, so many lines."""
    history = views.history
    happened = history.stream(stream) if stream is not None else list(history.latest(limit, views.position))
    title = "Timeline" if stream is None else f"Timeline of {stream.replace('-', ' ', 1)}"
    return told(views, title, happened)


def told(views: Views, title: str, happened: Sequence[Recorded], people: Mapping[str, str] | None = None) -> Table:
    """Events in words, as a table. One query, for the names of the providers that are meant.

    With the names of people by their opaque ids, whoever did something is called by name too.
    """
    titles = titles_of(views, (said for recorded in happened for said in _named(recorded.event)))
    rows = []
    for recorded in happened:
        what, particulars = in_words(recorded.event, titles, people)
        rows.append(
            (
                cell(recorded.at),
                cell(recorded.noun),
                cell(recorded.reference),
                cell(recorded.version),
                cell(what),
                cell(particulars),
                cell((people or {}).get(recorded.by, recorded.by)),
                cell(recorded.position or None, missing=Missing.NOT_APPLICABLE),
            )
        )
    position = Column(key="position", title="Log position", kind="count", detail=True)
    # of one thing alone, the store does not say where in the whole log its events stand
    is_known = any(row[-1].missing is None for row in rows)
    return Table(
        name="timeline",
        title=title,
        columns=(
            Column(key="at", title="When", kind="moment"),
            Column(key="noun", title="What"),
            Column(key="reference", title="Reference"),
            Column(key="version", title="Number", kind="count", detail=True),
            Column(key="happened", title="Happened"),
            Column(key="particulars", title="Particulars"),
            Column(key="by", title="By"),
            *([position] if is_known else []),
        ),
        rows=tuple(row if is_known else row[:-1] for row in rows),
    )
