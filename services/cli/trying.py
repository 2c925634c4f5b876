"""``outturn what-if FILE``: draft orders, tried on the real rules and figures, and thrown away."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from domain.catalogue import COMMANDS
from domain.errors import Refusal
from domain.kernel import Command
from domain.tables import Column, Table, shown
from projections.budget_answers import budgets
from services.cli.console import Format, Formatted, out, print_json, print_table, the_office
from services.settings import Settings

_COMPARED = ("received_pence", "committed_pence", "earmarked_pence", "left_pence", "over_pence")


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
    unknown = [str(one["command"]) for one in said if one["command"] not in COMMANDS]
    if unknown:
        raise Refusal(f"There is no such command: {', '.join(unknown)} (outturn do --help lists them).")
    return [COMMANDS[one["command"]].model_validate(one.get("fields", {})) for one in said]


def side_by_side(before: Table, after: Table) -> Table:
    """The budgets that the drafts change, each figure before and after."""
    places = {column.key: place for place, column in enumerate(after.columns)}
    old = {(row[0].value, row[1].value): row for row in before.rows}
    columns = [Column(key="fund", title="Fund"), Column(key="year", title="Year")]
    for key in _COMPARED:
        title = after.columns[places[key]].title
        columns += [
            Column(key=f"{key.removesuffix('_pence')}_before_pence", title=title, kind="pence"),
            Column(key=f"{key.removesuffix('_pence')}_after_pence", title="then", kind="pence"),
        ]
    rows = []
    for row in after.rows:
        was = old.get((row[0].value, row[1].value), row)
        if was is row or any(was[places[key]] != row[places[key]] for key in _COMPARED):
            pairs = [cell for key in _COMPARED for cell in (was[places[key]], row[places[key]])]
            rows.append((row[0], row[1], *pairs))
    notes = ("Nothing was recorded.",)
    return Table(name="what-if", title="What if", columns=tuple(columns), rows=tuple(rows), notes=notes)


def what_if(
    file: Annotated[Path, typer.Argument(help="JSON: a list of orders, each with its command and fields.")],
    format: Formatted = Format.TABLE,  # noqa: A002
) -> None:
    """Try draft orders on a throw-away copy: the budgets they change, before and after. Nothing is recorded."""
    drafts = _drafts(file)
    with the_office() as office:
        before, after = office.what_if(drafts, Settings().person, budgets)
    table = side_by_side(before, after)
    if format is Format.TABLE:
        print_table(table, format)
        for row in after.rows:
            if (row[0].value, row[1].value) not in {(r[0].value, r[1].value) for r in before.rows}:
                out.print(f"New: {shown(after.columns[0], row[0])} {shown(after.columns[1], row[1])}", markup=False)
    else:
        print_json(list(table.records())) if format is Format.JSON else print_table(table, format)
