"""What may be ordered about the seal of the log."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import StringConstraints

from domain.errors import Refusal
from domain.kernel import Command, Event, Occasion, Role
from domain.seals.events import LogSealed
from domain.seals.seal import Seal


class SealLog(Command[Seal], may={Role.SCHEDULER, Role.ADMINISTRATOR}):
    """Seal the log up to a position: what is cut off its end or changed before the seal is found from then on."""

    noun = "seal"
    address = ("seal",)
    aggregate = Seal
    starts = True

    seal: Literal["log"] = "log"
    position: int
    events: int
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

    def decide(self, state: Seal, occasion: Occasion) -> Sequence[Event]:
        last = state.last
        if last is not None and self.position <= last.position:
            if (last.position, last.sha256) == (self.position, self.sha256):
                return []
            raise Refusal(f"The log is sealed up to position {last.position} already.")
        return [LogSealed(position=self.position, events=self.events, sha256=self.sha256)]
