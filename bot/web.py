"""The ASGI front door: a guard that trusts nobody, then Slack, the marketplace's pushes, health and metrics.

The guard looks at raw bytes first: size, headers, time, signature. Only then is anything parsed, because Bolt parses
before it verifies and logs bodies it refuses.
"""

from __future__ import annotations

import asyncio
import hmac
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import structlog
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot import failpoints
from bot.marketplace import Unreadable, loads, subject_of, verify_push
from bot.settings import Account
from bot.store import challenges
from bot.store.pushes import NewPush
from bot.store.together import GroupCommit

log = structlog.get_logger(__name__)

PUSH_LIMIT = 64 * 1024
SLACK_LIMIT = 1024 * 1024
BODY_SECONDS = 10.0
SKEW_SECONDS = 300
CHALLENGE = re.compile(r"[0-9A-Za-z_-]{8,64}", re.ASCII)
TOKEN = re.compile(r"[0-9A-Za-z_-]{32}", re.ASCII)
MESSAGE_ID = re.compile(r"[0-9A-Za-z_-]{1,80}", re.ASCII)


class Refused(Exception):
    """A request that gets no further than the guard: its status, and why (for our log, never for the sender)."""

    def __init__(self, status: int, reason: str) -> None:
        self.status = status
        self.reason = reason
        super().__init__(reason)


async def read_body(request: Request, limit: int) -> bytes:
    """The raw body, at most `limit` bytes, within ten seconds. Raises `Refused`."""
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Refused(415, "content encoding")
    if "transfer-encoding" in request.headers and "content-length" in request.headers:
        # Two lengths for one body: a proxy in front may believe the other one.
        raise Refused(400, "two lengths")
    length = request.headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()):
        raise Refused(400, "content length")
    if len(length) > 12 or int(length) > limit:
        raise Refused(413, "too large")
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                size += len(chunk)
                if size > limit:
                    raise Refused(413, "too large")
                chunks.append(chunk)
    except TimeoutError:
        raise Refused(408, "too slow") from None
    return b"".join(chunks)


def slack_signature_holds(secret: str, headers: Any, body: bytes, now: float) -> bool:
    """Slack's v0 signature over the raw body, not older or newer than five minutes. Never raises.

    https://docs.slack.dev/authentication/verifying-requests-from-slack
    """
    stamp = headers.get("x-slack-request-timestamp", "")
    given = headers.get("x-slack-signature", "")
    if not re.fullmatch(r"\d{1,12}", stamp, re.ASCII) or not re.fullmatch(r"v0=[0-9a-f]{64}", given, re.ASCII):
        return False
    if abs(now - int(stamp)) > SKEW_SECONDS:
        return False
    wanted = "v0=" + hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, sha256).hexdigest()
    return hmac.compare_digest(wanted.encode(), given.encode())


@dataclass
class PushDoor:
    """`/market/<account>/push`: the marketplace's hints that something changed."""

    accounts: dict[str, Account]
    callback_urls: dict[str, str]
    together: GroupCommit
    wake: Callable[[list[str]], None]
    now: Callable[[], datetime]
    accepted: int = 0
    refused: int = 0

    async def __call__(self, request: Request) -> Response:
        account = self.accounts.get(request.path_params["account"])
        if account is None:
            raise Refused(404, "unknown account")
        if request.method == "GET":
            return await self._challenge(account, request)
        body = await read_body(request, PUSH_LIMIT)
        stamp = request.headers.get("shop-timestamp", "")
        given = request.headers.get("shop-signature", "")
        if not verify_push(account.secret_key, self.callback_urls[account.name], body, stamp, given):
            raise Refused(401, "signature")
        # An honest retry may be hours old and only makes us look again; only the future is suspicious.
        if int(stamp) > self.now().timestamp() + SKEW_SECONDS:
            raise Refused(401, "timestamp in the future")
        push = self._read(account, body)
        failpoints.reach("in.verified")
        for key in await self.together.add(push):
            self.wake([key])
        failpoints.reach("in.committed")
        self.accepted += 1
        return Response(status_code=204)

    def _read(self, account: Account, body: bytes) -> NewPush:
        try:
            data = loads(body)
        except Unreadable as error:
            raise Refused(400, "not JSON") from error
        if not isinstance(data, dict):
            raise Refused(400, "not an object")
        message, event, resource = data.get("id_message"), data.get("event_name"), data.get("resource")
        if not isinstance(message, str) or not MESSAGE_ID.fullmatch(message):
            raise Refused(400, "id_message")
        if not isinstance(event, str) or not isinstance(resource, str) or len(event) > 80:
            raise Refused(400, "event_name or resource")
        subject = subject_of(event, resource, data.get("storefront"))
        if subject and subject[0] == "unit" and subject[1][:2] not in account.storefronts:
            subject = None
        if subject is None:
            log.info("push about nothing we follow", event_name=event if event.isidentifier() else "?")
        return NewPush(
            account=account.name,
            message=message,
            event=event,
            subject=f"{subject[0]}:{account.name}:{subject[1]}" if subject else None,
        )

    async def _challenge(self, account: Account, request: Request) -> Response:
        """The marketplace asks whether this address is ours, unsigned: answered only while a change is pending."""
        token = request.query_params.get("challenge", "")
        if request.query_params.get("mode") != "subscribe" or not CHALLENGE.fullmatch(token):
            raise Refused(404, "no challenge")
        if not await challenges.expected(account.name, self.now()):
            raise Refused(404, "no subscription change is pending")
        return PlainTextResponse(token, headers={"X-Content-Type-Options": "nosniff"})


