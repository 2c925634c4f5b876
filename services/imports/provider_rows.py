"""The providers named in a sheet: each registered once, however often it is named."""

from dataclasses import dataclass, field

from domain.providers.commands import RegisterProvider
from domain.providers.events import Kind
from services.imports import cells
from services.imports.known import Known
from services.imports.reader import Reader

_KINDS = cells.one_of(
    {"organisation": Kind.ORGANISATION, "joint": Kind.JOINT, "pool": Kind.POOL, "office": Kind.OFFICE},
    also={"organization": Kind.ORGANISATION, "pooled budget": Kind.POOL, "pooled": Kind.POOL},
)
_NUMBERS = {"Charity number": cells.charity_number, "Company number": cells.company_number}
_REMARKS = {
    Kind.POOL: "the name describes a pooled budget, not one legal body: it is recorded as a pool",
    Kind.JOINT: "one award goes to several bodies together: how it is split is not stated",
    Kind.OFFICE: "the money stays with the commissioner's own office",
}


@dataclass
class _Named:
    """A provider as the sheet has named it so far."""

    title: str
    reader: Reader
    kind: Kind | None = None
    numbers: dict[str, str] = field(default_factory=dict)


class Providers:
    """Collects what the rows say of each provider. Rows that say different things of one are faults."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._named: dict[str, _Named] = {}

    def read(self, reader: Reader) -> str | None:
        """The provider's reference; nothing when there is none, or its cell has a fault."""
        if reader.is_faulty("Provider"):
            return None
        cell = reader.cell("Provider")
        if cells.is_nobody(cell):
            reader.note("no provider is named: the award is recorded without one", "Provider")
            return None
        slug = reader.optional("Provider", cells.slug)
        title = reader.optional("Provider", cells.words)
        if slug is None or title is None:
            return None
        kind = reader.optional("Provider kind", _KINDS)
        if kind in _REMARKS:
            reader.note(_REMARKS[kind], "Provider")
        named = self._named.get(slug)
        if named is None:
            named = self._named[slug] = _Named(self._known.providers.get(slug, title), reader)
            self._note_known(slug, reader)
        if title != named.title:
            reader.note("this is taken as the same provider under another spelling", "Provider")
        self._agree_on_kind(named, kind, reader)
        for heading, how in _NUMBERS.items():
            self._agree_on_number(named, heading, reader.optional(heading, how), reader)
        return slug

    def _note_known(self, slug: str, reader: Reader) -> None:
        said = [h for h in ("Provider kind", *_NUMBERS) if reader.text(h)]
        if slug in self._known.providers and said:
            reader.note("the office holds this provider already: its kind and numbers stay as they are held", said[0])

    def _agree_on_kind(self, named: _Named, kind: Kind | None, reader: Reader) -> None:
        if kind is not None and named.kind not in (None, kind):
            reader.fault("Provider kind", f"row {named.reader.number} says another kind of this provider: write one")
        named.kind = named.kind or kind

    def _agree_on_number(self, named: _Named, heading: str, number: str | None, reader: Reader) -> None:
        if number and named.numbers.get(heading, number) != number:
            words = f"row {named.reader.number} gives another number of this provider: write the right one in both"
            reader.fault(heading, words)
        if number:
            named.numbers.setdefault(heading, number)

    def commands(self) -> list[tuple[int, RegisterProvider]]:
        """One order for each provider that the office does not hold, with the row that named it first."""
        made = []
        for slug, named in self._named.items():
            fields = {
                "provider": slug,
                "title": named.title,
                "kind": named.kind or Kind.ORGANISATION,
                "charity_number": named.numbers.get("Charity number"),
                "company_number": named.numbers.get("Company number"),
            }
            if slug not in self._known.providers:
                command = named.reader.build(RegisterProvider, fields, title="Provider", kind="Provider kind")
                if command is not None:
                    made.append((named.reader.number, command))
        return made
