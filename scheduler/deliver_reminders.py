"""Hands what is queued to the channel: reminders, and the notices of the office's own jobs."""

from datetime import datetime, time

from domain.kernel import LONDON
from domain.working_days import DaysOff, is_working_day
from projections.chasing import days_off, notices_to_deliver, to_deliver
from scheduler.context import Context, Did, counted
from services.channels.channel import Delivery, TryLater
from services.chasing import Delivered, deliver, take_receipts
from services.notices import deliver_notices

ONCE_AN_HOUR = 5
"""In the first minutes of an hour the channel is asked what became of the messages it took, where it tells."""
FROM, UNTIL = time(7), time(20)
"""Between which hours of London messages go, on working days: from when they are queued until the log is sealed."""
QUIET = f"messages go on working days from {FROM:%H:%M} to {UNTIL:%H:%M}"
MOST_REASONS = 3


def may_go(now: datetime, off: DaysOff) -> bool:
    """Whether messages go at a moment: not at night, on a weekend, a bank holiday or a day off that was added.

    So what is made up, tried again or told of waits for the next working day.
    """
    here = now.astimezone(LONDON)
    return is_working_day(here.date(), off) and FROM <= here.time() < UNTIL


def run(context: Context) -> Did:
    """What was sent is not sent again; what could not be taken is tried again when its pause is over."""
    with context.office.reading() as views:
        now = context.now.isoformat()
        waiting = [*to_deliver(views, now), *notices_to_deliver(views, now)]
        goes = may_go(context.now, days_off(views))
    if not context.recording:
        lines = [f"{row.reminder}: to {row.person}" for row in waiting]
        if not goes:
            return Did(f"{counted(len(waiting), 'message')} waiting: {QUIET}.", {}, lines)
        return Did(f"{counted(len(waiting), 'message')} waiting.", {"sent": len(waiting)}, lines)
    done = _deliveries(context) if goes else []
    counts = {name: sum(getattr(each, name) for each in done) for name in ("sent", "deferred", "refused", "dropped")}
    if unheard := sum(each.unheard for each in done):
        counts["unheard"] = unheard
    words = _in_words(counts, done) if goes else f"{counted(len(waiting), 'message')} waiting: {QUIET}."
    if context.now.minute < ONCE_AN_HOUR:
        try:
            heard: dict[Delivery, int] = take_receipts(context.office, context.book, context.channel, context.now)
        except TryLater:
            heard = {}  # it is asked again in an hour
        if heard:
            counts["receipts"] = sum(heard.values())
    return Did(words, counts)


def _deliveries(context: Context) -> list[Delivered]:
    about, settings = (context.office, context.book, context.channel, context.now), context.settings
    reminders = deliver(*about, settings.office_name, settings.message_domain, settings.address)
    return [reminders, deliver_notices(*about, settings)]


def _in_words(counts: dict[str, int], done: list[Delivered]) -> str:
    """What was done; what was given up, never heard of or put off, and why, only where it is so."""
    given_up, unheard = sum(each.given_up for each in done), counts.get("unheard", 0)
    reasons = sorted({reason for each in done for reason in each.reasons})[:MOST_REASONS]
    why = f" ({'; '.join(reasons)})" if reasons else ""
    gone = f", {given_up} of them given up" if given_up else ""
    silent = f" {unheard} handed over without an answer." if unheard else ""
    return (
        f"{counted(counts['sent'], 'reminder')} sent, {counts['deferred']} to be tried again{why}, "
        f"{counts['refused']} refused{gone}, {counts['dropped']} dropped.{silent}"
    )
