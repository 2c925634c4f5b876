"""``outturn serve``: the API and the pages as a process, and the scheduler beside it, stopped when it is stopped."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE = 90
Started = tuple["subprocess.Popen[bytes]", str]


def free_port() -> int:
    """A port of this machine that nobody uses."""
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        port: int = asking.getsockname()[1]
        return port


def soon(what: Callable[[], bool]) -> bool:
    """Whether it comes true within a while."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if what():
            return True
        time.sleep(0.1)
    return False


def answers(address: str) -> bool:
    """Whether something answers there."""
    try:
        with urllib.request.urlopen(f"{address}/health/ready", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def schedulers(of: int) -> list[int]:
    """The processes of the scheduler of this office, by what stands in their environment."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            words = (place / "cmdline").read_bytes().split(b"\0")
            around = (place / "environ").read_bytes()
        except OSError:
            continue
        if b"scheduler" in words and f"OUTTURN_MARK={of}".encode() in around:
            found.append(int(place.name))
    return found


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Started]]:
    """Serves an empty office; ended in the end, if a test did not."""
    begun: list[subprocess.Popen[bytes]] = []

    def start(*words: str) -> Started:
        port = free_port()
        around = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "OUTTURN_DATABASE": str(tmp_path / "office.db"),
            "OUTTURN_MARK": str(port),
        }
        call = [sys.executable, "-c", "from services.cli import main; main()", "serve", "--port", str(port), *words]
        process = subprocess.Popen(call, env=around, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        begun.append(process)
        address = f"http://127.0.0.1:{port}"
        assert soon(lambda: answers(address) or process.poll() is not None)
        assert process.poll() is None
        return process, address

    yield start
    for process in begun:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE)


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_scheduler_beside_it_ends_with_the_server(
    serve: Callable[..., Started], told: signal.Signals, workers: str
) -> None:
    process, address = serve("--workers", workers, "--with-scheduler")
    mark = int(re.sub(r".*:", "", address))
    assert soon(lambda: len(schedulers(mark)) >= 1)
    process.send_signal(told)
    process.wait(PATIENCE)
    assert soon(lambda: schedulers(mark) == [])


def test_a_scheduler_that_died_is_begun_again(serve: Callable[..., Started]) -> None:
    process, address = serve("--with-scheduler")
    mark = int(re.sub(r".*:", "", address))
    assert soon(lambda: len(schedulers(mark)) >= 1)
    former = schedulers(mark)
    for each in former:
        os.kill(each, signal.SIGKILL)
    assert soon(lambda: bool(set(schedulers(mark)) - set(former)))
    process.send_signal(signal.SIGTERM)
    process.wait(PATIENCE)
    assert soon(lambda: schedulers(mark) == [])
