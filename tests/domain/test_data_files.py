"""A data file that is malformed is named, with what is wrong in it: an office mends it without reading a program."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from domain.disclosure import rules as rules_on_file
from domain.errors import Refusal
from domain.periods import Period
from domain.reports import measures as frameworks_on_file
from domain.returns import filled as templates_on_file
from domain.returns.filled import Template

KINDS: dict[str, tuple[Any, str, Any]] = {
    "template": (templates_on_file, "_FOLDER", templates_on_file.templates),
    "framework": (frameworks_on_file, "_FOLDER", frameworks_on_file.frameworks),
    "code list": (frameworks_on_file, "_CODE_LISTS", frameworks_on_file.frameworks),
    "rule": (rules_on_file, "_FOLDER", rules_on_file.rules),
}
DUE = 'due must be written like "30 October, 30 April", "1 month after" or "20 working days after"'


def refusal(kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What is said when the files of a kind are read from that folder."""
    module, name, read = KINDS[kind]
    monkeypatch.setattr(module, name, folder)
    read.cache_clear()
    try:
        with pytest.raises(Refusal) as refused:
            read()
    finally:
        monkeypatch.undo()
        read.cache_clear()
    return str(refused.value)


def one_of(kind: str) -> tuple[str, dict[str, Any]]:
    """A good file of that kind."""
    module, name, _read = KINDS[kind]
    first = "referral-source-1.json" if kind == "code list" else "*.json"  # the first that a framework names
    path = sorted(getattr(module, name).glob(first))[0]
    said: dict[str, Any] = json.loads(path.read_bytes())
    return path.name, said


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b'{\n"title": }', r"it is no JSON \(line 2\)"),
        (b"\xff\xfe\xfd", "its text is not UTF-8"),
        (b"[1]", "it must be one JSON object, in braces"),
    ],
)
def test_what_is_no_json_is_refused_by_name(
    kind: str, text: bytes, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, _said = one_of(kind)
    (tmp_path / name).write_bytes(text)
    said = refusal(kind, tmp_path, monkeypatch)
    assert re.fullmatch(rf"The {kind} file {re.escape(name)} cannot be read: {words}\.", said), said


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_missing_or_not_known_is_named(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name, said = one_of(kind)
    del said["title"]
    (tmp_path / name).write_text(json.dumps(said | {"cups": 1}))
    words = refusal(kind, tmp_path, monkeypatch)
    assert words == f"The {kind} file {name} cannot be read: title is not there; cups is not known."


@pytest.mark.parametrize("due", ["when it rains", 5, ["10-30"]])
def test_a_template_due_at_no_time_is_told_how_to_say_it(
    due: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _name, said = one_of("template")
    (tmp_path / "moj-x.json").write_text(json.dumps(said | {"due": due}))
    assert refusal("template", tmp_path, monkeypatch) == f"The template file moj-x.json cannot be read: {DUE}."


def test_a_day_that_is_no_day_and_a_wrong_kind_of_value_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _name, said = one_of("rule")
    (tmp_path / "r.json").write_text(json.dumps(said | {"threshold": 1}))
    assert "The rule file r.json cannot be read: threshold must be greater than" in refusal(
        "rule", tmp_path, monkeypatch
    )
    _name, said = one_of("framework")
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "f.json").write_text(json.dumps(said | {"code_lists": "age-1"}))
    assert refusal("framework", tmp_path / "f", monkeypatch) == (
        "The framework file f.json cannot be read: code_lists must be a list of names."
    )


def test_when_a_template_is_due_may_be_said_in_words() -> None:
    _name, said = one_of("template")
    form = Template.model_validate_json(json.dumps(said | {"due": "30 October, 30 April"}))
    assert form.due is not None
    assert [form.due.day_after(Period.parse(half)).isoformat() for half in ("2017-18-h1", "2017-18-h2")] == [
        "2017-10-30",
        "2018-04-30",
    ]
    assert Template.model_validate_json(form.model_dump_json()) == form
