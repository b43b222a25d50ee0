"""The marketplace's side of the callback door, with every liberty: captured pushes, copies, forgeries, odd times."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

import httpx

from sandbox.market import Marketplace, sign

TRIES = 3


@dataclass(frozen=True)
class Push:
    """One push as it travels: sent again, it is the same to the byte."""

    body: bytes
    headers: dict[str, str]


@dataclass
class Sender:
    """Sends to the callback door of the account `main` at `url`, many at a time."""

    market: Marketplace
    url: str
    at_once: int = 40

    def push(self, resource: str, *, event: str = "return_status_changed", message: str = "", age: float = 0.0) -> Push:
        """A push as the marketplace would sign it `age` seconds ago; a new one unless `message` names it."""
        told = {"event_name": event, "resource": resource, "id_message": message or f"{random.getrandbits(128):032x}"}
        body = json.dumps({**told, "storefront": "de"}).encode()
        stamp = str(int(self.market.world.clock.now().timestamp() - age))
        return self.signed(body, stamp, self.market.world.shop().account.secret_key)

    def signed(self, body: bytes, stamp: str, secret: str) -> Push:
        try:
            signature = sign(secret, "POST", self.url, body, stamp)
        except UnicodeEncodeError:
            signature = "0" * 64
        return Push(body, {"shop-timestamp": stamp, "shop-signature": signature, "content-type": "application/json"})

    async def send(self, pushes: Iterable[Push]) -> list[int]:
        """The status of each, in their order; 0 where nobody answered."""
        places = asyncio.Semaphore(self.at_once)
        limits = httpx.Limits(max_connections=self.at_once)
        async with httpx.AsyncClient(trust_env=False, timeout=60, limits=limits) as client:

            async def one(push: Push) -> int:
                async with places:
                    for _ in range(TRIES):
                        # A kept connection may be closed by the other side just when we use it again.
                        with suppress(httpx.TransportError):
                            return (await client.post(self.url, content=push.body, headers=push.headers)).status_code
                    return 0

            return list(await asyncio.gather(*(one(push) for push in pushes)))
