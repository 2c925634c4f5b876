"""A decision of the commissioner, as its published record has it."""

from typing import Annotated, Self

from pydantic import Field

from domain.decisions.events import DecisionRecorded, DecisionSuperseded
from domain.kernel import Aggregate, Event, Words

AsPrinted = Annotated[
    Words | None, Field(description="the decision in free words, as the paper prints it, such as: Decision Record 017")
]
"""A decision as something that rests on it words it, whether it is on record here or not."""


class Decision(Aggregate):
    """What is known of one decision."""

    recorded: DecisionRecorded | None = None
    superseded_by: str | None = None

    def evolve(self, event: Event) -> Self:
        match event:
            case DecisionRecorded():
                return self.model_copy(update={"recorded": event})
            case DecisionSuperseded(by=by):
                return self.model_copy(update={"superseded_by": by})
            case _:
                return self
