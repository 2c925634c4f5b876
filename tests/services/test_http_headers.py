"""The headers of every answer."""

import pytest
from fastapi import FastAPI
from starlette.responses import HTMLResponse, Response

from services.http.headers import CONTENT_SECURITY_POLICY
from tests.services.test_http_app import Built


def add(app: FastAPI) -> None:
    """Pages that say some headers themselves."""

    @app.get("/page")
    async def page() -> Response:
        headers = {"content-security-policy": "default-src 'self'", "cache-control": "max-age=60", "server": "banner"}
        return HTMLResponse("<p>", headers=headers)

    @app.get("/plain")
    async def plain() -> Response:
        return HTMLResponse("<p>")


def test_an_answer_carries_what_keeps_browsers_safe() -> None:
    headers = Built().client.get("/api/things/1").headers
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


def test_what_a_page_says_itself_is_left_alone_once() -> None:
    headers = Built(add=add).client.get("/page").headers
    assert headers.get_list("content-security-policy") == ["default-src 'self'"]
    assert headers.get_list("cache-control") == ["max-age=60"]
    assert "server" not in headers


def test_a_page_that_forgot_its_policy_gets_the_strictest() -> None:
    assert Built(add=add).client.get("/plain").headers["content-security-policy"] == CONTENT_SECURITY_POLICY.decode()


def test_strict_transport_is_said_over_https_only() -> None:
    assert "strict-transport-security" not in Built().client.get("/api/things/1").headers
    secure = Built(base_url="https://testserver")
    assert secure.client.get("/api/things/1").headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.parametrize("method", ["OPTIONS", "GET", "POST"])
def test_no_other_origin_is_let_in(method: str) -> None:
    asking = {
        "origin": "https://elsewhere.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization",
    }
    answer = Built().client.request(method, "/api/things/1", headers=asking)
    assert not [name for name in answer.headers if name.startswith("access-control")]
