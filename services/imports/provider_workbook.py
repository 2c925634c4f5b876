"""A provider's workbook read back: the report that it holds, or everything that is wrong with it, cell by cell.

Rows are found by the codes in column G, so that a row may be moved or put in and a sheet renamed. Nothing that was
typed is repeated in words, but for the figures of a doubt.
"""

from itertools import pairwise
from typing import NamedTuple

from domain.errors import Refusal
from domain.reports.checks import Doubt, doubts
from domain.reports.events import Explanation, Figure, Figures, OutcomeFigure, ReportFile, Text
from domain.reports.form import NUMBERS, Line, form_of
from domain.reports.measures import Outcome
from projections.reporting import Asked
from services.imports.provider_workbook_cells import count, figure, words
from services.imports.provider_workbook_file import Book, Cell
from services.imports.provider_workbook_places import About, Fault, Places, label, said_of, short_of
from services.imports.remarks import as_clause
from services.provider_form import DECLARED, ENTRY, WHY, lines_explaining


class Reading(NamedTuple):
    """What a workbook comes to: a report, or faults."""

    content: Figures | None
    """``None`` when there are faults."""
    faults: tuple[Fault, ...]
    notes: tuple[str, ...] = ()
    reason: str | None = None
    """Why the report is corrected, as the workbook says; also when there are faults."""


def read_workbook(book: Book, about: About, asked: Asked, file: ReportFile) -> Reading:
    """The report in a workbook about what is asked, or every fault at once; a doubt without an explanation is one."""
    return _Reader(book, about, asked).read(file)


