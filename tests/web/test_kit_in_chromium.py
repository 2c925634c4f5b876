"""The parts of a page in a real Chromium: well by axe, silent, usable when narrow, on paper and without JavaScript."""

import io
from collections.abc import Iterator

import pypdf
import pytest
from playwright.sync_api import Browser

from tests.web.chromium import axe_violations, launched, opened, served, wider_than_its_window
from tests.web.kit_sample import app

FAULTY = "/?as-at-day=31&as-at-month=2&as-at-year=2026"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as started:
        yield started


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(app()) as base:
        yield base


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
@pytest.mark.parametrize("width", [1100, 320])
@pytest.mark.parametrize("path", ["/", FAULTY, "/error"])
def test_the_parts_are_accessible_silent_and_fit_the_window(
    browser: Browser, address: str, path: str, width: int, javascript: bool
) -> None:
    with opened(browser, width=width, javascript=javascript) as (page, complaints):
        page.goto(address + path)
        page.wait_for_load_state("networkidle")
        assert axe_violations(page) == []
        assert wider_than_its_window(page) == 0
        assert complaints == []


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_the_rules_of_axe_are_live(browser: Browser, address: str, javascript: bool) -> None:
    with opened(browser, javascript=javascript) as (page, _complaints):
        page.route("**/bad", lambda route: route.fulfill(body="<p><img src='/x'><input>", content_type="text/html"))
        page.goto(address + "/bad")
        broken = " ".join(axe_violations(page))
        assert "image-alt" in broken
        assert "html-has-lang" in broken


def test_what_the_policy_forbids_is_complained_of(browser: Browser, address: str) -> None:
    with opened(browser) as (page, complaints):
        page.goto(address)
        page.evaluate("document.querySelector('h1').setAttribute('style', 'color: red')")
        page.evaluate("document.body.append(Object.assign(document.createElement('script'), {textContent: 'x()'}))")
        assert len(complaints) == 2
        assert all("Content Security Policy" in said for said in complaints)


def test_a_chart_is_painted_in_its_colours_under_the_policy(browser: Browser, address: str) -> None:
    with opened(browser) as (page, _complaints):
        page.goto(address)
        fills = page.locator("figure svg path:not(defs path)").evaluate_all(
            "all => all.map(one => getComputedStyle(one).fill)"
        )
        assert "rgb(29, 112, 184)" in fills
        assert [fill for fill in fills if fill == "rgb(0, 0, 0)"] == []


def test_a_wide_table_is_reached_and_scrolled_by_the_keyboard_alone(browser: Browser, address: str) -> None:
    with opened(browser, width=320) as (page, _complaints):
        page.goto(address)
        region = page.get_by_role("region", name="Monitoring returns past their due date")
        region.focus()
        for _ in range(5):
            page.keyboard.press("ArrowRight")
        page.wait_for_function("document.activeElement.scrollLeft > 0")


@pytest.mark.parametrize(("width", "is_cut_off"), [(320, True), (1600, False)])
def test_a_table_that_holds_more_columns_than_it_shows_says_so(
    browser: Browser, address: str, width: int, is_cut_off: bool
) -> None:
    with opened(browser, width=width) as (page, complaints):
        page.goto(address)
        region = page.get_by_role("region", name="Monitoring returns past their due date")
        page.locator("[data-cut-off]" if is_cut_off else "main").first.wait_for(state="attached")
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        said = region.evaluate("each => getComputedStyle(each, '::before').content")
        assert ("Scroll sideways" in said) is is_cut_off
        assert (region.get_attribute("data-cut-off") is not None) is is_cut_off
        assert complaints == []


def test_the_first_stop_of_the_keyboard_leads_past_the_navigation(browser: Browser, address: str) -> None:
    with opened(browser) as (page, _complaints):
        page.goto(f"{address}/error")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main-content"


def test_on_paper_the_figures_of_a_chart_are_there_and_what_can_only_be_pressed_is_not(
    browser: Browser, address: str
) -> None:
    with opened(browser) as (page, _complaints):
        page.goto(address)
        printed = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4")))
        words = " ".join(" ".join(sheet.extract_text() for sheet in printed.pages).split())
        assert "Overdue monitoring" in words
        assert "Restorative justice £52,750 -£2,200" in words
        for gone in ("Sign out", "Skip to main content", "Show that day", "Remind of", "The milestone was logged"):
            assert gone not in words


def test_a_progress_page_keeps_up_with_the_work_and_stops_when_it_is_over(browser: Browser, address: str) -> None:
    with opened(browser) as (page, complaints):
        page.goto(f"{address}/progress")
        assert axe_violations(page) == []
        page.get_by_role("heading", name="The awards sheet is loaded").wait_for()
        assert page.locator("[data-look-again]").count() == 0
        assert complaints == []


def test_without_javascript_a_progress_page_loads_itself_again_until_the_work_is_over(browser: Browser) -> None:
    with served(app()) as base, opened(browser, javascript=False) as (page, complaints):
        page.goto(f"{base}/progress")
        page.get_by_role("heading", name="The awards sheet is loaded").wait_for()
        assert complaints == []
