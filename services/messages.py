"""A reminder in words: what is owed, for which period, due when, how to send it, and whom to ask.

Text and HTML are made of the same parts, so that they cannot differ. There are no pictures and no links: nothing tells
whether, or when, a message was read.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import NamedTuple

from domain.monitoring.policy import Part
from domain.periods import day_in_words
from services.address_book import Person
from services.channels.channel import Message

DOMAIN = "outturn.invalid"
LONGEST_SUBJECT = 100


@dataclass(frozen=True)
class Owing:
    """What one reminder is about."""

    reference: str
    """The reminder's own."""
    item: str
    kind: str
    """``report``, ``milestone``, ``obligation`` or ``condition``."""
    title: str
    award: str
    service: str
    """What the award is for, in words."""
    period: str | None
    """In words: ``1 April 2017 to 30 September 2017``."""
    due_on: date
    step: str
    part: Part
    step_on: date
    how_to_send: str
    ask: str
    """Whom to ask: the contract manager, or the office."""
    provider: str | None = None
    """Its name, for the messages to the staff."""


class _Facts(NamedTuple):
    """One thing that is owed, as a list of what is known of it. The first line is its name."""

    name: str
    lines: tuple[tuple[str, str], ...]


class _Heading(NamedTuple):
    words: str


_Block = str | _Heading | _Facts


def compose(
    person: Person, reminders: Sequence[Owing], office_name: str | None, today: date, domain: str = DOMAIN
) -> Message:
    """One reminder, or a digest of several, to one person. The same reminders are the same message, with the same id."""
    owed = sorted(map(_in_order, reminders), key=lambda each: (each.due_on, each.title, each.reference))
    office = _line(office_name or "The Office of the Police and Crime Commissioner")
    blocks: list[_Block] = [f"Dear {person.name}"]
    if len(owed) == 1:
        one = owed[0]
        reference, subject, template = one.reference, _subject(one, today), _template(one, today)
        blocks += _single(one, today)
    else:
        reference, template = f"digest.{today.isoformat()}.{person.id}", "digest"
        subject = _subject_of_several(owed, today)
        blocks += _several(owed, today)
    blocks += [_why(owed), office]
    text = _as_text(blocks)
    return Message(
        message_id=message_id(reference, domain),
        reference=reference,
        to_address=person.email,
        to_name=person.name,
        subject=subject,
        text=text,
        html=_as_html(subject, blocks),
        fields={"subject": subject, "body": text, "name": person.name, "office": office, **_fields(owed, today)},
        template=template,
    )


def message_id(reference: str, domain: str = DOMAIN) -> str:
    """The Message-ID for a reference: letters alone, so that no figures in it are taken for a telephone number."""
    digest = hashlib.sha256(reference.encode()).hexdigest()[:40]
    return f"<{digest.translate(str.maketrans('0123456789', 'ghijklmnop'))}@{domain}>"


def _in_order(owing: Owing) -> Owing:
    """The same on single lines: what people typed may have several, and could otherwise pass for parts of ours."""
    return Owing(
        **{name: _line(said) if isinstance(said, str) and name != "part" else said for name, said in vars(owing).items()}
    )


def _line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _days(number: int) -> str:
    return f"{number:,} day{'' if number == 1 else 's'}"


def _when(due_on: date, today: date) -> str:
    """``tomorrow``, ``in 10 days``, ``today``, ``7 days late``."""
    days = (due_on - today).days
    match days:
        case 0:
            return "today"
        case 1:
            return "tomorrow"
        case _:
            return f"in {_days(days)}" if days > 0 else f"{_days(-days)} late"


def _template(one: Owing, today: date) -> str:
    """Which kind of message it is: ``ahead``, ``due``, ``late``; ``told`` to the staff."""
    if one.part is not Part.PROVIDER:
        return "told"
    return "ahead" if today < one.due_on else "due" if today == one.due_on else "late"


def _subject(one: Owing, today: date) -> str:
    when = _when(one.due_on, today)
    if one.part is not Part.PROVIDER:
        who = one.provider or "A provider"
        if today > one.due_on:
            return _shortened(f"{when[0].upper()}{when[1:]}: {who} {_VERBS[one.kind].has_not}: {one.title}")
        return _shortened(f"Due {when} from {who}: {one.title}")
    if today > one.due_on:
        return _shortened(f"{when[0].upper()}{when[1:]}: {one.title}")
    return _shortened(f"Due {when}: {one.title}")


def _subject_of_several(owed: Sequence[Owing], today: date) -> str:
    late = sum(one.due_on < today for one in owed)
    now = sum(one.due_on == today for one in owed)
    ahead = len(owed) - late - now
    parts = [f"{number} {words}" for number, words in ((late, "late"), (now, "due today"), (ahead, "due soon")) if number]
    return f"Reminders: {', '.join(parts)}"


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_SUBJECT else f"{text[: LONGEST_SUBJECT - 1].rstrip()}…"


class _Verbs(NamedTuple):
    """What is to be done about a kind of thing."""

    please: str
    late: str
    has_not: str
    then: str


_SEND = _Verbs("send us", "we have not had it", "has not sent", "If you sent it in the last day, there is nothing more to do.")
_VERBS = {
    "report": _SEND,
    "obligation": _SEND,
    "milestone": _Verbs(
        "reach this milestone, and tell us when you have,",
        "we have not heard that you reached this milestone",
        "has not reached a milestone",
        "If you told us in the last day, there is nothing more to do.",
    ),
    "condition": _Verbs(
        "meet this condition",
        "this condition is not met",
        "has not met a condition",
        "We cannot make the payment that depends on it until it is met.",
    ),
}


def _single(one: Owing, today: date) -> Iterator[_Block]:
    verbs, day, when = _VERBS[one.kind], day_in_words(one.due_on), _when(one.due_on, today)
    facts = _Facts(one.title, tuple(_lines(one)))
    if one.part is not Part.PROVIDER:
        yield from _told(one, facts, today)
        return
    if today > one.due_on:
        yield f"This was due on {day}. It is {when}, and {verbs.late}."
        yield facts
        yield f"Please {verbs.please} now." if one.kind == "condition" else "Please send it now." if verbs is _SEND else (
            "Please tell us now how it stands."
        )
    elif today == one.due_on:
        yield f"Please {verbs.please} today, {day}." if verbs is not _SEND else f"Please send us this today, {day}."
        yield facts
    else:
        what = "send us this" if verbs is _SEND else verbs.please
        yield f"Please {what} by {day}. That is {when}."
        yield facts
    yield f"How to send it: {one.how_to_send}"
    yield f"If you have a question, or need more time, ask {one.ask}."
    yield verbs.then


def _told(one: Owing, facts: _Facts, today: date) -> Iterator[_Block]:
    """The same, to the staff."""
    verbs, day, when = _VERBS[one.kind], day_in_words(one.due_on), _when(one.due_on, today)
    who = one.provider or "The provider"
    if today > one.due_on:
        this = "this" if verbs is _SEND else "that was due" 
        yield f"{who} {verbs.has_not} {this}. It was due on {day} and is {when}."
    elif today == one.due_on:
        yield f"This is due from {who} today, {day}, and is still open."
    else:
        yield f"This is due from {who} by {day}. That is {when}."
    yield facts
    if one.part is Part.HEAD_OF_COMMISSIONING:
        yield f"The provider and the contract manager have been reminded. To learn what has been done, ask {one.ask}."
    yield "The reminders stop when it is recorded as received, moved to a later day, or no longer needed."
