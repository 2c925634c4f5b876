"""Folds are the same over every database (see the contracts): here they are tried in memory."""

import pytest


@pytest.fixture
def kind() -> str:
    """In memory."""
    return "memory"
