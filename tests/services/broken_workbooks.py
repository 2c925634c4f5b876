"""Providers' workbooks with planted faults, each made by altering a good one, and every fault that is to be found.

An alteration is written once and made in both formats.
"""

from datetime import date
from functools import cache
from typing import Any, NamedTuple

from services.imports.provider_workbook import Reading
from services.provider_form import laid_out
from tests.services.editing_workbooks import Editing
from tests.services.good_workbooks import ASKED, GOOD, Alteration, Kind, altered, place, read


@cache
def reading_of(name: str, kind: Kind) -> Reading:
    """What comes of a broken or a good workbook."""
    return read(altered(kind, GOOD[name] if name in GOOD else PLANTED[name].alteration))


class Planted(NamedTuple):
    """A broken workbook."""

    alteration: Alteration
    faults: tuple[tuple[str, str, str], ...]
    """Every fault: its sheet, its cell, and a part of what is said of it."""


def in_cell(key: str, value: Any, words: str, column: str = "C", how: str = "") -> Planted:
    """One cell altered, and one fault in that cell."""
    where = place(key, column)
    return Planted(lambda book: book.put(*where, value, how), ((*where, words),))


def _doubly(book: Editing) -> None:
    book.put(*place("referrals"), "twelve")
    book.put(*place("closed"), -1)
    book.put(*place("spend"), 10.005)


def _without_code(book: Editing) -> None:
    book.put(*place("declined", "G"), None)


def _lost_rows(book: Editing) -> None:
    book.delete_row(place("declined")[0], int(place("declined")[1][1:]))


def _column_of_people(book: Editing) -> None:
    book.add("Notes")
    for cell, value in (("A1", "Client"), ("B1", "Date of birth"), ("A2", "Somebody"), ("B2", date(1990, 1, 1))):
        book.put("Notes", cell, value)


def _crime_numbers(book: Editing) -> None:
    book.put("Demand", "H3", "Crime number")
    book.put("Demand", "H4", 12)


def _over_budget(book: Editing) -> None:
    book.put(*place("spend"), 10_000.01)
    book.put(*place("spend", "E"), "Two posts more were paid.")
    book.put(*place("forecast"), 12_000)


def _parts(book: Editing) -> None:
    book.put(*place("accepted:sex/female"), 0)


def _renamed_and_wrong(book: Editing) -> None:
    book.rename("Demand", "Jane's numbers")
    book.put("Jane's numbers", place("closed")[1], "some")


def _hidden_sheet(book: Editing) -> None:
    book.add("Workings")
    book.put("Workings", "A1", "Sums")
    book.hide("Workings")


def _emptied(book: Editing) -> None:
    for sheet in laid_out(ASKED, None, declared=False)[1:]:
        for number, row in enumerate(sheet.rows, 1):
            if 3 in row and row[3].style.startswith("entry-"):
                book.put(sheet.title, f"C{number}", None)


PEOPLE = ("Crime No.", "NHS no", "Name of victim", "Victim's name", "Client ID", "Niche ref", "Initials", "Post code")


def _headings_of_people(book: Editing) -> None:
    for row, words in enumerate(PEOPLE, 5):
        book.put("Demand", f"I{row}", words)


def _workings(book: Editing) -> None:
    book.add("Our workings")
    for cell, value in (("A1", "Month"), ("A2", date(2026, 4, 1)), ("B2", 7)):
        book.put("Our workings", cell, value)


def _list_of_people(book: Editing) -> None:
    book.add("Notes")
    book.put("Notes", "A1", "Somebody, 12/03/1987")


def _list_with_a_code(book: Editing) -> None:
    _list_of_people(book)
    book.put("Notes", "G1", "about.people")


def _put_in(cell: str, value: Any) -> Alteration:
    def alter(book: Editing) -> None:
        book.insert_row("Demand", 6)
        book.put("Demand", cell, value)

    return alter


_IMPROVED = place("outcome.resilience.improved")
_ELIGIBLE = place("outcome.resilience.eligible")
_ANSWERED = place("outcome.resilience.answered")
_WHOLE = "referrals received must be a whole number, like 12"


