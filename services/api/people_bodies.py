"""What comes in about people and their tokens, as the API's document has it."""

from pydantic import Field

from domain.kernel import Day, Reference, Role, Value
from domain.monitoring.policy import Part
from services.accounts import LONGEST_TOKEN


class ChangedPerson(Value):
    """What is to be changed of a person: what is not said stays as it is; nothing (``null``) takes it away."""

    name: str = Field(default="", description="As it is written in a letter.", examples=["A. N. Other (made up)"])
    email: str = Field(default="", description="The e-mail address.", examples=["another@example.org"])
    phone: str | None = Field(default=None, examples=["01632 960001"])
    roles: frozenset[Role] = Field(default=frozenset(), description="What the person may do in the office.")
    parts: frozenset[Part] = Field(default=frozenset(), description="In which parts the person is reminded.")
    provider: Reference | None = Field(default=None, description="Whose contact it is.")
    awards: tuple[Reference, ...] | None = Field(default=None, description="The awards within reach; null: all.")
    certifies: bool = Field(default=False, description="Whether a provider's person may declare and send its reports.")
    digest: bool = Field(default=False, description="One message a day, or one for each reminder.")
    subject: str | None = Field(default=None, description="The account at the organisation's sign-in.")


class NewPerson(ChangedPerson):
    """Somebody new."""

    name: str = Field(description="As it is written in a letter.", examples=["A. N. Other (made up)"])
    email: str = Field(description="The e-mail address.", examples=["another@example.org"])
    invite: bool = Field(default=False, description="Whether the person is asked to sign in from today.")


class Leaving(Value):
    """When somebody leaves."""

    on: Day | None = Field(default=None, description="Today, unless another day is said.", examples=["2026-09-30"])


class NewToken(Value):
    """A token for a program that acts in a person's name."""

    title: str = Field(max_length=120, description="Which program it is for.", examples=["The finance system"])
    scope: frozenset[str] = Field(
        min_length=1, description="read, events (the feed), act, or orders by name.", examples=[["read"]]
    )
    days: int = Field(default=90, ge=1, le=LONGEST_TOKEN.days, description="For how many days it is good.")


class Nothing(Value):
    """An order that says everything by its address."""
