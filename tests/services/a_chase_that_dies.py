"""Run as a process of its own: a sweep and a delivery that are killed at one of their statements, as by a power cut."""

import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from services.address_book import AddressBook
from services.channels.channel import Message
from services.chasing import deliver, sweep
from services.settings import Database, Settings
from services.wiring import open_office

MORNING = datetime(2017, 10, 30, 7, tzinfo=UTC)


class Fuse:
    """Kills the process, with no time to clean up, when it is passed for the n-th time."""

    def __init__(self, burns_at: int) -> None:
        self.passed, self._burns_at = 0, burns_at

    def pass_by(self) -> None:
        """One statement more."""
        self.passed += 1
        if self.passed == self._burns_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, do: Callable[..., Any]) -> Callable[..., Any]:
        """The same, between two points at which it may burn."""

        def done(*said: Any, **named: Any) -> Any:
            self.pass_by()
            answer = do(*said, **named)
            self.pass_by()
            return answer

        return done


class Letterbox:
    """A channel: a file with a line to each message that was taken."""

    name = "letterbox"

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, message: Message) -> str | None:
        """Takes it, for good."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{message.mark}\n")
            file.flush()
            os.fsync(file.fileno())
        return None


def main(database: str, letters: str, burns_at: int) -> None:
    """Prints how many statements there were, if it lives."""
    fuse, box = Fuse(burns_at), Letterbox(Path(letters))
    with open_office(Settings(database=database), lambda: MORNING).open() as office:
        office.do_all = fuse.around(office.do_all)  # type: ignore[method-assign]
        box.send = fuse.around(box.send)  # type: ignore[method-assign]
        book = AddressBook(Database.of(database))
        sweep(office, book)
        deliver(office, book, box, MORNING)
    sys.stdout.write(str(fuse.passed))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
