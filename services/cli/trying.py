"""``outturn what-if FILE``: draft orders, tried on the real rules and figures, and thrown away."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from domain.catalogue import COMMANDS
from domain.errors import Refusal
from domain.kernel import Command
from domain.tables import Cell, Column, Missing, Table
from projections.budget_answers import budgets
from services.cli.console import Format, Formatted, print_table, the_office
from services.settings import Settings

_COMPARED = (
    *("received_pence", "committed_pence", "earmarked_pence", "paid_pence", "returned_pence", "carried_out_pence"),
    *("left_pence", "over_pence"),
)


def _drafts(file: Path) -> list[Command[Any]]:
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
    except OSError:
        raise Refusal(f"The file {file.name} cannot be read: check its name and that it is there.") from None
    except (ValueError, UnicodeDecodeError):
        raise Refusal(
            f"The file {file.name} is not JSON: a list of orders, each with its command and fields."
        ) from None
    if not isinstance(said, list) or not all(isinstance(one, dict) and "command" in one for one in said):
        raise Refusal('Write a list of orders, like: [{"command": "reduce-award", "fields": {"award": "A1", …}}].')
    unknown = [str(one["command"]) for one in said if str(one["command"]) not in COMMANDS]
    if unknown:
        raise Refusal(f"There is no such command: {', '.join(unknown)} (outturn do --help lists them).")
    return [COMMANDS[one["command"]].model_validate(one.get("fields", {})) for one in said]


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
    notes = ("Nothing was recorded.",)
    return Table(name="what-if", title="What if", columns=tuple(columns), rows=tuple(rows), notes=notes)


def _places(places: dict[str, int]) -> list[int]:
    return [places[key] for key in _COMPARED]


def what_if(
    file: Annotated[Path, typer.Argument(help="JSON: a list of orders, each with its command and fields.")],
    format: Formatted = Format.TABLE,  # noqa: A002
) -> None:
    """Try draft orders on a throw-away copy: the budgets they change, before and after. Nothing is recorded.

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
    with the_office(to_read=True) as office:
        before, after = office.what_if(drafts, Settings().person, budgets)
    print_table(side_by_side(before, after), format)
