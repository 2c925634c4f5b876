"""Which methods a path knows: an ``Allow`` that names them all, HEAD wherever there is GET, an answer to OPTIONS.

Starlette names in ``Allow`` only the methods of the first route that fits, and FastAPI answers HEAD with 405.
"""

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.http.routes import path_of, routes_of


def _allow(declared: set[str]) -> str:
    return ", ".join(sorted(declared | {"OPTIONS"} | ({"HEAD"} if "GET" in declared else set())))


class Methods:
    """HEAD, OPTIONS and 405 for every route. The innermost of all.

    OPTIONS answers 204 without asking who it is: what it tells stands in the published documentation.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        routes, path = routes_of(scope), path_of(scope)  # before a mount changes them
        if scope["method"] in ("HEAD", "OPTIONS"):
            declared = routes.methods(path)
            if scope["method"] not in declared and scope["method"] == "OPTIONS" and declared:
                await Response(status_code=204, headers={"allow": _allow(declared)})(scope, receive, send)
                return
            if scope["method"] not in declared and "GET" in declared:
                await self._head(scope, receive, send)
                return

        async def naming(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 405:
                declared = routes.methods(path)
                if declared:
                    headers = [pair for pair in message.get("headers", []) if pair[0].lower() != b"allow"]
                    message["headers"] = [*headers, (b"allow", _allow(declared).encode())]
            await send(message)

        await self._app(scope, receive, naming)

    async def _head(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers HEAD as GET would be answered, without the body; a stream is ended where it would begin."""
        ended = False

        async def without_body(message: Message) -> None:
            nonlocal ended
            if message["type"] == "http.response.start":
                scope["method"] = "HEAD"  # before the server looks: it must know that no body follows
                await send(message)
            elif message["type"] == "http.response.body" and not ended:
                ended = True
                await send({"type": "http.response.body", "body": b"", "more_body": False})

        scope["method"] = "GET"
        try:
            await self._app(scope, receive, without_body)
        finally:
            scope["method"] = "HEAD"
