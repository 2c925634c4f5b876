"""An awards sheet becomes orders: all of it, or none and a list of every fault with the cell it stands in."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from domain.errors import Refusal
from domain.funds.commands import OpenFund
from domain.funds.events import EarmarkKind
from domain.kernel import Command
from services.imports import cells, fund_rows
from services.imports.award_rows import Awards, read_award
from services.imports.columns import COLUMNS, find_layout
from services.imports.fund_rows import FundRow
from services.imports.known import Known, KnownAward
from services.imports.provider_rows import Providers
from services.imports.reader import Reader
from services.imports.remarks import Remark, as_clause
from services.imports.sheet import read_sheet

__all__ = ["Known", "KnownAward", "Plan", "Remark", "read_awards_sheet", "template_csv"]

_FUND_ROWS: dict[str, Callable[[Reader], FundRow]] = {
    "allocation": fund_rows.allocation,
    "tolerance": fund_rows.tolerance,
    "reserve": lambda reader: fund_rows.earmark(reader, EarmarkKind.RESERVE),
    "in development": lambda reader: fund_rows.earmark(reader, EarmarkKind.IN_DEVELOPMENT),
    "stated total": fund_rows.stated_total,
}
_ONLY_NOTED = {
    "bid": "is a bid, and a bid is not income: it counts nowhere",
    "not ours": "is not the office's money: it counts nowhere",
    "remark": "is a remark: nothing is recorded for it",
    "example award": "is an example: nothing is recorded for it",
    "example allocation": "is an example: nothing is recorded for it",
}
_OFFERED = ("award", *_FUND_ROWS, "bid", "not ours", "remark")
_KIND = cells.one_of({kind: kind for kind in _OFFERED}, also={kind: kind for kind in _ONLY_NOTED})


@dataclass
class Plan:
    """What a sheet comes to. With any fault there are no orders."""

    commands: list[Command[Any]] = field(default_factory=list)
    """In the order in which they are to be given, for one transaction."""
    rows: list[int] = field(default_factory=list)
    """The row that each of the orders comes from."""
    faults: list[Remark] = field(default_factory=list)
    """What must be put right before anything can be loaded."""
    notes: list[Remark] = field(default_factory=list)
    """What is loaded as it stands, or left out, and worth reading."""


def read_awards_sheet(data: bytes, file_name: str, known: Known) -> Plan:
    """Reads a CSV or XLSX file against what the office holds. Never raises for what is in the file."""
    try:
        sheet = read_sheet(data, file_name)
        layout = find_layout(sheet)
    except Refusal as refusal:
        return Plan(faults=[Remark(as_clause(refusal))])
    notes = [Remark(note.removesuffix(".")) for note in sheet.notes]
    if any(fault.row is None for fault in layout.faults):  # a column is missing: every row would be a fault
        return Plan(faults=list(layout.faults), notes=[*notes, *layout.notes])
    readers = [Reader(row, layout) for row in sheet.rows if row.number > layout.heading_row]
    placed = _Sheet(known).read(readers)
    faults = [*layout.faults, *(fault for reader in readers for fault in reader.faults)]
    notes += [*layout.notes, *(note for reader in readers for note in reader.notes)]
    if faults:
        return Plan(faults=faults, notes=notes)
    return Plan(commands=[command for _, command in placed], rows=[row for row, _ in placed], notes=notes)


class _Sheet:
    """The rows of one sheet, sorted by what they are."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._providers = Providers(known)
        self._awards = Awards(known)
        self._fund_rows: list[FundRow] = []

    def read(self, readers: list[Reader]) -> list[tuple[int, Command[Any]]]:
        """Every order, with its row, in order: funds, providers, tolerances, awards and money kept aside, totals."""
        for reader in readers:
            self._sort(reader)
        self._check_funds()
        self._check_repeats()
        self._awards.check()
        return self._ordered()

    def _sort(self, reader: Reader) -> None:
        kind = reader.optional("Row", _KIND) or "award"
        if reader.is_faulty("Row"):
            return
        if kind in _FUND_ROWS:
            self._fund_rows.append(_FUND_ROWS[kind](reader))
        elif kind == "award":
            self._awards.rows.append(read_award(reader, self._providers))
        else:
            reader.note(_ONLY_NOTED[kind])
        if reader.text("Notes"):
            reader.note(reader.text("Notes"), "Notes")

    def _check_funds(self) -> None:
        """Every fund that a row names is held by the office, or has its allocation in the sheet."""
        opened = {(row.fund, row.year) for row in self._fund_rows if row.opens}
        needing = [(row.reader, row.fund, row.year) for row in self._fund_rows if not row.opens]
        needing += [(row.reader, row.fund, row.year) for row in self._awards.rows]
        for reader, fund, year in needing:
            if fund is None or year is None or (fund, year) in self._known.funds:
                continue
            # a part that has a fault of its own may be meant to be any fund, or any year
            if not opened & {(fund, year), (None, year), (fund, None), (None, None)}:
                reader.fault(
                    "Fund",
                    f"the office holds no fund {fund} for {year}, and the sheet has no allocation row for it: "
                    "add one (Row: allocation), or put the fund or the year right",
                )

    def _check_repeats(self) -> None:
        first: dict[tuple[str, ...], FundRow] = {}
        funds: dict[tuple[str | None, str | None], tuple[int, OpenFund]] = {}
        for row in self._fund_rows:
            same = first.setdefault(row.subject, row)
            if same is not row and row.reader.sound:
                cure = " or give it an agreement reference of its own" if row.opens else ""
                row.reader.fault_of_row(f"repeats row {same.reader.number}: take one of them out{cure}")
            for command in row.commands:
                if isinstance(command, OpenFund):
                    number, opened = funds.setdefault((row.fund, row.year), (row.reader.number, command))
                    if opened != command:
                        row.reader.fault("Fund title", f"row {number} opens this fund with another title or funder")

    def _ordered(self) -> list[tuple[int, Command[Any]]]:
        phases = {"allocation": 0, "tolerance": 2, "earmark": 3, "total": 4}
        placed: list[tuple[int, int, Command[Any]]] = []
        for row in self._fund_rows:
            placed += [(phases[row.subject[0]], row.reader.number, command) for command in row.commands]
        placed += [(1, number, command) for number, command in self._providers.commands()]
        for number, commands in self._awards.commands():
            placed += [(3, number, command) for command in commands]
        return list(_once((row, command) for _, row, command in sorted(placed, key=lambda one: one[:2])))


