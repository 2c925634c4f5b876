"""Every event and every command there is, and how old shapes of events are read."""

import re
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any, TypeVar

from domain.awards import (
    change_events,
    changes,
    milestone_commands,
    partner_commands,
    partner_events,
    passing,
    payment_commands,
    payment_events,
    reporting_commands,
    spend_commands,
)
from domain.awards import commands as award_commands
from domain.awards import documents as document_commands
from domain.awards import events as award_events
from domain.bids import commands as bid_commands
from domain.bids import events as bid_events
from domain.calendars import commands as calendar_commands
from domain.calendars import events as calendar_events
from domain.chases import commands as chase_commands
from domain.chases import events as chase_events
from domain.decisions import commands as decision_commands
from domain.decisions import events as decision_events
from domain.funds import commands as fund_commands
from domain.funds import consequences as fund_consequences
from domain.funds import events as fund_events
from domain.funds import leaving as fund_leaving
from domain.jobs import commands as job_commands
from domain.jobs import events as job_events
from domain.kernel import Command, Event
from domain.monitoring import commands as monitoring_commands
from domain.monitoring import events as monitoring_events
from domain.providers import commands as provider_commands
from domain.providers import events as provider_events
from domain.reminders import commands as reminder_commands
from domain.reminders import events as reminder_events
from domain.reports import commands as report_commands
from domain.reports import events as report_events
from domain.returns import commands as return_commands
from domain.returns import events as return_events
from domain.seals import commands as seal_commands
from domain.seals import events as seal_events

NOUNS: dict[str, tuple[ModuleType, ...]] = {
    "provider": (provider_events, provider_commands),
    "decision": (decision_events, decision_commands),
    "fund": (fund_events, fund_commands, fund_leaving, fund_consequences),
    "award": (
        *(award_events, change_events, payment_events, partner_events),
        *(award_commands, milestone_commands, changes, passing, payment_commands, spend_commands),
        *(partner_commands, document_commands, reporting_commands),
    ),
    "bid": (bid_events, bid_commands),
    "obligation": (monitoring_events, monitoring_commands),
    "report": (report_events, report_commands),
    "return": (return_events, return_commands),
    "calendar": (calendar_events, calendar_commands),
    "chase": (chase_events, chase_commands),
    "reminder": (reminder_events, reminder_commands),
    "job": (job_events, job_commands),
    "seal": (seal_events, seal_commands),
}
"""Each noun with the modules of its events and commands."""

_MODULES = [module for modules in NOUNS.values() for module in modules]

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


EVENTS: dict[str, type[Event]] = {found.name: found for found in _classes(_MODULES, Event) if found.name}
"""Every event by its stored name."""


def command_name(command: type[Command[Any]]) -> str:
    """``complete-milestone`` for ``CompleteMilestone``: the name of the command line's verb and of the URL."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", command.__name__).lower()


_ORDERS: list[type[Command[Any]]] = [
    found for found in _classes(_MODULES, Command) if not found.__name__.startswith("_") and "decide" in vars(found)
]

COMMANDS: dict[str, type[Command[Any]]] = {command_name(found): found for found in _ORDERS if found.may}
"""Every command that a person or a job may give, by its name."""

CONSEQUENCES: dict[str, type[Command[Any]]] = {command_name(found): found for found in _ORDERS if not found.may}
"""Every command that only follows from another one."""
