"""What the log says of a request, and above all what it does not."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI, Request
from pydantic import BaseModel

from domain.errors import Refusal
from services.http import request_log
from services.http.json_body import json_body
from services.http.request_log import configure, outline, request_id, set_actor
from tests.services.test_http_app import Built

SECRETS = {
    "body": "Body-Marmalade",
    "query": "Query-Marmalade",
    "path": "Link-Marmalade",
    "header": "Header-Marmalade",
    "cookie": "Cookie-Marmalade",
    "method": "METHOD-MARMALADE",
    "e-mail": "someone@marmalade.example",
    "local": "Local-Marmalade",
    "words": "Words-Marmalade",
}


@pytest.fixture
def library_log() -> Iterator[io.StringIO]:
    """What Python's own logging says, in our form; everything as it was afterwards."""
    names = ["", "uvicorn", "uvicorn.error", "uvicorn.access", "domain", "projections", "services", "scheduler"]
    before = [(one, one.handlers, one.level, one.propagate) for one in map(logging.getLogger, names)]
    stream = io.StringIO()
    configure(stream)
    yield stream
    for one, handlers, level, propagate in before:
        one.handlers, one.propagate = handlers, propagate
        one.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """The lines of a log."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def raising(error: Exception) -> None:
    """Raises an error."""
    raise error


class Amount(BaseModel):
    """A model whose errors quote what they were given."""

    pence: int


def add(app: FastAPI) -> None:
    """Routes that fail in every way, with secrets in what they raise."""

    @app.api_route("/sign-in/link/{token}", methods=["GET", "POST"])
    async def link(token: str, request: Request) -> None:
        kept = SECRETS["local"]
        set_actor("person-9")
        match request.query_params.get("fail"):
            case "error":
                raise ValueError(f"{kept} {token} {await request.body()!r} {request.url} {SECRETS['words']}")
            case "model":
                Amount.model_validate_json(await request.body())
            case "chain":
                try:
                    raising(KeyError(token))
                except KeyError as error:
                    raise RuntimeError(SECRETS["words"]) from error
            case "group":
                raise ExceptionGroup(SECRETS["words"], [ValueError(token), KeyError(kept)])
            case "refused":
                raise Refusal("The link has been used.")
            case "json":
                await json_body(request)


@pytest.mark.parametrize("fail", ["", "error", "model", "chain", "group", "refused", "json"])
def test_no_secret_of_a_request_is_in_the_log_however_it_ends(fail: str, library_log: io.StringIO) -> None:
    built = Built(add=add)
    headers = {
        "authorization": f"Bearer {SECRETS['header']}",
        "cookie": f"session={SECRETS['cookie']}",
        "user-agent": SECRETS["e-mail"],
        "x-request-id": SECRETS["e-mail"],
        "content-type": "application/json",
    }
    path = f"/sign-in/link/{SECRETS['path']}?fail={fail}&q={SECRETS['query']}&to={SECRETS['e-mail']}"
    for method in ("POST", "GET", SECRETS["method"]):
        content = None if method == "GET" else f'{{"{SECRETS["body"]}": "{SECRETS["e-mail"]}"'
        answer = built.client.request(method, path, headers=headers, content=content)
        assert SECRETS["words"] not in answer.text
        assert SECRETS["e-mail"] not in answer.text
    built.client.get(f"/{SECRETS['path']}")
    written = built.stream.getvalue() + library_log.getvalue()
    assert len(built.lines) == 4
    for secret in SECRETS.values():
        assert secret not in written
    assert [line["method"] for line in built.lines] == ["POST", "GET", "other", "GET"]
    assert [line["route"] for line in built.lines] == ["/sign-in/link/{token}"] * 3 + ["unmatched"]
    failures = [line for line in lines(library_log) if "traceback" in line]
    assert bool(failures) is (fail in {"error", "model", "chain", "group"})
    for line in failures:
        assert line["request"] in {one["request"] for one in built.lines}
        assert line["actor"] == "person-9"
        assert any(__file__ in frame and frame.endswith(" link") for frame in line["traceback"])


def test_the_line_of_a_request_says_who_what_and_how_it_went() -> None:
    built = Built()
    answer = built.client.get("/api/things/1")
    [line] = built.lines
    assert line.pop("milliseconds") > 0
    assert line.pop("moment").endswith("Z")
    assert line == {
        "event": "request",
        "level": "info",
        "request": answer.headers["x-request-id"],
        "method": "GET",
        "route": "/api/things/{thing}",
        "status": 200,
        "bytes": len(answer.content),
        "actor": "person-1",
    }


@pytest.mark.parametrize("sent", ["f3b0c442-98fc-1c14", "A" * 64, "abcd_EFGH"])
def test_a_sane_request_id_is_taken_and_given_back(sent: str) -> None:
    built = Built()
    assert built.client.get("/api/things/1", headers={"x-request-id": sent}).headers["x-request-id"] == sent
    assert built.lines[0]["request"] == sent


@pytest.mark.parametrize(
    "sent", ["", "short", "A" * 65, "someone@example.org", "with space here", "a\tb1234567", "é" * 9]
)
def test_any_other_request_id_is_replaced(sent: str) -> None:
    built = Built()
    answer = built.client.get("/api/things/1", headers=[(b"x-request-id", sent.encode())])
    assert len(answer.headers["x-request-id"]) == 32
    assert built.lines[0]["request"] == answer.headers["x-request-id"]


def test_outside_a_request_there_is_no_id_and_naming_an_actor_does_nothing() -> None:
    set_actor("person-1")
    assert request_id() is None


def test_an_outline_has_kinds_and_lines_of_code_and_no_words_also_of_errors_that_name_each_other() -> None:
    def failing() -> None:
        try:
            raising(KeyError(SECRETS["words"]))
        except KeyError as error:
            second = RuntimeError(SECRETS["words"])
            error.__cause__ = second
            raise second from error

    with pytest.raises(RuntimeError) as raised:
        failing()
    outlined = outline(raised.value)
    assert SECRETS["words"] not in "".join(outlined)
    assert outlined[-1] == "builtins.RuntimeError"
    assert "builtins.KeyError" in outlined
    assert any(line.endswith(" failing") for line in outlined)


def test_a_context_that_was_put_aside_is_not_outlined() -> None:
    def failing() -> None:
        try:
            raising(KeyError())
        except KeyError:
            raise RuntimeError from None

    with pytest.raises(RuntimeError) as raised:
        failing()
    assert "builtins.KeyError" not in outline(raised.value)


def test_a_long_way_through_the_code_is_cut_to_its_last_lines() -> None:
    def deeper(level: int) -> None:
        if level == 0:
            raise ValueError
        deeper(level - 1)

    with pytest.raises(ValueError) as raised:  # noqa: PT011 - it has no words
        deeper(100)
    assert len(outline(raised.value)) == request_log.FRAMES + 1


def test_what_libraries_say_has_the_same_form_without_e_mail_addresses(library_log: io.StringIO) -> None:
    logging.getLogger("some.library").warning("Sent to %s.", SECRETS["e-mail"])
    logging.getLogger("some.library").info("GET https://example.org/?q=%s", SECRETS["query"])
    logging.getLogger("services.anything").info("Ready.")
    logging.getLogger("uvicorn.error").info("Started.")
    logging.getLogger("uvicorn.access").info("GET /sign-in/link/%s", SECRETS["path"])
    said = lines(library_log)
    assert [(line["logger"], line["event"], line["level"]) for line in said] == [
        ("some.library", "Sent to (an e-mail address).", "warning"),
        ("services.anything", "Ready.", "info"),
        ("uvicorn.error", "Started.", "info"),
    ]
    assert all(line["moment"].endswith("Z") for line in said)


def test_an_error_that_a_library_logs_has_its_outline_and_not_its_words(library_log: io.StringIO) -> None:
    try:
        raising(ValueError(SECRETS["words"]))
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application", stack_info=True)
    logging.getLogger("services.x").error("Refused.", exc_info=Refusal("Words of ours."))
    first, second = lines(library_log)
    assert (first["error"], SECRETS["words"] in json.dumps(first)) == ("builtins.ValueError", False)
    assert first["traceback"][-1] == "builtins.ValueError"
    assert (second["error"], second["words"]) == ("domain.errors.Refusal", "Words of ours.")


def test_lines_go_to_standard_error_unless_told_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    request_log.logger().info("here", thing=sys)
    assert json.loads(capsys.readouterr().err)["thing"] == "module"
