"""Push notifications: the check of a new address, signed delivery, retries, and giving up after half a day.

https://sellerapi.kaufland.com/?page=push-notifications. That the signed address is the callback URL as subscribed is
inferred. Order is not promised; nothing of the time a subscription was off is ever sent.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random
from urllib.parse import urlencode

import httpx

from sandbox.market.errands import Errands
from sandbox.market.faults import Faults
from sandbox.market.ground import Shop
from sandbox.market.model import Event, Subscription
from sandbox.market.signing import sign
from sandbox.market.world import World

GAPS = tuple(timedelta(minutes=minutes) for minutes in (1, 15, 30, 60))
GIVEN_UP_AFTER = timedelta(hours=12)
ANSWER_SECONDS = 5.0
CHALLENGE_SECONDS = 15.0
ACCEPTED = (200, 201, 202, 204)
SHUFFLE_SECONDS = 2.0


@dataclass(eq=False)
class Delivery:
    """One event on its way to one subscription."""

    shop: Shop
    subscription: Subscription
    event: Event
    body: bytes
    first_at: datetime
    attempts: int = 0
    dead: bool = False


@dataclass(frozen=True)
class Attempt:
    """`status` is 0 when nobody answered in time."""

    at: datetime
    url: str
    event: str
    resource: str
    status: int


@dataclass
class Pushes:
    world: World
    errands: Errands
    faults: Faults
    client: httpx.AsyncClient
    random: Random
    attempts: list[Attempt] = field(default_factory=list)
    answer_seconds: float = ANSWER_SECONDS
    _under_way: dict[int, list[Delivery]] = field(default_factory=dict)

    async def verify(self, url: str) -> bool:
        """Whether `url` answers an unsigned question with exactly the token it was asked with, within 15 s."""
        token = self.world.ids.token()
        question = url + ("&" if "?" in url else "?") + urlencode({"mode": "subscribe", "challenge": token})
        try:
            async with asyncio.timeout(CHALLENGE_SECONDS):
                answer = await self.client.get(question)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
            return False
        return answer.status_code == 200 and answer.text == token

    def take(self, event: Event) -> None:
        """Something happened: send it to whoever subscribed to it."""
        shop = self.world.shop(event.account)
        for subscription in shop.subscriptions:
            if subscription.active and (subscription.event, subscription.storefront) == (event.name, event.storefront):
                self._start(shop, subscription, event)

    def _start(self, shop: Shop, subscription: Subscription, event: Event) -> None:
        if self.faults.strikes_push("lost_pushes", event):
            return
        told: dict[str, object] = {
            "event_name": event.name,
            "resource": event.resource,
            "id_message": self.world.ids.token(),
            "storefront": event.storefront,
        }
        if event.payload is not None:
            told["payload"] = dict(event.payload)
        body = json.dumps(told, separators=(",", ":")).encode()
        delivery = Delivery(shop, subscription, event, body, self.world.clock.now())
        self._under_way.setdefault(subscription.id, []).append(delivery)
        copies = self.faults.strikes_push("duplicate_pushes", event)
        for _ in range(1 + (copies.copies if copies else 0)):
            self._send(delivery)

    def _send(self, delivery: Delivery) -> None:
        errand = partial(self._attempt, delivery)
        if self.faults.strikes_push("shuffled_pushes", delivery.event):
            delay = timedelta(seconds=self.random.uniform(0, SHUFFLE_SECONDS))
            self.world.clock.after(delay, partial(self.errands.add, errand))
        else:
            self.errands.add(errand)

    async def _attempt(self, delivery: Delivery) -> None:
        subscription = delivery.subscription
        if delivery.dead or not subscription.active or delivery.shop.subscriptions.find(subscription.id) is None:
            self._forget(delivery)
            return
        delivery.attempts += 1
        status = await self._deliver(delivery)
        event = delivery.event
        now = self.world.clock.now()
        self.attempts.append(Attempt(now, subscription.callback_url, event.name, event.resource, status))
        if status in ACCEPTED or delivery.dead:
            self._forget(delivery)
            return
        gap = GAPS[min(delivery.attempts, len(GAPS)) - 1]
        if now + gap - delivery.first_at > GIVEN_UP_AFTER:
            self._give_up(delivery.shop, subscription)
        else:
            again: Callable[[], None] = partial(self.errands.add, partial(self._attempt, delivery))
            self.world.clock.after(gap, again)

    async def say(self, account: str, url: str, told: object) -> int:
        """Push anything to `url`, rightly signed: events of strangers, or of no sense. Returns the status."""
        body = json.dumps(told).encode()
        return await self._post(url, body, self.world.shop(account).account.secret_key, self.world.clock.now())

    async def _deliver(self, delivery: Delivery) -> int:
        old = self.faults.strikes_push("old_push_stamps", delivery.event)
        secret = delivery.shop.account.secret_key
        if self.faults.strikes_push("forged_pushes", delivery.event):
            secret = "nobody's secret"
        at = delivery.first_at if old else self.world.clock.now()
        return await self._post(delivery.subscription.callback_url, delivery.body, secret, at)

    async def _post(self, url: str, body: bytes, secret: str, at: datetime) -> int:
        """The status, 0 when nobody answered in time."""
        stamp = str(int(at.timestamp()))
        headers = {
            "Content-Type": "application/json",
            "Shop-Timestamp": stamp,
            "Shop-Signature": sign(secret, "POST", url, body, stamp),
        }
        try:
            async with asyncio.timeout(self.answer_seconds):
                return (await self.client.post(url, content=body, headers=headers)).status_code
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
            return 0

    def _forget(self, delivery: Delivery) -> None:
        under_way = self._under_way.get(delivery.subscription.id, [])
        if delivery in under_way:
            under_way.remove(delivery)

    def _give_up(self, shop: Shop, subscription: Subscription) -> None:
        """Switch the subscription off. What waits for it is lost."""
        for delivery in self._under_way.pop(subscription.id, []):
            delivery.dead = True
        if not subscription.active:
            return
        with self.world.change(shop.subscriptions, subscription):
            subscription.active = False
        self.world.mail(
            subscription.fallback_email,
            f"Push notification {subscription.event} was switched off",
            f"{subscription.callback_url} did not accept notifications for 12 hours.",
        )
