"""The page of the other side: where one is a buyer, a parcel, a colleague in the portal, or bad luck.

The faults of the Slack next door are switched from here too. A browser may not call there from this page, so this
server does.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.web.pages import page_routes


@dataclass
class OtherSide:
    """`slack` is the address of the Slack next door, None where there is none."""

    client: httpx.AsyncClient
    slack: str | None = None

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/neighbours", self.neighbours, methods=["GET"]),
            Route("/slack/faults", self.slack_faults, methods=["GET", "POST", "DELETE"]),
            *page_routes("market"),
        ]

    async def neighbours(self, request: Request) -> Response:
        return JSONResponse({"slack": self.slack})

    async def slack_faults(self, request: Request) -> Response:
        """Hand a request about faults on to the Slack, and its answer back."""
        if self.slack is None:
            return JSONResponse({"message": "there is no Slack next door"}, 404)
        body = await request.body()
        if request.method == "POST" and not request.headers.get("content-type", "").startswith("application/json"):
            return JSONResponse({"message": "send Content-Type: application/json"}, 400)
        try:
            answer = await self.client.request(request.method, f"{self.slack}/play/faults", json=_parsed(body))
            return JSONResponse(answer.json(), answer.status_code)
        except (httpx.HTTPError, ValueError) as error:
            return JSONResponse({"message": f"the Slack next door: {error}"}, 502)


def _parsed(body: bytes) -> Any:
    return json.loads(body) if body else None
