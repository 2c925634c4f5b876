"""Seals the log: what is changed, removed or cut off before the seal is found from then on (``outturn check``)."""

from scheduler.context import Context, Did
from services.chasing import SCHEDULER
from services.sealing import order_to_seal, seal

NOTHING = "Nothing was added since the last seal."


def run(context: Context) -> Did:
    """A log to which nothing was added is not sealed again."""
    if not context.recording:
        order = order_to_seal(context.office.log)
        if order is None:
            return Did(NOTHING, {"sealed": 0})
        return Did(f"Sealed up to position {order.position}: {order.events:,} events.", {"sealed": 1})
    sealed = seal(context.office, SCHEDULER, context.settings.documents)
    if sealed is None:
        return Did(NOTHING, {"sealed": 0})
    return Did(f"Sealed up to position {sealed.position}: {sealed.events:,} events.", {"sealed": 1})
