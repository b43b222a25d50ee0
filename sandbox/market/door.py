"""The API's door: who asks, how fast, for what; then the operation, then the journal."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from sandbox.market.api import (
    imports,
    info,
    offers,
    orders,
    papers,
    products,
    returns,
    subscriptions,
    tickets,
    warehouses,
)
from sandbox.market.api.calls import Call
from sandbox.market.api.params import read_query
from sandbox.market.api.routes import Routes
from sandbox.market.problems import Problem
from sandbox.market.signing import account_of
from sandbox.market.traffic import Traffic
from sandbox.market.world import World

SUBJECTS = (tickets, returns, orders, offers, warehouses, subscriptions, imports, papers, products, info)
BODY_LIMIT = 32 * 1024 * 1024


@dataclass(frozen=True)
class Arrival:
    """A request as it came. `base` is this server's address, `path` is below /v2, `headers` are in lower case."""

    method: str
    base: str
    path: str
    raw_path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def url(self) -> str:
        """The address exactly as it was sent."""
        return f"{self.base}{self.raw_path}{'?' if self.query else ''}{self.query}"

    @property
    def writes(self) -> bool:
        return self.method not in {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Reply:
    """`told` is sent as JSON, None as an empty body."""

    status: int
    told: Any = None
    executed: bool = False


class Door:
    def __init__(self, world: World, traffic: Traffic, verify: Callable[[str], Awaitable[bool]]) -> None:
        self._world = world
        self._traffic = traffic
        self._verify = verify
        self._accounts = {shop.account.client_key: shop.account for shop in world.shops.values()}
        self._routes = Routes(route for subject in SUBJECTS for route in subject.ROUTES)

    def now(self) -> datetime:
        return self._world.clock.now()

    async def answer(self, arrival: Arrival) -> Reply:
        """What the marketplace says. Never raises for what a client can do wrong."""
        self._world.clock.catch_up()
        account, template = "", ""
        try:
            account = self._who(arrival)
            route, path = self._routes.find(arrival.method, arrival.path)
            template = route.path
            query = parse_qsl(arrival.query, keep_blank_values=True)
            asked = read_query(route.params, query)
            shop = self._world.shop(account)
            call = Call(self._world, shop, arrival.base, path, asked, arrival.body, self._verify)
            answer = route.handler(call)
            if inspect.isawaitable(answer):
                answer = await answer
            reply = Reply(answer.status, answer.body(), executed=arrival.writes)
        except Problem as problem:
            reply = Reply(problem.status, problem.body())
        self._traffic.calls[arrival.method, template, reply.status] += 1
        if arrival.writes and account:
            self._write_down(arrival, account, reply)
        return reply

    def claimed_by(self, arrival: Arrival) -> str | None:
        """The account a request says it comes from; nothing is checked."""
        account = self._accounts.get(arrival.headers.get("shop-client-key", ""))
        return account.name if account else None

    def _who(self, arrival: Arrival) -> str:
        if len(arrival.body) > BODY_LIMIT:
            raise Problem(413, None, "Payload Too Large", bare=True)
        now = self._world.clock.now()
        earliest = self._world.clock.earliest_now()
        found = account_of(self._accounts, arrival.headers, arrival.method, arrival.url, arrival.body, now, earliest)
        if self._traffic.too_fast(found.name):
            # Neither a type nor a Retry-After is documented.
            raise Problem(429, None, "Too Many Requests")
        return found.name

    def _write_down(self, arrival: Arrival, account: str, reply: Reply) -> None:
        self._world.journal.write(
            self._world.clock.now(),
            account,
            arrival.method,
            arrival.path,
            arrival.query,
            arrival.body,
            status=reply.status,
            told=reply.told,
        )
