"""The routes an application has: the template a request fell on, and what may be asked of a path.

Logs, metrics and ``Allow`` need both, and must never show a raw path: a path can hold a sign-in token.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

UNMATCHED = "unmatched"
"""Stands for the template of a request that fell on no route."""

METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})

OTHER = "other"
"""Stands for a method that is none of ``METHODS``: a client may invent one, and put anything into it."""


class _Known(NamedTuple):
    """One route."""

    template: str
    pattern: re.Pattern[str]
    methods: frozenset[str]
    endpoint: object


def path_of(scope: Scope) -> str:
    """The path as routes see it: without what a proxy put in front (``root_path``)."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path[len(root) :] or "/" if root and f"{path}/".startswith(f"{root}/") else path


def method_of(scope: Scope) -> str:
    """The method, fit for a log: an invented one is ``other``."""
    method = scope["method"]
    return method if method in METHODS else OTHER


def _known(routes: Sequence[BaseRoute], before: str = "") -> Iterator[_Known]:
    for route in iter_route_contexts(routes):
        original = route.original_route
        if isinstance(original, Mount):
            inner = getattr(original.app, "routes", None)
            if inner:
                yield from _known(inner, before + (route.path or ""))
                continue
            methods = {"GET", "HEAD"} if isinstance(original.app, StaticFiles) else set()
            endpoint: object = original.app
        elif isinstance(original, Route):
            methods, endpoint = route.methods or set(), route.endpoint
        else:
            continue
        pattern: re.Pattern[str] = route.path_regex
        if before:
            pattern = re.compile(f"^{re.escape(before)}{pattern.pattern.removeprefix('^')}")
        yield _Known(before + (route.path_format or ""), pattern, frozenset(methods), endpoint)


class Routes:
    """All routes of an application, looked up when the first request comes. Later ones are not seen."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self._all = list(_known(routes))
        self._by_endpoint: dict[int, list[_Known]] = {}
        for known in self._all:
            self._by_endpoint.setdefault(id(known.endpoint), []).append(known)

    def template(self, endpoint: object, path: str) -> str:
        """The template that a request fell on, once it was routed; ``unmatched``, if it fell on none."""
        candidates = self._by_endpoint.get(id(endpoint), [])
        if len(candidates) == 1:
            return candidates[0].template
        return next((known.template for known in candidates if known.pattern.match(path)), UNMATCHED)

    def methods(self, path: str) -> set[str]:
        """The methods of all routes that a path falls on; none, if it falls on none."""
        return {method for known in self._all if known.pattern.match(path) for method in known.methods}


def routes_of(scope: Scope) -> Routes:
    """The routes of the application that a request came to."""
    app: Any = scope["app"]
    routes = getattr(app.state, "known_routes", None)
    if not isinstance(routes, Routes):
        routes = app.state.known_routes = Routes(app.routes)
    return routes
