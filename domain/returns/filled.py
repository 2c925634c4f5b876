"""A filled-in return: its tables, the template's version, and the place in the log it was folded to."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator

from domain.data_files import read_file
from domain.errors import Refusal
from domain.kernel import Reference, Value
from domain.monitoring.schedule import DueRule
from domain.periods import Period, PeriodCode, day_in_words
from domain.tables import Table, canonical, digest, parts_of

_FOLDER = Path(__file__).with_name("templates")


_DUE = 'must be written like "30 October, 30 April", "1 month after" or "20 working days after"'


def _due(said: Any) -> Any:
    """A rule in words as the rule; in its parts, as it is."""
    if isinstance(said, str):
        try:
            return DueRule.of(said)
        except ValueError:
            raise ValueError(_DUE) from None
    if said is not None and not isinstance(said, dict | DueRule):
        raise ValueError(_DUE)
    return said


class Template(Value):
    """One version of the form the Ministry asks for, and the days of the half-years it is for.

    The Ministry's own field names and deadlines are not public: they are data here, to be put right by the office
    that has the real form.
    """

    template: Reference
    title: str
    in_force_from: date
    in_force_to: date | None
    return_to: Reference
    """Which funds it reports on: those opened with the same ``return_to``."""
    sections: tuple[str, ...]
    due: Annotated[DueRule | None, BeforeValidator(_due)] = None
    """When the funder asks for it, in words (``30 October, 30 April``) or in its parts; ``None``: not public, the
    grant agreement says it."""
    administration_cap_per_cent: int | None = None
    """What of the grant may be kept for administration; ``None``: not public, the grant agreement says it."""
    note: str


@cache
def templates() -> tuple[Template, ...]:
    """Every template on file, the oldest first."""
    files = [read_file("template", path, Template) for path in sorted(_FOLDER.glob("*.json"))]
    return tuple(sorted(files, key=lambda template: template.in_force_from))


def template_for(period: Period) -> Template:
    """The template for the half-year. Raises ``Refusal`` when none is on file."""
    for template in templates():
        if template.in_force_from <= period.start <= (template.in_force_to or date.max):
            return template
    raise Refusal(f"No template of the return is on file for periods that start on {day_in_words(period.start)}.")


def template_named(code: str) -> Template:
    """The template of that code. Raises ``Refusal`` when it is not on file."""
    for template in templates():
        if template.template == code:
            return template
    raise Refusal(f"There is no template {code} on file (there are: {', '.join(t.template for t in templates())}).")


class FilledReturn(Value):
    """The return for one half-year as folded from the log up to a position."""

    period: PeriodCode
    template: Reference
    position: int
    tables: tuple[Table, ...]
    waiting_for: tuple[str, ...] = ()
    """What is missing, in words: one line for each service that has not reported, or whose report is not accepted."""

    @property
    def sha256(self) -> str:
        """The digest of what the return says: its period, template and tables. Not of when it was folded.

        What stands at its default is left out, so that a cell or a column may gain a field and old digests stay true.
        """
        said = {"period": self.period, "template": self.template}
        said["tables"] = [_parts_of(table) for table in self.tables]  # type: ignore[assignment]
        return digest([canonical(said)])


def _parts_of(table: Table) -> dict[str, Any]:
    """What a table says, by name; what ``model_dump`` says of it, and much faster for a quarter of a million cells."""
    said = table.model_dump(mode="json", exclude={"rows"}, exclude_defaults=True)
    return {**said, "rows": [[parts_of(cell) for cell in row] for row in table.rows]}
