"""A paper as a PDF that can be read aloud: tagged (PDF/UA-1), with title, language and the words of each chart.

Typst sets it, and is given data only: what a provider typed is never read as its language. A table that is wider than
a page is set in several parts, each with its first column again, so that nothing is cut off or printed over.
"""

import json
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import typst

from domain.errors import Refusal
from services.exports.charts import pictures
from services.exports.font import FOLDER, advance, in_font
from services.exports.kinds import KINDS
from services.exports.paper import Head, Paper, whole_file
from services.exports.words import MEANINGS, line, said

_TEMPLATE = Path(__file__).with_name("paper.typ")
_SIZE = 8
"""Points of the text of a table."""
_BESIDE = 10.5
"""Points beside the text of a cell."""
_UPRIGHT, _ACROSS = 510.0, 756.0
"""Points that a page has room for, upright and on its side."""
_NARROW, _WORD, _COLUMN = 70.0, 170.0, 330.0
"""Points of a column of text: what it has at least if it needs it, the most that one word of it is given without a
break, and the most that it is given."""
_SHORT = 600
"""Characters of a note that stays on one page with the table it is to."""
_MOST_CELLS = 50_000
"""Cells of a PDF: more than a thousand pages. Setting them takes a gigabyte of memory, and nobody reads them."""
_BREAK = "\u200b"
"""Where a word that is too long for its column may go on in the next line."""


def _wide(words: str) -> float:
    """How wide the words are in one line of a table, in points."""
    return _SIZE * sum(map(advance, words))


def _broken(text: str, room: float) -> str:
    """The text with places to break in each word that has no room in one line."""
    if _wide(text.replace("\n", " ")) <= room:
        return text
    return "\n".join(" ".join(_pieces(word, room) for word in part.split(" ")) for part in text.split("\n"))


def _pieces(word: str, room: float) -> str:
    if _wide(word) <= room:
        return word
    found, used = [], 0.0
    for character in word:
        wide = _SIZE * advance(character)
        if used + wide > room and not unicodedata.combining(character):
            found.append(_BREAK)
            used = 0.0
        found.append(character)
        used += wide
    return "".join(found)


class _Asks(NamedTuple):
    """The room that a column asks for: what it cannot do without, and what it would take."""

    least: float
    most: float


def _asks(heading: str, texts: Iterable[str], whole: bool) -> _Asks:
    """Of figures no number is broken over two lines; words are, between one another."""
    longest = max(map(_wide, heading.split()), default=0.0)
    widest = 0.0
    for text in set(texts):
        for part in text.split("\n"):
            wide = _wide(part)
            widest = max(widest, wide)
            longest = max(longest, wide if whole else max(map(_wide, part.split()), default=0.0))
    least = min(longest, _WORD) + _BESIDE
    comfortable = max(least, min(widest + _BESIDE, _NARROW))
    return _Asks(comfortable, max(comfortable, min(max(widest, _wide(heading) / 2) + _BESIDE, _COLUMN)))


def _groups(asks: Sequence[_Asks], room: float) -> list[list[int]]:
    """The columns of each part of a table: as few parts as there is room for, and those about as wide as one another.

    The first column is in all of them.
    """
    fewest = _filled(asks, room)
    evenly = (_filled(asks, room * part / 10) for part in range(4, 10))
    return next((groups for groups in evenly if len(groups) == len(fewest)), fewest)


def _filled(asks: Sequence[_Asks], room: float) -> list[list[int]]:
    """The columns of each part, when each takes what has room in it."""
    groups: list[list[int]] = []
    current, used = [0], asks[0].least
    for place in range(1, len(asks)):
        if used + asks[place].least > room and len(current) > 1:
            groups.append(current)
            current, used = [0], asks[0].least
        current.append(place)
        used += asks[place].least
    return [*groups, current]


def _shared_out(asks: Sequence[_Asks], room: float) -> list[float]:
    """The width of each column: what it cannot do without, and of what is left its share."""
    spare = room - sum(ask.least for ask in asks)
    wanted = sum(ask.most - ask.least for ask in asks)
    share = min(1.0, spare / wanted) if wanted > 0 else 0.0
    return [round(ask.least + (ask.most - ask.least) * share, 2) for ask in asks]


