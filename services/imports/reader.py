"""Reads the cells of one row, and keeps what is wrong with them and what is worth reading in them."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from domain.errors import Refusal
from domain.kernel import Command
from domain.personal import sign_of_a_person
from services.imports.columns import Layout
from services.imports.remarks import Remark, as_clause, of_validation
from services.imports.sheet import Cell, Row

Read = TypeVar("Read")
CommandT = TypeVar("CommandT", bound=Command[Any])

FIELDS = {
    "award": "Award",
    "fund": "Fund",
    "year": "Year",
    "title": "Fund title",
    "funder": "Funder",
    "return_to": "Return",
    "agreement": "Agreement",
    "amount_pence": "Amount",
    "total_pence": "Amount",
    "shares": "Amount",
    "printed": "As printed",
    "source": "Source",
    "per_cent": "Per cent",
    "authorised_by": "Authorised by",
    "decision": "Decision",
    "reason": "Reason",
    "service": "Service",
    "route": "Route",
    "ground": "Ground",
    "provider": "Provider",
    "starts_on": "Starts",
    "ends_on": "Ends",
    "remarks": "Notes",
    "charity_number": "Charity number",
    "company_number": "Company number",
}
"""The column that each field of an order is read from."""


class Reader:
    """One row under the sheet's headings. A cell with a fault reads as empty afterwards: one fault a cell."""

    def __init__(self, row: Row, layout: Layout) -> None:
        self.row = row
        self.number = row.number
        self.faults: list[Remark] = []
        self.notes: list[Remark] = []
        self._layout = layout
        self._faulty: set[str] = set()
        headings = {column: heading for heading, column in layout.columns.items()}
        for column, cell in sorted(row.cells.items()):
            if column not in layout.personal:
                self._look_over(cell, headings.get(column, ""), has_heading=layout.is_known(column))

    def _look_over(self, cell: Cell, heading: str, *, has_heading: bool) -> None:
        sign = sign_of_a_person(cell.text) if isinstance(cell.value, str) else None
        if sign:
            self._fault_at(
                cell, heading or "Cell", f"this seems to hold {sign}: the office records totals only, so take it out"
            )
        elif not has_heading:
            words = "there is no heading above this: give it one, or put quotation marks round a cell with a comma"
            self._fault_at(cell, "Cell", words)
        elif cell.fault and heading:
            self._fault_at(cell, heading, cell.fault)

    def _fault_at(self, cell: Cell, heading: str, words: str) -> None:
        self.faults.append(Remark(words, self.number, heading, cell.address))
        self._faulty.add(heading)

    def _in_sheet(self, heading: str) -> Cell:
        column = self._layout.columns.get(heading)
        return Cell("") if column is None else self.row.cell(column)

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong so far."""
        return not self.faults

    def is_faulty(self, heading: str) -> bool:
        """Whether something is wrong with the cell under the heading."""
        return heading in self._faulty

    def cell(self, heading: str) -> Cell:
        """The cell under the heading; empty when there is no such column or something is wrong with it."""
        cell = self._in_sheet(heading)
        return Cell(cell.address) if heading in self._faulty else cell

    def text(self, heading: str) -> str:
        """The cell's text."""
        return self.cell(heading).text

    def fault(self, heading: str, words: str) -> None:
        """Something is wrong with the cell under the heading, unless a fault of it is known already."""
        if heading not in self._faulty:
            self._fault_at(self._in_sheet(heading), heading, words)

    def fault_of_row(self, words: str) -> None:
        """Something is wrong with the whole row. The words begin with a verb."""
        self.faults.append(Remark(words, self.number))

    def note(self, words: str, heading: str = "") -> None:
        """Something to know about the cell under the heading, or about the row (then beginning with a verb)."""
        self.notes.append(Remark(words, self.number, heading, self._in_sheet(heading).address if heading else ""))

    def optional(self, heading: str, how: Callable[[Cell], Read]) -> Read | None:
        """The cell read, or nothing when it is empty or has a fault."""
        cell = self.cell(heading)
        if cell.value is None:
            return None
        try:
            return how(cell)
        except Refusal as refusal:
            self.fault(heading, as_clause(refusal))
            return None

    def needed(self, heading: str, how: Callable[[Cell], Read], cure: str) -> Read | None:
        """The cell read; an empty one is a fault, with the cure: what to write."""
        if self.cell(heading).value is None:
            self.fault(heading, f"this is needed: {cure}")
        return self.optional(heading, how)

    def build(self, command: type[CommandT], fields: Mapping[str, Any], **headings: str) -> CommandT | None:
        """The order, if the row is sound. What its own rules forbid becomes faults of the columns it came from."""
        if not self.sound:
            return None
        try:
            return command(**fields)
        except ValidationError as error:
            for heading, words in of_validation(error, {**FIELDS, **headings}):
                if heading:
                    self.fault(heading, words)
                else:
                    self.fault_of_row(words)
            return None
