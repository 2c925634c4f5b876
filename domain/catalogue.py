"""Every event and every command there is, and how old shapes of events are read."""

import re
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any, TypeVar

from domain.awards import commands as awards
from domain.awards import events as award_events
from domain.funds import commands as funds
from domain.funds import events as fund_events
from domain.kernel import Command, Event
from domain.monitoring import commands as monitoring
from domain.monitoring import events as monitoring_events
from domain.providers import commands as providers
from domain.providers import events as provider_events
from domain.reports import commands as reports
from domain.reports import events as report_events
from domain.returns import commands as returns
from domain.returns import events as return_events

NOUNS: dict[str, tuple[ModuleType, ModuleType]] = {
    "provider": (provider_events, providers),
    "fund": (fund_events, funds),
    "award": (award_events, awards),
    "obligation": (monitoring_events, monitoring),
    "report": (report_events, reports),
    "return": (return_events, returns),
}
"""Each noun with its events and its commands."""

OldShape = Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]

OLD_SHAPES: dict[str, OldShape] = {}
"""Stored names no longer written. Each says the name it is read as, and turns its fields into that one's fields.

A new field with a default needs no line here. A name that was ever stored keeps its golden sample for ever.
"""


Base = TypeVar("Base")


def _classes(modules: Iterable[ModuleType], base: type[Base]) -> Iterator[type[Base]]:
    for module in modules:
        for found in vars(module).values():
            if isinstance(found, type) and issubclass(found, base) and found.__module__ == module.__name__:
                yield found


EVENTS: dict[str, type[Event]] = {
    found.name: found for found in _classes((events for events, _ in NOUNS.values()), Event) if found.name
}
"""Every event by its stored name."""


def command_name(command: type[Command[Any]]) -> str:
    """``complete-milestone`` for ``CompleteMilestone``: the name of the command line's verb and of the URL."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", command.__name__).lower()


_ORDERS: list[type[Command[Any]]] = [
    found
    for found in _classes((commands for _, commands in NOUNS.values()), Command)
    if not found.__name__.startswith("_") and "decide" in vars(found)
]

COMMANDS: dict[str, type[Command[Any]]] = {command_name(found): found for found in _ORDERS if found.may}
"""Every command that a person or a job may give, by its name."""

CONSEQUENCES: dict[str, type[Command[Any]]] = {command_name(found): found for found in _ORDERS if not found.may}
"""Every command that only follows from another one."""
