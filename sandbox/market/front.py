"""Where the API meets the network: reads requests, lets faults strike, sends answers or breaks them."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.market.door import Arrival, Door, Reply
from sandbox.market.faults import AFTER, BEFORE, Fault, Faults
from sandbox.market.poison import spoil

JSON = b"application/json"
HTML = b"<!doctype html><html><body><h1>Wartungsarbeiten</h1><p>Wir sind gleich wieder da.</p></body></html>"


class Front:
    """The ASGI app: /v2 is the API with its faults, everything else is `elsewhere`."""

    def __init__(self, door: Door, faults: Faults, elsewhere: ASGIApp) -> None:
        self._door = door
        self._faults = faults
        self._elsewhere = elsewhere

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/v2/"):
            await self._elsewhere(scope, receive, send)
            return
        line = Line(receive, send, self._door.now())
        arrival = await _read(scope, receive)
        with contextlib.suppress(Gone):
            await self._answer(arrival, line)

    async def _answer(self, arrival: Arrival, line: Line) -> None:
        account = self._door.claimed_by(arrival)
        for fault in self._faults.strike(BEFORE, arrival.method, arrival.path, account):
            await _strike_before(fault, line)
        reply = await self._door.answer(arrival)
        struck = self._faults.strike(AFTER, arrival.method, arrival.path, account, executed=reply.executed)
        for fault in struck:
            reply = await _strike_after(fault, arrival, reply, line)
        await line.tell(reply.status, reply.told)


class Gone(Exception):
    """The exchange is over, one way or another."""


class Line:
    """One exchange with one client.

    ASGI knows no connections. Where uvicorn serves, its `send` is a method of the cycle that holds one: that is how
    connections are dropped and answers dated by the world's clock.
    """

    def __init__(self, receive: Receive, send: Send, now: datetime) -> None:
        self._receive = receive
        self._send = send
        self._date = (b"date", format_datetime(now, usegmt=True).encode())
        cycle = getattr(send, "__self__", None)
        self._transport: asyncio.Transport | None = getattr(cycle, "transport", None)
        if cycle is not None and self._transport is not None:
            cycle.default_headers = [header for header in cycle.default_headers if header[0] != b"date"]

    async def tell(self, status: int, told: Any) -> None:
        """JSON; no body for None. Lone surrogates and NaN go out as foreign servers send them."""
        await self.send(status, b"" if told is None else json.dumps(told).encode(), JSON)

    async def send(
        self, status: int, body: bytes, kind: bytes, *headers: tuple[bytes, bytes], length: int | None = None
    ) -> None:
        """`length` may promise more than `body` has."""
        fields = [self._date, *headers]
        if status != 204:
            fields.append((b"content-length", str(len(body) if length is None else length).encode()))
        if body:
            fields.append((b"content-type", kind))
        await self._send({"type": "http.response.start", "status": status, "headers": fields})
        if length is not None:
            await self._send({"type": "http.response.body", "body": body, "more_body": True})
            await self.drop()
        await self._send({"type": "http.response.body", "body": body})

    async def drip(self, status: int, body: bytes, seconds: float) -> None:
        """One byte per `seconds`, until the client has had enough."""
        fields = [self._date, (b"content-length", str(len(body)).encode()), (b"content-type", JSON)]
        await self._send({"type": "http.response.start", "status": status, "headers": fields})
        for byte in body:
            await self._send({"type": "http.response.body", "body": bytes([byte]), "more_body": True})
            await self.wait(seconds)
        await self._send({"type": "http.response.body", "body": b""})
        raise Gone

    async def wait(self, seconds: float) -> None:
        """Raises Gone when the client leaves meanwhile."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while (await self._receive())["type"] != "http.disconnect":
                    pass
                raise Gone

    async def drop(self) -> None:
        """Close the connection without a word. Raises Gone."""
        if self._transport is None:
            raise ConnectionAbortedError("dropped on purpose")
        self._transport.abort()
        while (await self._receive())["type"] != "http.disconnect":
            pass
        raise Gone


async def _read(scope: Scope, receive: Receive) -> Arrival:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    parts: list[bytes] = []
    more = True
    while more:
        event = await receive()
        parts.append(event.get("body", b""))
        more = event.get("more_body", False)
    return Arrival(
        method=scope["method"],
        base=f"{scope['scheme']}://{headers.get('host', '')}",
        path=scope["path"].removeprefix("/v2"),
        raw_path=scope["raw_path"].decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        headers=headers,
        body=b"".join(parts),
    )


async def _strike_before(fault: Fault, line: Line) -> None:
    """Does the damage. Raises Gone when that was all the client gets."""
    if fault.kind == "down":
        await line.drop()
    elif fault.kind == "slow":
        await line.wait(fault.seconds)
    else:
        status = 429 if fault.kind == "too_many" else fault.status
        await line.tell(status, _trouble(status, fault.problem))
        raise Gone


async def _strike_after(fault: Fault, arrival: Arrival, reply: Reply, line: Line) -> Reply:
    """The reply after the damage. Raises Gone when the client has got all it will get."""
    if fault.kind == "cut_after_execution":
        await line.drop()
    elif fault.kind == "hang_after_execution":
        await line.wait(fault.seconds)
        await line.drop()
    elif fault.kind == "error_after_execution":
        return Reply(fault.status, _trouble(fault.status, fault.problem))
    elif fault.kind == "poison":
        told = spoil(reply.told, arrival.path, fault.poison, fault.subject)
        missing = {"type": "/problems/not-found", "message": "Resource not found", "errors": []}
        return Reply(404, missing) if told is None and reply.told is not None else Reply(reply.status, told)
    else:
        await _garble(fault, reply, line)
        raise Gone
    return reply


async def _garble(fault: Fault, reply: Reply, line: Line) -> None:
    body = json.dumps(reply.told).encode()
    if fault.kind == "drip":
        await line.drip(reply.status, body, fault.seconds)
    elif fault.kind == "html":
        await line.send(200, HTML, b"text/html; charset=utf-8")
    elif fault.kind == "truncated":
        await line.send(reply.status, body[: len(body) // 2], JSON, length=len(body))
    elif fault.kind == "not_json":
        await line.send(200, body[: len(body) // 2] + b"\xff\xfe", JSON)
    elif fault.kind == "wrong_shape":
        await line.tell(200, {"data": "yes", "pagination": []})
    elif fault.kind == "empty":
        await line.send(200, b"", JSON)
    else:
        await line.send(200, _bomb(fault.megabytes), JSON, (b"content-encoding", b"gzip"))


def _trouble(status: int, problem: str) -> dict[str, Any]:
    """The body of an answer that is wrong on purpose. 429 has no type."""
    if status == 429:
        return {"message": "Too Many Requests", "errors": []}
    type = problem or ("service-unavailable" if status == 503 else "server-error")
    return {"type": f"/problems/{type}", "message": "Something went wrong on our side", "errors": []}


@lru_cache(maxsize=2)
def _bomb(megabytes: int) -> bytes:
    """A small body that becomes `megabytes` of JSON when it is unpacked."""
    return gzip.compress(b'{"data":"' + b"0" * (megabytes * 1024 * 1024) + b'"}', compresslevel=1)
