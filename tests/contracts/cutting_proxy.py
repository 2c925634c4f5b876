"""A line to PostgreSQL that can be cut at the worst moment: when the commit is through and its answer is not."""

import select
import socket
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Literal

from psycopg.conninfo import conninfo_to_dict

Cut = Literal["before the commit", "after the commit"]


class CuttingProxy:
    """Passes everything on between a client and the server, until it is told to cut."""

    def __init__(self, database: str) -> None:
        parts = conninfo_to_dict(database)
        self._server = f"{parts['host']}/.s.PGSQL.{parts.get('port') or 5432}"
        self._folder = tempfile.TemporaryDirectory(prefix="outturn-")
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(Path(self._folder.name) / ".s.PGSQL.5432"))
        self._listener.listen()
        self._cut: Cut | None = None
        self._lines: list[socket.socket] = []
        self.cuts = 0
        """How often the line was cut."""
        threading.Thread(target=self._accept, daemon=True).start()
        self.address = f"postgresql://{parts['user']}@/{parts['dbname']}?host={self._folder.name}"
        """The database, by way of this line."""

    def cut_next(self, cut: Cut) -> None:
        """The next commit on any connection is the last thing that passes."""
        self._cut = cut

    def hang_up(self) -> None:
        """Cuts every line, and takes no more."""
        self._listener.shutdown(socket.SHUT_RDWR)
        for line in self._lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server:
            server.connect(self._server)
            self._lines.append(client)
            while True:
                for source in select.select([client, server], [], [])[0]:
                    data = source.recv(65_536)
                    if not data or (source is client and self._is_cut(data, server)):
                        return
                    (server if source is client else client).sendall(data)

    def _is_cut(self, data: bytes, server: socket.socket) -> bool:
        if self._cut is None or b"COMMIT" not in data:
            return False
        cut, self._cut = self._cut, None
        if cut == "after the commit":
            server.sendall(data)
            answer = b""
            while b"COMMIT" not in answer:
                answer += server.recv(65_536)
        self.cuts += 1
        return True

    def __enter__(self) -> "CuttingProxy":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._folder.cleanup()
