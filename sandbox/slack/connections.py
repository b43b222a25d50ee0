"""Answers that are none: a connection that is dropped without a word."""

from __future__ import annotations

from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class Dropped(Response):
    """Closes the TCP connection. The client sees a server that disconnected before it answered."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # uvicorn hands the app a method of its request cycle, which knows the transport; ASGI itself has no such verb.
        transport = getattr(getattr(receive, "__self__", None), "transport", None)
        if transport is None:
            raise ConnectionResetError("dropped on purpose")
        transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass
