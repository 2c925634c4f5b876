"""Problems in words: which error is which, where the fault is, and nothing of what was submitted."""

import asyncio
import json
from collections.abc import Callable
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Header, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from domain.awards.milestone_commands import CompleteMilestone
from domain.errors import NotAllowed, NotFound, OutturnError, Refusal
from services.event_store import Unavailable, Unreadable
from services.http.json_body import json_body
from services.http.problem import STATUSES, Kind, Problem, Raised, Where, malformed, pointer
from services.office import Conflict, Stale
from services.problems import Malformed
from services.read_models import Damaged
from tests.services.test_http_app import Built

SECRET = "Marmalade"
"""Stands for whatever somebody might submit."""

PAGE = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


class Inner(BaseModel):
    """A part of a body."""

    model_config = ConfigDict(extra="forbid")

    pence: int


class Outer(BaseModel):
    """A body."""

    model_config = ConfigDict(extra="forbid")

    shares: list[Inner]
    notes: dict[str, int] = {}


def raising(error: Exception) -> Built:
    """An application that raises an error."""

    def add(app: FastAPI) -> None:
        @app.get("/raise")
        @app.get("/api/raise")
        async def raise_() -> None:
            raise error

        @app.post("/api/outer")
        async def outer(
            body: Outer, limit: int = 1, if_match: Annotated[str | None, Header(max_length=3)] = None
        ) -> None: ...

    return Built(add=add)


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (Refusal("The fund has £40 left."), 409, "refused"),
        (NotFound("There is no award A."), 404, "not-found"),
        (NotAllowed("This may be done by finance."), 403, "not-allowed"),
        (Conflict("Other people keep changing it."), 409, "conflict"),
        (Stale("The award was changed since you looked at it."), 412, "stale"),
        (Malformed("This is not an amount."), 422, "malformed"),
    ],
)
def test_the_words_of_a_refusal_reach_whoever_asked(error: OutturnError, status: int, kind: str) -> None:
    answer = raising(error).client.get("/api/raise")
    assert answer.status_code == status
    assert answer.json()["type"] == f"/problems/{kind}"
    assert answer.json()["detail"] == str(error)
    assert answer.json()["errors"] == []


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Unavailable(f"The log in {SECRET} cannot be used."), 503),
        (Unreadable(5, f"award-{SECRET}", 2, "award.made", SECRET), 500),
        (Damaged(SECRET), 500),
        (ValueError(SECRET), 500),
        (OutturnError(SECRET), 500),
        (KeyError(SECRET), 500),
    ],
)
def test_a_failure_says_what_to_do_and_nothing_of_what_is_inside(
    error: Exception, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    answer = raising(error).client.get("/api/raise")
    assert answer.status_code == status
    assert SECRET not in answer.text
    assert ("retry-after" in answer.headers) is (status == 503)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert caplog.records[0].exc_info is not None


def test_every_error_of_the_table_is_handled_as_the_table_says() -> None:
    for error, kind in STATUSES.items():
        assert isinstance(kind, Kind)
        assert 400 <= kind.status < 600
        if issubclass(error, OutturnError) and error is not Unreadable:
            assert raising(error("Words.")).client.get("/raise").status_code == kind.status


def test_an_error_of_http_keeps_its_status_and_headers_but_not_its_words() -> None:
    error = HTTPException(401, SECRET, {"www-authenticate": "Bearer"})
    answer = raising(error).client.get("/api/raise")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert SECRET not in answer.text
    assert raising(HTTPException(418)).client.get("/raise").json()["status"] == 418
    assert raising(HTTPException(507)).client.get("/raise").json()["type"] == "/problems/fault"


def test_what_is_raised_to_send_somebody_elsewhere_is_no_problem() -> None:
    client = raising(HTTPException(303, headers={"location": "/sign-in"})).client
    answer = client.get("/raise", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"], answer.content) == (303, "/sign-in", b"")


def test_who_hangs_up_while_sending_is_no_fault_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    built = Built()
    sent: list[Any] = []
    parts = [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]

    async def receive() -> Any:
        return parts.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/things/1",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
    }
    asyncio.run(built.app(scope, receive, send))
    assert (sent, caplog.records) == ([], [])
    assert [line["status"] for line in built.lines] == [None]


def test_a_problem_of_our_own_keeps_its_words_places_and_headers() -> None:
    error = Raised(428, "Say which.", [Where(parameter="If-Match", detail="is needed")], {"x-more": "1"})
    answer = raising(error).client.get("/api/raise")
    assert answer.status_code == 428
    assert answer.json() == {
        "type": "/problems/version-needed",
        "title": "Say which version you saw",
        "status": 428,
        "detail": "Say which.",
        "instance": answer.headers["x-request-id"],
        "errors": [{"pointer": None, "parameter": "If-Match", "detail": "is needed"}],
    }
    assert answer.headers["x-more"] == "1"


def places(answer: Any) -> set[tuple[str | None, str | None]]:
    """Where the faults are."""
    return {(one["pointer"], one["parameter"]) for one in answer.json()["errors"]}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {("/shares", None)}),
        ({"shares": [{"pence": 1}, {"pence": SECRET}]}, {("/shares/1/pence", None)}),
        ({"shares": [{"pence": 1, SECRET: 1}]}, {("/shares/0", None)}),
        ({"shares": [], SECRET: 1}, {("", None)}),
        ({"shares": [], "notes": {f"{SECRET} and more": "x"}}, {("/notes", None)}),
    ],
)
def test_a_fault_of_a_body_points_at_its_field_and_repeats_nothing(body: Any, expected: Any) -> None:
    answer = raising(ValueError()).client.post("/api/outer", json=body)
    assert answer.status_code == 422
    assert places(answer) == expected
    assert SECRET not in answer.text


def test_a_fault_outside_the_body_names_its_parameter_and_repeats_nothing() -> None:
    answer = raising(ValueError()).client.post(
        f"/api/outer?limit={SECRET}", json={"shares": []}, headers={"if-match": SECRET}
    )
    assert places(answer) == {(None, "limit"), (None, "if-match")}
    assert SECRET not in answer.text
    assert {one["detail"] for one in answer.json()["errors"]} == {
        "must be a whole number, like 12",
        "must be at most 3 characters long",
    }


def test_a_body_that_is_not_json_points_at_the_whole() -> None:
    answer = raising(ValueError()).client.post(
        "/api/outer", content=f'{{"{SECRET}'.encode(), headers={"content-type": "application/json"}
    )
    assert places(answer) == {("", None)}
    assert SECRET not in answer.text


def test_an_order_that_cannot_be_read_is_the_askers_fault_and_any_other_model_is_ours() -> None:
    def order() -> None:
        CompleteMilestone.model_validate({"award": SECRET + " !", "completed_on": SECRET})

    def model() -> None:
        Inner.model_validate({"pence": SECRET})

    def add(app: FastAPI) -> None:
        app.post("/api/order")(order)
        app.post("/api/model")(model)

    client = Built(add=add).client
    answer = client.post("/api/order")
    assert answer.status_code == 422
    assert {("/award", None), ("/milestone", None), ("/completed_on", None)} <= places(answer)
    assert SECRET not in answer.text
    answer = client.post("/api/model")
    assert answer.status_code == 500
    assert SECRET not in answer.text


def test_any_model_may_be_told_as_the_askers_fault_on_purpose() -> None:
    def add(app: FastAPI) -> None:
        @app.get("/api/asked")
        def asked() -> None:
            try:
                Inner.model_validate({"pence": SECRET})
            except ValueError as error:
                raise malformed(error) from None  # type: ignore[arg-type]

    answer = Built(add=add).client.get("/api/asked")
    assert (answer.status_code, places(answer)) == (422, {("/pence", None)})


def test_a_pointer_is_cut_before_a_name_that_cannot_be_ours() -> None:
    assert pointer(["shares", 0, "pence"]) == "/shares/0/pence"
    assert pointer(["shares", "a/b", "pence"]) == "/shares"
    assert pointer([]) == ""


@pytest.mark.parametrize(
    ("path", "accept", "page"),
    [
        ("/raise", PAGE["accept"], True),
        ("/raise", "text/html;q=0.4, application/json", False),
        ("/raise", "text/html, application/json;q=0.9", True),
        ("/raise", "text/html;q=0", False),
        ("/raise", "text/html;q=lots", False),
        ("/raise", "*/*", False),
        ("/raise", "", False),
        ("/api/raise", PAGE["accept"], False),
    ],
)
def test_a_person_gets_a_page_and_a_machine_problem_details(path: str, accept: str, page: bool) -> None:
    answer = raising(Refusal("No.")).client.get(path, headers={"accept": accept})
    assert answer.status_code == 409
    assert ("<h1>A rule forbids it</h1>" in answer.text) is page
    assert (answer.headers["content-type"] == "application/problem+json") is not page


