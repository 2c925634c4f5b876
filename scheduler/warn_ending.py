"""Warns of awards that end soon, of money that will not be spent, and of awards beyond the end of the office."""

from scheduler.context import Context, Did
from services.notices import warnings_to_queue


def run(context: Context) -> Did:
    """Each warning goes once to each person; again only when the day that it is about has changed."""
    with context.office.reading() as views:
        orders = warnings_to_queue(views, context.book, context.settings, context.today)
    return context.settle(orders, "warning")
