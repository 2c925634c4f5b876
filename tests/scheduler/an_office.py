"""An office with people, and with things that are owed."""

from datetime import date
from typing import Any

from domain.awards.milestone_commands import PlanMilestone
from domain.monitoring.policy import Part
from services.address_book import Person
from services.channels.channel import Message
from services.office import Office
from tests.scenes import PROVIDER, awarded, do, fund_with, reporting


class Outbox:
    """A channel that keeps what it is given; with a fault, it raises it."""

    name = "outbox"

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.fault: Exception | None = None

    def send(self, message: Message) -> str | None:
        """Takes it, or has none of it."""
        if self.fault is not None:
            raise self.fault
        self.messages.append(message)
        return None

    @property
    def subjects(self) -> list[str]:
        """Of every message."""
        return [message.subject for message in self.messages]


def person(reference: str, *parts: Part, **more: Any) -> Person:
    """Somebody in the address book."""
    return Person(
        id=reference, name=f"Somebody {reference[-1]}", email=f"{reference}@example.org", parts=frozenset(parts), **more
    )


def people() -> list[Person]:
    """A provider's contact, two contract managers and the head of commissioning."""
    return [
        person("p1", Part.PROVIDER, provider="embrace"),
        person("m1", Part.CONTRACT_MANAGER, awards=("a1",)),
        person("m2", Part.CONTRACT_MANAGER, awards=("a2",)),
        person("h1", Part.HEAD_OF_COMMISSIONING),
    ]


def begin(office: Office) -> None:
    """Two awards that end on 31 March 2018; the first owes a report for each half-year and a milestone."""
    do(office, *fund_with(100_000), PROVIDER, *awarded("a1", 30_000), *awarded("a2", 20_000))
    do(office, reporting("a1"))
    do(
        office,
        PlanMilestone(award="a1", milestone="plan", title="Second-year plan", due_on=date(2017, 11, 20)),
    )
