"""What a job is given, and what it gives back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from domain.kernel import LONDON, Command, Recorded
from domain.reminders.commands import PassOverReminder, QueueReminder
from services.address_book import AddressBook
from services.channels.channel import Channel
from services.chasing import SCHEDULER
from services.office import Office
from services.settings import Settings


class Did(NamedTuple):
    """What a run did."""

    words: str
    counts: dict[str, int] = {}
    lines: Sequence[str] = ()
    """One by one; shown, and not kept."""

    @property
    def anything(self) -> bool:
        """Whether it did something."""
        return any(self.counts.values())


@dataclass(frozen=True)
class Context:
    """One run of a job."""

    office: Office
    book: AddressBook
    channel: Channel
    settings: Settings
    now: datetime
    since: date | None
    """The London date of the job's run before; ``None``: it never ran."""
    recording: bool = True
    """Whether it is done; otherwise it is only said what would be done."""

    @property
    def today(self) -> date:
        """The date in London."""
        return self.now.astimezone(LONDON).date()

    def order(self, commands: Sequence[Command[Any]]) -> list[Recorded]:
        """Gives orders, each by itself; returns what was written down. Said only, nothing is."""
        if not self.recording:
            return []
        return [recorded for command in commands for recorded in self.office.do(command, SCHEDULER)]

    def settle(self, orders: Sequence[QueueReminder | PassOverReminder], one: str) -> Did:
        """Queues notices, or passes them over, and says so."""
        written = [recorded.event.name for recorded in self.order(orders)]
        if not self.recording:
            written = ["reminder.queued" if isinstance(order, QueueReminder) else "" for order in orders]
        queued = sum(name == "reminder.queued" for name in written)
        counts = {"queued": queued, "passed-over": len(written) - queued}
        lines = [
            f"{order.item}, {order.due_on:%d/%m/%Y}: "
            + (f"to {order.person}" if isinstance(order, QueueReminder) else f"no message, because {order.reason}")
            for order in orders
        ]
        return Did(f"{counted(queued, one)} queued, {counts['passed-over']} passed over.", counts, lines)


def counted(number: int, one: str, many: str | None = None) -> str:
    """``1 reminder``, ``2 reminders``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