def _improved_of_nobody_who_answered(book: Editing) -> None:
    book.put(*_ANSWERED, "not known")
    book.put(*_IMPROVED, 21)


def _named_after_a_person(book: Editing) -> None:
    book.add("jo@example.org")
    book.put("jo@example.org", "A1", 1)


PLANTED: dict[str, Planted] = {
    "empty entry": in_cell(
        "referrals", None, "referrals received is empty: write a whole number, 0 if there were none"
    ),
    "empty amount": in_cell("spend", None, "is empty: write an amount in pounds"),
    "empty posts": in_cell("posts-funded", None, "is empty: write full-time posts"),
    "empty part": in_cell("accepted:sex/not-known", None, "not known (people who accepted support, by sex) is empty"),
    "word": in_cell("referrals", "twelve", _WHOLE),
    "number and word": in_cell("referrals", "12 people", _WHOLE),
    "nil": in_cell("referrals", "nil", _WHOLE),
    "under five": in_cell("referrals", "<5", "a bound is written in words, like: fewer than 5"),
    "up to five": in_cell("referrals", "5 or fewer", "like: up to 5"),
    "at most sign": in_cell("referrals", "\u2264 5", "like: up to 5"),
    "over five": in_cell("referrals", "> 5", "like: more than 5"),
    "five or more": in_cell("referrals", "5+", "like: at least 5"),
    "range with a hyphen": in_cell("referrals", "5-10", "like: 5 to 10"),
    "range with a dash": in_cell("referrals", "5 \u2013 10", "like: 5 to 10"),
    "between two": in_cell("referrals", "between 5 and 10", "like: 5 to 10"),
    "amount under": in_cell("spend", "<£5,000", "like: fewer than 5"),
    "none": in_cell("referrals", "None", "write 0 if there were none"),
    "not applicable": in_cell("referrals", "N/A", "write: not known, where"),
    "a dash": in_cell("referrals", "-", "write: not known, where"),
    "suppressed": in_cell("referrals", "suppressed", "write: not known, where"),
    "outcome below": in_cell("outcome.resilience.improved", "<5", "an outcome takes no bounds; write: not known"),
    "a million million million": in_cell("referrals", 10**18, "this is far too large"),
    "the same in words": in_cell("referrals", str(10**18), "this is far too large"),
    "two numbers": in_cell("referrals", "12/13", _WHOLE),
    "negative": in_cell("referrals", -12, "and not less than 0"),
    "negative in words": in_cell("referrals", "-12", "and not less than 0"),
    "decimals": in_cell("referrals", 12.5, "without a decimal point"),
    "decimals in words": in_cell("referrals", "12.5", "without a decimal point"),
    "wrong thousands": in_cell("referrals", "1,46", _WHOLE),
    "percentage": in_cell("referrals", 0.45, "the cell holds a percentage", how="percent"),
    "a hundred per cent": in_cell("referrals", 1, "the cell holds a percentage", how="percent"),
    "percentage in words": in_cell("referrals", "45%", "not a percentage"),
    "error": in_cell("referrals", "#DIV/0!", "holds a spreadsheet error", how="error"),
    "formula": in_cell("referrals", "=SUM(1;2)", "the formula has no stored value", how="formula"),
    "date": in_cell("referrals", date(2026, 5, 12), "the cell holds a date"),
    "date in words": in_cell("referrals", "12/05/2026", _WHOLE),
    "far too large": in_cell("referrals", 77_009_001_234, "far too large"),
    "other figures": in_cell("referrals", "\u0661\u0662", _WHOLE),
    "range turned round": in_cell("referrals", "30 to 20", "the smaller number comes first"),
    "fewer than none": in_cell("referrals", "fewer than 0", "nothing is fewer than 0"),
    "amount in pence too fine": in_cell("spend", 1250.505, "at most two figures after the point"),
    "amount in words": in_cell("spend", "1250.505", "at most two figures after the point"),
    "amount in euros": in_cell("spend", "€1,250", "spend in the period must be an amount in pounds, like 1250.50"),
    "amount below nought": in_cell("spend", "(£20)", "not less than 0"),
    "posts too fine": in_cell("posts-funded", 2.125, "at most two figures after the point"),
    "posts in words": in_cell("posts-funded", "two and a half", "must be a number of full-time posts, like 2.5"),
    "improved above answered": in_cell(
        "outcome.resilience.improved",
        13,
        f"must not be more than answered, in {_ANSWERED[1]}: correct one of the two",
    ),
    "answered above eligible": in_cell("outcome.resilience.answered", 21, f"in {_ELIGIBLE[1]}: correct one of the two"),
    "improved above eligible, answered not known": Planted(
        _improved_of_nobody_who_answered,
        ((*_IMPROVED, f"in {_ELIGIBLE[1]}: correct one of the two"),),
    ),
    "outcome with a bound": in_cell("outcome.resilience.improved", "more than 5", "an outcome takes no bounds"),
    "outcome as a percentage": in_cell("outcome.resilience.improved", 0.8, "holds a percentage", how="percent"),
    "wrong award": Planted(
        lambda book: book.put(*place("about.award", "G"), "about.award=2026-0043"),
        ((*place("about.award", "B"), "for another award: send the one for 2026-0042"),),
    ),
    "award shown is another": in_cell("about.award", "2026-0043", "the award that is shown is not the one", "B"),
    "wrong period": Planted(
        lambda book: book.put(*place("about.period", "G"), "about.period=2026-27-h2"),
        ((*place("about.period", "B"), "for another period: send the one for 2026-27-h1"),),
    ),
    "wrong layout": in_cell("about.layout", "about.layout=0", "laid out for another version", "G"),
    "no layout": Planted(
        lambda book: book.put(*place("about.layout", "G"), None), (("About", "", "the code of the layout is missing"),)
    ),
    "award twice": Planted(
        lambda book: book.put("About", "G5", "about.award=2026-0042"),
        (("About", "G5", "stands here twice"),),
    ),
    "no About": Planted(lambda book: book.remove("About"), (("", "", "its sheet About is missing"),)),
    "missing sheet": Planted(lambda book: book.remove("Crimes"), (("", "", "the sheet Crimes is missing"),)),
    "missing row": Planted(
        _lost_rows, (("Demand", "", "the row of referrals declined, or closed before contact is missing"),)
    ),
    "missing code": Planted(
        _without_code,
        ((*place("declined", "G"), "the code of this row is missing: write declined here"),),
    ),
    "code twice": Planted(
        lambda book: book.put(*place("declined", "G"), "referrals"),
        (
            (*place("declined", "G"), "the code referrals stands in G4 already"),
            ("Demand", "", "the row of referrals declined, or closed before contact is missing"),
        ),
    ),
    "unknown code": Planted(
        lambda book: book.put("Demand", "G40", "refferals"), (("Demand", "G40", "this is not a code of the form"),)
    ),
    "column put in": Planted(
        lambda book: book.insert_column("Outcomes"),
        (("Outcomes", "", "columns have been put in or taken out"),),
    ),
    "figure in a row put in": Planted(
        _put_in("C6", 12), (("Demand", "C6", "a figure stands in a row that is not of the form"),)
    ),
    "column of people on another sheet": Planted(
        _column_of_people,
        (("Sheet 9", "", "take this sheet out"), ("Sheet 9", "B1", "heads a column about single people")),
    ),
    "crime numbers beside the form": Planted(_crime_numbers, (("Demand", "H3", "heads a column about single people"),)),
    "names beside the form": Planted(
        lambda book: book.put("People", "I3", "Victim Name:"), (("People", "I3", "about single people"),)
    ),
    "postcodes": Planted(
        lambda book: book.put("Demand", "I9", "Postcode"), (("Demand", "I9", "heads a column about single people"),)
    ),
    "e-mail address in words": in_cell("words.risks", "Ask jo@example.org.", "seems to hold an e-mail address"),
    "telephone number in words": in_cell("words.risks", "Ring 01604 123456.", "seems to hold a telephone number"),
    "postcode in an explanation": in_cell("referrals", "Victims in NN1 1AA", "seems to hold a postcode", "E"),
    "National Insurance number": in_cell("words.risks", "AB 12 34 56 C left.", "a National Insurance number"),
    "crime reference": in_cell("referrals", "Crime ref 12345/26", "seems to hold a crime reference", "E"),
    "date of birth in a note": in_cell("referrals", "DOB 1 May 1990", "seems to hold a date of birth", "F"),
    "person in a comment": Planted(
        lambda book: book.comment("Demand", "C4", "Ask jo@example.org"),
        (("", "", "a comment or a drawn box in the workbook seems to hold an e-mail address"),),
    ),
    "sheet named after a person": Planted(
        _named_after_a_person,
        (("Sheet 9", "", "the name of this sheet seems to be about single people"),),
    ),
    "words too long": in_cell("words.risks", "a" * 4_001, "must be at most 4,000 characters long: shorten it"),
    "explanation too long": in_cell("referrals", "a" * 4_001, "must be at most 4,000 characters long", "E"),
    "hidden row": Planted(lambda book: book.hide_row("Demand", 4), (("Demand", "A4", "row 4 is hidden: show it"),)),
    "hidden sheet": Planted(_hidden_sheet, (("Sheet 9", "", "not of the form and hidden"),)),
    "hidden sheet of the form": Planted(
        lambda book: book.hide("Demand"), (("Demand", "", "this sheet is hidden: show it, or delete it"),)
    ),
    "a sheet of their own": Planted(_workings, (("Sheet 9", "", "take this sheet out"),)),
    "a list of people without headings": Planted(_list_of_people, (("Sheet 9", "", "take this sheet out"),)),
    "a list of people that looks like About": Planted(_list_with_a_code, (("Sheet 9", "", "take this sheet out"),)),
    "headings of people": Planted(
        _headings_of_people,
        tuple(("Demand", f"I{row}", "heads a column about single people") for row in range(5, 5 + len(PEOPLE))),
    ),
    "NHS number in words": in_cell("words.risks", "One, NHS number 943 476 5919, died.", "seems to hold an NHS number"),
    "more posts filled than funded": Planted(
        lambda book: book.put(*place("posts-filled"), 2.75),
        (
            (
                *place("posts-filled"),
                "0.2 last time, 2.75 now; 2.75 posts are filled, and only 2.5 are funded. Write why of each of "
                "these in E",
            ),
        ),
    ),
    "a bound that jumps": Planted(
        lambda book: book.put(*place("closed"), "more than 5,000"),
        ((*place("closed"), "cases closed: 20 last time, more than 5,000 now"),),
    ),
    "over budget and a jump": Planted(
        lambda book: book.put(*place("spend"), 10_000.01),
        (
            (
                *place("spend"),
                "£4,000 last time, £10,000.01 now; £10,000.01 is spent, and the budget for the year is £10,000. "
                "Write why of each of these in E",
            ),
        ),
    ),
    "nothing filled in": Planted(_emptied, (("", "", "declare a nil return instead"),)),
    "not declared": in_cell("about.declaration", None, "say that the figures are right", "B"),
    "declared not right": in_cell("about.declaration", "No: not yet", "say that the figures are right", "B"),
    "jump": Planted(
        lambda book: book.put(*place("closed"), 40),
        ((*place("closed"), f"cases closed: 20 last time, 40 now. Write why in {place('closed', 'E')[1]}, or"),),
    ),
    "parts that do not add up": Planted(
        _parts, ((*place("accepted:sex/female"), "add up to 0, and the whole is 30. Write why in E"),)
    ),
    "more asked than supported": in_cell("outcome.informed.eligible", 41, "only 40 were supported in the period"),
    "over budget": Planted(
        _over_budget, ((*place("forecast"), "is forecast, and the budget for the year is £10,000. Write why in E"),)
    ),
    "renamed sheet": Planted(_renamed_and_wrong, (("Sheet 2", place("closed")[1], "must be a whole number"),)),
    "three at once": Planted(
        _doubly,
        (
            (*place("referrals"), _WHOLE),
            (*place("closed"), "and not less than 0"),
            (*place("spend"), "at most two figures after the point"),
        ),
    ),
}
"""Each broken workbook, and every fault that it has."""
