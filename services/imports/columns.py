"""The columns of an awards sheet: their headings, the other words people head them with, and which are which."""

import re
from typing import NamedTuple

from domain.errors import Refusal
from domain.personal import PERSONAL_COLUMNS, heads_single_people, sign_of_a_person
from services.imports.remarks import Remark
from services.imports.sheet import Row, Sheet, address

COLUMNS: dict[str, tuple[str, ...]] = {
    "Row": ("row type", "row kind", "kind of row", "type"),
    "Award": ("award reference", "award ref", "award number", "reference", "ref"),
    "Fund": ("funding stream", "stream", "fund code"),
    "Year": ("financial year", "fund year", "fy"),
    "Fund title": ("title of fund",),
    "Funder": ("funded by",),
    "Return": ("return to", "reported in"),
    "Section": ("sub heading", "group"),
    "Service": ("service provision", "project", "service name"),
    "Provider": ("organisation", "organization", "recipient", "provider name"),
    "Provider kind": ("kind of provider", "provider type"),
    "Charity number": ("charity no", "registered charity number"),
    "Company number": ("company no", "registered company number"),
    "Route": ("award route", "procurement route"),
    "Ground": ("grounds", "single tender ground", "ground for single tender"),
    "Amount": ("award £", "amount £", "funding £", "amount gbp", "award gbp", "award amount", "award value", "value"),
    "As printed": ("printed", "printed as"),
    "Inferred": ("inferred amount", "inferred £"),
    "Starts": ("start", "starts on", "start date"),
    "Ends": ("end", "ends on", "end date"),
    "Decision": ("decision reference", "decision number", "decision ref"),
    "Agreement": ("agreement reference", "grant agreement"),
    "Authorised by": ("authorised", "authorized by"),
    "Per cent": ("percent", "percentage", "%"),
    "Reason": (),
    "Source": ("source document",),
    "Notes": ("note", "remarks", "comments", "comment"),
}
"""Each heading, in the order of the example sheet, and the other headings that are taken for it."""

NEEDED = ("Fund", "Year", "Service", "Provider", "Route", "Amount")
"""The columns that every awards sheet has. Their cells may still be empty in rows that do not need them."""


def key(words: str) -> str:
    """Words as they are compared: no capitals; spaces, hyphens and underscores alike; no brackets or end marks."""
    return " ".join(re.sub(r"[\s_\-()*:]+", " ", words.casefold()).split())


_HEADING = {key(word): heading for heading, others in COLUMNS.items() for word in (heading, *others)}
_PERSONAL = {key(word) for word in PERSONAL_COLUMNS}
_ROWS_SEARCHED, _ENOUGH = 10, 3


class Layout(NamedTuple):
    """Where the sheet's columns are."""

    heading_row: int
    """The number of the row that holds the headings."""
    columns: dict[str, int]
    """The column's number for each heading there is."""
    left_out: frozenset[int]
    """Columns with a heading that is not one of ours."""
    personal: frozenset[int]
    """Columns of single people. The sheet is refused for them."""
    faults: tuple[Remark, ...]
    notes: tuple[Remark, ...]

    def is_known(self, column: int) -> bool:
        """Whether something is written at the head of the column."""
        return column in self.left_out or column in self.columns.values()


def find_layout(sheet: Sheet) -> Layout:
    """Finds the row of headings and reads it. Raises ``Refusal`` when the sheet has none."""
    if not sheet.rows:
        raise Refusal("The sheet is empty: load a sheet with column headings and rows.")
    for index, row in enumerate(sheet.rows[:_ROWS_SEARCHED]):
        if len({_HEADING[key(cell.text)] for cell in row.cells.values() if key(cell.text) in _HEADING}) >= _ENOUGH:
            if index + 1 == len(sheet.rows):
                raise Refusal("The sheet has headings and nothing below them: there is nothing to load.")
            return _read_headings(row, above=[above.number for above in sheet.rows[:index]])
    raise Refusal(
        f"This is not an awards sheet: none of its first rows holds the headings {', '.join(NEEDED)}. "
        "Put the headings in one row, above the awards; outturn load --example writes an empty sheet."
    )


def _read_headings(row: Row, above: list[int]) -> Layout:
    columns: dict[str, int] = {}
    left_out: set[int] = set()
    personal: set[int] = set()
    faults: list[Remark] = []
    notes = [Remark("stands above the headings and is left out", number) for number in above]
    for number, cell in sorted(row.cells.items()):
        words = key(cell.text)
        heading = _HEADING.get(words)
        if heading and heading in columns:
            left_out.add(number)
            first = address(columns[heading], row.number)
            words = f"there are two columns for this ({first} and {cell.address}): leave one"
            faults.append(Remark(words, row.number, heading, cell.address))
        elif heading:
            columns[heading] = number
        elif words in _PERSONAL or heads_single_people(cell.text):
            personal.add(number)
            words = (
                "a column like this holds single people, and the office records totals only: "
                "the whole sheet is refused, so take the column out"
            )
            faults.append(Remark(words, row.number, cell.text.capitalize(), cell.address))
        elif sign := sign_of_a_person(cell.text):
            left_out.add(number)
            words = f"this seems to hold {sign}: the office records totals only, so take it out"
            faults.append(Remark(words, row.number, "Heading", cell.address))
        else:
            left_out.add(number)
            words = f"there is no such column in an awards sheet, so it is left out: {cell.text[:40]}"
            notes.append(Remark(words, row.number, "Heading", cell.address))
    missing = [heading for heading in NEEDED if heading not in columns]
    if missing:
        some = "column" if len(missing) == 1 else "columns"
        cure = f"add {'it' if len(missing) == 1 else 'them'} to row {row.number}"
        faults.insert(0, Remark(f"the sheet has no {some} {', '.join(missing)}: {cure}"))
    return Layout(row.number, columns, frozenset(left_out), frozenset(personal), tuple(faults), tuple(notes))
