"""What happens to a decision record."""

from datetime import date

from domain.kernel import Event, Reference, Words


class DecisionRecorded(Event, name="decision.recorded"):
    """The commissioner decided something, after advice; with the fields that published decision records have."""

    title: Words
    decided_on: date
    decided: Words
    """What was decided."""
    advice: str | None
    alternatives: str | None
    significant_public_interest: bool
    public_interest_reason: str | None
    """Why it is, or is not, of significant public interest. ``None``: it was recorded before that was asked."""
    objectives: tuple[Words, ...]
    """Of the Police and Crime Plan."""
    interests: str | None
    """The statement on the register of interests."""
    supersedes: Reference | None
    published_on: date | None


class DecisionSuperseded(Event, name="decision.superseded"):
    """A later decision takes the place of this one."""

    by: Reference
