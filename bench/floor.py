"""The floors: the same relay written straight with our libraries, promising nothing. Run in a process of its own.

`relay` takes a signed push, fetches the return and posts a card (Starlette, httpx, slack_sdk), and keeps nothing.
`tuned` is the same with sniffio beside it; see `bench.bare`.
`durable` is the fastest push answer we know: one committed SQLite row, then 204.
`bolt` acknowledges a click with an empty listener.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import re
import sqlite3
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import uvicorn
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

SECRET = "5f" * 32
SIGNING = "8d" * 16


def _signed(secret: str, request: Request, body: bytes) -> bool:
    stamp = request.headers.get("shop-timestamp", "")
    text = b"\n".join([b"POST", str(request.url).encode(), body, stamp.encode()])
    wanted = hmac.new(secret.encode(), text, sha256).hexdigest()
    return hmac.compare_digest(wanted, request.headers.get("shop-signature", ""))


class Relay:
    """Push in, GET return, postMessage out. What is under way when the process dies is lost."""

    def __init__(self, fakes: str) -> None:
        self._fakes = fakes
        self._waiting: asyncio.Queue[str] = asyncio.Queue()

    async def start(self) -> None:
        self._http = httpx.AsyncClient(base_url=f"{self._fakes}/v2", trust_env=False)
        session = aiohttp.ClientSession()
        self._slack = AsyncWebClient(
            token="xoxb-bench-token", base_url=f"{self._fakes}/api/", session=session, retry_handlers=[]
        )
        self._workers = [asyncio.create_task(self._work()) for _ in range(32)]

    async def __call__(self, request: Request) -> Response:
        body = await request.body()
        if not _signed(SECRET, request, body):
            return Response(status_code=401)
        self._waiting.put_nowait(re.sub(r"\D", "", json.loads(body)["resource"]))
        return Response(status_code=204)

    async def _work(self) -> None:
        while True:
            id = await self._waiting.get()
            answer = await self._http.get(f"/returns/{id}", params={"embedded": "buyer,return_units"})
            item = answer.json()["data"]
            unit = item["return_units"][0]
            text = f"Return {item['id_return']} {item['status']} {unit['reason']}"
            blocks: list[dict[str, Any]] = [
                {"type": "section", "text": {"type": "mrkdwn", "text": f"*{text}*\n{unit['note']}"}},
                {
                    "type": "actions",
                    "elements": [
                        {
                            "type": "button",
                            "action_id": label.lower(),
                            "text": {"type": "plain_text", "text": label},
                            "value": id,
                        }
                        for label in ("Accept", "Reject", "Ask", "Repair")
                    ],
                },
            ]
            await self._slack.chat_postMessage(channel="C0BENCH0002", text=text, blocks=blocks)


class Durable:
    """One committed row per push, with the pragmas of the notebook, then 204."""

    def __init__(self) -> None:
        self._path = Path(tempfile.mkdtemp()) / "floor.db"

    async def start(self) -> None:
        self._db = sqlite3.connect(self._path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("CREATE TABLE pushes (id TEXT PRIMARY KEY, resource TEXT)")

    async def __call__(self, request: Request) -> Response:
        body = await request.body()
        if not _signed(SECRET, request, body):
            return Response(status_code=401)
        push = json.loads(body)
        row = (push["id_message"], push["resource"])
        self._db.execute("INSERT OR IGNORE INTO pushes VALUES (?, ?)", row)
        return Response(status_code=204)


class EmptyBolt:
    """A click acknowledged by a listener that does nothing."""

    async def start(self) -> None:
        async def authorize() -> AuthorizeResult:
            return AuthorizeResult(enterprise_id=None, team_id="T0BENCH0001", bot_token="xoxb-bench-token")

        app = AsyncApp(signing_secret=SIGNING, authorize=authorize)

        @app.action("return.accept")
        async def nothing(ack: AsyncAck) -> None:
            await ack()

        self._handler = AsyncSlackRequestHandler(app)

    async def __call__(self, request: Request) -> Response:
        return await self._handler.handle(request)


async def _serve(kind: str, port: int, fakes: str) -> None:
    door: Relay | Durable | EmptyBolt
    door = Relay(fakes) if kind in {"relay", "tuned"} else Durable() if kind == "durable" else EmptyBolt()
    await door.start()
    app = Starlette(
        routes=[
            Route("/market/main/push", door.__call__, methods=["POST"]),
            Route("/slack/events", door.__call__, methods=["POST"]),
        ]
    )
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, access_log=False, lifespan="off")
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
