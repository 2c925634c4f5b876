"""The provider's form laid out on sheets: what stands in which cell. Writers of workbooks and their reader share it.

Every line is found again by its code in column G, wherever its row has got to.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from domain import money
from domain.reports.checks import Doubt
from domain.reports.events import Explanation, Figures
from domain.reports.form import NUMBERS, Line, Sheet, form_of
from domain.reports.quantity import Quantity
from projections.reporting import Asked

LAYOUT = "1"
"""The version of the layout. A workbook of another one is not read."""
ABOUT = "About"
WHAT, UNIT, ENTRY, LAST, WHY, NOTE, CODE = range(1, 8)
"""The columns."""
FIRST_LINE = 4
"""The row of a sheet's first line."""
NOT_KNOWN = "not known"
DECLARED = "Yes: they are complete and correct"
NOT_DECLARED = "No: not yet"

_HEADINGS = ("What is asked", "Unit", "This period", "", "If the figure looks odd, why", "Note", "Code: leave it")
_WIDTHS = (46.0, 11.0, 16.0, 16.0, 36.0, 44.0, 9.0)
_WIDTHS_OF_WORDS = (36.0, 8.0, 80.0, 4.0, 4.0, 4.0, 9.0)
_WIDTHS_OF_ABOUT = (24.0, 96.0, 2.0, 2.0, 2.0, 2.0, 9.0)

_IF_NOT = "If it was not counted, write: not known."
_PROMPTS = {
    "count": f"Write a whole number, 0 if there were none. {_IF_NOT}",
    "pence": f"Write an amount in pounds, like 1250.50; 0 if there was none. {_IF_NOT}",
    "posts": f"Write full-time posts, like 2.5; 0 if there were none. {_IF_NOT}",
    "words": "Write a few sentences, or leave it empty. Nothing about one person.",
}
ERRORS = {
    "entry-count": "Write a whole number, like 12; 0 if there were none; or: not known.",
    "entry-pence": "Write an amount in pounds, like 1250.50; 0 if there was none; or: not known.",
    "entry-posts": "Write full-time posts, like 2.5; 0 if there were none; or: not known.",
    "entry-words": "Write at most 4,000 characters.",
    "entry-why": "Write at most 4,000 characters.",
    "entry-choice": "Choose one of the two.",
}
"""What a spreadsheet program says to an entry that cannot stay, by the style of its cell."""
_WHY_PROMPT = "If the figure looks odd, such as half as much again as last time, write why. Nothing about one person."

_GUIDE = (
    (
        "Who fills it in",
        "The provider: whoever keeps the figures of the service. Totals only. Never write who somebody is, where they "
        "live or how to reach them, nor a number by which the police or the health service knows them.",
    ),
    (
        "How to fill it in",
        "On each sheet, fill in the yellow cells of column C. Write a whole number, or 0 if there were none. Amounts "
        "are in pounds, like 1250.50. Posts are full-time equivalents, like 2.5. Where only a bound is known, write "
        "it: more than 15,000.",
    ),
    (
        "What not known means",
        "Write: not known, where something was not counted. That is not the same as 0: a figure that is not known is "
        "left out of every sum, and is shown as not supplied.",
    ),
    (
        "Figures that look odd",
        "Where a figure differs by more than half from the last period's, where the parts do not add up to the whole, "
        "where more people are counted in an outcome than were supported, where more was spent in the year so far than "
        "the year's budget, or where more posts are filled than funded, write why in column E of its row.",
    ),
    (
        "How to send it",
        "Save it as .xlsx or .ods, without a password, and send it to the office as it asked you to. The office's "
        "answer names each cell that has to be put right. Leave column G as it is: the rows are found by it. Send no "
        "sheets of your own in it.",
    ),
    (
        "Nothing to report",
        "If nothing at all happened in the period, do not send this workbook: tell the office, which declares a nil "
        "return.",
    ),
)


