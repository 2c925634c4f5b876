"""What the office already holds, as far as a sheet must know it to be read."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import NamedTuple


class KnownAward(NamedTuple):
    """An award that the office holds: enough to tell whether a row without a reference is the same one."""

    service: str
    provider: str | None
    """The provider's reference."""
    shares: frozenset[tuple[str, str]]
    """Each fund and year that puts something in."""


@dataclass(frozen=True)
class Known:
    """What the office holds when the sheet is read. An office that holds nothing is ``Known()``."""

    awards: Mapping[str, KnownAward | None] = field(default_factory=dict)
    """By reference; ``None`` when no more is told than that there is one."""
    funds: Set[tuple[str, str]] = frozenset()
    """Each fund and year, as ``("moj-victims", "2017-18")``."""
    providers: Mapping[str, str] = field(default_factory=dict)
    """Titles by reference."""
