"""Workbooks made to do harm are refused in words; and the process that reads them is guarded."""

import json
import subprocess
import sys

import pytest

from domain.errors import Refusal
from services.imports import provider_workbook_child, provider_workbook_file
from services.imports.provider_workbook_file import read_book
from tests.services.good_workbooks import good_workbook
from tests.services.hostile_workbooks import HOSTILE


@pytest.mark.parametrize("name", HOSTILE)
def test_a_harmful_or_broken_file_is_refused_with_the_cure(name: str) -> None:
    made, words = HOSTILE[name]
    with pytest.raises(Refusal, match=words) as refused:
        read_book(made())
    assert (
        "send" in str(refused.value)
        or "save" in str(refused.value)
        or "delete" in str(refused.value)
        or ("out." in str(refused.value) or "shorten it." in str(refused.value))
    )


def _in_a_child(words: str) -> "subprocess.CompletedProcess[bytes]":
    start = "import sys; sys.path.append(sys.argv[1]); from services.imports import provider_workbook_child as child; "
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", start + words, provider_workbook_file._ROOT],
        capture_output=True,
        timeout=30,
        check=False,
    )


def test_the_child_may_take_only_so_much_memory() -> None:
    assert b"MemoryError" in _in_a_child("child.limit(); bytearray(child.MEMORY)").stderr


def test_the_child_may_take_only_a_few_seconds_of_the_processor() -> None:
    assert provider_workbook_child.SECONDS <= 5
    assert _in_a_child("child.SECONDS = 1; child.limit()\nwhile True: pass").returncode != 0


def test_the_child_knows_nothing_of_the_rest_of_the_project() -> None:
    words = "import json; print(json.dumps(sorted(n for n in sys.modules if n.partition('.')[0] in "
    words += "('services', 'domain', 'projections', 'pydantic', 'openpyxl'))))"
    assert json.loads(_in_a_child(words).stdout) == [
        "services",
        "services.imports",
        *(f"services.imports.provider_workbook_{part}" for part in ("child", "odf", "xlsx", "xml")),
    ]


def test_a_child_that_is_stopped_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_workbook_file, "_CHILD", "while True: pass")
    monkeypatch.setattr(provider_workbook_file, "_TIME_OUT", 0.2)
    with pytest.raises(Refusal, match="takes too long or too much memory"):
        read_book(good_workbook("xlsx"))
    monkeypatch.setattr(provider_workbook_file, "_CHILD", "raise SystemExit(9)")
    with pytest.raises(Refusal, match="takes too long or too much memory"):
        read_book(good_workbook("xlsx"))
