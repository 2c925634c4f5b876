"""A past moment as people and programs write it: the end of a day, a moment, or a position of the log."""

from datetime import datetime, timedelta

from domain.errors import Refusal
from domain.kernel import LONDON, utc_now
from domain.periods import day_in_words, moment_in_words, parse_day
from services.problems import Malformed


def point(when: str, said: str) -> datetime | int:
    """A position, or the moment: of a day, its last in London. Raises ``Malformed``, under the name it was said by."""
    if when.isascii() and when.isdecimal() and len(when) < 100:
        return int(when)
    try:
        if "T" in when:
            moment = datetime.fromisoformat(when)
            return moment if moment.tzinfo else moment.replace(tzinfo=LONDON)
        day = parse_day(when) + timedelta(days=1)
        return datetime(day.year, day.month, day.day, tzinfo=LONDON) - timedelta(microseconds=1)
    except (ValueError, OverflowError, Refusal):
        raise Malformed(f"{said} takes a day (2017-10-31), a moment (2017-10-31T09:30) or a log position.") from None


def known_at(when: str, said: str) -> str:
    """``at the end of 31 October 2017``, ``on 31 October 2017 at 9:30am``, ``at log position 12``."""
    then = point(when, said)
    if isinstance(then, int):
        return f"at log position {then}"
    return f"on {moment_in_words(then)}" if "T" in when else f"at the end of {day_in_words(parse_day(when))}"


def past_point(when: str, said: str, head: int, otherwise: str = "") -> datetime | int:
    """As ``point``, but not beyond the end of the log, nor to come. Raises ``Malformed`` or ``Refusal``.

    ``head``: the highest position; ``otherwise``: what to do about what is to come.
    """
    then = point(when, said)
    if isinstance(then, int):
        if then > head:
            raise Refusal(f"The log ends at position {head}. A day is written like 2017-10-31.")
        return then
    now = utc_now()
    to_come = then > now if "T" in when else then.astimezone(LONDON).date() > now.astimezone(LONDON).date()
    if to_come:
        raise Refusal(f"{said} asks what was known, and {when} has not come yet. {otherwise}".strip())
    return then
