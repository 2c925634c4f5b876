"""Runs the benches, prints each figure beside its goal, and ends with status 1 when a goal is not met."""

import argparse
import os
import platform
import sqlite3
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from services.event_store import open_log
from tests.bench import catch_up, chase, commands, exports, growth, http, pages, returns, workbook
from tests.bench.databases import KINDS, Databases, databases
from tests.bench.measure import Figure
from tests.bench.story import fill

README = Path(__file__).with_name("README.md")
MARK = "<!-- what follows is written by python -m tests.bench --write -->"

Section = tuple[str, list[Figure], list[str]]
"""A title, its figures, and remarks on them."""


def sections(found: Databases, how_many: int) -> Iterator[Section]:
    """Every bench, on each kind of database where it uses one."""
    yield "Exports", *exports.figures()
    yield "A provider's workbook, SQLite", workbook.figures(), []
    yield "A return, SQLite", returns.figures(found), []
    yield "Pages, SQLite", *pages.figures()
    for kind, title in KINDS.items():
        yield f"The chase, {title}", chase.figures(found, kind), []
        yield f"Commands, {title}", *commands.figures(found, kind)
        yield f"Over HTTP, {title}", http.figures(found, kind), []
        short, long = found.new(kind), found.new(kind)
        short_log, long_log = open_log(short), open_log(long)
        fill(short_log, 1_000)
        told = fill(long_log, how_many)
        yield f"Catching up {how_many:,} events of {len(told)} kinds, {title}", *catch_up.figures(long, long_log)
        yield f"A long log, {title}", growth.figures((short, short_log), (long, long_log)), []
        short_log.close()
        long_log.close()


def machine(server: str) -> str:
    """What the figures were measured on, in a sentence."""
    processor = platform.machine()
    about = Path("/proc/cpuinfo")
    if about.exists():
        names = [line.partition(":")[2].strip() for line in about.read_text().splitlines() if "model name" in line]
        processor = names[0] if names else processor
    with psycopg.connect(server) as connection:
        version = connection.info.server_version
    return (
        f"{os.cpu_count()} cores ({processor}), {platform.system()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, PostgreSQL {version // 10_000}.{version % 10_000} on the same machine "
        "and disk, both with the durability they have by default."
    )


def as_markdown(told: list[Section], where: str) -> str:
    """The figures as the README holds them."""
    lines = [f"Measured on {datetime.now(UTC).date().isoformat()} on {where}", ""]
    for title, found, remarks in told:
        lines += [f"### {title}", "", "| ratio of | is | goal | | measured |", "| --- | ---: | --- | --- | --- |"]
        lines += [f"| {f.title} | {f.ratio:.2f} | {f.goal} | {f.verdict} | {f.beside} |" for f in found]
        lines += ["", *(f"{remark}\n" for remark in remarks)]
    return "\n".join(lines).rstrip() + "\n"


def main() -> int:
    """Measures, prints, and writes if asked to."""
    asked = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    asked.add_argument("--write", action="store_true", help="keep the figures in the README of tests/bench")
    asked.add_argument("--events", type=int, default=200_000, help="how long the long log is (the goals say 200,000)")
    wanted = asked.parse_args()
    told: list[Section] = []
    with databases() as found:
        where = machine(found.server)
        print(where, flush=True)
        for title, figures, remarks in sections(found, wanted.events):
            told.append((title, figures, remarks))
            print(f"\n{title}")
            for figure in figures:
                print(f"  {figure.ratio:8.2f}  {figure.goal:7}  {figure.verdict:8} {figure.title}  [{figure.beside}]")
            for remark in remarks:
                print(f"  {remark}")
            sys.stdout.flush()
    if wanted.write:
        kept = README.read_text(encoding="utf-8").partition(MARK)[0]
        README.write_text(f"{kept}{MARK}\n\n{as_markdown(told, where)}", encoding="utf-8")
    missed = [figure.title for _, figures, _ in told for figure in figures if not figure.met]
    print(f"\nNot met: {'; '.join(missed)}." if missed else "\nEvery goal is met.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
