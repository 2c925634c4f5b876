"""Figures for Prometheus."""

import os

import pytest
from fastapi import FastAPI, Request
from prometheus_client.parser import text_string_to_metric_families

from services.http.metrics import Metrics
from tests.services.test_http_app import Built


def figures(text: str) -> dict[tuple[str, tuple[str, ...]], float]:
    """Every figure, by its name and the values of its labels but the worker and the bounds."""
    return {
        (
            sample.name,
            tuple(said for label, said in sample.labels.items() if label not in ("worker", "le")),
        ): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_requests_are_counted_by_method_template_and_status() -> None:
    built = Built()
    for _time in range(3):
        built.client.get("/api/things/1")
    built.client.get("/api/things/secret-reference?limit=many")
    built.client.get("/nowhere/secret-reference")
    built.client.request("BREW", "/api/things/1")
    answer = built.client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = figures(answer.text)
    assert found["outturn_requests_total", ("GET", "/api/things/{thing}", "200")] == 3
    assert found["outturn_requests_total", ("GET", "/api/things/{thing}", "422")] == 1
    assert found["outturn_requests_total", ("GET", "unmatched", "404")] == 1
    assert found["outturn_requests_total", ("other", "/api/things/{thing}", "405")] == 1
    assert found["outturn_request_seconds_count", ("GET", "/api/things/{thing}")] == 4
    assert found["outturn_requests_in_hand", ()] == 1  # the one that asks
    assert "secret-reference" not in answer.text
    assert 'worker="7"' in answer.text


def test_the_log_and_the_lag_of_the_read_models_are_asked_when_scraped() -> None:
    found = figures(Built().client.get("/metrics").text)
    assert found["outturn_read_models_behind_events", ()] == 3
    assert found["outturn_log_events", ()] == 41


def test_a_figure_that_cannot_be_had_is_left_out_and_the_others_are_given(caplog: pytest.LogCaptureFixture) -> None:
    def away() -> float:
        raise ConnectionError

    found = figures(Built(lag=away).client.get("/metrics").text)
    assert ("outturn_read_models_behind_events", ()) not in found
    assert found["outturn_log_events", ()] == 41
    assert len(caplog.records) == 1


def test_nothing_is_asked_before_somebody_scrapes() -> None:
    asked: list[int] = []

    def count() -> float:
        asked.append(1)
        return 1

    built = Built(lag=count)
    assert asked == []
    built.client.get("/metrics")
    assert asked == [1]


def test_who_is_not_allowed_is_told_that_there_is_nothing_here() -> None:
    def loopback(request: Request) -> bool:
        return request.client is not None and request.client.host == "127.0.0.1"

    refused = Built(allowed=loopback).client.get("/metrics")
    assert (refused.status_code, "outturn_requests" in refused.text) == (404, False)
    assert Built(allowed=loopback, address="127.0.0.1").client.get("/metrics").status_code == 200


def test_two_applications_in_one_process_count_apart() -> None:
    first, second = Built(), Built()
    first.client.get("/api/things/1")
    key = ("outturn_requests_total", ("GET", "/api/things/{thing}", "200"))
    assert key in figures(first.client.get("/metrics").text)
    assert key not in figures(second.client.get("/metrics").text)


def test_the_worker_is_the_process_unless_told_otherwise() -> None:
    app = FastAPI()
    metrics = Metrics(lambda: 0, lambda: 0, lambda _request: True)
    app.include_router(metrics.router())
    metrics.began()
    metrics.ended("GET", "/x", None, 0.1)
    assert metrics.registry.get_sample_value("outturn_requests_in_hand", {"worker": str(os.getpid())}) == 0
    labels = {"worker": str(os.getpid()), "method": "GET", "route": "/x", "status": "none"}
    assert metrics.registry.get_sample_value("outturn_requests_total", labels) == 1
