"""One request and its answer over httpx, bounded in time and size, whatever the other side and our callers do.

The transport is used without `httpx.AsyncClient` around it, so nothing follows redirects, keeps cookies, reads proxies
from the environment or touches the bytes that were signed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from bot.marketplace.problems import Sent
from bot.marketplace.transport import SENDING
from bot.marketplace.unpack import Garbled, TooLarge, Unpacker

Transport = httpx.AsyncBaseTransport

LARGEST_BODY = 8 * 1024 * 1024
CONNECT_SECONDS = 5.0
# Before a connection stands. Everything later may have left this machine.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


def as_sent(url: str) -> str:
    """`url` as it will stand in the request line and the Host header: without a default port, host in lower case."""
    return str(httpx.URL(url))


class Silence(Exception):
    """No usable answer. `what` says what happened in a few words; `sent` whether it may have been executed.

    `subject`: the answer to this very question is the trouble (too large), not the line.
    """

    def __init__(self, what: str, sent: Sent, *, subject: bool = False) -> None:
        super().__init__(what)
        self.what = what
        self.sent = sent
        self.subject = subject


@dataclass(frozen=True)
class Request:
    """What goes out, byte for byte. `take` gets the body of a 200 piece by piece instead of having it collected."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""
    most: int = LARGEST_BODY
    take: Callable[[bytes], object] | None = None


@dataclass(frozen=True)
class Answer:
    """`headers` have lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Flight:
    """How far one request came, as its transport tells it, and whether its time is up."""

    def __init__(self) -> None:
        self.left = False
        self.late = False

    async def trace(self, event: str, _: Mapping[str, Any]) -> None:
        """The `trace` of a request's extensions: what is not `SENDING` yet has not left this machine."""
        self.left = self.left or event == SENDING

    @property
    def sent(self) -> Sent:
        return "maybe" if self.left else "no"


class Exchange:
    """Carries requests over `transport`, which must tell a request's `trace` when it is `SENDING`.

    Each request flies in a task of its own, which ends by itself within its deadline: whoever cancels a caller does
    not cut off a write that the marketplace may be executing.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._flying: set[asyncio.Task[Answer]] = set()

    async def send(self, request: Request, *, seconds: float) -> Answer:
        """The answer, whatever its status, within `seconds` altogether. Raises `Silence`."""
        flight = Flight()
        loop = asyncio.get_running_loop()
        task = loop.create_task(self._fly(request, flight, seconds))
        self._flying.add(task)
        timer = loop.call_later(seconds, _cut, task, flight)

        def landed(_: asyncio.Task[Answer]) -> None:
            timer.cancel()
            self._flying.discard(task)
            if not task.cancelled():
                # Nobody may be left to ask for it: its caller was cancelled.
                task.exception()

        task.add_done_callback(landed)
        return await asyncio.shield(task)

    async def land(self, patience: float) -> None:
        """Wait until what is under way has ended, also for callers who left; at most `patience` seconds."""
        if self._flying:
            await asyncio.wait(self._flying, timeout=patience)

    async def _fly(self, request: Request, flight: Flight, seconds: float) -> Answer:
        outgoing = _outgoing(request, flight, min(CONNECT_SECONDS, seconds))
        try:
            response = await self._transport.handle_async_request(outgoing)
            try:
                return await _read(response, request)
            finally:
                await response.aclose()
        except asyncio.CancelledError:
            if not flight.late:
                raise
            raise Silence(f"no answer within {seconds:.0f} s", flight.sent) from None
        except TooLarge:
            raise Silence("the answer is too large to read", "maybe", subject=True) from None
        except Garbled:
            raise Silence("the answer is garbled", "maybe") from None
        except _NOT_SENT as error:
            raise Silence(f"no connection ({type(error).__name__})", "no") from None
        except httpx.TimeoutException:
            raise Silence(f"no answer within {seconds:.0f} s", "maybe") from None
        except httpx.TransportError as error:
            # Also when nothing was executed: the class of the error does not tell, and hoping is no evidence.
            raise Silence(f"the connection broke ({type(error).__name__})", "maybe") from None


def _outgoing(request: Request, flight: Flight, connect: float) -> httpx.Request:
    try:
        return httpx.Request(
            request.method,
            request.url,
            headers=dict(request.headers),
            content=request.body,
            extensions={"timeout": {"connect": connect, "pool": connect}, "trace": flight.trace},
        )
    except (httpx.InvalidURL, ValueError):
        # Where a file lies the marketplace tells us: it may tell us anything.
        raise Silence("its address cannot be used", "no", subject=True) from None


async def _read(response: httpx.Response, request: Request) -> Answer:
    unpacker = Unpacker(response.headers.get("content-encoding", ""), request.most)
    body = bytearray()
    take = request.take if request.take and response.status_code == httpx.codes.OK else body.extend
    assert isinstance(response.stream, httpx.AsyncByteStream)
    # Not `aiter_bytes`: it unpacks each chunk whole before anybody can count.
    async for chunk in response.stream:
        for piece in unpacker.feed(chunk):
            take(piece)
    if response.status_code != httpx.codes.NO_CONTENT:
        unpacker.finish()
    # Not `dict(response.headers)`: it goes over all of them for each of them.
    return Answer(response.status_code, dict(response.headers.items()), bytes(body))


def _cut(task: asyncio.Task[Answer], flight: Flight) -> None:
    """The deadline has come."""
    flight.late = True
    task.cancel()
