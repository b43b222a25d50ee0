"""HTTP/1.1 over connections that are kept: asyncio carries the bytes, h11 reads and writes what they say.

An `httpx` transport, because httpx's own costs ten times as much processor per request and loses a connection's place
for good when a request is cancelled at the wrong moment (docs/decisions/0015). It keeps no time but that of getting a
connection: whoever sends bounds the whole.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import h11
import httpx

from bot.marketplace.socketstream import SocketStream

KEEP_SECONDS = 5.0  # idle: longer than a burst pauses, shorter than servers wait for a next request
LET_GO_SECONDS = 5.0  # for a connection that nobody waits for any more
LARGEST_HEAD = 100 * 1024
SENDING = "http11.send_request_headers.started"

_Origin = tuple[str, str, int]
_Opening = asyncio.Task[tuple[asyncio.Transport, SocketStream]]


class KeptConnections(httpx.AsyncBaseTransport):
    """At most `most` connections to wherever requests go, each for one request at a time.

    Of a request's extensions it knows `timeout` (`pool` and `connect`, in seconds) and `trace`, which is awaited with
    the event `SENDING` just before the first byte may leave. A request is sent once, and on one connection. `tls`: whom
    to trust; without it, whom certifi trusts.
    """

    def __init__(self, *, most: int = 40, tls: ssl.SSLContext | None = None) -> None:
        self._places = asyncio.Semaphore(most)
        self._idle: defaultdict[_Origin, list[_Connection]] = defaultdict(list)
        self._closed = False
        self._tls = tls or httpx.create_ssl_context(trust_env=False)
        self._tls.set_alpn_protocols(["http/1.1"])

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Raises `httpx.TransportError`. Cancelling it closes the connection it had."""
        timeout = request.extensions.get("timeout", {})
        await self._take_place(timeout.get("pool"))
        connection: _Connection | None = None
        try:
            connection = self._kept(_origin(request.url)) or await self._opened(request.url, timeout.get("connect"))
            head = await connection.exchange(request)
        except BaseException:
            if connection is not None:
                connection.stream.abort()
            self._places.release()
            raise
        return httpx.Response(
            head.status_code, headers=head.headers.raw_items(), stream=_Body(self, connection), request=request
        )

    async def aclose(self) -> None:
        """Close what is idle. Requests under way go on, and their connections are closed after them."""
        self._closed = True
        for kept in self._idle.values():
            for connection in kept:
                connection.stream.abort()
        self._idle.clear()
        await asyncio.sleep(0)  # asyncio closes them in the loop's next round, if there is one

    def give_back(self, connection: _Connection) -> None:
        """The answer was read, or nobody wants the rest of it."""
        self._places.release()
        if self._closed or not connection.ready_for_next():
            connection.stream.abort()
            return
        kept = self._idle[connection.origin]
        kept.append(connection)
        while kept and kept[0].is_stale():
            kept.pop(0).stream.abort()

    async def _take_place(self, seconds: float | None) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
        try:
            async with asyncio.timeout(seconds):
                await self._places.acquire()
        except TimeoutError:
            raise httpx.PoolTimeout(f"no connection became free within {seconds:g} s") from None

    def _kept(self, origin: _Origin) -> _Connection | None:
        """The one used last: the others may grow stale."""
        kept = self._idle[origin]
        while kept:
            connection = kept.pop()
            if not connection.is_stale():
                return connection
            connection.stream.abort()
        del self._idle[origin]
        return None

    async def _opened(self, url: httpx.URL, seconds: float | None) -> _Connection:
        scheme, host, port = origin = _origin(url)
        if scheme not in ("http", "https") or not host:
            raise httpx.UnsupportedProtocol(f"cannot speak {scheme or 'nothing'}:// with {host or 'nobody'}")
        loop = asyncio.get_running_loop()
        tls = self._tls if scheme == "https" else None
        opening = loop.create_task(loop.create_connection(SocketStream, host, port, ssl=tls, happy_eyeballs_delay=0.25))
        try:
            done, _ = await asyncio.wait({opening}, timeout=seconds)
        except asyncio.CancelledError:
            _let_go(opening)
            raise
        if not done:
            _let_go(opening)
            raise httpx.ConnectTimeout(f"no connection to {host} within {seconds:g} s")
        error = opening.exception()
        if isinstance(error, Exception):
            # Not only OSError: asyncio has others for impossible addresses, and for two that answer in one moment.
            raise httpx.ConnectError(f"no connection to {host}: {type(error).__name__}") from error
        _, stream = opening.result()
        return _Connection(origin, stream)


