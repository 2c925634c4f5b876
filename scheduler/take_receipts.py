"""Asks what became of the messages that were taken, where the channel tells: GOV.UK Notify does."""

from scheduler.context import Context, Did
from services.channels.channel import TryLater
from services.chasing import take_receipts


def run(context: Context) -> Did:
    """What was heard already is not asked again."""
    if not context.recording:
        return Did("The channel would be asked what became of the messages it took.")
    try:
        heard = take_receipts(context.office, context.book, context.channel, context.now)
    except TryLater as later:
        return Did(f"The channel was asked what became of messages, and cannot tell now: {later.reason}.")
    counts = {end.value: number for end, number in heard.items()}
    return Did(f"{sum(counts.values())} receipts.", counts)
