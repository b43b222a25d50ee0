"""The bytes of one connection, read and written one after the other by whoever has it."""

from __future__ import annotations

import asyncio
import select
from collections import deque

import httpx

MOST_UNREAD = 256 * 1024  # bytes, then the other side has to wait
MOST_AT_ONCE = 32 * 1024  # bytes of one `read`: they may be thousands of tiny parts, and others wait for their turn


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
    def is_quiet(self) -> bool:
        """Whether the other side neither spoke nor closed, and all of ours has left."""
        if self._has_news or self._open.is_closing() or self._open.get_write_buffer_size():
            return False
        # The event loop may not have looked for a while: what it would find is no answer to what is asked next.
        unseen = select.poll()
        unseen.register(self._open.get_extra_info("socket"), select.POLLIN)
        return not unseen.poll(0)

    async def read(self) -> bytes:
        """What came, `MOST_AT_ONCE` at most; empty at the end. Raises `httpx.ReadError` when the connection broke."""
        if self._has_news:
            await asyncio.sleep(0)
        else:
            await self._news()
        if self._received:
            return self._next_piece()
        if self._broken is not None:
            raise httpx.ReadError(f"the connection broke: {type(self._broken).__name__}")
        return b""

    async def write(self, data: bytes) -> None:
        """Returns when little enough is on its way, or the other side has spoken: it may not want the rest.

        A connection that broke is noticed when its answer is read.
        """
        self._open.write(data)
        while self._full and not self._has_news:
            await self._news()

    def abort(self) -> None:
        """Close without waiting for anything: neither for what is on its way nor for the other side's goodbye."""
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

    @property
    def _has_news(self) -> bool:
        return self._ended or bool(self._received)

    def _next_piece(self) -> bytes:
        piece = self._received.popleft()
        if len(piece) > MOST_AT_ONCE:
            self._received.appendleft(piece[MOST_AT_ONCE:])
            piece = piece[:MOST_AT_ONCE]
        self._unread -= len(piece)
        if not self._received and not self._ended:
            self._open.resume_reading()
        return piece

    async def _news(self) -> None:
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
