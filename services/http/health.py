"""Whether the server lives, and whether it is ready: for a supervisor, a proxy and whoever is on call.

Being asked often costs nothing: however many ask, the checks are run at most once a second, by one thread.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Literal, NamedTuple

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import JSONResponse

FRESH = 1.0
"""For how many seconds an answer is given again."""

PATIENCE = 5.0
"""For how many seconds the checks are waited for. Who has not answered by then is not ready."""

_log = logging.getLogger(__name__)


class NotReady(Exception):
    """A check that fails, in words that anybody may read: no addresses, no names of databases, no secrets."""


class Check(NamedTuple):
    """Something that must be well for the server to be of use."""

    name: str
    ask: Callable[[], str]
    """Says in words that it is well, or raises ``NotReady`` with words. It is called in a thread, and may wait."""


class Finding(BaseModel):
    """How a check went."""

    name: str
    state: Literal["well", "not well", "no answer"]
    words: str


class Health(BaseModel):
    """Whether the server is ready, and each check."""

    ready: bool
    checks: list[Finding]


def _find(check: Check) -> Finding:
    try:
        return Finding(name=check.name, state="well", words=check.ask())
    except NotReady as unwell:
        return Finding(name=check.name, state="not well", words=str(unwell))
    except Exception:
        _log.exception("A check of health failed.")
        return Finding(name=check.name, state="not well", words="This check failed. The log says why.")


class _Checks:
    """The checks, and what was last found. One run at a time, also when it never ends."""

    def __init__(self, checks: Sequence[Check], clock: Callable[[], float], patience: float) -> None:
        self._checks = checks
        self._clock = clock
        self._patience = patience
        self._lock = threading.Lock()
        self._run: Future[list[Finding]] | None = None
        self._began = 0.0

    def _work(self, run: Future[list[Finding]]) -> None:
        run.set_result([_find(check) for check in self._checks])

    def _latest(self) -> Future[list[Finding]]:
        """The run that is going on or still fresh; or a new one."""
        with self._lock:
            now = self._clock()
            if self._run is None or (self._run.done() and now - self._began >= FRESH):
                self._run, self._began = Future(), now
                # A thread of its own: a check that hangs must hold up neither the others nor the end of the process.
                threading.Thread(target=self._work, args=(self._run,), name="health", daemon=True).start()
            return self._run

    async def find(self) -> list[Finding]:
        """How each check goes."""
        waiting = asyncio.wrap_future(self._latest())
        try:
            return await asyncio.wait_for(asyncio.shield(waiting), self._patience)
        except TimeoutError:
            words = f"No answer within {self._patience:g} seconds."
            return [Finding(name=check.name, state="no answer", words=words) for check in self._checks]


def router(
    checks: Sequence[Check], clock: Callable[[], float] = time.monotonic, patience: float = PATIENCE
) -> APIRouter:
    """GET /health/live and GET /health/ready."""
    found = _Checks(checks, clock, patience)
    health = APIRouter(prefix="/health", tags=["health"])

    @health.get("/live")
    async def live() -> dict[str, bool]:
        """Says that the process answers. Nothing is asked for it."""
        return {"live": True}

    @health.get("/ready", response_model=Health, responses={503: {"model": Health, "description": "Not ready"}})
    async def ready() -> JSONResponse:
        """Says whether everything that is needed is well: 200, or 503 and what is not."""
        findings = await found.find()
        health = Health(ready=all(finding.state == "well" for finding in findings), checks=findings)
        return JSONResponse(health.model_dump(), 200 if health.ready else 503)

    return health
