"""What Slack sends to the app: signed HTTP requests, and what came back within three seconds.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import asyncio
import hmac
import json
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import Any, Literal, Protocol
from urllib.parse import urlencode, urlsplit

import httpx

from sandbox.slack.arguments import FORM

Kind = Literal["command", "interaction", "options", "event"]
Trouble = Literal["", "timeout", "unreachable"]

ACK_SECONDS = 3.0


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The value of x-slack-signature over the raw body."""
    return "v0=" + hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, sha256).hexdigest()


@dataclass(frozen=True)
class AppAnswer:
    """What the app answered. `status` is 0 and `trouble` says why when nothing came in time."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    trouble: Trouble = ""
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """True when Slack takes it as acknowledged."""
        return 200 <= self.status < 300

    @property
    def is_json(self) -> bool:
        return self.headers.get("content-type", "").startswith("application/json")

    def json(self) -> Any:
        """The body as JSON; None when it is empty or no JSON."""
        try:
            return json.loads(self.body) if self.body.strip() else None
        except ValueError:
            return None


@dataclass(frozen=True)
class Sent:
    """One request that went out, its payload as the app understands it, and the answer."""

    number: int
    kind: Kind
    payload: dict[str, Any]
    answer: AppAnswer
    retry: int = 0


class Line(Protocol):
    """Another way to the app than its address: Socket Mode."""

    async def send(self, kind: Kind, payload: dict[str, Any], seconds: float, retry: int, reason: str) -> AppAnswer: ...


@dataclass
class Outgoing:
    """Sends to `url`, the app's one address for everything. `clock` is the machine's, because the app's guard uses it.

    While there is a `line`, everything goes over that and nothing to the address. `sent` keeps requests and answers.
    """

    signing_secret: str = field(repr=False)
    clock: Callable[[], float] = time.time
    ack_seconds: float = ACK_SECONDS
    url: str | None = None
    sent: list[Sent] = field(default_factory=list)
    line: Line | None = None
    _client: httpx.AsyncClient | None = None

    def connect(self, url: str) -> None:
        """`url` is the app's base address, or the whole address of its door for Slack."""
        self.url = url if urlsplit(url).path.strip("/") else url.rstrip("/") + "/slack/events"

    async def command(self, fields: dict[str, str]) -> AppAnswer:
        return await self._send("command", fields, urlencode(fields).encode(), FORM)

    async def interaction(self, payload: dict[str, Any]) -> AppAnswer:
        kind: Kind = "options" if payload["type"] == "block_suggestion" else "interaction"
        return await self._send(kind, payload, _as_form(payload), FORM)

    async def event(self, envelope: dict[str, Any], *, retry: int = 0, reason: str = "") -> AppAnswer:
        """One delivery of an event; `retry` counts from 1 and travels in headers with its reason."""
        body = json.dumps(envelope, ensure_ascii=False).encode()
        return await self._send("event", envelope, body, "application/json", retry, reason)

    async def again(self, sent: Sent, *, retry: int = 1) -> AppAnswer:
        """The same content once more, newly signed: what the app must not act on twice."""
        if sent.kind == "event":
            return await self.event(sent.payload, retry=retry, reason="http_timeout")
        if sent.kind == "command":
            return await self.command(sent.payload)
        return await self.interaction(sent.payload)

    @property
    def connected(self) -> bool:
        return self.line is not None or self.url is not None

    async def _send(
        self, kind: Kind, payload: dict[str, Any], body: bytes, content_type: str, retry: int = 0, reason: str = ""
    ) -> AppAnswer:
        if self.line is not None:
            answer = await self.line.send(kind, payload, self.ack_seconds, retry, reason)
        else:
            headers = {"x-slack-retry-num": str(retry), "x-slack-retry-reason": reason} if retry else {}
            answer = await self._post(body, content_type, headers)
        self.sent.append(Sent(len(self.sent) + 1, kind, payload, answer, retry))
        return answer

    async def _post(self, body: bytes, content_type: str, headers: dict[str, str]) -> AppAnswer:
        if self.url is None:
            return AppAnswer(0, trouble="unreachable")
        timestamp = str(int(self.clock()))
        started = time.monotonic()
        try:
            async with asyncio.timeout(self.ack_seconds):
                response = await self._http().post(
                    self.url,
                    content=body,
                    headers={
                        "Content-Type": content_type,
                        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
                        "Accept": "application/json,*/*",
                        "X-Slack-Request-Timestamp": timestamp,
                        "X-Slack-Signature": signature(self.signing_secret, timestamp, body),
                        **headers,
                    },
                )
        except TimeoutError:
            return AppAnswer(0, trouble="timeout", seconds=time.monotonic() - started)
        except httpx.HTTPError:
            return AppAnswer(0, trouble="unreachable", seconds=time.monotonic() - started)
        return AppAnswer(
            response.status_code, response.content, dict(response.headers), seconds=time.monotonic() - started
        )

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            # Connections are not kept, so nothing has to be closed when the workspace goes.
            self._client = httpx.AsyncClient(
                timeout=None,  # noqa: S113 - the three seconds above are the limit
                trust_env=False,
                verify=_tls(),
                limits=httpx.Limits(max_keepalive_connections=0),
            )
        return self._client


def _as_form(payload: dict[str, Any]) -> bytes:
    return urlencode({"payload": json.dumps(payload, ensure_ascii=False)}).encode()


@cache
def _tls() -> ssl.SSLContext:
    """Built once: reading the machine's certificates takes longer than a whole test."""
    return ssl.create_default_context()
