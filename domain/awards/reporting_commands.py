"""What may be ordered about what an award's provider is to report on."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from domain.awards.award import Award
from domain.awards.commands import AwardCommand
from domain.awards.events import MeasuresAgreed
from domain.errors import Refusal
from domain.kernel import Event, Occasion, Reference, Role
from domain.reports.measures import frameworks


class AgreeMeasures(AwardCommand, may={Role.CONTRACT_MANAGER}):
    """Agree what the provider reports on: measures and outcomes by code, in place of the framework's standard.

    Each must be known to one framework on file at least (``outturn show measures`` lists them).
    """

    overwrites = True

    measures: Annotated[tuple[Reference, ...], Field(min_length=1)]
    outcomes: tuple[Reference, ...] = ()

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        state.check_open(self.award)
        measures = {measure.measure for framework in frameworks() for measure in framework.measures}
        outcomes = {outcome.outcome for framework in frameworks() for outcome in framework.outcomes}
        unknown = [*(m for m in self.measures if m not in measures), *(o for o in self.outcomes if o not in outcomes)]
        if unknown:
            raise Refusal(
                f"No framework on file asks for {', '.join(unknown)} (outturn show measures lists what does)."
            )
        said = MeasuresAgreed(measures=self.measures, outcomes=self.outcomes)
        return [] if state.measures == said else [said]
