"""Every page there is, over the demonstration: strict, accessible, narrow, silent, by keyboard, with few queries.

The list is in ``every_page.py``: a page that is missing there fails the first test. What a page must be for it to work
without JavaScript is read from its HTML, which is the same for every browser.
"""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from services.front_desk import COOKIE
from tests.web.chromium import axe_violations, launched, opened, served, wider_than_its_window
from tests.web.conftest import queries_counted
from tests.web.every_page import (
    AWARD,
    LISTED,
    NO_PAGES,
    EveryPage,
    Staged,
    every_page,
    order_pages,
    page_routes,
    staged_demonstration,
)
from tests.web.strict import parse_strictly, text

MOST_QUERIES = 12
OF_A_DRAFT = 8
"""How many more the what-if board may ask for its one draft, which is decided, folded and rolled back."""
SAMPLE = frozenset(
    {
        *("/do/register-award", "/awards/{award}/do/approve-award", "/awards/{award}/do/complete-milestone"),
        *("/awards/{award}/do/attach-document", "/awards/{award}/do/set-profile", "/do/record-decision"),
        *("/funds/{fund}/{year}/do/hold-earmark", "/chases/{chase}/do/set-chase"),
    }
)
"""Of the orders' pages, which are all made by the same templates, those that a browser opens: every kind of field."""
EVERY = every_page()
IN_A_BROWSER = (*LISTED, *(page for page in order_pages() if page.route in SAMPLE))
WHERE = """() => {
    const here = document.activeElement, all = [...document.querySelectorAll("*")];
    return [here.textContent.trim(), here === document.body ? -1 : all.indexOf(here)];
}"""
"""The words and the place in the page of what has the focus; -1 for nothing."""
IS_VISIBLE = """() => {
    const style = getComputedStyle(document.activeElement), box = document.activeElement.getBoundingClientRect();
    const shown = box.bottom > 0 && box.top < innerHeight && box.width > 0;
    const framed = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    return shown && (framed || style.boxShadow !== "none" || style.backgroundColor === "rgb(255, 221, 0)");
}"""


def _named(page: EveryPage) -> str:
    return page.name


@pytest.fixture(scope="module")
def staged(played_for_pages: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    folder = tmp_path_factory.mktemp("every-page") / "copy"
    shutil.copytree(played_for_pages, folder)
    with staged_demonstration(folder) as found:
        yield found


@pytest.fixture(scope="module")
def clients(staged: Staged) -> dict[str | None, TestClient]:
    return {person: staged.client(person) for person in {page.person for page in EVERY}}


class Opened(NamedTuple):
    """A tab of somebody who is signed in, narrow as a telephone, and what it complains of."""

    tab: Tab
    complaints: list[str]


class Tabs:
    """One tab for each of the people."""

    def __init__(self, browser: Browser, base: str, staged: Staged, kept: ExitStack) -> None:
        self._browser, self._base, self._staged, self._kept = browser, base, staged, kept
        self._open: dict[str | None, Opened] = {}

    def of(self, person: str | None) -> Opened:
        """Somebody's tab."""
        if person not in self._open:
            # 1280 by 1024 at 400 per cent: an office's screen, and as wide as a small telephone
            tab, complaints = self._kept.enter_context(opened(self._browser, width=320, height=256))
            if person is not None:
                secret = self._staged.secret(person)
                tab.context.add_cookies([{"name": COOKIE, "value": secret, "url": self._base}])
            self._open[person] = Opened(tab, complaints)
        self._open[person].complaints.clear()
        return self._open[person]

    def at(self, page: EveryPage) -> Opened:
        """Somebody's tab with a page in it."""
        found = self.of(page.person)
        found.tab.goto(self._base + self._staged.address(page))
        return found


@pytest.fixture(scope="module")
def tabs(staged: Staged) -> Iterator[Tabs]:
    with ExitStack() as kept:
        base = kept.enter_context(served(staged.app))
        browser = kept.enter_context(launched())
        yield Tabs(browser, base, staged, kept)


def test_every_address_is_listed_as_a_page_or_as_none(staged: Staged) -> None:
    listed, there = {page.route for page in EVERY} | set(NO_PAGES), page_routes(staged.app)
    assert there - listed == set(), "not in tests/web/every_page.py"
    assert listed - there == set(), "in tests/web/every_page.py, and no address"
    assert there >= SAMPLE


@pytest.mark.parametrize("page", EVERY, ids=_named)
def test_a_page_is_strict_html_with_few_queries_and_works_without_javascript(
    page: EveryPage, staged: Staged, clients: dict[str | None, TestClient]
) -> None:
    with queries_counted() as queries:
        answer = clients[page.person].get(staged.address(page))
    assert answer.status_code == 200, answer.headers.get("location", answer.text)
    assert answer.headers["content-type"].startswith("text/html")
    asked = [each for each in queries if each.startswith(("SELECT", "WITH")) or "as-at" not in page.at]
    most = MOST_QUERIES + (OF_A_DRAFT if page.at == "/money/what-if" else 0)
    assert len(asked) <= most, asked  # what was known on a past day is first folded, into memory
    root = parse_strictly(answer.text)
    [title], [heading] = root.iter("title"), root.iter("h1")
    assert text(heading) in text(title) or page.at == "/", (text(heading), text(title))
    assert list(_forms_that_need_a_script(root)) == []


def _forms_that_need_a_script(root: Any) -> Iterator[str]:
    for form in root.iter("form"):
        buttons = [each for each in form.iter("button") if each.get("type", "submit") == "submit"]
        if not buttons:
            yield f"the form to {form.get('action')} has no button to send it"
    for link in root.iter("a"):
        if (link.get("href") or "#") == "#":
            yield f"the link {text(link)!r} leads nowhere"


@pytest.mark.parametrize("page", IN_A_BROWSER, ids=_named)
def test_a_page_is_accessible_silent_and_fits_a_narrow_window(page: EveryPage, tabs: Tabs) -> None:
    tab, complaints = tabs.at(page)
    assert axe_violations(tab) == []
    assert wider_than_its_window(tab) == 0
    assert complaints == []


@pytest.mark.parametrize(
    ("person", "at"),
    [
        ("contract-manager", "/"),
        ("contract-manager", f"/awards/{AWARD}/do/complete-milestone"),
        ("provider", f"/owed/{AWARD}/2026-27-q2/section/demand"),
        ("finance", "/money?year=2017-18"),
    ],
)
def test_with_the_keyboard_alone_one_goes_in_order_and_sees_where_one_is(person: str, at: str, tabs: Tabs) -> None:
    tab, _complaints = tabs.at(EveryPage(at, person, at))
    seen: list[int] = []
    while len(seen) < 60:
        tab.keyboard.press("Tab")
        words, place = tab.evaluate(WHERE)
        if place < 0:
            break  # the end of the page
        assert tab.evaluate(IS_VISIBLE), words
        assert seen or words == "Skip to main content"
        seen.append(place)
    assert len(seen) > 10
    assert seen == sorted(seen)
    assert len(set(seen)) == len(seen)
    tab.goto(tab.url)
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.closest('main') !== null")
