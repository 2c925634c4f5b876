"""Whether the server lives and is ready."""

import threading
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from services.http import health
from services.http.health import Check, NotReady
from tests.services.test_http_app import Built, Hands


def well() -> str:
    """A check that is well."""
    return "The log answers."


def unwell() -> str:
    """A check that fails in words."""
    raise NotReady("The read models are 5,000 events behind.")


def broken() -> str:
    """A check that fails without words."""
    raise ConnectionError("postgresql://office:secret@db.example/outturn")


def test_living_needs_nothing() -> None:
    assert Built(checks=[Check("log", broken)]).client.get("/health/live").json() == {"live": True}


def test_ready_is_200_with_the_words_of_every_check() -> None:
    answer = Built(checks=[Check("log", well)]).client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "checks": [{"name": "log", "state": "well", "words": "The log answers."}],
    }


def test_not_ready_is_503_and_says_which_and_why_without_secrets(caplog: pytest.LogCaptureFixture) -> None:
    answer = Built(checks=[Check("log", well), Check("lag", unwell), Check("mail", broken)]).client.get("/health/ready")
    assert answer.status_code == 503
    assert [(one["name"], one["state"]) for one in answer.json()["checks"]] == [
        ("log", "well"),
        ("lag", "not well"),
        ("mail", "not well"),
    ]
    assert answer.json()["checks"][1]["words"] == "The read models are 5,000 events behind."
    assert "secret" not in answer.text
    assert len(caplog.records) == 1


def test_checks_run_at_most_once_a_second_however_many_ask() -> None:
    asked: list[int] = []

    def counting() -> str:
        asked.append(1)
        return "Well."

    built = Built(checks=[Check("log", counting)])
    for _time in range(20):
        built.client.get("/health/ready")
    assert len(asked) == 1
    built.clock.now += 0.99
    built.client.get("/health/ready")
    assert len(asked) == 1
    built.clock.now += 0.02
    built.client.get("/health/ready")
    assert len(asked) == 2


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What a check that hangs waits for; opened at the end."""
    opened = threading.Event()
    yield opened
    opened.set()


def test_a_check_that_hangs_is_no_answer_and_is_not_started_again(gate: threading.Event) -> None:
    asked: list[int] = []

    def hanging() -> str:
        asked.append(1)
        gate.wait(30)
        return "Well after all."

    clock, app = Hands(), FastAPI()
    app.include_router(health.router([Check("log", hanging)], clock, patience=0.05))
    with TestClient(app) as client:
        for _time in range(3):
            answer = client.get("/health/ready")
            assert answer.status_code == 503
            assert answer.json()["checks"] == [
                {"name": "log", "state": "no answer", "words": "No answer within 0.05 seconds."}
            ]
            clock.now += 10
        assert client.get("/health/live").status_code == 200
        assert len(asked) == 1
