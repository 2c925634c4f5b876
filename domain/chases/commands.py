"""What may be ordered about the steps of a chase."""

from collections.abc import Sequence
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from domain.awards.commands import ConfirmRegistered
from domain.chases.chase import Chase
from domain.chases.events import ChaseSet
from domain.kernel import Command, Event, Occasion, Reference, Role, Words
from domain.monitoring.policy import Step

DEFAULT = "default"
"""The chase of every award that has none of its own."""

StepInWords = Annotated[Step, BeforeValidator(lambda said: Step.of(said) if isinstance(said, str) else said)]
"""A step as words, like ``due: on the day to provider``; or in its parts."""


class SetChase(Command[Chase], may={Role.CONTRACT_MANAGER, Role.ADMINISTRATOR}):
    """Set the steps by which what is owed is chased: for one award, or (chase ``default``) for all that have none.

    All of them again; a list without steps stops the chase. What was decided already stays as it is.
    """

    noun = "chase"
    address = ("chase",)
    aggregate = Chase
    starts = True
    overwrites = True

    chase: Reference
    """The award, or ``default``."""
    steps: Annotated[tuple[StepInWords, ...], Field(max_length=20)]
    reason: Words

    @property
    def about(self) -> str:
        return self.chase  # the default is no award: whoever looks after named awards sets theirs alone

    @model_validator(mode="after")
    def _each_step_once(self) -> Self:
        if len({step.step for step in self.steps}) < len(self.steps):
            raise ValueError("each step needs a name of its own")
        return self

    def decide(self, state: Chase, occasion: Occasion) -> Sequence[Event]:
        return [] if state.steps == self.steps else [ChaseSet(steps=self.steps, reason=self.reason)]

    def together_with(self, state: Chase, occasion: Occasion) -> Sequence[Command[Any]]:
        return [] if self.chase == DEFAULT else [ConfirmRegistered(award=self.chase)]