def _section(head: Head, rows: Sequence[Sequence[str]], drawn: list[dict[str, str]]) -> dict[str, Any]:
    """A table, and the pictures of its chart, as the template takes it."""
    headings = [in_font(heading) for heading in head.headings]
    figures = [bool(KINDS[column.kind].style) for column in head.columns]
    asks = [_asks(headings[place], (row[place] for row in rows), figures[place]) for place in range(len(head.columns))]
    flipped = not drawn and sum(ask.least + ask.most for ask in asks) / 2 > _UPRIGHT
    room = _ACROSS if flipped else _UPRIGHT
    groups = _groups(asks, room) if asks else []
    return {
        "title": _broken(in_font(head.title), _UPRIGHT / 2),
        "notes": [
            {"text": _broken(in_font(note), _UPRIGHT), "short": len(note) < _SHORT}
            for note in (*head.notes, *(() if rows else ("There are no rows.",)))
        ],
        "flipped": flipped,
        "pictures": drawn,
        "groups": [
            _group(
                part=f"Columns, part {number} of {len(groups)}:" if len(groups) > 1 else None,
                widths=_shared_out([asks[place] for place in group], room),
                columns=group,
                figures=figures,
                headings=headings,
                rows=rows,
            )
            for number, group in enumerate(groups, 1)
        ],
    }


def _group(
    *,
    part: str | None,
    widths: list[float],
    columns: Sequence[int],
    figures: Sequence[bool],
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
) -> dict[str, Any]:
    both = list(zip(columns, widths, strict=True))
    return {
        "part": part,
        "widths": widths,
        "right": [figures[place] for place in columns],
        "headings": [_broken(headings[place], wide - _BESIDE) for place, wide in both],
        "rows": [[_broken(row[place], wide - _BESIDE) for place, wide in both] for row in rows],
    }


def _sections(paper: Paper) -> Iterator[tuple[dict[str, Any], dict[str, bytes]]]:
    """Each section with the drawings that it shows: charts with their figures first, then the tables."""
    texts: list[list[list[str]]] = [[] for _ in paper.heads]
    cells = 0
    for table, row in paper.rows():
        cells += len(row)
        if cells > _MOST_CELLS:
            raise Refusal(f"A PDF holds {_MOST_CELLS:,} cells and no more: save it as .xlsx or .ods.")
        columns = paper.heads[table].columns
        texts[table].append([in_font(said(column, cell)) for column, cell in zip(columns, row, strict=True)])
    for charted in (True, False):
        for place, head in enumerate(paper.heads):
            if (head.chart is not None) is charted:
                drawings = pictures(head.chart, "svg") if head.chart else []
                files = {f"{place}-{number}.svg": each for number, each in enumerate(drawings)}
                drawn = [{"file": file, "alt": in_font(each.alt)} for file, each in files.items()]
                yield _section(head, texts[place], drawn), {file: each.content for file, each in files.items()}


def write(paper: Paper, path: Path) -> list[Path]:
    """Writes the file."""
    files: dict[str, bytes] = {"main.typ": _TEMPLATE.read_bytes()}
    sections = []
    for section, drawings in _sections(paper):
        sections.append(section)
        files |= drawings
    language, _, region = paper.language.partition("-")
    title = in_font(line(paper.title)) or "Untitled"
    told = {
        "title": title,
        "running": _broken(title[:120], _UPRIGHT / 2),
        "language": language,
        "region": region or None,
        "facts": [
            (_broken(in_font(label), _UPRIGHT / 3), _broken(in_font(words), _UPRIGHT / 2))
            for label, words in paper.facts
        ],
        "meanings": [(missing.value, meaning) for missing, meaning in MEANINGS.items()],
        "contents": len(sections) > 1,
        "runs": [
            {"flipped": flipped, "sections": list(run)}
            for flipped, run in groupby(sections, key=lambda section: section["flipped"])
        ],
    }
    files["paper.json"] = json.dumps(told, ensure_ascii=False).encode()
    by_name: Any = files  # its types know only one file
    content = typst.compile(
        by_name, format="pdf", pdf_standards=["ua-1"], ignore_system_fonts=True, font_paths=[str(FOLDER)]
    )
    with whole_file(path) as out:
        out.write(content)
    return [path]
