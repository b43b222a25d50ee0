"""Sends signed pushes and clicks over kept connections and measures how long each waits for its answer."""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import urlsplit

Request = tuple[str, bytes]


@dataclass
class Answers:
    """`sent` maps what was sent to when (monotonic seconds), `waits` are seconds until each answer."""

    sent: dict[str, float] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)
    refused: int = 0
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.waits) / self.seconds if self.seconds else 0.0


def push_request(url: str, secret: str, id: int) -> Request:
    body = json.dumps(
        {
            "event_name": "return_status_changed",
            "resource": f"/returns/{id}/",
            "id_message": f"{id:032x}",
            "storefront": "de",
        }
    ).encode()
    stamp = str(int(time.time()))
    signed = b"\n".join([b"POST", url.encode(), body, stamp.encode()])
    signature = hmac.new(secret.encode(), signed, sha256).hexdigest()
    return _post(url, body, "application/json", f"Shop-Timestamp: {stamp}\r\nShop-Signature: {signature}\r\n")


def slack_request(url: str, secret: str, body: bytes) -> Request:
    stamp = str(int(time.time()))
    signature = "v0=" + hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, sha256).hexdigest()
    headers = f"X-Slack-Request-Timestamp: {stamp}\r\nX-Slack-Signature: {signature}\r\n"
    return _post(url, body, "application/x-www-form-urlencoded", headers)


def _post(url: str, body: bytes, kind: str, headers: str) -> Request:
    parts = urlsplit(url)
    head = (
        f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\n{headers}\r\n"
    )
    return parts.netloc, head.encode() + body


async def burst(requests: Sequence[tuple[str, Callable[[], Request]]], *, connections: int = 16) -> Answers:
    """All of `requests` (name, maker) as fast as `connections` kept connections take them."""
    answers = Answers()
    waiting = iter(requests)
    started = time.monotonic()
    await asyncio.gather(*(_sender(waiting, answers) for _ in range(connections)))
    answers.seconds = time.monotonic() - started
    return answers


async def _sender(waiting: object, answers: Answers) -> None:
    line: Line | None = None
    for name, make in waiting:  # type: ignore[attr-defined]
        netloc, raw = make()
        line = line or await Line.to(netloc)
        await line.ask(name, raw, answers)
    if line:
        line.close()


async def steady(requests: Sequence[tuple[str, Callable[[], Request]]], *, per_second: float) -> Answers:
    """`requests` at a fixed rate whatever the answers do; a late answer makes nobody else wait."""
    answers = Answers()
    free: list[Line] = []
    started = time.monotonic()

    async def one(name: str, make: Callable[[], Request]) -> None:
        netloc, raw = make()
        line = free.pop() if free else await Line.to(netloc)
        await line.ask(name, raw, answers)
        free.append(line)

    async with asyncio.TaskGroup() as group:
        for number, (name, make) in enumerate(requests):
            await asyncio.sleep(max(0.0, started + number / per_second - time.monotonic()))
            group.create_task(one(name, make))
    answers.seconds = time.monotonic() - started
    for line in free:
        line.close()
    return answers


class Line:
    """One kept connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def to(cls, netloc: str) -> Line:
        host, _, port = netloc.partition(":")
        return cls(*await asyncio.open_connection(host, int(port)))

    async def ask(self, name: str, raw: bytes, answers: Answers) -> None:
        answers.sent[name] = started = time.monotonic()
        self._writer.write(raw)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        status = int(head[9:12])
        size = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if size:
            await self._reader.readexactly(int(size))
        elif b"transfer-encoding: chunked" in head:
            while await self._reader.readuntil(b"\r\n") != b"0\r\n":
                pass
            await self._reader.readuntil(b"\r\n")
        answers.waits.append(time.monotonic() - started)
        answers.refused += status >= 300

    def close(self) -> None:
        self._writer.close()
