"""What happens to the seal of the log."""

from domain.kernel import Event


class LogSealed(Event, name="seal.set"):
    """Everything up to a position was counted and digested, together with the seal before."""

    position: int
    events: int
    """How many events there are up to the position."""
    sha256: str
    """Over the seal before and every stored event since, in order."""
