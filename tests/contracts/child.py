"""An office in a process of its own, told over its standard input what to do: for tests of several at once.

A line of JSON asks; a line of JSON answers. Run as ``python -m tests.contracts.child``.
"""

import json
import os
import signal
import sys
from typing import Any

from domain.errors import OutturnError
from projections.budgets import BalanceRow
from projections.rows import Rows
from services import read_models
from services.office import Office
from services.settings import Settings
from services.wiring import open_office
from tests.scenes import approved, share
from tests.story import EVERYBODY, OCTOBER


def budgets(office: Office, _asked: dict[str, Any]) -> list[list[Any]]:
    """Fund, received and committed of every budget."""
    with office.reading() as views:
        return [[row.fund, row.received_pence, row.committed] for row in views.rows(BalanceRow)]


def approve(office: Office, asked: dict[str, Any]) -> int:
    """Takes some pounds of a fund for an award."""
    return len(office.do(approved(asked["award"], share(asked["pounds"], asked["fund"])), EVERYBODY))


def die(office: Office, asked: dict[str, Any]) -> None:
    """Catches up in small batches, and is killed in the middle: the process answers nothing more."""
    read_models.BATCH = 4
    written = 0
    write = Rows.write

    def write_and_perhaps_die(rows: Rows) -> None:
        nonlocal written
        write(rows)
        written += 1
        if written == asked["after_batches"]:
            os.kill(os.getpid(), signal.SIGKILL)

    setattr(Rows, "write", write_and_perhaps_die)  # noqa: B010 - a method is not assigned to
    with office.reading():
        raise AssertionError("it was to die before")


VERBS = {"budgets": budgets, "approve": approve, "die": die}


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """What came of it, or in which words it was refused."""
    try:
        with open_office(Settings(database=asked["database"]), lambda: OCTOBER).open() as office:
            return {"said": VERBS[asked["verb"]](office, asked)}
    except OutturnError as refused:
        return {"refused": type(refused).__name__, "words": str(refused)}
    except Exception as fault:
        return {"fault": repr(fault)}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
