"""What is wrong with an order, in the house's own words and never in pydantic's."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.catalogue import COMMANDS
from services.problems import faults


def words(command: str, **fields: Any) -> dict[str, str]:
    """What is wrong with each field."""
    with pytest.raises(ValidationError) as malformed:
        COMMANDS[command].model_validate(fields)
    return {fault.place: fault.words for fault in faults(malformed.value)}


@pytest.mark.parametrize(
    ("command", "field", "said", "expected"),
    [
        ("prepare-bid", "bid", "b" * 75, "must be letters, digits, full stops, hyphens or underscores, without spaces"),
        ("prepare-bid", "bid", "b" * 75, "at most 74"),
        ("submit-bid", "bid", "b" * 81, "at most 80"),
        ("register-award", "award", "no spaces", "at most 80"),
        ("attach-document", "file_name", "a;b.pdf", "the signs . _ - ( ) & ' and the comma"),
        ("attach-document", "file_name", "a;b.pdf", "at most 120"),
        ("attach-document", "sha256", "abc", "must be a SHA-256: 64 figures 0 to 9 and small letters a to f"),
        ("move-obligation", "schedule", "a.b", "without spaces or full stops, at most 40"),
        ("register-award", "starts_on", "soon", "must be a date, like 2017-09-30"),
    ],
)
def test_a_field_says_what_it_must_be(command: str, field: str, said: str, expected: str) -> None:
    found = words(command, **{field: said})[field]
    assert expected in found
    assert "pattern" not in found
    assert "[A-Z" not in found


def test_too_many_of_a_thing_says_how_many_there_may_be() -> None:
    three = [{"successor": name, "parts": 1} for name in ("Mayor", "Board", "Council")]
    assert words("transfer-award", successors=three)["successors"] == "may have at most 2, and there are 3"
