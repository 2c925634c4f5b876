"""Which methods a path knows."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from tests.services.test_http_app import Built

THINGS = "GET, HEAD, OPTIONS, POST, PUT"


def test_a_405_names_the_methods_of_every_route_of_the_path() -> None:
    client = Built().client
    for method in ("PATCH", "DELETE", "BREW"):
        answer = client.request(method, "/api/things/1")
        assert (answer.status_code, answer.headers.get_list("allow")) == (405, [THINGS])
    answer = client.get("/api/files")
    assert (answer.status_code, answer.headers["allow"]) == (405, "OPTIONS, POST")


def test_options_is_answered_wherever_there_is_a_route() -> None:
    client = Built().client
    answer = client.options("/api/things/1")
    assert (answer.status_code, answer.headers["allow"], answer.content) == (204, THINGS, b"")
    assert client.options("/api/files").headers["allow"] == "OPTIONS, POST"
    assert client.options("/nowhere").status_code == 404


@pytest.mark.parametrize("path", ["/api/things/1", "/api/stream", "/health/live", "/metrics"])
def test_head_is_get_without_the_body(path: str) -> None:
    client = Built().client
    asked, headed = client.get(path), client.head(path)
    assert (headed.status_code, headed.content) == (asked.status_code, b"")
    assert asked.content
    assert headed.headers["content-type"] == asked.headers["content-type"]
    if path != "/metrics":
        assert headed.headers.get("content-length") == asked.headers.get("content-length")


def test_head_where_there_is_no_get_is_405_and_where_there_is_nothing_404() -> None:
    client = Built().client
    assert client.head("/api/files").status_code == 405
    assert client.head("/nowhere").status_code == 404
    assert client.head("/api/things/1?limit=many").status_code == 422


def test_head_is_head_in_the_log_and_the_figures() -> None:
    built = Built()
    built.client.head("/api/things/1")
    assert built.lines[-1]["method"] == "HEAD"
    assert 'method="HEAD",route="/api/things/{thing}",status="200"' in built.client.get("/metrics").text


def test_what_declares_its_own_options_and_head_is_left_alone() -> None:
    def add(app: FastAPI) -> None:
        @app.options("/own")
        async def options() -> dict[str, int]:
            return {"own": 1}

        @app.head("/own")
        async def head() -> PlainTextResponse:
            return PlainTextResponse("", headers={"x-own": "1"})

        @app.get("/own")
        async def get() -> None: ...

    client = Built(add=add).client
    assert client.options("/own").json() == {"own": 1}
    assert client.head("/own").headers["x-own"] == "1"


def test_mounted_files_and_applications_are_known_too(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("p {}")

    async def page(_request: object) -> PlainTextResponse:
        return PlainTextResponse("page")

    def add(app: FastAPI) -> None:
        app.mount("/static", StaticFiles(directory=tmp_path))
        app.mount("/inner", Starlette(routes=[Mount("/deep", routes=[Route("/{page}", page)])]))

    built = Built(add=add)
    assert built.client.get("/static/a.css").text == "p {}"
    assert built.client.head("/static/a.css").headers["content-length"] == "4"
    assert built.client.post("/static/a.css").headers["allow"] == "GET, HEAD, OPTIONS"
    assert built.client.get("/inner/deep/x").text == "page"
    assert built.client.post("/inner/deep/x").headers["allow"] == "GET, HEAD, OPTIONS"
    assert [line["route"] for line in built.lines] == ["/static/{path}"] * 3 + ["/inner/deep/{page}"] * 2
