"""What the marketplace's tests share: a seller who signs and calls, and somebody who takes pushes."""

from __future__ import annotations

import json as jsons
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sandbox.market import Account, Marketplace, sign
from sandbox.serving import Served

# A Wednesday, far from weekends and public holidays.
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


class Seller:
    """Calls the API as one account, signed by the world's clock."""

    def __init__(self, client: httpx.AsyncClient, url: str, market: Marketplace, account: Account) -> None:
        self.url = url
        self._client = client
        self._market = market
        self._account = account

    async def call(
        self, method: str, path: str, json: Any = None, *, content: bytes | None = None, headers: Any = None
    ) -> httpx.Response:
        body = jsons.dumps(json).encode() if json is not None else content or b""
        stamp = int(self._market.world.clock.now().timestamp())
        address = f"{self.url}/v2{path}"
        fields = {
            "Accept": "application/json",
            "User-Agent": "Inhouse_development",
            "Shop-Client-Key": self._account.client_key,
            "Shop-Timestamp": str(stamp),
            "Shop-Signature": sign(self._account.secret_key, method, address, body, stamp),
        }
        if body:
            fields["Content-Type"] = "application/json"
        return await self._client.request(method, address, content=body, headers={**fields, **(headers or {})})

    async def get(self, path: str) -> httpx.Response:
        return await self.call("GET", path)

    async def data(self, path: str) -> Any:
        """The data of an answer that must be a 200."""
        answer = await self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    async def post(self, path: str, json: Any) -> httpx.Response:
        return await self.call("POST", path, json)

    async def patch(self, path: str, json: Any = None) -> httpx.Response:
        return await self.call("PATCH", path, json)


@asynccontextmanager
async def a_market(
    accounts: Iterable[Account] = (), *, now: Any = lambda: NOON, running: bool = True, **options: Any
) -> AsyncIterator[tuple[Marketplace, Seller]]:
    """A marketplace whose base clock stands still, and the seller of its first account, who calls it directly."""
    market = Marketplace(list(accounts), now=now, **options)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(market.app), verify=False)
    async with client, market if running else nullcontext():
        yield market, Seller(client, "http://market.test", market, market.world.shop().account)


@asynccontextmanager
async def a_served_market(
    accounts: Iterable[Account] = (), *, now: Any = lambda: NOON, **options: Any
) -> AsyncIterator[tuple[Marketplace, Seller]]:
    """The same over real HTTP."""
    market = Marketplace(list(accounts), now=now, **options)
    async with Served(market.app) as served, httpx.AsyncClient(trust_env=False, verify=False) as client, market:
        yield market, Seller(client, served.url, market, market.world.shop().account)


def another(seller: Seller, market: Marketplace, account: str) -> Seller:
    """The same client in the name of another account."""
    return Seller(seller._client, seller.url, market, market.world.shop(account).account)


@dataclass
class Push:
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> Any:
        return jsons.loads(self.body)


@dataclass
class Receiver:
    """Takes challenges and pushes. `status` is what pushes are answered with."""

    status: int = 204
    echo: bool = True
    pushes: list[Push] = field(default_factory=list)
    challenges: list[dict[str, str]] = field(default_factory=list)

    def app(self) -> Starlette:
        async def take(request: Request) -> Response:
            if request.method == "GET":
                self.challenges.append(dict(request.query_params) | {"headers": str(dict(request.headers))})
                return PlainTextResponse(request.query_params["challenge"] if self.echo else "hello")
            self.pushes.append(Push(dict(request.headers), await request.body()))
            return Response(status_code=self.status)

        return Starlette(routes=[Route("/hook", take, methods=["GET", "POST"])])

    def events(self) -> list[str]:
        return [push.told["event_name"] for push in self.pushes]


def problem(answer: httpx.Response) -> tuple[int, str | None]:
    """Status and problem type without its prefix."""
    type = answer.json().get("type")
    return answer.status_code, type.removeprefix("/problems/") if type else None


def wrong_fields(answer: httpx.Response) -> set[str]:
    assert problem(answer) == (400, "validation-error"), answer.text
    return {error["field"] for error in answer.json()["errors"]}
