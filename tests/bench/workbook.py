"""A provider's workbook: read in its guarded process, checked against what is asked, and recorded, its file kept.

The goal is in seconds, as a person waits for it. Beside it: the CPU that reading takes, against openpyxl in a process
of its own.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from time import perf_counter

from domain.reports.events import Figure as Count
from domain.reports.events import Figures, OutcomeFigure
from domain.reports.form import form_of
from domain.reports.quantity import Quantity
from services.documents import Documents
from services.exports.provider_workbook import make_workbook
from services.imports.provider_workbook_file import read_book
from services.office import Office
from services.reporting import Kind, asked_for, read_report, record
from services.settings import Settings
from services.wiring import open_office
from tests.bench.commands import EVERYBODY
from tests.bench.measure import Contender, Figure, by_turns
from tests.scenes import PROVIDER, awarded, do, fund_with

TURNS = 9
PERIOD = "2017-18-h1"
MOST_SECONDS = 0.4
_OPENPYXL = """
import sys, io, openpyxl
book = openpyxl.load_workbook(io.BytesIO(sys.stdin.buffer.read()), read_only=True, data_only=True, keep_links=False)
print(sum(value is not None for sheet in book.worksheets for row in sheet.iter_rows(values_only=True) for value in row))
"""


def _filled(office: Office, award: str, kind: Kind) -> bytes:
    """The whole standard form, with a figure in every cell."""
    asked = asked_for(office, award, PERIOD)
    counts = []
    for key in asked.owed.counts:
        measure, _, split = key.partition(":")
        breakdown, _, category = split.partition("/")
        found = asked.owed.framework.breakdown(breakdown)
        first = found is None or category == next(iter(found.categories))
        counts.append(
            Count(
                measure=measure,
                breakdown=breakdown or None,
                category=category or None,
                quantity=Quantity.exactly(20 if first else 0),
            )
        )
    outcomes = tuple(
        OutcomeFigure(outcome=outcome.outcome, improved=10, answered=12, eligible=20) for outcome in asked.owed.outcomes
    )
    return make_workbook(asked, Figures(figures=tuple(counts), outcomes=outcomes), kind)


def _read_checked_and_recorded(office: Office, documents: Documents, waiting: list[bytes]) -> float:
    """Seconds for one workbook."""
    data = waiting.pop()
    start = perf_counter()
    draft = read_report(office, data, "report", by=EVERYBODY)
    written = record(office, documents, draft, EVERYBODY)
    taken = perf_counter() - start
    assert written
    assert not draft.faults
    return taken


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _ours(data: bytes) -> float:
    before = _cpu_of_children()
    read_book(data)
    return _cpu_of_children() - before


def _openpyxls(data: bytes) -> float:
    before = _cpu_of_children()
    subprocess.run([sys.executable, "-c", _OPENPYXL], input=data, stdout=subprocess.DEVNULL, check=True)
    return _cpu_of_children() - before


def figures() -> list[Figure]:
    """The figures, on SQLite."""
    clock = partial(datetime, 2017, 10, 16, 9, tzinfo=UTC)
    with (
        tempfile.TemporaryDirectory(prefix="outturn-bench-") as folder,
        open_office(Settings(database=str(Path(folder) / "bench.db")), clock).open() as office,
    ):
        documents, numbers = Documents(Path(folder) / "documents"), count()
        do(office, *fund_with(100_000), PROVIDER)
        waiting: dict[Kind, list[bytes]] = {"xlsx": [], "ods": []}
        for kind, workbooks in waiting.items():
            for _turn in range(TURNS + 1):
                award = f"a{next(numbers)}"
                do(office, *awarded(award, 1_000))
                workbooks.append(_filled(office, award, kind))
        one = waiting["xlsx"][0]
        lines = sum(len(sheet.lines) for sheet in form_of(asked_for(office, "a0", PERIOD).owed))
        desks: dict[str, Contender] = {
            kind: partial(_read_checked_and_recorded, office, documents, own) for kind, own in waiting.items()
        }
        done = by_turns(desks, TURNS, warm_up=True)
        reading = by_turns({"ours": partial(_ours, one), "openpyxl": partial(_openpyxls, one)}, TURNS, warm_up=True)
    recorded = [
        Figure(
            f"seconds to read, check and record one {kind} of {lines} lines",
            done.median(kind),
            at_most=MOST_SECONDS,
            beside=f"{done.median(kind) * 1e3:,.0f} ms; at most {max(done.measured[kind]) * 1e3:,.0f} ms",
        )
        for kind in waiting
    ]
    ours, theirs = (statistics.median(reading.measured[name]) for name in ("ours", "openpyxl"))
    return [
        *recorded,
        Figure(
            "CPU of reading an xlsx in its guarded process / by openpyxl in one",
            reading.ratio("ours", "openpyxl"),
            at_most=0.5,
            beside=f"{ours * 1e3:,.0f} ms; {theirs * 1e3:,.0f} ms",
        ),
    ]
