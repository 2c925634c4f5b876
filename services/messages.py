"""A reminder in words: what is owed, for which period, due when, how to send it, and whom to ask.

Text and HTML are made of the same parts, so that they cannot differ. There are no pictures, and a link is the same for
everybody: nothing tells whether, or when, a message was read.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from html import escape
from typing import NamedTuple

from domain.monitoring.policy import Part
from domain.periods import day_in_words
from services.address_book import Person
from services.channels.channel import Message
from services.messages_words import (
    AS_WHAT,
    NOT_REMINDED,
    REMINDED,
    STAFF_AHEAD,
    STAFF_DUE,
    STAFF_NOT_REACHED,
    STOPS,
    WORDS,
)
from services.settings import Settings

DOMAIN = "outturn.invalid"
LONGEST_SUBJECT = 100
NOT_REACHED = "-not-reached"
"""Ends the name of a step by which the contract manager is told that somebody could not be written to."""


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
    """Whom to ask: the contract manager, with how to be reached; or the office."""
    provider: str | None = None
    """Its name, for the messages to the staff."""
    reminded: bool = True
    """Whether a reminder of it went to anybody of the provider."""
    page: str | None = None
    """The address of the page on which it is seen to, the same for everybody: whoever opens it signs in first."""


class _Facts(NamedTuple):
    """One thing that is owed, as a list of what is known of it. The first line is its name."""

    name: str
    lines: tuple[tuple[str, str], ...]


class _Heading(NamedTuple):
    words: str


class _Link(NamedTuple):
    address: str


_Block = str | _Heading | _Facts | _Link


def compose(
    person: Person, reminders: Sequence[Owing], office_name: str | None, today: date, domain: str = DOMAIN
) -> Message:
    """One reminder, or a digest of several, to one person.

    The id comes from the references of the reminders alone: composed again on another day, it is the same.
    """
    owed = sorted(map(_on_single_lines, reminders), key=lambda each: (each.due_on, each.title, each.reference))
    office = _first_capital(_line(office_name or "The Office of the Police and Crime Commissioner"))
    blocks: list[_Block] = [f"Dear {person.name}"]
    if len(owed) == 1:
        one = owed[0]
        reference, subject, template = one.reference, _subject(one, today), _template(one, today)
        blocks += _single(one, today)
    else:
        together = hashlib.sha256("\n".join(sorted(each.reference for each in reminders)).encode()).hexdigest()
        reference, template = f"digest.{person.id}.{together[:24]}", "digest"
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


def link_message(person: Person, address: str, settings: Settings) -> Message:
    """The message with a link to sign in by. It is the one message with a link that is for one person alone."""
    office = _first_capital(_line(settings.office_name or "The Office of the Police and Crime Commissioner"))
    subject = "Your link to sign in"
    blocks: list[_Block] = [
        f"Dear {_line(person.name)}",
        f"Somebody, we hope you, asked to sign in to the records of awards and reports. To do so, open this page "
        f"within {settings.link_minutes} minutes:",
        _Link(address),
        "It can be used once. If you did not ask for it, do nothing: nobody can sign in without it.",
        office,
    ]
    text = _as_text(blocks)
    reference = f"link.{hashlib.sha256(address.encode()).hexdigest()[:32]}"
    return Message(
        message_id=message_id(reference, settings.message_domain),
        reference=reference,
        to_address=person.email,
        to_name=person.name,
        subject=subject,
        text=text,
        html=_as_html(subject, blocks),
        fields={"subject": subject, "body": text, "name": person.name, "office": office},
        template="link",
    )


def message_id(reference: str, domain: str = DOMAIN) -> str:
    """The Message-ID for a reference: letters alone, so that no figures in it are taken for a telephone number."""
    digest = hashlib.sha256(reference.encode()).hexdigest()[:40]
    return f"<{digest.translate(str.maketrans('0123456789', 'ghijklmnop'))}@{domain}>"


def _on_single_lines(owing: Owing) -> Owing:
    """The same on single lines: what people typed may have several, and could otherwise pass for parts of ours."""
    said = {field: _line(words) for field, words in vars(owing).items() if type(words) is str and field != "reference"}
    return replace(owing, **said)  # type: ignore[arg-type]  # only fields that are text are replaced


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
    late = today > one.due_on
    if one.part is Part.PROVIDER:
        return _shortened(f"{_first_capital(when)}: {one.title}" if late else f"Due {when}: {one.title}")
    who = one.provider or "the provider"
    if one.step.endswith(NOT_REACHED):
        return _shortened(f"Reminder not delivered: {one.title}, {who}")
    return _shortened(f"{_first_capital(when)}: {one.title}, {who}" if late else f"Due {when} from {who}: {one.title}")


def _subject_of_several(owed: Sequence[Owing], today: date) -> str:
    counts = [sum(chosen(one, today) for one in owed) for _heading, chosen in _GROUPS]
    parts = [
        f"{number:,} {words}" for number, words in zip(counts, ("late", "due today", "due soon"), strict=True) if number
    ]
    return f"Reminders: {', '.join(parts)}"


def _first_capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_SUBJECT else f"{text[: LONGEST_SUBJECT - 1].rstrip()}…"


def _single(one: Owing, today: date) -> Iterator[_Block]:
    words, own = WORDS[one.kind], one.part is Part.PROVIDER
    if one.step.endswith(NOT_REACHED) and not own:
        first = STAFF_NOT_REACHED
    elif today < one.due_on:
        first = words.ahead if own else STAFF_AHEAD
    elif today == one.due_on:
        first = words.due if own else STAFF_DUE
    else:
        first = words.late if own else words.told
    said = {"day": day_in_words(one.due_on), "when": _when(one.due_on, today), "how": one.how_to_send, "ask": one.ask}
    yield _first_capital(first.format(who=one.provider or "the provider", **said))
    yield _Facts(one.title, tuple(_lines(one)))
    if own:
        yield words.how.format(**said)
        yield from _on_a_page(one, "You can do this on a page of ours too. Sign in there with this e-mail address:")
        yield "If you have a question, or need more time, ask {ask}.".format(**said)
        yield words.then
        return
    if one.part is Part.HEAD_OF_COMMISSIONING:
        yield (REMINDED if one.reminded else NOT_REMINDED).format(**said)
    yield STOPS
    yield from _on_a_page(one, "Everything about the award:")


def _on_a_page(one: Owing, words: str) -> Iterator[_Block]:
    if one.page is not None:
        yield words
        yield _Link(one.page)


def _lines(one: Owing, when: str = "") -> Iterator[tuple[str, str]]:
    if one.part is not Part.PROVIDER and one.provider:
        yield "Provider", one.provider
    if one.period:
        yield "Period", one.period
    if one.service:
        yield "Service", one.service
    yield "Award", one.award
    yield "Due", f"{day_in_words(one.due_on)}{when}"


_GROUPS: tuple[tuple[str, Callable[[Owing, date], bool]], ...] = (
    ("Late", lambda one, today: one.due_on < today),
    ("Due today", lambda one, today: one.due_on == today),
    ("Due soon", lambda one, today: one.due_on > today),
)


def _several(owed: Sequence[Owing], today: date) -> Iterator[_Block]:
    own = [one for one in owed if one.part is Part.PROVIDER]
    yield (
        f"We ask you for these {len(owed)} things." if len(own) == len(owed) else f"These {len(owed)} things are open."
    )
    hows, asks = {one.how_to_send for one in own}, {one.ask for one in own}
    for heading, chosen in _GROUPS:
        group = [one for one in owed if chosen(one, today)]
        if group:
            yield _Heading(heading)
        for one in group:
            lines = list(_lines(one, "" if one.due_on == today else f", {_when(one.due_on, today)}"))
            if one.step.endswith(NOT_REACHED):
                lines.append(("Not delivered", "a reminder to one of the people it is for; look at the address book"))
            if one in own and len(hows) > 1:
                lines.append(("How", one.how_to_send))
            if (one in own and len(asks) > 1) or one.part is Part.HEAD_OF_COMMISSIONING:
                lines.append(("Ask", one.ask))
            yield _Facts(one.title, tuple(lines))
    if len(hows) == 1:
        yield f"How to send them, or tell us: {hows.pop()}"
    if len(asks) == 1:
        yield f"If you have a question, or need more time, ask {asks.pop()}."
    if own:
        yield "If you have just sent one of them, or told us of it, thank you: there is nothing more to do about it."
    else:
        yield "The reminders stop once a thing is recorded as done, moved to a later day, or no longer needed."


def _why(owed: Sequence[Owing]) -> str:
    parts = [words for part, words in AS_WHAT.items() if any(one.part is part for one in owed)]
    return f"This message was sent by our records system, because you are on file as {' and as '.join(parts)}."


def _fields(owed: Sequence[Owing], today: date) -> dict[str, str]:
    """For a template of the channel's own: of one reminder its parts; of several, how many."""
    if len(owed) > 1:
        return {"count": str(len(owed))}
    one = owed[0]
    return {
        "title": one.title,
        "award": one.award,
        "service": one.service,
        "period": one.period or "",
        "provider": one.provider or "",
        "due_on": day_in_words(one.due_on),
        "when": _when(one.due_on, today),
        "how_to_send": one.how_to_send,
        "ask": one.ask,
    }


