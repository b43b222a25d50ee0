"""An event loop whose clock jumps to the next timer instead of waiting, and a marketplace client to try in it."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import httpx
import pytest

from bot.marketplace import KauflandMarket, MarketError
from bot.marketplace.transport import SENDING

T = TypeVar("T")

CLIENT = "c" * 32
SECRET = "a7d0cb1da1ddbc86c96ee5fedd341b7d8ebfbb2f5c83cfe0909f4e57f05dd403"
NOW = datetime(2026, 2, 1, 9, 0, tzinfo=UTC)
BASE = "https://sellerapi.example.test/v2"


class _Selector(selectors.SelectSelector):
    loop: VirtualLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout:
            self.loop.clock += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """Nothing outside it may be waited for: sockets and threads know no virtual seconds."""

    def __init__(self) -> None:
        selector = _Selector()
        selector.loop = self
        self.clock = 0.0
        super().__init__(selector)

    def time(self) -> float:
        return self.clock


def in_no_time(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` to its end; an hour of sleeping takes no time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


Handler = Callable[[httpx.Request], Any]


class _Told(httpx.MockTransport):
    """Says, as the real one does, that a request is on its way."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.extensions["trace"](SENDING, {})
        return await super().handle_async_request(request)


def a_market(handler: Handler, **changes: Any) -> KauflandMarket:
    """A client whose requests `handler` answers: an `httpx.Response`, or a coroutine of one."""
    wanted: dict[str, Any] = {
        "account": "main",
        "client_key": CLIENT,
        "secret_key": SECRET,
        "base_url": BASE,
        "user_agent": "Kontor tests",
        "transport": _Told(handler),
        "now": lambda: NOW,
        "storefronts": ("de",),
        **changes,
    }
    return KauflandMarket(**wanted)


def running_clock() -> datetime:
    """NOW plus the virtual seconds that went by."""
    return NOW + timedelta(seconds=asyncio.get_running_loop().time())


def answers(*given: httpx.Response | Exception) -> tuple[Handler, list[httpx.Request]]:
    """A handler that gives one answer after the other (the last one for ever), and the requests it got."""
    asked: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        found = given[min(len(asked), len(given)) - 1]
        if isinstance(found, Exception):
            raise found
        return found

    return handler, asked


def ok(data: Any, status: int = 200, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"data": data}, headers=headers)


async def fails(market: KauflandMarket, *, writing: bool = False) -> MarketError:
    """The error of a read, or of a write."""
    with pytest.raises(MarketError) as caught:
        await (market.accept_return_unit(7) if writing else market.fetch_return_unit(7))
    return caught.value


def now() -> float:
    """Virtual seconds since the test began."""
    return asyncio.get_running_loop().time()
