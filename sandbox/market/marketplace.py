"""The whole marketplace in one object: the world, its API, its pushes, its faults and the playground around it."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache, partial
from random import Random
from types import TracebackType

import httpx
from starlette.applications import Starlette
from starlette.routing import Mount

from sandbox.market import history
from sandbox.market.clock import Clock, utc_now
from sandbox.market.door import Door
from sandbox.market.errands import Errands
from sandbox.market.faults import Faults
from sandbox.market.front import Front
from sandbox.market.life import Life
from sandbox.market.model import Account
from sandbox.market.otherside import OtherSide
from sandbox.market.play import play_routes
from sandbox.market.pushes import Pushes
from sandbox.market.shopwindow import window_routes
from sandbox.market.stock import furnish
from sandbox.market.traffic import Traffic
from sandbox.market.world import World

RATE_LIMIT = 111
HEARTBEAT_SECONDS = 0.05
DOWNLOAD_SECONDS = 30.0
DOWNLOAD_LIMIT = 32 * 1024 * 1024


@lru_cache
def _trust() -> ssl.SSLContext:
    """Reading the certificates takes longer than all the rest: once per process is enough."""
    return ssl.create_default_context()


class Marketplace:
    """`market.app` is the ASGI app; inside `async with market:` time, deliveries and downloads go on by themselves.

    `now` is the base of the world's clock (aware); `market.world.clock.advance` or `let_time_pass` put the world ahead.
    `rate_limit` is calls per real second and account, None for no limit. Not furnished means no products and offers.
    `pace` is how many real seconds pass between two things that happen by themselves, 0 for a world that waits.
    """

    def __init__(
        self,
        accounts: Sequence[Account] = (),
        *,
        seed: int = 1,
        now: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
        rate_limit: int | None = RATE_LIMIT,
        furnished: bool = True,
        pace: float = 0.0,
    ) -> None:
        self.world = World(accounts or [Account.named("main")], seed=seed, clock=Clock(now))
        self.journal = self.world.journal
        self.traffic = Traffic(rate_limit, monotonic)
        self.faults = Faults(self.world.rearview, seed=seed)
        self.errands = Errands()
        self._client = httpx.AsyncClient(trust_env=False, timeout=DOWNLOAD_SECONDS, verify=_trust())
        self.pushes = Pushes(self.world, self.errands, self.faults, self._client, Random(f"pushes:{seed}"))
        self.life = Life(self.world)
        self.pace = pace
        self._running: list[asyncio.Task[None]] = []
        if furnished:
            furnish(self.world)
        self.world.listeners.append(self.pushes.take)
        self.world.fetch = self._fetch
        self.world.spoils = self.faults.strikes_report
        door = Door(self.world, self.traffic, self.pushes.verify)
        self.other_side = OtherSide(self._client)
        elsewhere = Starlette(
            routes=[
                Mount("/play", routes=play_routes(self)),
                *window_routes(self.world),
                *self.other_side.routes(),
            ]
        )
        self.app = Front(door, self.faults, elsewhere)

    def tell_history(self, *, orders: int = 30, tickets: int = 12, returns: int = 6, days: int = 8) -> None:
        """Give every shop some busy last days. Call it before anybody subscribes."""
        history.tell(self.world, orders=orders, tickets=tickets, returns=returns, days=days)

    async def let_time_pass(self, by: timedelta) -> None:
        """Advance the world's clock stop by stop: what is due is done and delivered before the clock goes on."""
        clock = self.world.clock
        target = clock.now() + by
        await self.errands.settled()
        while (due := clock.next_due()) is not None and due <= target:
            clock.advance(max(due - clock.now(), timedelta(0)))
            await self.errands.settled()
        clock.advance(max(target - clock.now(), timedelta(0)))

    async def __aenter__(self) -> Marketplace:
        await self.errands.__aenter__()
        self._running = [asyncio.create_task(self._beat()), asyncio.create_task(self.life.run(lambda: self.pace))]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self.errands.__aexit__(kind, error, trace)
        await self._client.aclose()

    async def _beat(self) -> None:
        while True:
            self.world.clock.catch_up()
            await asyncio.sleep(HEARTBEAT_SECONDS)

    def _fetch(self, url: str, done: Callable[[bytes], None], failed: Callable[[str], None]) -> None:
        if self.faults.strike(["never_downloaded"], "GET", url):
            return
        if self.faults.strike(["downloaded_twice"], "GET", url):
            self.errands.add(partial(self._download, url, lambda content: None, lambda why: None))
        self.errands.add(partial(self._download, url, done, failed))

    async def _download(self, url: str, done: Callable[[bytes], None], failed: Callable[[str], None]) -> None:
        try:
            async with asyncio.timeout(DOWNLOAD_SECONDS), self._client.stream("GET", url) as answer:
                parts = bytearray()
                async for part in answer.aiter_bytes():
                    parts += part
                    if len(parts) > DOWNLOAD_LIMIT:
                        failed("The file is too large")
                        return
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            failed(f"The file could not be downloaded ({type(error).__name__})")
            return
        if answer.status_code == 200:
            done(bytes(parts))
        else:
            failed(f"The server answered {answer.status_code}")
