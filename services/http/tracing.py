"""Traces by OpenTelemetry, for an office that collects them; without that, nothing is traced and nothing is loaded.

FastAPI makes the spans itself. What it would put into them, the raw path, the query and the host that was asked for,
is taken out before a span begins: paths hold sign-in tokens, queries hold what people look for. What is left is in
``KEPT``. Its own records of errors, with their words and stack traces, stay off.
"""

import os
from collections.abc import MutableMapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from domain.errors import OutturnError

if TYPE_CHECKING:
    from fastapi.telemetry import TelemetryConfig
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
"""The setting, by OpenTelemetry's own name: where traces are sent. Its other settings are read by its exporter."""

KEPT = frozenset(
    {
        "code.function.name",
        "error.type",
        "http.request.method",
        "http.response.status_code",
        "http.route",
        "network.protocol.version",
        "url.scheme",
    }
)
"""All that a span may say of a request."""

OFF: "TelemetryConfig" = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""No telemetry, whatever FastAPI's own settings in the environment say."""


class Untraceable(OutturnError):
    """Traces are asked for and cannot be made."""


def _unwatched(scope: MutableMapping[str, Any]) -> bool:
    """What machines ask every few seconds is not traced."""
    path = str(scope.get("path", ""))
    return path == "/metrics" or path.startswith("/health/")


def _provider(processor: "SpanProcessor", service: str) -> "TracerProvider":
    """A provider of our own, not the global one: what other libraries would trace is not sent."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.sampling import DEFAULT_ON, Sampler, SamplingResult

    class Discreet(Sampler):
        """Samples as OpenTelemetry does, and lets no span begin with what is not to be kept."""

        def should_sample(
            self, parent_context: Any, trace_id: int, name: str, kind: Any = None, attributes: Any = None, *others: Any
        ) -> SamplingResult:
            """Whether a span is recorded, and with which attributes. Whatever a caller put into tracestate goes."""
            kept = {key: said for key, said in (attributes or {}).items() if key in KEPT}
            found = DEFAULT_ON.should_sample(parent_context, trace_id, name, kind, kept)
            return SamplingResult(found.decision, kept)

        def get_description(self) -> str:
            """Its name."""
            return "Discreet"

    provider = TracerProvider(sampler=Discreet(), resource=Resource.create({"service.name": service}))
    provider.add_span_processor(processor)
    return provider


def _sender() -> "SpanProcessor":
    """Sends spans in the background, as OTEL_EXPORTER_OTLP_… says."""
    try:
        over_http = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    except ImportError as missing:
        raise Untraceable(
            f"{ENDPOINT} is set, and what sends traces is not installed: install "
            "opentelemetry-exporter-otlp-proto-http, or take the setting away."
        ) from missing
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    return BatchSpanProcessor(over_http.OTLPSpanExporter())


def telemetry(
    *, configured: bool | None = None, processor: "SpanProcessor | None" = None, service: str = "outturn"
) -> "TelemetryConfig":
    """The argument ``telemetry`` of ``FastAPI``: everything off, unless ``OTEL_EXPORTER_OTLP_ENDPOINT`` is set.

    ``configured`` overrides the environment; ``processor`` takes the spans instead of the sender over HTTP. Raises
    ``Untraceable`` when traces are asked for and the package that sends them is not installed.
    """
    if configured is None:
        configured = bool(os.environ.get(ENDPOINT))
    if not configured:
        return OFF.copy()
    provider = _provider(processor or _sender(), service)
    return {
        "tracer_provider": provider,
        "tracing": True,
        "metrics": False,
        "logs": False,
        "operation_spans": True,
        "auto_configure": False,
        "exclude": _unwatched,
    }
