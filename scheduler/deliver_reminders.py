"""Hands what is queued to the channel: reminders, and the notices of the office's own jobs."""

from projections.chasing import notices_to_deliver, to_deliver
from scheduler.context import Context, Did, counted
from services.channels.channel import Delivery, TryLater
from services.chasing import deliver, take_receipts
from services.notices import deliver_notices

ONCE_AN_HOUR = 5
"""In the first minutes of an hour the channel is asked what became of the messages it took, where it tells."""


def run(context: Context) -> Did:
    """What was sent is not sent again; what could not be taken is tried again when its pause is over."""
    if not context.recording:
        with context.office.reading() as views:
            now = context.now.isoformat()
            waiting = [*to_deliver(views, now), *notices_to_deliver(views, now)]
        lines = [f"{row.reminder}: to {row.person}" for row in waiting]
        return Did(f"{counted(len(waiting), 'message')} waiting.", {"sent": len(waiting)}, lines)
    about, settings = (context.office, context.book, context.channel, context.now), context.settings
    reminders = deliver(*about, settings.office_name, settings.message_domain, settings.address)
    counts = {"sent": 0, "deferred": 0, "refused": 0, "dropped": 0}
    for done in (reminders, deliver_notices(*about, settings)):
        for name in counts:
            counts[name] += getattr(done, name)
    if context.now.minute < ONCE_AN_HOUR:
        try:
            heard: dict[Delivery, int] = take_receipts(context.office, context.book, context.channel, context.now)
        except TryLater:
            heard = {}  # it is asked again in an hour
        if heard:
            counts["receipts"] = sum(heard.values())
    words = (
        f"{counted(counts['sent'], 'reminder')} sent, {counts['deferred']} to be tried again, "
        f"{counts['refused']} refused, {counts['dropped']} dropped."
    )
    return Did(words, counts)
