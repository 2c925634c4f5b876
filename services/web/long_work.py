"""Long work that a page begins and does not wait for: it runs in a thread, and any process can say how far it is.

How far it came stands with the half-filled pages, in the tables of people: every process of the server reads it there,
and it goes with whoever began it. No words that somebody wrote are kept there.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from domain.errors import OutturnError
from domain.kernel import utc_now
from services.accounts import Accounts

KIND = "long-work"
SAID_EVERY = 0.5
"""How often, in seconds, it is written down how far the work came."""
HEARD_OF_WITHIN = timedelta(minutes=10)
"""After which time without a word the work is taken to have died with its process."""
_FAULTY = "Something went wrong, and it broke off. The log of the server says more."
_GONE = (
    "Nothing was heard of it for ten minutes: the server was perhaps stopped. Look whether it is done, and begin it "
    "again if not. What is recorded already is not recorded twice."
)
_log = logging.getLogger(__name__)
_RUNNING: dict[str, threading.Thread] = {}

Progress = Callable[[int, int | None], None]
"""Told how much is done, and of how much."""


class Standing(NamedTuple):
    """How a piece of work stands."""

    name: str
    """What it is, for the heading."""
    done: int
    total: int | None
    counted: str
    """What is counted."""
    over: bool
    failed: bool
    words: str
    """What came of it, when it is over."""
    lead: tuple[str, str]
    """Where to go on: words and address."""


def begin(
    accounts: Accounts,
    person: str,
    key: str,
    *,
    name: str,
    counted: str,
    total: int | None,
    lead: tuple[str, str],
    work: Callable[[Progress], str],
) -> None:
    """Begins work under a key, once: under a key that is known nothing is begun.

    ``work`` is told how to say how far it is, and answers in words what came of it.
    """
    if accounts.draft(KIND, key) is not None:
        return
    said: dict[str, Any] = {"name": name, "done": 0, "total": total, "counted": counted, "lead": list(lead)}
    _keep(accounts, person, key, said)

    def run() -> None:
        last = time.monotonic()

        def progress(done: int, of: int | None) -> None:
            nonlocal last
            said.update(done=done, total=of)
            if time.monotonic() - last >= SAID_EVERY:
                last = time.monotonic()
                _keep(accounts, person, key, said)

        try:
            over = {"words": work(progress), "failed": False}
        except OutturnError as refusal:
            over = {"words": str(refusal), "failed": True}
        except Exception:
            _log.exception("Long work broke off.")
            over = {"words": _FAULTY, "failed": True}
        try:
            _keep(accounts, person, key, said | over)
        finally:
            _RUNNING.pop(key, None)

    thread = _RUNNING[key] = threading.Thread(target=run, name=f"long work {key[:8]}", daemon=True)
    thread.start()


def _keep(accounts: Accounts, person: str, key: str, said: dict[str, Any]) -> None:
    accounts.keep_draft(KIND, key, person, said, utc_now())


def standing(accounts: Accounts, person: str, key: str) -> Standing | None:
    """How the work stands that a person began; nothing of anybody else's."""
    draft = accounts.draft(KIND, key)
    if draft is None or draft.by != person:
        return None
    said = draft.said
    silent = "words" not in said and utc_now() - draft.kept > HEARD_OF_WITHIN
    words = _GONE if silent else said.get("words", "")
    return Standing(
        said["name"],
        said["done"],
        said["total"],
        said["counted"],
        over=bool(words),
        failed=silent or said.get("failed", False),
        words=words,
        lead=(said["lead"][0], said["lead"][1]),
    )


def wait(key: str) -> None:
    """Waits until work that this very process began is over."""
    thread = _RUNNING.get(key)
    if thread is not None:
        thread.join()