def _once(placed: Iterator[tuple[int, Command[Any]]]) -> Iterator[tuple[int, Command[Any]]]:
    """Each order once: a fund with two allocations is opened once."""
    given: list[Command[Any]] = []
    for row, command in placed:
        if not isinstance(command, OpenFund) or command not in given:
            yield row, command
        if isinstance(command, OpenFund):
            given.append(command)


_EXAMPLES: tuple[dict[str, str], ...] = (
    {
        "Row": "example allocation",
        "Fund": "moj-victims",
        "Year": "2026-27",
        "Fund title": "Victims' services grant",
        "Funder": "Ministry of Justice",
        "Return": "moj",
        "Amount": "£1,000,000",
        "Agreement": "moj-victims-2026-27",
        "Source": "Grant letter of 1 March 2026",
        "Notes": "Example: delete this row, or take the word example out of Row and write your own allocation",
    },
    {
        "Row": "example award",
        "Award": "2026-0001",
        "Fund": "moj-victims",
        "Year": "2026-27",
        "Service": "Support for victims of burglary",
        "Provider": "An organisation",
        "Provider kind": "organisation",
        "Charity number": "1234567",
        "Route": "grant",
        "Amount": "£12,500.50",
        "Starts": "01/04/2026",
        "Ends": "31/03/2027",
        "Decision": "Decision 001",
        "Source": "Decision record 001",
        "Notes": "Example: delete this row, or take the word example out of Row and write your own award",
    },
)


def template_csv() -> bytes:
    """An empty awards sheet: the headings, and two rows that are marked as examples and are not loaded."""
    out = io.StringIO(newline="")
    sheet = csv.DictWriter(out, fieldnames=list(COLUMNS))
    sheet.writeheader()
    sheet.writerows(_EXAMPLES)
    return out.getvalue().encode("utf-8-sig")