class _Reader:
    """Goes over one workbook, and gathers what is wrong on the way."""

    def __init__(self, book: Book, about: About, asked: Asked) -> None:
        self._about, self._asked = about, asked
        self._places = Places(book, asked)
        self._lines = {line.key: line for sheet in form_of(asked.owed) for line in sheet.lines}
        self._faults = list(self._places.faults)
        self._at_fault = {(fault.sheet, fault.cell) for fault in self._faults}
        self._notes = list(self._places.notes)

    def read(self, file: ReportFile) -> Reading:
        """Everything."""
        reason = self._of_about("reason")
        if self._places.found and not any(self._cell(line, ENTRY) for line in self._lines.values()):
            nothing = "nothing is filled in: if there is nothing to report, declare a nil return instead"
            return Reading(None, (*self._faults, Fault(nothing)), tuple(self._notes), reason)
        figures, outcomes, texts = self._figures(), self._outcomes(), self._texts()
        narrative = self._of_about("narrative")
        self._declared()
        content = Figures.model_construct(figures=figures, outcomes=outcomes)
        explanations = self._explained(content)
        if not figures and not outcomes and not self._faults:
            nothing = "no figure is known: write those that are; if there is nothing to report, declare a nil return"
            self._faults.append(Fault(f"{nothing} instead"))
        if self._faults:
            return Reading(None, tuple(self._faults), tuple(self._notes), reason)
        made_up = "made-up" in self._about.rows
        content = Figures(
            figures=figures,
            outcomes=outcomes,
            narrative=narrative,
            made_up=made_up,
            texts=texts,
            explanations=explanations,
            file=file,
        )
        return Reading(content, (), tuple(self._notes), reason)

    def _cell(self, line: Line, column: int) -> Cell | None:
        place = self._places.found.get(line.key)
        return place.sheet.rows[place.row].get(column) if place else None

    def _fault(self, line: Line, words: str, column: int = ENTRY) -> None:
        """A fault in a cell of a line; a second one in the same cell is not told."""
        place = self._places.found[line.key]
        where = (place.label, place.address(column))
        if where not in self._at_fault:
            self._at_fault.add(where)
            self._faults.append(Fault(words, *where))

    def _where(self, line: Line) -> str:
        """``Demand!C4``."""
        place = self._places.found[line.key]
        return f"{place.label}!{place.address(ENTRY)}"

    def _figures(self) -> tuple[Figure, ...]:
        found = []
        for key in self._asked.owed.counts:
            line = self._lines[key]
            if key not in self._places.found:
                continue
            try:
                quantity = figure(line, self._cell(line, ENTRY))
            except Refusal as refusal:
                self._fault(line, f"{said_of(line)} {refusal}")
                continue
            if quantity is not None:
                measure, _, split = key.partition(":")
                breakdown, _, category = split.partition("/")
                cell = self._where(line)
                found.append(
                    Figure(
                        measure=measure,
                        breakdown=breakdown or None,
                        category=category or None,
                        quantity=quantity,
                        cell=cell,
                    )
                )
        return tuple(found)

    def _outcomes(self) -> tuple[OutcomeFigure, ...]:
        found = (self._outcome(outcome) for outcome in self._asked.owed.outcomes)
        return tuple(outcome for outcome in found if outcome is not None)

    def _outcome(self, outcome: Outcome) -> OutcomeFigure | None:
        counts: dict[str, int | None] = {}
        lines = {number: self._lines[f"outcome.{outcome.outcome}.{number}"] for number in NUMBERS}
        for number, line in lines.items():
            if line.key in self._places.found:
                try:
                    counts[number] = count(line, self._cell(line, ENTRY))
                except Refusal as refusal:
                    self._fault(line, f"{said_of(line)} {refusal}")
        known = [(number, said) for number, said in counts.items() if said is not None]
        in_order = True
        for (smaller, low), (larger, high) in pairwise(known):
            if low > high:
                in_order = False
                there = self._there(lines[smaller], lines[larger])
                than = f"must not be more than {short_of(lines[larger])}, in {there}: correct one of the two"
                self._fault(lines[smaller], f"{said_of(lines[smaller])} {than}")
        if not known or not in_order or len(counts) < len(lines):
            return None
        improved, answered, eligible = (self._where(lines[number]) for number in NUMBERS)
        return OutcomeFigure(outcome=outcome.outcome, cells=(improved, answered, eligible), **counts)

    def _there(self, here: Line, there: Line) -> str:
        """The cell of another line: with its sheet, if that is another one."""
        of_here, of_there = self._places.found[here.key], self._places.found[there.key]
        cell = of_there.address(ENTRY)
        return cell if of_here.sheet == of_there.sheet else f"{of_there.label}, {cell}"

    def _texts(self) -> tuple[Text, ...]:
        lines = [line for line in self._lines.values() if line.kind == "words"]
        found = [(line, self._words(line, ENTRY)) for line in lines]
        return tuple(Text(narrative=line.key.removeprefix("words."), words=said) for line, said in found if said)

    def _words(self, line: Line, column: int) -> str | None:
        try:
            return words(self._cell(line, column))
        except Refusal as refusal:
            what = "the explanation" if column == WHY else said_of(line)
            self._fault(line, f"{what} {refusal}", column)
            return None

    def _explained(self, content: Figures) -> tuple[Explanation, ...]:
        """The explanations of what looks odd; what looks odd and is not explained is a fault.

        Where several things look odd about one cell, all are told at once, and the explanation beside it answers all
        of them: which these are is said in a note.
        """
        said = {line.key: self._words(line, WHY) for line in self._lines.values() if line.kind != "words"}
        found, used = [], set()
        for lines, together in self._doubts(content):
            explained = [line.key for line in lines if said[line.key]]
            used.update(explained)
            if not explained:
                self._doubt(together, lines[0])
                continue
            words_of_all = str(said[explained[0]])
            found += [Explanation(check=doubt.check, about=doubt.about, words=words_of_all) for doubt in together]
            if len(together) > 1:
                place = self._places.found[explained[0]]
                odd = "; ".join(doubt.words for doubt in together)
                self._notes.append(
                    f"{place.label}, {place.address(WHY)}: the explanation is taken for all of this: {odd}."
                )
        for key, answer in said.items():
            if answer and key not in used:
                place = self._places.found[key]
                self._notes.append(
                    f"{place.label}, {place.address(WHY)}: the figure does not look odd, so the explanation stays in "
                    "the file and is not recorded."
                )
        return tuple(found)

    def _doubts(self, content: Figures) -> list[tuple[list[Line], list[Doubt]]]:
        """What looks odd, by the lines in whose column E it is explained, as far as these are in the workbook."""
        asked = self._asked
        gathered: dict[tuple[str, ...], tuple[list[Line], list[Doubt]]] = {}
        for doubt in doubts(asked.owed, content, asked.before, asked.budget_pence, asked.spent_before_pence):
            lines = [line for line in lines_explaining(doubt, self._lines.values()) if line.key in self._places.found]
            if lines:
                gathered.setdefault(tuple(line.key for line in lines), (lines, []))[1].append(doubt)
        return list(gathered.values())

    def _doubt(self, together: list[Doubt], line: Line) -> None:
        """Not told of a cell that has a fault already: when that is put right, the doubt may be gone."""
        why = self._places.found[line.key].address(WHY)
        odd = "; ".join(doubt.words for doubt in together)
        each = " of each of these" if len(together) > 1 else ""
        self._fault(line, f"{odd}. Write why{each} in {why}, or correct it")

    def _of_about(self, what: str) -> str | None:
        row = self._about.rows.get(what)
        try:
            return words(row.said) if row else None
        except Refusal as refusal:
            if row and (row.label, row.address) not in self._at_fault:
                self._faults.append(Fault(f"this {as_clause(refusal)}", row.label, row.address))
            return None

    def _declared(self) -> None:
        row = self._about.rows.get("declaration")
        if row is None:
            self._faults.append(Fault("the row of the declaration is missing: put it back", label(1, "About")))
        elif row.said is None or row.said.text.strip().lower() not in ("yes", DECLARED.lower()):
            cure = f"say that the figures are right when you have checked them: choose {DECLARED}"
            self._faults.append(Fault(cure, row.label, row.address))
