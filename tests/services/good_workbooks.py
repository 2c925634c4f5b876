"""Providers' workbooks in which nothing is wrong, some of them unusual: what every test of them begins with."""

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Literal

from domain.periods import Period
from domain.reports.events import Figure, Figures, OutcomeFigure, ReportFile, Text
from domain.reports.form import owed_of
from domain.reports.measures import framework_for
from domain.reports.quantity import Quantity
from projections.reporting import Asked
from services.exports.provider_workbook import make_workbook
from services.imports.provider_workbook import Reading, read_workbook
from services.imports.provider_workbook_file import read_book
from services.imports.provider_workbook_places import about_of
from services.provider_form import laid_out
from tests.services.editing_workbooks import Editing, EditingOds, EditingXlsx

Kind = Literal["xlsx", "ods"]
KINDS: tuple[Kind, ...] = ("xlsx", "ods")
PERIOD = Period.parse("2026-27-h1")
_MORE = ("posts-funded", "posts-filled", "longest-wait-hours")
_FRAMEWORK = framework_for(PERIOD)
OWED = owed_of(_FRAMEWORK, [m.measure for m in _FRAMEWORK.measures if m.standard or m.measure in _MORE], None)
_SPECIAL = {"spend": 400_000, "forecast": 950_050, "posts-funded": 250, "accepted": 30, "continuing": 10}


def good_figures() -> Figures:
    """A report in which nothing looks odd."""
    figures = []
    for key in OWED.counts:
        measure, _, split = key.partition(":")
        breakdown, _, category = split.partition("/")
        found = OWED.framework.breakdown(breakdown)
        first = found is None or category == next(iter(found.categories))
        quantity = Quantity.exactly(_SPECIAL.get(measure, 20) if first else 0)
        figures.append(
            Figure(measure=measure, breakdown=breakdown or None, category=category or None, quantity=quantity)
        )
    return Figures(
        figures=tuple(figures),
        outcomes=tuple(
            OutcomeFigure(outcome=outcome.outcome, improved=10, answered=12, eligible=20) for outcome in OWED.outcomes
        ),
        texts=(Text(narrative="risks", words="Two posts are vacant.\nA third will be."),),
    )


ASKED = Asked(
    award="2026-0042",
    service="Counselling for victims",
    provider="Embrace",
    period=PERIOD,
    owed=OWED,
    budget_pence=1_000_000,
    now=None,
    status=None,
    before=good_figures(),
    before_period=Period.parse("2025-26-h2"),
)
FILE = ReportFile(sha256="0" * 64, file_name="report.xlsx")


def read(data: bytes, asked: Asked = ASKED) -> Reading:
    """A workbook read back, with the faults of its sheet About."""
    book = read_book(data)
    about = about_of(book, asked.award, asked.period.code)
    return Reading(None, about.faults) if about.faults else read_workbook(book, about, asked, FILE)


@cache
def place(key: str, column: str = "C") -> tuple[str, str]:
    """The sheet and the cell of a line, or of a row of the sheet About, in a workbook as it is made."""
    for sheet in laid_out(ASKED, None, declared=False):
        for number, row in enumerate(sheet.rows, 1):
            code = row[7].value if 7 in row else None
            if code == key or str(code).partition("=")[0] == key:
                return sheet.title, f"{column}{number}"
    raise KeyError(key)


Alteration = Callable[[Editing], None]


@cache
def good_workbook(kind: Kind) -> bytes:
    """A workbook in which nothing is wrong."""
    return make_workbook(ASKED, good_figures(), kind)


def altered(kind: Kind, alteration: Alteration) -> bytes:
    """The good workbook, altered."""
    data = good_workbook(kind)
    editing: Editing = EditingOds(data) if kind == "ods" else EditingXlsx(data)
    alteration(editing)
    return editing.saved()


def _reordered(book: Editing) -> None:
    book.move_row_to_end("Demand", 4)


def _inserted(book: Editing) -> None:
    book.insert_row("Demand", 6)
    book.put("Demand", "A6", "These come from our case system.")
    book.insert_row("Demand", 4)


def _as_text(book: Editing) -> None:
    book.put(*place("referrals"), " 20 ")
    book.put(*place("spend"), "£4,000.00")
    book.put(*place("posts-funded"), "2.50")
    book.put(*place("forecast"), "9,500.50")
    book.put(*place("offered"), "20\u00a0")


def _not_known(book: Editing) -> None:
    book.put(*place("referrals"), "Not known")
    book.put(*place("waiting"), "not supplied")
    book.put(*place("spend"), "not known.")
    book.put(*place("outcome.support.answered"), "NOT KNOWN")
    book.put(*place("accepted:sex/male"), "unknown")


def _bounds(book: Editing) -> None:
    book.put(*place("longest-wait-hours"), "more than 15,000")
    book.put(*place("longest-wait-hours", "E"), "One referral came back after two years.")
    book.put(*place("waiting"), "20 to 30")
    book.put(*place("supported:support-mode/group"), "fewer than 5")
    book.put(*place("spend"), "at most £4,000")


def _explained(book: Editing) -> None:
    book.put(*place("closed"), 45)
    book.put(*place("closed", "E"), "A backlog was closed.")
    book.put(*place("spend", "E"), "Nothing odd, and a date: 1/4/2026.")


def _other_sheets(book: Editing) -> None:
    book.add("Empty")
    book.move_to_front("Outcomes")


def _renamed(book: Editing) -> None:
    book.rename("Demand", "1 Demand (Q1+Q2)")
    book.rename("About", "Read me")


def _whole_floats(book: Editing) -> None:
    book.put(*place("closed"), 20.0)
    book.put(*place("forecast"), 9_500.4 + 0.1)
    book.put(*place("posts-filled"), 0.1 + 0.2)


def _dates_in_words(book: Editing) -> None:
    book.put(*place("words.good-practice"), "Open since 12/05/2026, with £1,200 from reserves.")
    book.put(*place("words.variance"), date(2026, 5, 12))


def _beside(book: Editing) -> None:
    book.put("Demand", "I4", "checked")
    for row, words in enumerate(("Name of the service", "Provider name", "Number of clients", "Case numbers", "ID"), 5):
        book.put("Demand", f"I{row}", words)
    book.put("Demand", "B60", "Prepared for the board")
    book.comment("Demand", "C4", "See the case system.")


GOOD: dict[str, Alteration] = {
    "as it was made": lambda book: None,
    "rows in another order": _reordered,
    "rows put in": _inserted,
    "figures typed as text": _as_text,
    "not known": _not_known,
    "bounds": _bounds,
    "explained": _explained,
    "an empty sheet and another order": _other_sheets,
    "renamed sheets": _renamed,
    "whole numbers with a point": _whole_floats,
    "dates in words": _dates_in_words,
    "remarks beside the form": _beside,
}
"""Workbooks in which nothing is wrong."""
