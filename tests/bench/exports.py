"""How long reports take to become one file, and how much memory: as many rows as there are reports, on 18 sheets."""

import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from domain.tables import Cell, Column, Missing, Row, Table, cell
from services.exports.formats import save
from services.exports.paper import Paper
from tests.bench.measure import Figure, by_turns

SHEETS, FIGURES = 18, 192
MANY, FEW = 1_000, 100
TURNS = 3

_NOT_SUPPLIED = Cell(missing=Missing.NOT_SUPPLIED)


def _widths() -> list[int]:
    """How many of the figures of a report each sheet has: as even as can be."""
    return [FIGURES // SHEETS + (number < FIGURES % SHEETS) for number in range(SHEETS)]


def paper(reports: int) -> Paper:
    """So many reports, a row to a report on every sheet; one figure in fifty was not supplied."""
    tables = [
        Table(
            name=f"section-{number}",
            title=f"Section {number}",
            columns=(
                Column(key="report", title="Report"),
                *(Column(key=f"figure_{place}", title=f"Figure {place}", kind="count") for place in range(width)),
            ),
            rows=(),
        )
        for number, width in enumerate(_widths(), 1)
    ]

    def rows() -> Iterator[tuple[int, Row]]:
        for report in range(reports):
            first = cell(f"report-{report:05}")
            figures = [
                Cell(value=number, sources=(report + 1,)) if (number := report * 7 + place) % 50 else _NOT_SUPPLIED
                for place in range(FIGURES)
            ]
            start = 0
            for table, width in enumerate(_widths()):
                yield table, (first, *figures[start : start + width])
                start += width

    return Paper(title="Reports", facts=[("Reports", str(reports))], tables=tables, more=rows)


def _written(ending: str, reports: int) -> dict[str, float]:
    """What a process that writes one file and ends takes of the machine: CPU seconds, and megabytes at the most."""
    with TemporaryDirectory() as folder:
        save(paper(reports), Path(folder) / f"reports.{ending}")
    return _so_far()


def _so_far() -> dict[str, float]:
    """What this process has taken up to now. Linux counts what it was started from too, but not in ``VmHWM``."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    status = Path("/proc/self/status")
    if status.exists():
        own = [line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
        peak = int(own[0]) if own else peak
    return {"seconds": process_time(), "megabytes": peak / 1024}


def _bare(reports: int) -> dict[str, float]:
    """The same numbers by the library alone, row by row, with nothing around them."""
    from xlsxwriter import Workbook

    with TemporaryDirectory() as folder:
        book = Workbook(str(Path(folder) / "bare.xlsx"), {"constant_memory": True})
        sheets = [book.add_worksheet() for _ in range(SHEETS)]
        for report in range(reports):
            for sheet, width in zip(sheets, _widths(), strict=True):
                sheet.write_string(report, 0, f"report-{report:05}")
                for place in range(width):
                    sheet.write_number(report, place + 1, report * 7 + place)
        book.close()
    return _so_far()


def _taken(ending: str, reports: int) -> dict[str, float]:
    """The same, of a process of its own."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.bench.exports", ending, str(reports)], capture_output=True, check=True, text=True
    )
    taken: dict[str, float] = json.loads(ran.stdout)
    return taken


def _seconds(ending: str, reports: int, peaks: dict[tuple[str, int], float]) -> float:
    taken = _taken(ending, reports)
    peaks[ending, reports] = max(peaks.get((ending, reports), 0.0), taken["megabytes"])
    return taken["seconds"]


def figures() -> tuple[list[Figure], list[str]]:
    """The figures, and remarks on them."""
    peaks: dict[tuple[str, int], float] = {}
    contenders = {
        f"{ending} {reports}": partial(_seconds, ending, reports, peaks)
        for ending in ("xlsx", "json", "ods", "csv", "bare")
        for reports in (MANY, FEW)
        if reports == MANY or ending in ("xlsx", "json")
    }
    turns = by_turns(contenders, TURNS)
    goals = [("xlsx", MANY, 12.0), ("xlsx", FEW, 1.4), ("json", MANY, 6.0), ("json", FEW, 0.7)]
    found = [
        Figure(
            f"CPU seconds of {reports:,} reports of {FIGURES} figures as one {ending.upper()} of {SHEETS} tables",
            turns.median(f"{ending} {reports}"),
            at_most=most,
            beside=f"{peaks[ending, reports]:,.0f} MB at the most",
        )
        for ending, reports, most in goals
    ]
    found += [
        Figure(
            f"megabytes of {MANY:,} reports as one XLSX, at the most",
            peaks["xlsx", MANY],
            at_most=250,
        ),
        Figure(
            f"memory for {MANY:,} reports / for {FEW}, XLSX",
            peaks["xlsx", MANY] / peaks["xlsx", FEW],
            at_most=1.2,
            beside=f"{peaks['xlsx', MANY]:,.0f} MB; {peaks['xlsx', FEW]:,.0f} MB",
        ),
        Figure(
            f"CPU of XLSX / of the same numbers by XlsxWriter alone, {MANY:,} reports",
            turns.ratio(f"xlsx {MANY}", f"bare {MANY}"),
            beside=f"{turns.median(f'bare {MANY}'):,.2f} s alone",
        ),
        Figure(
            f"CPU of JSON / of XLSX, {MANY:,} reports",
            turns.ratio(f"json {MANY}", f"xlsx {MANY}"),
            at_most=0.5,
        ),
    ]
    told = ", ".join(
        f"{ending.upper()} {turns.median(f'{ending} {MANY}'):,.2f} s and {peaks[ending, MANY]:,.0f} MB"
        for ending in ("ods", "csv")
    )
    return found, [f"Whole processes, start and imports included. Beside these, {MANY:,} reports: {told}."]


def main(ending: str, reports: int) -> None:
    """One file, and what it took, as JSON."""
    print(json.dumps(_bare(reports) if ending == "bare" else _written(ending, reports)))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
