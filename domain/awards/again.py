"""An order about an award that is given again: word for word it changes nothing; otherwise it is refused."""

from collections.abc import Collection

from domain.errors import Refusal
from domain.kernel import Event
from domain.repeats import differing


def is_again(known: Event | None, said: Event, what: str, left_out: Collection[str] = ()) -> bool:
    """Whether this is recorded already. What the order leaves out stays as it is recorded.

    Raises ``Refusal`` with what is on record instead, when it was said otherwise.
    """
    if known is None:
        return False
    if type(known) is not type(said):
        raise Refusal(f"{what} is already recorded, as something else.")
    differs = differing(known, said, apart=left_out)
    if differs:
        raise Refusal(f"{what} is already recorded, differently (on record is {differs}).")
    return True
