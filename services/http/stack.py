"""The middlewares in the one order that is right, the outermost first."""

from collections.abc import Mapping

from starlette.middleware import Middleware
from structlog.typing import FilteringBoundLogger

from services.http.headers import SecurityHeaders
from services.http.limits import AddressLimit, Allowances, Body, BodyLimit, Rule
from services.http.methods import Methods
from services.http.metrics import Metered, Metrics
from services.http.problem import Faults
from services.http.request_log import RequestLog


def middlewares(
    metrics: Metrics,
    allowances: Allowances,
    *,
    log: FilteringBoundLogger | None = None,
    by_address: Mapping[str, Rule | None] | None = None,
    bodies: Mapping[str, Body] | None = None,
) -> list[Middleware]:
    """What ``FastAPI(middleware=…)`` is given.

    Log, figures and headers see every answer, so they are outside what may fail (``Faults``) and what may refuse.
    """
    return [
        Middleware(RequestLog, log=log),
        Middleware(Metered, metrics=metrics),
        Middleware(SecurityHeaders),
        Middleware(Faults),
        Middleware(AddressLimit, allowances=allowances, rules=by_address),
        Middleware(BodyLimit, rules=bodies),
        Middleware(Methods),
    ]