class LaidCell(NamedTuple):
    """One cell as it is to be written."""

    value: str | int | Decimal | None
    style: str
    """``entry-count``, ``label`` and so on: what is entered begins with ``entry-``, and is not locked."""
    prompt: str = ""


class LaidSheet(NamedTuple):
    """One sheet as it is to be written."""

    title: str
    widths: tuple[float, ...]
    rows: tuple[Mapping[int, LaidCell], ...]
    """From row 1: its cells by the number of their column."""
    heading_row: int
    """The row that stays in sight."""


def code_of(what: str, said: str = "") -> str:
    """What stands in column G of the sheet About: ``about.award=2026-0042``."""
    return f"about.{what}={said}" if said else f"about.{what}"


def lines_explaining(odd: Doubt | Explanation, lines: Iterable[Line]) -> list[Line]:
    """The lines in whose column E something that looks odd is explained; the first is the one that is pointed at."""
    match odd.check:
        case "asked":
            keys = [f"outcome.{odd.about}.{number}" for number in reversed(NUMBERS)]
            return [line for line in lines if line.key in keys]
        case "sub-totals":
            return [line for line in lines if line.key.startswith(f"{odd.about}/")]
        case _:
            return [line for line in lines if line.key == odd.about]


def all_lines(asked: Asked) -> Iterator[Line]:
    """Every line of the form."""
    return (line for sheet in form_of(asked.owed) for line in sheet.lines)


def laid_out(asked: Asked, filled: Figures | None, *, declared: bool) -> tuple[LaidSheet, ...]:
    """The form of what is asked, with the figures filled in if there are any."""
    now = {} if filled is None else entries(filled)
    before = {} if asked.before is None else entries(asked.before)
    said: dict[str, list[str]] = {}
    for explanation in filled.explanations if filled else ():
        for line in lines_explaining(explanation, all_lines(asked))[:1]:
            if explanation.words not in said.setdefault(line.key, []):
                said[line.key].append(explanation.words)
    why = {key: " ".join(words) for key, words in said.items()}
    sheets = [_sheet(asked, sheet, now, before, why, filled is not None) for sheet in form_of(asked.owed)]
    return (_about(asked, filled, declared), *sheets)


def entries(content: Figures) -> dict[str, str | Quantity | int]:
    """What a report says, by the keys of the form's lines. What was not supplied is left out."""
    found: dict[str, str | Quantity | int] = {figure.key: figure.quantity for figure in content.figures}
    for outcome in content.outcomes:
        for number in NUMBERS:
            count = getattr(outcome, number)
            if count is not None:
                found[f"outcome.{outcome.outcome}.{number}"] = count
    return found | {f"words.{text.narrative}": text.words for text in content.texts}


def typed(line: Line, said: str | Quantity | int) -> str | int | Decimal:
    """A figure as it is typed into its cell: a number, or the bounds in words."""
    if isinstance(said, str | int):
        return said
    low, high = said.at_least, said.at_most
    if low == high:
        return low if line.kind == "count" else Decimal(low) / 100
    if high is None:
        return f"more than {_number(line, low - 1)}" if low else "at least 0"
    return f"{_number(line, low)} to {_number(line, high)}" if low else f"at most {_number(line, high)}"


def _number(line: Line, count: int) -> str:
    match line.kind:
        case "pence":
            return money.pounds(count)
        case "posts":
            return f"{Decimal(count) / 100:f}"
        case _:
            return f"{count:,}"


