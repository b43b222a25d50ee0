"""Serves an ASGI app on this machine inside the running event loop: for the demo's processes and for tests."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import uvicorn

START_SECONDS = 10.0
GRACE_SECONDS = 2.0


class _Server(uvicorn.Server):
    """uvicorn that stops when told, instead of looking for a reason to stop ten times a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.stopping = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are for whoever serves: nobody here would look at them again."""
        yield

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self.stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let answers that are under way go out, then close."""
        for server in self.servers:
            server.close()
        state = self.server_state
        until = asyncio.get_running_loop().time() + GRACE_SECONDS
        # What was accepted just before the door closed becomes a connection a moment later: one more turn for it.
        await asyncio.sleep(0)
        # uvicorn tells nobody when a connection has gone.
        while (state.connections or state.tasks) and asyncio.get_running_loop().time() < until:
            for connection in list(state.connections):
                connection.shutdown()
            await asyncio.sleep(0.002)
        for task in list(state.tasks):
            task.cancel()
        for connection in list(state.connections):
            connection.transport.abort()
        # An aborted connection leaves in the loop's next turn, and a cancelled answer in the one after.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        for server in self.servers:
            await server.wait_closed()


class Served:
    """`async with Served(app) as served:` answers at `served.url` until the block ends. Port 0 takes a free one."""

    def __init__(self, app: Any, *, port: int = 0, host: str = "127.0.0.1") -> None:
        self._host = host
        # Named as TCP, because asyncio sets TCP_NODELAY only on sockets that say so; without it each call takes 40 ms.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((host, port))
        self.port: int = self._socket.getsockname()[1]
        # uvicorn would set the date of its answers when it starts, and never again with our main loop.
        config = uvicorn.Config(
            app, log_config=None, access_log=False, lifespan="off", date_header=False, server_header=False
        )
        self._server = _Server(config)
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"http://{self._host}:{self.port}"

    async def __aenter__(self) -> Served:
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        async with asyncio.timeout(START_SECONDS):
            while not self._server.started:
                if self._task.done():
                    await self._task
                await asyncio.sleep(0.002)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stopping.set()
        if self._task:
            await self._task
        self._socket.close()
