"""Every format a paper can be saved in, by the ending of the file's name."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from domain.errors import Refusal
from services.exports.paper import Paper

FORMATS = ("csv", "json", "xlsx", "ods", "pdf")
"""Each is the module of that name beside this one, loaded when it is asked for: the one that draws takes a second."""


def writer(ending: str) -> Callable[[Paper, Path], list[Path]]:
    """What writes the format of that ending: it returns the files that it wrote. Raises ``Refusal``."""
    if ending not in FORMATS:
        raise Refusal(f"A file can end in {', '.join(f'.{each}' for each in FORMATS)}, and so says what it is to be.")
    found: Callable[[Paper, Path], list[Path]] = import_module(f"services.exports.{ending}").write
    return found


def save(paper: Paper, path: Path) -> list[Path]:
    """Writes the paper in the format that the ending of the name says. Returns the files. Raises ``Refusal``."""
    write = writer(path.suffix.lower().removeprefix("."))
    if path.is_dir():
        raise Refusal(f"{path.name} is a folder: name a file in it.")
    path.parent.mkdir(parents=True, exist_ok=True)
    return write(paper, path)
