"""``outturn serve`` as real processes on loopback, and people who may come to it with a token."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from domain.kernel import LONDON, utc_now
from services.accounts import Accounts
from services.address_book import AddressBook, Person
from services.settings import Database
from tests.api.conftest import EVERYTHING, Somebody

PROGRAM = "import sys; from services.cli import main; sys.argv[0] = 'outturn'; main()"
PATIENCE = 60


def tokens_for(database: str, people: Mapping[str, Somebody]) -> dict[str, str]:
    """Puts people into the address book of an office, and gives each a token."""
    now = utc_now()
    until = now.astimezone(LONDON).date() + timedelta(days=1)
    with AddressBook(Database.of(database)) as book:
        accounts = Accounts(book)
        for name, somebody in people.items():
            said = {**somebody._asdict(), "name": f"Made up, {name}", "email": f"{name}@example.org"}
            book.put(Person(id=name, **said))
        return {name: accounts.new_token(name, "A test", EVERYTHING, until, now) for name in people}


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


def _ready(port: int) -> bool:
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        asked.request("GET", "/health/ready")
        return asked.getresponse().status == 200
    except OSError:
        return False
    finally:
        asked.close()


@contextmanager
def serving(database: str, folder: Path, workers: int = 1, **settings: str) -> Iterator[str]:
    """The address of a server over a database, which ends with the test."""
    port, log = free_port(), folder / "server.log"
    said = {"OUTTURN_DATABASE": database, "OUTTURN_DOCUMENTS": str(folder / "documents"), **settings}
    command = [sys.executable, "-c", PROGRAM, "serve", "--port", str(port), "--workers", str(workers)]
    with log.open("w") as written:
        process = subprocess.Popen(command, env={**os.environ, **said}, stderr=written, stdout=written)
    try:
        until = time.monotonic() + PATIENCE
        while not _ready(port):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE)
