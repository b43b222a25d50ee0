"""The wiring: one workspace, its HTTP doors, and the people in it. The only module that knows everybody."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.slack import responding
from sandbox.slack.channels import Channel
from sandbox.slack.deliveries import Deliveries
from sandbox.slack.faults import Faults
from sandbox.slack.feed import Feed
from sandbox.slack.filedoor import FileDoor
from sandbox.slack.installation import Installation
from sandbox.slack.journal import Journal
from sandbox.slack.limits import Limits, Mode
from sandbox.slack.methods.chat import post_due
from sandbox.slack.outgoing import ACK_SECONDS, Outgoing
from sandbox.slack.page import Page
from sandbox.slack.people import User, UserGroup
from sandbox.slack.person import Person
from sandbox.slack.play import Play
from sandbox.slack.reading import Reading
from sandbox.slack.socketmode import SocketDoor
from sandbox.slack.webapi import WebApi
from sandbox.slack.workspace import Directory, Workspace

T = TypeVar("T")

SIGNING_SECRET = "sandbox-signing-secret"
BOT_TOKEN = "xoxb-sandbox"


def utc_now() -> datetime:
    return datetime.now(UTC)


class SlackWorkspace:
    """A Slack of one workspace: serve `app`, point the bot's SLACK_API_URL at `<url>/api/`, and `connect` to the bot.

        slack = SlackWorkspace(signing_secret="s", bot_token="xoxb-1")
        async with Served(slack.app) as served:
            slack.connect(bot_url, here=served.url)
            ana = slack.person("ana")
            await ana.types("/ticket 4711", "support")

    `now` dates messages, ends trigger ids and response URLs and makes retries due; `tick` is for rate limits, `clock`
    signs requests. `manifest` is the app's manifest, parsed: with it only its scopes, events, commands and shortcuts
    exist. `ack_seconds` is how long the bot may take to answer, three seconds in Slack.
    """

    def __init__(
        self,
        *,
        signing_secret: str = SIGNING_SECRET,
        bot_token: str = BOT_TOKEN,
        now: Callable[[], datetime] = utc_now,
        manifest: Mapping[str, Any] | None = None,
        limits: Mode = "off",
        ack_seconds: float = ACK_SECONDS,
        tick: Callable[[], float] = time.monotonic,
        clock: Callable[[], float] = time.time,
    ) -> None:
        installation = Installation(bot_token)
        if manifest is not None:
            installation = installation.with_manifest(manifest)
        self.state = Workspace(installation, now)
        self.faults = Faults(self.state)
        self.limits = Limits(tick, limits)
        self.outgoing = Outgoing(signing_secret, clock, ack_seconds)
        self.deliveries = Deliveries(self.state, self.outgoing)
        self.state.on_event = self.deliveries.take
        self._people: dict[str, Person] = {}
        self.reading = Reading(self.state)
        self.page = Page(self.state, manifest or {})
        self.app = self._doors()

    @property
    def installation(self) -> Installation:
        return self.state.app

    @property
    def channels(self) -> Directory[Channel]:
        """By name or id: `slack.channels["support"].messages`."""
        return self.state.channels

    @property
    def users(self) -> Directory[User]:
        return self.state.users

    @property
    def groups(self) -> Directory[UserGroup]:
        return self.state.groups

    @property
    def calls(self) -> Journal:
        """Every Web API call the app made."""
        return self.state.journal

    @property
    def feed(self) -> Feed:
        return self.state.feed

    @property
    def complaints(self) -> list[str]:
        """What the app answered that Slack cannot use. Empty for an app that behaves."""
        return self.state.complaints

    def connect(self, bot_url: str, *, here: str | None = None) -> None:
        """Send everything to the app at `bot_url` from now on. `here` is our own address, for links we hand out."""
        if here:
            self.state.url = here.rstrip("/")
        self.outgoing.connect(bot_url)

    def person(self, name: str) -> Person:
        """The hands of a user, by name or id; the same object every time."""
        user = self.users[name]
        if user.id not in self._people:
            self._people[user.id] = Person(user, self.state, self.outgoing, self.deliveries)
        return self._people[user.id]

    def joins(self, name: str, channel: str) -> None:
        """Let somebody into a channel. A person of another company makes it a shared one."""
        self.state.join(self.channels[channel], self.users[name].id)

    async def until(self, condition: Callable[[], T], *, seconds: float = 5.0) -> T:
        """Wait until `condition()` is true, asked at every change, and return what it gave. Raises `TimeoutError`."""
        return await self.feed.until(condition, seconds=seconds)

    @asynccontextmanager
    async def socket_mode(self, port: int = 0) -> AsyncIterator[SocketDoor]:
        """Serve Socket Mode: inside the block the app connects by apps.connections.open, and nothing goes by HTTP."""
        door = SocketDoor(self.state)
        async with door.serving(port):
            self.outgoing.line, self.state.socket_ticket = door, door.ticket
            try:
                yield door
            finally:
                self.outgoing.line, self.state.socket_ticket = None, None

    async def pass_time(self) -> None:
        """Do what has become due by the workspace's clock: retries of events, scheduled messages."""
        post_due(self.state)
        await self.deliveries.deliver_due()

    async def keep_time(self, every: float = 1.0) -> None:
        """Do what becomes due, for ever: for a demo, where nobody moves the clock."""
        while True:
            await self.pass_time()
            await asyncio.sleep(every)

    def _doors(self) -> Starlette:
        files = FileDoor(self.state)
        respond = partial(responding.respond, self.state)
        routes: list[BaseRoute] = [
            Route("/api/{method}", _door(WebApi(self.state, self.faults, self.limits)), methods=["GET", "POST"]),
            *(Route(f"/{kind}/{{team}}/{{token}}", _door(respond), methods=["POST"]) for kind in _RESPONSES),
            Route("/upload/v1/{token}", files.upload, methods=["POST"]),
            Route("/files-pri/{team}-{file_id}/{name:path}", files.download, methods=["GET"]),
            *Play(self).routes(),
            *self.page.routes(),
        ]
        return Starlette(routes=routes)


_RESPONSES = ("commands", "actions", "app")


def _door(handle: Callable[[Request], Any]) -> Callable[[Request], Any]:
    """Starlette takes functions as doors, no callable objects."""

    async def door(request: Request) -> Response:
        response: Response = await handle(request)
        return response

    return door
