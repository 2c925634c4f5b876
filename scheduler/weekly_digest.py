"""Tells each contract manager, once a week, what is overdue and what is due soon."""

from scheduler.context import Context, Did
from services.notices import week_to_queue


def run(context: Context) -> Did:
    """Once for each week and person. Whoever has nothing open gets no message, and that is written down too."""
    with context.office.reading() as views:
        orders = week_to_queue(views, context.book, context.today)
    return context.settle(orders, "digest")
