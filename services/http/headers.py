"""The headers that every answer carries, whatever made it.

Other origins get nothing: there is no CORS here, so a browser keeps every answer from scripts of other sites.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

ALWAYS: dict[bytes, bytes] = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"permissions-policy": b"camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
}
"""What is added unless the route said otherwise."""

CONTENT_SECURITY_POLICY = b"default-src 'none'; frame-ancestors 'none'"
"""For everything that is no page. Pages say their own; one that forgot gets this, which shows nothing but words."""

STRICT_TRANSPORT_SECURITY = b"max-age=31536000"
"""For a year, and only when the request came by https: on plain http it would be a lie. The scheme is the one that
uvicorn gives, which believes ``X-Forwarded-Proto`` only from the proxies it was told of."""

_PLAIN = [
    *ALWAYS.items(),
    (b"content-security-policy", CONTENT_SECURITY_POLICY),
    (b"cache-control", b"no-store"),
]
_SECURE = [*_PLAIN, (b"strict-transport-security", STRICT_TRANSPORT_SECURITY)]


class SecurityHeaders:
    """Adds what is missing, and takes the server's banner away.

    Nothing is kept by browsers or proxies unless the route set ``Cache-Control``. Uvicorn writes a banner of its own
    after this: it is switched off where it is started (``request_log.UVICORN``).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        wanted = _SECURE if scope.get("scheme") == "https" else _PLAIN

        async def adding(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [pair for pair in message.get("headers", []) if pair[0].lower() != b"server"]
                there = {name.lower() for name, _said in headers}
                headers.extend(pair for pair in wanted if pair[0] not in there)
                message["headers"] = headers
            await send(message)

        await self._app(scope, receive, adding)
