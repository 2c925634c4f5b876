"""Charts drawn: the same chart gives the same bytes; patterns tell bars apart, so that it reads in black and white."""

import logging
import re
import threading
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Literal, NamedTuple

from matplotlib import rc_context, rcdefaults, rcParams
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from domain.charts import Chart, figure
from domain.money import pounds
from domain.tables import Cell, Missing
from services.exports.font import NAME, in_font
from services.exports.words import line

logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)

DRAWN_AS = Literal["svg", "png"]

_DRAWING = threading.Lock()
_WIDE, _HIGHEST = 9.6, 11.5
"""Inches of a picture: no higher than a page has room for. A chart of more is drawn in several, all to one scale."""
_AROUND, _BAR, _BETWEEN = 1.5, 0.34, 0.22
"""Inches of what stands around the bars, of a bar, and between the bars of one category and the next."""
_LINE = 38
"""Places of a line of a label; a longer label has two lines, and is cut after them: it is whole in the table."""
_PATTERNS: tuple[dict[str, Any], ...] = (
    {"facecolor": "#1d70b8", "edgecolor": "#0b0c0c"},
    {"facecolor": "white", "edgecolor": "#0b0c0c", "hatch": "///"},
    {"facecolor": "#ffdd00", "edgecolor": "#0b0c0c", "hatch": "..."},
    {"facecolor": "#b1b4b6", "edgecolor": "#0b0c0c", "hatch": "xxx"},
    {"facecolor": "white", "edgecolor": "#0b0c0c", "hatch": "|||"},
    {"facecolor": "#85994b", "edgecolor": "#0b0c0c", "hatch": "ooo"},
)
_STYLE: Any = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": [NAME],
    "font.size": 10,
    "hatch.linewidth": 1.0,
    "text.parse_math": False,
    "axes.unicode_minus": False,
}


class Picture(NamedTuple):
    """One drawing, with what it says in words, and its size in inches."""

    content: bytes
    alt: str
    wide: float
    high: float


def pictures(chart: Chart, form: DRAWN_AS) -> list[Picture]:
    """The chart drawn, in as many pictures as its categories need; none when there is nothing to draw."""
    if not chart.categories or not chart.series:
        return []
    at_once = max(1, int((_HIGHEST - _AROUND) / (_BAR * len(chart.series) + _BETWEEN)))
    pieces = -(-len(chart.categories) // at_once)
    size = -(-len(chart.categories) // pieces)
    parts = [range(first, min(first + size, len(chart.categories))) for first in range(0, len(chart.categories), size)]
    return [_picture(chart, part, (number, len(parts)), form) for number, part in enumerate(parts, 1)]


def _picture(chart: Chart, part: range, which: tuple[int, int], form: DRAWN_AS) -> Picture:
    number, of = which
    high = _AROUND + len(part) * (_BAR * len(chart.series) + _BETWEEN)
    out = BytesIO()
    with _DRAWING, rc_context():  # its settings are of the whole process
        rcdefaults()  # whatever the person at this machine has set for drawings of their own
        rcParams.update({**_STYLE, "svg.hashsalt": f"{chart.name}-{number}"})
        drawn = Figure(figsize=(_WIDE, high), dpi=110, layout="constrained")
        _draw(drawn.subplots(), chart, part)
        title = _said(chart.title) + (f" ({number} of {of})" if of > 1 else "")
        drawn.suptitle(_in_lines(title, 80, 2), x=0.01, ha="left", fontweight="bold")
        drawn.savefig(out, format=form, metadata={"Date": None} if form == "svg" else {"Software": None})
    alt = line(chart.alt) + (f" Picture {number} of {of}." if of > 1 else "")
    content = out.getvalue()
    return Picture(_plain(content, f"{chart.name}-{number}") if form == "svg" else content, alt, _WIDE, high)


def _draw(axes: Any, chart: Chart, part: range) -> None:
    every = [value for series in chart.series for value in series.values if value is not None]
    low, high = min([0, *every]), max([1, *every])
    thick = 0.8 / len(chart.series)
    for place, series in enumerate(chart.series):
        heights = [index + (place - (len(chart.series) - 1) / 2) * thick for index in range(len(part))]
        cells = [series.cells[index] for index in part]
        lengths = [figure(cell) or 0 for cell in cells]
        pattern = _PATTERNS[place % len(_PATTERNS)]
        axes.barh(heights, lengths, thick * 0.88, label=_said(series.title), **pattern)
        for height, cell, index in zip(heights, cells, part, strict=True):
            _label(axes, height, cell, chart, index, (high - low) * 0.008)
    axes.set_xlim(low - (high - low) * (0.25 if low < 0 else 0), high + (high - low) * 0.3)
    axes.set_ylim(len(part) - 0.45, -0.55)
    axes.set_yticks(range(len(part)), [_in_lines(_said(chart.categories[index]), _LINE, 2) for index in part])
    axes.axvline(0, color="#0b0c0c", linewidth=1)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    money = chart.unit == "pence"
    axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: _of_pounds(at) if money else f"{at:,.0f}"))
    unit = "Pounds" if money else _said(chart.unit).capitalize()
    axes.set_xlabel(f"{unit}, each in the unit beside its bar" if chart.units else unit)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    if len(chart.series) > 1:
        axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=len(chart.series), borderaxespad=0.2)


def _label(axes: Any, height: float, cell: Cell, chart: Chart, index: int, beside: float) -> None:
    """The figure at the end of its bar; where there is none, the reason at the place of the bar, on a dotted line."""
    value = figure(cell)
    if value is None:
        reason = _said(cell.words or "") or (cell.missing or Missing.NOT_KNOWN).value
        axes.text(beside, height, f"· · ·  {reason}", va="center", ha="left", fontsize=9, style="italic")
        return
    said = pounds(value) if chart.unit == "pence" else f"{value:,}"
    unit = f" {_said(chart.units[index])}" if chart.units else ""
    left = value < 0
    axes.text(
        value + (-beside if left else beside),
        height,
        said + unit,
        va="center",
        ha="right" if left else "left",
        fontsize=9,
    )


def _said(text: str) -> str:
    """Words in one line, as they can be drawn."""
    return line(in_font(text))


def _of_pounds(pence: float) -> str:
    return pounds(round(pence / 100) * 100)


def _in_lines(text: str, places: int, lines: int) -> str:
    """The text in lines of so many places, cut with three dots after the last."""
    found = list(_lines(text, places))
    if len(found) > lines:
        found = [*found[: lines - 1], found[lines - 1][: places - 2].rstrip() + " …"]
    return "\n".join(found)


def _lines(text: str, places: int) -> Iterator[str]:
    current = ""
    for word in text.split():
        while len(word) > places:
            if current:
                yield current
                current = ""
            yield word[:places]
            word = word[places:]
        if current and len(current) + 1 + len(word) > places:
            yield current
            current = word
        else:
            current = f"{current} {word}".strip()
    yield current


def _plain(svg: bytes, name: str) -> bytes:
    """The drawing alone, every name in it begun with the chart's, so that two may stand on one page."""
    text = svg.decode()
    text = text[text.index("<svg") :]
    text = re.sub(r'\b(id|xlink:href|href)="(#?)([^"]+)"', lambda k: f'{k[1]}="{k[2]}{name}-{k[3]}"', text)
    return text.replace("url(#", f"url(#{name}-").encode()