class _Connection:
    """One connection, and where it is in the conversation."""

    def __init__(self, origin: _Origin, stream: SocketStream) -> None:
        self.origin = origin
        self.stream = stream
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=LARGEST_HEAD)
        self._idle_since = 0.0

    async def exchange(self, request: httpx.Request) -> h11.Response:
        """Send all of `request`; returns the head of its answer."""
        with _told_as_httpx():
            await self._send(request)
            while True:
                event = await self._next_event()
                if isinstance(event, h11.Response):
                    return event

    async def body(self) -> AsyncIterator[bytes]:
        with _told_as_httpx():
            while isinstance(event := await self._next_event(), h11.Data):
                yield bytes(event.data)

    async def _send(self, request: httpx.Request) -> None:
        head = h11.Request(method=request.method, target=request.url.raw_path, headers=request.headers.raw)
        pending = self._h11.send(head) or b""
        if trace := request.extensions.get("trace"):
            await trace(SENDING, {})
        assert isinstance(request.stream, httpx.AsyncByteStream)
        async for piece in request.stream:
            if piece:
                await self.stream.write(pending + (self._h11.send(h11.Data(data=piece)) or b""))
                pending = b""
        if rest := pending + (self._h11.send(h11.EndOfMessage()) or b""):
            await self.stream.write(rest)

    async def _next_event(self) -> h11.Event | type[h11.PAUSED]:
        while (event := self._h11.next_event()) is h11.NEED_DATA:
            received = await self.stream.read()
            if not received and self._h11.their_state is h11.SEND_RESPONSE:
                raise httpx.RemoteProtocolError("the connection was closed without an answer")
            self._h11.receive_data(received)
        return event  # type: ignore[return-value]  # mypy does not see that it is not NEED_DATA

    def ready_for_next(self) -> bool:
        """Whether another request may follow; from now on it is idle."""
        unasked, closed = self._h11.trailing_data
        if not (self._h11.our_state is self._h11.their_state is h11.DONE) or unasked or closed:
            return False
        if not self.stream.is_quiet:
            return False
        self._h11.start_next_cycle()
        self._idle_since = asyncio.get_running_loop().time()
        return True

    def is_stale(self) -> bool:
        """The other side has closed it, spoke unasked, or may close it any moment."""
        return not self.stream.is_quiet or asyncio.get_running_loop().time() - self._idle_since > KEEP_SECONDS


class _Body(httpx.AsyncByteStream):
    def __init__(self, connections: KeptConnections, connection: _Connection) -> None:
        self._connections = connections
        self._connection: _Connection | None = connection

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._connection is not None:
            async for piece in self._connection.body():
                yield piece

    async def aclose(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            self._connections.give_back(connection)


@contextmanager
def _told_as_httpx() -> Iterator[None]:
    try:
        yield
    except h11.RemoteProtocolError as error:
        raise httpx.RemoteProtocolError(str(error)) from error
    except h11.LocalProtocolError as error:
        raise httpx.LocalProtocolError(str(error)) from error


def _origin(url: httpx.URL) -> _Origin:
    # `url.host` has its umlauts back, and Python would write them otherwise than the Host header does.
    return url.scheme, url.raw_host.decode("ascii"), url.port or {"https": 443}.get(url.scheme, 80)


def _let_go(opening: _Opening) -> None:
    """Nobody waits for it any more: let it end by itself, but not for ever.

    Not cancelled at once: asyncio forgets to close a socket that has just won its race.
    """
    opening.add_done_callback(_unwanted)
    last = asyncio.get_running_loop().call_later(LET_GO_SECONDS, opening.cancel)
    opening.add_done_callback(lambda _: last.cancel())


def _unwanted(opening: _Opening) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result()[1].abort()
