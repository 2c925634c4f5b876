"""Opens the half-year's return when the half-year has ended, and anything is to be reported on."""

from projections.half_yearly_return.missing import returns_to_open
from scheduler.context import Context, Did, counted


def run(context: Context) -> Did:
    """A return that is open is not opened again."""
    with context.office.reading() as views:
        orders = returns_to_open(views)
    header = {"office": context.settings.office_name, "area_code": context.settings.area_code}
    orders = [order.model_copy(update=header) for order in orders]
    opened = len(context.order(orders)) if context.recording else len(orders)
    words = f"{counted(opened, 'return')} opened{': ' if opened else ''}{', '.join(each.period for each in orders)}."
    return Did(words, {"opened": opened}, [f"return {order.period}" for order in orders])
