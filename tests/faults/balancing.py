"""One address in front of several front doors: each request goes to the next of them, as a load balancer does it."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx

from sandbox.serving import Served


class Balancer:
    """An ASGI app that hands on to `doors` by turns; `handed` counts what each got, by its kind."""

    def __init__(self) -> None:
        self.doors: Sequence[str] = ()
        self.handed: Counter[tuple[str, str]] = Counter()
        self._turn = 0
        self._client = httpx.AsyncClient(trust_env=False, timeout=30)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            event = await receive()
            body += event.get("body", b"")
            if not event.get("more_body"):
                break
        if not self.doors:
            await send({"type": "http.response.start", "status": 503, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        door = self.doors[self._turn % len(self.doors)]
        self._turn += 1
        self.handed[door, scope["path"]] += 1
        path = scope["path"] + (f"?{scope['query_string'].decode()}" if scope["query_string"] else "")
        headers = [(name, value) for name, value in scope["headers"] if name not in {b"host", b"content-length"}]
        answer = await self._client.request(scope["method"], door + path, headers=headers, content=body)
        told = [(name, value) for name, value in answer.headers.raw if name.lower() not in {b"transfer-encoding"}]
        await send({"type": "http.response.start", "status": answer.status_code, "headers": told})
        await send({"type": "http.response.body", "body": answer.content})

    async def close(self) -> None:
        await self._client.aclose()


@asynccontextmanager
async def balanced() -> AsyncIterator[tuple[Balancer, str]]:
    """The balancer and its address; who knocks before it has doors is sent away."""
    balancer = Balancer()
    try:
        async with Served(balancer) as served:
            yield balancer, served.url
    finally:
        await balancer.close()