def test_a_page_that_fails_does_not_hide_what_it_was_about(caplog: pytest.LogCaptureFixture) -> None:
    def failing(_request: Request, _problem: Problem) -> Response:
        raise ValueError(SECRET)

    def none(_request: Request, _problem: Problem) -> None:
        return None

    def add(app: FastAPI) -> None:
        @app.get("/raise")
        async def raise_() -> None:
            raise Refusal("The fund has £40 left.")

    choices: list[Callable[[Request, Problem], Response | None]] = [failing, none]
    for as_page in choices:
        answer = Built(add=add, as_page=as_page).client.get("/raise", headers=PAGE)
        assert (answer.status_code, answer.json()["detail"]) == (409, "The fund has £40 left.")
    assert len(caplog.records) == 1


def test_a_fault_gets_a_page_too_and_headers_go_with_it() -> None:
    answer = raising(ValueError(SECRET)).client.get("/raise", headers=PAGE)
    assert (answer.status_code, SECRET in answer.text) == (500, False)
    assert "Something went wrong" in answer.text
    answer = raising(Unavailable("Gone.")).client.get("/raise", headers=PAGE)
    assert answer.headers["retry-after"] == "5"


@pytest.mark.parametrize(
    ("sent", "status", "place"),
    [
        (b"{", 400, ""),
        (b'{"a": 1} x', 400, ""),
        (b"", 400, ""),
        (b'{"a": "\xff"}', 400, ""),
        (b"\xef\xbb\xbf{}", 400, ""),
        (b'{"a": {"b": 1, "b": 2}}', 400, "/a"),
        (b'{"a": 1, "a": 1}', 400, ""),
        (b'{"a": [1, NaN]}', 400, "/a/1"),
        (b'{"a": -Infinity}', 400, "/a"),
        (b'{"a": 1e999}', 400, "/a"),
        (b'{"a": ' + b"9" * 1_900 + b"e9}", 400, "/a"),
        (b"[]", 422, ""),
        (b'"Marmalade"', 422, ""),
        (b"null", 422, ""),
        (b'{"a": "\\ud800"}', 422, "/a"),
        (b'{"a": "\\u0000"}', 422, "/a"),
        (b'{"a\\u0000": 1}', 422, ""),
        (b'{"a":' * 20 + b"1" + b"}" * 20, 200, None),
        (b'{"a":' * 21 + b"1" + b"}" * 21, 422, "/a" * 20),
        (b'{"a":' + b"[" * 900 + b"]" * 900 + b"}", 422, "/a" + "/0" * 19),
        (b'{"a": "\\ud83d\\ude00"}', 200, None),
    ],
)
def test_a_json_body_is_read_strictly(sent: bytes, status: int, place: str | None) -> None:
    headers = {"content-type": "application/json; charset=UTF-8"}
    answer = Built().client.post("/api/things/1", content=sent, headers=headers)
    assert answer.status_code == status, answer.text
    if place is not None:
        assert places(answer) == {(place, None)}
        assert SECRET not in answer.text


def test_a_body_nested_beyond_what_can_be_read_is_refused_and_not_a_fault() -> None:
    def add(app: FastAPI) -> None:
        @app.post("/api/deep")
        async def deep(request: Request) -> int:
            return len(await json_body(request))

    client = Built(add=add).client
    headers = {"content-type": "application/json"}
    assert client.post("/api/deep", content=b"[" * 400_000, headers=headers).status_code == 422
    figures = b'{"a": ' + b"1" * 5_000 + b"}"
    assert client.post("/api/deep", content=figures, headers=headers).status_code == 400
    assert client.post("/api/deep", content=json.dumps({"a": "x" * 1_000_000}), headers=headers).status_code == 413


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-type": "application/json"}, 200),
        ({"content-type": "application/json; charset=utf-8"}, 200),
        ({"content-type": "application/json; charset=latin-1"}, 415),
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/merge-patch+json"}, 415),
        ({}, 415),
        ({"content-type": "application/json", "content-encoding": "gzip"}, 415),
    ],
)
def test_a_body_that_does_not_say_it_is_json_is_not_read(headers: dict[str, str], status: int) -> None:
    assert Built().client.post("/api/things/1", content=b"{}", headers=headers).status_code == status


def test_a_body_bigger_than_its_route_allows_is_413() -> None:
    headers = {"content-type": "application/json"}
    body = json.dumps({"a": "x" * 2_000})
    assert Built().client.post("/api/things/1", content=body, headers=headers).status_code == 413


def test_an_unused_field_limit_is_told_in_the_house_s_words() -> None:
    class Short(BaseModel):
        """A body."""

        name: str = Field(max_length=2)

    def add(app: FastAPI) -> None:
        @app.post("/api/short")
        async def short(body: Short) -> None: ...

    answer = Built(add=add).client.post("/api/short", json={"name": SECRET})
    assert answer.json()["errors"][0]["detail"] == "must be at most 2 characters long"
