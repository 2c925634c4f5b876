"""A small application with the whole plumbing around it, and what only the whole can show."""

import io
import json
import threading
from collections.abc import Callable, Mapping
from typing import Any, TextIO

import pytest
from fastapi import APIRouter, FastAPI, Request
from fastapi.testclient import TestClient
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

from domain.errors import Refusal
from services.http import health
from services.http.json_body import json_body
from services.http.limits import Allowances, Body, Rule
from services.http.metrics import Metrics
from services.http.problem import AsPage, CutShort, Problem, Raised, install
from services.http.request_log import logger, set_actor
from services.http.stack import middlewares


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def error_page(_request: Request, problem: Problem) -> Response:
    """An error page."""
    return HTMLResponse(f"<h1>{problem.title}</h1>", headers={"content-security-policy": "default-src 'self'"})


def _routes(allowances: Allowances) -> APIRouter:
    """A few routes, included under a prefix as the office's own are."""
    router = APIRouter()

    @router.get("/things/{thing}")
    async def read(thing: str, limit: int = 10) -> dict[str, Any]:
        set_actor("person-1")
        return {"thing": thing, "limit": limit}

    @router.post("/things/{thing}")
    async def write(thing: str, request: Request) -> dict[str, Any]:
        return {"fields": sorted(await json_body(request, most=2_000))}

    @router.put("/things/{thing}")
    def put(thing: str) -> dict[str, str]:
        set_actor("person-in-a-thread")
        return {"thing": thing}

    @router.post("/files")
    async def files(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @router.get("/charged")
    async def charged() -> dict[str, bool]:
        allowances.charge("account:person-1", Rule(2))
        return {"charged": True}

    @router.get("/stream")
    async def stream() -> StreamingResponse:
        async def parts() -> Any:
            for _part in range(3):
                yield b"part"

        return StreamingResponse(parts(), media_type="text/plain")

    @router.get("/broken-stream")
    async def broken_stream() -> StreamingResponse:
        async def parts() -> Any:
            yield b"part"
            raise ValueError("the secret of the stream")

        return StreamingResponse(parts(), media_type="text/plain")

    return router


class Built:
    """The application, a client of it, and all it writes to its log."""

    def __init__(
        self,
        *,
        add: Callable[[FastAPI], object] | None = None,
        as_page: AsPage | None = error_page,
        by_address: Mapping[str, Rule | None] | None = None,
        bodies: Mapping[str, Body] | None = None,
        checks: list[health.Check] | None = None,
        allowed: Callable[[Request], bool] = lambda _request: True,
        lag: Callable[[], float] = lambda: 3,
        telemetry: Any = None,
        base_url: str = "http://testserver",
        address: str = "192.0.2.7",
        log_to: TextIO | None = None,
    ) -> None:
        self.clock = Hands()
        self.stream = io.StringIO()
        self.metrics = Metrics(lag, lambda: 41, allowed, worker="7")
        allowances = Allowances(self.clock)
        around = middlewares(
            self.metrics, allowances, log=logger(log_to or self.stream), by_address=by_address, bodies=bodies
        )
        self.app = FastAPI(middleware=around, openapi_url=None, telemetry=telemetry)
        install(self.app, as_page)
        self.app.include_router(_routes(allowances), prefix="/api")
        self.app.include_router(self.metrics.router())
        self.app.include_router(health.router(checks or [], self.clock))
        if add:
            add(self.app)
        self.client = TestClient(self.app, base_url=base_url, client=(address, 50_000))

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What the log says."""
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


def _raising(app: FastAPI) -> None:
    @app.get("/page")
    async def page() -> None:
        raise Refusal("The fund has £40 left.")

    @app.get("/fault")
    async def fault() -> None:
        raise ValueError("a secret value")


def test_every_answer_has_the_request_id_and_the_headers_also_when_it_is_refused_or_fails() -> None:
    built = Built(add=_raising, by_address={"": Rule(1_000), "/api/charged": Rule(0)}, bodies={"": Body(10, 5)})
    answers = [
        built.client.get("/api/things/1"),
        built.client.get("/nowhere"),
        built.client.get("/page"),
        built.client.get("/fault"),
        built.client.get("/api/charged"),
        built.client.post("/api/files", content=b"x" * 11),
        built.client.patch("/api/things/1"),
        built.client.options("/api/things/1"),
    ]
    assert [answer.status_code for answer in answers] == [200, 404, 409, 500, 429, 413, 405, 204]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "server" not in answer.headers
    assert [answer.headers["x-request-id"] for answer in answers] == [line["request"] for line in built.lines]
    assert [answer.status_code for answer in answers] == [line["status"] for line in built.lines]


def test_every_refusal_and_failure_is_problem_details_with_the_number_of_its_request() -> None:
    built = Built(add=_raising, by_address={"": Rule(1_000), "/api/charged": Rule(0)}, bodies={"": Body(10, 5)})
    for answer in (
        built.client.get("/nowhere"),
        built.client.get("/page"),
        built.client.get("/fault"),
        built.client.get("/api/charged"),
        built.client.post("/api/files", content=b"x" * 11),
        built.client.patch("/api/things/1"),
        built.client.get("/api/things/1?limit=many"),
    ):
        assert answer.headers["content-type"] == "application/problem+json"
        said = Problem.model_validate_json(answer.content)
        assert said.status == answer.status_code
        assert said.instance == answer.headers["x-request-id"]
        assert said.type.startswith("/problems/")


def test_an_answer_that_fails_half_way_is_cut_short_and_its_error_is_not_shown_to_the_server() -> None:
    built = Built()
    with pytest.raises(CutShort) as raised:
        built.client.get("/api/broken-stream")
    assert raised.value.__suppress_context__
    assert raised.value.__cause__ is None
    assert "secret" not in str(raised.value)
    assert built.lines[-1]["status"] == 200


def test_mounted_routes_that_fail_get_the_error_page_too() -> None:
    async def failing(_request: Request) -> Response:
        raise ValueError("a secret value")

    def add(app: FastAPI) -> None:
        app.router.routes.append(Mount("/inner", routes=[Route("/page", failing)]))

    built = Built(add=add)
    answer = built.client.get("/inner/page", headers={"accept": "text/html"})
    assert (answer.status_code, answer.text) == (500, "<h1>Something went wrong</h1>")
    assert built.lines[-1]["route"] == "/inner/page"


def test_what_a_thread_says_of_the_actor_reaches_the_line_of_its_own_request_only() -> None:
    built = Built()
    threads = [
        threading.Thread(target=built.client.request, args=(method, "/api/things/1")) for method in ("PUT", "GET") * 8
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {(line["method"], line["actor"]) for line in built.lines} == {
        ("PUT", "person-in-a-thread"),
        ("GET", "person-1"),
    }
    assert len(built.lines) == 16


def test_a_problem_raised_outside_every_route_keeps_its_own_status() -> None:
    class Refusing:
        def __init__(self, app: Any) -> None:
            self.app = app

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                raise Raised(403, "Not from here.")
            await self.app(scope, receive, send)

    metrics = Metrics(lambda: 0, lambda: 0, lambda _request: True)
    around = middlewares(metrics, Allowances(), log=logger(io.StringIO()))
    app = FastAPI(middleware=[*around, Middleware(Refusing)])
    install(app)
    answer = TestClient(app).get("/")
    assert answer.status_code == 403
    assert answer.json()["detail"] == "Not from here."
