"""The plumbing in a real server process on loopback: what a test client cannot show."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import uvicorn

from services.http.limits import Body
from services.http.request_log import UVICORN, configure
from tests.services.test_http_app import Built

MOST = 100_000


def serve(file_number: int) -> None:
    """What the server process runs."""
    configure()
    built = Built(bodies={"": Body(MOST, 1.0)}, log_to=sys.stderr)
    uvicorn.run(built.app, fd=file_number, timeout_graceful_shutdown=1, **UVICORN)


class Server(NamedTuple):
    """A running server."""

    port: int
    written: Path

    def connect(self) -> socket.socket:
        """A connection of one's own."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server process that listens on loopback."""
    listening = socket.create_server(("127.0.0.1", 0))
    written = tmp_path_factory.mktemp("server") / "log"
    program = f"from tests.services.test_http_live import serve; serve({listening.fileno()})"
    with written.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", program], pass_fds=[listening.fileno()], stderr=log, env={**os.environ}
        )
    port = listening.getsockname()[1]
    listening.close()
    try:
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        asked.request("GET", "/health/live")  # waits in the queue of the socket until the server takes it
        assert asked.getresponse().status == 200
        asked.close()
        yield Server(port, written)
    finally:
        process.terminate()
        process.wait(20)


def answer(connection: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """The whole answer, as far as it comes."""
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response.status, {name.lower(): said for name, said in response.getheaders()}, response.read()


def chunk(size: int) -> bytes:
    """One chunk of a chunked body."""
    return f"{size:x}\r\n".encode() + b"x" * size + b"\r\n"


HEAD = "POST /api/files HTTP/1.1\r\nHost: localhost\r\n"


def test_a_chunked_body_that_is_too_big_is_refused_and_the_connection_closed(server: Server) -> None:
    with server.connect() as connection:
        connection.sendall(f"{HEAD}Transfer-Encoding: chunked\r\n\r\n".encode())
        for _time in range(40):  # four times the limit, all of it sent before the answer is read
            connection.sendall(chunk(MOST // 10))
        connection.sendall(b"0\r\n\r\n")
        status, headers, body = answer(connection)
        assert (status, headers["connection"], json.loads(body)["type"]) == (413, "close", "/problems/too-big")
        assert connection.recv(1) == b""


def test_a_chunked_body_within_the_limit_is_taken(server: Server) -> None:
    with server.connect() as connection:
        connection.sendall(f"{HEAD}Transfer-Encoding: chunked\r\n\r\n".encode() + chunk(MOST) + b"0\r\n\r\n")
        status, _headers, body = answer(connection)
        assert (status, json.loads(body)) == (200, {"bytes": MOST})


def test_a_sender_that_waits_to_be_told_is_refused_before_it_sends(server: Server) -> None:
    with server.connect() as connection:
        connection.sendall(f"{HEAD}Content-Length: {MOST * 50}\r\nExpect: 100-continue\r\n\r\n".encode())
        status, headers, _body = answer(connection)
        assert (status, headers["connection"]) == (413, "close")


def test_a_body_that_dawdles_is_given_up(server: Server) -> None:
    with server.connect() as connection:
        connection.sendall(f"{HEAD}Content-Length: 10\r\n\r\nx".encode())
        status, headers, body = answer(connection)
        assert (status, headers["connection"], json.loads(body)["type"]) == (408, "close", "/problems/too-slow")
        assert connection.recv(1) == b""


@pytest.mark.parametrize("path", ["/api/things/1", "/api/stream"])
def test_head_has_no_body_and_the_connection_goes_on(server: Server, path: str) -> None:
    with server.connect() as connection:
        for _time in range(2):
            connection.sendall(f"HEAD {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            received = b""
            while not received.endswith(b"\r\n\r\n"):
                received += connection.recv(65_536)
            assert received.startswith(b"HTTP/1.1 200 ")
            assert received.count(b"\r\n\r\n") == 1
        connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert answer(connection)[2] == b'{"live":true}'


def test_the_server_shows_no_banner_and_hangs_up_when_an_answer_breaks(server: Server) -> None:
    with server.connect() as connection:
        connection.sendall(b"GET /api/broken-stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with pytest.raises(http.client.IncompleteRead):
            answer(connection)
    with server.connect() as connection:
        connection.sendall(b"GET /api/things/1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert "server" not in answer(connection)[1]


def test_all_that_the_process_writes_is_json_without_paths_or_words_of_errors(server: Server) -> None:
    with server.connect() as connection:
        path = "/api/things/Link-Marmalade?q=Query-Marmalade"
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        assert answer(connection)[0] == 200
        connection.settimeout(20)
        while connection.recv(65_536):
            pass
    with server.connect() as connection:
        connection.sendall(b"GET /api/broken-stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with pytest.raises(http.client.IncompleteRead):
            answer(connection)
    written, lines = "", list[dict[str, Any]]()
    until = time.monotonic() + 20
    while time.monotonic() < until and not any("CutShort" in str(line.get("error")) for line in lines):
        written = server.written.read_text()
        lines = [json.loads(line) for line in written.rpartition("\n")[0].splitlines()]  # the last may be half written
        time.sleep(0.02)
    assert "Marmalade" not in written
    assert "the secret of the stream" not in written
    assert {"/api/things/{thing}", "/api/broken-stream"} <= {line.get("route") for line in lines}
    assert {"uvicorn.error", "services.http.problem"} <= {line.get("logger") for line in lines}
    assert any(line.get("error") == "services.http.problem.CutShort" for line in lines)
