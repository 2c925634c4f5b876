"""given(events).when(command).then(events): the language of the domain's tests."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.awards.payment_commands import ApprovePayment
from domain.errors import NotFound, OutturnError
from domain.kernel import Actor, Answers, Command, Event, Occasion, Role
from domain.returns.commands import SignOffReturn

EVERYBODY = Actor(id="tester", roles=frozenset(Role))
SECOND = Actor(id="second-tester", roles=frozenset(Role))
"""Another person, for what takes two."""
OCTOBER = datetime(2017, 10, 16, 9, 0, tzinfo=UTC)
"""A Monday in October."""


def giver(command: Command[Any]) -> Actor:
    """Who gives an order, where it does not matter who: one person, and another for what takes a second one."""
    return SECOND if isinstance(command, ApprovePayment | SignOffReturn) else EVERYBODY


class Story:
    """What has happened on one stream, and what is ordered now."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.events = events
        self.now = OCTOBER
        self.answers: Answers | None = None
        self.command: Command[Any] | None = None
        self.person: Actor | None = None

    def at(self, now: datetime) -> "Story":
        """The moment of the order, instead of a Monday in October 2017."""
        self.now = now
        return self

    def by(self, person: Actor) -> "Story":
        """Who gives the order, where it matters."""
        self.person = person
        return self

    def when(self, command: Command[Any]) -> "Story":
        """The order."""
        self.command = command
        return self

    def decided(self) -> list[Event]:
        """What follows, by the same steps as in the office."""
        assert self.command is not None
        if not self.events and not self.command.starts:
            raise NotFound(self.command.reference)
        state = type(self.command).aggregate().after(self.events)
        return list(self.command.decide(state, self._occasion(self.command)))

    def then(self, *events: Event) -> None:
        """Exactly these events follow."""
        assert self.decided() == list(events)

    def then_nothing(self) -> None:
        """Nothing changes."""
        assert self.decided() == []

    def then_refused(self, words: str, error: type[OutturnError] = OutturnError) -> None:
        """It is refused, in words that match."""
        with pytest.raises(error, match=words):
            self.decided()

    def _occasion(self, command: Command[Any]) -> Occasion:
        return Occasion(self.now, self.person or giver(command), self.answers)

    def orders(self) -> list[Command[Any]]:
        """The orders to other streams that go with it."""
        assert self.command is not None
        state = type(self.command).aggregate().after(self.events)
        return list(self.command.together_with(state, self._occasion(self.command)))


def given(*events: Event) -> Story:
    """What has happened before, on the stream that the order is for."""
    return Story(events)
