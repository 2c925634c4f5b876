"""A real Chromium for the tests, the accessibility rules of axe, and a server to point them at.

The browser is the machine's own; where there is none and the tests run as root on Debian, it is installed. Otherwise
the tests fail and say what to do: they are never passed over.
"""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from axe_playwright_python.sync_playwright import Axe
from filelock import FileLock
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
QUIET = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage"
)
WHAT_TO_DO = (
    "The journeys need Chromium, and there is none on the path. Install it (on Debian: apt-get install chromium) and "
    "run the tests again."
)

_WITHOUT_SCRIPTS: weakref.WeakSet[Page] = weakref.WeakSet()


class NoBrowser(AssertionError):
    """There is no Chromium, and none could be installed."""


def _found() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name)) is not None), None)


def chromium() -> str:
    """The path of a Chromium, installed if need be. Raises ``NoBrowser``."""
    if (path := _found()) is not None:
        return path
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise NoBrowser(WHAT_TO_DO)
    with FileLock(Path(tempfile.gettempdir()) / "outturn-chromium.lock"):
        if (path := _found()) is not None:  # another test process was quicker
            return path
        quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for order in (["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]):
            done = subprocess.run(order, env=quietly, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise NoBrowser(f"{WHAT_TO_DO} {' '.join(order)} said: {done.stderr.strip()[-400:]}")
    if (path := _found()) is None:
        raise NoBrowser(WHAT_TO_DO)
    return path


@contextmanager
def launched() -> Iterator[Browser]:
    """A Chromium without a window, closed afterwards."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=QUIET.split())
        try:
            yield started
        finally:
            started.close()


@contextmanager
def opened(
    browser: Browser, *, width: int = 1100, height: int = 900, javascript: bool = True, **more: Any
) -> Iterator[tuple[Page, list[str]]]:
    """A page of a fresh visitor, and what the browser complains of while it is open: there should be nothing."""
    visitor = browser.new_context(
        viewport={"width": width, "height": height},
        java_script_enabled=javascript,
        locale="en-GB",
        timezone_id="Europe/London",
        **more,
    )
    page = visitor.new_page()
    if not javascript:
        _WITHOUT_SCRIPTS.add(page)
    complaints: list[str] = []

    def heard(said: ConsoleMessage) -> None:
        where = said.location.get("url")
        itself = "Failed to load resource" in said.text and where == page.url  # an error page, asked for
        if said.type != "log" and not itself:
            complaints.append(f"{said.type}: {said.text} {where}")

    page.on("console", heard)
    page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
    page.on("requestfailed", lambda request: complaints.append(f"not loaded: {request.url} {request.failure}"))
    try:
        yield page, complaints
    finally:
        visitor.close()


def axe_violations(page: Page) -> list[str]:
    """What the rules of axe-core find wrong with a page: the rule, why, and the first places; nothing when it is well.

    axe is put in by way of the debugger, so that it runs under the page's own strict policy. It needs timers, which a
    page that was loaded without JavaScript does not have: of such a page it is shown a copy, without its scripts.
    """
    if page not in _WITHOUT_SCRIPTS:
        return _broken(page)
    browser = page.context.browser
    assert browser is not None
    copy = browser.new_page(viewport=page.viewport_size)
    try:
        still = re.sub(r"<script\b.*?</script>", "", page.content(), flags=re.DOTALL)
        copy.route(
            lambda url: url == page.url,
            lambda route: route.fulfill(body=still, content_type="text/html; charset=utf-8"),
        )
        copy.goto(page.url)
        return _broken(copy)
    finally:
        copy.close()


def _broken(page: Page) -> list[str]:
    return [
        f"{rule['id']}: {rule['help']}: {[node['target'] for node in rule['nodes'][:5]]}"
        for rule in Axe().run(page).response["violations"]
    ]


def wider_than_its_window(page: Page) -> int:
    """By how many pixels the page itself must be scrolled sideways: none, where it is usable on a telephone."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The application on a free port of loopback, in a thread; its address without a slash at the end."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none", lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        until = time.monotonic() + 30
        while not server.started and thread.is_alive() and time.monotonic() < until:
            time.sleep(0.02)
        try:
            assert server.started, "The application did not start."
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(15)
