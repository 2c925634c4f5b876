"""Every page over the demonstration, and over the same office with 2,000 awards and 20,000 obligations more."""

import io
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, redirect_stderr
from pathlib import Path

from tests.bench.measure import Figure, by_turns
from tests.web.every_page import AFTERWARDS, LISTED, EveryPage, Staged, staged_demonstration
from tests.web.large_office import enlarge

AWARDS = 2_000
TURNS = 5
MOST = 3.0
PAST = EveryPage(
    "/money/{fund}/{year}", "finance", f"/money/demonstration/2026-27?as-at={AFTERWARDS.date().isoformat()}"
)
"""What was known at the end of a day is folded from the whole log up to it; told, and no goal."""


def _seconds(staged: Staged, page: EveryPage) -> Callable[[], float]:
    client, address = staged.client(page.person), staged.address(page)

    def ask() -> float:
        start = time.perf_counter()
        answer = client.get(address)
        taken = time.perf_counter() - start
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")
        return taken

    return ask


def figures() -> tuple[list[Figure], list[str]]:
    """The slowest page of the large office, by what it takes in the small one; and the others, in a remark."""
    with ExitStack() as opened:
        opened.enter_context(redirect_stderr(io.StringIO()))  # the server's line of log for each request
        small, large = (
            opened.enter_context(staged_demonstration(Path(opened.enter_context(tempfile.TemporaryDirectory()))))
            for _ in range(2)
        )
        enlarge(large.desk.office, AWARDS)
        found = [(_compared(page, small, large, TURNS), page) for page in LISTED]
        past = _compared(PAST, small, large, 1)
    ratios = sorted(((figure.ratio, page.name) for figure, page in found), reverse=True)
    worst = next(figure for figure, page in found if page.name == ratios[0][1])
    near = "; ".join(f"{name} {ratio:.2f}" for ratio, name in ratios[1:6])
    middle = ratios[len(ratios) // 2][0]
    return [worst, past], [f"{len(found)} pages; the next slowest: {near}; the one in the middle: {middle:.2f}."]


def _compared(page: EveryPage, small: Staged, large: Staged, turns: int) -> Figure:
    timed = by_turns({"small": _seconds(small, page), "large": _seconds(large, page)}, turns, warm_up=True)
    return Figure(
        f"{page.name}: {AWARDS:,} awards more / the demonstration",
        timed.ratio("large", "small"),
        at_most=None if page is PAST else MOST,
        beside="; ".join(f"{timed.median(each) * 1000:.1f} ms" for each in ("large", "small")),
    )
