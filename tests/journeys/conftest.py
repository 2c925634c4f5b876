"""What every journey begins with: the demonstration to itself, served; a browser; people who go from page to page."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect
from playwright.sync_api import Page as Tab

from scheduler.jobs import job_named
from scheduler.runner import Runner
from services.address_book import AddressBook
from services.app import make_app
from services.channels import channel_of
from services.demo_people import move_in
from services.front_desk import FrontDesk
from services.office import Office
from services.settings import Database, Settings
from services.web.forms.recorded import recorded_words
from services.wiring import open_office
from tests.conftest import Clock
from tests.web.chromium import launched, opened, served
from tests.web.conftest import AFTERWARDS, played_for_pages

__all__ = ["played_for_pages"]
ADDRESS = re.compile(r"https?://[^\s<>\"]+")
PATIENCE = 20_000
"""For how many milliseconds something is waited for; nothing takes as long unless it is wrong."""


class Visitor:
    """Somebody at a browser, who follows links, presses buttons and fills in entries by their words."""

    def __init__(self, tab: Tab, base: str) -> None:
        self.tab, self._base = tab, base
        tab.set_default_timeout(PATIENCE)

    @property
    def matter(self) -> Locator:
        """The main part of the page."""
        return self.tab.locator("main")

    @property
    def words(self) -> str:
        """What stands in the page, in one line."""
        return " ".join(self.tab.locator("body").inner_text().split())

    def open(self, address: str) -> None:
        """Opens an address, whole or within the office."""
        self.tab.goto(address if address.startswith("http") else self._base + address)

    def goes_to(self, place: str) -> None:
        """Follows a link of the navigation."""
        menu = self.tab.get_by_role("button", name="Menu")
        if menu.is_visible():
            menu.click()
        self.tab.get_by_role("navigation", name="Main").get_by_role("link", name=place, exact=True).click()

    def follow(self, words: str, within: str | None = None) -> None:
        """Follows a link of the page by its words; in the row that says ``within``, if that is said."""
        place = self.matter if within is None else self.matter.get_by_role("row").filter(has_text=within)
        link = place.get_by_role("link", name=words)
        link.or_(place.locator("a[role=button]", has_text=words)).first.click()

    def press(self, words: str) -> None:
        """Presses a button by its words."""
        self.tab.get_by_role("button", name=words, exact=True).click()

    def fill(self, label: str, words: str) -> None:
        """Fills in an entry by its label."""
        self.matter.get_by_label(label, exact=True).first.fill(words)

    def tick(self, label: str) -> None:
        """Ticks a box, or picks a radio button, by its label."""
        self.matter.get_by_label(label).first.check()

    def day(self, legend: str, day: int, month: int, year: int) -> None:
        """Fills in a day."""
        group = self.matter.get_by_role("group", name=legend)
        for label, said in (("Day", day), ("Month", month), ("Year", year)):
            group.get_by_label(label, exact=True).fill(str(said))

    def sees(self, *words: str) -> None:
        """What must stand in the page."""
        for each in words:
            expect(self.tab.locator("body")).to_contain_text(each, timeout=PATIENCE)

    def is_at(self, heading: str) -> None:
        """The page must have this heading, once it is there."""
        expect(self.tab.locator("h1")).to_have_text(heading, timeout=PATIENCE)

    def is_told(self, order: str) -> None:
        """The page must say, once it is there, that an order was just recorded."""
        words = recorded_words(order)
        assert words
        self.sees(words)

    def signs_in_as(self, name: str) -> None:
        """Signs in as one of the demonstration's people."""
        self.open("/sign-in")
        self.press(f"{name} (made up)")
        self.sees(f"Signed in as {name} (made up)")


class Served:
    """The demonstration on loopback, with its scheduler's jobs and its mail folder."""

    def __init__(self, base: str, desk: FrontDesk, clock: Clock) -> None:
        self.base, self.desk, self.clock = base, desk, clock

    @property
    def office(self) -> Office:
        """The office."""
        return self.desk.office

    def run(self, *jobs: str) -> None:
        """Runs jobs of the scheduler, as its clock would."""
        settings = self.desk.settings
        runner = Runner(self.office, self.desk.book, channel_of(settings), settings, self.clock)
        for job in jobs:
            assert runner.run_slot(job_named(job)) is not None

    def mail_to(self, name: str) -> list[EmailMessage]:
        """What lies in the mail folder for one of the demonstration's people, the oldest first."""
        found = []
        for path in sorted(self.desk.settings.mail_folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns):
            message = message_from_bytes(path.read_bytes(), policy=default)
            if f"{name}@demonstration.example" in str(message["to"]):
                assert isinstance(message, EmailMessage)
                found.append(message)
        return found

    def link_in(self, message: EmailMessage) -> str:
        """The address in a message."""
        body = message.get_body(("plain",))
        assert body is not None
        [address] = set(ADDRESS.findall(body.get_content()))
        return str(address)

    def head(self) -> int:
        """How many events there are."""
        return self.office.log.head()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium."""
    with launched() as started:
        yield started


@pytest.fixture
def demonstration(played_for_pages: Path, tmp_path: Path) -> Iterator[Served]:
    """The demonstration, for one journey."""
    folder = tmp_path / "office"
    shutil.copytree(played_for_pages, folder)
    settings = Settings(
        database=str(folder / "office.db"), documents=folder / "documents", mail_folder=folder / "mail", _env_file=None
    )
    clock = Clock(AFTERWARDS)
    with open_office(settings, clock).open() as office, AddressBook(Database.of(settings.database)) as book:
        move_in(book)
        app = make_app(settings, office, book, demonstration_sign_in=True)
        with served(app) as base:
            desk = replace(app.state.desk, settings=settings.model_copy(update={"address": base}))
            app.state.desk = desk
            yield Served(base, desk, clock)


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without"])
def javascript(request: pytest.FixtureRequest) -> bool:
    """Whether the browser runs scripts."""
    return bool(request.param)


Come = Callable[[], Visitor]


@pytest.fixture
def somebody(browser: Browser, demonstration: Served, javascript: bool) -> Iterator[Come]:
    """Makes visitors, each with a browser of their own. None of their pages may complain."""
    heard: list[list[str]] = []
    with ExitStack() as kept:

        def come() -> Visitor:
            tab, complaints = kept.enter_context(opened(browser, javascript=javascript, accept_downloads=True))
            heard.append(complaints)
            return Visitor(tab, demonstration.base)

        yield come
    # what is broken off by going on, or is saved and not shown, is told as aborted
    assert [said for each in heard for said in each if "net::ERR_ABORTED" not in said] == []
