"""Pictures of every page, wide and narrow, into ``screenshots/``; and the one that the README opens with.

``python -m tests.web.screenshots [words]``: all pages, or those whose name holds the words.
"""

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser

from services.front_desk import COOKIE
from tests.web.chromium import launched, opened, served
from tests.web.every_page import EveryPage, Staged, every_page, staged_demonstration

FOLDER = Path(__file__).parents[2] / "screenshots"
README = Path(__file__).parents[2] / "services" / "web" / "README.png"
WIDTHS = (1200, 320)
SHOWN = EveryPage("/", "contract-manager", "/")
"""What the README shows."""


def take(browser: Browser, base: str, staged: Staged, pages: list[EveryPage]) -> None:
    """Every page at every width."""
    for person in sorted({page.person or "" for page in pages}):
        for width in WIDTHS:
            with opened(browser, width=width) as (tab, _complaints):
                if person:
                    tab.context.add_cookies([{"name": COOKIE, "value": staged.secret(person), "url": base}])
                for page in pages:
                    if (page.person or "") == person:
                        tab.goto(base + staged.address(page))
                        tab.screenshot(path=FOLDER / str(width) / f"{page.name}.png", full_page=True)
                        print(f"{width} {page.name}", flush=True)


def picture(browser: Browser, base: str, staged: Staged) -> None:
    """The picture of the README: the upper part of a page."""
    with opened(browser, width=1200, height=900) as (tab, _complaints):
        tab.context.add_cookies([{"name": COOKIE, "value": staged.secret(str(SHOWN.person)), "url": base}])
        tab.goto(base + staged.address(SHOWN))
        tab.evaluate("document.body.style.zoom = 0.75")
        tab.screenshot(path=README)


def main() -> None:
    """Takes them over a demonstration of their own."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    pages = [page for page in every_page() if wanted in page.name]
    with ExitStack() as kept:
        folder = Path(kept.enter_context(tempfile.TemporaryDirectory()))
        staged = kept.enter_context(staged_demonstration(folder))
        base, browser = kept.enter_context(served(staged.app)), kept.enter_context(launched())
        take(browser, base, staged, pages)
        if not wanted:
            picture(browser, base, staged)
    print(f"{len(pages) * len(WIDTHS)} pictures are in {FOLDER}.")


if __name__ == "__main__":
    main()