def _about(asked: Asked, filled: Figures | None, declared: bool) -> LaidSheet:
    period, framework = asked.period, asked.owed.framework
    before = asked.before_period.words if asked.before_period else "there is no earlier report"
    lines: list[tuple[str, LaidCell, str]] = [
        ("Award", LaidCell(asked.award, "said"), code_of("award", asked.award)),
        ("Service", LaidCell(asked.service, "said"), ""),
        ("Provider", LaidCell(asked.provider, "said"), ""),
        ("Period", LaidCell(period.words, "said"), code_of("period", period.code)),
        ("Framework", LaidCell(framework.title, "said"), code_of("framework", framework.framework)),
        ("Last period", LaidCell(before, "said"), ""),
        *((what, LaidCell(words, "said"), "") for what, words in _GUIDE),
    ]
    if filled is not None and filled.made_up:
        words = "The figures in this workbook are made up for a demonstration."
        lines.append(("Made up", LaidCell(words, "said"), code_of("made-up")))
    if filled is not None and filled.narrative:
        prompt = "What the last version of this report said beside its figures."
        lines.append(("In your words", LaidCell(filled.narrative, "entry-words", prompt), code_of("narrative")))
    if asked.status is not None:
        prompt = "A report for this period is in already. Write in a sentence why it is corrected."
        lines.append(("Why it is corrected", LaidCell(None, "entry-words", prompt), code_of("reason")))
    choice = LaidCell(DECLARED if declared else None, "entry-choice", "Choose Yes when you have checked the figures.")
    lines.append(("Are the figures right?", choice, code_of("declaration")))
    lines.append(("Layout", LaidCell(LAYOUT, "said"), code_of("layout", LAYOUT)))
    rows: list[Mapping[int, LaidCell]] = [
        {WHAT: LaidCell(f"Report on {asked.service}", "title")},
        {WHAT: LaidCell("The sheets after this one are to be filled in.", "plain")},
        {
            WHAT: LaidCell("About", "head"),
            UNIT: LaidCell("What to know", "head"),
            CODE: LaidCell(_HEADINGS[-1], "head"),
        },
    ]
    for what, said, code in lines:
        row = {WHAT: LaidCell(what, "label"), UNIT: said}
        rows.append({**row, CODE: LaidCell(code, "code")} if code else row)
    return LaidSheet(ABOUT, _WIDTHS_OF_ABOUT, tuple(rows), FIRST_LINE - 1)


def _sheet(
    asked: Asked,
    sheet: Sheet,
    now: Mapping[str, str | Quantity | int],
    before: Mapping[str, str | Quantity | int],
    why: Mapping[str, str],
    is_filled: bool,
) -> LaidSheet:
    words_only = all(line.kind == "words" for line in sheet.lines)
    last = asked.before_period.words if asked.before_period else "none"
    headings = list(_HEADINGS)
    headings[LAST - 1] = "" if words_only else f"Last period: {last}"
    if words_only:
        headings[WHY - 1] = headings[NOTE - 1] = ""
    rows: list[Mapping[int, LaidCell]] = [
        {WHAT: LaidCell(sheet.title, "title")},
        {WHAT: LaidCell(f"Award {asked.award}, {asked.service}: {asked.period.words}", "plain")},
        {column: LaidCell(heading, "head") for column, heading in enumerate(headings, 1)},
    ]
    heading = ""
    for line in sheet.lines:
        if line.heading and line.heading != heading:
            rows.append({WHAT: LaidCell(line.heading, "heading")})
        heading = line.heading
        entry = typed(line, now[line.key]) if line.key in now else None
        if entry is None and is_filled and line.kind != "words":
            entry = NOT_KNOWN
        cells = {
            WHAT: LaidCell(line.title, "part" if line.is_part else "label"),
            UNIT: LaidCell(line.unit, "unit"),
            ENTRY: LaidCell(entry, f"entry-{line.kind}", prompt(line)),
            CODE: LaidCell(line.key, "code"),
        }
        if line.kind != "words":
            then = typed(line, before[line.key]) if line.key in before else None
            cells[LAST] = LaidCell(then, f"last-{line.kind}")
            cells[WHY] = LaidCell(why.get(line.key), "entry-why", _WHY_PROMPT)
            cells[NOTE] = LaidCell(line.note, "note")
        rows.append(cells)
    return LaidSheet(sheet.title, _WIDTHS_OF_WORDS if words_only else _WIDTHS, tuple(rows), FIRST_LINE - 1)


def prompt(line: Line) -> str:
    """What is said to whoever stands in the cell of an entry."""
    return f"{line.note} {_PROMPTS[line.kind]}" if line.note else _PROMPTS[line.kind]
