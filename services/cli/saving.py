"""``outturn show QUESTION --save FILE``: an answer as a file, in the format that its ending says."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from domain.errors import Refusal
from domain.tables import Table
from services.cli import console
from services.exports.formats import FORMATS, save, writer
from services.exports.paper import Paper

SaveTo = Annotated[
    Path | None,
    typer.Option(
        "--save",
        metavar="FILE",
        help=f"Write it to a file, not to the screen; its ending says the format: {', '.join(FORMATS)}.",
    ),
]


def can_be_saved(path: Path | None) -> None:
    """Whether there are such a format and such a folder; asked first, before anything is looked up. Raises
    ``Refusal``."""
    if path is None:
        return
    writer(path.suffix.lower().removeprefix("."))
    if not path.parent.is_dir():
        raise Refusal(f"There is no folder {path.parent}: make it first, or save to another.")


def save_answer(question: str, tables: Sequence[Table], position: int, as_at: str | None, path: Path) -> None:
    """Writes an answer, with what it answers and where the log stood; says what was written."""
    facts = [
        ("Question", f"outturn show {question}"),
        ("Log position", f"{position}: all that was written up to there is in it"),
        *([("As it was known at", as_at)] if as_at is not None else []),
        *([("Note", console.DEMONSTRATION)] if console.demonstration else []),
    ]
    title = tables[0].title if len(tables) == 1 else question.replace("-", " ").capitalize()
    for written in save(Paper(title=title, facts=facts, tables=tables), path):
        console.out.print(f"Written: {written}", markup=False)
