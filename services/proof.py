"""A signed return made again from the log, and compared byte for byte with what was signed."""

from typing import NamedTuple

from domain.errors import NotFound
from domain.returns.filled import FilledReturn
from domain.tables import canonical
from projections.half_yearly_return.form import fill_in
from projections.half_yearly_return.proof import differences, signed_return
from services.office import Office
from services.read_models import Progress


class Reproduced(NamedTuple):
    """A signed return beside the same return folded again from the log to the position that was signed."""

    signed: FilledReturn
    again: FilledReturn

    @property
    def is_same(self) -> bool:
        """Whether both are the same, byte for byte."""
        return as_bytes(self.signed) == as_bytes(self.again)

    @property
    def faults(self) -> list[str]:
        """The addresses of the cells that differ."""
        return ["/".join(difference.address) for difference in differences(self.signed, self.again)]


def as_bytes(filled: FilledReturn) -> bytes:
    """Everything that was signed, as it is written down: period, template, position and every table whole."""
    return canonical(filled.model_dump(mode="json", exclude={"waiting_for"}))


def reproduce(office: Office, period: str, version: int | None = None, progress: Progress | None = None) -> Reproduced:
    """Folds the log anew, up to the position of a signed return, and fills the return in from that.

    Raises ``NotFound`` when no such return is signed.
    """
    with office.reading() as views:
        signed = signed_return(views, period, version)
        head = views.position
    if signed.position > head:
        raise NotFound(f"The log ends at position {head}, before the position {signed.position} that was signed.")
    with office.as_at(signed.position, progress) as then:
        return Reproduced(signed, fill_in(then, period, signed.template))
