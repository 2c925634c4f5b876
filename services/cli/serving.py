"""``outturn serve``: the API and the pages, with as many processes as are wanted, and the scheduler beside them."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
import uvicorn

from services.cli.console import err, the_office
from services.cli.scheduling import begin
from services.http.request_log import UVICORN

APPLICATION = "services.app:serve_app"
PAUSE = 5.0
"""For how many seconds a scheduler that ended by itself is left before it is begun again."""
PATIENCE = 20.0
"""For how many seconds it may finish what it does when the server stops."""


class Beside:
    """The scheduler as a child of the server: begun again when it dies, stopped when the server stops."""

    def __init__(self, begin_one: Callable[[], subprocess.Popen[bytes]], pause: float = PAUSE) -> None:
        self._begin = begin_one
        self._pause = pause
        self._ending = threading.Event()
        self._child = begin_one()
        self._watch = threading.Thread(target=self._keep, name="scheduler", daemon=True)
        self._watch.start()

    def _keep(self) -> None:
        while not self._ending.is_set():
            self._child.wait()
            if self._ending.wait(self._pause):
                return
            err.print("The scheduler ended by itself, and is begun again.", markup=False)
            self._child = self._begin()

    def stop(self) -> None:
        """Ends it, in its own time if it takes no longer than a while."""
        self._ending.set()
        self._child.terminate()
        try:
            self._child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._child.kill()
        self._watch.join()
        if self._child.poll() is None:  # begun in the very moment of the end
            self._child.terminate()
            self._child.wait()


@contextmanager
def _beside(*, wanted: bool) -> Iterator[None]:
    child = Beside(begin) if wanted else None
    try:
        yield
    finally:
        if child is not None:
            child.stop()


def serve(
    host: Annotated[str, typer.Option(help="The address to listen at; 0.0.0.0 for every one of this machine.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65_535)] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many processes answer.")] = 1,
    with_scheduler: Annotated[
        bool, typer.Option("--with-scheduler", help="Run the scheduler beside it, as a process of its own.")
    ] = False,
) -> None:
    """Serve the API and the pages until told to end. Behind a proxy that speaks https, see the README."""
    with the_office() as office, office.reading():
        pass  # an office that cannot be opened says so here, once, and not in every process
    # uvicorn, when it has finished, gives the signal again: the scheduler must still be stopped then
    signal.signal(signal.SIGTERM, lambda *_said: sys.exit(0))
    with _beside(wanted=with_scheduler):
        uvicorn.run(
            APPLICATION,
            factory=True,
            host=host,
            port=port,
            workers=workers,
            timeout_graceful_shutdown=10,
            **UVICORN,
        )
