"""Several processes at once, each with an office of its own."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast


class Hand:
    """One process."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.contracts.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )

    def ask(self, **asked: Any) -> None:
        """Tells it what to do, and does not wait."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """What came of it; nothing, if the process is dead."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        return cast("dict[str, Any]", json.loads(line)) if line else {}

    def dismiss(self) -> int:
        """Lets it end. Returns its exit code, or less than nought for the signal that killed it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait(30)


class Crew:
    """Eight processes that wait to be asked."""

    def __init__(self) -> None:
        self.hands = [Hand() for _ in range(8)]

    def all_at_once(self, asked: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """What came of each, in order, all of them having begun together."""
        hands = self.hands[: len(asked)]
        for hand, each in zip(hands, asked, strict=True):
            hand.ask(**each)
        return [hand.answer() for hand in hands]
