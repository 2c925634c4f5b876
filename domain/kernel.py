"""The few ideas everything stands on: values, events, commands, aggregates, and who did it when.

Commands go in. Events are written down. Answers are folded from what is written.
"""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Generic, NamedTuple, Protocol, Self, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from domain.personal import refuse_personal

LONDON = ZoneInfo("Europe/London")

Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]
"""The office's own name for a thing: letters, digits, full stops, hyphens and underscores; no spaces; at most 80."""

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]
"""A short name within a reference: letters, digits, hyphens and underscores, no full stops; at most 40."""

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)

Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
"""A London date as an order takes it: one that an office could mean."""

Words = Annotated[str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True)]
"""Free text that must say something. Never about a single victim: aggregates only."""


class Value(BaseModel):
    """A thing that is equal to another with the same content and never changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Event(Value):
    """Something that happened, in the past tense. Written down once; never edited, never refused when read again.

    ``class MilestoneCompleted(Event, name="award.milestone-completed")``: the stored name is for ever and is never
    used for anything else.
    """

    name: ClassVar[str] = ""

    def __init_subclass__(cls, name: str = "", **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.name = name


class Aggregate(Value):
    """What is known of one thing, folded from its events.

    ``evolve`` never refuses: what is recorded has happened. Rules stand in the commands.
    """

    @abstractmethod
    def evolve(self, event: Event) -> Self:
        """This thing after the event."""

    def after(self, events: Sequence[Event]) -> Self:
        """This thing after several events, in order."""
        state = self
        for event in events:
            state = state.evolve(event)
        return state


class Role(StrEnum):
    """What a person is in the office. Permission stands on the command (``may=``) and is checked in one place."""

    COMMISSIONER = "commissioner"
    FINANCE = "finance"
    CONTRACT_MANAGER = "contract-manager"
    PROVIDER = "provider"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    SCHEDULER = "scheduler"


STAFF = frozenset({Role.COMMISSIONER, Role.FINANCE, Role.CONTRACT_MANAGER})
"""The people of the office who may record what the office decides and sees."""


class Actor(Value):
    """Who gives an order: an opaque id (never a name or an e-mail address) and the roles that person has."""

    id: Reference
    roles: frozenset[Role]
    awards: frozenset[Reference] | None = None
    """The awards within reach: a provider's own, or those that a contract manager looks after. ``None``: all."""
    certifies: bool = True
    """Whether, of a provider, it is the person who declares and sends reports; a data contact prepares them."""
    scope: frozenset[str] | None = None
    """The names of the orders that a token may give; ``None``: all that the person may."""


class Answers(Protocol):
    """What a command may ask of the log beyond its own stream: the filled-in return. The office answers it."""

    def fill_in(self, period: str, template: str) -> Any:
        """The return for the period as now known: a ``domain.returns.filled.FilledReturn``."""
        ...


class Occasion(NamedTuple):
    """When, and by whom, an order is given. Time comes in here and from nowhere else."""

    now: datetime
    """The moment, aware and in UTC."""
    actor: Actor
    answers: Answers | None = None

    @property
    def today(self) -> date:
        """The date in London."""
        return self.now.astimezone(LONDON).date()


class Recorded(NamedTuple):
    """An event as it stands in the log."""

    position: int
    """Its place in the whole log. Positions rise; they are not contiguous."""
    stream: str
    """The noun, a hyphen and the office's reference: ``award-2026-0042``."""
    version: int
    """Its place in its own stream, from 1, without gaps."""
    event: Event
    at: datetime
    """The moment it was written down, in UTC."""
    by: str
    """The opaque id of the person or job."""
    act: str
    """One order, one act: the events that came of the same order share it."""

    @property
    def noun(self) -> str:
        """``award`` of ``award-2026-0042``."""
        return self.stream.partition("-")[0]

    @property
    def reference(self) -> str:
        """``2026-0042`` of ``award-2026-0042``."""
        return self.stream.partition("-")[2]


AggregateT = TypeVar("AggregateT", bound=Aggregate)


class Command(Value, Generic[AggregateT]):
    """An order. It carries its own decision, and the roles that may give it.

    ``decide`` says which events follow from it (none, if nothing would change) or raises a ``Refusal``.
    ``together_with`` names the orders to other streams that must be obeyed in the same transaction, or none is.
    """

    noun: ClassVar[str] = ""
    """The kind of thing it is addressed to; the first part of the stream's name."""
    address: ClassVar[tuple[str, ...]] = ()
    """The fields that together name the thing."""
    aggregate: ClassVar[type[Aggregate]]
    may: ClassVar[frozenset[Role]] = frozenset()
    """Who may give it. Empty: nobody; it only ever follows from another order."""
    starts: ClassVar[bool] = False
    """Whether the thing may be new. Otherwise an order about an unknown thing is a ``NotFound``."""
    overwrites: ClassVar[bool] = False
    """Whether it puts something in the place of what somebody else may have said since it was looked at."""
    declares: ClassVar[bool] = False
    """Whether a provider declares something by it: then its certifier gives it, not its data contact."""

    def __init_subclass__(cls, may: frozenset[Role] | set[Role] = frozenset(), **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.may = frozenset(may)

    @model_validator(mode="after")
    def _aggregates_only(self) -> Self:
        for _field, said in self:
            refuse_personal(said)
        return self

    @property
    def reference(self) -> str:
        """The office's reference of the thing it is addressed to."""
        return "-".join(str(getattr(self, field)) for field in self.address)

    @property
    def named(self) -> str:
        """What it is addressed to, in words: ``award 2026-0042``."""
        return f"{self.noun} {self.reference}"

    @property
    def stream(self) -> str:
        """The stream it is addressed to."""
        return f"{self.noun}-{self.reference}"

    @property
    def about(self) -> str | None:
        """The award that it is about, if it is about one: whoever looks after named awards may reach those alone."""
        return getattr(self, "award", None)

    @abstractmethod
    def decide(self, state: AggregateT, occasion: Occasion) -> Sequence[Event]:
        """The events that follow from this order, given what is known."""

    def together_with(self, state: AggregateT, occasion: Occasion) -> Sequence["Command[Any]"]:
        """The orders to other streams that go with this one, decided after it. ``state`` is as before the order."""
        return ()


def utc_now() -> datetime:
    """The present moment, aware and in UTC."""
    return datetime.now(UTC)
