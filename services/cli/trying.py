"""``outturn what-if FILE``: draft orders, tried on the real rules and figures, and thrown away."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from domain.catalogue import COMMANDS, command_name
from domain.errors import NotAllowed, NotFound, Refusal
from domain.kernel import Command
from domain.tables import Cell, Column, Kind, Missing, Row, Table
from projections.answers import awards
from projections.budget_answers import budgets
from projections.views import Views
from services.cli.console import Format, Formatted, print_json, print_tables, the_office
from services.problems import Malformed, faults
from services.settings import Settings

_COMPARED = (
    *("received_pence", "committed_pence", "earmarked_pence", "paid_pence", "returned_pence", "carried_out_pence"),
    *("left_pence", "over_pence"),
)


_NOTHING_RECORDED = "Nothing was recorded."


def _drafts(file: Path) -> list[Command[Any]]:
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
    except OSError:
        raise Refusal(f"The file {file.name} cannot be read: check its name and that it is there.") from None
    except (ValueError, UnicodeDecodeError, RecursionError):
        raise Malformed(
            f"The file {file.name} is not JSON: a list of orders, each with its command and fields."
        ) from None
    if not isinstance(said, list) or not all(isinstance(one, dict) and "command" in one for one in said):
        raise Malformed('Write a list of orders, like: [{"command": "reduce-award", "fields": {"award": "A1", …}}].')
    unknown = [str(one["command"]) for one in said if str(one["command"]) not in COMMANDS]
    if unknown:
        raise Malformed(f"There is no such command: {', '.join(unknown)} (outturn do --help lists them).")
    return [_draft(one, number, len(said)) for number, one in enumerate(said, 1)]


def _draft(one: dict[str, Any], number: int, of_all: int) -> Command[Any]:
    name = one["command"]
    try:
        return COMMANDS[name].model_validate(one.get("fields", {}))
    except ValidationError as wrong:
        told = "; ".join(f"{fault.place}: {fault.words}" if fault.path else fault.words for fault in faults(wrong))
        raise Malformed(f"{_place(number, of_all, name)}: {told}. Nothing was recorded.") from None
    except Refusal as wrong:
        raise Malformed(f"{_place(number, of_all, name)}: {wrong} Nothing was recorded.") from None


def _place(number: int, of_all: int, name: str) -> str:
    """``Order 2 of 3 (reduce-award)``."""
    return f"Order {number} of {of_all} ({name})"


def side_by_side(before: Table, after: Table) -> Table:
    """The budgets that the drafts change, and of those the figures that change, each before and after.

    A fund that the drafts open has no figures before.
    """
    places = {column.key: place for place, column in enumerate(after.columns)}
    old = {(row[0].value, row[1].value): row for row in before.rows}
    pairs = [(old.get((row[0].value, row[1].value)), row) for row in after.rows]
    pairs = [(was, row) for was, row in pairs if was is None or any(was[p] != row[p] for p in _places(places))]
    moved = [key for key in _COMPARED if any(was is None or was[places[key]] != row[places[key]] for was, row in pairs)]
    columns = [Column(key="fund", title="Fund"), Column(key="year", title="Year")]
    for key in moved:
        title, name = after.columns[places[key]].title, key.removesuffix("_pence")
        columns += [
            Column(key=f"{name}_before_pence", title=title, kind="pence"),
            Column(key=f"{name}_after_pence", title=f"{title} then", kind="pence"),
        ]
    nothing = Cell(missing=Missing.NOT_APPLICABLE)
    rows = [
        (row[0], row[1], *(c for key in moved for c in (was[places[key]] if was else nothing, row[places[key]])))
        for was, row in pairs
    ]
    notes = (_NOTHING_RECORDED,)
    return Table(name="what-if", title="What if", columns=tuple(columns), rows=tuple(rows), notes=notes)


_OF_AN_AWARD: tuple[tuple[str, Kind], ...] = (
    ("provider", "text"),
    ("amount_pence", "pence"),
    ("ends_on", "date"),
    ("status", "text"),
)
"""What is compared of an award, and what it is."""


def awards_side_by_side(before: Table, after: Table) -> Table:
    """The awards that the drafts change or make: of what changes, each before and after."""
    places = {column.key: place for place, column in enumerate(after.columns)}
    old = {row[0].value: row for row in before.rows}
    pairs = [(old.get(row[0].value), row) for row in after.rows]

    def moves(key: str, pair: tuple[Row | None, Row]) -> bool:
        return pair[0] is None or pair[0][places[key]] != pair[1][places[key]]

    pairs = [pair for pair in pairs if any(moves(key, pair) for key, _kind in _OF_AN_AWARD)]
    moved = [each for each in _OF_AN_AWARD if any(moves(each[0], pair) for pair in pairs)]
    columns = [Column(key="award", title="Award")]
    for key, kind in moved:
        title, unit = after.columns[places[key]].title, "_pence" if kind == "pence" else ""
        name = key.removesuffix("_pence")
        columns += [
            Column(key=f"{name}_before{unit}", title=title, kind=kind),
            Column(key=f"{name}_after{unit}", title=f"{title} then", kind=kind),
        ]
    nothing = Cell(missing=Missing.NOT_APPLICABLE)
    rows = [
        (row[0], *(c for key, _kind in moved for c in (was[places[key]] if was else nothing, row[places[key]])))
        for was, row in pairs
    ]
    return Table(name="what-if-awards", title="What if: awards", columns=tuple(columns), rows=tuple(rows))


def _both(views: Views) -> tuple[Table, Table]:
    return budgets(views), awards(views)


def _places(places: dict[str, int]) -> list[int]:
    return [places[key] for key in _COMPARED]


def what_if(
    file: Annotated[Path, typer.Argument(help="JSON: a list of orders, each with its command and fields.")],
    format: Formatted = Format.TABLE,  # noqa: A002
) -> None:
    """Try draft orders on a throw-away copy: the budgets and awards they change, before and after.

    Nothing is recorded.

    The file is a list of orders. Each names a command of outturn do, and its fields as they are recorded: dates like
    2017-09-30, and money in whole pence, in fields such as amount_pence. For example:

    \b
    [
      {"command": "hold-earmark",
       "fields": {"fund": "moj-victims", "year": "2017-18", "earmark": "winter",
                  "title": "Winter reserve", "kind": "reserve", "amount_pence": 1250050}},
      {"command": "release-earmark",
       "fields": {"fund": "moj-victims", "year": "2017-18", "earmark": "winter",
                  "amount_pence": 250050, "reason": "Less is needed"}}
    ]

    Here £12,500.50 is kept aside, and £2,500.50 of it is free again.
    """
    drafts = _drafts(file)
    reached = 0

    def reach(number: int) -> None:
        nonlocal reached
        reached = number

    with the_office(to_read=True) as office:
        try:
            before, after = office.what_if(drafts, Settings().person, _both, reach)
        except (Refusal, NotFound, NotAllowed) as refused:
            name = command_name(type(drafts[reached - 1]))
            raise type(refused)(f"{_place(reached, len(drafts), name)}: {refused}") from None
    tables = {"budgets": side_by_side(before[0], after[0]), "awards": awards_side_by_side(before[1], after[1])}
    if format is Format.JSON:
        print_json({name: list(table.records()) for name, table in tables.items()})
        return
    told = [table for table in tables.values() if table.rows] or [tables["budgets"]]
    if _NOTHING_RECORDED not in told[-1].notes:
        told[-1] = told[-1].model_copy(update={"notes": (*told[-1].notes, _NOTHING_RECORDED)})
    print_tables([table.model_copy(update={"notes": ()}) for table in told[:-1]] + told[-1:], format)
