"""A terminal at which a test gives words to ``outturn`` and reads what it says."""

import json
import sys
from typing import Any

import pytest

from services.cli import app
from services.cli.console import guarded


class Terminal:
    """Runs ``outturn`` as a person would, and keeps what it said."""

    def __init__(self, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
        self._captured = capsysbinary
        self._monkeypatch = monkeypatch
        self.out = self.err = ""

    def run_by(self, person: str, *words: str) -> int:
        """The same at the terminal of another person, for what takes two."""
        with self._monkeypatch.context() as meanwhile:
            meanwhile.setenv("OUTTURN_ACTOR", person)
            return self.run(*words)

    def run(self, *words: str) -> int:
        """The exit status."""
        self._monkeypatch.setattr(sys, "argv", ["outturn", *words])
        self._captured.readouterr()
        status = 0
        try:
            guarded(app)
        except SystemExit as ended:
            status = int(ended.code or 0)
        said = self._captured.readouterr()
        self.out, self.err = said.out.decode(), said.err.decode()
        return status

    def rows(self, *words: str) -> list[dict[str, Any]]:
        """What ``outturn show … --format json`` answers."""
        assert self.run("show", *words, "--format", "json") == 0, self.err
        rows: list[dict[str, Any]] = json.loads(self.out)
        return rows
