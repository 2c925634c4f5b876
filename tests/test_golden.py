"""What was ever stored can be read for ever: a golden sample of every event, never edited, only added to."""

import json
from pathlib import Path
from typing import Any

import pytest

from domain.catalogue import EVENTS, OLD_SHAPES
from domain.kernel import Event
from domain.returns.events import ReturnSignedOff
from domain.returns.filled import FilledReturn
from tests.samples import SAMPLES, VARIANTS

FOLDER = Path(__file__).with_name("golden") / "events"
GOLDEN = sorted(FOLDER.glob("*.json"))


def stored_name(key: str) -> str:
    """``fund.opened`` of ``fund.opened`` and of its variant ``fund.opened.in-no-return``."""
    noun, deed, *_ = key.split(".")
    return f"{noun}.{deed}"


def load(name: str, stored: bytes) -> Event:
    """An event as it is read from the log, by way of the shapes that are no longer written."""
    while name not in EVENTS:
        fields: dict[str, Any] = json.loads(stored)
        name, fields = OLD_SHAPES[name](fields)
        stored = json.dumps(fields).encode()
    return EVENTS[name].model_validate_json(stored, strict=True)


def test_every_event_has_a_sample() -> None:
    assert set(SAMPLES) == set(EVENTS)


@pytest.mark.parametrize("name", sorted({*EVENTS, *OLD_SHAPES, *SAMPLES, *VARIANTS}))
def test_every_event_ever_stored_has_a_golden_sample(name: str) -> None:
    assert (FOLDER / f"{name}.json").is_file()


@pytest.mark.parametrize("name", sorted(VARIANTS))
def test_a_variant_is_of_the_event_it_is_named_after(name: str) -> None:
    assert VARIANTS[name].name == stored_name(name)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_every_golden_sample_still_loads_under_the_strictest_checks(path: Path) -> None:
    name = stored_name(path.stem)
    event = load(name, path.read_bytes())
    assert type(event) is EVENTS[event.name]
    assert event.name == name or name in OLD_SHAPES


@pytest.mark.parametrize(
    "path", [path for path in GOLDEN if stored_name(path.stem) in EVENTS], ids=lambda path: path.stem
)
def test_every_golden_sample_that_is_still_written_is_written_as_it_was(path: Path) -> None:
    # fields that were added since have their default, and are not in the golden sample
    event = load(stored_name(path.stem), path.read_bytes())
    assert json.loads(event.model_dump_json(exclude_unset=True)) == json.loads(path.read_bytes())


@pytest.mark.parametrize("name", sorted({**SAMPLES, **VARIANTS}))
def test_every_sample_reads_back_to_itself(name: str) -> None:
    event = {**SAMPLES, **VARIANTS}[name]
    again = type(event).model_validate_json(event.model_dump_json(), strict=True)
    assert again == event
    assert again.model_dump_json() == event.model_dump_json()


@pytest.mark.parametrize(
    "path", [path for path in GOLDEN if stored_name(path.stem) == "return.signed-off"], ids=lambda path: path.stem
)
def test_the_digest_of_a_return_that_was_signed_once_is_the_same_for_ever(path: Path) -> None:
    signed = ReturnSignedOff.model_validate_json(path.read_bytes(), strict=True)
    filled = FilledReturn(period="2017-18-h1", template=signed.template, position=signed.position, tables=signed.tables)
    assert filled.sha256 == signed.sha256
