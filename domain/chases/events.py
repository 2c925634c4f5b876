"""What happens to the steps of a chase."""

from domain.kernel import Event, Words
from domain.monitoring.policy import Step


class ChaseSet(Event, name="chase.set"):
    """The steps were set, as a whole: by default, or for one award. No step: nothing is chased."""

    steps: tuple[Step, ...]
    reason: Words
