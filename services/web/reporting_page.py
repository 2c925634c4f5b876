"""A report filled in on pages, read as a workbook is: the same form, the same reading of an entry, the same doubts.

What somebody typed is kept as it was typed, section by section; this reads it. Nothing typed is repeated in words.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from domain import money
from domain.errors import Refusal
from domain.personal import sign_of_a_person
from domain.reports.checks import Doubt, doubts
from domain.reports.commands import CorrectReport, SubmitReport
from domain.reports.events import Explanation, Figure, Figures, OutcomeFigure, Text
from domain.reports.form import NUMBERS, Line, form_of
from domain.reports.quantity import Quantity
from projections.reporting import Asked
from services.imports.provider_workbook_cells import count, figure, words
from services.imports.provider_workbook_file import Cell
from services.imports.provider_workbook_places import said_of, short_of
from services.provider_form import NOT_KNOWN, entries, lines_explaining, typed

TICK = "not-known."
"""How the name of the box begins that says of a figure that it is not known."""
WHY = "why."
"""How the name of the field begins in which something that looks odd is explained."""
NARRATIVE = "narrative"
"""The key of what an earlier version of the report said beside its figures."""
LONGEST = 4_000
"""Characters of one entry that are kept."""

Said = Mapping[str, str]
"""What the browser sent of one section, by the names of its fields."""


class Section(NamedTuple):
    """The lines that stand on one page."""

    slug: str
    title: str
    lines: tuple[Line, ...]


def slug_of(title: str) -> str:
    """``needs-and-support``."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def sections_of(asked: Asked) -> tuple[Section, ...]:
    """The sections of the form, in their order: the sheets of the workbook."""
    found = [Section(slug_of(sheet.title), sheet.title, sheet.lines) for sheet in form_of(asked.owed)]
    if asked.now is not None and asked.now.narrative:
        line = Line(NARRATIVE, "In your words", "words", "words", "What the last version said beside its figures.")
        *others, last = found
        if last.slug == "in-words":
            return (*others, last._replace(lines=(*last.lines, line)))
        return (*found, Section("in-words", "In words", (line,)))
    return tuple(found)


def names_of(section: Section) -> frozenset[str]:
    """The fields that a section's page has; any other was put there by somebody else."""
    ticks = {TICK + line.key for line in section.lines if line.kind != "words"}
    return frozenset(ticks | {line.key for line in section.lines})


def shown(line: Line, said: str | Quantity | int | None) -> str:
    """An entry as people read it: ``1,461``, ``£1,250.50``, ``not known``."""
    if said is None:
        return NOT_KNOWN
    if isinstance(said, Quantity):
        if not said.exact:
            return str(typed(line, said))
        low = said.at_least
        return {"pence": money.pounds(low), "posts": f"{low / 100:,g}"}.get(line.kind, f"{low:,}")
    return said if isinstance(said, str) else f"{said:,}"


def prefilled(asked: Asked) -> dict[str, dict[str, str]]:
    """What is reported already, as it would be typed: by section."""
    if asked.now is None:
        return {}
    now = entries(asked.now) | ({NARRATIVE: asked.now.narrative} if asked.now.narrative else {})
    found: dict[str, dict[str, str]] = {}
    for section in sections_of(asked):
        own = found[section.slug] = {}
        for line in section.lines:
            if line.key in now:
                entry = typed(line, now[line.key])
                own[line.key] = f"{entry:f}" if isinstance(entry, Decimal) else str(entry)
            elif line.kind != "words":
                own[TICK + line.key] = "yes"
    return found


def explained_before(asked: Asked) -> dict[str, str]:
    """What the report that is in says to what looked odd, by the line beside which it is said."""
    said: dict[str, list[str]] = {}
    lines = [line for section in sections_of(asked) for line in section.lines]
    for explanation in asked.now.explanations if asked.now else ():
        for line in lines_explaining(explanation, lines)[:1]:
            if explanation.words not in said.setdefault(line.key, []):
                said[line.key].append(explanation.words)
    return {key: " ".join(several) for key, several in said.items()}


@dataclass
class Read:
    """One section as it can be read."""

    figures: dict[str, Quantity | None] = field(default_factory=dict)
    """By the line's key; ``None``: not known."""
    texts: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    """What is wrong, by the line's key."""
    empty: list[str] = field(default_factory=list)
    """The lines that nothing is said to: each is in ``wrong`` too."""

    @property
    def standing(self) -> str:
        """``done``, ``in progress`` or ``to be put right``."""
        if len(self.wrong) > len(self.empty):
            return "to be put right"
        return "in progress" if self.wrong else "done"


