"""A TCP server that says what a test wants it to say, byte for byte, and the transport that asks it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from bot.marketplace.transport import KeptConnections

TLS = Path(__file__).parent / "tls"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def a_server(talk: Talk, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """A server whose every connection is `talk`; yields its URL."""
    writers: set[asyncio.StreamWriter] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.add(writer)
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"https://localhost:{port}" if tls else f"http://127.0.0.1:{port}"
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()


async def head_of(reader: asyncio.StreamReader) -> bytes:
    return await reader.readuntil(b"\r\n\r\n")


@asynccontextmanager
async def connections(most: int = 4, tls: ssl.SSLContext | None = None) -> AsyncIterator[KeptConnections]:
    transport = KeptConnections(most=most, tls=tls)
    try:
        yield transport
    finally:
        await transport.aclose()


async def asked(transport: KeptConnections, url: str, *, method: str = "GET", body: bytes = b"") -> tuple[int, bytes]:
    """The status and the body of an answer."""
    request = httpx.Request(method, url, content=body, extensions={"timeout": {"connect": 5.0, "pool": 5.0}})
    response = await transport.handle_async_request(request)
    try:
        return response.status_code, await response.aread()
    finally:
        await response.aclose()


class Counted:
    """A server that gives each request on a connection the next of `answers`, and counts connections and requests."""

    def __init__(self, *answers: bytes, close: bool = False) -> None:
        self.answers = answers
        self.close = close
        self.connections = 0
        self.requests = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        for answer in self.answers:
            await head_of(reader)
            self.requests += 1
            writer.write(answer)
            await writer.drain()
        if not self.close:
            await reader.read()
