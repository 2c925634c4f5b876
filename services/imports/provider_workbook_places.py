"""Where things stand in a provider's workbook: its lines by their codes, what it is about, what is out of place.

A sheet is named as the form names it; one that was renamed is told by its number, so that nothing typed is repeated.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from domain.errors import Refusal
from domain.periods import Period
from domain.personal import heads_single_people, sign_of_a_person
from domain.reports.form import Line, Owed, form_of
from domain.reports.measures import frameworks
from projections.reporting import Asked
from services.imports.provider_workbook_cells import one_line
from services.imports.provider_workbook_file import Book, Cell, Sheet
from services.imports.sheet import address
from services.provider_form import ABOUT, CODE, ENTRY, FIRST_LINE, LAYOUT, UNIT, WHAT, laid_out

_ABOUT_WHAT = ("award", "period", "framework", "layout")
_ANEW = "ask the office for a new workbook and copy your figures into it"


class Fault(NamedTuple):
    """One thing to put right."""

    words: str
    """What is wrong and the cure, beginning in lower case."""
    sheet: str = ""
    """As the form names it, or ``Sheet 3``. Empty: the whole workbook."""
    cell: str = ""
    """``C4``. Empty: the whole sheet."""

    def __str__(self) -> str:
        place = ", ".join(part for part in (self.sheet, self.cell) if part)
        said = f"{place}: {self.words}" if place else self.words[:1].upper() + self.words[1:]
        return said if said.endswith(".") else f"{said}."


class Place(NamedTuple):
    """Where a line stands."""

    sheet: Sheet
    row: int

    @property
    def label(self) -> str:
        """The sheet as it is named in words."""
        return label(self.sheet.number, self.sheet.name)

    def address(self, column: int) -> str:
        """``C4``."""
        return address(column, self.row)


class AboutRow(NamedTuple):
    """One row of the sheet About that has a code."""

    label: str
    address: str
    """Of what it says, in column B."""
    code_address: str
    value: str
    """What stands behind the equals sign of the code."""
    said: Cell | None
    """What stands in column B."""


class About(NamedTuple):
    """What a workbook says that it is about."""

    rows: dict[str, AboutRow]
    faults: tuple[Fault, ...]

    def said(self, what: str) -> str:
        """The award, the period or the framework that it was made for."""
        return self.rows[what].value


@cache
def _titles() -> frozenset[str]:
    """The names that the sheets of a form may have, under any framework."""
    forms = (form_of(Owed(framework, framework.measures, framework.outcomes)) for framework in frameworks())
    return frozenset({ABOUT, *(sheet.title for form in forms for sheet in form)})


def label(number: int, name: str) -> str:
    """A sheet's own name if it is one of the form's; otherwise its number."""
    return name if name in _titles() else f"Sheet {number}"


def said_of(line: Line) -> str:
    """A line as it is named in a sentence: ``referrals received``; ``under 18 (people who accepted, by age)``."""
    return f"{short_of(line)} ({_lower(line.heading)})" if line.heading else short_of(line)


def short_of(line: Line) -> str:
    """A line within its heading: ``answered``."""
    return _lower(line.title.removeprefix("Of these, "))


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


def about_of(book: Book, award: str | None = None, period: str | None = None) -> About:
    """What the workbook is about, checked against what the caller knows. With faults, there is no use in reading on."""
    rows: dict[str, AboutRow] = {}
    faults = []
    for sheet in book.sheets:
        for number, cells in sheet.rows.items():
            code = one_line(cells[CODE].text) if CODE in cells else ""
            if not code.startswith("about."):
                continue
            what, _, value = code.removeprefix("about.").partition("=")
            place = label(sheet.number, sheet.name)
            if what in rows:
                faults.append(Fault("this code stands here twice: delete one of the two rows", place, f"G{number}"))
            rows.setdefault(what, AboutRow(place, f"B{number}", f"G{number}", value, cells.get(UNIT)))
    return About(rows, (*faults, *_faults_of_about(book, rows, award, period)))


def _faults_of_about(book: Book, rows: dict[str, AboutRow], award: str | None, period: str | None) -> Iterator[Fault]:
    if not rows:
        yield Fault(
            "this is not a provider's workbook, or its sheet About is missing: send the workbook that the office sent "
            "you, with all its sheets"
        )
        return
    home = next(iter(rows.values())).label
    for what in _ABOUT_WHAT:
        if what not in rows:
            yield Fault(f"the code of the {what} is missing from column G: {_ANEW}", home)
    layout = rows.get("layout")
    if layout and layout.value != LAYOUT:
        yield Fault(f"the workbook is laid out for another version of this program: {_ANEW}", home, layout.code_address)
    for what, wanted in (("award", award), ("period", period)):
        row = rows.get(what)
        if row is None:
            continue
        if wanted is not None and row.value != wanted:
            yield Fault(f"the workbook is for another {what}: send the one for {wanted}", home, row.address)
        elif row.said is None or one_line(row.said.text) != _shown(what, row.value):
            cure = f"send the workbook of the right {what}, or ask the office for a new one"
            yield Fault(f"the {what} that is shown is not the one of the code in column G: {cure}", home, row.address)


def _shown(what: str, value: str) -> str:
    """The award or the period as column B has it."""
    if what == "award":
        return value
    try:
        return Period.parse(value).words
    except Refusal:  # whatever was typed in place of a code is shown as nothing
        return ""


class Places:
    """The lines of the form in a workbook, and everything that is not in its place."""

    def __init__(self, book: Book, asked: Asked) -> None:
        self.found: dict[str, Place] = {}
        self.faults: list[Fault] = []
        self.notes: list[str] = []
        self._book = book
        self._strayed: set[int] = set()
        self._told: set[str] = set()
        self._form = form_of(asked.owed)
        laid = laid_out(asked, None, declared=False)
        cells = (cell.value for sheet in laid for row in sheet.rows for cell in row.values())
        self._printed = {one_line(value) for value in cells if isinstance(value, str)}
        for sheet in book.sheets:
            self._codes(sheet)
        self._missing()
        for sheet in book.sheets:
            self._look_over(sheet)
        sign = sign_of_a_person(book.beside)
        if sign:
            words = f"a comment or a drawn box in the workbook seems to hold {sign}: the office records totals only"
            self.faults.append(Fault(f"{words}, so take it out"))

    def _codes(self, sheet: Sheet) -> None:
        """Finds the lines that stand on a sheet."""
        known = {line.key for own in self._form for line in own.lines}
        place = label(sheet.number, sheet.name)
        strayed = 0
        here = False
        for row, cells in sheet.rows.items():
            code = one_line(cells[CODE].text) if CODE in cells else ""
            strayed += any(one_line(cell.text) in known for column, cell in cells.items() if column != CODE)
            if code in known and code in self.found:
                other = self.found[code]
                where = address(CODE, other.row) if other.sheet == sheet else f"{other.label}, G{other.row}"
                words = f"the code {code} stands in {where} already: delete one of the two rows"
                self.faults.append(Fault(words, place, f"G{row}"))
            elif code in known:
                here = True
                self.found[code] = Place(sheet, row)
            elif code and not code.startswith("about.") and code not in self._printed and self._is_of_form(sheet):
                words = "this is not a code of the form: take it out, or put the right one back"
                self.faults.append(Fault(words, place, f"G{row}"))
        if strayed > 2 and not here:
            words = "columns have been put in or taken out: the codes must stand in column G, so put them back"
            self.faults.append(Fault(words, place))
            self._strayed.add(sheet.number)

    def _is_of_form(self, sheet: Sheet) -> bool:
        known = {line.key for own in self._form for line in own.lines}
        by_name = sheet.name in _titles()
        return by_name or any(one_line(c[CODE].text) in known for c in sheet.rows.values() if CODE in c)

    def _missing(self) -> None:
        """Lines whose codes are nowhere."""
        names = {sheet.name: sheet for sheet in self._book.sheets}
        for own in self._form:
            missing = [line for line in own.lines if line.key not in self.found]
            home = next((self.found[line.key].sheet for line in own.lines if line.key in self.found), None)
            home = home or names.get(own.title)
            if home is not None and home.number in self._strayed:
                continue
            if home is None:
                words = f"the sheet {own.title} is missing: send the workbook with all the sheets that it came with"
                self.faults.append(Fault(words))
                continue
            after = FIRST_LINE - 1
            for line in own.lines:
                if line in missing:
                    after = self._without_code(line, home, after)
                elif self.found[line.key].sheet == home:
                    after = self.found[line.key].row

    def _without_code(self, line: Line, home: Sheet, after: int) -> int:
        """Says where the code of a line must be written, if its row is there; the row that was searched up to."""
        place = label(home.number, home.name)
        for row, cells in home.rows.items():
            if row > after and CODE not in cells and WHAT in cells and one_line(cells[WHAT].text) == line.title:
                words = f"the code of this row is missing: write {line.key} here"
                self.faults.append(Fault(words, place, address(CODE, row)))
                self._told.add(f"{place}!{row}")
                return row
        words = f"the row of {said_of(line)} is missing: put it back, with the code {line.key} in column G"
        self.faults.append(Fault(words, place))
        return after

    def _look_over(self, sheet: Sheet) -> None:
        """What is about single people, hidden, or in no place of the form."""
        place = label(sheet.number, sheet.name)
        is_extra = self._is_extra(sheet)
        if sign_of_a_person(sheet.name) or heads_single_people(sheet.name):
            words = "the name of this sheet seems to be about single people: the office records totals only"
            self.faults.append(Fault(f"{words}, so {'take this sheet out' if is_extra else 'rename it'}", place))
        elif is_extra:
            hidden = " and hidden" if sheet.hidden else ""
            words = f"this sheet is not of the form{hidden}, and nobody knows whom it is about: take this sheet out"
            self.faults.append(Fault(words, place))
        elif sheet.hidden and sheet.rows:
            self.faults.append(Fault("this sheet is hidden: show it, or delete it if it is not of the form", place))
        own = {found.row: code for code, found in self.found.items() if found.sheet == sheet}
        outside = False
        for row, cells in sheet.rows.items():
            if row in sheet.hidden_rows and not sheet.hidden:
                words = f"row {row} is hidden: show it, so that everybody sees what it says"
                self.faults.append(Fault(words, place, address(WHAT, row)))
            for column, cell in cells.items():
                self._look_for_a_person(place, cell)
                outside = outside or column > CODE
            if own and row not in own and row >= min(own):
                known = f"{place}!{row}" in self._told
                outside = (not known and self._row_put_in(place, cells)) or outside
        if outside:
            self.notes.append(f"{place}: what was put in beside the form is not read. It stays in the file.")

    def _is_extra(self, sheet: Sheet) -> bool:
        """Whether the sheet holds something and is none of the form's, by its name or by its codes."""
        if not sheet.rows or sheet.number in self._strayed or sheet.name in {ABOUT, *(own.title for own in self._form)}:
            return False
        is_about = {f"about.{what}" for what in _ABOUT_WHAT}
        codes = [one_line(cells[CODE].text) for cells in sheet.rows.values() if CODE in cells]
        return not any(code.partition("=")[0] in is_about or code in self.found for code in codes)

    def _row_put_in(self, place: str, cells: Mapping[int, Cell]) -> bool:
        """Whether a row without a code holds anything that was typed. A figure in it would be lost: it is a fault."""
        if CODE in cells:
            return False
        entry = cells.get(ENTRY)
        if entry is not None and (entry.kind != "text" or any(map(str.isdigit, entry.text))):
            words = "a figure stands in a row that is not of the form: move it to the row that it belongs to"
            self.faults.append(Fault(f"{words}, or delete it", place, entry.address))
        return any(one_line(cell.text) not in self._printed for cell in cells.values())

    def _look_for_a_person(self, place: str, cell: Cell) -> None:
        said = one_line(cell.text)
        if cell.kind != "text" or said in self._printed:
            return
        sign = sign_of_a_person(said)
        if heads_single_people(said) and not (sign and any(map(str.isdigit, said))):
            words = "this heads a column about single people: the office records totals only, so take the column out"
            self.faults.append(Fault(words, place, cell.address))
        elif sign:
            words = f"this seems to hold {sign}: the office records totals only, so take it out"
            self.faults.append(Fault(words, place, cell.address))
