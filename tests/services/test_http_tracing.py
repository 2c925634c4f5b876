"""Traces: nothing unless configured, and then nothing about people."""

import json
import subprocess
import sys
from typing import Any

import pytest
from fastapi import FastAPI, Request
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from domain.errors import Refusal
from services.http import tracing
from services.http.tracing import ENDPOINT, KEPT, OFF, Untraceable, telemetry
from tests.services.test_http_app import Built

SECRETS = ("Link-Marmalade", "Query-Marmalade", "Body-Marmalade", "someone@marmalade.example", "State-Marmalade")


def add(app: FastAPI) -> None:
    """Routes that fail with secrets in what they raise."""

    @app.post("/sign-in/link/{token}")
    async def link(token: str, request: Request) -> None:
        if request.query_params.get("fail") == "error":
            raise ValueError(f"{token} {await request.body()!r}")
        if request.query_params.get("fail") == "refused":
            raise Refusal("The link has been used.")


def traced() -> tuple[Built, InMemorySpanExporter]:
    """An application that keeps its spans in memory."""
    exporter = InMemorySpanExporter()
    return Built(add=add, telemetry=telemetry(configured=True, processor=SimpleSpanProcessor(exporter))), exporter


def test_spans_carry_templates_and_nothing_of_what_was_sent() -> None:
    built, exporter = traced()
    headers = {
        "host": "marmalade-host.example",
        "user-agent": SECRETS[3],
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "tracestate": f"vendor={SECRETS[4]}",
    }
    for fail in ("", "refused", "error"):
        path = f"/sign-in/link/{SECRETS[0]}?fail={fail}&to={SECRETS[3]}&q={SECRETS[1]}"
        built.client.post(path, content=SECRETS[2].encode(), headers=headers)
    built.client.get(f"/{SECRETS[0]}?q={SECRETS[1]}", headers=headers)
    built.client.request("MARMALADE", "/api/things/1", headers=headers)
    spans = exporter.get_finished_spans()
    servers = [span for span in spans if span.kind.name == "SERVER"]
    assert [span.name for span in servers] == [
        "POST /sign-in/link/{token}",
        "POST /sign-in/link/{token}",
        "POST /sign-in/link/{token}",
        "GET",
        "HTTP /api/things/{thing}",
    ]
    assert [(span.attributes or {})["http.response.status_code"] for span in servers] == [200, 409, 500, 404, 405]
    assert {span.context.trace_id for span in servers if span.context} == {0x0AF7651916CD43DD8448EB211C80319C}
    for span in spans:
        assert set(span.attributes or {}) <= KEPT
        assert not span.events
        assert not (span.context and span.context.trace_state)
        told = span.to_json().lower()
        for secret in (*SECRETS, "marmalade"):
            assert secret.lower() not in told


def test_what_machines_ask_all_the_time_is_not_traced() -> None:
    built, exporter = traced()
    for path in ("/health/live", "/health/ready", "/metrics"):
        assert built.client.get(path).status_code == 200
    assert exporter.get_finished_spans() == ()


def test_without_configuration_nothing_is_traced_and_nothing_of_opentelemetry_is_loaded_for_it() -> None:
    program = (
        "import json, sys\n"
        "from services.http.tracing import telemetry\n"
        "found = telemetry()\n"
        "loaded = [name for name in sys.modules if name.partition('.')[0] == 'opentelemetry']\n"
        "import fastapi\n"
        "fastapi.FastAPI(telemetry=found)\n"
        "sdk = [name for name in sys.modules if name.startswith(('opentelemetry.sdk', 'opentelemetry.exporter'))]\n"
        "print(json.dumps([found, loaded, sdk]))\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True, env={"PATH": ""})
    assert json.loads(run.stdout) == [OFF, [], []]


def test_fastapi_s_own_switch_does_not_turn_on_what_we_turned_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    monkeypatch.delenv(ENDPOINT, raising=False)
    app: Any = FastAPI(telemetry=telemetry())
    assert not app._native_telemetry.enabled()
    assert app._telemetry["auto_configure"] is False


def test_traces_that_are_asked_for_and_cannot_be_sent_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_name: str) -> None:
        raise ImportError

    monkeypatch.setenv(ENDPOINT, "http://127.0.0.1:4318")
    monkeypatch.setattr(tracing, "import_module", missing)
    with pytest.raises(Untraceable, match="install opentelemetry-exporter-otlp-proto-http"):
        telemetry()