def read_section(section: Section, said: Said) -> Read:
    """The figures and words of a section, and everything that is wrong with it."""
    read = Read()
    for line in section.lines:
        text, ticked = said.get(line.key, "").strip(), TICK + line.key in said
        if not text and not ticked and line.kind != "words":
            read.empty.append(line.key)
        try:
            _read_line(read, line, text, ticked)
        except Refusal as refusal:
            told = f"{said_of(line)} {refusal}"
            read.wrong[line.key] = told[:1].upper() + told[1:]
    for smaller, larger in _out_of_order(section, read.figures):
        than = f"must not be more than {short_of(larger)}: correct one of the two"
        told = f"{said_of(smaller)} {than}"
        read.wrong.setdefault(smaller.key, told[:1].upper() + told[1:])
    return read


def _read_line(read: Read, line: Line, text: str, ticked: bool) -> None:
    if len(text) > LONGEST:
        raise Refusal(f"must be at most {LONGEST:,} characters long: shorten it")
    cell = Cell("", "text", text) if text else None
    if line.kind == "words":
        said = words(cell)
        if said:
            read.texts[line.key] = said
    elif ticked and text and text.lower().rstrip(".") != NOT_KNOWN:
        raise Refusal("is filled in and ticked as not known: choose one of the two")
    elif ticked:
        read.figures[line.key] = None
    elif line.key.startswith("outcome."):
        number = count(line, cell)
        read.figures[line.key] = None if number is None else Quantity.exactly(number)
    else:
        read.figures[line.key] = figure(line, cell)


def _out_of_order(section: Section, figures: Mapping[str, Quantity | None]) -> Iterator[tuple[Line, Line]]:
    """Numbers of an outcome that are more than the ones they are part of."""
    lines = {line.key: line for line in section.lines}
    codes = dict.fromkeys(key.rpartition(".")[0] for key in lines if key.startswith("outcome."))
    for code in codes:
        keys = [f"{code}.{number}" for number in NUMBERS]
        known = [(key, quantity.at_least) for key in keys if (quantity := figures.get(key)) is not None]
        for (smaller, low), (larger, high) in pairwise(known):
            if low > high:
                yield lines[smaller], lines[larger]


def about_a_person(said: Said) -> dict[str, str]:
    """What must not even be kept until it is put right: by field, in words. What is too long to be looked at, too."""
    found = {}
    for name, text in said.items():
        if len(text) > LONGEST:
            found[name] = f"This is not saved: it must be at most {LONGEST:,} characters long. Shorten it"
            continue
        sign = sign_of_a_person(text)
        if sign:
            found[name] = f"This seems to hold {sign}: the office records totals only, so take it out"
    return found


class Odd(NamedTuple):
    """What looks odd about one figure, or about some that stand together: one explanation answers it."""

    line: Line
    """Beside which it is explained."""
    section: Section
    doubts: tuple[Doubt, ...]

    @property
    def name(self) -> str:
        """Of the field in which it is explained."""
        return WHY + self.line.key

    @property
    def words(self) -> str:
        """What is odd."""
        told = "; ".join(doubt.words for doubt in self.doubts)
        return told[:1].upper() + told[1:]


@dataclass(frozen=True)
class Whole:
    """All sections as they can be read."""

    sections: Mapping[str, Read]
    content: Figures | None
    """The report, when nothing is missing or wrong, and everything odd is explained."""
    odd: Sequence[Odd] = ()
    """What looks odd; only known when nothing is missing or wrong."""
    unexplained: Mapping[str, str] = field(default_factory=dict)
    """What is wrong with an explanation, or that there is none: by its field."""
    nothing: str | None = None
    """Why the report as a whole cannot be sent."""

    @property
    def is_filled_in(self) -> bool:
        """Whether every section is done."""
        return all(not read.wrong for read in self.sections.values())


