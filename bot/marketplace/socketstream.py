"""The bytes of one connection, read and written one after the other by whoever has it."""

from __future__ import annotations

import asyncio
from collections import deque

import httpx

MOST_UNREAD = 256 * 1024  # bytes, then the other side has to wait


class SocketStream(asyncio.Protocol):
    """A protocol for `loop.create_connection`. Used by one task at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._received: deque[bytes] = deque()
        self._unread = 0
        self._ended = False
        self._broken: Exception | None = None
        self._full = False
        self._waiter: asyncio.Future[None] | None = None

    @property
    def has_news(self) -> bool:
        """Whether `read` would return at once."""
        return self._ended or bool(self._received)

    async def read(self) -> bytes:
        """What came, as it came; empty at the end. Raises `httpx.ReadError` when the connection broke."""
        if not self.has_news:
            await self._news()
        if self._received:
            piece = self._received.popleft()
            self._unread -= len(piece)
            if not self._received and not self._ended:
                self._open.resume_reading()
            return piece
        if self._broken is not None:
            raise httpx.ReadError(f"the connection broke: {type(self._broken).__name__}")
        return b""

    async def write(self, data: bytes) -> None:
        """Returns when little enough is on its way. A connection that broke is noticed when its answer is read."""
        self._open.write(data)
        while self._full and not self._ended:
            await self._news()

    def close(self) -> None:
        self._open.close()

    def abort(self) -> None:
        """Close without waiting for what is on its way."""
        self._open.abort()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received.append(data)
        self._unread += len(data)
        if self._unread > MOST_UNREAD:
            self._open.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended = True
        self._broken = exc
        self._wake()

    def pause_writing(self) -> None:
        self._full = True

    def resume_writing(self) -> None:
        self._full = False
        self._wake()

    @property
    def _open(self) -> asyncio.Transport:
        assert self._transport is not None
        return self._transport

    async def _news(self) -> None:
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