def _as_text(blocks: Sequence[_Block]) -> str:
    parts = []
    for block in blocks:
        match block:
            case _Facts(name, lines):
                parts.append("\n".join([name, *(f"  {each}: {said}" for each, said in lines)]))
            case _Heading(words):
                parts.append(f"{words}\n{'-' * len(words)}")
            case _Link(address):
                parts.append(address)
            case words:
                parts.append(words)
    return "\n\n".join(parts) + "\n"


_PAGE = """<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<title>{title}</title>
</head>
<body style="font-family: Arial, sans-serif; font-size: 16px; line-height: 1.4; color: #0b0c0c; max-width: 40em">
{body}
</body>
</html>
"""


def _as_html(title: str, blocks: Sequence[_Block]) -> str:
    parts = []
    for block in blocks:
        match block:
            case _Facts(name, lines):
                said = "<br>\n".join(f"{escape(each)}: {escape(words)}" for each, words in lines)
                parts.append(f"<p><strong>{escape(name)}</strong><br>\n{said}</p>")
            case _Heading(words):
                parts.append(f"<h2>{escape(words)}</h2>")
            case _Link(address):
                parts.append(f'<p><a href="{escape(address)}">{escape(address)}</a></p>')
            case words:
                parts.append(f"<p>{escape(words)}</p>")
    return _PAGE.format(title=escape(title), body="\n".join(parts))
