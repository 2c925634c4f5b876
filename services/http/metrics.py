"""Figures for Prometheus: requests, how long they took, how many are in hand, and how far the read models are behind.

**Each worker process has its own figures**, and a scrape reaches whichever process takes it. Every series therefore
has a label ``worker`` (the process's number), so that those of several processes are told apart and can be summed.
"""

import logging
import os
import time
from collections.abc import Callable, Iterator

from fastapi import APIRouter, Request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.http.problem import Raised
from services.http.routes import method_of, path_of, routes_of

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""The bounds of the histogram of durations."""

_log = logging.getLogger(__name__)


class _Asked(Collector):
    """A figure that is asked for when it is scraped. If it cannot be had it is left out, and the log says why."""

    def __init__(self, name: str, help_: str, worker: str, ask: Callable[[], float]) -> None:
        self._name, self._help, self._worker, self._ask = name, help_, worker, ask

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Its name, so that nothing is asked when it is registered."""
        yield GaugeMetricFamily(self._name, self._help)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The figure."""
        family = GaugeMetricFamily(self._name, self._help, labels=["worker"])
        try:
            family.add_metric([self._worker], float(self._ask()))
        except Exception:
            _log.exception("A figure could not be had.")
            return
        yield family


class Metrics:
    """The figures of one application in one process."""

    def __init__(
        self,
        lag: Callable[[], float],
        events: Callable[[], float],
        allowed: Callable[[Request], bool],
        worker: str | None = None,
    ) -> None:
        """``lag``: by how many events the read models are behind; ``events``: how many the log has.

        Both are asked in a thread, and only when somebody scrapes. ``allowed``: who may see the figures: loopback, or
        a token; anybody else is told that there is nothing here.
        """
        self.registry = CollectorRegistry()
        self._allowed = allowed
        self._worker = worker or str(os.getpid())
        labels = ["worker", "method", "route", "status"]
        self._requests = Counter(
            "outturn_requests", "Requests answered, by route template.", labels, registry=self.registry
        )
        self._seconds = Histogram(
            "outturn_request_seconds",
            "How long requests took.",
            ["worker", "method", "route"],
            registry=self.registry,
            buckets=SECONDS,
        )
        in_hand = Gauge("outturn_requests_in_hand", "Requests being answered.", ["worker"], registry=self.registry)
        self._in_hand = in_hand.labels(self._worker)
        self._children: dict[tuple[str, str, int | None], tuple[Counter, Histogram]] = {}
        for name, help_, ask in (
            ("outturn_read_models_behind_events", "By how many events the read models are behind the log.", lag),
            ("outturn_log_events", "Events in the log.", events),
        ):
            self.registry.register(_Asked(name, help_, self._worker, ask))

    def began(self) -> None:
        """Counts a request in."""
        self._in_hand.inc()

    def ended(self, method: str, route: str, status: int | None, seconds: float) -> None:
        """Counts a request out. No status: whoever asked had gone."""
        self._in_hand.dec()
        children = self._children.get((method, route, status))
        if children is None:
            children = self._children[method, route, status] = (
                self._requests.labels(self._worker, method, route, str(status or "none")),
                self._seconds.labels(self._worker, method, route),
            )
        children[0].inc()
        children[1].observe(seconds)

    def router(self) -> APIRouter:
        """GET /metrics."""
        router = APIRouter()

        @router.get("/metrics", include_in_schema=False)
        def metrics(request: Request) -> Response:
            """The figures, in Prometheus's text form."""
            if not self._allowed(request):
                raise Raised(404)
            return Response(generate_latest(self.registry), media_type=MEDIA_TYPE)

        return router


class Metered:
    """Counts every request into the figures."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        routes, path, method = routes_of(scope), path_of(scope), method_of(scope)  # before a mount changes them
        status: int | None = None
        began = time.perf_counter()
        self._metrics.began()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            route = routes.template(scope.get("endpoint"), path)
            self._metrics.ended(method, route, status, time.perf_counter() - began)