@dataclass
class SlackDoor:
    """`/slack/events`: events, commands, clicks and option look-ups, verified before Bolt sees them."""

    signing_secret: str
    handler: AsyncSlackRequestHandler

    @classmethod
    def to(cls, app: AsyncApp, signing_secret: str) -> SlackDoor:
        return cls(signing_secret, AsyncSlackRequestHandler(app))

    async def __call__(self, request: Request) -> Response:
        body = await read_body(request, SLACK_LIMIT)
        if not slack_signature_holds(self.signing_secret, request.headers, body, time.time()):
            raise Refused(401, "signature")
        try:
            body.decode("utf-8")
        except UnicodeDecodeError:
            raise Refused(400, "not UTF-8") from None
        request._body = body  # Starlette keeps a body that was read here; the stream is used up.
        return await self.handler.handle(request)


@dataclass
class FeedDoor:
    """`/feeds/<token>.csv`: a file of ours for whoever knows its address, which is the marketplace alone."""

    find: Callable[[str], Awaitable[Path | None]]

    async def __call__(self, request: Request) -> Response:
        token = request.path_params["token"]
        path = await self.find(token) if TOKEN.fullmatch(token) else None
        if path is None:
            raise Refused(404, "no such feed")
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Robots-Tag": "noindex"}
        return FileResponse(path, media_type="text/csv", headers=headers)


Check = Callable[[], Awaitable[tuple[bool, dict[str, Any]]]]


def front_door(
    *,
    slack: SlackDoor | None,
    pushes: PushDoor,
    feeds: FeedDoor,
    ready: Check,
    metrics: Callable[[], Awaitable[bytes]],
) -> Starlette:
    async def alive(_: Request) -> Response:
        return JSONResponse({"ok": True})

    async def readiness(_: Request) -> Response:
        ok, report = await ready()
        return JSONResponse({"ok": ok, **report}, status_code=200 if ok else 503)

    async def numbers(_: Request) -> Response:
        return Response(await metrics(), media_type="text/plain; version=0.0.4")

    routes = [
        Route("/market/{account}/push", guarded(pushes), methods=["GET", "POST"]),
        Route("/feeds/{token}.csv", guarded(feeds), methods=["GET", "HEAD"]),
        Route("/healthz", alive, methods=["GET"]),
        Route("/readyz", readiness, methods=["GET"]),
        Route("/metrics", numbers, methods=["GET"]),
    ]
    if slack is not None:
        routes.append(Route("/slack/events", guarded(slack), methods=["POST"]))
    app = Starlette(routes=routes)
    app.router.redirect_slashes = False  # An address that is nearly one of ours is none of ours.
    return app


def guarded(door: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """`door`, with refusals as bare statuses and one short log line, and without tracebacks for the sender."""

    async def handle(request: Request) -> Response:
        try:
            return await door(request)
        except Refused as refused:
            log.info("refused at the door", door=request.url.path[:60], status=refused.status, reason=refused.reason)
            return Response(status_code=refused.status)
        except Exception as error:
            # Nothing was acknowledged, so the sender tries again; what broke is for our log alone.
            log.error("door failed", door=request.url.path[:60], error=type(error).__name__, exc_info=error)
            return Response(status_code=503)

    return handle
