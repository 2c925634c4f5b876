"""What the tests of the scheduler may ask for: an address book, a channel that keeps what it is given, the jobs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scheduler.runner import Runner
from services.address_book import AddressBook
from services.office import Office
from services.settings import Database, Settings
from tests.conftest import Clock
from tests.scheduler.an_office import Outbox, people


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    """Of the office over the database."""
    return Settings(database=database, documents=tmp_path / "documents", mail_folder=tmp_path / "mail")


@pytest.fixture
def book(database: str) -> Iterator[AddressBook]:
    """Four people."""
    with AddressBook(Database.of(database)) as book:
        for person in people():
            book.put(person)
        yield book


@pytest.fixture
def outbox() -> Outbox:
    """Where messages go."""
    return Outbox()


@pytest.fixture
def runner(office: Office, book: AddressBook, outbox: Outbox, settings: Settings, clock: Clock) -> Runner:
    """The jobs, by the clock of the test."""
    return Runner(office, book, outbox, settings, clock)
