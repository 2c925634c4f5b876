"""Decides every step of a chase that has come, and queues its messages."""

from scheduler.context import Context, Did, counted
from services.chasing import preview, sweep


def run(context: Context) -> Did:
    """What was decided before is not decided again."""
    if context.recording:
        swept = sweep(context.office, context.book, context.today)
    else:
        with context.office.reading() as views:
            swept = preview(views, context.book, context.today)
    counts = {"queued": swept.queued, "passed-over": swept.passed_over}
    words = f"{counted(swept.queued, 'reminder')} queued, {counted(swept.passed_over, 'step')} passed over."
    return Did(words, counts, swept.lines)
