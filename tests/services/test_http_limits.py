"""How much may be sent, and how often."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI

from services.http import limits
from services.http.limits import Allowances, Body, BodyLimit, Rule, address_of, for_path, size_in_words
from services.http.problem import Raised
from tests.services.test_http_app import Built, Hands


def chunks(*sizes: int) -> Iterator[bytes]:
    """A body that does not say its length."""
    return (b"x" * size for size in sizes)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", "rest"),
        ("/sign-in", "sign-in"),
        ("/sign-in/link/abc", "sign-in"),
        ("/sign-information", "rest"),
        ("/api/files/1", "files"),
        ("/api/files", "files"),
        ("/api/file", "api"),
        ("", "rest"),
    ],
)
def test_a_path_falls_under_the_longest_prefix_of_whole_parts(path: str, expected: str) -> None:
    rules = {"": "rest", "/sign-in": "sign-in", "/api": "api", "/api/files": "files"}
    assert for_path(rules, path) == expected


def test_a_body_at_the_limit_is_let_in_and_one_byte_more_is_not() -> None:
    built = Built(bodies={"": Body(100, 5)})
    assert built.client.post("/api/files", content=b"x" * 100).json() == {"bytes": 100}
    answer = built.client.post("/api/files", content=b"x" * 101)
    assert answer.status_code == 413
    assert answer.json()["type"] == "/problems/too-big"
    assert answer.json()["detail"] == "What was sent is too big: at most 100 bytes. Nothing was recorded."
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize(
    ("size", "words"), [(26_000_000, "26 MB"), (1_590_000, "1.5 MB"), (1_000_000, "1 MB"), (999_999, "999,999 bytes")]
)
def test_a_limit_is_told_as_people_know_it_and_never_more_than_it_is(size: int, words: str) -> None:
    assert size_in_words(size) == words


def test_a_body_that_does_not_say_its_length_is_counted_as_it_arrives() -> None:
    built = Built(bodies={"": Body(100, 5)})
    assert built.client.post("/api/files", content=chunks(50, 50)).json() == {"bytes": 100}
    answer = built.client.post("/api/files", content=chunks(50, 51))
    assert (answer.status_code, answer.headers["connection"]) == (413, "close")


def test_prefixes_have_limits_of_their_own() -> None:
    built = Built(bodies={"": Body(10, 5), "/api/files": Body(100, 5)})
    assert built.client.post("/api/files", content=b"x" * 100).status_code == 200
    headers = {"content-type": "application/json"}
    assert built.client.post("/api/things/1", content=b'{"a": 123456}', headers=headers).status_code == 413


def asked(limit: BodyLimit, path: str, parts: list[dict[str, Any]], *headers: tuple[bytes, bytes]) -> tuple[int, int]:
    """The status, and how many parts were taken in, for a body that is sent by hand."""
    statuses: list[int] = []
    taken = 0

    async def receive() -> dict[str, Any]:
        nonlocal taken
        if not parts:
            await asyncio.Event().wait()
        taken += 1
        return parts.pop(0)

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": list(headers),
        "app": FastAPI(),
    }
    asyncio.run(limit(scope, receive, send))
    [status] = statuses
    return status, taken


async def reading(scope: Any, receive: Any, send: Any) -> None:
    """Reads a body, and answers as FastAPI would."""
    try:
        while (await receive()).get("more_body"):
            pass
        status = 200
    except Raised as refused:
        status = refused.status_code
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def part(size: int, more: bool = True) -> dict[str, Any]:
    """A part of a body."""
    return {"type": "http.request", "body": b"x" * size, "more_body": more}


def test_a_body_that_does_not_arrive_in_time_is_408() -> None:
    limit = BodyLimit(reading, {"": Body(100, 0.05)})
    assert asked(limit, "/", [part(1)]) == (408, 1)


def test_what_is_left_of_a_body_too_big_is_taken_in_before_the_answer_within_bounds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limit = BodyLimit(reading, {"": Body(100, 5)})
    assert asked(limit, "/", [part(101), part(50), part(50, more=False)]) == (413, 3)
    monkeypatch.setattr(limits, "LINGER_BYTES", 80)
    assert asked(limit, "/", [part(101), part(50), part(50), part(50), part(50, more=False)]) == (413, 3)
    monkeypatch.setattr(limits, "LINGER_SECONDS", 0.05)
    assert asked(limit, "/", [part(101), part(50)]) == (413, 2)


def test_a_declared_length_too_big_is_refused_unread_when_the_sender_waits_to_be_told() -> None:
    limit = BodyLimit(reading, {"": Body(100, 5)})
    length = (b"content-length", b"101")
    assert asked(limit, "/", [part(101, more=False)], length, (b"expect", b"100-continue")) == (413, 0)
    assert asked(limit, "/", [part(101, more=False)], length) == (413, 1)


def test_a_length_that_is_a_lie_or_no_number_does_not_help() -> None:
    limit = BodyLimit(reading, {"": Body(100, 5)})
    for said in (b"1", b"-1", b"+5", b"one", b"9" * 30, b""):
        assert asked(limit, "/", [part(101, more=False)], (b"content-length", said)) == (413, 1)


def test_too_many_requests_of_an_address_are_429_until_the_oldest_is_out_of_the_window() -> None:
    built = Built(by_address={"": Rule(2, 60)})
    assert built.client.get("/api/things/1").status_code == 200
    built.clock.now += 20
    assert built.client.get("/api/things/1").status_code == 200
    refused = built.client.get("/api/things/1")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "40")
    assert refused.json()["detail"] == "Too many requests. Wait 40 seconds, then try again."
    built.clock.now += 39.5
    assert built.client.get("/api/things/1").headers["retry-after"] == "1"
    built.clock.now += 0.5
    assert built.client.get("/api/things/1").status_code == 200
    assert built.client.get("/api/things/1").status_code == 429


def test_signing_in_is_stricter_and_counted_apart_and_health_is_not_counted() -> None:
    built = Built(by_address={"": Rule(3), "/sign-in": Rule(1), "/health": None})
    assert [built.client.get("/sign-in/link/x").status_code for _time in range(2)] == [404, 429]
    assert [built.client.get("/api/things/1").status_code for _time in range(4)] == [200, 200, 200, 429]
    assert {built.client.get("/health/live").status_code for _time in range(9)} == {200}


def test_an_account_is_charged_by_the_front_desk_wherever_it_comes_from() -> None:
    built = Built()
    assert [built.client.get("/api/charged").status_code for _time in range(3)] == [200, 200, 429]
    assert built.client.get("/api/charged").headers["retry-after"] == "60"
    assert built.client.get("/api/things/1").status_code == 200


def test_what_a_client_says_of_its_own_address_is_not_believed() -> None:
    built = Built(by_address={"": Rule(1)})
    statuses = [
        built.client.get("/api/things/1", headers={"x-forwarded-for": f"198.51.100.{number}"}).status_code
        for number in range(3)
    ]
    assert statuses == [200, 429, 429]


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        (("192.0.2.7", 1), "192.0.2.7"),
        (("2001:db8:1:2:3:4:5:6", 1), "2001:0db8:0001:0002"),
        (("2001:db8:1:2::1", 1), "2001:0db8:0001:0002"),
        (("::ffff:192.0.2.7", 1), "192.0.2.7"),
        (("testclient", 1), "testclient"),
        (None, "unknown"),
    ],
)
def test_an_address_is_one_of_ipv4_or_one_network_of_ipv6(client: Any, expected: str) -> None:
    assert address_of({"client": client}) == expected


def test_the_one_that_asked_longest_ago_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "KEYS", 2)
    allowances = Allowances(Hands())
    for key in ("a", "b", "c"):
        allowances.charge(key, Rule(1))
    allowances.charge("a", Rule(1))  # forgotten when c came, so it is let in; b is forgotten in its turn
    for key in ("c", "a"):
        with pytest.raises(Raised):
            allowances.charge(key, Rule(1))
