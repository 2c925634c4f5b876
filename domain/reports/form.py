"""The form that a provider fills in: the measures that an award owes, as sheets of lines.

The workbook, the page and the check of what came in are all made from it, so that they cannot disagree.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from domain.reports.measures import Breakdown, Framework, Measure, Outcome, Unit, count_key

NUMBERS = ("improved", "answered", "eligible")
"""The three numbers of an outcome, in the order in which none may be more than the next."""

_TITLES = {
    "improved": "Of these, improved",
    "answered": "Of these, answered",
    "eligible": "People eligible to be asked",
}


class Line(NamedTuple):
    """One thing to be filled in."""

    key: str
    """The count's key (``accepted:age/18-24``); for an outcome its code, a full stop and the number
    (``outcome.cope.answered``); for words ``words.`` and the heading."""
    title: str
    kind: Literal["count", "pence", "posts", "words"]
    unit: str
    note: str = ""
    heading: str = ""
    """Under which it stands within its sheet: the measure that it breaks down, or the outcome."""
    is_part: bool = False
    """Whether it is a category of the line above it that is none."""


class Sheet(NamedTuple):
    """The lines that stand together."""

    title: str
    lines: tuple[Line, ...]


class Owed(NamedTuple):
    """What an award owes: the measures and outcomes of one framework."""

    framework: Framework
    measures: tuple[Measure, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def counts(self) -> Iterator[str]:
        """The key of every count that is owed."""
        for measure in self.measures:
            yield from self.framework.counts(measure)


def owed_of(framework: Framework, measures: Sequence[str] | None, outcomes: Sequence[str] | None) -> Owed:
    """What is owed under a framework: what was agreed for the award, or the framework's standard.

    Agreed measures that the framework does not know are passed over: they were agreed under an earlier one.
    """
    return Owed(
        framework,
        tuple(m for m in framework.measures if (m.standard if measures is None else m.measure in measures)),
        tuple(o for o in framework.outcomes if outcomes is None or o.outcome in outcomes),
    )


_CRIMES = ("crime-type", "reported-to-police")


def form_of(owed: Owed) -> tuple[Sheet, ...]:
    """The sheets to be filled in, in their order; a sheet without lines is left out."""
    people: list[Line] = []
    crimes: list[Line] = []
    by_section: dict[str, list[Line]] = {"demand": [], "needs": [], "restorative-justice": [], "money": []}
    for measure in owed.measures:
        lines = by_section[measure.section]
        lines.append(_whole(measure))
        for code in measure.by:
            breakdown = owed.framework.breakdown(code)
            if breakdown is None:
                continue
            of_accepted = measure.measure == "accepted"
            place = (crimes if code in _CRIMES else people) if of_accepted else lines
            place += _parts(measure, breakdown)
    outcomes = [line for outcome in owed.outcomes for line in _of_outcome(outcome)]
    words = [Line(f"words.{n.narrative}", n.title, "words", "words") for n in owed.framework.narratives]
    sheets = [
        ("Demand", by_section["demand"]),
        ("People", people),
        ("Crimes", crimes),
        ("Needs and support", by_section["needs"]),
        ("Outcomes", outcomes),
        ("Restorative justice", by_section["restorative-justice"]),
        ("Money and posts", by_section["money"]),
        ("In words", words),
    ]
    return tuple(Sheet(title, tuple(lines)) for title, lines in sheets if lines)


def _kind(measure: Measure) -> Literal["count", "pence", "posts"]:
    return {Unit.PENCE: "pence", Unit.POSTS: "posts"}.get(measure.unit, "count")  # type: ignore[return-value]


def _whole(measure: Measure) -> Line:
    unit = "pounds" if measure.unit is Unit.PENCE else measure.unit.value
    return Line(measure.measure, measure.title, _kind(measure), unit, measure.note or "")


def _parts(measure: Measure, breakdown: Breakdown) -> Iterator[Line]:
    heading = f"{measure.title}, by {breakdown.title[0].lower()}{breakdown.title[1:]}"
    for category, title in breakdown.categories.items():
        key = count_key(measure.measure, breakdown.breakdown, category)
        yield Line(key, title, _kind(measure), measure.unit.value, "", heading, is_part=True)


def _of_outcome(outcome: Outcome) -> Iterator[Line]:
    for number in reversed(NUMBERS):
        key = f"outcome.{outcome.outcome}.{number}"
        yield Line(key, _TITLES[number], "count", Unit.PEOPLE.value, "", outcome.title)
