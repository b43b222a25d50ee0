"""Socket Mode: the app connects to us, and everything goes over its WebSockets instead of to an address.

uvicorn has no WebSockets without a further package, so aiohttp, which we have anyway, serves this one door on a port of
its own. Frames: https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import WSMsgType, web

from sandbox.slack.outgoing import AppAnswer, Kind
from sandbox.slack.workspace import Workspace

MOST = 10
CONNECTION_SECONDS = 3600
ENVELOPE = {"event": "events_api", "command": "slash_commands", "interaction": "interactive", "options": "interactive"}

Reason = Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets"]


@dataclass
class SocketDoor:
    """The open connections of the app. Any of them may get any request; each answers by envelope id."""

    workspace: Workspace
    connections: list[web.WebSocketResponse] = field(default_factory=list)
    tickets: set[str] = field(default_factory=set)
    url: str | None = None
    _waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    _turn: int = 0

    def ticket(self) -> str:
        """The address of one new connection, good for one use."""
        assert self.url is not None
        ticket = self.workspace.new_id("ticket-")
        self.tickets.add(ticket)
        return f"{self.url}/link/?ticket={ticket}&app_id={self.workspace.app.app_id}"

    async def send(self, kind: Kind, payload: dict[str, Any], seconds: float, retry: int, reason: str) -> AppAnswer:
        """One request over one of the connections, and its acknowledgement within `seconds`."""
        if not self.connections:
            return AppAnswer(0, trouble="unreachable")
        self._turn += 1
        connection = self.connections[self._turn % len(self.connections)]
        envelope_id = self.workspace.new_id("envelope-")
        self._waiting[envelope_id] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(seconds):
                await connection.send_json(
                    {
                        "envelope_id": envelope_id,
                        "type": ENVELOPE[kind],
                        "accepts_response_payload": kind != "event",
                        "payload": payload,
                        **({"retry_attempt": retry, "retry_reason": reason} if kind == "event" else {}),
                    }
                )
                said = await self._waiting[envelope_id]
        except TimeoutError:
            return AppAnswer(0, trouble="timeout", seconds=seconds)
        except ConnectionError:
            return AppAnswer(0, trouble="unreachable")
        finally:
            del self._waiting[envelope_id]
        body = b"" if said is None else json.dumps(said).encode()
        return AppAnswer(200, body, {"content-type": "application/json"})

    async def disconnect(self, reason: Reason = "refresh_requested") -> None:
        """Ask every connection to go and close it; `warning` only announces it."""
        for connection in list(self.connections):
            await connection.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})
            if reason != "warning":
                await connection.close()

    async def accept(self, request: web.Request) -> web.WebSocketResponse:
        """One connection from its hello to its end."""
        connection = web.WebSocketResponse()
        await connection.prepare(request)
        ticket = request.query.get("ticket", "")
        if ticket not in self.tickets or len(self.connections) >= MOST:
            reason = "too_many_websockets" if ticket in self.tickets else "link_disabled"
            await connection.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})
            await connection.close()
            return connection
        self.tickets.discard(ticket)
        self.connections.append(connection)
        self.workspace.feed.publish("socket.opened", connections=len(self.connections))
        try:
            await connection.send_json(self._hello())
            async for frame in connection:
                if frame.type is WSMsgType.TEXT:
                    self._acknowledged(frame.data)
        finally:
            self.connections.remove(connection)
            self.workspace.feed.publish("socket.closed", connections=len(self.connections))
        return connection

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "debug_info": {
                "host": "sandbox",
                "build_number": 1,
                "approximate_connection_time": CONNECTION_SECONDS,
            },
            "connection_info": {"app_id": self.workspace.app.app_id},
        }

    def _acknowledged(self, text: str) -> None:
        try:
            said = json.loads(text)
            waiting = self._waiting.get(said["envelope_id"])
        except (ValueError, KeyError, TypeError):
            self.workspace.complain("a frame that acknowledges nothing came over the socket")
            return
        if waiting is not None and not waiting.done():
            waiting.set_result(said.get("payload"))

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator[SocketDoor]:
        """Take connections until the block ends; `url` is where."""
        listener = socket.create_server(("127.0.0.1", port))
        app = web.Application()
        app.router.add_get("/link/", self.accept)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.SockSite(runner, listener).start()
        self.url = f"ws://127.0.0.1:{listener.getsockname()[1]}"
        try:
            yield self
        finally:
            self.url = None
            for connection in list(self.connections):
                await connection.close()
            await runner.cleanup()