def read_whole(asked: Asked, said: Mapping[str, Said], why: Said) -> Whole:
    """The report that the sections and the explanations come to."""
    sections = sections_of(asked)
    read = {section.slug: read_section(section, said.get(section.slug, {})) for section in sections}
    if any(each.wrong for each in read.values()):
        return Whole(read, None)
    figures: dict[str, Quantity | None] = {}
    texts: dict[str, str] = {}
    for each in read.values():
        figures |= each.figures
        texts |= each.texts
    counts, outcomes = tuple(_figures(asked, figures)), tuple(_outcomes(asked, figures))
    if not counts and not outcomes:
        nothing = "No figure is known. Write those that are; if there is nothing to report, declare a nil return."
        return Whole(read, None, nothing=nothing)
    draft = Figures(figures=counts, outcomes=outcomes)
    odd = _odd(asked, sections, draft)
    explanations, unexplained = _explained(odd, why)
    if unexplained:
        return Whole(read, None, odd, unexplained)
    content = Figures(
        figures=counts,
        outcomes=outcomes,
        narrative=texts.pop(NARRATIVE, None),
        made_up=asked.now is not None and asked.now.made_up,
        texts=tuple(Text(narrative=key.removeprefix("words."), words=words_) for key, words_ in texts.items()),
        explanations=explanations,
    )
    return Whole(read, content, odd)


def _figures(asked: Asked, figures: Mapping[str, Quantity | None]) -> Iterator[Figure]:
    for key in asked.owed.counts:
        quantity = figures.get(key)
        if quantity is not None:
            measure, _, split = key.partition(":")
            breakdown, _, category = split.partition("/")
            yield Figure(measure=measure, breakdown=breakdown or None, category=category or None, quantity=quantity)


def _outcomes(asked: Asked, figures: Mapping[str, Quantity | None]) -> Iterator[OutcomeFigure]:
    for outcome in asked.owed.outcomes:
        said = {number: figures.get(f"outcome.{outcome.outcome}.{number}") for number in NUMBERS}
        if any(quantity is not None for quantity in said.values()):
            counts = {number: None if quantity is None else quantity.at_least for number, quantity in said.items()}
            yield OutcomeFigure(outcome=outcome.outcome, **counts)


def _odd(asked: Asked, sections: Sequence[Section], content: Figures) -> tuple[Odd, ...]:
    """What looks odd, by the lines that it is about: as the workbook asks for one explanation beside them."""
    lines = {line.key: (section, line) for section in sections for line in section.lines}
    together: dict[tuple[str, ...], list[Doubt]] = {}
    for doubt in doubts(asked.owed, content, asked.before, asked.budget_pence, asked.spent_before_pence):
        about = lines_explaining(doubt, [line for _section, line in lines.values()])
        if about:
            together.setdefault(tuple(line.key for line in about), []).append(doubt)
    return tuple(Odd(lines[keys[0]][1], lines[keys[0]][0], tuple(found)) for keys, found in together.items())


def _explained(odd: Sequence[Odd], why: Said) -> tuple[tuple[Explanation, ...], dict[str, str]]:
    found: list[Explanation] = []
    wrong: dict[str, str] = {}
    for each in odd:
        text = why.get(each.line.key, "").strip()
        try:
            said = words(Cell("", "text", text)) if text else None
        except Refusal as refusal:
            wrong[each.name] = f"The explanation {refusal}"
            continue
        if said is None:
            wrong[each.name] = f"Write why, or correct the figure: {said_of(each.line)}"
        found += [Explanation(check=doubt.check, about=doubt.about, words=said) for doubt in each.doubts if said]
    return tuple(found), wrong


def order_of(asked: Asked, content: Figures, today: date, reason: str) -> SubmitReport | CorrectReport:
    """The order that records a report: the first, or one that puts it right. Raises ``ValidationError``."""
    fields: dict[str, Any] = {name: getattr(content, name) for name in Figures.model_fields}
    fields |= {"award": asked.award, "period": asked.period.code, "received_on": today}
    if asked.status is None:
        return SubmitReport(**fields)
    return CorrectReport(**fields, reason=reason)


def by_section(reasons: Sequence[str], titles: Sequence[str]) -> dict[str, list[str]]:
    """Reasons for which a report was sent back, by the title of the section that each begins with; others under ``""``.

    ``Demand: the referrals do not fit.`` stands under ``Demand``, without its name.
    """
    found: dict[str, list[str]] = {}
    for reason in reasons:
        title, colon, rest = reason.partition(": ")
        known = bool(colon) and title in titles
        found.setdefault(title if known else "", []).append(rest if known else reason)
    return found
